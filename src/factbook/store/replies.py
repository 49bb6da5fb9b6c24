"""Keep what was answered beside the snapshot it came from, and give it again.

A snapshot never changes, so that the same question has the same answer as long as it stands, and
both go together. What is kept is what the engine wrote. A reply that is damaged does not count.
"""

from __future__ import annotations

import json
import os
from zlib import crc32

from factbook.store.notes import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Sink(Protocol):
        """What bytes can be written to."""

        def write(self, text: bytes, /) -> object:
            """Write bytes."""

        def flush(self) -> object:
            """Pass on what was written."""


REPLIES = "replies"
MOST_BYTES = 32 << 20
"""Of one reply, so that keeping it takes little memory."""
_MOST_TOGETHER = 128 << 20


def known_reply(snapshot: str, question: str) -> bytes | None:
    """Return what was replied to a question, or None.

    Args:
        snapshot: The folder of the snapshot.
        question: All that the reply depends on but the snapshot; it may be anything.
    """
    try:
        with open(_file(snapshot, question), "rb") as file:
            head, _, reply = file.read().partition(b"\n")
        if json.loads(head) != [question, len(reply), crc32(reply)]:
            return None
        os.utime(snapshot)  # it is in use
    except (OSError, ValueError):
        return None
    return reply


def keep_reply(snapshot: str, question: str, reply: bytes) -> None:
    """Keep a reply, if it is not too much; where that cannot be, nothing is kept."""
    if len(reply) > MOST_BYTES:
        return
    head = json.dumps([question, len(reply), crc32(reply)]).encode()
    _make_room(os.path.join(snapshot, REPLIES), len(reply))
    write_whole(_file(snapshot, question), b"%b\n%b" % (head, reply))


class Copying:
    """Writes to a sink and keeps a copy of what went by, unless it becomes too much."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._left = MOST_BYTES
        self._parts: list[bytes] = []

    def write(self, text: bytes) -> int:
        """Write bytes."""
        self._sink.write(text)
        self._left -= len(text)
        if self._left >= 0:
            self._parts.append(bytes(text))
        else:
            self._parts.clear()
        return len(text)

    def flush(self) -> None:
        """Pass on what was written."""
        self._sink.flush()

    def copy(self) -> bytes | None:
        """Return all that was written, or None where it was too much."""
        return b"".join(self._parts) if self._left >= 0 else None


def _file(snapshot: str, question: str) -> str:
    code = crc32(question.encode(errors="surrogatepass"))
    return os.path.join(snapshot, REPLIES, f"{code:08x}")


def _make_room(folder: str, more: int) -> None:
    """Forget all replies where one more would be too much; the next ones show what is needed."""
    try:
        entries = list(os.scandir(folder))
        if more + sum(entry.stat().st_size for entry in entries) > _MOST_TOGETHER:
            for entry in entries:
                os.unlink(entry.path)
    except OSError:
        pass  # there is none yet, or somebody else is making room
