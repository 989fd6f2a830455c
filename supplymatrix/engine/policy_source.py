"""Where a run takes its policy from: the subject's lift.toml, a named file, another git revision, or a preset."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.policy_files import DiskFiles, RevisionFiles
from supplymatrix.errors import Diagnostic, InputError, TransportError
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.document import DEFAULT_PRESET, Policy, framework_key, parse_policy, preset_policy
from supplymatrix.policy.parents import NO_FILES, PolicyFiles
from supplymatrix.sources.builtin import builtin_bytes, builtin_names
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there, read_limited
from supplymatrix.sources.project import Project

if TYPE_CHECKING:
    from supplymatrix.engine.means import Means
    from supplymatrix.policy.origins import PolicyView

__all__ = [
    "DEFAULT_PRESET", "OWN_POLICY", "POLICY_FILE", "PolicySource", "default_policy", "load_policy", "meant_preset",
    "places_of_policy", "presets", "view_policy",
]  # fmt: skip

POLICY_FILE = "lift.toml"
_FOREIGN = {
    ".lift.toml": "the file of another product (Sonatype Lift)",
    ".tidelift.yml": "the file of another product (Tidelift)",
}
"""Files that somebody may take for a policy of ours."""


@value
class PolicySource:
    """file: named with --policy; revision: named with --policy-from. Neither: lift.toml in the subject's root.

    preset: a preset alone, whatever the project has. allow_remote: what a policy builds on may be fetched from other
    machines.
    """

    file: Path | None = None
    revision: str = ""
    preset: str = ""
    allow_remote: bool = False


OWN_POLICY = PolicySource()
"""The subject's own lift.toml, or the default preset when it has none."""


@cache
def presets() -> Mapping[str, bytes]:
    """Return the built-in presets by name."""
    names = [name for name in builtin_names("policies") if name.endswith(".toml")]
    return {name.removesuffix(".toml"): builtin_bytes("policies", name) for name in names}


def default_policy(built_in: Mapping[str, bytes] | None = None) -> Policy:
    """Return the policy of what has none of its own. built_in: the presets where they have been read already."""
    return preset_policy(DEFAULT_PRESET, presets=presets() if built_in is None else built_in)


def load_policy(
    source: PolicySource, project: Project, environ: Mapping[str, str], means: Means | None = None
) -> tuple[Policy, list[Note]]:
    """Return the policy of a run and what a reader should know about where it comes from.

    means: how a parent on another machine is fetched; None = not at all. Raises InputError, and TransportError for a
    parent that cannot be had.
    """
    if source.file is not None and source.revision:
        raise InputError(
            Diagnostic(
                message="--policy and --policy-from were both given",
                expected="one of them",
                remedy="drop one",
            )
        )
    notes = _notes_on_foreign_files(project)
    if source.preset:
        return preset_policy(source.preset, presets=presets()), notes
    if source.file is not None:
        data = read_limited(source.file, POLICY_LIMIT, "policy")
        artifact = str(source.file)
        files = DiskFiles(artifact, source.file.parent, means, allow_remote=source.allow_remote)
        return _parsed(data, artifact, environ, files), notes
    if source.revision:
        policy, more = _from_revision(source, project, environ, means)
        return policy, [*notes, *more]
    if project.lift_toml is not None:
        return _own_policy(source, project, environ, means), notes
    text = f"there is no {POLICY_FILE}: the preset {DEFAULT_PRESET} is applied"
    return default_policy(), [*notes, Note(code="no-policy", message=text)]


def _own_policy(source: PolicySource, project: Project, environ: Mapping[str, str], means: Means | None) -> Policy:
    """Return the policy of the lift.toml in the working tree, which is there."""
    assert project.lift_toml is not None  # noqa: S101 - the caller has looked
    lies_at = project.paths.get(POLICY_FILE)
    folder = lies_at.parent if lies_at is not None else project.root
    try:
        files = DiskFiles(POLICY_FILE, folder, means, allow_remote=source.allow_remote)
        return _parsed(project.lift_toml, POLICY_FILE, environ, files)
    except InputError:
        artifact = (folder / POLICY_FILE).as_posix()  # read again so: faults are told as from where the run was started
        files = DiskFiles(artifact, folder, means, allow_remote=source.allow_remote)
        _parsed(project.lift_toml, artifact, environ, files)
        raise


