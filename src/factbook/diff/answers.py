"""Ask the stored queries of both states, and say which give other rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from factbook.diff.changes import ADDED, REMOVED, REVISED, AnswerChange
from factbook.errors import FactbookError, InputError
from factbook.prefixes import prefixes_in, read_context
from factbook.query.catalog import query_paths
from factbook.query.header import read_query
from factbook.query.parameters import literal_for
from factbook.rdf.terms import expand
from factbook.sparql.bind import bind
from factbook.store.answers import Graph, Table, select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from factbook.diff.naming import Naming
    from factbook.diff.sides import Side
    from factbook.query.header import StoredQuery
    from factbook.store.answers import Row

    Arguments = Mapping[str, NamedNode | Literal]
    Rows = Counter[Row]

_MEMBERS = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing WHERE { ?type rdfs:subClassOf* ?class . ?thing a ?type }"""


def answers_changed(
    old: Side, new: Side, *, touched: frozenset[str], naming: Naming
) -> tuple[AnswerChange, ...]:
    """Return the queries that are new or gone, take other parameters, or answer differently.

    A query that needs a thing of a class is asked for each one that a changed statement mentions;
    one that needs anything else, or more, is not asked.

    Args:
        old: The older state.
        new: The newer state.
        touched: The things that changed statements mention.
        naming: What to call them.
    """
    before, after = _queries(old), _queries(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            change = ADDED if was is None else REMOVED
            found.append(AnswerChange(change, name, "", (), (), "", is_breaking=now is None))
            continue
        if isinstance(was, str) or isinstance(now, str):
            if was != now:
                note = f"cannot be read now: {now}" if isinstance(now, str) else "can be read now"
                found.append(
                    AnswerChange(REVISED, name, "", (), (), note, is_breaking=isinstance(now, str))
                )
            continue
        broken = _broken_call(was, now)
        if broken:
            found.append(AnswerChange(REVISED, name, "", (), (), broken, is_breaking=True))
            continue
        found += _asked(was, now, old, new, touched=touched, naming=naming)
    return tuple(found)


def _asked(  # noqa: PLR0913 - two of each, and how to ask and tell
    was: StoredQuery,
    now: StoredQuery,
    old: Side,
    new: Side,
    *,
    touched: frozenset[str],
    naming: Naming,
) -> Iterator[AnswerChange]:
    for arguments in _arguments(now, old, new, touched):
        shown = " ".join(
            f"--{parameter.name} {naming.text(arguments[parameter.variable])}"
            for parameter in now.parameters
            if parameter.required and parameter.variable in arguments
        )
        before, failed_before = _rows(was, old, arguments)
        after, failed_after = _rows(now, new, arguments)
        if failed_before != failed_after:
            note = f"cannot be asked now: {failed_after}" if failed_after else "can be asked now"
            yield AnswerChange(
                REVISED, now.name, shown, (), (), note, is_breaking=bool(failed_after)
            )
        elif before != after:
            yield AnswerChange(
                REVISED,
                now.name,
                shown,
                _readable(after - before, naming),
                _readable(before - after, naming),
                "",
                is_breaking=False,
            )


def _queries(side: Side) -> dict[str, StoredQuery | str]:
    """Return the stored queries by name; in the place of one that cannot be read, why not."""
    if side.layout is None:
        return {}
    found: dict[str, StoredQuery | str] = {}
    for name, path in query_paths(side.layout.queries).items():
        try:
            found[name] = read_query(path)
        except InputError as error:
            found[name] = str(error).removeprefix(str(path)).lstrip(":0123456789 ")
    return found


def _broken_call(was: StoredQuery, now: StoredQuery) -> str:
    """Return why a call that was right is wrong now, or nothing."""
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
    given = {(column.name, column.type, column.unit) for column in now.columns}
    columns = [c.name for c in was.columns if (c.name, c.type, c.unit) not in given]
    return f"no longer gives the column {columns[0]} as it was" if columns else ""


def _arguments(
    query: StoredQuery, old: Side, new: Side, touched: frozenset[str]
) -> Iterator[Arguments]:
    """Yield what to ask a query with."""
    fixed: dict[str, NamedNode | Literal] = {}
    needed = []
    for parameter in query.parameters:
        if parameter.default is not None and parameter.kind != "iri":
            fixed[parameter.variable] = literal_for(
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
        known = [select(side.engine, text) for side in (old, new)]
        members = {row[0].value for rows in known for row in rows if isinstance(row[0], NamedNode)}
        for iri in sorted(members & touched):
            yield {**fixed, needed[0].variable: NamedNode(iri)}


def _rows(query: StoredQuery, side: Side, arguments: Arguments) -> tuple[Rows, str]:
    """Return the rows of an answer, or why there is none."""
    try:
        answer = side.engine.query(bind(query.text, arguments))
    except FactbookError as error:
        return Counter(), str(error)
    if isinstance(answer, Table):
        return Counter(map(_without_labels, answer.rows)), ""
    if isinstance(answer, Graph):
        triples = ((each.subject, each.predicate, each.object) for each in answer.triples)
        return Counter(map(_without_labels, triples)), ""
    return Counter([(Literal(answer),)]), ""


def _without_labels(row: Row) -> Row:
    """Return a row with the same label for all blank nodes: their own mean nothing."""
    return tuple(BlankNode("b") if isinstance(term, BlankNode) else term for term in row)


def _readable(rows: Rows, naming: Naming) -> tuple[tuple[str, ...], ...]:
    """Return rows as people read them, in the order of their texts."""
    naming.learn(term.value for row in rows for term in row if isinstance(term, NamedNode))
    return tuple(
        sorted(
            tuple("" if term is None else naming.text(term) for term in row)
            for row in rows.elements()
        )
    )
