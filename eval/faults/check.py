"""What a site must show after a fault: all that was promised, all that was there before, and nothing else."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from eval.faults.papers import Paper
from eval.faults.site import Site

_SAMPLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was asked of a document: ``new`` in the place of ``old``. ``promised``: it was said to be so."""

    id: str
    old: Paper | None
    new: Paper | None
    promised: bool = False


@dataclass(slots=True, kw_only=True)
class Found:
    """What a check found wrong, by kind: ``lost``, ``left over``, ``counts`` or ``encoded``."""

    wrong: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        """Note something that is wrong."""
        self.wrong[kind] += 1
        self.said.append(f"{kind}: {text}")


def check(site: Site, changes: Sequence[Change], found: Found) -> None:
    """See that a running site has what it must: what was promised, all that was there before, and nothing else.

    What was changed without a promise may be as it was or as it was to be; the site takes it as it is.
    """
    listed = {item["id"]: item for name in _collections(site) for item in _listed(site, name)}
    for change in changes:
        _settle(site, change, listed, found)
    for missing in sorted(set(site.held).difference(listed)):
        found.add("lost", missing)
    for surplus in sorted(set(listed).difference(site.held)):
        found.add("left over", surplus)
    _check_counts(site, listed, found)
    others = [paper for paper in site.held.values() if paper.id not in {change.id for change in changes}]
    touched = [site.held[change.id] for change in changes if change.id in site.held]
    for paper in [*touched, *others[:: max(1, len(others) // _SAMPLE)]]:
        _check_held(site, paper, found)
    left = [change.old for change in changes if change.old is not None and change.old not in site.held.values()]
    for paper in [*left, *site.gone[-_SAMPLE:]]:
        _check_gone(site, paper, found)
    site.gone += left
    if touched and not site.toy:
        _check_answer(site, touched[0], found)


def _settle(site: Site, change: Change, listed: Collection[str], found: Found) -> None:
    """Whether a changed document is wholly as it was or wholly as it was to be; the site holds that from now on."""
    there = _source(site, change.id) if change.id in listed else None
    allowed = {change.new.text if change.new else None: change.new}
    if not change.promised:
        allowed[change.old.text if change.old else None] = change.old
    if there not in allowed:
        found.add("lost" if change.new else "left over", f"{change.id} is not what was promised")
        return
    paper = allowed[there]
    if paper is None:
        site.held.pop(change.id, None)
    else:
        site.held[change.id] = paper


def _check_counts(site: Site, listed: dict[str, dict[str, Any]], found: Found) -> None:
    """Readiness compares passages and vectors; here are documents, and passages by document."""
    for collection in site.client.get("/v1/collections").raise_for_status().json():
        papers = [paper for paper in site.held.values() if paper.collection == collection["id"]]
        passages = sum(listed[paper.id]["passages"] for paper in papers if paper.id in listed)
        if (collection["documents"], collection["passages"]) != (len(papers), passages):
            found.add("counts", f"{collection} but {len(papers)} documents, {passages} passages")
    ready = site.client.get("/health/ready")
    if ready.status_code != httpx.codes.OK:
        found.add("counts", ready.text)


def _check_held(site: Site, paper: Paper, found: Found) -> None:
    if _source(site, paper.id) != paper.text:
        found.add("lost", f"{paper.id} has other content")
    passages = _search(site, paper, paper.line)
    own = [one for one in passages if one["document_id"] == paper.id and paper.token in one["text"]]
    if not own or passages[0] != own[0] or not {"dense", "lexical"} <= set(own[0]["scores"]):
        found.add("lost", f"{paper.id} is not found by its words and its meaning")


def _check_gone(site: Site, paper: Paper, found: Found) -> None:
    now = site.held.get(paper.id)
    if now is None and site.client.get(f"/v1/documents/{paper.id}").status_code != httpx.codes.NOT_FOUND:
        found.add("left over", f"{paper.id} is still answered")
    if paper.collection not in _collections(site):
        return
    for query in (paper.token, paper.line):
        if any(paper.token in one["text"] for one in _search(site, paper, query)):
            found.add("left over", f"{paper.id} is still found")


def _check_answer(site: Site, paper: Paper, found: Found) -> None:
    asked = {"question": paper.question, "collection": paper.collection}
    answer = site.client.post("/v1/ask", json=asked).raise_for_status().json()
    cited = {citation["document_id"] for citation in answer["citations"]}
    if paper.id not in cited or paper.author not in answer["answer"]:
        found.add("lost", f"{paper.question} is not answered: {answer['answer']}")


def _search(site: Site, paper: Paper, query: str) -> list[dict[str, Any]]:
    body = {"query": query, "collection": paper.collection, "limit": 5}
    passages: list[dict[str, Any]] = site.client.post("/v1/search", json=body).raise_for_status().json()["passages"]
    return passages


def _source(site: Site, document_id: str) -> str:
    return site.client.get(f"/v1/documents/{document_id}/source").raise_for_status().text


def _collections(site: Site) -> list[str]:
    return [one["id"] for one in site.client.get("/v1/collections").raise_for_status().json()]


def _listed(site: Site, collection: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while cursor is not None:
        query: dict[str, str | int] = {"collection": collection, "limit": 1000, "cursor": cursor}
        page = site.client.get("/v1/documents", params=query).raise_for_status().json()
        yield from page["items"]
        cursor = page["next_cursor"]
