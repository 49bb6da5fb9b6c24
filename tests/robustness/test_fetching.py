"""Queries and files fetch nothing from elsewhere, however they spell it."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUERIES = {
    "service": "SELECT * { SERVICE <{http}> { ?s ?p ?o } }",
    "service silent": "SELECT * { SERVICE SILENT <{http}> { ?s ?p ?o } }",
    "service by a variable": "SELECT * { BIND(<{http}> AS ?g) SERVICE ?g { ?s ?p ?o } }",
    "service in escapes": "SELECT * { \\u0053ERVICE <{http}> { ?s ?p ?o } }",
    "service and a comment": "SELECT * { SERVICE#c\n<{http}> { ?s ?p ?o } }",
    "service of a file": "SELECT * { SERVICE <{file}> { ?s ?p ?o } }",
    "from": "SELECT * FROM <{http}> { ?s ?p ?o }",
    "from a file": "SELECT * FROM <{file}> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <{http}> { GRAPH ?g { ?s ?p ?o } }",
    "load": "LOAD <{http}>",
    "load of a file": "LOAD <{file}>",
}
FILES = {
    "context.jsonld": '{"@context": "{http}", "@id": "http://e.org/a", "p": "v"}',
    "context-of-a-file.jsonld": '{"@context": "{file}", "@id": "http://e.org/a", "p": "v"}',
    "import.jsonld": '{"@context": {"@version": 1.1, "@import": "{http}"}, "p": "v"}',
    "relative.jsonld": '{"@context": "../secret/context.jsonld", "@id": "http://e.org/a", '
    '"p": "v"}',
    "entity.rdf": '<!DOCTYPE r [<!ENTITY x SYSTEM "{file}">]>'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">'
    '<r:Description r:about="http://e.org/a"><e:p>&x;</e:p></r:Description></r:RDF>',
    "entity-by-http.rdf": '<!DOCTYPE r SYSTEM "{http}">'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "imports.ttl": "<http://e.org/o> a <http://www.w3.org/2002/07/owl#Ontology> ;"
    " <http://www.w3.org/2002/07/owl#imports> <{http}> .",
}
HIDDEN = "only-in-the-other-file"


class Trap(BaseHTTPRequestHandler):
    """Notes that somebody came."""

    visits: list[str] = []  # noqa: RUF012 - shared by all requests on purpose

    def _note(self) -> None:
        self.visits.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_GET = do_POST = do_HEAD = do_OPTIONS = _note  # noqa: N815 - as the base class looks for them

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""


@pytest.fixture
def trap() -> Iterator[str]:
    """Serve the trap; return its address."""
    Trap.visits.clear()
    server = HTTPServer(("127.0.0.1", 0), Trap)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/x"
    server.shutdown()
    server.server_close()
    thread.join()


def secret(tmp_path: Path) -> Path:
    """Write a file that nothing may read."""
    path = tmp_path / "secret" / "context.jsonld"
    path.parent.mkdir()
    path.write_text(f'{{"@context": {{"p": "http://e.org/{HIDDEN}"}}}}', encoding="utf-8")
    return path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line without a cache."""
    words = [sys.executable, "-m", "factbook", "--no-cache", "--no-book", *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", QUERIES)
def test_query_fetches_nothing(name: str, trap: str, tmp_path: Path) -> None:
    """It is refused, or what it names is empty."""
    text = QUERIES[name].replace("{http}", trap).replace("{file}", secret(tmp_path).as_uri())

    done = run("sparql", text)

    assert Trap.visits == []
    assert HIDDEN not in done.stdout
    assert done.returncode in {0, 2}
    if "ERVICE" in text or "LOAD" in text:
        assert done.returncode == 2, done.stdout


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["export -f nt", "check", "sparql ASK{}"])
def test_file_fetches_nothing(name: str, command: str, trap: str, tmp_path: Path) -> None:
    """It is refused with one line, or read without what it names."""
    path = tmp_path / "data" / name
    path.parent.mkdir()
    text = FILES[name].replace("{http}", trap).replace("{file}", secret(tmp_path).as_uri())
    path.write_text(text, encoding="utf-8")

    done = run("--data", str(path), *command.split())

    assert Trap.visits == []
    assert HIDDEN not in done.stdout
    assert done.returncode in {0, 1, 3}
