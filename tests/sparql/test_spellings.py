"""Valid spellings that the engine does not know are understood."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from factbook.errors import UsageError
from factbook.store.answers import select
from factbook.store.embedded import EmbeddedEngine


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SELECT (TRUE AS ?v) {}", "true"),
        ("SELECT ?v { BIND(False AS ?v) } # TRUE", "false"),
        ("SELECT ?v { BIND(CONCAT('TRUE', STR(tRue)) AS ?v) }", "TRUEtrue"),
        ("PREFIX e: <http://e.org/> SELECT ?v { VALUES ?v { e:2.-.-.- } }", "http://e.org/2.-.-.-"),
        ("SELECT ?v { VALUES ?v { known:a.-b } }", "http://known.org/a.-b"),
    ],
)
def test_spellings_of_the_grammar_are_understood(text: str, value: str) -> None:
    """SPARQL 1.1, section 19.8: keywords match in any case, and names may hold full stops."""
    answer = EmbeddedEngine(Store()).query(text, prefixes={"known": "http://known.org/"})

    ((found,),) = answer.rows  # type: ignore[union-attr]  # a table
    assert getattr(found, "value", None) == value


def test_errors_are_about_the_query_as_it_is_written() -> None:
    """A query that is wrong all the same is reported at its own line and column."""
    with pytest.raises(UsageError, match="line 1, column 2"):
        select(EmbeddedEngine(Store()), "SELECT (TRUE AS ?v) { ")
