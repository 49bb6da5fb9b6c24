"""Contexts with features that the book does not use still give the same graph."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from factbook.export.rdf_writer import write_rdf

EX = "http://example.org/"
CONTEXTS: dict[str, dict[str, Any]] = {
    "none": {},
    "a vocabulary": {"@vocab": EX},
    "a default language": {"@language": "en", "p": f"{EX}p", "q": {"@id": f"{EX}q"}},
    "no language here": {"@language": "en", "p": {"@id": f"{EX}p", "@language": None}},
    "lists": {"p": {"@id": f"{EX}p", "@container": "@list"}},
    "languages": {"p": {"@id": f"{EX}p", "@container": "@language"}},
    "inverse": {"p": {"@reverse": f"{EX}p"}},
    "json": {"p": {"@id": f"{EX}p", "@type": "@json"}},
    "no coercion": {"p": {"@id": f"{EX}p", "@type": "@none"}},
    "scoped": {"p": {"@id": f"{EX}p", "@context": {"q": f"{EX}r"}}},
    "two terms": {
        "p1": {"@id": f"{EX}p", "@type": "@id"},
        "p2": {"@id": f"{EX}p", "@language": "de"},
        "p3": {"@id": f"{EX}p"},
    },
    "a prefix with a name": {"ex": {"@id": EX, "@prefix": True}, "p": "ex:p"},
    "a scheme as prefix": {"urn": EX, "p": "urn:p"},
    "sets": {"ex": EX, "p": {"@id": "ex:p", "@container": "@set"}},
    "a nulled term": {"p": None, "q": {"@id": None}},
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_json_ld_comes_back_under_any_context(case: str) -> None:
    """What is read back under the context is what was written."""
    subject = NamedNode("urn:thing:1")
    values: list[Literal | NamedNode] = [
        Literal("text"),
        Literal("Text", language="de"),
        Literal("text", language="en"),
        Literal(5),
        Literal("5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#byte")),
        NamedNode(f"{EX}o"),
        NamedNode("urn:thing:2"),
    ]
    quads = [Quad(subject, NamedNode(EX + name), value) for name in ("p", "q") for value in values]
    out = io.BytesIO()

    write_rdf(quads, "json-ld", out, prefixes={}, context=CONTEXTS[case])

    assert set(parse(out.getvalue(), RdfFormat.JSON_LD)) == set(quads)
