"""Work around faults of Virtuoso 7: the order of joins, and the terms in its answers.

By default it reorders joins, and then loses rows where two paths of any length meet, or fails: so
it is told to join in the order of the query. It loses rows where a day that BIND computes is
compared inside an OPTIONAL, or a constant day before one: so the day of a stored query is written,
as a cast, in the place of its variable. There a comparison with an unbound variable is false, and
no error for COALESCE to see: so conditions on parameters that are not given are left out. It
stores a truth value as 1 or 0, and an integer beyond 32 bits as a decimal. (A decimal of such a
size without a fraction therefore becomes an integer, which it equals.)

The stored queries avoid what a client cannot correct; your own queries should too:

- a path of any length with two fixed ends, or of which the patterns before it bind one end and a
  term or FILTER(?x = …) the other, finds only ends that are the same: FILTER(STR(?x) = …) works;
- a path of any length does not begin at a variable that UNION binds: put UNION into a subselect;
- EXISTS does not compile inside IF with another condition, and BOUND is true of a variable from an
  OPTIONAL within an OPTIONAL: BIND the value there;
- a computed truth value is a number: `xsd:boolean(…)` converts it;
- one integer divided by another is an integer: `100.0 * ?a / ?b`;
- sameTerm takes one IRI for two where COALESCE gave one of them;
- CONCAT and `=` treat an unbound variable as an empty text: use COALESCE;
- `?day < ?x` is false where ?x is unbound: write `!BOUND(?x) || ?day < ?x`, or IF(BOUND(?x), …);
- FILTER NOT EXISTS is not seen in an OPTIONAL that has others inside: write it behind it;
- YEAR takes no computed date: take it from the text;
- FILTER NOT EXISTS does not see the variable of GRAPH: OPTIONAL and COALESCE do;
- a value from BIND(COALESCE(…)) joins single patterns, and no alternatives such as `p|q`, wherever
  an OPTIONAL follows.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from factbook.rdf.terms import XSD
from factbook.sparql.bind import replace_variables
from factbook.sparql.tokens import tokens
from factbook.store.answers import Graph, Table

if TYPE_CHECKING:
    from factbook.rdf.terms import Term
    from factbook.store.answers import Answer
    from factbook.store.transport import Reply

_BOOLEAN, _DECIMAL = f"{XSD}boolean", f"{XSD}decimal"
_INTEGER = NamedNode(f"{XSD}integer")
_TRUTH = {"1": Literal(True), "0": Literal(False)}  # noqa: FBT003 - the value itself
_BEYOND = 1 << 31
_JOIN_AS_WRITTEN = 'DEFINE sql:select-option "order"\n'
# The day of a stored query: the parameter if given, else today
_DAY = re.compile(
    r"BIND\(COALESCE\((?:\?__\w+|\"(?P<given>[0-9-]+)\"\^\^<\S+>), "
    r"STRDT\(SUBSTR\(STR\(NOW\(\)\), 1, 10\), xsd:date\)\) AS \?(?P<name>\w+)\)"
)
# Conditions on a parameter that is not given
_UNSET = re.compile(
    r"COALESCE\(\?\w+ = \?(?P<one>__\w+), (?P<without>true|false)\)|"
    r"(?P<variable>\?\w+) = COALESCE\(\?(?P<two>__\w+), (?P=variable)\)"
)
# A condition on a thing that is given
_GIVEN = re.compile(r"(?P<variable>\?\w+) = COALESCE\((?P<iri><[^>]*>), (?P=variable)\)")


def is_virtuoso(reply: Reply) -> bool:
    """Tell whether a reply is Virtuoso's."""
    return reply.headers.get("Server", "").startswith("Virtuoso")


def adapt_query(text: str) -> str:
    """Return an equivalent query that Virtuoso evaluates correctly."""
    text = _GIVEN.sub(r"STR(\g<variable>) = STR(\g<iri>)", _leave_out_unset(text))
    text = _JOIN_AS_WRITTEN + text
    today = datetime.now(UTC).date().isoformat()
    days = {
        found["name"]: f'<{XSD}date>("{found["given"] or today}")' for found in _DAY.finditer(text)
    }
    if any(re.search(rf"SELECT[^{{]*\?{name}\b", text) for name in days):
        return text  # it also returns the day
    return replace_variables(_DAY.sub("", text), days)


def _leave_out_unset(text: str) -> str:
    """Return a query with its conditions simplified for the parameters that are not given.

    A variable that stands anywhere else may be bound there, and stays.
    """
    conditions = Counter(found["one"] or found["two"] for found in _UNSET.finditer(text))
    used = Counter(token.variable for token in tokens(text))

    def without(found: re.Match[str]) -> str:
        name, variable = found["one"] or found["two"], found["variable"]
        if conditions[name] < used[name]:
            return found[0]
        return f"STR({variable}) = STR({variable})" if variable else found["without"]

    return _UNSET.sub(without, text)


def normalize_answer(answer: Answer) -> Answer:
    """Return an answer of Virtuoso with the terms as they were loaded."""
    if isinstance(answer, Table):
        rows = (tuple(None if t is None else _normalize(t) for t in row) for row in answer.rows)
        return replace(answer, rows=rows, native=None)
    if isinstance(answer, Graph):
        return Graph([Triple(t.subject, t.predicate, _normalize(t.object)) for t in answer.triples])
    return answer


def _normalize(term: Term) -> Term:
    if not isinstance(term, Literal):
        return term
    datatype = term.datatype.value
    if datatype == _BOOLEAN:
        return _TRUTH.get(term.value, term)
    if datatype == _DECIMAL and term.value.removeprefix("-").isdigit():
        return Literal(term.value, datatype=_INTEGER) if _is_large(term.value) else term
    return term


def _is_large(digits: str) -> bool:
    return not -_BEYOND <= int(digits) < _BEYOND
