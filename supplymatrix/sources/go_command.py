"""The go command, asked for what it knows of a project, in an environment of ours and within limits.

What is examined may be hostile. So nothing of it is run, and nothing that the user has set can make the go command run
or fetch something: no other toolchain (GOTOOLCHAIN=local), no flags (GOFLAGS), no settings file (GOENV=off), no
download (GOPROXY=off), no version control (GOVCS, and -buildvcs=false: to stamp a program the go command would ask git,
whose configuration is part of the project). Files that import "C" are listed where they are asked for (CGO_ENABLED=1);
to list them neither cgo nor a C compiler is run, since nothing is asked that would have to be built.

Source: `go help environment`, `go help list`; cmd/go internal/load (setBuildInfo).
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, NamedTuple

from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.golist import GoListEntry, parse_go_list
from supplymatrix.gomod.goversion import is_toolchain
from supplymatrix.model.value import value

if TYPE_CHECKING:
    import subprocess

__all__ = ["NOTHING_FETCHED", "GoCommand", "UsedModules", "find_go", "named_gos"]

_SECONDS = 30.0
_MAX_OUTPUT = 64 << 20
_MOST_NAMED = 100
_MAX_WORDS = 1 << 16  # bytes of its complaints that are kept
_WINDOW = 1 << 16

_KEPT = (
    "HOME", "GOPATH", "GOCACHE", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "SYSTEMROOT", "WINDIR", "USERPROFILE",
    "LOCALAPPDATA", "APPDATA", "PROGRAMDATA",
)  # fmt: skip
_FIXED = {
    "GO111MODULE": "on",
    "GOTOOLCHAIN": "local",
    "GOFLAGS": "",
    "GOENV": "off",
    "GOPROXY": "off",
    "GOSUMDB": "off",
    "GOVCS": "*:off",
    "GOAUTH": "off",
    "LC_ALL": "C",
}
_USED = (
    "{{with .Module}}{{.Path}}{{end}}\t{{.ImportPath}}\t"
    '{{with .Error}}{{printf "%q" .Err}}{{end}}\t{{if .Standard}}std{{end}}'
    "\t{{if or .DepOnly .ForTest}}{{else}}root{{end}}\t{{.Name}}\t{{join .Imports `,`}}"
    '\t{{if .Standard}}{{else if or .CgoFiles .SysoFiles}}{{printf "%q" .Dir}}{{end}}'
    '\t{{printf "%q" (join .CgoFiles "/")}}\t{{printf "%q" (join .SysoFiles "/")}}'
)
_TEST_MAIN = "testing/internal/testdeps"
"""What the main package of a test imports, and nobody else may."""
NOTHING_FETCHED = "this program lets go fetch nothing"
_NOT_FETCHED = re.compile(r"(?:(?P<module>[^\s@]+@[^\s:]+): )?(?:.*: )?module lookup disabled by GOPROXY=off")
_NOT_IN_BUILD = "build constraints exclude all Go files"


@value
class UsedModules:
    """Which modules give packages to a build. packages: module path → import paths, sorted; test_packages: likewise
    those that only the main modules' tests need, {} when these were not asked for. faults, test_faults: the packages
    that could not be found, so that there may be more of each. programs: those packages that were asked for and are
    programs. with_c: module path → its files that import "C", with their packages: (import path, file); with_objects:
    likewise its object files (.syso)."""

    packages: Mapping[str, tuple[str, ...]]
    faults: tuple[str, ...]
    test_packages: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    test_faults: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    with_c: Mapping[str, tuple[tuple[str, Path], ...]] = MappingProxyType({})
    with_objects: Mapping[str, tuple[tuple[str, Path], ...]] = MappingProxyType({})

    @property
    def paths(self) -> frozenset[str]:
        """The modules that give packages to the build itself."""
        return frozenset(self.packages)


def find_go(environ: Mapping[str, str], *, called: str = "go") -> Path | None:
    """Return the `go` of PATH. Relative entries are passed over: a scanned project must not bring its own. called: the
    command's name, "go1.26.8" for a toolchain.

    `net` looks in the same way for the go command's settings; no room lies below both that may look at a disk.
    """
    name = f"{called}.exe" if sys.platform == "win32" else called
    for entry in _absolute(environ.get("PATH", "")):
        command = Path(entry, name)
        if os.path.isfile(command) and os.access(command, os.X_OK):  # noqa: PTH113 - is_file raises if closed
            return command
    return None


def named_gos(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the commands of PATH that are called like a toolchain, "go1.26.8", of each name the first one, by name:
    the go command runs such a one in the place of what it would fetch."""
    names: set[str] = set()
    for entry in _absolute(environ.get("PATH", "")):
        with suppress(OSError, ValueError):
            names |= {name.removesuffix(".exe") for name in os.listdir(entry) if name.startswith("go1")}  # noqa: PTH208
    found = (find_go(environ, called=name) for name in sorted(names) if is_toolchain(name))
    return tuple(command for command in found if command is not None)[:_MOST_NAMED]


