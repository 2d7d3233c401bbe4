"""Reading evaluation sets of each format, drawing questions from them, and what is refused."""

import json
from pathlib import Path

import pytest

from eval.sets.load import EvalSetError, chosen, in_half, load_set
from tests.support.sets import BRIDGE, MILL, small_set, write_lines


def asked(document: str, quote: str = "The mill at Quarn grinds rye.", **more: object) -> dict[str, object]:
    gold = [{"document": document, "quote": quote}]
    return {"id": "q", "question": "What does the mill grind?", "unanswerable": False, "gold": gold, **more}


def test_questions_over_a_folder_name_documents_by_path_or_id(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    (folder / "the notes").mkdir(parents=True)
    (folder / "the notes" / "mill 1.md").write_text(MILL, encoding="utf-8")
    (folder / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (folder / "photo.xyz").write_bytes(b"\x00")
    records = [
        asked("the notes/mill 1.md", id="first"),
        asked("bridge", "opened in 1932", id="second", kind="when", answers=["1932"], group="opening"),
        {"id": "third", "question": "Who owns the mill?", "unanswerable": True},
    ]
    loaded = load_set(folder, write_lines(tmp_path / "own.jsonl", records))
    assert (loaded.name, [one.path for one in loaded.documents]) == ("own", ["bridge.txt", "the notes/mill 1.md"])
    first, second, third = loaded.questions
    assert first.relevant_ids[0].startswith("the-notes-mill-1.md-")
    assert (first.kind, first.group, first.any_gold, first.answers) == ("answerable", "first", True, ())
    assert (second.kind, second.group, second.relevant_ids, second.answers) == (
        "when",
        "opening",
        ("bridge",),
        ("1932",),
    )
    assert (third.kind, third.answerable, third.gold, third.relevant_ids) == ("unanswerable", False, (), ())


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([asked("mill", "It grinds wheat.")], r"own\.jsonl:1: the gold quote 'It grinds wheat\.' is not in document"),
        ([asked("mill", " ")], r"own\.jsonl:1: the gold quote ' ' is not in document 'mill'"),
        ([asked("mil")], r"own\.jsonl:1: there is no document 'mil'; name it by its path"),
        ([asked("mill", gold=[])], r"own\.jsonl:1: an answerable question needs gold quotes"),
        ([asked("mill", unanswerable=True)], r"an unanswerable one has none"),
        ([asked("mill"), asked("mill")], r"own\.jsonl: the question id 'q' is there twice"),
        ([{"id": "q", "unanswerable": True}], r"own\.jsonl:1 has no field 'question'"),
        (["text"], r"own\.jsonl:1 cannot be read"),
        ([], r"own\.jsonl has no questions"),
    ],
)
def test_questions_that_cannot_be_used_are_refused(tmp_path: Path, records: list[object], message: str) -> None:
    documents, _ = small_set(tmp_path)
    with pytest.raises(EvalSetError, match=message):
        load_set(documents, write_lines(tmp_path / "own.jsonl", records))


def test_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    documents, questions = small_set(tmp_path)
    questions.write_text('\n{"id": 1,\n', encoding="utf-8")
    with pytest.raises(EvalSetError, match=r"questions\.jsonl:2 cannot be read: Expecting property name"):
        load_set(documents, questions)


def test_folder_of_nothing_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalSetError, match="is no evaluation set: give --questions"):
        load_set(tmp_path)


def test_records_become_documents_with_their_description(tmp_path: Path) -> None:
    corpus = [
        {"id": "d1", "title": "A Bridge", "text": "It opened.", "date": "2024-05-03", "source": "The Post"},
        {"id": "d 2", "text": "It closed. It reopened.", "author": "Ada Voss"},
        {"id": "../d3", "title": "Third", "text": "Nothing\u2028happened."},
    ]
    queries = [
        {"id": 1, "question": "What?", "answers": ["It", "It"], "relevant_ids": ["d1"], "unanswerable": False},
        {
            "id": 2,
            "question": "Did it?",
            "answers": ["Yes"],
            "relevant_ids": ["d 2", "../d3"],
            "unanswerable": False,
            "question_type": "comparison",
            "context_id": "c",
            "gold_sentences": [["It reopened."], ["It closed."]],
        },
        {"id": 3, "question": "Why?", "answers": [], "relevant_ids": [], "unanswerable": True, "gold_sentences": []},
    ]
    write_lines(tmp_path / "news" / "corpus.jsonl", corpus)
    write_lines(tmp_path / "news" / "queries.jsonl", queries)
    loaded = load_set(tmp_path / "news")
    assert (loaded.name, len(loaded.documents), len(loaded.questions)) == ("news", 3, 3)
    assert [document.content.decode() for document in loaded.documents] == [
        "A Bridge\n\nSource: The Post\n\nPublished: 2024-05-03\n\nIt opened.",
        "By Ada Voss\n\nIt closed. It reopened.",
        "Third\n\nNothing\u2028happened.",
    ]
    assert all("/" not in document.path for document in loaded.documents)
    first, second, third = loaded.questions
    assert (first.id, first.relevant_ids, first.answers, first.kind) == ("1", ("d1",), ("It",), "answerable")
    assert (second.kind, second.group, second.answers, second.any_gold) == ("comparison", "c", (), False)
    assert [(gold.document_id, gold.quote) for gold in second.gold] == [(second.relevant_ids[0], "It reopened.")]
    assert second.relevant_ids[1] == loaded.documents[2].path.removesuffix(".txt")
    assert (third.answerable, third.relevant_ids, third.gold) == (False, (), ())


