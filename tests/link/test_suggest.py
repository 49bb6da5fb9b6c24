"""Suggested mappings are correct, and an interrupted run can be resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.errors import EndpointError
from factbook.link.client import TargetClient, open_target
from factbook.link.scoring import KeyProperty
from factbook.link.suggest import load_checkpoint, suggest_mappings
from factbook.rdf.mapping_files import PREDICTED, read_mapping_files
from factbook.rdf.sssom import BACKGROUND_KNOWLEDGE

if TYPE_CHECKING:
    from tests.link.conftest import Small

COMPANIES = [
    f"https://w3id.org/ai-infra/company/{name}"
    for name in ("alder", "birch", "cedar", "dogwood", "elm", "fir")
]
# Expected from the sample
BY_KEYS = {("company:alder", "Q100"), ("company:birch", "Q201"), ("company:cedar", "Q301")}
AMBIGUOUS = {("company:dogwood", "Q400"), ("company:dogwood", "Q401")}
SAME_NAME = {("company:elm", "Q500")}
LIKE_NAME = {("company:fir", "Q600")}


def run(small: Small, target: TargetClient | None = None, *, batch: int = 20) -> None:
    """Run the suggestions for all companies."""
    checkpoint = load_checkpoint(small.folder / "checkpoint", "wikidata")
    target = target or open_target(small.book, "wikidata", pause=0)
    suggest_mappings(small.book, target, COMPANIES, checkpoint, batch_size=batch)


def predicted(small: Small) -> dict[tuple[str, str], tuple[str, float]]:
    """Return the predicted pairs, each with its justification and confidence."""
    return {
        (row["subject_id"], row["object_id"].removeprefix("wikidata:")): (
            row["mapping_justification"],
            row.confidence,
        )
        for row in read_mapping_files(small.book.layout)[PREDICTED].rows
    }


def test_matches_by_key_are_correct_and_complete(small: Small) -> None:
    """Precision and recall are 1.0 although the sample has wrong, merged and ambiguous items."""
    run(small)

    found = predicted(small).items()
    by_key = {pair for pair, (why, sure) in found if why == BACKGROUND_KNOWLEDGE and sure > 0.5}
    assert by_key == BY_KEYS


def test_ambiguous_key_gives_low_confidence(small: Small) -> None:
    """Two items with the same site are both suggested, with low confidence."""
    run(small)

    assert {pair: predicted(small)[pair] for pair in AMBIGUOUS} == dict.fromkeys(
        AMBIGUOUS, (BACKGROUND_KNOWLEDGE, 0.3)
    )


def test_same_name_scores_higher_than_similar_name(small: Small) -> None:
    """A unique same name has more confidence than an alias in another case."""
    run(small)

    found = predicted(small)
    assert {found[pair][1] for pair in SAME_NAME} == {0.7}
    assert {found[pair][1] for pair in LIKE_NAME} == {0.4}


def test_contradicting_items_are_not_suggested(small: Small) -> None:
    """Items with the same name or the same site but another CIK are left out."""
    run(small)

    assert set(predicted(small)) == BY_KEYS | AMBIGUOUS | SAME_NAME | LIKE_NAME


@pytest.mark.parametrize("role", ["positive", "negative", "unsure"])
def test_decided_pair_is_not_suggested_again(small: Small, role: str) -> None:
    """A pair that another file has is not predicted."""
    no = "Not" if role == "negative" else "-"
    row = f"company:alder skos:exactMatch {no} wikidata:Q100 semapv:ManualMappingCuration 1"
    small.links(role, row)

    run(small)

    assert ("company:alder", "Q100") not in predicted(small)


def test_second_run_changes_nothing(small: Small) -> None:
    """No row is written twice."""
    run(small)
    before = small.file("predicted").read_bytes()

    run(small)

    assert small.file("predicted").read_bytes() == before


class Failing:
    """An endpoint that fails after some answers."""

    def __init__(self, target: TargetClient, answers: int) -> None:
        self.engine = target.engine
        self.left = answers

    def query(self, text: str) -> object:
        """Answer, or fail."""
        self.left -= 1
        if self.left < 0:
            raise EndpointError("endpoint is gone")
        return self.engine.query(text)


@pytest.mark.parametrize("answers", range(12))
def test_interrupted_run_resumes(small: Small, answers: int) -> None:
    """Wherever the endpoint fails, the next run ends with the result of a complete run."""
    target = open_target(small.book, "wikidata", pause=0)
    target.engine = Failing(target, answers)  # type: ignore[assignment] # it has `query`, and that is asked

    with pytest.raises(EndpointError):
        run(small, target, batch=1)
    run(small, batch=1)

    rows = [row.pair for row in read_mapping_files(small.book.layout)[PREDICTED].rows]
    assert len(rows) == len(set(rows))
    assert set(predicted(small)) == BY_KEYS | AMBIGUOUS | SAME_NAME | LIKE_NAME


def test_resumed_run_skips_finished_things(small: Small) -> None:
    """A resumed run asks only for the remaining things."""
    target = open_target(small.book, "wikidata", pause=0)
    target.engine = Failing(target, 6)  # type: ignore[assignment] # as above
    checkpoint = load_checkpoint(small.folder / "checkpoint", "wikidata")
    with pytest.raises(EndpointError):
        suggest_mappings(small.book, target, COMPANIES, checkpoint, batch_size=1)

    target = open_target(small.book, "wikidata", pause=0)
    report = suggest_mappings(small.book, target, COMPANIES, checkpoint, batch_size=1)

    assert 0 < report.resumed < len(COMPANIES)


def test_client_pauses_between_requests(small: Small) -> None:
    """The client waits for the pause between two requests."""
    waits: list[float] = []
    target = open_target(small.book, "wikidata", pause=5)
    target.sleep = waits.append

    run(small, target)

    assert waits
    assert all(4 < wait <= 5 for wait in waits)


def test_page_titles_are_addresses_in_the_target() -> None:
    """A title and the address of its page, below any of the prefixes, are the same value."""
    prefixes = ("http://w.example/wiki/", "https://w.example/wiki/")
    key = KeyProperty("urn:title", ("urn:page",), "page", is_unique=True, prefixes=prefixes)

    addresses = [term.value for term in key.spellings("Black alder")]

    assert addresses == [f"{prefix}Black_alder" for prefix in prefixes]
    assert {key.normalize(value) for value in (*addresses, "Black alder")} == {"Black_alder"}
