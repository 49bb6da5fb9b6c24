"""Compile mappings to RDF: schema:sameAs for things, skos:*Match for concepts and terms.

What is compiled stands in two Turtle files, each behind a line that says so: mappings of things in
the file of the source that the positive mapping set is (a named graph, so that each link can be
cited), mappings of terms in ontology/alignment.ttl. What stands before that line is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factbook.errors import InputError
from factbook.link.sets import POSITIVE, Links, links_of
from factbook.link.words import BY_HAND, EXACT, SAME
from factbook.rdf.terms import curie, local_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from factbook.book import Book
    from factbook.layout import Layout
    from factbook.link.sssom import Link

MARK = "# Compiled from data/links by `factbook link compile`: change the mappings there."
SAME_AS = "https://schema.org/sameAs"
OWL_SAME_AS = "http://www.w3.org/2002/07/owl#sameAs"
_PREFIX = re.compile(r"@prefix (\S*): <([^>]*)> \.\n")
_BASE = re.compile(r"@base <([^>]*)> \.\n")
_STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*"|<[^>\n]*>|#[^\n]*')
_USED = re.compile(r"(?<![\w.-])([A-Za-z][\w-]*):")
_SURE = 0.95

Triples = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Compiled:
    """The files that the mappings give, with their whole text."""

    texts: Mapping[Path, str]

    def stale(self) -> list[Path]:
        """Return the files that do not say what the mappings say."""
        return [path for path, text in self.texts.items() if _read(path) != text]

    def save(self) -> None:
        """Write the files, each whole or not at all."""
        from factbook.atomic_write import atomic_write

        for path in self.stale():
            with atomic_write(path) as file:
                file.write(self.texts[path].encode())


def compiled(book: Book) -> Compiled:
    """Compile the positive mappings of a book that no negative one denies.

    Raises:
        InputError: A file has a fault, or a file to compile into is missing.
    """
    links = links_of(book.layout)
    terms: Triples = []
    things: Triples = []
    for link in links.standing():
        triple = triple_of(links, link)
        (things if triple[1] == SAME_AS else terms).append(triple)
    outputs = {
        _source_file(book.layout, links[POSITIVE].about["mapping_set_id"]): things,
        book.layout.root / "ontology" / "alignment.ttl": terms,
    }
    return Compiled(
        {path: _file(path, triples, book.prefixes) for path, triples in outputs.items()}
    )


def linkset(links: Links) -> Triples:
    """Return owl:sameAs for those things whose mapping to another thing a person has made sure of.

    A web page is not the thing it is about: only exact matches count, not schema:sameAs.
    """
    terms = _terms(links)
    return sorted(
        (_subject(links, link), OWL_SAME_AS, links[POSITIVE].expanded(link["object_id"]))
        for link in links.standing()
        if link["predicate_id"] == EXACT
        and link["subject_id"] not in terms
        and (link["mapping_justification"] == BY_HAND or link["reviewer_label"])
        and link.confidence >= _SURE
    )


def triple_of(links: Links, link: Link) -> tuple[str, str, str]:
    """Return the triple of a mapping: an exact match of a thing is schema:sameAs."""
    predicate = link["predicate_id"]
    if predicate == EXACT and link["subject_id"] not in _terms(links):
        predicate = SAME
    expanded = links[POSITIVE].expanded
    iri = SAME_AS if predicate == SAME else expanded(predicate)
    return _subject(links, link), iri, expanded(link["object_id"])


def _subject(links: Links, link: Link) -> str:
    return links[POSITIVE].expanded(link["subject_id"])


def _terms(links: Links) -> frozenset[str]:
    """Return the subjects that are terms: `other` in the header names their prefixes."""
    about = str(links[POSITIVE].about.get("other") or "")
    prefixes = tuple(f"{prefix}:" for prefix in about.partition("term prefixes:")[2].split())
    return frozenset(
        link["subject_id"]
        for link in links[POSITIVE].links
        if prefixes and link["subject_id"].startswith(prefixes)
    )


def _source_file(layout: Layout, set_id: str) -> Path:
    slug = local_name(set_id)
    for path in layout.data_files(leads=False):
        if path.stem == slug:
            base = _BASE.search(_read(path))
            if base and base[1] == set_id:
                return path
    raise InputError(
        f"{layout.root / 'data' / 'sources'}: no file has the base <{set_id}>, the mapping_set_id "
        f"of the positive mappings: make {slug}.ttl there, which describes <> as a source"
    )


def _file(path: Path, triples: Triples, prefixes: Mapping[str, str]) -> str:
    """Return the text of a file with these triples behind its mark."""
    before = _read(path).partition(MARK)[0]
    base = _BASE.search(before)
    own = dict(_PREFIX.findall(before))
    hand = _PREFIX.sub("", _BASE.sub("", before)).strip()
    body = _blocks(triples, prefixes)
    used = set(_USED.findall(_STRINGS.sub(" ", f"{hand}\n{body}")))
    known = {**prefixes, **own}
    lines = [f"@prefix {name}: <{known[name]}> .\n" for name in sorted(used & set(known))]
    parts = ["".join([base[0] if base else "", *lines]), hand, MARK, body]
    return "\n\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _blocks(triples: Triples, prefixes: Mapping[str, str]) -> str:
    def short(iri: str) -> str:
        return curie(iri, prefixes) or f"<{iri}>"

    found: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in sorted(set(triples)):
        found.setdefault(subject, {}).setdefault(short(predicate), []).append(short(value))
    blocks = []
    for subject in sorted(found):
        said = [f"{name} {' , '.join(values)}" for name, values in sorted(found[subject].items())]
        blocks.append(f"{short(subject)} " + " ;\n    ".join(said) + " .")
    return "\n\n".join(blocks)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def as_ntriples(triples: Iterable[tuple[str, str, str]]) -> str:
    """Return triples of IRIs as N-Triples."""
    return "".join(f"<{s}> <{p}> <{o}> .\n" for s, p, o in triples)
