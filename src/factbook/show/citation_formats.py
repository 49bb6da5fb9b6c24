"""Write citations as text, as BibTeX and as CSL-JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from factbook.errors import UsageError, did_you_mean
from factbook.render.humanize import format_date
from factbook.render.markup import drop_empty, format_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from factbook.show.citation import Citation, Dataset, Document

TEXT, BIBTEX, CSL_JSON = "text", "bibtex", "csl-json"
FORMATS = (TEXT, BIBTEX, CSL_JSON)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9._:+-]+")
# BibTeX counts a brace even after a backslash, so braces must stay balanced
_TEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{character: f"\\{character}" for character in "&%$#_"},
}
_PARTS = {"year": 1, "quarter": 1, "month": 2, "day": 3}


def write_citations(citations: Iterable[Citation], form: str) -> str:
    """Return citations in a format.

    Raises:
        UsageError: There is no such format.
    """
    if form not in FORMATS:
        raise UsageError(
            f"no format '{form}'.{did_you_mean(form, FORMATS)} Known: {', '.join(FORMATS)}"
        )
    write = {TEXT: as_text, BIBTEX: as_bibtex, CSL_JSON: as_csl_json}[form]
    return write(list(_with_own_keys(citations)))


def _with_own_keys(citations: Iterable[Citation]) -> Iterator[Citation]:
    """Yield the citations with keys that are unique and valid in BibTeX."""
    used_keys: set[str] = set()
    for cited in citations:
        key = _NOT_IN_KEY.sub("-", cited.key).strip("-") or "cited"
        names = chain([key], (f"{key}-{number}" for number in count(2)))
        unique_key = next(name for name in names if name.casefold() not in used_keys)
        used_keys.add(unique_key.casefold())
        yield replace(cited, key=unique_key)


def as_text(citations: Iterable[Citation]) -> str:
    """Return a line for each citation."""
    return "".join(f"{_to_line(citation)}\n" for citation in citations)


def _to_line(cited: Citation) -> str:
    dataset = f"In {_describe_dataset(cited.dataset)}. {cited.iri} (asked {_asked(cited)})."
    documents = " ".join(map(_describe_document, cited.documents))
    if cited.is_source:
        return f"{documents} {dataset}"
    kind = f" ({cited.kind})" if cited.kind else ""
    return " ".join(filter(None, (f"{_end(cited.title + kind)}", documents, dataset)))


def _describe_document(document: Document) -> str:
    published = format_date(document.published, document.precision) or "undated"
    parts = (
        ", ".join(document.authors),
        document.title,
        ", ".join(filter(None, (document.publisher, published))),
    )
    words = " ".join(_end(part) for part in parts if part)
    address = document.address or document.archived
    read = f" (read {format_date(document.read)})" if document.read else ""
    return f"{words} {address}{read}." if address else words


def _describe_dataset(dataset: Dataset) -> str:
    version = f"version {dataset.version}" if dataset.version else ""
    return ", ".join(filter(None, (dataset.title, version, dataset.publisher)))


def _end(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!", "…")) else f"{sentence}."


def _asked(cited: Citation) -> str:
    return format_date(cited.asked.isoformat())


def as_bibtex(citations: Iterable[Citation]) -> str:
    """Return entries for BibTeX and biblatex, in UTF-8, with TeX's special characters escaped.

    Braces keep capitals, and names that contain "and" in one piece.
    """
    return "\n".join(_to_entry(citation) for citation in citations)


def _to_entry(cited: Citation) -> str:
    document = cited.documents[0] if cited.is_source else None
    authors: Sequence[str] = (cited.dataset.publisher,)
    note = f"In {_describe_dataset(cited.dataset)}, {cited.iri}, asked {_asked(cited)}"
    fields = {"title": _guard(cited.title)}
    if document is not None:
        authors = document.authors or (document.publisher,)
        fields["howpublished"] = _escape(document.publisher)
        fields |= _date_fields(document)
        fields["url"] = _to_address(document.address or document.archived)
        fields["urldate"] = document.read
    else:
        stated = " ".join(map(_describe_document, cited.documents))
        note = f"{stated} {note}" if stated else note
        fields["url"] = _to_address(cited.iri)
        fields["urldate"] = cited.asked.isoformat()
    fields = {"author": " and ".join(map(_guard, filter(None, authors))), **fields}
    fields["version"] = "" if document is not None else _escape(cited.dataset.version)
    fields["note"] = _escape(note)
    lines = [
        f"  {name} = {value if name == 'month' else '{' + value + '}'},\n"
        for name, value in fields.items()
        if value
    ]
    return f"@misc{{{cited.key},\n{''.join(lines)}}}\n"


def _date_fields(document: Document) -> dict[str, str]:
    """Return the year, and the month if it is known."""
    year, *rest = document.published.split("-")
    known = _PARTS.get(document.precision, len(_PARTS))
    fields = {"year": year}
    if rest and known > 1:
        fields["month"] = _MONTHS[int(rest[0]) - 1]
    return fields


def _guard(text: str) -> str:
    """Return a text in braces, which keep styles from changing it."""
    return f"{{{_escape(text)}}}" if text else ""


def _escape(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _to_address(iri: str) -> str:
    """Percent-encode the characters that break an entry: braces, backslashes and spaces."""
    return quote(iri, safe="/:?#[]@!$&'()*+,;=%~-._")


def as_csl_json(citations: Iterable[Citation]) -> str:
    """Return the citations as CSL-JSON, which Zotero, Pandoc and others read."""
    return format_json([drop_empty(_to_item(citation)) for citation in citations])


def _to_item(cited: Citation) -> dict[str, Any]:
    dataset = cited.dataset
    item: dict[str, Any] = {"id": cited.key, "title": cited.title}
    note = f"In {_describe_dataset(dataset)}, {cited.iri}, asked {cited.asked.isoformat()}"
    if cited.is_source:
        document = cited.documents[0]
        return item | {
            "type": "webpage" if document.address else "document",
            "author": [{"literal": name} for name in document.authors or (document.publisher,)],
            "publisher": document.publisher,
            "issued": _date_parts(document.published, document.precision),
            "accessed": _date_parts(document.read),
            "URL": document.address,
            "archive_location": document.archived,
            "note": note,
        }
    stated = " ".join(map(_describe_document, cited.documents))
    return item | {
        "type": "entry",
        "genre": cited.kind,
        "author": [{"literal": dataset.publisher}] if dataset.publisher else [],
        "container-title": dataset.title,
        "version": dataset.version,
        "URL": cited.iri,
        "accessed": _date_parts(cited.asked.isoformat()),
        "references": stated,
    }


def _date_parts(day: str, precision: str = "day") -> dict[str, Any]:
    if not day:
        return {}
    return {"date-parts": [[int(part) for part in day.split("-")][: _PARTS.get(precision, 3)]]}
