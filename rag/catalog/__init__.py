"""The catalog: what is true about the corpus. All SQL of Footnote is in this package."""

from rag.catalog.answers import AnswerTable, StoredAnswer, now
from rag.catalog.catalog import Catalog
from rag.catalog.derived import Derived
from rag.catalog.documents import Inventory, NewDocument
from rag.catalog.generations import Generation
from rag.catalog.jobs import Job, JobFile, JobSummary
from rag.catalog.schema import explained

__all__ = [
    "AnswerTable",
    "Catalog",
    "Derived",
    "Generation",
    "Inventory",
    "Job",
    "JobFile",
    "JobSummary",
    "NewDocument",
    "StoredAnswer",
    "explained",
    "now",
]
