"""The SPARQL endpoint: the query operation of the SPARQL 1.1 Protocol, read-only, with limits."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, cast
from urllib.parse import unquote_to_bytes

from flask import Blueprint, Response, abort, request
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from werkzeug.wsgi import wrap_file

from factbook.rdf.terms import XSD, is_iri
from factbook.sparql.tokens import query_form
from factbook.web.negotiation import GRAPHS, TABLES, choose, prefers_page, with_charset
from factbook.web.site import current_site
from factbook.web.sparql_page import render_sparql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.store.embedded import Graphs
    from factbook.store.query_limits import Outcome
    from factbook.store.worker import Workers

endpoint = Blueprint("endpoint", __name__)

QUERY_TYPE: Final = "application/sparql-query"
_UPDATE_TYPE: Final = "application/sparql-update"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_IN_MEMORY: Final = 1 << 20
_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_RDF_TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_FORMAT_NAMES: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
    "TriG",
    "N-Quads",
)
# Functions whose results change from call to call
_CHANGING: Final = re.compile(r"(?i)now|rand|uuid|bnode")
_MOST_CHARACTERS: Final = 1_000_000
"""Of a query: its tokens are looked at in the process that answers everybody."""
_REPLACED: Final = "\ufffd"
_GRAPH_TYPES: Final = [name for name in GRAPHS if name != "text/plain"]


@dataclass(frozen=True)
class Operation:
    """A query with the graphs that the request names."""

    text: str
    graphs: Graphs | None


@endpoint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query, or return the service description without one."""
    operation = _read_operation()
    if operation is None:
        if prefers_page(*_GRAPH_TYPES):
            return Response(render_sparql(""), mimetype="text/html", headers={"Vary": "Accept"})
        return _describe()
    form = query_form(operation.text)  # None if it is not a query; the engine reports the error
    offered = GRAPHS if form in {"CONSTRUCT", "DESCRIBE"} else TABLES
    media_type, name = choose(offered)
    response = answer(current_site().workers, operation, media_type, name)
    if _CHANGING.search(operation.text):
        response.headers["Cache-Control"] = "no-store"
    return response


def answer(workers: Workers, operation: Operation, media_type: str, name: str) -> Response:
    """Run a query and return its answer.

    Args:
        workers: What runs it.
        operation: The query.
        media_type: The media type of the answer.
        name: The name of the format, see `negotiation`.

    Raises:
        FactbookError: The query is not valid, exceeds a limit, or all workers are busy.
    """
    out = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - closed below
    try:
        outcome = workers.run(
            operation.text,
            out,
            table_format=name if name in TABLES.values() else "json",
            graph_format=name if name in GRAPHS.values() else "turtle",
            graphs=operation.graphs,
            as_standard=True,
        )
    except BaseException:
        out.close()
        raise
    size = out.tell()
    out.seek(0)
    body: bytes | Iterable[bytes]
    if size <= _IN_MEMORY:
        body = out.read()
        out.close()
    else:
        body = wrap_file(request.environ, out)  # the response closes it
    response = Response(body, content_type=with_charset(media_type))
    response.content_length = size
    response.vary.add("Accept")
    mark_cut(response, outcome)
    return response


def mark_cut(response: Response, outcome: Outcome) -> None:
    """Mark an answer as incomplete in its headers."""
    if outcome.cut is not None:
        response.headers["X-SPARQL-MaxRows"] = str(outcome.rows or 0)
        response.headers["Warning"] = (
            f'199 factbook "incomplete: cut after {outcome.rows or 0} rows by the limit on '
            f'{outcome.cut}"'
        )


def _read_operation() -> Operation | None:
    """Return the query of the request, or None if there is none.

    Raises:
        HTTPException: The request is none of the protocol's.
    """
    texts = [*request.args.getlist("query"), *_read_body()]
    if "update" in request.args or "update" in request.form:
        abort(403, "This endpoint is read-only")
    if len(texts) > 1:
        abort(400, "Send one query")
    if not texts:
        if request.method == "POST":
            abort(400, "The parameter 'query' is missing")
        return None
    if len(texts[0]) > _MOST_CHARACTERS:
        abort(413, f"A query may have {_MOST_CHARACTERS:,} characters at most")
    if _REPLACED in texts[0]:  # replaces bytes that are not UTF-8
        for sent in (request.query_string, request.get_data()):
            _decode(unquote_to_bytes(sent))
    return Operation(texts[0], _read_graphs())


def _read_body() -> list[str]:
    """Return the queries in the body of the request."""
    if request.method != "POST":
        return []
    kind = request.mimetype
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        abort(415, "Only UTF-8 is understood")
    if kind == _UPDATE_TYPE:
        abort(403, "This endpoint is read-only")
    if kind == QUERY_TYPE:
        return [_decode(request.get_data())]
    if kind != _FORM_TYPE:
        abort(415, f"Send a query as {QUERY_TYPE} or {_FORM_TYPE}")
    request.get_data()  # before it is parsed
    return request.form.getlist("query")


def _read_graphs() -> Graphs | None:
    default = [
        *request.args.getlist("default-graph-uri"),
        *request.form.getlist("default-graph-uri"),
    ]
    named = [*request.args.getlist("named-graph-uri"), *request.form.getlist("named-graph-uri")]
    for iri in (*default, *named):
        if not is_iri(iri):
            abort(400, f"'{iri}' is not an absolute IRI")
    return (default, named) if default or named else None


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        abort(400, "The request is not UTF-8 text")


def _describe() -> Response:
    """Return the service description (SPARQL 1.1 Service Description)."""
    from io import BytesIO

    from factbook.export.rdf_writer import write_rdf

    media_type, name = choose(GRAPHS)
    book = current_site().book
    out = BytesIO()
    prefixes = {"sd": _SD, **book.prefixes}
    write_rdf(_description(), name, out, prefixes=prefixes, context={"sd": _SD, **book.context})
    response = Response(out.getvalue(), content_type=with_charset(media_type))
    response.vary.add("Accept")
    return response


def _description() -> Iterator[Triple]:
    site = current_site()
    service, dataset, default = (BlankNode() for _ in range(3))
    here = NamedNode(request.base_url)

    def term(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    yield Triple(service, _RDF_TYPE, term("Service"))
    yield Triple(service, term("endpoint"), here)
    yield Triple(service, term("supportedLanguage"), term("SPARQL11Query"))
    for name in _FORMAT_NAMES:
        yield Triple(service, term("resultFormat"), NamedNode(_FORMATS + name))
    yield Triple(service, term("defaultDataset"), dataset)
    yield Triple(dataset, _RDF_TYPE, term("Dataset"))
    yield Triple(dataset, term("defaultGraph"), default)
    yield Triple(default, _RDF_TYPE, term("Graph"))
    size = Literal(str(site.triples), datatype=NamedNode(f"{XSD}integer"))
    yield Triple(default, NamedNode("http://rdfs.org/ns/void#triples"), size)
    for graph in site.graphs:
        entry = BlankNode()
        yield Triple(dataset, term("namedGraph"), entry)
        yield Triple(entry, _RDF_TYPE, term("NamedGraph"))
        yield Triple(entry, term("name"), NamedNode(graph))
