"""Names are compared as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factbook.link.reconcile.names import ALIKE, EXACT, SAME, core, similarity, words


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
def test_the_same_name(asked: str, name: str) -> None:
    """Case, accents, punctuation, spaces and legal forms make no difference."""
    assert similarity(asked, name) == similarity(name, asked) == SAME


@pytest.mark.parametrize(
    ("near", "far", "name"),
    [
        ("Acme Robotic", "Acme Rockets", "Acme Robotics"),
        ("Amce Robotics", "Amber Systems", "Acme Robotics"),
        ("Robotics Acme", "Robotics", "Acme Robotics"),
    ],
)
def test_nearer_and_farther(near: str, far: str, name: str) -> None:
    """A slip of the pen is nearer than another name, and neither is the same."""
    assert SAME > ALIKE >= similarity(near, name) > similarity(far, name)


@pytest.mark.parametrize("other", ["Zeta", "", "…", "Inc.", "名前"])
def test_nothing_in_common(other: str) -> None:
    """Names that share nothing are not alike at all, and marks are no name."""
    assert similarity(other, "Acme Robotics") == 0


def test_a_form_alone_is_a_name() -> None:
    """What consists of a legal form keeps it."""
    assert core(words("AB")) == ("ab",)
    assert core(words("SE Inc.")) == ("se",)


def test_a_version_is_not_an_abbreviation() -> None:
    """Only letters with dots between them are drawn together."""
    assert words("Model 3.1 of U.S.A.") == ("model", "3", "1", "of", "usa")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts(first: str, second: str) -> None:
    """Whatever the texts are, there is a likeness between nothing and the same."""
    assert 0 <= similarity(first, second) <= EXACT
    assert similarity(first, first) == EXACT
