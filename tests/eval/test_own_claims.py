"""Claims from a file, and quotes made of documents: what ``footnote eval verify --claims`` and ``quotes`` measure."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.sets.question import EvalSetError
from eval.verify.given import given_pairs
from eval.verify.quotes import made_quotes
from rag.cli import main

PASSAGE = "# Gull Bay\n\nThe harbour was dug in 1902 by Otto Reed. It has 40 berths."
CLAIMS = [
    {"claim": "Otto Reed dug the harbour of Gull Bay in 1902.", "passages": [PASSAGE], "holds": True},
    {"claim": "Otto Reed dug the harbour of Gull Bay in 1931.", "passages": [PASSAGE], "holds": False},
]
OWN = ["The harbour of Pelm was dug in the spring of 1902.", "Nobody knows who built the old mill on the hill."]
FOREIGN = ["Stir the dough until it comes away from the bowl."]


def written(folder: Path, lines: list[object]) -> Path:
    file = folder / "own.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return file


def test_claims_of_a_file_are_judged(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["eval", "verify", "--claims", str(written(tmp_path, [*CLAIMS]))])
    assert done.exit_code == 0, done.output
    assert "balanced accuracy 1.000" in done.output
    assert "2 pairs" in done.output


def test_only_the_first_claims_are_taken(tmp_path: Path) -> None:
    (pair,) = given_pairs(written(tmp_path, [*CLAIMS]), most=1)
    assert (pair.set, pair.passages, pair.holds, pair.counts) == ("own", (PASSAGE,), True, True)


@pytest.mark.parametrize(
    "line", [{"claim": "A.", "holds": True}, ["A."], {"claim": "A.", "passages": 3, "holds": True}]
)
def test_line_that_is_no_claim_is_named(line: object, tmp_path: Path) -> None:
    with pytest.raises(EvalSetError, match=r"own\.jsonl, line 2: needs claim, passages and holds"):
        list(given_pairs(written(tmp_path, [CLAIMS[0], line]), most=9))


def test_quotes_are_made_of_every_kind_as_often() -> None:
    quotes = made_quotes(OWN, FOREIGN, 50)
    assert set(Counter(one.kind for one in quotes).values()) == {10}
    texts = {kind: [one.text for one in quotes if one.kind == kind] for kind in Counter(one.kind for one in quotes)}
    whole = "\n".join(OWN)
    assert all(text in whole for text in texts["exact"])
    assert not any(text in whole for kind in ("a character", "a word", "stitched", "foreign") for text in texts[kind])
    assert all(text in FOREIGN[0] for text in texts["foreign"])
    assert made_quotes(OWN, FOREIGN, 50) == quotes
