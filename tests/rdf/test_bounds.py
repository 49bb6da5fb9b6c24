"""Small files that would take all memory are refused; odd but honest ones are read."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import RdfFormat, parse

from factbook.errors import InputError
from factbook.rdf.bounds import (
    LONGEST_NAMESPACE,
    MOST_LEVELS,
    MOST_XML_LEVELS,
    BoundError,
    check_jsonld,
    check_namespaces,
)
from factbook.rdf.parse import open_rdf, read_rdf
from factbook.rdf.unpack import MOST_UNPACKED, is_large, open_unpacked

if TYPE_CHECKING:
    from pathlib import Path

NODE = '{"@id": "http://e.org/a",\n"http://e.org/p": '
TERMS = {f"t{n}": f"http://e.org/{n}" for n in range(9_000)}
TYPE_MAP = {"m": {"@id": "http://e.org/m", "@container": "@type"}}


def nest(levels: int) -> bytes:
    """Return a document of nodes within nodes."""
    return (NODE * levels + "1" + "}" * levels).encode()


def nest_contexts(context: dict[str, Any], levels: int, inner: dict[str, Any]) -> bytes:
    """Return a document whose nodes within nodes each have a context."""
    node: Any = 1
    for _ in range(levels):
        node = {"@context": inner, "t0": node}
    return json.dumps({"@context": context, "t0": node, "also": [[]] * MOST_LEVELS}).encode()


def test_deep_document_is_refused_with_its_place(tmp_path: Path) -> None:
    """The parser would need gigabytes for a megabyte."""
    path = tmp_path / "deep.jsonld"
    path.write_bytes(nest(20_000))

    with pytest.raises(InputError) as raised:
        read_rdf(path)

    assert str(raised.value) == f"{path}:257:19: nested more than {MOST_LEVELS} levels deep"


def test_document_at_the_bound_is_read(tmp_path: Path) -> None:
    """The bound is what is read at most."""
    path = tmp_path / "deep.jsonld"
    path.write_bytes(nest(MOST_LEVELS))

    assert len(read_rdf(path).quads) == MOST_LEVELS


@pytest.mark.parametrize(
    "content",
    [
        nest_contexts(TERMS, 200, {"x": "http://e.org/x"}),
        nest_contexts({**TERMS, "t0": {"@id": "http://e.org/0", "@context": TERMS}}, 200, {}),
    ],
    ids=["contexts within nodes", "a context of a term"],
)
def test_contexts_that_multiply_are_refused(content: bytes) -> None:
    """Each one copies all definitions that are in effect."""
    with pytest.raises(BoundError, match="use one context"):
        check_jsonld(content)


@pytest.mark.parametrize(
    "content",
    [
        nest_contexts({"t0": "http://e.org/0"}, 100, {"x": "http://e.org/x"}),
        json.dumps([{"@context": TERMS, "t0": 1}] * 130).encode(),
        json.dumps({"t0": '[[{{"@context":' * 400, "u": [[]] * 400}).encode(),
        b'{"a": "' + b'\\"' * 3_000_000 + b"[" * 300,
    ],
    ids=["small ones", "siblings", "brackets in texts", "a text without end"],
)
def test_large_but_shallow_documents_are_within_bounds(content: bytes) -> None:
    """Siblings do not add up, and brackets in texts do not count."""
    check_jsonld(content)


@pytest.mark.parametrize(("opening", "closing"), [("[ ex:p ", " ]"), ("( ", " )")])
def test_deep_turtle_is_read(tmp_path: Path, opening: str, closing: str) -> None:
    """It has no bound: the parser keeps a list of what is open, not a stack of calls."""
    levels = 100_000
    path = tmp_path / "deep.ttl"
    text = f"@prefix ex: <http://e.org/> . ex:a ex:p {opening * levels}1{closing * levels} ."
    path.write_text(text, encoding="utf-8")

    assert len(read_rdf(path).quads) >= levels


def test_deep_triples_within_triples_are_refused_with_their_place(tmp_path: Path) -> None:
    """The parser would end the process, the server's as well."""
    path = tmp_path / "deep.ttl"
    start = "<http://e.org/a> <http://e.org/b> "
    levels = 50_000
    path.write_text(f"\n{start}{f'<<( {start}' * levels}1{' )>>' * levels} .", encoding="utf-8")

    with pytest.raises(InputError, match=rf":2:\d+: nested more than {MOST_LEVELS} levels deep"):
        read_rdf(path)


def test_marks_of_triples_in_texts_and_comments_do_not_count(tmp_path: Path) -> None:
    """Programs and formulas are full of them."""
    path = tmp_path / "marks.ttl"
    marks = "<<" * 300
    texts = f'"{marks}", \'{marks}\', """"{marks}""\n{marks}""", \'\'\'\'\'{marks}\'\'\''
    path.write_text(
        f"# {marks}\n<http://e.org/a> <http://e.org/p> {texts} ."
        + "<< <http://e.org/a> <http://e.org/p> 1 >> <http://e.org/p> 2 ." * 300,
        encoding="utf-8",
    )

    assert {str(quad.subject) for quad in read_rdf(path).quads} >= {"<http://e.org/a>"}


