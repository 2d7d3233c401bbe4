"""How much was ingested since the library was opened."""

import threading


class Tally:
    """Files by what became of them, passages, and the seconds that all of it took; safe to use from several threads."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.passages = 0
        self.seconds = 0.0
        self._guard = threading.Lock()

    def add(self, outcome: str, passages: int, seconds: float) -> None:
        """Count one file.

        Args:
            seconds: Since the file before, or since the ingest began.

        >>> tally = Tally()
        >>> tally.add("added", 3, 0.5)
        >>> tally.add("added", 1, 0.25)
        >>> tally.files, tally.passages, tally.seconds
        ({'added': 2}, 4, 0.75)
        """
        with self._guard:
            self.files[outcome] = self.files.get(outcome, 0) + 1
            self.passages += passages
            self.seconds += seconds
