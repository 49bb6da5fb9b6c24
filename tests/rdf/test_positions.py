"""The scanner finds the place of each triple that the parser reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from factbook.rdf import positions
from factbook.rdf.parse import read_rdf
from factbook.rdf.places import Place, Places
from factbook.rdf.positions import places_of
from factbook.rdf.turtle_scanner import (
    BLANK,
    IRI,
    NAME,
    STRING,
    Token,
    scan_line,
    scan_turtle,
    tokenize,
)

ROOT = Path(__file__).resolve().parents[2]
W3C = ROOT.parent / "shared" / "w3c"
OURS = sorted([*ROOT.glob("ontology/**/*.ttl"), *ROOT.glob("data/**/*.ttl")])
THEIRS = sorted(W3C.glob("**/*.ttl"))
BASE = "https://example.org/base/file"
EX = "https://example.org/"
CONTROLS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

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


def assert_scan_fits_parse(text: bytes, syntax: RdfFormat) -> None:
    """Compare the offsets of the scanner with the quads of the parser, term by term."""
    quads = list(parse(text, syntax, base_iri=BASE))
    decoded = text.decode()
    tokens = {token.offset: token for token in tokenize(decoded)}
    offsets = scan_turtle(decoded)
    assert len(offsets) == len(quads)
    for quad, three in zip(quads, offsets, strict=True):
        for term, offset in zip((quad.subject, quad.predicate, quad.object), three, strict=True):
            assert may_stand_for(tokens[offset], term), (term, tokens[offset])


def may_stand_for(token: Token, term: object) -> bool:
    """Tell whether a token may be written for a term."""
    if isinstance(term, BlankNode):
        return token.kind == BLANK or token.text not in {".", ";", ",", "}"}
    if isinstance(term, NamedNode):
        if term.value.startswith(RDF):  # `a`, and the cells and ends of lists
            return True
        text = unescape(token.text)
        if token.kind == IRI:
            return term.value.endswith(text[1:-1].lstrip("./")) or "/" in text
        return token.kind == NAME and term.value.endswith(text.partition(":")[2])
    assert isinstance(term, Literal)
    if token.kind == STRING:
        quotes = 3 if token.text.startswith(('"""', "'''")) else 1
        return unescape(token.text[quotes:-quotes]) == term.value
    return token.text == term.value


def unescape(text: str) -> str:
    """Return a text without the escapes of Turtle."""

    def replace(match: re.Match[str]) -> str:
        code, character = match[1] or match[2], match[3]
        return chr(int(code, 16)) if code else CONTROLS.get(character, character)

    return re.sub(r"\\(?:u(\w{4})|U(\w{8})|(.))", replace, text, flags=re.DOTALL)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_scanner_fits_parser_on_the_book(path: Path) -> None:
    """Every triple of the bundled files has a place."""
    assert_scan_fits_parse(path.read_bytes(), RdfFormat.TURTLE)


@pytest.mark.skipif(not THEIRS, reason="the W3C suites are not beside this checkout")
@pytest.mark.parametrize("path", THEIRS, ids=lambda path: str(path.relative_to(W3C)))
def test_scanner_fits_parser_on_the_w3c_suite(path: Path) -> None:
    """Every triple of the W3C test suite has a place."""
    assert_scan_fits_parse(path.read_bytes(), RdfFormat.TURTLE)


@pytest.mark.parametrize("text", ODD_TURTLE.values(), ids=ODD_TURTLE.keys())
def test_scanner_fits_parser_on_unusual_turtle(text: str) -> None:
    """Escapes, lists, brackets, numbers, labels and directives are understood."""
    assert_scan_fits_parse(text.encode(), RdfFormat.TURTLE)


def test_scanner_fits_parser_on_named_graphs() -> None:
    """Graphs of TriG are understood with and without the word GRAPH."""
    assert_scan_fits_parse(TRIG.encode(), RdfFormat.TRIG)


