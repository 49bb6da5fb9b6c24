"""Write tables as Markdown and HTML, and documents as JSON; escape texts for Markdown."""

from __future__ import annotations

import html
import json
import re
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from factbook.render.cells import Cells

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it literally, in a paragraph or a table."""
    # Backslashes escape '<' and '>'; '&' alone could begin a character reference
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))


def write_markdown(cells: Cells, out: IO[bytes]) -> None:
    """Write a table in GitHub-flavoured Markdown."""

    def line(values: tuple[str, ...]) -> str:
        return "| " + " | ".join(map(escape_markdown, values)) + " |\n"

    rule = "|" + "|".join(" ---: " if number else " --- " for number in cells.numeric) + "|\n"
    notes = "".join(f"\n{escape_markdown(note)}\n" for note in cells.notes)
    out.write((line(cells.headings) + rule + "".join(map(line, cells.rows)) + notes).encode())


def html_table(cells: Cells) -> str:
    """Return a table as HTML with its notes under it."""
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

    return (
        "<table>\n"
        f"<thead>\n{row(cells.headings, 'th')}</thead>\n"
        f"<tbody>\n{''.join(row(values, 'td') for values in cells.rows)}</tbody>\n</table>\n"
        f"{''.join(f'<p>{html.escape(note)}</p>{chr(10)}' for note in cells.notes)}"
    )


def write_html(cells: Cells, out: IO[bytes], *, title: str, svg: str = "") -> None:
    """Write a table, under its chart if there is one, as a page without scripts or requests."""
    figure = f"<figure>{svg}</figure>\n" if svg else ""
    page = (
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:\">\n"
        "<meta name=viewport content='width=device-width'>\n"
        f"<title>{html.escape(title)}</title>\n"
        "<style>:root{color-scheme:light dark}body{font:1rem system-ui;margin:2rem}"
        "table{border-collapse:collapse}th,td{padding:.3rem .7rem;text-align:left;"
        "border-bottom:1px solid #8886}.n{text-align:right;"
        "font-variant-numeric:tabular-nums}.n,.d{white-space:nowrap}</style>\n"
        f"<h1>{html.escape(title)}</h1>\n{figure}{html_table(cells)}"
    )
    out.write(page.encode())


def format_json(document: dict[str, Any] | list[Any]) -> str:
    """Return a document as indented JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def drop_empty(value: Any, *, keep_false: bool = False) -> Any:  # noqa: ANN401 - what JSON holds
    """Return the result of `dataclasses.asdict` without empty values and `is_` before names.

    Args:
        value: An object, a list, or anything else that JSON can hold.
        keep_false: Whether to keep false.
    """
    if isinstance(value, dict):
        return {
            key.removeprefix("is_"): filled
            for key, inner in value.items()
            if (filled := drop_empty(inner, keep_false=keep_false)) not in ("", [], {}, None)
            and (keep_false or filled is not False)
        }
    if isinstance(value, list | tuple):
        return [drop_empty(item, keep_false=keep_false) for item in value]
    return value
