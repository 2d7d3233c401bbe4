"""Text that nobody sees on a page is not text, however it is hidden; what is seen stays."""

import pytest

from rag.ingest.parse import Parsed, parse
from tests.support.made import changed, member

SEEN = "The bridge of Orlen was opened in 1932."
SECRET = "The bridge of Orlen was sold to Zan Zor."


def lines(parsed: Parsed) -> list[str]:
    return [block.span.of(parsed.text) for block in parsed.blocks if block.parent is None]


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body><p>{SEEN}</p>{body}</body></html>".encode()


HIDING = """
display:none | DISPLAY : NONE | display/**/:/**/none | d\\69splay:none | display:n\\6fne | display:none!important
display:none !important;display:block | visibility:hidden | visibility:collapse | opacity:0 | opacity:0% | opacity:.01
filter:opacity(0) | content-visibility:hidden | font-size:0 | font-size:0px | font-size:1px | font-size:.1em
font-size:1pt | font-size:2% | font-size:calc(1px * 2) | font:0/0 a | font:italic 1px serif | color:white | color:#fff
color:#FFFFFF | color:#fefefe | color:rgb(255,255,255) | color:rgb(100% 100% 100%) | color:hsl(0,0%,100%)
color:rgba(0,0,0,0) | color:transparent | color:#0000 | color:rgb(0 0 0 / 2%) | color:oklch(1 0 0) | color:canvas
-webkit-text-fill-color:transparent | color:red;background:red | background-color:#123456;color:#123457
background:linear-gradient(#111,#111);color:#111 | --c:white;color:var(--c) | color:var(--none,white)
position:absolute;left:-9999px | position:fixed;top:-100em | position:absolute;right:-1000px
position:relative;left:-999em | position:absolute;inset:-9999px auto auto auto | position:absolute;left:-100vw
position:absolute;left:calc(-1 * 9999px) | position:absolute;left:99999px | text-indent:-9999px | text-indent:-100vw
text-indent:100%;overflow:hidden | margin-left:-9999px | margin:0 0 0 -9999px | transform:translateX(-9999px)
transform:translate(-200vw, 0) | transform:scale(0) | scale:0 | zoom:0 | translate:-9999px
position:absolute;clip:rect(0,0,0,0) | position:absolute;clip:rect(1px 1px 1px 1px) | clip-path:inset(50%)
clip-path:inset(100%) | clip-path:inset(0 100% 0 0) | clip-path:circle(0) | clip-path:ellipse(0 0 at 50% 50%)
clip-path:polygon(0 0, 0 0, 0 0) | -webkit-clip-path:inset(50%) | height:0;overflow:hidden | width:0;overflow:hidden
max-height:0;overflow:hidden | width:1px;height:1px;overflow:hidden | height:0;overflow-y:hidden | width:0;overflow:clip
"""
STYLES = [style.strip() for line in HIDING.strip().splitlines() for style in line.split(" | ")]
SHOWING = """
display:block | display:inline | visibility:visible | opacity:.5 | opacity:1 | font-size:12px | font-size:80%
color:#777 | color:black;background:white | color:white;background:black | color:white;background:url(night.jpg)
background-image:linear-gradient(#000,#333);color:white | color:white;text-shadow:0 0 2px black
color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text | color:nonsense
position:absolute;left:-50px | left:-9999px | margin-left:-20px | margin-left:-100% | text-indent:-2em
position:absolute;clip:auto | clip:rect(0,0,0,0) | clip-path:inset(10%) | clip-path:circle(50%) | height:0
overflow:hidden | height:20px;overflow:hidden | max-height:none;overflow:hidden | transform:translate(-50%,-50%)
transform:rotate(2deg) scale(1.2) | text-indent:100% | display:none;display:block | not a style | : ; }{
"""
SHOWN = [style.strip() for line in SHOWING.strip().splitlines() for style in line.split(" | ")]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("way", ["own", "class", "descendant"])
def test_text_that_a_style_hides_is_not_in_the_text(style: str, way: str) -> None:
    own, sheet = f'style="{style}"' if way == "own" else "class='note x'", ""
    if way != "own":
        sheet = f"<style>{'.note' if way == 'class' else 'body > div.x, #y'} {{ {style} }}</style>"
    parsed = parse("a.html", page(f"<div {own}>{SECRET}</div>", sheet))
    assert lines(parsed) == [SEEN]


