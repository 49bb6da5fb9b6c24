"""Reading of RDF files: bases, graphs, JSON-LD, and the places of errors."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode

from factbook.errors import InputError
from factbook.rdf import unpack
from factbook.rdf.parse import open_rdf, read_any, read_rdf
from factbook.rdf.rdf_input import RdfInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

XSD = "http://www.w3.org/2001/XMLSchema#"


def write(path: Path, text: str | Mapping[str, object]) -> Path:
    """Write a file; an object as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def triples(path: Path, base: str | None = None) -> set[str]:
    """Return the statements of a file without the angle brackets of IRIs."""
    return {
        " ".join(str(term).strip("<>") for term in quad.triple)
        for quad in read_rdf(RdfInput(path, base)).quads
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("river.ttl", "<#main> <http://e.org/flows> <sea> ."),
        ("river.trig", "{ <#main> <http://e.org/flows> <sea> }"),
        (
            "river.jsonld",
            '{"@id": "#main", "http://e.org/flows": {"@id": "sea"}}',
        ),
        (
            "river.rdf",
            (
                '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">'
                '<r:Description r:about="#main"><e:flows r:resource="sea"/></r:Description></r:RDF>'
            ),
        ),
    ],
)
def test_relative_iris_are_resolved_against_the_address_of_the_file(
    tmp_path: Path, name: str, text: str
) -> None:
    """RFC 3986, section 5.1.3: without a base, the address of the document is the base."""
    path = write(tmp_path / "two words" / name, text)
    folder = f"file://{tmp_path}/two%20words"

    found = triples(path)

    assert found == {f"{folder}/{name}#main http://e.org/flows {folder}/sea"}
    assert triples(path, "https://e.org/x/y") == {
        "https://e.org/x/y#main http://e.org/flows https://e.org/x/sea"
    }


def test_base_is_no_graph_outside_a_book(tmp_path: Path) -> None:
    """The graph of a file that joins a book is named by its address, whatever bases it declares."""
    text = "@base <http://e.org/one> . <#a> <#p> 1 . @base <http://e.org/two> . <#a> <#p> 2 ."
    path = write(tmp_path / "bases.ttl", text)

    joined = read_rdf(RdfInput(path))

    assert joined.graph.value == path.as_uri()
    assert not joined.has_base


