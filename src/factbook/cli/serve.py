"""`factbook serve`: open the book in a browser."""

from __future__ import annotations

import click

from factbook.cli.session import Session, pass_session
from factbook.errors import UsageError


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
    help="The port; 0 for any free one. [default: 8000, or a free one where it is taken]",
)
@click.option(
    "--trust",
    "trusted",
    metavar="HOST",
    multiple=True,
    help="A name of this server that requests may use besides localhost; may be repeated.",
)
@click.option("--open", "opens", is_flag=True, help="Open the front page in a browser.")
@pass_session
def command(
    session: Session, *, host: str, port: int | None, trusted: tuple[str, ...], opens: bool
) -> None:
    """Serve the book on this machine: pages, linked data and a SPARQL endpoint, read-only."""
    try:
        import flask  # noqa: F401 - only whether it is there
        import waitress  # noqa: F401
    except ImportError:
        raise UsageError(
            "factbook serve needs more packages: pip install 'factbook[web]'"
        ) from None
    from factbook.web.app import create_app
    from factbook.web.server import address_of, listen, serve
    from factbook.web.site import Settings

    book = session.public_book()
    listening = listen(host, port)
    app = create_app(book, Settings(trusted_hosts=(host, *trusted)))
    address = address_of(listening)

    def ready() -> None:
        click.echo(f"Serving {book.layout.root} at {address} (Ctrl-C stops it)")
        if opens:
            click.launch(address)

    serve(app, listening, ready=ready)
