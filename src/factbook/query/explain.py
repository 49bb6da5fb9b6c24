"""Tell how a query is run: what takes the time, how many rows its parts give, where it explodes.

The engine keeps its plan to itself, so that the parts are counted by queries of their own: each
nested SELECT and each branch of a UNION alone, the outermost group up to each of its parts, and
each triple pattern by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from factbook.errors import FactbookError
from factbook.sparql.groups import groups
from factbook.sparql.parts import Group, is_variable
from factbook.sparql.tokens import meaningful
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from factbook.sparql.parts import Element, Pattern
    from factbook.store.answers import Answer, Engine

MOST_COUNTED = 1_000_000
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_NO_ROWS = {"FILTER", "BIND", "MINUS", "VALUES"}
_LONGEST = 72


@dataclass(frozen=True)
class Part:
    """A part of a query: where it begins, what it gives, and how long that takes."""

    line: int
    text: str
    seconds: float
    rows: int | None
    """None where it cannot be asked by itself."""
    so_far: bool = False
    """Whether what stands before it in its group was asked with it."""


@dataclass(frozen=True)
class Matches:
    """A triple pattern, and how often it matches by itself."""

    line: int
    text: str
    number: int | None
    """At most `MOST_COUNTED` and one more; None where it was not counted."""


@dataclass(frozen=True)
class Explanation:
    """How a query was run."""

    first_seconds: float
    all_seconds: float
    rows: int
    parts: tuple[Part, ...]
    patterns: tuple[Matches, ...]


def explain(text: str, engine: Engine) -> Explanation:
    """Run a query and its parts.

    Args:
        text: The query; it declares its prefixes, and values stand for its parameters.
        engine: What runs it.

    Raises:
        UsageError: The query is not valid.
        EndpointError: A remote engine failed.
    """
    started = perf_counter()
    rows = 0
    first = None
    for _ in _rows(engine.query(text)):
        first = first or perf_counter()
        rows += 1
    ended = perf_counter()
    asking = _Asking(text, engine)
    outermost = groups(text)
    return Explanation(
        first_seconds=(first or ended) - started,
        all_seconds=ended - started,
        rows=rows,
        parts=tuple(asking.steps(outermost)),
        patterns=tuple(asking.matches(outermost, "")),
    )


def _rows(answer: Answer) -> Iterator[object]:
    if isinstance(answer, Table):
        yield from answer.rows
    elif isinstance(answer, Graph):
        yield from answer.triples
    else:
        yield answer


@dataclass(frozen=True)
class _Asking:
    """Asks for the parts of one query."""

    text: str
    engine: Engine

    def steps(self, outermost: Group) -> Iterator[Part]:
        """Yield the parts of the outermost group, before each the SELECTs and branches in it."""
        for element in outermost.elements:
            yield from self._inside(element)
            is_last = element is outermost.elements[-1]
            if element.word not in _NO_ROWS and (not _is_simple(element) or is_last):
                body = self.text[outermost.start + 1 : element.end]
                yield self._part(element.start, self._slice(element), body, so_far=True)

    def _inside(self, element: Element) -> Iterator[Part]:
        for group in element.groups:
            for inner in group.elements:
                yield from self._inside(inner)
            if element.word == "UNION":
                yield self._part(group.start, self.text[group.start : group.end], group)
        if element.word == "SELECT":
            yield self._part(element.start, self._slice(element), "{" + self._slice(element) + "}")

    def _part(self, start: int, shown: str, body: str | Group, *, so_far: bool = False) -> Part:
        if isinstance(body, Group):
            body = self.text[body.start + 1 : body.end - 1]
        began = perf_counter()
        rows = self._count(body)
        return Part(self._line(start), _short(shown), perf_counter() - began, rows, so_far)

    def matches(self, group: Group, graph: str) -> Iterator[Matches]:
        """Yield each triple pattern with how often it matches."""
        for element in group.elements:
            for pattern in element.patterns:
                shown = f"{pattern.subject} {pattern.path} {pattern.object}"
                number = None if _is_endless(pattern) else self._count(_alone(pattern, graph))
                yield Matches(self._line(pattern.start), _short(shown), number)
            name = graph
            if element.word == "GRAPH":
                name = next(iter(element.variables), "?anyGraph")
            for inner in element.groups:
                if element.word != "SERVICE":
                    yield from self.matches(inner, name)

    def _count(self, body: str) -> int | None:
        """Count the rows of a group, or return None where it cannot stand alone."""
        limited = f"SELECT * WHERE {{ {body} }} LIMIT {MOST_COUNTED + 1}"
        try:
            answer = self.engine.query(
                f"{self._prologue()}SELECT (COUNT(*) AS ?rows) WHERE {{ {{ {limited} }} }}"
            )
            row = next(iter(answer.rows)) if isinstance(answer, Table) else ()
        except FactbookError:
            return None
        number = row[0] if row else None
        return int(number.value) if isinstance(number, Literal) else None

    def _prologue(self) -> str:
        words = (t for t in meaningful(self.text) if t.kind == "word" and t.text.upper() in _FORMS)
        return self.text[: next(words).start]

    def _slice(self, element: Element) -> str:
        return self.text[element.start : element.end]

    def _line(self, start: int) -> int:
        return self.text.count("\n", 0, start) + 1


def _is_simple(element: Element) -> bool:
    """Tell whether an OPTIONAL only adds what is known of a row: it is asked with the next part."""
    return element.word == "OPTIONAL" and all(
        inner.word in {"", *_NO_ROWS} for group in element.groups for inner in group.elements
    )


def _is_endless(pattern: Pattern) -> bool:
    """Tell whether a pattern by itself would match everything with everything."""
    return pattern.repeats and is_variable(pattern.subject) and is_variable(pattern.object)


def _alone(pattern: Pattern, graph: str) -> str:
    terms = [pattern.subject, pattern.path, pattern.object]
    named = [f"?unnamed{term[2:].strip('_:')}" if term[:2] == "[]" else term for term in terms]
    triple = " ".join(named)
    return f"GRAPH {graph} {{ {triple} }}" if graph else triple


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
