"""Turn the rows of an answer into the points of a chart.

Files, pages and the terminal all draw the same picture, so they show the same points.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.rdf.terms import value_of
from factbook.render.cells import CellTexts
from factbook.render.humanize import COUNT_SYMBOL, count_noun, currency_sign, words_in_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.render.chart_description import Chart
    from factbook.render.labels import Labels
    from factbook.store.answers import Row

LABEL = "Label"
"""The suffix of the fields that hold the text of a column."""

# Okabe and Ito's colours for the colour-blind, darkened where they are too pale on white: each has
# a contrast of at least 3 on white and on a dark page. All other series are grey.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#BF6A9B", "#A87600", "#3A93C9", "#7A6FD0")
OTHERS = "others"
"""The name of the series without a colour of their own."""
_NONE = "none"  # a series without a name
_MOST_BARS, _MOST_LANES, _MOST_FACETS = 30, 25, 8
_FEWEST_POINTS = 3  # of a facet


@dataclass(frozen=True)
class Picture:
    """The chart of an answer: its points, what is left out, and the sources."""

    chart: Chart
    title: str
    points: tuple[dict[str, Any], ...]
    """For each point, the values of the chart's columns and the texts of `y` and the range."""
    notes: tuple[str, ...]
    """Which rows are not drawn, and why."""
    sources: tuple[str, ...]
    kinds: Mapping[str, str]
    """The Vega-Lite type of each column: temporal, quantitative or nominal."""
    titles: Mapping[str, str]
    low: str | None = None
    high: str | None = None
    """The columns with the ends of ranges."""
    sign: str = ""
    """The sign of the currency of all values, if they are money."""

    @property
    def description(self) -> str:
        """The chart in words, for screen readers."""
        subject = f"{self.title}: {self.titles[self.chart.y]}"
        texts = [
            f"{point[self.chart.x[0]]} {point[self.chart.y + LABEL]}" for point in self.points[:3]
        ]
        count = count_noun(len(self.points), "point")
        first = f", the first {'; '.join(texts)}" if texts else ""
        return f"{subject} by {self.titles[self.chart.x[0]]}, {count}{first}."

    def reach(self, point: Mapping[str, Any]) -> tuple[float, float]:
        """Return the least and the greatest of a point's value and the ends of its range."""
        names = (self.chart.y, self.low, self.high)
        numbers = [point[name] for name in names if name and point.get(name) is not None]
        return min(numbers), max(numbers)

    @property
    def is_far_from_zero(self) -> bool:
        """Whether the axis of ranges leaves out zero, so that they can be told apart."""
        if self.chart.type != "range" or not self.points:
            return False
        least, greatest = zip(*map(self.reach, self.points), strict=True)
        return bool(2 * min(least) > max(greatest))

    def split(self) -> list[tuple[str, Picture]]:
        """Return a chart for each facet, with its heading."""
        if self.chart.facet is None:
            return [("", self)]
        by_facet: dict[str, list[dict[str, Any]]] = {}
        for point in self.points:
            by_facet.setdefault(str(point[self.chart.facet]), []).append(point)
        return [(text, replace(self, points=tuple(points))) for text, points in by_facet.items()]


def build_picture(  # noqa: PLR0913 - each is one thing that a chart depends on
    chart: Chart,
    variables: Sequence[str],
    rows: Sequence[Row],
    *,
    labels: Labels,
    columns: Sequence[Column],
    title: str,
) -> Picture:
    """Return the chart of an answer.

    Args:
        chart: What to draw.
        variables: The columns of the answer.
        rows: Its rows.
        labels: Labels of things; those of the answer are looked up here.
        columns: The columns as the front matter of the query describes them.
        title: The title if the chart has none of its own.

    Raises:
        UsageError: The answer lacks a column of the chart.
    """
    for name in chart.columns:
        if name not in variables:
            raise UsageError(f"the chart needs the column '{name}', which the answer does not have")
    labels.look_up(term.value for row in rows for term in row if isinstance(term, NamedNode))
    return _PictureBuilder(chart, CellTexts(variables, columns, labels), title).build(rows)


