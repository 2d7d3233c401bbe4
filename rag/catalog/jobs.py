"""The files that were accepted and what became of each, kept through a restart."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from rag.catalog.answers import now
from rag.catalog.schema import Connections
from rag.errors import NotFound

_UNFINISHED = "('queued', 'running')"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """A file of a job. ``outcome`` is ``None`` until it is known."""

    position: int
    name: str
    outcome: str | None
    document_id: str | None
    reason: str | None
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Files that came together. ``state`` is ``queued``, ``running``, ``done`` or ``failed``."""

    id: str
    collection: str
    state: str
    files: tuple[JobFile, ...]


class JobTable:
    """The jobs of a catalog, in the order in which they were accepted."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, job_id: str, collection: str, names: Sequence[str], *, keep: int) -> None:
        """Store a new job; of the finished ones only the newest ``keep`` stay.

        Raises:
            NotFound: When there is no such collection.
        """
        with self._connections.write() as connection:
            if connection.execute("SELECT 1 FROM collections WHERE id = ?", (collection,)).fetchone() is None:
                raise NotFound("collection", collection)
            row = connection.execute(
                "INSERT INTO jobs (id, collection, state, created) VALUES (?, ?, 'queued', ?)",
                (job_id, collection, now()),
            ).lastrowid
            connection.executemany(
                "INSERT INTO job_files (job, position, name) VALUES (?, ?, ?)",
                [(row, position, name) for position, name in enumerate(names)],
            )
            connection.execute(
                "DELETE FROM jobs WHERE state = 'done' AND row <= "
                "(SELECT row FROM jobs WHERE state = 'done' ORDER BY row DESC LIMIT 1 OFFSET ?)",
                (keep,),
            )

    def find(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotFound: When there is none, or it finished too long ago.
        """
        connection = self._connections.read()
        row = connection.execute("SELECT row, id, collection, state FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise NotFound("job", job_id)
        return _job(connection, row)

    def next(self) -> Job | None:
        """The oldest unfinished job, from now on running; ``None`` where every job is finished."""
        with self._connections.write() as connection:
            row = connection.execute(
                f"SELECT row, id, collection, 'running' AS state FROM jobs WHERE state IN {_UNFINISHED} "
                "ORDER BY row LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            connection.execute("UPDATE jobs SET state = 'running' WHERE row = ?", (row["row"],))
            return _job(connection, row)

    def resume(self) -> set[str]:
        """Queue again what was interrupted or failed; the ids of all jobs that are not done."""
        with self._connections.write() as connection:
            connection.execute("UPDATE jobs SET state = 'queued' WHERE state != 'done'")
            return {row["id"] for row in connection.execute("SELECT id FROM jobs WHERE state = 'queued'")}

    def unfinished(self, collection: str) -> int:
        """How many jobs of a collection are queued or running."""
        sql = f"SELECT count(*) FROM jobs WHERE collection = ? AND state IN {_UNFINISHED}"
        return int(self._connections.read().execute(sql, (collection,)).fetchone()[0])

    def finish(self, job_id: str, state: str) -> None:
        """Set the state of a job that was worked on: ``done`` or ``failed``."""
        with self._connections.write() as connection:
            connection.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, job_id))

    def finish_file(
        self,
        job_id: str,
        position: int,
        *,
        outcome: str,
        document_id: str | None,
        reason: str | None,
        passages: int,
    ) -> None:
        """Store what became of a file."""
        with self._connections.write() as connection:
            connection.execute(
                """UPDATE job_files SET outcome = ?, document_id = ?, reason = ?, passages = ?
                   WHERE job = (SELECT row FROM jobs WHERE id = ?) AND position = ?""",
                (outcome, document_id, reason, passages, job_id, position),
            )


def _job(connection: sqlite3.Connection, row: sqlite3.Row) -> Job:
    rows = connection.execute(
        """SELECT position, name, outcome, document_id, reason, passages
           FROM job_files WHERE job = ? ORDER BY position""",
        (row["row"],),
    )
    files = tuple(JobFile(**dict(found)) for found in rows)
    return Job(id=row["id"], collection=row["collection"], state=row["state"], files=files)
