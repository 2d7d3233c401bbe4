"""The errors of Footnote.

``FootnoteError`` and below: the operator or the environment must act. A caller's own mistake (a blank
question, a limit out of range) is ``InvalidRequest``, a ``ValueError``.

    FootnoteError
    |-- SettingsError           a FOOTNOTE_* name or value that cannot be used
    |-- ModelError              a model whose files are missing, or are not the expected ones
    |-- DataDirectoryError      a data directory that cannot be used
    |   |-- DataDirectoryInUse      another process owns it
    |   |-- CatalogError            its catalog cannot be read or written
    |   |   `-- CatalogUnreachable      its database does not answer, for now
    |   |-- DiskFull                its disk cannot keep what was to be stored
    |   |   `-- CatalogFull             that of the catalog; a CatalogError too
    |   |-- IndexMismatch           it was built with another encoder or other passage settings
    |   `-- GenerationRetired       a document made for a generation that another has replaced
    |-- VectorsUnavailable      a vector index that cannot be asked now
    |-- ArchiveError            a backup or an export that cannot be written, or read
    |-- PassageTooLong          a passage that the encoder would cut silently
    |-- DocumentRejected        a file that cannot become a document
    |-- Overloaded              so much is open or under way that no more can be begun
    |-- ParserUnavailable       the process that parses documents does not start
    |-- WriterFailed            a language model that did not answer, or not in time
    |-- NotFound                an id that the catalog does not hold
    `-- ChangeForbidden         what the catalog holds forbids the change
"""


def not_installed(what: str, package: str, extra: str) -> str:
    """How it is told that ``what`` needs a package of one of Footnote's extras.

    >>> not_installed("footnote eval", "scipy", "eval")
    "footnote eval needs scipy, which is not installed: pip install 'footnote[eval]'"
    """
    return f"{what} needs {package}, which is not installed: pip install 'footnote[{extra}]'"


class FootnoteError(Exception):
    """Anything that the operator or the environment must put right."""


class SettingsError(FootnoteError):
    """A ``FOOTNOTE_*`` variable whose name or value cannot be used."""


class ModelError(FootnoteError):
    """A model that cannot be loaded, or whose files are not the expected ones."""


class DataDirectoryError(FootnoteError):
    """A data directory that cannot be used."""


class DataDirectoryInUse(DataDirectoryError):
    """Another process owns the data directory."""


class DiskFull(DataDirectoryError):
    """The disk cannot keep what was to be stored; nothing of it was."""


class CatalogError(DataDirectoryError):
    """The catalog cannot be read or written."""


class CatalogUnreachable(CatalogError):
    """The database that has the catalog does not answer; it may again."""


class CatalogFull(CatalogError, DiskFull):
    """The disk cannot keep what was to be stored in the catalog; nothing of it was."""


class IndexMismatch(DataDirectoryError):
    """The data directory was built with another encoder or other passage settings."""


class GenerationRetired(DataDirectoryError):
    """What was to be stored was made for a generation that another has replaced since."""


class VectorsUnavailable(FootnoteError):
    """A vector index that cannot be asked now: its server is gone, or what it holds is not known to be right."""


class ArchiveError(FootnoteError):
    """A backup or an export that cannot be written, or one to read that is not as it should be."""


class PassageTooLong(FootnoteError):
    """A passage that does not fit the encoder's token limit."""


class DocumentRejected(FootnoteError):
    """A file that cannot become a document; the message says why."""


class Overloaded(FootnoteError):
    """So much is open or under way that no more can be begun; later it can."""


class ParserUnavailable(FootnoteError):
    """The process that parses documents does not start."""


class WriterFailed(FootnoteError):
    """A language model that did not answer, or not in time; the message says which, and nothing of what was said."""


class NotFound(FootnoteError):
    """An id that the catalog does not hold.

    Args:
        what: ``"document"``, ``"collection"`` or ``"answer"``.
        identifier: The id that was asked for.
    """

    def __init__(self, what: str, identifier: str) -> None:
        super().__init__(f"there is no {what} {identifier!r}")
        self.what = what
        self.identifier = identifier


class ChangeForbidden(FootnoteError):
    """A change that what the catalog holds forbids; the message says what stands in the way."""


class InvalidRequest(ValueError):
    """A question, query or limit that the caller must change."""
