"""The spool: the bytes of accepted files, on disk until their job is done.

<data_dir>/spool/<job id>/<position>    one file of a job, by its place in it
"""

import os
import shutil
from collections.abc import Collection
from pathlib import Path


class Spool:
    """The spool of a data directory.

    Args:
        folder: Made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, job_id: str) -> Path:
        """A new folder for the files of a job."""
        folder = self._folder / job_id
        folder.mkdir(parents=True)
        return folder

    def file(self, job_id: str, position: int) -> Path:
        """Where a file of a job is."""
        return self._folder / job_id / str(position)

    def keep(self, job_id: str) -> None:
        """Have the disk keep the folder of a job and all files in it, through a power cut too.

        Raises:
            OSError: When the disk cannot.
        """
        folder = self._folder / job_id
        for path in (*folder.iterdir(), folder, self._folder, self._folder.parent):
            _sync(path)

    def remove(self, job_id: str) -> None:
        """Delete the files of a job."""
        shutil.rmtree(self._folder / job_id, ignore_errors=True)

    def remove_others(self, job_ids: Collection[str]) -> None:
        """Delete the files of every job but ``job_ids``: nobody was told that they were accepted."""
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                if folder.name not in job_ids:
                    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
