"""One round: something is asked of a running Footnote, it is killed at a chosen moment, started again and checked."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import httpx

from eval.faults.check import Change, Found, check
from eval.faults.papers import Paper, write
from eval.faults.site import Broken, Site
from eval.faults.trap import Shot

OPERATIONS = ("upload", "replace", "delete", "drop", "ingest", "reindex")
_COMMANDS = ("ingest", "reindex")  # which end by themselves
AIMS = ("random", "commit", "flush", "between")
OTHER = "extra"
_FILES = 6
_TOKENS = (48, 96)
_LONGEST = {"upload": 2.5, "replace": 2.5, "delete": 0.2, "drop": 0.1, "ingest": 5.0, "reindex": 8.0}
_TOY_SHARE = 0.3
_POLL_SECONDS = 0.0002
_LINGER_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A round: what is done, and where the process is to die."""

    number: int
    operation: str
    aim: str
    moment: float
    shot: Shot
    flush: int
    by_command: bool

    def __str__(self) -> str:
        where = {
            "random": f"{self.moment:.0%} of the time",
            "flush": f"{1000 * self.shot.delay:.1f} ms into rewrite {self.flush} of the graph",
        }
        shot = self.shot
        named = where.get(self.aim, f"{shot.phase} {shot.point} {shot.call}, {1000 * shot.delay:.1f} ms")
        return f"round {self.number}: {self.operation}, {self.aim} ({named})"


