"""`supplymatrix cache`: what was learned from the log, and forgetting it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from supplymatrix.cli.output import write_stdout
from supplymatrix.net.cache import cache_info, clear_cache
from supplymatrix.net.folders import state_folder

__all__ = ["cache"]

_FOLDER = click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="The cache is here.")


def _folder() -> Path:
    """Return the folder that a run without --cache-dir uses."""
    from supplymatrix.engine.settings import cache_folder_of, load_settings

    return cache_folder_of(load_settings(os.environ), os.environ)


@click.group()
def cache() -> None:
    """Show or clear the cache of tiles and records. The trusted head is no cache and is always kept."""


@cache.command()
@_FOLDER
def info(cache_dir: Path | None) -> None:
    """Show what the cache holds, and where the trusted head lies."""
    found = cache_info(cache_dir or _folder())
    lines = [f"cache         {found.folder}  {found.bytes:,} bytes"]
    for log in found.logs:
        entries = f"{log.entries:,} answers" if log.entries >= 0 else "cannot be read"
        lines.append(f"  {log.name}  {entries}, {log.bytes:,} bytes")
    if found.facts:
        lines.append(f"  licences and hashes of files  {found.facts:,} bytes")
    lines += [f"  set aside: {name}" for name in found.damaged]
    state = state_folder(os.environ)
    heads = sorted(path.name for path in state.glob("*.head")) if state.is_dir() else []
    lines.append(f"trusted head  {state}  {', '.join(heads) or 'none yet'}")
    write_stdout("\n".join(lines) + "\n")


@cache.command()
@_FOLDER
def clear(cache_dir: Path | None) -> None:
    """Delete the cache; the trusted head and kept evidence stay."""
    held = clear_cache(cache_dir or _folder())
    write_stdout(f"deleted {held.bytes:,} bytes in {held.folder}; the trusted head is kept\n")
