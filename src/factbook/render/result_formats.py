"""Choose the format of an answer, and write it for programs.

Machine formats carry the terms untouched (SPARQL 1.1 Query Results JSON, XML, CSV and TSV); the
text table, Markdown and HTML show labels and are in `terminal` and `markup`. Parquet and Excel have
typed columns and are in `dataframes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any, cast

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from factbook.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.store.answers import Table


MACHINE = ("csv", "tsv", "json", "xml")
HUMAN = ("table", "md", "html")
_SERIALIZERS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
BINARY = ("parquet", "xlsx")
TABLE_FORMATS = (*HUMAN, *MACHINE, *BINARY)
_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".xml": "xml",
    ".srj": "json",
    ".srx": "xml",
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".txt": "table",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}


def choose_format(chosen: str | None, output: str | None, *, is_graph: bool, terminal: bool) -> str:
    """Return the format for an answer: the chosen one, that of the file's ending, or the default.

    The default is a text table on a terminal and TSV elsewhere; for triples it is Turtle.

    Raises:
        UsageError: The format does not fit this kind of answer.
    """
    if chosen is None and output is None and not is_graph:
        return "table" if terminal else "tsv"
    from factbook.rdf.formats import ALIASES, BY_ENDING, NAMES

    known = NAMES if is_graph else TABLE_FORMATS
    if chosen is not None:
        if chosen in BINARY and terminal and output in {None, "-"} and not is_graph:
            raise UsageError(f"-f {chosen} is a binary file: add -o FILE")
        if chosen in known:
            return ALIASES.get(chosen, chosen) if is_graph else chosen
        kind = "returns triples" if is_graph else "returns a table"
        if chosen in (*TABLE_FORMATS, *NAMES):
            raise UsageError(f"-f {chosen}: this query {kind}; choose from {', '.join(known)}")
        raise UsageError(
            f"-f {chosen}: no such format.{did_you_mean(chosen, known)} Known: {', '.join(known)}"
        )
    if output is not None:
        path = PurePath(output)
        packed = path.suffix == ".gz"
        ending = PurePath(path.stem if packed else path).suffix.lower()
        if is_graph and ending in BY_ENDING:
            return BY_ENDING[ending].name
        if not is_graph and ending in _ENDINGS:
            return _ENDINGS[ending]
        if ending:
            kind = "triples" if is_graph else "a table"
            raise UsageError(
                f"-o {output}: cannot tell from '{ending}' how to write {kind}; "
                f"add -f with one of {', '.join(known)}"
            )
    return "turtle" if is_graph else "tsv"


def write_table(table: Table, name: str, out: IO[bytes]) -> None:
    """Write rows in one of the formats for programs.

    Raises:
        UsageError: A package that the format needs is not installed.
    """
    if name in BINARY:
        from factbook.render.dataframes import write_excel, write_parquet

        (write_parquet if name == "parquet" else write_excel)(table, out)
        return
    if name == "xml":
        out = cast("IO[bytes]", _XmlOutput(out))
    if table.native is not None:
        table.native.serialize(out, _SERIALIZERS[name])
        return
    results = parse_query_results(_json(table), QueryResultsFormat.JSON)
    results.serialize(out, _SERIALIZERS[name])


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


def write_boolean(answer: bool, name: str, out: IO[bytes]) -> None:  # noqa: FBT001 - the answer
    """Write the answer to ASK; in CSV and TSV, which cannot express it, as a word."""
    import json

    if name in BINARY:
        raise UsageError(f"-f {name}: this query returns true or false, not a table")
    if name in {"json", "xml"}:
        document = json.dumps({"head": {}, "boolean": answer}).encode()
        result = parse_query_results(document, QueryResultsFormat.JSON)
        if isinstance(result, QueryBoolean):
            result.serialize(out, _SERIALIZERS[name])
    else:
        out.write(b"true\n" if answer else b"false\n")


def _json(table: Table) -> bytes:
    """Return rows as a SPARQL 1.1 Query Results JSON document."""
    import json

    bindings = [
        {
            name: _json_term(term)
            for name, term in zip(table.variables, row, strict=True)
            if term is not None
        }
        for row in table.rows
    ]
    document = {"head": {"vars": list(table.variables)}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False).encode()


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
    from factbook.rdf.terms import XSD

    literal: dict[str, Any] = {"type": "literal", "value": term.value}
    if term.language:
        literal["xml:lang"] = term.language
    elif term.datatype.value != f"{XSD}string":
        literal["datatype"] = term.datatype.value
    return literal
