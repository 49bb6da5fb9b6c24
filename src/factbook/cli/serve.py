"""`factbook serve`: open the book in a browser."""

from __future__ import annotations

import click

from factbook.cli.session import Session, pass_session
from factbook.cli.supervise import query_limit_options
from factbook.errors import UsageError
from factbook.layout import EMPTY


@click.command(
    epilog="""\b
Examples:
  factbook serve --open
  factbook --book my-book serve --port 8080"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="The port; 0 for any free one. [default: 8000, or a free one if it is in use]",
)
@click.option(
    "--trust",
    "trusted",
    metavar="HOST",
    multiple=True,
    help="Also accept requests for this host name, besides localhost; may be repeated.",
)
@click.option(
    "--address",
    metavar="URL",
    help="The public address of the site, if it differs from that of requests.",
)
@query_limit_options(seconds=10.0)
@click.option(
    "--max-rows",
    type=click.IntRange(min=1),
    metavar="N",
    default=100_000,
    show_default=True,
    help="Cut answers to visitors' queries after N rows, and say so in a header.",
)
@click.option("--open", "opens", is_flag=True, help="Open the front page in a browser.")
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    host: str,
    port: int | None,
    trusted: tuple[str, ...],
    address: str | None,
    timeout: float,
    megabytes: int,
    max_rows: int,
    opens: bool,
) -> None:
    """Serve the book on this machine: pages, linked data and a SPARQL endpoint, read-only."""
    try:
        import flask  # noqa: F401 - only whether it is there
        import waitress  # noqa: F401
    except ImportError:
        raise UsageError(
            "factbook serve needs more packages: pip install 'factbook[web]'"
        ) from None
    from factbook.store.query_limits import Limits
    from factbook.web.app import create_app
    from factbook.web.server import address_of, listen, serve
    from factbook.web.site import KEY, Settings

    book = session.public_book()
    if book.endpoint is not None:
        raise UsageError("serve needs the files of a book and cannot be combined with --endpoint")
    settings = Settings(
        trusted_hosts=(host, *trusted),
        address=f"{address.rstrip('/')}/" if address else None,
        limits=Limits(seconds=timeout, memory=megabytes << 20, rows=max_rows),
    )
    listening = listen(host, port)
    app = create_app(book, settings)
    app.extensions[KEY].start()

    def ready() -> None:
        url = address_of(listening)
        served = [*([] if book.layout == EMPTY else [book.layout.root]), *book.data]
        names = ", ".join(map(str, served)) or "no files"
        click.echo(f"Serving {names} at {url} (Ctrl-C stops it)")
        if opens:
            click.launch(url)

    serve(app, listening, ready=ready)
