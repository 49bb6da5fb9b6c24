"""Handle Ctrl-C: end the program at once during start-up, and raise KeyboardInterrupt later.

During an import or a fork, Python would drop the exception and go on. Signals that are ignored when
the program starts, by `nohup` or a shell for background jobs, stay ignored.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def handle(number: int, action: Callable[[int, FrameType | None], object]) -> None:
    """Install a handler for a signal, unless the signal is ignored."""
    if signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, action)


def leave_on_interrupts() -> None:
    """Make Ctrl-C end the program at once, as nothing is written yet."""
    handle(signal.SIGINT, _leave)


def expect_interrupts() -> None:
    """Make Ctrl-C raise KeyboardInterrupt from now on."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(*_: object) -> NoReturn:
    os._exit(130)
