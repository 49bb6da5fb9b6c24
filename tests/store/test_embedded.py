"""The embedded engine tells the faults of a query from its own."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from factbook.errors import UsageError
from factbook.store.embedded import EmbeddedEngine


@pytest.mark.parametrize(
    "text", ["SELECT (<urn:f>(1) AS ?x) {}", "ASK { FILTER(<urn:f>(1)) }"], ids=["SELECT", "ASK"]
)
def test_unknown_function_is_a_fault_of_the_query(text: str) -> None:
    """The message names the function."""
    with pytest.raises(UsageError, match="<urn:f>, which is not a known function"):
        EmbeddedEngine(Store()).query(text)
