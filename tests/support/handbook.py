"""Documents with structure, as people write them, and what is asked of them."""

from __future__ import annotations

from msgspec import convert

from rag.types import Document

KITCHEN = """# 🍲 Kitchen handbook

How the *community kitchen* of **Marrow Lane** is run.

## Opening hours

| Day | Opens | Closes | Cook | Telephone of the cook | Where deliveries are left |
|---|---:|---:|---|---|---|
| Monday | 8:30 | 14:00 | Ines Okafor | 0555 1122 | back door |
| Tuesday | 9:00 | 15:30 | Bram *de* Witt | 0555 3344 | front desk |
| Saturday | 10:15 | 13:45 | Ines Okafor | 0555 1122 | shed <script>window.hacked=1</script> |

## What to bring

Volunteers bring the following to every shift:

- an apron
- closed shoes, of which
  - soles must not slip
  - toes must be covered
- a `*.pdf` of the [food certificate](https://example.org/cert)

## Cleaning the oven

To clean the oven:

1. Switch the oven off at the wall.
2. Wait for twenty minutes.
3. Wipe the inside with soda & water.
4. Sign the sheet <b>by the door</b>.

## Contact

- **Manager:** Odile Brandt
- **Telephone:** 0555 7788
- **Address:** 4 Marrow Lane, Osk

## Till software

To start the till program, run this command:

```sh
till --start --port 8080 \\
  --printer "front desk" --ledger /srv/ledgers/marrow-lane/current-year.ledger
```

> The till is *older* than the oven.
> Be kind to it.
"""

STALLS = "# Autumn market\n\nThese 23 stalls are allowed at the autumn market:\n\n" + "".join(
    f"- {name} from stall {number}\n"
    for number, name in enumerate(
        "apples bread cheese dates eggs figs garlic honey ices jam kale leeks mushrooms nuts olives pears quinces "
        "radishes salt thyme umbrellas vinegar walnuts".split(),
        start=1,
    )
)

HANDBOOK = {"kitchen.md": KITCHEN, "stalls.md": STALLS}

CLOSES = "When does the kitchen close on Tuesday?"
BRING = "What do volunteers bring to every shift?"
OVEN = "How is the oven cleaned?"
CONTACT = "What is the telephone number of the manager?"
TILL = "How is the till program started?"
ALLOWED = "Which stalls are allowed at the autumn market?"


def listed(media_type: str) -> Document:
    """A document as the catalog lists it, of which only the media type matters."""
    nothing = dict.fromkeys(("title", "author", "publisher", "published"))
    counts = dict.fromkeys(("bytes", "characters", "passages"), 1)
    named = dict.fromkeys(("id", "collection", "path", "sha256", "ingested_at"), "x")
    return convert({**nothing, **counts, **named, "media_type": media_type}, Document)
