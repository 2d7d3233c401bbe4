"""Jobs that several workers share out: each is leased by one, which says now and then that it goes on.

A worker that ends, or hangs, says nothing any more: its jobs are free when the time that it took is over. That is
the time of the server, so the clocks of machines do not matter. The files of a job are in the database until it is
done, so that any worker can go on with it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from rag.storage.catalog.sql import Connection
from rag.storage.catalog.statements import Statements

_PART_BYTES = 16_000_000
_UNTIL = "clock_timestamp() + CAST(? AS FLOAT8) * INTERVAL '1 second'"
_TAKE = f"""
    WITH taken AS (
        UPDATE jobs SET worker = ?, leased_until = {_UNTIL}, state = 'queued'
        WHERE row IN (
            SELECT row FROM jobs
            WHERE state IN ('queued', 'running', ?) AND coalesce(leased_until < clock_timestamp(), true)
            ORDER BY row LIMIT ? FOR UPDATE SKIP LOCKED
        )
        RETURNING row, id
    )
    SELECT id FROM taken ORDER BY row
"""
_RENEW = f"""
    UPDATE jobs SET leased_until = {_UNTIL} WHERE worker = ? AND state IN ('queued', 'running') RETURNING id
"""


class Leases:
    """The jobs of a catalog as workers take them.

    Args:
        begin: Begins a transaction for which no writer waits.
    """

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin

    def take(self, worker: str, limit: int, *, seconds: float, failed: bool = False) -> list[str]:
        """Take the first jobs that nobody works on, or that a worker had which did not say so in time; their ids.

        Args:
            failed: Those that failed too.
        """
        with self._begin() as connection:
            values = (worker, seconds, "failed" if failed else "queued", limit)
            return [row["id"] for row in connection.execute(_TAKE, values)]

    def renew(self, worker: str, *, seconds: float) -> set[str]:
        """Go on with every unfinished job that is still this worker's; their ids."""
        with self._begin() as connection:
            return {row["id"] for row in connection.execute(_RENEW, (seconds, worker))}

    def give_back(self, worker: str) -> None:
        """The worker works on none any more."""
        with self._begin() as connection:
            sql = "UPDATE jobs SET worker = NULL, leased_until = NULL WHERE worker = ?"
            connection.execute(sql, (worker,))

    def put_file(self, connection: Statements, job_id: str, file: Path) -> None:
        """Store a file of a new job, under its name in the spool."""
        sql = """INSERT INTO job_parts (job, name, part, content)
                 SELECT row, ?, CAST(? AS BIGINT), ? FROM jobs WHERE id = ?"""
        with file.open("rb") as stream:
            part = 0
            while (content := stream.read(_PART_BYTES)) or part == 0:
                connection.execute(sql, (file.name, part, content, job_id))
                part += 1

    def fetch_files(self, job_id: str, folder: Path) -> None:
        """Write the files of a job into a folder."""
        of_job = "FROM job_parts WHERE job = (SELECT row FROM jobs WHERE id = ?)"
        with self._begin() as connection:
            parts = connection.execute(f"SELECT name, part {of_job} ORDER BY name, part", (job_id,)).fetchall()
            for row in parts:
                sql = f"SELECT content {of_job} AND name = ? AND part = ?"
                content = connection.execute(sql, (job_id, row["name"], row["part"])).fetchone()["content"]
                with (folder / row["name"]).open("ab") as file:
                    file.write(content)

    def drop_files(self) -> None:
        """Delete the files of jobs that are done."""
        with self._begin() as connection:
            connection.execute("DELETE FROM job_parts WHERE job IN (SELECT row FROM jobs WHERE state = 'done')")
