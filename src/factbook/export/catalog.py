"""Write the catalogue of a book in DCAT 3 and VoID.

The ontology file with the one dcat:Dataset gives the title, licence, publisher, version and
anything else, which are copied unchanged. The catalogue adds counts, the mappings to other data
sets, a distribution with size and SHA-256 for each form that `export` writes, and the stored
queries. It does not depend on the time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import Literal, NamedNode, Quad, Triple

from factbook.errors import UsageError
from factbook.export.catalog_queries import describe_queries
from factbook.export.catalog_statistics import count_statements
from factbook.export.catalog_terms import (
    DCAT,
    DCTERMS,
    RDFS,
    SH,
    SPDX,
    VOID,
    count_triple,
    local_iri,
    short_word,
    triple,
    type_triple,
    typed_literal,
)
from factbook.export.export_book import (
    GRAPHML,
    default_format,
    write_canonical_export,
    write_export,
)
from factbook.export.profiles import profiles_of
from factbook.export.quads import TYPE
from factbook.export.rdf_writer import write_rdf
from factbook.export.selection import Part
from factbook.query.stored_queries import all_queries
from factbook.rdf.formats import BY_NAME
from factbook.rdf.mapping_files import POSITIVE, mapping_path, read_mapping_files
from factbook.rdf.parse import read_rdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factbook.book import Book

_DATASET = NamedNode(f"{DCAT}Dataset")
_CATALOG = NamedNode(f"{DCAT}Catalog")
_LICENCE = NamedNode(f"{DCTERMS}license")
_SHA256 = NamedNode(f"{SPDX}checksumAlgorithm_sha256")
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_GRAPHML_TYPE = "application/xml"
_PREFIXES = {"dcat": DCAT, "dcterms": DCTERMS, "rdfs": RDFS, "sh": SH, "spdx": SPDX, "void": VOID}
DOWNLOADS = {
    f"graph{BY_NAME[name].endings[0]}": name
    for name in ("turtle", "trig", "nt", "nquads", "json-ld", "xml")
}
"""The downloads of the whole graph of a served book, with their syntaxes."""
FILES = {file: name for file, name in DOWNLOADS.items() if name in {"turtle", "trig", "json-ld"}}
"""The downloads of a static site, without those that are several times as large."""
_CLASSES_OF_VALUES = {
    f"{DCTERMS}conformsTo": f"{DCTERMS}Standard",
    f"{DCTERMS}license": f"{DCTERMS}LicenseDocument",
}


def write_catalog(
    book: Book, name: str, out: IO[bytes], *, address: str | None = None, has_endpoint: bool = True
) -> None:
    """Write the catalogue in an RDF syntax.

    Args:
        book: The book.
        name: The syntax.
        out: Where to write it.
        address: The address at which the book is served, ending in '/'. The distributions are then
            `DOWNLOADS`, without sizes and hashes, and the endpoint is a service.
        has_endpoint: Whether a server answers queries there. Else the distributions are `FILES`.

    Raises:
        UsageError: The book describes no data set, or more than one, or is an endpoint.
        InputError: A file cannot be read.
    """
    all_prefixes = {**_PREFIXES, **book.prefixes}
    context = {**_PREFIXES, **book.context}
    write_rdf(
        _describe_book(book, address, has_endpoint=has_endpoint),
        name,
        out,
        prefixes=all_prefixes,
        context=context,
    )


def _describe_book(book: Book, address: str | None, *, has_endpoint: bool) -> Iterator[Triple]:
    if book.endpoint is not None:
        raise UsageError("--catalog describes the files of a book, not an endpoint")
    description = _read_description(book)
    dataset = _find_dataset(description, book)
    catalogs = [quad.subject for quad in description if _is_a(quad, _CATALOG)]
    catalog = catalogs[0] if catalogs and isinstance(catalogs[0], NamedNode) else dataset
    licences = [q.object for q in description if q.subject == dataset and q.predicate == _LICENCE]
    licence = licences[0] if licences and isinstance(licences[0], NamedNode) else None
    yield from _copy_description(description)
    yield type_triple(dataset, f"{VOID}Dataset")
    yield type_triple(dataset, f"{RDFS}Resource")  # DCAT-AP requires it of an accessURL
    yield from count_statements(dataset, set(Part().merge(book)), book.prefixes)
    yield from _describe_linksets(dataset, book)
    if address is None:
        yield from _describe_distributions(dataset, book, licence=licence)
    else:
        yield from _describe_downloads(dataset, address, licence=licence, has_endpoint=has_endpoint)
    yield from describe_queries(catalog, dataset, all_queries(book.layout.queries), book.prefixes)


def is_described(book: Book) -> bool:
    """Tell whether a book describes itself as a data set, which a catalogue needs."""
    return len({quad.subject for quad in _read_description(book) if _is_a(quad, _DATASET)}) == 1


def _read_description(book: Book) -> list[Quad]:
    for path in book.layout.ontology_files():
        quads = list(read_rdf(path).quads)
        if any(_is_a(quad, _DATASET) for quad in quads):
            return quads
    return []


def _find_dataset(description: Iterable[Quad], book: Book) -> NamedNode:
    datasets = {quad.subject for quad in description if _is_a(quad, _DATASET)}
    if len(datasets) == 1 and isinstance(node := datasets.pop(), NamedNode):
        return node
    raise UsageError(
        f"{book.layout.root / 'ontology'}: describe the book there as one dcat:Dataset, in a file "
        "of its own: dcterms:title, dcterms:license, dcterms:publisher, dcat:version"
    )


def _copy_description(description: Iterable[Quad]) -> Iterator[Triple]:
    """Yield the description, and the classes that DCAT-AP requires for its values."""
    for quad in description:
        yield Triple(quad.subject, quad.predicate, quad.object)
        class_ = _CLASSES_OF_VALUES.get(quad.predicate.value)
        if class_ is not None and isinstance(quad.object, NamedNode):
            yield type_triple(quad.object, class_)


def _is_a(quad: Quad, class_: NamedNode) -> bool:
    return quad.predicate == TYPE and quad.object == class_


def _describe_linksets(dataset: NamedNode, book: Book) -> Iterator[Triple]:
    """Yield a VoID linkset for each target and predicate of the mappings in effect.

    Raises:
        InputError: A file of mappings has a fault.
    """
    if not mapping_path(book.layout, POSITIVE).is_file():
        return
    files = read_mapping_files(book.layout)
    positive = files[POSITIVE]
    found = Counter(
        (row["object_id"].partition(":")[0], files.triple(row)[1]) for row in files.effective()
    )
    for (target, predicate), number in found.items():
        linkset = local_iri(dataset, "links", target, short_word(predicate, book.prefixes))
        other = local_iri(dataset, "target", target)
        yield triple(dataset, f"{VOID}subset", linkset)
        yield type_triple(linkset, f"{VOID}Linkset")
        yield triple(linkset, f"{VOID}subjectsTarget", dataset)
        yield triple(linkset, f"{VOID}objectsTarget", other)
        yield triple(linkset, f"{VOID}linkPredicate", NamedNode(predicate))
        yield count_triple(linkset, f"{VOID}triples", number)
        if licence := positive.metadata.get("license"):
            yield triple(linkset, f"{DCTERMS}license", NamedNode(str(licence)))
        yield type_triple(other, f"{VOID}Dataset")
        yield triple(other, f"{VOID}uriSpace", Literal(positive.expand(f"{target}:")))


@dataclass(frozen=True)
class _Form:
    """One way to export a whole book to one file."""

    name: str
    part: Part
    format: str
    arguments: str
    """The arguments of `factbook export` that write it."""
    is_canonical: bool = False

    @property
    def media_type(self) -> str:
        """The media type of the file."""
        return _GRAPHML_TYPE if self.format == GRAPHML else BY_NAME[self.format].media_type

    def write(self, book: Book, out: IO[bytes]) -> None:
        """Write the export."""
        if self.is_canonical:
            write_canonical_export(book, self.part, out)
        else:
            write_export(book, self.part, self.format, out)


def _forms(book: Book) -> Iterator[_Form]:
    for name in (*BY_NAME, GRAPHML):
        yield _Form(name, Part(), name, f"-f {name}")
    yield _Form("canonical", Part(), "nquads", "--canonical", is_canonical=True)
    yield _Form("rdf12", Part(rdf12=True), "turtle", "--rdf12")
    for profile in profiles_of(book):
        part = Part(profile=profile)
        yield _Form(profile, part, default_format(book, part), f"--profile {profile}")


def _describe_distributions(
    dataset: NamedNode, book: Book, *, licence: NamedNode | None
) -> Iterator[Triple]:
    """Yield the description of each form of export, with its size and hash."""
    yield type_triple(_SHA256, f"{SPDX}ChecksumAlgorithm")
    for form in _forms(book):
        file = _MeasuringWriter()
        form.write(book, cast("IO[bytes]", file))
        node = local_iri(dataset, form.name)
        checksum = local_iri(dataset, form.name, "checksum")
        media_type = NamedNode(_MEDIA_TYPES + form.media_type)
        digest = typed_literal(file.sha256.hexdigest(), "hexBinary")
        yield triple(dataset, f"{DCAT}distribution", node)
        yield type_triple(node, f"{DCAT}Distribution")
        yield triple(node, f"{DCTERMS}title", f"factbook export {form.arguments}")
        yield triple(node, f"{DCAT}accessURL", dataset)
        yield triple(node, f"{DCAT}mediaType", media_type)
        yield type_triple(media_type, f"{DCTERMS}MediaType")
        yield triple(node, f"{DCAT}byteSize", typed_literal(str(file.size), "nonNegativeInteger"))
        yield triple(node, f"{SPDX}checksum", checksum)
        yield type_triple(checksum, f"{SPDX}Checksum")
        yield triple(checksum, f"{SPDX}algorithm", _SHA256)
        yield triple(checksum, f"{SPDX}checksumValue", digest)
        if licence is not None:
            yield triple(node, f"{DCTERMS}license", licence)


def _describe_downloads(
    dataset: NamedNode, address: str, *, licence: NamedNode | None, has_endpoint: bool
) -> Iterator[Triple]:
    """Yield the description of the downloads of a served book, and of its endpoint."""
    for file, name in (DOWNLOADS if has_endpoint else FILES).items():
        node = local_iri(dataset, name)
        url = NamedNode(f"{address}data/{file}")
        media_type = NamedNode(_MEDIA_TYPES + BY_NAME[name].media_type)
        yield triple(dataset, f"{DCAT}distribution", node)
        yield triple(dataset, f"{VOID}dataDump", url)
        yield type_triple(node, f"{DCAT}Distribution")
        yield triple(node, f"{DCTERMS}title", file)
        yield triple(node, f"{DCAT}accessURL", url)
        yield triple(node, f"{DCAT}downloadURL", url)
        yield type_triple(url, f"{RDFS}Resource")
        yield triple(node, f"{DCAT}mediaType", media_type)
        yield type_triple(media_type, f"{DCTERMS}MediaType")
        if licence is not None:
            yield triple(node, f"{DCTERMS}license", licence)
    if not has_endpoint:
        return
    service, endpoint = local_iri(dataset, "sparql"), NamedNode(f"{address}sparql")
    yield triple(dataset, f"{VOID}sparqlEndpoint", endpoint)
    yield type_triple(service, f"{DCAT}DataService")
    yield triple(service, f"{DCTERMS}title", "SPARQL endpoint")
    yield triple(service, f"{DCAT}endpointURL", endpoint)
    yield triple(service, f"{DCAT}servesDataset", dataset)
    yield type_triple(endpoint, f"{RDFS}Resource")


class _MeasuringWriter:
    """A file that records only the size and the hash of what is written to it."""

    def __init__(self) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.size += len(content)
        self.sha256.update(content)
        return len(content)

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)
