"""A multipart body, part by part onto the disk.

Litestar would read every part into memory or into temporary files, within the limit of all other
routes; this takes the bytes as they come, and stops at the first that is too much.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Annotated, BinaryIO, Self

import msgspec
from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from rag.ingest.files import allowed_bytes
from rag.types import DEFAULT_COLLECTION
from server.http.filenames import display_name

MOST_FILES = 1_000
_ALLOWED_AROUND = 1_000_000  # bytes of a body that belong to no file: the headers of its parts, the other field
_MOST_FIELD_BYTES = {"collection": 1_000, "sources": 900_000}


class TooLarge(HTTPException):
    """More bytes, or more files, than are accepted."""

    status_code = 413


class Source(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a file comes from: the path that answers name, and what tells it from another file of that path."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
    origin: Annotated[str, msgspec.Meta(min_length=1, max_length=8_192)]


class Receiver:
    """Takes the bytes of one multipart body.

    Args:
        folder: Where the files go, each named by its position, from 0.
        limit: Most bytes of a file, and of all files together.

    ``names`` then says how each file is shown, by position, and ``origins`` where it comes from, if the request
    does; ``collection`` is the field of that name.
    """

    def __init__(self, folder: Path, *, boundary: str, limit: int) -> None:
        self.names: list[str] = []
        self.origins: list[str] = []
        self._folder = folder
        self._limit = limit
        self._received = 0
        self._in_files = 0
        self._file: BinaryIO | None = None
        self._field = ""
        self._fields: dict[str, bytearray] = {}
        with _refusing():
            self._parser = PushMultipartParser(boundary, max_segment_count=MOST_FILES + len(_MOST_FIELD_BYTES))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def collection(self) -> str:
        """The field of that name, the default collection where there was none."""
        return self._fields.get("collection", b"").decode("utf-8", "replace") or DEFAULT_COLLECTION

    def expect(self, length: int | None) -> None:
        """Refuse a body that says itself that it is too long, before any of it is read.

        Raises:
            TooLarge: When it is.
        """
        if length is not None and length > self._limit + _ALLOWED_AROUND:
            raise TooLarge(detail=f"the request has {length} bytes; {self._allowed()}")

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            ClientException: For bytes that are not what the route takes.
            TooLarge: Beyond the limit.
            OSError: When the disk is full.
        """
        self._received += len(chunk)
        if self._received > self._limit + _ALLOWED_AROUND:
            raise TooLarge(detail=f"the request has {self._received} bytes or more; {self._allowed()}")
        with _refusing():
            for event in self._parser.parse(chunk):
                self._take(event)

    def finish(self) -> None:
        """The body has ended.

        Raises:
            ClientException: When it ended too early, had no file, or says of other files where they come from.
        """
        with _refusing():
            self._parser.close()
        if not self.names:
            raise ClientException(detail="there is no file; send at least one part named 'file' that has a file name")
        if "sources" in self._fields:
            self._take_sources()

    def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        match event:
            case MultipartSegment():
                self._begin(event)
            case None:
                self.__exit__()
                self._file, self._field = None, ""
            case _ if self._file is not None:
                self._in_files += len(event)
                self._check_files()
                self._file.write(event)
            case _ if self._field:
                self._fields[self._field] += event
                if len(self._fields[self._field]) > _MOST_FIELD_BYTES[self._field]:
                    raise ClientException(detail=f"{self._field}: more than {_MOST_FIELD_BYTES[self._field]} bytes")

    def _begin(self, part: MultipartSegment) -> None:
        if part.name in _MOST_FIELD_BYTES and part.filename is None:
            if part.name in self._fields:
                raise ClientException(detail=f"{part.name} is given more than once; bring each one's files by itself")
            self._field, self._fields[part.name] = part.name, bytearray()
        elif part.name == "file" and part.filename is None:
            raise ClientException(detail="file: send it as a file, with a file name")
        elif part.name == "file" and part.filename:
            if len(self.names) == MOST_FILES:
                raise TooLarge(detail=f"at most {MOST_FILES} files a request")
            self._file = (self._folder / str(len(self.names))).open("xb")
            self.names.append(display_name(part.filename))
        elif part.name != "file":  # a form in which no file was chosen sends one without a name: passed over
            raise ClientException(detail=f"unknown field {part.name!r}; the fields are 'file', 'collection', 'sources'")

    def _take_sources(self) -> None:
        """Name the files as the request does: a path is how a document is shown, never where a file is."""
        try:
            sources = msgspec.json.decode(self._fields["sources"], type=list[Source])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ClientException(detail=f"sources: {error}") from error
        if len(sources) != len(self.names):
            raise ClientException(detail=f"sources: {len(sources)} for {len(self.names)} files; give one each")
        for source in sources:
            if source.path.startswith("/") or ".." in PurePosixPath(source.path).parts:
                raise ClientException(detail=f"sources: the path {source.path!r} is not one below a folder")
        self.names = [source.path for source in sources]
        self.origins = [source.origin for source in sources]

    def _check_files(self) -> None:
        if self._in_files > self._limit:
            large = "the files have" if len(self.names) > 1 else f"{self.names[-1]!r} has"
            raise TooLarge(detail=f"{large} more than {self._limit} bytes; {self._allowed()}")

    def _allowed(self) -> str:
        return allowed_bytes(self._limit)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except ParserLimitReached as error:
        raise TooLarge(detail=f"at most {MOST_FILES} files a request, with short headers: {error}") from error
    except (MultipartError, UnicodeError) as error:
        raise ClientException(detail=f"the body cannot be read as multipart/form-data: {error}") from error
