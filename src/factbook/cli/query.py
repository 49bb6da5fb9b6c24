"""`factbook query NAME`: each stored query is a command with options for its parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from factbook.cli.completion import complete_values
from factbook.cli.execution import interruptible
from factbook.cli.output import OutputOptions, labels_option, service_option, with_output_options
from factbook.cli.session import Session, get_session
from factbook.cli.supervise import limit_options
from factbook.cli.write_answer import View, write_answer, writes_for_people
from factbook.errors import InputError
from factbook.query.refine import Refinement, find_column
from factbook.query.run_query import run_stored, with_leads_for
from factbook.query.stored_queries import all_queries, find_query
from factbook.render.result_formats import PICTURES, TABLE_FORMATS
from factbook.sparql.tokens import uses_service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from factbook.query.stored_queries import Parameter, StoredQuery

T = TypeVar("T", bound="Callable[..., Any]")
_RESERVED = {
    *("format", "output", "wide", "chart", "labels", "help", "timeout", "memory"),
    *("pivot", "no-pivot"),
    *("f", "o", "w", "h"),
}


class Queries(click.Group):
    """A group whose commands are the stored queries of the book."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the queries."""
        return [query.name for query in all_queries(get_session(ctx).book.layout.queries)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Build the command of one query."""
        if cmd_name.startswith("-"):  # an option before the name, which click reports
            return None
        return build_command(find_query(get_session(ctx).book.layout.queries, cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the queries under the names of their groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for query in all_queries(get_session(ctx).book.layout.queries):
            groups.setdefault(query.group, []).append((query.name, query.summary))
        for group, entries in groups.items():
            with formatter.section(group.capitalize()):
                formatter.write_dl(entries)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples with one of the book's queries."""
        queries = all_queries(get_session(ctx).book.layout.queries)
        runnable = [query for query in queries if not any(p.required for p in query.parameters)]
        name = runnable[0].name if runnable else "NAME"
        self.epilog = (
            "A value for a thing is its IRI, a CURIE or any of its names.\n\n"
            f"\b\nExamples:\n  factbook query {name}\n  factbook query {name} --help"
        )
        super().format_epilog(ctx, formatter)


def build_command(query: StoredQuery) -> click.Command:
    """Return the command that runs a stored query."""

    @click.pass_context
    def run(  # noqa: PLR0913 - one for each option
        context: click.Context,
        /,
        options: OutputOptions,
        *,
        wide: bool = False,
        draw: bool = False,
        labels: bool = False,
        pivot: bool | None = None,
        services: tuple[str, ...] = (),
        **values: Any,  # noqa: ANN401 - of a type for each option
    ) -> None:
        book = with_leads_for(get_session(context).book, query)
        parameters_given = {
            parameter.name: value
            for parameter in query.parameters
            if (value := values[_destination(parameter)])
        }
        refine = _read_refinement(query, values)
        asof = next(iter(parameters_given.get("asof", ())), None)
        view = View(query, refine, wide=wide, draw=draw, labels=labels, asof=asof, pivot=pivot)
        if writes_for_people(options, view):
            refine = replace(refine, columns=())  # a cell needs the unit beside it
        is_empty = write_answer(
            book,
            lambda: run_stored(book, query, parameters_given, services=services, refine=refine),
            form=query.form,
            options=options,
            view=view,
        )
        if is_empty and not services:
            from factbook.query.empty_answer import explain_empty

            reason = interruptible(lambda: explain_empty(book, query, parameters_given, refine))
            click.echo(f"No rows. {reason}", err=True)

    if uses_service(query.text):
        run = service_option(run)
    details = [column.name for column in query.columns if column.detail]
    if details:
        note = "Show the details in a table as well: {}. Other formats always have them."
        run = click.option("-w", "--wide", is_flag=True, help=note.format(", ".join(details)))(run)
    if query.chart is not None:
        note = "Draw the chart of the answer with characters."
        run = click.option("--chart", "draw", is_flag=True, help=note)(run)
    if query.pivot is not None:
        note = "Put {} across, or give a line to each row. [default: across in tables for people]"
        across = {"year": "years", "quarter": "quarters"}.get(query.pivot.by, query.pivot.columns)
        run = click.option("--pivot/--no-pivot", default=None, help=note.format(across))(run)
    run = limit_options(run)
    if query.form == "SELECT":
        run = _refine_options(query)(labels_option(run))
    return click.command(
        query.name,
        help=_help(query),
        short_help=query.summary,
        epilog=_epilog(query),
        params=[_option(query, parameter) for parameter in query.parameters],
    )(with_output_options(*_formats(query))(run))


def _read_refinement(query: StoredQuery, values: Mapping[str, Any]) -> Refinement:
    """Return the refinement from the options of `_refine_options`.

    Raises:
        UsageError: The query has no such column.
    """
    columns = filter(None, values.get("refine_columns", "").split(","))
    return Refinement(
        where=values.get("refine_where", ()),
        sort=values.get("refine_sort", ""),
        top=values.get("refine_top"),
        columns=tuple(find_column(query, name).name for name in columns),
        since=values.get("refine_since"),
        until=values.get("refine_until"),
    )


def _refine_options(query: StoredQuery) -> Callable[[T], T]:
    """Return a decorator that adds the options that refine an answer.

    A parameter of the query with the name of such an option replaces the option.
    """
    days = query.day_column
    offered: dict[str, dict[str, Any]] = {
        "where": {
            "metavar": "CONDITION",
            "multiple": True,
            "help": "Keep rows such as 'COLUMN >= VALUE' (= != < <= > >= ~); may be repeated.",
        },
        "sort": {
            "metavar": "COLUMN[:desc]",
            "default": "",
            "help": "Sort by a column, or by several separated by commas.",
        },
        "top": {"metavar": "N", "type": click.IntRange(1), "help": "Keep the first N rows."},
        "columns": {
            "metavar": "A,B,…",
            "default": "",
            "help": "Keep these columns, in this order.",
        },
    }
    if days is not None:
        name = days.title or days.name
        offered["since"] = {"metavar": "DAY", "help": f"Keep rows from this day on ({name})."}
        offered["until"] = {"metavar": "DAY", "help": f"Keep rows until this day ({name})."}
    parameter_names = {parameter.name for parameter in query.parameters}

    def decorate(function: T) -> T:
        for name, attributes in reversed(offered.items()):
            if name not in parameter_names:
                function = click.option(f"--{name}", f"refine_{name}", **attributes)(function)
        return function

    return decorate


def _formats(query: StoredQuery) -> tuple[str, ...]:
    if query.form not in {"CONSTRUCT", "DESCRIBE"}:
        return (*TABLE_FORMATS, *PICTURES) if query.chart else TABLE_FORMATS
    from factbook.rdf.formats import NAMES

    return NAMES


def _option(query: StoredQuery, parameter: Parameter) -> click.Option:
    if parameter.name in _RESERVED:
        raise InputError(
            f"{query.path}: a parameter cannot be called '{parameter.name}': the option "
            f"--{parameter.name} is reserved"
        )
    notes = [parameter.doc.rstrip(".") + "." if parameter.doc else ""]
    if parameter.required:
        notes.append("[required]")
    if parameter.default is not None:
        notes.append(f"[default: {parameter.default}]")
    return click.Option(
        [f"--{parameter.name}", _destination(parameter)],
        metavar=_metavar(parameter),
        multiple=True,
        help=" ".join(filter(None, notes)),
        shell_complete=complete_values(parameter),
    )


def _destination(parameter: Parameter) -> str:
    return f"value_{parameter.name}".lower()


def _metavar(parameter: Parameter) -> str:
    kind, _, detail = parameter.kind.partition(":")
    if kind == "iri":
        return (parameter.type_curie or "thing").rpartition(":")[2].upper()
    return {"gYear": "YEAR", "dateTime": "TIME"}.get(detail, (detail or kind).upper())


def _help(query: StoredQuery) -> str:
    parts = [f"{query.summary.rstrip('.')}." if query.summary else query.name]
    parts += [part for part in (query.question, query.description) if part]
    return "\n\n".join(parts)


def _epilog(query: StoredQuery) -> str:
    needed = " ".join(f"--{p.name} {_metavar(p)}" for p in query.parameters if p.required)
    call = f"factbook query {query.name} {needed}".rstrip()
    lines = ["\b", "Examples:", f"  {call}", f"  {call} -f json"]
    if query.columns:
        lines += ["", "\b", "Columns:"]
        width = max(len(column.name) for column in query.columns)
        for column in query.columns:
            column_type = f"{column.type}{f', in {column.unit}' if column.unit else ''}"
            doc = f" {column.doc}" if column.doc else ""
            lines.append(f"  {column.name:<{width}}  ({column_type}){doc}")
    return "\n".join(lines)


@click.group(
    cls=Queries,
    subcommand_metavar="NAME [--PARAMETER VALUE]…",
)
@click.pass_obj
def command(session: Session) -> None:
    """Run a stored query by name; `factbook query NAME --help` describes its parameters."""
    del session
