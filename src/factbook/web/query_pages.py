"""The pages of stored queries with their forms and answers, and answers in other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, request

from factbook.errors import FactbookError, without_dashes
from factbook.render.markup import format_json
from factbook.render.pictures import draw_svg
from factbook.render.vega_lite import vega_lite
from factbook.store.answers import Graph, Table
from factbook.web import links
from factbook.web.answers import describe_rows, write_answer
from factbook.web.catalog import PanelSpec
from factbook.web.page_blueprint import keep_response, pages, render
from factbook.web.page_forms import fields_of, find_examples, suggest_days
from factbook.web.panels import (
    ROWS_OF_PAGE,
    Explorer,
    build_panel,
    current_explorer,
    select_values,
)
from factbook.web.site import current_site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from factbook.query.stored_queries import Parameter, StoredQuery
    from factbook.render.charts import Picture

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/sparql-results+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rq": "application/sparql-query; charset=utf-8",
    "svg": "image/svg+xml",
    "vl.json": "application/json",
}
_SYNTAXES = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld"}
_ENDINGS = f"any(html,{','.join(FORMATS)})"


@pages.get("/queries/")
def queries() -> Response:
    """Return the list of stored queries."""
    return keep_response(
        lambda explorer: render("queries.html", explorer, groups=explorer.catalog.groups)
    )


@pages.get(f"/queries/<name>.<{_ENDINGS}:ending>")
def query(name: str, ending: str) -> AnyResponse:
    """Return a stored query with its form and its answer, or the answer in another format."""
    return _answer_query(*_split_ending(name, ending), None, None)


@pages.get(f"/queries/<name>/<parameter>/<path:path>.<{_ENDINGS}:ending>")
def query_about(name: str, parameter: str, path: str, ending: str) -> AnyResponse:
    """Return the answer of a stored query about a thing."""
    path, ending = _split_ending(path, ending)
    iri = current_site().addresses.iri(f"/{path}")
    if iri is None:
        abort(404)
    return _answer_query(name, ending, parameter, iri)


def _split_ending(name: str, ending: str) -> tuple[str, str]:
    """Split a file name into name and suffix, which is double for a chart specification."""
    return (name.removesuffix(".vl"), "vl.json") if name.endswith(".vl") else (name, ending)


def _answer_query(name: str, ending: str, about: str | None, iri: str | None) -> AnyResponse:
    explorer = current_explorer()
    stored = explorer.catalog.queries.get(name)
    if stored is None:
        abort(404)
    parameter = next((each for each in stored.parameters if each.name == about), None)
    if about is not None and (parameter is None or parameter.kind != "iri"):
        abort(404)
    given = select_values(stored, request.args)
    if parameter is not None and iri is not None:
        given[parameter.name] = iri
    if ending == "html":
        return _query_page(stored, parameter, iri, given)
    if links.is_static():  # a file has no days in its address; these are those of the page
        given = {**suggest_days(stored), **given}
    return _download(explorer, stored, ending, given)


def _query_page(
    stored: StoredQuery, parameter: Parameter | None, iri: str | None, given: dict[str, str]
) -> Response:
    wide = request.args.get("wide") == "1"
    asks = request.args.get("run") or given or not any(each.required for each in stored.parameters)

    def make(explorer: Explorer, fault: str = "") -> str:
        panel, answered, reason = None, None, ""
        if asks and not fault:
            answered = explorer.answer(stored, given)
            panel = build_panel(
                explorer,
                PanelSpec(stored, parameter),
                thing=iri,
                given=given,
                most=ROWS_OF_PAGE,
                wide=wide,
            )
            if panel.is_empty and answered.truth is None and not answered.triples:
                reason = explorer.explain_empty(stored, given)
        return render(
            "query.html",
            explorer,
            reason=reason,
            query=stored,
            panel=panel,
            truth=answered.truth if answered else None,
            triples=len(answered.triples) if answered else 0,
            fault=fault,
            fields=fields_of(explorer, stored),
            values={name: explorer.labels.short(value) for name, value in given.items()},
            given=given,
            wide=wide,
            text=stored.text,
            parameter=parameter,
            thing=iri,
            examples=[] if asks else find_examples(explorer, stored),
        )

    try:
        return keep_response(make)
    except FactbookError as error:
        page = make(current_explorer(), without_dashes(str(error)))
        return Response(page, 400, mimetype="text/html")


def _download(
    explorer: Explorer, stored: StoredQuery, ending: str, given: dict[str, str]
) -> Response:
    """Return the answer of a query in a machine format."""
    if ending == "rq":
        content = stored.text.encode()
    elif ending == "svg":
        content = draw_svg(_picture(explorer, stored, given)).encode()
    elif ending == "vl.json":
        # As `factbook query -f vega-lite` does
        content = format_json(vega_lite(_picture(explorer, stored, given))).encode()
    else:
        content = _write(explorer, stored, ending, given)
    response = Response(content, content_type=FORMATS[ending])
    if ending in {"csv", "tsv", "xlsx"}:
        response.headers["Content-Disposition"] = f'attachment; filename="{stored.name}.{ending}"'
    response.headers["X-Data-Version"] = explorer.version
    return response


def _picture(explorer: Explorer, stored: StoredQuery, given: dict[str, str]) -> Picture:
    picture = explorer.picture(stored, given)
    if picture is None:
        abort(404, "This query has no chart")
    return picture


def for_spreadsheets(table: Table, ending: str) -> Table:
    """Return a table for a download, with escaped formulas in CSV and TSV."""
    from factbook.render.formulas import SPREADSHEET_TEXTS, defuse_formulas

    return defuse_formulas(table) if ending in SPREADSHEET_TEXTS else table


def _write(explorer: Explorer, stored: StoredQuery, ending: str, given: dict[str, str]) -> bytes:
    answered = explorer.answer(stored, given)
    if ending in _SYNTAXES:
        triples = answered.triples or describe_rows(explorer.book, answered.rows)
        return write_answer(explorer.book, Graph(triples), _SYNTAXES[ending])
    if stored.form in {"CONSTRUCT", "DESCRIBE"}:
        abort(404)
    answer = answered.answer
    if isinstance(answer, Table):
        answer = for_spreadsheets(answer, ending)
    return write_answer(explorer.book, answer, ending, query=stored, asof=given.get("asof"))
