r"""The go commands of a Makefile, each in its target, with the variables that make exports to it.

    >>> data = "export GOFIPS140 := v1.0.0\nbuild:\n\tgo build .\ntest-fips:\n\tGOFIPS140=off go test ./...\n"
    >>> [(run.scope, run.verb, run.text("GOFIPS140")) for run in runs_of_makefile(data, "Makefile").runs]
    [('target build', 'build', 'v1.0.0'), ('target test-fips', 'test', 'off')]

A variable that nobody exports is one of make alone, and the go command does not see it. What stands between ifeq and
endif may count or not. Other variables are filled in where the file gives them one plain value.

Source: GNU make manual, "Communicating Variables to a Sub-make", "Target-specific Variable Values".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from supplymatrix.fips.go_runs import DECIDING, GoRun, GoRuns, Script, Told
from supplymatrix.model.fips import FipsPurpose
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value

__all__ = ["runs_of_makefile"]

_LONGEST = 4_000
_MOST_LINES = 20_000
_SETTING = re.compile(
    r"(export\s+|override\s+)*(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*(?P<how>::?:?|\?|\+|!)?=\s*(?P<text>.*)"
)
_EXPORT = re.compile(r"export(?:\s+(?P<names>[A-Za-z0-9_ ]+))?\s*")
_TARGET = re.compile(r"(?P<names>[A-Za-z0-9_./%$(){} -]+?)\s*::?(?!=)\s*(?P<rest>.*)")
_OPENS = re.compile(r"(?:ifeq|ifneq|ifdef|ifndef)\b")
_VARIABLE = re.compile(r"\$[({]([A-Za-z_][A-Za-z0-9_.-]*)[)}]")
_TESTS = re.compile(r"(?:.*[-_./])?(?:tests?|check|vet|lint|cover|coverage|bench|verify|e2e)(?:[-_./].*)?")
_GO = frozenset({"GO", "GOCMD", "GOCC", "GO_CMD", "GOBIN_CMD", "GO_BIN"})
"""Variables that name the go command where the file does not say what they are."""


@value
class _Given:
    """A variable. maybe: other values that it may have, by conditions."""

    text: str
    location: Location
    is_exported: bool = False
    maybe: tuple[str, ...] = ()


class _Makefile:
    def __init__(self, artifact: str) -> None:
        self.artifact = artifact
        self.given: dict[str, _Given] = {}
        self.of_target: dict[str, dict[str, _Given]] = {}
        self.recipes: list[tuple[str, int, str]] = []  # target, line, command
        self.exports_all = False
        self._depth = 0
        self._target = ""

    def read(self, text: str) -> None:
        lines = text.split("\n")[:_MOST_LINES]
        at = 0
        while at < len(lines):
            start, line = at, lines[at][:_LONGEST]
            while line.endswith("\\") and at + 1 < len(lines) and len(line) < _LONGEST * 4:
                at += 1
                line = f"{line}\n{lines[at][:_LONGEST]}"
            at += 1
            self._line(line, start + 1)

    def _line(self, line: str, number: int) -> None:
        if line.startswith("\t") and self._target:
            command = line.strip().lstrip("@-+")
            if command and not command.startswith("#"):
                self.recipes.append((self._target, number, command))
            return
        bare = line.strip()
        if not bare or bare.startswith("#"):
            return
        if _OPENS.match(bare):
            self._depth += 1
        elif bare.startswith("endif"):
            self._depth = max(0, self._depth - 1)
        elif bare == ".EXPORT_ALL_VARIABLES:" or bare.startswith(".EXPORT_ALL_VARIABLES"):
            self.exports_all = True
        elif not self._setting(bare, number, self.given):
            self._other(bare, number)

    def _other(self, bare: str, number: int) -> None:
        exported = _EXPORT.fullmatch(bare)
        if exported:
            self.exports_all |= not exported["names"]
            for name in (exported["names"] or "").split():
                known = self.given.get(name)
                place = Location(artifact=self.artifact, line=number, column=1)
                self.given[name] = (
                    changed(known, is_exported=True) if known else _Given(text="", location=place, is_exported=True)
                )
            return
        found = _TARGET.fullmatch(bare)
        if not found:
            return
        name = found["names"].split()[0] if found["names"].split() else ""
        if not self._setting(found["rest"], number, self.of_target.setdefault(name, {})):
            self._target = name

    def _setting(self, bare: str, number: int, into: dict[str, _Given]) -> bool:
        found = _SETTING.fullmatch(bare)
        if found is None:
            return False
        name, text = found["name"], found["text"].partition(" #")[0].strip().strip("\"'")
        place = Location(artifact=self.artifact, line=number, column=1)
        known = into.get(name)
        is_exported = bare.startswith("export") or (known is not None and known.is_exported)
        before = known.text if known is not None else ""
        if found["how"] == "?" and known is not None and known.text:
            text = before
        maybe = known.maybe if known is not None else ()
        if self._depth and text != before:
            maybe = (*maybe, before, text)
        into[name] = _Given(text=text, location=place, is_exported=is_exported, maybe=maybe[:10])
        return True

    def filled(self, text: str, depth: int = 0) -> str:
        """Return a text with the variables filled in that have one plain value."""

        def value_of(found: re.Match[str]) -> str:
            known = self.given.get(found[1])
            if known is not None and len(known.text) < _LONGEST:
                return self.filled(known.text, depth + 1)
            return "go" if found[1] in _GO else found[0]

        return _VARIABLE.sub(value_of, text)[:_LONGEST] if depth < 5 and "$" in text else text


def runs_of_makefile(text: str, artifact: str) -> GoRuns:
    """Return what the recipes of a Makefile start."""
    file = _Makefile(artifact)
    file.read(text)
    runs: list[GoRun] = []
    starts: list[Told] = []
    for target, line, command in file.recipes:
        env, unclear = _environment(file, target)
        script = Script(env)

        def place(at: int, line: int = line) -> Location:
            return Location(artifact=artifact, line=line + at, column=1)

        for run in script.read(file.filled(command).replace("$$", "$"), place):
            is_test = _TESTS.fullmatch(target) is not None and not run.verb
            purpose = FipsPurpose.ASIDE if is_test else run.purpose
            why = "" if run.text("GOFIPS140") != _text(env, "GOFIPS140") else unclear
            runs.append(changed(run, scope=f"target {target[:100]}", purpose=purpose, unclear=run.unclear or why))
        starts += script.starts
    return GoRuns(runs=tuple(runs), starts=tuple(starts))


def _text(env: Mapping[str, Told], name: str) -> str:
    return env[name].text if name in env else ""


def _environment(file: _Makefile, target: str) -> tuple[Mapping[str, Told], str]:
    """Return what make exports to a target's recipe, and why nobody can say what GOFIPS140 is, "" = it is known."""
    found: dict[str, Told] = {}
    unclear = ""
    for name, given in _exported(file, target):
        found[name] = Told(text=file.filled(given.text), location=given.location)
        values = [one or "unset" for one in dict.fromkeys(given.maybe)]
        if name == "GOFIPS140" and len(values) > 1:
            unclear = f"a condition decides whether {name} is {' or '.join(values)}"
    return found, unclear


def _exported(file: _Makefile, target: str) -> Iterator[tuple[str, _Given]]:
    own = file.of_target.get(target, {})
    for name in sorted(DECIDING):
        given = own.get(name) or file.given.get(name)
        is_exported = given is not None and (given.is_exported or file.exports_all)
        is_exported |= name in file.given and file.given[name].is_exported
        if given is not None and is_exported:
            yield name, given
