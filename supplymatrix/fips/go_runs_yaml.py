"""The go commands of workflows, .gitlab-ci.yml and goreleaser's file, each with the variables of its job or build.

What CI builds is marked as such: it may be built to see whether it can be, and is then thrown away. An expression that
is not filled in leaves a value open. goreleaser builds for several systems, which count as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.buildfiles.yaml_places import YamlFile, open_yaml, scalars
from supplymatrix.documents.yaml_text import YamlNode
from supplymatrix.fips.go_runs import DECIDING, GoRun, GoRuns, Script, Told
from supplymatrix.model.fips import FipsPurpose
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed

__all__ = ["runs_of_gitlab_ci", "runs_of_goreleaser", "runs_of_workflow"]

_MOST = 1_000
_SCRIPTS = ("before_script", "script")
_BUILDERS = ("goreleaser/goreleaser-action", "ko-build/setup-ko", "docker/build-push-action")
_OTHERS = frozenset({"rust", "zig", "bun", "deno", "python", "uv", "poetry", "prebuilt"})
_SYSTEMS = ("linux", "darwin", "windows")
"""GOOS for which goreleaser builds where nobody says it."""


def runs_of_workflow(data: bytes, artifact: str) -> GoRuns:
    """Return what a workflow, or an action of the repository, starts. Raises InputError."""
    file = open_yaml(data, artifact)
    root = _env(file, file.root["env"])
    jobs = list(file.root["jobs"].entries.items())[:_MOST]
    if file.root["runs"].kind == "mapping" and not jobs:
        jobs = [("runs", file.root["runs"])]
    found: list[GoRun] = []
    for name, job in jobs:
        env = {**root, **_env(file, job["env"])}
        script = Script(env)
        for step in job["steps"].items[:_MOST]:
            own = {**env, **_env(file, step["env"])}
            found += (_of_ci(run, name) for run in _step(file, step, script.again(own), own))
    return GoRuns(runs=tuple(found))


def _step(file: YamlFile, step: YamlNode, script: Script, env: Mapping[str, Told]) -> Iterator[GoRun]:
    uses, run = step["uses"], step["run"]
    if uses.text.partition("@")[0] in _BUILDERS:
        yield GoRun(scope="", verb="", words=(), env=env, location=file.place(uses))
    if run.text:

        def place(at: int) -> Location:
            return file.place(run, at)

        yield from script.read(run.text, place)


def _of_ci(run: GoRun, job: str) -> GoRun:
    purpose = FipsPurpose.CI if run.purpose is FipsPurpose.SHIPPED else run.purpose
    return changed(run, scope=f"job {job[:100]}", purpose=purpose)


def _env(file: YamlFile, node: YamlNode) -> dict[str, Told]:
    """Return the variables of a mapping that have a say."""
    return {
        name: Told(text=entry.text or entry["value"].text, location=file.place(entry))
        for name, entry in node.entries.items()
        if name in DECIDING
    }


def runs_of_gitlab_ci(data: bytes, artifact: str) -> GoRuns:
    """Return what the jobs of a .gitlab-ci.yml start. Raises InputError."""
    file = open_yaml(data, artifact)
    root = _env(file, file.root["variables"])
    found: list[GoRun] = []
    for name, job in list(file.root.entries.items())[:_MOST]:
        if job.kind != "mapping" or name in ("variables", "default", "include", "workflow", "spec", "cache"):
            continue
        script = Script({**root, **_env(file, job["variables"])})
        for key in _SCRIPTS:
            before = (
                job[key] if key in job else file.root["default"][key] if key in file.root["default"] else file.root[key]
            )
            for node in scalars(before):

                def place(at: int, node: YamlNode = node) -> Location:
                    return file.place(node, at)

                found += (_of_ci(run, name) for run in script.read(node.text, place))
    return GoRuns(runs=tuple(found))


def runs_of_goreleaser(data: bytes, artifact: str) -> GoRuns:
    """Return the builds of goreleaser's file. Raises InputError."""
    file = open_yaml(data, artifact)
    root = _listed(file, file.root["env"])
    builds = [*file.root["builds"].items, *([file.root["build"]] if file.root["build"].kind == "mapping" else [])]
    own = [build for build in builds[:_MOST] if build["builder"].text not in _OTHERS and build["skip"].text != "true"]
    if not builds:
        return GoRuns(runs=(_build(file, file.root, "", root),))
    starts = sorted(build.line for build in builds)
    found: list[GoRun] = []
    for build in own:
        name = build["id"].text[:100] or str(builds.index(build) + 1)
        after = next((line for line in starts if line > build.line), 0)
        run = _build(file, build, f"build {name}", {**root, **_listed(file, build["env"])})
        found.append(changed(run, lines=((build.line, after - 1 if after else 1 << 30),)))
    for number, ko in enumerate(file.root["kos"].items[:_MOST], 1):
        run = _build(file, ko, f"image {ko['id'].text[:100] or number}", {**root, **_listed(file, ko["env"])})
        found.append(changed(run, systems=()))
    return GoRuns(runs=tuple(found))


def _build(file: YamlFile, build: YamlNode, scope: str, env: Mapping[str, Told]) -> GoRun:
    words = [f"-tags={node.text}" for node in scalars(build["tags"])]
    words += [word for node in scalars(build["flags"]) for word in node.text.split()]
    words += [f"-ldflags={node.text}" for node in scalars(build["ldflags"])]
    systems = [node.text for node in scalars(build["goos"])] or list(_SYSTEMS)
    main = build["main"].text or build["dir"].text
    return GoRun(
        scope=scope, verb="build", words=(*words, *([main] if main else ())), env=env, location=file.place(build),
        systems=tuple(systems),
    )  # fmt: skip


def _listed(file: YamlFile, node: YamlNode) -> dict[str, Told]:
    """Return variables of a list of NAME=value, or of a mapping; of one that is there twice the last."""
    found = _env(file, node)
    for entry in scalars(node) if node.kind == "sequence" else ():
        name, equals, text = entry.text.partition("=")
        if equals and name.strip() in DECIDING:
            found[name.strip()] = Told(text=text, location=file.place(entry))
    return found