def test_scan_line_finds_the_terms_of_n_quads() -> None:
    """The offsets of a line are those of its subject, predicate and object."""
    line = N_QUADS.splitlines()[1]

    (offsets,) = scan_line(line)

    assert [line[offset:].split()[0] for offset in offsets] == line.split()[:3]


def test_scanner_reads_deep_nesting() -> None:
    """A thousand brackets do not exhaust the stack."""
    depth = 1000

    text = "<http://e/a> <http://e/p> " + "[ <http://e/p> " * depth + "1" + " ]" * depth + " ."

    assert len(scan_turtle(text)) == depth + 1


def test_scanner_gives_up_on_newer_syntax() -> None:
    """A text with a triple term of RDF 1.2 has no places."""
    assert scan_turtle("<e:a> <e:p> <<( <e:a> <e:p> 1 )>> .\n<e:b> a <e:C> .") == []


def test_tokenizer_finds_comments() -> None:
    """Comments are found, and none inside a string or an IRI."""
    assert [t.text for t in tokenize(ODD_TURTLE["comments"]) if t.kind == "comment"] == [
        "# one",
        "#no",
        "# two",
    ]


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
def test_places_find_the_closest_triple(
    places: Places, predicate: str, value: Literal | NamedNode | None, expected: Place
) -> None:
    """A place is that of the object, else of the property, else of the subject."""
    assert places.find(NamedNode(f"{EX}a"), NamedNode(predicate), value) == expected


def test_places_find_a_node_that_is_only_an_object(places: Places) -> None:
    """A node that is no subject has the place where it is an object."""
    assert places.find(NamedNode(f"{EX}b")) == Place(7, 14)


def test_places_do_not_find_an_unknown_node(places: Places) -> None:
    """A node that the file does not mention has no place."""
    assert places.find(NamedNode(f"{EX}stranger")) is None


def test_places_find_blank_nodes_by_parsed_names(tmp_path: Path) -> None:
    """A blank node is found by the name that the parser gave to it."""
    path = tmp_path / "blank.ttl"
    path.write_text("<http://e/a> <http://e/p>\n  [ <http://e/q> 1 ] .\n", encoding="utf-8")
    file = read_rdf(path)
    blank = next(quad.subject for quad in file.quads if isinstance(quad.subject, BlankNode))

    place = places_of(file).find(blank, NamedNode("http://e/q"), None)

    assert place == Place(2, 5)


def test_changed_file_has_no_places(tmp_path: Path) -> None:
    """A file that was changed since it was parsed has no places, rather than wrong ones."""
    path = tmp_path / "changed.ttl"
    path.write_text("<http://e/a> <http://e/p> 1 .\n", encoding="utf-8")
    file = read_rdf(path)
    path.write_text("\n\n<http://e/a> <http://e/p> 2 .\n", encoding="utf-8")

    assert places_of(file).find(NamedNode("http://e/a")) is None


def test_large_turtle_is_searched_for_the_wanted_nodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file above the limit has places for statements that begin at the start of a line."""
    path = tmp_path / "large.ttl"
    path.write_text("@prefix e: <http://e/> .\ne:a e:p 1 .\ne:b e:p\n  2 .\n", encoding="utf-8")
    monkeypatch.setattr(positions, "_LEAST_SEARCHED_BYTES", 0)
    monkeypatch.setattr(positions, "_MOST_SCANNED_BYTES", 0)
    wanted = NamedNode("http://e/b")

    places = places_of(read_rdf(path), frozenset({wanted}))

    assert places.find(wanted, NamedNode("http://e/p"), None) == Place(3, 5)
    assert places.find(NamedNode("http://e/a")) is None


def test_json_ld_has_no_places(tmp_path: Path) -> None:
    """Triples of JSON-LD have no places."""
    path = tmp_path / "a.jsonld"
    path.write_text('{"@id": "http://e/a", "http://e/p": 1}', encoding="utf-8")

    assert places_of(read_rdf(path)).find(NamedNode("http://e/a")) is None
