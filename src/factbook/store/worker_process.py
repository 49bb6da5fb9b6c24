"""The process that answers queries for `worker`, one after the other, over a pipe.

A message is JSON. An answer is any number of messages that begin with `D` and a last one: `R` with
the outcome or `E` with the error.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from typing import IO, TYPE_CHECKING, Any, cast

from factbook.errors import FactbookError, UsageError
from factbook.store.sandbox import forbid_network, forbid_writing, limit_memory, mapped_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from factbook.store.answers import Row, Table
    from factbook.store.embedded import EmbeddedEngine

DATA, RESULT, ERROR = b"D", b"R", b"E"
_STACK_BYTES = 256 << 20
_PIECE_BYTES = 64 << 10
_SLOW_SECONDS = 0.5
_NICENESS = 10
_POLL_SECONDS = 0.25
_SHORT_SECONDS = 0.05
"""A shorter query cannot have left much memory behind."""
_SPARE_BYTES = 64 << 20
# What each row has once, and how many rows there are without any; where a value holds the same,
# there are fewer rows than counted
_ROW_MARKS = {"json": (b",{", 1), "xml": (b"<result", -1), "csv": (b"\r\n", -1), "tsv": (b"\n", -1)}


def main(pipe: Connection) -> None:
    """Answer queries until the pipe or the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    for name in ("FACTBOOK_USER", "FACTBOOK_PASSWORD"):
        os.environ.pop(name, None)
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):  # hides the messages of a crashing engine
        os.dup2(silence, descriptor)
    offline = forbid_network()
    ending = threading.Event()
    worker = _Worker(pipe, offline=offline)
    threading.stack_size(_STACK_BYTES)
    threading.Thread(target=worker.run, args=(ending,), daemon=True).start()
    parent = parent_process()
    while parent is not None and parent.is_alive() and not ending.wait(_POLL_SECONDS):
        worker.yield_when_slow()
    os._exit(0)


