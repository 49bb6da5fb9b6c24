"""Gather all that the graph has on one thing into a page."""

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
from factbook.show.statements import Part, Role, ask_sources, ask_statements

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
        book: Where to ask.
        thing: Its IRI, see `query.names`.
        asof: Leave out figures and events of a later day, and judge the age of figures by it.

    Raises:
        FactbookError: The day is not one, a query of the page cannot be read, or the engine failed.
    """
    day = None if asof is None else parse_literal("asof", "xsd:date", asof)
    statements = ask_statements(book, "statements", thing)
    figures = _select_for_page(ask_statements(book, "figures", thing, day), thing)
    events = _select_for_page(ask_statements(book, "events", thing, day), thing)
    everything = [*statements, *figures, *events]
    sources = ask_sources(book, {each.source for each in everything})
    labels = Labels(book.prefixes, book.engine)
    observed = {each.subject for each in figures}
    labels.look_up(set(_mentioned(thing, everything, sources)) - observed)
    linked = (each.value.value for each in everything if isinstance(each.value, NamedNode))
    labels.look_up_figures(each for each in linked if not labels.has(each))
    marks = find_marks(book, observed | set(sources), asof)
    context = PageContext(thing.value, labels, Citations(thing.value), marks)

    own = [each for each in statements if each.part == Part.OWN]
    rest = [each for each in own if each.role not in _NOT_IN_FACTS]
    happened = [each for each in events if each.subject != thing.value]
    amounts, others = _split_amounts(group_observations(figures), happened, context)
    name, aliases = _cite_names(own, context)
    # The order of the arguments is that of reading, so that citations count up
    return Page(
        iri=thing.value,
        curie=labels.short(thing.value),
        name=name,
        types=_cite_types(own, context),
        aliases=aliases,
        texts=cite_values(_in_role(own, Role.TEXT), context),
        notes=(
            *build_lines(_in_role(own, Role.NOTE), context),
            *_explain_latest(book, thing, own, labels),
        ),
        facts=build_lines((each for each in rest if _is_fact(each)), context),
        figures=_build_own_figures(others, context),
        events=build_events(happened, amounts, context),
        relations=build_lines((each for each in rest if _is_relation(each, labels)), context),
        pointing_here=build_lines_to(_in_part(statements, Part.OTHER), context),
        below=build_lines_below(_in_part(statements, Part.BELOW), context),
        further_figures=_build_further_figures(others, context),
        statements=group_by_subject(_in_part(statements, Part.SAID), context),
        links=build_lines(
            (e for e in own if e.role == Role.LINK or _is_address(e, labels)), context
        ),
        identifiers=build_lines(_in_role(own, Role.IDENTIFIER), context),
        sources=_build_all(context.citations, sources, labels, marks),
        asof=asof,
    )


def build_references(book: Book, citations: Citations, marks: Marks) -> tuple[Reference, ...]:
    """Return the sources that were cited, by their numbers, with their marks."""
    sources = ask_sources(book, {iri for _, iri in citations.numbered()})
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
    """Return the statements that belong on a page: on that of a source only its own."""
    own = [each for each in statements if each.source == thing.value]
    return own or statements


def _mentioned(
    thing: NamedNode, statements: Iterable[Statement], sources: Descriptions
) -> Iterator[str]:
    """Yield every IRI of which the page may show the label."""
    yield thing.value
    for each in statements:
        yield each.subject
        yield each.about
        if isinstance(each.value, NamedNode):
            yield each.value.value
    for description in sources.values():
        for term in description.values():
            if isinstance(term, NamedNode):
                yield term.value


def _cite_names(own: list[Statement], context: PageContext) -> tuple[Cited, tuple[Cited, ...]]:
    """Return the best name of a thing, and all others."""
    best = context.labels.of(context.thing)
    names = cite_values(_in_role(own, Role.NAME), context)
    name = next((each for each in names if each.text == best), Cited(best))
    aliases = cite_values(_in_role(own, Role.ALIAS), context)
    return name, tuple(each for each in (*names, *aliases) if each.text != name.text)


def _cite_types(own: list[Statement], context: PageContext) -> tuple[Cited, ...]:
    sources: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in _in_role(own, Role.TYPE):
        sources[context.labels.of_property(each.text), each.text].append(each.source)
    return tuple(
        Cited(label, iri, context.citations.cite(sources[label, iri]))
        for label, iri in sorted(sources)
    )


def _explain_latest(
    book: Book, thing: NamedNode, own: list[Statement], labels: Labels
) -> tuple[Line, ...]:
    """Return the line on when a figure is the latest; nothing for what is no figure."""
    if not any(each.text == _OBSERVATION for each in _in_role(own, Role.TYPE)):
        return ()
    reason = explain_latest(book, thing, labels)
    return (Line("latest", (Cited(reason),)),) if reason else ()


def _split_amounts(
    observations: list[Observation], happened: list[Statement], context: PageContext
) -> tuple[list[Observation], list[Observation]]:
    """Return the observations that stand beside the events of the page, and all others."""
    events = {each.subject for each in happened}
    amounts = [
        each for each in observations if each.about in events and each.measure != context.thing
    ]
    beside = {each.iri for each in amounts}
    return amounts, [each for each in observations if each.iri not in beside]


def _build_own_figures(observations: list[Observation], context: PageContext) -> tuple[Figure, ...]:
    """Return the figures of the thing, of the measure that it is, or of the source that it is."""
    labels = context.labels

    def heading(each: Observation) -> str:
        if each.about == context.thing:
            return labels.of_property(each.measure)
        return labels.of(each.about) if each.measure == context.thing else _heading(each, labels)

    own = [each for each in observations if _is_own(each, context)]
    return build_figures(own, heading, context)


def _build_further_figures(
    observations: list[Observation], context: PageContext
) -> tuple[Figure, ...]:
    """Return the figures of other things that are linked to this one."""
    others = [each for each in observations if not _is_own(each, context)]
    return build_figures(others, lambda each: _heading(each, context.labels), context)


def _heading(observation: Observation, labels: Labels) -> str:
    return f"{labels.of(observation.about)}: {labels.of_property(observation.measure)}"


def _is_own(observation: Observation, context: PageContext) -> bool:
    return context.thing in {observation.about, observation.measure, *observation.sources}


def _in_role(statements: Iterable[Statement], role: Role) -> list[Statement]:
    return [each for each in statements if each.role == role]


def _in_part(statements: Iterable[Statement], part: Part) -> list[Statement]:
    return [each for each in statements if each.part == part and each.role != Role.HIDDEN]


def _is_fact(statement: Statement) -> bool:
    return not isinstance(statement.value, NamedNode) or statement.role == Role.DATE_PRECISION


def _is_relation(statement: Statement, labels: Labels) -> bool:
    return not _is_fact(statement) and not _is_address(statement, labels)


def _is_address(statement: Statement, labels: Labels) -> bool:
    """Tell whether a value is a page somewhere: an IRI with neither a label nor a CURIE."""
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
