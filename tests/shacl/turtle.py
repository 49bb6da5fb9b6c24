"""Turtle in tests, with the prefixes that all of them use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Quad, RdfFormat, parse

from factbook.shacl import validate

if TYPE_CHECKING:
    from factbook.shacl import Report

PREFIXES = """
    PREFIX ex: <http://example.org/>
    PREFIX owl: <http://www.w3.org/2002/07/owl#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX sh: <http://www.w3.org/ns/shacl#>
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def quads(text: str) -> list[Quad]:
    """Parse Turtle."""
    return list(parse(PREFIXES + text, RdfFormat.TURTLE))


def validated(shapes: str, data: str) -> Report:
    """Validate Turtle against Turtle."""
    return validate(quads(shapes), quads(data))


def found(report: Report) -> list[tuple[str, str]]:
    """Return focus nodes and values, without the example's namespace."""
    return [(short(result.focus), short(result.value)) for result in report.results]


def short(term: object) -> str:
    """Return a term as the tests write it."""
    text = "" if term is None else str(term)
    for long, prefix in (("http://example.org/", ""), ("http://www.w3.org/2001/XMLSchema#", "")):
        text = text.replace(f"<{long}", f"<{prefix}")
    return text.removeprefix("<").removesuffix(">") if text.startswith("<") else text
