"""The Go that lies in a folder: which version it is, for which system, and what its go.env says.

go_version_of(Path("/usr/local/go"))             # "1.26.8"
goroot_of(Path("/usr/local/bin/go"))             # Path("/usr/local/go")

Nothing of it is run. Source: Go cmd/dist (findgoversion), `go help toolchain`.
"""

from __future__ import annotations

import os
import re
import stat
from hashlib import sha256
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.toolchain import GoVersionFile, is_platform, parse_version_file, platform_of
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion, unescape_version
from supplymatrix.model.value import value
from supplymatrix.sources.build_target import host_target
from supplymatrix.sources.files import read_if_there

__all__ = [
    "FetchedToolchains", "fetched_toolchains", "fips_faults", "fips_sums", "go_version_of", "goroot_of", "link_of",
    "platforms_of", "read_go_env", "read_version_file", "toolchain_in_cache",
]  # fmt: skip

_LIMIT = 4 << 10
_ENV_LIMIT = 64 << 10
_ZIP_LIMIT = 64 << 20
_MOST_TOOLCHAINS = 200
_MOST_PLATFORMS = 8
_MOST_SUMS = 50
_SUM = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,99}\.zip)\s+([0-9a-f]{64})")
_EXPECTED = "the folder of a Go installation, with bin/go and VERSION in it"


def go_version_of(root: Path) -> str:
    """Return the version of the Go that lies in a folder, "1.26.8", without what its maker has put behind it ("-1"); ""
    where its VERSION file says none."""
    try:
        found = read_version_file(root)
    except InputError:
        return ""
    return found.version if found is not None else ""


def read_version_file(root: Path) -> GoVersionFile | None:
    """Return what the VERSION file says, None where there is none. Raises InputError for one that cannot be read."""
    data = read_if_there(root / "VERSION", _LIMIT, "VERSION of Go")
    return None if data is None else parse_version_file(data)


def read_go_env(root: Path) -> bytes | None:
    """Return the bytes of go.env, None where there is none, or none that can be read."""
    try:
        return read_if_there(root / "go.env", _ENV_LIMIT, "go.env")
    except InputError:
        return None


def platforms_of(root: Path) -> tuple[str, ...]:
    """Return for which platforms a Go may be that lies in a folder, the likeliest first: those of its tools, that of
    this machine first among them; that of this machine where it has no tools."""
    host = "-".join(host_target())
    try:
        names = sorted(entry.name for entry in os.scandir(root / "pkg" / "tool") if entry.is_dir())
    except OSError:
        names = []
    found = [platform_of(name) for name in names if platform_of(name)][:_MOST_PLATFORMS]
    return tuple(sorted(found, key=lambda platform: platform != host)) or ((host,) if is_platform(host) else ())


def goroot_of(path: Path) -> Path:
    """Return the GOROOT that a path means: the folder itself, or the one of whose bin a `go` command is.

    Raises InputError for a path at which there is no Go.
    """
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as err:
        raise _no_go(path, f"it cannot be looked at: {getattr(err, 'strerror', None) or err}") from err
    if is_file and path.name in ("go", "go.exe", "gofmt", "gofmt.exe"):
        real, named = Path(os.path.realpath(path)).parent, path.absolute().parent
        folder = named if named.samefile(real) else real  # as the go command itself finds it
        if folder.name == "bin" and _is_go(folder.parent):
            return folder.parent
        raise _no_go(path, "this command is of no Go")
    if is_folder and _is_go(path):
        return path
    raise _no_go(path, "this is no folder of a Go" if is_folder or is_file else "there is no such folder")


def _is_go(folder: Path) -> bool:
    try:
        has_command = any((folder / "bin" / name).is_file() for name in ("go", "go.exe"))
        return has_command or ((folder / "src" / "runtime").is_dir() and (folder / "src" / "cmd").is_dir())
    except OSError:
        return False


def _no_go(path: Path, message: str) -> InputError:
    return InputError(
        Diagnostic(message=message, artifact=str(path), expected=_EXPECTED, remedy="`go env GOROOT` tells where it is")
    )


