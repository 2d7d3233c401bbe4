"""What the fields of answers and blocks mean, for the OpenAPI document: the values themselves know of no interface."""

from litestar.openapi.spec import OpenAPI

_MEANINGS = {
    "Answer": {
        "complete": "Whether all is shown that the sources say: false where a list is cut short, or more may exist.",
        "statements": "What answers, the most certain first; none where the sources do not answer.",
        "usage": "The tokens of the language model; null where none was asked.",
        "writing": "What became of what the language model wrote; null where none was asked.",
        "degraded": "What it had to be found without, as while the vector index cannot be asked; null for nothing.",
        "cached": "Whether it was made when the same was asked before of the same documents.",
    },
    "FoundPassages": {
        "degraded": "As in an answer.",
    },
    "ModelNames": {
        "reader": "`extractive`: the sources' own words; `generative`: those of the writer, verified.",
        "writer": "The language model that was asked, also where none of its sentences is shown; null for none.",
    },
    "Usage": {
        "prompt": "Of the question, the evidence and the rules.",
        "completion": "Of what it wrote.",
    },
    "Writing": {
        "shown": "How many of the statements it wrote: the first so many.",
        "dropped": "What it wrote and is not shown.",
        "replaced": "Why the sources' own words stand in its place, or after it; null where they do not.",
        "prompt_sha256": "Of all that it was shown.",
    },
    "DroppedSentence": {
        "text": "As it was written, without marks of sources.",
        "verdict": "`unsupported`, `contradicted`, or `address`: it holds one, or markup.",
    },
    "Statement": {
        "text": "The whole statement as plain text, a line for each item of a list; code is as it is written.",
        "kind": "`sentence`, `list`, `steps` (of a procedure), `table` (rows of one), `code` or `record`.",
        "citations": "The numbers of all its citations, those of its items too.",
        "items": "Of a list, steps or a record: its items in the order of the document; null for other kinds.",
        "table": "Of a table: the rows that answer; null for other kinds.",
        "differences": "Of a written statement that its sources support in part: what they do not say.",
    },
    "Item": {
        "text": "The item with its number or bullet; of a record `key: value`.",
        "citations": "The numbers of the citations that it is made of.",
    },
    "TableRows": {
        "columns": "The names of the columns, empty for a column without one.",
        "rows": "The cells of each row that answers, one a column; empty where the table has none.",
        "marked": "The cells that were asked for, each as row and column, from 0.",
    },
    "Verification": {
        "sentences": "Those that claim something: no headings, questions or code.",
        "citations": "What the sentences were held against.",
        "supported": "The share of the sentences that are supported; 0 where there are none.",
        "degraded": "As in an answer.",
    },
    "VerifiedSentence": {
        "start": "Where it starts in the text.",
        "end": "Where it ends, half open.",
        "verdict": "`supported`, `partly` (some of it), `contradicted` (the sources say otherwise) or `unsupported`.",
        "support": "How sure it is that the sources say it, 0 to 1.",
        "citations": "The numbers of what it was held against, the nearest first; empty where nothing was found.",
        "differences": "What it says otherwise than the sources, or beyond them.",
    },
    "Difference": {
        "kind": "`number`, `date`, `name`, `negation`, `unit`, `quantifier` or `other`.",
        "said": "The words of the sentence; empty where it leaves something out.",
        "source": "The words of the source in their place; empty where there are none.",
    },
    "QuoteCheck": {
        "verdict": "`found` word for word, `altered`, or `not_found`.",
        "citations": "Where it is; of an altered quote the nearest place, and where other parts of it come from.",
        "changes": "Of an altered quote: what differs from the nearest place.",
    },
    "QuoteChange": {
        "start": "Where the characters start in the quote.",
        "end": "Where they end, half open.",
        "said": "What the quote has; empty where it leaves something out.",
        "source": "What the source has in their place; empty where it has nothing.",
    },
    "ChatRequest": {
        "model": "`footnote` asks the default collection, `footnote/ID` that collection.",
        "messages": "The last one of the user is the question; what user and assistant said before is its history.",
        "stream": "Whether the answer comes as server-sent events.",
        "n": "How many choices there are; they are all the same.",
        "tool_choice": "No tool is ever called: `none` or `auto`.",
        "response_format": "Answers are text.",
    },
    "Message": {
        "role": "Of the roles beside `user` and `assistant` nothing is read.",
        "content": "A text, or parts of the type `text`.",
    },
    "Completion": {
        "choices": "As many as were asked for.",
        "footnote": "The whole answer as `POST /v1/ask` gives it; null where nothing was asked of the documents.",
    },
    "Said": {"content": "Markdown: statements with `[n]` after each, then the list of sources."},
    "Failure": {
        "message": "What went wrong, and what to do about it.",
        "param": "The field that it is about.",
        "code": "`model_not_found` where there is no such model.",
    },
    "ReadBlock": {
        "form": "What it is. Lists hold items, tables rows, records fields, items and quotations any; the others none.",
        "start": "Where it starts in the text.",
        "end": "Where it ends, half open.",
        "parent": "The position, from 0, of the block that it is within; null for one that stands by itself.",
        "level": "Of a heading, from 1; of a list, how many lists it is within.",
        "ordered": "Of a list: its items are numbered.",
        "head": "Of a row: it names the columns.",
        "mark": "Of an item: its number or letter as it is written, where it has one.",
        "cells": "Of a row or a field. A cell that reaches over several rows is one of each of them.",
        "styles": "Of Markdown: what is emphasised, code or a link; `syntax` are the characters that say so.",
        "marked": "What of it lies between the `start` and the `end` that were asked for; null for nothing.",
    },
    "ReadCell": {
        "column": "Counted from 0; of a field the key is in column 0 and the value in 1. Empty cells are left out.",
        "width": "How many columns it reaches over.",
    },
}


def say_what_fields_mean(document: OpenAPI) -> None:
    """Add to the OpenAPI document what these fields mean.

    Raises:
        KeyError: When a body has no such field.
    """
    for name, meanings in _MEANINGS.items():
        fields = document.components.schemas[name].properties or {}
        for field, meaning in meanings.items():
            fields[field].description = meaning
