"""The scanner reads what the parser reads, and says where each triple stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from factbook.rdf.parse import read_rdf
from factbook.rdf.positions.places import Place, Places, places_of
from factbook.rdf.positions.scanner import scan
from factbook.rdf.positions.tokens import comments_of

ROOT = Path(__file__).resolve().parents[2]
W3C = ROOT.parent / "shared" / "w3c"
OURS = sorted([*ROOT.glob("ontology/**/*.ttl"), *ROOT.glob("data/**/*.ttl")])
THEIRS = sorted(W3C.glob("**/*.ttl"))
BASE = "https://example.org/base/file"
EX = "https://example.org/"

ODD_TURTLE = {
    "escapes": r'@prefix e: <http://e/> . e:a\,b e:p "\u00e9\t\"" , <http://e/\u00e9> .',
    "strings": "<e:a> <e:p> '''it's ''here''' , \"\"\"a\n\"q\" \"\"\"@en-GB , '' .",
    "numbers": "<e:a> <e:p> 1 , -1.50 , +.5 , 1e3 , 1.e-3 , 007 , true , false .",
    "lists": "@prefix e: <http://e/> . ( 1 ( 2 ) ( ) [ e:p ( e:x ) ] ) e:p ( ) ; e:q ( e:a ) , 3 .",
    "brackets": "@prefix e: <http://e/> . [ ] e:p [ e:q [ ] ; ; e:r 1 , [ e:s 2 ] ] . [ e:t 1 ] .",
    "labels": "@prefix e: <http://e/> . _:a e:p _:b.1 , _:a . _:b.1 a e:C .",
    "names": "@prefix : <http://e/> . @prefix a.b: <http://f/> . :a.b a.b:c.d :%20x , :1:2 , : .",
    "directives": "PREFIX e: <e:>\nBASE <http://b/>\n<a> e:p <#f> .\n@base <c/> .\n<d> e:p <> .",
    "comments": '@prefix e: <http://e/> . # one\ne:a#no\n e:p "# no" . # two',
    "long comment": "# " + "x" * 5000,
    "nothing": "",
}
TRIG = (
    "@prefix e: <http://e/> . e:a e:p 1 . e:g { e:a e:p 2 ; e:q 3 . e:b e:p [ ] } "
    "GRAPH _:g { } { e:c e:p 4 }"
)
N_QUADS = '<http://e/a> <http://e/p> "x"@en <http://e/g> .\n_:b <http://e/p> "1"^^<http://e/d> .\n'


def assert_reads_alike(text: bytes, syntax: RdfFormat) -> None:
    """Compare parser and scanner, quad by quad, with blank nodes matched one to one."""
    parsed = list(parse(text, syntax, base_iri=BASE))
    scanned = [found.quad for found in scan(text.decode(), syntax, base=BASE)]
    assert len(scanned) == len(parsed)
    partner: dict[object, object] = {}
    for want, got in zip(parsed, scanned, strict=True):
        for theirs, ours in (
            (want.subject, got.subject),
            (want.predicate, got.predicate),
            (want.object, got.object),
            (want.graph_name, got.graph_name),
        ):
            if isinstance(theirs, BlankNode):
                assert isinstance(ours, BlankNode)
                assert partner.setdefault(theirs, ours) == ours
            else:
                assert ours == theirs
    assert len(set(partner.values())) == len(partner)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_scans_each_file_of_the_book_as_the_parser_reads_it(path: Path) -> None:
    """Every triple of our own Turtle has a place."""
    assert_reads_alike(path.read_bytes(), RdfFormat.TURTLE)


@pytest.mark.skipif(not THEIRS, reason="the W3C suites are not beside this checkout")
@pytest.mark.parametrize("path", THEIRS, ids=lambda path: str(path.relative_to(W3C)))
def test_scans_the_w3c_suite_as_the_parser_reads_it(path: Path) -> None:
    """Turtle written by others is understood as well."""
    assert_reads_alike(path.read_bytes(), RdfFormat.TURTLE)


@pytest.mark.parametrize("text", ODD_TURTLE.values(), ids=ODD_TURTLE.keys())
def test_scans_odd_turtle_as_the_parser_reads_it(text: str) -> None:
    """Escapes, lists, brackets, numbers, labels and directives come out as the parser has them."""
    assert_reads_alike(text.encode(), RdfFormat.TURTLE)


def test_scans_named_graphs() -> None:
    """TriG's graphs are kept, with and without the word GRAPH."""
    assert_reads_alike(TRIG.encode(), RdfFormat.TRIG)


