"""Read the bytes of files, decompressed and without a byte order mark, whole or in pieces."""

from __future__ import annotations

import io
import os
import sys
import zlib
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

from factbook.errors import InputError
from factbook.rdf.syntax_error import syntax_error, with_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STDIN = Path("-")
"""The path of the standard input, which is read once and cached."""
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
_LARGE = 16 << 20
_LARGE_PACKED = 2 << 20
MOST_UNPACKED = 64 << 20
"""The decompressed size that any compressed file may have."""
MOST_RATIO = 100
"""The maximum compression ratio of larger files; data sets have 5 to 50."""


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, unpacked and without a byte order mark.

    Raises:
        InputError: The file is missing or cannot be read.
    """
    with reading(path):
        content = _read_once(sys.stdin.buffer) if path == STDIN else path.read_bytes()
        if content.startswith(GZIP):
            with _unpack(path, io.BytesIO(content), len(content)) as file:
                content = file.read()
    return content.removeprefix(BOM)


@lru_cache(maxsize=1)
def _read_once(file: IO[bytes]) -> bytes:
    return file.read()


def open_unpacked(path: Path) -> IO[bytes]:
    """Open a file to be read by lines, unpacked and without a byte order mark.

    Raises:
        InputError: The file is missing or cannot be read.
    """
    if path == STDIN:
        return io.BytesIO(read_bytes(path))
    with reading(path):
        lines: io.BufferedReader = path.open("rb")
        if lines.peek(len(GZIP)).startswith(GZIP):
            lines = _unpack(path, lines, path.stat().st_size)
        if lines.peek(len(BOM)).startswith(BOM):
            lines.read(len(BOM))
    return lines


def _unpack(path: Path, packed: IO[bytes], size: int) -> io.BufferedReader:
    """Return a packed file of so many bytes to be read unpacked; closing it closes the file."""
    return io.BufferedReader(_Unpacked(path, packed, size))


class _Unpacked(io.RawIOBase):
    """The bytes of a packed file, unpacked as far as a bound."""

    def __init__(self, path: Path, packed: IO[bytes], size: int) -> None:
        import gzip

        self._path = path
        self._packed = packed
        self._file = gzip.GzipFile(fileobj=packed)
        self._most = max(MOST_UNPACKED, size * MOST_RATIO)
        self._read = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # a buffer, which has no name before 3.12
        """Read the next bytes.

        Raises:
            InputError: They are damaged, or more than the bound allows.
        """
        with reading(self._path):
            number = self._file.readinto(buffer)
            self._read += number
            if self._read > self._most:
                raise ValueError(
                    f"it unpacks to more than {self._most >> 20} MB; if you trust it, unpack it "
                    "first"
                )
            return number

    def close(self) -> None:
        """Close the packed file."""
        self._packed.close()
        super().close()


class CountedFile(io.RawIOBase):
    """The bytes of a file, unpacked, without a byte order mark, and counted as they are read."""

    def __init__(self, path: Path, progress: Callable[[float], None] | None) -> None:
        self._packed = path.open("rb")
        self._size = path.stat().st_size or 1
        self._progress = progress
        self._file: IO[bytes] = self._packed
        if self._packed.peek(2).startswith(GZIP):
            self._file = _unpack(path, self._packed, self._size)
        start = self._file.read(len(BOM))
        self._start = start.removeprefix(BOM)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        if self._start:
            start, self._start = self._start, b""
            return start + (self._file.read() if size < 0 else b"")
        if self._progress is not None:
            self._progress(self._packed.tell() / self._size)
        return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._packed.close()
        super().close()


class Progress:
    """Announces from time to time how much of a file is read; see `open_rdf`.

    Args:
        doing: What the file is read for, the first word of the line.
        path: The file.
        announce: Called with the line.
        every: Seconds from one line to the next.
    """

    def __init__(
        self, doing: str, path: Path, announce: Callable[[str], None], *, every: float
    ) -> None:
        self._what = f"{doing} {path.name}"
        self._announce = announce
        self._every = every
        self._next = monotonic() + every

    def __call__(self, part: float) -> None:
        """Announce the part that is read, from 0 to 1, if it is time to."""
        if monotonic() >= self._next:
            self._next = monotonic() + self._every
            self._announce(f"{self._what}: {part:.0%}")


def is_large(path: Path, size: int | None = None) -> bool:
    """Tell whether a file is too large to read as a whole; its size may be known already."""
    if size is None:
        try:
            size = path.stat().st_size
        except OSError:
            return False  # reading it will say what is wrong
    if path.suffix != ".gz":
        return size > _LARGE
    return size > _LARGE_PACKED or (size > 0 and _unpacked_size(path) > _LARGE)


def _unpacked_size(path: Path) -> int:
    """Return the size that a packed file states at its end, modulo 2^32; 0 where it has none."""
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return int.from_bytes(file.read(4), "little")
    except OSError:
        return 0  # reading it will say what is wrong


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an exception while a file is read into an error message.

    Raises:
        RdfSyntaxError: The file breaks its grammar.
        InputError: The file is missing or cannot be read.
    """
    try:
        yield
    except SyntaxError as error:
        raise syntax_error(path, error) from None
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, not a file") from None
    except (OSError, EOFError, ValueError, MemoryError, zlib.error) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {with_hint(said, path)}") from None
