"""Scanned PDFs and images are read where the extra is installed, within limits, and named with the extra where not."""

import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from textwrap import wrap

import pypdfium2
import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from rag.errors import DocumentRejected
from rag.ingest.parse import Limits, ParserProcess, is_read, parse
from rag.ingest.parse.ocr import MOST_PAGES
from tests.support.outlines import assert_sound, drawn
from tests.support.pdfs import BOLD, at, lines, pages, rule
from tests.support.places import ROOT
from tests.support.scans import image, needs_recognition, pdf_of, pictures, scanned, without_recognition

PLUMS = [
    "The cooperative of the northern slope was founded on 14 March 1921 by thirty-two",
    "families who could not sell their plums alone. Each family gave a field, a day of",
    "work in the week and, as the minutes say, whatever it could spare.",
]
PRESS = [
    "In its first year the press made 4,180 litres of juice; by 1938 it made 61,500. The",
    "price rose from 0.12 to 0.47 crowns a litre (section 3.2), although the harvest of",
    "1934 was lost to a late frost in the night of 9 May.",
]
CELLAR = [
    "The cellar is kept at eleven degrees. Barrels are turned every fourth day, and the lower row is emptied first;",
    "a red mark means that sulphur was added, a blue one that it was not. After 1991 the hall stood empty until a",
    "brewery and a furniture maker rented it.",
]
PAGE = at(60, 740, "The plum press of Vesna", 18, BOLD) + lines(60, 690, PLUMS) + lines(60, 630, PRESS)
LEAST = 0.01  # errors a character; 0.002 over ten pages in seven fonts


def text_of(name: str, source: bytes) -> str:
    parsed = parse(name, source)
    assert_sound(parsed.text, parsed.blocks)
    return parsed.text


def slip(*texts: str) -> Image.Image:
    """A picture of a few lines."""
    height = 40 + 12 * len(texts)
    return pictures(pages(lines(40, height - 30, texts), size=(600, height)))[0]


def errors(truth: str, found: str) -> float:
    one, other = " ".join(truth.split()), " ".join(found.split())
    return Levenshtein.distance(one, other) / len(one)


@needs_recognition
@pytest.mark.parametrize(("font", "size"), [(b"/Helvetica", 12), (b"/Times-Roman", 9), (b"/Courier", 10)])
def test_characters_of_a_scan_are_right(font: bytes, size: int) -> None:
    content = lines(40, 140, [*PLUMS, *PRESS], size=size, pitch=1.25 * size)
    made = pages(content, size=(680, 180)).replace(b"/Helvetica", font)
    found = text_of("a.jpg", image(scanned(pictures(made)[0]), "JPEG", quality=70))
    assert errors(" ".join([*PLUMS, *PRESS]), found) < LEAST


@needs_recognition
def test_scanned_pdf_has_its_pages_headings_and_paragraphs() -> None:
    second = lines(60, 700, ["The cellar is kept at eleven degrees, and barrels are turned every fourth day."])
    parsed = parse("a.pdf", pdf_of(map(scanned, pictures(pages(PAGE, second)))))
    assert drawn(parsed) == [
        "heading 1 | The plum press of Vesna",
        f"paragraph | {' '.join(PLUMS)}",
        f"paragraph | {' '.join(PRESS)}",
        "paragraph | The cellar is kept at eleven degrees, and barrels are turned every fourth day.",
    ]
    assert parsed.media_type == "application/pdf; text=recognised"
    assert parsed.pages == (0, parsed.text.index("The cellar"))


@needs_recognition
def test_page_without_text_beside_others_is_read_and_the_others_stay() -> None:
    typed = lines(60, 700, ["The ferry to the isle of Vesna leaves at ten past six in the morning."])
    mixed = _with_picture(pages(typed), slip("A return ticket for the ferry costs nine euros."))
    parsed = parse("a.pdf", mixed)
    assert parsed.text.split("\n\n") == [
        "The ferry to the isle of Vesna leaves at ten past six in the morning.",
        "A return ticket for the ferry costs nine euros.",
    ]
    assert parsed.media_type.endswith("; text=recognised")


def test_pdf_with_a_text_layer_is_not_marked() -> None:
    assert parse("a.pdf", pages(PAGE)).media_type == "application/pdf"


