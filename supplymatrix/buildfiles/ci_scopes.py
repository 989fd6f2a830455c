"""Where a CI file runs the go command, and with which of its variables: each job by itself, each step of it.

    >>> from supplymatrix.buildfiles.yaml_places import open_yaml
    >>> data = b"env: {GOPROXY: 'off'}\\njobs: {t: {env: {GOSUMDB: 'off'}, steps: [{run: go test ./...}]}}\\n"
    >>> found = workflow_scopes(open_yaml(data, ".github/workflows/ci.yml"))
    >>> [(scope.name, scope.command, sorted(scope.variables)) for scope in found.scopes]
    [('job t', 'go test', ['GOPROXY', 'GOSUMDB'])]

A step has what the workflow, its job and it set, in this order; a job of GitLab what the file, the jobs that it extends
and it set. Of what a file of this tree is called for, `BuildScope.calls` tells.

Source: docs.github.com "Workflow syntax", "Workflow commands" (GITHUB_ENV); docs.gitlab.com "CI/CD YAML syntax"
(extends, inherit, variables).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.go_commands import asks_for_modules, inside
from supplymatrix.buildfiles.go_scopes import (
    EXPRESSION,
    NO_VARIABLES,
    BuildScope,
    Shell,
    Variable,
    Variables,
    of_go,
    value_of,
)
from supplymatrix.buildfiles.images import go_of_image
from supplymatrix.buildfiles.shell_text import read_commands
from supplymatrix.buildfiles.yaml_places import YamlFile, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.model.value import changed, value

__all__ = ["FileScopes", "gitlab_scopes", "workflow_scopes"]

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_OF_ENV = re.compile(r"\$\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_UNKNOWN = "$__expression__"
"""What stands in a script for an expression: a variable that nobody sets."""
_SETS_UP_GO = frozenset({"actions/setup-go", "magnetikonline/action-golang-cache"})
_RUNS_GO = frozenset({
    "dominikh/staticcheck-action", "github/codeql-action/autobuild", "golang/govulncheck-action",
    "golangci/golangci-lint-action", "goreleaser/goreleaser-action", "magefile/mage-action", "securego/gosec",
})  # fmt: skip
"""Actions that start the go command."""
_GLOBAL = frozenset({"variables", "default", "include", "workflow", "spec", "image", "cache", "services", "stages"})
_DEEPEST = 11  # of extends, as GitLab has it
_MAX_SCRIPT = 4 << 20  # characters of the scripts of one file


@value
class FileScopes:
    """What a CI file runs. shared: variables of the whole file. scopes: in their order."""

    shared: Variables = NO_VARIABLES
    scopes: tuple[BuildScope, ...] = ()


def workflow_scopes(file: YamlFile) -> FileScopes:
    """Return the scopes of a workflow, or of an action of this repository."""
    shared = _variables(file, file.root["env"], NO_VARIABLES)
    reader = _Workflow(file)
    scopes = [
        scope for name, job in file.root["jobs"].entries.items() for scope in reader.job(f"job {name}", job, shared)
    ]
    if file.root["runs"].kind == "mapping" and not scopes:
        scopes += reader.job("", file.root["runs"], shared)
    return FileScopes(shared=of_go(shared), scopes=tuple(scopes))


class _Scripts:
    """The scripts of one file, together no longer than a limit."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file
        self._room = _MAX_SCRIPT

    def run(self, node: YamlNode, name: str, shell: Shell, *, has_go: bool) -> Iterator[BuildScope]:
        """Yield the commands of a script that ask for modules; the shell takes what they set."""
        self._room -= len(node.text)
        if self._room < 0:
            cut = "the scripts of the file are too long to be read in full"
            yield BuildScope(name=name, variables=shell.holds(), line=node.line, cut=cut)
            return
        for outer in read_commands(_EXPRESSION.sub(_UNKNOWN, node.text)):
            for command in inside(outer):
                place = self._file.place(node, command.at)
                given = shell.take(command, place)
                asked = asks_for_modules(command, has_go=has_go)
                if asked or command.is_cut:
                    cut = "a script is too long to be read in full" if command.is_cut else ""
                    yield BuildScope(name=name, variables=shell.holds(given), line=place.line, command=asked, cut=cut)


