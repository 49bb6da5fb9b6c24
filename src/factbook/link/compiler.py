"""Compile mappings to RDF: schema:sameAs for things, and the predicate of each row for terms.

The triples are written to two Turtle files, below a marker line: mappings of things to the source
file of the positive mapping set (a named graph, so that each link can be cited), and mappings of
terms to ontology/alignment.ttl. The text above the marker does not change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.atomic_write import atomic_write
from factbook.errors import InputError
from factbook.rdf.mapping_files import POSITIVE, SCHEMA_SAME_AS, MappingFiles, read_mapping_files
from factbook.rdf.sssom import EXACT_MATCH, MANUAL
from factbook.rdf.terms import curie, local_name
from factbook.rdf.unpack import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from factbook.book import Book
    from factbook.layout import Layout

MARKER = "# Compiled from data/links by `factbook link compile`: change the mappings there."
_OWL_SAME_AS = "http://www.w3.org/2002/07/owl#sameAs"
_PREFIX = re.compile(r"@prefix (\S*): <([^>]*)> \.\n")
_BASE = re.compile(r"@base <([^>]*)> \.\n")
_STRING_IRI_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|<[^>\n]*>|#[^\n]*')
_USED_PREFIX = re.compile(r"(?<![\w.-])([A-Za-z][\w-]*):")
_IDENTITY_CONFIDENCE = 0.95

Triples = list[tuple[str, str, str]]


@dataclass(frozen=True)
class CompiledFiles:
    """The files that mappings compile to, with their full text."""

    texts: Mapping[Path, str]

    def stale(self) -> list[Path]:
        """Return the files on disk that differ from the compiled text."""
        return [path for path, text in self.texts.items() if _read_text(path) != text]

    def save(self) -> None:
        """Write the stale files atomically."""
        for path in self.stale():
            with atomic_write(path) as file:
                file.write(self.texts[path].encode())


def compile_mappings(book: Book) -> CompiledFiles:
    """Compile the effective mappings of a book.

    Raises:
        InputError: A mapping file has a fault, or a file to compile into is missing.
    """
    files = read_mapping_files(book.layout)
    triples = [files.triple(row) for row in files.effective()]
    things = [triple for triple in triples if triple[1] == SCHEMA_SAME_AS]
    terms = [triple for triple in triples if triple[1] != SCHEMA_SAME_AS]
    source = _find_source_file(book.layout, files[POSITIVE].metadata["mapping_set_id"])
    alignment = book.layout.root / "ontology" / "alignment.ttl"
    outputs = {source: things}
    if terms or alignment.exists():
        outputs[alignment] = terms
    return CompiledFiles(
        {path: _render_file(path, triples, book.prefixes) for path, triples in outputs.items()}
    )


def owl_same_as(files: MappingFiles) -> Triples:
    """Return owl:sameAs for the things whose exact match a person has confirmed.

    A web page is not the thing it describes, so mappings by schema:sameAs are left out.
    """
    positive = files[POSITIVE]
    triples = []
    for row in files.effective():
        is_confirmed = row["mapping_justification"] == MANUAL or row["reviewer_label"]
        is_exact = row["predicate_id"] == EXACT_MATCH and not files.is_term(row)
        if is_exact and is_confirmed and row.confidence >= _IDENTITY_CONFIDENCE:
            subject, obj = positive.expand_pair(row)
            triples.append((subject, _OWL_SAME_AS, obj))
    return sorted(triples)


def to_ntriples(triples: Iterable[tuple[str, str, str]]) -> str:
    """Return triples of IRIs as N-Triples."""
    return "".join(f"<{s}> <{p}> <{o}> .\n" for s, p, o in triples)


def _find_source_file(layout: Layout, set_id: str) -> Path:
    slug = local_name(set_id)
    for path in layout.data_files(leads=False):
        if path.stem == slug:
            base = _BASE.search(_read_text(path))
            if base and base[1] == set_id:
                return path
    raise InputError(
        f"{layout.root / 'data' / 'sources'}: no file has the base <{set_id}>, the mapping_set_id "
        f"of the positive mappings; create {slug}.ttl there and describe <> as a source in it"
    )


def _render_file(path: Path, triples: Triples, prefixes: Mapping[str, str]) -> str:
    """Return the text of a file with these triples below its marker."""
    before = _read_text(path).partition(MARKER)[0]
    base = _BASE.search(before)
    own_prefixes = dict(_PREFIX.findall(before))
    by_hand = _PREFIX.sub("", _BASE.sub("", before)).strip()
    body = _render_triples(triples, prefixes)
    used = set(_USED_PREFIX.findall(_STRING_IRI_OR_COMMENT.sub(" ", f"{by_hand}\n{body}")))
    all_prefixes = {**prefixes, **own_prefixes}
    lines = [
        f"@prefix {name}: <{all_prefixes[name]}> .\n" for name in sorted(used & set(all_prefixes))
    ]
    parts = ["".join([base[0] if base else "", *lines]), by_hand, MARKER, body]
    return "\n\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _render_triples(triples: Triples, prefixes: Mapping[str, str]) -> str:
    def shorten(iri: str) -> str:
        return curie(iri, prefixes) or f"<{iri}>"

    by_subject: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in sorted(set(triples)):
        objects = by_subject.setdefault(subject, {}).setdefault(shorten(predicate), [])
        objects.append(shorten(value))
    blocks = []
    for subject in sorted(by_subject):
        statements = [f"{name} {' , '.join(v)}" for name, v in sorted(by_subject[subject].items())]
        blocks.append(f"{shorten(subject)} " + " ;\n    ".join(statements) + " .")
    return "\n\n".join(blocks)


def _read_text(path: Path) -> str:
    with reading(path):
        return path.read_text(encoding="utf-8")
