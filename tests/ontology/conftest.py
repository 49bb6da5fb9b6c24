"""Shared fixtures of the ontology tests: each file is parsed once a session."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from factbook.rdf.parse import RdfFile, read_rdf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def parsed() -> Callable[[Path], RdfFile]:
    """Return a function that parses a file and caches the result."""
    return cache(read_rdf)
