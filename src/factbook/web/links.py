"""Build links: to things by IRI, to queries, and to other websites."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode, urlsplit

from flask import current_app, g, request

from factbook.errors import UsageError
from factbook.rdf.lexical import is_day
from factbook.web.site import current_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from factbook.errors import FactbookError
    from factbook.query.stored_queries import Parameter, StoredQuery

_WEB = {"http", "https", "mailto"}
_FAULT = "fault"
PAGE_OF = "FACTBOOK_PAGE_OF"
"""The setting with the things that share the page of another in static sites."""
DAYS = ("asof", "known-by")
"""The parameters that links between pages keep: the days of the answer."""


def is_static() -> bool:
    """Tell whether pages are written to files, whose addresses have no query string."""
    return bool(current_app.config.get("FROZEN"))


def note_fault(fault: str, error: FactbookError) -> None:
    """Record that a part of this page failed, so that the page is not cached."""
    setattr(g, _FAULT, (fault, error))


def fault_of_request() -> str:
    """Return what failed on this page, or an empty string."""
    return str(g.get(_FAULT, ("", None))[0])


def is_misasked() -> bool:
    """Tell whether the address of this request has an invalid value."""
    return isinstance(g.get(_FAULT, ("", None))[1], UsageError)


def days() -> dict[str, str]:
    """Return the days in the address of this page."""
    return {name: request.args[name] for name in DAYS if is_day(request.args.get(name, ""))}


def page_address(endpoint: str, **values: str | int | list[str] | None) -> str:
    """Return the address of a page, relative if pages are written to files."""
    url_for = current_app.jinja_env.globals["url_for"]
    given = {key: value for key, value in values.items() if value is not None}
    kept = {} if is_static() or endpoint == "pages.static" else days()
    return str(url_for(endpoint, **{**kept, **given}))  # type: ignore[operator]  # of a mapping of objects


def changed_address(name: str, value: str) -> str:
    """Return the address of this page with another value of a parameter; None removes it."""
    given = {**request.args.to_dict(), name: value}
    return f"?{urlencode({key: text for key, text in given.items() if text})}"


def thing_address(iri: str, ending: str = "html") -> str:
    """Return the address of a representation of a thing."""
    if is_static():
        iri = current_app.config[PAGE_OF].get(iri, iri)
    path = current_site().addresses.path(iri, ending)
    if is_static():
        path, mark, fragment = path.partition("#")
        address = page_address("linked_data.thing", path=unquote(path).removeprefix("/"))
        return f"{address}{mark}{fragment}"
    kept = urlencode(days())
    before, mark, fragment = path.partition("#")
    return f"{before}?{kept}{mark}{fragment}" if kept else path


def query_address(
    query: StoredQuery,
    ending: str = "html",
    *,
    parameter: Parameter | None = None,
    thing: str | None = None,
    values: dict[str, str] | None = None,
) -> str:
    """Return the address of a query's answer in a format.

    Args:
        query: The query.
        ending: 'html', 'csv', 'xlsx', 'json', 'ttl' or another format.
        parameter: The parameter that a thing is given for.
        thing: Its IRI.
        values: Values of other parameters; only where pages are served.
    """
    given = {} if is_static() else {k: v for k, v in (values or {}).items() if v}
    if parameter is None or thing is None:
        return page_address("pages.query", name=query.name, ending=ending, **given)
    path = unquote(current_site().addresses.path(thing)).removeprefix("/")
    return page_address(
        "pages.query_about",
        name=query.name,
        parameter=parameter.name,
        path=path,
        ending=ending,
        **given,
    )


def command_address(command: str, queries: Mapping[str, StoredQuery]) -> str:
    """Return the address of the page that corresponds to a command line, or an empty string.

    Args:
        command: The command line, such as "factbook query NAME --PARAMETER VALUE" or
            "factbook compare THING THING".
        queries: The stored queries by name.
    """
    _, verb, name, *options = [*shlex.split(command), "", ""][: len(shlex.split(command)) + 1]
    if verb == "compare" and name:
        return page_address("pages.compare", thing=[name, *filter(None, options)])
    if verb != "query" or name not in queries:
        return ""
    given = [each for each in options if each]
    names, texts = given[::2], given[1::2]
    values = {
        option.removeprefix("--"): text
        for option, text in zip(names, texts, strict=False)
        if option != "-o" and text != option.removeprefix("--").upper()
    }
    return query_address(queries[name], values={**values, "run": "1"} if values else {})


def outside_address(text: str) -> str | None:
    """Return an external address that is safe to link to, or None."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in _WEB and (parts.netloc or parts.scheme == "mailto") else None
