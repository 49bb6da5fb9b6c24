"""Load large files into a data graph: the engine reads them while their literals are looked at.

The store reads each file by itself, on another core than the scan for literals that it rewrites.
It gives blank nodes new labels, so a rewritten value of one is found again by property and value.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from factbook.rdf.lexical import is_ill_typed
from factbook.rdf.parse import RdfFile, open_rdf
from factbook.rdf.unpack import open_unpacked, reading
from factbook.shacl.data_graph import (
    DataGraph,
    add_noncanonical,
    is_valid_if_canonical,
)
from factbook.store.literal_forms import is_canonical, is_rewritten_kind, stored_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from factbook.rdf.parse import RdfStream
    from factbook.rdf.rdf_input import RdfInput
    from factbook.rdf.terms import Term

    BlankKey: TypeAlias = tuple[NamedNode, Term]

_BULK = {"turtle", "nt", "xml"}
"""The syntaxes without named graphs that the store reads as it is."""
_DEFAULT = DefaultGraph()


def load_files(
    files: Sequence[RdfFile | RdfInput],
    *,
    open_file: Callable[[RdfInput], RdfStream] = open_rdf,
) -> DataGraph | None:
    """Return a data graph of files, or None where only reading quad by quad gives the right one.

    Args:
        files: The files: parsed ones, and large ones to be read.
        open_file: Opens a large file for the scan, such as one that tells the progress.

    Raises:
        InputError: A file cannot be read or is not valid.
    """
    graph = DataGraph(Store(), properties=set())
    scan = _Scan(graph)
    with ThreadPoolExecutor(1) as loader:
        for file in files:
            if isinstance(file, RdfFile):
                graph.store.extend(_merged(file.quads))
                scan.look_at(file.quads)
                continue
            stream = open_file(file)
            if stream.syntax.name not in _BULK:
                return None
            pending = loader.submit(_bulk_load, graph.store, file, stream)
            scan.look_at(stream.quads)
            pending.result()
    return graph if scan.put_right() else None


def _bulk_load(store: Store, file: RdfInput, stream: RdfStream) -> None:
    with reading(file.path), open_unpacked(file.path) as content:
        is_as_it_is = content.tell() == 0 and _is_plain(file.path)
        store.bulk_load(
            None if is_as_it_is else content,
            path=str(file.path) if is_as_it_is else None,
            format=stream.syntax.parser,
            base_iri=file.address,
        )


def _is_plain(path: Path) -> bool:
    return path.suffix != ".gz"


def _merged(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        if quad.graph_name == _DEFAULT:
            yield quad
        else:
            yield Quad(quad.subject, quad.predicate, quad.object)


class _Scan:
    """Looks at the literals of quads, and puts right what the store made of them."""

    def __init__(self, graph: DataGraph) -> None:
        self._graph = graph
        self._rewritten: list[Quad] = []
        self._ill_typed: list[Quad] = []
        # Hashes of triples, and of the properties and values of blank nodes, in canonical form
        self._canonical: set[int] = set()

    def look_at(self, quads: Iterable[Quad]) -> None:
        """Note the properties, and the quads with literals that need attention.

        With millions of quads this takes as long as the store needs to read them.
        """
        properties = self._graph.properties
        assert properties is not None  # noqa: S101 - set by `load_files`
        size = 0
        for quad in quads:
            size += 1
            properties.add(quad.predicate)
            value = quad.object
            if type(value) is not Literal:
                continue
            datatype = value.datatype.value
            if not is_rewritten_kind(datatype):
                continue
            is_kept = is_canonical(value)
            if is_kept:
                self._canonical.add(_key(quad, value))
            else:
                self._rewritten.append(quad)
            if not (is_kept and is_valid_if_canonical(datatype)) and is_ill_typed(
                value.value, datatype
            ):
                self._ill_typed.append(quad)
        self._graph.size += size

    def put_right(self) -> bool:
        """Move the triples that the store rewrote out of the default graph.

        Returns:
            Whether it is clear which ones these are: not so if some blank nodes have one value of
            a property in several forms.
        """
        stored = stored_forms({quad.object for quad in (*self._rewritten, *self._ill_typed)})
        forms: dict[BlankKey, set[Term]] = defaultdict(set)
        named = []
        for quad in self._rewritten:
            if isinstance(quad.subject, BlankNode):
                forms[quad.predicate, stored[quad.object]].add(quad.object)
            else:
                named.append(quad)
        if any(len(each) > 1 or hash(key) in self._canonical for key, each in forms.items()):
            return False
        of_blank_nodes = [
            Quad(node, predicate, form)
            for (predicate, value), (form,) in forms.items()
            for node in self._blank_subjects(predicate, value)
        ]
        store = self._graph.store
        for quad in (*named, *of_blank_nodes):
            value = stored[quad.object]
            twin = Quad(quad.subject, quad.predicate, value)
            is_blank = isinstance(quad.subject, BlankNode)
            if is_blank or _key(twin, value) not in self._canonical:
                store.remove(twin)
        self._graph.noncanonical += (_triple(quad) for quad in named)
        self._graph.noncanonical += of_blank_nodes
        self._graph.ill_typed += self._relabelled(stored)
        add_noncanonical(self._graph)
        return True

    def _relabelled(self, stored: dict[Term, Term]) -> Iterator[Quad]:
        """Yield the ill-typed quads with the labels that the store gave to blank nodes."""
        done = set()
        for quad in self._ill_typed:
            if not isinstance(quad.subject, BlankNode):
                yield _triple(quad)
                continue
            key = (quad.predicate, quad.object)
            if key in done:
                continue
            done.add(key)
            for node in self._blank_subjects(quad.predicate, stored[quad.object]):
                yield Quad(node, quad.predicate, quad.object)
            for each in self._graph.noncanonical:
                if (each.predicate, each.object) == key and isinstance(each.subject, BlankNode):
                    yield each

    def _blank_subjects(self, predicate: NamedNode, value: Term) -> list[BlankNode]:
        found = self._graph.store.quads_for_pattern(None, predicate, value, _DEFAULT)
        return [quad.subject for quad in found if isinstance(quad.subject, BlankNode)]


def _key(quad: Quad, value: Term) -> int:
    subject = quad.subject
    if isinstance(subject, BlankNode):
        return hash((quad.predicate, value))
    return hash((subject, quad.predicate, value))


def _triple(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object)
