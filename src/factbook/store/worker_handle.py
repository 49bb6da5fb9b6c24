"""One process that answers queries, as the process that started it sees it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, cast

from factbook.errors import InputError, UsageError
from factbook.store.query_limits import BusyError, Outcome, QueryStoppedError
from factbook.store.worker_process import DATA, ERROR, LENGTH, PIECE

if TYPE_CHECKING:
    import io

    from factbook.store.query_limits import Limits

_PROGRAM = "from factbook.store.worker_process import main; main()"
_LEAST_SECONDS = 1.0
"""How long a query may run at least, however many others wait."""


class DamagedError(Exception):
    """The store of a worker is damaged."""


class Worker:
    """One process, used by one thread at a time.

    Args:
        opening: The message that tells it which graph to open.

    Raises:
        InputError: The process does not start, or cannot open the graph.
    """

    def __init__(self, opening: dict[str, Any]) -> None:
        self.is_usable = True
        self.since: float | None = None
        self._deadline: float | None = None
        self._stopped = ""
        self._lock = threading.Lock()
        hidden = ("FACTBOOK_USER", "FACTBOOK_PASSWORD")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the parent
            env={name: value for name, value in os.environ.items() if name not in hidden},
        )
        self._questions = cast("io.BufferedWriter", self._process.stdin).raw
        self._answers = cast("io.BufferedReader", self._process.stdout)
        said = "its process ended"
        with contextlib.suppress(EOFError):
            self._write(json.dumps(opening).encode())
            kind, content = self._read_piece()
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
            self._write(message)
            while (piece := self._read_piece())[0] == DATA:
                out.write(piece[1])
        except EOFError:
            self.is_usable = False
            raise self._explain(limits) from None
        except BaseException:  # `out` has failed: the rest of the answer is still in the pipe
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
        """Kill the process if its query has run for the least time that each may."""
        with self._lock:
            if self.since is not None and now - self.since > _LEAST_SECONDS:
                self.stop("crowding")

    def dispose(self) -> None:
        """End the process; nobody may use it any more."""
        self.is_usable = False
        self._process.kill()
        self._process.wait()
        self._questions.close()
        self._answers.close()

    def _error(self, found: dict[str, str], limits: Limits) -> Exception:
        if found["kind"] == "usage":
            return UsageError(found["message"])
        self.is_usable = False
        if found["kind"] == "memory":
            return _stopped_by_memory(limits)
        return DamagedError(found["message"])

    def _explain(self, limits: Limits) -> InputError:
        """Return why the process has ended."""
        code = self._process.wait()
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

    def _write(self, message: bytes) -> None:
        view = memoryview(LENGTH.pack(len(message)) + message)
        try:
            while view:
                view = view[self._questions.write(view) :]
        except OSError:
            raise EOFError from None

    def _read_piece(self) -> tuple[bytes, bytes]:
        kind, size = PIECE.unpack(self._read(PIECE.size))
        return kind, self._read(size)

    def _read(self, size: int) -> bytes:
        try:
            content = self._answers.read(size)
        except OSError:
            raise EOFError from None
        if len(content) < size:
            raise EOFError
        return content


def _stopped_by_memory(limits: Limits) -> QueryStoppedError:
    amount = "there is" if limits.memory is None else f"{limits.memory >> 20:,} MB"
    return QueryStoppedError(f"the query needs more memory than {amount}", "memory")
