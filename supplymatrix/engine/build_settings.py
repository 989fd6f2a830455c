"""The go command's settings in the build files of a project: Dockerfile stages, CI files and what else sets variables.

build_settings(project.root)       # a context for each stage or file that sets something

Values may hold secrets, as in `effective_settings`. Nothing of the files is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.buildfiles.dockerfile import Dockerfile, Stage, parse_dockerfile
from supplymatrix.buildfiles.found import BuildFile
from supplymatrix.buildfiles.shell_text import Command, command_of, read_commands, settings_of
from supplymatrix.engine.effective_settings import SettingsOf
from supplymatrix.errors import InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import DetectKind
from supplymatrix.privacy.effective import NAMES, FoundSetting, Layer, all_effective

__all__ = ["build_settings"]

_KNOWN = frozenset(NAMES)
_CI = frozenset({"workflow", "gitlab-ci"})
_MOST_CONTEXTS = 200
_MOST_OF_ONE = 200
_FILE_LIMIT = 4 << 20


def build_settings(root: Path) -> tuple[SettingsOf, ...]:
    """Return what the build files of a folder set, a context for each file or stage that sets something. Raises
    nothing: gaps are in a first context "", without settings."""
    from supplymatrix.sources.build_files import read_project_build

    try:
        build = read_project_build(root)
    except InputError as err:  # go.mod itself: whoever reads the project says so
        fault = err.diagnostics[0]
        gap = Gap(wanted="settings in build files", reason=fault.message, remedy=fault.remedy)
        return (SettingsOf(context="", found=(), gaps=(gap,)),)
    contexts: list[SettingsOf] = []
    for file in build.files:
        if file.kind == "dockerfile":
            contexts += _of_dockerfile(root, file.artifact)
        else:
            contexts += _of_signs(file)
    if len(contexts) > _MOST_CONTEXTS:
        reason = f"there are {len(contexts):,} files and stages with settings, and {_MOST_CONTEXTS} are looked at"
        gap = Gap(wanted="settings in build files", reason=reason, remedy="name the folder of the service itself")
        return (SettingsOf(context="", found=(), gaps=(gap, *build.gaps)), *contexts[:_MOST_CONTEXTS])
    gaps = tuple(gap for gap in build.gaps if gap.subject)
    return (*((SettingsOf(context="", found=(), gaps=gaps),) if gaps else ()), *contexts)


def _of_signs(file: BuildFile) -> Iterator[SettingsOf]:
    """Yield the variables that a CI or packaging file sets."""
    origin = "CI file" if file.kind in _CI else f"{file.kind} file"
    found: dict[tuple[str, str, int], FoundSetting] = {}
    for sign in file.signs:
        name, equals, text = sign.texts[0].partition("=") if sign.kind is DetectKind.ENV else ("", "", "")
        if equals and name in _KNOWN and text:
            found.setdefault(
                (name, text, sign.location.line),
                FoundSetting(
                    name=name,
                    text=text,
                    origin=origin,
                    location=sign.location,
                    file=file.artifact,
                    context=file.artifact,
                ),
            )
    if found:
        ordered = sorted(found.values(), key=lambda entry: (NAMES.index(entry.name), entry.location))
        yield SettingsOf(context=file.artifact, found=_with_implied(ordered[:_MOST_OF_ONE]))


def _with_implied(found: Sequence[FoundSetting]) -> tuple[FoundSetting, ...]:
    """Return settings with those that GOPRIVATE implies."""
    names = {entry.name for entry in found}
    private = next((entry for entry in found if entry.name == "GOPRIVATE"), None)
    if private is None:
        return tuple(found)
    implied = [
        changed(private, name=name, origin="implied by GOPRIVATE", overridden=())
        for name in ("GONOPROXY", "GONOSUMDB")
        if name not in names
    ]
    return tuple(sorted([*found, *implied], key=lambda entry: (NAMES.index(entry.name), entry.location)))


def _of_dockerfile(root: Path, artifact: str) -> Iterator[SettingsOf]:
    from supplymatrix.sources.files import read_limited

    try:
        file = parse_dockerfile(read_limited(root / artifact, _FILE_LIMIT, "build file"), artifact)
    except InputError:
        return  # it is a gap of the walk already
    for stage in file.stages:
        context = f"{artifact}, stage {stage.name or stage.index}"
        found = _of_stage(file, stage, context)
        if found:
            yield SettingsOf(context=context, found=tuple(found[:_MOST_OF_ONE]))


def _of_stage(file: Dockerfile, stage: Stage, context: str) -> list[FoundSetting]:
    """Return the settings of a stage and of those that it goes on from: ENV and ARG before `go env -w`; and those that
    single commands are given."""
    chain = [stage]
    while chain[-1].base >= 0:
        chain.append(file.stages[chain[-1].base])
    reading = _StageReading(file, context)
    for part in reversed(chain):
        reading.add(part)
    layers = [_layer("Dockerfile", file, reading.env), _layer("Dockerfile, go env -w", file, reading.written)]
    found = [entry for entry in all_effective(layers, context=context) if entry.is_said]
    return [*found, *dict.fromkeys(reading.single)]


class _StageReading:
    """env: of ENV and ARG; written: by `go env -w`; single: given to one command."""

    def __init__(self, file: Dockerfile, context: str) -> None:
        self._file = file
        self._context = context
        self.env: dict[str, tuple[str, Location]] = {}
        self.written: dict[str, tuple[str, Location]] = {}
        self.single: list[FoundSetting] = []

    def add(self, stage: Stage) -> None:
        """Take what a stage sets."""
        for setting in stage.settings:
            if setting.name in _KNOWN:
                self.env[setting.name] = (setting.text, _place(self._file, setting.line))
        for run in stage.runs:
            for name, text in run.variables:
                if name in _KNOWN and name not in self.env:
                    self.env[name] = (text, _arg_place(self._file, name) or _place(self._file, run.line))
            for command in [command_of(run.words)] if run.words else read_commands(run.text):
                self._command(command, run.line)

    def _command(self, command: Command, line: int) -> None:
        place = _place(self._file, min(line + command.at, len(self._file.lines)))
        for name, text in settings_of(command):
            if name not in _KNOWN or "$" in text:
                continue
            if command.words[:3] == ("go", "env", "-w"):
                self.written[name] = (text, place)
            elif len(self.single) < _MOST_OF_ONE:
                self.single.append(
                    FoundSetting(
                        name=name,
                        text=text,
                        origin="Dockerfile",
                        location=place,
                        file=self._file.artifact,
                        context=self._context,
                    )
                )


def _layer(origin: str, file: Dockerfile, said: Mapping[str, tuple[str, Location]]) -> Layer:
    return Layer(
        origin=origin,
        values={name: text for name, (text, _) in said.items()},
        file=file.artifact,
        locations={name: place for name, (_, place) in said.items()},
    )


def _place(file: Dockerfile, line: int) -> Location:
    return Location(artifact=file.artifact, line=line, column=1)


def _arg_place(file: Dockerfile, name: str) -> Location | None:
    pattern = re.compile(rf"\s*ARG\s+(?:.*\s)?{re.escape(name)}(?:[=\s]|$)", re.IGNORECASE)
    number = next((at for at, text in enumerate(file.lines, start=1) if pattern.match(text[:1_000])), 0)
    return _place(file, number) if number else None
