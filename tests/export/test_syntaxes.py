"""A graph that is written and read back is the same to the last character."""

from __future__ import annotations

import io
import string
from typing import TYPE_CHECKING, Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    Triple,
    parse,
)
from pyoxigraph import CanonicalizationAlgorithm as Canonicalization

from factbook.errors import UsageError
from factbook.export.rdf_writer import write_rdf
from factbook.rdf.formats import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    Node = NamedNode | BlankNode | Literal | Triple

EX = "http://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {"ex": EX, "xsd": XSD, "rdf": RDF, "urn": "urn:x/"}
CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "graph": "@graph",
    "ex": EX,
    "xsd": XSD,
    "rdf": RDF,
    "urn": "urn:x/",
    "Thing": "ex:Thing",
    "p": {"@id": "ex:p"},
    "link": {"@id": "ex:link", "@type": "@id"},
    "word": {"@id": "ex:word", "@type": "@vocab"},
    "label": {"@id": "ex:label", "@language": "en"},
    "day": {"@id": "ex:day", "@type": "xsd:date"},
    "all": {"@id": "ex:all", "@container": "@set"},
    "odd": {"@id": "ex:odd", "@container": "@list"},
}

ODD = [
    *((text, "integer") for text in ("007", "+7", "-0", "abc", "9" * 30, "9007199254740993")),
    *((text, "decimal") for text in ("1.50", "1250000000000.00", ".5", "5.", "+1.0", "1e3")),
    *((text, "double") for text in ("1.0E0", "-0.0", "INF", "+INF", "NaN", "1e3", "1")),
    ("16777217", "float"),
    *(("5", kind) for kind in ("int", "byte", "nonNegativeInteger", "unsignedInt", "string")),
    *((text, "boolean") for text in ("1", "0", "true", "yes", "TRUE")),
    *((text, "date") for text in ("2024-01-01Z", "2024-01-01+14:00", "2024-02-30", "-0001-01-01")),
    *((text, "gYear") for text in ("2024", "24", "abcd")),
    ("2024-01-01T10:00:00Z", "dateTimeStamp"),
    *(
        (text, "dateTime")
        for text in (
            "2024-01-01T10:00:00+00:00",
            "2024-01-01T10:00:00.123456789Z",
            "2024-01-01T24:00:00",
            "2024-01-01 10:00:00",
            "2024-01-01",
        )
    ),
    ("@@", "base64Binary"),
    (" a  b ", "token"),
    ("http://ex/a b", "anyURI"),
]
TEXTS = [
    "",
    "two\r\nlines\rand\na tab\t",
    "quotes \"' and \\ back\\u0041slash",
    '"""',
    "</script><!-- & ]]>",
    "{{?x}} $y #z",
    "\u00e9\u0301 \U0001f600 \u202e\u200b\ufeff",
    "@id",
    "_:b",
    "ex:a",
]
NULL = "nul \x00 and \x0b and \x7f"


def quad(value: Node, predicate: str = f"{EX}p", subject: str = f"{EX}a") -> Quad:
    """Return a quad in the default graph."""
    return Quad(NamedNode(subject), NamedNode(predicate), value)


def written(quads: Iterable[Quad], name: str, *, context: dict[str, Any] | None = None) -> bytes:
    """Return quads in a syntax."""
    out = io.BytesIO()
    write_rdf(quads, name, out, prefixes=PREFIXES, context=context or CONTEXT)
    return out.getvalue()


def canonical(quads: Iterable[Quad]) -> str:
    """Return what is the same for isomorphic graphs only."""
    dataset = Dataset(quads)
    dataset.canonicalize(Canonicalization.UNSTABLE)
    return "\n".join(sorted(map(str, dataset)))


