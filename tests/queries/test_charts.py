"""The chart of each stored query can be drawn from the whole book."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import vl_convert
from tests.queries.test_headers import ROOT, sample_values

from factbook.query.stored_queries import query_paths, read_query
from factbook.render.charts import LABEL, Picture, build_picture
from factbook.render.labels import Labels
from factbook.render.pictures import draw_svg, draw_text
from factbook.render.vega_lite import vega_lite
from factbook.sparql.tokens import uses_service
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.queries.conftest import Shelf

_CHARTED = {
    name: path
    for name, path in query_paths(ROOT).items()
    if re.search(r"^#\+ chart:", text := path.read_text(encoding="utf-8"), re.MULTILINE)
    and not uses_service(text)
}


@pytest.fixture(params=_CHARTED.values(), ids=[*_CHARTED])
def picture(request: pytest.FixtureRequest, shelf: Shelf) -> Picture:
    """Return the chart of a stored query."""
    query = read_query(request.param)
    tested = shelf("bundled-with-leads" if query.asks_leads else "whole")
    answer = tested.ask(query.name, sample_values(query), engine="embedded")
    assert isinstance(answer, Table)
    assert query.chart is not None
    return build_picture(
        query.chart,
        answer.variables,
        list(answer.rows),
        labels=Labels(tested.book.prefixes, tested.book.engine),
        columns=query.columns,
        title=query.summary,
    )


def test_chart_has_points_and_refers_to_its_columns(picture: Picture) -> None:
    """Each field of the spec is a column of the query, or the text of one."""
    known = {*picture.chart.columns, picture.low, picture.high}
    fields = set(_fields(vega_lite(picture, cite=False)))

    assert picture.points
    assert {field.removesuffix(LABEL) for field in fields} <= known


def test_chart_is_drawn_without_a_warning(
    picture: Picture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The spec is valid Vega-Lite, and the picture has a title and a description."""
    vl_convert.vegalite_to_svg(vega_lite(picture), show_warnings=True, allowed_base_urls=[])
    warnings = capfd.readouterr()
    svg = draw_svg(picture)

    assert warnings.err == ""
    assert "<title>" in svg
    assert "<desc>" in svg
    assert "NaN" not in svg
    assert "undefined" not in svg


def test_chart_is_drawn_with_characters(picture: Picture) -> None:
    """A terminal shows the chart in no more than its width."""
    text = draw_text(picture, width=80)

    assert picture.title in text
    assert max(map(len, text.splitlines())) <= 80


def _fields(spec: Any) -> Iterator[str]:  # noqa: ANN401 - what JSON holds
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "field":
                yield value
            elif key != "values":
                yield from _fields(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _fields(value)
