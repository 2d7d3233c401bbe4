"""Conflicts: different documents that give different values for what a question asks.

Precision comes first: sources disagree only where each of two sentences has one clear value of the kind
that is asked, is about what the question is about, and no reading of the two values lets both be right.
What this does not do: run a model, or compare sentences of one document.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.answer.read.unlike import unlike
from rag.language.english.asked import ValueKind, Wanted, stems
from rag.language.english.values.claims import Claim, agree, find_claims
from rag.language.invisible import without_invisible
from rag.language.text import display
from rag.types import Conflict, Kind

_MARGIN = 8.0
_LEAST_NAMES = 0.5
_LEAST_SUPPORT = 0.08  # of 12 everyday pairs about another thing ten lie below, of 81 that disagree two
_LEAST_STANCE_SUPPORT = 0.12  # the words of the question are soon negated where it is about another thing
_LEAST_SHARE = 1 / 3
_LEAST_STANCE = 0.6
_MOST_SIDES = 3
_NAMED = (ValueKind.NAME, ValueKind.PLACE)
_LEAST_AROUND = 0.5
_NEAR = 6
_TELLING = (ValueKind.DURATION, ValueKind.MONEY)
_KIND_NAMES = {ValueKind.AGE: "number", ValueKind.SIZE: "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """The sides of a disagreement and the ``values`` that they give, in the words of the first of each side.

    A side is candidates, by position, of different documents that agree; the best comes first.
    """

    sides: tuple[tuple[int, ...], ...]
    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a candidate claims.

    ``asked`` has the words of the question that its sentence has, ``around`` also those of its title and
    of the sentence before, ``share`` the part of them that the sentence has.
    """

    position: int
    candidate: Candidate
    claims: tuple[Claim, ...]
    words: frozenset[str]
    asked: frozenset[str]
    around: frozenset[str]
    share: float

    @property
    def claim(self) -> Claim:
        return self.claims[0]

    @property
    def value(self) -> str:
        return _text(self.candidate)[self.claim.start : self.claim.end]


def find_conflicts(question: Question, candidates: Sequence[Candidate]) -> list[Disagreement]:
    """The disagreements of ``candidates`` on what a question asks; at most one, of the likeliest kind given.

    Args:
        candidates: Best first, as ``rerank`` gives them.
    """
    wanted = question.wanted
    for kind in wanted.kinds:
        documents = _by_document(_about_the_same(kind, wanted, _all_said(kind, wanted, candidates)))
        if documents:  # a less likely kind says something else where one document gives the likelier
            sides = _sides(documents)
            if len(sides) > 1:
                return [_disagreement(kind, sides)] if len(sides) <= _MOST_SIDES else []
            if len(documents) > 1 and kind is not ValueKind.YES_NO:
                return []
            break
    found = unlike(question, candidates)
    if found is None:
        return []
    (first, second), values = found
    return [Disagreement(sides=((first,), (second,)), kind="value", values=values)]


def with_sides(
    groups: Sequence[Sequence[Candidate]],
    disagreements: Sequence[Disagreement],
    candidates: Sequence[Candidate],
    *,
    most: int,
) -> tuple[list[list[Candidate]], tuple[Conflict, ...]]:
    """The groups of candidates that an answer shows, one for each side of every disagreement among them.

    Args:
        groups: Candidates that say the same, best group first.
        most: Groups that may be shown; sides beyond them are left out, and the disagreement where one is left.

    Returns:
        At most ``most`` groups, none with candidates of two sides, and the conflicts between them.
    """
    for one in disagreements:
        sides = [[candidates[place] for place in side] for side in one.sides[:most]]
        if len(sides) > 1:
            shown, places = _shown(groups, sides, most)
            return shown, (Conflict(statements=places, kind=one.kind, values=one.values[: len(places)]),)
    return [list(group) for group in groups[:most]], ()


def _shown(
    groups: Sequence[Sequence[Candidate]], sides: Sequence[Sequence[Candidate]], most: int
) -> tuple[list[list[Candidate]], tuple[int, ...]]:
    """The groups of the sides and, while there is room, the others, in their order; and where the sides are."""
    disputed = {id(candidate) for side in sides for candidate in side}
    of_sides = [_of_side(groups, side, disputed) for side in sides]
    others = [[one for one in group if id(one) not in disputed] for group in groups]
    others = [group for group in others if group and not any(group[0] in side for side in of_sides)]
    kept = [*of_sides, *others[: most - len(of_sides)]]
    kept.sort(key=lambda group: -group[0].score)
    return kept, tuple(kept.index(group) for group in of_sides)


def _of_side(groups: Sequence[Sequence[Candidate]], side: Sequence[Candidate], disputed: Set[int]) -> list[Candidate]:
    """The best of a side and what says the same, without candidates of another side."""
    alike = next((group for group in groups if group[0] is side[0]), [])
    return [side[0], *(one for one in alike[1:] if id(one) not in disputed or one in side)]


def _disagreement(kind: ValueKind, sides: Sequence[Sequence[_Said]]) -> Disagreement:
    return Disagreement(
        sides=tuple(tuple(one.position for one in side) for side in sides),
        kind=_KIND_NAMES.get(kind, kind.value),
        values=tuple(display(side[0].value) for side in sides),
    )


