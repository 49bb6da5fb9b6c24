"""Run the stored queries of both states, and report those whose answers differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.diff.changes import ADDED, REMOVED, REVISED, QueryChange
from factbook.errors import FactbookError, InputError
from factbook.prefixes import prefixes_in, read_context
from factbook.query.parameters import parse_literal
from factbook.query.stored_queries import StoredQuery, query_paths, read_query
from factbook.rdf.terms import expand
from factbook.render.cells import CellTexts
from factbook.sparql.bind import bind
from factbook.store.answers import Graph, Table, select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from factbook.diff.revisions import Revision
    from factbook.render.cells import Column
    from factbook.render.labels import Labels
    from factbook.store.answers import Row

    Arguments = Mapping[str, NamedNode | Literal]

_MEMBERS = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing WHERE { ?type rdfs:subClassOf* ?class . ?thing a ?type }"""


_TRIPLE = ("subject", "predicate", "object")


@dataclass(frozen=True)
class _Answered:
    """The answer of a query, or why it failed."""

    variables: tuple[str, ...]
    rows: Counter[Row]
    failure: str = ""

    def without(self, other: _Answered) -> _Answered:
        """Return this answer without the rows of another."""
        return _Answered(self.variables, self.rows - other.rows)

    def in_words(self, columns: Sequence[Column], labels: Labels) -> tuple[tuple[str, ...], ...]:
        """Return the rows as a table shows them, sorted by their texts."""
        rows = list(self.rows.elements())
        labels.look_up(term.value for row in rows for term in row if isinstance(term, NamedNode))
        texts = CellTexts(self.variables, columns, labels)
        shown = texts.choose_columns(rows, wide=False)
        return tuple(sorted(tuple(texts.of(row, name) for name in shown) for row in rows))


def compare_answers(
    old: Revision, new: Revision, *, touched: frozenset[str], labels: Labels
) -> tuple[QueryChange, ...]:
    """Return the queries that were added or removed, or whose parameters or rows changed.

    A query with one required parameter for a thing of a class is run for each such thing that a
    changed statement mentions; a query with other required parameters is not run.

    Args:
        old: The older state.
        new: The newer state.
        touched: The things in changed statements.
        labels: The labels of things.
    """
    before, after = _read_queries(old), _read_queries(new)
    changes = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        change = _compare_headers(name, was, now)
        if change is not None:
            changes.append(change)
        elif isinstance(was, StoredQuery) and isinstance(now, StoredQuery):
            changes += _compare_rows(was, now, old, new, touched=touched, labels=labels)
    return tuple(changes)


def _compare_headers(
    name: str, was: StoredQuery | str | None, now: StoredQuery | str | None
) -> QueryChange | None:
    """Return what changed in the queries themselves, or None; a str says why one is unreadable."""
    if was is None or now is None:
        change = ADDED if was is None else REMOVED
        return QueryChange(change, name, "", is_breaking=now is None)
    if isinstance(was, StoredQuery) and isinstance(now, StoredQuery):
        note = _describe_break(was, now)
        return QueryChange(REVISED, name, "", note=note, is_breaking=True) if note else None
    if was == now:
        return None
    if isinstance(now, str):
        note = f"cannot be read now: {now}"
        return QueryChange(REVISED, name, "", note=note, is_breaking=True)
    return QueryChange(REVISED, name, "", note="can be read now")


def _compare_rows(  # noqa: PLR0913 - two of each
    was: StoredQuery,
    now: StoredQuery,
    old: Revision,
    new: Revision,
    *,
    touched: frozenset[str],
    labels: Labels,
) -> Iterator[QueryChange]:
    for arguments in _arguments(now, old, new, touched):
        shown = " ".join(
            f"--{parameter.name} {labels.of_term(arguments[parameter.variable])}"
            for parameter in now.parameters
            if parameter.required and parameter.variable in arguments
        )
        before, after = _run(was, old, arguments), _run(now, new, arguments)
        if before.failure != after.failure:
            note = f"fails now: {after.failure}" if after.failure else "no longer fails"
            yield QueryChange(REVISED, now.name, shown, note=note, is_breaking=bool(after.failure))
        elif before.rows != after.rows:
            added, removed = after.without(before), before.without(after)
            in_words = added.in_words(now.columns, labels), removed.in_words(was.columns, labels)
            if set(in_words[0]) & set(in_words[1]):  # they differ in what the table leaves out
                in_words = added.in_words((), labels), removed.in_words((), labels)
            yield QueryChange(REVISED, now.name, shown, added=in_words[0], removed=in_words[1])


