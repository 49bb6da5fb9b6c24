"""`factbook compare THING THING…`: compare several things side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from factbook.cli.completion import complete_things
from factbook.cli.execution import interruptible
from factbook.cli.output import (
    choose_answer_format,
    may_style,
    open_output,
    terminal_width,
    with_output_options,
    write_cells,
    write_for_programs,
)
from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import limit_options
from factbook.render.result_formats import HUMAN, TABLE_FORMATS

if TYPE_CHECKING:
    from typing import IO

    from factbook.cli.output import OutputOptions


@click.command(
    epilog="""Each statement is a row and each thing a column. Values in a row have the same unit,
currency and period; others have rows of their own under "Not comparable". Several numbers are shown
as the least and the greatest. The number in brackets is the source in the list at the end.

\b
Examples:
  factbook compare NAME NAME
  factbook compare NAME NAME NAME --asof 2024-12-31
  factbook --known-by 2024-12-31 compare NAME NAME
  factbook compare NAME NAME -f csv"""
)
@click.argument("things", nargs=-1, required=True, shell_complete=complete_things())
@click.option("--asof", metavar="DAY", help="Compare the state on this day. [default: today]")
@limit_options
@with_output_options(*TABLE_FORMATS)
@pass_session
def command(
    session: Session, things: tuple[str, ...], options: OutputOptions, *, asof: str | None
) -> None:
    """Compare THINGS: their facts, products, figures, prices and events, side by side.

    Each is the name, the CURIE or the IRI of anything in the graph. Machine formats have one row
    for each statement.
    """
    from factbook.query.names import Names
    from factbook.show.compare import columns_of, compare_things, query_comparison, require_several

    require_several(things)
    book = session.book
    form = choose_answer_format(options)

    def write(out: IO[bytes]) -> None:
        named = [Names.of(book).lookup_one(thing) for thing in things]
        if form not in HUMAN:
            rows = query_comparison(book, named, asof=asof)
            write_for_programs(rows, form, out, options, columns=columns_of(book))
            return
        from factbook.show.compare_text import comparison_as_cells, comparison_as_text

        comparison = compare_things(book, named, asof=asof)
        if form == "table":
            style = may_style() and options.output is None
            width = terminal_width() if options.output is None else None
            out.write(comparison_as_text(comparison, width=width, style=style).encode())
        else:
            title = " and ".join(thing.label for thing in comparison.things)
            write_cells(comparison_as_cells(comparison), form, out, title=title)

    with open_output(options.output) as out:
        interruptible(lambda: write(out))
