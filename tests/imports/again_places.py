"""Clusters and sites, read again.

Each function returns what a row states, or why it is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.imports.again import NOTHING, ORGANIZATION, number, qualified, read_csv, state, thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.imports.again import Row, Statements


CLUSTERS, SITES = "epoch-gpu-clusters", "epoch-sites"
# Clusters and sites


TOLD_LATER = {"Aramco Groq Inference Cluster", "Condor Galaxy 3 (CG-3)", "Graphcore Good Computer"}
CERTAINTY = {"Confirmed": "high", "Likely": "medium", "Unlikely": "low"}
STATUS = {"Existing": "in-operation", "Planned": "planned", "Decommissioned": "closed"}
LISTED = "2025-11-03"


def cluster(row: Row) -> Statements:
    """Return what a row of clusters states."""
    name = row["Name"].strip('"')
    if row["GPU Supplier (primary)"] == "Anonymized" or name == "Anonymized Chinese System":
        return "the data set does not name the cluster"
    if row["Possible Duplicate"] == "True":
        return "possible duplicates of other rows"
    if row["Superseded by"]:
        return "superseded by a later phase of the same cluster"
    if name in TOLD_LATER:
        return "stated by a later version of the data set in this book"
    shared = {
        "observationAbout": thing(CLUSTERS, "Cluster", name, "installation", "product"),
        "confidence": f"confidence/{CERTAINTY[row['Certainty']]}",
        "row": name,
    }
    owners = [thing(CLUSTERS, "Owner", part, *ORGANIZATION) for part, _ in qualified(row["Owner"])]
    values = [
        ("operating-state", f"operating-state/{STATUS[row['Status']]}"),
        *(("owner", owner) for owner in owners if owner),
    ]
    day = row["First Operational Date"] or LISTED
    is_expected = row["Status"] == "Planned" or day > LISTED
    return [
        *(
            state(
                measuredProperty=f"measure/{measure}",
                valueThing=value,
                observationDate=LISTED,
                standing="standing/reported",
                **shared,
            )
            for measure, value in values
        ),
        *(
            state(
                measuredProperty=f"measure/{measure}",
                value=number(cell, places=places),
                hasUnit=unit,
                counted=chip,
                observationDate=day,
                precision="precision/about",
                standing=f"standing/{'guidance' if is_expected else standing}",
                **shared,
            )
            for measure, cell, places, unit, chip, standing in cluster_figures(row)
            if cell
        ),
    ]


def cluster_figures(row: Row) -> Iterator[tuple[str, str, int, str, str, str]]:
    """Yield measure, cell, places, unit, chip and standing of each figure of a cluster."""
    for rank in ("primary", "secondary"):
        many, one = row[f"Chip quantity ({rank})"], row[f"Chip type ({rank})"]
        if many and (chip := thing(CLUSTERS, f"Chip_type_{rank}", one, "product")):
            yield "chip-count", many, 2, "NUM", chip, "reported"
    yield "computing-power", row["H100 equivalents"], 0, "unit/h100-equivalent", "", "estimated"
    for measure, column, places, unit in (
        ("power-capacity", "Power Capacity (MW)", 6, "MegaW"),
        ("capital-cost", "Cost", 2, "CCY_USD"),
    ):
        told, computed = row[f"Reported {column}"], row[f"Calculated {column}"]
        yield measure, told or computed, places, unit, "", "reported" if told else "estimated"


def milestones() -> list[Row]:
    """Return the rows of milestones and those of sites."""
    return [*read_csv("epoch-data-center-timelines.csv"), *read_csv("epoch-data-centers.csv")]


def milestone(row: Row) -> Statements:
    """Return what a row of milestones or sites states."""
    came_out = "2026-05-23"
    if "Name" in row:
        found = [
            state(
                observationAbout=thing(SITES, "Site", row["Name"], "place", "installation"),
                measuredProperty=f"measure/{measure}",
                valueThing=thing(SITES, column, name, *ORGANIZATION),
                observationDate=came_out,
                confidence=f"confidence/{sure}",
                standing="standing/reported",
                row=f"{row['Name']} / ",
            )
            for measure, column in (("owner", "Owner"), ("user", "Users"))
            for name, sure in qualified(row[column])
        ]
        return found or NOTHING
    found = []
    for measure, column, unit, factor, places in (
        ("buildings-operational", "Buildings operational", "NUM", 1, None),
        ("power-capacity", "Power (MW)", "MegaW", 1, None),
        ("computing-power", "H100 equivalents", "unit/h100-equivalent", 1, 0),
        ("capital-cost", "Total capital cost (2025 USD billions)", "unit/dollar-of-2025", 10**9, 9),
    ):
        if row[column]:
            found.append(
                state(
                    observationAbout=thing(
                        SITES, "Site", row["Data center"], "place", "installation"
                    ),
                    measuredProperty=f"measure/{measure}",
                    value=number(row[column], factor, places),
                    hasUnit=unit,
                    observationDate=row["Date"],
                    precision="precision/about",
                    standing=f"standing/{'guidance' if row['Date'] > came_out else 'estimated'}",
                    row=f"{row['Data center']} / {row['Date']}",
                )
            )
    return found or NOTHING
