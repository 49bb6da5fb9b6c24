"""Ask a plain question of its snapshot."""

from __future__ import annotations

from pyoxigraph import QueryBoolean, QuerySolutions

from factbook.prefixes import prefixes_in
from factbook.query.filling import filled
from factbook.query.literals import literal_for
from factbook.query.names import Names
from factbook.render.formats import NATIVE
from factbook.store.replies import Copying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any

    from pyoxigraph import Literal, NamedNode, QueryTriples, Store

    from factbook.cli.quick.question import Question
    from factbook.rdf.terms import Term


def ask(question: Question) -> QuerySolutions | QueryTriples | None:
    """Run the query, or return None where what is given does not fit, or it is an ASK."""
    store = question.store
    terms = None if store is None else _terms(question, store)
    if store is None or terms is None:
        return None
    found = store.query(filled(question.entry["pieces"], terms))
    return None if isinstance(found, QueryBoolean) else found


def native_writer(question: Question, form: str) -> Callable[[IO[bytes]], object] | None:
    """Return what has the engine write an answer and keeps a copy, or None."""
    found = ask(question)
    if not isinstance(found, QuerySolutions):
        return None

    def write(out: IO[bytes]) -> None:
        copying: Any = Copying(out)
        found.serialize(copying, NATIVE[form])
        out.flush()
        question.keep_reply(form, copying.copy())

    return write


def _terms(question: Question, store: Store) -> dict[str, NamedNode | Literal] | None:
    names = None
    terms: dict[str, NamedNode | Literal] = {}
    for parameter in question.entry["fields"]["parameters"]:
        name, kind = parameter["name"], parameter["kind"]
        value = question.line.given.get(name, parameter["default"])
        if value is None:
            if parameter["required"]:
                return None
            continue
        if kind == "iri":
            names = names or Names(
                lambda text: _rows(store.query(text)),
                lambda text: bool(store.query(text)),
                prefixes_in(question.context),
            )
            thing = names.meant(value, names.kind(parameter["type_curie"]))
            if thing is None:
                return None
            terms[parameter["variable"]] = thing
        else:
            terms[parameter["variable"]] = literal_for(name, kind, value)
    return terms


def _rows(found: QuerySolutions | QueryTriples | QueryBoolean) -> list[tuple[Term | None, ...]]:
    return [tuple(row) for row in found] if isinstance(found, QuerySolutions) else []