class _Workflow(_Scripts):
    def job(self, name: str, job: YamlNode, shared: Variables) -> Iterator[BuildScope]:
        """Yield the steps of a job that ask for modules or set variables; where there is none, the job itself if it
        does."""
        name = name[:100]
        file = self._file
        container = job["container"]
        own = {**_variables(file, container["env"], shared), **_variables(file, job["env"], shared)}
        shell = Shell({**shared, **own})
        image = container["image"].text if container.kind == "mapping" else container.text
        used = [_name_of(step["uses"].text) for step in job["steps"].items]
        has_go = go_of_image(image) is not None or not _SETS_UP_GO.isdisjoint(used)
        is_told = False
        for step, action in zip(job["steps"].items, used, strict=True):
            for scope in self._step(name, step, action, shell, has_go=has_go):
                is_told = is_told or bool(scope.command or scope.calls)
                yield scope
        shell.begin()
        if not is_told and (has_go or of_go(own) or shell.holds() != of_go(shared)):
            command = "a step that sets up Go" if has_go else ""
            yield BuildScope(name=name, variables=shell.holds(), line=job.line, command=command)

    def _step(self, name: str, step: YamlNode, action: str, shell: Shell, *, has_go: bool) -> Iterator[BuildScope]:
        own = _variables(self._file, step["env"], shell.env)
        shell.begin(own)
        scopes = list(self.run(step["run"], name, shell, has_go=has_go)) if step["run"].text else []
        if action in _RUNS_GO or action.startswith("./"):
            calls = (action.removeprefix("./").rstrip("/"),) if action.startswith("./") else ()
            command = "" if calls else action
            scopes.append(
                BuildScope(name=name, variables=shell.holds(), line=step["uses"].line, command=command, calls=calls)
            )
        elif of_go(own) and not scopes:
            scopes.append(BuildScope(name=name, variables=shell.holds(), line=step.line))
        yield from scopes


def _name_of(uses: str) -> str:
    return uses.partition("@")[0].lower() if not uses.startswith("./") else uses


def _variables(file: YamlFile, node: YamlNode, known: Variables) -> dict[str, Variable]:
    """Return the variables of an `env`. known: those that `${{ env.NAME }}` may name."""
    found: dict[str, Variable] = {}
    for name, entry in node.entries.items():
        text = _OF_ENV.sub(lambda match: _known(match, known), entry.text)
        why = EXPRESSION if "${{" in text else ""
        found[name] = Variable(text=text, location=file.place(entry), unknown=why)
    return found


def _known(match: re.Match[str], known: Variables) -> str:
    held = known.get(match[1])
    return held.text if held is not None and not held.unknown else match[0]


def gitlab_scopes(file: YamlFile) -> FileScopes:
    """Return the scopes of a CI file of GitLab."""
    reader = _Gitlab(file)
    shared = reader.variables(file.root, NO_VARIABLES)
    scopes = [scope for name, job in reader.jobs.items() for scope in reader.job(name, job, shared)]
    return FileScopes(shared=of_go(shared), scopes=tuple(scopes))


