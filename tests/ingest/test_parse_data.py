"""CSV, JSON, YAML and XML: the file as it is, with its rows, records and lists."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.parse import parse
from tests.support.outlines import assert_sound, drawn

FAST = settings(derandomize=True, max_examples=150, deadline=None)
TANKS = [
    "table",
    "  row head | 0:Tank | 1:Volume | 2:Last inspection",
    "  row | 0:North | 1:1200; or so | 2:3 May 2024",
    "  row | 0:South | 2:19 June",
]
MARKS = [
    '"',
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r\n",
    "a",
    "1",
    " ",
    "é",
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "  ",
    "#",
    "&a ",
    "*a",
]
SOURCES = st.lists(st.sampled_from(MARKS), max_size=40).map("".join)


@FAST
@given(text=SOURCES.map(lambda text: f"a{text}"))
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.yaml", "a.txt"])
def test_tree_of_any_characters_is_sound_and_the_text_verbatim(name: str, text: str) -> None:
    parsed = parse(name, text.encode())
    assert parsed.text == text
    assert_sound(parsed.text, parsed.blocks)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("name", "delimiter"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|"), ("a.CSV", "\t")]
)
def test_rows_have_the_cells_that_are_written(name: str, delimiter: str, end: str) -> None:
    lines = [["Tank", "Volume", "Last inspection"], ["North", '"1200; or so"', "3 May 2024"], ["South", "", "19 June"]]
    text = end.join(delimiter.join(line) for line in lines) + end
    parsed = parse(name, text.encode())
    assert (parsed.text, drawn(parsed)) == (text, TANKS)


def test_cell_in_quotes_may_hold_what_separates_cells() -> None:
    text = 'a,b,c\n"one, two","say ""hi""","line\nbreak"\n"",x," "\n'
    assert drawn(parse("a.csv", text.encode())) == [
        *["table", "  row head | 0:a | 1:b | 2:c"],
        *['  row | 0:one, two | 1:say ""hi"" | 2:line\nbreak', "  row | 1:x"],
    ]


def test_quote_that_is_not_closed_is_a_character() -> None:
    assert drawn(parse("a.csv", b'a,b,c\n6" pipe,3,4\n"open,5,6\nx,7,8'))[2:] == [
        *['  row | 0:6" pipe | 1:3 | 2:4', '  row | 0:"open | 1:5 | 2:6', "  row | 0:x | 1:7 | 2:8"]
    ]


def test_title_and_second_table_of_a_csv_are_apart() -> None:
    assert drawn(parse("a.csv", b"Stock of 2024\n\nTank,Litres\nNorth,1200\n\nPump,Watt,Year\nP1,300,2019\n")) == [
        *["paragraph | Stock of 2024", "table", "  row head | 0:Tank | 1:Litres", "  row | 0:North | 1:1200"],
        *["table", "  row head | 0:Pump | 1:Watt | 2:Year", "  row | 0:P1 | 1:300 | 2:2019"],
    ]


def test_line_that_names_the_separator_is_none_of_the_rows() -> None:
    assert drawn(parse("a.csv", b"sep=;\r\na,1;b\r\nc,2;d\r\n"))[1:] == ["  row | 0:a,1 | 1:b", "  row | 0:c,2 | 1:d"]


@pytest.mark.parametrize("text", ["=1+2,@x\n+3,-4\n", '=HYPERLINK("http://example.org","x"),b\n'])
def test_formula_of_a_csv_is_text(text: str) -> None:
    assert parse("a.csv", text.encode()).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Dear Anna,\nplease come,\nBob",
        "Oslo, Norway\nRome, Italy\nBern, Switzerland",
        "He came; she left.\nIt was late; dark.",
    ],
)
def test_prose_with_commas_is_no_csv(text: str) -> None:
    assert {line.split(" ")[0] for line in drawn(parse("a.txt", text.encode()))} == {"paragraph"}


