"""Crowding: one document, stuffed with the words of a question, must not leave others no room.

What is found is not taken away from a document that has much to say; where few documents hold most of what
was found, the best of the others is looked at too.
"""

from collections import Counter
from collections.abc import Iterable

_MUCH = 0.2
_MOST = 0.5


def crowding(owners: Iterable[str]) -> frozenset[str]:
    """The documents that each hold more than a fifth of what was found, where together they hold more than half.

    Args:
        owners: The document of each thing found.

    >>> sorted(crowding("aaaabc")), sorted(crowding("aabbcd")), sorted(crowding("abcdef"))
    (['a'], ['a', 'b'], [])
    """
    counts = Counter(owners)
    large = {owner: count for owner, count in counts.items() if count > _MUCH * counts.total()}
    return frozenset(large) if sum(large.values()) > _MOST * counts.total() else frozenset()
