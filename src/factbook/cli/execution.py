"""Run the work of a command so that Ctrl-C interrupts it, and turn errors into exit codes.

The engine cannot be interrupted, but it releases the interpreter lock while it works. So a second
thread does the work, and the main thread waits for it and stops waiting on Ctrl-C.
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

# A shell reports 128 plus the number of the signal that ended a program
INTERRUPTED = 130
PIPE_CLOSED = 141
# Errors of writing when stdout is a file
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_NO_FILES = {errno.EMFILE, errno.ENFILE}
# Python's messages when there is no memory for a thread or a lock
_NO_LOCK_OR_THREAD = ("can't start new thread", "can't allocate")
# For deeply nested queries; unused pages are never allocated
_STACK_BYTES = 256 << 20
_POLL_SECONDS = 0.5
_LONGEST_LINE = 4_000
"""The maximum number of characters of an error message."""


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
            # The engine's results must not leave the thread, so drop the frames that hold them
            with contextlib.suppress(MemoryError):
                import traceback

                traceback.clear_frames(error.__traceback__)
        finally:
            done.set()

    _start(run)
    while not done.wait(timeout=_POLL_SECONDS):
        pass  # a signal delivered to the other thread does not wake this one
    if errors:
        raise errors[0]
    return results[0]


def _start(run: Callable[[], None]) -> None:
    """Start a thread with a large stack, or with the default one if memory is limited."""
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
    """Print an unexpected error and return the exit code."""
    if isinstance(error, OSError) and error.errno in _NO_SPACE and not error.filename:
        _discard_output()
        message, code = f"the output cannot be written: {error.strerror}", UNREADABLE
    elif isinstance(error, OSError) and error.errno in _NO_FILES:
        message, code = "too many files are open; see: ulimit -n", UNREADABLE
    elif isinstance(error, RecursionError):
        message, code = "the input is nested too deeply", UNREADABLE
    elif _is_want_of_memory(error):
        message, code = "there is not enough memory", UNREADABLE
    else:
        message = (
            f"{type(error).__name__}: {error} (this is a bug in factbook; please report it with "
            "the output of --debug)"
        )
        code = INTERNAL
    print_error(f"error: {message}")
    return code


def _is_want_of_memory(error: Exception) -> bool:
    """Tell whether an error means that memory ran out; Python has five such errors."""
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, SystemError) and "without exception set" in str(error))
        or (isinstance(error, RuntimeError) and str(error).startswith(_NO_LOCK_OR_THREAD))
        or (isinstance(error, ImportError) and "failed to map segment" in str(error))
    )


def _act_or_help(action: Callable[[], object]) -> object:
    """Run an action; a group without a subcommand prints its help."""
    try:
        return action()
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return DONE


def _format_usage_error(wrong: click.ClickException) -> str:
    """Return click's message, with the command that prints the relevant help."""
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
    """Write one line to stderr, without control characters; ignore a closed stderr."""
    from factbook.render.humanize import make_printable

    line = make_printable(" ".join(line.split()))
    if len(line) > _LONGEST_LINE:
        line = f"{line[: _LONGEST_LINE // 2]} … {line[-_LONGEST_LINE // 2 :]}"
    with contextlib.suppress(OSError):
        click.echo(line, err=True)


def _discard_output() -> None:
    """Redirect stdout to the null device, so that flushing it at exit does not fail again."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