def test_csv_and_json_by_another_name_are_what_they_are() -> None:
    text = b"Tank,Volume,Last inspection\nNorth,1200,3 May 2024\nSouth,800,19 June\n"
    assert drawn(parse("a.txt", text))[1:] == [
        *["  row head | 0:Tank | 1:Volume | 2:Last inspection"],
        *["  row | 0:North | 1:1200 | 2:3 May 2024", "  row | 0:South | 1:800 | 2:19 June"],
    ]
    assert drawn(parse("a.txt", b'[{"a": 1, "b": "x"}]')) == drawn(parse("a.json", b'[{"a": 1, "b": "x"}]'))


TOYS = [
    *["record", "  field | 0:name | 1:toys", '  field | 0:tags | 1:"a", "b"', "caption | repo", "record"],
    *["  field | 0:type | 1:git", "record", "  field | 0:license | 1:MIT", "caption | tanks", "list", "  item"],
    *["    record", "      field | 0:Tank | 1:North", "      field | 0:Litres | 1:1200", "  item", "    record"],
    "      field | 0:Tank | 1:South",
]
JSON = (
    '{"name": "toys", "tags": ["a", "b"], "repo": {"type": "git"}, "license": "MIT",\n'
    ' "tanks": [{"Tank": "North", "Litres": 1200}, {"Tank": "South", "Litres": ""}]}'
)
YAML = (
    'name: toys\ntags: ["a", "b"]\n# where it is\nrepo:\n  type: git\nlicense: MIT\ntanks:\n  - Tank: North\n'
    "    Litres: 1200\n  - Tank: South\n"
)


@pytest.mark.parametrize(("name", "text"), [("a.json", JSON), ("a.yaml", YAML), ("a.yml", YAML)])
def test_objects_are_records_and_lists_have_items(name: str, text: str) -> None:
    parsed = parse(name, text.encode())
    assert (parsed.text, drawn(parsed)) == (text, TOYS)


def test_value_of_many_words_is_a_paragraph_below_its_key() -> None:
    said = "The tank is empty. " * 20
    assert drawn(parse("a.json", f'{{"note": "{said}"}}'.encode())) == ["caption | note", f"paragraph | {said.strip()}"]


def test_json_lines_are_a_list() -> None:
    assert drawn(parse("a.jsonl", b'{"a": 1}\n{"a": 2}\n'))[::3] == [
        "list",
        "      field | 0:a | 1:1",
        "      field | 0:a | 1:2",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "{'port': 80}"),
        ("a.json", '{"port": 80,}'),
        ("a.yaml", "port: {{ value }}\nb: ["),
        ("a.jsonl", "{}\nx"),
    ],
)
def test_data_that_is_none_is_plain_text(name: str, text: str) -> None:
    parsed = parse(name, text.encode())
    assert parsed.text == text
    assert {line.split(" ")[0] for line in drawn(parsed)} == {"paragraph"}


def test_yaml_that_refers_to_itself_is_written_once() -> None:
    laughs = "".join(
        f"{chr(98 + depth)}: &{chr(98 + depth)} [{', '.join([f'*{chr(97 + depth)}'] * 9)}]\n" for depth in range(20)
    )
    parsed = parse("a.yaml", f"a: &a [one, two]\n{laughs}".encode())
    assert [line for line in drawn(parsed) if "one" in line] == ["  field | 0:a | 1:one, two"]
    assert len(parsed.blocks) < 50


@pytest.mark.parametrize(
    "source", ["[" * 100_000, "- " * 100_000 + "a", "".join(" " * depth + "a:\n" for depth in range(1_500))]
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_data_that_nests_deep_is_plain_text(name: str, source: str) -> None:
    assert parse(name, f"a{source}".encode()).text == f"a{source}"


def test_elements_of_xml_are_fields_and_paragraphs() -> None:
    source = (
        b'<?xml version="1.0"?><!DOCTYPE stock [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<stock date="2024-05-03"><!-- no --><tank name="North"><volume>1200</volume><state/></tank>'
        b"<note>Some <b>bold</b> words.&x;</note></stock>"
    )
    assert drawn(parse("a.xml", source)) == [
        *["caption | stock", "record", "  field | 0:date | 1:2024-05-03", "caption | tank", "record"],
        *["  field | 0:name | 1:North", "  field | 0:volume | 1:1200", "paragraph | Some bold words.&x;"],
    ]
