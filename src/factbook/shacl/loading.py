"""Load data into a data graph: quads in memory, or files of any size.

Files are loaded by the store itself. It reads N-Quads from a pipe, without Python's lock, in which
a line with a literal that it would rewrite stands twice: for the one graph of such literals and for
the other. Its own parser writes the lines of a file, except of N-Triples, which has them.
"""

from __future__ import annotations

import io
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from factbook.errors import InputError
from factbook.rdf.parse import RdfFile, open_rdf, syntax_for_reading
from factbook.rdf.terms import XSD
from factbook.rdf.unpack import CountedFile, reading
from factbook.shacl.data_graph import ENCODED_GRAPH, STORED_GRAPH, DataGraph, encode, judge
from factbook.store.literal_forms import is_canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import QuerySolutions
    from typing_extensions import Buffer

    from factbook.rdf.rdf_input import RdfInput

_CHUNK = 20_000
_DEFAULT = DefaultGraph()
_TEXT_DATATYPES = {f"{XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}
_PIECE_BYTES = 1 << 20
_TYPED = re.compile(rb'"\^\^<([^<>\\\s]+)> \.\n')
_ODD_LINE = re.compile(rb"\n[^<_]")
"""A line with a comment, without a statement or with space before it."""
_HEAD = re.compile(rb"(?:<[^<>\s]+>|_:[^<>\s]+)[ \t]*<([^<>\s]+)>[ \t]*")


def load_data(quads: Iterable[Quad], *, store: Store | None = None) -> DataGraph:
    """Return a data graph, its named graphs merged.

    Args:
        quads: The data as parsed, in any number: it is read once and not kept.
        store: A store with the same data in its default graph. It is used instead of a new one if
            it holds all literals in their lexical form; the quads must then be repeatable.
    """
    if store is not None and all(
        not isinstance(quad.object, Literal) or is_canonical(quad.object) for quad in quads
    ):
        return DataGraph(store)
    graph = DataGraph(Store())
    _add_quads(graph, quads)
    _remove_twins(graph.store)
    return graph


def load_files(
    files: Sequence[RdfFile | RdfInput],
    *,
    progress: Callable[[Path], Callable[[float], None] | None] = lambda _: None,
) -> DataGraph:
    """Return a data graph of files, their named graphs merged.

    Args:
        files: The files: parsed ones, whose blank nodes keep their labels, and others.
        progress: Returns what is called with the part of a file that is read.

    Raises:
        InputError: A file cannot be read or is not valid.
    """
    graph = DataGraph(Store())
    for file in files:
        if isinstance(file, RdfFile):
            _add_quads(graph, file.quads)
        else:
            _add_file(graph, file, progress(file.path))
    _remove_twins(graph.store)
    return graph


def _add_quads(graph: DataGraph, quads: Iterable[Quad]) -> None:
    source = iter(quads)
    # The store takes quads without Python's lock: the next chunk is looked at in the meantime
    with ThreadPoolExecutor(1) as loader:
        pending = None
        while chunk := list(islice(source, _CHUNK)):
            held = list(_as_held(chunk, graph))
            if pending is not None:
                pending.result()
            pending = loader.submit(graph.store.extend, held)
        if pending is not None:
            pending.result()


def _as_held(chunk: list[Quad], graph: DataGraph) -> Iterator[Quad]:
    """Yield quads as the data graph holds them, and note what needs attention."""
    graph.size += len(chunk)
    for quad in _merged(chunk):
        value = quad.object
        if type(value) is not Literal or (datatype := value.datatype.value) in _TEXT_DATATYPES:
            yield quad
            continue
        judgement = judge(value.value, datatype)
        if judgement.is_ill_typed:
            graph.ill_typed[quad.predicate, value] = None
        if judgement.encoded is None:
            yield quad
            continue
        graph.noncanonical.add(quad.predicate.value)
        yield Quad(quad.subject, quad.predicate, value, STORED_GRAPH)
        yield Quad(quad.subject, quad.predicate, encode(value), ENCODED_GRAPH)


def _remove_twins(store: Store) -> None:
    """Remove rewritten triples that the data also have in this form: no view has one twice."""
    twins = f"""SELECT ?s ?p ?o {{
        GRAPH {STORED_GRAPH} {{ ?s ?p ?o }} FILTER EXISTS {{ ?s ?p ?o }}
    }}"""
    for subject, predicate, value in cast("QuerySolutions", store.query(twins)):
        store.remove(Quad(subject, predicate, value, STORED_GRAPH))


def _add_file(graph: DataGraph, file: RdfInput, progress: Callable[[float], None] | None) -> None:
    is_lines = syntax_for_reading(file.path).name == "nt"
    try:
        with _bulk_load(graph.store, is_checked=not is_lines) as pipe:
            if is_lines:
                for piece in _read_lines(file.path, progress):
                    pipe.write(_as_quads(piece, graph))
            else:
                stream = open_rdf(file, progress=progress, rename=False)
                lines = _Lines(lambda piece: pipe.write(_as_quads(piece, graph)))
                serialize(_merged(stream.quads), cast("IO[bytes]", lines), RdfFormat.N_TRIPLES)
                lines.finish()
        if {ENCODED_GRAPH, STORED_GRAPH}.issuperset(graph.store.named_graphs()):
            return
    except SyntaxError:
        pass
    for _ in open_rdf(file).quads:  # these are not N-Triples: the parser says at which line
        pass
    raise InputError(f"{file.path}: the store cannot read it")


def _read_lines(path: Path, progress: Callable[[float], None] | None) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time."""
    with reading(path), CountedFile(path, progress) as content:
        rest = b""
        while piece := content.read(_PIECE_BYTES):
            lines, newline, rest = (rest + piece).rpartition(b"\n")
            if lines:
                yield lines + newline
        if rest:
            yield rest + b"\n"


@contextmanager
def _bulk_load(store: Store, *, is_checked: bool) -> Iterator[IO[bytes]]:
    """Give a file: the store loads the N-Quads that are written to it.

    Raises:
        SyntaxError: They are not valid.
    """
    ends = os.pipe()

    def load() -> None:
        with os.fdopen(ends[0], "rb") as source:  # if it fails, whoever writes shall stop
            path = Path(f"/dev/fd/{ends[0]}")
            is_there = path.exists()  # not on all systems; the store reads a path without the lock
            store.bulk_load(
                None if is_there else source,
                path=path if is_there else None,
                format=RdfFormat.N_QUADS,
                lenient=is_checked,
            )

    with ThreadPoolExecutor(1) as loader:
        pending = loader.submit(load)
        try:
            with os.fdopen(ends[1], "wb") as pipe:
                yield pipe
        except BrokenPipeError:
            pass
        pending.result()


def _merged(quads: Iterable[Quad]) -> Iterator[Quad]:
    for quad in quads:
        if quad.graph_name == _DEFAULT:
            yield quad
        else:
            yield Quad(quad.subject, quad.predicate, quad.object)


def _as_quads(lines: bytes, graph: DataGraph) -> bytes:
    """Return lines of N-Triples as the data graph holds them, and note what needs attention.

    Raises:
        SyntaxError: They are not valid.
    """
    found = list(_TYPED.finditer(lines))
    if lines.count(b"^^") > len(found) or lines[:1] not in b"<_" or _ODD_LINE.search(lines):
        written = io.BytesIO()
        serialize(parse(lines, RdfFormat.N_TRIPLES), written, RdfFormat.N_TRIPLES)
        lines = written.getvalue()
        found = list(_TYPED.finditer(lines))
    graph.size += lines.count(b"\n")
    parts = []
    done = 0
    for match in found:
        end = match.start()
        begin = lines.rfind(b"\n", 0, end) + 1
        quote = lines.find(b'"', begin)
        literal, encoded, is_ill_typed = _judge_written(lines[quote + 1 : end], match[1])
        if encoded is None and not is_ill_typed:
            continue
        head = _HEAD.fullmatch(lines, begin, quote)
        if head is None:  # a literal in a comment
            continue
        predicate = NamedNode(_unescape(head[1]))
        if is_ill_typed:
            graph.ill_typed[predicate, literal] = None
        if encoded is None:
            continue
        graph.noncanonical.add(predicate.value)
        before = lines[begin:end]
        parts += [
            lines[done:begin],
            b'%s"^^<%s> %s .\n' % (before, match[1], str(STORED_GRAPH).encode()),
            b'%s"^^<%s> %s .\n' % (before, encoded, str(ENCODED_GRAPH).encode()),
        ]
        done = match.end()
    return b"".join([*parts, lines[done:]])


@lru_cache(maxsize=1 << 16)
def _judge_written(written: bytes, datatype: bytes) -> tuple[Literal, bytes | None, bool]:
    """Return the literal that is written in N-Triples, and what becomes of it."""
    literal = Literal(_unescape(written), datatype=NamedNode(datatype.decode()))
    encoded, is_ill_typed = judge(literal.value, literal.datatype.value)
    return literal, None if encoded is None else encoded.encode(), is_ill_typed


def _unescape(written: bytes) -> str:
    """Return a text of N-Triples without its escapes."""
    if b"\\" not in written:
        return written.decode()
    (quad,) = parse(b'<a:a> <a:a> "%s" .' % written, RdfFormat.N_TRIPLES)
    return cast("Literal", quad.object).value


class _Lines(io.RawIOBase):
    """A file that hands on what is written to it in pieces of whole lines."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
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
