"""A query or a file that would take all time or memory ends within its limits, in words.

FACTBOOK_TEST_BOMBS=all tries all of them; the default is a few.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from tests.core_book import core_book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

pytest.importorskip("flask")

from tests.web.test_server import SMALL, serving

ALL = os.environ.get("FACTBOOK_TEST_BOMBS") == "all"
SECONDS = 4 if ALL else 1
SPARE_SECONDS = 2 if ALL else 8  # other tests run beside the few
MOST_MEMORY = 1.5 * 2**30
AT_ONCE = 16
USUAL = {"or", "doubled", "entities.rdf", "quoted.ttl"}
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits need a system with fork")


def nest(before: str, inside: str, after: str, times: int) -> str:
    """Return a query whose pattern is nested."""
    return f"SELECT * {{ {before * times}{inside}{after * times} }}"


def chain(expression: str, times: int) -> str:
    """Return a query that computes each value from the one before; `{0}` is its number."""
    binds = (f"BIND({expression.format(n)} AS ?v{n + 1})" for n in range(times))
    return f"SELECT ?v{times} {{ BIND('{'x' * 16}' AS ?v0) {' '.join(binds)} }}"


QUERIES = {
    "cross": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cross and order": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "cross and distinct": "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cross and join": "SELECT (GROUP_CONCAT(STR(?c)) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "cross and group": "SELECT ?a ?d (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?d",
    "cross and construct": "CONSTRUCT { ?a ?e ?f } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cross of values": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(20)))} }}" for n in range(12))
    + " }",
    "or": nest("", f"?s ?p ?o FILTER({' || '.join(f'?o = {n}' for n in range(12_000))})", "", 1),
    "brackets": nest("", f"?s ?p ?o FILTER({'(' * 5_000}true{')' * 5_000})", "", 1),
    "calls": nest("", f"BIND({'STR(' * 100_000}1{')' * 100_000} AS ?x)", "", 1),
    "exists": nest("?s ?p ?o FILTER EXISTS { ", "?s ?p ?o", " }", 1_000),
    "minus": nest("?s ?p ?o MINUS { ", "?s ?p ?o", " }", 1_000),
    "selects": nest("{ SELECT * { ", "?s ?p ?o", " } }", 2_000),
    "unions": nest("", " UNION ".join(["{ ?s ?p ?o }"] * 12_000), "", 1),
    "optionals": nest("", " ".join(f"OPTIONAL {{ ?s ?p{n} ?o{n} }}" for n in range(1_000)), "", 1),
    "patterns": nest("", " . ".join(f"?s{n} ?p{n} ?s{n + 1}" for n in range(250)), "", 1),
    "path": nest("", f"?s {'/'.join(['<http://e.org/p>'] * 1_000)} ?o", "", 1),
    "dense path": "SELECT (COUNT(*) AS ?n) { ?s (!<http://e.org/x>|^!<http://e.org/x>)* ?o }",
    "doubled": chain("CONCAT(?v{0}, ?v{0})", 40),
    "replaced": chain("REPLACE(?v{0}, 'x', 'xx')", 40),
    "encoded": chain("ENCODE_FOR_URI(CONCAT('%%%%', ?v{0}))", 60),
    "arguments": f"SELECT (CONCAT({','.join(['1'] * 300_000)}) AS ?x) {{}}",
    "list": f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({','.join(map(str, range(300_000)))})) }}",
    "prefixes": "".join(f"PREFIX p{n}: <http://e.org/{n}/>\n" for n in range(50_000)) + "ASK {}",
    "text": f"SELECT ('{'x' * 10_000_000}' AS ?x) {{}}",
}
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">'
THING = '<rdf:Description rdf:about="http://e.org/a"><e:p>{}</e:p></rdf:Description></rdf:RDF>'
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "text"}">' for n in range(12))


def contexts() -> str:
    """Return nodes within nodes, each with a context."""
    node: object = 1
    for _ in range(200):
        node = {"@context": {"x": "http://e.org/x"}, "t0": node}
    terms = {f"t{n}": f"http://e.org/{n}" for n in range(9_000)}
    return json.dumps({"@context": terms, "t0": node})


FILES: dict[str, Callable[[], str]] = {
    "nested.jsonld": lambda: '{"http://e.org/p": ' * 20_000 + "1" + "}" * 20_000,
    "arrays.jsonld": lambda: "[" * 1_000_000 + "]" * 1_000_000,
    "contexts.jsonld": contexts,
    "names.jsonld": lambda: json.dumps(
        {"@context": {"@vocab": f"http://e.org/{'v' * 100_000}"}}
        | {"@graph": [{f"p{n}": 1} for n in range(12_000)]}
    ),
    "brackets.ttl": lambda: (
        "<http://e.org/a> <http://e.org/p> "
        + "[ <http://e.org/p> " * 200_000
        + "1"
        + " ]" * 200_000
        + " ."
    ),
    "quoted.ttl": lambda: (
        "<http://e.org/a> <http://e.org/p> "
        + "<<( <http://e.org/a> <http://e.org/p> " * 50_000
        + "1"
        + " )>>" * 50_000
        + " ."
    ),
    "prefix.ttl": lambda: (
        f"@prefix p: <http://e.org/{'x' * 20_000}> .\n"
        + " ".join(f"p:a p:b p:c{n} ." for n in range(12_000))
    ),
    "base.ttl": lambda: (
        f"@base <http://e.org/{'x' * 20_000}> .\n"
        + " ".join(f"<a> <b> <c{n}> ." for n in range(12_000))
    ),
    "entities.rdf": lambda: f"<!DOCTYPE r [{ENTITIES}]>{RDF}{THING.format('&a11;')}",
    "entity.rdf": lambda: (
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 60_000}">]>{RDF}' + THING.format("&a;" * 60_000)
    ),
    "nested.rdf": lambda: f"{RDF}{'<rdf:Description><e:p>' * 200_000}",
    "packed.nt.gz": lambda: f'<http://e.org/a> <http://e.org/p> "{"x" * 200_000_000}" .',
    "statements.nt.gz": lambda: (
        "<http://e.org/a> <http://e.org/p> <http://e.org/o> .\n" * 3_000_000
    ),
}


MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs a command and tells its memory: a child of the tests would begin with that of the tests."""


