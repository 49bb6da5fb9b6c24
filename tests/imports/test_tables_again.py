"""Imported sources state what the tables say, all of it and nothing else, read without the program.

The tables stand beside the repository and are not part of it: without them the tests are skipped.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, RdfFormat, parse
from tests.imports import again_chips, again_estimates, again_places, again_services
from tests.imports.again import BASE, NOTHING, ROOT, TABLES, path_of, plain, read_csv

from factbook.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.imports.again import Row, Statement, Statements

INFRA, SCHEMA = f"{BASE}def#", "https://schema.org/"


@dataclass(frozen=True)
class Table:
    """How a table is read again: its rows, and what a row states."""

    rows: Callable[[], Iterable[Row]]
    read: Callable[[Row], Statements]


def files(*names: str) -> Callable[[], list[Row]]:
    """Return what reads all rows of some files."""
    return lambda: [row for name in names for row in read_csv(f"epoch-{name}.csv")]


AGAIN = {
    "epoch-chip-owners": Table(
        files(
            *(f"{who}-owners-cumulative-by-chip" for who in ("nvidia", "tpu", "coreweave", "amd"))
        ),
        again_estimates.owned,
    ),
    "epoch-chip-sales": Table(
        files(*(f"{who}-chip-sales" for who in ("nvidia", "tpu", "amd", "trainium"))),
        again_estimates.sale,
    ),
    "epoch-gpu-clusters": Table(files("gpu-clusters"), again_places.cluster),
    "epoch-hardware-prices": Table(again_chips.offers, again_chips.offer),
    "epoch-ml-hardware": Table(files("ml-hardware"), again_chips.chip),
    "epoch-nvidia-prices": Table(files("nvidia-annual-prices"), again_estimates.yearly_price),
    "epoch-nvidia-revenue": Table(files("nvidia-quarterly-revenue"), again_estimates.quarter),
    "epoch-sites": Table(again_places.milestones, again_places.milestone),
    "genai-prices": Table(again_services.token_offers, again_services.token_offer),
    "mlperf-inference": Table(again_services.results, again_services.result),
}


INPUTS = {
    "epoch-chip-owners": [
        f"epoch-{who}-owners-cumulative-by-chip.csv"
        for who in ("nvidia", "tpu", "coreweave", "amd")
    ],
    "epoch-chip-sales": [
        f"epoch-{who}-chip-sales.csv" for who in ("nvidia", "tpu", "amd", "trainium")
    ],
    "epoch-gpu-clusters": ["epoch-gpu-clusters.csv"],
    "epoch-hardware-prices": ["epoch-hardware-prices.csv"],
    "epoch-ml-hardware": ["epoch-ml-hardware.csv"],
    "epoch-nvidia-prices": ["epoch-nvidia-annual-prices.csv"],
    "epoch-nvidia-revenue": ["epoch-nvidia-quarterly-revenue.csv"],
    "epoch-sites": ["epoch-data-center-timelines.csv", "epoch-data-centers.csv"],
    "genai-prices": ["genai-prices.json"],
    "mlperf-inference": ["mlperf-inference-v5.1.json"],
}
"""The files of each import, in the order of its tables."""


def short(iri: str) -> str:
    """Return an IRI of the book without its beginning, and of another one the end."""
    if iri.startswith(INFRA) or not iri.startswith((BASE, "http://qudt", SCHEMA)):
        return iri.removeprefix(INFRA)
    return iri.removeprefix(BASE) if iri.startswith(BASE) else iri.rpartition("/")[2]


@cache
def units() -> dict[str, str]:
    """Return the unit of each measure that expects one."""
    path = ROOT / "ontology" / "schemes" / "measures.ttl"
    return {
        short(quad.subject.value): short(quad.object.value)
        for quad in parse(path.read_bytes(), RdfFormat.TURTLE)
        if quad.predicate.value == f"{INFRA}expectedUnit"
    }


def source_path(mapping: str) -> Path:
    """Return the file of the source that a mapping has made."""
    (path,) = (ROOT / "data" / "sources").glob(f"*/imports/{mapping}-20*.ttl")
    return path


@cache
def source(mapping: str) -> dict[str, dict[str, list[str]]]:
    """Return the properties of all things in the source of a mapping."""
    path = source_path(mapping)
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path.read_bytes(), RdfFormat.TURTLE):
        value = quad.object
        is_number = isinstance(value, Literal) and value.datatype.value.endswith(
            ("decimal", "integer")
        )
        text = plain(Decimal(value.value)) if is_number else value.value
        name = quad.predicate.value.rpartition("#")[2].rpartition("/")[2]
        found[quad.subject.value][name].append(text if isinstance(value, Literal) else short(text))
    return found


def imported(mapping: str) -> Counter[Statement]:
    """Return the observations of a source, and the events of which a row tells."""
    found: Counter[Statement] = Counter()
    for properties in source(mapping).values():
        if "row" in properties:
            stated = {(name, each) for name, values in properties.items() for each in values}
            if properties.get("value") or properties.get("minValue"):
                (measure,) = properties["measuredProperty"]
                (unit,) = properties.get("hasUnit", [units()[measure]])
                stated.add(("hasUnit", unit))
            found[frozenset(stated)] += 1
    return found


@cache
def again(mapping: str) -> list[Statements]:
    """Return what each row of the table states."""
    table = AGAIN[mapping]
    return [table.read(row) for row in table.rows()]


@pytest.mark.parametrize("mapping", INPUTS)
def test_same_table_gives_the_same_bytes(mapping: str, tmp_path: Path) -> None:
    """The program imports each table into the file that stands in the book."""
    tables = [str(path_of(name)) for name in INPUTS[mapping]]

    made = CliRunner().invoke(root, ["import", mapping, *tables, "-o", str(tmp_path)])
    path = source_path(mapping)

    assert made.exit_code == 0, made.stderr
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("mapping", AGAIN)
def test_observations_are_those_of_the_table(mapping: str) -> None:
    """Each statement of a row is in the source with all its properties, and no other is."""
    wanted = Counter(each for row in again(mapping) if not isinstance(row, str) for each in row)
    got = imported(mapping)

    assert got - wanted == Counter()
    assert wanted - got == Counter()


@pytest.mark.parametrize("mapping", AGAIN)
def test_rows_are_imported_or_counted_under_a_reason(mapping: str) -> None:
    """The source counts the rows of the table, those imported, and the others by their reason."""
    rows = again(mapping)
    reasons = Counter(row or NOTHING for row in rows if isinstance(row, str))
    (description,) = (each for each in source(mapping).values() if each["type"] == ["Source"])
    told = {
        why: int(count)
        for count, _, why in (text.partition(": ") for text in description["rowsLeftOut"])
    }
    (count,), (imported_count,) = description["inputRows"], description["importedRows"]

    assert told == dict(reasons)
    assert int(count) == len(rows)
    assert int(imported_count) == len(rows) - reasons.total()


@pytest.mark.parametrize("mapping", AGAIN)
def test_input_is_the_table(mapping: str) -> None:
    """The files that a source names as its inputs are those that the test reads."""
    (description,) = (each for each in source(mapping).values() if each["type"] == ["Source"])
    for line in description["inputFile"]:
        digest, _, name = line.partition("  ")
        if not (TABLES / name).exists():
            pytest.skip(f"{TABLES / name} is missing: the tables are not part of the repository")
        assert hashlib.sha256((TABLES / name).read_bytes()).hexdigest() == digest
