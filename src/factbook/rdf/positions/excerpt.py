"""What a large file says of a few terms, and on which lines: found without keeping the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

from factbook.rdf.parse import open_rdf, open_unpacked
from factbook.rdf.positions.places import Places, Stated
from factbook.rdf.positions.scanner import scan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from factbook.rdf.parse import RdfStream
    from factbook.rdf.terms import Term

_LINES = {RdfFormat.N_TRIPLES, RdfFormat.N_QUADS}
_TOKEN = re.compile(rb"<[^<>\s]*>|_:[^\s]+|[^\s:<>\"'#@;,()\[\]]*:(?:\\.|[^\s;,()\[\]\"'<\\])*")
_DIRECTIVE = re.compile(rb"@(?:prefix|base)\s|(?:prefix|base)\s", re.IGNORECASE)
_MOST_LINES = 2_000
"""As long as a block of Turtle may be; a longer one has no line numbers."""


@dataclass(frozen=True)
class Excerpt:
    """What a file says of some terms, the text in which it does, and the numbers of its lines."""

    path: Path
    graph: NamedNode
    quads: tuple[Quad, ...]
    text: str
    numbers: tuple[int, ...]
    stated: tuple[Stated, ...]

    def places(self) -> Places:
        """Return the places of what is said."""
        return Places(self.text, self.stated, numbers=self.numbers)


def excerpt(file: RdfStream, subjects: Collection[Term], mentions: Collection[Term]) -> Excerpt:
    """Read a file once more, for what it says of some subjects and where it mentions other terms.

    N-Triples and N-Quads are searched line by line. Turtle is parsed, and then searched for blocks
    that begin with one of the subjects at the beginning of a line, as they do in nearly every file.
    Other syntaxes are parsed, and have no lines.

    Args:
        file: The file, as it was opened before; nothing is read from it.
        subjects: Terms whose statements are wanted.
        mentions: Terms that are wanted as predicates and objects.

    Raises:
        InputError: The file cannot be read any more.
    """
    if file.syntax.parser in _LINES:
        return _on_lines(file, _lines(file.path, _names(subjects), _names(mentions)))
    quads = tuple(
        quad
        for quad in open_rdf(file.path, rename=False).quads
        if quad.subject in subjects or quad.object in mentions or quad.predicate in mentions
    )
    if file.syntax.parser != RdfFormat.TURTLE:
        return Excerpt(file.path, file.graph, quads, "", (), ())
    text, numbers, stated = _in_blocks(file, subjects)
    return Excerpt(file.path, file.graph, quads, text, numbers, stated)


def _on_lines(file: RdfStream, lines: Iterable[tuple[int, str]]) -> Excerpt:
    numbers, texts, starts = [], [], []
    start = 0
    for number, text in lines:
        numbers.append(number)
        texts.append(text)
        starts.append(start)
        start += len(text) + 1
    whole = "\n".join(texts)
    quads = _parsed(whole, file.syntax.parser)
    if len(quads) != len(starts):  # the file has changed under our eyes
        return Excerpt(file.path, file.graph, tuple(quads), "", (), ())
    pairs = zip(quads, starts, strict=True)
    stated = tuple(Stated(quad, start, None) for quad, start in pairs)
    return Excerpt(file.path, file.graph, tuple(quads), whole, (*numbers, 0), stated)


def _lines(
    path: Path, subjects: Collection[bytes], mentions: Collection[bytes]
) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of the lines that begin with some names or mention others."""
    with open_unpacked(path) as file:
        for number, line in enumerate(file, start=1):
            begun = line.find(b">") + 1 if line[:1] == b"<" else line.find(b" ")
            if line[:begun] in subjects or (mentions and _mentions(line, mentions)):
                yield number, line.decode(errors="replace").rstrip("\r\n")


def _mentions(line: bytes, names: Collection[bytes]) -> bool:
    parts = line.split(None, 3)
    return any(part in names for part in parts[1:3])


def _names(terms: Iterable[Term]) -> set[bytes]:
    """Return how N-Triples may write IRIs and blank nodes: in UTF-8, or escaped."""
    found = set()
    for term in terms:
        if isinstance(term, NamedNode | BlankNode):
            text = str(term)
            escaped = "".join(_escaped(character) for character in text)
            found |= {text.encode(), escaped.encode()}
    return found


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x80:  # noqa: PLR2004 - the end of ASCII
        return character
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - four digits


def _parsed(text: str, syntax: RdfFormat) -> list[Quad]:
    try:
        return list(parse(text, syntax))
    except SyntaxError:  # no statement, although it begins like one
        return []


def _in_blocks(
    file: RdfStream, subjects: Collection[Term]
) -> tuple[str, tuple[int, ...], tuple[Stated, ...]]:
    """Return the blocks of some subjects as one text, its line numbers, and what they state."""
    texts: list[str] = []
    numbers: list[int] = []
    stated: list[Stated] = []
    start = 0
    for number, header, block in _blocks(file.path, _tokens(file, subjects)):
        for statement in scan(header + block, RdfFormat.TURTLE):
            quad, *offsets = statement
            placed = statement._replace(
                subject=offsets[0] - len(header) + start,
                predicate=offsets[1] - len(header) + start,
                object=offsets[2] - len(header) + start,
            )
            stated.append(Stated(quad, 0, placed))
        lines = block.count("\n")
        texts.append(block)
        numbers += range(number, number + lines)
        start += len(block)
    return "".join(texts), (*numbers, 0), tuple(stated)


def _tokens(file: RdfStream, subjects: Iterable[Term]) -> set[bytes]:
    """Return the ways in which a Turtle file may write some subjects."""
    found = set()
    base = file.graph.value if file.has_base else None
    for subject in subjects:
        if isinstance(subject, BlankNode):
            found.add(str(subject))
        elif isinstance(subject, NamedNode):
            iri = subject.value
            found.add(f"<{iri}>")
            for prefix, namespace in file.prefixes.items():
                if iri.startswith(namespace):
                    found.add(f"{prefix}:{iri.removeprefix(namespace)}")
            if base is not None and iri.startswith(base):
                found.add(f"<{iri.removeprefix(base)}>")
    return {text.encode() for text in found}


def _blocks(path: Path, tokens: Collection[bytes]) -> Iterator[tuple[int, str, str]]:
    """Yield where a block begins that one of the tokens opens, the directives before it, and it."""
    header = ""
    with open_unpacked(path) as file:
        numbered = enumerate(file, start=1)
        for number, line in numbered:
            if line[:1].isspace():
                continue
            if _DIRECTIVE.match(line):
                header += line.decode(errors="replace")
                continue
            token = _TOKEN.match(line)
            # A backslash before a character of a name means nothing: base:company\/x
            if token is None or token.group().replace(b"\\", b"") not in tokens:
                continue
            block = _block(line, numbered, header)
            if block:
                yield number, header, block


def _block(line: bytes, following: Iterator[tuple[int, bytes]], header: str) -> str:
    """Return the lines of a block: as many as it takes to be Turtle."""
    block = ""
    for _ in range(_MOST_LINES):
        block += line.decode(errors="replace")
        if line.rstrip().endswith(b".") and _parsed(header + block, RdfFormat.TURTLE):
            return block
        _, line = next(following, (0, b""))
        if not line:
            break
    return ""
