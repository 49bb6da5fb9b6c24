"""The prefix map of a book, which its JSON-LD context declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from factbook.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BUILT_IN = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "infra": "https://w3id.org/ai-infra/def#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "wikidata": "http://www.wikidata.org/entity/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The built-in prefixes of every book: those of standards, and infra."""
_NO_VOCABULARIES = {"infra", "unit", "wikidata"}
VOCABULARIES = tuple(iri for name, iri in _BUILT_IN.items() if name not in _NO_VOCABULARIES)
"""The namespaces of standards, whose local names are words."""


def read_context(path: Path) -> dict[str, object]:
    """Return the JSON-LD context of a book; a book without such a file has an empty context.

    Raises:
        InputError: The file is not a JSON-LD context.
    """
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}") from None
    context = document.get("@context") if isinstance(document, dict) else None
    if not isinstance(context, dict):
        raise InputError(f"{path}: has no object '@context'")
    return context


def prefixes_in(context: Mapping[str, object]) -> dict[str, str]:
    """Return the built-in prefixes, overridden by those that a context declares."""
    declared = {
        name: value
        for name, value in context.items()
        if isinstance(value, str) and value.endswith(("/", "#")) and not name.startswith("@")
    }
    return _BUILT_IN | declared
