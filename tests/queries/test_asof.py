"""What each company was worth on five days, by all that is known today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode

from factbook.store.answers import Table

if TYPE_CHECKING:
    from tests.queries.conftest import Shelf

# Billions of dollars. What is told later of an earlier time counts; a company that is not named had
# no figure of that day or before.
WORTH = {
    "2021-12-31": {
        "databricks": "38",
        "cerebras": "4",
        "graphcore": "2.77",
        "anyscale": "1",
        "sambanova": "5",
    },
    "2023-12-31": {
        "databricks": "43",
        "cerebras": "4",
        "graphcore": "2.77",
        "anyscale": "1",
        "sambanova": "5",
    },
    "2024-12-31": {
        "databricks": "62",
        "coreweave": "23",
        "sambanova": "5",
        "cerebras": "4",
        "groq": "2.8",
        "lambda": "1.5",
        "anyscale": "1",
        "graphcore": "0.7",
    },
    "2025-12-31": {
        "databricks": "134",
        "coreweave": "66",
        "cerebras": "8.1",
        "groq": "6.9",
        "sambanova": "5",
        "vultr": "3.5",
        "lambda": "2.5",
        "modal": "1.1",
        "anyscale": "1",
        "graphcore": "0.7",
    },
    "2026-11-23": {
        "databricks": "190",
        "cerebras": "66",
        "coreweave": "66",
        "sambanova": "11",
        "modal": "4.65",
        "groq": "3.5",
        "vultr": "3.5",
        "lambda": "2.5",
        "anyscale": "1.65",
        "graphcore": "0.7",
    },
}


def valuations(shelf: Shelf, **values: str) -> dict[str, tuple[str, str]]:
    """Return each company's worth in billions and the day of that figure."""
    answer = shelf("bundled").ask("valuations", values, engine="embedded")
    assert isinstance(answer, Table)
    company, amount, date = map(answer.variables.index, ("company", "amount", "date"))
    found = {}
    for row in answer.rows:
        thing, worth, day = row[company], row[amount], row[date]
        assert isinstance(thing, NamedNode)
        if isinstance(worth, Literal):
            billions = f"{int(worth.value) / 1e9:g}"
            found[thing.value.rpartition("/")[2]] = (
                billions,
                day.value if isinstance(day, Literal) else "",
            )
    return found


@pytest.mark.parametrize("day", WORTH)
def test_asof_answers_with_what_was_so(day: str, shelf: Shelf) -> None:
    """A day in the past is answered with what was so then, no more and no less."""
    found = valuations(shelf, asof=day)

    assert {company: worth for company, (worth, _) in found.items()} == WORTH[day]


@pytest.mark.parametrize("day", WORTH)
def test_asof_leaves_out_later_figures(day: str, shelf: Shelf) -> None:
    """No figure is of a later day than the one that is asked for."""
    found = valuations(shelf, asof=day)

    assert [date for _, date in found.values() if date > day] == []


def test_answer_without_asof_is_the_newest(shelf: Shelf) -> None:
    """Without a day the answer is that of the newest one."""
    assert valuations(shelf) == valuations(shelf, asof=max(WORTH))


def test_undated_figures_answer_last(shelf: Shelf) -> None:
    """The survey has no dates, so it answers only for companies without another figure."""
    found = valuations(shelf)

    assert [company for company, (_, date) in found.items() if not date] == ["vultr"]
