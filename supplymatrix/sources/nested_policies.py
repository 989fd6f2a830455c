"""Policies that dependencies bring along: a lift.toml in vendor/ or in a folder that stands in for a module.

None of them is ever obeyed. They are looked for where Go puts the files of dependencies: beside the packages that
vendor/modules.txt lists, be it of the project or of its workspace (`go work vendor`), and in the folders of replace
directives; nothing else of the tree is walked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.model.fact import Fact, NestedPolicy, ReplacedModule
from supplymatrix.model.location import Location
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there

__all__ = ["find_nested_policies", "lines_of_nested"]

_POLICY = "lift.toml"
_MODULES_LIMIT = 16 << 20  # bytes of vendor/modules.txt
_MOST = 50_000  # folders that are looked into


def find_nested_policies(root: Path, facts: Iterable[Fact], workspace: Path | None = None) -> tuple[NestedPolicy, ...]:
    """Return the policies in the dependencies of the project at `root`, in order. facts: of the project.

    workspace: the folder of the go.work that the go command reads for the project, None when there is none.
    """
    replaced = [fact for fact in facts if isinstance(fact, ReplacedModule) and fact.directory]
    found = []
    # A folder is meant as from the file that names it, which may be a go.work above the project.
    named = {(fact.subject.path, Path(fact.location.artifact).parent / fact.directory) for fact in replaced}
    for name, folder in sorted(named):
        place = folder / _POLICY
        if _is_there(root / place) and os.path.realpath(root / folder) != os.path.realpath(root):
            found.append(_nested(name, place.as_posix()))
    for base in _folders(root, workspace):
        for name, package in _vendored(root / base):
            place = base / "vendor" / package / _POLICY
            if _is_there(root / place):
                found.append(_nested(name, place.as_posix()))
    return tuple(found)


def _folders(root: Path, workspace: Path | None) -> list[Path]:
    """Return the folders that may have a vendor/, as from the project."""
    if workspace is None:
        return [Path()]
    here, there = os.path.realpath(root), os.path.realpath(workspace)  # "..", as the system goes, follows links
    try:
        return [Path(), Path(os.path.relpath(there, here))] if here != there else [Path()]
    except ValueError:  # another drive
        return [Path(), Path(there)]


def lines_of_nested(root: Path, nested: Iterable[NestedPolicy]) -> dict[str, tuple[tuple[str, ...], Path]]:
    """Return artifact → lines and path of policies that were found; no lines of one that cannot be read."""
    found: dict[str, tuple[tuple[str, ...], Path]] = {}
    for policy in nested:
        path = root / policy.location.artifact
        try:
            data = read_if_there(path, POLICY_LIMIT, "policy") or b""
        except InputError:
            data = b""
        found[policy.location.artifact] = (tuple(data.decode("utf-8", "replace").split("\n")), path)
    return found


def _nested(name: str, artifact: str) -> NestedPolicy:
    return NestedPolicy(name=name, location=Location(artifact=artifact, line=1, column=1))


def _vendored(root: Path) -> list[tuple[str, str]]:
    """Return module path and folder below vendor/ of each module and package that is vendored, each folder once."""
    try:
        data = read_if_there(root / "vendor" / "modules.txt", _MODULES_LIMIT, "list of vendored modules")
    except InputError:  # told by whoever needs the file
        return []
    folders: dict[str, str] = {}
    module = ""
    for line in (data or b"").decode("utf-8", "replace").splitlines():
        if line.startswith("# "):
            module = line.split()[1] if len(line.split()) > 1 else ""
            package = module
        else:
            package = line.strip()
        if module and package and not package.startswith("#") and ".." not in package.split("/"):
            folders.setdefault(package, module)
        if len(folders) >= _MOST:
            break
    return [(name, folder) for folder, name in folders.items()]


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True
