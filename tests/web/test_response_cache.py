"""Answers are kept only where nothing else could come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from factbook.web.response_cache import ResponseCache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


class Counting:
    """An application whose every answer is the number of its requests."""

    def __init__(self, **headers: str) -> None:
        self.headers = headers
        self.status = 200
        self.asked = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        self.asked += 1
        headers = {name.replace("_", "-"): value for name, value in self.headers.items()}
        body = f"{self.asked} {Request(environ).path}".ljust(100)
        return Response(body, self.status, headers)(environ, start_response)


def test_same_request_is_answered_once() -> None:
    """The second answer is the first one."""
    application = Counting()
    client = Client(ResponseCache(application))

    assert client.get("/a").text == client.get("/a").text
    assert application.asked == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"path": "/a"}, {"path": "/b"}),
        ({"query_string": "x=1"}, {"query_string": "x=2"}),
        ({"headers": {"Accept": "text/csv"}}, {"headers": {"Accept": "text/html"}}),
        ({"headers": {"Host": "a"}}, {"headers": {"Host": "b"}}),
        ({"method": "POST"}, {"method": "POST"}),
        ({"method": "HEAD"}, {"method": "HEAD"}),
        ({"headers": {"If-None-Match": '"x"'}}, {"headers": {"If-None-Match": '"x"'}}),
        ({"headers": {"Range": "bytes=0-1"}}, {"headers": {"Range": "bytes=0-1"}}),
    ],
)
def test_other_request_is_asked_again(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Everything that an answer may depend on is part of the key."""
    application = Counting()
    client = Client(ResponseCache(application))
    client.open(**first)
    client.open(**second)

    assert application.asked == 2


@pytest.mark.parametrize(
    "headers",
    [{"Cache_Control": "no-store"}, {"Vary": "Cookie"}, {"Set_Cookie": "a=b"}],
)
def test_answer_that_may_differ_is_not_cached(headers: dict[str, str]) -> None:
    """An answer that says so, or varies with something else, is made anew."""
    application = Counting(**headers)
    client = Client(ResponseCache(application))
    client.get("/a")
    client.get("/a")

    assert application.asked == 2


def test_error_is_not_cached() -> None:
    """What went wrong may go right the next time."""
    application = Counting()
    application.status = 503
    client = Client(ResponseCache(application))
    client.get("/a")
    application.status = 200

    assert client.get("/a").status_code == 200


def test_oldest_answers_give_way() -> None:
    """No more is kept than there is room for, and what was used last stays."""
    application = Counting()
    client = Client(ResponseCache(application, size=7_500))
    for path in ("/a", "/b", "/a", "/c", "/a"):
        client.get(path)
    assert application.asked == 3
    client.get("/b")

    assert application.asked == 4
