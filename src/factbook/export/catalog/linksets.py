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
from factbook.link.compile import triple_of
from factbook.link.sets import POSITIVE, file_of, links_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Triple

    from factbook.layout import Layout


def linksets(dataset: NamedNode, layout: Layout, prefixes: Mapping[str, str]) -> Iterator[Triple]:
    """Yield what links the data set to others: the positive mappings that none denies.

    Raises:
        InputError: A file of mappings has a fault.
    """
    if not file_of(layout, POSITIVE).is_file():
        return
    links = links_of(layout)
    about = links[POSITIVE]
    found = Counter(
        (link["object_id"].partition(":")[0], triple_of(links, link)[1])
        for link in links.standing()
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
        if licence := about.about.get("license"):
            yield said(linkset, f"{DCTERMS}license", NamedNode(str(licence)))
        yield is_a(other, f"{VOID}Dataset")
        yield said(other, f"{VOID}uriSpace", Literal(about.expanded(f"{target}:")))
