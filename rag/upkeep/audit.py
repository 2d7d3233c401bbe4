"""The audit log: who changed what, and which keys were used, a JSON object a line; never a text of anybody's.

Times, ids, addresses and statuses are told, not what was asked, answered or stored. The file is
for its owner alone; beyond 10 MB another is begun, and nine older ones are kept.
"""

import json
import os
from logging import LogRecord, makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from rag.storage.catalog import now
from rag.storage.directory import AUDIT, AUDIT_KEPT

_MOST_BYTES = 10_000_000


class AuditLog:
    """An audit log; the file is made with the first line. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._file = _Lines(path, maxBytes=_MOST_BYTES, backupCount=AUDIT_KEPT, encoding="utf-8", delay=True)

    def write(self, **told: Any) -> None:
        """Add a line; what is ``None`` or empty is left out. Where the disk is full, standard error says so."""
        kept = {name: value for name, value in told.items() if value not in (None, "", [], {})}
        line = json.dumps({"time": now(), **kept}, ensure_ascii=True)
        self._file.handle(makeLogRecord({"msg": line}))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Lines(RotatingFileHandler):
    """Writes lines as they are, to files that their owner alone may read."""

    def format(self, record: LogRecord) -> str:
        return str(record.msg)

    def _open(self) -> Any:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


def audit_log(named: str, data_dir: Path) -> AuditLog:
    """The log at a place that is named, or where nothing is, of a data directory."""
    return AuditLog(Path(named) if named else data_dir.resolve() / AUDIT)