def read(content: bytes, name: str) -> list[Quad]:
    """Read quads back."""
    return list(parse(content, BY_NAME[name].parser))


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize(("text", "kind"), ODD, ids=[f"{text} {kind}" for text, kind in ODD])
def test_literals_keep_spelling_and_datatype(name: str, text: str, kind: str) -> None:
    """A literal keeps both even if its value has a simpler form."""
    quads = [
        quad(Literal(text, datatype=NamedNode(XSD + kind)), predicate=EX + term)
        for term in ("p", "link", "label", "day", "all", "odd", "none")
    ]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("text", TEXTS)
def test_texts_keep_every_character(name: str, text: str) -> None:
    """A text keeps every character, with and without a language."""
    quads = [
        quad(literal, predicate=EX + term)
        for term in ("p", "link", "word", "label", "day", "all", "odd", "none")
        for literal in (
            Literal(text),
            Literal(text, language="en"),
            Literal(text, language="de-at"),
        )
    ]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "xml"])
def test_control_characters_are_kept(name: str) -> None:
    """Control characters come back from every syntax that has a form for them."""
    quads = [quad(Literal(NULL))]

    assert read(written(quads, name), name) == quads


IRIS = [
    f"{EX}a",
    EX,
    f"{EX}a/b",
    f"{EX}a#b",
    f"{EX}-b.",
    f"{EX}%20",
    f"{EX}a.b",
    f"{EX}\u00e9",
    f"{EX}1",
    f"{XSD}date",
    "urn:x:y",
    "urn:x/y",
    "ex:a",
    "http:a",
    "Thing:x",
    "mailto:a@b",
]


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("iri", IRIS)
def test_iris_come_back_from_every_place(name: str, iri: str) -> None:
    """An IRI comes back the same as subject, class, object and datatype."""
    node = NamedNode(iri)
    quads = [
        Quad(node, NamedNode(f"{RDF}type"), node),
        *(Quad(node, NamedNode(EX + term), node) for term in ("p", "link", "word", "all", "none")),
        quad(Literal("x", datatype=node)),
    ]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "xml"])
@pytest.mark.parametrize("iri", IRIS)
def test_properties_have_any_iri(name: str, iri: str) -> None:
    """A property may have any IRI, outside XML."""
    quads = [quad(Literal("x"), predicate=iri), quad(NamedNode(iri), predicate=iri)]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", [name for name, syntax in BY_NAME.items() if syntax.holds_graphs])
def test_named_graphs_stay_apart(name: str) -> None:
    """Named graphs stay apart even if they share a triple and a blank node."""
    graphs: list[NamedNode | BlankNode] = [
        NamedNode(f"{EX}g1"),
        NamedNode(f"{EX}a"),
        BlankNode("g"),
    ]
    quads = [quad(Literal("x")), quad(BlankNode("n"))]
    quads += [
        Quad(subject, NamedNode(f"{EX}p"), value, graph)
        for graph in graphs
        for subject in (NamedNode(f"{EX}a"), BlankNode("n"))
        for value in (Literal("x"), BlankNode("n"), BlankNode("g"))
    ]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize(
    "name", [name for name, syntax in BY_NAME.items() if not syntax.holds_graphs]
)
def test_syntax_without_graphs_gets_the_merge(name: str) -> None:
    """A triple of two graphs is written once."""
    triple = quad(Literal("x"))
    quads = [triple, Quad(triple.subject, triple.predicate, triple.object, NamedNode(f"{EX}g"))]

    assert read(written(quads, name), name) == [triple]


@pytest.mark.parametrize("name", BY_NAME)
def test_same_graph_gives_the_same_bytes(name: str) -> None:
    """Order, repetition and the labels of blank nodes leave no trace."""
    rows = [
        (EX + subject, predicate, Literal(text))
        for subject in "bac"
        for predicate in (f"{EX}q", f"{RDF}value", f"{EX}p")
        for text in "21"
    ]
    quads = [quad(value, predicate, subject) for subject, predicate, value in rows]
    one = [Quad(BlankNode("x"), NamedNode(f"{EX}p"), BlankNode("y")), *quads]
    other = [Quad(BlankNode("s"), NamedNode(f"{EX}p"), BlankNode("r")), *reversed(quads), *quads]

    assert written(one, name) == written(other, name)


