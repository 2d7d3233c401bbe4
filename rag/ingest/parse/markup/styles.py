"""What style sheets and attributes declare for the elements of a page, read by tinycss2 and cssselect2.

Only properties that can hide or raise a text are kept. What this does not do: fetch a style sheet, run a script, nested
rules, ``@container``; of media, a screen 1280 by 800 pixels large is assumed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cssselect2
import tinycss2

SCREEN = (1_280.0, 800.0)
"""Width and height in pixels."""

Declared = Mapping[str, Sequence[Any]]
"""The tokens of each declared property, in the order of the cascade; the last of two that set the same counts."""

_READ = frozenset(
    """
    display content-visibility visibility opacity filter font font-size color -webkit-text-fill-color text-shadow
    background background-color background-image background-clip -webkit-background-clip color-scheme position left
    right top bottom inset text-indent margin margin-left margin-right margin-top clip clip-path -webkit-clip-path
    transform translate scale zoom height max-height width max-width overflow overflow-x overflow-y float
    vertical-align
    """.split()
)
_PRESENTATIONAL = {"color": "color", "text": "color", "bgcolor": "background-color", "background": "background-image"}
_SAYING = ("style", *_PRESENTATIONAL)
_CONTAINING = frozenset({"media", "supports", "layer"})
_MOST_CHARACTERS = 2_000_000
_DEEPEST = 8
_BLANK = frozenset({"whitespace", "comment"})
_QUERY = re.compile(r"(?:only\s+)?(?P<kind>all|screen|print|speech|not\s+print|not\s+speech)?(?:\s*and\b)?(?P<rest>.*)")
_WIDTH = re.compile(
    r"\s*+(?:and\b\s*+)?\(\s*+(?P<end>min|max)-width\s*+:\s*+(?P<size>[\d.]++)(?P<unit>px|em|rem)\s*+\)"
)

_Rule = list[Any]


class Styles:
    """What is declared for each element of a page.

    Args:
        root: The page.
        linked: The style sheets that it links to, where they are known.
    """

    def __init__(self, root: Any, linked: Sequence[str] | None = None) -> None:
        sheets = [*(linked or ()), *_own_sheets(root)]
        self.known = linked is not None or next(_links(root), None) is None
        """Whether every style sheet of the page is."""
        self._matcher = cssselect2.Matcher()
        self._rules = 0
        for sheet in sheets:
            self._read(tinycss2.parse_stylesheet(sheet[:_MOST_CHARACTERS], True, True), _DEEPEST)

    def elements(self, root: Any) -> dict[Any, Declared]:
        """The elements for which something is declared."""
        found: dict[Any, Declared] = {}
        known: dict[tuple[object, ...], Declared] = {}  # most elements of a page are declared the same as others
        for element, rules in self._matched(root):
            said = (*map(id, rules), element.tag == "font", *(element.get(name) for name in _SAYING))
            if said not in known:
                known[said] = _cascade(element, rules)
            if declared := known[said]:
                found[element] = declared
        return found

    def _matched(self, root: Any) -> Iterator[tuple[Any, Sequence[_Rule]]]:
        if not self._rules:
            yield from ((element, ()) for element in root.iter() if element.attrib)
            return
        for wrapper in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
            found = self._matcher.match(wrapper)
            yield wrapper.etree_element, [rule for _, _, pseudo, rule in found if pseudo is None]

    def _read(self, nodes: Sequence[Any], depth: int) -> None:
        for node in nodes:
            if node.type == "qualified-rule":
                self._add(node)
            elif node.type == "at-rule" and depth:
                if node.lower_at_keyword == "import":
                    self.known = False
                elif node.content and node.lower_at_keyword in _CONTAINING and _holds(node):
                    self._read(tinycss2.parse_rule_list(node.content, True, True), depth - 1)

    def _add(self, node: Any) -> None:
        declarations = _declarations(node.content)
        if not declarations:
            return
        try:
            selectors = cssselect2.compile_selector_list(node.prelude)
        except cssselect2.SelectorError:  # a browser passes over such a rule, too
            return
        for selector in selectors:
            self._matcher.add_selector(selector, declarations)
            self._rules += 1


def tokens_of(value: Sequence[Any]) -> list[Any]:
    """The tokens of a value without white space and comments."""
    return [token for token in value if token.type not in _BLANK]


def _links(root: Any) -> Iterator[Any]:
    """The links of a page to style sheets elsewhere."""
    for link in root.iter("link"):
        kinds = (link.get("rel") or "").lower().split()
        if "stylesheet" in kinds and "alternate" not in kinds and _media_hold(link.get("media") or ""):
            yield link


def linked_sheets(root: Any) -> list[str]:
    """The addresses of the style sheets that a page links to."""
    return [link.get("href") or "" for link in _links(root)]


def _own_sheets(root: Any) -> list[str]:
    return ["".join(style.itertext()) for style in root.iter("style") if _media_hold(style.get("media") or "")]


def _cascade(element: Any, rules: Sequence[_Rule]) -> dict[str, list[Any]]:
    """What counts for an element: attributes before rules before its own style, what is important last."""
    own = _own_style(element.get("style") or "")
    declared: dict[str, list[Any]] = {}
    for name, read_as in _PRESENTATIONAL.items():
        if (value := element.get(name)) and (name != "color" or element.tag == "font"):
            _set(declared, read_as, tinycss2.parse_component_value_list(value))
    for important in (False, True):
        for declaration in (one for rule in (*rules, own) for one in rule if one.important is important):
            _set(
                declared,
                declaration.name if declaration.name.startswith("--") else declaration.lower_name,
                declaration.value,
            )
    return declared


def _set(declared: dict[str, list[Any]], name: str, value: Sequence[Any]) -> None:
    declared.pop(name, None)  # what comes later must stand later: "font" and "font-size" set the same
    declared[name] = tokens_of(value)


def _declarations(content: Sequence[Any]) -> _Rule:
    return [
        one
        for one in tinycss2.parse_blocks_contents(content, True, True)
        if one.type == "declaration" and (one.lower_name in _READ or one.name.startswith("--"))
    ]


@lru_cache(maxsize=1_024)
def _own_style(style: str) -> _Rule:
    return _declarations(tinycss2.parse_component_value_list(style)) if style else []


def _holds(rule: Any) -> bool:
    prelude = tinycss2.serialize(rule.prelude).strip().lower()
    if rule.lower_at_keyword == "media":
        return _media_hold(prelude)
    return not prelude.startswith("not")


def _media_hold(queries: str) -> bool:
    """Whether one of the media is the screen that is assumed; what is not known of it does not hold."""
    return not queries.strip() or any(_medium_holds(query.strip()) for query in queries.lower().split(","))


def _medium_holds(query: str) -> bool:
    medium = _QUERY.fullmatch(query)
    if medium is None or medium["kind"] in ("print", "speech"):
        return False
    rest = medium["rest"]
    while rest.strip():
        width = _WIDTH.match(rest)
        if width is None:
            return False
        size = float(width["size"]) * (1 if width["unit"] == "px" else 16)
        if (SCREEN[0] < size) if width["end"] == "min" else (SCREEN[0] > size):
            return False
        rest = rest[width.end() :]
    return True
