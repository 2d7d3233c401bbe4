"""PDFs of pages on which each piece of text and each rule stands where a test puts it."""

from collections.abc import Iterable

from tests.support.made import pdf, stream

REGULAR, BOLD, EVEN = "F", "B", "C"
_FONTS = {REGULAR: b"Helvetica", BOLD: b"Helvetica-Bold", EVEN: b"Courier"}


def at(x: float, y: float, text: str, size: float = 10, font: str = REGULAR) -> str:
    """Text whose line starts at a place, points from the lower left corner."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def rule(x: float, y: float, to_x: float, to_y: float) -> str:
    """A thin line."""
    return f"{x} {y} m {to_x} {to_y} l S\n"


def lines(x: float, y: float, texts: Iterable[str], *, pitch: float = 12, size: float = 10, font: str = REGULAR) -> str:
    """Lines below each other."""
    return "".join(at(x, y - pitch * place, text, size, font) for place, text in enumerate(texts))


def pages(*contents: str, size: tuple[int, int] = (600, 800)) -> bytes:
    """A PDF with a page for each content."""
    fonts = b"".join(
        b"/%s<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % (name.encode(), base)
        for name, base in _FONTS.items()
    )
    count = len(contents)
    kids = b" ".join(b"%d 0 R" % (3 + place) for place in range(count))
    leaves = [
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</Font<<%s>>>>>>"
        % (*size, 3 + count + place, fonts)
        for place in range(count)
    ]
    streams = [stream(content.encode("cp1252")) for content in contents]
    tree = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, *leaves, *streams)
