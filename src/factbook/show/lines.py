"""Build the lines of a page from statements: a property, its values, and the sources of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.render.humanize import format_date
from factbook.show.page import Cited, Line, Name, Subject
from factbook.show.statements import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.render.labels import Labels
    from factbook.show.statements import Statement

    # Sources by the text of a value and the IRI that it names
    Given = dict[tuple[str, str | None], list[str]]


class Citations:
    """Numbers sources in the order in which the page first cites them.

    A source is not cited on its own page.
    """

    def __init__(self, own: str) -> None:
        self._own = own
        self._numbers: dict[str, int] = {}

    def cite(self, sources: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of some sources in ascending order."""
        return tuple(
            sorted(
                self._numbers.setdefault(source, len(self._numbers) + 1)
                for source in dict.fromkeys(sources)
                if source != self._own
            )
        )

    def numbered(self) -> list[tuple[int, str]]:
        """Return the number and the IRI of each cited source."""
        return [(number, iri) for iri, number in self._numbers.items()]


@dataclass(frozen=True)
class PageContext:
    """What all parts of a page share."""

    thing: str
    """The thing that the page is about."""
    labels: Labels
    citations: Citations
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The names of the marks by figure or source."""


def cite_values(statements: Sequence[Statement], context: PageContext) -> tuple[Cited, ...]:
    """Return the distinct values in alphabetical order, each with all its sources.

    A date is cut to the precision that the same source gives.
    """
    labels = context.labels
    precisions = {
        (statement.subject, statement.source): labels.of(statement.text)
        for statement in statements
        if statement.role == Role.DATE_PRECISION
    }
    sources_by_value: Given = defaultdict(list)
    for statement in statements:
        if statement.role != Role.DATE_PRECISION:
            precision = precisions.get((statement.subject, statement.source), "day")
            iri = statement.text if isinstance(statement.value, NamedNode) else None
            sources_by_value[_format_value(statement, labels, precision), iri].append(
                statement.source
            )
    return _sort_cited(sources_by_value, context)


def cite_subjects(statements: Iterable[Statement], context: PageContext) -> tuple[Cited, ...]:
    """Return the distinct subjects of statements, each with all its sources."""
    sources_by_value: Given = defaultdict(list)
    for statement in statements:
        sources_by_value[context.labels.of(statement.subject), statement.subject].append(
            statement.source
        )
    return _sort_cited(sources_by_value, context)


def build_lines(statements: Iterable[Statement], context: PageContext) -> tuple[Line, ...]:
    """Group statements by property, sorted by label."""
    all_statements = list(statements)
    precisions = [
        statement for statement in all_statements if statement.role == Role.DATE_PRECISION
    ]
    others = (statement for statement in all_statements if statement.role != Role.DATE_PRECISION)
    lines = []
    for label, alike in _group_by_property(others, context.labels):
        dated = any(statement.role == Role.DATE for statement in alike)
        lines.append(Line(label, cite_values([*alike, *(precisions if dated else ())], context)))
    return tuple(lines)


def build_lines_to(statements: Iterable[Statement], context: PageContext) -> tuple[Line, ...]:
    """Return the things that point to the thing of the page, grouped by property."""
    return tuple(
        Line(label, cite_subjects(alike, context))
        for label, alike in _group_by_property(statements, context.labels)
    )


def build_lines_below(statements: Iterable[Statement], context: PageContext) -> tuple[Line, ...]:
    """Return the things that point to narrower concepts, grouped by concept."""
    by_concept: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        by_concept[context.labels.of(statement.text), statement.text].append(statement)
    return tuple(
        Line(label, cite_subjects(by_concept[label, iri], context))
        for label, iri in sorted(by_concept)
    )


def group_by_subject(statements: Iterable[Statement], context: PageContext) -> tuple[Subject, ...]:
    """Group statements by subject, sorted by label."""
    by_subject: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_subject[statement.subject].append(statement)
    names = [Name(iri, context.labels.of(iri)) for iri in by_subject]
    return tuple(
        Subject(name, build_lines(by_subject[name.iri], context))
        for name in sorted(names, key=lambda name: (name.label.casefold(), name.iri))
    )


def _sort_cited(sources_by_value: Given, context: PageContext) -> tuple[Cited, ...]:
    return tuple(
        Cited(text, iri, context.citations.cite(sources_by_value[text, iri]))
        for text, iri in sorted(
            sources_by_value, key=lambda key: (key[0].casefold(), key[0], key[1] or "")
        )
    )


def _group_by_property(
    statements: Iterable[Statement], labels: Labels
) -> list[tuple[str, list[Statement]]]:
    by_property: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_property[labels.of_property(statement.about)].append(statement)
    return sorted(by_property.items(), key=lambda item: (item[0].casefold(), item[0]))


def _format_value(statement: Statement, labels: Labels, precision: str) -> str:
    value = statement.value
    if isinstance(value, Literal) and value.datatype.value == f"{XSD}date":
        return format_date(value.value, precision if statement.role == Role.DATE else "day")
    return labels.of_term(value)