def _parsed(data: bytes, artifact: str, environ: Mapping[str, str], files: PolicyFiles = NO_FILES) -> Policy:
    from supplymatrix.engine.vendor_measures import known_vendors

    policy = parse_policy(data, artifact, presets=presets(), files=files, vendors=lambda: known_vendors(environ))
    return replace(policy, notes=(*policy.notes, *_notes_on_frameworks(policy)))


def _notes_on_frameworks(policy: Policy) -> list[Note]:
    """Tell of frameworks that do not come with the program: `compliance --clauses DIR` may bring them along."""
    if not policy.frameworks:
        return []
    known = {name.removesuffix(".toml") for name in builtin_names("policies/clauses") if name.endswith(".toml")}
    return [
        Note(
            code="framework-not-built-in",
            message=f"the framework {name!r} of [compliance] is none of {', '.join(sorted(known))}"
            + _meant(name, known),
            location=policy.places.get(framework_key(name)),
        )
        for name in policy.frameworks
        if name not in known
    ]


def _meant(word: str, known: Iterable[str]) -> str:
    near = nearest(word, sorted(known))
    return f"; did you mean {near!r}?" if near else ""


def meant_preset(word: str) -> str:
    """Return what to do where a file was looked for and the name of a preset was given, "" where that is none."""
    near = nearest(word, presets())
    meant = "" if word == near else f"did you mean {near!r}? "
    return f'{meant}presets are named in lift.toml: [policy] preset = "{near}"' if near else ""


def places_of_policy(source: PolicySource, project: Project, policy: Policy) -> dict[str, str]:
    """Return where a reader finds the files of the policy in the working tree, by artifact, from where the run was
    started: those that it builds on and its debt list too. Files that were named are so already."""
    lies_at = project.paths.get(POLICY_FILE)
    if lies_at is None or source.file is not None or source.revision or source.preset:
        return {}
    names = (name for name in policy.files if "://" not in name and not name.startswith("preset "))
    return {name: _path_of(lies_at.parent, name) for name in names}


def _path_of(folder: Path, name: str) -> str:
    """Return the path of a file as seen from where the run was started: without detours, unless a link needs them."""
    whole = (folder / name).as_posix()
    short = os.path.normpath(whole)
    return Path(short).as_posix() if os.path.realpath(short) == os.path.realpath(whole) else whole


def _notes_on_foreign_files(project: Project) -> list[Note]:
    found = []
    for folder in project.policy_folders[:1]:
        for name, what in _FOREIGN.items():
            try:
                is_there = (folder / name).is_file()
            except OSError:
                continue
            if is_there:
                text = f"{name} is {what} and not read: a policy of supplymatrix is {POLICY_FILE}"
                found.append(Note(code="foreign-policy", message=text))
    return found


def view_policy(
    path: Path, file: Path | None, source: PolicySource = OWN_POLICY, means: Means | None = None
) -> PolicyView:
    """Return a policy with the place that each value comes from. file: instead of the lift.toml in the folder `path`.

    `path` may be a policy file itself, or a file beside lift.toml. means: as for `load_policy`. Raises InputError, and
    TransportError for a parent that cannot be had.
    """
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.policy.origins import explain_policy

    if file is None and path.suffix == ".toml":
        file = path
    if file is None:
        _refuse_missing(path)
        file = (path if path.is_dir() else path.parent) / POLICY_FILE
        data = read_if_there(file, POLICY_LIMIT, "policy")
    else:
        data = read_limited(file, POLICY_LIMIT, "policy")
    if data is None:
        return explain_policy(default_policy(), "", rules=ALL_RULES)
    artifact = file.as_posix()
    policy = _parsed(data, artifact, {}, DiskFiles(artifact, file.parent, means, allow_remote=source.allow_remote))
    return explain_policy(policy, artifact, rules=ALL_RULES)


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise InputError(
            Diagnostic(
                message="there is no such file or folder",
                artifact=path.as_posix(),
                expected="the folder of a project, or a policy file",
                remedy=meant_preset(str(path)),
            )
        )


