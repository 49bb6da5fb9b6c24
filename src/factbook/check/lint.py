"""Look through stored queries for what they should not do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from factbook.check.findings import Finding, Outcome, Rule, in_order
from factbook.check.lint_growth import explosions
from factbook.check.lint_rules import (
    COLUMNS,
    DOC,
    LIMIT,
    OPTIONAL,
    ORDER,
    PLACE,
    PREFIX,
    RULES,
    SYNTAX,
    TERM,
    TIES,
)
from factbook.check.vocabulary import Vocabulary
from factbook.errors import FactbookError, UsageError, did_you_mean
from factbook.query.catalog import CHECKS, LINKS
from factbook.query.catalog import RULES as RULE_QUERIES
from factbook.query.header import read_query
from factbook.rdf.terms import expand
from factbook.sparql.groups import groups
from factbook.sparql.structure import Placed, Select, placed, selects
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.query.header import StoredQuery

_PARAMETER = re.compile(r"[?$](?P<lead>__?)[A-Za-z]")
_CLAUSES = {"SELECT", "GROUP", "ORDER"}


def lint(paths: Sequence[Path], book: Book, *, rules: frozenset[str] = frozenset()) -> Outcome:
    """Look through stored queries.

    Args:
        paths: The files of the queries.
        book: Whose terms they use.
        rules: Only findings of these rules; by default of all.

    Raises:
        UsageError: A rule that is asked for does not exist.
    """
    known = {rule.name: rule for rule in RULES}
    for name in sorted(rules):
        if name not in known:
            raise UsageError(f"No rule '{name}' for queries.{did_you_mean(name, known)}")
    vocabulary = Vocabulary(book)
    found = [finding for path in paths for finding in _lint_file(path, book, vocabulary)]
    kept = (finding for finding in found if not rules or finding.rule in rules)
    return Outcome(in_order(kept), known, files=len(paths))


def _lint_file(path: Path, book: Book, vocabulary: Vocabulary) -> Iterator[Finding]:
    try:
        query = read_query(path, group=path.parent.name)
    except FactbookError as wrong:
        said = str(wrong).removeprefix(f"{path}:").strip()
        yield Finding(SYNTAX.name, SYNTAX.severity, said, path, 1, 1, label=path.stem)
        return
    text = _Text(query)
    fault = _syntax_fault(query)
    if fault is not None:
        line, column, said = fault
        yield Finding(SYNTAX.name, SYNTAX.severity, said, path, line, column, label=query.name)
        return
    yield from _parameters(text)
    if query.group != LINKS:  # those are asked of others, about their terms and given items
        yield from _terms(text, vocabulary)
    yield from _orders(text)
    yield from _header(text)
    explosive = [] if query.group == LINKS else list(_growth(text))
    yield from explosive
    if not explosive and not any(parameter.required for parameter in query.parameters):
        yield from _ties(text, book)  # which runs the query


@dataclass(frozen=True)
class _Text:
    """A query with what can be told from its tokens."""

    query: StoredQuery

    @cached_property
    def tokens(self) -> list[Placed]:
        return placed(self.query.text)

    @cached_property
    def selects(self) -> list[Select]:
        return selects(self.query.text)

    @property
    def outer(self) -> Select | None:
        """The outermost SELECT of a query that is one."""
        return self.selects[0] if self.query.form == "SELECT" and self.selects else None

    def finding(self, rule: Rule, start: int, message: str = "", value: str = "") -> Finding:
        """Return a finding at an offset."""
        before = self.query.text[:start]
        return Finding(
            rule=rule.name,
            severity=rule.severity,
            message=message or rule.cure,
            path=self.query.path,
            line=before.count("\n") + 1,
            column=start - (before.rfind("\n") + 1) + 1,
            label=self.query.name,
            value=value,
        )


def _syntax_fault(query: StoredQuery) -> tuple[int, int, str] | None:
    from pyoxigraph import Store

    try:
        Store().query(query.text)
    except SyntaxError as fault:
        return fault.lineno or 1, fault.offset or 1, " ".join(str(fault.msg).split())
    return None


def _parameters(text: _Text) -> Iterator[Finding]:
    clause = ""
    for each in text.tokens:
        if each.word in {*_CLAUSES, "VALUES", "WHERE"} or each.token.text in {"{", "}"}:
            clause = each.word
        match = _PARAMETER.match(each.token.text) if each.token.kind == "variable" else None
        if match is None:
            continue
        optional = match["lead"] == "__"
        name = each.token.text
        in_call = any(bracket.mark == "(" for bracket in each.around)
        listed = each.within("VALUES") or clause == "VALUES"
        if listed or (clause in _CLAUSES and not in_call):
            yield text.finding(PLACE, each.token.start, value=name)
        elif optional and (
            each.within("MINUS") or each.within("EXISTS") or (in_call and not _rescued(each))
        ):
            yield text.finding(OPTIONAL, each.token.start, value=name)


def _rescued(each: Placed) -> bool:
    return any(bracket.word == "COALESCE" for bracket in each.around)


def _terms(text: _Text, vocabulary: Vocabulary) -> Iterator[Finding]:
    prologue = list(_prologue(text.tokens))
    declared = {prefix.token.text[:-1]: iri.token.text[1:-1] for prefix, iri in prologue}
    skipped = {each.token.start for pair in prologue for each in pair}
    used: set[str] = set()
    for each in text.tokens:
        token = each.token
        if token.kind not in {"iri", "name"} or token.start in skipped:
            continue
        iri: str | None = token.text[1:-1]
        if token.kind == "name":
            used.add(token.text.partition(":")[0])
            iri = expand(token.text, declared)
        if iri is None or each.within("SERVICE") or vocabulary.knows(iri):
            continue
        if text.query.form != "CONSTRUCT" or vocabulary.is_own(iri):  # it may write others' terms
            yield text.finding(TERM, token.start, vocabulary.advice(iri), value=token.text)
    for prefix, _ in prologue:
        if prefix.token.text[:-1] not in used:
            yield text.finding(PREFIX, prefix.token.start, value=prefix.token.text)


def _prologue(tokens: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Yield the prefix and the namespace of each PREFIX line."""
    for word, prefix, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if word.word == "PREFIX" and prefix.token.kind == "name" and iri.token.kind == "iri":
            yield prefix, iri


