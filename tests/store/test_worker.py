"""Workers answer queries in processes of their own, and survive what queries do to them."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Store

from factbook.errors import InputError, UsageError
from factbook.rdf.rdf_input import RdfInput
from factbook.store.query_limits import BusyError, Limits, QueryStoppedError
from factbook.store.worker import Source, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = "".join(
    f'<http://example.org/s{i}> <http://example.org/p> "a,{{ \\n value {i}" .\n' for i in range(300)
)
ALL = "SELECT ?s ?o { ?s ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
DOUBLING = (
    'SELECT (STRLEN(?v40) AS ?n) { BIND("aaaaaaaaaa" AS ?v0) '
    + " ".join(f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(40))
    + " }"
)
DEEP = "SELECT * { BIND(" + "STR(" * 100_000 + "1" + ")" * 100_000 + " AS ?x) }"
SMALL = "ASK { ?s ?p ?o }"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with 300 triples."""
    path = tmp_path_factory.mktemp("worker") / "data.nt"
    path.write_text(DATA, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def stored(graph: Path) -> Path:
    """Return a store on disk with the same triples."""
    folder = graph.parent / "store"
    store = Store(str(folder))
    store.bulk_load(path=str(graph))
    store.flush()
    return folder


@pytest.fixture(scope="module")
def workers(stored: Path) -> Iterator[Workers]:
    """Give workers over the store."""
    with Workers(Source(stored), count=1, most=4, limits=Limits(seconds=20)) as running:
        running.start()
        yield running


def ask(workers: Workers, text: str, **choices: Any) -> bytes:  # noqa: ANN401 - as `run`
    """Return the answer to a query."""
    out = io.BytesIO()
    workers.run(text, out, **choices)
    return out.getvalue()


def test_worker_does_not_run_the_program_again(stored: Path, tmp_path: Path) -> None:
    """A program without `if __name__ == "__main__"` may use workers; it is run once."""
    program = tmp_path / "program.py"
    program.write_text(f"""
import io
from pathlib import Path
from factbook.store.query_limits import Limits
from factbook.store.worker import Source, Workers
print("program")
with Workers(Source(Path({str(stored)!r})), count=1, most=2, limits=Limits(seconds=20)) as workers:
    out = io.BytesIO()
    workers.run("ASK {{ ?s ?p ?o }}", out)
    print(out.getvalue().decode())
""")

    done = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.count("program") == 1
    assert '"boolean":true' in done.stdout


def test_worker_answers_small_query(workers: Workers) -> None:
    """A truth value comes back as JSON."""
    assert json.loads(ask(workers, SMALL)) == {"head": {}, "boolean": True}


def test_worker_loads_files_without_a_store(graph: Path) -> None:
    """Where no snapshot can be kept, a worker loads the files itself."""
    with Workers(Source(files=[RdfInput(graph)])) as running:
        assert json.loads(ask(running, SMALL))["boolean"] is True


def test_missing_store_is_an_input_error(tmp_path: Path) -> None:
    """A missing store is reported in one line."""
    with Workers(Source(tmp_path / "none")) as running, pytest.raises(InputError, match="opened"):
        running.run(SMALL, io.BytesIO())


def _count_rows(content: bytes, name: str) -> int:
    if name == "csv":
        return len(list(csv.reader(io.StringIO(content.decode(), newline="")))) - 1
    if name == "tsv":
        return content.count(b"\n") - 1
    if name == "xml":
        return content.count(b"<result>")
    return len(json.loads(content)["results"]["bindings"])


@pytest.mark.parametrize("name", ["csv", "tsv", "json", "xml"])
@pytest.mark.parametrize(("most", "expected"), [(299, 299), (300, 300), (301, 300)])
def test_answer_is_cut_after_the_last_row_allowed(
    workers: Workers, name: str, most: int, expected: int
) -> None:
    """A whole document with as many rows as are allowed comes back, and says that it is cut."""
    out = io.BytesIO()
    outcome = workers.run(ALL, out, table_format=name, limits=Limits(rows=most))

    assert _count_rows(out.getvalue(), name) == expected
    assert outcome.cut == ("rows" if most == 299 else None)


def test_answer_is_cut_at_its_size(workers: Workers) -> None:
    """An answer that is too large is cut between rows."""
    out = io.BytesIO()
    outcome = workers.run(ALL, out, limits=Limits(size=5_000))

    assert outcome.cut == "size"
    assert 0 < _count_rows(out.getvalue(), "json") < 300


@pytest.mark.parametrize(("most", "cut"), [(10, "rows"), (300, None)])
def test_triples_are_cut_like_rows(workers: Workers, most: int, cut: str | None) -> None:
    """A graph has as many triples as are allowed."""
    out = io.BytesIO()
    outcome = workers.run(
        "CONSTRUCT WHERE { ?s ?p ?o }", out, graph_format="nt", limits=Limits(rows=most)
    )

    assert outcome.cut == cut
    assert out.getvalue().count(b"\n") == most


def test_runaway_query_ends_at_its_deadline_while_others_are_answered(workers: Workers) -> None:
    """A query that takes too long is stopped; small ones do not wait for it."""
    stopped: list[BaseException] = []

    def run_away() -> None:
        try:
            ask(workers, RUNAWAY, limits=Limits(seconds=2))
        except QueryStoppedError as error:
            stopped.append(error)

    begun = time.monotonic()
    running = [threading.Thread(target=run_away) for _ in range(2)]
    for thread in running:
        thread.start()
    time.sleep(0.3)
    asked = time.monotonic()
    ask(workers, SMALL)
    assert time.monotonic() - asked < 1.5
    for thread in running:
        thread.join()

    assert [str(error) for error in stopped] == ["the query took longer than 2 s"] * 2
    assert time.monotonic() - begun < 4


def test_query_that_needs_too_much_memory_costs_one_worker(workers: Workers) -> None:
    """The process of the query ends, and the next query is answered."""
    with pytest.raises(QueryStoppedError, match="more memory than 64 MB"):
        ask(workers, DOUBLING, limits=Limits(memory=64 << 20))

    assert ask(workers, SMALL)


def test_query_that_crashes_the_engine_costs_one_worker(workers: Workers) -> None:
    """A text that ends the process is refused in words, and the next query is answered."""
    with pytest.raises(QueryStoppedError):
        ask(workers, DEEP)

    assert ask(workers, SMALL)


def test_invalid_query_names_the_place(workers: Workers) -> None:
    """A syntax error has line and column."""
    with pytest.raises(UsageError, match="line 1, column 12"):
        ask(workers, "SELECT FROM")


@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <{}>",
        "SERVICE SILENT <{}>",
        "service#c\n<{}>",
        r"\u0053ERVICE <{}>",
    ],
)
def test_query_reaches_no_other_endpoint(workers: Workers, call: str) -> None:
    """SERVICE is refused however it is written, and nobody is asked."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        text = "SELECT * { " + call.format(address) + " { ?s ?p ?o } }"
        with pytest.raises(UsageError, match="SERVICE is not allowed"):
            ask(workers, text)
        with pytest.raises(TimeoutError):
            trap.accept()


def test_kernel_refuses_sockets_to_a_worker() -> None:
    """A worker cannot open a socket, even if a query got past the check."""
    from factbook.store import sandbox

    child = os.fork()
    if child == 0:
        offline = sandbox.forbid_network()
        try:
            socket.socket()
        except PermissionError:
            os._exit(0)
        os._exit(1 if offline else 2)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 2:
        pytest.skip("the kernel of this machine has no such filter")
    assert code == 0


def test_graphs_of_the_request_replace_those_of_the_query(tmp_path: Path) -> None:
    """The default graph and the named graphs are those that the caller names."""
    path = tmp_path / "data.nq"
    path.write_text("<x:s> <x:p> <x:o> <x:g> .\n<x:t> <x:p> <x:o> <x:h> .\n", encoding="utf-8")
    named = "SELECT ?g { GRAPH ?g { ?s ?p ?o } }"
    with Workers(Source(files=[RdfInput(path)])) as running:
        assert _count_rows(ask(running, ALL, graphs=(["x:g"], [])), "json") == 1
        assert _count_rows(ask(running, ALL, graphs=(["x:g", "x:h"], [])), "json") == 2
        assert _count_rows(ask(running, named, graphs=([], ["x:h"])), "json") == 1


def test_query_waits_and_then_says_that_all_are_busy(stored: Path) -> None:
    """Without a free worker, the caller gets a busy error."""
    with Workers(Source(stored), count=1, most=1) as running:
        running.start()
        errors: list[BaseException] = []

        def run_away() -> None:
            try:
                ask(running, RUNAWAY, limits=Limits(seconds=3))
            except InputError as error:
                errors.append(error)

        thread = threading.Thread(target=run_away)
        thread.start()
        time.sleep(0.2)
        with pytest.raises(BusyError):
            ask(running, SMALL, limits=Limits(seconds=0.3))
        thread.join()
        assert len(errors) == 1


def test_long_query_gives_way_when_others_wait(stored: Path) -> None:
    """A query that has had its time is stopped when nobody else can be answered."""
    with Workers(Source(stored), count=1, most=1) as running:
        running.start()
        errors: list[BaseException] = []

        def run_away() -> None:
            try:
                ask(running, RUNAWAY, limits=Limits(seconds=20))
            except BusyError as error:
                errors.append(error)

        thread = threading.Thread(target=run_away)
        thread.start()
        time.sleep(0.2)
        begun = time.monotonic()
        ask(running, SMALL)
        assert time.monotonic() - begun < 4
        thread.join()
        assert len(errors) == 1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs a system with /proc")
def test_worker_is_a_copy_in_the_session_of_its_user(stored: Path) -> None:
    """It is there sooner than a new process, and its niceness counts beside the server's."""
    before = set(active_children())
    with Workers(Source(stored), count=1) as running:
        running.start()
        pids = [process.pid or 0 for process in set(active_children()) - before]
        parents = {
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")")[1].split()[1]
            for pid in pids
        }

        assert len(parents) == 1
        assert parents != {str(os.getpid())}
        assert {os.getsid(pid) for pid in pids} == {os.getsid(0)}
        for number in (1, 2):  # an assistant reads what the server writes there
            places = {Path(f"/proc/{pid}/fd/{number}").readlink() for pid in pids}
            assert places == {Path(os.devnull)}


def test_want_of_file_descriptors_is_a_want_of_workers(stored: Path) -> None:
    """The caller may come back when others have ended."""
    resource = pytest.importorskip("resource")
    with Workers(Source(stored)) as running:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, before[1]))
        try:
            with pytest.raises(BusyError, match="no more processes"):
                ask(running, SMALL)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)

        assert ask(running, SMALL)
