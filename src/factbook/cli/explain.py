"""Show how a query is run, instead of its answer."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import click

from factbook.cli.background import interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from factbook.book import Book
    from factbook.query.explain import Explanation
    from factbook.query.header import StoredQuery


def explain_stored(book: Book, query: StoredQuery, given: Mapping[str, str]) -> None:
    """Run a stored query and print how that went.

    Raises:
        FactbookError: A parameter is not valid, or an endpoint failed.
    """
    from factbook.query.arguments import terms_for
    from factbook.query.bind import bind

    def text() -> str:
        return bind(query.text, terms_for(query, given, lambda: book.resolver))

    interruptible(lambda: _show(book, text))


def explain_text(book: Book, query: str) -> None:
    """Run a query that need not declare the book's prefixes, and print how that went.

    Raises:
        FactbookError: The query is not valid, or an endpoint failed.
    """
    from factbook.sparql.tokens import declaring

    interruptible(lambda: _show(book, lambda: declaring(query, book.prefixes)))


def _show(book: Book, text: Callable[[], str]) -> None:
    from factbook.query.explain import explain
    from factbook.sparql.glance import asks_elsewhere

    started = perf_counter()
    engine = book.engine
    opened = perf_counter()
    asked = text()
    ready = perf_counter()
    if asks_elsewhere(asked):
        from factbook.errors import UsageError

        raise UsageError("--explain: the query asks another endpoint, whose work cannot be seen")
    told = explain(asked, engine)
    click.echo(f"{opened - started:9.3f} s  open the graph")
    click.echo(f"{ready - opened:9.3f} s  read the query and its parameters")
    for line in _lines(told):
        click.echo(line)
    for warning in _warnings(asked):
        click.echo(warning)


def _lines(told: Explanation) -> Iterator[str]:
    from factbook.query.explain import MOST_COUNTED

    yield f"{told.first_seconds:9.3f} s  first row"
    yield f"{told.all_seconds:9.3f} s  all rows: {told.rows:,}"
    yield "\nIts parts, each by itself; with + all before it in its group:"
    for part in told.parts:
        rows = "?" if part.rows is None else f"{part.rows:,}"
        mark = "+" if part.so_far else " "
        yield f"{part.seconds:9.3f} s {rows:>11} rows {mark} line {part.line}: {part.text}"
    yield "\nIts triple patterns, each by itself:"
    for pattern in told.patterns:
        number = "not counted" if pattern.number is None else f"{pattern.number:,}"
        if pattern.number is not None and pattern.number > MOST_COUNTED:
            number = f"over {MOST_COUNTED:,}"
        yield f"{number:>23} rows   line {pattern.line}: {pattern.text}"


def _warnings(text: str) -> Iterator[str]:
    """Yield what the linter of queries would say of its shape."""
    from factbook.check.lint_growth import explosions
    from factbook.sparql.groups import groups

    for explosion in explosions(groups(text), set()):
        line = text.count("\n", 0, explosion.start) + 1
        rule = explosion.rule
        said = explosion.message or rule.problem
        yield f"\nline {line}: {said} {rule.cure} ({rule.name})"
