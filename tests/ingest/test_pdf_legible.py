"""A text layer of glyph codes is told from text, whatever its language, and from tables and lists of codes."""

import pytest

from rag.errors import DocumentRejected
from rag.ingest.parse import parse
from rag.ingest.parse.pdf.legible import is_legible
from tests.support.pdfs import lines, pages
from tests.support.scans import without_recognition

LANGUAGES = {
    "Polish": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    "Czech": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Strč prst skrz krk.",
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền. Mọi con người.",
    "Welsh": "Genir pawb yn rhydd ac yn gydradd â'i gilydd mewn urddas a hawliau. Fe'u cynysgaeddir.",
    "Finnish": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki.",
    "German": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und",
    "Russian": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены.",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "Arabic": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميراً وعليهم أن يعامل بعضهم بعضاً.",
    "Hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה",
    "Chinese": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。" * 3,
    "Japanese": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。" * 3,
    "Korean": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. " * 3,
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกัน",
    "capitals": "THE BOARD MET ON MONDAY AND DECIDED TO BUILD THE NEW BRIDGE OVER THE RIVER. " * 3,
    "figures": " ".join(f"{n * 7}.{n} {n * 33} {n * 1.5:.2f} % ({n * 3}) $ {n * 1000:,}" for n in range(40)) + " Total",
    "part numbers": " ".join(f"PN-{n * 77}X TRB{n} QXR-{n}K BRKT ASSY {n}MM SCR" for n in range(40)),
    "contents": "\n".join(f"Chapter {n} {'.' * 60} {n * 3}" for n in range(30)),
    "a program": "def f(x):\n    return {k: v for k, v in x.items() if k not in ('a', 'b')}  # ok\n" * 6,
    "a few words": "7KH IHUU\\",
}
CODES = {
    "shifted": "7KH IHUU\\ OHDYHV DW WHQ SDVW VL[ HYHU\\ PRUQLQJ H[FHSW RQ 6XQGD\\V ",
    "shifted without spaces": "7KHIHUU\\OHDYHVDWWHQSDVWVL[HYHU\\PRUQLQJ H[FHSWRQ6XQGD\\V%RDWVORQJHUWKDQ ",
    "of another alphabet": "Ïðèâåò âñåì ëþäÿì íà çåìëå ðîæäàþòñÿ ñâîáîäíûìè è ðàâíûìè ",
    "private": "\uf054\uf068\uf065 \uf066\uf065\uf072\uf072\uf079 ",
    "controls": "\x14\x0b\x0c \x15\x16\x17\x18 ab ",
    "signs": '!"#$#% &\'( )*+, !!## ""$$ ab ',
    "replaced": "\ufffd\ufffd\ufffd \ufffd\ufffd a \ufffd\ufffd\ufffd ",
}


@pytest.mark.parametrize("text", LANGUAGES.values(), ids=LANGUAGES)
def test_text_of_any_language_is_legible(text: str) -> None:
    assert is_legible(text)


@pytest.mark.parametrize("text", CODES.values(), ids=CODES)
def test_codes_of_glyphs_are_not_legible(text: str) -> None:
    assert not is_legible(text * 12)
    assert is_legible(LANGUAGES["German"] * 9 + text)


def test_pdf_of_glyph_codes_is_rejected_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    without_recognition(monkeypatch)
    with pytest.raises(DocumentRejected, match=r"only the codes of glyphs; .*, pip install 'footnote\[ocr\]'$"):
        parse("a.pdf", pages(lines(50, 700, [CODES["shifted"]] * 6)))
