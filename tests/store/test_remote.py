"""Through a server that misbehaves, the answer is right or there is one clear error."""

from __future__ import annotations

import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from tests.store.faulty import FAULTS, Faulty, serving

from factbook.errors import EndpointError, UsageError
from factbook.store.answers import Graph, Table
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY = "SELECT ?n WHERE { ?n ?p ?o } ORDER BY ?n"
GRAPH = "CONSTRUCT { ?n ?p ?o } WHERE { ?n ?p ?o }"
RIGHT = {
    "good",
    "good-bom",
    "good-chunked",
    "good-xml",
    "429-then-good",
    "503-then-good",
    "cut-once",
}
OF_TRIPLES = sorted(name for name in FAULTS if name.endswith("triples"))
WRONG = sorted(set(FAULTS) - RIGHT - set(OF_TRIPLES))
SLOW = {"slow", "dripping-body", "dripping-head", "stalled", "endless-beginnings"}


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    """Serve the faults."""
    with serving() as server:
        yield server


def asked(server: Faulty, fault: str, query: str = QUERY, *, timeout: float = 8) -> object:
    """Ask, and return all that came."""
    server.seen.clear()
    answer = RemoteEngine(server.address(fault), timeout=timeout).query(query)
    if isinstance(answer, Table):
        return [str(row[0]) for row in answer.rows]
    return list(answer.triples) if isinstance(answer, Graph) else answer


@pytest.mark.parametrize("fault", sorted(RIGHT))
def test_endpoint_gives_all_rows(faulty: Faulty, fault: str) -> None:
    """All rows arrive, also where the server had to be asked twice."""
    assert asked(faulty, fault) == [f"<https://a.example/{n}>" for n in range(3)]


@pytest.mark.parametrize("fault", sorted(set(WRONG) - SLOW))
def test_incomplete_answer_is_an_error(faulty: Faulty, fault: str) -> None:
    """One line that names the endpoint, and no row."""
    with pytest.raises(EndpointError) as caught:
        asked(faulty, fault)

    said = str(caught.value)
    assert said.startswith(f"endpoint {faulty.address(fault)} ")
    assert len(said.splitlines()) == 1
    assert len(said) < 400


@pytest.mark.parametrize("fault", sorted(SLOW))
def test_slow_endpoint_is_given_up_at_the_deadline(faulty: Faulty, fault: str) -> None:
    """The deadline is that of the whole call, however the time is spent."""
    begun = time.monotonic()

    with pytest.raises(EndpointError, match=r"did not answer within 1 seconds|timed out"):
        asked(faulty, fault, timeout=1)

    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("fault", OF_TRIPLES)
def test_triples_are_complete_or_refused(faulty: Faulty, fault: str) -> None:
    """Lines that end well say nothing of the lines that are missing."""
    if fault.startswith("good"):
        assert len(asked(faulty, fault, GRAPH)) == 3  # type: ignore[arg-type] # a list
        return
    with pytest.raises(EndpointError):
        asked(faulty, fault, GRAPH)


@pytest.mark.parametrize("fault", ["429-long", "429-date"])
def test_long_wait_is_reported_at_once(faulty: Faulty, fault: str) -> None:
    """Nobody waits for an hour, and the server is not asked again before."""
    begun = time.monotonic()

    with pytest.raises(EndpointError, match="asks to wait"):
        asked(faulty, fault)

    assert time.monotonic() - begun < 1
    assert faulty.seen[fault] == 1


def test_busy_endpoint_is_asked_four_times(faulty: Faulty) -> None:
    """Four times, then that is that."""
    with pytest.raises(EndpointError, match="too busy: HTTP 503 4 times"):
        asked(faulty, "503-for-ever")

    assert faulty.seen["503-for-ever"] == 4


@pytest.mark.parametrize("fault", [name for name in FAULTS if name.startswith("redirect")])
def test_redirect_is_not_followed(faulty: Faulty, fault: str) -> None:
    """A POST would lose its query on the way."""
    with pytest.raises(EndpointError, match="a redirect, which is not followed: give '"):
        asked(faulty, fault)

    assert faulty.seen == {fault: 1}


def test_packed_answer_is_refused_in_words(faulty: Faulty) -> None:
    """The parser would only say that a character is unexpected."""
    with pytest.raises(EndpointError, match="packed its answer with gzip"):
        asked(faulty, "gzip-unasked")


def test_limit_in_the_query_is_no_truncation(faulty: Faulty) -> None:
    """Who asks for 100 rows and gets them has them all."""
    rows = asked(faulty, "capped-silently", "SELECT ?n WHERE { ?n ?p ?o } ORDER BY ?n LIMIT 100")

    assert len(rows) == 100  # type: ignore[arg-type] # a list


def test_truncated_answer_is_reported_with_both_numbers(faulty: Faulty) -> None:
    """100 rows of 250 are no answer."""
    with pytest.raises(EndpointError, match="100 of 250 rows"):
        asked(faulty, "capped-silently")


@pytest.mark.parametrize(
    "fault", ["capped-uncountable", "capped-uncounted", "capped-miscounted", "capped-always"]
)
def test_round_number_of_rows_that_is_not_counted_is_an_error(faulty: Faulty, fault: str) -> None:
    """They may be all rows, but nobody knows; the count is asked for once."""
    with pytest.raises(EndpointError, match="100 rows, which may be its limit, and does not count"):
        asked(faulty, fault)

    assert faulty.seen == {fault: 2}


def test_refused_query_is_a_usage_error(faulty: Faulty) -> None:
    """HTTP 400 is a fault of the query, not of the endpoint."""
    FAULTS["refused"] = lambda handler, _: handler.whole(b"line 1", "text/plain", 400)

    with pytest.raises(UsageError, match="refuses the query: 'line 1'"):
        asked(faulty, "refused")


def test_urlopen_of_the_program_stays_as_it_is(faulty: Faulty) -> None:
    """An opener that the program has installed is used for all requests but ours."""

    class Opener(urllib.request.OpenerDirector):
        def open(self, *_: object) -> str:
            return "the program's"

    urllib.request.install_opener(Opener())
    try:
        asked(faulty, "good")
        between: object = urllib.request.urlopen(faulty.address("good"))  # noqa: S310 - our own server
        rows = asked(faulty, "good")
    finally:
        urllib.request.install_opener(urllib.request.build_opener())

    assert between == "the program's"
    assert len(rows) == 3  # type: ignore[arg-type] # a list
