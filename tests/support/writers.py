"""Language models that do as they are told: an OpenAI-compatible server of scripts, over real HTTP.

A script is given the request and writes the answer piece by piece; between pieces it can wait, die, or never end.
What a script knows of the evidence it reads in the prompt, as a model would.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any

Body = dict[str, Any]
_UNIT = re.compile(r"^\[(?P<number>\d+)\]\n(?P<lines>(?:[0-9a-f]{6}\| .*\n?)+)", re.MULTILINE)
_MODEL = "scripted"


@dataclass(frozen=True)
class Status:
    """An answer that is none."""

    code: int
    body: str = '{"error": {"message": "no", "type": "error"}}'
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


class Die(Exception):
    """The connection ends in the middle."""


Script = Callable[[Body], Iterator[str] | Status]


@dataclass
class Writer:
    """A running server: its address for ``FOOTNOTE_WRITER_URL``, what it was asked, and whether somebody left early."""

    script: Script
    address: str = ""
    asked: list[Body] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def writing(script: Script) -> Iterator[Writer]:
    """A server that answers by a script, which may be exchanged while it runs."""
    writer = Writer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            writer.asked.append(body)
            writer.keys.append(self.headers.get("Authorization"))
            answer = writer.script(body) if self.path == "/v1/chat/completions" else Status(404)
            if isinstance(answer, Status):
                _refuse(self, answer)
                return
            try:
                _tell(self, answer, body)
            except Die:
                self.close_connection = True
            except OSError:
                writer.over.set()
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    writer.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield writer
    finally:
        writer.over.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def units_in(body: Body) -> list[tuple[int, str]]:
    """The numbered units of a prompt, in order: each number, and its text in one line."""
    asked = body["messages"][-1]["content"]
    return [
        (int(found["number"]), " ".join(line.split("| ", 1)[1] for line in found["lines"].splitlines()))
        for found in _UNIT.finditer(asked)
    ]


def saying(text: str, *, size: int = 7) -> Script:
    """A model that writes ``text`` whatever it is asked, ``size`` characters at a time."""
    return lambda _: (text[start : start + size] for start in range(0, len(text), size))


def good(body: Body) -> Iterator[str]:
    """A model that writes what the units say, each with its number."""
    for number, text in units_in(body):
        yield f"{_ended(text)} "
        yield f"[{number}] "


_MARKS = cycle(["{} [{}]. ", "{}.[{}] ", "{} 【{}】.\n", "{}. ({})\n", "- {} [source {}]\n", "{}. ", "[{1}] {0}. "])


def sloppy(body: Body) -> Iterator[str]:
    """A model that writes what the units say and marks its sources as it likes, wrongly now and then, or not at all."""
    for (number, text), form in zip(units_in(body), _MARKS, strict=False):
        yield form.format(_ended(text).rstrip("."), number + (number % 3 == 0))


def waiting(seconds: float, script: Script) -> Script:
    """``script``, whose first piece takes its time."""

    def slow(body: Body) -> Iterator[str]:
        time.sleep(seconds)
        answer = script(body)
        assert not isinstance(answer, Status)
        yield from answer

    return slow


def dying(text: str) -> Script:
    """A model whose server dies after ``text``."""

    def short(_: Body) -> Iterator[str]:
        yield text
        raise Die

    return short


def endless(_: Body) -> Iterator[str]:
    """A model that never stops."""
    for number in cycle(range(1, 1000)):
        yield f"The {number}th keeper had {number} lamps. "


def failing(times: int, status: Status, then: Script) -> Script:
    """``status`` so often, then a script."""
    left = iter(range(times))
    return lambda body: then(body) if next(left, None) is None else status


def stalling(text: str, over: Callable[[], threading.Event]) -> Script:
    """A model that falls silent after ``text`` until the test is over."""

    def silent(_: Body) -> Iterator[str]:
        yield text
        over().wait(timeout=60)

    return silent


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _refuse(handler: BaseHTTPRequestHandler, status: Status) -> None:
    content = status.body.encode()
    handler.send_response(status.code)
    for name, value in {"Content-Type": status.media_type, **status.headers}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def _tell(handler: BaseHTTPRequestHandler, pieces: Iterator[str], body: Body) -> None:
    """Send the pieces as a stream of events, as OpenAI does."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    written = 0
    _send(handler, _chunk({"role": "assistant", "content": ""}))
    for piece in pieces:
        written += 1
        _send(handler, _chunk({"content": piece}))
    _send(handler, _chunk({}, reason="stop"))
    if body.get("stream_options", {}).get("include_usage"):
        usage = {"prompt_tokens": 123, "completion_tokens": written, "total_tokens": 123 + written}
        _send(handler, json.dumps({**_head(), "choices": [], "usage": usage}))
    _send(handler, "[DONE]")
    handler.wfile.write(b"0\r\n\r\n")


def _send(handler: BaseHTTPRequestHandler, data: str) -> None:
    content = f"data: {data}\n\n".encode()
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
    handler.wfile.flush()


def _head() -> Body:
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": _MODEL}


def _chunk(delta: Body, *, reason: str | None = None) -> str:
    choices: Sequence[Body] = [{"index": 0, "delta": delta, "finish_reason": reason}]
    return json.dumps({**_head(), "choices": choices})