def test_scans_lines() -> None:
    """N-Quads are read with and without a graph."""
    assert_reads_alike(N_QUADS.encode(), RdfFormat.N_QUADS)


def test_deep_nesting_has_no_limit() -> None:
    """A thousand brackets do not exhaust the stack."""
    depth = 1000

    text = "<http://e/a> <http://e/p> " + "[ <http://e/p> " * depth + "1" + " ]" * depth + " ."

    assert len(scan(text, RdfFormat.TURTLE)) == depth + 1


def test_passes_over_what_is_newer() -> None:
    """A triple term of RDF 1.2 is left out, and what follows is found."""
    text = "<e:a> <e:p> <<( <e:a> <e:p> 1 )>> .\n<e:b> a <e:C> ."

    found = scan(text, RdfFormat.TURTLE)

    assert [str(statement.quad.subject) for statement in found] == ["<e:b>"]


def test_keeps_comments_apart() -> None:
    """Comments are found, and none inside a string or an IRI."""
    assert comments_of(ODD_TURTLE["comments"]) == [" one", "no", " two"]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A small file with a subject in two blocks."""
    path = tmp_path / "small.ttl"
    path.write_text(
        "@prefix ex: <https://example.org/> .\n"
        "\n"
        "ex:a a ex:C ;\n"
        '    ex:name "é" , "b" ;\n'
        "    ex:part [ ex:size 3 ] .\n"
        "\n"
        "ex:a ex:late ex:b .\n",
        encoding="utf-8",
    )
    return places_of(read_rdf(path))


@pytest.mark.parametrize(
    ("predicate", "value", "expected"),
    [
        (f"{EX}name", Literal("b"), Place(4, 19)),
        (f"{EX}name", Literal("c"), Place(4, 5)),
        (f"{EX}late", NamedNode(f"{EX}b"), Place(7, 14)),
        (f"{EX}missing", None, Place(3, 1)),
    ],
    ids=["the triple", "another value", "a second block", "a missing property"],
)
def test_finds_a_place(
    places: Places, predicate: str, value: Literal | NamedNode | None, expected: Place
) -> None:
    """A place is that of the object, else of the property, else of the subject."""
    assert places.find(NamedNode(f"{EX}a"), NamedNode(predicate), value) == expected


def test_finds_a_thing_that_is_only_an_object(places: Places) -> None:
    """What no triple begins with is found where it is mentioned."""
    assert places.find(NamedNode(f"{EX}b")) == Place(7, 14)


def test_finds_nothing_of_a_stranger(places: Places) -> None:
    """A thing that the file does not mention has no place."""
    assert places.find(NamedNode(f"{EX}stranger")) is None


def test_finds_blank_nodes_by_the_parsers_names(tmp_path: Path) -> None:
    """A blank node of the parsed file is found although its label is the parser's."""
    path = tmp_path / "blank.ttl"
    path.write_text("<http://e/a> <http://e/p>\n  [ <http://e/q> 1 ] .\n", encoding="utf-8")
    file = read_rdf(path)
    blank = next(quad.subject for quad in file.quads if isinstance(quad.subject, BlankNode))

    place = places_of(file).find(blank, NamedNode("http://e/q"), None)

    assert place == Place(2, 5)


def test_a_changed_file_has_no_places(tmp_path: Path) -> None:
    """Rather no place than a wrong one, when the file is no longer what was parsed."""
    path = tmp_path / "changed.ttl"
    path.write_text("<http://e/a> <http://e/p> 1 .\n", encoding="utf-8")
    file = read_rdf(path)
    path.write_text("\n\n<http://e/a> <http://e/p> 2 .\n", encoding="utf-8")

    assert places_of(file).find(NamedNode("http://e/a")) is None


def test_other_syntaxes_have_no_places(tmp_path: Path) -> None:
    """JSON-LD is read, but its triples stand nowhere in particular."""
    path = tmp_path / "a.jsonld"
    path.write_text('{"@id": "http://e/a", "http://e/p": 1}', encoding="utf-8")

    assert places_of(read_rdf(path)).find(NamedNode("http://e/a")) is None
