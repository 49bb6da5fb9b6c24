"""Panels: the answer of a stored query as a table and a chart, cached by the server."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from flask import current_app, request
from markupsafe import Markup, escape
from pyoxigraph import NamedNode

from factbook.errors import FactbookError, UsageError, without_dashes
from factbook.query.empty_answer import explain_empty
from factbook.query.names import Names
from factbook.query.run_query import run_stored
from factbook.rdf.terms import is_iri
from factbook.render.labels import Labels
from factbook.search.search_book import search
from factbook.show.citation import describe_figures
from factbook.sparql.bind import bind, bind_rows
from factbook.sparql.column_filter import ColumnFilter, find_column_filter, find_column_for
from factbook.store.answers import Graph, Table, select
from factbook.store.query_limits import QueryStoppedError
from factbook.web import links
from factbook.web.answers import Answered, Parts, Recent
from factbook.web.catalog import Catalog
from factbook.web.network import draw_network
from factbook.web.site import current_site
from factbook.web.tables import build_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.api import Book
    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.render.charts import Picture
    from factbook.search.search_book import Hit
    from factbook.web.catalog import PanelSpec
    from factbook.web.site import Edition
    from factbook.web.tables import TableView

KEY = "factbook.explorer"
_MOST_ANSWERS = 512
_MOST_PAGES = 512
_MOST_HITS = 30
_MOST_COUNTED = 40  # values of a parameter, each of which is a question
_MOST_EXAMPLES = 5
_MOST_POINTS = 500  # of a chart on a page; more of them hide each other
_MOST_BOOKS = 3  # of different days of publication
ROWS_OF_PANEL = 12
ROWS_OF_TOPIC = 50
ROWS_OF_PAGE = 200
_REST_SECONDS = 300.0


class Explorer:
    """A book with its catalog and the most recent answers.

    Args:
        edition: The book, and what answers visitors within limits.
        version: The version of the data.
    """

    def __init__(self, edition: Edition, version: str) -> None:
        self.book: Book = edition.book
        self.limited: Book = edition.limited
        """The book with limited queries."""
        self.version = version
        self.catalog = Catalog(edition.book)
        self._answers: Recent[Answered] = Recent(_MOST_ANSWERS)
        self._faults: Recent[tuple[float, QueryStoppedError]] = Recent(_MOST_ANSWERS)
        self._figures: Recent[Mapping[str, str]] = Recent(_MOST_ANSWERS)
        self._parts: Recent[Parts] = Recent(_MOST_ANSWERS)
        self._has_visitors = edition.has_visitors
        self._charts: Recent[str | None] = Recent(_MOST_ANSWERS)
        self._hits: Recent[tuple[Hit, ...]] = Recent(_MOST_ANSWERS)
        self.pages: Recent[str] = Recent(_MOST_PAGES)

    @cached_property
    def labels(self) -> Labels:
        """The labels that were looked up."""
        return Labels(self.book.prefixes, self.book.engine)

    def members(self, class_iri: str) -> list[tuple[str, str]]:
        """Return the things of a class and its subclasses with their names, sorted by name."""
        names = Names.of(self.book)
        things = {thing.value for thing, _ in names.choices(type_curie=class_iri)}
        self.labels.look_up(things)
        found = ((iri, self.labels.of(iri)) for iri in things)
        return sorted(found, key=lambda pair: (pair[1].casefold(), pair[0]))

    def search(self, words: str) -> tuple[Hit, ...]:
        """Return the things, terms and stored queries that match some words."""
        return self._hits.get(words, lambda: search(self.book, words, limit=_MOST_HITS))

    def describe_figures(self, about: NamedNode) -> Mapping[str, str]:
        """Return the text of each figure on the page of a thing, by the IRI of its observation."""
        return self._figures.get(about, lambda: describe_figures(self.book, about))

    def answer(self, query: StoredQuery, values: Mapping[str, str]) -> Answered:
        """Return the answer of a query.

        A query that has used too much is not run again for some minutes.

        Raises:
            FactbookError: A value does not fit, or the query failed.
        """
        key = _key(query, values)
        since, fault = self._faults.find(key) or (0.0, None)
        if fault is not None and time.monotonic() - since < _REST_SECONDS:
            raise fault.with_traceback(None)
        try:
            return self._answers.get(key, lambda: self._run(query, values))
        except QueryStoppedError as error:
            self._faults.put(key, (time.monotonic(), error))
            raise

    def _run(self, query: StoredQuery, values: Mapping[str, str]) -> Answered:
        return self._take_part(query, values) or self._ask(query, values)

    def _take_part(self, query: StoredQuery, values: Mapping[str, str]) -> Answered | None:
        """Return the rows for one thing from the answer for all, if all things will be asked for.

        Where visitors ask, the answer for all may be more than a query may use.
        """
        if self._has_visitors:
            return None
        for each in query.parameters:
            value = values.get(each.name, "")
            if each.kind == "iri" and is_iri(value):
                rest = {name: text for name, text in values.items() if name != each.name}
                if each.required and value in self._things_for(each):
                    return self._ask_together(query, each, rest, value)
                by = None if each.required else find_column_filter(query.text, each.variable)
                if by is not None:
                    return self._divide(query, rest, by).of(value)
        return None

    def _things_for(self, parameter: Parameter) -> frozenset[str]:
        """Return the things that a parameter takes, if it takes things of one class."""
        if parameter.type_curie is None:
            return frozenset()
        found = Names.of(self.book).choices(type_curie=parameter.type_curie)
        return frozenset(thing.value for thing, _ in found)

    def _ask_together(
        self, query: StoredQuery, parameter: Parameter, rest: Mapping[str, str], thing: str
    ) -> Answered | None:
        """Return the rows for a thing from the answers for all things that a parameter takes."""
        variable = parameter.variable
        place = find_column_for(query.text, variable)
        if place is None:
            return None

        def divide() -> Parts:
            text = f"{query.text[:place]}?{variable} {query.text[place:]}"
            things = [(NamedNode(each),) for each in sorted(self._things_for(parameter))]
            others = tuple(each for each in query.parameters if each != parameter)
            asked = replace(query, text=bind_rows(text, (variable,), things), parameters=others)
            return Parts(self._ask(asked, rest), ColumnFilter((variable,), keeps_unbound=False))

        found = self._parts.get((_key(query, rest), parameter.name), divide).of(thing)
        return Answered(found.variables[1:], tuple(row[1:] for row in found.rows))

    def _divide(self, query: StoredQuery, values: Mapping[str, str], by: ColumnFilter) -> Parts:
        return self._parts.get(
            (_key(query, values), by), lambda: Parts(self.answer(query, values), by)
        )

    def count_rows(
        self,
        query: StoredQuery,
        parameter: Parameter,
        others: Mapping[str, str],
        things: Sequence[str],
    ) -> dict[str, int] | None:
        """Return the number of rows for each of some things.

        Args:
            query: The query.
            parameter: The one that takes the things.
            others: The values of the other parameters.
            things: Their IRIs.

        Returns:
            The numbers, or None where it would take too many questions.

        Raises:
            FactbookError: As for `answer`.
        """
        by = find_column_filter(query.text, parameter.variable)
        if by is not None:
            parts = self._divide(query, others, by)
            return {iri: parts.count(iri) for iri in things}
        if len(things) > _MOST_COUNTED:
            return None
        return {
            iri: len(self.answer(query, {**others, parameter.name: iri}).rows) for iri in things
        }

    def best_known(self, class_iri: str, most: int) -> list[str]:
        """Return the things of a class with the most statements."""
        text = bind(self.catalog.page_query("best-known").text, {"class": NamedNode(class_iri)})
        rows = select(self.book.engine, text)
        return [row[0].value for row in rows if isinstance(row[0], NamedNode)][:most]

    def _ask(self, query: StoredQuery, values: Mapping[str, str]) -> Answered:
        found = run_stored(self.limited, query, values)
        if isinstance(found, Table):
            return Answered(found.variables, tuple(found.rows))
        if isinstance(found, Graph):
            return Answered(triples=tuple(found.triples))
        return Answered(truth=found)

    def narrower(
        self, query: StoredQuery, values: Mapping[str, str], answered: Answered
    ) -> tuple[tuple[Parameter, str, str], ...]:
        """Return the things with the most rows in an answer, as suggestions."""
        for each in query.parameters:
            if each.kind == "iri" and each.name in answered.variables and each.name not in values:
                place = answered.variables.index(each.name)
                terms = (row[place] for row in answered.rows)
                counts = Counter(term.value for term in terms if isinstance(term, NamedNode))
                most = [iri for iri, _ in counts.most_common(_MOST_EXAMPLES)]
                self.labels.look_up(most)
                return tuple((each, iri, self.labels.of(iri)) for iri in most)
        return ()

    def explain_empty(self, query: StoredQuery, values: Mapping[str, str]) -> str:
        """Return why a query has no rows, or an empty string if that takes too long for a page."""
        try:
            given = select_values(query, values)
            return without_dashes(explain_empty(self.limited, query, given, leads=False))
        except FactbookError:
            return ""

    def chart(self, query: StoredQuery, values: Mapping[str, str]) -> str | None:
        """Return the chart of a query's answer for a page.

        Returns:
            SVG with a caption, nothing where there is none to show, or None where it has too many
            points to read.
        """
        return self._charts.get(_key(query, values), lambda: self._draw(query, values))

    def picture(self, query: StoredQuery, values: Mapping[str, str]) -> Picture | None:
        """Return the chart of a query's answer, or None if it has none.

        Raises:
            UsageError: No row can be drawn.
        """
        chart = query.chart
        if chart is None:
            return None
        from factbook.render.charts import build_picture

        answered = self.answer(query, values)
        return build_picture(
            chart,
            answered.variables,
            answered.rows,
            labels=Labels(self.book.prefixes, self.book.engine),
            columns=query.columns,
            title=query.summary,
        )

    def _draw(self, query: StoredQuery, values: Mapping[str, str]) -> str | None:
        network = query.front_matter.get("network")
        if isinstance(network, dict):
            answered = self.answer(query, values)
            labels = Labels(self.book.prefixes, self.book.engine)
            center = self._center(query, values)
            return draw_network(network, answered.variables, answered.rows, labels, center)
        from factbook.render.pictures import draw_svg

        try:
            picture = self.picture(query, values)
            if picture is None or not _says_more_than_words(picture):
                return ""
            if len(picture.points) > _MOST_POINTS:
                return None
            # The heading of the panel is the title; screen readers need it in the chart
            drawn = draw_svg(replace(picture, title="", notes=()), cite=False)
            said = f"<title>{escape(picture.title)}</title>"
            notes = escape("; ".join(picture.notes))
            caption = f"<figcaption>{notes}</figcaption>" if notes else ""
            return drawn.replace("<title></title>", said, 1) + caption
        except UsageError:
            return ""  # vl-convert is missing; the table has all values

    def _center(self, query: StoredQuery, values: Mapping[str, str]) -> str:
        """Return the thing of a query's main parameter."""
        for each in query.parameters:
            if each.kind == "iri" and each.name in values:
                names = Names.of(self.book)
                return names.lookup_one(values[each.name], type_curie=each.type_curie).value
        return ""


