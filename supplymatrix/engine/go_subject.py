"""What a go command is run on: the project it finds in its folder, and the modules of others that it may compile.

project = find_go_project(Path("svc"), environ, values)     # Path("svc/go.mod"), or a go.work
wanted_modules(projects, line, start, is_work=False)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.work_file import go_work_of
from supplymatrix.gomod.go_line import GoLine
from supplymatrix.model.fact import ProjectFact, RequiredModule, SumKind, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.project import Project, is_file, is_folder

__all__ = ["find_go_project", "is_vendored", "wanted_modules", "working_folder"]

_EVERYTHING = frozenset({"generate", "tool"})
"""Commands that may start others, which may compile any module of go.sum."""


@value
class _Main:
    """module: path of the only main module; root: its folder, links followed; start: where the command is run.
    others: paths of the modules that go.sum knows."""

    module: str
    root: Path
    start: Path
    others: frozenset[str]


def find_go_project(folder: Path, environ: Mapping[str, str], values: Mapping[str, str]) -> Path | None:
    """Return the go.work, else the go.mod, that the go command takes in a folder, as seen from here.

    values: of its settings files. Raises InputError for a GOWORK that it refuses.
    """
    start = working_folder(folder, environ)
    found = go_work_of(start, environ, values)
    if found is None:
        found = next((up / "go.mod" for up in (start, *start.parents) if is_file(up / "go.mod")), None)
    if found is None:
        return None
    seen = Path(os.path.relpath(found))
    return seen if os.path.realpath(seen) == os.path.realpath(found) else found


def working_folder(folder: Path, environ: Mapping[str, str]) -> Path:
    """Return where the go command starts: by the name that PWD has for it, if that is one of it."""
    here, named = Path.cwd(), environ.get("PWD", "")
    try:
        if os.path.isabs(named) and os.path.samefile(named, here / folder):  # noqa: PTH117, PTH121 - a text
            return Path(os.path.normpath(named))
    except OSError:
        pass
    return Path(os.path.normpath(here / folder))


def is_vendored(project: Project, mod: str) -> bool:
    """Return whether the go command takes packages from vendor/. Raises InputError as reading it does."""
    from supplymatrix.engine.graph_inputs import read_inputs
    from supplymatrix.sources.vendor_list import Vendored, is_vendor_used, read_vendor_list

    inputs = read_inputs(project)
    listed = read_vendor_list(inputs.folder / "vendor" / "modules.txt")
    vendored = Vendored(
        mains=[(main.path, main.folder, main.go_mod) for main in inputs.mains],
        work=(inputs.go_work, inputs.folder) if inputs.go_work is not None else None,
    )
    return bool(inputs.mains) and is_vendor_used(inputs.folder, listed, vendored, mod=mod)


def wanted_modules(
    projects: Sequence[Project], line: GoLine, start: Path, *, is_work: bool
) -> frozenset[ModuleVersion]:
    """Return the modules whose files a command may compile. start: where it is run. is_work: a go.work counts.

    From go 1.17 on go.mod names all of them, as far as packages of its own module are built: the go command refuses to
    build where it does not. Otherwise it may be any module of which go.sum has the zip: so in a workspace, however few
    members it has, and with -mod=mod, where the go command takes later versions than go.mod names and says nothing.
    """
    known = {
        fact.subject
        for project in projects
        for fact in project.facts
        if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP
    }
    if is_work or len(projects) != 1 or line.first in _EVERYTHING or line.flag("mod") == "mod":
        return frozenset(known)
    facts = projects[0].facts
    own = next((fact for fact in facts if isinstance(fact, ProjectFact)), None)
    if own is None or not own.prunes_graph:
        return frozenset(known)
    main = _Main(
        module=own.module_path,
        root=Path(os.path.realpath(projects[0].root)),
        start=start,
        others=frozenset(module.path for module in known),
    )
    words = _run_packages(line.words) if line.command == "run" else line.words
    if not all(_is_own(word, main) for word in words):
        return frozenset(known)
    required = [fact for fact in facts if isinstance(fact, RequiredModule)]
    if any(fact.excluded for fact in required):
        return frozenset(known)
    return frozenset(known & {fact.effective for fact in required if fact.effective is not None})


def _run_packages(words: Sequence[str]) -> Sequence[str]:
    """Return what `go run` compiles: a package, or the files that stand first. The others are handed to the program."""
    files = 0
    while files < len(words) and words[files].endswith(".go"):
        files += 1
    return words[: files or 1]


def _is_own(word: str, main: _Main) -> bool:
    """Return whether packages are surely those of the main module: named by a folder or file of it, or by its path."""
    named, dots, _ = word.partition("...")
    if dots:
        named = named.rpartition("/")[0] + "/" if "/" in named else ""
    is_place = word in (".", "..") or word.startswith(("./", "../")) or os.path.isabs(word)  # noqa: PTH117 - a text
    if is_place or word.endswith(".go"):
        place = main.start / named
        return _lies_in(place.parent if word.endswith(".go") else place, main.root)
    if not f"{word}/".startswith(f"{main.module}/") or any(path.startswith(f"{main.module}/") for path in main.others):
        return False
    return _lies_in(main.root / named.removeprefix(main.module).strip("/"), main.root)


def _lies_in(place: Path, root: Path) -> bool:
    """Return whether a folder is one of a module, and of no other one that lies in it. root: links followed."""
    real = Path(os.path.realpath(place))
    if not is_folder(real) or not real.is_relative_to(root):
        return False
    between = (real, *real.parents)
    return not any(is_file(up / "go.mod") for up in between[: between.index(root)])
