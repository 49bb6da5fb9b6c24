"""Run a command in a child process, and end it at a deadline or when it uses too much memory.

The engine cannot be interrupted, and some texts and files make it crash. So the process that the
shell waits for starts a child that does all the work, and supervises it. If a limit or signal ends
the child, the parent prints one line and exits with a code. Systems without `fork` have no limits.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import signal
import stat
import struct
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from factbook.cli.execution import INTERRUPTED, print_error
from factbook.cli.interrupts import expect_interrupts, handle
from factbook.cli.terminal_guard import guard
from factbook.errors import ENDPOINT, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_POLL_SECONDS = 0.05
_FIRST_LOOK_SECONDS = 0.3
"""The time before memory is checked first; most commands are done by then."""
_GRACE_SECONDS = 1.0
"""The time for a child to clean up when it is asked to end."""
_SHARE = 0.75
"""The share of the machine's memory that a command may use unless --memory allows more."""
_USUAL_MEMORY = 1.25e9
_MEMORY_FOR_A_BYTE = 30
"""The memory for each byte of the command's files, if that is more than the usual memory."""
_PACKED = 10
"""How many bytes one byte of a compressed file counts for."""
_MOST_FOLDERS = 5_000
_UNITS = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_MESSAGE = struct.Struct("dd")
_CRASHES = {
    getattr(signal, name, None)  # Windows lacks one of them
    for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL")
}
_SIGNALLED = 128
"""A shell adds this to the number of the signal that ended a program."""
_pipes: list[int] = []
"""In a child: the pipe for its limits, and one that is open as long as its parent lives."""


class Limits(NamedTuple):
    """The limits of a command; 0 means no limit."""

    seconds: float = 0.0
    memory: float = 0.0
    """In bytes."""


