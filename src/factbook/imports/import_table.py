"""Import a table: read it, look up its names, run its mapping, and write the source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from factbook.atomic_write import atomic_write
from factbook.errors import InputError, UsageError
from factbook.imports.construct import Bindings
from factbook.imports.mapping import read_mapping
from factbook.imports.source_file import (
    DCTERMS,
    INFRA,
    RDF_TYPE,
    SCHEMA,
    Report,
    SourceDescription,
    check_statements,
    find_previous,
    to_turtle,
    values_of,
    withdrawn,
)
from factbook.imports.tables import checksum, open_tables
from factbook.imports.things import UnknownName, UnknownNamesError, propose, resolve_names
from factbook.query.names import Names
from factbook.rdf.parse import read_rdf
from factbook.rdf.terms import XSD, expand, is_iri, local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from factbook.book import Book
    from factbook.imports.construct import Batch
    from factbook.imports.mapping import TableMapping
    from factbook.imports.tables import Checksum, TableRows
    from factbook.rdf.parse import RdfFile
    from factbook.rdf.terms import Term

_NOTHING_READ = "nothing that the mapping reads"
_STREAMS = (".nq", ".nq.gz")


@dataclass(frozen=True)
class ImportRequest:
    """The arguments of an import."""

    mapping: Path
    files: Sequence[Path]
    output: Path | None = None
    published: str | None = None
    read: str | None = None
    proposes: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Imported:
    """The result of an import: the written files, the report, and the proposed names."""

    paths: list[Path]
    report: Report
    proposed: list[UnknownName] = field(default_factory=list)
    withdrawn: int = 0
    note: str = ""


def import_table(
    book: Book,
    request: ImportRequest,
    *,
    announce: Callable[[str], None],
    today: date | None = None,
) -> Imported:
    """Write the source of a table, or only report what would be written.

    Args:
        book: The book that gets the source.
        request: The mapping, the files and the options.
        announce: Called with a line about the progress.
        today: The default for the day on which the table was read; by default today.

    Raises:
        UsageError: A value is not valid, or DuckDB is missing.
        InputError: A file does not match the mapping, or cannot be written.
        UnknownNamesError: The table names things that are not in the register.
    """
    mapping = read_mapping(request.mapping)
    job = _Job(book, mapping, request, today or date.today())  # noqa: DTZ011 - the user's own day
    announce(f"reading {', '.join(path.name for path in request.files)}")
    with open_tables(mapping, request.files) as rows:
        resolution = resolve_names(rows, book)
        things = {column: dict(names) for column, names in resolution.things.items()}
        unknown, register = resolution.unknown, list[Triple]()
        if request.proposes:
            proposed, register, unknown = propose(unknown, mapping.things, book)
            for column, names in proposed.items():
                things[column] |= names
        if unknown:
            raise UnknownNamesError(rows.names, unknown)
        bindings = Bindings(mapping, job.iri, book.prefixes.get("observation", ""), things)
        batches = _announcing(bindings.run(rows), rows, announce)
        imported = job.stream(rows, batches) if job.streams else job.write(rows, batches)
        if register:
            imported.paths.insert(0, job.write_register(register))
        announce("")
        return Imported(
            [] if request.dry_run else imported.paths,
            imported.report,
            [name for name in resolution.unknown if request.proposes],
            imported.withdrawn,
            imported.note,
        )


@dataclass(frozen=True)
class _Job:
    """One import into one book."""

    book: Book
    mapping: TableMapping
    request: ImportRequest
    today: date

    @property
    def published(self) -> str:
        return self.request.published or self.mapping.source["published"]

    @property
    def slug(self) -> str:
        return f"{self.mapping.name}-{self.published}"

    @property
    def iri(self) -> str:
        namespace = self.book.prefixes.get("source")
        if namespace is None:
            raise InputError(
                f"{self.book.layout.context}: declares no prefix 'source', the namespace of sources"
            )
        return namespace + self.slug

    @property
    def _given_read(self) -> str | None:
        return self.request.read or self.mapping.source.get("read")

    @property
    def streams(self) -> bool:
        """Whether to write N-Quads while the table is read."""
        return self.request.output is not None and self.request.output.name.endswith(_STREAMS)

    @property
    def publisher(self) -> NamedNode:
        text = self.mapping.source["publisher"]
        try:
            return Names.of(self.book).lookup_one(text, option="`source`, `publisher`")
        except UsageError as error:
            raise InputError(f"{self.mapping.path}: {error}") from None

    def path(self) -> Path:
        """Return the path of the source file."""
        if self.request.output is not None:
            folder = self.request.output
        else:
            root = self.book.layout.root
            if root.name == "_resources":
                raise UsageError(
                    "the bundled book is part of an installed package: give --book DIR or --output"
                )
            folder = root / "data" / "sources" / local_name(self.publisher.value) / "imports"
        return folder / f"{self.slug}.ttl"

    def stream(self, rows: TableRows, batches: Iterator[Batch]) -> Imported:
        """Write N-Quads in the graph of the source, batch by batch."""
        path = self.request.output
        if path is None:
            raise TypeError("nowhere to write to")
        inputs = list(map(checksum, self.request.files))
        graph = f" <{self.iri}> .\n".encode()
        stated: set[int] = set()

        def write(out: IO[bytes] | None) -> Report:
            for batch in batches:
                stated.update(batch.stated_rows())
                if out is not None:
                    out.write(batch.triples.replace(b" .\n", graph))
            report = _report(rows, stated)
            read = date.fromisoformat(self._given_read or self.today.isoformat())
            description = self._describe(inputs, report, previous=None, gone=[], read=read)
            if out is not None:
                for triple in description.triples():
                    out.write(f"{triple}".encode() + graph)
            return report

        if self.request.dry_run:
            return Imported([path], write(None))
        with atomic_write(path, compress=path.name.endswith(".gz")) as out:
            report = write(out)
        return Imported([path], report)

    def write(self, rows: TableRows, batches: Iterator[Batch]) -> Imported:
        """Write a source file."""
        path = self.path()
        inputs = list(map(checksum, self.request.files))
        read = self._day_read(path, inputs)
        stated: set[int] = set()
        triples: dict[Triple, None] = {}
        for batch in batches:
            stated.update(batch.stated_rows())
            for quad in parse(batch.triples, RdfFormat.N_TRIPLES):
                triples[quad.triple] = None
        if not triples:
            self.mapping.fail("gives no statement for any row of this table")
        check_statements(triples, self.slug, self.mapping.path)
        report = _report(rows, stated)
        previous, newer = find_previous(path, self.mapping.name)
        gone = withdrawn(previous, self.slug, triples) if previous is not None else []
        description = self._describe(inputs, report, previous=previous, gone=gone, read=read)
        text = to_turtle(
            self.iri,
            [*description.triples(), *triples],
            prefixes=self.book.prefixes,
            predicates=self.mapping.predicates,
        )
        self._save(path, text)
        note = f"{newer} is newer: import it again, so that it replaces this one" if newer else ""
        return Imported([path], report, withdrawn=len(gone), note=note)

    def write_register(self, triples: Sequence[Triple]) -> Path:
        """Add proposed things to the file with earlier proposals of this mapping."""
        folder = self.book.layout.root / "data" / "register"
        if self.request.output is not None:
            folder = self.request.output.parent if self.streams else self.request.output
        path = folder / f"proposed-{self.mapping.name}.ttl"
        before = read_rdf(path).quads if path.exists() else ()
        text = to_turtle(
            "",
            [*(quad.triple for quad in before), *triples],
            prefixes=self.book.prefixes,
            predicates=[f"{SCHEMA}name", f"{SCHEMA}alternateName"],
        )
        self._save(path, text)
        return path

    def _save(self, path: Path, text: str) -> None:
        if self.request.dry_run:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from None
        with atomic_write(path) as file:
            file.write(text.encode())

    def _day_read(self, path: Path, inputs: Sequence[Checksum]) -> date:
        """Return the day on which the table was read; an unchanged input keeps its day."""
        read_day = self._given_read
        if path.exists():
            existing = read_rdf(path)
            if sorted(values_of(existing, f"{INFRA}inputFile")) != sorted(map(_line, inputs)):
                raise InputError(
                    f"{path}: comes from another file; give the day of this version of the table "
                    "with --published"
                )
            if read_day is None:
                read_day = next(iter(values_of(existing, f"{INFRA}dateRead")), None)
        return date.fromisoformat(read_day) if read_day else self.today

    def _describe(
        self,
        inputs: Sequence[Checksum],
        report: Report,
        *,
        previous: RdfFile | None,
        gone: Sequence[NamedNode],
        read: date,
    ) -> SourceDescription:
        facts = self.mapping.source
        day = NamedNode(f"{XSD}date")

        def address(key: str) -> Term | None:
            if key not in facts:
                return None
            if not is_iri(facts[key]):
                self.mapping.fail(f"`source`, `{key}`: '{facts[key]}' is not an address")
            return NamedNode(facts[key])

        def concept(scheme: str, key: str, default: str = "") -> Term | None:
            value = facts.get(key, default)
            iri = expand(f"{scheme}:{value}", self.book.prefixes) if value else None
            return NamedNode(iri) if iri else None

        def thing(key: str) -> Term | None:
            iri = expand(facts[key], self.book.prefixes) if key in facts else None
            return NamedNode(iri) if iri else None

        values: list[tuple[str, Term | None]] = [
            (RDF_TYPE, NamedNode(f"{INFRA}Source")),
            (f"{SCHEMA}name", Literal(f"{facts['title']} ({self.published})", language="en")),
            (f"{SCHEMA}publisher", self.publisher),
            (f"{INFRA}sourceKind", concept("source-kind", "kind", "data-set")),
            (f"{SCHEMA}url", address("url")),
            (f"{SCHEMA}archivedAt", address("archived")),
            (f"{INFRA}copiedBy", thing("copied-by")),
            (f"{DCTERMS}license", address("licence")),
            (
                f"{SCHEMA}creditText",
                Literal(facts["attribution"], language="en") if "attribution" in facts else None,
            ),
            (f"{SCHEMA}datePublished", Literal(self.published, datatype=day)),
            (f"{INFRA}datePrecision", concept("date-precision", "", "day")),
            (f"{INFRA}knownSince", Literal(self.published, datatype=day)),
            (f"{INFRA}dateRead", Literal(read.isoformat(), datatype=day)),
            (f"{INFRA}evidence", concept("evidence", "evidence", "read")),
            (f"{INFRA}confidence", concept("confidence", "confidence")),
            *((f"{INFRA}inputFile", Literal(_line(input_))) for input_ in inputs),
            (f"{INFRA}inputRows", Literal(report.rows)),
            (f"{INFRA}importedRows", Literal(report.imported)),
            *(
                (f"{INFRA}rowsLeftOut", Literal(f"{count}: {why}", language="en"))
                for count, why in report.left_out
            ),
            (f"{DCTERMS}replaces", previous.graph if previous else None),
            *((f"{INFRA}withdraws", node) for node in gone),
        ]
        return SourceDescription(
            self.iri, [(name, value) for name, value in values if value is not None]
        )


def _report(rows: TableRows, stated: set[int]) -> Report:
    """Count the imported rows, and the others by reason."""
    counts: Counter[int] = Counter()
    for number, reason in rows.skipped():
        if number not in stated:
            counts[reason] += 1
    left_out = [
        (counts[place], skip.why) for place, skip in enumerate(rows.mapping.skips) if counts[place]
    ]
    silent = rows.count - len(stated) - counts.total()
    if silent:
        left_out.append((silent, _NOTHING_READ))
    return Report(rows.count, len(stated), left_out)


def _announcing(
    batches: Iterator[Batch], rows: TableRows, announce: Callable[[str], None]
) -> Iterator[Batch]:
    done = 0
    for batch in batches:
        yield batch
        done += len(batch.rows)
        announce(f"importing {rows.names}: {done:,} rows")


def _line(checksum: Checksum) -> str:
    """Return the line that sha256sum prints for a file."""
    return f"{checksum.sha256}  {checksum.name}"
