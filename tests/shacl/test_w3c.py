"""The W3C's SHACL test suite: every case, every field but the message."""

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


def test_the_suite_is_whole() -> None:
    """All cases are there: 98 of SHACL Core and 23 of SHACL-SPARQL."""
    assert len(_CASES) == 98 + 23


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in _CASES])
def test_case(case: w3c.Case) -> None:
    """The report has the results that the suite expects, or the shapes are refused."""
    if case.expected is None:
        with pytest.raises(ShapesError):
            validate(case.shapes, case.data)
        return

    report = validate(case.shapes, case.data)

    assert w3c.rows(report.results) == case.expected
    assert not report.notes
