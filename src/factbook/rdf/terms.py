"""RDF terms as text: CURIEs for people, N-Triples forms that are safe inside SPARQL."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

Term = NamedNode | BlankNode | Literal | Triple

XSD = "http://www.w3.org/2001/XMLSchema#"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_IN_SCHEME = _LETTERS | _DIGITS | frozenset("+.-")
_IN_LOCAL = _LETTERS | _DIGITS | frozenset("_.-")
_NOT_IN_IRI = frozenset(map(chr, range(0x21))) | frozenset('<>"{}|^`\\')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI that may stand between angle brackets."""
    scheme, colon, rest = text.partition(":")
    if not colon or scheme[:1] not in _LETTERS or not _IN_SCHEME.issuperset(scheme):
        return False
    if not _NOT_IN_IRI.isdisjoint(rest):
        return False
    try:
        NamedNode(text)  # knows what a host or a port may look like
    except ValueError:
        return False
    return True


def curie(iri: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the shortest prefixed name of an IRI, or None where no prefix fits."""
    best: str | None = None
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and _is_local(local := iri[len(namespace) :]):
            short = f"{prefix}:{local}"
            if best is None or len(short) < len(best):
                best = short
    return best


def _is_local(text: str) -> bool:
    """Tell whether a text may follow the colon of a CURIE without an escape, in every syntax."""
    return _IN_LOCAL.issuperset(text) and text[:1] not in {"", ".", "-"} and text[-1] != "."


def expand(text: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a prefixed name, or None where the prefix is unknown."""
    prefix, colon, local = text.partition(":")
    if not colon or prefix not in prefixes:
        return None
    return prefixes[prefix] + local


def local_name(iri: str) -> str:
    """Return the end of an IRI, behind its last '/' or '#'."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]


def to_sparql(term: NamedNode | Literal) -> str:
    """Return a term's N-Triples form, fit to stand in a SPARQL query whatever it contains.

    Some engines resolve code point escapes before they look for quotes, others inside strings, so
    that a backslash followed by a 'u' could mean two things (SPARQL 1.1, section 19.2). The 'u'
    after a backslash is therefore itself written as an escape: both readings then agree. The long
    form of escapes is used, because rdflib takes eight digits where the short one has four.

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
