"""The terms that tokens stand for, with the same lexical forms that pyoxigraph gives."""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from factbook.rdf.positions.tokens import (
    BLANK,
    DECIMAL,
    DOUBLE,
    INTEGER,
    IRI,
    LANGUAGE,
    NAME,
    STRING,
    WORD,
    Token,
    string_value,
    unescape,
)

_XSD = "http://www.w3.org/2001/XMLSchema#"
_BOOLEAN = NamedNode(f"{_XSD}boolean")
_NUMBERS = {
    INTEGER: NamedNode(f"{_XSD}integer"),
    DECIMAL: NamedNode(f"{_XSD}decimal"),
    DOUBLE: NamedNode(f"{_XSD}double"),
}
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class NotUnderstoodError(Exception):
    """The text goes on in a way that is not RDF 1.1."""


class TermReader:
    """Turns tokens into terms, under the prefixes and the base declared so far."""

    def __init__(self, base: str | None = None) -> None:
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._nodes: dict[str, NamedNode | BlankNode] = {}

    def declare(self, prefix: str, iri: str) -> None:
        """Take note of a prefix: `ex:` and `<https://example.org/>`."""
        self._prefixes[prefix] = self._resolve(iri)
        self._nodes.clear()

    def rebase(self, iri: str) -> None:
        """Take note of a new base."""
        self._base = self._resolve(iri)
        self._nodes.clear()

    def node(self, token: Token) -> NamedNode | BlankNode:
        """Return the IRI or the blank node of a token.

        Raises:
            NotUnderstoodError: The token is neither.
        """
        found = self._nodes.get(token.text)
        if found is None:
            found = self._nodes[token.text] = self._node(token)
        return found

    def literal(self, token: Token, *, suffix: Token | None = None) -> Literal:
        """Return the literal of a token; its suffix is a language tag or a datatype's IRI.

        Raises:
            NotUnderstoodError: The token is no literal.
        """
        if token.kind == STRING:
            value = string_value(token.text)
            if suffix is None:
                return Literal(value)
            if suffix.kind != LANGUAGE:
                return Literal(value, datatype=self.iri(suffix))
            if "--" not in suffix.text:  # a direction (`@ar--rtl`) came after RDF 1.1
                return Literal(value, language=suffix.text[1:].lower())
        elif token.kind in _NUMBERS:
            return Literal(token.text, datatype=_NUMBERS[token.kind])
        elif token.kind == WORD and token.text in {"true", "false"}:
            return Literal(token.text, datatype=_BOOLEAN)
        raise NotUnderstoodError(token.text)

    def iri(self, token: Token) -> NamedNode:
        """Return the IRI of a token.

        Raises:
            NotUnderstoodError: The token is something else.
        """
        node = self.node(token)
        if isinstance(node, BlankNode):
            raise NotUnderstoodError(token.text)
        return node

    def _node(self, token: Token) -> NamedNode | BlankNode:
        if token.kind == BLANK:
            return BlankNode(token.text.removeprefix("_:"))
        if token.kind == IRI:
            return NamedNode(self._resolve(token.text))
        prefix, colon, local = token.text.partition(":")
        namespace = self._prefixes.get(prefix + colon)
        if token.kind != NAME or namespace is None:
            raise NotUnderstoodError(token.text)
        return NamedNode(namespace + unescape(local))

    def _resolve(self, token: str) -> str:
        reference = unescape(token[1:-1])
        if self._base is None or _HAS_SCHEME.match(reference):
            return reference
        # The parser itself resolves, so that the two agree on every corner of RFC 3986.
        line = f"<{reference}> <urn:p> <urn:o> ."
        (quad,) = parse(line, RdfFormat.TURTLE, base_iri=self._base)
        return str(quad.subject)[1:-1]
