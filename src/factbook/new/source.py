"""Begin the file of a new source: its description, and examples of what it may say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyoxigraph import Literal

from factbook.atomic_write import atomic_write
from factbook.errors import InputError, UsageError, did_you_mean
from factbook.new.period import period_of
from factbook.new.template import read_template
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import curie, is_iri, to_sparql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from factbook.book import Book

_ORGANIZATION = "schema:Organization"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 60


@dataclass(frozen=True)
class Wish:
    """What an author says of a new source."""

    title: str
    publisher: str
    date: str | None
    url: str | None = None
    evidence: str = ""
    about: Sequence[str] = ()
    slug: str | None = None
    is_inferred: bool = False
    is_lead: bool = False


def new_source(book: Book, wish: Wish, *, today: date | None = None) -> Path:
    """Write the file of a new source and return where it stands.

    Args:
        book: The book that it joins.
        wish: What is known of it.
        today: The day on which it is read; by default today.

    Raises:
        UsageError: Something that is given is not known, or the source is there already.
        InputError: The file cannot be written, or the book has no template for it.
    """
    if book.layout.root.name == "_resources":
        raise UsageError("the bundled book is part of an installed package: give --book DIR")
    template = read_template(book.layout.root / "data" / "templates" / "source.ttl.txt")
    evidence = _chosen("--evidence", wish.evidence, template.choices.get("evidence", ()))
    title = to_sparql(Literal(_line("--title", wish.title)))
    values = {"title": title, "evidence": evidence, "lead" if wish.is_lead else "firm": ""}
    values |= _dated(wish, today or date.today())  # noqa: DTZ011 - the author's own day
    if wish.is_inferred:
        values["inferred"] = "true"
    if wish.url is not None:
        values["url"] = _address(wish.url)
        _refuse_known_address(book, wish.url)
    publisher = _publisher(book, wish.publisher)
    values["publisher"] = publisher
    path = _place(book, wish, re.split(r"[:/#]", publisher.strip("<>"))[-1])
    values["slug"] = path.stem
    values["base"] = _namespace(book) + path.stem
    each = [_about(book, text) for text in wish.about]
    content = template.filled(values, each=each or [{"about": "company:?", "name": "?"}])
    read_rdf(path, content.encode())  # a template that gives broken Turtle is found here
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    with atomic_write(path) as file:
        file.write(content.encode())
    return path


def _chosen(option: str, given: str, known: Sequence[str]) -> str:
    """Return one of the values that the template knows; the first one where none is given."""
    if not given and known:
        return known[0]
    if given not in known:
        raise UsageError(
            f"{option}: no '{given}'.{did_you_mean(given, known)} Known: {', '.join(known)}"
        )
    return given


def _line(option: str, text: str) -> str:
    """Return a text of one line that says something."""
    if not text.strip():
        raise UsageError(f"{option}: is empty")
    if not text.isprintable():
        raise UsageError(f"{option}: must be one line of printable text")
    return " ".join(text.split())


def _dated(wish: Wish, today: date) -> dict[str, str]:
    """Return what the template says of the date: the period, or that there is none."""
    if wish.date is None:
        if wish.is_inferred:
            raise UsageError("--inferred needs the --date that was inferred")
        return {"undated": "true", "known": today.isoformat()}
    period = period_of(wish.date, today=today)
    return {
        "date": period.first.isoformat(),
        "precision": period.precision,
        # A source counts from the end of its period, or from today where that is not over
        "known": min(period.last, today).isoformat(),
    }


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_iri(url):
        raise UsageError(f"--url: '{url}' is not an http or https address")
    return url


def _refuse_known_address(book: Book, url: str) -> None:
    """Make sure that no source has this address: the same document is one source."""
    stated = re.compile(rb"schema:url\s+<" + re.escape(url.encode()) + rb">")
    for path in book.layout.data_files(leads=True):
        content = path.read_bytes()
        if stated.search(content) and b"<> a " in content:
            raise UsageError(f"--url: {path} is the file of the source at this address")


def _publisher(book: Book, text: str) -> str:
    """Return the CURIE of an organisation that the register knows."""
    try:
        found = book.names.lookup_one(text, type_curie=_ORGANIZATION, option="--publisher")
    except UsageError as error:
        raise UsageError(
            f"{error} A new publisher needs an entry first: "
            f'organization:{slug_of(text)} a {_ORGANIZATION} ; schema:name "…"@en . '
            "in data/register/organizations.ttl"
        ) from None
    return _short(book, found.value)


def _about(book: Book, text: str) -> dict[str, str]:
    short = _short(book, book.names.lookup_one(text, option="--about").value)
    return {"about": short, "name": re.split(r"[:/#]", short.strip("<>"))[-1]}


def _short(book: Book, iri: str) -> str:
    return curie(iri, book.prefixes) or f"<{iri}>"


def _place(book: Book, wish: Wish, publisher: str) -> Path:
    """Return the path of the new file, whose name no other source has."""
    slug = wish.slug if wish.slug is not None else slug_of(wish.title)
    if _SLUG.fullmatch(slug) is None:
        raise UsageError(
            f"--slug: '{slug}' is none; write lower-case letters, digits and single hyphens"
        )
    taken = {path.stem: path for path in book.layout.data_files(leads=True)}
    if wish.slug is None and wish.is_lead and slug in taken:
        slug = f"{slug}-lead"
    if slug in taken:
        raise UsageError(
            f"the source '{slug}' is there already: {taken[slug]}; choose another name with --slug"
        )
    part = "leads" if wish.is_lead else "sources"
    path = book.layout.root / "data" / part / publisher / f"{slug}.ttl"
    if path.exists():
        raise UsageError(f"{path}: is there already; choose another name with --slug")
    return path


def slug_of(title: str) -> str:
    """Return the words of a title in lower-case ASCII, joined by hyphens and not too long."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        joined = f"{slug}-{word}" if slug else word[:_LONGEST]
        if len(joined) > _LONGEST:
            break
        slug = joined
    return slug


def _namespace(book: Book) -> str:
    try:
        return book.prefixes["source"]
    except KeyError:
        raise InputError(
            f"{book.layout.context}: declares no prefix 'source', the namespace of sources"
        ) from None
