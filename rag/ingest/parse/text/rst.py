"""reStructuredText: the file decoded, verbatim, read as the plain text that it is; what directs a program is no text.

Nothing is included, fetched or run.
"""

import re
from collections.abc import Sequence

from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text.decode import decode_within
from rag.ingest.parse.text.layout import lay_out
from rag.ingest.parse.text.lines import Line
from rag.ingest.parse.text.plain_tree import read_layout

_DIRECTIVE = re.compile(r"\.\. (?:[\w:.+-]+|\|[^|\n]{1,60}\| [\w-]+)::")
_TARGET = re.compile(r"\.\. (?:_[^\n:]{1,80}:|__:)|__ \S")
_OPTION = re.compile(r":[\w-]{1,40}:(?:\s|$)")
_COMMENT = re.compile(r"\.\.(?:\s|$)")
_NOTE = re.compile(r"\.\. \[[^\]\n]{1,40}\] ")
_SAYS = re.compile(
    r"\.\. (?:note|warning|caution|important|tip|hint|danger|error|attention|admonition|seealso|topic)::\s*\S"
)
_MECHANICAL = re.compile(r"\.\. (?:toctree|contents|include|raw|index|image|highlight|role|default-role|meta)::")


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a reStructuredText file.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    layout = lay_out(text, int(text.startswith("\ufeff")), len(text))
    layout.asides |= _directions(text, layout.lines)
    return Parsed(text=text, media_type=media_type, blocks=tuple(read_layout(layout)))


def _directions(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """The lines that direct a program: directives with their options, targets of links, comments."""
    found: set[int] = set()
    within = -1  # the indent of a comment
    directive = False
    for place, line in enumerate(lines):
        words = line.of(text)
        if within >= 0 and line.indent > within:
            found.add(place)
            continue
        within = -1
        if _SAYS.match(words) or _NOTE.match(words):
            directive = True
        elif _COMMENT.match(words) or _TARGET.match(words):
            found.add(place)
            directive = bool(_DIRECTIVE.match(words) or _TARGET.match(words))
            within = line.indent if _MECHANICAL.match(words) or not directive else -1
        elif directive and not line.gap and _OPTION.match(words):
            found.add(place)
        else:
            directive = False
    return frozenset(found)
