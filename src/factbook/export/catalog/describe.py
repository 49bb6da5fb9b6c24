"""Make the catalogue of a book: what its own description says, and all that can be counted.

The description is the file of the ontology that holds one dcat:Dataset: title, licence, publisher,
version and what else it says are taken over as they stand. Nothing depends on the time.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, Triple

from factbook.errors import UsageError
from factbook.export.catalog.distributions import distributions
from factbook.export.catalog.linksets import linksets
from factbook.export.catalog.names import DCAT, DCTERMS, RDFS, SH, SPDX, VOID, is_a
from factbook.export.catalog.partitions import partitions
from factbook.export.catalog.queries import executables
from factbook.export.export_book import Part
from factbook.export.names import TYPE
from factbook.export.rdf_writer import write_rdf
from factbook.query.catalog import all_queries
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.book import Book

_DATASET = NamedNode(f"{DCAT}Dataset")
_CATALOG = NamedNode(f"{DCAT}Catalog")
_LICENCE = NamedNode(f"{DCTERMS}license")
_PREFIXES = {"dcat": DCAT, "dcterms": DCTERMS, "rdfs": RDFS, "sh": SH, "spdx": SPDX, "void": VOID}
_CLASSES = {
    f"{DCTERMS}conformsTo": f"{DCTERMS}Standard",
    f"{DCTERMS}license": f"{DCTERMS}LicenseDocument",
}


def catalogue(book: Book) -> Iterator[Triple]:
    """Yield the catalogue.

    Raises:
        UsageError: The book describes no data set, or more than one, or is an endpoint.
        InputError: A file cannot be read.
    """
    if book.endpoint is not None:
        raise UsageError("--catalog describes the files of a book, not an endpoint")
    description = _description(book)
    dataset = _only(description, _DATASET, book)
    catalogs = [quad.subject for quad in description if _is(quad, _CATALOG)]
    catalog = catalogs[0] if catalogs and isinstance(catalogs[0], NamedNode) else dataset
    licences = [q.object for q in description if q.subject == dataset and q.predicate == _LICENCE]
    licence = licences[0] if licences and isinstance(licences[0], NamedNode) else None
    yield from _taken_over(description)
    yield is_a(dataset, f"{VOID}Dataset")
    yield is_a(dataset, f"{RDFS}Resource")  # DCAT-AP asks it of what accessURL leads to
    yield from partitions(dataset, set(Part().merge(book)), book.prefixes)
    yield from linksets(dataset, book.layout, book.prefixes)
    yield from distributions(dataset, book, licence=licence)
    yield from executables(catalog, dataset, all_queries(book.layout.queries), book.prefixes)


def write_catalog(book: Book, name: str, out: IO[bytes]) -> None:
    """Write the catalogue in an RDF syntax; see `catalogue`."""
    known = {**_PREFIXES, **book.prefixes}
    write_rdf(catalogue(book), name, out, prefixes=known, context={**_PREFIXES, **book.context})


def _taken_over(description: Iterable[Quad]) -> Iterator[Triple]:
    """Yield what the description says, and of what it refers to the classes that DCAT-AP asks."""
    for quad in description:
        yield Triple(quad.subject, quad.predicate, quad.object)
        class_ = _CLASSES.get(quad.predicate.value)
        if class_ is not None and isinstance(quad.object, NamedNode):
            yield is_a(quad.object, class_)


def _description(book: Book) -> list[Quad]:
    for path in book.layout.ontology_files():
        quads = list(read_rdf(path).quads)
        if any(_is(quad, _DATASET) for quad in quads):
            return quads
    return []


def _only(description: Iterable[Quad], class_: NamedNode, book: Book) -> NamedNode:
    found = {quad.subject for quad in description if _is(quad, class_)}
    if len(found) == 1 and isinstance(node := found.pop(), NamedNode):
        return node
    raise UsageError(
        f"{book.layout.root / 'ontology'}: describe the book there as one dcat:Dataset, in a file "
        "of its own: dcterms:title, dcterms:license, dcterms:publisher, dcat:version"
    )


def _is(quad: Quad, class_: NamedNode) -> bool:
    return quad.predicate == TYPE and quad.object == class_
