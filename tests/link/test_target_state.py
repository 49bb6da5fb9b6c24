"""Targets that are dead, merged or redirected in a circle are found and repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.link.client import open_target
from factbook.link.target_state import check_items, repair
from factbook.rdf.mapping_files import ROLES, find_problems, read_mapping_files

if TYPE_CHECKING:
    from tests.link.conftest import Small

ROW = "company:{} skos:exactMatch - wikidata:{} semapv:ManualMappingCuration 0.9"
MAPPED = {
    "alder": "Q100",  # there
    "birch": "Q999",  # nowhere
    "cedar": "Q300",  # merged into Q301
    "dogwood": "Q700",  # merged twice, now Q702
    "elm": "Q710",  # round in a circle
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
