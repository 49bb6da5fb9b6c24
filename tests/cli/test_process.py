"""The command line as a process: signals, pipes, completion, start-up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


def test_ctrl_c_ends_a_query(program: list[str], tmp_path: Path) -> None:
    """Ctrl-C ends a query that the engine cannot interrupt, and leaves no file."""
    target = tmp_path / "out.csv"
    process = subprocess.Popen(
        [*program, "sparql", ENDLESS, "-o", str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not any(tmp_path.iterdir()):  # the temporary file: the query is about to run
        time.sleep(0.05)
        assert process.poll() is None
    time.sleep(0.3)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert (out, err) == ("", "interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="commands are watched where there is fork")
def test_ctrl_c_is_not_lost_while_the_command_forks() -> None:
    """Python drops an exception that comes then, and the query would go on."""
    code = (
        "import os, signal, sys; from factbook.cli import main; "
        "os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGINT)); "
        f"sys.argv[1:] = ['sparql', '{ENDLESS}']; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_ends_work_in_whichever_thread() -> None:
    """A signal that the system hands to the thread that works is not missed."""
    program = (
        "import signal, threading, time\n"
        "from factbook.cli.execution import interruptible\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def work():\n"
        "    time.sleep(1)  # by now the main thread waits\n"
        "    signal.pthread_kill(threading.get_ident(), signal.SIGINT)\n"
        "    time.sleep(600)\n"
        "interruptible(work)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode != 0
    assert done.stderr.endswith("KeyboardInterrupt\n")


@pytest.mark.parametrize("words", [["export", "-f", "nt"], ["queries"], ["--help"]])
def test_closed_pipe_ends_program_silently(program: list[str], words: list[str]) -> None:
    """When the reader closes the pipe, the program ends without a message."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*program, *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writing)

    assert done.stderr == ""
    assert done.returncode == 141


@pytest.mark.parametrize(
    "words", ["--data {} query lengths", "fmt {}", "check {}", "sparql --file {}"]
)
def test_unreadable_file_is_an_input_error(program: list[str], words: str, tmp_path: Path) -> None:
    """A file that the user may not read is an error of the input, not of the usage."""
    path = tmp_path / "secret.ttl"
    path.write_text("<http://e.org/a> <http://e.org/b> 1 .\n", encoding="utf-8")
    path.chmod(0)
    rights = "-dac_override,-dac_read_search"  # by which root reads what nobody may
    as_user = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
    command = [*(as_user if os.geteuid() == 0 else ()), *program, *words.format(path).split()]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.stderr == f"error: {path}: cannot be read: Permission denied\n"
    assert done.returncode == 3


@pytest.mark.parametrize(
    "words",
    [
        *("query lengths", "query lengths -f md", "export -f nt", "show river:inn", "queries"),
        *("--help", "query", "cache"),
    ],
)
def test_full_disk_is_an_input_error(program: list[str], words: str) -> None:
    """A full disk behind stdout is an error of the output, not of the program."""
    with Path("/dev/full").open("wb") as full:
        command = [*program, *words.split()]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.stderr == "error: the output cannot be written: No space left on device\n"
    assert done.returncode == 3


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ {'{' * 5000} ?s ?p ?o {'}' * 5000} }}",
        f"SELECT ({'STR(' * 2000}'a'{')' * 2000} AS ?x) {{}}",
        f"SELECT * {{ ?s ?p ?o FILTER({' || '.join(['?o = 1'] * 10_000)}) }}",
    ],
    ids=["brackets", "calls", "alternatives"],
)
def test_deeply_nested_query_is_answered(program: list[str], text: str) -> None:
    """Queries that would overflow the usual stack are answered."""
    done = subprocess.run(
        [*program, "sparql", "-"], input=text, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


COMPLETIONS = {
    "a command": ("factbook quer", "query"),
    "a query": ("factbook query leng", "lengths"),
    "a parameter": ("factbook query lengths --s", "--since"),
    "a thing": ("factbook query river --river da", "danube"),
    "a thing by another name": ("factbook query river --river don", "danube"),
    "a thing to export": ("factbook export --thing aus", "austria"),
    "a format": ("factbook query lengths -f js", "json"),
}


@pytest.mark.parametrize("case", COMPLETIONS)
def test_shell_completion_offers_values(program: list[str], case: str) -> None:
    """A shell is offered commands, queries, parameters, formats and the names of things."""
    words, expected = COMPLETIONS[case]
    book = " ".join(program[3:])
    line = words.replace("factbook", f"factbook {book}", 1)
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}

    done = subprocess.run(
        program[:3],
        env={**os.environ, **asked, "_FACTBOOK_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert f"plain,{expected}" in done.stdout.splitlines()


def _imported(words: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "factbook", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stderr.splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


def test_help_imports_no_engine(program: list[str]) -> None:
    """The overview needs neither the engine nor any command."""
    found = _imported([*program[3:], "--help"])

    assert not found & {"pyoxigraph", "yaml", "rdflib", "rich", "factbook.book", "json"}
    assert not {name for name in found if name.startswith("factbook.cli.quer")}


def test_query_imports_no_parser(program: list[str]) -> None:
    """Asked again, a stored query needs neither rdflib nor the parser of files."""
    words = [*program[3:], "query", "lengths"]
    subprocess.run([*program, "query", "lengths"], capture_output=True, check=True)

    found = _imported(words)

    assert not found & {"rdflib", "pyshacl", "SPARQLWrapper", "rich"}
    assert "factbook.rdf.parse" not in found
