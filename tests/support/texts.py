"""Documents that tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

HOSTILE = (
    "😀 A treaty of long ago\n\n"
    'Someone wrote <script>window.hacked=1</script> <img src=x onerror="window.hacked=1"> into the Zarnov chronicle. '
    "The treaty of <b>Zarnov</b> was signed in 1847 by <i>King Odo</i>. It ended a war of eleven years.\n"
    "\n[The archive](javascript:window.hacked=1) of Zarnov \u202eis kept in a cellar\u202c below the mill.\n"
)


LIGHTHOUSE = (
    "\ufeff\U0001f389\U0001f5fc The lighthouse \U0001f468\u200d\U0001f469\u200d\U0001f467\r\n\r\n# Its builders\r\n\r\n"
    "The lighthouse of Norbury \U0001f5fc was built by Ada Kern in 1902.\r\nHer brother kept the lamp.\r\n\r\n"
    "## Its keepers\r\n\r\n" + "The keepers changed every year and wrote little down. " * 40 + "\r\n"
)


ARABIC = "ميناء\n\nالميناء قديم جدا.\n"


NOTES = 50
