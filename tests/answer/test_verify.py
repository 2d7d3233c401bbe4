"""Claims beside sources: what differs, what is enough, and what a whole text gets."""

from collections.abc import Iterator

import pytest

from rag.answer.verify.amounts import unlike_amounts, unlike_dates
from rag.answer.verify.choose import chosen
from rag.answer.verify.differences import differences
from rag.answer.verify.evidence import Evidence
from rag.checks import passage_document
from rag.errors import InvalidRequest, NotFound
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.types import Span
from tests.support.engines import write_and_ingest

HARBOUR = """# Harbour notes

The harbour of Pelm opened in 1964. It cost **12 million** euros and was designed by Anna Berg. Dogs are not allowed on
the pier. Most of the berths are let to families from Orsa. Boats longer than 14 metres must register.

| Year | Ships | Passengers |
|---|---|---|
| 2019 | 410 | 18,200 |
| 2020 | 380 | 9,100 |
"""
CINEMA = "The cinema of Dunlow closed in March 2003. Its last film was shown to nine people.\n"


def evidence(*texts: str) -> list[Evidence]:
    """Sentences of one document."""
    document = passage_document(0, " ".join(texts))
    return [Evidence(document=document, span=Span(start=0, end=len(text)), text=text) for text in texts]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It has 12,000 seats.", "It has 12000 seats."),
        ("About 1.2 million came.", "1,204,312 people came."),
        ("It takes three weeks.", "It takes 21 days."),
        ("It is 5 km long.", "The length is 5,000 m."),
        ("It rose by 12 percent.", "It rose by 12.3%."),
        ("Over 12 people came.", "15 people came."),
        ("It opens at six pm.", "It opens at 6 p.m."),
        ("Two of them left.", "2 of them left."),
        ("Rent was $607.5.", "Rent — 2018: $ 607.5"),
    ],
)
def test_same_amount_in_other_words_is_no_difference(claim: str, source: str) -> None:
    assert list(unlike_amounts(claim, [source])) == []


@pytest.mark.parametrize(
    ("claim", "source", "kind", "there"),
    [
        ("It has 12,100 seats.", "It has 12,000 seats.", "number", "12,000"),
        ("About 1.6 million came.", "1,204,312 people came.", "number", "1,204,312"),
        ("It takes three months.", "It takes three weeks.", "unit", "three weeks"),
        ("It holds 300 litres.", "It holds 300 gallons.", "unit", "300"),
        ("It is 5 km long.", "It is 5 miles long.", "unit", "5 miles"),
        ("It cost $5 million.", "It cost £5 million.", "unit", "£5 million"),
        ("It takes 30 seconds.", "It was done 30 times.", "unit", "30"),
        ("Between 60 and 90 came.", "Between 60 and 80 came.", "number", "60 and 80"),
    ],
)
def test_another_amount_is_told_with_that_of_the_source(claim: str, source: str, kind: str, there: str) -> None:
    (found,) = unlike_amounts(claim, [source])
    assert (found.kind, found.source.lower()) == (kind, there)


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("It began on June 2, 2025.", "It began on 2 June 2025.", True),
        ("It began in June 2025.", "It began on 2 June 2025.", True),
        ("It began in the 1990s.", "It began in 1994.", True),
        ("It began on June 3, 2025.", "It began on 2 June 2025.", False),
        ("It began in May 2019.", "It began in May 2018.", False),
        ("It ran from May 1913 until June 1918.", "It ran from May 1915 until June 1918.", False),
    ],
)
def test_date_must_be_that_of_the_source(claim: str, source: str, same: bool) -> None:
    found = list(unlike_dates(claim, [(source, None)]))
    assert (found == []) is same
    assert all(one.kind == "date" and one.source for one in found)


@pytest.mark.parametrize(
    ("claim", "source", "kind"),
    [
        ("Petra Olsen bought the mill.", "The mill was bought by Carla Jensen.", "name"),
        ("Dogs are allowed on the pier.", "Dogs are not allowed on the pier.", "negation"),
        ("The lamp does not work in winter.", "The lamp works in winter.", "negation"),
        ("All berths are let.", "Most berths are let.", "quantifier"),
        ("Guests never pay for tea.", "Guests always pay for tea.", "quantifier"),
        ("Members may register.", "Members must register.", "other"),
        ("The path is longer than the road.", "The path is shorter than the road.", "other"),
        ("Wash the wall after painting.", "Wash the wall before painting.", "other"),
    ],
)
def test_changed_word_is_told_by_its_kind(claim: str, source: str, kind: str) -> None:
    assert kind in {one.kind for one in differences(claim, evidence(source))}


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Carla Jensen bought the mill.", "The mill was bought by Carla Jensen, who likes water."),
        ("Dogs aren't allowed there.", "Dogs are not allowed there."),
        ("Every berth is let.", "All berths are let."),
        ("The shop is not open on Monday.", "The shop is closed on Monday."),
        ("The mill is famous.", "The mill, which was never sold, is famous."),
        ("The NRB paid.", "The National Rail Board paid."),
    ],
)
def test_same_in_other_words_has_no_difference(claim: str, source: str) -> None:
    assert differences(claim, evidence(source)) == []


