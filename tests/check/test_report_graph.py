"""The report graph that check writes is the one that pySHACL makes, up to blank nodes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyshacl
import pytest
from pyoxigraph import NamedNode, parse
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.compare import graph_diff, isomorphic
from tests.shapes.conftest import make_book

from factbook.book import Book
from factbook.rdf.bridge import to_rdflib
from factbook.rdf.formats import syntax_named
from factbook.rdf.parse import read_rdf
from factbook.store.embedded import dataset

if TYPE_CHECKING:
    from typing import Any

    from tests.conftest import Servers

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "shacl"
DATA, SHAPES = LIBRARY / "library-data.ttl", LIBRARY / "library-shapes.ttl"
WITHOUT_NAMES = """
PREFIX ex: <http://example.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
[] sh:targetClass ex:C ;
   sh:property [ sh:path ( ex:p [ sh:inversePath ex:q ] ) ; sh:minCount 1 ;
                 sh:in ( 1 2 [] ) ] ;
   sh:property [ sh:path ex:r ; sh:node [ sh:property [ sh:path ex:s ; sh:maxCount 0 ] ] ] ;
   sh:sparql [ sh:select "SELECT $this WHERE { $this a <http://example.org/C> }" ] .
"""
BLANK = """
PREFIX ex: <http://example.org/>
[ a ex:C ; ex:r [ ex:s 1 , [ ex:t ( 1 2 3 ) ] ] ; ex:s 2 ] .
ex:a a ex:C ; ex:r ex:b . ex:b ex:s 4 .
"""


def report(*words: str | Path) -> tuple[int, Graph, str]:
    """Check, and return the exit code, the report graph and what was said."""
    done = subprocess.run(
        [sys.executable, "-m", "factbook", *map(str, words)], capture_output=True, check=False
    )
    syntax = syntax_named(str(words[words.index("-f") + 1]))
    graph = to_rdflib(parse(done.stdout, syntax.parser), {})  # rdflib would rewrite literals
    return done.returncode, graph, done.stderr.decode()


def expected(data: list[Path], shapes: list[Path]) -> Graph:
    """Return pySHACL's report."""
    graphs = [
        to_rdflib([quad for path in paths for quad in read_rdf(path).quads], {})
        for paths in (data, shapes)
    ]
    _, found, _ = pyshacl.validate(graphs[0], shacl_graph=graphs[1])
    assert isinstance(found, Graph)
    return found


def essence(graph: Graph, *, messages: bool = False) -> Graph:
    """Return what hangs on the report, without what the W3C leaves open (SHACL, section 3.6).

    That are results below results, and the messages of shapes that have none.
    """
    kept = Graph()
    leave = {SH.detail} if messages else {SH.detail, SH.resultMessage}
    pending: list[Any] = [graph.value(predicate=RDF.type, object=SH.ValidationReport)]
    done: set[Any] = set()
    while pending:
        subject = pending.pop()
        done.add(subject)
        for predicate, value in graph.predicate_objects(subject):
            if predicate not in leave:
                kept.add((subject, predicate, value))
                if isinstance(value, BNode) and value not in done:
                    pending.append(value)
    return kept


def assert_same(graph: Graph, other: Graph) -> None:
    """Compare two reports up to the names of blank nodes."""
    assert len(other) > 2
    assert isomorphic(graph, other), "\n".join(
        part.serialize() for part in graph_diff(graph, other)[1:]
    )


@pytest.mark.parametrize("engine", ["sparql", "pyshacl"])
@pytest.mark.parametrize("name", ["turtle", "json-ld", "nt"])
def test_report_of_files_equals_pyshacl(engine: str, name: str) -> None:
    """In each syntax and from each engine, all properties of results are those of pySHACL."""
    code, graph, _ = report("check", DATA, "--shapes", SHAPES, "-f", name, "--engine", engine)

    assert code == 1
    assert_same(essence(graph), essence(expected([DATA], [SHAPES])))


@pytest.mark.parametrize("engine", ["sparql", "pyshacl"])
def test_report_describes_blank_nodes(engine: str, tmp_path: Path) -> None:
    """Blank nodes of shapes and data are written with their triples."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(BLANK, encoding="utf-8")
    shapes.write_text(WITHOUT_NAMES, encoding="utf-8")

    _, graph, _ = report("check", data, "--shapes", shapes, "-f", "turtle", "--engine", engine)

    assert_same(essence(graph), essence(expected([data], [shapes])))


def test_report_of_a_book_equals_pyshacl(tmp_path: Path) -> None:
    """The report of a book is that of the merge of its files, messages included."""
    make_book(tmp_path, "bad")
    book = Book(tmp_path)
    paths = book.paths(leads=True)
    shapes = [path for path in paths if path.parent.name == "shapes"]

    code, graph, said = report("--book", book.layout.root, "--no-cache", "check", "-f", "nt")

    assert code == 1
    assert "Not in the report graph, because not found by a shape: " in said
    assert_same(essence(graph, messages=True), essence(expected(paths, shapes), messages=True))


def test_report_of_an_endpoint_equals_pyshacl(river_book: Book, servers: Servers) -> None:
    """The report of an endpoint equals that of the files."""
    paths = river_book.paths(leads=True)
    address = servers.oxigraph(dataset(read_rdf(path) for path in paths)).query
    shapes = HERE / "river-shapes.ttl"

    _, graph, _ = report("--endpoint", address, "check", "--shapes", shapes, "-f", "turtle")

    assert_same(essence(graph), essence(expected(paths, [shapes])))


def test_report_counts_findings_that_are_not_of_shapes(river_book: Book) -> None:
    """Findings of check queries and literals are counted on stderr, and the report conforms."""
    words = ("--book", river_book.layout.root, "--no-cache", "check", "-f", "turtle")
    only = ("--rule", "dry-river", "--rule", "literal-calendar")

    code, graph, said = report(*words, *only)

    assert code == 1
    assert graph.value(predicate=SH.conforms, object=Literal(True)) is not None  # noqa: FBT003
    assert not list(graph.subject_objects(SH.result))
    assert "not found by a shape: 2 findings" in said


def test_report_has_selected_results_only(river_book: Book) -> None:
    """--rule and FILE limit the report as they limit the findings."""
    words = ("--book", river_book.layout.root, "--no-cache", "check", "-f", "turtle")
    gauges = river_book.layout.root / "data" / "sources" / "survey" / "gauges.ttl"

    _, of_rule, _ = report(*words, "--rule", "river-length")
    _, of_file, _ = report(*words, gauges)

    shapes = set(of_rule.objects(predicate=SH.sourceShape))
    assert shapes == {URIRef("https://example.org/river-length")}
    assert not list(of_file.objects(predicate=SH.result))


def test_check_rejects_report_graph_of_queries(river_book: Book) -> None:
    """A report graph cannot be written for stored queries, which have no shapes."""
    query = river_book.layout.queries / "checks" / "dry-river.rq"

    code, _, said = report("check", query, "-f", "turtle")

    assert code == 2
    assert said.startswith("error: -f turtle ")


def test_output_suffix_chooses_the_syntax_of_the_report(tmp_path: Path) -> None:
    """`-o report.ttl` writes the report graph as Turtle."""
    target = tmp_path / "report.ttl"

    words = ["check", str(DATA), "--shapes", str(SHAPES), "-o", str(target)]
    done = subprocess.run(
        [sys.executable, "-m", "factbook", *words], capture_output=True, check=False
    )

    assert done.stdout == b""
    assert any(quad.object == NamedNode(f"{SH}ValidationReport") for quad in read_rdf(target).quads)
