"""Derive triples when files are loaded, by CONSTRUCT queries that run once, in order.

What a rule gives is part of the merge, so that the rules after it can use it, and of no named
graph, so that it is not taken for what a source says. The same files give the same triples on every
day and on every engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, QueryTriples, RdfFormat

from factbook.errors import InputError
from factbook.front_matter import read_front_matter
from factbook.rdf.terms import expand, is_iri, to_sparql
from factbook.sparql.tokens import meaningful, resolve_escapes
from factbook.sparql.tree import parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import Store

_GRAPH = "urn:factbook:derived"
# Functions whose results change between runs, and SERVICE
_REFUSED = {"BNODE", "NOW", "RAND", "SERVICE", "STRUUID", "UUID"}
# In N-Triples, as subject or as object; it begins with a fixed text, which is found quickly
_BLANK_NODE = re.compile(rb"(?m)_:(?:(?<=^_:)|(?<= _:)[0-9A-Za-z]+ \.$)")


@dataclass(frozen=True)
class Rules:
    """The rules of a book, in the order in which they run."""

    texts: Mapping[Path, str]
    graph: NamedNode
    """The named graph of their triples in exports: `graph` in a front matter, or the default."""
    exported: frozenset[str]
    """The properties whose derived triples are part of every export (`export` in a front matter),
    because without them a merge would lose what the files say."""

    def ask_for_derived(self, *, only_exported: bool = False) -> str:
        """Return a query for the derived triples: those in the merge that are in no source.

        Args:
            only_exported: Whether to ask for the properties alone that are part of every export.
        """
        patterns = ["?s ?p ?o"]
        if only_exported:
            properties = " ".join(to_sparql(NamedNode(name)) for name in sorted(self.exported))
            patterns.insert(0, f"VALUES ?p {{ {properties} }}")
        return (
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {' '.join(patterns)} FILTER NOT EXISTS "
            f"{{ GRAPH ?source {{ ?s ?p ?o }} FILTER(?source != {to_sparql(self.graph)}) }} }}"
        )


def read_rules(paths: Sequence[Path]) -> Rules:
    """Read the rules of files, in the order in which they run.

    Raises:
        InputError: A file cannot be read, its front matter is wrong, or two name different graphs.
    """
    texts: dict[Path, str] = {}
    graphs: dict[str, Path] = {}
    exported: set[str] = set()
    for path in paths:
        try:
            texts[path] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read: {error}") from None
        header = read_front_matter(texts[path], path)
        if "graph" in header:
            graphs.setdefault(_to_iri(str(header["graph"]), texts[path], path), path)
        exported |= {_to_iri(str(name), texts[path], path) for name in header.get("export") or ()}
    if len(graphs) > 1:
        raise InputError(
            f"{max(graphs.values())}:1: `graph` differs from that in {min(graphs.values())}: "
            "all rules derive into one graph"
        )
    return Rules(texts, NamedNode(next(iter(graphs), _GRAPH)), frozenset(exported))


def _to_iri(name: str, text: str, path: Path) -> str:
    """Return an IRI in a front matter, in full or as a CURIE with a prefix of the rule."""
    iri = expand(name, parse_query(text).prefixes)
    if iri is None and is_iri(name):
        iri = name
    if iri is None:
        raise InputError(f"{path}:1: '{name}' in the front matter is not an IRI")
    return iri


def derive(store: Store, rules: Rules) -> None:
    """Add the triples that the rules derive to a store.

    Raises:
        InputError: A rule is not a CONSTRUCT query, or may give something else on another run.
    """
    for _ in run_rules(store, rules):
        pass


def run_rules(store: Store, rules: Rules) -> Iterator[bytes]:
    """Add the triples that the rules derive to a store, and yield those of each as N-Triples.

    Raises:
        InputError: A rule is not a CONSTRUCT query, or may give something else on another run.
    """
    for path, text in rules.texts.items():
        triples = _run(store, text, path)
        store.bulk_load(triples, RdfFormat.N_TRIPLES, lenient=True)
        yield triples


def _run(store: Store, text: str, path: Path) -> bytes:
    for token in meaningful(resolve_escapes(text)):
        if token.keyword in _REFUSED:
            raise InputError(
                f"{path}: a rule cannot use {token.keyword}: it must give the same on every run"
            )
    try:
        found = store.query(text)
    except SyntaxError as error:
        from factbook.sparql.mistakes import explain

        said = explain(str(error), text)
        raise InputError(f"{path}: the rule is not valid SPARQL: {said}") from None
    if not isinstance(found, QueryTriples):
        raise InputError(f"{path}: a rule is a CONSTRUCT query")
    triples = found.serialize(format=RdfFormat.N_TRIPLES) or b""
    if _BLANK_NODE.search(triples):
        raise InputError(
            f"{path}: the rule gives a triple with a blank node: make an IRI of it, "
            "such as IRI(CONCAT(…))"
        )
    return triples