def test_second_sentence_is_taken_only_for_what_the_first_leaves_open() -> None:
    texts = ("Hugo was born in Tarn.", "He moved to Brest when he was four.", "Tarn has four mills and Brest has none.")
    both = chosen("Hugo was born in Tarn and moved to Brest at four.", evidence(*texts))
    assert {one.text for one in both} == set(texts[:2])
    assert [one.text for one in chosen("Hugo was born in Tarn.", evidence(*texts))] == [texts[0]]


@pytest.fixture(scope="module")
def engine(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("checked")
    with assemble(Settings(data_dir=folder / "data"), encoder, scorer) as made:
        write_and_ingest(made, folder / "docs", {"harbour.md": HARBOUR, "cinema.txt": CINEMA})
        yield made


REPORT = """# Report on Pelm

The harbour of Pelm opened in 1965 [1]. Anna Berg designed it [2, 3]. Is it large?

- In 2019 there were 410 ships.
- In 2020 there were 410 ships.

Dogs are allowed on the pier. Whales were seen off Iceland by a school class.
"""


@pytest.mark.parametrize("given", [False, True])
def test_each_sentence_of_a_text_gets_its_verdict(engine: Library, given: bool) -> None:
    found = engine.verify(REPORT, passages=[HARBOUR]) if given else engine.verify(REPORT)
    verdicts = {one.text: one.verdict for one in found.sentences}
    assert verdicts["The harbour of Pelm opened in 1965 [1]."] == "contradicted"
    assert verdicts["In 2019 there were 410 ships."] == "supported"
    assert verdicts["In 2020 there were 410 ships."] != "supported"
    assert verdicts["Dogs are allowed on the pier."] == "contradicted"
    assert verdicts["Whales were seen off Iceland by a school class."] == "unsupported"
    assert "Is it large?" not in verdicts
    assert found.supported == round(sum(one == "supported" for one in verdicts.values()) / len(verdicts), 4)


def test_offsets_and_quotes_are_exact(engine: Library) -> None:
    found = engine.verify(REPORT)
    for one in found.sentences:
        assert REPORT[one.start : one.end] == one.text
        assert all(1 <= number <= len(found.citations) for number in one.citations)
    for cited in found.citations:
        assert engine.text(cited.document_id)[cited.start : cited.end] == cited.quote
    opened = next(one for one in found.sentences if "1965" in one.text)
    assert found.citations[opened.citations[0] - 1].quote == "The harbour of Pelm opened in 1964."
    assert [(one.kind, one.said, one.source) for one in opened.differences] == [("date", "1965", "1964")]


def test_claim_may_rest_on_two_sentences(engine: Library) -> None:
    found = engine.verify("The cinema of Dunlow closed in March 2003, and its last film was shown to nine people.")
    (one,) = found.sentences
    assert (one.verdict, len(one.citations)) == ("supported", 2)


def test_name_of_a_heading_is_a_name_of_what_stands_under_it(engine: Library) -> None:
    passage = "# Ports of Tarn\n\n## Gull Bay\n\nIt was dug in 1902.\n\n## Heron Cove\n\nIt was dug in 1931.\n"
    found = engine.verify(
        "Gull Bay was dug in 1902. Heron Cove was dug in 1931. Otter Quay was dug in 1902.", passages=[passage]
    )
    assert [one.verdict for one in found.sentences[:2]] == ["supported", "supported"]
    assert [(one.kind, one.said) for one in found.sentences[2].differences] == [("name", "Otter Quay")]


def test_chosen_documents_alone_are_looked_at(engine: Library) -> None:
    ids = {document.path: document.id for document in engine.documents()}
    claim = "The harbour of Pelm opened in 1964."
    assert engine.verify(claim, document_ids=[ids["harbour.md"]]).supported == 1.0
    other = engine.verify(claim, document_ids=[ids["cinema.txt"]])
    assert {one.document_id for one in other.citations} <= {ids["cinema.txt"]}
    assert other.supported == 0.0


def test_text_without_claims_has_none(engine: Library) -> None:
    found = engine.verify("# A heading\n\nIs it true?\n")
    assert (found.sentences, found.citations, found.supported) == ((), (), 0.0)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("  ", {}, "text is blank"),
        ("a" * 20_001, {}, "more than 20000"),
        ("It rained.", {"passages": []}, "give 1 to 100"),
        ("It rained.", {"passages": [" "]}, r"passages\[0\]"),
    ],
)
def test_text_outside_the_limits_is_refused(
    engine: Library, text: str, options: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        engine.verify(text, passages=options.get("passages"))


def test_unknown_collection_is_said(engine: Library) -> None:
    with pytest.raises(NotFound):
        engine.verify("It rained.", collection="nowhere")
