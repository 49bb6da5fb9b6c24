"""Write answers in the standard formats: SPARQL 1.1 Query Results JSON, XML, CSV and TSV."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import BytesIO, StringIO
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

from factbook.errors import log_note
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
_FRAMES = {
    "tsv": (b"\n", b"", b""),
    "json": (b'"bindings":[', b"]}}", b","),
    "xml": (b"<results>", b"</results></sparql>", b""),
}
"""What precedes the rows, follows them, and separates two."""
_BATCH = 10_000
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def write_rows(table: Table, name: str, out: IO[bytes]) -> None:
    """Write rows in one of the formats; log a note if XML cannot express some characters."""
    if name == "csv":
        _write_csv(table, out)
        return
    xml = _XmlOutput(out)
    if name == "xml":
        out = cast("IO[bytes]", xml)
    if table.native is not None:
        table.native.serialize(out, _SERIALIZERS[name])
    else:
        _write_batches(table, name, out)
    if xml.replaced:
        log_note(f"U+FFFD stands for control characters, which XML cannot express: {xml.replaced}")


def _write_csv(table: Table, out: IO[bytes]) -> None:
    """Write CSV some rows at a time; the engine's own does not quote IRIs with commas."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.variables)
    rows = iter(table.rows)
    while True:
        batch = list(islice(rows, _BATCH))
        writer.writerows([_plain(term) for term in row] for row in batch)
        out.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        if not batch:
            return


def _plain(term: Term | None) -> str:
    """Return a term as CSV has it (SPARQL 1.1 Query Results CSV and TSV, section 3.2)."""
    if term is None:
        return ""
    if isinstance(term, Triple):
        return " ".join(map(_plain, term))
    return str(term) if isinstance(term, BlankNode) else term.value


def _write_batches(table: Table, name: str, out: IO[bytes]) -> None:
    """Write some rows at a time, so that memory does not grow with the answer."""
    before, after, between = _FRAMES[name]
    rows = iter(table.rows)
    head, body = _write_batch(table.variables, list(islice(rows, _BATCH)), name)
    out.write(head + before + body)
    while batch := list(islice(rows, _BATCH)):
        out.write(between + _write_batch(table.variables, batch, name)[1])
    out.write(after)


def _write_batch(variables: tuple[str, ...], rows: list[Row], name: str) -> tuple[bytes, bytes]:
    """Return what precedes the rows in a format, and the rows themselves."""
    before, after, _ = _FRAMES[name]
    written = BytesIO()
    results = parse_query_results(_json(Table(variables, rows)), QueryResultsFormat.JSON)
    results.serialize(written, _SERIALIZERS[name])
    head, _, rest = written.getvalue().partition(before)
    return head, rest.removesuffix(after)


def write_truth(answer: bool, name: str, out: IO[bytes]) -> None:  # noqa: FBT001 - the answer
    """Write the answer to ASK; as a word in CSV and TSV, which do not define it."""
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
    """Writes XML that parses to the same values.

    The engine writes a carriage return as it is, which XML reads as a line feed (XML 1.0, section
    2.11), and characters that XML 1.0 has no form for, which become U+FFFD.
    """

    output: IO[bytes]
    replaced: int = 0
    """The number of characters replaced by U+FFFD."""

    def write(self, content: bytes) -> int:
        """Write bytes."""
        valid, number = _NOT_XML.subn("\ufffd".encode(), content)
        self.replaced += number
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
