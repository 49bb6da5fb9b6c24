"""Run queries in processes that can be killed, and enforce the limits of queries.

>>> with Workers(source, limits=Limits(seconds=5)) as workers:
...     outcome = workers.run("SELECT …", out, table_format="json")

The engine cannot be interrupted, and some texts end the process that it runs in. So each query runs
in a worker that has opened the store once; a worker that uses too much or ends is replaced. Slow
queries get more workers for a while, so that a small query need not wait for them.
"""

from __future__ import annotations

import contextlib
import io
import json
import queue
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Self

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat

from factbook.errors import InputError
from factbook.store.answers import Graph, table_from
from factbook.store.query_limits import BusyError, Limits
from factbook.store.worker_handle import DamagedError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from factbook.rdf.rdf_input import RdfInput
    from factbook.store.answers import Answer, Engine
    from factbook.store.embedded import Graphs
    from factbook.store.query_limits import Outcome

_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 0.05
"""The seconds between a waiting query's checks whether to start another worker."""
_STUCK_SECONDS = 0.1
"""Another worker is started when all have been at their queries for longer: where queries are many
but small, one becomes free sooner than another starts."""
_MOST_WAIT_SECONDS = 5.0
_SLOW_SECONDS = 0.5
_MOST_WAITING = 4
"""The number of queries that wait while all workers are busy with slow ones; others fail."""
_BUSY = "all workers are busy with other queries: try again in a moment"
_START_SECONDS = 2.0
_TRIES = 2


@dataclass(frozen=True)
class Source:
    """The graph of a worker: a store on disk, or files to load."""

    store: Path | None = None
    files: Sequence[RdfInput] = ()
    rules: Sequence[Path] = ()

    @classmethod
    def of(cls, engine: Engine, files: Sequence[RdfInput], rules: Sequence[Path]) -> Source:
        """Return the graph of an engine: its snapshot, or else the files."""
        return cls(getattr(engine, "store_path", None), files, rules)

    def to_json(self, *, damaged: bool) -> dict[str, Any]:
        """Return the message to a worker; the files replace a damaged store."""
        store = None if damaged or self.store is None else str(self.store)
        files = [] if store else [(str(f.path), f.base, f.in_book) for f in self.files]
        return {
            "store": store,
            "files": files,
            "rules": [] if store else list(map(str, self.rules)),
        }


