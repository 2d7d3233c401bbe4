"""Text of a PDF that nobody sees is not text, however it is hidden; what is seen, and what a scan says, stays."""

import pytest

from rag.errors import DocumentRejected
from rag.ingest.parse import parse
from tests.support.made import FONT, pdf, stream

SEEN = "The bridge of Orlen was opened in 1932."
SECRET = "The bridge was sold to Zan Zor."
RESOURCES = (
    b"/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R/C 9 0 R>>/ExtGState<</Clear<</ca 0/CA 0>>/Pale<</ca .02>>>>"
    b"/Properties<</Off 7 0 R/On 8 0 R>>>>"
)
LAYERS = b"/OCProperties<</OCGs[7 0 R 8 0 R]/D<</ON[8 0 R]/OFF[7 0 R]>>>>"
PICTURE = b"BI /W 2 /H 2 /BPC 8 /CS /G ID \x20\xa0\xc0\x40 EI"
FULL_PICTURE = b"q 600 0 0 800 0 0 cm " + PICTURE + b" Q "


def shown(text: str, place: str = "50 500 Td", font: str = "/F 12 Tf") -> bytes:
    return f"BT {font} {place} ({text}) Tj ET\n".encode()


def made(content: bytes, *, form: bytes = b"", box: bytes = b"[0 0 600 800]", page: bytes = b"") -> bytes:
    """A PDF of one page with this content; ``/X`` draws ``form``."""
    layer = b"<</Type/OCG/Name(A layer)>>"
    fields = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>>>"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % LAYERS,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox%s/Contents 4 0 R%s%s>>" % (box, RESOURCES, page),
        stream(content),
        FONT,
        stream(form, fields),
        layer,
        layer,
        stream(form, fields.replace(b"[0 0 600 800]", b"[0 600 600 800]")),
    )


def text_of(content: bytes, **more: bytes) -> str:
    return parse("a.pdf", made(content, **more)).text


VISIBLE = shown(SEEN, "50 700 Td")
HIDDEN = {
    "white": b"1 g " + shown(SECRET),
    "nearly white": b".99 1 .98 rg " + shown(SECRET),
    "white by CMYK": b"0 0 0 0 k " + shown(SECRET),
    "white in a white box": b"1 g 40 490 400 30 re f 1 g " + shown(SECRET),
    "black in a black box": b"0 g 40 490 400 30 re f " + shown(SECRET),
    "red in a red box": b"1 0 0 rg 40 490 400 30 re f " + shown(SECRET),
    "no ink": b"3 Tr " + shown(SECRET),
    "only to clip": b"q 7 Tr " + shown(SECRET) + b"Q ",
    "transparent": b"q /Clear gs " + shown(SECRET) + b"Q ",
    "nearly transparent": b"q /Pale gs " + shown(SECRET) + b"Q ",
    "no size": shown(SECRET, font="/F 0.1 Tf"),
    "no size by matrix": shown(SECRET, "0.01 0 0 0.01 50 500 Tm"),
    "no height": shown(SECRET, "1 0 0 0.001 50 500 Tm"),
    "left of the page": shown(SECRET, "-900 500 Td"),
    "below the page": shown(SECRET, "50 -300 Td"),
    "far right": shown(SECRET, "5000 500 Td"),
    "covered in white": shown(SECRET) + b"1 g 40 490 400 30 re f 0 g ",
    "covered in black": shown(SECRET) + b"0 g 40 490 400 30 re f ",
    "covered by a picture": shown(SECRET) + b"q 400 0 0 40 40 485 cm " + PICTURE + b" Q ",
    "clipped": b"q 0 0 10 10 re W n " + shown(SECRET) + b"Q ",
    "clipped twice": b"q 0 480 600 100 re W n 0 0 600 300 re W n " + shown(SECRET) + b"Q ",
    "on a layer that is off": b"/OC /Off BDC " + shown(SECRET) + b"EMC ",
    "white lines": b"1 G 1 Tr " + shown(SECRET) + b"0 Tr ",
}


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("first", [True, False])
def test_text_that_nobody_sees_is_not_in_the_text(content: bytes, first: bool) -> None:
    parts = (b"q " + content + b"Q ", VISIBLE)
    assert text_of(b"".join(parts if first else parts[::-1])) == SEEN


FORMS = {
    "white in a form": (b"/X Do ", b"1 g " + shown(SECRET)),
    "no ink in a form": (b"/X Do ", b"3 Tr " + shown(SECRET)),
    "a form off the page": (b"q 1 0 0 1 2000 0 cm /X Do Q ", shown(SECRET)),
    "a form that is tiny": (b"q .01 0 0 .01 0 0 cm /X Do Q ", shown(SECRET)),
    "a form that is covered": (b"/X Do 1 g 40 490 400 30 re f 0 g ", shown(SECRET)),
    "a form that clips it": (b"/C Do ", shown(SECRET)),
}


