"""Draw what a thing is connected with: the thing in the middle, others around it by relation."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from factbook.render.humanize import make_printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.render.labels import Labels
    from factbook.store.answers import Row

_WIDTH, _RADIUS, _ROW = 760, 190, 22
_MOST_NODES = 28
_LONGEST = 26
_CLASSES = 6
_MANY = 14


def draw_network(
    about: Mapping[str, Any],
    variables: Sequence[str],
    rows: Sequence[Row],
    labels: Labels,
    values: Mapping[str, str],
) -> str:
    """Return a picture of connections as SVG; nothing where there are none.

    Args:
        about: The columns with the other thing (`node`), the relation (`edge`), what kind of thing
            the other is (`kind`), and `direction` with 'in' for what points to the thing.
        variables: The columns of the answer.
        rows: Its rows, a connection each.
        labels: Labels of things.
        values: The values of the query's parameters: the thing is the one that is no column.
    """
    places = {name: place for place, name in enumerate(variables)}

    def text(row: Row, key: str) -> str:
        term = row[places[about[key]]] if about.get(key) in places else None
        return term.value if isinstance(term, NamedNode | Literal) else ""

    center = next((value for value in values.values() if ":" in value), "")
    labels.look_up(
        {center, *(term.value for row in rows for term in row if isinstance(term, NamedNode))}
    )
    edges: dict[str, set[tuple[str, str]]] = defaultdict(set)
    kinds: dict[str, str] = {}
    for row in rows:
        node = text(row, "node")
        if node and node != center:
            edges[node].add((labels.of_property(text(row, "edge")), text(row, "direction")))
            kinds.setdefault(
                node, labels.of_property(text(row, "kind")) if text(row, "kind") else ""
            )
    if not edges:
        return ""
    # Those with the most relations first; then kinds stay together around the circle
    chosen = sorted(edges, key=lambda node: (-len(edges[node]), node))[:_MOST_NODES]
    legend = sorted({kinds[node] for node in chosen if kinds[node]})
    chosen.sort(key=lambda node: (kinds[node], sorted(edges[node]), labels.of(node)))
    return _svg(chosen, edges, kinds, legend, labels, center, len(edges))


def _svg(  # noqa: PLR0913, PLR0917 - all that it shows
    nodes: Sequence[str],
    edges: Mapping[str, set[tuple[str, str]]],
    kinds: Mapping[str, str],
    legend: Sequence[str],
    labels: Labels,
    center: str,
    total: int,
) -> str:
    radius = _RADIUS + max(0, len(nodes) - _MANY) * 8
    height = 2 * radius + 90
    middle_x, middle_y = _WIDTH / 2, height / 2
    name = _short(labels.of(center))
    lines, marks = [], []
    for number, node in enumerate(nodes):
        angle = -pi / 2 + 2 * pi * (number + 0.5) / len(nodes)
        x = middle_x + radius * 1.05 * cos(angle)
        y = middle_y + radius * sin(angle)
        relations = ", ".join(
            f"{'← ' if direction == 'in' else ''}{label}"
            for label, direction in sorted(edges[node])
        )
        kind = legend.index(kinds[node]) % _CLASSES if kinds[node] in legend else 0
        anchor = "start" if cos(angle) >= 0 else "end"
        shift = 9 if anchor == "start" else -9
        title = f"{labels.of(node)}: {relations}"
        lines.append(f'<line x1="{middle_x:.0f}" y1="{middle_y:.0f}" x2="{x:.0f}" y2="{y:.0f}"/>')
        marks.append(
            f'<g class="k{kind}"><title>{escape(title)}</title>'
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5"/>'
            f'<text x="{x + shift:.0f}" y="{y - 1:.0f}" text-anchor="{anchor}">'
            f"{escape(_short(labels.of(node)))}</text>"
            f'<text class="e" x="{x + shift:.0f}" y="{y + 11:.0f}" text-anchor="{anchor}">'
            f"{escape(_short(relations))}</text></g>"
        )
    keys = "".join(
        f'<g class="k{place % _CLASSES}"><circle cx="8" cy="{14 + place * 18}" r="5"/>'
        f'<text x="18" y="{18 + place * 18}">{escape(_short(kind))}</text></g>'
        for place, kind in enumerate(legend)
    )
    said = f"{name} and {len(nodes)} of {total} things that it is connected with"
    return (
        f'<svg class="network" viewBox="0 0 {_WIDTH} {height:.0f}" role="img">'
        f"<title>{escape(said)}</title><g class=lines>{''.join(lines)}</g>{''.join(marks)}"
        f'<g class="center"><circle cx="{middle_x:.0f}" cy="{middle_y:.0f}" r="8"/>'
        f'<text x="{middle_x:.0f}" y="{middle_y - 13:.0f}" text-anchor="middle">{escape(name)}'
        f"</text></g>{keys}</svg>"
    )


def _short(text: str) -> str:
    text = make_printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