def _all_said(kind: ValueKind, wanted: Wanted, candidates: Sequence[Candidate]) -> list[_Said]:
    """What the candidates claim that are relevant and whose document has the names of the question."""
    least = max((one.score for one in candidates), default=0.0) - _MARGIN
    context = _context(candidates)
    least_support = _LEAST_STANCE_SUPPORT if kind is ValueKind.YES_NO else _LEAST_SUPPORT
    said = []
    for position, candidate in enumerate(candidates):
        named = _share(wanted.names, context[candidate.document.id]) >= _LEAST_NAMES
        near = candidate.score >= least and support(candidate) >= least_support
        if candidate.unit is None and candidate.sentence.kind is Kind.BODY and near and named:
            said += _said(kind, wanted, position, candidate)
    return said


def _context(candidates: Sequence[Candidate]) -> dict[str, frozenset[str]]:
    """The words of all that was read of each document."""
    found: dict[str, frozenset[str]] = {}
    for one in candidates:
        found[one.document.id] = found.get(one.document.id, frozenset()) | _around(one)
    return found


def _around(candidate: Candidate) -> frozenset[str]:
    previous = without_invisible(candidate.previous.text) if candidate.previous else ""
    parts = [previous, candidate.judged, _text(candidate)]
    return stems(" ".join(parts))


def _said(kind: ValueKind, wanted: Wanted, position: int, candidate: Candidate) -> list[_Said]:
    text, published = _text(candidate), candidate.document.published
    claims = find_claims(kind, wanted, text, date.fromisoformat(published) if published else None)
    if not claims:
        return []
    about = wanted.about | wanted.counted
    words = (stems(text) | (claims[0].parts if kind is ValueKind.YES_NO else frozenset())) - wanted.names
    return [
        _Said(
            position=position,
            candidate=candidate,
            claims=tuple(claims),
            words=words,
            asked=about & words,
            around=about & (words | _around(candidate)),
            share=_share(about, words),
        )
    ]


def _text(candidate: Candidate) -> str:
    return without_invisible(candidate.sentence.text)


def _share(asked: frozenset[str], words: frozenset[str]) -> float:
    return len(asked & words) / len(asked) if asked else 1.0


def _about_the_same(kind: ValueKind, wanted: Wanted, said: Sequence[_Said]) -> list[_Said]:
    """Those whose sentences have words of the question that the best one has.

    A sentence with a name needs most of them, those of its title and of the sentence before included:
    many sentences have names. Where no sentence has any, a value of a telling kind counts where its
    sentence shares another word with the most relevant one.
    """
    if not said:
        return []
    best = min(said, key=lambda one: (-one.share, one.position))
    if best.share > 0:
        least = _LEAST_SHARE * best.share
        alike = [one for one in said if one.share >= least and one.asked & best.asked]
        return [one for one in alike if kind not in _NAMED or _names_the_asked(wanted, one)]
    return [one for one in said if kind in _TELLING and (one is said[0] or one.words & said[0].words)]


def _names_the_asked(wanted: Wanted, one: _Said) -> bool:
    about = wanted.about | wanted.counted
    acted = wanted.act is None or wanted.act in one.asked
    return acted and one.claim.gap <= _NEAR and len(one.around) >= _LEAST_AROUND * len(about)


def _by_document(said: Sequence[_Said]) -> list[list[_Said]]:
    """What each document says: first the sentence that has most of the question, then the more relevant.

    The documents are in the order of their first sentences.
    """
    found: dict[str, list[_Said]] = {}
    for one in sorted(said, key=lambda one: (-one.share, one.position)):
        found.setdefault(one.candidate.document.id, []).append(one)
    return sorted(found.values(), key=lambda document: document[0].position)


def _sides(documents: Sequence[Sequence[_Said]]) -> list[list[_Said]]:
    """The best sentences of the documents, those that agree with the first of a side together."""
    sides: list[list[Sequence[_Said]]] = []
    for document in documents:
        side = next((side for side in sides if _documents_agree(document, side[0])), None)
        if side is None:
            sides.append([document])
        else:
            side.append(document)
    return [[document[0] for document in side] for side in sides]


def _documents_agree(one: Sequence[_Said], other: Sequence[_Said]) -> bool:
    """True where the best sentences agree, or another sentence surely gives the value of the other document's best."""
    if _agree(one[0], other[0]):
        return True
    if one[0].claim.kind is ValueKind.YES_NO:
        return False
    pairs = [*((said, other[0]) for said in one[1:]), *((said, one[0]) for said in other[1:])]
    return any(said.claim.sure and agree(said.claim, best.claim) for said, best in pairs)


def _agree(one: _Said, other: _Said) -> bool:
    """True where any value of one sentence can be the answer of the other."""
    if one.claim.kind is ValueKind.YES_NO and not _answer_alike(one, other):
        return True
    return any(agree(claim, other.claim) for claim in one.claims) or any(
        agree(one.claim, claim) for claim in other.claims
    )


def _answer_alike(one: _Said, other: _Said) -> bool:
    """True where two stances rest on the same words of the question, and on most of them."""
    pairs = ((one, other), (other, one))
    return all(this.asked <= that.around for this, that in pairs) and all(
        len(this.around) >= _LEAST_STANCE * max(len(one.around | other.around), 1) for this, _ in pairs
    )