@needs_recognition
@pytest.mark.parametrize("degrees", [90, 180, 270, 2])
def test_image_that_lies_on_its_side_or_its_head_is_read(degrees: int) -> None:
    turned = pictures(pages(PAGE))[0].rotate(degrees, expand=True, fillcolor="white")
    assert errors(" ".join(["The plum press of Vesna", *PLUMS, *PRESS]), text_of("a.png", image(turned))) < LEAST


@needs_recognition
def test_columns_are_read_one_after_the_other() -> None:
    left, right = (wrap(" ".join(part), 44) for part in (PLUMS + PRESS, CELLAR))
    made = pages(lines(40, 700, left) + lines(320, 700, right))
    found = text_of("a.png", image(scanned(pictures(made)[0])))
    assert errors(" ".join([*PLUMS, *PRESS, *CELLAR]), found) < LEAST


@needs_recognition
def test_table_in_a_scan_is_one() -> None:
    rows = [("Fruit", "Price", "Limit"), ("Plums", "1.20", "250 kg"), ("Sour cherries", "2.75", "80 kg")]
    rows += [("Walnuts", "6.40", "40 kg"), ("Quinces", "0.90", "90 kg")]
    content = "".join(at(60 + 150 * x, 600 - 18 * y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row))
    content += "".join(rule(55, 614 - 18 * y, 480, 614 - 18 * y) for y in range(len(rows) + 1))
    found = drawn(parse("a.png", image(pictures(pages(lines(60, 700, PLUMS) + content))[0])))
    assert "  row | 0:Sour cherries | 1:2.75 | 2:80 kg" in found


@needs_recognition
def test_white_letters_on_a_dark_ground_are_read() -> None:
    dark = Image.eval(slip(*PLUMS), lambda value: 255 - value)
    assert errors(" ".join(PLUMS), text_of("a.png", image(dark))) < LEAST


@needs_recognition
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16", "CMYK"])
def test_image_of_any_kind_of_pixel_is_read(mode: str) -> None:
    picture = slip(*PLUMS)
    if mode == "I;16":
        grey = picture.convert("L").convert("I").point(lambda value: value * 257)
        made = grey.convert("I;16")
    elif mode == "RGBA":
        made = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        made.putalpha(picture.convert("L").point(lambda value: 255 - value))  # black ink on nothing
    else:
        made = picture.convert(mode)
    suffix, form = (".tif", "TIFF") if mode in ("CMYK", "I;16") else (".png", "PNG")
    assert errors(" ".join(PLUMS), text_of(f"a{suffix}", image(made, form))) < LEAST


@needs_recognition
def test_tiff_has_a_page_each_frame() -> None:
    first, second = slip(*PLUMS), slip(*PRESS)
    parsed = parse("a.tiff", image(first, "TIFF", save_all=True, append_images=[second], compression="tiff_lzw"))
    assert len(parsed.pages) == 2
    assert parsed.text[parsed.pages[1] :].startswith("In its first year")
    assert parsed.media_type == "image/tiff; text=recognised"


@needs_recognition
def test_photograph_is_turned_as_its_camera_says() -> None:
    lying = slip(*PLUMS).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert errors(" ".join(PLUMS), text_of("a.jpg", image(lying, "JPEG", exif=exif))) < LEAST


@needs_recognition
def test_pdf_of_glyph_codes_is_read_as_it_looks() -> None:
    shifted = ["7KH IHUU\\ OHDYHV DW WHQ SDVW VL[ HYHU\\ GD\\ RI WKH ZHHN"] * 6
    parsed = parse("a.pdf", pages(lines(50, 90, shifted), size=(600, 120)))
    assert parsed.media_type == "application/pdf; text=recognised"
    assert "OHDYHV" in parsed.text


@needs_recognition
@pytest.mark.parametrize("colour", ["white", "black"])
def test_image_without_text_is_rejected(colour: str) -> None:
    with pytest.raises(DocumentRejected, match=r"^an image in which no text is found$"):
        parse("a.png", image(Image.new("RGB", (800, 600), colour)))


@needs_recognition
def test_scan_without_text_is_rejected() -> None:
    with pytest.raises(DocumentRejected, match=r"^no text layer on any of its pages \(1\), only images in which no"):
        parse("a.pdf", pdf_of([Image.new("RGB", (800, 600), "white")]))


