"""Sort the subjects and the prefixes of a Turtle text.

Subjects are sorted within a section. A section ends at a comment with a blank line after it, at a
directive and at a statement about a blank node. The statement that opens a file (about a source, an
ontology, a concept scheme, or the shape of a class) stays first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse

from factbook.rdf.turtle_scanner import COMMENT, MARK, NAME, STRING, scan_turtle, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_FILE_CLASSES = {
    NamedNode("http://www.w3.org/2002/07/owl#Ontology"),
    NamedNode("http://www.w3.org/2004/02/skos/core#ConceptScheme"),
    NamedNode("http://www.w3.org/ns/shacl#NodeShape"),
}
_BASE = "urn:base"
_PREFIX_DIRECTIVES = {"@PREFIX", "PREFIX"}
_OPENING, _CLOSING = {"[", "("}, {"]", ")"}


@dataclass(frozen=True)
class _Block:
    """The lines of one statement with the comments before it."""

    subject: str | None
    """The IRI; None for a directive or a blank node, which are not moved."""
    first: int
    last: int
    opens_section: bool
    is_about_file: bool


def sort_subjects(text: str) -> str:
    """Return a formatted Turtle text with its subjects sorted by IRI."""
    lines = text.split("\n")
    for section in reversed(list(_sections(list(_blocks(text, lines))))):
        ordered = sorted(section, key=lambda block: block.subject or "")
        if ordered != section:
            moved = "\n\n".join("\n".join(lines[b.first : b.last + 1]) for b in ordered)
            lines[section[0].first : section[-1].last + 1] = moved.split("\n")
    return "\n".join(lines)


def add_missing_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a Turtle text with declarations added for the known prefixes that it uses.

    They are added to the first line, so that errors further down keep their line.
    """
    used: set[str] = set()
    declared: set[str] = set()
    previous = ""
    for token in tokenize(text):
        if token.kind == NAME:
            is_declaration = previous.upper() in _PREFIX_DIRECTIVES
            (declared if is_declaration else used).add(token.text.partition(":")[0])
        previous = token.text
    missing = sorted(prefix for prefix in used - declared if prefix in prefixes)
    at = 0
    if text.startswith("@base "):  # a base stays first
        at = next((token.offset + 1 for token in tokenize(text) if token.text == "."), 0)
    added = "".join(f" @prefix {prefix}: <{prefixes[prefix]}> . " for prefix in missing)
    return text[:at] + added + text[at:]


def remove_unused_prefixes(text: str) -> str:
    """Return a Turtle text without the declarations of unused prefixes.

    A declaration with a comment on its line stays.
    """
    used: set[str] = set()
    declared: dict[str, int] = {}
    tokens = list(tokenize(text))
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


def normalize_line_ends(text: str) -> str:
    """Return a Turtle text with CRLF replaced by LF, except inside strings."""
    if "\r" not in text:
        return text
    parts = []
    end = 0
    for token in tokenize(text):
        if token.kind == STRING:
            parts += [text[end : token.offset].replace("\r\n", "\n"), token.text]
            end = token.offset + len(token.text)
    return "".join([*parts, text[end:].replace("\r\n", "\n")])


def hoist_comments(text: str, comments: Counter[str]) -> str:
    """Return a Turtle text with these comments moved from inside statements to before them."""
    remaining = Counter(comments)
    parts: list[str] = []
    position = depth = 0
    at: int | None = None  # the part before which comments of the statement go
    for token in tokenize(text):
        if token.kind != COMMENT:
            if at is None:
                parts += [text[position : token.offset], ""]
                position, at = token.offset, len(parts) - 1
            if token.kind == MARK:
                depth += (token.text in _OPENING) - (token.text in _CLOSING)
                if token.text == "." and depth == 0:
                    at = None
        elif at is not None and remaining[token.text[1:].strip()] > 0:
            remaining[token.text[1:].strip()] -= 1
            follows = not parts[at] and parts[at - 1].rstrip(" \t")[-1:] not in {"", "\n"}
            parts[at] += ("\n" if follows else "") + token.text + "\n"
            parts.append(text[position : token.offset].rstrip(" \t"))
            position = token.offset + len(token.text)
    return "".join([*parts, text[position:]])


def comments_of(text: str) -> list[str]:
    """Return the comments of a Turtle text in order, without the `#`."""
    return [token.text[1:] for token in tokenize(text) if token.kind == COMMENT]


def _sections(blocks: list[_Block]) -> Iterator[list[_Block]]:
    """Yield each run of blocks that may be sorted."""
    run: list[_Block] = []
    for number, block in enumerate(blocks):
        opens_file = block.is_about_file and all(b.subject is None for b in blocks[:number])
        if block.opens_section or block.subject is None or opens_file:
            yield run
            run = []
        if block.subject is not None and not opens_file:
            run.append(block)
    yield run


def _blocks(text: str, lines: list[str]) -> Iterator[_Block]:
    """Yield the statements of a formatted text, which do not share lines."""
    subjects = _subjects_by_offset(text)
    previous = -1
    ends = [match.start() for match in re.finditer("\n", text)]
    for start, end in _statements(text):
        first = bisect_left(ends, start)
        last = bisect_left(ends, end)
        while first - 1 > previous and lines[first - 1].startswith("#"):
            first -= 1
        between = lines[previous + 1 : first]
        subject, is_about_file = subjects.get(start, (None, False))
        yield _Block(subject, first, last, any(map(str.strip, between)), is_about_file)
        previous = last


def _subjects_by_offset(text: str) -> dict[int, tuple[str | None, bool]]:
    """Return the IRI of each subject, and whether it is the subject of the file."""
    quads = list(parse(text, RdfFormat.TURTLE, base_iri=_BASE))
    offsets = scan_turtle(text)
    if len(offsets) != len(quads):
        return {}
    subjects: dict[int, tuple[str | None, bool]] = {}
    for quad, (start, _, _) in zip(quads, offsets, strict=True):
        iri = quad.subject.value if isinstance(quad.subject, NamedNode) else None
        is_about_file = text.startswith("<>", start) or (
            quad.predicate == _TYPE and quad.object in _FILE_CLASSES
        )
        _, is_known = subjects.get(start, (iri, False))
        subjects[start] = (iri, is_known or is_about_file)
    return subjects


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the start and the full stop of each statement."""
    depth = 0
    start: int | None = None
    for token in tokenize(text):
        if token.kind == COMMENT:
            continue
        if start is None:
            start = token.offset
        if token.kind == MARK:
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if token.text == "." and depth == 0:
                yield start, token.offset
                start = None
