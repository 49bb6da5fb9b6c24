"""The running server: it keeps its limits, survives what clients do, and ends when it should."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from tests.core_book import core_book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
DEEP = "SELECT * { BIND(" + "STR(" * 100_000 + "1" + ")" * 100_000 + " AS ?x) }"
SMALL = "ASK { ?s ?p ?o }"
_SECONDS = 3


@dataclass
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def ask(self, query: str, *, seconds: float = 60) -> tuple[int, bytes, float]:
        """Send a query; return the status, the answer and how long it took."""
        begun = time.monotonic()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        with contextlib.closing(connection):
            connection.request(
                "POST", "/sparql", query.encode(), {"Content-Type": "application/sparql-query"}
            )
            response = connection.getresponse()
            content = response.read()
        return response.status, content, time.monotonic() - begun


@contextlib.contextmanager
def serving(*options: str, book: Path | None = None) -> Iterator[Running]:
    """Run `factbook serve` on a free port until the block ends."""
    own = [] if book is None else ["--book", str(book)]
    code = "import sys; from factbook.cli import main; sys.argv[0] = 'factbook'; main()"
    command = [sys.executable, "-c", code, *own, "serve", "--port", "0", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "Serving" in line, process.stderr.read() if process.stderr else ""
        address = urlsplit(next(word for word in line.split() if word.startswith("http")))
        yield Running(process, address.hostname or "", address.port or 0)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """Give a server with a short deadline."""
    with serving("--timeout", str(_SECONDS)) as running:
        yield running


def test_runaway_query_is_503_at_its_deadline_while_others_are_answered(server: Running) -> None:
    """One client's query ends at the deadline; small queries of others are answered meanwhile."""
    with ThreadPoolExecutor(20) as pool:
        bombs = [pool.submit(server.ask, RUNAWAY) for _ in range(16)]
        time.sleep(0.5)
        small = [server.ask(SMALL) for _ in range(5)]
        ended = [bomb.result() for bomb in bombs]

    assert {status for status, _, _ in small} == {200}
    assert max(taken for _, _, taken in small) < _SECONDS  # not after the others
    assert {status for status, _, _ in ended} == {503}
    assert max(taken for _, _, taken in ended) < _SECONDS + 2


