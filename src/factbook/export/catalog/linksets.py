"""Describe the mappings to other data sets as VoID linksets, one for each target and predicate."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from factbook.export.catalog.names import (
    DCTERMS,
    VOID,
    count,
    is_a,
    part_of,
    said,
    word_for,
)
from factbook.rdf.mapping_files import POSITIVE, mapping_path, read_mapping_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Triple

    from factbook.layout import Layout


def linksets(dataset: NamedNode, layout: Layout, prefixes: Mapping[str, str]) -> Iterator[Triple]:
    """Yield what links the data set to others: the positive mappings that none denies.

    Raises:
        InputError: A file of mappings has a fault.
    """
    if not mapping_path(layout, POSITIVE).is_file():
        return
    files = read_mapping_files(layout)
    positive = files[POSITIVE]
    found = Counter(
        (row["object_id"].partition(":")[0], files.triple(row)[1]) for row in files.effective()
    )
    for (target, predicate), number in found.items():
        linkset = part_of(dataset, "links", target, word_for(predicate, prefixes))
        other = part_of(dataset, "target", target)
        yield said(dataset, f"{VOID}subset", linkset)
        yield is_a(linkset, f"{VOID}Linkset")
        yield said(linkset, f"{VOID}subjectsTarget", dataset)
        yield said(linkset, f"{VOID}objectsTarget", other)
        yield said(linkset, f"{VOID}linkPredicate", NamedNode(predicate))
        yield count(linkset, f"{VOID}triples", number)
        if licence := positive.metadata.get("license"):
            yield said(linkset, f"{DCTERMS}license", NamedNode(str(licence)))
        yield is_a(other, f"{VOID}Dataset")
        yield said(other, f"{VOID}uriSpace", Literal(positive.expand(f"{target}:")))