class _Gitlab(_Scripts):
    def __init__(self, file: YamlFile) -> None:
        super().__init__(file)
        self.jobs = {
            name: job for name, job in file.root.entries.items() if job.kind == "mapping" and name not in _GLOBAL
        }
        self._extended = {parent for job in self.jobs.values() for parent in _parents(job)}

    def job(self, name: str, job: YamlNode, shared: Variables) -> Iterator[BuildScope]:
        """Yield the commands of a job that ask for modules; where there is none, the job if it sets variables."""
        chain, lost = self._chain(name, job)
        inherits = job["inherit"]["variables"]
        is_alone = inherits.text == "false" or bool(inherits.items)
        own: dict[str, Variable] = {}
        for part in chain:
            own |= self.variables(part, {**shared, **own})
        taken = {each.text for each in inherits.items}
        shell = Shell({**{name: held for name, held in shared.items() if not is_alone or name in taken}, **own})
        if name.startswith("."):  # it is no job itself; where another one extends it, it is looked at there
            if of_go(own) and name not in self._extended:
                yield BuildScope(name=f"job {name}"[:100], variables=shell.holds(), line=job.line, is_alone=is_alone)
            return
        found = [*self._run(f"job {name}"[:100], chain, shell)]
        if not found and of_go(own):
            found = [BuildScope(name=f"job {name}"[:100], variables=shell.holds(), line=job.line)]
        why = f"it extends {lost[:60]}, which is in another file" if lost else ""
        yield from (changed(scope, is_alone=is_alone, cut=scope.cut or why) for scope in found)

    def variables(self, job: YamlNode, known: Variables) -> dict[str, Variable]:
        """Return the variables that a job, or the file, sets itself."""
        nodes = {
            name: node["value"] if node.kind == "mapping" else node for name, node in _entries(_of(job, "variables"))
        }
        plain = {name: Variable(text=node.text, location=self._file.place(node)) for name, node in nodes.items()}
        known = {**known, **{name: held for name, held in plain.items() if "$" not in held.text}}
        return {name: value_of(held.text, held.location, known, EXPRESSION) for name, held in plain.items()}

    def _run(self, name: str, chain: Sequence[YamlNode], shell: Shell) -> Iterator[BuildScope]:
        default, root = self._file.root["default"], self._file.root
        image = _last(chain, "image") or _last((root, default), "image")
        text = (image["name"].text or image.text) if image is not None else ""
        has_go = go_of_image(text) is not None
        shell.begin()
        for key in ("before_script", "script"):
            node = _last(chain, key) or (_last((root, default), key) if key == "before_script" else None)
            for line in scalars(node) if node is not None else ():
                yield from self.run(line, name, shell, has_go=has_go)
        shell.begin()
        after = _last(chain, "after_script")
        for line in scalars(after) if after is not None else ():
            yield from self.run(line, name, shell, has_go=has_go)

    def _chain(self, name: str, job: YamlNode) -> tuple[list[YamlNode], str]:
        """Return a job behind those that it extends, and the name of one that this file does not have."""
        chain: list[YamlNode] = []
        lost: list[str] = []

        def follow(at: YamlNode, seen: frozenset[str]) -> None:
            for parent in _parents(at):
                found = self.jobs.get(parent)
                if found is None:
                    lost.append(parent)
                elif parent not in seen and len(seen) < _DEEPEST and len(chain) < _DEEPEST * _DEEPEST:
                    follow(found, seen | {parent})
            chain.append(at)

        follow(job, frozenset({name}))
        return chain, lost[0] if lost else ""


def _parents(job: YamlNode) -> tuple[str, ...]:
    node = dict(_entries(job)).get("extends")
    return tuple(each.text for each in scalars(node)) if node is not None else ()


def _of(node: YamlNode, key: str) -> YamlNode:
    """Return what a mapping says of a key, itself or by what it merges."""
    return dict(_entries(node)).get(key) or node[key]


def _last(nodes: Sequence[YamlNode], key: str) -> YamlNode | None:
    """Return what the last of some mappings says of a key; None when none does."""
    return next((found[key] for node in reversed(nodes) for found in [dict(_entries(node))] if key in found), None)


def _entries(node: YamlNode) -> Iterator[tuple[str, YamlNode]]:
    """Yield the entries of a mapping, first those that it merges."""
    merged = node.entries.get("<<")
    for part in (merged, *merged.items) if merged is not None else ():
        yield from part.entries.items()
    yield from ((name, entry) for name, entry in node.entries.items() if name != "<<")
