"""Gather everything in the graph about one thing into a page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pyoxigraph import NamedNode

from factbook.query.marks import find_marks
from factbook.query.parameters import parse_literal
from factbook.rdf.terms import value_of
from factbook.render.humanize import format_date, make_printable
from factbook.render.labels import Labels
from factbook.show.events import build_events
from factbook.show.figures import Observation, build_figures, group_observations
from factbook.show.latest import explain_latest
from factbook.show.lines import (
    Citations,
    PageContext,
    build_lines,
    build_lines_below,
    build_lines_to,
    cite_values,
    group_by_subject,
)
from factbook.show.page import Cited, Line, Page, Reference
from factbook.show.statements import Part, Role, query_sources, query_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.book import Book
    from factbook.query.marks import Marks
    from factbook.rdf.terms import Term
    from factbook.show.page import Figure
    from factbook.show.statements import Statement

    Descriptions = Mapping[str, Mapping[str, Term]]

_OBSERVATION = "https://schema.org/Observation"
_NOT_IN_FACTS = {
    Role.NAME,
    Role.ALIAS,
    Role.TYPE,
    Role.TEXT,
    Role.NOTE,
    Role.LINK,
    Role.IDENTIFIER,
    Role.HIDDEN,
}


def gather_page(book: Book, thing: NamedNode, *, asof: str | None = None) -> Page:
    """Return the page of a thing.

    Args:
        book: The book to query.
        thing: Its IRI, see `query.names`.
        asof: The day after which figures and events are left out, and for the age of figures.

    Raises:
        FactbookError: The day is not valid, a page query cannot be read, or the engine failed.
    """
    day = None if asof is None else parse_literal("asof", "xsd:date", asof)
    statements = query_statements(book, "statements", thing)
    ended = query_statements(book, "ended", thing, day)
    figures = _select_for_page([*query_statements(book, "figures", thing, day), *ended], thing)
    events = _select_for_page(query_statements(book, "events", thing, day), thing)
    everything = [*statements, *figures, *events]
    sources = query_sources(book, {statement.source for statement in everything})
    labels = Labels(book.prefixes, book.engine)
    observed = {figure.subject for figure in figures}
    labels.look_up(set(_mentioned(thing, everything, sources)) - observed)
    linked = (
        statement.value.value for statement in everything if isinstance(statement.value, NamedNode)
    )
    labels.look_up_figures(iri for iri in linked if not labels.has(iri))
    marks = find_marks(book, observed | set(sources), asof)
    context = PageContext(thing.value, labels, Citations(thing.value), marks)

    own_statements = [statement for statement in statements if statement.part == Part.OWN]
    rest = [statement for statement in own_statements if statement.role not in _NOT_IN_FACTS]
    happened = [event for event in events if event.subject != thing.value]
    amounts, other_figures = _split_amounts(group_observations(figures), happened, context)
    name, aliases = _cite_names(own_statements, context)
    # The arguments are in reading order, so that citations are numbered in that order
    return Page(
        iri=thing.value,
        curie=labels.short(thing.value),
        name=name,
        types=_cite_types(own_statements, context),
        aliases=aliases,
        texts=cite_values(_in_role(own_statements, Role.TEXT), context),
        notes=(
            *build_lines(_in_role(own_statements, Role.NOTE), context),
            *_explain_latest(book, thing, own_statements, labels),
        ),
        facts=build_lines((statement for statement in rest if _is_fact(statement)), context),
        figures=_build_own_figures(other_figures, context),
        events=build_events(happened, amounts, context),
        relations=build_lines(
            (statement for statement in rest if _is_relation(statement, labels)), context
        ),
        pointing_here=build_lines_to(_in_part(statements, Part.OTHER), context),
        below=build_lines_below(_in_part(statements, Part.BELOW), context),
        further_figures=_build_further_figures(other_figures, context),
        statements=group_by_subject(_in_part(statements, Part.SAID), context),
        links=build_lines(
            (e for e in own_statements if e.role == Role.LINK or _is_address(e, labels)), context
        ),
        identifiers=build_lines(_in_role(own_statements, Role.IDENTIFIER), context),
        sources=_build_all(context.citations, sources, labels, marks),
        asof=asof,
    )


def build_references(book: Book, citations: Citations, marks: Marks) -> tuple[Reference, ...]:
    """Return the cited sources in order of their numbers, with their marks."""
    sources = query_sources(book, {iri for _, iri in citations.numbered()})
    labels = Labels(book.prefixes, book.engine)
    labels.look_up(
        term.value
        for description in sources.values()
        for term in description.values()
        if isinstance(term, NamedNode)
    )
    return _build_all(citations, sources, labels, marks)


def _build_all(
    citations: Citations, sources: Descriptions, labels: Labels, marks: Marks
) -> tuple[Reference, ...]:
    return tuple(
        replace(
            _build_reference(number, iri, sources.get(iri), labels),
            marks=tuple(marks.get(iri, ())),
        )
        for number, iri in citations.numbered()
    )


def _select_for_page(statements: list[Statement], thing: NamedNode) -> list[Statement]:
    """Return the statements for a page; the page of a source has only the source's own."""
    own_statements = [statement for statement in statements if statement.source == thing.value]
    return own_statements or statements


