"""Look up labels of things for people: the name in the graph, or else the CURIE."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.prefixes import VOCABULARIES
from factbook.rdf.terms import curie, is_iri, local_name, value_of
from factbook.render.humanize import (
    format_iso_date,
    format_literal,
    make_printable,
    words_in_iri,
)
from factbook.sparql.bind import bind_rows
from factbook.store.answers import Table, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.rdf.terms import Term
    from factbook.store.answers import Engine, Row

# In order of preference: a unit has its symbol for a label, everything else its name.
LABEL_PROPERTIES = (
    "http://qudt.org/schema/qudt/symbol",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "https://schema.org/name",
    "http://www.w3.org/2000/01/rdf-schema#label",
)
_RANKS = {iri: rank for rank, iri in enumerate(LABEL_PROPERTIES)}
_LANGUAGE_RANKS = {"en": 0, None: 1}
_OTHER_LANGUAGE = 2
_BATCH = 500
_FIGURE = """PREFIX infra: <https://w3id.org/ai-infra/def#>
PREFIX schema: <https://schema.org/>
SELECT ?figure ?measure ?about ?value ?day ?precision WHERE {
  ?figure schema:measuredProperty ?measure ; schema:observationAbout ?about .
  OPTIONAL { ?figure infra:valueThing|infra:valueText ?value }
  OPTIONAL { ?figure schema:observationDate ?day }
  OPTIONAL { ?figure infra:datePrecision ?precision }
}"""

_SOURCES = """PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT DISTINCT ?figure ?source WHERE { ?figure dcterms:source ?source }"""


class Labels:
    """Looks up labels of IRIs, many in one query, and remembers them.

    Args:
        prefixes: The prefixes for IRIs without a label.
        engines: Where to look; the first that has a label wins.
    """

    def __init__(self, prefixes: Mapping[str, str], *engines: Engine) -> None:
        self._prefixes = prefixes
        self._engines = engines
        self._labels: dict[str, str] = {}
        self._asked: set[str] = set()
        self._texts: dict[str, str] = {}

    def look_up(self, iris: Iterable[str]) -> None:
        """Look up the labels of IRIs in one query; an IRI that was not looked up has none."""
        missing = {iri for iri in iris if is_iri(iri)} - self._asked
        self._texts.clear()
        self._asked |= missing
        for engine in self._engines:
            if missing:
                self._labels |= find_labels(engine, missing)
                missing -= self._labels.keys()

    def look_up_figures(self, iris: Iterable[str]) -> None:
        """Give observations without a label one made of measure, subject, value and date."""
        rows_to_bind = [
            (NamedNode(iri),) for iri in sorted(iris) if is_iri(iri) and not self.has(iri)
        ]
        for engine in self._engines if rows_to_bind else ():
            rows = list(select(engine, bind_rows(_FIGURE, ("figure",), rows_to_bind)))
            self.look_up(value_of(term) for row in rows for term in row[1:])
            for figure, measure, subject, value, day, precision in rows:
                texts = [f"{self.of(value_of(measure))} of {self.of(value_of(subject))}"]
                if value is not None:
                    texts.append(self.of_term(value))
                if day is not None:
                    shown_precision = (
                        local_name(value_of(precision)) if precision is not None else "day"
                    )
                    texts.append(format_iso_date(value_of(day), shown_precision))
                self._labels[value_of(figure)] = ", ".join(texts)

    def sources_of(self, figures: Iterable[str]) -> tuple[str, ...]:
        """Return the sorted labels of the sources of observations."""
        rows_to_bind = [(NamedNode(iri),) for iri in sorted(set(figures)) if is_iri(iri)]
        query = bind_rows(_SOURCES, ("figure",), rows_to_bind)
        sources = {
            value_of(row[1])
            for engine in self._engines
            for row in (select(engine, query) if rows_to_bind else ())
        }
        self.look_up(sources)
        return tuple(sorted(map(self.of, sources)))

    def has(self, iri: str) -> bool:
        """Tell whether the graph has a label for an IRI."""
        return iri in self._labels

    def of(self, iri: str) -> str:
        """Return the label of an IRI, else the words in a standard term, else its CURIE or IRI."""
        if iri not in self._texts:
            label = self._labels.get(iri)
            if not label and iri.startswith(VOCABULARIES):
                label = words_in_iri(iri)
            self._texts[iri] = make_printable(label or self.short(iri))
        return self._texts[iri]

    def of_property(self, iri: str) -> str:
        """Return the label of a property or class; without one, the words in its IRI."""
        return self.of(iri) if self.has(iri) else make_printable(words_in_iri(iri)) or self.of(iri)

    def of_term(self, term: Term, column_type: str = "") -> str:
        """Return the text of any term: a label, or a literal with its language unless English."""
        if isinstance(term, NamedNode):
            return self.of(term.value)
        if not isinstance(term, Literal):
            return make_printable(str(term))
        text = format_literal(term, column_type)
        return text if term.language in _LANGUAGE_RANKS else f"{text} ({term.language})"

    def short(self, iri: str) -> str:
        """Return the CURIE of an IRI, or else the IRI."""
        return curie(iri, self._prefixes) or iri


def find_labels(engine: Engine, iris: Iterable[str]) -> dict[str, str]:
    """Return the best label of each IRI that has one in the graph."""
    unique = sorted({iri for iri in iris if is_iri(iri)})
    labels: dict[str, list[tuple[str, Literal]]] = defaultdict(list)
    properties = ", ".join(f"<{iri}>" for iri in LABEL_PROPERTIES)
    for start in range(0, len(unique), _BATCH):
        values = " ".join(f"<{iri}>" for iri in unique[start : start + _BATCH])
        # With a filter instead of VALUES, Oxigraph looks up and does not join: four times faster
        text = f"""SELECT ?thing ?property ?name WHERE {{ VALUES ?thing {{ {values} }}
          ?thing ?property ?name FILTER(?property IN ({properties})) }}"""
        for thing, name_property, name in select(engine, text):
            if (
                isinstance(thing, NamedNode)
                and isinstance(name_property, NamedNode)
                and isinstance(name, Literal)
            ):
                labels[thing.value].append((name_property.value, name))
    best = {iri: best_label(pairs) for iri, pairs in labels.items()}
    return {iri: label for iri, label in best.items() if label is not None}


LABEL_SUFFIX = "Label"
"""The suffix of a column with labels, after the name of the column with the IRIs."""


def add_label_columns(table: Table, labels: Labels) -> Table:
    """Return a table with a column of labels after each column of IRIs, as Wikidata returns them.

    A column in which no IRI has a label, such as one of web pages, gets none.
    """
    rows = list(table.rows)
    labels.look_up(term.value for row in rows for term in row if isinstance(term, NamedNode))

    def name(term: Term | None) -> Literal | None:
        has_name = isinstance(term, NamedNode) and labels.has(term.value)
        return Literal(labels.of_term(term)) if term is not None and has_name else None

    named = {
        place
        for place, variable in enumerate(table.variables)
        if f"{variable}{LABEL_SUFFIX}" not in table.variables
        and any(name(row[place]) for row in rows)
    }

    def widen(row: Row) -> Row:
        return tuple(
            cell
            for place, term in enumerate(row)
            for cell in (term, *([name(term)] if place in named else ()))
        )

    variables = [
        variable
        for place, name in enumerate(table.variables)
        for variable in (name, *([f"{name}{LABEL_SUFFIX}"] if place in named else ()))
    ]
    return Table(tuple(variables), [widen(row) for row in rows])


def find_units(engine: Engine) -> dict[str, str]:
    """Return the symbols of the units in the graph, by IRI."""
    rows = select(engine, f"SELECT ?unit ?symbol WHERE {{ ?unit <{LABEL_PROPERTIES[0]}> ?symbol }}")
    return {
        unit.value: symbol.value
        for unit, symbol in rows
        if isinstance(unit, NamedNode) and isinstance(symbol, Literal)
    }


def best_label(pairs: Iterable[tuple[str, Literal]]) -> str | None:
    """Return the best label among the properties of a thing, or None if it has no label.

    The order of properties decides first, then the language: English, none, any other.
    """
    ranked = [
        (_RANKS[name_property], _LANGUAGE_RANKS.get(label.language, _OTHER_LANGUAGE), label.value)
        for name_property, label in pairs
        if name_property in _RANKS
    ]
    return min(ranked)[2] if ranked else None
