"""The files that were accepted and what became of each, kept through a restart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.errors import NotFound
from rag.storage.catalog.answers import now
from rag.storage.catalog.sql import Connection, Connections
from rag.storage.catalog.statements import Row

_UNFINISHED = "('queued', 'running')"
_STEM = "CASE WHEN substr(name, length(name) - 3) = '.txt' THEN substr(name, 1, length(name) - 4) ELSE name END"
"""Of files whose names differ in ``.txt`` alone the one may have taken the other's document id."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A job in a list: how many files it has, and how many of them have an outcome. ``created`` is an ISO 8601 time."""

    id: str
    state: str
    collection: str
    created: str
    files_done: int
    files_total: int


class JobTable:
    """The jobs of a catalog, in the order in which they were accepted."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(
        self,
        job_id: str,
        collection: str,
        names: Sequence[str],
        *,
        keep: int,
        also: Callable[[Connection], None] = lambda _: None,
    ) -> None:
        """Store a new job; of the finished ones only the newest ``keep`` stay.

        Args:
            also: Called once it is stored: what it stores is there with the job, or not at all.

        Raises:
            NotFound: When there is no such collection.
        """
        with self._connections.write() as connection:
            if connection.execute("SELECT 1 FROM collections WHERE id = ?", (collection,)).fetchone() is None:
                raise NotFound("collection", collection)
            row = connection.execute(
                "INSERT INTO jobs (id, collection, state, created) VALUES (?, ?, 'queued', ?) RETURNING row",
                (job_id, collection, now()),
            ).fetchall()[0]["row"]
            connection.executemany(
                "INSERT INTO job_files (job, position, name) VALUES (?, ?, ?)",
                [(row, position, name) for position, name in enumerate(names)],
            )
            connection.execute(
                "DELETE FROM jobs WHERE state = 'done' AND row <= "
                "(SELECT row FROM jobs WHERE state = 'done' ORDER BY row DESC LIMIT 1 OFFSET ?)",
                (keep,),
            )
            also(connection)

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

    def begin(self, job_id: str) -> Job:
        """A job that is worked on: it is running from now on, unless it is finished.

        Raises:
            NotFound: When there is none.
        """
        with self._connections.write() as connection:
            connection.execute("UPDATE jobs SET state = 'running' WHERE id = ? AND state = 'queued'", (job_id,))
        return self.find(job_id)

    def earlier(self, job: Job) -> dict[str, str]:
        """The names of a job's files that wait for an unfinished one of the same name; for each the job that has it.

        Where several have, the last that came before this one: it waits for the others itself.
        """
        rows = self._connections.read().execute(
            f"""SELECT {_STEM} AS stem, jobs.id AS id
                FROM jobs JOIN job_files ON job_files.job = jobs.row
                WHERE jobs.state IN {_UNFINISHED} AND jobs.collection = ?
                      AND jobs.row < (SELECT row FROM jobs WHERE id = ?) AND outcome IS NULL
                      AND {_STEM} IN (SELECT {_STEM} FROM job_files
                                      WHERE job = (SELECT row FROM jobs WHERE id = ?) AND outcome IS NULL)
                ORDER BY jobs.row""",
            (job.collection, job.id, job.id),
        )
        found = {row["stem"]: row["id"] for row in rows}
        return {file.name: found[stem] for file in job.files if (stem := file.name.removesuffix(".txt")) in found}

    def resume(self) -> list[str]:
        """Queue again what was interrupted or failed; the ids of all jobs that are not done, in their order."""
        with self._connections.write() as connection:
            connection.execute("UPDATE jobs SET state = 'queued' WHERE state != 'done'")
            return [row["id"] for row in connection.execute("SELECT id FROM jobs WHERE state = 'queued' ORDER BY row")]

    def newest(self, state: str | None, limit: int) -> list[JobSummary]:
        """The newest jobs of a state, or of all, newest first."""
        rows = self._connections.read().execute(
            """SELECT id, state, collection, created,
                      (SELECT count(outcome) FROM job_files WHERE job = jobs.row) AS files_done,
                      (SELECT count(*) FROM job_files WHERE job = jobs.row) AS files_total
               FROM jobs WHERE state = coalesce(?, state) ORDER BY row DESC LIMIT ?""",
            (state, limit),
        )
        return [JobSummary(**dict(row)) for row in rows]

    def unfinished(self, collection: str) -> int:
        """How many jobs of a collection are queued or running."""
        sql = f"SELECT count(*) FROM jobs WHERE collection = ? AND state IN {_UNFINISHED}"
        return int(self._connections.read().execute(sql, (collection,)).fetchone()[0])

    def finish(self, job_id: str, state: str) -> None:
        """Set the state of a job that was worked on: ``done`` or ``failed``."""
        with self._connections.write() as connection:
            connection.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, job_id))

    def cancel(self, job_id: str, reason: str) -> None:
        """Reject the files of an unfinished job that have no outcome; it is done then.

        Raises:
            NotFound: When there is no such job.
        """
        with self._connections.write() as connection:
            row = connection.execute("SELECT row FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None:
                raise NotFound("job", job_id)
            connection.execute(
                "UPDATE job_files SET outcome = 'rejected', reason = ? WHERE job = ? AND outcome IS NULL",
                (reason, row["row"]),
            )
            connection.execute("UPDATE jobs SET state = 'done' WHERE row = ?", (row["row"],))

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
        """Store what became of a file; of one that was rejected by ``cancel``, only that it is a document after all."""
        with self._connections.write() as connection:
            connection.execute(
                """UPDATE job_files SET outcome = ?, document_id = ?, reason = ?, passages = ?
                   WHERE job = (SELECT row FROM jobs WHERE id = ?) AND position = ?
                   AND (outcome IS NULL OR document_id IS NULL AND CAST(? AS TEXT) IS NOT NULL)""",
                (outcome, document_id, reason, passages, job_id, position, document_id),
            )


def _job(connection: Connection, row: Row) -> Job:
    rows = connection.execute(
        """SELECT position, name, outcome, document_id, reason, passages
           FROM job_files WHERE job = ? ORDER BY position""",
        (row["row"],),
    )
    files = tuple(JobFile(**dict(found)) for found in rows)
    return Job(id=row["id"], collection=row["collection"], state=row["state"], files=files)