class GoCommand:
    """The go command for one project. folder: where it starts; cache: the module cache, None = its default.

    go_work: of the workspace, None = no workspace, whatever lies above the project. target: (GOOS, GOARCH), "" = this
    machine's. cgo: list files that import "C". tags: for -tags. seconds: for each answer.
    """

    def __init__(
        self,
        go: Path,
        folder: Path,
        environ: Mapping[str, str],
        *,
        cache: Path | None = None,
        go_work: Path | None = None,
        target: tuple[str, str] = ("", ""),
        cgo: bool = False,
        tags: Sequence[str] = (),
        seconds: float = _SECONDS,
    ) -> None:
        self._go = go
        self._folder = folder
        self._seconds = seconds
        self._tags = [f"-tags={','.join(tags)}"] if tags else []
        kept = {name: environ[name] for name in _KEPT if environ.get(name)}
        work = "off" if go_work is None else os.path.abspath(go_work)  # noqa: PTH100 - go_work may lead through links
        self.environment = {
            **kept,
            **_FIXED,
            "PATH": os.pathsep.join(_absolute(environ.get("PATH", ""))),
            "GOWORK": work,
            **({"GOMODCACHE": str(cache)} if cache is not None and cache.is_absolute() else {}),
            "CGO_ENABLED": "1" if cgo else "0",
            **({"GOOS": target[0]} if target[0] else {}),
            **({"GOARCH": target[1]} if target[1] else {}),
        }

    def list_modules(self) -> tuple[GoListEntry, ...]:
        """Return the build list. Raises SourceError, with the go command's own words where it refuses."""
        try:
            return parse_go_list(self._run("list", "-mod=readonly", "-m", "-json", "all"))
        except InputError as err:
            raise SourceError(err.diagnostics[0].message) from err

    def list_used(self, folders: Sequence[Path], *, tests: bool = False, vendor: bool = False) -> UsedModules:
        """Return the modules that give packages to what lies in folders and below. tests: also to the tests there.
        vendor: packages are taken from vendor/, and from nowhere else.

        Raises SourceError.
        """
        patterns = [f"{os.path.abspath(folder)}{os.sep}..." for folder in folders]  # noqa: PTH100 - as above
        asked = ["-deps", "-e", *(["-test"] if tests else []), *self._tags, "-f", _USED]
        mod = "-mod=vendor" if vendor else "-mod=readonly"
        output = self._run("list", mod, "-buildvcs=false", *asked, "--", *patterns)
        listed = [_package(line) for line in output.decode("utf-8", "replace").splitlines()]
        built = _needed(listed) if tests else {package.path for package in listed}
        return UsedModules(
            packages=_by_module(package for package in listed if package.path in built),
            faults=tuple(package.told for package in listed if package.told and package.path in built),
            test_packages=_by_module(package for package in listed if package.name not in built),
            test_faults=tuple(package.told for package in listed if package.told and package.path not in built),
            programs=tuple(
                sorted(package.path for package in listed if package.is_program and _TEST_MAIN not in package.imports)
            ),
            with_c=_files((package, package.c_files) for package in listed),
            with_objects=_files((package, package.objects) for package in listed),
        )

    def find_calls(self, govulncheck: Path, database: Path, *, seconds: float) -> bytes:
        """Return what `govulncheck -json ./...` writes. database: a folder in the form of the Go database, which alone
        is asked. The project's packages are read and typed; with cgo off no C compiler is run, and nothing of them is.

        Raises SourceError.
        """
        url = f"-db={database.absolute().as_uri()}"
        return self._run("-json", url, *self._tags, "./...", program=govulncheck, seconds=seconds)

    def _run(self, *arguments: str, program: Path | None = None, seconds: float = 0.0) -> bytes:
        import subprocess

        name = "go" if program is None else program.stem
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell, arguments of ours
                [program or self._go, *arguments],
                cwd=self._folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as err:
            raise SourceError(f"{name} cannot be run: {getattr(err, 'strerror', None) or err}") from err
        with process:
            output = _talk(process, seconds or self._seconds)
        if output.fault:
            raise SourceError(f"{name} {arguments[0]} {output.fault}")
        if process.returncode:
            raise SourceError(
                _words(bytes(output.words)) or f"{name} {arguments[0]} ended with status {process.returncode}"
            )
        return bytes(output.data)


class _Package(NamedTuple):
    """A line of the answer. path: as listed, "p [q.test]" where it is compiled again for a test; name: "p"."""

    module: str
    path: str
    name: str
    told: str
    is_root: bool
    is_program: bool
    imports: tuple[str, ...]
    folder: str = ""
    c_files: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


