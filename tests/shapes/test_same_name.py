"""The check of names finds one thing under two entries by names, aliases and makers."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import Graph

from factbook.store.answers import select
from factbook.store.embedded import EmbeddedEngine

QUERY = Path(__file__).parents[2] / "queries" / "checks" / "same-name.rq"
MAKER = 'company:acme schema:name "Acme" ; infra:develops product:a , product:b .'
SAME = [
    'product:a schema:name "Axe 2" . product:b schema:name "AXE-2" .',
    'product:a schema:name "Axe 2" . product:b schema:name "Saw" ; schema:alternateName "axe 2" .',
    'company:a schema:name "Oak" . organization:b schema:name "Oak Inc." .',
    f'{MAKER} product:a schema:name "Acme Axe" . product:b schema:name "Axe" .',
]
OTHERS = [
    'product:a schema:name "Axe 2" . product:b schema:name "Axe 20" .',
    'product:a schema:name "Axe" . product:b schema:name "Axe+" .',
    'product:a schema:name "Oak" . company:b schema:name "Oak" .',
    'product:a schema:name "Axe" ; schema:alternateName "AXE" .',
    (
        f'{MAKER} company:oak schema:name "Oak" ; infra:develops product:c . '
        'product:a schema:name "Acme cloud" . product:c schema:name "Oak cloud" .'
    ),
]


def findings(turtle: str) -> tuple[int, int]:
    """Return how many findings the embedded engine and rdflib have for a register."""
    names = ("company", "organization", "product")
    text = "".join(f"PREFIX {name}: <https://w3id.org/ai-infra/{name}/>\n" for name in names)
    text += "PREFIX infra: <https://w3id.org/ai-infra/def#> PREFIX schema: <https://schema.org/>\n"
    store = Store()
    store.load((text + turtle).encode(), RdfFormat.TURTLE)
    query = QUERY.read_text(encoding="utf-8")
    rows = list(select(EmbeddedEngine(store), query))
    return len(rows), len(Graph().parse(data=text + turtle, format="turtle").query(query))


@pytest.mark.parametrize("turtle", SAME)
def test_two_entries_of_one_name_have_a_finding(turtle: str) -> None:
    """Case, marks, an alias, a legal form or the maker in front make no other name."""
    assert findings(turtle) == (1, 1)


@pytest.mark.parametrize("turtle", OTHERS)
def test_entries_of_different_names_have_no_finding(turtle: str) -> None:
    """Names of another kind of thing or maker, and aliases of one thing, do not matter."""
    assert findings(turtle) == (0, 0)
