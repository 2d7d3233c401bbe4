"""The spool: the bytes of accepted files, on disk until their job is done.

<data_dir>/spool/<job id>/<position>    one file of a job, by its place in it
<data_dir>/spool/<job id>/origins       where they came from, if they were not uploaded; no backup has it

Ids and positions come from the catalog, which may come from elsewhere: none leads out of the spool.
"""

import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from rag.errors import DataDirectoryError
from rag.storage.directory import JOB_ID, remove_tree

_ORIGINS = "origins"


class Spool:
    """The spool of a data directory.

    Args:
        folder: Made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, job_id: str) -> Path:
        """A new folder for the files of a job.

        Raises:
            DataDirectoryError: When a job cannot have this id, or the spool is a link.
        """
        folder = self._of(job_id)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        return folder

    def folder(self, job_id: str) -> Path:
        """The folder of a job.

        Raises:
            DataDirectoryError: When no job has this id, or the spool is a link.
        """
        return self._of(job_id)

    def file(self, job_id: str, position: int) -> Path:
        """Where a file of a job is.

        Raises:
            DataDirectoryError: When no job has this id, no file this position, or one of them is a link.
        """
        if not isinstance(position, int) or position < 0:
            raise DataDirectoryError(f"job {job_id} has a file at {position!r}, where none can be; {_HOW}")
        return _no_link(self._of(job_id) / str(position))

    def note_origins(self, job_id: str, origins: Sequence[str]) -> None:
        """Write down where the files of a job came from, by position.

        Raises:
            OSError: When the disk cannot keep it.
        """
        if origins:
            (self._of(job_id) / _ORIGINS).write_bytes(msgspec.json.encode(origins))

    def origins(self, job_id: str) -> list[str]:
        """Where the files of a job came from, by position; none where they were uploaded.

        Raises:
            DataDirectoryError: When no job has this id, or one of its files is a link.
        """
        noted = _no_link(self._of(job_id) / _ORIGINS)
        return msgspec.json.decode(noted.read_bytes(), type=list[str]) if noted.is_file() else []

    def keep(self, job_id: str) -> None:
        """Have the disk keep the folder of a job and all files in it, for its owner alone, through a power cut too.

        Raises:
            OSError: When the disk cannot.
        """
        folder = self._of(job_id)
        for path in folder.iterdir():
            _sync(path, private=True)
        for path in (folder, self._folder, self._folder.parent):
            _sync(path)

    def remove(self, job_id: str) -> None:
        """Delete the files of a job.

        Raises:
            DataDirectoryError: When no job has this id, or the spool is a link.
        """
        remove_tree(self._of(job_id))

    def remove_others(self, job_ids: Collection[str]) -> None:
        """Delete the files of every job but ``job_ids``: nobody was told that they were accepted.

        Raises:
            DataDirectoryError: When the spool is a link.
        """
        if _no_link(self._folder).is_dir():
            for folder in self._folder.iterdir():
                if folder.name not in job_ids:
                    remove_tree(folder)

    def _of(self, job_id: str) -> Path:
        if not JOB_ID.fullmatch(job_id):
            raise DataDirectoryError(f"the catalog has a job {job_id[:200]!r}, which no job is called; {_HOW}")
        return _no_link(_no_link(self._folder) / job_id)


_HOW = "the catalog was changed by something else: restore a backup into a new directory with `footnote restore`"


def _no_link(path: Path) -> Path:
    if path.is_symlink():
        raise DataDirectoryError(f"{path} is a link, and no link in a data directory is followed; delete it")
    return path


def _sync(path: Path, *, private: bool = False) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if private and os.name == "posix":
            os.fchmod(descriptor, stat.S_IRUSR | stat.S_IWUSR)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
