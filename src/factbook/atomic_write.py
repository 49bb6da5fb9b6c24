"""Write a file completely or not at all: a temporary file beside the target, then a rename.

Who reads a file, changes it and writes it back holds the lock of its folder meanwhile, so that the
changes of another process are not lost.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPORARY_SUFFIX = ".part"
_TRIES = 20
_BINARY = getattr(os, "O_BINARY", 0)
"""On Windows, keeps line ends unchanged."""
_temporary: set[Path] = set()
"""The files and folders to remove or rename before this process ends."""


@contextmanager
def temporary_path(path: Path) -> Iterator[None]:
    """Remove a file or a folder when the block ends, or when the process is interrupted."""
    _temporary.add(path)
    try:
        yield
    finally:
        _remove(path)


def remove_temporary_paths() -> None:
    """Remove the temporary files of threads that an interrupt abandoned."""
    for path in list(_temporary):
        _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            import shutil

            for _ in range(_TRIES):  # the engine may be adding files in a thread
                shutil.rmtree(path, ignore_errors=True)
                if not path.exists():
                    break
        else:
            path.unlink(missing_ok=True)
    _temporary.discard(path)  # at the end, as a signal may come at any time


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Lock a folder for changes: wait for other Factbook processes, and make them wait.

    The lock is on the folder itself and ends with the process. A system that cannot lock a folder,
    or a folder that is missing, has none.
    """
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def atomic_write(path: Path, *, compress: bool = False, new: bool = False) -> Iterator[IO[bytes]]:
    """Open a binary file that replaces the target only when the block ends without an error.

    The new file has the mode of the old one. A symbolic link stays, and the file that it points to
    is replaced. A device or a pipe, which a file cannot replace, is written directly.

    Args:
        path: The target.
        compress: Whether to pack the content with gzip. The same content gives the same bytes.
        new: Whether a file that is there already is an error, and stays as it is.

    Raises:
        InputError: The file is read-only, its folder is missing or cannot be written, or the disk
            is full.
    """
    try:
        if path.is_file() and _is_read_only(path):
            raise PermissionError(errno.EACCES, "it is read-only")
        if path.exists() and not path.is_file():
            with path.open("wb") as device, _packing(device, compress=compress) as out:
                yield out
        else:
            with (
                _replacement(Path(os.path.realpath(path)), new=new) as file,
                _packing(file, compress=compress) as out,
            ):
                yield out
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None


@contextmanager
def _replacement(target: Path, *, new: bool) -> Iterator[IO[bytes]]:
    if target.is_symlink():
        raise OSError(errno.ELOOP, "it is a link that leads to itself")
    # The name is noted before the file is there, as a signal may come at any time
    temporary = target.parent / f".{os.urandom(8).hex()}{TEMPORARY_SUFFIX}"
    with temporary_path(temporary):
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY, mode=0o600)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        if new:
            os.link(temporary, target)  # unlike a rename, it never replaces a file
        else:
            temporary.replace(target)


@contextmanager
def _packing(file: IO[bytes], *, compress: bool) -> Iterator[IO[bytes]]:
    if not compress:
        yield file
        return
    import gzip

    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        yield cast("IO[bytes]", packed)


def _is_read_only(path: Path) -> bool:
    """Tell whether a file is read-only, for everybody or for this user."""
    return not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK)


def _umask() -> int:
    """Return the umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
