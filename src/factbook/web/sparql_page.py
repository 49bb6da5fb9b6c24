"""The page on which people ask the graph in SPARQL."""

from __future__ import annotations

import io

from flask import request
from pyoxigraph import QueryBoolean, QueryResultsFormat, parse_query_results

from factbook.errors import FactbookError
from factbook.store.answers import table_from
from factbook.web.page_blueprint import pages, render
from factbook.web.panels import ROWS_OF_PAGE, current_explorer, explain
from factbook.web.site import current_site
from factbook.web.tables import build_table

_MOST_SHOWN = 100_000  # characters of Turtle


def render_sparql() -> str:
    """Return the page from which people ask the SPARQL endpoint."""
    return _ask("")


@pages.get("/editor/")
def editor() -> str:
    """Return a form for a SPARQL query of one's own, and its answer."""
    return _ask(request.args.get("query", ""))


def _ask(text: str) -> str:
    explorer, site = current_explorer(), current_site()
    table, truth, triples, fault, is_cut = None, None, "", "", False
    if text.strip():
        out = io.BytesIO()
        try:
            outcome = site.workers.run(text, out, as_standard=True)
            is_cut = outcome.cut is not None
            if outcome.kind == "triples":
                triples = out.getvalue()[:_MOST_SHOWN].decode("utf-8", "replace")
                is_cut = is_cut or len(out.getvalue()) > _MOST_SHOWN
            else:
                found = parse_query_results(out.getvalue(), QueryResultsFormat.JSON)
                if isinstance(found, QueryBoolean):
                    truth = bool(found)
                else:
                    answered = table_from(found)
                    table = build_table(
                        explorer.book,
                        answered.variables,
                        list(answered.rows),
                        columns=(),
                        wide=True,
                        most=ROWS_OF_PAGE,
                    )
        except FactbookError as error:
            fault = explain(error)
    return render(
        "sparql.html",
        explorer,
        text=text,
        table=table,
        truth=truth,
        triples=triples,
        fault=fault,
        is_cut=is_cut,
        limits=site.settings.limits,
        classes=explorer.catalog.classes[:12],
        address=request.host_url + "sparql",
    )
