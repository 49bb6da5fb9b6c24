"""The command line: one module for each command; all of it can be done in Python too."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    The process ends at once, because Python would wait for a query that Ctrl-C has abandoned.
    """
    # Start-up makes many objects and no garbage: collecting takes a twentieth of the time
    gc.set_threshold(50_000, 20, 50)
    from factbook.cli.root import root

    code = 0
    try:
        root.main(prog_name="factbook")
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 0
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
