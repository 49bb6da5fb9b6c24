"""Many clients ask a running server for a while: right answers, and memory that does not grow.

FACTBOOK_TEST_SOAK sets for how many seconds. With `-s` the figures are printed.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import random
import subprocess
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.core_book import core_book

pytest.importorskip("flask")

from tests.web.test_server import DEEP, RUNAWAY, Running, serving

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = float(os.environ.get("FACTBOOK_TEST_SOAK", "4"))
_SPARE_BYTES = 96 << 20  # answers that are kept, and more workers for a while
_KEPT = (
    "/api/query/valuations.csv?asof=2026-01-01",
    "/api/query/revenue.json?company=coreweave&asof=2026-01-01&top=3",
    "/id/company/groq.nt",
    "/id/company/groq.html",
)


class _Soak:
    """Asks a server and notes what was wrong and how long small queries took."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.until = time.monotonic() + _SECONDS
        self.taken: list[float] = []
        self.wrong: list[str] = []
        self.busy = 0
        self.expected = {path: self._get(path)[1] for path in _KEPT}
        self.numbers = itertools.count()

    def run(self) -> list[int]:
        """Ask until the time is over; return the memory of the server at several moments."""
        clients = [self._small, self._small, self._small, self._same, self._same, self._bombs]
        threads = [threading.Thread(target=self._repeat, args=(each,)) for each in clients]
        for thread in threads:
            thread.start()
        memory = []
        while time.monotonic() < self.until:
            time.sleep(_SECONDS / 8)
            memory.append(_memory(self.server.process.pid))
        for thread in threads:
            thread.join()
        return memory

    def _repeat(self, ask: Callable[[], None]) -> None:
        while time.monotonic() < self.until:
            try:
                ask()
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))

    def _small(self) -> None:
        """Ask for a number, by either method, so that each answer can be told from all others."""
        number = next(self.numbers)
        query = f"SELECT ({number} AS ?n) (COUNT(*) AS ?m) {{ ?s a <http://example.org/{number}> }}"
        begun = time.monotonic()
        if number % 2:
            status, content, _ = self.server.ask(query)
        else:
            status, content = self._get(f"/sparql?query={quote(query)}")
        self.taken.append(time.monotonic() - begun)
        if status == 503:
            self.busy += 1
            return
        found = json.loads(content)["results"]["bindings"] if status == 200 else []
        if [(row["n"]["value"], row["m"]["value"]) for row in found] != [(str(number), "0")]:
            self.wrong.append(f"{status} for {number}: {content[:200]!r}")

    def _same(self) -> None:
        path = random.choice(_KEPT)  # noqa: S311 - which one does not matter
        status, content = self._get(path)
        if status != 503 and content != self.expected[path]:
            self.wrong.append(f"{status} for {path}: another answer")

    def _bombs(self) -> None:
        query = random.choice([RUNAWAY, DEEP])  # noqa: S311 - as above
        status, content, _ = self.server.ask(query)
        if status not in {400, 503}:
            self.wrong.append(f"{status} for a query that cannot end: {content[:200]!r}")

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()


def test_server_bears_mixed_load() -> None:
    """Every answer is right or 503, and the server itself holds no more memory than early on."""
    with serving("--timeout", "2", book=core_book()) as server:
        soak = _Soak(server)
        memory = soak.run()

    taken = sorted(soak.taken)
    median, late = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(  # noqa: T201 - the figures of a long run
        f"{len(taken)} small queries, {soak.busy} answered with 503, median {median * 1e3:.0f} ms, "
        f"p99 {late * 1e3:.0f} ms; memory in MB: {[each >> 20 for each in memory]}"
    )
    assert soak.wrong == []
    assert soak.busy <= len(taken) / 10
    assert memory[-1] < memory[1] + _SPARE_BYTES


def _memory(process: int) -> int:
    """Return the bytes that a process holds, without its workers."""
    found = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True
    )
    return int(found.stdout) << 10
