"""What a document says about itself: title, author, publisher, date, and what is only boilerplate.

Only the head of a document (before its first paragraph of prose, 50 leaves at most) and its foot are
looked at, and only lines of their own. What this does not do: guess; a value that nothing states is ``None``,
for a wrong date or title does more harm than none.
"""

from rag.ingest.describe.description import Described, describe
from rag.ingest.describe.page import is_prose

__all__ = ["Described", "describe", "is_prose"]