class _PictureBuilder:
    """Chooses the rows of an answer to draw and turns them into points."""

    def __init__(self, chart: Chart, texts: CellTexts, title: str) -> None:
        self.chart, self.texts, self.title = chart, texts, chart.title or title
        y_column = texts.columns.get(chart.y)
        self.low = chart.low or (y_column.low if y_column else None)
        self.high = chart.high or (y_column.high if y_column else None)
        self.unit = y_column.unit if y_column else None
        self.notes: list[str] = []

    def build(self, rows: Sequence[Row]) -> Picture:
        chart = self.chart
        drawn = self._keep_commonest_unit([row for row in rows if self._is_complete(row)])
        missing = sum(not self._is_complete(row) for row in rows)
        if missing:
            missing_column = self._title(chart.x[0] if chart.type == "timeline" else chart.y, "")
            self.notes.append(f"{count_noun(missing, 'row')} without {missing_column} left out")
        drawn = self._keep_commonest(self._drop_small_facets(drawn), chart.facet, _MOST_FACETS)
        if chart.type == "timeline":
            drawn = self._keep_commonest(drawn, chart.y, _MOST_LANES)
        if chart.type == "bar":
            drawn = self._drop_zeros(drawn)
        if chart.type == "bar" and len(drawn) > _MOST_BARS:
            self.notes.append(f"the first {_MOST_BARS} of {len(drawn)}")
            drawn = drawn[:_MOST_BARS]
        kinds = {name: self._scale_type(name, drawn) for name in chart.columns if name != chart.y}
        kinds[chart.y] = "nominal" if chart.type == "timeline" else "quantitative"
        points = [self._point(row, kinds) for row in drawn]
        if chart.type in {"bar", "range"} or kinds[chart.x[0]] == "nominal":
            kinds[chart.x[0]] = "nominal"
            self._name_bars(points, drawn)
        self._merge_colors(points)
        units = {value_of(self.texts.term(row, self.unit)) for row in drawn} - {""}
        iri = units.pop() if len(units) == 1 else ""
        facets = {self.texts.of(row, chart.facet) for row in drawn} if chart.facet else set()
        if chart.facet and len(facets) == 1:
            self.notes.insert(0, f"{self._title(chart.facet, '')}: {facets.pop()}")
        return Picture(
            chart=chart,
            title=self.title,
            points=tuple(points),
            notes=tuple(self.notes),
            sources=self._sources(drawn),
            kinds=kinds,
            titles={name: self._title(name, iri) for name in chart.columns},
            low=self.low,
            high=self.high,
            sign=currency_sign(iri),
        )

    def _is_complete(self, row: Row) -> bool:
        if any(self.texts.term(row, name) is None for name in self.chart.x[:1]):
            return False
        if self.chart.type == "timeline":
            return self.texts.term(row, self.chart.y) is not None
        value = self._value(row)
        return value is not None and (value > 0 or not self.chart.log)

    def _value(self, row: Row) -> float | None:
        names = (self.chart.y, self.low, self.high)
        return next(
            (
                number
                for name in names
                if (number := _number(self.texts.term(row, name))) is not None
            ),
            None,
        )

    def _drop_zeros(self, rows: list[Row]) -> list[Row]:
        """Return the rows with a bar of some length; a note counts the others."""
        long = [row for row in rows if self._value(row)]
        if not long or len(long) == len(rows):
            return rows
        column_title = self._title(self.chart.y, "")
        self.notes.append(
            f"{count_noun(len(rows) - len(long), 'row')} with 0 {column_title} left out"
        )
        return long

    def _keep_commonest_unit(self, rows: list[Row]) -> list[Row]:
        """Return the rows in the commonest unit of each facet; a note counts the others."""
        if self.unit is None:
            return rows
        by_facet: dict[object, Counter[Term | None]] = {}
        for row in rows:
            counts = by_facet.setdefault(self.texts.term(row, self.chart.facet), Counter())
            counts[self.texts.term(row, self.unit)] += 1
        chosen = {facet: counts.most_common(1)[0][0] for facet, counts in by_facet.items()}
        comparable = [
            row
            for row in rows
            if self.texts.term(row, self.unit) == chosen[self.texts.term(row, self.chart.facet)]
        ]
        if len(comparable) < len(rows):
            other_units = {
                self.texts.labels.of_term(unit)
                for counts in by_facet.values()
                for unit in list(counts)[1:]
                if unit is not None and unit not in chosen.values()
            }
            left_out = count_noun(len(rows) - len(comparable), "value")
            self.notes.append(
                f"{left_out} in another unit left out ({', '.join(sorted(other_units))})"
            )
        return comparable

    def _keep_commonest(self, rows: list[Row], name: str | None, limit: int) -> list[Row]:
        """Return the rows with the commonest values of a column, in their order."""
        if name is None:
            return rows
        counts = Counter(self.texts.of(row, name) for row in rows)
        if len(counts) <= limit:
            return rows
        commonest = {text for text, _ in counts.most_common(limit)}
        title = self._title(name, "")
        self.notes.append(f"the {limit} with the most points of {len(counts)}, by {title}")
        return [row for row in rows if self.texts.of(row, name) in commonest]

    def _drop_small_facets(self, rows: list[Row]) -> list[Row]:
        """Return the rows without facets that have too few points for a chart."""
        name = self.chart.facet
        counts = Counter(self.texts.of(row, name) for row in rows) if name else Counter[str]()
        few = {text for text, count in counts.items() if count < _FEWEST_POINTS}
        if name is None or not few or len(few) == len(counts):
            return rows
        self.notes.append(f"too few points to draw: {', '.join(sorted(few))}")
        return [row for row in rows if self.texts.of(row, name) not in few]

    def _scale_type(self, name: str, rows: Sequence[Row]) -> str:
        column = self.texts.columns.get(name)
        if column is not None and column.type == "date":
            return "temporal"
        numbers = all(_number(self.texts.term(row, name)) is not None for row in rows)
        typed = column is not None and column.type in {"integer", "decimal", "year"}
        return "quantitative" if typed and numbers and rows else "nominal"

    def _point(self, row: Row, kinds: Mapping[str, str]) -> dict[str, Any]:
        chart, texts = self.chart, self.texts
        point: dict[str, Any] = {}
        for name in dict.fromkeys(chart.columns):
            term = texts.term(row, name)
            if kinds[name] == "temporal":
                point[name] = term.value if isinstance(term, Literal) else None
            elif kinds[name] == "quantitative":
                point[name] = _number(term)
            else:
                point[name] = texts.of(row, name) or _NONE
        point[chart.y + LABEL] = texts.of(row, chart.y)
        if chart.type == "timeline":
            return point
        unit = texts.term(row, self.unit)
        if (
            chart.facet is not None
            and isinstance(unit, NamedNode)
            and not currency_sign(unit.value)
        ):
            symbol = texts.labels.of(unit.value)
            point[chart.facet] += f", {symbol}" if symbol != COUNT_SYMBOL else ""
        point[chart.y] = self._value(row)
        for end in (self.low, self.high):
            if end is not None:
                point[end] = _number(texts.term(row, end))
        if kinds[chart.x[0]] == "temporal":
            point[chart.x[0] + LABEL] = texts.of(row, chart.x[0])
        return point

    def _name_bars(self, points: list[dict[str, Any]], rows: Sequence[Row]) -> None:
        """Give each point a unique name, made of the columns that differ between points."""
        name = self.chart.x[0]
        parts = [[self.texts.of(row, name_of_x) for name_of_x in self.chart.x] for row in rows]
        differing = [
            place
            for place in range(len(self.chart.x))
            if len({texts_of_row[place] for texts_of_row in parts}) > 1
        ]
        places = sorted({0, *differing})
        uses: Counter[tuple[object, str]] = Counter()
        for point, texts_of_row, row in zip(points, parts, rows, strict=True):
            text = ", ".join(filter(None, (texts_of_row[place] for place in places)))
            panel = (self.texts.term(row, self.chart.facet), text)
            uses[panel] += 1
            # Vega-Lite would stack two bars with the same name
            point[name] = (
                text if uses[panel] == 1 or self.chart.type != "bar" else f"{text} ({uses[panel]})"
            )

    def _merge_colors(self, points: list[dict[str, Any]]) -> None:
        """Merge all but the commonest series into one, which is drawn in grey."""
        name = self.chart.color
        if name is None:
            return
        counts = Counter(point[name] for point in points)
        commonest = {text for text, _ in counts.most_common(len(PALETTE))}
        for point in points if len(counts) > len(commonest) else ():
            point[name + LABEL] = point[name]  # keeps the lines of merged series apart
            if point[name] not in commonest:
                point[name] = OTHERS

    def _sources(self, rows: Iterable[Row]) -> tuple[str, ...]:
        """Return the names of the sources that the rows cite, or else the sources of figures."""
        columns, labels = self.texts.columns, self.texts.labels
        cited = self.chart.source or tuple(
            column.name for column in columns.values() if column.cite and not column.detail
        )
        behind = columns[self.chart.y].marked_by if self.chart.y in columns else ()
        terms = [
            term for row in rows for name in cited or behind if (term := self.texts.term(row, name))
        ]
        if not cited:
            return labels.sources_of(iri for term in terms for iri in value_of(term).split())
        return tuple(dict.fromkeys(map(labels.of_term, terms)))

    def _title(self, name: str, unit: str) -> str:
        column = self.texts.columns.get(name)
        title = (column.title if column else "") or words_in_name(name)
        if name != self.chart.y or not unit or currency_sign(unit):
            return title
        symbol = self.texts.labels.of(unit)
        return title if symbol == COUNT_SYMBOL else f"{title}, {symbol}"


def _number(term: Term | None) -> float | None:
    if not isinstance(term, Literal):
        return None
    try:
        value = Decimal(term.value)
    except InvalidOperation:
        return None
    return float(value) if value.is_finite() else None
