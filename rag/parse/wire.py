"""What passes between the process that parses and the one that asks it to.

A request is two frames, the suffix of a file's name and its bytes; a reply is one of MessagePack. It is
decoded into its type and nothing else: a child that a file has taken over can lie, but it cannot
make its parent do anything.
"""

from typing import IO

import msgspec

from rag.parse.parsed import Parsed

_LENGTH = 8


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: ``parsed``, or the ``reason`` against it.

    ``exhausted`` says that memory was short; ``last`` that the child ends with this reply.
    """

    parsed: Parsed | None = None
    reason: str = ""
    exhausted: bool = False
    last: bool = False


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
