"""From a file's bytes to the text that citations index, its blocks and what it says of itself.

One module a format, each the only one that talks to its library. Nothing here opens a file or a
connection: bytes in, text out. What this does not do: guess at what a line means; ``describe`` does.
"""

from rag.ingest.parse.formats import MEDIA_TYPES, is_read, parse, suffix_of
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.sandbox.lanes import GivenUp, Lane, PutOff
from rag.ingest.parse.sandbox.process import ParserProcess

__all__ = [
    "MEDIA_TYPES",
    "GivenUp",
    "Lane",
    "Limits",
    "Parsed",
    "ParserProcess",
    "PutOff",
    "is_read",
    "parse",
    "suffix_of",
]