def _read_queries(revision: Revision) -> dict[str, StoredQuery | str]:
    """Return the stored queries by name; for one that cannot be read, the reason."""
    if revision.layout is None:
        return {}
    queries: dict[str, StoredQuery | str] = {}
    for name, path in query_paths(revision.layout.queries).items():
        try:
            queries[name] = read_query(path)
        except InputError as error:
            queries[name] = str(error).removeprefix(str(path)).lstrip(":0123456789 ")
    return queries


def _describe_break(was: StoredQuery, now: StoredQuery) -> str:
    """Return why a call that was valid is not valid now; empty if it is."""
    before = {parameter.name: parameter for parameter in was.parameters}
    after = {parameter.name: parameter for parameter in now.parameters}
    gone = sorted(before.keys() - after.keys())
    if gone:
        return f"no longer takes --{gone[0]}"
    for name, parameter in after.items():
        if parameter.required and (name not in before or not before[name].required):
            return f"needs --{name} now"
        if name in before and before[name].kind != parameter.kind:
            return f"takes another kind of value for --{name} now"
    columns_now = {(column.name, column.type, column.unit) for column in now.columns}
    columns = [c.name for c in was.columns if (c.name, c.type, c.unit) not in columns_now]
    return f"no longer gives the column {columns[0]} as it was" if columns else ""


def _arguments(
    query: StoredQuery, old: Revision, new: Revision, touched: frozenset[str]
) -> Iterator[Arguments]:
    """Yield the arguments with which to run a query."""
    fixed: dict[str, NamedNode | Literal] = {}
    needed = []
    for parameter in query.parameters:
        if parameter.default is not None and parameter.kind != "iri":
            fixed[parameter.variable] = parse_literal(
                parameter.name, parameter.kind, parameter.default
            )
        elif parameter.required or parameter.default is not None:
            needed.append(parameter)
    if not needed:
        yield fixed
    elif len(needed) == 1 and needed[0].type_curie is not None and new.layout is not None:
        prefixes = prefixes_in(read_context(new.layout.context))
        kind = expand(needed[0].type_curie, prefixes) or needed[0].type_curie
        text = bind(_MEMBERS, {"class": NamedNode(kind)})
        answers = [select(revision.engine, text) for revision in (old, new)]
        members = {
            row[0].value for rows in answers for row in rows if isinstance(row[0], NamedNode)
        }
        for iri in sorted(members & touched):
            yield {**fixed, needed[0].variable: NamedNode(iri)}


def _run(query: StoredQuery, revision: Revision, arguments: Arguments) -> _Answered:
    """Return the rows of an answer, or why the query failed."""
    try:
        answer = revision.engine.query(bind(query.text, arguments))
    except FactbookError as error:
        return _Answered((), Counter(), str(error))
    if isinstance(answer, Table):
        return _Answered(answer.variables, Counter(map(_unlabel_blank_nodes, answer.rows)))
    if isinstance(answer, Graph):
        triples = ((triple.subject, triple.predicate, triple.object) for triple in answer.triples)
        return _Answered(_TRIPLE, Counter(map(_unlabel_blank_nodes, triples)))
    return _Answered(("answer",), Counter([(Literal(answer),)]))


def _unlabel_blank_nodes(row: Row) -> Row:
    """Return a row with one label for all blank nodes, whose own labels have no meaning."""
    return tuple(BlankNode("b") if isinstance(term, BlankNode) else term for term in row)
