"""Results of MLPerf and prices of tokens, read again.

Each function returns what a row states, or why it is left out.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.imports.again import number, path_of, state, thing

if TYPE_CHECKING:
    from tests.imports.again import Row, Statements


TOKENS = "genai-prices"
# MLPerf


def results() -> list[Row]:
    """Return the results; the first of a machine in a division also tells its accelerators."""
    rows: list[Row] = json.loads(
        path_of("mlperf-inference-v5.1.json").read_bytes(), parse_float=str
    )
    seen = set()
    for row in rows:
        machine = tuple(row[name] for name in ("Submitter", "Platform", "Category"))
        row["is_first"] = machine not in seen
        seen.add(machine)
    return rows


def result(row: Row) -> Statements:
    """Return what a result states."""
    if row["Category"] == "open":
        if row["Suite"] == "edge" and row["Submitter"] == "GATEOverflow":
            return "entries of one submitter in the Open edge division"
        return "Open division, in which machines do not compare"
    mapping = "mlperf-inference"
    latency = row["Performance_Units"] == "Latency (ms)"
    accelerators = str(int(row["a#"]) * int(row["Nodes"])) if row["a#"] else ""
    shared = {
        "observationAbout": thing(
            mapping, "Machine", f"{row['Submitter']}/{row['Platform']}", "installation"
        ),
        "observationDate": "2025-09-09",
        "precision": "precision/exactly",
        "standing": "standing/reported",
        "row": " / ".join(row[name] for name in ("ID", "Suite", "Model", "Scenario")),
    }
    test = re.sub("[^a-z0-9]+", "-", f"mlperf-inference-5-1-{row['Suite']}-{row['Model']}")
    scenario = {"MultiStream": "multi-stream", "SingleStream": "single-stream"}
    of_test = {
        "benchmark": f"benchmark/{test}",
        "scenario": f"scenario/{scenario.get(row['Scenario'], row['Scenario'].lower())}",
        "acceleratorCount": accelerators,
    }
    found = [
        state(
            measuredProperty=f"measure/benchmark-{'latency' if latency else 'throughput'}",
            value=number(str(row["Performance_Result"]), places=6),
            hasUnit={
                "Tokens/s": "unit/token-per-second",
                "Samples/s": "unit/sample-per-second",
                "Queries/s": "unit/query-per-second",
                "Latency (ms)": "MilliSEC",
            }[row["Performance_Units"]],
            description="Preview system, not yet on sale"
            if row["Availability"] == "preview"
            else None,
            **of_test,
            **shared,
        )
    ]
    if row.get("Power_Result") not in {None, ""}:
        found.append(
            state(
                measuredProperty="measure/power",
                value=number(str(row["Power_Result"]), places=3),
                hasUnit="W",
                powerBasis="power-basis/average",
                **of_test,
                **shared,
            )
        )
    if row["is_first"] and (iri := thing(mapping, "Accelerator", row["Accelerator"], "product")):
        found.append(
            state(
                measuredProperty="measure/chip-count",
                value=accelerators,
                hasUnit="NUM",
                counted=iri,
                **shared,
            )
        )
    return found


# Prices of tokens


def stem_of(offer_name: str) -> str:
    """Return the model of an offer: without its family's owner, its day and its form."""
    stem = re.sub(r":[a-z]+$", "", re.sub("^.*/", "", offer_name.lower()))
    stem = re.sub(r"^(regional|global)\.", "", stem)
    stem = re.sub(
        r"^(amazon|anthropic|cohere|deepseek|google|meta|mistral|nvidia|openai|qwen)\.", "", stem
    )
    stem = re.sub(
        r"(-20[0-9]{6}|-20[0-9]{2}-[0-9]{2}-[0-9]{2})?(-v[1-9]:[0-9]|:0|-fp8)?$", "", stem, count=1
    )
    stem = re.sub("[^a-z0-9]+", "-", re.sub("([0-9])p([0-9])", r"\1-\2", stem))
    stem = re.sub(
        "^llama-?v?([0-9])",
        r"llama-\1",
        stem.replace("meta-llama", "llama", 1) if stem.startswith("meta-llama") else stem,
    )
    stem = re.sub("^deepseek-chat-v", "deepseek-v", re.sub("^qwen-([0-9])", r"qwen\1", stem))
    stem = re.sub("^(claude-3.*|chatgpt.*)-latest$", r"\1", stem)
    if stem.startswith("llama-"):
        stem = re.sub("-(instant|lite|specdec|turbo|versatile)$", "", stem)
        stem = re.sub("-(instruct|chat-hf)$", "", stem)
    return stem


def token_offers() -> list[Row]:
    """Return each offer of a model, once for each day from which its prices hold."""
    providers = json.loads(
        path_of("genai-prices.json").read_bytes(), parse_float=str, parse_int=str
    )
    found: list[Row] = []
    today = "2026-08-21"
    for provider in providers:
        for model in provider["models"]:
            row = {"provider": provider["id"], "offer": model["id"], "model": stem_of(model["id"])}
            prices = model["prices"]
            if isinstance(prices, dict):
                prices = [{"prices": prices}]
            if "start_time" in str(prices):
                found.append({**row, "day": today, "prices": {}})
                continue
            starts = [part.get("constraint", {}).get("start_date") for part in prices]
            # A price that has ended has no first day
            ends = any(start and start <= today for start in starts)
            found += [
                {**row, "day": start or ("" if ends else today), "prices": part["prices"]}
                for part, start in zip(prices, starts, strict=True)
            ]
    sellers = defaultdict(set)
    for row in found:
        sellers[row["model"]].add(row["provider"])
    variants = Counter({(row["provider"], row["model"], row["offer"]) for row in found})
    count = Counter((provider, model) for provider, model, _ in variants)
    for row in found:
        row["sellers"] = len(sellers[row["model"]])
        row["plan"] = row["offer"] if count[row["provider"], row["model"]] > 1 else None
    return found


def token_offer(row: Row) -> Statements:
    """Return what an offer of a model states."""
    if row["sellers"] < 2:
        return (
            "only one provider of the table offers the model, so that there is nothing to compare"
        )
    if not row["day"]:
        return "the price has ended, and the table does not say since when it held"
    prices = {
        name: value["base"] if isinstance(value, dict) else value
        for name, value in row["prices"].items()
    }
    if "input_mtok" not in prices and "output_mtok" not in prices:
        return "the table has no price of tokens that holds at all hours"
    return [
        state(
            observationAbout=thing(TOKENS, "provider", row["provider"], "product"),
            measuredProperty="measure/price",
            value=number(prices[name], places=6),
            hasUnit="CCY_USD",
            observationDate=row["day"],
            precision="precision/exactly",
            per=f"price-basis/million-{basis}-tokens",
            purchaseMode="purchase-mode/list-price",
            servedModel=thing(TOKENS, "model", row["model"], "Model"),
            plan=row["plan"],
            standing=f"standing/{'guidance' if row['day'] > '2026-08-21' else 'reported'}",
            row=" / ".join((row["provider"], row["offer"], row["day"])),
        )
        for name, basis in (
            ("input_mtok", "input"),
            ("output_mtok", "output"),
            ("cache_read_mtok", "cached"),
            ("cache_write_mtok", "cache-write"),
        )
        if name in prices
    ]
