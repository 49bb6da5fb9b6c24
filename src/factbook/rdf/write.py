"""Write files whole or not at all: a temporary file beside the target, then a rename."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a binary file that takes the target's place only when the block ends well.

    Raises:
        InputError: The folder is missing or cannot be written, or the disk is full.
    """
    if path.exists() and not path.is_file():  # a device or a pipe cannot be renamed over
        try:
            with path.open("wb") as device:
                yield device
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from None
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def packed(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give a file that packs what goes into another, where a path's name ends in '.gz'."""
    if path.suffix != ".gz":
        yield file
        return
    import gzip

    # Neither time nor name inside: the same content gives the same bytes
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packing:
        yield cast("IO[bytes]", packing)


def _umask() -> int:
    """Return the process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
