"""The date and the title of documents of many kinds, and what must not be taken for them."""

import pytest

from rag.blocks import Block
from rag.ingest.describe import describe
from rag.ingest.parse import parse
from rag.types import Description, Kind, Span

PROSE = "The members came together in the hall and spoke for a long while about the state of the roof and the money."
NOW = "2026-11-30"


def described(name: str, text: str) -> Description:
    parsed = parse(name.rsplit("/", 1)[-1], text.encode())
    stated, created = parsed.description, parsed.created
    return describe(parsed.text, parsed.blocks, stated=stated, path=name, created=created, now=NOW).description


def dated(*lines: str, name: str = "a.md") -> str | None:
    return described(name, "\n\n".join(lines) + "\n").published


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["# Allotment club minutes, 10 January 2024", PROSE, "Next meeting: 14 February 2024"], "2024-01-10"),
        (["# Meeting 2016-04-17", PROSE, "## Next Meeting", "* 2016-04-24"], "2016-04-17"),
        (["# Board meeting, 3rd of May 2021", PROSE, "# Next meeting", "7 June 2021"], "2021-05-03"),
        (["# Tennis club: committee minutes of 12th March, 2023", PROSE], "2023-03-12"),
        (["# Allotment club", "## Minutes, 10 January 2024", PROSE], "2024-01-10"),
        (["# Council meeting", "- Date: 17 April 2024\n- Time: 19:00", PROSE, "## Next", "15 May 2024"], "2024-04-17"),
        (["# Library committee", "**Date:** 2024-04-17, 18:00", "**Approved:** 2024-05-15", PROSE], "2024-04-17"),
        (["# Agenda for the meeting of the trustees on 5 June 2023", PROSE], "2023-06-05"),
        (
            [f"Minutes of the meeting held on Saturday 9 March 2019 in the hall, with forty present. {PROSE}"],
            "2019-03-09",
        ),
        (["# All minutes", "## Meeting of 10 January 2024", PROSE, "## Meeting of 17 April 2024", PROSE], None),
        (["# Minutes", "- Date: 17 April 2024", PROSE, "## Next meeting", "- Date: 15 May 2024"], "2024-04-17"),
        (["# Minutes", PROSE, "Date of the next meeting: 15 May 2024"], None),
        (["# Meeting 3–5 May 2024", PROSE], None),
        (["# Minutes", "Date: 17 April 2024 – 19 April 2024", PROSE], None),
    ],
)
def test_minutes_are_of_the_day_of_the_meeting_not_of_the_next(lines: list[str], published: str | None) -> None:
    assert dated(*lines) == published


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (
            ["# The Hive", "Newsletter of the beekeepers", "Issue 14, 3 May 2021", PROSE, "12 June 2021: fair"],
            "2021-05-03",
        ),
        (["# School newsletter – Friday 9 June 2023", PROSE, "Term ends on 21 July 2023"], "2023-06-09"),
        (["# Harbour news", "Vol. 3, No. 2 | Friday, May 3, 2024", PROSE], "2024-05-03"),
        (["# May 2021 newsletter", PROSE], None),
        (["# Bulletin", "Deadline for the next issue: 3 June 2024", PROSE], None),
        (["# Club news", "**3 May 2024**", PROSE, "### Fair", "Date: 12 June 2024"], "2024-05-03"),
        (["# Quay", "ORLEN, 3 May 2024 – The harbour board today opened the new quay for all boats."], "2024-05-03"),
        (["# Quay", "On 3 May 2024 the harbour board opened the new quay for all the fishing boats."], None),
        (["# River bridge", "By Jane Doe | Published: May 3, 2024 | Updated: May 4, 2024", PROSE], "2024-05-03"),
        (["# River bridge", "Published", "3 May 2024", PROSE], "2024-05-03"),
    ],
)
def test_newsletters_and_news_are_of_their_day_of_issue(lines: list[str], published: str | None) -> None:
    assert dated(*lines) == published


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        (["# Travel policy", "Effective from 1 March 2024", PROSE], "2024-03-01"),
        (["# Privacy policy", "Effective Date: March 1, 2024", "Last updated: May 3, 2024", PROSE], "2024-03-01"),
        (["# Terms of use", "Published: 1 January 2020. Revised: 3 May 2024.", PROSE], "2020-01-01"),
        (["# Privacy policy", "This policy was last updated on 3 May 2024.", PROSE], "2024-05-03"),
        (
            ["# Leave policy", "| Approved | 3 May 2024 |\n|---|---|\n| Effective date | 1 June 2024 |", PROSE],
            "2024-06-01",
        ),
        (["# Fire policy", "Approved by the board on 3 May 2024.", PROSE], "2024-05-03"),
        (["# Fire policy", "Next review: 1 June 2024", PROSE], None),
        (["# Fire policy", "Expires: 3 May 2024", PROSE], None),
        (["# Fire policy", "This policy supersedes the policy of 3 May 2020.", PROSE], None),
        (["# Tariff", "Valid until 30 June 2023", PROSE], None),
        (["# Data policy", PROSE, "## Revision history", "| No | Date |\n|---|---|\n| 1 | 3 May 2020 |"], None),
    ],
)
def test_policies_are_of_the_day_that_they_take_effect_else_of_their_last_change(
    lines: list[str], published: str | None
) -> None:
    assert dated(*lines) == published