class Workers:
    """Processes that answer queries over one graph.

    Args:
        source: The graph.
        count: How many workers there are at rest.
        most: How many there may be while queries are slow.
        limits: What a query may use, unless a call says otherwise.
        prefixes: Those that queries need not declare.
    """

    def __init__(
        self,
        source: Source,
        *,
        count: int = 1,
        most: int | None = None,
        limits: Limits | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._source = source
        self._prefixes = dict(prefixes or {})
        self._count = count
        self._most = max(count, most or count)
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._waiting = 0
        self._starting = 0
        self._is_damaged = False
        self._is_clogged = False
        self._is_closed = False
        self._starter = f"factbook-start-{id(self)}"
        self._has_work = threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="factbook-watch").start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the workers now, and wait for the first.

        Raises:
            InputError: The graph cannot be opened.
        """
        self._idle.put(self._start_worker())
        for _ in range(self._count - 1):
            self._start_in_background()

    def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        self._has_work.set()
        with self._lock:
            every = list(self._all)
        for worker in every:
            worker.stop("closing")
        for thread in threading.enumerate():
            if thread.name == self._starter:
                thread.join(_START_SECONDS)
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().dispose()

    def run(  # noqa: PLR0913 - each is a choice of its own
        self,
        text: str,
        out: IO[bytes],
        *,
        table_format: str = "json",
        graph_format: str = "turtle",
        graphs: Graphs | None = None,
        limits: Limits | None = None,
        as_standard: bool = False,
    ) -> Outcome:
        """Run a query and write its answer.

        Args:
            text: The query.
            out: Where the answer goes, piece by piece. On an error, part of it may be there.
            table_format: How rows and truth values are written, see `result_writer.MACHINE`.
            graph_format: How triples are written, see `formats.BY_NAME`.
            graphs: The graphs to ask, instead of those that the query names.
            limits: What it may use, instead of the limits of all.
            as_standard: Whether to put right where the engine departs from SPARQL 1.1.

        Raises:
            UsageError: The query is not valid or asks another endpoint.
            QueryStoppedError: It used more than it may, or ended its process.
            BusyError: All workers are busy.
            InputError: The graph cannot be opened.
        """
        limits = limits or self.limits
        begun = time.monotonic()
        request = {
            "text": text,
            "table": table_format,
            "graph": graph_format,
            "graphs": graphs,
            "memory": limits.memory,
            "rows": limits.rows,
            "size": limits.size,
            "standard": as_standard,
        }
        message = json.dumps(request).encode()
        for _ in range(_TRIES):
            worker = self._acquire(begun, limits)
            deadline = None if limits.seconds is None else begun + limits.seconds
            self._has_work.set()
            try:
                found = worker.ask(message, out, deadline, limits)
            except DamagedError:
                self._is_damaged = True
            else:
                return found
            finally:
                self._release(worker)
        raise InputError("the snapshot of the graph is damaged: start again")

    def _acquire(self, begun: float, limits: Limits) -> Worker:
        """Return an idle worker, or a new one.

        Raises:
            BusyError: None became free in time.
        """
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        patience = _MOST_WAIT_SECONDS if limits.seconds is None else limits.seconds
        until = begun + min(patience, _MOST_WAIT_SECONDS)
        with self._lock:
            is_lost = self._is_clogged and self._waiting >= _MOST_WAITING
            self._waiting += not is_lost
        if is_lost:
            raise BusyError(_BUSY)
        self._has_work.set()
        try:
            while (left := until - time.monotonic()) > 0:
                with contextlib.suppress(queue.Empty):
                    return self._idle.get(timeout=min(left, _PATIENCE_SECONDS))
                with self._lock:
                    is_room = len(self._all) + self._starting < self._most
                    starts = is_room and self._are_all_stuck()
                    self._starting += starts
                if starts:
                    return self._start_reserved()
        finally:
            with self._lock:
                self._waiting -= 1
        raise BusyError(_BUSY)

    def _are_all_stuck(self) -> bool:
        """Tell whether no worker will soon be idle; the caller holds the lock."""
        last = time.monotonic() - _STUCK_SECONDS
        return all(worker.since is not None and worker.since < last for worker in self._all)

    def _release(self, worker: Worker) -> None:
        """Take a worker back, or replace it."""
        with self._lock:
            spare = len(self._all) > self._count and not self._waiting and not self._idle.empty()
        if worker.is_usable and not spare and not self._is_closed:
            self._idle.put(worker)
            return
        worker.dispose()
        with self._lock:
            self._all.discard(worker)
            is_short = len(self._all) + self._starting < self._count and not self._is_closed
        if is_short:
            self._start_in_background()

    def _start_in_background(self) -> None:
        def start() -> None:
            with contextlib.suppress(InputError):  # the next query reports the error
                self._idle.put(self._start_worker())

        threading.Thread(target=start, daemon=True, name=self._starter).start()

    def _start_worker(self) -> Worker:
        with self._lock:
            self._starting += 1
        return self._start_reserved()

    def _start_reserved(self) -> Worker:
        """Start a worker that has been counted as starting."""
        try:
            content = self._source.to_json(damaged=self._is_damaged)
            worker = Worker({**content, "prefixes": self._prefixes})
            with self._lock:
                self._all.add(worker)
        finally:
            with self._lock:
                self._starting -= 1
        if self._is_closed:
            worker.dispose()
            raise BusyError("the server is stopping")
        return worker

    def _watch(self) -> None:
        """Stop queries over their deadline, and one that has run long enough while others wait."""
        while not self._is_closed:
            self._has_work.wait()
            time.sleep(_POLL_SECONDS)
            now = time.monotonic()
            with self._lock:
                busy = [worker for worker in self._all if worker.since is not None]
                is_full = self._waiting > 0 and len(busy) >= self._most
                self._is_clogged = is_full and all(
                    now - (worker.since or now) > _SLOW_SECONDS for worker in busy
                )
                if not busy and not self._waiting:
                    self._has_work.clear()
                    continue
            for worker in busy:
                worker.stop_if_late(now)
            if is_full and busy:
                min(busy, key=lambda worker: worker.since or now).stop_if_crowding(now)


class WorkerEngine:
    """Runs queries in workers and returns their answers like any engine.

    Args:
        workers: What runs them. Their prefixes hold, whatever others a call gives.
        on_cut: Called when a limit has cut an answer.
        limits: What a query may use, instead of the limits of the workers.
    """

    def __init__(
        self, workers: Workers, on_cut: Callable[[Outcome], None], limits: Limits | None = None
    ) -> None:
        self._workers = workers
        self._on_cut = on_cut
        self._limits = limits

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query.

        Raises:
            FactbookError: As `Workers.run`.
        """
        del prefixes
        return self._query(text, as_standard=False)

    def query_as_standard(self, text: str, *, prefixes: Mapping[str, str] | None = None) -> Answer:
        """Run a query; see `EmbeddedEngine.query_as_standard`.

        Raises:
            FactbookError: As `Workers.run`.
        """
        del prefixes
        return self._query(text, as_standard=True)

    def _query(self, text: str, *, as_standard: bool) -> Answer:
        out = io.BytesIO()
        outcome = self._workers.run(
            text, out, graph_format="nt", limits=self._limits, as_standard=as_standard
        )
        out.seek(0)
        if outcome.cut is not None:
            self._on_cut(outcome)
        if outcome.kind == "triples":
            quads = pyoxigraph.parse(out, RdfFormat.N_TRIPLES)
            return Graph(quad.triple for quad in quads)
        found = pyoxigraph.parse_query_results(out, QueryResultsFormat.JSON)
        return table_from(found) if isinstance(found, QuerySolutions) else bool(found)
