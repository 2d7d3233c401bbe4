"""Which bytes are text, and which text they are."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import DocumentRejected
from rag.ingest.parse import Limits, parse
from rag.ingest.parse.text.decode import decode, decode_within

FAST = settings(derandomize=True, max_examples=100, deadline=None)
FRENCH = "Le pont sur la rivière sera fermé pendant trois semaines, ont annoncé les autorités : « c’est sûr »."
RUSSIAN = "Переговоры о мире состоялись в Стамбуле в понедельник утром."


@FAST
@given(text=st.text())
def test_utf8_is_read_verbatim(text: str) -> None:
    assert decode(f"a{text}".encode()) == f"a{text}"


@FAST
@given(text=st.text(), encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_byte_order_mark_decides_and_stays_the_first_character(text: str, encoding: str) -> None:
    source = f"\ufeff{text}".encode(encoding)
    if not source.startswith(codecs.BOM_UTF32_LE):
        assert decode(source) == f"\ufeff{text}"
        assert decode(source).encode(encoding) == source


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Hi there", FRENCH, RUSSIAN])
def test_utf16_without_a_mark_is_told_by_its_zeros(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text",
    [
        *["café", "naïve", "“Quoted” text — it’s", "Das Maß der Dinge über alles", "It’s a test.", "Price: £5"],
        *["the café of José was closed", "Ça va?", "El Niño", "© 2024 Müller GmbH", "Der Preis beträgt 5 €", FRENCH],
    ],
)
def test_windows_1252_is_read(text: str) -> None:
    source = text.encode("cp1252")
    assert decode(source) == text
    assert parse("a.md", source).text == parse("a.txt", source).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("Zażółć gęślą jaźń, powiedział minister w poniedziałek w Warszawie", "cp1250"),
        ("橋は月曜日から三週間閉鎖されると町の当局者が述べた。", "shift_jis"),
        ("双方星期一在北京签署了一项新的贸易协议。", "gb18030"),
        ("Η γέφυρα θα κλείσει για τρεις εβδομάδες", "cp1253"),
        (FRENCH, "mac_roman"),
    ],
)
def test_text_in_another_encoding_is_rejected_and_not_guessed_at(text: str, encoding: str) -> None:
    with pytest.raises(DocumentRejected, match=r"^not UTF-8, UTF-16 or Windows-1252: byte 0x.*; (it may be|binary\?)"):
        decode(text.encode(encoding))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"caf\xe9\x00\x81", r"^not UTF-8, UTF-16 or Windows-1252: byte 0xe9 at offset 3 does not fit; binary\?$"),
        (bytes(range(256)) * 20, r"^not UTF-8, .* byte 0x80 at offset 128 does not fit; binary\?$"),
        (codecs.BOM_UTF8 + b"caf\xe9", r"^not UTF-8, as its first bytes say: byte 0xe9 at offset 6 \("),
        (codecs.BOM_UTF16_LE + b"a\x00b", r"^not UTF-16-LE, as its first bytes say: byte 0x62 at offset 4 \("),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", r"^not UTF-16-LE, as its first bytes say: "),
    ],
)
def test_bytes_that_are_no_text_are_rejected_with_the_place(source: bytes, reason: str) -> None:
    with pytest.raises(DocumentRejected, match=reason):
        decode(source)


def test_length_counts_characters_not_bytes() -> None:
    assert decode_within("雨".encode() * 10, 10) == "雨" * 10
    with pytest.raises(DocumentRejected, match=r"more than 9 characters; split it, or raise FOOTNOTE_MAX_TEXT_CHAR"):
        decode_within("雨".encode() * 10, 9)
    with pytest.raises(DocumentRejected, match=r"more than 3 characters"):
        parse("a.html", b"<p>four", Limits(characters=3))
