"""Run what a command does: interruptible by Ctrl-C, errors as one line and an exit code.

The engine cannot be interrupted, but it releases the interpreter lock while it works. So the main
thread waits for another thread that does the work, and stops waiting on Ctrl-C.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from typing import TYPE_CHECKING, TypeVar

import click

from factbook.errors import DONE, INTERNAL, UNREADABLE, FactbookError

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")

# What a shell reports for a program that a signal ended: 128 and the signal's number
INTERRUPTED = 130
PIPE_CLOSED = 141
# Errors of writing when stdout is a file
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_NO_FILES = {errno.EMFILE, errno.ENFILE}
# What Python says where memory is wanting for a thread or a file
_NO_LOCK_OR_THREAD = ("can't start new thread", "can't allocate")
# For deeply nested queries; the pages that others do not need are never touched
_STACK_BYTES = 256 << 20
_POLL_SECONDS = 0.5
_LONGEST_LINE = 4_000
"""Characters of an error that are written."""


def interruptible(work: Callable[[], T]) -> T:
    """Run a function in a thread and return its result; Ctrl-C stops waiting for it."""
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            errors.append(error)
            # The engine's results must not leave the thread: frames would carry them
            with contextlib.suppress(MemoryError):
                import traceback

                traceback.clear_frames(error.__traceback__)
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


def run_for_exit_code(  # noqa: PLR0911 - one return for each kind of error
    action: Callable[[], object], *, debug: bool
) -> int:
    """Run an action and return its exit code.

    Args:
        action: What to run; an int that it returns is the exit code.
        debug: Whether errors are raised, with their traceback.
    """
    try:
        outcome = _act_or_help(action)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, click.Abort):
        print_error("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except click.ClickException as wrong:
        if debug:
            raise
        print_error(f"error: {_format_usage_error(wrong)}")
        return click.UsageError.exit_code
    except FactbookError as wrong:
        if debug:
            raise
        print_error(f"error: {wrong}")
        return wrong.exit_code
    except Exception as error:  # the last resort: never a bare traceback
        if debug:
            raise
        return _print_unforeseen(error)
    return outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else DONE


def _print_unforeseen(error: Exception) -> int:
    """Write what no part of the program has foreseen, and return the exit code."""
    if isinstance(error, OSError) and error.errno in _NO_SPACE and not error.filename:
        _discard_output()
        said, code = f"the output cannot be written: {error.strerror}", UNREADABLE
    elif isinstance(error, OSError) and error.errno in _NO_FILES:
        said, code = "too many files are open; see: ulimit -n", UNREADABLE
    elif isinstance(error, RecursionError):
        said, code = "the input is nested too deeply", UNREADABLE
    elif _is_want_of_memory(error):
        said, code = "there is not enough memory", UNREADABLE
    else:
        said = (
            f"{type(error).__name__}: {error} (this is a bug in factbook; please report it with "
            "the output of --debug)"
        )
        code = INTERNAL
    print_error(f"error: {said}")
    return code


def _is_want_of_memory(error: Exception) -> bool:
    """Tell whether the system gave no memory: Python has five errors for that."""
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, SystemError) and "without exception set" in str(error))
        or (isinstance(error, RuntimeError) and str(error).startswith(_NO_LOCK_OR_THREAD))
        or (isinstance(error, ImportError) and "failed to map segment" in str(error))
    )


def _act_or_help(action: Callable[[], object]) -> object:
    """Run an action; a group of commands without a command writes its help."""
    try:
        return action()
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return DONE


def _format_usage_error(wrong: click.ClickException) -> str:
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


def print_error(line: str) -> None:
    """Write one line to stderr, and ignore a closed stderr.

    File names and values in it cannot steer the terminal.
    """
    from factbook.render.humanize import make_printable

    line = make_printable(" ".join(line.split()))
    if len(line) > _LONGEST_LINE:
        line = f"{line[: _LONGEST_LINE // 2]} … {line[-_LONGEST_LINE // 2 :]}"
    with contextlib.suppress(OSError):
        click.echo(line, err=True)


def _discard_output() -> None:
    """Redirect stdout to nowhere, so that flushing it at exit does not fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