def test_graph_of_a_book_file_is_its_first_base_at_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later base has no part in the name, whether the file is read as a whole or streamed."""
    text = "@base <http://e.org/one> . <#a> <#p> 1 . @base <http://e.org/two> . <#a> <#p> 2 ."
    path = write(tmp_path / "bases.ttl", text)

    whole = read_any(path)
    monkeypatch.setattr(unpack, "_LARGE", 0)
    streamed = read_any(path)

    assert whole.graph == streamed.graph == NamedNode("http://e.org/one")
    assert list(streamed.quads) == list(whole.quads)


def test_context_is_read_from_a_file_beside_the_data(tmp_path: Path) -> None:
    """A context named by a relative IRI comes from disk, with the contexts that it names itself."""
    write(tmp_path / "terms" / "units.jsonld", {"@context": {"metres": "http://e.org/metres"}})
    write(
        tmp_path / "terms" / "all.jsonld",
        {"@context": ["units.jsonld", {"name": "http://e.org/name"}]},
    )
    data = {"@context": "terms/all.jsonld", "@id": "http://e.org/a", "name": "A", "metres": 3}
    path = write(tmp_path / "data.jsonld", data)

    assert triples(path) == {
        'http://e.org/a http://e.org/name "A"',
        f'http://e.org/a http://e.org/metres "3"^^<{XSD}integer',
    }


@pytest.mark.parametrize("context", ["https://e.org/c", "../other.jsonld", "absent.jsonld"])
def test_other_contexts_are_refused_with_their_line(tmp_path: Path, context: str) -> None:
    """Nothing is fetched, and nothing is read from outside the folder of the data."""
    write(tmp_path / "other.jsonld", {"@context": {}})
    path = write(tmp_path / "data" / "d.jsonld", f'{{"a": 1,\n"@context":\n "{context}"}}')

    with pytest.raises(InputError, match=rf"d\.jsonld:3: the context '{context}'"):
        read_rdf(path)


def test_type_maps_are_read(tmp_path: Path) -> None:
    """JSON-LD 1.1, section 4.6.4: the keys of such a map are types of its values."""
    data = {
        "@context": {
            "@vocab": "http://e.org/",
            "parts": {"@container": "@type"},
            "none": "@none",
        },
        "@id": "http://e.org/a",
        "parts": {
            "Wheel": [{"@id": "http://e.org/w", "size": 2}, "http://e.org/v"],
            "none": {"@id": "http://e.org/n", "@type": "Nut"},
        },
    }
    path = write(tmp_path / "d.jsonld", data)
    a = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

    assert triples(path) == {
        *(f"http://e.org/a http://e.org/parts http://e.org/{name}" for name in "wvn"),
        f"http://e.org/w {a} http://e.org/Wheel",
        f"http://e.org/v {a} http://e.org/Wheel",
        f"http://e.org/n {a} http://e.org/Nut",
        f'http://e.org/w http://e.org/size "2"^^<{XSD}integer',
    }


def test_type_maps_that_are_not_understood_are_refused(tmp_path: Path) -> None:
    """A text that stands for a term of the vocabulary is refused, not misread."""
    data = {
        "@context": {
            "@vocab": "http://e.org/",
            "parts": {"@container": "@type", "@type": "@vocab"},
        },
        "parts": {"Wheel": "w"},
    }

    with pytest.raises(InputError, match="'parts' is a map by type"):
        read_rdf(write(tmp_path / "d.jsonld", data))


def test_direction_of_a_text_is_left_out(tmp_path: Path) -> None:
    """A base direction is RDF 1.2 (JSON-LD 1.1 API, section 8.2: without rdfDirection, none)."""
    value = {"@value": "x", "@language": "ar", "@direction": "rtl"}
    path = write(tmp_path / "d.jsonld", {"@id": "http://e.org/a", "http://e.org/p": value})

    (quad,) = read_rdf(path).quads

    assert quad.object == Literal("x", language="ar")


@pytest.mark.parametrize(
    ("document", "reason", "what"),
    [
        ({"@context": {"id": "@id"}, "id": "http://e.org/a b"}, "not an IRI", "http://e.org/a b"),
        ({"@id": "http://e.org/a", "p": "x"}, "no context defines the key", "p"),
        ({"@context": {"@vocab": "http://e.org/"}, "p q": "x"}, "no context defines", "p q"),
        ({"@context": {"@base": None}, "@id": "a", "http://e.org/p": 1}, "not an IRI", "a"),
        ({"@id": "http://e.org/a", "@type": "http://e.org/a b"}, "not an IRI", "http://e.org/a b"),
        ({"http://e.org/p": {"@value": "x", "@language": "a b"}}, "tag is not valid", "a b"),
        ({"http://e.org/p": [{"http://e.org/q": {"deep": 1}}]}, "no context defines", "deep"),
        ({"@id": "http://e.org/a", "@idd": "x", "http://e.org/p": 1}, "no context", "@idd"),
        ({"@id": "http://e.org/a", "_:p": "x"}, "a property cannot be a blank node", "_:p"),
        (
            {"@context": {"l": {"@id": "e:l", "@container": "@language"}}, "l": {"a_b": "x"}},
            "tag is not valid",
            "a_b",
        ),
        (
            {"@context": {"p": {"@id": "http://e.org/p", "@type": "@id"}}, "p": ["a b", "c"]},
            "not an IRI",
            "a b",
        ),
        ({"@graph": [{"@value": "lone"}, {"http://e.org/p": 1}]}, "value of no node", "lone"),
    ],
)
def test_what_json_ld_drops_is_noted(
    document: dict[str, object],
    reason: str,
    what: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The rules of JSON-LD drop keys without IRIs, nodes without names, and bad tags."""
    read_rdf(write(tmp_path / "d.jsonld", document))

    assert reason in caplog.text
    assert f": '{what}' (line 1)" in caplog.text


