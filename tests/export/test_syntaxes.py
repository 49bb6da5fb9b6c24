"""What is written in a syntax is, read back, the same graph to the last character."""

from __future__ import annotations

import io
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, Dataset, Literal, NamedNode, Quad, parse
from pyoxigraph import CanonicalizationAlgorithm as Canonicalization

from factbook.errors import UsageError
from factbook.export.rdf_writer import write_rdf
from factbook.rdf.formats import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

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
def test_odd_literals(name: str, text: str, kind: str) -> None:
    """A literal keeps its spelling and its datatype, also where its value has a simpler one."""
    quads = [
        quad(Literal(text, datatype=NamedNode(XSD + kind)), predicate=EX + term)
        for term in ("p", "link", "label", "day", "all", "odd", "none")
    ]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts(name: str, text: str) -> None:
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
def test_control_characters(name: str) -> None:
    """Control characters stay, where the syntax can hold them."""
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
def test_odd_iris(name: str, iri: str) -> None:
    """An IRI comes back the same from every place it can stand in."""
    node = NamedNode(iri)
    quads = [
        Quad(node, NamedNode(f"{RDF}type"), node),
        *(Quad(node, NamedNode(EX + term), node) for term in ("p", "link", "word", "all", "none")),
        quad(Literal("x", datatype=node)),
    ]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "xml"])
@pytest.mark.parametrize("iri", IRIS)
def test_odd_properties(name: str, iri: str) -> None:
    """A property may have any IRI, outside XML."""
    quads = [quad(Literal("x"), predicate=iri), quad(NamedNode(iri), predicate=iri)]

    assert canonical(read(written(quads, name), name)) == canonical(quads)


@pytest.mark.parametrize("name", [name for name, syntax in BY_NAME.items() if syntax.holds_graphs])
def test_named_graphs(name: str) -> None:
    """Named graphs stay apart, also where they share a triple and a blank node."""
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
def test_the_merge_of_graphs(name: str) -> None:
    """Where a syntax has no named graphs, each triple is written once."""
    triple = quad(Literal("x"))
    quads = [triple, Quad(triple.subject, triple.predicate, triple.object, NamedNode(f"{EX}g"))]

    assert read(written(quads, name), name) == [triple]


@pytest.mark.parametrize("name", BY_NAME)
def test_the_same_bytes_for_the_same_graph(name: str) -> None:
    """Neither the order nor repetition nor the labels of blank nodes show."""
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
def test_nothing(name: str) -> None:
    """An empty graph is a valid document."""
    assert read(written([], name), name) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (quad(Literal(NULL)), "XML has no form for the character U+0000"),
        (quad(Literal("x"), f"{EX}1"), "no form for the property <http://example.org/1>"),
        (quad(Literal("x"), EX), "no form for the property <http://example.org/>"),
        (quad(Literal("x"), f"{RDF}li"), "no form for the property"),
        (
            quad(Literal("x", language="ar", direction=BaseDirection.RTL)),
            "no form for a base direction",
        ),
    ],
    ids=["control", "digit", "no name", "reserved", "direction"],
)
def test_what_xml_cannot_hold(statement: Quad, message: str) -> None:
    """What has no form in XML is refused in words, never written wrongly."""
    with pytest.raises(UsageError, match=message.replace("+", r"\+")):
        written([statement], "xml")


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
def test_any_graph(name: str, quads: list[Quad]) -> None:
    """Whatever the graph, it comes back."""
    assert canonical(read(written(quads, name), name)) == canonical(quads)
