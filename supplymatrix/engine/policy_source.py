"""Where a run takes its policy from: the subject's lift.toml, a named file, another git revision, or a preset."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.document import Policy, parse_policy, preset_policy
from supplymatrix.sources.builtin import builtin_bytes, builtin_names
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there, read_limited
from supplymatrix.sources.project import Project

if TYPE_CHECKING:
    from supplymatrix.policy.origins import PolicyView

__all__ = [
    "DEFAULT_PRESET", "OWN_POLICY", "POLICY_FILE", "PolicySource", "default_policy", "load_policy", "presets",
    "view_policy",
]  # fmt: skip

POLICY_FILE = "lift.toml"
DEFAULT_PRESET = "log-verified"


@value
class PolicySource:
    """file: named with --policy; revision: named with --policy-from. Neither: lift.toml in the subject's root."""

    file: Path | None = None
    revision: str = ""


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


def load_policy(source: PolicySource, project: Project, environ: Mapping[str, str]) -> tuple[Policy, list[Note]]:
    """Return the policy of a run and what a reader should know about where it comes from. Raises InputError."""
    built_in = presets()
    if source.file is not None and source.revision:
        raise InputError(
            Diagnostic(
                message="--policy and --policy-from were both given",
                expected="one of them",
                remedy="drop one",
            )
        )
    if source.file is not None:
        data = read_limited(source.file, POLICY_LIMIT, "policy")
        return parse_policy(data, str(source.file), presets=built_in), []
    if source.revision:
        return _from_revision(source.revision, project, built_in, environ)
    if project.lift_toml is not None:
        return parse_policy(project.lift_toml, POLICY_FILE, presets=built_in), []
    text = f"there is no {POLICY_FILE}: the preset {DEFAULT_PRESET} is applied"
    return default_policy(built_in), [Note(code="no-policy", message=text)]


def view_policy(path: Path, file: Path | None) -> PolicyView:
    """Return a policy with the place that each value comes from. file: instead of the lift.toml in the folder `path`.

    `path` may be a policy file itself, or a file beside lift.toml. Raises InputError.
    """
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.policy.origins import explain_policy

    built_in = presets()
    if file is None and path.suffix == ".toml":
        file = path
    if file is not None:
        data: bytes | None = read_limited(file, POLICY_LIMIT, "policy")
        artifact = file.as_posix()
    else:
        _refuse_missing(path)
        own = (path if path.is_dir() else path.parent) / POLICY_FILE
        data, artifact = read_if_there(own, POLICY_LIMIT, "policy"), own.as_posix()
    policy = default_policy(built_in) if data is None else parse_policy(data, artifact, presets=built_in)
    return explain_policy(policy, data, artifact, presets=built_in, rules=ALL_RULES)


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise InputError(
            Diagnostic(
                message="there is no such file or folder",
                artifact=path.as_posix(),
                expected="the folder of a project, or a policy file",
            )
        )


def _from_revision(
    revision: str, project: Project, built_in: Mapping[str, bytes], environ: Mapping[str, str]
) -> tuple[Policy, list[Note]]:
    """Take the policy from another git revision, and tell how the one in the working tree differs from it."""
    from supplymatrix.sources.git import read_at_revision

    found = (read_at_revision(folder, revision, POLICY_FILE, environ) for folder in project.policy_folders)
    data = next((data for data in found if data is not None), None)
    notes: list[Note] = []
    if data is None:
        policy = default_policy(built_in)
        text = f"revision {revision} has no {POLICY_FILE}: the preset {DEFAULT_PRESET} is applied"
        notes.append(Note(code="no-policy", message=text))
    else:
        policy = parse_policy(data, f"{revision}:{POLICY_FILE}", presets=built_in)
    if project.lift_toml is None:
        own = default_policy(built_in)
        if data is not None:
            text = f"{POLICY_FILE} of {revision} is gone from the working tree"
            notes.append(Note(code="policy-removed", message=text))
    else:
        try:
            own = parse_policy(project.lift_toml, POLICY_FILE, presets=built_in)
        except InputError as err:
            text = f"the working tree's {POLICY_FILE} cannot be read and is not used: {err}"
            return policy, [*notes, Note(code="policy-unreadable", message=text)]
    notes += [
        Note(code="policy-differs", message=f"the working tree's {POLICY_FILE} differs from {revision}: {difference}")
        for difference in compare_policies(policy, own)
    ]
    return policy, notes
