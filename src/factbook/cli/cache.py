"""`factbook cache`: what is kept on disk to answer faster."""

from __future__ import annotations

import click


@click.group(
    epilog="""\b
Examples:
  factbook cache info
  factbook cache clear"""
)
def command() -> None:
    """Look at what is kept on disk to answer faster, or throw it away.

    Everything there is made anew when it is needed. FACTBOOK_CACHE names another folder.
    """


@command.command(epilog="\b\nExample:\n  factbook cache info")
def info() -> None:
    """Say where the cache is, how big it is and what is in it."""
    from datetime import UTC, datetime

    from factbook.store.places import places
    from factbook.store.snapshot import default_folder

    folder = default_folder()
    found = places(folder)
    click.echo(f"folder\t{folder}")
    click.echo(f"snapshots\t{len(found)}")
    click.echo(f"bytes\t{sum(place.size for place in found)}")
    for place in found:
        used = datetime.fromtimestamp(place.used, UTC).isoformat(timespec="seconds")
        click.echo(f"{place.path.name}\t{place.quads} quads\t{place.size} bytes\tused {used}")


@command.command(epilog="\b\nExample:\n  factbook cache clear")
def clear() -> None:
    """Throw away what no running process uses."""
    from factbook.store.places import clear
    from factbook.store.snapshot import default_folder

    removed, kept = clear(default_folder())
    said = f"removed {removed} snapshot{'' if removed == 1 else 's'}"
    click.echo(f"{said}; {kept} in use" if kept else said)
