"""Create the file of a new source: its description, and examples of statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyoxigraph import Literal

from factbook.atomic_write import atomic_write
from factbook.errors import InputError, UsageError, did_you_mean
from factbook.new.source_template import read_template
from factbook.query.names import Names
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import curie, is_iri, make_slug, to_sparql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from factbook.book import Book

_ORGANIZATION = "schema:Organization"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE_FORMS = (
    ("day", re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)),
    ("month", re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)),
    ("quarter", re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)),
    ("year", re.compile(r"([0-9]{4})", re.ASCII)),
)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class SourceRequest:
    """What an author knows about a new source."""

    title: str
    publisher: str
    date: str | None
    url: str | None = None
    evidence: str = ""
    kind: str = ""
    date_read: str | None = None
    about: Sequence[str] = ()
    slug: str | None = None
    is_inferred: bool = False
    is_lead: bool = False


@dataclass(frozen=True)
class Period:
    """A calendar period, from its first to its last day."""

    precision: str
    first: date
    last: date


def create_source(book: Book, request: SourceRequest, *, today: date | None = None) -> Path:
    """Write the file of a new source and return its path.

    Args:
        book: The book that gets the source.
        request: What is known about the source.
        today: The day on which the author reads the source; by default today.

    Raises:
        UsageError: A value is not valid, or the source exists already.
        InputError: The file cannot be written, or the book has no template for it.
    """
    if book.layout.root.name == "_resources":
        raise UsageError("the bundled book is part of an installed package: give --book DIR")
    template = read_template(book.layout.root / "data" / "templates" / "source.ttl.txt")
    choices = template.choices.get("evidence", ("",))
    evidence = _check_choice("--evidence", request.evidence or choices[0], choices)
    title = to_sparql(Literal(_check_line("--title", request.title)))
    values = {"title": title, "evidence": evidence, "lead" if request.is_lead else "firm": ""}
    today = today or date.today()  # noqa: DTZ011 - the author's own day
    values |= _date_values(request, today)
    if request.kind:
        values["kind"] = _check_choice("--kind", request.kind, template.choices.get("kind", ()))
    if evidence not in template.unread:
        values["read"] = _check_day("--date-read", request.date_read or today.isoformat())
    if request.is_inferred:
        values["inferred"] = "true"
    if request.url is not None:
        values["url"] = _check_url(request.url)
        _require_new_url(book, request.url)
    publisher = _resolve_publisher(book, request.publisher)
    values["publisher"] = publisher
    path = _choose_path(book, request, _last_segment(publisher))
    values["slug"] = path.stem
    values["base"] = _source_namespace(book) + path.stem
    items = [_resolve_about(book, text) for text in request.about]
    content = template.render(values, items=items or [{"about": template.about, "name": "?"}])
    read_rdf(path, content.encode())  # reports a template that renders to broken Turtle
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    with atomic_write(path, new=True) as file:
        file.write(content.encode())
    return path


def parse_period(text: str, *, today: date) -> Period:
    """Return the period of a text such as 2025-03-31, 2025-03, 2025-Q1 or 2025.

    Raises:
        UsageError: The text is not a date, or the period starts in the future.
    """
    for precision, pattern in _DATE_FORMS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        year, *rest = map(int, match.groups())
        month = 3 * rest[0] - 2 if precision == "quarter" else rest[0] if rest else 1
        try:
            first = date(year, month, rest[1] if precision == "day" else 1)
        except ValueError:
            break
        if first > today:
            raise UsageError(f"--date: {text} is in the future; give the date of publication")
        last = first if precision == "day" else _last_day(first, _MONTHS[precision])
        return Period(precision, first, last)
    raise UsageError(
        f"--date: '{text}' is not a valid date; write it like 2025-03-31, 2025-03, 2025-Q1 or 2025"
    )


def _check_choice(option: str, value: str, choices: Sequence[str]) -> str:
    """Return a value that the template allows."""
    if value not in choices:
        raise UsageError(
            f"{option}: no '{value}'.{did_you_mean(value, choices)} Known: {', '.join(choices)}"
        )
    return value


def _check_day(option: str, text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise UsageError(f"{option}: '{text}' is not a day such as 2025-03-31")
    return text


def _check_line(option: str, text: str) -> str:
    """Return a text with single spaces; it must be one line and not empty."""
    if not text.strip():
        raise UsageError(f"{option}: is empty")
    if not text.isprintable():
        raise UsageError(f"{option}: must be one line of printable text")
    return " ".join(text.split())


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_iri(url):
        raise UsageError(f"--url: '{url}' is not an http or https address")
    return url


def _require_new_url(book: Book, url: str) -> None:
    """Raise an error if a source has this address: one document is one source."""
    statement = re.compile(rb"schema:url\s+<" + re.escape(url.encode()) + rb">")
    for path in book.layout.data_files(leads=True):
        content = path.read_bytes()
        if statement.search(content) and b"<> a " in content:
            raise UsageError(f"--url: {path} is already the source with this address")


def _date_values(request: SourceRequest, today: date) -> dict[str, str]:
    """Return the template's values for the date, or for a source without one."""
    if request.date is None:
        if request.is_inferred:
            raise UsageError("--inferred needs the --date that was inferred")
        return {"undated": "true", "known": today.isoformat()}
    period = parse_period(request.date, today=today)
    return {
        "date": period.first.isoformat(),
        "precision": period.precision,
        # A source is known from the end of its period, or from today if that is earlier
        "known": min(period.last, today).isoformat(),
    }


