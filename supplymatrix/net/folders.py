"""Where this program keeps what it may lose (the cache), what it must not (the trusted head), and the user's settings.

| system | cache | state | config |
|---|---|---|---|
| Linux and others | $XDG_CACHE_HOME or ~/.cache | $XDG_STATE_HOME or ~/.local/state | $XDG_CONFIG_HOME or ~/.config |
| macOS | ~/Library/Caches | ~/Library/Application Support | ~/Library/Application Support |
| Windows | %LOCALAPPDATA%\\supplymatrix\\cache | %LOCALAPPDATA%\\supplymatrix\\state | %APPDATA%\\supplymatrix |

SUPPLYMATRIX_CACHE_DIR, SUPPLYMATRIX_STATE_DIR and SUPPLYMATRIX_CONFIG_DIR name the folder itself. Nothing is created
here.

Source: XDG Base Directory Specification 0.8 (relative values are to be ignored).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

from supplymatrix.errors import Diagnostic, InputError, SourceError

__all__ = [
    "FACTS_NAME", "FILE_LISTS", "NO_CACHE", "cache_folder", "cache_folder_if_any", "config_folder", "state_folder",
    "state_folder_if_any",
]  # fmt: skip

FACTS_NAME = "file-facts.v1.txt"
"""In the cache folder: what was worked out from files before (`net.file_facts`)."""
FILE_LISTS = "files-"
"""In the cache folder: how the names of lists of proven files begin (`net.file_lists`)."""
NO_CACHE = "there is no cache for this run: no home folder is known; next: set SUPPLYMATRIX_CACHE_DIR"
"""What is said where `cache_folder_if_any` returns None."""
_PLACES = {
    "CACHE": ("XDG_CACHE_HOME", ".cache", "Library/Caches"),
    "STATE": ("XDG_STATE_HOME", ".local/state", "Library/Application Support"),
    "CONFIG": ("XDG_CONFIG_HOME", ".config", "Library/Application Support"),
}
"""By kind: the variable, and the folders in the home of Unix and of macOS."""


def cache_folder(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the folder of the cache. Raises SourceError when neither a home nor an override is known."""
    return _known(cache_folder_if_any(environ, platform=platform), "CACHE")


def cache_folder_if_any(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """Return the folder of the cache, None where no home is known.

    Raises SourceError for an override that is relative.
    """
    return _folder(environ, "CACHE", platform)


def state_folder(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the folder of the trusted head. Raises SourceError when neither a home nor an override is known."""
    return _known(state_folder_if_any(environ, platform=platform), "STATE")


def state_folder_if_any(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """Return the folder of the trusted head, None where no home is known: none is kept then, and each run begins anew.

    Raises SourceError for an override that is relative.
    """
    return _folder(environ, "STATE", platform)


def config_folder(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the folder of settings.toml. Raises SourceError when neither a home nor an override is known.

    Raises InputError for an override that is not absolute: what it names would lie in the folder where the program is
    started, and that may be a project which is to be checked.
    """
    override = environ.get("SUPPLYMATRIX_CONFIG_DIR", "")
    if override and not PurePath(override).is_absolute():
        raise InputError(
            Diagnostic(
                message="SUPPLYMATRIX_CONFIG_DIR is no absolute path",
                seen=override[:200],
                expected="a folder named from the root on, so that no project can bring settings along",
            )
        )
    if platform == "win32" and not override and environ.get("APPDATA", ""):
        return Path(environ["APPDATA"], "supplymatrix")
    return _known(_folder(environ, "CONFIG", platform), "CONFIG")


def _known(folder: Path | None, kind: str) -> Path:
    if folder is None:
        raise SourceError(
            f"no home folder is known, so there is no place for the {kind.lower()} folder",
            remedy=f"set SUPPLYMATRIX_{kind}_DIR to a folder that may be written",
        )
    return folder


def _folder(environ: Mapping[str, str], kind: str, platform: str) -> Path | None:
    """Return a folder, None where neither a home nor an override is known."""
    xdg, unix, mac = _PLACES[kind]
    override = environ.get(f"SUPPLYMATRIX_{kind}_DIR", "")
    if override and not Path(override).is_absolute():
        raise SourceError(
            f"SUPPLYMATRIX_{kind}_DIR names {override!r}, which would be another folder wherever a command is run",
            remedy="name it in full, from the root on",
        )
    if override:
        return Path(override)
    if platform == "win32":
        local = environ.get("LOCALAPPDATA", "")
        if local:
            return Path(local, "supplymatrix", kind.lower())
        home = environ.get("USERPROFILE", "")
        unix = f"AppData/Local/supplymatrix/{kind.lower()}"
    else:
        home = environ.get("HOME", "")
        named = environ.get(xdg, "") if platform != "darwin" else ""
        if PurePath(named).is_absolute():
            return Path(named, "supplymatrix")
        unix = f"{mac if platform == 'darwin' else unix}/supplymatrix"
    return Path(home, unix) if PurePath(home).is_absolute() else None
