"""The page with the SPARQL editor."""

from __future__ import annotations

import io

from flask import Response, jsonify, request, send_from_directory
from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, parse_query_results

from factbook.errors import FactbookError, without_dashes
from factbook.store.answers import select, table_from
from factbook.web.page_blueprint import pages, render
from factbook.web.panels import ROWS_OF_PAGE, current_explorer
from factbook.web.site import current_site
from factbook.web.tables import build_table

_A_DAY = 86_400  # seconds
_MOST_SHOWN = 100_000  # characters of Turtle


@pages.get("/editor/")
def editor() -> str:
    """Return the page for a query in the address."""
    return render_sparql(request.args.get("query", ""))


@pages.get("/editor/terms.json")
def editor_terms() -> Response:
    """Return the completions of the editor: used prefixes, classes and properties."""
    explorer = current_explorer()
    rows = select(explorer.book.engine, explorer.catalog.page_query("properties").text)
    used = {row[1].value for row in rows if isinstance(row[1], NamedNode)}
    return jsonify(
        prefixes=sorted(explorer.book.prefixes.items()),
        classes=sorted(explorer.catalog.classes_by_iri),
        properties=sorted(used),
    )


@pages.get("/editor/<any('yasqe.min.js', 'yasqe.min.css'):name>")
def editor_file(name: str) -> Response:
    """Return a file of the editor, which an installation may lack."""
    return send_from_directory(current_site().settings.editor, name, max_age=_A_DAY)


def render_sparql(text: str) -> str:
    """Return a form for a SPARQL query, and the answer if there is a query."""
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
            fault = without_dashes(str(error))
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
        has_editor=(site.settings.editor / "yasqe.min.js").is_file(),
        classes=explorer.catalog.classes[:12],
        address=request.host_url + "sparql",
    )
