"""Typed rows for Python: numbers, dates and texts instead of terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import polars as pl
    import rdflib

    from factbook.rdf.terms import Term
    from factbook.store.answers import Answer

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
    """An IRI in a typed row: a str with a type of its own."""

    __slots__ = ()


class Row(Mapping[str, Any]):
    """One row: `row["amount"]` or `row.amount`; the type of a cell is known only at run time."""

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

    Cells hold int, Decimal, float, bool, date, datetime, str or `Iri`, and None where the answer is
    empty. A literal that is not what its datatype promises stays a str.
    """

    def __init__(self, table: Table) -> None:
        self.columns = table.variables
        self._terms = list(table.rows)
        self._rows = [
            Row({name: to_value(term) for name, term in zip(self.columns, terms, strict=True)})
            for terms in self._terms
        ]

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<Rows: {len(self)} of {', '.join(self.columns)}>"

    def to_pandas(self) -> pd.DataFrame:
        """Return a pandas DataFrame; pandas must be installed."""
        import pandas as pd

        values = {name: [row[name] for row in self._rows] for name in self.columns}
        return pd.DataFrame(values, columns=list(self.columns)).convert_dtypes()

    def to_polars(self) -> pl.DataFrame:
        """Return a polars DataFrame with the columns of `-f parquet`.

        Raises:
            UsageError: polars is not installed.
        """
        from factbook.render.dataframes import to_polars

        return to_polars(Table(self.columns, self._terms))


def to_python(answer: Answer, prefixes: Mapping[str, str]) -> Rows | rdflib.Graph | bool:
    """Return an answer as Python has it: typed rows, an rdflib graph or a truth value."""
    if isinstance(answer, Table):
        return Rows(answer)
    if isinstance(answer, Graph):
        from factbook.rdf.bridge import to_rdflib

        return to_rdflib(answer.triples, prefixes)
    return answer


def to_value(term: Term | None) -> Value:
    """Return the Python value of a term."""
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return Iri(term.value)
    if not isinstance(term, Literal):
        return str(term)
    convert = _FROM_XSD.get(term.datatype.value, str)
    try:
        return convert(term.value)
    except (ValueError, InvalidOperation):
        return term.value
