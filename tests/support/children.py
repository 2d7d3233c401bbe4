"""Processes of this one."""

from __future__ import annotations

import os

import psutil


def children() -> set[int]:
    """The ids of the processes of this one that parse."""
    own = [one for one in psutil.process_iter(["ppid", "cmdline"]) if one.info["ppid"] == os.getpid()]
    return {one.pid for one in own if "rag.ingest.parse.sandbox.child" in " ".join(one.info["cmdline"] or [])}