def test_what_json_ld_keeps_is_not_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Keys of maps, of literals of JSON and of reversed properties are no losses."""
    terms: dict[str, object] = {
        "m": {"@id": "http://e.org/m", "@container": "@index"},
        "l": {"@id": "http://e.org/l", "@container": ["@language", "@set"]},
        "j": {"@id": "http://e.org/j", "@type": "@json"},
        "n": "@nest",
        "kind": "@type",
        "K": "http://e.org/K",
        "gone": None,
    }
    document: dict[str, object] = {
        "@context": terms,
        "@id": "a",
        "kind": "K",
        "m": {"some key": {"http://e.org/p": 1}},
        "l": {"en": "x"},
        "j": {"any": "thing"},
        "n": {"http://e.org/p": {"@value": {"any": 1}, "@type": "@json"}},
        "@reverse": {"http://e.org/p": {"@id": "b"}},
        "gone": "x",
        "http://e.org/none": None,
    }
    assert read_rdf(write(tmp_path / "d.jsonld", document)).quads
    assert not caplog.records


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("line", "text"),
    [(3, "<e:p>v</e:q>"), (3, '<e:p r:resource="a b"/>')],
)
def test_faults_of_rdf_xml_have_a_line(
    tmp_path: Path, line: int, text: str, *, packed: bool
) -> None:
    """The line is that of the element with the fault."""
    head = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">'
    document = f'{head}\n<r:Description r:about="http://e.org/a">\n{text}\n<e:z>1</e:z>\n'
    document += "</r:Description></r:RDF>"
    path = tmp_path / ("d.rdf.gz" if packed else "d.rdf")
    path.write_bytes(gzip.compress(document.encode()) if packed else document.encode())

    for read in (read_rdf, lambda file: list(open_rdf(file).quads)):
        with pytest.raises(InputError, match=rf":{line}:"):
            read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n', ":2:1: .*no element"),
        (
            "<!DOCTYPE r ["
            + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "a" * 10}">' for n in range(9))
            + ']><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:a>&a8;</r:a></r:RDF>',
            "limit on input amplification",
        ),
    ],
    ids=["cut off", "entities that expand to a gigabyte"],
)
def test_reader_refuses_xml_that_is_not_well_formed(tmp_path: Path, text: str, said: str) -> None:
    """The parser would take the first for an empty file, and all memory for the second."""
    path = write(tmp_path / "d.rdf", text)

    for read in (read_rdf, lambda file: list(open_rdf(file).quads)):
        with pytest.raises(InputError, match=said):
            read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"e:p": 1,\n\n"@id":\n 5,\n"e:q": 2}', "4: @id value must be a string"),
        ('{"@id": "e:a",\n"e:p": 1,\n"@id": "e:b"}', "3: @id is defined twice"),
        ('{"e:p": 1,\n"@reverse":\n{"e:q": "x"}}', "2: Literals are not allowed"),
        (
            '{"@context": [{"@protected": true, "p": "e:p"},\n{"p": "e:q"}], "@id": "e:a"}',
            "2: Overriding the protected term p",
        ),
    ],
)
def test_faults_of_json_ld_have_a_line(tmp_path: Path, text: str, said: str) -> None:
    """So have those that the parser reports without one."""
    with pytest.raises(InputError, match=rf"d\.jsonld:{said}"):
        read_rdf(write(tmp_path / "d.jsonld", text))


@pytest.mark.parametrize(
    "text",
    [
        "# Rivers\n@prefix e: <http://e.org/> .\ne:a e:p e:b .",
        "<http://e.org/a> a <http://e.org/b> .",
    ],
)
def test_turtle_in_a_file_for_rdf_xml_is_read(tmp_path: Path, text: str) -> None:
    """Files called .owl come in several syntaxes."""
    assert len(read_rdf(write(tmp_path / "d.owl", text)).quads) == 1


@pytest.mark.parametrize("context", ["", '"@context": {"t": {"@id": "http://e/t"}},\n '])
def test_half_a_character_is_refused_with_its_place(tmp_path: Path, context: str) -> None:
    """A lone surrogate is named; a pair of them and an escaped backslash are not."""
    path = tmp_path / "data.jsonld"
    pairs = r'"http://e/p": "\ud83d\ude00 \\ud83d"'
    path.write_text("{" + context + pairs + r', "http://e/q": "x\ud83dy"}', encoding="utf-8")

    with pytest.raises(InputError) as raised:
        read_rdf(path)

    line = 1 + context.count("\n")
    assert str(raised.value).startswith(f"{path}:{line}:")
    assert r"\ud83d is half of a character" in str(raised.value)