@pytest.mark.parametrize(("content", "form"), FORMS.values(), ids=FORMS)
def test_text_of_a_form_that_nobody_sees_is_not_in_the_text(content: bytes, form: bytes) -> None:
    assert text_of(VISIBLE + content, form=form) == SEEN


MORE = "It crosses the river."
SHOWN = {
    "black": b"0 g " + shown(MORE),
    "grey": b".6 g " + shown(MORE),
    "yellow": b"1 1 0 rg " + shown(MORE),
    "white in a black box": b"0 g 40 490 400 30 re f 1 g " + shown(MORE),
    "white on a picture": b"q 400 0 0 40 40 485 cm "
    + PICTURE.replace(b"\xa0\xc0", b"\x10\x20")
    + b" Q 1 g "
    + shown(MORE),
    "white in a form on black": b"0 g 40 490 400 30 re f /X Do ",
    "black in a white box": b"1 g 40 490 400 30 re f 0 g " + shown(MORE),
    "above a picture": b"q 400 0 0 40 40 485 cm " + PICTURE + b" Q 0 g " + shown(MORE),
    "small": shown(MORE, font="/F 4 Tf"),
    "of size one, enlarged": shown(MORE, "12 0 0 12 50 500 Tm", font="/F 1 Tf"),
    "rotated": shown(MORE, "0 1 -1 0 300 300 Tm"),
    "below a frame": shown(MORE) + b"40 490 400 30 re S ",
    "below a clear box": shown(MORE) + b"q /Pale gs 0 g 40 490 400 30 re f Q ",
    "clipped to a box around it": b"q 40 480 500 60 re W n " + shown(MORE) + b"Q ",
    "on a layer that is on": b"/OC /On BDC " + shown(MORE) + b"EMC ",
    "outlined": b"1 Tr 0 G " + shown(MORE),
    "in a form": b"/X Do ",
}


@pytest.mark.parametrize("content", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("page", [b"", b"/Rotate 90", b"/CropBox[20 20 580 780]", b"/UserUnit 2"])
def test_text_that_is_seen_stays(content: bytes, page: bytes) -> None:
    form = b"1 g " + shown(MORE) if b"40 490" in content else shown(MORE)
    blocks = text_of(VISIBLE + content, form=form, page=page).split("\n\n")
    assert sorted(" ".join(block.split()) for block in blocks) == sorted([SEEN, MORE])


@pytest.mark.parametrize(
    "content",
    [
        FULL_PICTURE + b"3 Tr " + VISIBLE,
        b"3 Tr " + VISIBLE + FULL_PICTURE,
        VISIBLE + FULL_PICTURE,
        FULL_PICTURE + b"3 Tr " + VISIBLE + b"0 Tr " + shown("Scan", "500 20 Td"),
        b"q 600 0 0 400 0 0 cm " + PICTURE + b" Q q 600 0 0 400 0 400 cm " + PICTURE + b" Q 3 Tr " + VISIBLE,
    ],
    ids=["over the picture", "below it, no ink", "below it", "with a stamp", "strips"],
)
def test_what_a_scanned_page_says_is_read(content: bytes) -> None:
    assert SEEN in text_of(content)


def test_text_in_no_ink_on_a_page_that_is_no_scan_is_not_read() -> None:
    small = b"q 100 0 0 100 0 0 cm " + PICTURE + b" Q "
    assert text_of(VISIBLE + small + b"3 Tr " + shown(SECRET)) == SEEN


def test_page_in_small_units_is_read() -> None:
    content = shown(SEEN, "0.5 8 Td", "/F 0.15 Tf")
    assert text_of(content, box=b"[0 0 8.5 11]") == SEEN


def test_turned_page_whose_maker_exchanged_its_sides_is_read() -> None:
    beside = shown(SEEN, "50 700 Td")
    assert text_of(beside, box=b"[0 0 800 600]", page=b"/Rotate 90") == SEEN
    with pytest.raises(DocumentRejected, match="no text layer"):
        text_of(beside, box=b"[0 0 800 600]")
    both = beside + shown(MORE, "50 300 Td")
    assert text_of(both, box=b"[0 0 800 600]", page=b"/Rotate 90") == MORE


def test_hidden_words_within_a_line_are_left_out() -> None:
    line = b"BT /F 12 Tf 50 500 Td (The bridge ) Tj 1 g (was not ) Tj 0 g (is old.) Tj ET "
    assert text_of(line).split() == ["The", "bridge", "is", "old."]


def test_page_of_nothing_but_hidden_text_is_rejected_as_one_without_text() -> None:
    with pytest.raises(DocumentRejected, match="no text layer"):
        text_of(b"1 g " + shown(SECRET))
