"""The other programs that answer SPARQL over files; one that is missing is skipped with a word."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import jena
from tests.benchmarks.measure import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RDFLIB = """
import sys
from rdflib import Dataset
data = Dataset({store}default_union=True)
data.parse(sys.argv[1], format="nquads")
result = data.query(open(sys.argv[2]).read())
print(len(result.graph if result.graph is not None else result.bindings))
"""
_MAPLIB = """
import sys
from maplib import Model
model = Model()
model.read(sys.argv[1], format="ntriples")
print(len(model.query(open(sys.argv[2]).read())))
"""
_HTTP = """
import sys, urllib.parse, urllib.request
body = urllib.parse.urlencode({"query": open(sys.argv[2]).read()}).encode()
request = urllib.request.Request(sys.argv[1], body, {"Accept": "text/tab-separated-values"})
print(urllib.request.urlopen(request).read().count(b"\\n") - 1)
"""


@dataclass(frozen=True)
class Files:
    """The same graph in the forms that programs take, and a query."""

    graphs: Path
    """Each source a named graph."""
    dataset: Path
    """The same, and the merge beside them, which is the default graph."""
    merge: Path
    """The merge alone, as N-Triples."""
    query: Path
    scratch: Path


@dataclass(frozen=True)
class Peer:
    """Another program, and how it answers a query over a file."""

    name: str
    commands: Callable[[Files], Sequence[Sequence[str]]]
    missing: Callable[[], str]
    """Says what it lacks, or nothing."""
    most: int = 1_000_000
    """The most triples that it is asked about."""


def peers(python: str, endpoint: str | None) -> list[Peer]:
    """Return the other programs.

    Args:
        python: The Python in which the libraries are installed.
        endpoint: The address of a Virtuoso that holds the data, if one is running.
    """
    tool = Path(python).parent

    def script(text: str, file: Callable[[Files], Path]) -> Callable[[Files], list[list[str]]]:
        return lambda files: [[python, "-c", text, str(file(files)), str(files.query)]]

    def module(name: str) -> Callable[[], str]:
        return lambda: "" if _imports(python, name) else f"not installed: {name}"

    def program(name: str) -> Callable[[], str]:
        return lambda: "" if _found(name, tool) else f"not installed: {name}"

    def oxigraph(files: Files) -> list[list[str]]:
        shutil.rmtree(files.scratch / "oxigraph", ignore_errors=True)
        place, name = str(files.scratch / "oxigraph"), _found("oxigraph", tool)
        return [
            [name, "load", "--location", place, "--file", str(files.dataset)],
            oxigraph_query(name, place, files.query),
        ]

    def jena_over(files: Files) -> list[list[str]]:
        named = "GRAPH" in files.query.read_text(encoding="utf-8")
        return [jena.command(python, files.dataset if named else files.merge, files.query)]

    def comunica(files: Files) -> list[list[str]]:
        name = _found("comunica-sparql-file", tool)
        return [[name, str(files.dataset), "-f", str(files.query), "-t", "application/json"]]

    def roqet(files: Files) -> list[list[str]]:
        return [[_found("roqet", tool), "-q", "-D", str(files.merge), str(files.query)]]

    named = (lambda files: files.graphs, lambda files: files.merge)
    return [
        Peer("oxigraph, load and query", oxigraph, program("oxigraph")),
        Peer("rdflib", script(_RDFLIB.format(store=""), named[0]), module("rdflib")),
        Peer(
            "oxrdflib",
            script(_RDFLIB.format(store='store="Oxigraph", '), named[0]),
            module("oxrdflib"),
        ),
        Peer("maplib", script(_MAPLIB, named[1]), module("maplib")),
        Peer("Comunica", comunica, program("comunica-sparql-file"), 100_000),
        Peer("Jena", jena_over, lambda: jena.missing(python)),
        Peer("roqet", roqet, program("roqet"), 100_000),
        Peer(
            "Virtuoso",
            lambda files: [[python, "-c", _HTTP, endpoint or "", str(files.query)]],
            lambda: "" if endpoint else "no server given: --virtuoso ADDRESS",
        ),
    ]


def oxigraph_query(program: str, place: str, query: Path) -> list[str]:
    """Return the command that asks a store that is there."""
    form = "nt" if "CONSTRUCT" in query.read_text(encoding="utf-8") else "tsv"
    return [
        *(program, "query", "--location", place),
        *("--query-file", str(query), "--results-format", form),
    ]


def _found(name: str, beside: Path) -> str:
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}") or ""


def _imports(python: str, name: str) -> bool:
    command = [python, "-c", f"import {name}"]
    return not subprocess.run(
        command, capture_output=True, cwd="/", env=environment(), check=False
    ).returncode