def test_record_that_names_an_unknown_document_is_refused(tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", [{"id": "d1", "text": "One."}])
    query = {"id": "q", "question": "?", "relevant_ids": ["d2"], "unanswerable": False}
    write_lines(tmp_path / "queries.jsonl", [query])
    with pytest.raises(EvalSetError, match=r"queries\.jsonl:1: relevant_ids names 'd2', which corpus\.jsonl does not"):
        load_set(tmp_path)


def squad(*paragraphs: tuple[str, list[dict[str, object]]]) -> dict[str, object]:
    made = [{"context": context, "qas": asked} for context, asked in paragraphs]
    return {"data": [{"title": "The Bridge", "paragraphs": made}]}


def test_squad_file_gives_a_document_a_paragraph(tmp_path: Path) -> None:
    first = [
        {"id": "1", "question": "When?", "is_impossible": False, "answers": [{"text": "1932"}, {"text": "1932"}]},
        {"id": "2", "question": "Who?", "is_impossible": True, "answers": [], "plausible_answers": [{"text": "It"}]},
    ]
    # version 1.1 of the format has no is_impossible
    second: list[dict[str, object]] = [{"id": "3", "question": "What?", "answers": [{"text": "rye"}]}]
    file = tmp_path / "dev.json"
    file.write_text(json.dumps(squad(("It opened in 1932.", first), ("It grinds rye.", second))), encoding="utf-8")
    loaded = load_set(file)
    assert loaded.name == "dev"
    assert loaded.documents[0].content.decode() == "The Bridge\n\nIt opened in 1932."
    identifiers = tuple(document.path.removesuffix(".txt") for document in loaded.documents)
    assert len(set(identifiers)) == 2
    assert [(one.id, one.answerable, one.answers, one.relevant_ids, one.group) for one in loaded.questions] == [
        ("1", True, ("1932",), identifiers[:1], identifiers[0]),
        ("2", False, (), (), identifiers[0]),
        ("3", True, ("rye",), identifiers[1:], identifiers[1]),
    ]


def test_other_json_is_no_squad_file(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"rows": []}', encoding="utf-8")
    with pytest.raises(EvalSetError, match=r"other\.json is no SQuAD file: KeyError\('data'\)"):
        load_set(file)


def test_beir_folder_keeps_the_judged_queries(tmp_path: Path) -> None:
    corpus = [{"_id": "d1", "title": "", "text": "One."}, {"_id": "d2", "title": "Two", "text": "Second."}]
    write_lines(tmp_path / "corpus.jsonl", corpus)
    write_lines(tmp_path / "queries.jsonl", [{"_id": f"q{one}", "text": f"{one}?"} for one in (1, 2, 3)])
    (tmp_path / "qrels").mkdir()
    rows = ["query-id\tcorpus-id\tscore", "q1\td1\t1", "q1\td2\t2", "q2\td1\t0", "q3\td2\t1"]
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(rows), encoding="utf-8")
    loaded = load_set(tmp_path)
    assert [document.content.decode() for document in loaded.documents] == ["One.", "Two\n\nSecond."]
    assert [(one.id, one.text, one.relevant_ids) for one in loaded.questions] == [
        ("q1", "1?", ("d1", "d2")),
        ("q3", "3?", ("d2",)),
    ]
    (tmp_path / "qrels" / "test.tsv").write_text(f"{rows[0]}\nq1\td1\thigh\n", encoding="utf-8")
    with pytest.raises(EvalSetError, match=r"test\.tsv:2 needs query-id, corpus-id and a whole score"):
        load_set(tmp_path)


def many(folder: Path, count: int) -> Path:
    records = [
        {"id": str(number), "question": "?", "unanswerable": number % 4 == 0, "group": str(number // 2)}
        for number in range(count)
    ]
    gold = [{"document": "bridge", "quote": "1932"}]
    return write_lines(folder / "q.jsonl", [one if one["unanswerable"] else {**one, "gold": gold} for one in records])


def test_halves_part_the_questions_and_keep_groups_together(tmp_path: Path) -> None:
    documents, _ = small_set(tmp_path)
    questions = load_set(documents, many(tmp_path, 200)).questions
    test, calibration = ({one.id for one in questions if in_half(one, test=half)} for half in (True, False))
    assert not test & calibration
    assert len(test | calibration) == 200
    assert 70 < len(test) < 130
    assert all((str(2 * pair) in test) == (str(2 * pair + 1) in test) for pair in range(100))
    assert [one.id for one in chosen(questions, half="test")] == [one.id for one in questions if one.id in test]


def test_limit_draws_the_same_questions_every_time_and_more_of_them_later(tmp_path: Path) -> None:
    documents, _ = small_set(tmp_path)
    questions = load_set(documents, many(tmp_path, 200)).questions
    few, more = chosen(questions, limit=5), chosen(questions[::-1], limit=20)
    assert [one.answerable for one in few] == [True] * 5 + [False] * 5
    assert [one.id for one in more[:5] + more[20:25]] == [one.id for one in few]
    assert [one.id for one in few] == ["199", "122", "81", "161", "50", "184", "140", "32", "12", "172"]
    assert len(chosen(questions, limit=1000)) == 200
