"""Estimates of NVIDIA's quarters, of sales and of owners, read again.

Each function returns what a row states.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.imports.again import ORGANIZATION, number, state, thing

if TYPE_CHECKING:
    from tests.imports.again import Row, Statements


SALES, OWNERS, YEARLY = "epoch-chip-sales", "epoch-chip-owners", "epoch-nvidia-prices"
OWNER = (*ORGANIZATION, "place")
ESTIMATE: dict[str, str | int] = {
    "precision": "precision/about",
    "standing": "standing/estimated",
    "lowPercentile": 5,
    "highPercentile": 95,
}


def day_of(text: str) -> str:
    """Return a day such as 3/31/2024 in ISO 8601."""
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat()  # noqa: DTZ007 - a day alone


# Sales and owners


def interval(row: Row, name: str, median: str = "", unit: str = "") -> dict[str, str | None]:
    """Return a median and both ends of its interval, with their unit."""
    return {
        "value": number(row[median or f"{name} (median)"]),
        "minValue": number(row[f"{name} (5th percentile)"]),
        "maxValue": number(row[f"{name} (95th percentile)"]),
        "hasUnit": unit,
    }


def intervals(measures: dict[str, dict[str, str | None]], **shared: str) -> Statements:
    """Return the statements of the measures that have a value."""
    return [
        state(measuredProperty=f"measure/{measure}", **ESTIMATE, **figure, **shared)
        for measure, figure in measures.items()
        if figure["value"]
    ]


def units(row: Row) -> dict[str, str | None]:
    """Return the number of units, whose column is called differently in two tables."""
    name = "Number of Units"
    return interval(row, name, name if name in row else f"{name} (median)", "NUM")


def compute(row: Row) -> dict[str, str | None]:
    """Return the computing power."""
    return interval(row, "H100e", "Compute estimate in H100e (median)", "unit/h100-equivalent")


def sale(row: Row) -> Statements:
    """Return what a row of sales states."""
    if row["Notes"].startswith("Incomplete"):
        return "the figures cover only a part of the quarter"
    day = day_of(row["End date"])
    return intervals(
        {
            "units-sold": units(row),
            "compute-sold": compute(row),
            "power-sold": interval(row, "Power in MW", unit="MegaW"),
        },
        observationAbout=thing(
            "epoch-chip-sales", "Chip_manufacturer", row["Chip manufacturer"], *ORGANIZATION
        ),
        counted=thing(SALES, "Chip_type", row["Chip type"], "product"),
        observationDate=day,
        observationPeriod="P3M",
        row=f"{row['Chip type']} / {day}",
    )


def owned(row: Row) -> Statements:
    """Return what a row of owners states."""
    if row["Incomplete"] == "checked":
        return "the figures cover only a part of the quarter"
    if row["Owner"] == "Other":
        return "the owner is the rest of the market"
    day = day_of(row["End date"])
    return intervals(
        {
            "units-owned": units(row),
            "compute-owned": compute(row),
            "power-owned": interval(row, "Total TDP (W)", "Total TDP (W)", "W"),
        },
        observationAbout=thing(OWNERS, "Owner", row["Owner"], *OWNER),
        counted=thing(OWNERS, "Chip_type", row["Chip type"], "product"),
        observationDate=day,
        row=f"{row['Owner']} / {row['Chip type']} / {day}",
    )


# NVIDIA's quarters and prices


def quarter(row: Row) -> Statements:
    """Return what a row of NVIDIA's quarters states."""
    columns = {
        "revenue": "total_revenue",
        "data-centre-revenue": "dc_revenue",
        "networking-revenue": "network_revenue",
        "compute-revenue": "compute_revenue",
    }
    return [
        state(
            observationAbout="company/nvidia",
            measuredProperty=f"measure/{measure}",
            value=number(row[column], 10**9),
            hasUnit="CCY_USD",
            observationDate=row["End Date"],
            observationPeriod="P3M",
            precision="precision/about",
            standing=f"standing/{'estimated' if measure == 'compute-revenue' else 'reported'}",
            row=f"{row['Quarter']} / {measure}",
        )
        for measure, column in columns.items()
        if row[column]
    ]


def yearly_price(row: Row) -> Statements:
    """Return what a row of NVIDIA's prices states."""
    return [
        state(
            observationAbout=thing(YEARLY, "chip", chip, "product"),
            measuredProperty="measure/price",
            minValue=number(row[f"{chip} low"]),
            maxValue=number(row[f"{chip} high"]),
            hasUnit="CCY_USD",
            observationDate=f"{row['Year']}-01-01",
            datePrecision="date-precision/year",
            precision="precision/about",
            per="price-basis/unit",
            standing="standing/estimated",
            row=f"{row['Year']} / {chip}",
        )
        for chip in ("A100", "H100", "GB200", "GB300", "H20")
        if row[f"{chip} low"]
    ]
