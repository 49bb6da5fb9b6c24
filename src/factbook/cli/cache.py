"""`factbook cache`: show or remove the snapshots on disk."""

from __future__ import annotations

import click

from factbook.render.humanize import count_noun


@click.group(
    epilog="""\b
Examples:
  factbook cache info
  factbook cache clear"""
)
def command() -> None:
    """Show or remove the snapshots on disk that make answers fast.

    Snapshots are rebuilt when needed. FACTBOOK_CACHE sets another folder.
    """


@command.command(epilog="\b\nExample:\n  factbook cache info")
def info() -> None:
    """Show the folder, the size and the snapshots of the cache."""
    from datetime import UTC, datetime

    from factbook.store.cache_folder import cache_folder, list_snapshots

    folder = cache_folder()
    snapshots = list_snapshots(folder) if folder else []
    click.echo(f"folder\t{folder or 'none: no home folder is known; set FACTBOOK_CACHE'}")
    click.echo(f"snapshots\t{len(snapshots)}")
    click.echo(f"bytes\t{sum(snapshot.size for snapshot in snapshots)}")
    for entry in snapshots:
        used = datetime.fromtimestamp(entry.used, UTC).isoformat(timespec="seconds")
        click.echo(f"{entry.path.name}\t{entry.quads} quads\t{entry.size} bytes\tused {used}")


@command.command(epilog="\b\nExample:\n  factbook cache clear")
def clear() -> None:
    """Remove the snapshots that no running process uses."""
    from factbook.store.cache_folder import cache_folder, clear

    folder = cache_folder()
    removed, in_use = clear(folder) if folder else (0, 0)
    message = f"removed {count_noun(removed, 'snapshot')}"
    click.echo(f"{message}; {in_use} in use" if in_use else message)
