"""Typed rows for Python: numbers, dates and strings instead of RDF terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from html import escape
from math import nan
from typing import TYPE_CHECKING, Any, Self, TypeAlias, overload

from pyoxigraph import Literal, NamedNode

from factbook.errors import UsageError
from factbook.rdf.terms import XSD
from factbook.render.humanize import count_noun
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import polars as pl
    import rdflib

    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.render.chart_description import Chart
    from factbook.render.charts import Picture
    from factbook.render.labels import Labels
    from factbook.store.answers import Answer, Engine
    from factbook.store.answers import Row as TableRow

_MOST_IN_NOTEBOOK = 100  # rows
_EXACT = 2**53  # a float holds every integer up to here
_STYLE = "<style>.factbook .n,.factbook .d{white-space:nowrap}</style>\n"
Value: TypeAlias = "int | Decimal | float | bool | date | datetime | str | None"

_FROM_XSD: dict[str, Callable[[str], Value]] = {
    f"{XSD}integer": int,
    f"{XSD}decimal": Decimal,
    f"{XSD}double": float,
    f"{XSD}float": float,
    f"{XSD}date": date.fromisoformat,
    f"{XSD}dateTime": datetime.fromisoformat,
    f"{XSD}boolean": lambda text: text in {"true", "1"},
}


class Iri(str):
    """An IRI in a typed row: a str that knows its label."""

    __slots__ = ("_labels",)
    _labels: _LabelsOnDemand | None

    def __new__(cls, value: str, labels: _LabelsOnDemand | None = None) -> Self:
        """Return the IRI.

        Args:
            value: The IRI.
            labels: Where its label is looked up.
        """
        iri = super().__new__(cls, value)
        iri._labels = labels
        return iri

    def __reduce__(self) -> tuple[type[Iri], tuple[str]]:
        """Return what a copy needs; a copy in another process knows no label."""
        return Iri, (str(self),)

    @property
    def label(self) -> str:
        """The name of the thing for people, or else its CURIE or the IRI."""
        return str(self) if self._labels is None else self._labels.of(self)


@dataclass(frozen=True)
class Presentation:
    """How to show an answer to people: where its labels are, its columns, chart and title."""

    engine: Engine
    prefixes: Mapping[str, str]
    columns: Sequence[Column] = ()
    chart: Chart | None = None
    title: str = ""
    explain: Callable[[], str] | None = None
    """Returns why there are no rows."""


class _LabelsOnDemand:
    """Looks up the labels of all IRIs of an answer when the first label is needed."""

    def __init__(self, table: list[TableRow], presentation: Presentation) -> None:
        self._table = table
        self._presentation = presentation

    @cached_property
    def _found(self) -> Labels:
        from factbook.render.labels import Labels

        labels = Labels(self._presentation.prefixes, self._presentation.engine)
        labels.look_up(t.value for row in self._table for t in row if isinstance(t, NamedNode))
        return labels

    def of(self, iri: str) -> str:
        """Return the label of an IRI of the answer."""
        return self._found.of(str(iri))


class Row(Mapping[str, Any]):
    """One row: `row["amount"]` or `row.amount`. The type of a cell is known only at run time."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Value]) -> None:
        self._values = values

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - a `Value`, see the class
        return self._values[column]

    def __getattr__(self, column: str) -> Any:  # noqa: ANN401 - as above
        if column in Row.__slots__ or column not in self._values:
            raise AttributeError(f"no column '{column}'; there are {', '.join(self)}")
        return self._values[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"


class Rows(Sequence[Row]):
    """The rows of an answer.

    Cells hold int, Decimal, float, bool, date, datetime, str or `Iri`, and None if unbound. A
    literal that is not valid for its datatype stays a str.
    """

    def __init__(self, table: Table, presentation: Presentation | None = None) -> None:
        self.columns = table.variables
        self._terms = list(table.rows)
        self._presentation = presentation
        labels = None if presentation is None else _LabelsOnDemand(self._terms, presentation)
        self._rows = [
            Row(
                {
                    name: to_value(term, labels)
                    for name, term in zip(self.columns, terms, strict=True)
                }
            )
            for terms in self._terms
        ]

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            presentation = self._presentation and replace(self._presentation, explain=None)
            return Rows(Table(self.columns, self._terms[index]), presentation)
        return self._rows[index]

    @cached_property
    def reason(self) -> str:
        """Why the answer of a stored query has no rows; empty if it has some.

        The first access runs the query again with fewer conditions.
        """
        explain = self._presentation.explain if self._presentation else None
        return explain() if explain is not None and not self._rows else ""

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<Rows: {len(self)} of {', '.join(self.columns)}>"

    def _repr_html_(self) -> str | None:
        """Return the rows as a table with labels, under their chart, for notebooks."""
        presentation = self._presentation
        if presentation is None:
            return None
        from factbook.render.cells import build_cells
        from factbook.render.markup import html_table

        cells = build_cells(
            self.columns,
            self._terms[:_MOST_IN_NOTEBOOK],
            engine=presentation.engine,
            prefixes=presentation.prefixes,
            columns=presentation.columns,
        )
        if self.reason:
            return f"<p>No rows. {escape(self.reason)}</p>"
        left_out = len(self) - _MOST_IN_NOTEBOOK
        more = f"<p>and {count_noun(left_out, 'more row')}</p>" if left_out > 0 else ""
        return f"<div class=factbook>{_STYLE}{self._draw_chart()}{html_table(cells)}{more}</div>"

    def _draw_chart(self) -> str:
        """Return the chart as SVG, or an empty string if there is none or it cannot be drawn."""
        from factbook.render.pictures import draw_svg

        try:
            picture = self._picture()
            return "" if picture is None else draw_svg(picture)
        except UsageError:  # such as a package that is not installed
            return ""

    def _picture(self) -> Picture | None:
        presentation = self._presentation
        if presentation is None or presentation.chart is None:
            return None
        from factbook.render.charts import build_picture
        from factbook.render.labels import Labels

        labels = Labels(presentation.prefixes, presentation.engine)
        return build_picture(
            presentation.chart,
            self.columns,
            self._terms,
            labels=labels,
            columns=presentation.columns,
            title=presentation.title,
        )

    def to_vega_lite(self) -> dict[str, Any]:
        """Return the chart of the query as a Vega-Lite spec.

        Raises:
            UsageError: The query has no chart.
        """
        from factbook.render.vega_lite import vega_lite

        picture = self._picture()
        if picture is None:
            raise UsageError("the query has no chart; `chart` in its front matter gives it one")
        return vega_lite(picture)

    def to_pandas(self, *, labels: bool = False) -> pd.DataFrame:
        """Return a pandas DataFrame with typed columns; pandas must be installed.

        Numbers are Int64 or Float64, dates datetime64, and things categories. pandas infers the
        type of a column whose values do not fit one, such as decimals beside integers that a float
        would round.

        Args:
            labels: Whether to add a column of labels after each column of things.
        """
        import pandas as pd

        table = self._labelled() if labels else Table(self.columns, self._terms)
        columns = {}
        for place, name in enumerate(table.variables):
            terms = [row[place] for row in table.rows]
            columns[name] = _to_series([to_value(term) for term in terms])
        return pd.DataFrame(columns, columns=list(table.variables))

    def to_polars(self, *, labels: bool = False) -> pl.DataFrame:
        """Return a polars DataFrame with the columns of `-f parquet`.

        Args:
            labels: Whether to add a column of labels after each column of things.

        Raises:
            UsageError: polars is not installed.
        """
        from factbook.render.dataframes import to_polars

        return to_polars(self._labelled() if labels else Table(self.columns, self._terms))

    def _labelled(self) -> Table:
        """Return the answer with a column of labels after each column of things."""
        from factbook.render.labels import Labels, add_label_columns

        table, presentation = Table(self.columns, self._terms), self._presentation
        return (
            table
            if presentation is None
            else add_label_columns(table, Labels(presentation.prefixes, presentation.engine))
        )


def _to_series(values: list[Value]) -> pd.Series[Any]:
    """Return a pandas column of the type that fits its values."""
    import numpy as np
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    if kinds == {Iri}:
        return pd.Series(
            [None if value is None else str(value) for value in values], dtype="category"
        )
    if kinds == {date}:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="object")))
    is_exact = all(abs(value) <= _EXACT for value in values if isinstance(value, int))
    if kinds and kinds <= {int, Decimal, float} and kinds != {int} and is_exact:
        numbers = [nan if value is None else float(str(value)) for value in values]
        missing = [value is None for value in values]
        return pd.Series(pd.arrays.FloatingArray(np.array(numbers), np.array(missing)))
    return pd.Series(values, dtype="object").convert_dtypes()


def to_python(answer: Answer, presentation: Presentation) -> Rows | rdflib.Graph | bool:
    """Return an answer as a Python value: typed rows, an rdflib graph or a bool."""
    if isinstance(answer, Table):
        return Rows(answer, presentation)
    if isinstance(answer, Graph):
        from factbook.rdf.bridge import to_rdflib

        return to_rdflib(answer.triples, presentation.prefixes)
    return answer


def to_value(term: Term | None, labels: _LabelsOnDemand | None = None) -> Value:
    """Return the Python value of a term; an IRI gets its label from `labels`."""
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return Iri(term.value, labels)
    if not isinstance(term, Literal):
        return str(term)
    convert = _FROM_XSD.get(term.datatype.value, str)
    try:
        return convert(term.value)
    except (ValueError, InvalidOperation):
        return term.value
