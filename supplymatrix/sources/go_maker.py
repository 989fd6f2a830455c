"""Who built a Go that is no release of the Go project: what its VERSION file says, and which package it belongs to.

    find_maker(Path("/usr/lib/go-1.19"), parse_version_file(b"go1.19.8"))
    # GoMaker(name="Debian", why="/usr/share/doc/golang-1.19-go names the package 1.19.8-2")

Whoever may write into a GOROOT may write these marks as well, and some of those beside it. So they never prove
anything: they say whom to ask. They differ in who else could have written them (`Mark`).

Source: Debian Policy 12.7 (changelogs); the forms of dpkg's and apk's databases; os-release(5); microsoft/go, Fedora's
golang.spec, Homebrew's INSTALL_RECEIPT.json.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.gomod.toolchain import GoVersionFile
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there

__all__ = ["GoMaker", "Mark", "find_maker"]

_LIMIT = 64 << 10
_DATABASE_LIMIT = 64 << 20
_MOST_LISTS = 200
_HEAD_BYTES = 400  # of a changelog: its first line
_SUFFIXES = (
    (re.compile(r"microsoft", re.IGNORECASE), "Microsoft"),
    (re.compile(r"Red ?Hat", re.IGNORECASE), "Red Hat"),
    (re.compile(r"fedora|\.fc[0-9]", re.IGNORECASE), "Fedora"),
    (re.compile(r"ubuntu", re.IGNORECASE), "Ubuntu"),
    (re.compile(r"debian", re.IGNORECASE), "Debian"),
    (re.compile(r"alpine", re.IGNORECASE), "Alpine"),
    (re.compile(r"suse", re.IGNORECASE), "SUSE"),
    (re.compile(r"chainguard|wolfi", re.IGNORECASE), "Chainguard"),
    (re.compile(r"amzn|amazon", re.IGNORECASE), "Amazon"),
)
_CHANGELOG = re.compile(rb"^([a-z0-9.+-]{1,60}) \(([^)\s]{1,60})\)")
_OS_NAME = re.compile(r'^NAME=["\']?([^"\'\n]{1,60})', re.MULTILINE)
_LIST = re.compile(r"golang.*\.list")
_STORES = (("/nix/store/", "Nix"), ("/gnu/store/", "Guix"))


class Mark(Enum):
    """Where a mark stands. INSIDE: in the GOROOT. BESIDE: near it, in the layout of a package. DATABASE: in what this
    machine keeps of its packages, below the top of its file system, where more than a GOROOT's owner has to be able to
    write."""

    INSIDE = "inside"
    BESIDE = "beside"
    DATABASE = "database"


@value
class GoMaker:
    """name: "Debian". why: the mark by which it is known, in words."""

    name: str
    why: str
    mark: Mark


@value
class _Place:
    """Where a Go lies. root: its folder without links. prefix: of the package, "/usr"; top: of the file system.
    database: what a mark in a database there is worth."""

    root: Path
    prefix: Path
    top: Path
    version: GoVersionFile | None
    database: Mark


def find_maker(root: Path, version: GoVersionFile | None, *, machine: Path | None = None) -> GoMaker | None:
    """Return who built a Go, by the mark that is worth most; None where nothing says it.

    version: its VERSION file, None for none. machine: the top of this machine's file system, None = where every path
    begins.
    """
    try:
        real = root.resolve()
    except (OSError, RuntimeError):
        return None
    parents = [*real.parents, real, real, real]
    top = parents[2]
    is_here = top == (machine or Path(real.anchor))
    place = _Place(
        root=real,
        prefix=parents[1],
        top=top,
        version=version,
        database=Mark.DATABASE if is_here else Mark.BESIDE,
    )
    for look in _LOOKS:
        found = next(look(place), None)
        if found is not None:
            return found
    return None


def _by_version(place: _Place) -> Iterator[GoMaker]:
    if _is_there(place.root / "MICROSOFT_REVISION"):
        yield GoMaker(name="Microsoft", why="it has a file MICROSOFT_REVISION", mark=Mark.INSIDE)
    text = place.version.suffix if place.version is not None else ""
    for pattern, name in _SUFFIXES:
        if pattern.search(text):
            why = f"its VERSION file says {place.version.text if place.version else ''!r}"
            yield GoMaker(name=name, why=why, mark=Mark.INSIDE)


def _by_store(place: _Place) -> Iterator[GoMaker]:
    for start, name in _STORES:
        if place.root.as_posix().startswith(start):
            yield GoMaker(name=name, why=f"it lies below {start}", mark=Mark.DATABASE)


def _by_changelog(place: _Place) -> Iterator[GoMaker]:
    """The documents of a Debian package of this version, below the same prefix."""
    folder = place.prefix / "share" / "doc"
    for name in (f"golang{place.root.name.removeprefix('go')}-go", f"golang{place.root.name.removeprefix('go')}"):
        head = _changelog(folder / name)
        said = _CHANGELOG.match(head)
        if said is None:
            continue
        version = said[2].decode("ascii", "replace")
        if place.version is not None and place.version.version and not _is_of(version, place.version.version):
            continue
        maker = "Ubuntu" if "ubuntu" in version else "Debian"
        why = f"{(folder / name).as_posix()} is of the package {said[1].decode()} {version}"
        yield GoMaker(name=maker, why=why, mark=Mark.BESIDE)


def _is_of(package: str, version: str) -> bool:
    """Return whether the version of a package is one of a Go version: "2:1.19.8-2" of "1.19.8"."""
    upstream = package.rpartition(":")[2].rpartition("-")[0] or package
    return re.split(r"[~+]", upstream)[0] == re.split(r"(?=rc|beta)", version)[0]


def _changelog(folder: Path) -> bytes:
    try:
        data = read_if_there(folder / "changelog.Debian.gz", _LIMIT, "changelog")
        return zlib.decompressobj(wbits=31).decompress(data or b"", _HEAD_BYTES)
    except (InputError, zlib.error, OSError):
        return b""


def _by_dpkg(place: _Place) -> Iterator[GoMaker]:
    """The lists of files that dpkg keeps of each package."""
    folder = place.top / "var" / "lib" / "dpkg" / "info"
    line = f"\n/{(place.root / 'bin' / 'go').relative_to(place.top).as_posix()}\n".encode()
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if _LIST.fullmatch(entry.name))
    except OSError:
        return
    for name in names[:_MOST_LISTS]:
        if line in b"\n" + _read(folder / name, _DATABASE_LIMIT):
            maker = _os_name(place.top) or "Debian"
            why = f"it belongs to the package {name.removesuffix('.list').partition(':')[0]}"
            yield GoMaker(name=maker, why=why, mark=place.database)


def _by_apk(place: _Place) -> Iterator[GoMaker]:
    """The database of apk: packages parted by empty lines, with a line for each folder and file."""
    data = b""
    for path in ("lib/apk/db/installed", "usr/lib/apk/db/installed"):
        data = data or _read(place.top / path, _DATABASE_LIMIT)
    at = data.find(f"\nF:{(place.root / 'bin').relative_to(place.top).as_posix()}\n".encode())
    if at < 0:
        return
    start = data.rfind(b"\n\n", 0, at) + 1
    package = next((line[2:] for line in data[start:at].split(b"\n") if line.startswith(b"P:")), b"")
    maker = _os_name(place.top) or "Alpine Linux"
    why = f"it belongs to the package {package.decode('utf-8', 'replace')[:60]}"
    yield GoMaker(name=maker, why=why, mark=place.database)


def _by_folders(place: _Place) -> Iterator[GoMaker]:
    """Folders that packages of Fedora and its kin, SUSE and Arch have beside the Go that they install."""
    maker = _os_name(place.top)
    lies = place.root.relative_to(place.top).as_posix()
    for where, mark in (
        ("usr/lib/golang", "usr/share/licenses/golang"),
        ("usr/lib/golang", "usr/share/doc/golang"),
        ("usr/lib/go", "usr/share/licenses/go"),
    ):
        if lies == where and maker and (place.top / mark).is_dir():
            yield GoMaker(name=maker, why=f"{(place.top / mark).as_posix()} is of its package", mark=Mark.BESIDE)


def _by_homebrew(place: _Place) -> Iterator[GoMaker]:
    receipt = place.root.parent / "INSTALL_RECEIPT.json"
    if place.root.name == "libexec" and _is_there(receipt):
        yield GoMaker(name="Homebrew", why=f"{receipt.as_posix()} is its receipt", mark=Mark.BESIDE)


_LOOKS: tuple[Callable[[_Place], Iterator[GoMaker]], ...] = (
    _by_store, _by_dpkg, _by_apk, _by_changelog, _by_folders, _by_homebrew, _by_version,
)  # fmt: skip


def _os_name(top: Path) -> str:
    for name in ("etc/os-release", "usr/lib/os-release"):
        found = _OS_NAME.search(_read(top / name, _LIMIT).decode("utf-8", "replace"))
        if found:
            return found[1].removesuffix(" GNU/Linux").strip()
    return ""


def _read(path: Path, limit: int) -> bytes:
    try:
        return read_if_there(path, limit, "file") or b""
    except InputError:
        return b""


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True
