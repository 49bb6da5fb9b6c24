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


def as_text(differences: Differences) -> str:
    """Return differences as text."""
    if not differences:
        return "No differences.\n"
    parts = []
    for heading, body in _sections(differences, str):
        parts.append("\n".join((heading, *(f"  {line}" for line in body))))
    return "\n\n".join(parts) + "\n"


def as_markdown(differences: Differences) -> str:
    """Return differences as Markdown."""
    if not differences:
        return "No differences.\n"
    parts = []
    for heading, body in _sections(differences, escape_markdown):
        parts.append("\n".join((f"## {heading}", "", *map(_item, body))))
    return "\n\n".join(parts) + "\n"


def summarize(differences: Differences) -> str:
    """Return the number of changes in one line."""
    return "; ".join(
        f"{name}: {_counts(changes)}"
        for name, changes in (
            ("things", differences.things),
            ("facts", differences.facts),
            ("terms", differences.terms),
            ("queries", differences.queries),
        )
        if changes
    )


def _sections(differences: Differences, escape: Escape) -> Iterator[tuple[str, list[str]]]:
    sections: tuple[tuple[str, Sequence[object], Iterator[str]], ...] = (
        ("Things", differences.things, _things(differences.things, escape)),
        ("Facts", differences.facts, _facts(differences.facts, escape)),
        ("Terms", differences.terms, _terms(differences.terms, escape)),
        ("Queries", differences.queries, _queries(differences.queries, escape)),
    )
    for name, changes, lines in sections:
        if changes:
            yield f"{name}: {_counts(changes)}", list(lines)


def _things(changes: Sequence[ThingChange], escape: Escape) -> Iterator[str]:
    for change in changes:
        kind = f" ({escape(change.kind)})" if change.kind else ""
        sign, thing = _SIGNS[change.change], change.thing
        yield f"{sign} {escape(thing.label)}{kind} {thing.short}".rstrip()


def _facts(changes: Sequence[FactChange], escape: Escape) -> Iterator[str]:
    for (label, source), alike in groupby(
        changes, key=lambda change: (change.about.label, change.source.label)
    ):
        yield escape(label) + (f" [{escape(source)}]" if source and source != label else "")
        for change in alike:
            is_new_value = change.change == REVISED and change.old != change.new
            value = f"{change.old} → {change.new}" if is_new_value else change.new or change.old
            when = f", {change.when}" if change.when else ""
            change_word = [change.change] if change.change == WITHDRAWN else []
            words = (
                f" ({', '.join([*change_word, *change.words])})"
                if change_word or change.words
                else ""
            )
            text = escape(f"{change.what.label}{when}: {value}{words}")
            yield f"  {_SIGNS[change.change]} {text}"
            yield from (f"      {_detail(detail, escape)}" for detail in change.details)


def _terms(changes: Sequence[TermChange], escape: Escape) -> Iterator[str]:
    for change in changes:
        sign = _BREAKS if change.is_breaking else _SIGNS[change.change]
        kind = f" ({escape(change.kind)})" if change.kind else ""
        breaking = ", breaking" if change.is_breaking else ""
        yield f"{sign} {escape(change.term.short)}{kind}: {change.change}{breaking}"
        yield from (f"    {_detail(detail, escape)}" for detail in change.details)


def _queries(changes: Sequence[QueryChange], escape: Escape) -> Iterator[str]:
    for query, alike in groupby(changes, key=lambda change: change.query):
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
    """Yield one line for a query whose answers changed for several things."""
    sign = _BREAKS if any(run.is_breaking for run in runs) else _SIGNS[REVISED]
    names = sorted(run.arguments.partition(" ")[2] for run in runs)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    option = runs[0].arguments.partition(" ")[0]
    yield (
        f"{sign} {escape(f'{query} {option}')} {escape(', '.join(names[:_MOST_NAMES]))}{more}: "
        f"{_count_rows(runs)}"
    )


def _count_rows(runs: Sequence[QueryChange]) -> str:
    added = sum(len(run.added) for run in runs)
    removed = sum(len(run.removed) for run in runs)
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
    kinds = [str(getattr(change, "change", "")) for change in changes]
    breaking = sum(bool(getattr(change, "is_breaking", False)) for change in changes)
    counted = [f"{kinds.count(kind)} {kind}" for kind in _SIGNS if kind in kinds]
    return ", ".join([*counted, *([f"{breaking} of them breaking"] if breaking else [])])


def _item(line: str) -> str:
    """Return a line of text as an item of a Markdown list, with its sign as code."""
    text = line.lstrip(" ")
    depth = {0: 0, 2: 1, 4: 1, 6: 2}[len(line) - len(text)]
    sign, _, rest = text.partition(" ")
    if sign in {*_SIGNS.values(), _BREAKS}:
        return f"{'  ' * depth}- `{sign}` {rest}"
    return f"{'  ' * depth}- {text}" if depth else f"- **{text}**"
