"""The catalog: what is true about the corpus. All SQL of Footnote is in this package."""

from rag.storage.catalog.access import Key, KeyScope, KeyTable
from rag.storage.catalog.answers import AnswerTable, Feedback, StoredAnswer, now
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.copying import Copied
from rag.storage.catalog.derived import Derived
from rag.storage.catalog.documents import Inventory, NewDocument
from rag.storage.catalog.generations import Generation
from rag.storage.catalog.jobs import Job, JobFile, JobSummary
from rag.storage.catalog.listing import Order, Wanted
from rag.storage.catalog.opening import connected
from rag.storage.catalog.scales import FittedScale

__all__ = [
    "AnswerTable",
    "Catalog",
    "Copied",
    "Derived",
    "Feedback",
    "FittedScale",
    "Generation",
    "Inventory",
    "Job",
    "JobFile",
    "JobSummary",
    "Key",
    "KeyScope",
    "KeyTable",
    "NewDocument",
    "Order",
    "StoredAnswer",
    "Wanted",
    "connected",
    "now",
]