def _says_more_than_words(picture: Picture) -> bool:
    """Tell whether a chart has points at different positions, or bars of different lengths."""
    chart = picture.chart
    names = [chart.x[0], *([chart.y] if chart.type == "bar" else [])]
    return all(len({point[name] for point in picture.points}) > 1 for name in names)


def _key(query: StoredQuery, values: Mapping[str, str]) -> object:
    return query.name, tuple(sorted(values.items())), today()


def today() -> str:
    """Return the current day (UTC), for which answers are cached."""
    return datetime.now(UTC).date().isoformat()


@dataclass(frozen=True)
class Panel:
    """A query with its answer, for a page."""

    query: StoredQuery
    parameter: Parameter | None
    thing: str | None
    values: Mapping[str, str]
    table: TableView | None
    chart: Markup | None
    """An empty string without a chart; None if it has too many points to read."""
    fault: str = ""
    examples: tuple[tuple[Parameter, str, str], ...] = ()
    """Where the chart has too many points, things to ask about: for which parameter, and names."""

    @property
    def id(self) -> str:
        """Its anchor on the page."""
        return f"{self.query.name}-{self.parameter.name}" if self.parameter else self.query.name

    @property
    def short(self) -> str:
        """Its short title for the table of contents."""
        words = self.query.name.replace("-", " ")
        return words[:1].upper() + words[1:]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.fault and (self.table is None or not self.table.rows)

    @property
    def only_names(self) -> bool:
        """Whether the answer of a query about figures has only the names of things without any."""
        asks = any(each.figure for each in self.query.columns)
        return asks and self.table is not None and len(self.table.heads) == 1


