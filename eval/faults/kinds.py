"""Other faults than a killed process: a full disk, a directory that cannot be written, a catalog cut short."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import httpx

from eval.faults.check import Change, Found, check
from eval.faults.papers import Paper, write
from eval.faults.site import Broken, Site

_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
_MANY = 24
_WAIT_SECONDS = 300
_FEW = 4
_CUT_SHARE = 0.6
_TMPFS_MB = 96
_PAGE = 4_096


class FileLimit:
    """A disk that is full for one process: it can write no file. Needs no privilege."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def fill(self) -> None:
        """Take the room away."""
        self._set((0, resource.RLIM_INFINITY))

    def free(self) -> None:
        """Give it back."""
        self._set(_UNLIMITED)

    def _set(self, limits: tuple[int, int]) -> None:
        if self._site.process is None:
            raise Broken("no process runs")
        resource.prlimit(self._site.process.pid, resource.RLIMIT_FSIZE, limits)


class FullTmpfs:
    """A small file system in memory that a file of zeros fills. Only root may mount one."""

    def __init__(self, site: Site) -> None:
        self._filler = site.data_dir / "filler"

    def fill(self) -> None:
        """Take the room away."""
        filler = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            with suppress(OSError):
                while True:
                    os.write(filler, bytes(_PAGE))
        finally:
            os.close(filler)

    def free(self) -> None:
        """Give it back."""
        self._filler.unlink()


Room = FileLimit | FullTmpfs


def full_disk(site: Site, room: Room, random: Random) -> Found:
    """A full disk refuses what comes, keeps what was accepted, answers on, and is over when there is room again.

    Args:
        site: With a running server.
    """
    found = Found()
    refused = [write(f"refused{number}.txt", random) for number in range(_FEW)]
    accepted = [write(f"accepted{number}.txt", random) for number in range(_MANY)]
    room.fill()
    _expect_refusal(site, lambda: _upload(site, refused), found)
    room.free()
    job = site.upload(accepted)
    room.fill()
    site.wait_for_log("go on when they can")
    held = next(iter(site.held))
    _expect_refusal(site, lambda: site.client.delete(f"/v1/documents/{held}"), found)
    check(site, [*_changes(refused, None), *_open(accepted)], found)
    room.free()
    if site.await_job(job)["state"] != "done":
        found.add("lost", f"{job} does not go on when there is room again")
    later = [write(f"later{number}.txt", random) for number in range(_FEW)]
    site.await_job(site.upload(later))
    site.await_spool()
    changes = [Change(id=one.id, old=None, new=one, promised=True) for one in [*accepted, *later]]
    check(site, changes, found)
    site.end()
    site.serve()
    check(site, changes, found)
    return found


def read_only(site: Site, deny: Callable[[Site], subprocess.CompletedProcess[str]]) -> Found:
    """A directory that cannot be written is a clear error, and not touched.

    Args:
        deny: Runs ``footnote doctor`` on the site as one who may not write to it.
    """
    found = Found()
    before = {path: path.stat().st_mtime_ns for path in site.data_dir.rglob("*")}
    done = deny(site)
    if done.returncode != 1 or str(site.data_dir) not in done.stderr or "writable" not in done.stderr:
        found.add("lost", f"status {done.returncode}: {done.stderr[-500:]}")
    if before != {path: path.stat().st_mtime_ns for path in site.data_dir.rglob("*")}:
        found.add("lost", "the directory was changed")
    return found


def cut_catalog(site: Site) -> Found:
    """A catalog cut short is a clear error that names it and the way out, and the way out works."""
    found = Found()
    site.finish("backup", str(site.folder / "backup.zip"))
    catalog = site.data_dir / "catalog.db"
    os.truncate(catalog, int(catalog.stat().st_size * _CUT_SHARE))
    status = site.run("serve", "--port", "0").wait(_WAIT_SECONDS)
    site.end()
    said = site.log()
    if status != 1 or str(catalog) not in said or "backup" not in said or "footnote restore" not in said:
        found.add("lost", f"status {status}: {said[-500:]}")
    site.data_dir = site.folder / "restored"
    site.finish("restore", str(site.folder / "backup.zip"))
    site.serve()
    check(site, [], found)
    if encoded := site.encoded_while_opening():
        found.add("encoded", f"{encoded} texts")
    site.stop()
    return found


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A small file system at ``folder`` until the block ends."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_TMPFS_MB}m", "none", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount_read_only(site: Site) -> subprocess.CompletedProcess[str]:
    """``footnote doctor`` on a site whose file system was made read-only."""
    subprocess.run(["mount", "-o", "remount,ro", str(site.folder)], check=True)
    try:
        return site.examine()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(site.folder)], check=True)


def _upload(site: Site, papers: list[Paper]) -> httpx.Response:
    files = [("file", (paper.name, paper.text.encode())) for paper in papers]
    return site.client.post("/v1/documents", files=files)


def _expect_refusal(site: Site, act: Callable[[], httpx.Response], found: Found) -> None:
    response = act()
    kind = response.headers.get("Content-Type")
    if response.status_code != httpx.codes.INSUFFICIENT_STORAGE or kind != "application/problem+json":
        found.add("lost", f"a full disk is answered with {response.status_code} {kind}: {response.text}")
    if any((site.data_dir / "spool").glob("*/refused*")):
        found.add("left over", "refused files in the spool")


def _changes(papers: list[Paper], new: Paper | None) -> list[Change]:
    return [Change(id=one.id, old=None, new=new, promised=True) for one in papers]


def _open(papers: list[Paper]) -> list[Change]:
    return [Change(id=one.id, old=None, new=one) for one in papers]