@pytest.mark.parametrize("style", SHOWN)
@pytest.mark.parametrize("own", [True, False])
def test_text_that_a_style_shows_stays(style: str, own: bool) -> None:
    body = f'<div style="{style}">One more.</div>' if own else "<div class='note'>One more.</div>"
    parsed = parse("a.html", page(body, "" if own else f"<style>.note {{ {style} }}</style>"))
    assert lines(parsed) == [SEEN, "One more."]


@pytest.mark.parametrize(
    "sheet",
    [
        "div{display:none}",
        "div,p.x{display:none}",
        "#secret{display:none}",
        "div[data-n='1']{display:none}",
        "body *:last-child{display:none} p{display:block!important}",
        "@media all{div{display:none}}",
        "@media screen and (min-width:600px){div{display:none}}",
        "@supports (display:grid){div{display:none}}",
        "@layer a{div{display:none}}",
        "div.note{display:none} .note{display:block}",
        "div{display:block} div{display:none}",
        "</style><style>div{display:none}",
        "/* } */ div{display:none}",
        "d\\69v{display:none}",
        "p::first-line, div:hover{color:red} div{display:none}",
        ".nowhere:unknown(2){color:red} div{display:none}",
    ],
)
def test_rules_of_style_sheets_hide(sheet: str) -> None:
    body = f"<div id='secret' class='note' data-n='1'>{SECRET}</div>"
    assert lines(parse("a.html", page(body, f"<style>{sheet}</style>"))) == [SEEN]


@pytest.mark.parametrize(
    "head",
    [
        "<style>.other{display:none}</style>",
        "<style>@media print{div{display:none}}</style>",
        "<style media='print'>div{display:none}</style>",
        "<style>@media (max-width:600px){div{display:none}}</style>",
        "<style>@media (prefers-color-scheme:dark){div{color:#fff}}</style>",
        "<style>div{display:none} div.note{display:block}</style>",
        "<style>div{display:none}.note{display:block !important}</style>",
        "<style>div::after{display:none} div:hover{display:none}</style>",
        "<style>div{display:none</style><style>.note{display:block}</style>",
        "<link rel='stylesheet' href='dark.css'><style>div{color:#fff}</style>",
        "<style>@import 'dark.css'; div{color:#fff}</style>",
        "<style>body{background:#111;color:#eee} p{color:#fff}</style>",
        "<style>html{background:url(night.png)} div{color:#fff}</style>",
        "<style>body{visibility:hidden;opacity:0}</style>",
        "<style id='antiClickjack'>body{display:none !important}</style>",
        "<style>{}}}{{ div{</style>",
    ],
)
def test_rules_that_hold_elsewhere_or_are_overruled_hide_nothing(head: str) -> None:
    parsed = parse("a.html", page("<div class='note'>One more.</div>", head))
    assert lines(parsed) == [SEEN, "One more."]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div hidden>gone</div>", []),
        ("<template>gone</template><noscript>gone</noscript><noframes>gone</noframes>", []),
        ("<div hidden='until-found'>a</div>", ["a"]),
        ("<div aria-hidden='true'>seen by all but screen readers</div>", ["seen by all but screen readers"]),
        ("<p>x <span><math><mi>y</mi></math></span><span aria-hidden='true'>y</span></p>", ["x y"]),
        ("<details><summary>More</summary>Inside</details>", ["More", "Inside"]),
        ("<div style='visibility:hidden'>gone<p style='visibility:visible'>back</p>gone</div>", ["back"]),
        ("<div style='display:none'>gone<p style='display:block'>gone too</p></div>", []),
        ("<div style='opacity:0'>gone<p style='opacity:1'>gone too</p></div>", []),
        ("<div style='opacity:.2'><p style='opacity:.2'>gone</p><p>here</p></div>", ["here"]),
        ("<div style='font-size:0'>gone<p style='font-size:14px'>back</p></div>", ["back"]),
        ("<div style='font-size:0'><p style='font-size:2em'>gone</p></div>", []),
        ("<div style='color:white'>gone<b style='color:black'>back</b></div>", ["back"]),
        ("<div style='color:white'>gone <a href='/x'>a link is blue</a></div>", ["a link is blue"]),
        ("<div style='background:#000'><p style='color:#fff'>white on black</p></div>", ["white on black"]),
        ("<div style='background:#000'><p style='color:#010101'>black on black</p></div>", []),
        ("<div style='background:#000'><p>black on black by inheritance</p></div>", []),
        ("<div style='background:rgba(0,0,0,.5)'><p style='color:#fff'>on grey</p></div>", ["on grey"]),
        ("<table bgcolor='black'><tr><td><font color='white'>seen</font></td></tr></table>", ["seen"]),
        ("<font color='#ffffff'>gone</font>", []),
        ("<td bgcolor='red'><font color='red'>gone</font></td>", []),
        ("a<span style='display:none'>gone</span>b", ["ab"]),
        ("<span style='height:0;overflow:hidden'>runs in the line</span>", ["runs in the line"]),
        ("<span style='display:block;height:0;overflow:hidden'>gone</span>", []),
        (
            "<div style='width:0;overflow:hidden'>gone<p>gone</p><p style='position:fixed'>out of it</p></div>",
            ["out of it"],
        ),
        ("<p>kept<span style='text-indent:-9999px;display:block'>gone</span></p>", ["kept"]),
        ("<img src=a><h2 style='color:#fff;position:absolute'>on a picture</h2>", ["on a picture"]),
        (
            "<div style='position:fixed;background:#000'></div><h2 style='color:#fff;position:relative'>over it</h2>",
            ["over it"],
        ),
        ("<ul><li style='display:none'>gone</li><li>one</li></ul>", ["- one"]),
        ("<table><tr><th>a</th><td style='display:none'>gone</td><td>b</td></tr></table>", ["a: b"]),
        ("<p style='color:#fff'>gone</p><!-- never -->", []),
    ],
)
def test_page_gives_what_is_seen(body: str, expected: list[str]) -> None:
    assert lines(parse("a.html", page(body))) == [SEEN, *expected]


