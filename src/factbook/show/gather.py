"""Gather all that the graph has on one thing into a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from factbook.rdf.terms import curie
from factbook.show.citations import Citations, Desk
from factbook.show.events import events_of
from factbook.show.figures import grouped_figures, raw_figures
from factbook.show.lines import by_subject, cited_values, lines_below, lines_of, lines_to
from factbook.show.page import Cited, Name, Page
from factbook.show.statements import (
    ALIAS,
    BELOW,
    DATE_PRECISION,
    HIDDEN,
    IDENTIFIER,
    LINK,
    NAME,
    NOTE,
    OTHER,
    OWN,
    SAID,
    TEXT,
    TYPE,
    ask,
    ask_names,
    ask_sources,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from factbook.book import Book
    from factbook.rdf.terms import Term
    from factbook.show.figures import Raw
    from factbook.show.page import FigureGroup
    from factbook.show.statements import Names, Statement

_ELSEWHERE = {NAME, ALIAS, TYPE, TEXT, NOTE, LINK, IDENTIFIER, HIDDEN}


def page_of(book: Book, thing: NamedNode) -> Page:
    """Return the page of a thing.

    Args:
        book: Where to ask.
        thing: Its IRI, see `Book.names`.

    Raises:
        FactbookError: A query of the page cannot be read, or the engine failed.
    """
    statements = ask(book, "statements", thing)
    figures = _for_page(ask(book, "figures", thing), thing)
    events = _for_page(ask(book, "events", thing), thing)
    everything = [*statements, *figures, *events]
    known = ask_sources(book, {each.source for each in everything})
    unnamed = {each.subject for each in figures}
    names = ask_names(book, set(_mentioned(thing, everything, known)) - unnamed)
    desk = Desk(thing.value, names, Citations(thing.value))
    own = [each for each in statements if each.part == OWN]
    rest = [each for each in own if each.role not in _ELSEWHERE]
    happened = [each for each in events if each.subject != thing.value]
    raws = raw_figures(figures)
    amounts = _amounts(raws, happened, desk)
    beside = {raw.iri for raw in amounts}
    others = [raw for raw in raws if raw.iri not in beside]
    title, aliases = _called(own, desk)
    # The order of the arguments is that of reading, so that citations count up
    return Page(
        name=Name(thing.value, title.text),
        curie=curie(thing.value, book.prefixes) or thing.value,
        title=title,
        kinds=_kinds(own, desk),
        aliases=aliases,
        texts=cited_values(_in_role(own, TEXT), desk),
        notes=lines_of(_in_role(own, NOTE), desk),
        facts=lines_of((e for e in rest if not _is_iri(e) or e.role == DATE_PRECISION), desk),
        figures=_own_figures(others, desk),
        events=events_of(happened, amounts, desk),
        relations=lines_of((e for e in rest if _is_relation(e, names)), desk),
        pointing_here=lines_to(_told(statements, OTHER), desk),
        below=lines_below(_told(statements, BELOW), desk),
        further_figures=_further_figures(others, desk),
        said=by_subject(_told(statements, SAID), desk),
        links=lines_of((e for e in own if e.role == LINK or _is_address(e, names)), desk),
        identifiers=lines_of(_in_role(own, IDENTIFIER), desk),
        sources=desk.citations.references(known, names, book.prefixes),
    )


def _for_page(statements: list[Statement], thing: NamedNode) -> list[Statement]:
    """Return the statements that belong on a page: on that of a source only what it says itself."""
    own = [each for each in statements if each.source == thing.value]
    return own or statements


def _called(own: list[Statement], desk: Desk) -> tuple[Cited, tuple[Cited, ...]]:
    """Return the best name of a thing, and all others."""
    best = desk.names.of(desk.here)
    names = cited_values(_in_role(own, NAME), desk)
    title = next((each for each in names if each.text == best), Cited(best))
    further = cited_values(_in_role(own, ALIAS), desk)
    return title, tuple(each for each in (*names, *further) if each.text != title.text)


def _kinds(own: list[Statement], desk: Desk) -> tuple[Cited, ...]:
    """Return what a thing is."""
    sources: dict[str, list[str]] = {}
    for each in _in_role(own, TYPE):
        sources.setdefault(each.text, []).append(each.source)
    labels = {iri: desk.names.of_property(iri) for iri in sources}
    return tuple(
        Cited(labels[iri], desk.citations.cite(sources[iri]), iri)
        for iri in sorted(sources, key=lambda iri: (labels[iri], iri))
    )


def _amounts(raws: list[Raw], happened: list[Statement], desk: Desk) -> list[Raw]:
    """Return the figures that stand beside the events of the page."""
    events = {each.subject for each in happened}
    return [raw for raw in raws if raw.about in events and raw.measure != desk.here]


def _own_figures(raws: list[Raw], desk: Desk) -> tuple[FigureGroup, ...]:
    """Return the figures of the thing, or those that it measures or, as a source, gives."""

    def heading(raw: Raw) -> str:
        if raw.about == desk.here:
            return desk.names.of_property(raw.measure)
        return desk.names.of(raw.about) if raw.measure == desk.here else _in_full(raw, desk)

    return grouped_figures([raw for raw in raws if _is_own(raw, desk)], heading, desk)


def _further_figures(raws: list[Raw], desk: Desk) -> tuple[FigureGroup, ...]:
    """Return the figures of other things that are linked to this one."""
    others = [raw for raw in raws if not _is_own(raw, desk)]
    return grouped_figures(others, lambda raw: _in_full(raw, desk), desk)


def _is_own(raw: Raw, desk: Desk) -> bool:
    return desk.here in {raw.about, raw.measure, *raw.sources}


def _in_full(raw: Raw, desk: Desk) -> str:
    return f"{desk.names.of(raw.about)}: {desk.names.of_property(raw.measure)}"


def _in_role(statements: Iterable[Statement], role: str) -> list[Statement]:
    return [each for each in statements if each.role == role]


def _told(statements: Iterable[Statement], part: str) -> list[Statement]:
    return [each for each in statements if each.part == part and each.role != HIDDEN]


def _is_iri(statement: Statement) -> bool:
    return isinstance(statement.value, NamedNode)


def _is_relation(statement: Statement, names: Names) -> bool:
    return (
        _is_iri(statement)
        and statement.role != DATE_PRECISION
        and not _is_address(statement, names)
    )


def _is_address(statement: Statement, names: Names) -> bool:
    """Tell whether a value is a page somewhere: an IRI that has neither a name nor a CURIE."""
    return (
        statement.role not in _ELSEWHERE
        and _is_iri(statement)
        and names.of(statement.text) == statement.text
    )


def _mentioned(
    thing: NamedNode, statements: Iterable[Statement], known: Mapping[str, Mapping[str, Term]]
) -> Iterator[str]:
    """Yield every IRI that the page may have to call by its name."""
    yield thing.value
    for each in statements:
        yield each.subject
        yield each.about
        if isinstance(each.value, NamedNode):
            yield each.value.value
    for facts in known.values():
        for term in facts.values():
            if isinstance(term, NamedNode):
                yield term.value
