"""What go.mod files of vendored modules say of vendor/modules.txt: language versions, and which versions are selected.

    mark_fault("1.25", DependencyFile of "go 1.12", writes=True)
    [*too_low(listed, [main], {module: its go.mod})]

The go command compiles a vendored module as of the go line that modules.txt tells of it, and it never compares that
with the module's own. Nor does it select versions anew where it builds from vendor/: a list that names an older version
than the one that a go.mod asks for is built as it is.

Source: Go cmd/go/internal/modcmd/vendor.go; cmd/go/internal/modload/{vendor,buildlist}.go (readModGraph);
cmd/go/internal/work/gc.go (-lang).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from supplymatrix.gomod.dependency_file import DependencyFile
from supplymatrix.gomod.goversion import go_version_key, language_version
from supplymatrix.gomod.modfile import GoMod
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.semver import compare, is_valid
from supplymatrix.model.value import value

__all__ = ["MarkFault", "mark_fault", "too_low", "writes_marks"]

_MARKED_FROM = go_version_key("1.17")
_UNMARKED = "1.16"
"""As of which Go the compiler takes a module without a go line."""


@value
class MarkFault:
    """A go mark that is not as `go mod vendor` writes it. is_other_code: the compiler takes the module as of another
    version of the language."""

    text: str
    is_other_code: bool


def writes_marks(go_version: str) -> bool:
    """Return whether `go mod vendor` tells go lines. go_version: of the main module or go.work, "" = there is none."""
    return go_version_key(go_version or _UNMARKED) >= _MARKED_FROM


def mark_fault(mark: str, go_mod: DependencyFile, *, writes: bool) -> MarkFault | None:
    """Return how the go mark of a module is another than its go.mod has it. mark: "" = there is none."""
    proven = go_mod.go_version if writes else ""
    if mark == proven:
        return None
    said = f"it says go {mark}" if mark else "it has no go mark"
    if not writes:
        has = "and `go mod vendor` writes none where the main module is below go 1.17"
    else:
        has = f"and the module's go.mod has {f'go {proven}' if proven else 'no go line'}"
    is_other = language_version(f"go{mark or _UNMARKED}") != language_version(f"go{proven or _UNMARKED}")
    effect = ": it is compiled as another version of Go" if is_other else ""
    return MarkFault(text=f"{said}, {has}{effect}", is_other_code=is_other)


def too_low(
    listed: Collection[ModuleVersion],
    mains: Sequence[tuple[str, GoMod]],
    go_mods: Mapping[ModuleVersion, DependencyFile],
) -> Iterator[str]:
    """Yield the listed modules of which a higher version is selected, a clause each.

    mains: path and go.mod of each main module; go_mods: of listed modules, those of what replaces them. Only what
    certainly is part of the module graph counts: below modules of go 1.17 or later that is what they require, and no
    more.
    """
    graph = _Graph({entry.module for _, go_mod in mains for entry in go_mod.exclude}, go_mods)
    graph.read(mains)
    for module in sorted(listed):
        version, who = graph.needed.get(module.path, ("", ""))
        if version and is_valid(module.version) and compare(version, module.version) > 0:
            yield f"it has packages of {module}, and {who} requires {version}"


class _Graph:
    """The part of a module graph that is known. needed: the highest version of each module that is required in it, and
    by whom."""

    def __init__(self, excluded: Collection[ModuleVersion], go_mods: Mapping[ModuleVersion, DependencyFile]) -> None:
        self.needed: dict[str, tuple[str, str]] = {}
        self._excluded = excluded
        self._go_mods = go_mods
        self._waiting: list[tuple[ModuleVersion, bool]] = []
        self._seen: set[tuple[ModuleVersion, bool]] = set()

    def read(self, mains: Sequence[tuple[str, GoMod]]) -> None:
        """Follow what the main modules require."""
        for path, go_mod in mains:
            is_pruned = writes_marks(go_mod.go.text if go_mod.go is not None else "")  # both came with go 1.17
            for entry in go_mod.require:
                if self._require(entry.module, f"the go.mod of {path}"):
                    self._enqueue(entry.module, is_pruned=is_pruned)
        while self._waiting:
            module, is_pruned = self._waiting.pop()
            found = self._go_mods.get(module)
            if found is None:
                continue
            goes_on = not is_pruned or not writes_marks(found.go_version)
            for required in found.require:
                if self._require(required, str(module)) and goes_on:
                    self._enqueue(required, is_pruned=False)

    def _require(self, module: ModuleVersion, who: str) -> bool:
        """Take that a module is required. Return whether that counts."""
        if module in self._excluded or not is_valid(module.version):
            return False
        version, _ = self.needed.get(module.path, ("", ""))
        if not version or compare(module.version, version) > 0:
            self.needed[module.path] = module.version, who
        return True

    def _enqueue(self, module: ModuleVersion, *, is_pruned: bool) -> None:
        if (module, is_pruned) not in self._seen:
            self._seen.add((module, is_pruned))
            self._waiting.append((module, is_pruned))
