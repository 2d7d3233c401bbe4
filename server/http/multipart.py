"""A multipart body, part by part onto the disk.

Litestar would read every part into memory or into temporary files, within the limit of all other
routes; this takes the bytes as they come, and stops at the first that is too much.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from rag.ingest.files import allowed_bytes
from rag.types import DEFAULT_COLLECTION
from server.http.filenames import display_name

MOST_FILES = 1_000
_ALLOWED_AROUND = 1_000_000  # bytes of a body that belong to no file: the headers of its parts, the other field
_MOST_FIELD_BYTES = 1_000


class TooLarge(HTTPException):
    """More bytes, or more files, than are accepted."""

    status_code = 413


class Receiver:
    """Takes the bytes of one multipart body.

    Args:
        folder: Where the files go, each named by its position, from 0.
        limit: Most bytes of a file, and of all files together.

    ``names`` then says how each file is shown, by position; ``collection`` is the field of that name.
    """

    def __init__(self, folder: Path, *, boundary: str, limit: int) -> None:
        self.names: list[str] = []
        self._folder = folder
        self._limit = limit
        self._received = 0
        self._in_files = 0
        self._file: BinaryIO | None = None
        self._field: bytearray | None = None
        self._collection: bytearray | None = None
        with _refusing():
            self._parser = PushMultipartParser(boundary, max_segment_count=MOST_FILES + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def collection(self) -> str:
        """The field of that name, the default collection where there was none."""
        return (self._collection or b"").decode("utf-8", "replace") or DEFAULT_COLLECTION

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
            ClientException: When it ended too early, or had no file.
        """
        with _refusing():
            self._parser.close()
        if not self.names:
            raise ClientException(detail="there is no file; send at least one part named 'file' that has a file name")

    def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        match event:
            case MultipartSegment():
                self._begin(event)
            case None:
                self.__exit__()
                self._file = self._field = None
            case _ if self._file is not None:
                self._in_files += len(event)
                self._check_files()
                self._file.write(event)
            case _ if self._field is not None:
                self._field += event
                if len(self._field) > _MOST_FIELD_BYTES:
                    raise ClientException(detail=f"collection: more than {_MOST_FIELD_BYTES} bytes")

    def _begin(self, part: MultipartSegment) -> None:
        if part.name == "collection" and part.filename is None:
            if self._collection is not None:
                raise ClientException(detail="collection is given more than once; bring each one's files by itself")
            self._field = self._collection = bytearray()
        elif part.name == "file" and part.filename is None:
            raise ClientException(detail="file: send it as a file, with a file name")
        elif part.name == "file" and part.filename:
            if len(self.names) == MOST_FILES:
                raise TooLarge(detail=f"at most {MOST_FILES} files a request")
            self._file = (self._folder / str(len(self.names))).open("xb")
            self.names.append(display_name(part.filename))
        elif part.name != "file":  # a form in which no file was chosen sends one without a name: passed over
            raise ClientException(detail=f"unknown field {part.name!r}; the fields are 'file' and 'collection'")

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
