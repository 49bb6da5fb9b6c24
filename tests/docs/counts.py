"""Write the line of the README that counts what the graph holds, for a release."""

from __future__ import annotations

import re
from pathlib import Path

import factbook
from factbook.render.rows import Rows

README = Path(__file__).resolve().parents[2] / "README.md"
LINE = re.compile(
    r"^(?P<companies>[\d,]+) companies, (?P<products>[\d,]+) products, (?P<figures>[\d,]+) figures "
    r"and (?P<events>[\d,]+) events from (?P<sources>[\d,]+) sources\.$",
    re.MULTILINE,
)
_PATTERNS = {
    "companies": "?thing a infra:Company",
    "products": "?thing a/rdfs:subClassOf* infra:Product",
    "figures": "?thing a schema:Observation",
    "events": "?thing a infra:Event",
    "sources": "?thing a infra:Source",
}


def count_things() -> dict[str, int]:
    """Return how many things of each kind the bundled graph holds."""
    book = factbook.open()
    counts = {}
    for kind, pattern in _PATTERNS.items():
        rows = book.sparql(f"SELECT (COUNT(DISTINCT ?thing) AS ?number) {{ {pattern} }}")
        if not isinstance(rows, Rows):
            raise TypeError(f"the count of {kind} is no table")
        counts[kind] = int(str(rows[0]["number"]))
    return counts


def main() -> None:
    """Replace the line in the README."""
    counts = {kind: f"{number:,}" for kind, number in count_things().items()}
    line = (
        "{companies} companies, {products} products, {figures} figures and {events} events "
        "from {sources} sources."
    ).format(**counts)
    README.write_text(LINE.sub(line, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
