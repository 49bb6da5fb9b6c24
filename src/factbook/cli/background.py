"""Run slow work in a thread, so that Ctrl-C ends it at once.

The engine cannot be interrupted, but it releases the interpreter lock while it works. So the main
thread waits for it, and stops waiting on Ctrl-C.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# For deeply nested queries; the pages that others do not need are never touched
_STACK_BYTES = 256 << 20
_POLL_SECONDS = 0.5


def interruptible(work: Callable[[], T]) -> T:
    """Return what the work returns, or raise what it raises, but stop waiting on Ctrl-C."""
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            import traceback

            # The engine's results must not leave the thread: frames would carry them
            traceback.clear_frames(error.__traceback__)
            errors.append(error)
        finally:
            done.set()

    _start(run)
    while not done.wait(timeout=_POLL_SECONDS):
        pass  # the signal may reach the other thread, which does not wake this one
    if errors:
        raise errors[0]
    return results[0]


def _start(run: Callable[[], None]) -> None:
    """Start a thread with a large stack, or with the usual one where memory is limited."""
    before = threading.stack_size()
    try:
        threading.stack_size(_STACK_BYTES)
        threading.Thread(target=run, daemon=True).start()
    except (RuntimeError, ValueError):
        threading.stack_size(before)
        threading.Thread(target=run, daemon=True).start()
    finally:
        threading.stack_size(before)
