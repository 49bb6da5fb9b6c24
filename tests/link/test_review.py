"""A decision moves a candidate to the file of its role, and the compiled files follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.errors import UsageError
from factbook.link.compile import compiled
from factbook.link.review import Decision, candidate, decided
from factbook.link.sets import PREDICTED, ROLES, links_of, problems_of

if TYPE_CHECKING:
    from tests.link.conftest import Small

ROW = "company:elm skos:exactMatch - wikidata:Q500 semapv:LexicalMatching 0.7"
PAIR = ("company:elm", "wikidata:Q500")


def decide(small: Small, verdict: str, *, by: str = "Ada") -> None:
    """Decide on the one candidate."""
    links = links_of(small.book.layout)
    decided(links, candidate(links, *PAIR), Decision(verdict, by)).save(*ROLES)


@pytest.mark.parametrize(
    ("verdict", "role"), [("accept", "positive"), ("reject", "negative"), ("park", "unsure")]
)
def test_a_decision_moves_the_row(small: Small, verdict: str, role: str) -> None:
    """The row is in the file of its role and nowhere else, and all files are without fault."""
    small.links("predicted", ROW)

    decide(small, verdict)

    links = links_of(small.book.layout)
    holding = [name for name in ROLES if PAIR in {link.pair for link in links[name].links}]
    assert holding == [role]
    assert problems_of(small.book.layout) == []


def test_an_accepted_mapping_names_who_decided(small: Small) -> None:
    """It was made by hand then, and says what had proposed it."""
    small.links("predicted", ROW)

    decide(small, "accept")

    (link,) = links_of(small.book.layout)["positive"].links
    assert link["mapping_justification"] == "semapv:ManualMappingCuration"
    assert link["reviewer_label"] == "Ada"
    assert "semapv:LexicalMatching, confidence 0.7" in link["comment"]


def test_an_accepted_mapping_compiles_to_same_as(small: Small) -> None:
    """The exact match of a thing is schema:sameAs, in the file of the source."""
    small.links("predicted", ROW)
    decide(small, "accept")

    compiled(small.book).save()

    text = (small.folder / "data/sources/made/mappings.ttl").read_text(encoding="utf-8")
    assert "company:elm schema:sameAs wikidata:Q500 ." in text


def test_a_rejected_mapping_beats_the_same_accepted_one(small: Small) -> None:
    """What is denied is not compiled, whatever else says so."""
    row = "company:elm skos:exactMatch {} wikidata:Q500 semapv:ManualMappingCuration 0.9"
    small.links("positive", row.format("-"))
    small.links("negative", row.format("Not"))

    compiled(small.book).save()

    text = (small.folder / "data/sources/made/mappings.ttl").read_text(encoding="utf-8")
    assert "sameAs" not in text


def test_a_decision_needs_a_name(small: Small) -> None:
    """Nobody decides anonymously."""
    small.links("predicted", ROW)

    with pytest.raises(UsageError, match="say who decides"):
        decide(small, "accept", by=" ")


def test_a_decision_does_not_overrule_another(small: Small) -> None:
    """A pair that was refused is not accepted until the refusal is taken back."""
    small.links("predicted", ROW)
    small.links(
        "negative", "company:elm skos:exactMatch Not wikidata:Q500 semapv:ManualMappingCuration 0.9"
    )

    with pytest.raises(UsageError, match=r"stands in negative\.sssom\.tsv"):
        decide(small, "accept")


def test_an_unknown_candidate_is_met_with_the_nearest(small: Small) -> None:
    """A slip in the pair shows the pair that was meant."""
    small.links("predicted", ROW)

    with pytest.raises(UsageError, match="Did you mean 'company:elm wikidata:Q500'"):
        candidate(links_of(small.book.layout), "company:elm", "wikidata:Q50", role=PREDICTED)
