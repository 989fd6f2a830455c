"""The settings of git as its files have them: of the system, the user, a repository, and what they include.

    config = read_git_config(Path("svc"), environ)
    [(entry.place, entry.entry.key) for entry in config.entries], config.gaps

git is not run. Every include is followed, whatever its condition: what a file holds lies on this disk, be it in force
here or not; the condition is told. Each file is read once, so that files that include each other end.

Source: git-config(1), "FILES", "Includes", "ENVIRONMENT"; gitrepository-layout(5).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import CREDENTIALS_WANTED
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.privacy.credential_search import text_of
from supplymatrix.privacy.git_config_text import GitEntry, parse_git_config
from supplymatrix.sources.files import read_if_there

__all__ = ["GitConfig", "PlacedEntry", "git_folder", "read_git_config", "shown_path"]

_FILE_LIMIT = 1 << 20
_DEEPEST = 10
"""Includes in each other; git itself ends there."""
_MOST_FILES = 200
_MOST_GAPS = 50
_SMALL = 4 << 10
_SYSTEM = "/etc/gitconfig"


@value
class PlacedEntry:
    """One entry. place: of its file as shown, "~/.gitconfig", ".git/config"; path: of the file. scope: "system",
    "global", "local" or "environment". condition: of the includeIf that leads to it, "" for none."""

    entry: GitEntry
    place: str
    path: Path
    scope: str
    condition: str = ""


@value
class GitConfig:
    """entries: the weakest first, as git reads them. gaps: files that could not be read, lines that are none. files:
    that were read, as shown. paths: of these and of those that could not be read, without links."""

    entries: tuple[PlacedEntry, ...]
    gaps: tuple[Gap, ...]
    files: tuple[str, ...]
    paths: frozenset[str]


def read_git_config(folder: Path | None, environ: Mapping[str, str], *, with_home: bool = True) -> GitConfig:
    """Return the settings that git would read in a folder. folder: None = none but those of the user. with_home:
    whether files outside of the repository are read at all. Raises nothing: gaps."""
    reader = _Reader(environ, folder, with_home=with_home)
    if with_home:
        for path, scope in _outer_files(environ):
            reader.read(path, scope)
    if folder is not None:
        inner = git_folder(folder)
        if inner is not None:
            reader.read(_common(inner) / "config", "local")
            reader.read(inner / "config.worktree", "local")
    reader.take_environment()
    return GitConfig(
        entries=tuple(reader.entries),
        gaps=tuple(reader.gaps),
        files=tuple(reader.files),
        paths=frozenset(reader.seen),
    )


def git_folder(folder: Path) -> Path | None:
    """Return the folder with the settings of the repository that a folder lies in, None for none."""
    whole = folder.absolute()
    for one in (whole, *whole.parents):
        inner = one / ".git"
        try:
            if inner.is_dir():
                return inner
            named = _line_of(inner)
        except (OSError, ValueError):
            continue
        if named.startswith("gitdir:"):
            return one / named.removeprefix("gitdir:").strip()
    return None


def shown_path(path: Path, environ: Mapping[str, str], root: Path | None = None) -> str:
    """Return a path as it is shown: from the root where it lies in it, from the home folder as `~`, else whole."""
    text = os.path.abspath(path)  # noqa: PTH100 - links are not to be followed
    for base, mark in ((os.path.abspath(root) if root is not None else "", ""), (environ.get("HOME", ""), "~/")):  # noqa: PTH100
        inner = base.rstrip("/\\") + os.sep
        if len(inner) > 1 and text.startswith(inner):
            return mark + text[len(inner) :].replace(os.sep, "/")
    return Path(text).as_posix()


def _outer_files(environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield the files of the system and of the user, the weaker ones first."""
    home = environ.get("HOME", "")
    if environ.get("GIT_CONFIG_NOSYSTEM", "").lower() not in ("1", "true", "yes", "on"):
        yield Path(environ.get("GIT_CONFIG_SYSTEM") or _SYSTEM), "system"
    named = environ.get("GIT_CONFIG_GLOBAL")
    if named is not None:
        if named:
            yield Path(named), "global"
        return
    base = environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    if base:
        yield Path(base, "git", "config"), "global"
    if home:
        yield Path(home, ".gitconfig"), "global"


