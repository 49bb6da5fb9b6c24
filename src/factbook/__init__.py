"""Query, check and export a knowledge graph that lives as files in a folder.

>>> import factbook
>>> book = factbook.open()
>>> rows = book.query("companies")

Everything else is reached from the `Book` that `open` returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from factbook.errors import EndpointError, FactbookError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from factbook.api import Book

__all__ = ["Book", "EndpointError", "FactbookError", "InputError", "UsageError", "open"]
__version__ = "0.1.0"


def open(  # noqa: A001, PLR0913 - named like gzip.open; one for each global option
    folder: str | Path | None = None,
    *,
    data: Iterable[str | Path] = (),
    base: str | None = None,
    empty: bool = False,
    endpoint: str | None = None,
    leads: bool = False,
    known_by: str | None = None,
    cache: bool = True,
) -> Book:
    """Open a book: the one that comes with the package, or any folder of the same layout.

    Args:
        folder: A folder with `ontology/`, `data/` and `queries/`; by default the bundled book.
        data: RDF files to add to the graph.
        base: What relative IRIs in these are resolved against; by default each file's address.
        empty: Whether to take only these files, without a book.
        endpoint: The address of a SPARQL 1.1 endpoint to query instead of the files.
        leads: Whether to include leads (weakly sourced claims).
        known_by: A day such as 2025-12-31: only sources that came out by then are loaded.
        cache: Whether to read and write the snapshot cache.

    Raises:
        InputError: The folder or a file cannot be read.
        UsageError: `known_by` is not a day, or something else does not go with an endpoint.
    """
    from factbook.api import Book

    return Book(
        folder,
        data=data,
        base=base,
        empty=empty,
        endpoint=endpoint,
        leads=leads,
        known_by=known_by,
        cache=cache,
    )


def __getattr__(name: str) -> object:
    """Load the class `Book` on first access."""
    if name == "Book":
        from factbook.api import Book

        return Book
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