def test_title_and_headings_that_are_hidden_name_nothing() -> None:
    source = (
        b"<title>The bridge</title><h1 style='opacity:0'>The bridge of Zan Zor</h1><h2>The bridge</h2><p>It is old.</p>"
    )
    parsed = parse("a.html", source)
    assert (parsed.description.title, lines(parsed)) == ("The bridge", ["The bridge", "It is old."])


@pytest.mark.parametrize("style", ["display:none", "color:#fff", "font-size:1px", "position:absolute;left:-9999px"])
def test_mail_and_book_hide_as_pages_do(style: str) -> None:
    html = f"<style>.x{{{style}}}</style><p>{SEEN}</p><p class='x'>{SECRET}</p>"
    mail = f"Subject: The bridge\nContent-Type: text/html\n\n{html}".encode()
    assert SECRET not in parse("a.eml", mail).text
    chapter = f"<html xmlns='http://www.w3.org/1999/xhtml'><head/><body>{html}</body></html>".encode()
    text = parse("a.epub", changed("ferry.epub", "EPUB/text/ch001.xhtml", chapter)).text
    assert SEEN in text
    assert SECRET not in text


@pytest.mark.parametrize("style", ["display:none", "color:#fff", "font-size:1px", "position:absolute;left:-9999px"])
def test_style_sheet_of_a_book_hides(style: str) -> None:
    chapter = member("ferry.epub", "EPUB/text/ch001.xhtml")
    assert b"stylesheet1.css" in chapter
    before = parse("a.epub", changed("ferry.epub", "EPUB/styles/stylesheet1.css", b"i{color:red}")).text
    hidden = parse("a.epub", changed("ferry.epub", "EPUB/styles/stylesheet1.css", f"p {{ {style} }}".encode())).text
    assert "Crossing by oar" in before
    assert len(hidden) < len(before) / 2


def test_page_of_many_elements_and_rules_is_read() -> None:
    sheet = "".join(f".a{number} > .b{number}{{color:red}}" for number in range(500)) + ".gone{display:none}"
    body = "<div class='a1'><b class='b1'>One more.</b><i class='gone'>no</i></div>" * 3_000
    assert lines(parse("a.html", page(body, f"<style>{sheet}</style>")))[1:] == ["One more."] * 3_000


def test_deep_page_with_styles_is_read() -> None:
    body = "<div style='color:black'>" * 1_000 + "deep" + "<b style='display:none'>gone</b>"
    assert lines(parse("a.html", page(body))) == [SEEN, "deep"]
