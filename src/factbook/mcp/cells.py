"""Answers for an assistant: rows of cells, each with its observations, dates and sources."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from factbook.render.cells import CellTexts
from factbook.render.labels import Labels
from factbook.render.rows import to_value
from factbook.store.answers import Graph, Table
from factbook.verify.provenance import CellProvenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.store.answers import Answer, Row
    from factbook.verify.observed import Observed

_LONGEST = 600  # characters of a cell
_MOST_TRIPLES = 500


def build_answer(  # noqa: PLR0913 - each is one thing that the answer depends on
    book: Book,
    answer: Answer,
    *,
    columns: Sequence[Column] = (),
    computed: Mapping[str, Sequence[str]] | None = None,
    about: Iterable[str] = (),
    limit: int,
) -> dict[str, Any]:
    """Return an answer as JSON.

    Args:
        book: The book that gave it.
        answer: The answer.
        columns: The columns as the query describes them.
        computed: By column, the columns with the observations that it is computed from.
        about: Things that the question names.
        limit: How many rows are given at most; `cut` says whether there are more.
    """
    if isinstance(answer, bool):
        return {"answer": answer, "cut": False}
    if isinstance(answer, Graph):
        triples = list(islice(answer.triples, _MOST_TRIPLES + 1))
        lines = [f"{triple} ." for triple in triples[:_MOST_TRIPLES]]
        return {"ntriples": "\n".join(lines), "cut": len(triples) > _MOST_TRIPLES}
    return _build_table(book, answer, columns, dict(computed or {}), about, limit)


def _build_table(  # noqa: PLR0913, PLR0917 - as above
    book: Book,
    answer: Table,
    columns: Sequence[Column],
    computed: dict[str, Sequence[str]],
    about: Iterable[str],
    limit: int,
) -> dict[str, Any]:
    rows = list(islice(answer.rows, limit + 1))
    cut, rows = len(rows) > limit, rows[:limit]
    labels = Labels(book.prefixes, book.engine)
    behind = CellProvenance(
        book,
        answer.variables,
        rows,
        columns,
        computed={name: list(columns) for name, columns in computed.items()},
        about=about,
    )
    labels.look_up(_mentioned(rows, behind.observed))
    texts = CellTexts(answer.variables, columns, labels)
    shown = [name for name in answer.variables if name not in texts.companions]
    found = [
        {name: cell for name in shown if (cell := _build_cell(row, name, texts, behind))}
        for row in rows
    ]
    used = {iri for row in found for cell in row.values() for iri in cell["observations"]}
    sources = {iri for row in found for cell in row.values() for iri in cell["sources"]}
    return {
        "columns": [_describe_column(name, texts.columns.get(name)) for name in shown],
        "rows": found,
        "count": len(found),
        "cut": cut,
        "observations": describe_observations(
            [observed for observed in behind.observed if observed.iri in used], labels
        ),
        "sources": {iri: labels.of(iri) for iri in sorted(sources)},
    }


def describe_observations(observed: Iterable[Observed], labels: Labels) -> dict[str, Any]:
    """Return observations by IRI: the subject, the value, the date and the source of each."""
    return {
        observation.iri: {
            "about": labels.of(observation.about),
            "measure": labels.of_property(observation.measure) if observation.measure else "",
            "states": observation.state(labels),
            "when": observation.when(labels),
            "standing": labels.of(observation.standing) if observation.standing else "",
            "source": observation.source,
            "sourceTitle": labels.of(observation.source),
        }
        for observation in observed
    }


def _mentioned(rows: Sequence[Row], observed: Sequence[Observed]) -> set[str]:
    named = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
    return named.union(*(observation.iris for observation in observed))


def _describe_column(name: str, column: Column | None) -> dict[str, str]:
    if column is None:
        return {"name": name}
    facts = {"name": name, "type": column.type, "doc": column.doc}
    return {key: value for key, value in facts.items() if value}


def _build_cell(row: Row, name: str, texts: CellTexts, behind: CellProvenance) -> dict[str, Any]:
    """Return a cell; empty if the value is unbound."""
    text = texts.of(row, name)
    if not text:
        return {}
    return {
        "text": text[:_LONGEST],
        **_value(texts.term(row, name)),
        **asdict(behind.of(row, name)),
        "cut": len(text) > _LONGEST,
    }


def _value(term: Term | None) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"iri": term.value}
    value = to_value(term)
    if isinstance(value, Decimal):
        exact = float(value)
        return {"value": exact if Decimal(repr(exact)) == value else str(value)}
    return {"value": value} if isinstance(value, bool | int | float) else {}
