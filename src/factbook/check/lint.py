"""Check stored queries for mistakes that engines do not report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from factbook.check.findings import ERROR, WARNING, Finding, Outcome, Rule, sort_findings
from factbook.check.known_terms import Vocabulary
from factbook.errors import FactbookError, UsageError, did_you_mean
from factbook.query.stored_queries import CHECKS, COLUMN_TYPES, LINKS, read_query
from factbook.query.stored_queries import RULES as RULE_QUERIES
from factbook.rdf.terms import expand
from factbook.sparql.tokens import meaningful
from factbook.sparql.tree import Group, QueryTextError, Select, parse_query, walk
from factbook.store.answers import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from factbook.book import Book
    from factbook.query.stored_queries import StoredQuery
    from factbook.sparql.tokens import Token

KIND = "lint"


def _rule(name: str, summary: str, fix: str, problem: str, severity: str = ERROR) -> Rule:
    return Rule(name, severity, summary, fix, KIND, problem=problem)


SYNTAX = _rule(
    "query-syntax",
    "A query is valid SPARQL 1.1 with valid front matter.",
    "Correct what the message names.",
    "No engine can run the query, or its front matter does not describe it.",
)
OPTIONAL = _rule(
    "query-optional-parameter",
    "An optional parameter is used only in a triple pattern or inside COALESCE.",
    "Use it in a triple pattern outside MINUS and EXISTS, or as COALESCE(?__name, …).",
    "If the parameter is not given, its variable is unbound: a FILTER then drops every row, and "
    "MINUS or NOT EXISTS matches anything, so that the answer is silently wrong.",
)
PLACE = _rule(
    "query-parameter-place",
    "A parameter is not used as a column, in VALUES, or to group or sort by.",
    "Bind the parameter's value to a variable of its own in the pattern, and use that.",
    "The value replaces the variable, and the query is then no longer valid SPARQL.",
)
TERM = _rule(
    "query-unknown-term",
    "A query uses terms of the graph or of a standard vocabulary.",
    "Correct the name, or define the term.",
    "The graph does not contain the term, so the pattern matches nothing. Most likely the name is "
    "misspelt.",
)
ORDER = _rule(
    "query-order",
    "The rows of a query have an order.",
    "End the query with ORDER BY.",
    "Engines return rows without an order in any order, which can differ from run to run.",
)
TIES = _rule(
    "query-ties",
    "The order of a query is total: no two rows have equal sort keys.",
    "Add the columns to ORDER BY that tell the rows apart.",
    "Rows with equal sort keys come in any order.",
)
LIMIT = _rule(
    "query-limit",
    "A query with LIMIT or OFFSET sorts its rows first.",
    "Add ORDER BY before LIMIT and OFFSET.",
    "Without an order, which rows remain is random.",
)
COLUMNS = _rule(
    "query-columns",
    "The front matter describes the columns of the query, in their order, and refers to no others.",
    "Make `columns` in the front matter list the variables after SELECT.",
    "Help, pages and typed rows are generated from the front matter and would be wrong.",
)
PREFIX = _rule(
    "query-unused-prefix",
    "A query uses every prefix that it declares.",
    "Remove the PREFIX line.",
    "The declaration suggests that the query uses a vocabulary that it does not use.",
    WARNING,
)
DOC = _rule(
    "query-undescribed",
    "A query has a summary, and a description of each parameter.",
    "Add `summary`, and `doc` for each entry of `params`, to the front matter.",
    "The help of the query is empty.",
)
LINT_RULES = (COLUMNS, DOC, LIMIT, OPTIONAL, ORDER, PLACE, PREFIX, SYNTAX, TERM, TIES)

_PARAMETER = re.compile(r"[?$](?P<lead>__?)[A-Za-z]")


def lint_queries(
    paths: Sequence[Path],
    book: Book,
    *,
    rules: frozenset[str] = frozenset(),
    only_run: frozenset[Path] | None = None,
) -> Outcome:
    """Check stored queries.

    Args:
        paths: The files of the queries.
        book: The book whose terms the queries use.
        rules: The rules whose findings are reported; by default all.
        only_run: The queries that are also run, to look for ties; by default all.

    Raises:
        UsageError: A rule that is asked for does not exist.
    """
    known = {rule.name: rule for rule in LINT_RULES}
    for name in sorted(rules):
        if name not in known:
            raise UsageError(f"No rule '{name}' for queries.{did_you_mean(name, known)}")
    vocabulary = Vocabulary(book)
    found = [
        finding
        for path in paths
        for finding in _lint_file(
            path, book, vocabulary, runs=only_run is None or path.resolve() in only_run
        )
    ]
    kept = (finding for finding in found if not rules or finding.rule in rules)
    return Outcome(sort_findings(kept), known, files=len(paths))


def _lint_file(path: Path, book: Book, vocabulary: Vocabulary, *, runs: bool) -> Iterator[Finding]:
    try:
        query = read_query(path, group=path.parent.name)
    except FactbookError as wrong:
        message = str(wrong).removeprefix(f"{path}:").strip()
        yield Finding(SYNTAX.name, SYNTAX.severity, message, path, 1, 1, label=path.stem)
        return
    error = _find_syntax_error(query)
    if error is not None:
        line, column, message = error
        yield Finding(SYNTAX.name, SYNTAX.severity, message, path, line, column, label=query.name)
        return
    text = _QueryText(query)
    yield from _check_parameters(text)
    if query.group != LINKS:  # these run at the endpoints of others, with their terms
        yield from _check_terms(text, vocabulary)
    yield from _check_order(text)
    yield from _check_header(text)
    if runs and not any(parameter.required for parameter in query.parameters):
        yield from _check_ties(text, book)


@dataclass(frozen=True)
class _QueryText:
    """A stored query and its tree."""

    query: StoredQuery

    @cached_property
    def tree(self) -> Select:
        return parse_query(self.query.text)

    @property
    def outer(self) -> Select | None:
        """The query as a SELECT, or None if it has another form."""
        return self.tree if self.tree.form == "SELECT" else None

    def finding(self, rule: Rule, start: int, message: str = "", value: str = "") -> Finding:
        """Return a finding at an offset."""
        before = self.query.text[:start]
        return Finding(
            rule=rule.name,
            severity=rule.severity,
            message=message or rule.fix,
            path=self.query.path,
            line=before.count("\n") + 1,
            column=start - (before.rfind("\n") + 1) + 1,
            label=self.query.name,
            value=value,
        )


def _find_syntax_error(query: StoredQuery) -> tuple[int, int, str] | None:
    from pyoxigraph import Store

    try:
        Store().query(query.text)
        parse_query(query.text)
    except SyntaxError as error:
        from factbook.sparql.mistakes import find

        return find(str(error), query.text)
    except QueryTextError as error:
        return 1, 1, str(error)
    return None


def _check_parameters(text: _QueryText) -> Iterator[Finding]:
    clauses, values = _clause_tokens(text.tree), _values_tokens(text.tree)
    for token, around in walk(text.tree):
        match = _PARAMETER.match(token.text) if token.variable else None
        if match is None:
            continue
        is_optional = match["lead"] == "__"
        in_call = any(word.endswith("(") for word in around)
        if token in values or (token in clauses and not in_call):
            yield text.finding(PLACE, token.start, value=token.text)
        elif is_optional and (
            "MINUS" in around or "EXISTS" in around or (in_call and "COALESCE(" not in around)
        ):
            yield text.finding(OPTIONAL, token.start, value=token.text)


def _clause_tokens(tree: Select) -> set[Token]:
    """Return the tokens of the columns, GROUP BY and ORDER BY of each SELECT."""
    return {
        token
        for select in tree.selects()
        if select.form == "SELECT"
        for token in (*select.head, *select.clause("GROUP"), *select.clause("ORDER"))
    }


def _values_tokens(tree: Select) -> set[Token]:
    """Return the tokens in VALUES, its variables included."""
    found: set[Token] = set()
    for part in tree.descend():
        if isinstance(part, Select):
            found.update(part.clause("VALUES"))
            continue
        is_listed = part.keyword == "VALUES"
        for each in part.parts:
            if isinstance(each, Group | Select):
                is_listed = False
                continue
            is_listed = is_listed or each.keyword == "VALUES"
            if is_listed:
                found.add(each)
    return found


def _check_terms(text: _QueryText, vocabulary: Vocabulary) -> Iterator[Finding]:
    used: set[str] = set()
    for token, around in walk(text.tree):
        if token.kind not in {"iri", "name"}:
            continue
        iri: str | None = token.text[1:-1]
        if token.kind == "name":
            used.add(token.text.partition(":")[0])
            iri = expand(token.text, text.tree.prefixes)
        if iri is None or "SERVICE" in around or vocabulary.knows(iri):
            continue
        # A CONSTRUCT may write terms of other vocabularies
        if text.query.form != "CONSTRUCT" or vocabulary.is_own(iri):
            yield text.finding(TERM, token.start, vocabulary.suggest(iri), value=token.text)
    for word, prefix in pairwise(meaningful(text.query.text)):
        if word.keyword == "PREFIX" and prefix.text.removesuffix(":") not in used:
            yield text.finding(PREFIX, prefix.start, value=prefix.text)


def _check_order(text: _QueryText) -> Iterator[Finding]:
    for select in text.tree.selects():
        cut = select.clause("LIMIT") or select.clause("OFFSET")
        is_ordered = bool(select.clause("ORDER"))
        if cut and not is_ordered and select.form == "SELECT":
            yield text.finding(LIMIT, cut[0].start)
        elif select is text.outer and not is_ordered and not select.is_one_row:
            yield text.finding(ORDER, select.start)


def _check_header(text: _QueryText) -> Iterator[Finding]:
    query = text.query
    if not query.summary:
        yield text.finding(DOC, 0, "Add `summary` to the front matter: the question it answers.")
    for parameter in query.parameters:
        if not parameter.doc:
            yield text.finding(DOC, 0, "Add `doc` to this entry of `params`.", value=parameter.name)
    outer = text.outer
    if outer is None:
        return
    if outer.is_star:
        yield text.finding(COLUMNS, outer.start, "Name the columns instead of SELECT *.")
    if query.group in {CHECKS, RULE_QUERIES}:  # their columns are fixed
        return
    described = tuple(column.name for column in query.columns)
    if described != outer.columns:
        yield text.finding(
            COLUMNS,
            outer.start,
            f"{COLUMNS.fix} Described: {', '.join(described) or 'none'}; "
            f"selected: {', '.join(outer.columns)}.",
        )
    yield from _check_references(text)


def _check_references(text: _QueryText) -> Iterator[Finding]:
    """Check that units, ends of ranges, sources of marks and the chart are columns of the query."""
    query = text.query
    names = [column.name for column in query.columns]
    for column in query.columns:
        if column.type not in COLUMN_TYPES:
            message = f"type of column {column.name}: there is no such type."
            yield text.finding(
                COLUMNS, 0, f"{message} Known: {', '.join(sorted(COLUMN_TYPES))}", column.type
            )
        for key in ("unit", "low", "high", "precision", "figure"):
            other = getattr(column, key)
            if other is not None and other not in names:
                message = f"{key} of column {column.name}: the query has no such column."
                near = did_you_mean(str(other), names)
                yield text.finding(COLUMNS, 0, f"{message}{near}", str(other))
    for name in query.chart.columns if query.chart is not None else ():
        if name not in names:
            message = f"chart: the query has no such column.{did_you_mean(name, names)}"
            yield text.finding(COLUMNS, 0, message, name)


def _check_ties(text: _QueryText, book: Book) -> Iterator[Finding]:
    """Run the query, and look for rows with equal sort keys."""
    outer = text.outer
    order = outer.clause("ORDER") if outer is not None else []
    if outer is None or not order:
        return
    hidden = [name for name in outer.order if name not in outer.columns]
    if hidden and outer.head[0].keyword in {"DISTINCT", "REDUCED"}:
        return
    columns = list(takewhile(lambda token: token.keyword != "FROM", outer.head))
    end = columns[-1].start + len(columns[-1].text)
    added = "".join(f" ?{name}" for name in hidden)
    answer = book.engine.query(f"{text.query.text[:end]}{added} {text.query.text[end:]}")
    if not isinstance(answer, Table):
        return
    keys = [answer.variables.index(name) for name in outer.order]
    seen: set[object] = set()
    for row in answer.rows:
        key = tuple(row[index] for index in keys)
        if key in seen:
            shown = ", ".join("nothing" if term is None else str(term) for term in key)
            message = f"{TIES.fix} Two rows have {shown}."
            yield text.finding(TIES, order[0].start, message)
            return
        seen.add(key)
