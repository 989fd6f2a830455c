"""Programs that say they were built from given modules: `built("code.example/a@v1.0.0")` with the made log's hashes."""

from __future__ import annotations

from collections.abc import Mapping

from tests.gomod.made_programs import header, made_elf
from tests.support.made_log import made_hash

__all__ = ["built", "dep"]


def dep(name: str, *, sum_: str | None = None, by: str = "", by_sum: str = "") -> str:
    """Return the lines of a module. sum_: its hash, None = the made log's. by: what replaces it, "path version"."""
    path, _, version = name.partition("@")
    text = made_hash(name) if sum_ is None else sum_
    if not by:
        return f"dep\t{path}\t{version}\t{text}\n" if text else f"dep\t{path}\t{version}\n"
    place, _, other = by.partition(" ")
    return f"dep\t{path}\t{version}\n=>\t{place}\t{other}\t{by_sum}\n"


def built(
    *deps: str,
    main: str = "svc.example/app\t(devel)\t",
    settings: Mapping[str, str] | None = None,
    go: str = "go1.26.8",
) -> bytes:
    """Return a program. deps: lines as `dep` makes them, or "path@version" for a module with the made log's hash."""
    lines = "".join(text if text.endswith("\n") else dep(text) for text in deps)
    build = "".join(f"build\t{key}={text}\n" for key, text in (settings or {"CGO_ENABLED": "0"}).items())
    return made_elf(header(go, f"path\tsvc.example/app\nmod\t{main}\n{lines}{build}"), section=0)