def _last_day(first: date, months: int) -> date:
    """Return the last day of a period of some months."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1) - timedelta(days=1)


def _resolve_publisher(book: Book, text: str) -> str:
    """Return the CURIE of an organization in the register."""
    try:
        publisher = Names.of(book).lookup_one(text, type_curie=_ORGANIZATION, option="--publisher")
    except UsageError as error:
        raise UsageError(
            f"{error} Add a new publisher to data/register/organizations.ttl first: "
            f'organization:{make_slug(text)} a {_ORGANIZATION} ; schema:name "…"@en .'
        ) from None
    return _shorten(book, publisher.value)


def _resolve_about(book: Book, text: str) -> dict[str, str]:
    short = _shorten(book, Names.of(book).lookup_one(text, option="--about").value)
    return {"about": short, "name": _last_segment(short)}


def _shorten(book: Book, iri: str) -> str:
    return curie(iri, book.prefixes) or f"<{iri}>"


def _last_segment(short: str) -> str:
    """Return the last part of a CURIE or of an IRI in brackets."""
    return re.split(r"[:/#]", short.strip("<>"))[-1]


def _choose_path(book: Book, request: SourceRequest, publisher: str) -> Path:
    """Return the path of the new file; no other source has its name."""
    slug = request.slug if request.slug is not None else make_slug(request.title)
    if _SLUG.fullmatch(slug) is None:
        raise UsageError(
            f"--slug: '{slug}' is not a valid slug: use lower-case letters, digits and hyphens"
        )
    existing = {path.stem: path for path in book.layout.data_files(leads=True)}
    if request.slug is None and request.is_lead and slug in existing:
        slug = f"{slug}-lead"
    if slug in existing:
        raise UsageError(
            f"the source '{slug}' already exists: {existing[slug]}; give another name with --slug"
        )
    part = "leads" if request.is_lead else "sources"
    path = book.layout.root / "data" / part / publisher / f"{slug}.ttl"
    if path.exists():
        raise UsageError(f"{path}: already exists; give another name with --slug")
    return path


def _source_namespace(book: Book) -> str:
    try:
        return book.prefixes["source"]
    except KeyError:
        raise InputError(
            f"{book.layout.context}: declares no prefix 'source', the namespace of sources"
        ) from None
