"""Remember how far a run of suggestions has come, so that it can go on where it was interrupted."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factbook.atomic_write import atomic_write
from factbook.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Journal:
    """The things that are done; kept on disk until all are."""

    path: Path
    done: set[str] = field(default_factory=set)

    def add(self, things: list[str]) -> None:
        """Note that these are done."""
        self.done.update(things)
        with contextlib.suppress(OSError, InputError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.path) as file:
                file.write(json.dumps(sorted(self.done)).encode())

    def close(self) -> None:
        """Forget the run: everything is done."""
        self.path.unlink(missing_ok=True)


def journal_for(folder: Path, *marks: str) -> Journal:
    """Return the journal of a run, which its target, file and things tell from others."""
    name = hashlib.blake2b("\n".join(marks).encode(), digest_size=8).hexdigest()
    path = folder / "links" / f"{name}.json"
    try:
        return Journal(path, set(json.loads(path.read_bytes())))
    except (OSError, ValueError, TypeError):
        return Journal(path)
