"""A book, or a part of it, is exported from its files: complete and exact, or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from rdflib.compare import isomorphic
from tests.core_book import core_book
from tests.export.conftest import canonical

from factbook.api import Book
from factbook.errors import InputError, UsageError
from factbook.export.selection import everything
from factbook.rdf.bridge import to_rdflib
from factbook.rdf.formats import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

RIVERS = Path(__file__).parents[1] / "cli" / "book"
EX = "https://example.org/"
GAUGES = NamedNode(f"{EX}source/gauges")


@pytest.fixture
def book() -> Book:
    """Return the book about rivers."""
    return Book(RIVERS, cache=False)


@pytest.fixture(scope="module")
def bundled() -> Book:
    """Return the bundled book without its imports."""
    return Book(core_book(), cache=False)


def exported(book: Book, folder: Path, name: str, **part: Collection[str]) -> set[Quad]:
    """Return the quads of an export."""
    target = folder / f"out{BY_NAME[name].endings[0]}"
    book.export(target, **part)  # type: ignore[arg-type] # things and sources
    return set(parse(target.read_bytes(), BY_NAME[name].parser))


def triples(quads: Collection[Quad]) -> set[tuple[object, ...]]:
    """Return quads without their graphs."""
    return {(quad.subject, quad.predicate, quad.object) for quad in quads}


def subjects(quads: Collection[Quad]) -> set[str]:
    """Return the ends of the IRIs of the subjects."""
    return {str(quad.subject).rstrip(">").rpartition("/")[2] for quad in quads}


def whole(book: Book) -> Iterator[Quad]:
    """Yield the quads of the files, and what a merge of them would lose."""
    yield from everything(book.files)
    for quad in book.derived():
        if quad.predicate.value in book.rules.exported:
            yield quad


@pytest.mark.parametrize("name", ["trig", "nquads", "json-ld"])
def test_bundled_book_comes_back_as_a_dataset(bundled: Book, tmp_path: Path, name: str) -> None:
    """Every quad of the bundled book comes back, in its named graph."""
    assert canonical(exported(bundled, tmp_path, name)) == canonical(whole(bundled))


@pytest.mark.parametrize("name", ["turtle", "nt", "xml"])
def test_bundled_book_comes_back_as_a_graph(bundled: Book, tmp_path: Path, name: str) -> None:
    """Every triple of the bundled book comes back, once."""
    found = exported(bundled, tmp_path, name)

    merge = {Quad(q.subject, q.predicate, q.object) for q in whole(bundled)}
    assert canonical(found) == canonical(merge)


def test_json_ld_reads_the_same_in_rdflib(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another reader of JSON-LD sees the same graph."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    target = tmp_path / "book.jsonld"
    book.export(target)
    found = rdflib.Dataset(default_union=True)
    found.parse(target, format="json-ld")

    merged = rdflib.Graph()
    for subject, predicate, value, _ in found.quads():
        merged.add((subject, predicate, value))

    expected = to_rdflib(everything(book.files), {})
    assert isomorphic(merged, expected)


def test_json_ld_is_compact(book: Book, tmp_path: Path) -> None:
    """JSON-LD uses the terms of the book and embeds only the part of the context that it needs."""
    target = tmp_path / "inn.jsonld"
    book.export(target, things=["Inn"])
    text = target.read_text(encoding="utf-8")

    assert '"about": "river:inn"' in text
    assert '"date": "2021-05-01"' in text
    assert '"country"' not in text


def test_export_keeps_spellings(book: Book, tmp_path: Path) -> None:
    """A literal that the query store would rewrite is exported as the file spells it."""
    target = tmp_path / "book.ttl"
    book.export(target)
    text = target.read_text(encoding="utf-8")

    assert '"007"^^xsd:nonNegativeInteger' in text
    assert "def:share 1.50 ;" in text
    assert "schema:value 518.50 ." in text


def test_export_of_a_source_equals_its_file(book: Book, tmp_path: Path) -> None:
    """The part of a source is the content of its file and nothing else."""
    found = exported(book, tmp_path, "nquads", sources=["Gauges"])

    assert found == {q for q in everything(book.files) if q.graph_name == GAUGES}


def test_thing_exports_with_observations_and_sources(book: Book, tmp_path: Path) -> None:
    """The part of a thing has its statements, its observations and their sources."""
    found = exported(book, tmp_path, "nquads", things=["river:inn"])

    assert subjects(found) == {"inn", "length-inn", "gauges"}


def test_thing_exports_with_what_refers_to_it(book: Book, tmp_path: Path) -> None:
    """A statement with a thing as its object belongs to its part."""
    found = exported(book, tmp_path, "turtle", things=["Austria"])

    assert (
        NamedNode(f"{EX}river/danube"),
        NamedNode(f"{EX}def#flowsThrough"),
        NamedNode(f"{EX}country/austria"),
    ) in triples(found)


def test_event_is_exported_with_its_parties(tmp_path: Path) -> None:
    """An event that a thing took part in comes whole, with its observations."""
    data = tmp_path / "flood.ttl"
    data.write_text(
        f"""@prefix : <{EX}> . @prefix s: <https://schema.org/> .
        @prefix r: <http://www.w3.org/2000/01/rdf-schema#> .
        :Flood r:subClassOf :Mishap . :Mishap r:subClassOf s:Event .
        :flood a :Flood ; :river <{EX}river/inn> ; s:startDate "2013-06-01" .
        :height a s:Observation ; s:observationAbout :flood ; s:value 12.89 .
        :other a :Flood ; :river <{EX}river/rhine> .""",
        encoding="utf-8",
    )
    book = Book(RIVERS, data=[data], cache=False)

    found = exported(book, tmp_path, "nquads", things=["Inn"])

    assert {"flood", "height"} <= subjects(found)
    assert "other" not in subjects(found)


def test_export_writes_the_triples_of_a_query(book: Book, tmp_path: Path) -> None:
    """A query that constructs triples can be exported."""
    target = tmp_path / "inn.nt"
    book.export(target, query="river-graph", values={"river": "Inn"})

    assert target.read_text(encoding="utf-8").count("\n") == 2


def test_packed_export_is_the_same_each_time(book: Book, tmp_path: Path) -> None:
    """A packed file holds no time and no name."""
    one, other = tmp_path / "one.nt.gz", tmp_path / "other.nt.gz"
    book.export(one)
    book.export(other)

    assert one.read_bytes() == other.read_bytes()
    assert gzip.decompress(one.read_bytes()).startswith(b"<http://qudt.org/")


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    """The same label in two files is two nodes, in JSON-LD too."""
    for number in (1, 2):
        (tmp_path / f"{number}.jsonld").write_text(
            f'{{"@id": "_:x", "http://e/p": "{number}"}}', encoding="utf-8"
        )
    data = sorted(tmp_path.glob("*.jsonld"))
    found = exported(Book(RIVERS, data=data, cache=False), tmp_path, "nt")

    assert len({q.subject for q in found if q.predicate == NamedNode("http://e/p")}) == 2


def test_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    """When a file of the book is broken, the export that stood there still stands."""
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a", encoding="utf-8")
    target = tmp_path / "out.nt"
    target.write_text("old", encoding="utf-8")

    with pytest.raises(InputError):
        Book(RIVERS, data=[broken], cache=False).export(target)

    assert target.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.ttl", "out.nt"]


def test_unknown_ending_needs_a_format(book: Book, tmp_path: Path) -> None:
    """An ending that is of no format is refused unless a format is given."""
    with pytest.raises(UsageError, match="cannot tell the RDF format"):
        book.export(tmp_path / "out.dat")

    book.export(tmp_path / "out.dat", format="nt")
    assert list(parse((tmp_path / "out.dat").read_bytes(), RdfFormat.N_TRIPLES))


def test_book_export_writes_every_form(bundled: Book, tmp_path: Path) -> None:
    """Profiles, reifiers, networks and tables are written as on the command line."""
    bundled.export(tmp_path / "simple.nt", profile="simple", things=["wse-3"])
    bundled.export(tmp_path / "reified.nt", rdf12=True, things=["wse-3"])
    bundled.export(tmp_path / "network.graphml.gz", things=["wse-3"])
    bundled.export(tmp_path / "tables", format="csvw", query="companies")

    assert b"/measure/core-count>" in (tmp_path / "simple.nt").read_bytes()
    assert b"<<(" in (tmp_path / "reified.nt").read_bytes()
    assert b"<graphml" in gzip.decompress((tmp_path / "network.graphml.gz").read_bytes())
    assert (tmp_path / "tables" / "csv-metadata.json").is_file()