def _package(line: str) -> _Package:
    module, _, rest = line.partition("\t")
    path, _, rest = rest.partition("\t")
    fault, standard, root, clause, imports, folder, c_files, objects = (*rest.split("\t"), *[""] * 7)[:8]
    words = fault.strip('"')[:200]
    return _Package(
        module=module,
        path=path,
        name=path.partition(" ")[0],
        told=f"{path}: {words}" if fault and not standard and _NOT_IN_BUILD not in fault else "",
        is_root=bool(root),
        is_program=bool(root) and clause == "main",
        imports=tuple(imports.split(",")) if imports else (),
        folder=_unquoted(folder),
        c_files=tuple(filter(None, _unquoted(c_files).split("/"))),
        objects=tuple(filter(None, _unquoted(objects).split("/"))),
    )


def _unquoted(text: str) -> str:
    """Return what Go's %q wrote; bytes that are no UTF-8 come out as others, and lead to no file."""
    import ast

    if "\\" not in text:
        return text[1:-1]
    try:
        return str(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text[1:-1]


def _files(
    listed: Iterable[tuple[_Package, tuple[str, ...]]],
) -> dict[str, tuple[tuple[str, Path], ...]]:
    """Return files of packages by module, with the packages they are of."""
    found: dict[str, set[tuple[str, Path]]] = {}
    for package, names in listed:
        if package.module and package.folder:
            found.setdefault(package.module, set()).update((package.name, Path(package.folder, file)) for file in names)
    return {module: tuple(sorted(found[module])) for module in sorted(found) if found[module]}


def _needed(listed: Sequence[_Package]) -> set[str]:
    """Return the packages that are needed without the tests: what the plain packages of the patterns lead to."""
    imports = {package.path: package.imports for package in listed}
    waiting = [package.path for package in listed if package.is_root and _TEST_MAIN not in package.imports]
    needed = set(waiting)
    while waiting:
        for path in imports.get(waiting.pop(), ()):
            if path in imports and path not in needed:
                needed.add(path)
                waiting.append(path)
    return needed


def _by_module(listed: Iterable[_Package]) -> dict[str, tuple[str, ...]]:
    """Return the packages of each module; those that are made of tests can be imported by nobody, and are left out."""
    found: dict[str, set[str]] = {}
    for package in listed:
        base = package.name.removesuffix("_test")
        is_test = _TEST_MAIN in package.imports or package.path == f"{base}_test [{base}.test]"
        if package.module and not is_test:
            found.setdefault(package.module, set()).add(package.name)
    return {module: tuple(sorted(found[module])) for module in sorted(found)}


class _Output:
    """What a process writes. fault: why it was killed, "" when it was not."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.words = bytearray()
        self.fault = ""


def _talk(process: subprocess.Popen[bytes], seconds: float) -> _Output:
    """Read all that a process writes, and kill it with all it has started when that is too much or takes too long."""
    import subprocess
    from threading import Thread
    from time import monotonic

    output = _Output()

    def read_data(stream: IO[bytes]) -> None:
        while piece := stream.read(_WINDOW):
            if len(output.data) + len(piece) > _MAX_OUTPUT:
                output.fault = f"wrote more than {_MAX_OUTPUT >> 20} MiB"
                _kill(process)
                return
            output.data += piece

    def read_words(stream: IO[bytes]) -> None:
        while piece := stream.read(_WINDOW):
            output.words += piece[: _MAX_WORDS - len(output.words)]

    assert process.stdout is not None  # noqa: S101 - it is a pipe
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    readers = [
        Thread(target=read_data, args=(process.stdout,), daemon=True),
        Thread(target=read_words, args=(process.stderr,), daemon=True),
    ]
    for reader in readers:
        reader.start()
    end = monotonic() + seconds
    try:
        process.wait(seconds)
        for reader in readers:
            reader.join(max(0.0, end - monotonic()))
    except subprocess.TimeoutExpired:
        pass
    finally:
        # What it has started may hold the pipes although it has ended itself. A group in which nothing is left is not
        # touched: its number may be another one's by now.
        if process.returncode is None or any(reader.is_alive() for reader in readers):
            output.fault = output.fault or f"did not end within {seconds:g} s"
            _kill(process)
    process.wait()
    for reader in readers:
        reader.join()
    return output


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _words(data: bytes) -> str:
    """Return the go command's complaint in a line: the first ones of many, each once."""
    said = (line.strip().removeprefix("go: ") for line in data.decode("utf-8", "replace").splitlines())
    lines = [*dict.fromkeys(_explained(line) for line in said if line)]
    told = "; ".join(lines[:3])
    return f"{told[:500]}{' …' if len(lines) > 3 or len(told) > 500 else ''}"


def _explained(line: str) -> str:
    """Return what a line of the go command means here, where it may fetch nothing."""
    found = _NOT_FETCHED.fullmatch(line)
    if found is None:
        return line
    return f"{NOTHING_FETCHED}, and {found['module'] or 'something that it needs'} is not in the module cache"


def _absolute(path: str) -> list[str]:
    return [entry for entry in path.split(os.pathsep) if Path(entry).is_absolute()]