class _EndedError(BaseException):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Seconds(click.FloatRange):
    """A number of seconds above 0."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: Any, ctx: Any) -> float:  # noqa: ANN401 - as click has it
        """Return the seconds."""
        seconds = float(super().convert(value, param, ctx))
        if seconds != seconds:  # noqa: PLR0124 - not a number
            self.fail(f"'{value}' is not a number", param, ctx)
        return seconds


class _Size(click.ParamType[float]):
    """A number of bytes, such as 500M or 2G."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:  # noqa: ANN401 - as click has it
        """Return the number of bytes."""
        text = str(value).strip().upper().removesuffix("B").removesuffix("I")
        try:
            size = float(text.rstrip("KMGT")) * _UNITS.get(text[-1:], 1.0)
        except ValueError:
            size = 0.0
        if not 0 < size < float("inf"):
            self.fail(f"'{value}' is not a size such as 500M or 2G", param, ctx)
        return size


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options --timeout and --memory."""
    for option in (
        click.option(
            "--timeout",
            type=_Seconds(),
            metavar="SECONDS",
            expose_value=False,
            callback=_tell_parent,
            help="Stop after this many seconds.",
        ),
        click.option(
            "--memory",
            type=_Size(),
            metavar="SIZE",
            expose_value=False,
            callback=_tell_parent,
            help="Stop if more memory is needed, e.g. 2G. [default: 1.25G, or 30 times the size of "
            "the files]",
        ),
    ):
        command = option(command)
    return command


def query_limit_options(*, seconds: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the limits of each query to a server's command."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option(
                "--memory",
                "megabytes",
                type=click.IntRange(min=16),
                metavar="MB",
                default=512,
                show_default=True,
                help="Stop queries that need more memory.",
            ),
            click.option(
                "--timeout",
                type=_Seconds(),
                metavar="SECONDS",
                default=seconds,
                show_default=True,
                help="Stop queries after this many seconds.",
            ),
        ):
            command = option(command)
        return command

    return add


def _tell_parent(context: click.Context, option: click.Parameter, value: float | None) -> None:
    """Send a limit to the parent process."""
    if value is None:
        return
    if not hasattr(os, "fork"):
        raise click.UsageError(f"{option.opts[0]} does not work on this system.", context)
    if _pipes:
        limits = Limits(seconds=value) if option.name == "timeout" else Limits(memory=value)
        os.write(_pipes[0], _MESSAGE.pack(*limits))


def supervise(*, remote: bool, words: Sequence[str] = ()) -> None:
    """Continue in a child process; the parent supervises it and exits with its exit code.

    Args:
        remote: Whether an endpoint does the work, so that a timeout is a failure of the endpoint.
        words: The command line; the sizes of the files in it determine the default memory.

    Raises:
        Exit: In the parent, with the exit code.
    """
    if not hasattr(os, "fork"):
        return
    limits_read, limits_write = os.pipe()
    lifeline_read, lifeline_write = os.pipe()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    child = os.fork()
    if child == 0:
        os.close(limits_read)
        os.close(lifeline_write)
        _pipes[:] = limits_write, lifeline_read
        _set_up_child(lifeline_read)
        return
    os.close(limits_write)
    os.close(lifeline_read)
    raise click.exceptions.Exit(_Watch(child, limits_read, words, remote=remote).wait())


def _set_up_child(lifeline: int) -> None:
    """Prepare this process to be ended by its parent, or to end when the parent exits."""
    # The terminal's Ctrl-C reaches both processes; only the parent passes it on
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, _unwind)
    handle(signal.SIGHUP, _unwind)

    def wait_for_parent() -> None:
        with contextlib.suppress(OSError):
            os.read(lifeline, 1)
        os._exit(_SIGNALLED + signal.SIGHUP)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    # Hide the output of a crashing engine: native code writes to descriptor 2 itself
    with contextlib.suppress(OSError, ValueError, AttributeError):
        words = os.dup(2)
        encoding = sys.stderr.encoding
        sys.stderr = guard(
            os.fdopen(words, "w", buffering=1, encoding=encoding, errors="backslashreplace")
        )
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)


def _unwind(number: int, frame: FrameType | None) -> NoReturn:
    """Raise an exception in the running code, so that it cleans up."""
    del frame
    for signal_number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)
    if number == signal.SIGUSR1:
        raise KeyboardInterrupt
    raise SystemExit(_SIGNALLED + number)


class _Watch:
    """Watches a child until it ends or exceeds a limit."""

    def __init__(self, child: int, limits: int, words: Sequence[str], *, remote: bool) -> None:
        self._child = child
        self._words = words
        self._pipe = limits
        self._failure = ENDPOINT if remote else UNREADABLE
        self._began = time.monotonic()
        self._deadline = float("inf")
        self._memory = 0.0
        self._seconds = 0.0

    def wait(self) -> int:
        """Wait for the child and return the exit code of the command."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            handle(number, _raise_ended)
        try:
            expect_interrupts()
            return self._wait()
        except KeyboardInterrupt:
            if self._end(signal.SIGUSR1) is None:
                print_error("interrupted")
            return INTERRUPTED
        except _EndedError as ended:
            self._end(ended.number)
            return _SIGNALLED + ended.number

    def _wait(self) -> int:
        pause = _FIRST_LOOK_SECONDS
        while True:
            remaining = self._deadline - time.monotonic()
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, min(pause, remaining)))
            if ready:
                message = os.read(self._pipe, _MESSAGE.size)
                if not message:
                    return self._exit_code(os.waitpid(self._child, 0)[1])
                self._set(Limits(*_MESSAGE.unpack(message)))
                continue
            pause = _POLL_SECONDS
            if time.monotonic() >= self._deadline:
                status = self._end(signal.SIGTERM)
                if status is not None and not _was_ended(status):
                    return self._exit_code(status)  # it finished just then
                print_error(
                    f"error: not done after {self._seconds:g} s: ask for less, or give it more "
                    "with --timeout"
                )
                return self._failure
            used = _memory_of(self._child)
            if used > _USUAL_MEMORY and not self._memory:
                self._memory = _default_memory(self._words)
            if self._memory and used > self._memory:
                self._end(signal.SIGKILL)
                print_error(
                    f"error: it needs more than {_format_size(self._memory)} of memory: ask for "
                    "less, or allow more with --memory"
                )
                return self._failure

    def _set(self, limits: Limits) -> None:
        if limits.seconds:
            self._seconds = limits.seconds
            self._deadline = self._began + limits.seconds
        self._memory = limits.memory or self._memory

    def _exit_code(self, status: int) -> int:
        """Return the exit code for the status of a child that ended by itself."""
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)
        if os.WTERMSIG(status) in _CRASHES:
            print_error(
                "error: the engine crashed: the query or a file is nested too deeply, or needs "
                "more memory than there is"
            )
        else:
            print_error(
                f"error: ended by signal {os.WTERMSIG(status)}, perhaps because memory ran out"
            )
        return self._failure

    def _end(self, number: int) -> int | None:
        """Ask the child to end, then kill it; return its status if it ended in time."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, number)
        until = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < until:
            ended, status = os.waitpid(self._child, os.WNOHANG)
            if ended:
                return status
            time.sleep(_POLL_SECONDS / 5)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        return None


def _was_ended(status: int) -> bool:
    """Tell whether a child ended because it was asked to, see `_unwind`."""
    return os.waitstatus_to_exitcode(status) in {-signal.SIGTERM, _SIGNALLED + signal.SIGTERM}


def _raise_ended(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    raise _EndedError(number)


def _memory_of(process: int) -> float:
    """Return the private memory of a process in bytes, or 0 if unknown."""
    try:
        fields = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def _default_memory(words: Sequence[str]) -> float:
    """Return the default memory of a command in bytes: more if its files are large."""
    named = {Path(word.rpartition("=")[2]) for word in words}
    files = {file for path in (Path("data"), *named) for file in _files_below(path)}
    size = sum(map(_size_of, files))
    return min(max(_USUAL_MEMORY, size * _MEMORY_FOR_A_BYTE), _memory_of_machine() * _SHARE)


def _files_below(path: Path) -> Iterator[Path]:
    """Yield the path itself, and the files below it if it is a folder."""
    yield path
    for folder, folders, names in itertools.islice(os.walk(path), _MOST_FOLDERS):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names)


def _size_of(path: Path) -> int:
    """Return the approximate size of a file when unpacked, or 0 if it is not a file."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # most words are not files, and some are not valid paths
        return 0
    packed = _PACKED if path.suffix == ".gz" else 1
    return status.st_size * packed if stat.S_ISREG(status.st_mode) else 0


def _memory_of_machine() -> float:
    """Return the bytes of memory of the machine, or of the container around this process."""
    sizes = [float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            sizes.append(float(Path("/sys/fs/cgroup", name).read_text(encoding="ascii")))
    return min(sizes)


def _format_size(size: float) -> str:
    unit = next((name for name, value in reversed(_UNITS.items()) if size >= value), "K")
    return f"{size / _UNITS[unit]:.3g} {unit}B"
