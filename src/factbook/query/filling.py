"""Fill in a query that is already split at its variables."""

from __future__ import annotations

from factbook.rdf.terms import to_sparql

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Literal, NamedNode


def filled(pieces: Sequence[str], terms: Mapping[str, NamedNode | Literal]) -> str:
    """Return the query with a term in the place of each variable that has one.

    Args:
        pieces: Text, variable, text, variable and so on, as `bind.pieces` gives them.
        terms: Variable names, without '?', and what stands for them: always a whole RDF term.
    """
    forms = {name: to_sparql(term) for name, term in terms.items()}
    parts = list(pieces)
    parts[1::2] = [forms.get(variable[1:], variable) for variable in pieces[1::2]]
    return "".join(parts)
