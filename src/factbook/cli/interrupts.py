"""What Ctrl-C does: it ends the program at once until somebody waits for its exception.

Python drops an exception that comes in the middle of an import or a fork, and would go on. A signal
that is ignored when the program starts stays so: `nohup` does that, and a shell in the background.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def handle(number: int, action: Callable[[int, FrameType | None], object]) -> None:
    """Let a signal run a function, unless it is ignored."""
    if signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, action)


def leave_on_interrupts() -> None:
    """Let Ctrl-C end the program at once: nothing is written yet."""
    handle(signal.SIGINT, _leave)


def expect_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on, in the command line as a program."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(*_: object) -> NoReturn:
    os._exit(130)
