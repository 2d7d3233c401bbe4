"""The catalog: what is true about the corpus. All SQL of Footnote is in this package."""

from rag.catalog.answers import AnswerTable, StoredAnswer, now
from rag.catalog.catalog import Catalog, IndexState, Inventory, NewDocument
from rag.catalog.jobs import Job, JobFile

__all__ = [
    "AnswerTable",
    "Catalog",
    "IndexState",
    "Inventory",
    "Job",
    "JobFile",
    "NewDocument",
    "StoredAnswer",
    "now",
]
