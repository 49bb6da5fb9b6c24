"""The tables of data sets, read with Python's csv and json, and what each row should state.

This says again, without the program, what `queries/imports` says: for each row of a table either
its statements or the reason why it is left out. A statement is the set of all its properties.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pyoxigraph import RdfFormat, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TABLES = ROOT.parent / "shared" / "datasets"
BASE = "https://w3id.org/ai-infra/"
NAMES = ("https://schema.org/name", "https://schema.org/alternateName")
NOTHING = "nothing that the mapping reads"

Row = dict[str, Any]
Statement = frozenset[tuple[str, str]]
Statements = list[Statement] | str
"""What a row states, or why it is left out."""


def path_of(name: str) -> Path:
    """Return the path of a table, or skip the test where the tables are missing."""
    path = TABLES / name
    if not path.exists():
        pytest.skip(f"{path} is missing: the tables are not part of the repository")
    return path


def read_csv(name: str) -> list[Row]:
    """Return the rows of a table; cells that are empty are left out."""
    with path_of(name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [defaultdict(str, {key: cell for key, cell in row.items() if cell}) for row in rows]


def plain(number: Decimal) -> str:
    """Return a number in digits, without zeros at the end of its fraction."""
    return f"{number:.12f}".rstrip("0").rstrip(".")


def number(text: str, factor: int | str = 1, places: int | None = None) -> str | None:
    """Return a cell times a factor, rounded half up to places of its fraction."""
    if not text:
        return None
    value = Decimal(text)
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")
    return plain(value * Decimal(factor))


def state(kind: str = "Observation", /, **properties: str | int | None) -> Statement:
    """Return a statement; an observation is of a day unless another precision is given."""
    if kind == "Observation":
        properties = {"datePrecision": "date-precision/day", **properties}
    stated = {"type": kind, **{name: v for name, v in properties.items() if v not in {None, ""}}}
    return frozenset((name, str(value)) for name, value in stated.items())


# Names


def fold(text: str) -> str:
    """Return a name by its letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


@cache
def register() -> tuple[dict[str, set[str]], ...]:
    """Return the things of the register by name, folded name and end of their IRI; their kinds.

    A kind is the namespace of a thing, or its class.
    """
    spelled, folded, ends, kinds = (defaultdict[str, set[str]](set) for _ in range(4))
    for path in sorted((ROOT / "data" / "register").rglob("*.ttl")):
        for quad in parse(path.read_bytes(), RdfFormat.TURTLE):
            iri = quad.subject.value.removeprefix(BASE)
            if quad.predicate.value in NAMES:
                spelled[quad.object.value].add(iri)
                folded[fold(quad.object.value)].add(iri)
                ends[fold(iri.partition("/")[2])].add(iri)
            elif quad.predicate.value.endswith("#type"):
                kinds[iri] |= {iri.partition("/")[0], quad.object.value.rpartition("#")[2]}
    return spelled, folded, ends, kinds


@cache
def front_matter(mapping: str) -> dict[str, Any]:
    """Return what stands in front of a mapping."""
    text = (ROOT / "queries" / "imports" / f"{mapping}.rq").read_text("utf-8")
    lines = [line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+")]
    return dict(yaml.safe_load("\n".join(lines)))


@cache
def thing(mapping: str, column: str, cell: str, *kinds: str) -> str:
    """Return the one thing that a cell names, if need be without its maker's name, or nothing.

    Args:
        mapping: The mapping, which may name the thing itself.
        column: The column of the mapping.
        cell: The name.
        kinds: What the thing may be.
    """
    named = front_matter(mapping)["things"][column]
    if not cell or cell in named.get("none", ()):
        return ""
    if cell in named.get("names", {}):
        return str(named["names"][cell]).replace(":", "/")
    spelled, folded, ends, kinds_of = register()
    without_maker = fold(cell.partition(" ")[2])
    for fitting in (
        spelled[cell],
        ends[fold(cell)],
        folded[fold(cell)],
        ends[without_maker],
        folded[without_maker],
    ):
        found = {iri for iri in fitting if kinds_of[iri] & set(kinds)}
        if found:
            (one,) = found
            return one
    raise AssertionError(f"{mapping}: nothing is called {cell!r}")


def qualified(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the names in a cell, each with how sure it is."""
    for part in cell.split(","):
        name, _, sure = part.strip().partition(" #")
        if name:
            yield (
                name,
                {"confident": "high", "likely": "medium", "speculative": "low"}.get(sure, "medium"),
            )


ORGANIZATION = ("company", "organization")