def some(names: Iterable[str]) -> list[str]:
    """Return the names of what is tried."""
    return [name for name in names if ALL or name in USUAL]


def end_in_words(*arguments: str, stdin: bytes = b"") -> None:
    """Run the command line; it ends within its limits, and with one line if it fails."""
    words = [sys.executable, "-m", "factbook", *arguments, "--timeout", str(SECONDS)]
    began = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-c", MEASURE, *words], input=stdin, capture_output=True, check=False
    )
    said = process.stderr.decode()

    assert time.monotonic() - began < SECONDS + SPARE_SECONDS
    assert int(process.stdout) * 1024 < MOST_MEMORY
    assert process.returncode in {0, 2, 3}
    if process.returncode:
        assert (said.count("\n"), said.startswith("error: ")) == (1, True), said


@pytest.mark.parametrize("name", some(QUERIES))
def test_query_ends_within_its_limits(name: str) -> None:
    """The shell gets an exit code of ours, never that of a signal."""
    book = ("--book", str(core_book()))

    end_in_words(*book, "sparql", "-", stdin=QUERIES[name].encode())


@pytest.mark.parametrize("name", some(FILES))
@pytest.mark.parametrize("command", ["sparql ASK{}", "check", "export -f nt"])
def test_file_ends_within_its_limits(name: str, command: str, tmp_path: Path) -> None:
    """Reading it is refused, ended, or harmless."""
    path = tmp_path / name
    content = FILES[name]().encode()
    path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)

    end_in_words("--no-book", "--data", str(path), *command.split())


@pytest.mark.skipif(not ALL, reason="test_server.py has the short form")
def test_server_answers_others_meanwhile() -> None:
    """The same query comes 16 times at once, and small ones are answered in less than a second."""
    with (
        serving("--timeout", str(SECONDS), book=core_book()) as server,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        for name, query in QUERIES.items():
            bombs = [pool.submit(server.ask, query) for _ in range(AT_ONCE)]
            while not all(bomb.done() for bomb in bombs):
                status, _, taken = server.ask(SMALL)
                assert (status, taken < 1) == (200, True), (name, status, taken)
                time.sleep(0.2)
            for status, content, taken in (bomb.result() for bomb in bombs):
                assert status in {200, 400, 413, 503}, (name, status, content[:200])
                assert taken < SECONDS + SPARE_SECONDS, (name, taken)
