"""The formats of answers to SELECT that the engine writes, by our names."""

from __future__ import annotations

from pyoxigraph import QueryResultsFormat

NATIVE = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
