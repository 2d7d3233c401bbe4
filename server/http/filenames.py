"""The name under which an uploaded file is shown, stored and found again: never where it is stored."""

import unicodedata

_MOST_BYTES = 255
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
UNNAMED = "unnamed"


def display_name(given: str) -> str:
    r"""The last part of a path, composed (NFC), without what cannot be seen, at most 255 bytes.

    >>> display_name("../../etc/passwd"), display_name("C:\\notes\\roof.md"), display_name("a\u202etxt.exe")
    ('passwd', 'roof.md', 'atxt.exe')
    >>> display_name("..")
    'unnamed'
    """
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(one for one in last if one in _JOINERS or unicodedata.category(one) not in _UNSEEN)
    name = " ".join(unicodedata.normalize("NFC", seen).split())
    return _shortened(name) if name.strip(". ") else UNNAMED


def _shortened(name: str) -> str:
    """A name cut at the end of its stem, so that its suffix still says what it is."""
    if len(name.encode()) <= _MOST_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    ending = dot + suffix if stem and len(suffix.encode()) <= 16 else ""
    kept = (stem if ending else name).encode()[: _MOST_BYTES - len(ending.encode())]
    return kept.decode("utf-8", "ignore") + ending