@pytest.mark.parametrize(
    "lines",
    [
        ["# Changelog", "## [1.2.0] - 2024-03-01", "- A bell.", "## [1.1.0] - 2023-03-01", "- A wheel."],
        ["## 1.2.0 (2024-03-01)", "- A bell.", "## 1.1.0 (2023-03-01)", "- A wheel."],
        ["# Events", "## Spring fair", "Date: 3 May 2024", "## Autumn fair", "Date: 4 October 2024"],
        ["# Articles", "## One", "Published: 3 May 2024", PROSE, "## Two", "Published: 4 May 2024", PROSE],
        ["# Diary of Ann", "3 May 2024", PROSE, "4 May 2024", PROSE, "5 May 2024", PROSE],
        ["# Weekly notes", "2023-06-09", PROSE, "2023-06-16", PROSE],
    ],
)
def test_a_document_of_many_days_has_none(lines: list[str]) -> None:
    assert dated(*lines) is None


@pytest.mark.parametrize(
    "title",
    [
        *["Battle of Waterloo, 18 June 1815", "What happened on 6 January 2021", "Fall of the wall, 9 November 1989"],
        *["Report on the accident at the weir on 3 May 2021", "Registration for the AGM on 3 May 2024"],
        *["Spring fair on 3 May 2024", "Yalta conference, 4 February 1945", "Deadline 3 May 2024"],
        *["Statement on the attack of 11 September 2001", "The harbour fire of 9 June 1923"],
    ],
)
def test_the_day_of_an_event_in_a_title_is_not_that_of_the_document(title: str) -> None:
    assert dated(f"# {title}", PROSE) is None


@pytest.mark.parametrize(
    "line",
    [
        *["Deadline: 3 May 2024", "Due: 3 May 2024", "Apply by 3 May 2024", "Date of birth: 9 June 1923"],
        *["Built: 9 June 1923", "Best before 3 May 2024", "Prepared on 3 May 2024 for the fair", "Opens 9 June 2023"],
        *["- 3 May 2024", "Photo taken 9 June 2023", "Embargoed until 9 June 2023", "3 May 2024 to 9 May 2024"],
    ],
)
def test_a_line_that_says_another_thing_of_a_day_dates_nothing(line: str) -> None:
    assert dated("# Plum cake", line, PROSE) is None


@pytest.mark.parametrize(
    ("name", "published"),
    [
        *[
            ("2024-04-17-minutes.md", "2024-04-17"),
            ("minutes_20240417.md", "2024-04-17"),
            ("2016-04-17.md", "2016-04-17"),
        ],
        *[
            ("2016/04-17.md", "2016-04-17"),
            ("board_2023_06_09_final.md", "2023-06-09"),
            ("9 June 2023.md", "2023-06-09"),
        ],
        *[("20230609T101500-scan.md", "2023-06-09"), ("board-19-06-2023.md", "2023-06-19")],
        *[("2016/notes.md", None), ("x/2016-04-17/notes.md", None), ("board-09-06-2023.md", None)],
        *[("000_f4202c7007f7a94d.md", None), ("a20240417f.md", None), ("isbn-9783161484100.md", None)],
        *[("report-2024-01-01-to-2024-03-31.md", None), ("deadline-2024-05-03.md", None), ("1944-06-06.md", None)],
        *[("2099-01-01.md", None), ("20241399.md", None)],
    ],
)
def test_the_name_of_a_file_may_be_dated_its_folders_alone_are_not(name: str, published: str | None) -> None:
    assert dated("# Board", PROSE, name=name) == published
    assert dated("# Board", "Date: 1 February 2020", PROSE, name=name) == "2020-02-01"
    assert dated("# Board minutes, 1 February 2020", PROSE, name=name) == "2020-02-01"
    assert dated("# Board", "Last updated: 1 February 2020", PROSE, name=name) == (published or "2020-02-01")


LETTER = "12 Hill Road\nBristol\n\n3 May 2024\n\nDear Ms Poe,\n\n"


