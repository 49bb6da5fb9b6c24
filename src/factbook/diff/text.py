"""Write differences as text for a terminal or as Markdown for a review."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from factbook.diff.changes import ADDED, REMOVED, REVISED, WITHDRAWN
from factbook.render.humanize import count_noun
from factbook.render.markup import escape_markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from factbook.diff.changes import (
        Detail,
        Differences,
        FactChange,
        QueryChange,
        TermChange,
        ThingChange,
    )

    Escape = Callable[[str], str]

_SIGNS = {ADDED: "+", REMOVED: "-", REVISED: "~", WITHDRAWN: "-"}
_BREAKS = "!"
_MOST_ROWS, _MOST_NAMES = 3, 5  # of each query; JSON has all


def as_text(found: Differences) -> str:
    """Return differences as text."""
    if not found:
        return "No differences.\n"
    parts = []
    for heading, body in _sections(found, str):
        parts.append("\n".join((heading, *(f"  {line}" for line in body))))
    return "\n\n".join(parts) + "\n"


def as_markdown(found: Differences) -> str:
    """Return differences as Markdown."""
    if not found:
        return "No differences.\n"
    parts = []
    for heading, body in _sections(found, escape_markdown):
        parts.append("\n".join((f"## {heading}", "", *map(_item, body))))
    return "\n\n".join(parts) + "\n"


def summarize(found: Differences) -> str:
    """Return how much changed, in one line."""
    return "; ".join(
        f"{name}: {_counts(changes)}"
        for name, changes in (
            ("things", found.things),
            ("facts", found.facts),
            ("terms", found.terms),
            ("queries", found.queries),
        )
        if changes
    )


def _sections(found: Differences, escape: Escape) -> Iterator[tuple[str, list[str]]]:
    sections: tuple[tuple[str, Sequence[object], Iterator[str]], ...] = (
        ("Things", found.things, _things(found.things, escape)),
        ("Facts", found.facts, _facts(found.facts, escape)),
        ("Terms", found.terms, _terms(found.terms, escape)),
        ("Queries", found.queries, _queries(found.queries, escape)),
    )
    for name, changes, lines in sections:
        if changes:
            yield f"{name}: {_counts(changes)}", list(lines)


def _things(changes: Sequence[ThingChange], escape: Escape) -> Iterator[str]:
    for each in changes:
        kind = f" ({escape(each.kind)})" if each.kind else ""
        yield f"{_SIGNS[each.change]} {escape(each.thing.label)}{kind} {each.thing.short}".rstrip()


def _facts(changes: Sequence[FactChange], escape: Escape) -> Iterator[str]:
    for (label, source), alike in groupby(
        changes, key=lambda each: (each.about.label, each.source.label)
    ):
        yield escape(label) + (f" [{escape(source)}]" if source and source != label else "")
        for each in alike:
            is_new_value = each.change == REVISED and each.old != each.new
            value = f"{each.old} → {each.new}" if is_new_value else each.new or each.old
            when = f", {each.when}" if each.when else ""
            said = [each.change] if each.change == WITHDRAWN else []
            words = f" ({', '.join([*said, *each.words])})" if said or each.words else ""
            yield f"  {_SIGNS[each.change]} {escape(f'{each.what.label}{when}: {value}{words}')}"
            yield from (f"      {_detail(detail, escape)}" for detail in each.details)


def _terms(changes: Sequence[TermChange], escape: Escape) -> Iterator[str]:
    for each in changes:
        sign = _BREAKS if each.is_breaking else _SIGNS[each.change]
        kind = f" ({escape(each.kind)})" if each.kind else ""
        breaking = ", breaking" if each.is_breaking else ""
        yield f"{sign} {escape(each.term.short)}{kind}: {each.change}{breaking}"
        yield from (f"    {_detail(detail, escape)}" for detail in each.details)


def _queries(changes: Sequence[QueryChange], escape: Escape) -> Iterator[str]:
    for query, alike in groupby(changes, key=lambda each: each.query):
        runs = list(alike)
        if len(runs) > 1:
            yield from _summarize_runs(query, runs, escape)
            continue
        (each,) = runs
        sign = _BREAKS if each.is_breaking else _SIGNS[each.change]
        call = escape(f"{each.query} {each.arguments}".rstrip())
        if each.change != REVISED or each.note:
            yield f"{sign} {call}: {escape(each.note) or each.change}"
            continue
        yield f"{sign} {call}: {_count_rows([each])}"
        for mark, rows in (("-", each.removed), ("+", each.added)):
            for row in rows[:_MOST_ROWS]:
                yield f"    {mark} {escape(' | '.join(cell or '·' for cell in row))}"
            if len(rows) > _MOST_ROWS:
                yield f"    {mark} … and {len(rows) - _MOST_ROWS} more"


def _summarize_runs(query: str, runs: list[QueryChange], escape: Escape) -> Iterator[str]:
    """Yield one line for a query whose answers differ for several things."""
    sign = _BREAKS if any(each.is_breaking for each in runs) else _SIGNS[REVISED]
    names = sorted(each.arguments.partition(" ")[2] for each in runs)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    option = runs[0].arguments.partition(" ")[0]
    yield (
        f"{sign} {escape(f'{query} {option}')} {escape(', '.join(names[:_MOST_NAMES]))}{more}: "
        f"{_count_rows(runs)}"
    )


def _count_rows(runs: Sequence[QueryChange]) -> str:
    added = sum(len(each.added) for each in runs)
    removed = sum(len(each.removed) for each in runs)
    parts = [
        f"{count_noun(number, 'row')} {change}"
        for number, change in ((added, ADDED), (removed, REMOVED))
        if number
    ]
    return ", ".join(parts) or "fails or no longer fails"


def _detail(detail: Detail, escape: Escape) -> str:
    return escape(f"{detail.label}: {detail.old or 'nothing'} → {detail.new or 'nothing'}")


def _counts(changes: Sequence[object]) -> str:
    """Return the number of changes of each kind."""
    kinds = [str(getattr(each, "change", "")) for each in changes]
    breaking = sum(bool(getattr(each, "is_breaking", False)) for each in changes)
    counted = [f"{kinds.count(kind)} {kind}" for kind in _SIGNS if kind in kinds]
    return ", ".join([*counted, *([f"{breaking} of them breaking"] if breaking else [])])


def _item(line: str) -> str:
    """Return a line of text as an item of a Markdown list, its sign as code."""
    text = line.lstrip(" ")
    depth = {0: 0, 2: 1, 4: 1, 6: 2}[len(line) - len(text)]
    sign, _, rest = text.partition(" ")
    if sign in {*_SIGNS.values(), _BREAKS}:
        return f"{'  ' * depth}- `{sign}` {rest}"
    return f"{'  ' * depth}- {text}" if depth else f"- **{text}**"
