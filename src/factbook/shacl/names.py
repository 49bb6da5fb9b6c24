"""The terms of SHACL and RDF that shapes are written with."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.shacl.report import SH

Node: TypeAlias = NamedNode | BlankNode

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"

TYPE = NamedNode(f"{RDF}type")
FIRST = NamedNode(f"{RDF}first")
REST = NamedNode(f"{RDF}rest")
NIL = NamedNode(f"{RDF}nil")
LANG_STRING = f"{RDF}langString"
SUB_CLASS_OF = NamedNode(f"{RDFS}subClassOf")
CLASS = NamedNode(f"{RDFS}Class")
OWL_CLASS = NamedNode(f"{OWL}Class")
IMPORTS = NamedNode(f"{OWL}imports")

SHAPES_GRAPH = NamedNode("urn:factbook:shapes")
"""The name under which queries find the shapes graph."""

TRUE = Literal("true", datatype=NamedNode(f"{XSD}boolean"))
"""The one spelling that switches a flag on: "1" is another term (SHACL, section 4.4.5)."""


@cache
def sh(name: str) -> NamedNode:
    """Return a term of SHACL's namespace."""
    return NamedNode(SH + name)
