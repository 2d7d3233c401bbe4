"""Text of a DOCX that nobody sees is not text, however it is hidden; what is seen stays."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from rag.ingest.parse import parse
from tests.support.made import docx, member

SEEN = "The bridge of Orlen was opened in 1932."
SECRET = "The bridge was sold to Zan Zor."
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
WHITE = "<w:color w:val='FFFFFF'/>"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def cell(inner: str, properties: str = "", table: str = "") -> str:
    made = f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(inner)}</w:tc>"
    return f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr>{made}</w:tr></w:tbl>"


def text_of(body: str, styles: str = "") -> str:
    """The text of a DOCX of this body, without the note of the file that it is made from."""
    source = docx(paragraph(run(SEEN)) + body)
    sheet = member("ferry.docx", "word/styles.xml").replace(b"</w:styles>", f"{styles}</w:styles>".encode())
    made = BytesIO()
    with ZipFile(BytesIO(source)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "word/styles.xml" else old.read(name))
    return "\n".join(parse("a.docx", made.getvalue()).text.split("\n\n")[:-1])


def style(name: str, inner: str, kind: str = "character", based: str = "") -> str:
    based = f"<w:basedOn w:val='{based}'/>" if based else ""
    return f"<w:style w:type='{kind}' w:styleId='{name}'><w:name w:val='{name}'/>{based}{inner}</w:style>"


HIDING = {
    "vanish": "<w:vanish/>",
    "vanish, said to be on": "<w:vanish w:val='true'/>",
    "webHidden": "<w:webHidden/>",
    "specVanish": "<w:specVanish/>",
    "white": WHITE,
    "nearly white": "<w:color w:val='fefdfe'/>",
    "of the theme's paper": "<w:color w:themeColor='background1'/>",
    "size of half a point": "<w:sz w:val='1'/>",
    "size of a point": "<w:sz w:val='2'/>",
    "without width": "<w:w w:val='1'/>",
    "white in white": f"{WHITE}<w:shd w:val='clear' w:fill='FFFFFF'/>",
    "black in black": "<w:color w:val='000000'/><w:shd w:val='clear' w:fill='000000'/>",
    "black in solid black": "<w:color w:val='000000'/><w:shd w:val='solid' w:color='000000' w:fill='FFFFFF'/>",
    "yellow in yellow": "<w:color w:val='FFFF00'/><w:highlight w:val='yellow'/>",
    "without fill": f"<w14:textFill {W14}><w14:noFill/></w14:textFill>",
    "white fill": f"<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val='FFFFFF'/></w14:solidFill></w14:textFill>",
    "transparent": f"<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val='000000'><w14:alpha w14:val='100000'/>"
    "</w14:srgbClr></w14:solidFill></w14:textFill>",
}


@pytest.mark.parametrize("properties", HIDING.values(), ids=HIDING)
@pytest.mark.parametrize("way", ["own", "character style", "based on", "paragraph style", "default style"])
def test_run_that_nobody_sees_is_not_in_the_text(properties: str, way: str) -> None:
    inner = f"<w:rPr>{properties}</w:rPr>"
    if way == "own":
        assert text_of(paragraph(run(SECRET, properties))) == SEEN
    elif way == "character style":
        assert text_of(paragraph(run(SECRET, "<w:rStyle w:val='Gone'/>")), style("Gone", inner)) == SEEN
    elif way == "based on":
        styles = style("Gone", inner) + style("Child", "", based="Gone")
        assert text_of(paragraph(run(SECRET, "<w:rStyle w:val='Child'/>")), styles) == SEEN
    elif way == "paragraph style":
        body = paragraph(run(SECRET), "<w:pStyle w:val='Gone'/>")
        assert text_of(body, style("Gone", inner, kind="paragraph")) == SEEN
    else:
        body = cell(run(SECRET, properties)) + paragraph(f"<w:hyperlink>{run(SECRET, properties)}</w:hyperlink>")
        assert text_of(body) == SEEN


MORE = "It crosses the river."
DARK = "<w:shd w:val='clear' w:fill='1F3864'/>"
BOX = f"<w:r><w:pict><w:txbxContent>{paragraph(run(MORE, WHITE))}</w:txbxContent></w:pict></w:r>"
SHOWN = {
    "plain": paragraph(run(MORE)),
    "not vanished": paragraph(run(MORE, "<w:vanish w:val='0'/>")),
    "automatic colour": paragraph(run(MORE, "<w:color w:val='auto'/>")),
    "grey": paragraph(run(MORE, "<w:color w:val='A6A6A6'/>")),
    "small": paragraph(run(MORE, "<w:sz w:val='8'/>")),
    "white in a shaded run": paragraph(run(MORE, WHITE + DARK)),
    "white in a highlight": paragraph(run(MORE, f"{WHITE}<w:highlight w:val='darkBlue'/>")),
    "white in a shaded paragraph": paragraph(run(MORE, WHITE), DARK),
    "white in a shaded cell": cell(run(MORE, WHITE), DARK),
    "white in a shaded table": cell(run(MORE, WHITE), "", DARK),
    "white in a table whose style shades": cell(run(MORE, WHITE), "", "<w:tblStyle w:val='Dark'/>"),
    "white in a shaded style": paragraph(run(MORE, WHITE), "<w:pStyle w:val='Banner'/>"),
    "white on a pattern": paragraph(run(MORE, f"{WHITE}<w:shd w:val='pct50' w:fill='auto' w:color='000000'/>")),
    "white in a text box": paragraph(BOX),
    "overruled style": paragraph(run(MORE, "<w:rStyle w:val='Gone'/><w:vanish w:val='false'/>")),
    "exact height of a line": paragraph(run(MORE), "<w:spacing w:line='240' w:lineRule='exact'/>"),
    "only the mark vanishes": paragraph(run(MORE), "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"),
}
STYLES = (
    style("Gone", "<w:rPr><w:vanish/></w:rPr>")
    + style("Banner", f"<w:pPr>{DARK}</w:pPr>", kind="paragraph")
    + style("Dark", f"<w:tblStylePr w:type='firstRow'><w:tcPr>{DARK}</w:tcPr></w:tblStylePr>", kind="table")
)


@pytest.mark.parametrize("body", SHOWN.values(), ids=SHOWN)
def test_run_that_is_seen_stays(body: str) -> None:
    assert text_of(body, STYLES) == f"{SEEN}\n{MORE}"


@pytest.mark.parametrize(
    "body",
    [
        paragraph(run(SECRET), "<w:spacing w:line='1' w:lineRule='exact'/>"),
        cell(run(SECRET, WHITE), "", "<w:tblStyle w:val='Light'/>"),
        cell(run(SECRET, "<w:color w:val='1F3864'/>"), DARK),
        f"<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{paragraph(run(SECRET))}</w:tc></w:tr></w:tbl>",
    ],
    ids=["line without height", "white in a plain table", "blue in a blue cell", "hidden row"],
)
def test_what_holds_a_run_may_hide_it(body: str) -> None:
    assert text_of(body, style("Light", "<w:tblPr/>", kind="table")) == SEEN


def test_hidden_words_within_a_line_are_left_out() -> None:
    body = paragraph(run("The bridge ") + run("was not ", WHITE) + run("is old."))
    assert text_of(body) == f"{SEEN}\nThe bridge is old."
