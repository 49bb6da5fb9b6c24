"""Find what a query reads from the spelling of literals, and what it computes.

STR(?v)  DATATYPE(?v)  LANG(?v)  xsd:string(?v)     a function of ours, if ?v is not computed
BIND(?a + ?b AS ?v)                                 ?v is computed
BIND(?a AS ?v)  (MIN(?a) AS ?v)                     ?v is a term of the data
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from factbook.rdf.terms import XSD
from factbook.sparql.standard import apply_edits
from factbook.sparql.tokens import meaningful

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from factbook.sparql.tokens import Token

OWN_STR = "urn:factbook:function:str"
OWN_DATATYPE = "urn:factbook:function:datatype"
OWN_LANG = "urn:factbook:function:lang"
OWN_FUNCTIONS = {"STR": OWN_STR, "DATATYPE": OWN_DATATYPE, "LANG": OWN_LANG}
_STRINGS = frozenset({"xsd:string", f"<{XSD}string>"})
_CHOOSE_ONE = frozenset({"MIN", "MAX", "SAMPLE"})
_COMPARE_SPELLINGS = frozenset({"COUNT", "DATATYPE", "DISTINCT", "GROUP", "SAMETERM", "STR"})
_COMPARE_NUMBERS = frozenset({"<", ">", "<=", ">=", "=", "!=", "+", "-"})
_TAKE_NUMBERS = frozenset({"SUM", "AVG", "MIN", "MAX", "ORDER", "IN"})


def call_own_functions(text: str, functions: Mapping[str, str] = OWN_FUNCTIONS) -> str:
    """Return a query that calls our functions where a result depends on the form of a literal.

    Args:
        text: The query.
        functions: The functions to call, by the keywords that they replace.
    """
    tokens = list(meaningful(text))
    computed = computed_variables(text)
    edits = []
    for index, token in enumerate(tokens[:-3]):
        opening, variable, closing = tokens[index + 1 : index + 4]
        if (opening.text, closing.text) != ("(", ")") or variable.kind != "variable":
            continue
        function = functions.get("STR" if token.text in _STRINGS else token.keyword)
        if function is not None and variable.variable not in computed:
            edits.append((token.start, token.start + len(token.text), f"<{function}>"))
    return apply_edits(text, edits)


def computed_variables(text: str) -> set[str]:
    """Return the names of variables whose values may be computed."""
    tokens = list(meaningful(text))
    return {
        after.variable
        for index, (token, after) in enumerate(pairwise(tokens))
        if token.keyword == "AS" and after.variable and not _is_copy(tokens, index)
    }


def compares_spellings(text: str) -> bool:
    """Tell whether the answer may depend on two spellings of a value being two terms."""
    return any(token.keyword in _COMPARE_SPELLINGS for token in meaningful(text))


def compares_numbers(text: str) -> bool:
    """Tell whether the answer may depend on what the numbers of the data are."""
    return any(
        token.text in _COMPARE_NUMBERS or token.keyword in _TAKE_NUMBERS
        for token in meaningful(text)
    )


def _is_copy(tokens: Sequence[Token], end: int) -> bool:
    """Tell whether the expression before AS is a variable, or chooses one of its values."""
    depth = 0
    begin = end
    while begin and (depth or tokens[begin - 1].text != "("):
        begin -= 1
        depth += (tokens[begin].text == ")") - (tokens[begin].text == "(")
    words = [token for token in tokens[begin:end] if token.text not in {"(", ")"}]
    words = [token for token in words if token.keyword not in {*_CHOOSE_ONE, "DISTINCT"}]
    return len(words) == 1 and words[0].kind == "variable"
