"""Run a command in a child process that can be ended: at a deadline, or when memory runs short.

The engine cannot be interrupted, and some texts and files make it crash. So the process that the
shell waits for starts a child, which does all the work, and watches it. What ends the child, a
limit or a signal, becomes one line and an exit code. Systems without `fork` have no limits.
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
"""Most commands are done by then, and nobody has to look at their memory."""
_GRACE_SECONDS = 1.0
"""How long a child has to clean up after it was asked to end."""
_SHARE = 0.75
"""The part of the machine's memory that a command may use at most unless --memory allows more."""
_USUAL_MEMORY = 1.25e9
_MEMORY_FOR_A_BYTE = 30
"""What a command may use for each byte of the files that it is given, unless that is less."""
_PACKED = 10
"""How many bytes a packed byte counts for."""
_MOST_FOLDERS = 5_000
_UNITS = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_MESSAGE = struct.Struct("dd")
_CRASHES = {
    getattr(signal, name, None)  # Windows lacks one of them
    for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL")
}
_SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""
_pipes: list[int] = []
"""In a child: where it writes its limits, and what is open as long as its parent lives."""


class Limits(NamedTuple):
    """What a command may use; 0 stands for a limit that is not given."""

    seconds: float = 0.0
    memory: float = 0.0
    """In bytes."""


class _EndedError(BaseException):
    """A signal asks this process to end."""

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
            help="Give up after so many seconds.",
        ),
        click.option(
            "--memory",
            type=_Size(),
            metavar="SIZE",
            expose_value=False,
            callback=_tell_parent,
            help="Give up when more memory is needed, e.g. 2G. [default: 1.25G, or 30 times the "
            "size of the files]",
        ),
    ):
        command = option(command)
    return command


def query_limit_options(*, seconds: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a server's command the limits of each query, with a default time."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option(
                "--memory",
                "megabytes",
                type=click.IntRange(min=16),
                metavar="MB",
                default=512,
                show_default=True,
                help="Stop a query that needs more memory.",
            ),
            click.option(
                "--timeout",
                type=_Seconds(),
                metavar="SECONDS",
                default=seconds,
                show_default=True,
                help="Stop a query after so many seconds.",
            ),
        ):
            command = option(command)
        return command

    return add


def _tell_parent(context: click.Context, option: click.Parameter, value: float | None) -> None:
    """Send a limit to the process that watches this one."""
    if value is None:
        return
    if not hasattr(os, "fork"):
        raise click.UsageError(f"{option.opts[0]} does not work on this system.", context)
    if _pipes:
        limits = Limits(seconds=value) if option.name == "timeout" else Limits(memory=value)
        os.write(_pipes[0], _MESSAGE.pack(*limits))


def supervise(*, remote: bool, words: Sequence[str] = ()) -> None:
    """Continue in a child process; the parent watches it and leaves with its exit code.

    Args:
        remote: Whether an endpoint does the work, so that its slowness is its failure.
        words: The command line: the files that it names decide how much memory is usual.

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
    """Prepare this process to be ended by its parent, or to end when the parent is gone."""
    # The terminal's Ctrl-C reaches both processes; the parent passes it on, once
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, _unwind)
    handle(signal.SIGHUP, _unwind)

    def wait_for_parent() -> None:
        with contextlib.suppress(OSError):
            os.read(lifeline, 1)
        os._exit(_SIGNALLED + signal.SIGHUP)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    # What a crashing engine writes is not for the user: native code writes to descriptor 2 itself
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
    """Leave the running code by an exception, so that it cleans up."""
    del frame
    for signal_number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)
    if number == signal.SIGUSR1:
        raise KeyboardInterrupt
    raise SystemExit(_SIGNALLED + number)


class _Watch:
    """Watches a child until it ends or has to be ended."""

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
            left = self._deadline - time.monotonic()
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, min(pause, left)))
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
                    return self._exit_code(status)  # it was done just then
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
        """Return the exit code for the way in which a child ended by itself."""
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)
        if os.WTERMSIG(status) in _CRASHES:
            print_error(
                "error: the engine crashed: the query or a file is nested too deeply, or needs "
                "more memory than there is"
            )
        else:
            print_error(f"error: ended by signal {os.WTERMSIG(status)}, perhaps for want of memory")
        return self._failure

    def _end(self, number: int) -> int | None:
        """Ask the child to end, and make it end; return its status if it did so in time."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, number)
        until = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < until:
            done, status = os.waitpid(self._child, os.WNOHANG)
            if done:
                return status
            time.sleep(_POLL_SECONDS / 5)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        return None


def _was_ended(status: int) -> bool:
    """Tell whether a child ended because it was asked to; see `_unwind`."""
    return os.waitstatus_to_exitcode(status) in {-signal.SIGTERM, _SIGNALLED + signal.SIGTERM}


def _raise_ended(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    raise _EndedError(number)


def _memory_of(process: int) -> float:
    """Return the bytes of memory that a process alone holds, or 0 where that is not known."""
    try:
        fields = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def _default_memory(words: Sequence[str]) -> float:
    """Return the bytes that a command may use: more where the files that it names are large."""
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
    """Return roughly the bytes of a file once it is unpacked; 0 for what is no file."""
    try:
        about = path.stat()
    except (OSError, ValueError):  # most words name no file, and some cannot
        return 0
    packed = _PACKED if path.suffix == ".gz" else 1
    return about.st_size * packed if stat.S_ISREG(about.st_mode) else 0


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
