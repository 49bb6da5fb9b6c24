"""Messages as a shape's author wrote them, their variables filled in (SHACL, section 5.2.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from factbook.rdf.terms import Term
    from factbook.shacl.report import Path

_PLACE = re.compile(r"\{[?$]([A-Za-z0-9_]+)\}")


def filled(
    messages: Iterable[Literal], bindings: Mapping[str, Term | Path | None]
) -> tuple[Literal, ...]:
    """Return messages with each `{?name}` and `{$name}` replaced by what it stands for."""

    def put(match: re.Match[str]) -> str:
        term = bindings.get(match.group(1))
        return match.group() if term is None else _shown(term)

    return tuple(_literal(_PLACE.sub(put, message.value), message) for message in messages)


def _shown(term: Term | Path) -> str:
    return term.value if isinstance(term, NamedNode | Literal | BlankNode) else str(term)


def _literal(text: str, like: Literal) -> Literal:
    if like.language:
        return Literal(text, language=like.language)
    return Literal(text, datatype=like.datatype)