def test_stopped_query_has_retry_after(server: Running) -> None:
    """The answer has Retry-After and says which limit was met."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", f"/sparql?query={quote(RUNAWAY)}")
        response = connection.getresponse()
        content = response.read()

    assert response.status == 503
    assert response.headers["Retry-After"]
    assert b"longer than 3 s" in content or b"more memory than" in content


def test_query_that_crashes_a_worker_leaves_the_server_alive(server: Running) -> None:
    """A text that ends its process is refused, and the next query is answered."""
    status, _, _ = server.ask(DEEP)

    assert status in {400, 503}
    assert server.ask(SMALL)[0] == 200


def test_query_that_is_too_long_is_refused(server: Running) -> None:
    """Looking at the tokens of a few of them would keep everybody waiting."""
    assert server.ask(f"ASK {{}} #{'x' * 1_000_000}")[0] == 413


def test_head_leaves_the_connection_in_order(server: Running) -> None:
    """After HEAD, the same connection answers GET."""
    path = f"/sparql?query={quote(SMALL)}"
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    with contextlib.closing(connection):
        for method in ("HEAD", "GET", "HEAD", "GET"):
            connection.request(method, path)
            response = connection.getresponse()
            content = response.read()
            assert response.status == 200
            assert (json.loads(content)["boolean"] if content else None) == (
                True if method == "GET" else None
            )


def test_half_open_connections_block_nobody(server: Running) -> None:
    """Two hundred clients that never finish their request do not keep others waiting."""
    with contextlib.ExitStack() as waiting:
        for _ in range(200):
            client = waiting.enter_context(socket.create_connection((server.host, server.port)))
            client.sendall(b"GET /sparql HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        status, _, taken = server.ask(SMALL)

    assert status == 200
    assert taken < 1


def test_many_clients_get_their_own_answers(server: Running) -> None:
    """Thirty-two clients ask at once, and each gets the answer to its question."""

    def ask(number: int) -> bool:
        status, content, _ = server.ask(f"SELECT ({number} AS ?n) {{}}")
        rows = json.loads(content)["results"]["bindings"] if status == 200 else []
        return [row["n"]["value"] for row in rows] == [str(number)]

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(640)))


def test_server_recovers_from_overload(server: Running) -> None:
    """More runaway queries than can run are refused at once, and all is well afterwards."""
    with ThreadPoolExecutor(60) as pool:
        codes = {status for status, _, _ in pool.map(server.ask, [RUNAWAY] * 60)}

    assert codes == {503}
    assert server.ask(SMALL)[0] == 200


@pytest.mark.parametrize("query", ["", RUNAWAY])
def test_sigterm_ends_the_server_in_time(query: str) -> None:
    """Within three seconds the server is gone, with exit code 0, and so are its workers."""
    with serving() as running:
        answered: list[int] = []
        if query:
            thread = threading.Thread(target=lambda: answered.append(running.ask(query)[0]))
            thread.start()
            time.sleep(0.5)
        children = _children(running.process.pid)
        begun = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        code = running.process.wait(timeout=10)
        taken = time.monotonic() - begun
        if query:
            thread.join(timeout=5)
        assert running.process.stderr is not None
        said = running.process.stderr.read()

    assert said == ""
    assert (code, taken < 3) == (0, True)
    assert answered == ([503] if query else [])
    time.sleep(0.5)
    assert not [child for child in children if _is_running(child)]


def test_workers_end_with_a_server_that_is_killed() -> None:
    """No process stays behind, although one runs a query."""
    with serving() as running, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(running.ask, RUNAWAY)
        time.sleep(0.5)
        children = _children(running.process.pid)
        running.process.kill()
        with pytest.raises((OSError, http.client.HTTPException)):
            asking.result()
    time.sleep(1)

    assert children
    assert not [child for child in children if _is_running(child)]


def test_log_holds_no_credentials() -> None:
    """Neither a login in a header nor one in the query comes into the log."""
    with serving() as running:
        connection = http.client.HTTPConnection(running.host, running.port, timeout=30)
        with contextlib.closing(connection):
            for path in ("/sparql?query=BROKEN-s3cret", "/nothing?token=s3cret", "/%ff?s3cret"):
                connection.request("GET", path, headers={"Authorization": "Basic s3cret"})
                connection.getresponse().read()
        running.process.terminate()
        out, err = running.process.communicate(timeout=10)

    assert "s3cret" not in out + err


def test_taken_port_is_refused_only_if_asked_for(server: Running) -> None:
    """A port that somebody named must be free."""
    code = "import sys; from factbook.cli import main; sys.argv[0] = 'factbook'; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(server.port)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 2
    assert "cannot listen on" in ended.stderr


def test_missing_packages_are_named(tmp_path: Path) -> None:
    """Without the extra, one line says what to install."""
    (tmp_path / "flask.py").write_text("raise ImportError\n", encoding="utf-8")
    code = "import sys; from factbook.cli import main; sys.argv[0] = 'factbook'; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "serve"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )

    assert ended.returncode == 2
    assert ended.stderr == (
        "error: factbook serve needs more packages: pip install 'factbook[web]'\n"
    )


def _children(parent: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(number) for number in found.stdout.split()]


def _is_running(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123 - of the kernel
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_server_prints_what_it_serves(tmp_path: Path) -> None:
    """Without a book, these are the files."""
    path = tmp_path / "mine.ttl"
    path.write_text("<x:a> <x:b> <x:c> .", encoding="utf-8")
    words = ["--no-book", "--data", str(path), "serve", "--port", "0"]
    command = [sys.executable, "-m", "factbook", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()

    assert line.startswith(f"Serving {path} at http://")


def test_queries_end_when_the_server_is_killed() -> None:
    """A process that runs one looks whether the server is still there."""
    with serving("--timeout", "60", book=core_book()) as running:
        client = socket.create_connection((running.host, running.port))
        client.sendall(
            f"GET /sparql?query={quote(RUNAWAY)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        running.ask(SMALL)
        time.sleep(0.5)  # the query is running

        running.process.kill()

        running.process.communicate(timeout=10)  # until no process has its output open
        client.close()
