"""Rules derive triples once, when a snapshot or a store in memory is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode

from factbook.errors import InputError
from factbook.store.answers import select
from factbook.store.rules import read_rules
from factbook.store.snapshot import open_snapshot

if TYPE_CHECKING:
    from pathlib import Path

RULE = "CONSTRUCT { ?s <https://e.org/%s> ?o } WHERE { ?s <https://e.org/%s> ?o }"
DERIVED = "SELECT ?o { ?s <https://e.org/c> ?o MINUS { GRAPH ?g { ?s <https://e.org/c> ?o } } }"


def opened(folder: Path, *texts: str) -> list[object]:
    """Return what a snapshot of one statement and some rules has of the last property."""
    data = folder / "data.ttl"
    data.write_text('<https://e.org/x> <https://e.org/a> "1" .', encoding="utf-8")
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"{number}.rq")
        paths[-1].write_text(text, encoding="utf-8")
    engine = open_snapshot([data], folder / "cache", rules=paths, announce=lambda _: None)
    return [row[0] for row in select(engine, DERIVED)]


def test_rule_uses_what_the_one_before_gives(tmp_path: Path) -> None:
    """Rules run in order, and a changed rule makes another snapshot."""
    assert len(opened(tmp_path, RULE % ("b", "a"), RULE % ("c", "b"))) == 1
    assert opened(tmp_path, RULE % ("b", "a"), RULE % ("c", "none")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?s ?p ?o }", "a rule is a CONSTRUCT query"),
        ("CONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o }", "blank node"),
        ("CONSTRUCT { ?s ?p ?n } WHERE { ?s ?p ?o BIND(NOW() AS ?n) }", "cannot use NOW"),
        ("CONSTRUCT {", "not valid SPARQL"),
    ],
)
def test_rule_that_cannot_be_used_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """A rule that is no CONSTRUCT, or whose result changes between runs, is an error."""
    with pytest.raises(InputError, match=said):
        opened(tmp_path, text)


def test_front_matter_names_graph_and_exported_properties(tmp_path: Path) -> None:
    """The graph is written in full, the properties with a prefix that the rule declares."""
    path = tmp_path / "1.rq"
    header = "#+ graph: https://e.org/derived\n#+ export: [e:b]\nPREFIX e: <https://e.org/>\n"
    path.write_text(header + RULE % ("b", "a"), encoding="utf-8")

    rules = read_rules([path])

    assert rules.graph == NamedNode("https://e.org/derived")
    assert rules.exported == {"https://e.org/b"}
