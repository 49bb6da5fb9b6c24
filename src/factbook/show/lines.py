"""Make lines of statements: a property, its values, and the sources of each."""

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

    # Sources by the text that they give and the thing that it names
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
    """What every part of a page needs."""

    thing: str
    """The thing that the page is about, which its lines do not mention."""
    labels: Labels
    citations: Citations
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The names of the marks by the figure or source that they are about."""


def cite_values(statements: Sequence[Statement], context: PageContext) -> tuple[Cited, ...]:
    """Return each value once, in alphabetical order, with all the sources that give it.

    A statement of a date's precision goes into the date of the same source.
    """
    labels = context.labels
    precisions = {
        (each.subject, each.source): labels.of(each.text)
        for each in statements
        if each.role == Role.DATE_PRECISION
    }
    given: Given = defaultdict(list)
    for each in statements:
        if each.role != Role.DATE_PRECISION:
            precision = precisions.get((each.subject, each.source), "day")
            iri = each.text if isinstance(each.value, NamedNode) else None
            given[_format_value(each, labels, precision), iri].append(each.source)
    return _sort_cited(given, context)


def cite_subjects(statements: Iterable[Statement], context: PageContext) -> tuple[Cited, ...]:
    """Return the subject of each statement once, with all the sources that say so."""
    given: Given = defaultdict(list)
    for each in statements:
        given[context.labels.of(each.subject), each.subject].append(each.source)
    return _sort_cited(given, context)


def build_lines(statements: Iterable[Statement], context: PageContext) -> tuple[Line, ...]:
    """Return statements by property, in the order of the properties' labels."""
    found = list(statements)
    precisions = [each for each in found if each.role == Role.DATE_PRECISION]
    others = (each for each in found if each.role != Role.DATE_PRECISION)
    lines = []
    for label, alike in _group_by_property(others, context.labels):
        dated = any(each.role == Role.DATE for each in alike)
        lines.append(Line(label, cite_values([*alike, *(precisions if dated else ())], context)))
    return tuple(lines)


def build_lines_to(statements: Iterable[Statement], context: PageContext) -> tuple[Line, ...]:
    """Return by property the things that point to the thing of the page."""
    return tuple(
        Line(label, cite_subjects(alike, context))
        for label, alike in _group_by_property(statements, context.labels)
    )


def build_lines_below(statements: Iterable[Statement], context: PageContext) -> tuple[Line, ...]:
    """Return by narrower concept the things that point to it."""
    found: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for each in statements:
        found[context.labels.of(each.text), each.text].append(each)
    return tuple(
        Line(label, cite_subjects(found[label, iri], context)) for label, iri in sorted(found)
    )


def group_by_subject(statements: Iterable[Statement], context: PageContext) -> tuple[Subject, ...]:
    """Return statements by subject, in the order of the subjects' labels."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for each in statements:
        found[each.subject].append(each)
    names = [Name(iri, context.labels.of(iri)) for iri in found]
    return tuple(
        Subject(name, build_lines(found[name.iri], context))
        for name in sorted(names, key=lambda name: (name.label.casefold(), name.iri))
    )


def _sort_cited(given: Given, context: PageContext) -> tuple[Cited, ...]:
    return tuple(
        Cited(text, iri, context.citations.cite(given[text, iri]))
        for text, iri in sorted(given, key=lambda key: (key[0].casefold(), key[0], key[1] or ""))
    )


def _group_by_property(
    statements: Iterable[Statement], labels: Labels
) -> list[tuple[str, list[Statement]]]:
    found: dict[str, list[Statement]] = defaultdict(list)
    for each in statements:
        found[labels.of_property(each.about)].append(each)
    return sorted(found.items(), key=lambda item: (item[0].casefold(), item[0]))


def _format_value(statement: Statement, labels: Labels, precision: str) -> str:
    value = statement.value
    if isinstance(value, Literal) and value.datatype.value == f"{XSD}date":
        return format_date(value.value, precision if statement.role == Role.DATE else "day")
    return labels.of_term(value)
