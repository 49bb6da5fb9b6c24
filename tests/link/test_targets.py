"""Targets that are dead, merged or redirected in a circle are found and mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.link.asking import target_of
from factbook.link.sets import ROLES, links_of, problems_of
from factbook.link.targets import check_targets, mended

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


def test_every_planted_state_is_found(mapped: Small) -> None:
    """Nothing is found of the item that is there."""
    links = links_of(mapped.book.layout)

    found = check_targets(links, target_of(mapped.book, "wikidata", pause=0))

    assert {
        each.link["subject_id"]: (each.state, each.now.rpartition("/")[2]) for each in found
    } == STATES


def test_what_moved_is_followed_and_what_is_dead_is_parked(mapped: Small) -> None:
    """After mending, a second check finds the mappings that hold in order."""
    links = links_of(mapped.book.layout)
    target = target_of(mapped.book, "wikidata", pause=0)

    mended(links, check_targets(links, target)).save(*ROLES)

    after = links_of(mapped.book.layout)
    assert {link["object_id"] for link in after["positive"].links} == {
        "wikidata:Q100",
        "wikidata:Q301",
        "wikidata:Q702",
    }
    assert {link["object_id"] for link in after["unsure"].links} == {
        "wikidata:Q999",
        "wikidata:Q710",
    }
    assert [each for each in check_targets(after, target) if each.role == "positive"] == []
    assert problems_of(mapped.book.layout) == []


def test_a_move_to_what_was_refused_drops_the_mapping(small: Small) -> None:
    """Q300 is merged into Q301, which somebody has refused."""
    small.links("positive", ROW.format("cedar", "Q300"))
    small.links("negative", ROW.format("cedar", "Q301").replace(" - ", " Not "))
    links = links_of(small.book.layout)

    after = mended(links, check_targets(links, target_of(small.book, "wikidata", pause=0)))

    assert after["positive"].links == ()
