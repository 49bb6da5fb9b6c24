"""A small invented book, and a real endpoint with a sample in the form of Wikidata."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse

from factbook.api import Book

if TYPE_CHECKING:
    from tests.conftest import Servers

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PREFIXES = {
    "company": "https://w3id.org/ai-infra/company/",
    "infra": "https://w3id.org/ai-infra/def#",
    "schema": "https://schema.org/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wikidata": "http://www.wikidata.org/entity/",
}
COLUMNS = (
    "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tconfidence"
)


@dataclass(frozen=True)
class Small:
    """The folder of the small book and the address of its endpoint."""

    folder: Path
    address: str

    @property
    def book(self) -> Book:
        """The book, freshly opened."""
        return Book(self.folder, cache=False)

    def file(self, role: str) -> Path:
        """Return the mapping file of a role."""
        return self.folder / "data" / "links" / f"{role}.sssom.tsv"

    def links(self, role: str, *rows: str) -> None:
        """Write mappings; spaces separate cells, `-` is an empty cell."""
        lines = ["\t".join("" if c == "-" else c for c in row.split()) for row in rows]
        self.file(role).write_text("\n".join([header(role), COLUMNS, *lines, ""]), encoding="utf-8")

    def map_pages(self, role: str, address: str, *pages: str) -> None:
        """Map a thing to each of some pages of a server."""
        row = "company:elm schema:sameAs - page:{} semapv:ManualMappingCuration 1"
        self.links(role, *(row.format(page) for page in pages))
        text = self.file(role).read_text(encoding="utf-8")
        text = text.replace("#curie_map:\n", f"#curie_map:\n#  page: {address}\n")
        self.file(role).write_text(text, encoding="utf-8")


def header(role: str) -> str:
    """Return the header of a mapping file."""
    name = "mappings" if role == "positive" else f"mappings-{role}"
    lines = [
        f"mapping_set_id: https://w3id.org/ai-infra/source/{name}",
        "mapping_set_version: '2026-11-23'",
        "license: https://creativecommons.org/licenses/by/4.0/",
        "other: 'term prefixes: infra'",
        "curie_map:",
        *(f"  {prefix}: {iri}" for prefix, iri in PREFIXES.items()),
    ]
    return "\n".join(f"#{line}" for line in lines)


@pytest.fixture(scope="session")
def wikidata(servers: Servers) -> str:
    """Serve the sample and return its address."""
    sample = parse(path=str(HERE / "sample.ttl"), format=RdfFormat.TURTLE)
    return servers.oxigraph(sample).query


@pytest.fixture
def small(wikidata: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Create the small book with the checkout's ontology and queries."""
    monkeypatch.setenv("FACTBOOK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "small"
    shutil.copytree(HERE / "book", folder)
    (folder / "ontology").mkdir()
    for part in (ROOT / "ontology").iterdir():
        if part.name == "endpoints.ttl":
            text = part.read_text(encoding="utf-8")
            text = text.replace("https://query.wikidata.org/sparql", wikidata)
            (folder / "ontology" / part.name).write_text(text, encoding="utf-8")
        elif part.name == "alignment.ttl":
            shutil.copy(part, folder / "ontology")
        elif part.name == "schemes":
            shutil.copytree(part, folder / "ontology" / part.name)
        else:
            (folder / "ontology" / part.name).symlink_to(part)
    (folder / "queries").symlink_to(ROOT / "queries")
    (folder / "data" / "links").mkdir()
    made = Small(folder, wikidata)
    for role in ("positive", "negative", "unsure", "predicted"):
        made.links(role)
    return made
