"""Sets whose documents lie in several collections: each layout, the drawing, and what is refused."""

from pathlib import Path

import pytest

from eval.sets.parted import PartedSet, parted_sets
from eval.sets.question import EvalSetError
from rag.types import Turn
from tests.support.sets import BRIDGE, write_lines


def document(identifier: str, **more: object) -> dict[str, object]:
    return {"id": identifier, "title": "", "text": f"The {identifier} was opened in 1932.", **more}


def question(identifier: str, *relevant: str, **more: object) -> dict[str, object]:
    text = f"When was the {identifier} opened?"
    return {"id": identifier, "question": text, "relevant_ids": relevant, "unanswerable": not relevant, **more}


def records(folder: Path, corpus: list[dict[str, object]], queries: list[dict[str, object]]) -> Path:
    write_lines(folder / "corpus.jsonl", corpus)
    write_lines(folder / "queries.jsonl", queries)
    return folder.parent


def only(data: Path) -> PartedSet:
    (found,) = parted_sets(data)
    return found


def test_questions_of_a_collection_are_over_its_documents(tmp_path: Path) -> None:
    corpus = [document("ferry", collection="ports"), document("road", collection="land")]
    history = [{"role": "user", "content": "Is there a ferry?"}, {"role": "assistant", "content": "Yes."}]
    asked = [
        question("ferry", "ferry", collection="ports", answers=["In 1932, it says."], answerability="ANSWERABLE"),
        question("pier", collection="ports", answerability="UNANSWERABLE", history=history),
        question("quay", "ferry", collection="ports", answerability="PARTIAL"),
        question("it", collection="land", answerability="UNDERSPECIFIED"),
        question("road", "road", collection="land", answerability="ANSWERABLE"),
    ]
    ports, land = only(records(tmp_path / "turns", corpus, asked)).parts
    assert [one.path for one in ports.documents] == ["ferry.txt"]
    assert [(one.id, one.relevant_ids, one.answers) for one in ports.questions] == [
        ("ferry", ("ferry",), ()),
        ("pier", (), ()),
    ]
    assert ports.questions[1].history == (
        Turn(role="user", content="Is there a ferry?"),
        Turn(role="assistant", content="Yes."),
    )
    assert [one.id for one in land.questions] == ["road"]


def test_questions_of_a_site_are_over_the_documents_of_its_title(tmp_path: Path) -> None:
    corpus = [document("a", title="one.example"), document("b", title="two.example")]
    asked = [question("b", "b", site="two.example", answers=["1932"]), question("a", "a", site="one.example")]
    two, one = only(records(tmp_path / "policies", corpus, asked)).parts
    assert ([each.path for each in two.documents], two.questions[0].answers) == (["b.txt"], ("1932",))
    assert [each.path for each in one.documents] == ["a.txt"]


def test_records_that_name_no_collection_are_one(tmp_path: Path) -> None:
    (part,) = only(records(tmp_path / "facts", [document("a"), document("b")], [question("a", "a")])).parts
    assert (part.name, len(part.documents)) == ("facts", 2)


def test_each_context_is_a_collection(tmp_path: Path) -> None:
    asked = [{"question": "When? ", "answers": ["1932"], "from": "table"}]
    contexts = [{"id": name, "markdown": f"# {name}", "questions": asked} for name in ("x", "y")]
    write_lines(tmp_path / "tables" / "contexts.jsonl", contexts)
    parts = only(tmp_path).parts
    assert [part.documents[0].path for part in parts] == ["x.md", "y.md"]
    assert [(one.id, one.text, one.answers) for one in parts[1].questions] == [("y-0", "When?", ("1932",))]


def test_answers_in_words_are_for_a_reader(tmp_path: Path) -> None:
    folder = tmp_path / "real" / "bridges"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "bridge.txt").write_text(BRIDGE, "utf-8")
    asked = [
        {"question": "When was it opened?", "answerable": True, "expect": "In 1932.", "file": "bridge.txt"},
        {"question": "Who drew it?", "answerable": False, "expect": "nobody is named", "file": None},
    ]
    write_lines(folder / "questions.jsonl", asked)
    found = only(tmp_path)
    first, second = found.parts[0].questions
    assert found.name == "real/bridges"
    assert (first.id, first.relevant_ids, first.expected, first.answers) == ("1", ("bridge",), "In 1932.", ())
    assert (second.id, second.answerable, second.relevant_ids) == ("2", False, ())


def test_only_the_parts_that_are_asked_are_drawn(tmp_path: Path) -> None:
    corpus = [document(str(number), title=f"site {number}") for number in range(20)]
    asked = [question(str(number), str(number), site=f"site {number}") for number in range(20)]
    whole = only(records(tmp_path / "sites", corpus, asked))
    few, more = whole.drawn(3), whole.drawn(6)
    assert (len(few.parts), len(more.parts), len(whole.drawn(None).parts)) == (3, 6, 20)
    assert {part.name for part in few.parts} < {part.name for part in more.parts}


def test_sets_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvalSetError, match="has no evaluation set"):
        list(parted_sets(tmp_path))
    records(tmp_path / "twice", [document("a")], [question("a", "a"), question("a", "a")])
    with pytest.raises(EvalSetError, match="twice: the question id 'a' is there twice"):
        list(parted_sets(tmp_path))
    records(tmp_path / "twice", [document("a", title="here")], [question("a", site="there")])
    with pytest.raises(EvalSetError, match=r"queries\.jsonl: the questions about 'there' have no document"):
        list(parted_sets(tmp_path))
    records(tmp_path / "twice", [document("a", title="here")], [question("a", site="here"), question("b")])
    with pytest.raises(EvalSetError, match=r"queries\.jsonl:2 has no field 'site'"):
        list(parted_sets(tmp_path))
