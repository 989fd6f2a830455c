"""The go command's settings in the build files of a project: Dockerfile stages, CI jobs and what else sets variables.

build_settings([project])     # a context for each stage, job or file that runs go or sets something

Commands of one stage or CI file for which the same holds are one context. Those for which nothing is set that decides
who is asked share one, in which Go's own defaults hold: it is there since a developer's settings are not.

Values may hold secrets, as in `effective_settings`. Nothing of the files is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.buildfiles.ci_scopes import FileScopes, gitlab_scopes, workflow_scopes
from supplymatrix.buildfiles.found import BuildFile
from supplymatrix.buildfiles.go_scopes import BuildScope, Variable, Variables, scopes_of_dockerfile
from supplymatrix.engine.effective_settings import SettingsOf
from supplymatrix.errors import InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind
from supplymatrix.privacy.effective import NAMES, FoundSetting
from supplymatrix.sources.project import Project

__all__ = ["DEFAULTS_OF_GO", "ROUTES", "build_settings"]

DEFAULTS_OF_GO = "Go's defaults"
ROUTES = frozenset({"GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB"})
"""The settings that decide who is asked."""
_DECIDING = (*sorted(ROUTES), "GO111MODULE", "GOFLAGS", "GOTOOLCHAIN", "GOWORK")
_KNOWN = frozenset(NAMES)
_PLACE = {name: number for number, name in enumerate(NAMES)}
_ORIGINS = {"dockerfile": "Dockerfile", "workflow": "CI file", "gitlab-ci": "CI file"}
_ROOT_CI = (".gitlab-ci.yml", ".gitlab-ci.yaml")
_ACTIONS = ("action.yml", "action.yaml")
_CUTS = ("the further ", "the variable ", "variables of ENV", "what '")
"""How gaps of a build file begin that leave out settings."""
_MOST_CONTEXTS = 200
_MOST_OF_ONE = 200
_MOST_NAMED = 3
_MOST_CHARACTERS = 2_000  # of a value that a reader of signs keeps
_FILE_LIMIT = 4 << 20


def build_settings(projects: Sequence[Project], around: Path | None = None) -> tuple[SettingsOf, ...]:
    """Return what the build files of projects set, and those of the folder around them that are no other project's.

    around: a folder that was named; the one of the workspace that the first project is a member of, where that is
    further out, or it is None. Places are told from the folder of a
    single project, else from around. Raises nothing: gaps are in contexts without settings.
    """
    roots = [project.root for project in projects]
    others: tuple[Path, ...] = ()
    workspace = projects[0].workspace
    if workspace is not None:
        folder, others = _members_of(workspace)
        around = around if around is not None and folder is not None and not _is_below(around, folder) else folder
    if around is None or not all(_is_below(root, around) for root in roots):
        around = None
    home = roots[0] if len(roots) == 1 else around or Path(os.path.commonpath([root.absolute() for root in roots]))
    reading = _Reading(home, around or home)
    every = tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in (*roots, *others)))
    for root in roots:
        reading.read(root, every)
    if around is not None and Path(os.path.realpath(around)) not in every:
        reading.read(around, every)
    return reading.contexts()


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _members_of(go_work: Path) -> tuple[Path | None, tuple[Path, ...]]:
    """Return the folder of a workspace, and those of its members."""
    from supplymatrix.sources.workspace import read_workspace

    try:
        members = read_workspace(go_work).members
    except InputError:  # whoever reads the project says so
        return None, ()
    return go_work.parent, tuple(member.path for member in members)


@value
class _File:
    """One build file. artifact: its path from the folder that places are told from; shown: from the one around."""

    artifact: str
    shown: str
    kind: str
    scopes: FileScopes


class _Reading:
    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._files: list[_File] = []
        self._found: list[SettingsOf] = []
        self._gaps: list[Gap] = []

    def read(self, folder: Path, without: Sequence[Path]) -> None:
        """Take the build files below a folder that are not below others."""
        from supplymatrix.sources.build_files import read_project_build

        try:
            build = read_project_build(folder)
        except InputError as err:  # go.mod itself: whoever reads the project says so
            fault = err.diagnostics[0]
            self._gaps.append(Gap(wanted="settings in build files", reason=fault.message, remedy=fault.remedy))
            return
        real = Path(os.path.realpath(folder))
        left_out = tuple(
            f"{path.relative_to(real).as_posix()}/" for path in without if path != real and path.is_relative_to(real)
        )
        for file in build.files:
            if not file.artifact.startswith(left_out):
                self._add(folder, file)
        self._gaps += [gap for gap in build.gaps if gap.subject and not gap.subject.startswith(left_out)]

    def _add(self, folder: Path, file: BuildFile) -> None:
        path = folder / file.artifact
        artifact = os.path.relpath(path, self._root).replace(os.sep, "/")
        shown = os.path.relpath(path, self._folder).replace(os.sep, "/")
        self._gaps += [gap for gap in file.gaps if gap.wanted.startswith(_CUTS) and file.kind in _ORIGINS]
        if file.kind not in _ORIGINS:
            self._found += _of_signs(file, artifact, shown)
            return
        try:
            scopes = _scopes_of(path, artifact, file.kind)
        except InputError:
            return  # it is a gap of the walk already
        self._files.append(_File(artifact=artifact, shown=shown, kind=file.kind, scopes=scopes))

    def contexts(self) -> tuple[SettingsOf, ...]:
        """Return a context for each group of commands for which the same holds, and what else sets variables."""
        defaults: list[str] = []
        found: list[SettingsOf] = []
        for file in self._whole():
            for context, group in _grouped(file):
                part = _settings_of(file, context, group)
                found.append(part)
                if part.gaps or part.runs_go or not any(scope.command for scope in group):
                    continue
                defaults.append(context)
        found += self._found
        if len(found) > _MOST_CONTEXTS:
            reason = (
                f"there are {len(found):,} jobs, stages and files with settings, and {_MOST_CONTEXTS} are looked at"
            )
            remedy = "name the folder of the service itself"
            self._gaps.append(Gap(wanted="settings in build files", reason=reason, remedy=remedy))
        parts = [part for part in found[:_MOST_CONTEXTS] if part.found or part.gaps or part.runs_go]
        if defaults:
            names = f"{DEFAULTS_OF_GO} ({_listed(defaults)})"
            parts.append(SettingsOf(context=names, found=(), runs_go=True))
        gaps = tuple(dict.fromkeys(self._gaps))
        return (*((SettingsOf(context="", found=(), gaps=gaps),) if gaps else ()), *parts)

    def _whole(self) -> Iterator[_File]:
        """Yield the files, with variables of files that include them, and with what they call."""
        ci = sorted((file for file in self._files if file.kind == "gitlab-ci"), key=lambda file: file.shown in _ROOT_CI)
        shared: dict[str, Variable] = {}
        for file in ci:
            shared |= file.scopes.shared
        actions = {file.artifact: file for file in self._files if _is_action(file)}
        called: set[str] = set()
        for file in self._files:
            called.update(_actions_of(file, actions))
        for file in self._files:
            if file.kind == "gitlab-ci":
                yield changed(file, scopes=_with_shared(file.scopes, shared))
            elif file.artifact not in called:
                yield changed(file, scopes=_with_actions(file, actions))


def _scopes_of(path: Path, artifact: str, kind: str) -> FileScopes:
    from supplymatrix.sources.files import read_limited

    data = read_limited(path, _FILE_LIMIT, "build file")
    if kind == "dockerfile":
        from supplymatrix.buildfiles.dockerfile import parse_dockerfile

        return FileScopes(scopes=scopes_of_dockerfile(parse_dockerfile(data, artifact)))
    from supplymatrix.buildfiles.yaml_places import open_yaml

    file = open_yaml(data, artifact)
    return gitlab_scopes(file) if kind == "gitlab-ci" else workflow_scopes(file)


def _with_shared(scopes: FileScopes, shared: Variables) -> FileScopes:
    """Return the scopes of a CI file of GitLab with the variables of all of them: one includes the others."""
    told = tuple(
        scope if scope.is_alone else changed(scope, variables={**shared, **scope.variables}) for scope in scopes.scopes
    )
    return FileScopes(shared=scopes.shared, scopes=told)


def _is_action(file: _File) -> bool:
    return file.kind == "workflow" and file.artifact.rpartition("/")[2] in _ACTIONS


def _actions_of(file: _File, actions: Mapping[str, _File]) -> Iterator[str]:
    """Yield the actions of this tree that a workflow calls."""
    for scope in file.scopes.scopes:
        for call in scope.calls:
            yield from (name for word in _ACTIONS if (name := f"{call}/{word}") in actions)


def _with_actions(file: _File, actions: Mapping[str, _File]) -> FileScopes:
    """Return the scopes of a workflow, in the place of each call of an action those of the action."""
    told: list[BuildScope] = []
    for scope in file.scopes.scopes:
        inner = [
            changed(scope, variables={**scope.variables, **each.variables}, command=each.command, calls=())
            for name in _actions_of(changed(file, scopes=FileScopes(scopes=(scope,))), actions)
            for each in actions[name].scopes.scopes
            if not each.calls
        ]
        if inner:
            told += inner
        elif not scope.calls or scope.variables:
            told.append(changed(scope, calls=()))
    return FileScopes(shared=file.scopes.shared, scopes=tuple(told))


def _grouped(file: _File) -> Iterator[tuple[str, list[BuildScope]]]:
    """Yield the commands of a file for which the same holds, with the name of their context."""
    is_by_name = file.kind == "dockerfile"
    scopes = list(file.scopes.scopes)
    if not scopes and file.scopes.shared:
        scopes = [BuildScope(name="", variables=file.scopes.shared, line=1)]
    groups: dict[tuple[object, ...], list[BuildScope]] = {}
    keys_of: dict[str, dict[tuple[object, ...], None]] = {}
    for scope in scopes:
        key = (scope.name if is_by_name else "", *_decided(scope))
        groups.setdefault(key, []).append(scope)
        keys_of.setdefault(scope.name, {})[key] = None
    for group in groups.values():
        names = dict.fromkeys(
            scope.name if len(keys_of[scope.name]) == 1 else f"{scope.name}, {_told(scope)}".removeprefix(", ")
            for scope in group
        )
        is_whole = not is_by_name and len(groups) == 1
        yield file.shown if is_whole else f"{file.shown}, {_listed([*names])}".removesuffix(", "), group


def _decided(scope: BuildScope) -> Iterator[tuple[str, str]]:
    for name in _DECIDING:
        held = scope.variables.get(name)
        yield (held.text, held.unknown) if held is not None else ("", "")


def _told(scope: BuildScope) -> str:
    return f"line {scope.line}{f' ({scope.command})' if scope.command else ''}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return f"{'; '.join(names[:_MOST_NAMED])}{f' and {more:,} more' if more > 0 else ''}"


def _settings_of(file: _File, context: str, group: Sequence[BuildScope]) -> SettingsOf:
    """Return the settings of a context: those that decide, once; of others each value that a command has."""
    origin = _ORIGINS[file.kind]
    found: dict[tuple[str, str, int], FoundSetting] = {}
    for number, scope in enumerate(group):
        for name, held in scope.variables.items():
            told = name.upper() if name.upper() in _KNOWN else name
            if told not in _KNOWN or (number and told in _DECIDING):
                continue
            found.setdefault(
                (told, held.text, held.location.line),
                FoundSetting(
                    name=told,
                    text=held.text,
                    origin=f"{origin}, go env -w" if held.is_written else origin,
                    location=held.location,
                    file=file.artifact,
                    context=context,
                    unknown=held.unknown,
                ),
            )
    runs_go = any(scope.command for scope in group)
    is_decided = any(name in _DECIDING for name, _, _ in found)
    cuts = dict.fromkeys(scope.cut for scope in group if scope.cut)
    gaps = [
        Gap(wanted=f"settings of {context}", reason=cut, remedy="look at it by hand", subject=file.artifact)
        for cut in cuts
    ]
    return _limited(context, found.values(), gaps, runs_go=runs_go and (is_decided or bool(gaps)))


def _limited(context: str, found: Iterable[FoundSetting], gaps: Sequence[Gap], *, runs_go: bool) -> SettingsOf:
    ordered = sorted(found, key=lambda entry: (_PLACE[entry.name], entry.location))
    if len(ordered) > _MOST_OF_ONE:
        reason = f"it sets {len(ordered):,} values, and {_MOST_OF_ONE} are looked at"
        gaps = [*gaps, Gap(wanted=f"settings of {context}", reason=reason, remedy="look at it by hand")]
    return SettingsOf(context=context, found=_with_implied(ordered[:_MOST_OF_ONE]), gaps=tuple(gaps), runs_go=runs_go)


def _of_signs(file: BuildFile, artifact: str, shown: str) -> Iterator[SettingsOf]:
    """Yield the variables that a packaging file sets."""
    found: dict[tuple[str, str, int], FoundSetting] = {}
    for sign in file.signs:
        name, equals, text = sign.texts[0].partition("=") if sign.kind is DetectKind.ENV else ("", "", "")
        if equals and name in _KNOWN and text:
            is_cut = len(text) >= _MOST_CHARACTERS
            place = changed(sign.location, artifact=artifact)
            found.setdefault(
                (name, text, place.line),
                FoundSetting(
                    name=name,
                    text=text,
                    origin=f"{file.kind} file",
                    location=place,
                    file=artifact,
                    context=shown,
                    unknown="it is too long to be read in full" if is_cut else "",
                ),
            )
    if found:
        yield _limited(shown, found.values(), (), runs_go=False)


def _with_implied(found: Sequence[FoundSetting]) -> tuple[FoundSetting, ...]:
    """Return settings with those that GOPRIVATE implies."""
    names = {entry.name for entry in found if entry.text or entry.unknown}
    private = next((entry for entry in found if entry.name == "GOPRIVATE"), None)
    if private is None:
        return tuple(found)
    implied = [
        changed(private, name=name, origin="implied by GOPRIVATE", overridden=())
        for name in ("GONOPROXY", "GONOSUMDB")
        if name not in names
    ]
    return tuple(sorted([*found, *implied], key=lambda entry: (_PLACE[entry.name], entry.location)))
