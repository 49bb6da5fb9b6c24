"""Cache files that are slow to build, until the server ends."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class FileCache:
    """Files that are built once, when first requested, and removed at the end."""

    def __init__(self) -> None:
        self._folder: str | None = None
        self._lock = threading.Lock()

    def get(self, name: str, write: Callable[[IO[bytes]], None]) -> Path:
        """Return a file, and build it first if it is missing.

        Args:
            name: The name of the file.
            write: Writes its content.
        """
        with self._lock:
            if self._folder is None:
                self._folder = tempfile.mkdtemp(prefix="factbook-serve-")
            path = Path(self._folder) / name
            if not path.exists():
                part = path.with_suffix(f"{path.suffix}.part")
                with part.open("wb") as out:
                    write(out)
                part.rename(path)
            return path

    def close(self) -> None:
        """Remove the files."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