def plan(seed: int, number: int) -> Plan:
    """The plan of a round; every operation meets every aim in turn."""
    random = Random(f"{seed} {number}")
    operation = OPERATIONS[number % len(OPERATIONS)]
    aim = AIMS[number // len(OPERATIONS) % len(AIMS)]
    return Plan(
        number=number,
        operation=operation,
        aim=aim,
        moment=random.random(),
        shot=_shot(operation, aim, random),
        flush=random.randint(1, 2),
        by_command=random.random() < 0.5,
    )


def _shot(operation: str, aim: str, random: Random) -> Shot:
    if aim == "between":  # the vectors go in before the catalog's commit, and out after it
        leaving = operation in ("delete", "drop") or (operation == "replace" and random.random() < 0.5)
        if leaving:
            return Shot(point="remove", call=1, phase=random.choice(["before", "during"]), delay=random.random() / 50)
        return Shot(point="add", call=random.randint(1, 8) if operation == "reindex" else 1, phase="after")
    phase = random.choice(["before", "during", "during", "after"])
    calls = {"delete": 3, "drop": 1}.get(operation, 9)
    return Shot(point="commit", call=random.randint(1, calls), phase=phase, delay=random.random() / 250)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a round: ``killed`` in time, its graph left ``torn``, and what opening it took."""

    plan: Plan
    found: Found = field(default_factory=Found)
    killed: bool = False
    torn: bool = False
    mended: bool = False
    rebuilt: bool = False
    restart: float = 0.0


def run(site: Site, plan: Plan, random: Random) -> Outcome:
    """Play a round on a site with a running server, and leave it with one."""
    outcome = Outcome(plan=plan)
    try:
        changes = _OPERATIONS[plan.operation](site, plan, random, outcome)
        _start_again(site, plan, outcome)
        check(site, changes, outcome.found)
    except (Broken, httpx.HTTPError, OSError) as error:
        outcome.found.add("lost", f"Footnote does not come back: {error!r}")
    return outcome


def prepare(site: Site, random: Random, documents: int) -> None:
    """Fill a new directory by the command line."""
    site.data_dir.mkdir()
    (site.data_dir / "seeded").touch()
    for collection, count in (("default", documents), (OTHER, _FILES)):
        papers = [write(f"old{number:03}.txt", random, collection) for number in range(count)]
        _ingest_files(site, papers, f"first-{collection}")
        site.finish("ingest", str(site.folder / f"first-{collection}"), "--collection", collection)
        site.held |= {paper.id: paper for paper in papers}


def _upload(site: Site, plan: Plan, random: Random, outcome: Outcome) -> list[Change]:
    papers = [write(f"new{plan.number:03}-{number}.txt", random) for number in range(_FILES)]
    return _send(site, plan, papers, outcome)


def _replace(site: Site, plan: Plan, random: Random, outcome: Outcome) -> list[Change]:
    """Half of them were brought in by an upload before, so that the same name is the same document."""
    names = [f"changed{number}.txt" for number in range(_FILES)]
    first = [write(name, random) for name in names if name.removesuffix(".txt") not in site.held]
    if first:
        site.await_job(site.upload(first))
        site.held |= {paper.id: paper for paper in first}
    return _send(site, plan, [write(name, random) for name in names], outcome)


def _send(site: Site, plan: Plan, papers: list[Paper], outcome: Outcome) -> list[Change]:
    changes = [Change(id=one.id, old=site.held.get(one.id), new=one) for one in papers]
    promised: list[str] = []

    def act() -> None:
        promised.append(site.upload(papers))
        site.await_job(promised[0])

    _shoot(site, plan, act, outcome)
    return [Change(id=one.id, old=one.old, new=one.new, promised=bool(promised)) for one in changes]


def _delete(site: Site, plan: Plan, random: Random, outcome: Outcome) -> list[Change]:
    chosen = random.sample(sorted(paper.id for paper in site.held.values() if paper.collection == "default"), 4)
    answered: set[str] = set()

    def act() -> None:
        for document_id in chosen:
            site.client.delete(f"/v1/documents/{document_id}").raise_for_status()
            answered.add(document_id)

    _shoot(site, plan, act, outcome)
    return [Change(id=one, old=site.held[one], new=None, promised=one in answered) for one in chosen]


def _drop(site: Site, plan: Plan, random: Random, outcome: Outcome) -> list[Change]:
    papers = [paper for paper in site.held.values() if paper.collection == OTHER]
    if not papers:
        site.client.post("/v1/collections", json={"id": OTHER}).raise_for_status()
        papers = [write(f"part{plan.number}-{number}.txt", random, OTHER) for number in range(_FILES)]
        site.await_job(site.upload(papers))
        site.held |= {paper.id: paper for paper in papers}
    answered: list[bool] = []

    def act() -> None:
        site.client.delete(f"/v1/collections/{OTHER}").raise_for_status()
        answered.append(True)

    _shoot(site, plan, act, outcome)
    return [Change(id=paper.id, old=paper, new=None, promised=bool(answered)) for paper in papers]


def _ingest(site: Site, plan: Plan, random: Random, outcome: Outcome) -> list[Change]:
    """``footnote ingest`` of a folder, killed; what it was to bring in is brought in by whoever runs it again."""
    site.stop()
    papers = [write(f"file{plan.number:03}-{number}.txt", random) for number in range(_FILES)]
    folder = f"files{plan.number}"
    _ingest_files(site, papers, folder)
    process = site.run("ingest", str(site.folder / folder))
    _shoot(site, plan, lambda: process.wait(), outcome)
    return [Change(id=one.id, old=None, new=one, promised=process.returncode == 0) for one in papers]


def _reindex(site: Site, plan: Plan, random: Random, outcome: Outcome) -> list[Change]:
    """``footnote reindex`` to other passages, killed; it is gone on with by itself or by a server that answers."""
    site.stop()
    site.tokens = next(tokens for tokens in _TOKENS if tokens != site.tokens)
    process = site.run("reindex")
    _shoot(site, plan, lambda: process.wait(), outcome)
    return []


_Operation = Callable[[Site, Plan, Random, Outcome], list[Change]]
_OPERATIONS: dict[str, _Operation] = {
    "upload": _upload,
    "replace": _replace,
    "delete": _delete,
    "drop": _drop,
    "ingest": _ingest,
    "reindex": _reindex,
}


def _ingest_files(site: Site, papers: list[Paper], folder: str) -> None:
    (site.folder / folder).mkdir()
    for paper in papers:
        (site.folder / folder / paper.name).write_text(paper.text, encoding="utf-8")


def _shoot(site: Site, plan: Plan, act: Callable[[], object], outcome: Outcome) -> None:
    """Do something while the process is to die, and see that it is dead."""
    process, before = site.process, site.graph()
    if process is None:
        raise Broken("no process runs")
    over = threading.Event()
    killer = threading.Thread(target=_kill, args=(site, plan, over))
    killer.start()
    finished = False
    with suppress(httpx.TransportError):
        act()
        finished = plan.operation not in _COMMANDS
    over.set()
    killer.join()
    with suppress(Exception):
        process.wait(_LINGER_SECONDS)
    outcome.killed = process.poll() == -signal.SIGKILL and not finished
    site.end()
    outcome.torn = _torn(before, site.graph())


def _kill(site: Site, plan: Plan, over: threading.Event) -> None:
    """Kill the process from outside, or have it kill itself, unless what it does is over before."""
    process = site.process
    if process is None:
        return
    if plan.aim in ("commit", "between"):
        site.aim(plan.shot)
        return
    if plan.aim == "flush":
        _await_rewrites(site, plan.flush, over)
        time.sleep(plan.shot.delay)
    else:
        over.wait(plan.moment * _LONGEST[plan.operation] * (_TOY_SHARE if site.toy else 1))
    process.kill()


def _await_rewrites(site: Site, count: int, over: threading.Event) -> None:
    """Wait until Chroma begins, for the ``count``-th time, to write a graph over its files."""
    last = site.graph()
    while count and not over.is_set():
        time.sleep(_POLL_SECONDS)
        now = site.graph()
        if now != last:
            count -= 1
            if count:
                time.sleep(_LINGER_SECONDS / 50)
                now = site.graph()
        last = now


def _torn(before: dict[str, int], after: dict[str, int]) -> bool:
    """Whether some files of a graph were written over and others not."""
    changed: dict[str, set[bool]] = {}
    for path, written in after.items():
        changed.setdefault(path.rpartition("/")[0], set()).add(before.get(path) != written)
    return any(len(kinds) == 2 for kinds in changed.values())


def _start_again(site: Site, plan: Plan, outcome: Outcome) -> None:
    """Start a server, have it finish what was interrupted, and note what opening the directory took."""
    resumed = plan.operation == "reindex"
    if resumed and plan.by_command:
        site.finish("reindex")
        _note(site, outcome)
    site.serve(*(["--reindex"] if resumed else []))
    _note(site, outcome)
    outcome.restart = site.restarts[-1]
    if resumed:
        site.wait_for_log("the new index answers", "are indexed with these settings already")
    site.await_spool()


def _note(site: Site, outcome: Outcome) -> None:
    outcome.mended |= "bringing it in step" in site.log()
    outcome.rebuilt |= "rebuilding it from the catalog" in site.log()
    if encoded := site.encoded_while_opening():
        outcome.found.add("encoded", f"{encoded} texts while the directory was opened")