def test_deep_type_map_is_refused(tmp_path: Path) -> None:
    """It is rewritten by code that calls itself."""
    path = tmp_path / "map.jsonld"
    start = f'{{"@context": {json.dumps(TYPE_MAP)}, "m": '
    path.write_text(start + '{"T": {"m": ' * 20_000 + "{}" + "}}" * 20_000 + "}")

    with pytest.raises(InputError, match="levels deep"):
        read_rdf(path)


def test_contexts_that_double_each_other_are_refused(tmp_path: Path) -> None:
    """Thirty small files would become a document of gigabytes."""
    (tmp_path / "c0.jsonld").write_text('{"@context": {"p": "http://e.org/p"}}')
    for n in range(1, 30):
        name = f"c{n - 1}.jsonld"
        (tmp_path / f"c{n}.jsonld").write_text(json.dumps({"@context": [name, name]}))
    path = tmp_path / "d.jsonld"
    path.write_text('{"@context": "c29.jsonld", "p": 1}')

    with pytest.raises(InputError, match="names more contexts than fit into memory"):
        read_rdf(path)


@pytest.mark.parametrize(
    "text",
    [
        "@prefix p: <{iri}> .\np:a p:b p:c .",
        "@base <{iri}> .\n<a> <b> <c> .",
        "<http://e.org/a> <http://e.org/b> 1 .\n@prefix p: <{iri}> .\np:a p:b p:c .",
    ],
)
def test_long_namespace_is_refused(tmp_path: Path, text: str) -> None:
    """Each short name that uses it would be as long."""
    path = tmp_path / "t.ttl"
    path.write_text(text.replace("{iri}", "http://e.org/" + "x" * LONGEST_NAMESPACE))

    with pytest.raises(InputError, match="stands for 2,061 characters, more than 2,048"):
        read_rdf(path)


def test_address_of_a_file_may_be_long() -> None:
    """A deep folder is no bomb."""
    address = "file:///" + "x" * 3_000
    parser = parse(b"<a> <b> <c> .", RdfFormat.TURTLE, base_iri=address)
    list(parser)

    check_namespaces(parser, address)


def test_packed_file_is_large_by_its_unpacked_size(tmp_path: Path) -> None:
    """A file of some kilobytes may unpack to gigabytes, and is read as a stream."""
    path = tmp_path / "t.nt.gz"
    path.write_bytes(gzip.compress(b"# note\n" * (3 << 20)))

    assert is_large(path)
    assert read_rdf(path).quads == ()


def nest_xml(levels: int) -> str:
    """Return RDF/XML of nodes within nodes."""
    return (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">'
        + "\n<r:Description><e:p>" * levels
        + "1"
        + "</e:p></r:Description>" * levels
        + "</r:RDF>"
    )


def test_deep_xml_is_refused_with_its_place(tmp_path: Path) -> None:
    """The time of the parser grows with the square of the levels."""
    path = tmp_path / "deep.rdf"
    path.write_text(nest_xml(100_000), encoding="utf-8")

    with pytest.raises(InputError) as raised:
        read_rdf(path)

    assert str(raised.value) == f"{path}:501:16: nested more than 1,000 levels deep"


def test_xml_at_the_bound_is_read(tmp_path: Path) -> None:
    """Half of the levels are nodes, the others properties."""
    path = tmp_path / "deep.rdf"
    path.write_text(nest_xml((MOST_XML_LEVELS - 1) // 2), encoding="utf-8")

    assert len(read_rdf(path).quads) == (MOST_XML_LEVELS - 1) // 2


@pytest.mark.parametrize("name", ["a.nt.gz", "a.jsonld.gz", "a.rdf.gz"])
def test_file_that_unpacks_without_bound_is_refused(tmp_path: Path, name: str) -> None:
    """A file of zeros is a thousand times smaller than what it unpacks to."""
    path = tmp_path / name
    blank = b" " * (1 << 20)
    start = b"<a>" if "rdf" in name else b"[" if "json" in name else b""
    with gzip.open(path, "wb") as file:
        file.write(start)
        for _ in range((MOST_UNPACKED >> 20) + 1):
            file.write(blank)

    with pytest.raises(InputError, match="unpacks to more than 64 MB"):
        read_rdf(path)
    with pytest.raises(InputError, match="unpacks to more than 64 MB"):
        list(open_rdf(path).quads)
    with open_unpacked(path) as content, pytest.raises(InputError, match="unpacks to more"):
        content.read()


def test_file_that_packs_well_is_read(tmp_path: Path) -> None:
    """Statements that resemble each other pack to a fiftieth."""
    path = tmp_path / "a.nt.gz"
    line = '<http://e.org/thing/{}> <http://e.org/property> "a text of a few words" .\n'
    part = "".join(map(line.format, range(10_000))).encode()
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range((MOST_UNPACKED // len(part)) + 1):
            file.write(part)

    with open_unpacked(path) as content:
        size = sum(len(part) for part in iter(lambda: content.read(1 << 20), b""))

    assert size > MOST_UNPACKED