def _moved_policy(root: Path, revision: str, environ: Mapping[str, str]) -> tuple[Path, bytes] | None:
    """Return where a revision has a policy whose place the working tree has no more, and its bytes; None without one.

    A project that moves takes its policy along: else a change could escape its gate by renaming a folder. Raises
    InputError when there are several, since nobody can say whose it is.
    """
    from supplymatrix.sources.git import find_named_at, find_revision, read_at_revision

    around = find_revision(root, revision, environ, option="--policy-from")
    up = Path(*[".."] * len([part for part in around.prefix.split("/") if part]))
    gone = [
        path
        for path in find_named_at(around, POLICY_FILE, environ)
        if not {"vendor", "testdata"} & set(path.split("/")) and not (root / up / path).exists()
    ]
    if not gone:
        return None
    if len(gone) > 1:
        raise InputError(
            Diagnostic(
                message=f"{revision} has no {POLICY_FILE} here, and {len(gone)} that are gone from the working tree",
                artifact=root.as_posix(),
                seen=", ".join(gone[:5]),
                expected="a change that moves one policy at a time",
                remedy="move the folders in a change of their own, or name the policy: --policy FILE",
            )
        )
    name = (up / gone[0]).as_posix()
    data = read_at_revision(root, revision, name, environ)
    return (root / up / Path(gone[0]).parent, data) if data is not None else None


def _from_revision(
    source: PolicySource, project: Project, environ: Mapping[str, str], means: Means | None
) -> tuple[Policy, list[Note]]:
    """Take the policy from another git revision, and tell how the one in the working tree differs from it."""
    from supplymatrix.sources.git import read_at_revision

    revision = source.revision
    found = ((folder, read_at_revision(folder, revision, POLICY_FILE, environ)) for folder in project.policy_folders)
    folder, data = next(((folder, data) for folder, data in found if data is not None), (project.root, None))
    notes: list[Note] = []
    if data is None and (moved := _moved_policy(project.root, revision, environ)):
        folder, data = moved
        text = f"{POLICY_FILE} lies at {folder.as_posix()} in {revision} and is gone from there: it still counts"
        notes.append(Note(code="policy-moved", message=text))
    if data is None:
        policy = default_policy()
        text = f"revision {revision} has no {POLICY_FILE}: the preset {DEFAULT_PRESET} is applied"
        notes.append(Note(code="no-policy", message=text))
    else:
        at = project.root if not folder.is_dir() else folder
        name = POLICY_FILE if at is folder else Path(os.path.relpath(folder, at), POLICY_FILE).as_posix()
        files = RevisionFiles(at, revision, environ, means, allow_remote=source.allow_remote)
        policy = _parsed(data, f"{revision}:{name}", environ, files)
    if project.lift_toml is None:
        own = default_policy()
        if data is not None:
            text = f"{POLICY_FILE} of {revision} is gone from the working tree"
            notes.append(Note(code="policy-removed", message=text))
    else:
        try:
            own = _own_policy(source, project, environ, means)
        except (InputError, TransportError) as err:
            text = f"the working tree's {POLICY_FILE} cannot be read and is not used: {err}"
            return policy, [*notes, Note(code="policy-unreadable", message=text)]
    notes += [
        Note(code="policy-differs", message=f"the working tree's {POLICY_FILE} differs from {revision}: {difference}")
        for difference in compare_policies(policy, own)
    ]
    return policy, notes