@needs_recognition
def test_a_scan_of_too_many_pages_is_rejected_with_the_limit() -> None:
    blank = [Image.new("1", (8, 8), 1)] * (MOST_PAGES + 1)
    with pytest.raises(DocumentRejected, match=rf"\({MOST_PAGES + 1}\), only images; .* at most {MOST_PAGES} pages"):
        parse("a.pdf", pdf_of(blank))
    with pytest.raises(DocumentRejected, match=rf"of {MOST_PAGES + 1} pages; .* at most {MOST_PAGES} pages: split it"):
        parse("a.tif", image(blank[0], "TIFF", save_all=True, append_images=blank[1:]))


def _png_header(width: int, height: int) -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(1000))) + part(b"IEND", b"")


@needs_recognition
@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("a.png", lambda: _png_header(60_000, 60_000), "damaged image|at most 40 million"),
        ("a.png", lambda: _png_header(9_000, 9_000), "an image of 9000 by 9000 pixels; at most 40 million are read"),
        ("a.png", lambda: _png_header(500, 500), "damaged image"),
        ("a.jpg", lambda: b"\xff\xd8\xff" + bytes(999), "damaged image"),
        ("a.tif", lambda: b"II*\x00" + bytes(99), "damaged image"),
        ("a.png", lambda: image(pictures(pages(PAGE))[0], "JPEG"), "not a .png file: it is a JPEG image"),
        ("a.txt", lambda: image(Image.new("RGB", (9, 9)), "TIFF"), "not text: it is a TIFF image named .txt"),
        ("a.png", lambda: image(Image.new("1", (1, 1)), "PNG"), "no text is found"),
    ],
)
def test_hostile_image_is_rejected(name: str, make: Callable[[], bytes], reason: str) -> None:
    with ParserProcess(Limits(seconds=10)) as parser, pytest.raises(DocumentRejected, match=reason):
        parser.parse(name, make())


@needs_recognition
def test_recognition_that_lacks_memory_says_so() -> None:
    with ParserProcess(Limits(memory_mb=300)) as parser, pytest.raises(DocumentRejected, match="raise FOOTNOTE_PARSE"):
        parser.parse("a.pdf", pdf_of([slip(*PLUMS)]))


def test_time_begins_again_with_each_page() -> None:
    script = (
        "import time\n"
        "from rag.ingest.parse.sandbox.clock import limit_time, renew_time\n"
        "limit_time(1)\n"
        "for _ in range(3):\n"
        "    renew_time(1)\n"
        "    end = time.process_time() + 0.9\n"
        "    while time.process_time() < end: pass\n"
        "print('done', flush=True)\n"
        "while True: pass\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert (done.stdout, done.returncode) == ("done\n", -signal.SIGXCPU)


@needs_recognition
def test_large_image_is_read_within_the_memory_of_a_parser() -> None:
    sheet = Image.new("RGB", (7_000, 5_000), "white")
    sheet.paste(slip(*PLUMS).resize((6_668, 844)), (100, 100))
    with ParserProcess(Limits()) as parser:
        assert errors(" ".join(PLUMS), parser.parse("a.png", image(sheet)).text) < LEAST


def test_without_the_extra_the_reason_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without_recognition(monkeypatch)
    scan = pictures(pages(PAGE))[0]
    extra = r"; to have it read by text recognition \(OCR\), pip install 'footnote\[ocr\]'$"
    with pytest.raises(DocumentRejected, match=rf"^no text layer on any of its pages \(1\), only images{extra}"):
        parse("a.pdf", pdf_of([scan]))
    with pytest.raises(DocumentRejected, match=f"^an image{extra}"):
        parse("a.png", image(scan))


def test_without_the_extra_the_pages_with_text_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    without_recognition(monkeypatch)
    parsed = parse("a.pdf", _with_picture(pages(PAGE), pictures(pages(PAGE))[0]))
    assert parsed.text.count("The plum press of Vesna") == 1
    assert parsed.media_type == "application/pdf"


def test_folder_gives_images_where_they_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    without_recognition(monkeypatch)
    assert [is_read(suffix) for suffix in (".png", ".tiff", ".jpg", ".pdf", ".gif", "")] == [False] * 3 + [
        True,
        False,
        False,
    ]


def _with_picture(pdf: bytes, picture: Image.Image) -> bytes:
    """A PDF with a page more, which is a picture."""
    document, other = pypdfium2.PdfDocument(pdf), pypdfium2.PdfDocument(pdf_of([picture]))
    try:
        document.import_pages(other)
        file = BytesIO()
        document.save(file)
        return file.getvalue()
    finally:
        other.close()
        document.close()