@pytest.mark.parametrize("name", BY_NAME)
def test_empty_graph_is_a_valid_document(name: str) -> None:
    """The document of no triples parses."""
    assert read(written([], name), name) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (quad(Literal(NULL)), "XML cannot express the character U+0000"),
        (quad(Literal("x"), f"{EX}1"), "cannot express the property <http://example.org/1>"),
        (quad(Literal("x"), EX), "cannot express the property <http://example.org/>"),
        (quad(Literal("x"), f"{RDF}li"), "reserved syntax term"),
        (quad(Literal("x"), f"{EX}\U00010400x"), "cannot express the property"),
        (quad(Triple(NamedNode(EX), NamedNode(EX), NamedNode(EX))), "a triple inside a triple"),
        (
            quad(Literal("x", language="ar", direction=BaseDirection.RTL)),
            "cannot express a base direction",
        ),
    ],
    ids=["control", "digit", "no name", "reserved", "rare letter", "triple", "direction"],
)
def test_xml_refuses_what_it_cannot_hold(statement: Quad, message: str) -> None:
    """A term without a form in RDF/XML is refused and never written wrongly."""
    with pytest.raises(UsageError, match=message.replace("+", r"\+")):
        written([statement], "xml")


@pytest.mark.parametrize("text", TEXTS)
def test_other_readers_of_xml_read_the_same_text(text: str) -> None:
    """A parser that follows XML 1.0, as rdflib's does, finds every character too."""
    quads = [quad(Literal(text)), quad(Literal(text, language="en"), f"{RDF}value")]

    graph = rdflib.Graph().parse(data=written(quads, "xml"), format="xml")

    assert {str(value) for value in graph.objects()} == {text}


def test_xml_declares_the_prefixes_of_its_properties() -> None:
    """A property in a known namespace has its prefix, and no other namespace is declared."""
    quads = [quad(Literal("x")), quad(Literal("x"), "urn:x/y"), quad(Literal("x"), "urn:other:z")]

    text = written(quads, "xml").decode()

    assert f'xmlns:ex="{EX}"' in text
    assert "<ex:p>x</ex:p>" in text
    assert "<urn:y>x</urn:y>" in text
    assert "xmlns:xsd" not in text


def test_long_turtle_has_a_line_for_each_object() -> None:
    """Objects stand on lines of their own, also if they hold what separates objects."""
    quads = [quad(Literal(text)) for text in ('a , "b', "c .\n")]

    text = written(quads, "longturtle").decode()

    assert text == (f'@prefix ex: <{EX}> .\n\nex:a ex:p "a , \\"b" ,\n        "c .\\n" ;\n.\n\n')


_words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
_local = st.text(alphabet=string.ascii_letters + string.digits + "._-~%/:", max_size=6).map(
    lambda text: text.replace("%", "%20")
)
_iris = st.builds(
    NamedNode,
    st.sampled_from([EX, XSD, "urn:x/", "tag:"]).flatmap(
        lambda start: _local.map(lambda end: start + end)
    ),
)
_literals = st.one_of(
    st.builds(Literal, _words),
    st.builds(lambda text: Literal(text, language="en"), _words),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        st.one_of(_words, st.integers().map(str), st.decimals().map(str)),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ),
)
_nodes = st.one_of(_iris, st.sampled_from([BlankNode("x"), BlankNode("y")]))
_graphs = st.lists(st.builds(Quad, _nodes, _iris, st.one_of(_nodes, _literals)), max_size=8)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "xml"])
@given(quads=_graphs)
@settings(max_examples=60, deadline=None)
def test_any_graph_comes_back(name: str, quads: list[Quad]) -> None:
    """A graph made at random comes back the same."""
    assert canonical(read(written(quads, name), name)) == canonical(quads)
