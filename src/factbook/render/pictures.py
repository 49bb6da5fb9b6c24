"""Draw charts: as SVG and PNG with vl-convert, and as text for a terminal."""

from __future__ import annotations

import html
from datetime import date
from math import log10
from typing import TYPE_CHECKING, Any

from factbook.errors import UsageError
from factbook.render.charts import LABEL, OTHERS
from factbook.render.terminal import display_width, shorten, wrap
from factbook.render.vega_lite import vega_lite, wrap_sources

if TYPE_CHECKING:
    from types import ModuleType

    from factbook.render.charts import Picture

_VEGA_LITE = "5.20"
_PIXELS = 2  # pixels of a PNG per pixel of the chart, for high-resolution screens
_MARKERS = "●x+○▲■◆"  # one for each colour of the palette
_REST = "%"
_ROWS = 17
_FEWEST_COLUMNS = 20
_HUNDRED = 100


def draw_svg(picture: Picture, *, cite: bool = True) -> str:
    """Return a chart as SVG, with a title and a description for screen readers.

    Its texts have the colour of the page around it; a file of its own follows the reader's light or
    dark scheme.

    Raises:
        UsageError: vl-convert is not installed, or there is nothing to draw.
    """
    converter = _vl_convert(picture)
    spec = vega_lite(picture, cite=cite)
    svg = str(converter.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))
    start, end = svg.index("<svg"), svg.index(">") + 1
    words = (
        f"<title>{html.escape(picture.title)}</title>"
        f"<desc>{html.escape(picture.description)}</desc>"
    )
    opening = svg[start : end - 1]
    style = (
        ' role="img" style="color-scheme:light dark;color:CanvasText;max-width:100%;height:auto"'
    )
    return f"{opening}{style}>{words}{svg[end:]}"


def draw_png(picture: Picture) -> bytes:
    """Return a chart as PNG on white.

    Raises:
        UsageError: vl-convert is not installed, or there is nothing to draw.
    """
    converter = _vl_convert(picture)
    spec = vega_lite(picture) | {"background": "white"}
    drawn: bytes = converter.vegalite_to_png(
        spec, vl_version=_VEGA_LITE, scale=_PIXELS, allowed_base_urls=[]
    )
    return drawn


def draw_text(picture: Picture, *, width: int = 80) -> str:
    """Return a chart as text for a terminal, with its sources under it.

    Args:
        picture: The chart.
        width: How many columns the terminal has.
    """
    draw = _draw_bars if picture.chart.type in {"bar", "range"} else _draw_points
    lines = [*wrap(picture.title, width)]
    lines += [line for note in picture.notes for line in wrap(note, width)]
    for heading, part in picture.split():
        lines += ["", *([heading] if heading else []), draw(part, width).rstrip("\n")]
    lines.append("")
    if picture.sources:
        lines += wrap_sources(picture.sources, width=width)
    return "".join(f"{line}\n" for line in lines)


def _vl_convert(picture: Picture) -> ModuleType:
    if not picture.points:
        raise UsageError("no row of the answer can be drawn: the chart would be empty")
    try:
        import vl_convert
    except ImportError:
        raise UsageError(
            "a picture of a chart needs vl-convert-python, which is not installed: "
            "pip install 'factbook[charts]'"
        ) from None
    return vl_convert


