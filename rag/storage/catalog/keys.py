"""The keys of passages: numbers that are given once."""

import threading


class Keys:
    """The numbers after those that were ever keys; safe to use from several threads."""

    def __init__(self, highest: int) -> None:
        self._highest = highest
        self._guard = threading.Lock()

    def take(self, count: int) -> list[str]:
        """The next numbers, as the keys that they are."""
        with self._guard:
            first = self._highest + 1
            self._highest += count
        return [str(number) for number in range(first, first + count)]
