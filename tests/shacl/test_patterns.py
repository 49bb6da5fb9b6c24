"""Patterns are XPath's: what engines write differently is translated, or refused in words."""

from __future__ import annotations

import pytest
from tests.shacl.turtle import found, quads

from factbook.errors import InputError
from factbook.shacl import validate

MATCHES = {
    "subtraction": ("^[a-z-[aeiou]]+$", ["bcd"], ["abc"]),
    "subtraction twice": ("^[a-z-[a-m-[e]]]+$", ["xen"], ["xa"]),
    "negated subtraction": ("^[^0-9-[x]]+$", ["abc"], ["ax", "a1"]),
    "back-reference": (r"^(.)\1$", ["aa"], ["ab"]),
    "back-reference and digit": (r"^(a)\10$", ["aa0"], ["aa"]),
    "back-reference and subtraction": (r"^([a-z-[b]])\1$", ["cc"], ["bb", "cd"]),
    "name start": (r"^\i+$", ["a_:é"], ["1", "a b"]),
    "name": (r"^\i\c*$", ["a-1.b"], ["-a", "a b"]),
    "no name": (r"^\C+$", [" !"], ["a"]),
    "name without colon": (r"^[\i-[:]][\c-[:]]*$", ["abc"], ["a:b"]),
    "block": (r"^\p{IsGreek}+$", ["λόγος"], ["logos"]),
    "literal": ("^[&~|]+$", ["&&", "~~", "||"], ["a"]),
}


@pytest.mark.parametrize("name", MATCHES)
def test_pattern_matches_as_in_xpath(name: str) -> None:
    """The values that match conform, and all others are results."""
    pattern, good, bad = MATCHES[name]
    escaped = pattern.replace("\\", "\\\\")
    values = " , ".join(f'"{value}"' for value in (*good, *bad))

    report = validate(
        quads(f'ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:pattern "{escaped}" ] .'),
        quads(f"ex:a ex:p {values} ."),
    )

    assert sorted(found(report)) == sorted(("a", f'"{value}"') for value in bad)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"\p{IsKlingon}", "the block IsKlingon is not known"),
        (r"(\p{Lu})\1", "cannot be matched together with back-references"),
        ("[a-z-[b]c]", "a subtraction is not at the end of its class"),
        ("(", "not a regular expression"),
    ],
)
def test_pattern_that_cannot_be_matched_is_refused(pattern: str, said: str) -> None:
    """The message says what is wrong with the pattern."""
    escaped = pattern.replace("\\", "\\\\")
    shapes = f'ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:pattern "{escaped}" ] .'

    with pytest.raises(InputError, match=said):
        validate(quads(shapes), quads("ex:a ex:p 1 ."))
