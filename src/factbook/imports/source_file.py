"""Write the file of an imported source: its description, statements and replaced version."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from factbook.errors import InputError
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import XSD, curie, to_sparql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfFile
    from factbook.rdf.terms import Term

INFRA = "https://w3id.org/ai-infra/def#"
SCHEMA = "https://schema.org/"
DCTERMS = "http://purl.org/dc/terms/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OBSERVATION = NamedNode(f"{SCHEMA}Observation")
ROW = NamedNode(f"{INFRA}row")
_INTEGER, _DECIMAL, _BOOLEAN = (f"{XSD}{name}" for name in ("integer", "decimal", "boolean"))


@dataclass(frozen=True)
class Report:
    """The number of rows of a table that were imported or left out."""

    rows: int
    imported: int
    left_out: Sequence[tuple[int, str]]
    """How many rows were left out, and why."""


@dataclass(frozen=True)
class SourceDescription:
    """The description of a source: ordered properties and values."""

    iri: str
    values: Sequence[tuple[str, Term]]

    def triples(self) -> list[Triple]:
        """Return the description as triples."""
        subject = NamedNode(self.iri)
        return [Triple(subject, NamedNode(name), value) for name, value in self.values]


def find_previous(path: Path, stem: str) -> tuple[RdfFile | None, Path | None]:
    """Return the versions of a source before and after a file.

    Args:
        path: The file of a version.
        stem: The common beginning of the names of all versions.
    """
    versions = sorted(path.parent.glob(f"{stem}-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].ttl"))
    before = [other for other in versions if other.name < path.name]
    after = [other for other in versions if other.name > path.name]
    return (read_rdf(before[-1]) if before else None), (after[0] if after else None)


def withdrawn(previous: RdfFile, slug: str, triples: Iterable[Triple]) -> list[NamedNode]:
    """Return the observations of a previous version that a new one no longer has.

    Args:
        previous: The previous version.
        slug: The slug of the new version, which replaces that of the previous one in its IRIs.
        triples: The statements of the new version.
    """
    old_slug = previous.graph.value.rpartition("/")[2]
    present = {triple.subject for triple in triples if triple.object == OBSERVATION}
    return sorted(
        (
            quad.subject
            for quad in previous.quads
            if quad.object == OBSERVATION
            and isinstance(quad.subject, NamedNode)
            and NamedNode(quad.subject.value.replace(old_slug, slug)) not in present
        ),
        key=lambda node: node.value,
    )


def values_of(file: RdfFile, name: str) -> list[str]:
    """Return the values of a property of the source that a file describes."""
    return [
        quad.object.value
        for quad in file.quads
        if quad.subject == file.graph
        and quad.predicate.value == name
        and isinstance(quad.object, Literal | NamedNode)
    ]


def check_statements(triples: Iterable[Triple], slug: str, mapping: Path) -> None:
    """Check that statements can be traced to a row and have no blank nodes.

    Raises:
        InputError: A statement fails; the message says what is wrong with the mapping.
    """
    rows: dict[object, set[object]] = defaultdict(set)
    observations = []
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            raise InputError(f"{mapping}: makes blank nodes, which a source file cannot have")
        if triple.predicate == ROW:
            rows[triple.subject].add(triple.object)
        if triple.object == OBSERVATION and isinstance(triple.subject, NamedNode):
            observations.append(triple.subject)
    for node in observations:
        if len(rows[node]) != 1:
            many = "several rows" if rows[node] else "no row (infra:row ?row)"
            raise InputError(f"{mapping}: the observation <{node.value}> is of {many}")
        if slug not in node.value:
            raise InputError(
                f"{mapping}: the IRI of the observation <{node.value}> does not contain ?slug"
            )


def to_turtle(
    base: str,
    triples: Iterable[Triple],
    *,
    prefixes: Mapping[str, str],
    predicates: Sequence[str],
) -> str:
    """Return statements as Turtle in the layout of `fmt`.

    Args:
        base: The IRI of the file's graph, which comes first with its statements in their order; an
            empty string for a file without one.
        triples: The statements.
        prefixes: The prefixes; used ones are declared.
        predicates: The order of the predicates; others follow, sorted by IRI.
    """
    writer = _Writer(base, prefixes)
    order = {name: place for place, name in enumerate(dict.fromkeys([RDF_TYPE, *predicates]))}
    blocks: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in dict.fromkeys(triples):
        if isinstance(triple.subject, NamedNode):
            blocks[triple.subject.value][triple.predicate.value].append(triple.object)
    texts = []
    for subject in sorted(blocks, key=lambda iri: (iri != base, iri)):
        properties = blocks[subject]
        names = list(properties)
        if subject != base:
            names.sort(key=lambda name: (order.get(name, len(order)), name))
        lines = [
            f"{'a' if name == RDF_TYPE else writer.iri(name)} "
            + " , ".join(sorted(map(writer.term, properties[name])))
            for name in names
        ]
        texts.append(f"{writer.iri(subject)} " + " ;\n    ".join(lines) + " .\n")
    head = f"@base <{base}> .\n" if base else ""
    return head + writer.declarations() + "".join(f"\n{text}" for text in texts)


class _Writer:
    """Writes terms as Turtle and records the used prefixes."""

    def __init__(self, base: str, prefixes: Mapping[str, str]) -> None:
        self._base = base
        self._prefixes = prefixes
        self._used: set[str] = set()
        self._short: dict[str, str] = {}

    def declarations(self) -> str:
        return "".join(
            f"@prefix {name}: <{self._prefixes[name]}> .\n" for name in sorted(self._used)
        )

    def iri(self, iri: str) -> str:
        if iri not in self._short:
            self._short[iri] = self._shorten(iri)
        return self._short[iri]

    def _shorten(self, iri: str) -> str:
        if iri == self._base:
            return "<>"
        short = curie(iri, self._prefixes)
        if short is None:
            return f"<{iri}>"
        self._used.add(short.partition(":")[0])
        return short

    def term(self, term: Term) -> str:
        if isinstance(term, NamedNode):
            return self.iri(term.value)
        if not isinstance(term, Literal):
            raise TypeError("a source file has only IRIs and literals")
        datatype = term.datatype.value
        if datatype in {_INTEGER, _BOOLEAN} or (datatype == _DECIMAL and "." in term.value[:-1]):
            return term.value
        text = to_sparql(Literal(term.value))
        if term.language:
            return f"{text}@{term.language}"
        return text if datatype == f"{XSD}string" else f"{text}^^{self.iri(datatype)}"
