"""Suggestions are right where they claim to be, and a run can be interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.errors import EndpointError
from factbook.link.asking import Target, target_of
from factbook.link.journal import journal_for
from factbook.link.sets import PREDICTED, links_of
from factbook.link.suggest import suggest
from factbook.link.words import BY_KEY

if TYPE_CHECKING:
    from tests.link.conftest import Small

COMPANIES = [
    f"https://w3id.org/ai-infra/company/{name}"
    for name in ("alder", "birch", "cedar", "dogwood", "elm", "fir")
]
# What the sample was made to hold
BY_KEYS = {("company:alder", "Q100"), ("company:birch", "Q201"), ("company:cedar", "Q301")}
AMBIGUOUS = {("company:dogwood", "Q400"), ("company:dogwood", "Q401")}
SAME_NAME = {("company:elm", "Q500")}
LIKE_NAME = {("company:fir", "Q600")}


def run(small: Small, target: Target | None = None, *, batch: int = 20) -> None:
    """Run the suggestions for all companies."""
    journal = journal_for(small.folder / "journal", "wikidata")
    suggest(
        small.book,
        target or target_of(small.book, "wikidata", pause=0),
        COMPANIES,
        journal,
        batch=batch,
    )


def predicted(small: Small) -> dict[tuple[str, str], tuple[str, float]]:
    """Return the pairs that are predicted, each with its ground and confidence."""
    return {
        (link["subject_id"], link["object_id"].removeprefix("wikidata:")): (
            link["mapping_justification"],
            link.confidence,
        )
        for link in links_of(small.book.layout)[PREDICTED].links
    }


def test_key_matches_are_all_right_and_all_found(small: Small) -> None:
    """Precision and recall are 1.0 with wrong, merged and ambiguous items beside the right ones."""
    run(small)

    found = {pair for pair, (why, sure) in predicted(small).items() if why == BY_KEY and sure > 0.5}
    assert found == BY_KEYS


def test_what_several_items_carry_is_never_sure(small: Small) -> None:
    """Two items with the same site are both shown to the reviewer, with low confidence."""
    run(small)

    assert {pair: predicted(small)[pair] for pair in AMBIGUOUS} == dict.fromkeys(
        AMBIGUOUS, (BY_KEY, 0.3)
    )


def test_names_come_in_two_bands(small: Small) -> None:
    """The same name of one item is worth more than an alias in other letters."""
    run(small)

    found = predicted(small)
    assert {found[pair][1] for pair in SAME_NAME} == {0.7}
    assert {found[pair][1] for pair in LIKE_NAME} == {0.4}


def test_nothing_else_is_predicted(small: Small) -> None:
    """A namesake with another CIK, and an owner of the site with another CIK, are left out."""
    run(small)

    assert set(predicted(small)) == BY_KEYS | AMBIGUOUS | SAME_NAME | LIKE_NAME


@pytest.mark.parametrize("role", ["positive", "negative", "unsure"])
def test_what_was_decided_is_not_suggested_again(small: Small, role: str) -> None:
    """A pair that stands in another file stays there."""
    no = "Not" if role == "negative" else "-"
    row = f"company:alder skos:exactMatch {no} wikidata:Q100 semapv:ManualMappingCuration 1"
    small.links(role, row)

    run(small)

    assert ("company:alder", "Q100") not in predicted(small)


def test_a_second_run_changes_nothing(small: Small) -> None:
    """What stands in the file is not written twice."""
    run(small)
    before = small.file("predicted").read_bytes()

    run(small)

    assert small.file("predicted").read_bytes() == before


class Failing:
    """An endpoint that is gone after some answers."""

    def __init__(self, target: Target, answers: int) -> None:
        self.engine = target.engine
        self.left = answers

    def query(self, text: str) -> object:
        """Answer, or fail."""
        self.left -= 1
        if self.left < 0:
            raise EndpointError("endpoint is gone")
        return self.engine.query(text)


@pytest.mark.parametrize("answers", range(12))
def test_an_interrupted_run_goes_on(small: Small, answers: int) -> None:
    """Wherever the endpoint fails, the next run ends with what a whole run gives."""
    target = target_of(small.book, "wikidata", pause=0)
    target.engine = Failing(target, answers)  # type: ignore[assignment] # it has `query`, and that is asked

    with pytest.raises(EndpointError):
        run(small, target, batch=1)
    run(small, batch=1)

    rows = [link.pair for link in links_of(small.book.layout)[PREDICTED].links]
    assert len(rows) == len(set(rows))
    assert set(predicted(small)) == BY_KEYS | AMBIGUOUS | SAME_NAME | LIKE_NAME


def test_done_things_are_not_asked_again(small: Small) -> None:
    """A run that goes on asks only for what is left."""
    target = target_of(small.book, "wikidata", pause=0)
    target.engine = Failing(target, 6)  # type: ignore[assignment] # as above
    journal = journal_for(small.folder / "journal", "wikidata")
    with pytest.raises(EndpointError):
        suggest(small.book, target, COMPANIES, journal, batch=1)

    report = suggest(
        small.book, target_of(small.book, "wikidata", pause=0), COMPANIES, journal, batch=1
    )

    assert 0 < report.resumed < len(COMPANIES)


def test_requests_keep_their_distance(small: Small) -> None:
    """Between two requests the pause is waited out."""
    waits: list[float] = []
    target = target_of(small.book, "wikidata", pause=5)
    target.wait = waits.append

    run(small, target)

    assert waits
    assert all(4 < wait <= 5 for wait in waits)
