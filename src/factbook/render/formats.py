"""Write an answer in a format of the reader's choice.

Machine formats carry the terms untouched (SPARQL 1.1 Query Results JSON, XML, CSV and TSV); table,
Markdown and HTML are for people and show labels.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from factbook.errors import UsageError, did_you_mean
from factbook.render.names import HUMAN, MACHINE, usual
from factbook.render.native import NATIVE

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.render.readable import Cells
    from factbook.store.answers import Table

TABLE_FORMATS = (*HUMAN, *MACHINE)
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
}


def format_for(chosen: str | None, output: str | None, *, is_graph: bool, terminal: bool) -> str:
    """Return the format for an answer: the chosen one, the file's, or what suits the place.

    Raises:
        UsageError: The format does not fit this kind of answer.
    """
    if chosen is None and output is None and not is_graph:
        return usual(terminal=terminal)
    from factbook.rdf.formats import ALIASES, BY_ENDING, NAMES

    known = NAMES if is_graph else TABLE_FORMATS
    if chosen is not None:
        if chosen in known:
            return ALIASES.get(chosen, chosen) if is_graph else chosen
        kind = "gives triples" if is_graph else "gives a table"
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
    """Write rows in one of the machine formats."""
    if table.native is not None:
        table.native.serialize(out, NATIVE[name])
        return
    results = parse_query_results(_json(table), QueryResultsFormat.JSON)
    results.serialize(out, NATIVE[name])


def write_boolean(answer: bool, name: str, out: IO[bytes]) -> None:  # noqa: FBT001 - the answer
    """Write the answer to ASK; CSV and TSV have no form for it, and get the word."""
    import json

    if name in {"json", "xml"}:
        document = json.dumps({"head": {}, "boolean": answer}).encode()
        result = parse_query_results(document, QueryResultsFormat.JSON)
        if isinstance(result, QueryBoolean):
            result.serialize(out, NATIVE[name])
    else:
        out.write(b"true\n" if answer else b"false\n")


def write_markdown(cells: Cells, out: IO[bytes]) -> None:
    """Write a table in GitHub's Markdown."""
    from factbook.markdown import plain

    def line(values: tuple[str, ...]) -> str:
        return "| " + " | ".join(map(plain, values)) + " |\n"

    rule = "|" + "|".join(" ---: " if number else " --- " for number in cells.numeric) + "|\n"
    out.write((line(cells.headings) + rule + "".join(map(line, cells.rows))).encode())


def write_html(cells: Cells, out: IO[bytes], *, title: str) -> None:
    """Write a table as a small HTML page of its own."""
    import html
    import re

    date = re.compile(r"[0-9]{4}-[Q0-9]{2}(?:-[0-9]{2})?")

    def kind(value: str, *, number: bool) -> str:
        if number:
            return " class=n"
        return " class=d" if date.fullmatch(value) else ""  # browsers break it at its hyphens

    def row(values: tuple[str, ...], tag: str) -> str:
        inner = "".join(
            f"<{tag}{kind(value, number=number)}>{html.escape(value)}</{tag}>"
            for value, number in zip(values, cells.numeric, strict=True)
        )
        return f"<tr>{inner}</tr>\n"

    out.write(
        (
            "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n"
            f"<title>{html.escape(title)}</title>\n"
            "<style>:root{color-scheme:light dark}body{font:1rem system-ui;margin:2rem}"
            "table{border-collapse:collapse}th,td{padding:.3rem .7rem;text-align:left;"
            "border-bottom:1px solid #8886}.n{text-align:right;"
            "font-variant-numeric:tabular-nums}.n,.d{white-space:nowrap}</style>\n"
            f"<h1>{html.escape(title)}</h1>\n<table>\n"
            f"<thead>\n{row(cells.headings, 'th')}</thead>\n"
            f"<tbody>\n{''.join(row(values, 'td') for values in cells.rows)}</tbody>\n</table>\n"
        ).encode()
    )


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
