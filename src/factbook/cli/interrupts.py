"""What Ctrl-C does: it ends the program at once until somebody waits for its exception.

Python drops an exception that comes in the middle of an import or a fork, and would go on.
"""

from __future__ import annotations

import os
import signal
from typing import NoReturn


def leave_on_interrupts() -> None:
    """Let Ctrl-C end the program at once: nothing is written yet."""
    signal.signal(signal.SIGINT, _leave)


def expect_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on, in the command line as a program."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(*_: object) -> NoReturn:
    os._exit(130)
