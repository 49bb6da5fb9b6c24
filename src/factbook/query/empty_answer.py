"""Explain why a stored query has no rows: its conditions, the leads, or no source states it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.query.names import Names
from factbook.query.parameters import parse_values
from factbook.query.run_query import run_stored
from factbook.query.stored_queries import find_page_query
from factbook.rdf.terms import curie, local_name
from factbook.render.humanize import count_noun
from factbook.sparql.bind import bind
from factbook.store.answers import Table, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.book import Book
    from factbook.query.parameters import Values
    from factbook.query.refine import Refinement
    from factbook.query.stored_queries import StoredQuery

    Terms = Mapping[str, Sequence[NamedNode | Literal]]

_DAY = "asof"
_MOST_KINDS = 3
_BROADER = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?broader WHERE { ?concept skos:broader ?broader } ORDER BY ?broader"""


def explain_empty(
    book: Book,
    query: StoredQuery,
    values: Values,
    refine: Refinement | None = None,
    *,
    leads: bool = True,
) -> str:
    """Return a sentence that explains why a stored query has no rows.

    It runs the query again with fewer conditions, which takes up to a few times as long.

    Args:
        book: The book that was queried.
        query: The query whose answer is empty.
        values: The values of its parameters.
        refine: The conditions on its columns.
        leads: Whether to look among the leads too, which loads them.

    Raises:
        UsageError: As for `run_stored`.
        EndpointError: An endpoint failed.
    """
    if refine is not None and (refine.where or refine.since or refine.until):
        everything = replace(refine, where=(), since=None, until=None, top=None)
        count = _count(book, query, values, everything)
        if count:
            return f"None of the {count_noun(count, 'row')} meets {_describe_conditions(refine)}."
    non_empty = {name: value for name, value in values.items() if value}
    terms = parse_values(query, non_empty, book)
    named = {p.name: terms[p.variable] for p in query.parameters if p.variable in terms}
    if leads and _is_in_leads(book, named) and _count(book.with_leads(), query, non_empty, refine):
        return "Only leads state it, which answers leave out; --leads includes them."
    required = [parameter.name for parameter in query.parameters if parameter.required]
    return (
        _explain_one_less(book, query, non_empty, named, required)
        or _explain_alone(book, query, non_empty, named, required)
        or ("No source states it for all of these." if non_empty else "No source states it.")
    )


def _explain_one_less(
    book: Book, query: StoredQuery, values: Values, named: Terms, required: Sequence[str]
) -> str:
    """Return which optional value removes all rows, if a single one does."""
    for name in sorted(values.keys() - set(required), key=lambda name: (name == _DAY, name)):
        rest = {other: value for other, value in values.items() if other != name}
        count = _count(book, query, rest, None)
        if not count:
            continue
        hint = f"without --{name} there {'is' if count == 1 else 'are'} {count_noun(count, 'row')}"
        if name == _DAY:
            return f"Nothing matches on that day; {hint}."
        shown = _labels(book, named[name])
        kinds = _describe_kinds(book, named[name])
        reason = f"No source states it for {shown}"
        if kinds:
            reason = f"{shown} is stated only for things of the kind {kinds}"
        if not _are_things(named[name]):
            reason = f"Nothing matches --{name} {shown}"
        for broader in _find_broader(book, named[name]):
            wide = _count(book, query, {**rest, name: f"<{broader.value}>"}, None)
            if wide:
                rows = count_noun(wide, "row")
                hint += f", and {rows} for {_label(book, broader)}, which includes it"
        return f"{reason}; {hint}."
    return ""


def _find_broader(book: Book, terms: Sequence[NamedNode | Literal]) -> list[NamedNode]:
    """Return the concepts that are broader than a single one."""
    if len(terms) != 1 or not isinstance(terms[0], NamedNode):
        return []
    rows = select(book.engine, bind(_BROADER, {"concept": terms[0]}))
    return [term for (term,) in rows if isinstance(term, NamedNode)]


def _explain_alone(
    book: Book, query: StoredQuery, values: Values, named: Terms, required: Sequence[str]
) -> str:
    """Return which thing has no rows even without the other optional values."""
    needed = {name: values[name] for name in required if name in values}
    for name, terms in named.items():
        if _are_things(terms) and not _count(book, query, {**needed, name: values[name]}, None):
            if name in needed and (kinds := _describe_kinds(book, terms)):
                measure = curie(terms[0].value, book.prefixes) or terms[0].value
                return (
                    f"{_labels(book, terms)} is stated for things of the kind {kinds}, but not in "
                    f"a way that fits this query. See: factbook show {measure}"
                )
            return f"No source states this for {_labels(book, terms)}."
    return ""


def _are_things(terms: Sequence[NamedNode | Literal]) -> bool:
    return all(isinstance(term, NamedNode) for term in terms)


def _describe_conditions(refine: Refinement) -> str:
    parts = [f"--where '{condition}'" for condition in refine.where]
    parts += [
        f"--{name} {day}" for name, day in (("since", refine.since), ("until", refine.until)) if day
    ]
    return " and ".join(parts)


def _count(book: Book, query: StoredQuery, values: Values, refine: Refinement | None) -> int:
    answer = run_stored(book, query, values, refine=refine)
    return sum(1 for _ in answer.rows) if isinstance(answer, Table) else int(answer is True)


def _is_in_leads(book: Book, named: Terms) -> bool:
    """Tell whether a lead that is not loaded mentions all the things that the values name."""
    if book.leads or book.endpoint is not None:
        return False
    loaded = set(book.paths(leads=False))
    names = [
        [local_name(term.value).encode() for term in terms if isinstance(term, NamedNode)]
        for terms in named.values()
    ]
    required = [slugs for slugs in names if slugs]
    texts = (path.read_bytes() for path in book.paths(leads=True) if path not in loaded)
    return bool(required) and any(
        all(any(name in text for name in slugs) for slugs in required) for text in texts
    )


def _describe_kinds(book: Book, terms: Sequence[NamedNode | Literal]) -> str:
    """Return the kinds of things that have figures of a measure; empty if it is not a measure."""
    query = find_page_query(book.layout.queries, "measured")
    for term in terms:
        if not isinstance(term, NamedNode):
            continue
        answer = run_stored(book, query, {"measure": term})
        rows = list(answer.rows) if isinstance(answer, Table) else []
        kinds = [
            Names.of(book).class_label(class_label)
            for class_label, _ in rows
            if isinstance(class_label, NamedNode)
        ]
        if kinds:
            shown = " or ".join(f"'{class_label}'" for class_label in kinds[:_MOST_KINDS])
            return shown + (" and others" if len(kinds) > _MOST_KINDS else "")
    return ""


def _labels(book: Book, terms: Sequence[NamedNode | Literal]) -> str:
    return ", ".join(_label(book, term) for term in terms)


def _label(book: Book, term: NamedNode | Literal) -> str:
    if isinstance(term, Literal):
        return term.value
    from factbook.render.labels import Labels

    labels = Labels(book.prefixes, book.engine)
    labels.look_up([term.value])
    return labels.of(term.value)
