"""pySHACL and the queries find the same in our graph and in every example."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from factbook.check.rules import select_shape_files
from factbook.check.shapes import validate
from factbook.rdf.parse import read_rdf
from factbook.shacl import PYSHACL, SPARQL, load_data
from factbook.store.embedded import load_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.shapes.conftest import Checked

    from factbook.shacl import Report


def rows(report: Report) -> Counter[tuple[str, ...]]:
    """Return all parts of the results."""
    return Counter(
        tuple(
            map(
                str,
                (
                    result.focus,
                    result.path,
                    result.value,
                    result.component,
                    result.source_shape,
                    result.severity,
                    *result.messages,
                ),
            )
        )
        for result in report.results
    )


@pytest.mark.parametrize("which", ["bad", "good"])
def test_engines_give_same_findings_for_examples(
    which: str, checked: Callable[[str], Checked]
) -> None:
    """Focus, path, value, component, shape, severity and message are the same, one by one."""
    book = checked(which).book
    files = [read_rdf(path) for path in book.paths(leads=True)]
    quads = [quad for file in files for quad in file.quads]
    shapes = [quad for file in select_shape_files(book.layout, files) for quad in file.quads]
    store = load_store(files)

    data = load_data(quads, store=store)

    reports = [validate(shapes, data, engine=e) for e in (PYSHACL, SPARQL)]

    assert rows(reports[0]) == rows(reports[1])
    assert reports[1].notes == ()
