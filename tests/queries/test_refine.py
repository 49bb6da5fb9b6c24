"""Conditions, orders and limits around a stored query keep, sort and cut its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode
from tests.queries.test_headers import ROOT, sample_values

from factbook.errors import UsageError
from factbook.query.refine import Refinement, refine_text
from factbook.query.run_query import bind_stored, run_stored
from factbook.query.stored_queries import find_query, query_paths, read_query
from factbook.sparql.tokens import uses_service
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.queries.conftest import Shelf

    from factbook.store.answers import Row

    Ask = Callable[..., list[dict[str, str]]]

_PATHS = {
    name: path
    for name, path in query_paths(ROOT).items()
    if read_query(path).form == "SELECT" and not uses_service(path.read_text(encoding="utf-8"))
}
every_query = pytest.mark.parametrize("path", _PATHS.values(), ids=[*_PATHS])
DAY = {"asof": "2026-11-29"}


@pytest.fixture
def ask(shelf: Shelf) -> Ask:
    """Return what runs a stored query over the bundled book: rows of texts by column."""
    book = shelf("bundled").book

    def run(
        name: str, values: dict[str, str] | None = None, **wanted: object
    ) -> list[dict[str, str]]:
        query = find_query(book.layout.queries, name)
        refine = Refinement(**wanted)  # type: ignore[arg-type] # given by name
        answer = run_stored(book, query, values or {}, refine=refine)
        assert isinstance(answer, Table)
        return [
            {
                column: getattr(term, "value", "")
                for column, term in zip(answer.variables, row, strict=True)
            }
            for row in answer.rows
        ]

    return run


@every_query
def test_first_rows_and_reversed_order_are_those_of_the_query(path: Path, shelf: Shelf) -> None:
    """The first rows are the first ones, and a sort keeps every row."""
    query = read_query(path)
    book = shelf("bundled-with-leads" if query.asks_leads else "bundled").book
    plain = _rows(book, query)
    column = query.columns[0].name

    assert _rows(book, query, Refinement(top=3)) == plain[:3]
    assert sorted(_rows(book, query, Refinement(sort=f"{column}:desc")), key=str) == sorted(
        plain, key=str
    )


@pytest.mark.parametrize("engine", ["embedded", "rdflib", "endpoint"])
@pytest.mark.parametrize(
    ("query", "refine"),
    [
        ("valuations", Refinement(where=("amount > 1B",), sort="amount", top=5)),
        ("valuations", Refinement(where=("company ~ systems", "date < 2026-Q3"))),
        ("companies", Refinement(where=("founded >= 2016",), columns=("company", "founded"))),
        ("events", Refinement(since="2026-01", until="2026-06-30", sort="kind:desc,date")),
    ],
)
def test_engines_refine_alike(query: str, refine: Refinement, engine: str, shelf: Shelf) -> None:
    """Every engine gives the rows that the embedded one gives, in their order."""
    tested = shelf("market")
    stored = find_query(tested.book.layout.queries, query)
    values = {"asof": "2025-12-31"} if any(p.name == "asof" for p in stored.parameters) else {}
    [bound] = bind_stored(stored, values, tested.book)[1]
    refined = refine_text(bound.text, stored, refine, tested.book)

    answers = [tested.engine(each).query(refined) for each in ("embedded", engine)]

    one, other = (
        [tuple(map(_level, row)) for row in answer.rows]
        for answer in answers
        if isinstance(answer, Table)
    )
    assert one == other


@pytest.mark.parametrize(
    ("where", "keeps"),
    [
        ("amount >= 11B", {"databricks", "cerebras", "coreweave", "sambanova"}),
        ("amount > $11B", {"databricks", "cerebras", "coreweave"}),
        ("amount >= €1", set()),
        ("company = Groq", {"groq"}),
        ("company != Groq", None),
        ("company contains CEREBRAS", {"cerebras"}),
        ("segment ~ deployment", {"anyscale", "modal"}),
        ("date = 2025", {"coreweave", "lambda"}),
        ("date < 2025", {"graphcore"}),
        ("date <= 2025", {"graphcore", "coreweave", "lambda"}),
        ("contradicted = yes", set()),
    ],
)
def test_condition_keeps_the_rows_that_meet_it(
    ask: Ask, where: str, keeps: set[str] | None
) -> None:
    """Numbers, money, things, texts, dates and truth values compare as people write them."""
    rows = ask("valuations", DAY, where=(where,))
    found = {row["company"].rpartition("/")[2] for row in rows}

    assert found == keeps if keeps is not None else "groq" not in found and len(found) > 5


def test_units_convert_by_their_prefix(ask: Ask) -> None:
    """A value may be written as it is printed, in a unit with another prefix."""
    measure = {"measure": "off-chip memory bandwidth", **DAY}

    assert ask("rank", measure, where=("value >= 8 TB/s",)) == ask(
        "rank", measure, where=("value >= 8000",)
    )
    assert ask("accelerators", DAY, where=("off-chip memory > 80GB",)) == ask(
        "accelerators", DAY, where=("offchipmemory > 80",)
    )


def test_range_meets_a_comparison_with_all_of_itself(ask: Ask) -> None:
    """A valuation of 7 to 8 billion is over 6, but neither over 7.5 nor under it."""
    cerebras = {"company": "cerebras", **DAY}

    def has_range(where: str) -> bool:
        return any(row["low"] for row in ask("valuation-history", cerebras, where=(where,)))

    assert has_range("amount > 6B")
    assert has_range("amount < 9B")
    assert not has_range("amount > 7.5B")
    assert not has_range("amount < 7.5B")


def test_sort_puts_empty_cells_last(ask: Ask) -> None:
    """Whatever the direction, rows with nothing to sort by come last."""
    for direction in ("asc", "desc"):
        amounts = [row["amount"] for row in ask("valuations", DAY, sort=f"amount:{direction}")]
        filled = [float(amount) for amount in amounts if amount]

        assert amounts[len(filled) :] == [""] * (len(amounts) - len(filled))
        assert filled == sorted(filled, reverse=direction == "desc")


def test_columns_are_those_asked_for(ask: Ask) -> None:
    """Columns come in the order given, by name or by title."""
    assert list(ask("stale", DAY, columns=("age, months", "thing"))[0]) == ["months", "thing"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"where": ("amont > 3",)}, "no column 'amont'. Did you mean 'amount'"),
        ({"where": ("amount > many",)}, "'many' is not one"),
        ({"where": ("amount 3",)}, "write COLUMN OPERATOR VALUE"),
        ({"where": ("company < Groq",)}, "compare with = or != or ~"),
        ({"where": ("company = Grok",)}, "no thing is called 'Grok'; nearest: 'Groq'"),
        ({"where": ("amount > 3 furlong",)}, "amount has no unit 'furlong'"),
        ({"where": ("contradicted = perhaps",)}, "yes or no"),
        ({"where": ("date > soon",)}, "'soon' is not a day"),
        ({"where": ("date = 2025-02-30",)}, "'2025-02-30' is not a day"),
        ({"since": "2025-13"}, "--since: '2025-13' is not a day"),
        ({"sort": "amount:down"}, "COLUMN:desc"),
        ({"sort": "worth"}, "no column 'worth'"),
        ({"columns": ("worth",)}, "no column 'worth'"),
        ({"top": 0}, "0 is not a number of rows"),
    ],
)
def test_refinement_says_what_is_wrong(ask: Ask, wanted: dict[str, object], words: str) -> None:
    """A wrong column or value is named, with what is near."""
    with pytest.raises(UsageError) as error:
        ask("valuations", DAY, **wanted)

    assert words in str(error.value)


@pytest.mark.parametrize("text", ['x" } DROP ALL #', "<http://e/a> ?p ?o", "\\", "'''"])
def test_value_is_never_part_of_the_query(ask: Ask, text: str) -> None:
    """A text is compared as it is, whatever it contains."""
    assert ask("valuations", DAY, where=(f"company ~ {text}",)) == []


def test_days_need_a_column_of_dates(ask: Ask) -> None:
    """A query without dates says so."""
    with pytest.raises(UsageError, match="no column of dates"):
        ask("themes", since="2025")


def _rows(book: object, query: object, refine: Refinement | None = None) -> list[Row]:
    answer = run_stored(book, query, sample_values(query), refine=refine)  # type: ignore[arg-type]
    assert isinstance(answer, Table)
    return list(answer.rows)


def _level(term: object) -> str:
    if isinstance(term, Literal) and term.datatype == NamedNode(
        f"{'http://www.w3.org/2001/XMLSchema#'}decimal"
    ):
        return str(float(term.value))
    return str(getattr(term, "value", ""))