def _growth(text: _Text) -> Iterator[Finding]:
    given = {f"?{each.variable}" for each in text.query.parameters if each.required}
    for explosion in explosions(groups(text.query.text), given):
        message = f"{explosion.message} {explosion.rule.cure}" if explosion.message else ""
        yield text.finding(explosion.rule, explosion.start, message)


def _orders(text: _Text) -> Iterator[Finding]:
    outer = text.outer
    for select in text.selects:
        cut = select.clauses.get("LIMIT") or select.clauses.get("OFFSET")
        if cut is not None and "ORDER" not in select.clauses:
            yield text.finding(LIMIT, cut.start)
        elif select is outer and "ORDER" not in select.clauses and not select.aggregated:
            yield text.finding(ORDER, select.start)


def _header(text: _Text) -> Iterator[Finding]:
    query = text.query
    if not query.summary:
        yield text.finding(DOC, 0, "Add `summary` to the front matter: the question it answers.")
    for parameter in query.parameters:
        if not parameter.doc:
            yield text.finding(DOC, 0, "Add `doc` to this entry of `params`.", value=parameter.name)
    outer = text.outer
    if outer is None:
        return
    if outer.star:
        yield text.finding(COLUMNS, outer.start, "Name the columns instead of SELECT *.")
    if query.group in {CHECKS, RULE_QUERIES}:  # their columns are the same for all
        return
    described = tuple(column.name for column in query.columns)
    if described != outer.columns:
        yield text.finding(
            COLUMNS,
            outer.start,
            f"{COLUMNS.cure} Described: {', '.join(described) or 'none'}; "
            f"selected: {', '.join(outer.columns)}.",
        )


def _ties(text: _Text, book: Book) -> Iterator[Finding]:
    """Run the query, and look for rows that its order does not tell apart."""
    outer = text.outer
    if outer is None or "ORDER" not in outer.clauses:
        return
    hidden = [name for name in outer.order if name not in outer.columns]
    if hidden and outer.deduplicated:
        return
    head = outer.head_end
    shown = "".join(f" ?{name}" for name in dict.fromkeys(hidden))
    answer = book.engine.query(f"{text.query.text[:head]}{shown} {text.query.text[head:]}")
    if not isinstance(answer, Table):
        return
    keys = [answer.variables.index(name) for name in outer.order]
    seen: set[object] = set()
    for row in answer.rows:
        key = tuple(row[index] for index in keys)
        if key in seen:
            shown = ", ".join("nothing" if term is None else str(term) for term in key)
            message = f"{TIES.cure} Two rows have {shown}."
            yield text.finding(TIES, outer.clauses["ORDER"].start, message)
            return
        seen.add(key)
