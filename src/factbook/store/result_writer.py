"""Write answers in the standard formats: SPARQL 1.1 Query Results JSON, XML, CSV and TSV."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, cast

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from factbook.rdf.terms import XSD
from factbook.store.answers import Table

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.store.answers import Row

_SERIALIZERS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
MACHINE = tuple(_SERIALIZERS)
"""The names of the formats."""
_BATCH = 10_000
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def write_rows(table: Table, name: str, out: IO[bytes]) -> None:
    """Write rows in one of the formats."""
    if name == "xml":
        out = cast("IO[bytes]", _XmlOutput(out))
    if table.native is not None:
        table.native.serialize(out, _SERIALIZERS[name])
        return
    if name in {"csv", "tsv"}:
        _write_batches(table, name, out)
        return
    _write_whole(table, name, out)


def _write_batches(table: Table, name: str, out: IO[bytes]) -> None:
    """Write CSV or TSV some rows at a time, so that memory does not grow with the answer."""
    rows = iter(table.rows)
    batch = list(islice(rows, _BATCH))
    _write_whole(Table(table.variables, batch), name, out)
    while batch := list(islice(rows, _BATCH)):
        written = BytesIO()
        _write_whole(Table(table.variables, batch), name, written)
        out.write(written.getvalue().partition(b"\n")[2])  # without the header again


def _write_whole(table: Table, name: str, out: IO[bytes]) -> None:
    results = parse_query_results(_json(table), QueryResultsFormat.JSON)
    results.serialize(out, _SERIALIZERS[name])


def write_truth(answer: bool, name: str, out: IO[bytes]) -> None:  # noqa: FBT001 - the answer
    """Write the answer to ASK; in CSV and TSV, which cannot express it, as a word."""
    import json

    if name in {"json", "xml"}:
        document = json.dumps({"head": {}, "boolean": answer}).encode()
        result = parse_query_results(document, QueryResultsFormat.JSON)
        if isinstance(result, QueryBoolean):
            result.serialize(out, _SERIALIZERS[name])
    else:
        out.write(b"true\n" if answer else b"false\n")


@dataclass
class _XmlOutput:
    """Writes XML that a reader reads back as it was.

    The engine writes a carriage return as it is, which XML reads as a line feed (XML 1.0, section
    2.11), and characters that XML 1.0 has no form for, which become U+FFFD.
    """

    output: IO[bytes]

    def write(self, content: bytes) -> int:
        """Write bytes."""
        valid = _NOT_XML.sub("\ufffd".encode(), content)
        self.output.write(valid.replace(b"\r", b"&#13;"))
        return len(content)

    def flush(self) -> None:
        """Flush the output."""
        self.output.flush()


def _json(table: Table) -> bytes:
    """Return rows as a SPARQL 1.1 Query Results JSON document."""
    import json

    bindings = [row_to_json(table.variables, row) for row in table.rows]
    document = {"head": {"vars": list(table.variables)}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False).encode()


def row_to_json(variables: tuple[str, ...], row: Row) -> dict[str, Any]:
    """Return a row as a binding of SPARQL 1.1 Query Results JSON."""
    return {
        name: _json_term(term)
        for name, term in zip(variables, row, strict=True)
        if term is not None
    }


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        parts: dict[str, Term] = {
            "subject": term.subject,
            "predicate": term.predicate,
            "object": term.object,
        }
        return {"type": "triple", "value": {key: _json_term(part) for key, part in parts.items()}}
    literal: dict[str, Any] = {"type": "literal", "value": term.value}
    if term.language:
        literal["xml:lang"] = term.language
    elif term.datatype.value != f"{XSD}string":
        literal["datatype"] = term.datatype.value
    return literal