@pytest.mark.parametrize(
    ("text", "title", "published"),
    [
        (f"{LETTER}{PROSE}\n\nYours sincerely,\nJane Doe\n", None, "2024-05-03"),
        (f"{LETTER}Re: Leak in the cellar\n\n{PROSE}\n", "Leak in the cellar", "2024-05-03"),
        (f"Bristol, 3 May 2024\n\nDear Bob,\n\n{PROSE}\n\nLove, Ann\n", None, "2024-05-03"),
        (f"Dear members,\n\n{PROSE}\n\nPlease answer by 3 May 2024.\n", None, None),
        (f"To: All\nFrom: Jane Doe\nDate: 3 May 2024\nSubject: Parking\n\n{PROSE}\n", "Parking", "2024-05-03"),
        (
            f"From: Ann <a@b.example>\nSent: Friday, May 3, 2024 10:00 AM\nSubject: Crane\n\n{PROSE}\n",
            "Crane",
            "2024-05-03",
        ),
    ],
)
def test_a_letter_is_of_its_day_and_named_by_its_subject(text: str, title: str | None, published: str | None) -> None:
    found = described("a.txt", text)
    assert (found.title, found.published) == (title, published)


RFC = """
Network Working Group                                          V. Cerf
Request for Comments: 20                                          UCLA
                                                      October 16, 1969


                   ASCII format for Network Interchange

   For concreteness, we suggest the use of standard 7-bit ASCII embedded
   in an 8 bit byte whose high order bit is always 0.  This leads to the
   standard code given on the attached page, copied from another one.
"""
DRAFT = """Harbour Working Group                                           A. Poe
Internet-Draft                                                   Orlen
Intended status: Informational                              3 May 2021
Expires: 4 November 2021


        Transport of Harbour Messages over Very Long Distances:
                    The Second Version of the Protocol

Abstract

   This document describes how the messages of a harbour are sent over a
   long distance.  It obsoletes the first version, which was described in
   another document and has been in use since the year before last.
"""


def test_the_title_of_an_rfc_is_the_centred_one_below_its_letterhead() -> None:
    assert described("rfc20.txt", RFC) == Description(
        title="ASCII format for Network Interchange", published="1969-10-16"
    )
    title = "Transport of Harbour Messages over Very Long Distances: The Second Version of the Protocol"
    assert described("draft.txt", DRAFT) == Description(title=title, published="2021-05-03")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"A History of the Bridges and of the\nFerries of the North\n\nBy Jane Doe\n\n{PROSE}", "bridges"),
        (f"# The mill and\n\n# the weir\n\n{PROSE}", "The mill and the weir"),
        (f"### Draft\n\n# Mill rules\n\n{PROSE}", "Mill rules"),
        (f"{PROSE}\n\n# River bridge\n\n{PROSE}", "River bridge"),
        ("## Opening hours\n\n| Day | Hours |\n|---|---|\n| Monday | 9 to 5 |", "Opening hours"),
        ("**Mill rules**\n\n- be quiet\n- be clean", "Mill rules"),
        (f"# 2024-05-03\n\n{PROSE}", "2024-05-03"),
        ("Before you start:\n\n- flour\n- water", None),
        (f"- By Jane Doe\n- The Times\n- River\n\n{PROSE}", None),
        (f"| a | b |\n|---|---|\n| By Jane Doe | The Times |\n\n{PROSE}", None),
        (f"```\nRiver bridge\n```\n\n{PROSE}", None),
        (f"> The mill is old\n\n# Mill\n\n{PROSE}", "Mill"),
    ],
)
def test_a_title_stands_by_itself_and_may_be_broken_in_two(text: str, title: str | None) -> None:
    found = described("a.md", text)
    whole = "A History of the Bridges and of the Ferries of the North" if title == "bridges" else title
    assert found == Description(title=whole, author=found.author, published=found.published)
    assert (found.author, found.publisher) == ("Jane Doe" if title == "bridges" else None, None)


def test_the_name_of_a_site_is_not_the_title_of_its_page() -> None:
    site = "<meta property='og:title' content='The Gazette'><meta property='og:site_name' content='The Gazette'>"
    page = f"<html><head>{site}</head><body><h1>River bridge shut</h1><p>{PROSE}</p></body></html>"
    assert described("a.html", page) == Description(title="River bridge shut", publisher="The Gazette")


@pytest.mark.parametrize(
    ("created", "title", "published"),
    [
        ("2013-12-23", "Mill", None),
        ("1980-01-01", "Mill", None),
        ("2012-06-01", "Annual report 1998", None),
        ("1999-02-01", "Annual report 1998", "1999-02-01"),
        ("2012-06-01", "Mill", "2012-06-01"),
    ],
)
def test_the_day_of_a_template_or_of_another_year_is_not_of_the_document(
    created: str, title: str, published: str | None
) -> None:
    blocks = [
        Block(span=Span(start=0, end=len(title))),
        Block(span=Span(start=len(title) + 2, end=len(title) + 2 + 100)),
    ]
    assert describe(f"{title}\n\n{PROSE}", blocks, created=created).description.published == published


def test_dates_that_mean_another_thing_stay_text() -> None:
    parsed = parse("a.md", f"# Leave\n\nEffective from 1 March 2024\n\nLast updated: 3 May 2024\n\n{PROSE}\n".encode())
    found = describe(parsed.text, parsed.blocks)
    assert found.kinds == (Kind.TITLE, Kind.BODY, Kind.BODY, Kind.BODY)
    assert found.description.published == "2024-03-01"
