"""What a command may use is bounded: time, memory, and the depth that the engine survives."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from tests.cli.conftest import BOOK

from factbook.cli.execution import run_for_exit_code
from factbook.cli.root import root
from factbook.cli.supervise import Limits, _default_memory, _Size
from factbook.errors import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits need a system with fork")
pytestmark = needs_fork
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"
DOUBLINGS = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
DOUBLED = f"SELECT ?n {{ BIND('{'x' * 16}' AS ?v0) {DOUBLINGS} BIND(STRLEN(?v40) AS ?n) }}"
NESTED = "SELECT ?s WHERE { ?s ?p ?o FILTER(" + "(" * 200_000 + "true" + ")" * 200_000 + ") }"


def finish(words: list[str], stdin: str = "", *, within: float) -> tuple[int, str, str]:
    """Run a process to its end; return its exit code and what it wrote."""
    began = time.monotonic()
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    assert time.monotonic() - began < within
    return done.returncode, done.stdout, done.stderr


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in path.read_text(encoding="ascii").split()]


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(
    "arguments", [("--timeout", "1"), ("--timeout", "1", "-f", "csv", "-o", "{folder}/x.csv")]
)
def test_timeout_ends_a_query(
    program: list[str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """The engine cannot be interrupted; no file is left behind."""
    options = [word.format(folder=tmp_path) for word in arguments]

    code, out, err = finish([*program, "sparql", "-", *options], ENDLESS, within=6)

    assert (code, out) == (3, "")
    assert err == ("error: not done after 1 s: ask for less, or give it more with --timeout\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--endpoint", "{address}", "query", "rivers"),
        ("push", "--endpoint", "{address}"),
        ("link", "suggest", "--target", "{address}"),
    ],
)
def test_timeout_of_an_endpoint_is_its_failure(
    program: list[str], arguments: tuple[str, ...]
) -> None:
    """A command that waits for a server that never answers ends with exit code 4."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/sparql"
        words = [word.format(address=address) for word in arguments]

        code, out, err = finish([*program, *words, "--timeout", "1"], within=10)

    assert (code, out) == (4, "")
    assert "error: not done after 1 s" in err


def test_memory_limit_ends_a_query(program: list[str]) -> None:
    """A text that is doubled forty times would take all memory."""
    code, out, err = finish([*program, "sparql", "-", "--memory", "300M"], DOUBLED, within=20)

    assert (code, out) == (3, "")
    assert err == (
        "error: it needs more than 300 MB of memory: ask for less, or allow more with --memory\n"
    )


