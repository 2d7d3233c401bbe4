"""What passes between the process that parses and the one that asks it to.

A request is two frames, the suffix of a file's name and its bytes; a reply is one of MessagePack. It is
decoded into its type and nothing else: a child that a file has taken over can lie, but it cannot
make its parent do anything.
"""

from dataclasses import replace
from typing import IO

import msgspec

from rag.blocks import Block
from rag.ingest.parse.parsed import Parsed

_LENGTH = 8
_BLOCKS = 5_000


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: ``parsed``, or the ``reason`` against it.

    ``exhausted`` says that memory was short; ``last`` that the child ends with this reply. The blocks
    come after it, in ``parts``: to decode a million at once would hold up every other thread.
    """

    parsed: Parsed | None = None
    parts: int = 0
    reason: str = ""
    exhausted: bool = False
    last: bool = False


def write_reply(pipe: IO[bytes], reply: Reply) -> None:
    """Send a reply: first all but its blocks, then these."""
    parsed = reply.parsed
    blocks = parsed.blocks if parsed else ()
    parts = [blocks[start : start + _BLOCKS] for start in range(0, len(blocks), _BLOCKS)]
    bare = replace(parsed, blocks=()) if parsed else None
    write_frame(pipe, msgspec.msgpack.encode(msgspec.structs.replace(reply, parsed=bare, parts=len(parts))))
    for part in parts:
        write_frame(pipe, msgspec.msgpack.encode(part))


def read_reply(pipe: IO[bytes], most: int) -> Reply:
    """Receive what ``write_reply`` sent.

    Args:
        most: Bytes that are accepted.

    Raises:
        EOFError: When the other side has ended, or sends more than ``most``.
        msgspec.DecodeError: When it is no reply.
    """
    first = read_frame(pipe, most)
    reply = msgspec.msgpack.decode(first, type=Reply)
    left, blocks = most - len(first), list[Block]()
    for _ in range(reply.parts):
        part = read_frame(pipe, left)
        left -= len(part)
        blocks += msgspec.msgpack.decode(part, type=list[Block])
    whole = replace(reply.parsed, blocks=tuple(blocks)) if reply.parsed else None
    return msgspec.structs.replace(reply, parsed=whole)


def write_frame(pipe: IO[bytes], payload: bytes) -> None:
    """Send bytes, their length first."""
    pipe.write(len(payload).to_bytes(_LENGTH, "big"))
    pipe.write(payload)
    pipe.flush()


def read_frame(pipe: IO[bytes], most: int | None = None) -> bytes:
    """Receive what ``write_frame`` sent.

    Args:
        most: Bytes that are accepted; ``None`` for any number.

    Raises:
        EOFError: When the other side has ended, or sends more than ``most``.
    """
    length = int.from_bytes(_exactly(pipe, _LENGTH), "big")
    if most is not None and length > most:
        raise EOFError(f"a frame of {length} bytes; at most {most} are read")
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError("the other side has ended")
    return data
