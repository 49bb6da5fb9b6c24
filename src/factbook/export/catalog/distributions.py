"""Measure what `export` writes: a distribution for each form, with its size and SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import NamedNode

from factbook.export.catalog.names import DCAT, DCTERMS, SPDX, is_a, part_of, said, typed
from factbook.export.export_book import (
    GRAPHML,
    Part,
    format_of,
    write_canonical_export,
    write_export,
)
from factbook.export.profiles import profiles_of
from factbook.rdf.formats import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple

    from factbook.book import Book

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_SHA256 = NamedNode(f"{SPDX}checksumAlgorithm_sha256")
_GRAPHML_TYPE = "application/xml"


@dataclass(frozen=True)
class Form:
    """One way to export a book."""

    name: str
    part: Part
    format: str
    arguments: str
    """Those of `factbook export` that write it."""
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


def forms(book: Book) -> Iterator[Form]:
    """Yield the forms in which a book is exported whole, to one file."""
    for name in (*BY_NAME, GRAPHML):
        yield Form(name, Part(), name, f"-f {name}")
    yield Form("canonical", Part(), "nquads", "--canonical", is_canonical=True)
    yield Form("rdf12", Part(rdf12=True), "turtle", "--rdf12")
    for profile in profiles_of(book):
        part = Part(profile=profile)
        yield Form(profile, part, format_of(book, part), f"--profile {profile}")


def distributions(dataset: NamedNode, book: Book, *, licence: NamedNode | None) -> Iterator[Triple]:
    """Yield the description of each form.

    Raises:
        InputError: A file of the book cannot be read.
    """
    yield is_a(_SHA256, f"{SPDX}ChecksumAlgorithm")
    for form in forms(book):
        measured = _Measured()
        form.write(book, cast("IO[bytes]", measured))
        node = part_of(dataset, form.name)
        checksum = part_of(dataset, form.name, "checksum")
        media_type = NamedNode(_MEDIA_TYPES + form.media_type)
        yield said(dataset, f"{DCAT}distribution", node)
        yield is_a(node, f"{DCAT}Distribution")
        yield said(node, f"{DCTERMS}title", f"factbook export {form.arguments}")
        yield said(node, f"{DCAT}accessURL", dataset)
        yield said(node, f"{DCAT}mediaType", media_type)
        yield is_a(media_type, f"{DCTERMS}MediaType")
        yield said(node, f"{DCAT}byteSize", typed(str(measured.bytes), "nonNegativeInteger"))
        yield said(node, f"{SPDX}checksum", checksum)
        yield is_a(checksum, f"{SPDX}Checksum")
        yield said(checksum, f"{SPDX}algorithm", _SHA256)
        yield said(
            checksum, f"{SPDX}checksumValue", typed(measured.sha256.hexdigest(), "hexBinary")
        )
        if licence is not None:
            yield said(node, f"{DCTERMS}license", licence)


class _Measured:
    """A file that keeps nothing but the size and the hash of what is written to it."""

    def __init__(self) -> None:
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.bytes += len(content)
        self.sha256.update(content)
        return len(content)

    def writelines(self, lines: list[bytes]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: there is nothing to write out."""
