"""Turn whatever ends a command early into one line on stderr and an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

import click

from factbook.errors import DONE, INTERNAL, UNREADABLE, FactbookError

if TYPE_CHECKING:
    from collections.abc import Callable

# What a shell reports for a program that a signal ended: 128 and the signal's number
INTERRUPTED = 130
PIPE_CLOSED = 141
# What stdout may meet where it is a file
_OUT_OF_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def exit_code_of(  # noqa: C901, PLR0911 - one way out for each kind of ending
    action: Callable[[], object], *, debug: bool
) -> int:
    """Run an action and return the exit code of how it went.

    Args:
        action: What to run; an int that it returns is the exit code.
        debug: Whether to let errors through, with their traceback.
    """
    try:
        outcome = action()
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return DONE
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _swallow_output()
        return PIPE_CLOSED
    except click.ClickException as wrong:
        if debug:
            raise
        _say(f"error: {_worded(wrong)}")
        return click.UsageError.exit_code
    except FactbookError as wrong:
        if debug:
            raise
        _say(f"error: {wrong}")
        return wrong.exit_code
    except Exception as fault:  # the last resort: whatever it is, never a bare traceback
        if debug:
            raise
        if isinstance(fault, OSError) and fault.errno in _OUT_OF_ROOM and not fault.filename:
            _swallow_output()
            _say(f"error: the output cannot be written: {fault.strerror}")
            return UNREADABLE
        _say(
            f"error: {type(fault).__name__}: {fault} (this is a fault of factbook; please report "
            "it with what --debug prints)"
        )
        return INTERNAL
    return outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else DONE


def _worded(wrong: click.ClickException) -> str:
    """Return click's message with the way to the right help."""
    said = wrong.format_message()
    context = getattr(wrong, "ctx", None)
    if context is None:
        return said
    if isinstance(wrong, click.exceptions.NoSuchOption) and context.parent is not None:
        root = context.find_root()
        named = {name for option in root.command.params for name in option.opts}
        if wrong.option_name in named:
            return (
                f"{wrong.option_name} goes before the command: "
                f"{root.info_name} {wrong.option_name} … {context.info_name}"
            )
    return f"{said} See: {context.command_path} --help"


def _say(line: str) -> None:
    """Write one line to stderr; a stderr that is gone is no reason to fail differently."""
    with contextlib.suppress(OSError):
        click.echo(" ".join(line.split()), err=True)


def _swallow_output() -> None:
    """Let what is still buffered go nowhere, so that leaving does not trip over it again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
