"""Choose the format of an answer, and write machine formats.

SPARQL 1.1 Query Results JSON, XML, CSV and TSV hold the RDF terms unchanged, and JSON Lines plain
values. The formats with labels are in `terminal` (text) and `markup` (Markdown and HTML), those
with typed columns (Parquet and Excel) in `dataframes`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from factbook.errors import UsageError, did_you_mean
from factbook.store.result_writer import MACHINE, write_rows, write_truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from factbook.rdf.terms import Term
    from factbook.render.cells import Column
    from factbook.store.answers import Table


HUMAN = ("table", "md", "html")
BINARY = ("parquet", "xlsx")
LINES = "jsonl"
TABLE_FORMATS = (*HUMAN, *MACHINE, LINES, *BINARY)
PICTURES = ("svg", "png", "vega-lite")
"""The formats of a chart, for queries that have one."""
_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".xml": "xml",
    ".jsonl": LINES,
    ".ndjson": LINES,
    ".srj": "json",
    ".srx": "xml",
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".txt": "table",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
_PICTURE_ENDINGS = {".svg": "svg", ".png": "png", ".vl.json": "vega-lite"}


def choose_format(  # noqa: C901 - one case after another
    chosen: str | None,
    output: str | None,
    *,
    is_graph: bool,
    terminal: bool,
    has_chart: bool = False,
) -> str:
    """Return the format for an answer: the chosen one, that of the file's suffix, or the default.

    The default is a text table on a terminal and TSV elsewhere; for triples it is Turtle.

    Raises:
        UsageError: The format does not fit this kind of answer.
    """
    if chosen is None and output is None and not is_graph:
        return "table" if terminal else "tsv"
    from factbook.rdf.formats import ALIASES, BY_ENDING, NAMES

    known = NAMES if is_graph else (*TABLE_FORMATS, *PICTURES) if has_chart else TABLE_FORMATS
    picture = next(
        (name for end, name in _PICTURE_ENDINGS.items() if str(output).endswith(end)), ""
    )
    if chosen is None and picture and not is_graph:
        chosen = picture
    if chosen in PICTURES and not is_graph and not has_chart:
        raise UsageError(
            f"-f {chosen}: the query has no chart; `chart` in its front matter gives it one"
        )
    if chosen is not None:
        if chosen in {*BINARY, "png"} and terminal and output in {None, "-"} and not is_graph:
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


def write_table(
    table: Table,
    name: str,
    out: IO[bytes],
    *,
    columns: Sequence[Column] = (),
    notes: Sequence[Sequence[str]] = (),
) -> None:
    """Write rows in a machine format.

    Args:
        table: The rows.
        name: The format.
        out: Where to write them.
        columns: The columns as the front matter of the query describes them, for Excel.
        notes: The rows of Excel's second sheet.

    Raises:
        UsageError: A package that the format needs is not installed.
    """
    if name == "parquet":
        from factbook.render.dataframes import write_parquet

        write_parquet(table, out)
    elif name == "xlsx":
        from factbook.render.dataframes import write_excel

        write_excel(table, out, columns=columns, notes=notes)
    elif name == LINES:
        _write_lines(table, out)
    else:
        write_rows(table, name, out)


def _write_lines(table: Table, out: IO[bytes]) -> None:
    """Write a JSON object per row: numbers, booleans, and everything else as text."""
    import json

    for row in table.rows:
        pairs = (
            f"{json.dumps(name)}: {_to_json(term)}"
            for name, term in zip(table.variables, row, strict=True)
        )
        out.write(f"{{{', '.join(pairs)}}}\n".encode())


def _to_json(term: Term | None) -> str:
    """Return a term as JSON; a number keeps its digits, which a float would lose."""
    import json

    from factbook.render.rows import to_value

    value = to_value(term)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, float) and isfinite(value):
        return repr(value)
    return json.dumps(getattr(term, "value", str(term)), ensure_ascii=False)


def write_boolean(answer: bool, name: str, out: IO[bytes]) -> None:  # noqa: FBT001 - the answer
    """Write the answer to ASK; as a word in CSV and TSV, which do not define it.

    Raises:
        UsageError: The format is one for tables only.
    """
    if name in BINARY:
        raise UsageError(f"-f {name}: this query returns true or false, not a table")
    if name == LINES:
        name = "tsv"  # a word, which is JSON as well
    write_truth(answer, name, out)


def holds_no_row(data: bytes, name: str) -> bool:
    """Tell whether an answer in one of the W3C's formats has no rows."""
    if name in {"csv", "tsv"}:
        return data.rstrip().count(b"\n") == 0
    if name == "json":
        return re.search(rb'"bindings":\s*\[\s*\]', data) is not None
    return b"<result>" not in data