def build_panel(  # noqa: PLR0913 - each is one thing that it depends on
    explorer: Explorer,
    spec: PanelSpec,
    *,
    thing: str | None = None,
    given: Mapping[str, str] | None = None,
    most: int = ROWS_OF_PANEL,
    wide: bool = False,
) -> Panel:
    """Return a panel with its answer; the panel reports an invalid value.

    Args:
        explorer: The book.
        spec: The query, and the parameter for the thing.
        thing: The IRI of the thing.
        given: Values from the address of the page.
        most: How many rows it shows.
        wide: Whether it shows columns with details.
    """
    query, parameter = spec.query, spec.parameter
    values = select_values(query, given or {})
    if parameter is not None and thing is not None:
        values[parameter.name] = thing
    table, fault = None, ""
    chart: str | None = ""
    examples: tuple[tuple[Parameter, str, str], ...] = ()
    try:
        answered = explorer.answer(query, values)
        table = build_table(
            explorer.book,
            answered.variables,
            answered.rows,
            columns=query.columns,
            without={thing} if thing else (),
            most=most,
            wide=wide,
            asof=values.get("asof"),
        )
        chart = explorer.chart(query, values)
        examples = explorer.narrower(query, values, answered) if chart is None else ()
    except FactbookError as error:
        fault = without_dashes(str(error))
        links.note_fault(f"{query.name}: {fault}", error)
    drawn = None if chart is None else Markup(chart)  # noqa: S704 - drawn here, its texts escaped
    return Panel(query, parameter, thing, values, table, drawn, fault, examples)


def select_values(query: StoredQuery, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values for the parameters of a query."""
    names = {parameter.name for parameter in query.parameters}
    return {name: value for name, value in given.items() if name in names and value}


def current_explorer() -> Explorer:
    """Return the explorer of this request: of the book, or of its sources up to a day.

    Raises:
        UsageError: The day is not valid.
    """
    site = current_site()
    day = request.args.get("known-by") or site.book.known_by
    edition = site.edition_for(leads=site.book.leads, known_by=day)
    explorers: Recent[Explorer] = current_app.extensions.setdefault(KEY, Recent(_MOST_BOOKS))
    return explorers.get(edition, lambda: Explorer(edition, site.version))