class _Worker:
    """Answers queries over one store."""

    def __init__(self, pipe: Connection, *, offline: bool) -> None:
        self._offline = offline
        self._pipe = pipe
        self._out = _Pieces(pipe)
        self._prefixes: dict[str, str] = {}
        self._baseline = 0
        self._since: float | None = None
        self._thread = 0
        self._is_slow = False

    def run(self, ending: threading.Event) -> None:
        """Open the store, and answer until the input ends."""
        try:
            self._thread = threading.get_native_id()
            engine = self._start()
            while engine is not None and (request := self._read()) is not None:
                self._since = time.monotonic()
                self._answer(engine, request)
                self._since = None
        finally:
            ending.set()

    def yield_when_slow(self) -> None:
        """Let other processes go first once a query takes long."""
        since = self._since
        if since is None or self._is_slow or time.monotonic() - since < _SLOW_SECONDS:
            return
        self._is_slow = True
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._thread, _NICENESS)

    def _start(self) -> EmbeddedEngine | None:
        request = self._read()
        if request is None:
            return None
        try:
            engine = _open(request)
        except (FactbookError, OSError, RuntimeError) as error:
            self._out.end(ERROR, {"kind": "start", "message": str(error)})
            return None
        self._prefixes = request["prefixes"]
        forbid_writing()
        self._baseline = mapped_bytes() or 0
        self._out.end(RESULT, {"offline": self._offline, "bounded": bool(self._baseline)})
        return engine

    def _answer(self, engine: EmbeddedEngine, request: dict[str, Any]) -> None:
        memory = request["memory"]
        if memory is not None and self._baseline:
            limit_memory(self._baseline + memory)
        begun = time.monotonic()
        try:
            outcome = _Answer(engine, request, self._prefixes, self._out).write()
        except (UsageError, ValueError) as error:  # ValueError: what the syntax cannot express
            self._out.end(ERROR, {"kind": "usage", "message": str(error)})
        except MemoryError:
            self._out.end(ERROR, {"kind": "memory", "message": ""})
        except (OSError, RuntimeError) as error:
            self._out.end(ERROR, {"kind": "damaged", "message": str(error)})
        else:
            # Memory that a large query left mapped would count against the next one
            is_short = time.monotonic() - begun < _SHORT_SECONDS
            retires = self._is_slow or not (is_short or self._is_at_rest())
            self._out.end(RESULT, {**outcome, "retires": retires})

    def _is_at_rest(self) -> bool:
        return (mapped_bytes() or 0) <= self._baseline + _SPARE_BYTES

    def _read(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            return None
        return found


@dataclass
class _Answer:
    """The answer to one request."""

    engine: EmbeddedEngine
    request: dict[str, Any]
    prefixes: dict[str, str]
    out: _Pieces

    def write(self) -> dict[str, Any]:
        """Write the answer to the pipe and return its kind."""
        from factbook.store.answers import Graph

        limits = (self.request["rows"], self.request["size"])
        found = self._ask()
        if isinstance(found, bool):
            from factbook.store.result_writer import write_truth

            write_truth(found, self.request["table"], cast("IO[bytes]", self.out))
            return {"kind": "truth", "cut": None}
        if isinstance(found, Graph):
            return self._write_triples(iter(found.triples), *limits)
        return self._write_table(found, *limits)

    def _ask(self) -> Any:  # noqa: ANN401 - any answer
        from factbook.sparql.tokens import meaningful, resolve_escapes

        text = self.request["text"]
        if "service" in text.casefold() or "\\" in text:
            # An engine may resolve escapes before or after it parses strings
            for spelled in (text, resolve_escapes(text)):
                if any(token.keyword == "SERVICE" for token in meaningful(spelled)):
                    raise UsageError("SERVICE is not allowed here: no other endpoint is asked")
        # Each prefix takes the engine a microsecond
        used = {name: iri for name, iri in self.prefixes.items() if f"{name}:" in text}
        is_own = self.request["standard"]
        ask = self.engine.query_as_standard if is_own else self.engine.query
        return ask(text, prefixes=used, graphs=self.request["graphs"])

    def _write_table(self, found: Table, rows: int | None, size: int | None) -> dict[str, Any]:
        from factbook.store.result_writer import write_rows

        name = self.request["table"]
        if rows is None and size is None:
            write_rows(found, name, cast("IO[bytes]", self.out))
            return {"kind": "rows", "cut": None}
        counted = _Counted(name, rows, size)
        try:
            write_rows(found, name, cast("IO[bytes]", counted))
        except _TooMuchError:
            return self._write_cut(self._ask(), rows, size)
        self.out.write(counted.content.getvalue())
        return {"kind": "rows", "cut": None}

    def _write_cut(self, found: Table, rows: int | None, size: int | None) -> dict[str, Any]:
        """Write as many rows as the limits allow, as a whole document."""
        from factbook.store.answers import Table
        from factbook.store.result_writer import row_to_json, write_rows

        kept: list[Row] = []
        used, cut = 0, None
        for row in found.rows:
            if rows is not None and len(kept) >= rows:
                cut = "rows"
                break
            used += len(json.dumps(row_to_json(found.variables, row), ensure_ascii=False).encode())
            if size is not None and used > size:
                cut = "size"
                break
            kept.append(row)
        out = cast("IO[bytes]", self.out)
        write_rows(Table(found.variables, kept), self.request["table"], out)
        return {"kind": "rows", "cut": cut, "rows": len(kept)}

    def _write_triples(
        self, triples: Iterator[Any], rows: int | None, size: int | None
    ) -> dict[str, Any]:
        import pyoxigraph

        from factbook.rdf.formats import BY_NAME

        cut: list[str] = []
        number = 0
        begun = self.out.size

        def bounded() -> Iterator[Any]:
            nonlocal number
            for number in itertools.count():
                if rows is not None and number >= rows and next(triples, None) is not None:
                    cut.append("rows")
                elif size is not None and self.out.size - begun > size:
                    cut.append("size")
                if cut or (triple := next(triples, None)) is None:
                    return
                yield triple

        syntax = BY_NAME[self.request["graph"]]
        pyoxigraph.serialize(
            bounded(), cast("IO[bytes]", self.out), syntax.parser, prefixes=self.prefixes or None
        )
        return {"kind": "triples", "cut": cut[0] if cut else None, "rows": number}


class _TooMuchError(Exception):
    """An answer exceeds the limits."""


class _Pieces:
    """A file whose content goes to the pipe in pieces."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._pending = bytearray(DATA)
        self.size = 0

    def write(self, content: bytes) -> int:
        """Write bytes."""
        for start in range(0, len(content), _PIECE_BYTES):
            self._pending += content[start : start + _PIECE_BYTES]
            if len(self._pending) >= _PIECE_BYTES:
                self.flush()
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Send what is pending."""
        if len(self._pending) > len(DATA):
            self._pipe.send_bytes(self._pending)
            self._pending = bytearray(DATA)

    def end(self, kind: bytes, content: dict[str, Any]) -> None:
        """Send what is pending, and the last piece."""
        self.flush()
        self._pipe.send_bytes(kind + json.dumps(content).encode())


class _Counted:
    """A file in memory that raises an error for more rows or bytes than the limits allow."""

    def __init__(self, name: str, rows: int | None, size: int | None) -> None:
        self._mark, self._rows = _ROW_MARKS[name]
        self._most_rows = rows
        self._most_bytes = size
        self.content = io.BytesIO()
        self._tail = b""

    def write(self, content: bytes) -> int:
        """Write bytes."""
        self.content.write(content)
        seen = self._tail + content
        self._rows += seen.count(self._mark)
        self._tail = seen[1 - len(self._mark) :] if len(self._mark) > 1 else b""
        if self._most_bytes is not None and self.content.tell() > self._most_bytes:
            raise _TooMuchError
        if self._most_rows is not None and self._rows > self._most_rows:
            raise _TooMuchError
        return len(content)

    def flush(self) -> None:
        """Do nothing: the content is read when it is complete."""


def _open(request: dict[str, Any]) -> EmbeddedEngine:
    from pathlib import Path

    from factbook.store.embedded import EmbeddedEngine, open_files

    if request["store"] is not None:
        from pyoxigraph import Store

        from factbook.store.snapshot import read_spellings

        place = Path(request["store"])
        return EmbeddedEngine(Store.read_only(str(place)), read_spellings(place.parent))
    from factbook.rdf.rdf_input import RdfInput

    files = [RdfInput(Path(path), base, in_book) for path, base, in_book in request["files"]]
    return open_files(files, list(map(Path, request["rules"])))
