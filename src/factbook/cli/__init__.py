"""The command line: one module for each command, on top of the Python API."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import NoReturn

from factbook.cli.interrupts import leave_on_interrupts
from factbook.cli.terminal_guard import guard


def main() -> NoReturn:
    """Run the command line and exit with its exit code.

    The process ends at once, because Python would wait for a query that Ctrl-C abandoned.
    """
    leave_on_interrupts()
    _open_closed_streams()
    sys.stdout, sys.stderr = guard(sys.stdout), guard(sys.stderr)
    # Start-up creates many objects and no garbage: collection would take 5 % of the time
    gc.set_threshold(50_000, 20, 50)
    code = 0
    try:
        from factbook.cli.root import root

        root.main(prog_name="factbook", supervised=True)
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 0
    if "factbook.atomic_write" in sys.modules:
        from factbook.atomic_write import remove_temporary_paths

        remove_temporary_paths()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _open_closed_streams() -> None:
    """Open the null device for standard streams that are closed.

    Otherwise the next opened file would get the descriptor of one of them.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