def toolchain_in_cache(root: Path) -> ModuleVersion | None:
    """Return the toolchain's module version where a Go lies in a module cache, as the go command puts it there: by the
    name of its folder, which is what the go command goes by, wherever a link of that name leads; else by that of the
    folder that it is."""
    try:
        names = [Path(os.path.abspath(root)).as_posix()]  # noqa: PTH100 - links are not to be followed
        names.append(Path(os.path.realpath(root)).as_posix())
    except (OSError, ValueError):
        return None
    for name in names:
        path, mark, version = name.rpartition("@")
        if mark and path.endswith(f"/{TOOLCHAIN_PATH}"):
            module = _module_named(version)
            if module is not None:
                return module
    return None


def _module_named(version: str) -> ModuleVersion | None:
    try:
        return ModuleVersion(path=TOOLCHAIN_PATH, version=unescape_version(version))
    except InputError:
        return None


@value
class FetchedToolchains:
    """folders: of the toolchains in a module cache, by name. unread: others that are called like one, and why nothing
    can be said of each."""

    folders: tuple[Path, ...] = ()
    unread: tuple[tuple[Path, str], ...] = ()


def fetched_toolchains(cache: Path | None) -> FetchedToolchains:
    """Return the folders of the toolchains that the go command has fetched into a module cache."""
    if cache is None:
        return FetchedToolchains()
    folder, _, base = TOOLCHAIN_PATH.rpartition("/")
    try:
        names = sorted(entry.name for entry in os.scandir(cache / folder) if entry.name.startswith(f"{base}@"))
    except FileNotFoundError:
        return FetchedToolchains()
    except (OSError, ValueError) as err:
        return FetchedToolchains(unread=((cache / folder, f"it cannot be read: {getattr(err, 'strerror', err)}"),))
    folders: list[Path] = []
    unread: list[tuple[Path, str]] = []
    for name in names:
        path = cache / folder / name
        fault = _fault_of(path) if len(folders) < _MOST_TOOLCHAINS else f"only {_MOST_TOOLCHAINS} toolchains are read"
        if fault:
            unread.append((path, fault))
        else:
            folders.append(path)
    return FetchedToolchains(folders=tuple(folders), unread=tuple(unread))


def _fault_of(path: Path) -> str:
    """Return why what is called like a toolchain cannot be read as one, "" where it can."""
    if _module_named(path.name.partition("@")[2]) is None:
        return "its name is none that the go command gives to a toolchain"
    try:
        info = path.stat()
    except OSError as err:
        return f"it is a link that leads nowhere: {err.strerror}" if path.is_symlink() else f"{err.strerror}"
    return "" if stat.S_ISDIR(info.st_mode) else "it is no folder"


def link_of(root: Path) -> str:
    """Return where a Go really lies if its folder is a link, "" if it is none."""
    try:
        return os.path.realpath(root) if root.is_symlink() else ""
    except (OSError, ValueError):
        return ""


def fips_sums(root: Path) -> dict[str, str]:
    """Return what `lib/fips140/fips140.sum` of a Go says: name of a zip → SHA-256 in hex; {} where nothing says it."""
    try:
        text = (read_if_there(root / "lib" / "fips140" / "fips140.sum", _ENV_LIMIT, "fips140.sum") or b"").decode()
    except (InputError, UnicodeDecodeError):
        return {}
    found = (_SUM.fullmatch(line.strip()) for line in text.split("\n"))
    return {match[1]: match[2] for match in found if match is not None}


def fips_faults(root: Path) -> tuple[str, ...]:
    """Return which zips of Go's cryptographic module are not what `lib/fips140/fips140.sum` beside them says."""
    folder = root / "lib" / "fips140"
    try:
        text = (read_if_there(folder / "fips140.sum", _ENV_LIMIT, "fips140.sum") or b"").decode("utf-8", "replace")
    except InputError as err:
        return (f"fips140.sum: {err.diagnostics[0].message}",)
    faults = []
    for name, said in [found.groups() for line in text.split("\n") if (found := _SUM.fullmatch(line.strip()))][
        :_MOST_SUMS
    ]:
        try:
            data = read_if_there(folder / name, _ZIP_LIMIT, "zip")
        except InputError as err:
            faults.append(f"{name}: {err.diagnostics[0].message}")
            continue
        if data is None:
            faults.append(f"{name}: it is not there")
        elif sha256(data).hexdigest() != said:
            faults.append(f"{name}: it is not what fips140.sum says")
    return tuple(faults)
