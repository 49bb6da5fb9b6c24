"""Run slow work in a thread, so that Ctrl-C ends it at once.

The engine cannot be interrupted, but it lets go of the interpreter while it works: the main thread
waits for it, and on Ctrl-C no longer.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# Only address space: pages that deeply nested queries do not need are never touched
_STACK_BYTES = 256 << 20
_GLANCE = 0.5


def interruptible(work: Callable[[], T]) -> T:
    """Return what the work returns, or raise what it raises, while Ctrl-C goes on working."""
    results: list[T] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as fault:  # noqa: BLE001 - it is raised again in the main thread
            import traceback

            # What the frames still hold belongs to this thread: the engine's results do not travel
            traceback.clear_frames(fault.__traceback__)
            faults.append(fault)

    thread = _started(run)
    while thread.is_alive():  # the signal may reach the other thread, which does not wake this one
        thread.join(_GLANCE)
    if faults:
        raise faults[0]
    return results[0]


def _started(run: Callable[[], None]) -> threading.Thread:
    before = threading.stack_size()
    try:
        threading.stack_size(_STACK_BYTES)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
    except (RuntimeError, ValueError):  # address space is limited: the usual stack will do
        threading.stack_size(before)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    return thread
