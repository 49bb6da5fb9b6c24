"""Keep data from steering the terminal, whatever command writes it and in whatever format."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, TYPE_CHECKING, Final, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# All control characters but tabs and ends of lines, and those that turn the direction of writing.
# What is ours may stay: weight, colours, and a line that is written again.
_STEERING: Final = re.compile(
    r"\x1b(?!\[(?:[0-2]|3[1-7])m|\[K)|\r(?![\n\x1b])"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def guard(stream: TextIO) -> TextIO:
    """Return a stream that shows what is written to it, or the stream if it is no terminal."""
    if not stream.isatty() or codecs.lookup(stream.encoding).name != "utf-8":
        return stream
    shown = cast("IO[bytes]", _Guard(stream))
    return io.TextIOWrapper(shown, "utf-8", stream.errors, line_buffering=True)


class _Guard(io.RawIOBase):
    """A file that shows a replacement for each character that would steer a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream  # which would be closed if nobody held it
        self._out = stream.buffer
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._held = ""

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._out.fileno()

    def write(self, content: ReadableBuffer) -> int:
        text = self._held + self._decoder.decode(content)
        self._held = "\r" if text.endswith("\r") else ""  # an end of line may follow
        shown = _STEERING.sub("\ufffd", text.removesuffix("\r"))
        self._out.write(shown.encode(errors="surrogateescape"))
        return memoryview(content).nbytes

    def flush(self) -> None:
        self._out.flush()
