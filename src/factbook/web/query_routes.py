"""The stored queries as HTTP routes: `/api/query/NAME?PARAMETER=VALUE`, or `NAME.csv?…`.

An answer names in `Content-Location` the address that keeps it: with the day that it is for, and
the version of the data. A version that is no longer served answers with 410 and the way to today's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, jsonify, request

from factbook.errors import FactbookError, UsageError, without_dashes
from factbook.query.empty_answer import explain_empty
from factbook.query.refine import Refinement
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import all_queries, find_query
from factbook.render.result_formats import holds_no_row
from factbook.store.result_writer import MACHINE
from factbook.web.answers import write_answer
from factbook.web.endpoint import mark_cut
from factbook.web.negotiation import GRAPHS, TABLES, choose, with_charset
from factbook.web.openapi import LABELS, describe_api, refinements_of
from factbook.web.site import current_site, cut_of_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.query.stored_queries import StoredQuery
    from factbook.store.answers import Answer

query_routes = Blueprint("query_routes", __name__, url_prefix="/api")

KNOWN_BY: Final = "known-by"
VERSION: Final = "data-version"
REASON: Final = "X-Empty-Reason"
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET: Final = "application/vnd.apache.parquet"
TABLE_TYPES: Final = {**TABLES, EXCEL: "xlsx", PARQUET: "parquet"}
TABLE_ENDINGS: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xlsx": EXCEL,
    "parquet": PARQUET,
}
GRAPH_ENDINGS: Final = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
_DAY: Final = "asof"
_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Question:
    """The content of a request: a stored query, its values and its day of publication."""

    query: StoredQuery
    values: Mapping[str, Sequence[str]]
    known_by: str | None = None
    refine: Refinement = field(default_factory=Refinement)
    labels: bool = False
    """Whether to add columns of labels."""

    @property
    def is_graph(self) -> bool:
        """Whether the answer consists of triples."""
        return self.query.form in {"CONSTRUCT", "DESCRIBE"}

    def path(self, ending: str = "", version: str | None = None) -> str:
        """Return the address of the answer; with a version, the permanent one."""
        pairs = [(name, each) for name, given in self.values.items() for each in given]
        pairs += [("where", each) for each in self.refine.where]
        others = {
            "sort": self.refine.sort,
            "top": self.refine.top,
            "columns": ",".join(self.refine.columns),
            "since": self.refine.since,
            "until": self.refine.until,
            LABELS: "true" if self.labels else None,
            KNOWN_BY: self.known_by,
        }
        pairs += [(name, str(each)) for name, each in others.items() if each]
        if version is not None:
            pairs.append((VERSION, version))
        suffix = f".{ending}" if ending else ""
        arguments = f"?{urlencode(pairs)}" if pairs else ""
        return f"/api/query/{quote(self.query.name)}{suffix}{arguments}"

    def dated(self) -> Question:
        """Return the request with its day, by default today."""
        takes_day = any(each.name == _DAY for each in self.query.parameters)
        if not takes_day or _DAY in self.values:
            return self
        today = datetime.now(UTC).date().isoformat()
        return replace(self, values={**self.values, _DAY: [today]})


def read_question(query: StoredQuery) -> Question:
    """Parse the arguments of the request for a stored query.

    Raises:
        UsageError: A number or a truth value is none.
    """
    values = {name: request.args.getlist(name) for name in request.args}
    known_by = values.pop(KNOWN_BY, [None])[-1]
    values.pop(VERSION, None)
    narrow = {name: values.pop(name) for name in refinements_of(query) if name in values}

    def last(name: str) -> str | None:
        return narrow.get(name, [None])[-1]

    top, labels = last("top"), last(LABELS) or "false"
    if top is not None and not (top.isascii() and top.isdigit()):
        raise UsageError(f"top: '{top}' is not a number of rows")
    if labels not in _TRUTHS:
        raise UsageError(f"{LABELS}: '{labels}' is not one of {', '.join(_TRUTHS)}")
    refine = Refinement(
        where=tuple(narrow.get("where", ())),
        sort=last("sort") or "",
        top=int(top) if top is not None else None,
        columns=tuple(filter(None, (last("columns") or "").split(","))),
        since=last("since"),
        until=last("until"),
    )
    return Question(query, values, known_by, refine, labels=_TRUTHS[labels])


def answer_question(question: Question) -> Answer:
    """Return the answer from the sources of the request, within the limits.

    Raises:
        UsageError: A parameter is missing or unknown, or its value does not fit.
        QueryStoppedError: The query uses more than it may.
        BusyError: All workers are busy.
    """
    site = current_site()
    leads = question.query.asks_leads or site.book.leads
    edition = site.edition_for(leads=leads, known_by=question.known_by)
    try:
        return run_stored(edition.limited, question.query, question.values, refine=question.refine)
    except UsageError as error:
        raise UsageError(without_dashes(str(error))) from None


def require_version(question: Question, current: str, ending: str) -> None:
    """Check that the request is for the version of the data that is served.

    Raises:
        HTTPException: 410, with the address of the answer of now.
    """
    wanted = request.args.get(VERSION, current)
    if wanted != current:
        abort(
            410,
            f"Version {wanted} of the data is no longer served here. The answer of version "
            f"{current}: {question.path(ending)}",
        )


@query_routes.get("/openapi.json")
def openapi() -> Response:
    """Return the description of the API."""
    site = current_site()
    queries = all_queries(site.book.layout.queries)
    return jsonify(describe_api(queries, site, request.host_url.rstrip("/")))


@query_routes.get("/query/<name>")
def stored_query(name: str) -> Response:
    """Answer a stored query."""
    site = current_site()
    stem, _, ending = name.rpartition(".")
    if not stem or ending not in TABLE_ENDINGS | GRAPH_ENDINGS:
        stem, ending = name, ""
    question = read_question(_find(stem))
    require_version(question, site.version, ending)
    media_type, form = _choose_format(question, ending)
    pinned = question.dated()
    tag = _tag(pinned, media_type, site.version)
    response = Response(content_type=with_charset(media_type))
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
    else:
        written = write_answer(
            site.book,
            answer_question(pinned),
            form,
            query=pinned.query,
            labels=pinned.labels,
            asof=next(iter(pinned.values.get(_DAY, ())), None),
        )
        response.set_data(written)
        if form in MACHINE and holds_no_row(written, form) and question.query.form == "SELECT":
            response.headers[REASON] = _explain_empty(pinned)
    response.set_etag(tag)
    response.headers["Content-Location"] = pinned.path(ending, site.version)
    response.headers["Last-Modified"] = formatdate(site.modified, usegmt=True)
    response.headers["Cache-Control"] = "no-cache"
    if not ending:
        response.vary.add("Accept")
    cut = cut_of_request()
    if cut is not None:
        mark_cut(response, cut)
    return response


def _find(name: str) -> StoredQuery:
    try:
        return find_query(current_site().book.layout.queries, name)
    except UsageError as error:
        abort(404, str(error).replace("factbook queries", "/api/openapi.json"))


def _choose_format(question: Question, ending: str) -> tuple[str, str]:
    """Return the media type of the answer and the name of its format."""
    endings = GRAPH_ENDINGS if question.is_graph else TABLE_ENDINGS
    offered = GRAPHS if question.is_graph else TABLE_TYPES
    if not ending:
        return choose(offered)
    if ending not in endings:
        abort(404, f"This answer can be had as .{', .'.join(endings)}")
    return endings[ending], offered[endings[ending]]


def _explain_empty(question: Question) -> str:
    """Return why an answer has no rows, for a header; empty if that takes too long."""
    site = current_site()
    edition = site.edition_for(leads=site.book.leads, known_by=question.known_by)
    try:
        reason = explain_empty(
            edition.limited, question.query, question.values, question.refine, leads=False
        )
    except FactbookError:
        return ""
    return without_dashes(reason).encode().decode("latin-1")


def _tag(question: Question, media_type: str, version: str) -> str:
    seed = f"{question.path(version=version)}\n{media_type}"
    return hashlib.sha256(seed.encode()).hexdigest()[:32]
