"""Describe pages for machines: signposting links, and schema.org JSON-LD for their heads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from factbook.rdf.terms import XSD
from factbook.sparql.bind import bind
from factbook.store.answers import select
from factbook.web.site import current_site

if TYPE_CHECKING:
    from factbook.rdf.terms import Term

SCHEMA: Final = "https://schema.org/"
DATA_ENDINGS: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
_MOST_VALUES: Final = 100
_TYPES: Final = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?type WHERE { ?thing a/rdfs:subClassOf* ?type } ORDER BY ?type"""
_VALUES: Final = f"""SELECT DISTINCT ?p ?o WHERE {{ ?thing ?p ?o
  FILTER(STRSTARTS(STR(?p), "{SCHEMA}")) }} ORDER BY ?p ?o LIMIT {_MOST_VALUES}"""
_NUMBERS: Final = {f"{XSD}integer", f"{XSD}decimal"}


class Link(NamedTuple):
    """A typed link of a page."""

    href: str
    rel: str
    type: str = ""

    def __str__(self) -> str:
        media_type = f'; type="{self.type}"' if self.type else ""
        return f'<{self.href}>; rel="{self.rel}"{media_type}'


def links_of(iri: str, ending: str = "html") -> list[Link]:
    """Return the links of a representation of a thing (FAIR signposting).

    Args:
        iri: The thing.
        ending: Where the links are: 'html' for its page, 'ttl', 'jsonld' or 'nt' for its data.
    """
    site = current_site()
    links = [Link(iri, "cite-as")]
    if ending != "html":
        links = [Link(iri, "describes")]
    for other, media_type in DATA_ENDINGS.items():
        if other != ending:
            rel = "describedby" if ending == "html" else "alternate"
            links.append(Link(site.addresses.path(iri, other), rel, media_type))
    if ending != "html":
        links.append(Link(site.addresses.path(iri, "html"), "alternate", "text/html"))
    if site.licence:
        links.append(Link(site.licence, "license"))
    types = [t for t in _types(iri) if t.startswith(SCHEMA)] if ending == "html" else []
    links += [Link(each, "type") for each in types]
    return links


def link_header(links: list[Link]) -> str:
    """Return links as the value of one Link header."""
    return ", ".join(map(str, links))


def schema_org(iri: str) -> Markup | None:
    """Return the statements in terms of schema.org as JSON-LD for a script element.

    Returns:
        The document, or None if the thing has no class of schema.org.
    """
    types = [each.removeprefix(SCHEMA) for each in _types(iri) if each.startswith(SCHEMA)]
    if not types:
        return None
    found: dict[str, Any] = {"@context": SCHEMA, "@id": iri, "@type": types}
    rows = select(current_site().book.engine, bind(_VALUES, {"thing": NamedNode(iri)}))
    for name, value in rows:
        if isinstance(name, NamedNode) and value is not None:
            found.setdefault(name.value.removeprefix(SCHEMA), []).append(_to_json(value))
    single = {
        name: each[0] if type(each) is list and len(each) == 1 else each
        for name, each in found.items()
    }
    # Inside a script element, a '<' could end it
    text = json.dumps(single)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def _types(iri: str) -> list[str]:
    rows = select(current_site().book.engine, bind(_TYPES, {"thing": NamedNode(iri)}))
    return [each.value for (each,) in rows if isinstance(each, NamedNode)]


def _to_json(term: Term) -> object:
    if isinstance(term, NamedNode):
        return {"@id": term.value}
    if isinstance(term, Literal):
        if term.datatype.value in _NUMBERS:
            return json.loads(term.value) if term.value.lstrip("-").isdigit() else term.value
        return {"@value": term.value, "@language": term.language} if term.language else term.value
    return str(term)
