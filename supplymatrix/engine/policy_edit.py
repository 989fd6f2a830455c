"""The lift.toml of a project as a file that a command is to change: found, and read again before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_files import DiskFiles
from supplymatrix.engine.policy_source import POLICY_FILE, presets
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.policy.document import Policy, parse_policy
from supplymatrix.policy.parents import ParentRef, PolicyText
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there

__all__ = ["LiftFile", "find_lift_file", "without_places"]


@value
class LiftFile:
    """A lift.toml on the disk. path: as the user would type it; data: its bytes as they were read."""

    path: Path
    data: bytes

    @property
    def name(self) -> str:
        """How the file is named to people."""
        return self.path.as_posix()

    def parse(self, data: bytes, means: Means, *, allow_remote: bool = False, debt: bytes | None = None) -> Policy:
        """Return the policy that other bytes in this file's place would be. debt: the list that is to lie beside it,
        None = the one that does.

        Raises InputError, and TransportError for a parent that cannot be had.
        """
        from supplymatrix.engine.vendor_measures import known_vendors

        files = _Files(DiskFiles(self.name, self.path.parent, means, allow_remote=allow_remote), debt)
        return parse_policy(
            data, self.name, presets=presets(), files=files, vendors=lambda: known_vendors(means.environ)
        )


class _Files:
    """What lies beside a policy, with a debt list that is not written yet."""

    def __init__(self, files: DiskFiles, debt: bytes | None) -> None:
        self._files = files
        self._debt = debt

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        return self._files.parent(reference, of)

    def debt(self, name: str, of: str) -> PolicyText | None:
        return PolicyText(artifact=name, data=self._debt) if self._debt is not None else self._files.debt(name, of)

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        return self._files.signing_file(name, of)


def find_lift_file(path: Path) -> LiftFile:
    """Return the lift.toml of a project. path: its folder, a file in it, or the lift.toml itself.

    Raises InputError when there is none.
    """
    if not path.exists():
        raise InputError(
            Diagnostic(
                message="there is no such file or folder",
                artifact=path.as_posix(),
                expected="the folder of a project, or its lift.toml",
            )
        )
    file = path if path.suffix == ".toml" else (path if path.is_dir() else path.parent) / POLICY_FILE
    data = read_if_there(file, POLICY_LIMIT, "policy")
    if data is None:
        raise InputError(
            Diagnostic(
                message=f"there is no {POLICY_FILE}: what is waived or owed is written there",
                artifact=file.as_posix(),
                expected="a policy of the project",
                remedy=f"supplymatrix policy init {quote(file.parent.as_posix())}",
            )
        )
    return LiftFile(path=file, data=data)


def without_places(faults: Sequence[Diagnostic]) -> InputError:
    """Return faults of what was to be written as faults of the command line: the file has no such lines yet."""
    return InputError(
        *(
            Diagnostic(message=fault.message, seen=fault.seen, expected=fault.expected, remedy=fault.remedy)
            for fault in faults
        )
    )
