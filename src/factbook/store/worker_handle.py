"""The parent's handle of one process that answers queries."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
import time
from multiprocessing import Pipe, get_all_start_methods, get_context
from multiprocessing.connection import wait
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from factbook.errors import InputError, UsageError
from factbook.store.query_limits import BusyError, Outcome, QueryStoppedError
from factbook.store.worker_process import DATA, ERROR, main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerContext, SpawnContext

    from factbook.store.query_limits import Limits

# A worker is a copy of a process that has imported everything. It is there in a fourth of the time
# that a new one takes, which counts when many start at once
_CONTEXT: ForkServerContext | SpawnContext = (
    get_context("forkserver") if "forkserver" in get_all_start_methods() else get_context("spawn")
)
_OWN = ("embedded", "result_writer", "snapshot", "spellings", "worker_process")
_IMPORTED = ["ctypes", *(f"factbook.store.{name}" for name in _OWN)]
_PROCESSES = threading.Lock()
"""Held where processes start or tell how they ended: each call of either looks at all of them."""
_LEAST_SECONDS = 1.0
"""The minimum time for a query, however many others wait."""


@contextlib.contextmanager
def _hidden_program() -> Iterator[None]:
    """Hide the running program, which multiprocessing would run again in each new process."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


class DamagedError(Exception):
    """The store of a worker is damaged."""


class Worker:
    """One process, used by one thread at a time.

    Args:
        opening: The message that tells it which graph to open.

    Raises:
        BusyError: The system cannot start another process.
        InputError: The process cannot open the graph.
    """

    def __init__(self, opening: dict[str, Any]) -> None:
        self.is_usable = True
        self.since: float | None = None
        self._deadline: float | None = None
        self._stopped = ""
        self._lock = threading.Lock()
        try:
            self._pipe, theirs = Pipe()
            with _PROCESSES, _hidden_program():
                _CONTEXT.set_forkserver_preload(_IMPORTED)
                self._process = _CONTEXT.Process(target=main, args=(theirs,), daemon=True)
                self._process.start()
        except (OSError, EOFError):  # there are too many processes, or too many open files
            raise BusyError("no more processes can be started: try again in a moment") from None
        theirs.close()
        said = "its process ended"
        with contextlib.suppress(EOFError):
            self._send(json.dumps(opening).encode())
            kind, content = self._receive()
            said = json.loads(content)["message"] if kind == ERROR else ""
        if said:
            self.dispose()
            raise InputError(f"the graph cannot be opened to run queries: {said}")

    def ask(
        self, message: bytes, out: IO[bytes], deadline: float | None, limits: Limits
    ) -> Outcome:
        """Run a query and write its answer; see `Workers.run`."""
        with self._lock:
            self.since, self._deadline = time.monotonic(), deadline
        try:
            self._send(message)
            while (piece := self._receive())[0] == DATA:
                out.write(piece[1])
        except EOFError:
            self.is_usable = False
            raise self._explain(limits) from None
        except BaseException:  # `out` failed: the rest of the answer is still in the pipe
            self.is_usable = False
            raise
        finally:
            with self._lock:
                self.since = self._deadline = None
        kind, content = piece
        found = json.loads(content)
        if kind == ERROR:
            raise self._error(found, limits)
        self.is_usable = self.is_usable and not found["retires"]
        return Outcome(found["kind"], found["cut"], found.get("rows"))

    def stop(self, reason: str) -> None:
        """Kill the process."""
        self._stopped = self._stopped or reason
        self.is_usable = False
        self._process.kill()

    def stop_if_late(self, now: float) -> None:
        """Kill the process if its query is over its deadline."""
        with self._lock:
            if self._deadline is not None and now > self._deadline:
                self.stop("time")

    def stop_if_crowding(self, now: float) -> None:
        """Kill the process if its query has run for the minimum time."""
        with self._lock:
            if self.since is not None and now - self.since > _LEAST_SECONDS:
                self.stop("crowding")

    def dispose(self) -> None:
        """End the process; the handle must not be used afterwards."""
        self.is_usable = False
        self._process.kill()
        self._wait()
        self._pipe.close()

    def _error(self, found: dict[str, str], limits: Limits) -> Exception:
        if found["kind"] == "usage":
            return UsageError(found["message"])
        self.is_usable = False
        if found["kind"] == "memory":
            return _stopped_by_memory(limits)
        return DamagedError(found["message"])

    def _explain(self, limits: Limits) -> InputError:
        """Return the reason for the end of the process."""
        code = self._wait()
        if self._stopped == "time":
            return QueryStoppedError(f"the query took longer than {limits.seconds:g} s", "time")
        if self._stopped == "crowding":
            return BusyError(
                f"the query took longer than {_LEAST_SECONDS:g} s while others waited: try again"
            )
        if self._stopped:
            return BusyError("the server is stopping")
        if code == -signal.SIGABRT:
            return _stopped_by_memory(limits)
        return QueryStoppedError(
            "the engine cannot run the query: it has too many parts inside one another", "depth"
        )

    def _wait(self) -> int | None:
        """Wait for the end of the process; return its exit code."""
        wait([self._process.sentinel])
        with _PROCESSES:
            self._process.join()
            return self._process.exitcode

    def _send(self, message: bytes) -> None:
        try:
            self._pipe.send_bytes(message)
        except OSError:
            raise EOFError from None

    def _receive(self) -> tuple[bytes, bytes]:
        try:
            content = self._pipe.recv_bytes()
        except OSError:
            raise EOFError from None
        return content[:1], content[1:]


def _stopped_by_memory(limits: Limits) -> QueryStoppedError:
    amount = "there is" if limits.memory is None else f"{limits.memory >> 20:,} MB"
    return QueryStoppedError(f"the query needs more memory than {amount}", "memory")
