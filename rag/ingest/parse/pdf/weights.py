"""How heavy the letters of a PDF are: as their font says, or by its name where it says nothing.

The weight that pdfium gives is made of the width of the stems, for which LibreOffice, Word and others write the same
number whatever the font.
"""

import re
from collections.abc import Callable
from ctypes import c_int, create_string_buffer
from functools import lru_cache
from typing import Any

import pypdfium2.raw as pdfium

_REGULAR, _BOLD = 400, 700
_LONGEST_NAME = 128
_NAMED_BOLD = re.compile(r"[Bb]old|(?:[-,_ ]|(?<=[a-z]))(?:Black|Heavy|Demi|Bd)(?![a-z])")


def weights(text_page: Any) -> Callable[[int], int]:
    """Gives the weight of a character of a page by its index: about 400 for regular letters, 700 for bold ones."""
    name = create_string_buffer(_LONGEST_NAME)
    flags = c_int()

    def weight(index: int) -> int:
        stems = max(0, pdfium.FPDFText_GetFontWeight(text_page, index)) or _REGULAR  # 0 where it is not known
        length = pdfium.FPDFText_GetFontInfo(text_page, index, name, _LONGEST_NAME, flags)
        return max(stems, _BOLD) if 0 < length <= _LONGEST_NAME and is_named_bold(name.value) else stems

    return weight


@lru_cache(maxsize=1_000)
def is_named_bold(name: bytes) -> bool:
    """Whether the name of a font says that it is bold.

    >>> [is_named_bold(name) for name in (b"BAAAAA+DejaVuSerif-Bold", b"Calibri,Bold", b"Avenir-Heavy", b"Blackadder")]
    [True, True, True, False]
    """
    return bool(_NAMED_BOLD.search(name.decode("latin-1")))
