"""Which reader answers a question."""

from rag.answer.read.generative import GenerativeReader
from rag.answer.read.reader import READERS
from rag.errors import InvalidRequest


def chosen(reader: str | None, writer: GenerativeReader | None) -> GenerativeReader | None:
    """The writer where it is to answer, ``None`` where the sources' own words are.

    Raises:
        InvalidRequest: For a reader that there is not.
    """
    if reader is not None and reader not in READERS:
        raise InvalidRequest(f"reader must be one of {', '.join(READERS)}, not {reader!r}")
    if reader == "generative" and writer is None:
        raise InvalidRequest("reader 'generative' needs a writer, and none is set up: see FOOTNOTE_WRITER_URL")
    return None if reader == "extractive" else writer
