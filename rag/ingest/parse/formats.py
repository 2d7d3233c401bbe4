"""Which parser reads a file: its suffix says, and its first bytes must agree."""

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath

from rag.errors import DocumentRejected
from rag.ingest.parse.ocr import is_installed
from rag.ingest.parse.parsed import Limits, Parsed

_Parser = Callable[[bytes, str, Limits], Parsed]

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".eml": "message/rfc822",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".rtf": "application/rtf",
    ".rst": "text/x-rst",
    ".log": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".ipynb": "application/x-ipynb+json",
    **dict.fromkeys(
        """.py .pyi .js .mjs .cjs .jsx .ts .tsx .java .c .h .cc .cpp .hpp .cs .go .rs .rb .php .swift .kt .scala .lua
        .pl .r .jl .sh .bash .zsh .ps1 .bat .sql .css .scss .less .vue .toml .ini .cfg .conf .properties .tf .proto
        .gradle""".split(),
        "text/x-source",
    ),
}
"""The media type of each suffix that is read."""

_MODULES = {
    "text/plain": "text.plain",
    "text/markdown": "text.markdown",
    "text/html": "markup.html",
    "application/xhtml+xml": "markup.html",
    "application/pdf": "pdf.lines",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "office.docx",
    "application/epub+zip": "markup.epub",
    "message/rfc822": "markup.mail",
    "text/csv": "sheets.delimited",
    "text/tab-separated-values": "sheets.delimited",
    "application/json": "data.json",
    "application/jsonl": "data.json",
    "application/yaml": "data.yaml",
    "application/xml": "data.xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheets.xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "office.pptx",
    "application/vnd.oasis.opendocument.text": "office.odf",
    "application/vnd.oasis.opendocument.spreadsheet": "sheets.ods",
    "application/vnd.oasis.opendocument.presentation": "office.odf",
    "application/rtf": "office.rtf",
    "text/x-rst": "text.rst",
    "text/x-source": "text.code",
    "application/x-ipynb+json": "data.notebook",
    "image/png": "ocr.images",
    "image/jpeg": "ocr.images",
    "image/tiff": "ocr.images",
}
_ZIPPED = frozenset(MEDIA_TYPES[suffix] for suffix in (".docx", ".epub", ".xlsx", ".pptx", ".odt", ".ods", ".odp"))
_SIGNED = {
    MEDIA_TYPES[".rtf"]: "an RTF file",
    MEDIA_TYPES[".png"]: "a PNG image",
    MEDIA_TYPES[".jpg"]: "a JPEG image",
    MEDIA_TYPES[".tif"]: "a TIFF image",
}
_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or encrypted Office file",
    b"{\\rtf": "an RTF file",
    b"\x1f\x8b": "gzip data",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"\x7fELF": "a program",
    b"SQLite format 3\x00": "an SQLite database",
}


_PLAIN_NAMES = frozenset(
    "readme license copying changelog changes authors notice install contributing news todo".split()
)


def suffix_of(name: str) -> str:
    """The suffix that says what a file is, in small letters; a README without one is plain text.

    >>> suffix_of("Notes.MD"), suffix_of("docs/README"), suffix_of("Makefile")
    ('.md', '.txt', '')
    """
    path = PurePath(name)
    return ".txt" if path.name.lower() in _PLAIN_NAMES else path.suffix.lower()


def is_read(suffix: str) -> bool:
    """Whether files of a suffix are read here: images are where text recognition is installed."""
    media_type = MEDIA_TYPES.get(suffix)
    return media_type is not None and (is_installed() or not media_type.startswith("image/"))


def parse(name: str, source: bytes, limits: Limits | None = None) -> Parsed:
    """Extract the text of a file.

    For plain text and Markdown it is the file decoded, verbatim; for other formats what they show.

    Args:
        name: The file's name; only its suffix counts.
        limits: Of these only the length of the text is held here; a child process holds the others.

    Raises:
        DocumentRejected: For a type that is not read, content of another type, a damaged file, one
            without a letter or digit, or one above a limit; says which.
    """
    suffix = suffix_of(name)
    if suffix not in MEDIA_TYPES:
        raise DocumentRejected(f"{suffix or 'no suffix'}: only {', '.join(MEDIA_TYPES)} files can be read")
    media_type = MEDIA_TYPES[suffix]
    _check_signature(suffix, media_type, source)
    parsed = _parser(media_type)(source, media_type, limits or Limits())
    if not any(character.isalnum() for character in parsed.text):
        raise DocumentRejected("empty: the file has no letter or digit")
    return parsed


def _parser(media_type: str) -> _Parser:
    """A format's parser; its library is loaded when its first file comes."""
    module = import_module(f"rag.ingest.parse.{_MODULES[media_type]}")
    found: _Parser = module.parse
    return found


def _check_signature(suffix: str, media_type: str, source: bytes) -> None:
    if not source:
        raise DocumentRejected("empty: the file has no letter or digit")
    found = next((what for start, what in _SIGNATURES.items() if source.startswith(start)), None)
    if media_type == "application/pdf":
        if b"%PDF-" not in source[:1024]:
            raise DocumentRejected(f"not a PDF: it is {found or 'something else'} named {suffix}")
        return
    wanted = "a zip archive" if media_type in _ZIPPED else _SIGNED.get(media_type)
    if wanted and found != wanted:
        raise DocumentRejected(f"not a {suffix} file: it is {found or f'not {wanted}'}")
    if found and not wanted:
        raise DocumentRejected(f"not text: it is {found} named {suffix}")
