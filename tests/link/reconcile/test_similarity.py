"""Similarity of names ignores case, accents, punctuation and legal forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factbook.query.entities import (
    IDENTICAL,
    MOST_SIMILAR,
    SAME,
    fold_words,
    similarity,
    strip_legal_form,
)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("acme robotics", "Acme Robotics"),
        ("ACME ROBOTICS", "Acme Robotics"),
        ("Acme Robotics, Inc.", "Acme Robotics"),
        ("Acme Robotics Co., Ltd.", "Acme Robotics"),
        ("Acme-Robotics", "Acme Robotics"),
        ("AcmeRobotics", "Acme Robotics"),
        ("Muller Maschinen GmbH", "Müller Maschinen"),
        ("Mu\u0308ller Maschinen", "M\u00fcller Maschinen"),
        ("Strasse AG", "Straße"),
        ("Oceanic Holding NV", "Oceanic Holding N.V."),
        ("Oceanic Holding", "Oceanic Holding N.V."),
        ("Rossi S.p.A", "Rossi SpA"),
        ("Brown and Sons", "Brown & Sons"),
        ("  Acme   Robotics ", "Acme Robotics"),
    ],
)
def test_variants_of_a_name_score_same(asked: str, name: str) -> None:
    """Case, accents, punctuation, spaces and legal forms are ignored."""
    assert similarity(asked, name) == similarity(name, asked) == SAME


@pytest.mark.parametrize(
    ("near", "far", "name"),
    [
        ("Acme Robotic", "Acme Rockets", "Acme Robotics"),
        ("Amce Robotics", "Amber Systems", "Acme Robotics"),
        ("Robotics Acme", "Robotics", "Acme Robotics"),
    ],
)
def test_typing_error_scores_higher_than_other_name(near: str, far: str, name: str) -> None:
    """A typing error is more similar than another name, and neither is the same name."""
    assert SAME > MOST_SIMILAR >= similarity(near, name) > similarity(far, name)


@pytest.mark.parametrize("other", ["Zeta", "", "…", "Inc.", "名前"])
def test_unrelated_names_score_zero(other: str) -> None:
    """Names with nothing in common, and texts without words, score zero."""
    assert similarity(other, "Acme Robotics") == 0


def test_legal_form_alone_is_kept() -> None:
    """The first word of a name stays, even if it is a legal form."""
    assert strip_legal_form(fold_words("AB")) == ("ab",)
    assert strip_legal_form(fold_words("SE Inc.")) == ("se",)


def test_version_number_is_not_an_abbreviation() -> None:
    """Only single letters with dots between them are joined."""
    assert fold_words("Model 3.1 of U.S.A.") == ("model", "3", "1", "of", "usa")


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_between_0_and_100(first: str, second: str) -> None:
    """Any two texts have a score in range, and a text equals itself."""
    assert 0 <= similarity(first, second) <= IDENTICAL
    assert similarity(first, first) == IDENTICAL
