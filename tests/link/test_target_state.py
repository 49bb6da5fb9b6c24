"""Targets that are dead, merged or redirected in a circle are found and repaired."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from factbook.link.client import open_target
from factbook.link.target_state import check_items, check_pages, repair
from factbook.rdf.mapping_files import ROLES, find_problems, read_mapping_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.link.conftest import Small

ROW = "company:{} skos:exactMatch - wikidata:{} semapv:ManualMappingCuration 0.9"
MAPPED = {
    "alder": "Q100",  # there
    "birch": "Q999",  # nowhere
    "cedar": "Q300",  # merged into Q301
    "dogwood": "Q700",  # merged twice, now Q702
    "elm": "Q710",  # round in a circle
    "fir": "P2067",  # a property, which is no item
}
STATES = {
    "company:birch": ("dead", ""),
    "company:cedar": ("merged", "Q301"),
    "company:dogwood": ("merged", "Q702"),
    "company:elm": ("redirected in a circle", ""),
}


@pytest.fixture
def mapped(small: Small) -> Small:
    """Map each company to an item of the sample."""
    small.links("positive", *(ROW.format(*pair) for pair in MAPPED.items()))
    return small


def test_check_finds_every_stale_state(mapped: Small) -> None:
    """Dead, merged and circular items are found; an existing item is not."""
    files = read_mapping_files(mapped.book.layout)

    found = check_items(files, open_target(mapped.book, "wikidata", pause=0))

    assert {
        each.row["subject_id"]: (each.state, each.new_iri.rpartition("/")[2]) for each in found
    } == STATES


def test_repair_follows_moved_and_parks_dead_targets(mapped: Small) -> None:
    """After the repair, a second check finds nothing in the positive file."""
    files = read_mapping_files(mapped.book.layout)
    target = open_target(mapped.book, "wikidata", pause=0)

    repair(files, check_items(files, target)).save(*ROLES)

    after = read_mapping_files(mapped.book.layout)
    assert {row["object_id"] for row in after["positive"].rows} == {
        "wikidata:Q100",
        "wikidata:Q301",
        "wikidata:Q702",
        "wikidata:P2067",
    }
    assert {row["object_id"] for row in after["unsure"].rows} == {
        "wikidata:Q999",
        "wikidata:Q710",
    }
    assert [each for each in check_items(after, target) if each.role == "positive"] == []
    assert find_problems(mapped.book.layout) == []


def test_repair_drops_mapping_that_moved_to_rejected_target(small: Small) -> None:
    """Q300 was merged into Q301, and the mapping to Q301 was rejected."""
    small.links("positive", ROW.format("cedar", "Q300"))
    small.links("negative", ROW.format("cedar", "Q301").replace(" - ", " Not "))
    files = read_mapping_files(small.book.layout)

    after = repair(files, check_items(files, open_target(small.book, "wikidata", pause=0)))

    assert after["positive"].rows == ()


class Pages(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and redirects to the page in its query."""

    def do_GET(self) -> None:
        """Answer a request."""
        status, _, location = self.path[1:].partition("?")
        self.send_response(int(status))
        if location:
            self.send_header("Location", f"/{location}")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def pages() -> Iterator[str]:
    """Serve pages and yield the address of the server."""
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("page", "state", "new_page"),
    [
        ("404", "dead", ""),
        ("410", "dead", ""),
        ("301?200", "redirected", "200"),
        ("308?301?200", "redirected", "200"),
    ],
)
def test_check_pages_finds_gone_and_moved_pages(
    small: Small, pages: str, page: str, state: str, new_page: str
) -> None:
    """A page that is gone or has moved permanently is a finding."""
    small.map_pages("positive", pages, page)

    (found,), undetermined = check_pages(read_mapping_files(small.book.layout))

    assert (found.state, found.new_iri) == (state, f"{pages}{new_page}" if new_page else "")
    assert undetermined == []


@pytest.mark.parametrize("page", ["200", "302?200"])
def test_check_pages_accepts_existing_pages(small: Small, pages: str, page: str) -> None:
    """An existing page and a temporary redirect are no finding."""
    small.map_pages("positive", pages, page)

    assert check_pages(read_mapping_files(small.book.layout)) == ([], [])


@pytest.mark.parametrize("page", ["403", "500"])
def test_check_pages_reports_undetermined_pages(small: Small, pages: str, page: str) -> None:
    """A page that refuses programs or fails is reported, but is no finding."""
    small.map_pages("positive", pages, page)

    found, undetermined = check_pages(read_mapping_files(small.book.layout))

    assert found == []
    assert undetermined == [f"{pages}{page} answers HTTP {page}"]
