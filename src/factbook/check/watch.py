"""Notice when files change, by looking at them now and then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Seen = dict[Path, tuple[int, int]]

PAUSE = 0.1
"""Seconds between two looks: short beside what a check takes, and no load to speak of."""


def changes(
    paths: Callable[[], Iterable[Path]],
    *,
    pause: float = PAUSE,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[frozenset[Path]]:
    """Yield the files that were changed, added or removed, each time that there are some.

    Args:
        paths: Lists the files to look at, anew each time.
        pause: How long to wait between two looks, in seconds.
        sleep: Waits.
    """
    before = _seen(paths())
    while True:
        sleep(pause)
        now = _seen(paths())
        if now != before:
            yield frozenset(path for path, _ in now.items() ^ before.items())
            before = now


def state_of(path: Path) -> tuple[int, int] | None:
    """Return what differs after a change of a file, or None where there is no file."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_mtime_ns, state.st_size


def _seen(paths: Iterable[Path]) -> Seen:
    states = ((path, state_of(path)) for path in paths)
    return {path: state for path, state in states if state is not None}  # gone between two looks
