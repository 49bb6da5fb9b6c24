"""The command line: a thin skin over the book."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    The process ends at once: nothing is left to tidy up, and a query that Ctrl-C has abandoned
    would otherwise be waited for.
    """
    # Start-up makes many objects and no rubbish: looking for it would cost a twentieth of the time
    gc.set_threshold(50_000, 20, 50)
    code = _quickly()
    if code is None:
        from factbook.cli.root import root

        code = 0
        try:
            root.main(prog_name="factbook")
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - contextlib takes longer to import than this takes to read
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def _quickly() -> int | None:
    """Answer a plain question the quick way, or return None where it is not one."""
    from factbook.cli.quick.line import read

    line = read(sys.argv[1:])
    if line is None:
        return None
    from factbook.cli.quick.answer import answered

    try:
        return 0 if answered(line) else None
    except BaseException as fault:  # noqa: BLE001 - it is worded as the command line words it
        from factbook.cli.failures import exit_code_of

        ended = fault

        def failing() -> None:
            raise ended

        return exit_code_of(failing, debug=False)
