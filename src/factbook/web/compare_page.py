"""The page that compares things, and its rows in machine formats."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Response, request

from factbook.errors import FactbookError, without_dashes
from factbook.query.names import Names
from factbook.show.compare import MOST_THINGS, compare_things, query_comparison, require_several
from factbook.web.page_blueprint import keep_response, pages, render
from factbook.web.panels import current_explorer
from factbook.web.query_pages import FORMATS, for_spreadsheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import NamedNode

    from factbook.show.compare import Comparison
    from factbook.web.panels import Explorer

ENDINGS = ("csv", "tsv", "json", "xlsx")
_FEWEST_FIELDS = 3


@pages.get("/compare/")
def compare() -> Response:
    """Return the comparison of two to six things, with a form to choose others."""
    names = [each.strip()[:200] for each in request.args.getlist("thing") if each.strip()]

    def make(explorer: Explorer, fault: str = "") -> str:
        comparison = None
        if len(names) > 1 and not fault:
            things = _find_things(explorer, names)
            comparison = compare_things(explorer.limited, things, asof=request.args.get("asof"))
            explorer.labels.look_up(_linked(comparison))
        return render(
            "compare.html",
            explorer,
            names=[*names, *[""] * (_FEWEST_FIELDS - len(names))],
            can_add=len(names) < MOST_THINGS,
            comparison=comparison,
            fault=fault,
            endings=ENDINGS,
        )

    try:
        return keep_response(make)
    except FactbookError as error:
        page = make(current_explorer(), without_dashes(str(error)))
        return Response(page, 400, mimetype="text/html")


@pages.get(f"/compare/rows.<any({','.join(ENDINGS)}):ending>")
def compared_rows(ending: str) -> Response:
    """Return the statements about several things, one per row."""
    from factbook.render.result_formats import write_table

    explorer = current_explorer()
    things = _find_things(explorer, request.args.getlist("thing"))
    answer = query_comparison(explorer.limited, things, asof=request.args.get("asof"))
    out = io.BytesIO()
    write_table(for_spreadsheets(answer, ending), ending, out)
    return Response(out.getvalue(), content_type=FORMATS[ending])


def _linked(comparison: Comparison) -> set[str]:
    """Return the things in the cells, which are links if the graph has them."""
    rows = [row for section in comparison.sections for row in section.rows]
    rows += [row for apart in comparison.apart for row in apart.rows]
    items = (item for row in rows for cell in row.cells for item in cell.items)
    return {item.iri for item in items if item.iri}


def _find_things(explorer: Explorer, names: Sequence[str]) -> list[NamedNode]:
    """Return the things with some names, CURIEs or IRIs.

    Raises:
        UsageError: There are too few or too many, or a name is not known.
    """
    require_several(names)
    found = Names.of(explorer.book)
    return [found.lookup_one(name) for name in names]
