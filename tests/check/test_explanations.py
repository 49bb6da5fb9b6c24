"""Findings of sh:or, sh:xone, sh:and and sh:node say which shape failed for which reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.check.test_left_out import checked

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "or": (
        (
            "sh:or ( [ sh:property [ sh:path ex:name ; sh:minCount 1 ] ] "
            "[ sh:property [ sh:path ex:age ; sh:maxInclusive 5 ] ] )"
        ),
        (
            "None of the alternatives fits: (1) ex:name: missing; "
            "(2) ex:age: not sh:maxInclusive 5 (found: "
        ),
    ),
    "xone": (
        "sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:nodeKind sh:Literal ] [ sh:class ex:Tree ] )",
        "Alternatives 1 and 3 fit, but only one may.",
    ),
    "node": (
        "sh:node ex:Named",
        "Does not conform to Named: ex:name: missing",
    ),
    "nested": (
        "sh:or ( ex:Named [ sh:xone ( [ sh:nodeKind sh:Literal ] ) ] )",
        (
            "None of the alternatives fits: (1) ex:name: missing; "
            "(2) none of the alternatives fits: (1) not sh:nodeKind sh:Literal"
        ),
    ),
    "qualified": (
        (
            "sh:property [ sh:path ex:age ; sh:qualifiedMinCount 1 ; "
            "sh:qualifiedValueShape [ sh:or ( [ sh:maxInclusive 5 ] [ sh:nodeKind sh:IRI ] ) ] ]"
        ),
        (
            "0 of 1 value fit, at least 1 must: 7 (none of the alternatives fits: "
            "(1) not sh:maxInclusive 5; (2) not sh:nodeKind"
        ),
    ),
    "qualified at most": (
        (
            "sh:property [ sh:path rdf:type ; sh:qualifiedMaxCount 0 ; "
            "sh:qualifiedValueShape ex:Iri ]"
        ),
        "1 of 1 value fits Iri, at most 0 may: ex:Tree.",
    ),
    "qualified without a value": (
        "sh:property [ sh:path ex:name ; sh:qualifiedMinCount 2 ; sh:qualifiedValueShape ex:Iri ]",
        "The shape asks for sh:qualifiedMinCount 2 of Iri.",
    ),
    "counts for a sibling": (
        (
            "sh:property ex:One , [ sh:path ex:age ; sh:qualifiedMinCount 1 ; "
            "sh:qualifiedValueShape ex:Number ; sh:qualifiedValueShapesDisjoint true ]"
        ),
        "(counts for Seven)",
    ),
    "message": (
        'sh:node ex:Named ; sh:message "Give the tree a name."',
        "Give the tree a name. (does not conform to Named: ex:name: missing)",
    ),
}
NAMED = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
ex:Named a sh:NodeShape ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .
ex:Iri a sh:NodeShape ; sh:nodeKind sh:IRI .
ex:Number a sh:NodeShape ; sh:minInclusive 1 .
ex:Seven a sh:NodeShape ; sh:in ( 7 ) .
ex:One sh:path ex:age ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape ex:Seven .
"""


@pytest.mark.parametrize("name", CASES)
def test_finding_names_the_reasons(tmp_path: Path, name: str) -> None:
    """The message has the number of each alternative and its first reasons."""
    constraint, said = CASES[name]

    done = checked(tmp_path, f"{NAMED}ex:S sh:targetClass ex:Tree ; {constraint} .")

    assert said in done.stdout
