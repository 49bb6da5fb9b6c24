"""Write a chart as a Vega-Lite spec with its data, whose fields are the columns of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from factbook.render.charts import LABEL, OTHERS, PALETTE
from factbook.render.humanize import count_noun
from factbook.render.terminal import wrap

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from factbook.render.charts import Picture

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
GREY = "#808080"
INK = "currentColor"
_WIDTH, _STEP, _HEIGHT, _FACET_WIDTH, _FACET_HEIGHT = 640, 22, 360, 280, 150
_MOST_TICKS = 16  # Vega's own number on an axis of this width
_PADDING = 10  # pixels between the outermost points and the ends of an axis
_LINE = 110  # characters
_HEADING = 38  # characters over a small chart, so that it does not run into its neighbour
_SI_FROM = 1_000_000
# A logarithmic axis has labels at 1, 2 and 5 times a power of ten
_IS_ROUND = (
    "indexof([1, 2, 5], round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))) >= 0"
)


def vega_lite(picture: Picture, *, cite: bool = True) -> dict[str, Any]:
    """Return a chart as a Vega-Lite spec with its data.

    Texts and axes have the colour of the surrounding text (`currentColor`), so that they suit light
    and dark pages.

    Args:
        picture: The chart.
        cite: Whether to name the sources under it.
    """
    notes = [line for note in picture.notes for line in wrap(note, _LINE)]
    title = {"text": picture.title, "subtitle": notes}
    document: dict[str, Any] = {
        "$schema": SCHEMA,
        "description": picture.description,
        "background": None,
        "padding": 16,  # the reader's font may be wider than the one used to measure texts
        "config": _CONFIG,
    }
    view = _view(picture)
    if not cite or not picture.sources:
        return document | {"title": title} | view
    lines = wrap_sources(picture.sources)
    footer = {
        "data": {"values": [{"line": index, "text": text} for index, text in enumerate(lines)]},
        "width": _WIDTH,
        "height": {"step": 13},
        "mark": {"type": "text", "align": "left", "x": 0, "fontSize": 10, "color": INK},
        "encoding": {
            "y": {"field": "line", "type": "ordinal", "axis": None},
            "text": {"field": "text", "type": "nominal"},
        },
    }
    return document | {"title": title, "vconcat": [view, footer]}


def wrap_sources(sources: Collection[str], *, width: int = _LINE, most: int = 4) -> list[str]:
    """Return the sources of a chart as a few lines of text, with a count of those left out."""
    names = list(sources)
    for shown in range(len(names), 0, -1):
        rest = f" and {count_noun(len(names) - shown, 'other')}" if shown < len(names) else ""
        lines = wrap(f"Sources: {'; '.join(names[:shown])}{rest}", width)
        if len(lines) <= most:
            return lines
    return [f"{count_noun(len(names), 'source')}"]


def _fill_range(point: Mapping[str, Any], picture: Picture) -> dict[str, Any]:
    """Return a point without empty values; the range of a single value is that value."""
    ends = [name for name in (picture.low, picture.high) if name is not None]
    has_range = any(other.get(picture.high or "") is not None for other in picture.points)
    alone = dict.fromkeys(ends, point[picture.chart.y]) if has_range else {}
    return alone | {name: value for name, value in point.items() if value not in {None, ""}}


_TIME: dict[str, Any] = {
    # Every label has its year: the label of January may be left out for lack of room
    "format": {"year": "%Y"}
    | dict.fromkeys(("quarter", "month"), "%b %Y")
    | dict.fromkeys(("week", "date"), "%-d %b %Y"),
    "labelOverlap": "parity",
}
"""The date formats of a time axis, by the unit of its ticks."""
_CONFIG: dict[str, Any] = {
    "font": "Arial, Helvetica, sans-serif",
    "view": {"stroke": None},
    "range": {"category": [*PALETTE]},
    "title": {"anchor": "start", "color": INK, "subtitleColor": INK, "fontSize": 15, "offset": 12},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "tickColor": INK,
        "domainColor": INK,
        "gridColor": INK,
        "gridOpacity": 0.15,
        "labelLimit": 260,
        "labelSeparation": 6,  # the reader's font may be wider
        "titleFontWeight": "normal",
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "labelLimit": 200,
        "titleFontWeight": "normal",
        "symbolBaseFillColor": INK,
        "symbolBaseStrokeColor": INK,
    },
    "header": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
    "text": {"color": INK},
}


def _view(picture: Picture) -> dict[str, Any]:
    """Return the marks of a chart with their data, as small charts if it has facets."""
    views = [
        {
            "title": {
                "text": wrap(heading, _HEADING),
                "anchor": "middle",
                "fontSize": 12,
                "offset": 6,
            },
            "data": {"values": [_fill_range(point, picture) for point in part.points]},
            **_size(picture),
            "layer": _layers(part, _series(picture)),
        }
        for heading, part in picture.split()
    ]
    if len(views) == 1:
        return {key: value for key, value in views[0].items() if key != "title"}
    is_wide = _has_rows(picture)
    scales = {"x": "independent" if is_wide else "shared", "color": "shared", "shape": "shared"}
    return {"concat": views, "columns": 1 if is_wide else 2, "resolve": {"scale": scales}}


def _has_rows(picture: Picture) -> bool:
    """Tell whether each name of x has a row, with its value to the right."""
    chart = picture.chart
    return chart.type in {"bar", "range"} and picture.kinds[chart.x[0]] == "nominal"


def _size(picture: Picture) -> dict[str, Any]:
    is_stepped = picture.chart.type == "timeline" or _has_rows(picture)
    is_small = picture.chart.facet is not None
    return {
        "width": _FACET_WIDTH if is_small and not is_stepped else _WIDTH,
        "height": {"step": _STEP} if is_stepped else _FACET_HEIGHT if is_small else _HEIGHT,
    }


def _layers(picture: Picture, encoding: dict[str, Any]) -> list[dict[str, Any]]:
    chart = picture.chart
    name, value = chart.x[0], chart.y
    plain = {} if "color" in encoding else {"color": PALETTE[0]}
    if chart.type == "timeline":
        x = {
            "field": name,
            "type": "temporal",
            "title": None,
            "scale": {"padding": _PADDING},
            "axis": _TIME,
        }
        y = {"field": value, "type": "nominal", "title": None, "sort": None, "axis": {"grid": True}}
        mark = {"type": "point", "filled": True, "size": 70, "opacity": 0.85, "tooltip": True}
        return [{"mark": mark | plain, "encoding": {"x": x, "y": y, **encoding}}]
    numbers = _quantity(picture)
    if _has_rows(picture):
        across: dict[str, Any] = {"field": name, "type": "nominal", "sort": None, "title": None}
        places: dict[str, Any] = {
            "y": across | {"axis": {"labelLimit": 300, "ticks": False}},
            "x": numbers,
        }
        end = "x2"
    else:
        over: dict[str, Any] = {
            "field": name,
            "type": picture.kinds[name],
            "title": picture.titles[name],
        }
        if picture.kinds[name] == "temporal":
            over |= {"title": None, "scale": {"padding": _PADDING}, "axis": _TIME}
        elif picture.kinds[name] == "quantitative":
            over |= {
                "scale": {"zero": False, "nice": False, "padding": _PADDING},
                "axis": {"format": "d", "tickMinStep": 1},
            }
        else:
            over |= {"sort": None, "axis": {"labelAngle": -35}}
        places = {"x": over, "y": numbers}
        end = "y2"
    layers = _ranges(picture, places, encoding, end)
    if chart.type == "bar":
        bar = {"type": "bar", "tooltip": True, "cornerRadiusEnd": 2}
        layers.insert(0, {"mark": bar | plain, "encoding": places | encoding})
        words = {"type": "text", "align": "left", "dx": 5, "color": INK}
        text = {"text": {"field": value + LABEL, "type": "nominal"}}
        return [*layers, {"mark": words, "encoding": places | text}]
    if chart.type == "line":
        detail = [{"field": field, "type": "nominal"} for field in _line_fields(picture)]
        with_detail = encoding | ({"detail": detail} if detail else {})
        line = {"type": "line", "strokeWidth": 2, "opacity": 0.8}
        by_color = {key: channel for key, channel in with_detail.items() if key != "shape"}
        layers.insert(0, {"mark": line | plain, "encoding": places | by_color})
    point = {"type": "point", "filled": True, "size": 60, "opacity": 0.85, "tooltip": True}
    return [*layers, {"mark": point | plain, "encoding": places | encoding}]


def _ranges(
    picture: Picture, places: dict[str, Any], encoding: dict[str, Any], end: str
) -> list[dict[str, Any]]:
    """Return a thin line for each range."""
    chart, high = picture.chart, picture.high
    if high is None or all(point.get(high) is None for point in picture.points):
        return []
    start = picture.low or chart.y
    axis = end[0]
    between = places | {axis: places[axis] | {"field": start}, end: {"field": high}}
    color = {"color": encoding["color"]} if "color" in encoding else {}
    mark: dict[str, Any] = {"type": "rule", "strokeWidth": 3, "opacity": 0.5}
    if not color:
        mark["color"] = PALETTE[0] if chart.type != "bar" else INK
    return [{"mark": mark, "encoding": between | color}]


def _quantity(picture: Picture) -> dict[str, Any]:
    """Return the encoding of the values, with their axis."""
    chart = picture.chart
    biggest = max((abs(point[chart.y]) for point in picture.points), default=0)
    form = f"{picture.sign}~s" if biggest >= _SI_FROM else f"{picture.sign},"
    axis: dict[str, Any] = {
        "labelExpr": f"replace(format(datum.value, '{form}'), 'G', 'B')",
        "labelOverlap": "parity",
    }
    if picture.sign not in {"", "$"}:
        text = f"format(datum.value, '{form[len(picture.sign) :]}')"
        axis["labelExpr"] = f"'{picture.sign}' + replace({text}, 'G', 'B')"
    is_whole = all(point[chart.y] == int(point[chart.y]) for point in picture.points)
    if is_whole and 0 < biggest <= _MOST_TICKS:
        axis["tickCount"] = int(biggest)  # Vega-Lite drops `tickMinStep` where layers share an axis
    scale: dict[str, Any] = {"zero": True}
    if picture.is_far_from_zero:
        scale = {"zero": False, "padding": _PADDING}
    if chart.log:
        scale = {"type": "log", "nice": False, "padding": _PADDING}
        axis["labelExpr"] = f"{_IS_ROUND} ? {axis['labelExpr']} : ''"
        axis["gridOpacity"] = {"condition": {"test": _IS_ROUND, "value": 0.2}, "value": 0.05}
    return {
        "field": chart.y,
        "type": "quantitative",
        "title": picture.titles[chart.y],
        "scale": scale,
        "axis": axis,
    }


def _line_fields(picture: Picture) -> list[str]:
    """Return the fields that tell lines apart besides colour."""
    label = (picture.chart.color or "") + LABEL
    is_merged = any(label in point for point in picture.points)
    return [*picture.chart.series, *([label] if is_merged else [])]


def _series(picture: Picture) -> dict[str, Any]:
    """Return the encodings that tell series apart, by colour and by shape."""
    chart = picture.chart
    encodings: dict[str, Any] = {}
    for channel, name in (("color", chart.color), ("shape", chart.shape or chart.color)):
        if name is None or (channel == "shape" and chart.type == "bar"):
            continue
        texts = list(dict.fromkeys(point[name] for point in picture.points))
        if len(texts) < 2:  # noqa: PLR2004 - one series needs no legend
            continue
        encoding: dict[str, Any] = {"field": name, "type": "nominal"}
        encoding["title"] = picture.titles[name]
        if channel == "color":
            ordered = [text for text in texts if text != OTHERS]
            colors = [*PALETTE[: len(ordered)]]
            if OTHERS in texts:
                ordered, colors = [*ordered, OTHERS], [*colors, GREY]
            encoding["scale"] = {"domain": ordered, "range": colors}
        encodings[channel] = encoding
    if chart.shape in {None, chart.color} and "shape" in encodings and "color" in encodings:
        encodings["shape"]["scale"] = {"domain": encodings["color"]["scale"]["domain"]}
    return encodings
