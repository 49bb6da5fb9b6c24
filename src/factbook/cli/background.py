"""Run slow work in a thread, so that Ctrl-C ends it at once.

The engine cannot be interrupted, but it lets go of the interpreter while it works: the main thread
waits for it, and on Ctrl-C no longer.
"""

from __future__ import annotations

import _thread  # and not threading: it is all that is needed, and a question begins with it
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

# Only address space: pages that deeply nested queries do not need are never touched
_STACK_BYTES = 256 << 20
_GLANCE = 0.5


def interruptible(work: Callable[[], T]) -> T:
    """Return what the work returns, or raise what it raises, while Ctrl-C goes on working."""
    results: list[T] = []
    faults: list[BaseException] = []

    over = _thread.allocate_lock()
    over.acquire()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as fault:  # noqa: BLE001 - it is raised again in the main thread
            import traceback

            # What the frames still hold belongs to this thread: the engine's results do not travel
            traceback.clear_frames(fault.__traceback__)
            faults.append(fault)
        finally:
            over.release()

    _start(run)
    while not over.acquire(timeout=_GLANCE):
        pass  # the signal may reach the other thread, which does not wake this one
    if faults:
        raise faults[0]
    return results[0]


def _start(run: Callable[[], None]) -> None:
    before = _thread.stack_size()
    try:
        _thread.stack_size(_STACK_BYTES)
        _thread.start_new_thread(run, ())
    except (RuntimeError, ValueError):  # address space is limited: the usual stack will do
        _thread.stack_size(before)
        _thread.start_new_thread(run, ())
    finally:
        _thread.stack_size(before)
