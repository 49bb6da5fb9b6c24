"""Load large files into a data graph: the engine reads them while their literals are looked at.

The store reads each file by itself, on another core than the scan for literals that it rewrites.
It gives blank nodes new labels, so a rewritten value of one is found again by property and value.
"""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias, cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from factbook.rdf.lexical import is_ill_typed
from factbook.rdf.parse import RdfFile, open_rdf
from factbook.rdf.terms import XSD
from factbook.rdf.unpack import open_unpacked, reading
from factbook.shacl.data_graph import (
    DataGraph,
    add_noncanonical,
    is_valid_if_canonical,
)
from factbook.store.literal_forms import is_canonical, is_rewritten_kind, stored_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from typing_extensions import Buffer

    from factbook.rdf.parse import RdfStream
    from factbook.rdf.rdf_input import RdfInput
    from factbook.rdf.terms import Term

    BlankKey: TypeAlias = tuple[NamedNode, Term]

_BULK = {"turtle", "nt", "xml"}
"""The syntaxes without named graphs that the store reads as it is."""
_DEFAULT = DefaultGraph()
_TYPED = re.compile(rb'"\^\^<http://www\.w3\.org/2001/XMLSchema#(\w+)> \.\n')
_PIECE_BYTES = 1 << 20


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
    graph = DataGraph(Store())
    scan = _Scan(graph)
    with ThreadPoolExecutor(1) as loader:
        for file in files:
            if isinstance(file, RdfFile):
                graph.store.extend(_merged(file.quads))
                scan.look_at(_merged(file.quads))
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
        is_as_it_is = content.seekable() and content.tell() == 0
        store.bulk_load(
            None if is_as_it_is else content,
            path=str(file.path) if is_as_it_is else None,
            format=stream.syntax.parser,
            base_iri=file.address,
            lenient=True,  # the scan checks every term
        )


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
        """Note the quads with literals that need attention.

        The engine writes the quads as lines, among which one expression finds the typed literals.
        """
        lines = _Pieces(self._look_at_lines)
        serialize(quads, cast("IO[bytes]", lines), RdfFormat.N_TRIPLES)
        lines.finish()

    def _look_at_lines(self, text: bytes) -> None:
        self._graph.size += text.count(b"\n")
        noted: list[bytes] = []
        judged: list[_Judgement] = []
        for match in _TYPED.finditer(text):
            begin = text.rfind(b"\n", 0, match.start()) + 1
            subject, predicate, value = text[begin : match.end() - 3].split(b" ", 2)
            judgement = _judge(value[1 : match.start() - match.end() + 3], match[1])
            if judgement.is_kept:
                self._canonical.add(_hash(subject, predicate, value))
            if judgement.is_rewritten or judgement.is_ill_typed:
                noted.append(text[begin : match.end()])
                judged.append(judgement)
        quads = parse(b"".join(noted), RdfFormat.N_TRIPLES)
        for quad, judgement in zip(quads, judged, strict=True):
            if judgement.is_rewritten:
                self._rewritten.append(quad)
            if judgement.is_ill_typed:
                self._ill_typed.append(quad)

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
        if any(
            len(each) > 1 or _hash(b"_:", *map(_bytes, key)) in self._canonical
            for key, each in forms.items()
        ):
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
        self._graph.noncanonical += [*named, *of_blank_nodes]
        self._graph.ill_typed += self._relabelled(stored)
        add_noncanonical(self._graph)
        return True

    def _relabelled(self, stored: dict[Term, Term]) -> Iterator[Quad]:
        """Yield the ill-typed quads with the labels that the store gave to blank nodes."""
        done = set()
        for quad in self._ill_typed:
            if not isinstance(quad.subject, BlankNode):
                yield quad
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
    return _hash(_bytes(quad.subject), _bytes(quad.predicate), _bytes(value))


def _bytes(term: Term) -> bytes:
    """Return a term as the engine writes it into a line of N-Triples."""
    return str(term).encode()


def _hash(subject: bytes, predicate: bytes, value: bytes) -> int:
    is_blank = subject.startswith(b"_:")
    return hash((predicate, value) if is_blank else (subject, predicate, value))


class _Judgement(NamedTuple):
    """What the store does to a literal, and whether it fits its datatype."""

    is_kept: bool
    """Whether its datatype is one of those that the store rewrites, and it is kept."""
    is_rewritten: bool
    is_ill_typed: bool


@lru_cache(maxsize=1 << 16)
def _judge(written: bytes, name: bytes) -> _Judgement:
    """Return what becomes of a literal.

    Args:
        written: Its text as it stands in N-Triples.
        name: The name of its datatype in the namespace of XML Schema.
    """
    text = written.decode()
    if "\\" in text:
        text = json.loads(f'"{text}"')
    datatype = XSD + name.decode()
    is_kind = is_rewritten_kind(datatype)
    is_kept = is_kind and is_canonical(Literal(text, datatype=NamedNode(datatype)))
    is_sound = (is_kept and is_valid_if_canonical(datatype)) or not is_ill_typed(text, datatype)
    return _Judgement(is_kept, is_kind and not is_kept, not is_sound)


class _Pieces(io.RawIOBase):
    """A file that hands on what is written to it in pieces of whole lines."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._pending = bytearray()

    def write(self, content: Buffer, /) -> int:
        """Write bytes."""
        self._pending += content
        if len(self._pending) > _PIECE_BYTES:
            end = self._pending.rfind(b"\n") + 1
            piece = bytes(self._pending[:end])
            del self._pending[:end]
            self._take(piece)
        return len(memoryview(content))

    def finish(self) -> None:
        """Hand on the last piece."""
        self._take(bytes(self._pending))
        self._pending.clear()
