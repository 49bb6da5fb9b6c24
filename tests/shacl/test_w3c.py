"""The W3C's SHACL test suite: all cases, all parts of a result but the message."""

from __future__ import annotations

import pytest
from tests.shacl import w3c

from factbook.shacl import validate
from factbook.shacl.shapes_graph import ShapesError

pytestmark = pytest.mark.skipif(
    not w3c.SUITE.is_dir(),
    reason=f"no W3C suite at {w3c.SUITE}: set FACTBOOK_W3C_SHACL to test/resources/sht_tests of "
    "pySHACL's source distribution",
)
_CASES = [*w3c.cases("core"), *w3c.cases("sparql")] if w3c.SUITE.is_dir() else []


def test_suite_is_complete() -> None:
    """The suite has 98 cases of SHACL Core and 23 of SHACL-SPARQL."""
    assert len(_CASES) == 98 + 23


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in _CASES])
def test_validate_gives_the_results_of_the_suite(case: w3c.Case) -> None:
    """The report has the expected results, or the shapes are rejected as expected."""
    if case.expected is None:
        with pytest.raises(ShapesError):
            validate(case.shapes, case.data)
        return

    report = validate(case.shapes, case.data)

    assert w3c.rows(report.results) == case.expected
    assert not any("pySHACL" in note for note in report.notes)
