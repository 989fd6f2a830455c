"""The Gos that build a project on this machine, verified where its policy asks for it: [toolchain] verify = true.

    gos = BuildingGos(means, settings, cache, on_event)
    gos.modules_of(item)                     # what the log has to be asked for
    facts, gaps = gos.of(item, answers)      # InstalledGo facts, and Gos that are not here

Where its policy does not ask, a Go in the module cache may be looked at all the same: who can write there decides what
is built.

The `go` in PATH always takes part: it decides which toolchain builds. Where go.mod or GOTOOLCHAIN want another one,
that is verified as well, if it has been fetched; if not, it is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.cached_go import other_go
from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.installed_go import FoundGo, judge_go, look_at_go
from supplymatrix.engine.log_words import word_of
from supplymatrix.engine.lookups import LogAnswer
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.running_go import find_running_go, is_same_folder, told
from supplymatrix.engine.sbom_go import GoRelease, find_go_release
from supplymatrix.engine.toolchain_files import ProvenFiles
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.on_disk import InstalledGo
from supplymatrix.net.settings import goroot_round
from supplymatrix.policy.toolchain_terms import BUILDING_GO
from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there
from supplymatrix.sources.go_command import find_go
from supplymatrix.sources.go_root import toolchain_in_cache
from supplymatrix.sources.project import Project

__all__ = ["BuildingGos"]


class BuildingGos:
    """cache: the module cache. Each Go is hashed once in a run. Where its files differ, the zip of the release is
    fetched, unless a list of these was kept."""

    def __init__(self, means: Means, settings: GoSettings, cache: Path | None, on_event: OnEvent) -> None:
        self._means = means
        self._cache = cache
        self._running = find_running_go(means.environ)
        self._proven = ProvenFiles(means, settings, cache, may_fetch=True, on_event=on_event)
        self._found: dict[Path, FoundGo] = {}
        self._judged: dict[tuple[Path, str], InstalledGo] = {}

    def modules_of(self, item: Prepared) -> tuple[ModuleVersion, ...]:
        """Return the module versions of which the log's word is needed."""
        roots, _ = self._gos_of(item)
        return tuple(dict.fromkeys(module for root, found_as in roots for module in self._look(root, found_as).modules))

    def of(
        self, item: Prepared, answers: Mapping[ModuleVersion, LogAnswer]
    ) -> tuple[Sequence[InstalledGo], Sequence[Gap]]:
        """Return what the Gos are that build a subject. answers: of the log."""
        roots, gaps = self._gos_of(item)
        return [self._judge(root, found_as, item, answers) for root, found_as in roots], gaps

    def _look(self, root: Path, found_as: str) -> FoundGo:
        if root not in self._found:
            self._found[root] = look_at_go(root, found_as)
        return self._found[root]

    def _judge(
        self, root: Path, found_as: str, item: Prepared, answers: Mapping[ModuleVersion, LogAnswer]
    ) -> InstalledGo:
        key = (root, item.choice.verifier.text)
        if key not in self._judged:
            go = self._look(root, found_as)
            words = {module: word_of(module, answers.get(module)) for module in go.modules}
            self._judged[key] = told(judge_go(go, words, self._proven, jobs=self._means.jobs), self._running)
        return self._judged[key]

    def _gos_of(self, item: Prepared) -> tuple[list[tuple[Path, str]], list[Gap]]:
        """Return the Gos that are to be looked at for a subject: all, or the one in the module cache."""
        if item.policy.toolchain is not None and item.policy.toolchain.verify:
            return self._all_gos_of(item.project)
        project = item.project
        other = other_go(project.workspace or project.root / "go.mod", self._means.environ, self._cache)
        if other is None:
            return [], []
        if other.root is None:
            return [], [_stray(other.command)]
        return [(other.root, "PATH" if other.command is not None else "module cache")], []

    def _all_gos_of(self, project: Project) -> tuple[list[tuple[Path, str]], list[Gap]]:
        """Return the folders of the Gos that take part, and what is not here."""
        running = self._running
        roots = list(running.places)
        gaps = [_gap(gap.reason, gap.remedy) for gap in running.gaps]
        if running.command is None and not gaps:
            gaps.append(_gap("there is no `go` in PATH", "run it where the project is built"))
        if running.root is None or not roots:
            return roots, gaps
        try:
            release = self._release_of(project)
        except InputError as err:
            return roots, [*gaps, _gap(f"go.work cannot be read: {err.diagnostics[0].message}", "mend it")]
        local = self._look(*roots[0])
        other = self._named_in_path(release, local)
        if other is not None:
            root = goroot_round(other)
            return ([*roots, (root, "PATH")], gaps) if root is not None else (roots, [*gaps, _stray(other)])
        fetched = self._folder_of(release)
        if fetched is not None and not self._is_known(fetched, running.root):
            roots.append((fetched, "module cache"))
        return roots, [*gaps, *(_missing(release, local) if fetched is None else ())]

    def _named_in_path(self, release: GoRelease, local: FoundGo) -> Path | None:
        """Return the command in PATH that is called like the toolchain that builds: the go command runs it, and fetches
        nothing then."""
        here = local.version.version if local.version is not None else ""
        if not release.version or release.version == here:
            return None
        return find_go(self._means.environ, called=f"go{release.toolchain or release.version}")

    @staticmethod
    def _is_known(fetched: Path, root: Path) -> bool:
        """Return whether a toolchain is the Go in PATH, and not only a name that leads there."""
        return is_same_folder(fetched, root) and toolchain_in_cache(fetched) == toolchain_in_cache(root)

    def _release_of(self, project: Project) -> GoRelease:
        lines = project.files.get("go.mod")
        go_mod = parse_go_mod("\n".join(lines).encode("utf-8", "surrogateescape")) if lines is not None else None
        go_work = None
        if project.workspace is not None:
            data = read_if_there(project.workspace, GO_MOD_LIMIT, "go.work")
            go_work = parse_go_work(data) if data is not None else None
        return find_go_release(go_mod, go_work, self._means.environ, self._cache)

    def _folder_of(self, release: GoRelease) -> Path | None:
        module = release.module
        if module is None or self._cache is None:
            return None
        folder = self._cache / f"{module.escaped_path}@{module.escaped_version}"
        return folder if folder.is_dir() else None


def _missing(release: GoRelease, local: FoundGo) -> Iterator[Gap]:
    """Yield a gap where another Go than the one in PATH builds, and is not here."""
    here = local.version.version if local.version is not None else ""
    if not release.version or not here or release.version == here or release.version.startswith(f"{here}-"):
        return
    if release.reason and not release.is_toolchain:
        yield _gap(f"{release.reason}; it is not on this machine", "build the project, and check it then")
    else:
        reason = f"it is Go {release.version} ({release.source}), which is not on this machine"
        yield _gap(reason, "`go version` in the project's folder fetches it; check it then")


def _stray(command: Path | None) -> Gap:
    return _gap(f"{command} builds it, and lies in no Go", "take it out of PATH; the go command fetches what it needs")


def _gap(reason: str, remedy: str) -> Gap:
    return Gap(wanted=BUILDING_GO, reason=reason, remedy=remedy, subject=TOOLCHAIN_PATH)
