"""Short documents of which each, and each version of one, has words of its own, in no way alike."""

import random
from dataclasses import dataclass

_SYLLABLES = "ba ce di fo gu ha ji ko lu me na pi qua ro su ta ve wi xa yo zu".split()
_WHO = "miller captain nurse judge baker farmer pilot teacher painter weaver mason tailor sailor doctor smith".split()
_DID = "counted repaired bought sold lost found measured painted carried buried weighed wrapped cleaned".split()
_WHAT = (
    "lanterns ropes barrels maps bells carpets horses violins lemons bricks candles kettles saddles anchors "
    "mirrors feathers ladders clocks spoons blankets pumpkins hammers"
).split()
_WHERE = "harbour market tower orchard cellar chapel bridge quarry station garden mill archive stable".split()
_LINES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document. ``token`` is a word that it alone has; ``line`` one of its sentences."""

    name: str
    collection: str
    token: str
    line: str
    author: str
    text: str

    @property
    def id(self) -> str:
        """The id that it gets."""
        stem = self.name.removesuffix(".txt")
        return stem if self.collection == "default" else f"{self.collection}~{stem}"

    @property
    def question(self) -> str:
        """A question that it answers."""
        return f"Who wrote the ledger of {self.token}?"


def write(name: str, random: random.Random, collection: str = "default") -> Paper:
    """A document of some sentences with a title that names its token."""
    token, author = _word(random, 4).title(), f"{_word(random, 2).title()} {_word(random, 3).title()}"
    first = f"The ledger of {token} was written by {author} in {random.randint(1500, 1990)}."
    lines = [_line(token, random) for _ in range(_LINES)]
    text = f"The ledger of {token}\n\n{first}\n\n" + "\n\n".join(lines) + "\n"
    return Paper(name=name, collection=collection, token=token, line=lines[_LINES // 2], author=author, text=text)


def _line(token: str, random: random.Random) -> str:
    one, two = random.sample(_WHAT, 2)
    return (
        f"In {token} the {random.choice(_WHO)} of the {random.choice(_WHERE)} {random.choice(_DID)} "
        f"{random.randint(2, 900)} {one} and {random.randint(2, 900)} {two}, which the {random.choice(_WHO)} "
        f"had left behind in the {random.choice(_WHERE)} for want of a better place to keep them."
    )


def _word(random: random.Random, syllables: int) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(syllables))