def _mentioned(
    thing: NamedNode, statements: Iterable[Statement], sources: Descriptions
) -> Iterator[str]:
    """Yield every IRI whose label the page may show."""
    yield thing.value
    for statement in statements:
        yield statement.subject
        yield statement.about
        if isinstance(statement.value, NamedNode):
            yield statement.value.value
    for description in sources.values():
        for term in description.values():
            if isinstance(term, NamedNode):
                yield term.value


def _cite_names(
    statements: list[Statement], context: PageContext
) -> tuple[Cited, tuple[Cited, ...]]:
    """Return the preferred name of a thing, and the others."""
    best = context.labels.of(context.thing)
    names = cite_values(_in_role(statements, Role.NAME), context)
    name = next((name for name in names if name.text == best), Cited(best))
    aliases = cite_values(_in_role(statements, Role.ALIAS), context)
    return name, tuple(each for each in (*names, *aliases) if each.text != name.text)


def _cite_types(statements: list[Statement], context: PageContext) -> tuple[Cited, ...]:
    sources: dict[tuple[str, str], list[str]] = defaultdict(list)
    for statement in _in_role(statements, Role.TYPE):
        sources[context.labels.of_property(statement.text), statement.text].append(statement.source)
    return tuple(
        Cited(label, iri, context.citations.cite(sources[label, iri]))
        for label, iri in sorted(sources)
    )


def _explain_latest(
    book: Book, thing: NamedNode, statements: list[Statement], labels: Labels
) -> tuple[Line, ...]:
    """Return the line on when a figure is the latest; empty if the thing is not a figure."""
    if not any(statement.text == _OBSERVATION for statement in _in_role(statements, Role.TYPE)):
        return ()
    reason = explain_latest(book, thing, labels)
    return (Line("latest", (Cited(reason),)),) if reason else ()


def _split_amounts(
    observations: list[Observation], happened: list[Statement], context: PageContext
) -> tuple[list[Observation], list[Observation]]:
    """Split observations into those about the events of the page and all others."""
    events = {statement.subject for statement in happened}
    amounts = [
        observation
        for observation in observations
        if observation.about in events and observation.measure != context.thing
    ]
    beside = {amount.iri for amount in amounts}
    return amounts, [observation for observation in observations if observation.iri not in beside]


def _build_own_figures(observations: list[Observation], context: PageContext) -> tuple[Figure, ...]:
    """Return the figures about the thing, or all figures of a measure or a source."""
    labels = context.labels

    def heading(observation: Observation) -> str:
        if observation.about == context.thing:
            return labels.of_property(observation.measure)
        return (
            labels.of(observation.about)
            if observation.measure == context.thing
            else _heading(observation, labels)
        )

    own_figures = [observation for observation in observations if _is_own(observation, context)]
    return build_figures(own_figures, heading, context)


def _build_further_figures(
    observations: list[Observation], context: PageContext
) -> tuple[Figure, ...]:
    """Return the figures of other things that are linked to this one."""
    further = [observation for observation in observations if not _is_own(observation, context)]
    return build_figures(
        further, lambda observation: _heading(observation, context.labels), context
    )


def _heading(observation: Observation, labels: Labels) -> str:
    return f"{labels.of(observation.about)}: {labels.of_property(observation.measure)}"


def _is_own(observation: Observation, context: PageContext) -> bool:
    return context.thing in {observation.about, observation.measure, *observation.sources}


def _in_role(statements: Iterable[Statement], role: Role) -> list[Statement]:
    return [statement for statement in statements if statement.role == role]


def _in_part(statements: Iterable[Statement], part: Part) -> list[Statement]:
    return [
        statement
        for statement in statements
        if statement.part == part and statement.role != Role.HIDDEN
    ]


def _is_fact(statement: Statement) -> bool:
    return not isinstance(statement.value, NamedNode) or statement.role == Role.DATE_PRECISION


def _is_relation(statement: Statement, labels: Labels) -> bool:
    return not _is_fact(statement) and not _is_address(statement, labels)


def _is_address(statement: Statement, labels: Labels) -> bool:
    """Tell whether a value is a web address: an IRI with neither a label nor a CURIE."""
    return (
        statement.role not in _NOT_IN_FACTS
        and isinstance(statement.value, NamedNode)
        and labels.of(statement.text) == statement.text
    )


def _build_reference(
    number: int, iri: str, description: Mapping[str, Term] | None, labels: Labels
) -> Reference:
    short = labels.short(iri)
    if description is None:
        end = iri.rpartition("/" if iri.startswith("file:") else ":")[2]
        title = make_printable(unquote(end)) if iri.startswith(("file:", "urn:")) else iri
        return Reference(number, iri, short, title, is_file=True)

    def text(column: str) -> str:
        return value_of(description.get(column))

    def label(column: str) -> str:
        return labels.of(text(column)) if text(column) else ""

    undated = "undated" if text("undated") == "true" else ""
    date = format_date(text("date"), label("precision") or "day")
    return Reference(
        number=number,
        iri=iri,
        curie=short,
        title=make_printable(text("title")) or labels.of(iri),
        publisher=label("publisher"),
        date=make_printable(date) or undated,
        is_date_inferred=text("inferred") == "true",
        evidence=label("evidence"),
        address=make_printable(text("address")),
        is_lead=text("lead") == "true",
    )