def _draw_bars(picture: Picture, width: int) -> str:
    """Return a bar of blocks for each point, with its name before it and its value after it.

    A range is a line with the value on it.
    """
    name, value = picture.chart.x[0], picture.chart.y
    is_range = picture.chart.type == "range"
    reach = [picture.reach(point) if is_range else (0, point[value]) for point in picture.points]
    base = min(least for least, _ in reach) if picture.is_far_from_zero else 0
    most = max((greatest for _, greatest in reach), default=0) - base or 1
    names = [shorten(str(point[name]), width // 2) for point in picture.points]
    values = [str(point[value + LABEL]) for point in picture.points]
    margin = max(map(display_width, names), default=0)
    room = max(width - margin - max(map(display_width, values), default=0) - 3, 1)
    lines = []
    for point, ends, label, text in zip(picture.points, reach, names, values, strict=True):
        bar = "█" * round(max(point[value], 0) / most * room) or "▏"
        if is_range:
            first, last, at = (
                round(max(number - base, 0) / most * (room - 1)) for number in (*ends, point[value])
            )
            cells = ["─" if first <= place <= last else " " for place in range(room)]
            bar = "".join([*cells[:at], "●", *cells[at + 1 :]])
        lines.append(f"{label}{' ' * (margin - display_width(label))}  {bar} {text}")
    return "".join(f"{line}\n" for line in lines)


def _draw_points(picture: Picture, width: int) -> str:
    """Return the points on a grid of characters, the scales beside and below it."""
    if not picture.points:
        return ""
    chart, name = picture.chart, picture.chart.x[0]
    xs = [_place(point[name], picture) for point in picture.points]
    if chart.type == "timeline":
        lanes = list(dict.fromkeys(str(point[chart.y]) for point in picture.points))
        ys = [-float(lanes.index(point[chart.y])) for point in picture.points]
        height, marks = len(lanes), dict(enumerate(lanes))
    else:
        ys = [log10(point[chart.y]) if chart.log else point[chart.y] for point in picture.points]
        height, marks = _ROWS, _scale(picture, min(ys), max(ys))
    margin = max(map(display_width, marks.values()), default=0)
    columns = max(width - margin - 3, _FEWEST_COLUMNS)
    grid = [[" "] * columns for _ in range(height)]
    series = [point.get(chart.color or "", "") for point in picture.points]
    signs = dict(
        zip((name for name in dict.fromkeys(series) if name != OTHERS), _MARKERS, strict=False)
    )
    signs |= {OTHERS: _REST} if OTHERS in series else {}
    for x, y, series_name in zip(xs, ys, series, strict=True):
        row = round((max(ys) - y) / ((max(ys) - min(ys)) or 1) * (height - 1))
        column = round((x - min(xs)) / ((max(xs) - min(xs)) or 1) * (columns - 1))
        grid[row][column] = signs[series_name]
    lines = []
    for row, cells in enumerate(grid):
        mark = marks.get(row, "")
        lines.append(f"{' ' * (margin - display_width(mark))}{mark} │{''.join(cells)}")
    ends = [picture.points[xs.index(end)] for end in (min(xs), max(xs))]
    first, last = (str(point.get(name + LABEL, point[name])) for point in ends)
    space = " " * max(columns - display_width(first) - display_width(last), 1)
    lines += [f"{' ' * margin} └{'─' * columns}", f"{' ' * margin}  {first}{space}{last}"]
    if len(signs) > 1:
        legend = (f"{mark} {text}".replace(" ", "\u00a0") for text, mark in signs.items())
        lines += ["", *(line.replace("\u00a0", " ") for line in wrap("   ".join(legend), width))]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _place(value: Any, picture: Picture) -> float:  # noqa: ANN401 - what a point holds
    """Return the position of a value of x: a day, a number, or the index of a name."""
    kind = picture.kinds[picture.chart.x[0]]
    if kind == "temporal":
        return float(date.fromisoformat(str(value)).toordinal())
    if kind == "quantitative":
        return float(value)
    names = list(dict.fromkeys(point[picture.chart.x[0]] for point in picture.points))
    return float(names.index(value))


def _scale(picture: Picture, least: float, most: float) -> dict[int, str]:
    """Return the labels of the scale by row."""
    chart = picture.chart
    texts: dict[int, str] = {}
    for row in range(0, _ROWS, 4):
        position = most - (most - least) * row / (_ROWS - 1)
        value = 10**position if chart.log else position
        text = f"{picture.sign}{_round(value)}"
        if text not in texts.values():
            texts[row] = text
    return texts


def _round(value: float) -> str:
    """Return a number in three digits: 4.25B, 120, 0.5."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:,.0f}" if abs(value) >= _HUNDRED else f"{value:.3g}"
