"""The public Python API: a book and its operations."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from factbook import book
from factbook.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import rdflib

    from factbook.check.findings import Finding
    from factbook.export.selection import PartOptions
    from factbook.query.parameters import Value
    from factbook.query.refine import Refinement
    from factbook.query.stored_queries import StoredQuery
    from factbook.render.rows import Rows
    from factbook.search.search_book import Hit
    from factbook.show.readable import ReadableComparison, ReadablePage
    from factbook.store.answers import Answer, Engine

ResultT = TypeVar("ResultT", "rdflib.Graph", bool)


class Book(book.Book):
    """A knowledge graph with its stored queries. Use `factbook.open`."""

    def queries(self) -> list[StoredQuery]:
        """Return the stored queries."""
        from factbook.query.stored_queries import all_queries

        return all_queries(self.layout.queries)

    @overload
    def query(
        self,
        name: str,
        /,
        *,
        services: Collection[str] = (),
        refine: Refinement | str | None = None,
        **values: Value | Iterable[Value] | None,
    ) -> Rows: ...
    @overload
    def query(
        self,
        name: str,
        /,
        *,
        result_type: type[ResultT],
        services: Collection[str] = (),
        refine: Refinement | str | None = None,
        **values: Value | Iterable[Value] | None,
    ) -> ResultT: ...
    def query(
        self,
        name: str,
        /,
        *,
        result_type: type[object] | Value | Iterable[Value] | None = None,
        services: Collection[str] = (),
        refine: Refinement | str | None = None,
        **values: Value | Iterable[Value] | None,
    ) -> object:
        """Run a stored query.

        Args:
            name: The query's name, see `queries`.
            result_type: The type of the answer, `rdflib.Graph` or `bool`: it tells a type checker
                that the query is no SELECT.
            services: The names of the registered endpoints that it may ask.
            refine: Conditions, order, limit and columns, as the options of `factbook query`; a
                text is one condition.
            values: Its parameters; an IRI parameter takes an IRI, a CURIE or a name. Several values
                of one mean any of them.

        Returns:
            Typed rows for SELECT, an rdflib graph for CONSTRUCT, a truth value for ASK. Where there
            are no rows, their `reason` says why.

        Raises:
            UsageError: The query, a parameter or its value is not known, or the answer is not of
                the type that was asked for.
        """
        from factbook.query.empty_answer import explain_empty
        from factbook.query.refine import Refinement
        from factbook.query.run_query import run_stored, with_leads_for
        from factbook.query.stored_queries import find_query

        if isinstance(refine, str):
            refine = Refinement(where=(refine,))
        stored = find_query(self.layout.queries, name)
        answer = run_stored(self, stored, values, services=services, refine=refine)
        engine = with_leads_for(self, stored).engine
        return self._typed(
            answer,
            result_type,
            engine,
            stored,
            explain=None if services else lambda: explain_empty(self, stored, values, refine),
        )

    @overload
    def sparql(self, text: str, *, services: Collection[str] = ()) -> Rows: ...
    @overload
    def sparql(
        self, text: str, *, result_type: type[ResultT], services: Collection[str] = ()
    ) -> ResultT: ...
    def sparql(
        self,
        text: str,
        *,
        result_type: type[object] | str | None = None,
        services: Collection[str] = (),
    ) -> object:
        """Run a SPARQL 1.1 query of your own; results as for `query`.

        Args:
            text: The query; it need not declare the book's prefixes.
            result_type: The type of the answer, as for `query`.
            services: The names of the registered endpoints that it may ask.

        Raises:
            UsageError: The query is not valid, or the answer is not of the type asked for.
        """
        from factbook.query.run_query import run_text

        return self._typed(run_text(self, text, services=services), result_type, self.engine)

    def search(self, words: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the things, terms and stored queries that match some words, the best first.

        Args:
            words: Names, terms or a question.
            limit: The most hits to return.
        """
        from factbook.search.search_book import search

        return search(self, words, limit=limit)

    def show(self, thing: str, /, *, asof: date | str | None = None) -> ReadablePage:
        """Return everything in the graph about one thing, as a page that can be printed.

        Args:
            thing: Its name, CURIE or IRI.
            asof: Leave out figures and events of a later day.

        Raises:
            UsageError: There is no such thing, the name is ambiguous, or the day is not one.
        """
        from factbook.query.names import Names
        from factbook.show.gather import gather_page
        from factbook.show.readable import make_readable

        named = Names.of(self).lookup_one(thing)
        return make_readable(gather_page(self, named, asof=_write_day(asof)))

    def compare(self, *things: str, asof: date | str | None = None) -> ReadableComparison:
        """Return a comparison of several things, as a page that can be printed.

        Args:
            things: Their names, CURIEs or IRIs; two to six.
            asof: The day of the answer, by default today.

        Raises:
            UsageError: A name is not known or is ambiguous, or there are too few or too many.
        """
        from factbook.query.names import Names
        from factbook.show.compare import compare_things, require_several
        from factbook.show.readable import make_readable_comparison

        require_several(things)
        named = [Names.of(self).lookup_one(thing) for thing in things]
        return make_readable_comparison(compare_things(self, named, asof=_write_day(asof)))

    def cite(self, *things: str, format: str = "text", asked: date | None = None) -> str:  # noqa: A002 - as in `export`
        """Return citations of things, sources or figures, with the version of the book.

        Args:
            things: Their names, CURIEs or IRIs.
            format: 'text', 'bibtex' or 'csl-json'.
            asked: The day to give as that of asking; by default today.

        Raises:
            UsageError: A thing or the format is not known.
        """
        from factbook.query.names import Names
        from factbook.show.citation import gather_citation
        from factbook.show.citation_formats import write_citations

        day = asked or date.today()  # noqa: DTZ011 - the reader's own day
        names = Names.of(self)
        cited = [gather_citation(self, names.lookup_one(thing), asked=day) for thing in things]
        return write_citations(cited, format)

    def check(self, *, engine: str = "sparql") -> tuple[Finding, ...]:
        """Return the findings in the files of the book; see `check.run.check_book`.

        Raises:
            InputError: A part of the shapes cannot be evaluated.
        """
        from factbook.check.run import check_book

        outcome = check_book(self, engine=engine)
        left_out = (*outcome.completeness.faults, *outcome.completeness.unevaluated)
        if left_out:
            raise InputError("; ".join(left_out))
        return outcome.findings

    def export(
        self,
        target: str | Path,
        *,
        format: str | None = None,  # noqa: A002 - what rdflib and pandas call it too
        **part: Unpack[PartOptions],
    ) -> None:
        """Write the graph, or a part of it, to a file or a folder, atomically.

        Args:
            target: The file, packed when its name ends in '.gz'; for tables the folder.
            format: A syntax such as 'turtle' or 'json-ld', 'graphml', 'csvw' or 'parquet'; by
                default the file's ending decides.
            part: The part of it, and its vocabulary; see `export.selection.PartOptions`.

        Raises:
            UsageError: The format, a thing, a source, a profile or the query is not known.
            InputError: A file cannot be read or written.
        """
        from factbook.export.export_book import export

        export(self, Path(target), format, part)

    def _typed(
        self,
        answer: Answer,
        wanted: object,
        engine: Engine,
        query: StoredQuery | None = None,
        *,
        explain: Callable[[], str] | None = None,
    ) -> Rows | rdflib.Graph | bool:
        """Return an answer as a Python value that can show itself to people."""
        from factbook.render.rows import Presentation, to_python

        columns, chart, title = (
            (query.columns, query.chart, query.summary) if query else ((), None, "")
        )
        presentation = Presentation(engine, self.prefixes, columns, chart, title, explain)
        result = to_python(answer, presentation)
        if isinstance(wanted, type) and not isinstance(result, wanted):
            raise UsageError(
                f"the query gives {type(result).__name__}, not the {wanted.__name__} asked for"
            )
        return result


def _write_day(day: date | str | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day
