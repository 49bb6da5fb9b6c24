"""A decision moves a candidate to the file of its role; compiling updates the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from factbook.errors import UsageError
from factbook.link.compiler import compile_mappings
from factbook.link.review import Decision, apply_decision, find_candidate
from factbook.rdf.mapping_files import PREDICTED, ROLES, find_problems, read_mapping_files

if TYPE_CHECKING:
    from tests.link.conftest import Small

ROW = "company:elm skos:exactMatch - wikidata:Q500 semapv:LexicalMatching 0.7"
PAIR = ("company:elm", "wikidata:Q500")


def decide(small: Small, verdict: str, *, by: str = "Ada") -> None:
    """Decide on the one candidate."""
    files = read_mapping_files(small.book.layout)
    row = find_candidate(files, *PAIR)
    apply_decision(files, row, Decision(verdict, by)).save(*ROLES)


@pytest.mark.parametrize(
    ("verdict", "role"), [("accept", "positive"), ("reject", "negative"), ("park", "unsure")]
)
def test_decision_moves_row_to_file_of_its_role(small: Small, verdict: str, role: str) -> None:
    """Only the file of the role has the row, and no file has a fault."""
    small.links("predicted", ROW)

    decide(small, verdict)

    files = read_mapping_files(small.book.layout)
    holding = [name for name in ROLES if PAIR in {row.pair for row in files[name].rows}]
    assert holding == [role]
    assert find_problems(small.book.layout) == []


def test_accepted_mapping_names_the_reviewer(small: Small) -> None:
    """It counts as curated by hand, and its comment says what proposed it."""
    small.links("predicted", ROW)

    decide(small, "accept")

    (row,) = read_mapping_files(small.book.layout)["positive"].rows
    assert row["mapping_justification"] == "semapv:ManualMappingCuration"
    assert row["reviewer_label"] == "Ada"
    assert "semapv:LexicalMatching, confidence 0.7" in row["comment"]


def test_accepted_mapping_compiles_to_same_as(small: Small) -> None:
    """The exact match of a thing becomes schema:sameAs in the source file of the mappings."""
    small.links("predicted", ROW)
    decide(small, "accept")

    compile_mappings(small.book).save()

    text = (small.folder / "data/sources/made/mappings.ttl").read_text(encoding="utf-8")
    assert "company:elm schema:sameAs wikidata:Q500 ." in text


def test_rejected_mapping_overrides_accepted_one(small: Small) -> None:
    """A pair in the negative file is never compiled."""
    row = "company:elm skos:exactMatch {} wikidata:Q500 semapv:ManualMappingCuration 0.9"
    small.links("positive", row.format("-"))
    small.links("negative", row.format("Not"))

    compile_mappings(small.book).save()

    text = (small.folder / "data/sources/made/mappings.ttl").read_text(encoding="utf-8")
    assert "sameAs" not in text


def test_decision_without_reviewer_is_rejected(small: Small) -> None:
    """A blank reviewer is an error."""
    small.links("predicted", ROW)

    with pytest.raises(UsageError, match="name the reviewer"):
        decide(small, "accept", by=" ")


def test_decision_does_not_override_an_earlier_one(small: Small) -> None:
    """A rejected pair can be accepted only after the rejection is removed."""
    small.links("predicted", ROW)
    small.links(
        "negative", "company:elm skos:exactMatch Not wikidata:Q500 semapv:ManualMappingCuration 0.9"
    )

    with pytest.raises(UsageError, match=r"is already in negative\.sssom\.tsv"):
        decide(small, "accept")


def test_unknown_candidate_gets_nearest_suggestion(small: Small) -> None:
    """A typing error in the pair names the nearest candidate."""
    small.links("predicted", ROW)

    with pytest.raises(UsageError, match="Did you mean 'company:elm wikidata:Q500'"):
        find_candidate(
            read_mapping_files(small.book.layout), "company:elm", "wikidata:Q50", role=PREDICTED
        )
