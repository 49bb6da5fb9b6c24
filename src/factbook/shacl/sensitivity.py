"""What a query inside a shape reads, and whether it could notice how literals are spelled."""

from __future__ import annotations

from factbook.shacl.querytext import AGGREGATES, Select, is_variable, words_in

_RESERVED = frozenset({"this", "value", "path"})
_SENSITIVE = AGGREGATES | {
    *("CONCAT", "CONTAINS", "DATATYPE", "DISTINCT", "ENCODE_FOR_URI", "LCASE", "MD5", "REDUCED"),
    *("REGEX", "REPLACE", "SAMETERM", "SHA1", "SHA256", "SHA384", "SHA512", "STR", "STRAFTER"),
    *("STRBEFORE", "STRDT", "STRENDS", "STRLANG", "STRLEN", "STRSTARTS", "SUBSTR", "UCASE"),
}


def hangs_on_spelling(query: Select, properties: frozenset[str], *, also: bool) -> bool:
    """Tell whether a query could notice that the store spells literals its own way.

    Args:
        query: The query.
        properties: The properties with values that the store rewrites.
        also: Whether the query is run on such values anyhow.
    """
    return (also or touches(query, properties)) and any(
        word.upper() in _SENSITIVE or word[:1] in "\"'0123456789" or _is_shared(word, query)
        for word in words_in(query)
    )


def touches(query: Select, properties: frozenset[str]) -> bool:
    """Tell whether a query reads some of the properties, or any property at all."""
    if not properties:
        return False
    words = words_in(query)
    if any(word[1:-1] in properties for word in words if word.startswith("<")):
        return True
    return any(
        is_variable(middle) and _ends_term(before) and _starts_term(after)
        for before, middle, after in zip(words, words[1:], words[2:], strict=False)
    )


def _is_shared(word: str, query: Select) -> bool:
    """Tell whether a variable joins values: it stands in two places, and in none as a subject."""
    if not is_variable(word) or word[1:] in _RESERVED:
        return False
    words = words_in(query)
    depth = 0
    places = 0
    for before, each in zip(["", *words], words, strict=False):
        depth += (each == "(") - (each == ")")
        if is_variable(each) and each[1:] == word[1:] and depth == 0:
            if before in {"{", "}", ".", ")"}:
                return False
            places += 1
    return places > 1


def _ends_term(word: str) -> bool:
    return is_variable(word) or word[:1] in "<\"'" or word in {")", "]"}


def _starts_term(word: str) -> bool:
    return is_variable(word) or word[:1] in "<\"'[0123456789+-"
