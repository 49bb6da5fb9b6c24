"""RDF terms as text: CURIEs for people, N-Triples forms that are safe inside SPARQL."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from factbook.errors import UsageError, log_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

S = TypeVar("S", Triple, Quad)
Term = NamedNode | BlankNode | Literal | Triple

XSD = "http://www.w3.org/2001/XMLSchema#"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_SLUG_LENGTH = 60
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI that may stand between angle brackets."""
    if not _IRI.fullmatch(text):
        return False
    try:
        NamedNode(text)  # checks hosts and ports
    except ValueError:
        return False
    return True


def require_unicode(text: str, where: str = "") -> None:
    """Check that a text is valid Unicode, without lone surrogates.

    Args:
        text: What a user gave.
        where: The option or the thing that it was given for, for the message.

    Raises:
        UsageError: It is not valid Unicode.
    """
    if _SURROGATE.search(text):
        shown = text if len(text) <= _MAX_SLUG_LENGTH else f"{text[:_MAX_SLUG_LENGTH]}…"
        raise UsageError(f"{where}{': ' if where else ''}{shown!a} is not valid Unicode text")


def note_local(statements: Iterable[S]) -> Iterator[S]:
    """Yield triples or quads, and log at the end how many of them name files of this disk."""
    found = 0
    example = ""
    for statement in statements:
        for term in statement:
            if isinstance(term, NamedNode) and term.value.startswith("file:///"):
                found += 1
                example = example or term.value
                break
        yield statement
    if found:
        count = "1 statement is" if found == 1 else f"{found:,} statements are"
        log_note(
            f"{count} written with addresses of this disk, such as <{example}>; --base IRI "
            "resolves relative IRIs against another address"
        )


def curie(iri: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the shortest prefixed name of an IRI, or None if no prefix fits."""
    best: str | None = None
    for prefix, namespace in prefixes.items():
        local = iri.removeprefix(namespace)
        if local != iri and _LOCAL.fullmatch(local):
            short = f"{prefix}:{local}"
            if best is None or len(short) < len(best):
                best = short
    return best


def expand(text: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a prefixed name, or None if the prefix is unknown."""
    prefix, colon, local = text.partition(":")
    if not colon or prefix not in prefixes:
        return None
    return prefixes[prefix] + local


def local_name(iri: str) -> str:
    """Return the local name of an IRI, after its last '/' or '#'."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]


def namespace_of(iri: str) -> str:
    """Return the start of an IRI, up to and with its last '/' or '#'; nothing if it has none."""
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def make_slug(title: str) -> str:
    """Return the words of a title in lower-case ASCII, joined by hyphens, up to 60 characters."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = ""
    for word in re.findall(r"[a-z0-9]+", plain.replace("'", "")):
        joined = f"{slug}-{word}" if slug else word[:_MAX_SLUG_LENGTH]
        if len(joined) > _MAX_SLUG_LENGTH:
            break
        slug = joined
    return slug


def value_of(term: object) -> str:
    """Return the text of an IRI or a literal, or an empty string for anything else."""
    return term.value if isinstance(term, NamedNode | Literal) else ""


def text_of(term: object) -> str:
    """Return the text of an IRI or a literal, and any other term in the syntax of N-Triples."""
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def to_sparql(term: NamedNode | Literal) -> str:
    """Return a term's N-Triples form, safe inside a SPARQL query whatever it contains.

    Some engines resolve code point escapes before they look for quotes and others inside strings,
    so a backslash before a 'u' could mean two things (SPARQL 1.1, section 19.2). The 'u' is
    therefore written as an escape too, which both read the same. Escapes have the long form,
    because rdflib takes eight digits where the short form has four.

    Raises:
        ValueError: The IRI cannot be written between angle brackets.
    """
    if isinstance(term, NamedNode):
        return _iri_to_sparql(term.value)
    quoted = f'"{_escape(term.value)}"'
    if term.language:
        return f"{quoted}@{term.language}"
    datatype = term.datatype.value
    if datatype == f"{XSD}string":
        return quoted
    return f"{quoted}^^{_iri_to_sparql(datatype)}"


def _iri_to_sparql(iri: str) -> str:
    if not is_iri(iri):
        raise ValueError(f"not an absolute IRI: {iri!r}")
    return f"<{iri}>"


def _escape(text: str) -> str:
    escaped = []
    previous = ""
    for character in text:
        if character in _ESCAPES:
            escaped.append(_ESCAPES[character])
        elif (
            (previous == "\\" and character in "uU")
            or ord(character) < ord(" ")
            or character == "\x7f"
        ):
            escaped.append(f"\\U{ord(character):08X}")
        else:
            escaped.append(character)
        previous = character
    return "".join(escaped)


def put_in_graph(triples: bytes, graph: NamedNode) -> bytes:
    """Return N-Triples, as the engine writes them, as N-Quads in a graph."""
    return triples.replace(b" .\n", f" {graph} .\n".encode())