def _common(inner: Path) -> Path:
    """Return the folder that the work trees of a repository share."""
    try:
        named = _line_of(inner / "commondir")
    except (OSError, ValueError):
        return inner
    return inner / named if named else inner


def _line_of(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(_SMALL).decode("utf-8", "surrogateescape").partition("\n")[0].strip()


class _Reader:
    def __init__(self, environ: Mapping[str, str], folder: Path | None, *, with_home: bool) -> None:
        self._environ = environ
        self._root = folder
        self._with_home = with_home
        self.entries: list[PlacedEntry] = []
        self.gaps: list[Gap] = []
        self.files: list[str] = []
        self.seen: set[str] = set()

    def read(self, path: Path, scope: str, condition: str = "", depth: int = 0) -> None:
        """Read a file and what it includes, if it is there and was not read before."""
        real = os.path.realpath(path)
        shown = shown_path(path, self._environ, self._root)
        if real in self.seen:
            return
        if len(self.seen) >= _MOST_FILES or depth > _DEEPEST:
            self._gap(shown, "settings of git include each other deeper, or in more files, than is followed")
            return
        self.seen.add(real)
        try:
            data = read_if_there(path, _FILE_LIMIT, "git config")
        except (InputError, ValueError) as err:
            self._gap(shown, err.diagnostics[0].message if isinstance(err, InputError) else str(err))
            return
        text = text_of(data) if data is not None else ""
        if text is None:
            self._gap(shown, "it holds a NUL byte, so it is no text")
            return
        if data is None:
            return
        self.files.append(shown)
        entries, faults = parse_git_config(text)
        if faults:
            self._gap(shown, f"line {faults[0]} is no line of git config", line=faults[0])
        for entry in entries:
            placed = PlacedEntry(entry=entry, place=shown, path=path, scope=scope, condition=condition)
            self.entries.append(placed)
            if entry.name == "path" and entry.section in ("include", "includeif"):
                self._include(path, placed, depth)

    def _include(self, path: Path, placed: PlacedEntry, depth: int) -> None:
        named = placed.entry.text
        home = self._environ.get("HOME", "")
        if named.startswith("~/"):
            if not home or not self._with_home:
                return
            target = Path(home, named[2:])
        elif named.startswith("~"):
            self._gap(placed.place, "it includes a file of another user's home", line=placed.entry.line)
            return
        else:
            target = path.parent / named
        if not named:
            return
        if not self._with_home and self._is_outside(target):
            return
        condition = placed.entry.subsection if placed.entry.section == "includeif" else ""
        self.read(target, placed.scope, condition or placed.condition, depth + 1)

    def _is_outside(self, target: Path) -> bool:
        """Return whether a file lies outside of the repository."""
        inner = git_folder(self._root) if self._root is not None else None
        if inner is None:
            return True
        bases = (os.path.realpath(inner.parent), os.path.realpath(_common(inner)))
        real = os.path.realpath(target)
        return not any(real.startswith(base + os.sep) for base in bases)

    def take_environment(self) -> None:
        """Take what GIT_CONFIG_COUNT, GIT_CONFIG_KEY_n and GIT_CONFIG_VALUE_n say."""
        count = self._environ.get("GIT_CONFIG_COUNT", "")
        for number in range(min(int(count), _MOST_FILES) if count.isascii() and count.isdigit() else 0):
            key = self._environ.get(f"GIT_CONFIG_KEY_{number}", "")
            section, _, rest = key.partition(".")
            subsection, _, name = rest.rpartition(".")
            if section and name:
                entry = GitEntry(
                    section=section.lower(),
                    subsection=subsection,
                    name=name.lower(),
                    text=self._environ.get(f"GIT_CONFIG_VALUE_{number}", ""),
                    line=0,
                )
                place = f"GIT_CONFIG_VALUE_{number}"
                self.entries.append(PlacedEntry(entry=entry, place=place, path=Path(), scope="environment"))

    def _gap(self, shown: str, reason: str, line: int = 0) -> None:
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(
                Gap(
                    wanted=f"{CREDENTIALS_WANTED}{shown}",
                    reason=reason,
                    remedy="mend the file, or look at it by hand",
                    subject=shown,
                    location=Location(artifact=shown, line=line, column=1 if line else 0),
                )
            )
