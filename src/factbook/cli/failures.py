"""Turn the errors of a command into one line on stderr and an exit code."""

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
# Errors of writing when stdout is a file
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def exit_code_of(  # noqa: C901, PLR0911 - one return for each kind of error
    action: Callable[[], object], *, debug: bool
) -> int:
    """Run an action and return its exit code.

    Args:
        action: What to run; an int that it returns is the exit code.
        debug: Whether errors are raised, with their traceback.
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
        _print_error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except click.ClickException as wrong:
        if debug:
            raise
        _print_error(f"error: {_message_of(wrong)}")
        return click.UsageError.exit_code
    except FactbookError as wrong:
        if debug:
            raise
        _print_error(f"error: {wrong}")
        return wrong.exit_code
    except Exception as bug:  # the last resort: never a bare traceback
        if debug:
            raise
        if isinstance(bug, OSError) and bug.errno in _NO_SPACE and not bug.filename:
            _discard_output()
            _print_error(f"error: the output cannot be written: {bug.strerror}")
            return UNREADABLE
        _print_error(
            f"error: {type(bug).__name__}: {bug} (this is a bug in factbook; please report it with "
            "the output of --debug)"
        )
        return INTERNAL
    return outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else DONE


def _message_of(wrong: click.ClickException) -> str:
    """Return click's message with the command that prints the right help."""
    message = wrong.format_message()
    context = getattr(wrong, "ctx", None)
    if context is None:
        return message
    if isinstance(wrong, click.exceptions.NoSuchOption) and context.parent is not None:
        root = context.find_root()
        global_options = {name for option in root.command.params for name in option.opts}
        if wrong.option_name in global_options:
            return (
                f"{wrong.option_name} goes before the command: "
                f"{root.info_name} {wrong.option_name} … {context.info_name}"
            )
    return f"{message} See: {context.command_path} --help"


def _print_error(line: str) -> None:
    """Write one line to stderr, and ignore a closed stderr."""
    with contextlib.suppress(OSError):
        click.echo(" ".join(line.split()), err=True)


def _discard_output() -> None:
    """Redirect stdout to nowhere, so that flushing it at exit does not fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
