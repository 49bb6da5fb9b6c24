"""Reject small files that would take all memory: too deeply nested, or expanding without bound.

The parser of JSON-LD needs memory for each level, and copies all definitions in scope for each
context, so that 360 kB took 17 GB. That of RDF/XML needs half a minute for 20,000 levels. Triples
within 20,000 triples end the process. A prefix as long as a chapter makes a long IRI of each name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pyoxigraph import QuadParser

MOST_LEVELS = 256
"""The maximum depth of brackets in JSON, and of triples within triples in Turtle."""
MOST_DEFINITIONS = 500_000
"""The maximum number of term definitions that nested contexts hold in memory together."""
MOST_XML_LEVELS = 1_000
"""The maximum depth of elements in RDF/XML: the time grows with the square."""
LONGEST_NAMESPACE = 2_048
"""The maximum length of the IRI of a prefix or a base."""
_CONTEXT = b'"@context"'
_MARK = b"\x01"
"""Stands for the keyword; no other control character is left outside of strings."""
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_TOKEN = re.compile(rb"[\[{]|[\]}]|\x01:?|:+")
_QUOTED = re.compile(
    rb"""\"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+\"{3}|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*+'{3}"""
    rb"""|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|<[^<>"\s]*+>|\#[^\n]*|<<|>>""",
    re.DOTALL,
)
_OPENING, _CLOSING = (b"[", b"{"), (b"]", b"}")
_DEEPER, _HIGHER = {*_OPENING, b"<<"}, {*_CLOSING, b">>"}


class BoundError(Exception):
    """A document goes beyond a bound; line and column are None where there is no such place."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(slots=True)
class _Level:
    """An object or a list of a document that is not closed yet."""

    is_context: bool
    keys: int = 0
    """Definitions in its own context, or, of a context, those seen so far."""
    has_context: bool = False
    deepest_keys: int = 0
    """Definitions along the heaviest path of contexts below it."""
    deepest_contexts: int = 0


def check_jsonld(content: bytes) -> None:
    """Check that a JSON-LD document is not nested too deeply, nor its contexts.

    Raises:
        BoundError: It is.
    """
    if content.count(b"{") + content.count(b"[") <= MOST_LEVELS:
        return
    has_contexts = content.count(_CONTEXT) > 1
    kept = b"[]{}" + (b":" + _MARK if has_contexts else b"")
    bare = content.replace(_MARK, b" ")
    if has_contexts:
        bare = bare.replace(_CONTEXT, _MARK)
    others = bytes(set(range(256)) - set(kept))
    bare = _STRING.sub(b"", bare).translate(None, others)
    if has_contexts:
        _check_contexts(bare, content)
    else:
        _check_levels(bare, content)


def _check_levels(brackets: bytes, content: bytes) -> None:
    level = 0
    for each in brackets:
        if each in b"[{":
            level += 1
            if level > MOST_LEVELS:
                raise _too_deep(content)
        else:
            level -= 1


def _check_contexts(bare: bytes, content: bytes) -> None:
    """Check the levels, and what the contexts in effect at one place define."""
    levels = [_Level(is_context=False)]
    deepest, is_scoped, begins = 0, False, False
    for token in _TOKEN.findall(bare):
        top = levels[-1]
        if token in _OPENING:
            levels.append(_Level(is_context=top.is_context or begins))
            deepest = max(deepest, len(levels) - 1)
            if deepest > MOST_LEVELS:
                raise _too_deep(content)
        elif token in _CLOSING:
            if len(levels) > 1:
                _close(levels.pop(), levels[-1])
        elif top.is_context:
            top.keys += token.count(b":")
            is_scoped = is_scoped or token[0] == _MARK[0]
        begins = token[0] == _MARK[0]
    while len(levels) > 1:
        _close(levels.pop(), levels[-1])
    root = levels[0]
    copies = deepest if is_scoped else root.deepest_contexts
    if root.deepest_keys * copies > MOST_DEFINITIONS:
        raise BoundError(
            f"its contexts are nested so that they would hold {root.deepest_keys * copies:,} "
            "definitions of terms: use one context for the whole file"
        )


def _close(level: _Level, around: _Level) -> None:
    """Add the definitions of a level that ends to the enclosing level."""
    if level.is_context:
        around.keys += level.keys
        around.has_context = True
        return
    keys = level.deepest_keys + level.keys
    contexts = level.deepest_contexts + level.has_context
    around.deepest_keys = max(around.deepest_keys, keys)
    around.deepest_contexts = max(around.deepest_contexts, contexts)


def check_turtle(content: bytes) -> None:
    """Check that triples are not nested too deeply in Turtle or a syntax like it.

    Raises:
        BoundError: They are.
    """
    if content.count(b"<<") > MOST_LEVELS and (error := _find_depth(_QUOTED, content)):
        raise error


def _too_deep(content: bytes) -> BoundError:
    unknown = BoundError(f"nested more than {MOST_LEVELS} levels deep")
    return _find_depth(_BRACKET, content) or unknown


def _find_depth(tokens: re.Pattern[bytes], content: bytes) -> BoundError | None:
    """Return an error with the position at which a text is nested too deeply."""
    level = 0
    for match in tokens.finditer(content):
        level += (match.group() in _DEEPER) - (match.group() in _HIGHER)
        if level > MOST_LEVELS:
            place = match.start()
            return BoundError(
                f"nested more than {MOST_LEVELS} levels deep",
                content.count(b"\n", 0, place) + 1,
                place - content.rfind(b"\n", 0, place),
            )
    return None


def check_xml(document: bytes | IO[bytes]) -> None:
    """Check that XML is well-formed to its end, and neither expands nor nests without bound.

    The engine takes XML that was cut off for whole.

    Raises:
        ExpatError: It is not well-formed, or its entities expand without bound.
        BoundError: It is nested too deeply.
    """
    from xml.parsers import expat

    level = 0

    def enter(*_: object) -> None:
        nonlocal level
        level += 1
        if level > MOST_XML_LEVELS:
            raise BoundError(
                f"nested more than {MOST_XML_LEVELS:,} levels deep",
                parser.CurrentLineNumber,
                parser.CurrentColumnNumber + 1,
            )

    def leave(_: str) -> None:
        nonlocal level
        level -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    if isinstance(document, bytes):
        parser.Parse(document, True)  # noqa: FBT003 - expat has no name for it
    else:
        parser.ParseFile(document)


def check_namespaces(parser: QuadParser, address: str) -> None:
    """Check that no prefix and no base that a file has declared so far is too long.

    Args:
        parser: What reads the file.
        address: The base that the file has without declaring one.

    Raises:
        BoundError: One is.
    """
    names = {f"the prefix '{name}:'": iri for name, iri in parser.prefixes.items()}
    base = parser.base_iri or address
    if base != address:
        names["the base"] = base
    for name, iri in names.items():
        if len(iri) > LONGEST_NAMESPACE:
            raise BoundError(
                f"{name} stands for {len(iri):,} characters, more than {LONGEST_NAMESPACE:,}"
            )
