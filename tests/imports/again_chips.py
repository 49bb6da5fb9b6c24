"""Chips and the prices of accelerators, read again.

Each function returns what a row states, or why it is left out.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse
from tests.imports.again import (
    BASE,
    NOTHING,
    ORGANIZATION,
    ROOT,
    number,
    plain,
    read_csv,
    state,
    thing,
)

if TYPE_CHECKING:
    from tests.imports.again import Row, Statement, Statements


CHIPS, PRICES = "epoch-ml-hardware", "epoch-hardware-prices"
# Chips


TERA, GIGA = "1e-12", "1e-9"
# The column, its name in keys, the measure, the unit, a factor, and what else tells figures apart
CHIP_FIGURES: list[tuple[str, str, str, str, str, dict[str, str]]] = [
    (
        "Release price (USD)",
        "Release_price_USD",
        "price",
        "CCY_USD",
        "1",
        {"per": "price-basis/unit"},
    ),
    *(
        (
            column,
            key,
            "peak-performance",
            "TeraFLOPS",
            TERA,
            {"numberFormat": f"number-format/{form}"},
        )
        for column, key, form in (
            (
                "Tensor-FP16/BF16 performance (FLOP/s)",
                "Tensor_FP16_BF16_performance_FLOP_s",
                "bf16",
            ),
            ("FP8 performance (FLOP/s)", "FP8_performance_FLOP_s", "fp8"),
            ("FP4 performance (FLOP/s)", "FP4_performance_FLOP_s", "fp4"),
            (
                "FP64 (double precision) performance (FLOP/s)",
                "FP64_double_precision_performance_FLOP_s",
                "fp64",
            ),
            (
                "FP32 (single precision) performance (FLOP/s)",
                "FP32_single_precision_performance_FLOP_s",
                "fp32",
            ),
            (
                "TF32 (TensorFloat-32) performance (FLOP/s)",
                "TF32_TensorFloat_32_performance_FLOP_s",
                "tf32",
            ),
            ("FP16", "FP16_half_precision_performance_FLOP_s", "fp16"),
        )
    ),
    *(
        (
            f"INT{bits} performance (OP/s)",
            f"INT{bits}_performance_OP_s",
            "peak-integer-performance",
            "unit/teraops-per-second",
            TERA,
            {"numberFormat": f"number-format/int{bits}"},
        )
        for bits in (16, 8, 4)
    ),
    ("Memory (bytes)", "Memory_bytes", "off-chip-memory", "GigaBYTE", GIGA, {}),
    (
        "Memory bandwidth (byte/s)",
        "Memory_bandwidth_byte_s",
        "off-chip-memory-bandwidth",
        "GigaBYTE-PER-SEC",
        GIGA,
        {},
    ),
    (
        "Intranode bandwidth (byte/s)",
        "Intranode_bandwidth_byte_s",
        "link-bandwidth",
        "GigaBYTE-PER-SEC",
        GIGA,
        {},
    ),
    ("TDP (W)", "TDP_W", "power", "W", "1", {"powerBasis": "power-basis/thermal-design"}),
    ("Die Size (mm^2)", "Die_Size_mm_2", "die-area", "MilliM2", "1", {}),
    ("Process size (nm)", "Process_size_nm", "process-size", "NanoM", "1", {}),
    ("Transistors (millions)", "Transistors_millions", "transistor-count", "NUM", "1e6", {}),
]
# The memory of one chip is on the chip itself
ON_CHIP_FIGURES = [
    *(each for each in CHIP_FIGURES if not each[0].startswith("Memory")),
    ("Memory (bytes)", "On_chip_Memory_bytes", "on-chip-memory", "MegaBYTE", "1e-6", {}),
    (
        "Memory bandwidth (byte/s)",
        "On_chip_Memory_bandwidth_byte_s",
        "on-chip-memory-bandwidth",
        "GigaBYTE-PER-SEC",
        GIGA,
        {},
    ),
]


def chip(row: Row) -> Statements:
    """Return what a row of chips states."""
    name = row["Hardware name"]
    if name == "NVIDIA Tesla P100 PCIe 16GB":
        return "the row NVIDIA P100 PCIe 16GB is of the same chip"
    if name == "Cambricon MLU370-S4/S8":
        return "both chips have rows of their own"
    tensor, half = (
        "Tensor-FP16/BF16 performance (FLOP/s)",
        "FP16 (half precision) performance (FLOP/s)",
    )
    cells = {**row, "FP16": row[tensor] or row[half]}
    of_chip = (CHIPS, "Hardware_name", name, "product")
    figures = ON_CHIP_FIGURES if name == "GroqChip LPU v1" else CHIP_FIGURES
    found = [
        state(
            observationAbout=thing(*of_chip),
            measuredProperty=f"measure/{measure}",
            value=number(cells[column], factor),
            hasUnit=unit,
            observationDate=(row["Release date"] if measure == "price" else "") or "2026-04-27",
            precision="precision/exactly",
            sparsity="sparsity/dense" if "numberFormat" in more else None,
            standing="standing/reported",
            row=f"{name} / {key}",
            description="one figure for FP16 and BF16 in the source"
            if row[tensor] and column in {tensor, "FP16"}
            else None,
            **more,
        )
        for column, key, measure, unit, factor, more in figures
        if cells.get(column)
    ]
    maker = thing(CHIPS, "Manufacturer", row["Manufacturer"], *ORGANIZATION)
    if (
        row["Release date"]
        and maker
        and (iri := thing(*of_chip)).removesuffix("-gpu") not in released_before()
    ):
        found.append(
            state(
                "Event",
                name=f"{name} is released",
                kind="event-kind/launch",
                stage="stage/completed",
                startDate=row["Release date"],
                datePrecision="date-precision/day",
                company=maker,
                product=iri,
                standing="standing/reported",
                row=f"{name} / Release_date",
            )
        )
    return found or NOTHING


@cache
def released_before() -> set[str]:
    """Return the chips of whose release the earlier version of the table tells."""
    path = ROOT / "data/sources/epoch-ai/data-on-machine-learning-hardware.ttl"
    quads = parse(path.read_bytes(), RdfFormat.TURTLE)
    return {
        quad.object.value.removeprefix(BASE)
        for quad in quads
        if quad.predicate.value.endswith("#product")
    }


# Prices


MODES = {
    "Price per chip-hour (on-demand)": "on_demand",
    "Price per chip-hour (1-year CUD)": "one_year",
    "Price per chip-hour (3-year CUD)": "three_years",
    "Price (hardware purchase)": "purchase",
}


def offers() -> list[Row]:
    """Return the rows of prices, each with its figures: those of an offer are one figure."""
    rows = read_csv("epoch-hardware-prices.csv")
    groups: dict[tuple[str, ...], list[tuple[Decimal, str, int]]] = defaultdict(list)
    for place, row in enumerate(rows):
        for column, mode in MODES.items():
            if row[column]:
                accelerators = "" if mode == "purchase" else row["Number of GPUs"]
                names = (row["Hardware model"], row["Vendor"], row["Location"], accelerators)
                found = groups[*names, mode, row["Price date"]]
                found.append((Decimal(row[column]), row["Price source"], place))
        row["first"] = []
    for key, prices in groups.items():
        prices.sort()
        rows[prices[0][2]]["first"].append((key, prices))
    return rows


def offer(row: Row) -> Statements:
    """Return what a row of prices states."""
    if row["Vendor"] == "Databricks":
        return "the price is assumed in a calculation and asked by nobody"
    if not any(row[column] for column in MODES):
        return NOTHING
    found: list[Statement] = []
    for key, prices in row["first"]:
        chip_name, vendor, location, accelerators, mode, day = key
        low, high = plain(prices[0][0]), plain(prices[-1][0])
        address = prices[0][1].split()[0] if prices[0][1].startswith("http") else None
        found += [
            state(
                observationAbout=thing(PRICES, "Hardware_model", chip_name, "product"),
                measuredProperty="measure/price",
                value=low if low == high else None,
                minValue=None if low == high else low,
                maxValue=None if low == high else high,
                hasUnit="CCY_USD",
                observationDate=day,
                precision=f"precision/{'exactly' if low == high else 'about'}",
                per=f"price-basis/{'unit' if mode == 'purchase' else 'gpu-hour'}",
                purchaseMode={"on_demand": "purchase-mode/on-demand", "purchase": None}.get(
                    mode, "purchase-mode/reserved"
                ),
                commitment={"one_year": "P1Y", "three_years": "P3Y"}.get(mode),
                offeredBy=thing(PRICES, "Vendor", vendor, "product"),
                acceleratorCount=accelerators,
                region=thing(PRICES, "Location", place, "place"),
                standing="standing/reported",
                corroboratedBy=address,
                row=" / ".join([*key, "1"]),
            )
            for place in location.split(",")
        ]
    return found or "differ from another row in the kind of instance only and are in its range"
