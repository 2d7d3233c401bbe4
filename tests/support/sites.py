"""Collections whose documents repeat a frame, as programs write it: menus, sidebars, footers, signatures, disclaimers.

Each is sixteen documents about one thing each, with the frame that its program puts around all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tests.support.pdfs import at, lines, pages

PLACES = """
Harbour Mill Quarry Chapel Orchard Bakery Foundry Library Ferry Market Dairy Tannery Brewery Nursery Pottery Smithy
"""
MENU = ["Home", "Opening times", "Prices and tickets", "Guided tours", "Getting here", "Accessibility", "Contact us"]
LEGAL = (
    "This message and its attachments are confidential and meant for the addressee alone. If you are not the "
    "addressee, please delete it and tell the sender. Opening times and prices may change without notice."
)
NOTICE = "Report every accident to visitor services at once."
FOOT = [
    "All opening times and prices are given without guarantee.",
    "Subscribe to our newsletter to hear about tickets, tours and prices first.",
    "© 2025 Valley Heritage Trust. All rights reserved.",
]


@dataclass(frozen=True, slots=True)
class Page:
    """What one document says."""

    name: str
    title: str
    paragraphs: tuple[str, ...]


def subjects(count: int = 16) -> list[Page]:
    """The pages of a site, each with an opening time, a price and a year of its own."""
    names = PLACES.split()
    return [
        _page(f"{names[number % len(names)]}{'' if number < len(names) else f' {number}'}", number)
        for number in range(count)
    ]


def _page(place: str, number: int) -> Page:
    title = f"Old {place}"
    return Page(
        name=place.lower().replace(" ", "-"),
        title=title,
        paragraphs=(
            f"The {title} was built in {1702 + 7 * number} by the families of the upper valley.",
            f"The {title} opens at {8 + number % 4}.{10 + 2 * number} every day but Sunday, closing when it gets dark.",
            f"A ticket for the {title} costs {number + 3} euros; children under twelve pay nothing.",
            f"Tours of the {title} start at the gate and take {30 + number} minutes with a guide who knows its people.",
        ),
    )


def divs(page: Page) -> str:
    """A static site without nav elements: the menu and the footer are divisions."""
    menu = "".join(f'<div class="m"><a href="/{place}">{escape(one)}</a></div>' for place, one in enumerate(MENU))
    return _html(page, f'<div id="top">{menu}</div>', "".join(f"<div>{one}</div>" for one in FOOT))


def list_menu(page: Page) -> str:
    """A static site whose menu is a list, with no role, and a list of all pages at the side."""
    menu = "".join(f'<li><a href="/{place}">{one}</a></li>' for place, one in enumerate(MENU))
    side = "".join(f"<li>{one.title}</li>" for one in subjects())
    return _html(page, f"<ul>{menu}</ul>", f"<h3>All places</h3><ul>{side}</ul><p>{' '.join(FOOT)}</p>")


def table_menu(page: Page) -> str:
    """A site laid out with a table, as of 1999."""
    menu = "<br>".join(f'<a href="{place}.htm">{one}</a>' for place, one in enumerate(MENU))
    words = "".join(f"<p>{one}</p>" for one in page.paragraphs)
    foot = " | ".join(FOOT)
    return (
        f"<html><head><title>{page.title}</title></head><body><table><tr><td>{menu}</td>"
        f"<td><h1>{page.title}</h1>{words}</td></tr></table><hr><font size=1>{foot}</font></body></html>"
    )


def banner(page: Page) -> str:
    """A site with a cookie notice and a banner before the text."""
    notice = "<div>We use cookies to remember your tickets and tours.</div><div>Accept all</div><div>Settings</div>"
    hours = "<p>Winter opening times apply from November on: see Opening times.</p>"
    return _html(page, notice + hours, "<div>Share this page</div><div>Print</div><div>Back to top</div>")


def markdown(page: Page) -> str:
    """An export to Markdown: the menu is a list of links before the title, the footer stands below a rule."""
    menu = "\n".join(f"- [{one}](/{place})" for place, one in enumerate(MENU))
    return "\n\n".join([menu, f"# {page.title}", *page.paragraphs, "---", *FOOT]) + "\n"


def wiki(page: Page) -> str:
    """A wiki page as text: links of the side at its end, edit links at its start."""
    head = "Article\nTalk\nRead\nEdit source\nView history"
    side = "\n".join(
        ["Tools", *(f"* {one}" for one in [*MENU, "What links here", "Related changes", "Printable version"])]
    )
    return "\n\n".join(
        [head, f"== {page.title} ==", *page.paragraphs, side, "This page was last reviewed by a volunteer."]
    )


def mail(page: Page) -> str:
    """A message with a signature and a disclaimer."""
    sign = "--\nIngrid Moss\nVisitor services, tickets and tours\nValley Heritage Trust\nOpening times: see our page"
    head = f"From: Ingrid Moss <i@valley.example>\nTo: all@valley.example\nSubject: {page.title}\n"
    head += "Date: Mon, 03 Mar 2025 09:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n"
    return head + "\n" + "\n\n".join(["Dear all,", *page.paragraphs, sign, LEGAL]) + "\n"


def text(page: Page) -> str:
    """A page saved as plain text: the menu is the first lines, in one paragraph."""
    return "\n\n".join(["\n".join(MENU), page.title, *page.paragraphs, "\n".join(FOOT)]) + "\n"


def handbook(page: Page) -> str:
    """A document of a quality system: a block of notices at the head and the foot of every one."""
    head = ["Valley Heritage Trust", "Controlled document. Printed copies are not kept up to date."]
    head += ["Tickets, prices and opening times: visitor services"]
    foot = ["Questions about this document go to the quality manager.", NOTICE]
    return "\n\n".join([*head, f"# {page.title}", *page.paragraphs, *foot]) + "\n"


def leaflet(page: Page) -> bytes:
    """A PDF of one page with a legal footer."""
    y, parts = 700, [at(60, 740, page.title, 18, "B")]
    for one in page.paragraphs:
        parts.append(lines(60, y, _wrapped(one)))
        y -= 50
    return pages("".join(parts) + lines(60, 120, [*_wrapped(" ".join(FOOT))], size=7, pitch=9))


SITES: Mapping[str, tuple[str, Callable[[Page], str | bytes]]] = {
    "divisions": (".html", divs),
    "list menu": (".html", list_menu),
    "table layout": (".htm", table_menu),
    "banner": (".html", banner),
    "markdown export": (".md", markdown),
    "wiki": (".txt", wiki),
    "mail": (".eml", mail),
    "saved text": (".txt", text),
    "handbook": (".md", handbook),
    "leaflets": (".pdf", leaflet),
}
"""Of each site the suffix of its files, and what writes one."""


def site(name: str, count: int = 16) -> dict[str, bytes]:
    """The files of a site."""
    suffix, write = SITES[name]
    made = {page.name + suffix: write(page) for page in subjects(count)}
    return {path: content.encode() if isinstance(content, str) else content for path, content in made.items()}


def _html(page: Page, before: str, after: str) -> str:
    words = "".join(f"<p>{escape(one)}</p>" for one in page.paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>{page.title}</title></head><body>{before}"
        f"<h1>{page.title}</h1>{words}{after}</body></html>"
    )


def _wrapped(words: str, width: int = 80) -> Sequence[str]:
    found, line = [], ""
    for word in words.split():
        if len(line) + len(word) > width:
            found.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*found, line]