def test_crash_of_the_engine_is_one_line(program: list[str]) -> None:
    """A signal is no answer: the shell would say 139."""
    code, out, err = finish([*program, "sparql", "-"], NESTED, within=20)

    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.startswith("error: the engine crashed: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_both_processes(program: list[str], tmp_path: Path, number: int) -> None:
    """A signal to the command ends what it started, and leaves no file."""
    words = [*program, "sparql", ENDLESS, "-o", str(tmp_path / "x.csv")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for(lambda: any(tmp_path.iterdir()))
        children = children_of(process.pid)
        process.send_signal(number)
        process.communicate(timeout=10)

    assert process.returncode == (130 if number == signal.SIGINT else 128 + number)
    assert children
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert list(tmp_path.iterdir()) == []


def test_ignored_hangup_ends_nothing(program: list[str]) -> None:
    """`nohup` starts a program with the signal ignored, so that it outlives its terminal."""
    words = ["bash", "-c", f"trap '' HUP; exec {shlex.join([*program, 'sparql', ENDLESS])}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for(lambda: bool(children_of(process.pid)))
        time.sleep(0.5)
        for each in (*children_of(process.pid), process.pid):
            os.kill(each, signal.SIGHUP)
        time.sleep(0.5)
        is_running = process.poll() is None
        process.terminate()
        process.communicate(timeout=10)

    assert (is_running, process.returncode) == (True, 128 + signal.SIGTERM)


def test_lack_of_memory_is_not_a_bug(program: list[str]) -> None:
    """The system may allow less than we need."""
    line = f"ulimit -v 400000; {shlex.join(program)} sparql 'ASK {{}}'"

    code, _, err = finish(["bash", "-c", line], within=20)

    assert code == 0 or (code == 3 and err.startswith("error: "))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't allocate read lock"),
        RuntimeError("can't start new thread"),
        ImportError("_random.so: failed to map segment from shared object"),
        SystemError("error return without exception set"),
    ],
    ids=repr,
)
def test_errors_without_memory_are_no_bug(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python reports a lack of memory by several errors; all were seen below 500 MB."""

    def fail() -> None:
        raise error

    assert run_for_exit_code(fail, debug=False) == UNREADABLE
    assert capsys.readouterr().err == "error: there is not enough memory\n"


def test_lack_of_file_descriptors_is_not_a_bug(program: list[str]) -> None:
    """It says what the system allows too few of."""
    asked = shlex.join([*program, "sparql", "ASK {}"])

    code, _, err = finish(["sh", "-c", f"ulimit -n 5; {asked}"], within=20)

    assert (code, err) == (UNREADABLE, "error: too many files are open; see: ulimit -n\n")


def test_depth_of_the_input_is_no_bug(program: list[str], tmp_path: Path) -> None:
    """Shapes may name each other in a chain that is longer than Python can follow."""
    shapes, data = tmp_path / "s.ttl", tmp_path / "d.ttl"
    chain = "".join(f"<x:s{n}> sh:node <x:s{n + 1}> .\n" for n in range(3_000))
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        f"<x:s0> a sh:NodeShape ; sh:targetSubjectsOf <x:p> .\n{chain}"
    )
    data.write_text("<x:a> <x:p> 1 .")

    code, out, err = finish([*program, "check", "--shapes", str(shapes), str(data)], within=30)

    assert (code, out, err) == (3, "", "error: the input is nested too deeply\n")


def test_interrupted_indexing_leaves_no_folder(program: list[str], tmp_path: Path) -> None:
    """What was indexed so far is removed."""
    data = tmp_path / "large.nt"
    line = "<http://e.org/{0}> <http://e.org/p{1}> <http://e.org/{1}> .\n"
    data.write_text("".join(line.format(n, n % 97) for n in range(400_000)), encoding="utf-8")
    cache = tmp_path / "cache"
    environment = {**os.environ, "FACTBOOK_CACHE": str(cache)}
    words = [*program, "--data", str(data), "sparql", "ASK {}"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, env=environment, text=True) as process:
        wait_for(lambda: any(cache.glob("*")))
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=10)

    assert (process.returncode, err) == (130, "interrupted\n")
    assert time.monotonic() - began < 2
    assert list(cache.iterdir()) == []


def test_child_ends_when_its_parent_is_killed(program: list[str]) -> None:
    """Nothing goes on computing after the command is gone."""
    with subprocess.Popen([*program, "sparql", ENDLESS], stdout=subprocess.PIPE) as process:
        wait_for(lambda: bool(children_of(process.pid)))
        children = children_of(process.pid)
        process.kill()

    wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


@pytest.mark.parametrize("option", [("--timeout", "0"), ("--timeout", "nan"), ("--memory", "-1")])
def test_limits_have_to_be_numbers(program: list[str], option: tuple[str, str]) -> None:
    """A wrong value is a wrong usage."""
    code, _, err = finish([*program, "sparql", "ASK {}", *option], within=20)

    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("text", "size"), [("500M", 5e8), ("2G", 2e9), ("1.5gb", 1.5e9), ("64KiB", 64e3), ("100", 100)]
)
def test_sizes_have_units(text: str, size: float) -> None:
    """They are decimal: M is a million bytes."""
    assert _Size().convert(text, None, None) == size


def test_usual_memory_grows_with_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query bomb has no claim to all of the machine; a large file has one to more."""
    monkeypatch.chdir(Path(__file__).parent)
    large = tmp_path / "data" / "large.nt"
    large.parent.mkdir()
    with large.open("wb") as file:
        file.truncate(100_000_000)

    assert _default_memory(["sparql", "ASK {}", "--data", "nosuch" * 999]) == 1.25e9
    assert _default_memory([f"--data={large}", "check"]) == 3e9
    assert _default_memory(["--book", str(tmp_path), "check"]) == 3e9


def test_every_command_that_reads_data_has_limits() -> None:
    """The others read nothing."""
    found = set()
    context = click.Context(root, info_name="factbook")
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        parts = command.commands.values() if isinstance(command, click.Group) else [command]
        for part in parts:
            assert part is not None
            options = {word for option in part.params for word in option.opts}
            if not {"--timeout", "--memory"} <= options:
                found.add(name)

    assert found == {"init", "cache", "completion"}


def test_limits_are_off_unless_given() -> None:
    """Zero stands for no limit."""
    assert Limits() == (0.0, 0.0)


@pytest.mark.parametrize(
    ("closing", "arguments", "code"),
    [
        ("<&-", "sparql -", 2),
        (">&-", "sparql 'ASK {}'", 0),
        ("2>&-", "query nosuch", 2),
        ("<&- >&- 2>&-", "sparql 'ASK {}'", 0),
    ],
)
def test_closed_streams_keep_the_exit_code(
    program: list[str], closing: str, arguments: str, code: int
) -> None:
    """A stream that is closed is like the null device."""
    line = f"{shlex.join(program)} {arguments} {closing}"

    done, _, err = finish(["bash", "-c", line], within=20)

    assert (done, "Traceback" in err) == (code, False)


def test_fifo_is_read_once(program: list[str], tmp_path: Path) -> None:
    """What its writer has to say comes only once."""
    fifo = tmp_path / "f.ttl"
    os.mkfifo(fifo)
    words = [*program, "--no-book", "--data", str(fifo), "sparql", "ASK { ?s ?p 'x' }"]
    words = [word for word in words if word not in {"--book", str(BOOK)}]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        fifo.write_text('<http://e.org/a> <http://e.org/p> "x" .')
        try:
            out, _ = process.communicate(timeout=20)
        finally:
            process.kill()  # else a pipe that is read again would be waited for without end

    assert (process.returncode, out) == (0, "true\n")


def test_errors_cannot_steer_the_terminal(program: list[str], tmp_path: Path) -> None:
    """Names of files may hold any character."""
    path = tmp_path / "bad\x1b[31m.ttl"
    path.write_text("bad")

    code, _, err = finish([*program, "--data", str(path), "sparql", "ASK {}"], within=20)

    assert (code, err.count("\n"), "\x1b" in err) == (3, 1, False)


@pytest.mark.parametrize("command", ["fmt", "init", "sparql", "export"])
def test_data_cannot_steer_the_terminal(program: list[str], tmp_path: Path, command: str) -> None:
    """A terminal shows control characters of data and names as U+FFFD, whatever writes them."""
    import pty

    steering = "\x1b]0;x\x07\x9b\u202e"
    path = tmp_path / "a.ttl"
    path.write_text(f'<x:a>   <x:b> "{steering}red".', encoding="utf-8")
    words = {
        "fmt": ["fmt", "--diff", str(path)],
        "init": ["init", str(tmp_path / f"red{steering}")],
        "sparql": ["--no-book", "--data", str(path), "sparql", "SELECT*{?s?p?o}", "-f", "csv"],
        "export": ["--no-book", "--data", str(path), "export", "-f", "nt"],
    }
    terminal, other = pty.openpty()
    asked = [*program[:-2], *words[command]]  # without its book
    subprocess.run(asked, check=False, stdout=other, stderr=other)
    os.write(other, b".")  # so that there is something to read
    shown = os.read(terminal, 10_000).decode().replace("\r\x1b[K", "")  # that of our progress

    assert "red" in shown
    assert not set(steering) - set("0;x]") & set(shown)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            (
                "SELECT (SUM(?n) AS ?all) (MIN(?n) AS ?least) "
                "{ VALUES ?n { 9223372036854775807 9223372036854775806 } }"
            ),
            "?all\t?least\n\t9223372036854775806\n",
        ),
        ("SELECT (?n * 2 AS ?x) { VALUES ?n { 9223372036854775807 } }", "?x\n\n"),
        ("SELECT ?x { BIND(1250000000000.50 * 1000000000 AS ?x) }", "?x\n\n"),
        ("SELECT (GROUP_CONCAT(?s) AS ?x) { VALUES ?s { <http://e.org/a> } }", "?x\n\n"),
    ],
)
def test_value_that_the_engine_cannot_compute_is_noted(
    program: list[str], text: str, rows: str
) -> None:
    """An empty cell would pass for nothing."""
    code, out, err = finish([*program, "sparql", text], within=20)

    assert (code, out) == (0, rows)
    assert err.startswith("note: no value for 1 of the sums and other computed values: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) (-1 AS ?x) { OPTIONAL { ?s <http://e.org/none> ?o } }",
        "SELECT ?x { { BIND(1 + 1 AS ?x) } UNION { BIND(1 AS ?y) } }",
    ],
)
def test_empty_cell_that_is_no_fault_is_not_noted(program: list[str], text: str) -> None:
    """A star and a sign compute nothing, and a branch of UNION need not give a value."""
    code, _, err = finish([*program, "sparql", text], within=20)

    assert (code, err) == (0, "")


def test_optional_sum_without_a_value_is_not_noted(program: list[str]) -> None:
    """A sum in an OPTIONAL may have no value without any fault."""
    text = (
        "SELECT * { VALUES ?x { 1 } "
        "OPTIONAL { SELECT ?x (SUM(?n) AS ?all) { VALUES (?x ?n) { (2 1) } } GROUP BY ?x } }"
    )

    code, out, err = finish([*program, "sparql", text], within=20)

    assert (code, sorted(out.split()), err) == (0, ["1", "?all", "?x"], "")
