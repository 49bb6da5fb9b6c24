"""Order what a formatter leaves as it finds it: subjects within a section, and prefixes in use.

A section ends where a comment stands alone, with a blank line under it. The block that opens a file
(a source, an ontology, a concept scheme, the shape
of a class) stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat

from factbook.rdf.positions.scanner import scan
from factbook.rdf.positions.tokens import COMMENT, MARK, NAME, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_WHOLES = {
    NamedNode("http://www.w3.org/2002/07/owl#Ontology"),
    NamedNode("http://www.w3.org/2004/02/skos/core#ConceptScheme"),
    NamedNode("http://www.w3.org/ns/shacl#NodeShape"),
}
_DECLARING = {"@PREFIX", "PREFIX"}
_DEEPER, _UP = {"[", "("}, {"]", ")"}


@dataclass(frozen=True)
class _Block:
    """The lines of one statement with the comments that belong to it."""

    subject: str | None
    """The IRI; nothing for a directive or a blank node, which keep their place."""
    first: int
    last: int
    opens_section: bool
    is_whole: bool


def in_order(text: str) -> str:
    """Return a laid out Turtle text with its subjects in the order of their IRIs."""
    lines = text.split("\n")
    for section in reversed(list(_sections(list(_blocks(text, lines))))):
        wanted = sorted(section, key=lambda block: block.subject or "")
        if wanted != section:
            moved = "\n\n".join("\n".join(lines[b.first : b.last + 1]) for b in wanted)
            lines[section[0].first : section[-1].last + 1] = moved.split("\n")
    return "\n".join(lines)


def with_missing_prefixes(text: str, known: Mapping[str, str]) -> str:
    """Return a Turtle text with declarations of those known prefixes that it uses undeclared."""
    used: set[str] = set()
    declared: set[str] = set()
    previous = ""
    for token in tokens_of(text):
        if token.kind == NAME:
            (declared if previous.upper() in _DECLARING else used).add(token.text.partition(":")[0])
        previous = token.text
    missing = sorted(prefix for prefix in used - declared if prefix in known)
    # On the line that is there, so that a fault further down keeps its place; a base stays first
    at = 0
    if text.startswith("@base "):
        at = next(token.offset + 1 for token in tokens_of(text) if token.text == ".")
    added = "".join(f" @prefix {prefix}: <{known[prefix]}> . " for prefix in missing)
    return text[:at] + added + text[at:]


def without_idle_prefixes(text: str) -> str:
    """Return a Turtle text without the declarations of prefixes that nothing in it uses.

    A declaration with a comment on its line stays.
    """
    used: set[str] = set()
    declared: dict[str, int] = {}
    tokens = list(tokens_of(text))
    for number, token in enumerate(tokens):
        if token.kind != NAME:
            continue
        if number and tokens[number - 1].text == "@prefix":
            if not any(later.kind == COMMENT for later in tokens[number + 1 : number + 4]):
                declared[token.text] = tokens[number - 1].offset
        else:
            used.add(token.text.partition(":")[0] + ":")
    for prefix, start in sorted(declared.items(), key=lambda item: -item[1]):
        if prefix not in used:
            text = text[:start] + text[text.index("\n", start) + 1 :]
    return text


def _sections(blocks: list[_Block]) -> Iterator[list[_Block]]:
    """Yield each run of blocks that may be sorted."""
    run: list[_Block] = []
    for number, block in enumerate(blocks):
        opens_file = block.is_whole and all(b.subject is None for b in blocks[:number])
        if block.opens_section or block.subject is None or opens_file:
            yield run
            run = []
        if block.subject is not None and not opens_file:
            run.append(block)
    yield run


def _blocks(text: str, lines: list[str]) -> Iterator[_Block]:
    """Yield the statements of a text that the formatter has laid out, each on lines of its own."""
    subjects: dict[int, tuple[str | None, bool]] = {}
    for statement in scan(text, RdfFormat.TURTLE, base="urn:base"):
        node = statement.quad.subject
        iri = node.value if isinstance(node, NamedNode) else None
        whole = text.startswith("<>", statement.subject) or (
            statement.quad.predicate == _TYPE and statement.quad.object in _WHOLES
        )
        known = subjects.get(statement.subject, (iri, False))
        subjects[statement.subject] = (iri, known[1] or whole)
    previous = -1
    for start, end in _statements(text):
        first = _line_of(text, start)
        last = _line_of(text, end)
        while first - 1 > previous and lines[first - 1].startswith("#"):
            first -= 1
        between = lines[previous + 1 : first]
        subject, whole = subjects.get(start, (None, False))
        yield _Block(subject, first, last, any(map(str.strip, between)), whole)
        previous = last


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each statement begins and where its full stop stands."""
    depth = 0
    start: int | None = None
    for token in tokens_of(text):
        if token.kind == COMMENT:
            continue
        if start is None:
            start = token.offset
        if token.kind == MARK:
            depth += (token.text in _DEEPER) - (token.text in _UP)
            if token.text == "." and depth == 0:
                yield start, token.offset
                start = None


def _line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset)
