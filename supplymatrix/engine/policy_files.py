"""The files that a policy is put together from: on the disk, in a git revision, or on another machine.

A parent lies at a path relative to the file that names it. With `--policy-from REV` it is taken from that revision too,
so that no change can bring its own rules along; only what lies outside of the repository is read from the disk. One on
another machine counts only with the digest that the policy names, and is kept in the cache by that digest; one that is
not there is asked for only when the command line allows it.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError, TransportError
from supplymatrix.policy.parents import ParentKind, ParentRef, PolicyText
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there, read_limited

if TYPE_CHECKING:
    from supplymatrix.sources.git import Revision

__all__ = ["DiskFiles", "RevisionFiles"]

_KEPT = "policies"
_SIGNING_LIMIT = 1 << 20


class DiskFiles:
    """What lies beside and above a policy on the disk.

    artifact: how the policy itself is named; folder: where it lies. means: None = nothing is fetched. allow_remote: of
    the command line.
    """

    def __init__(self, artifact: str, folder: Path, means: Means | None, *, allow_remote: bool) -> None:
        self._folder = folder
        self._base = posixpath.dirname(artifact)
        self._means = means
        self._allow_remote = allow_remote

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        """Return a parent of the file named `of`."""
        if reference.kind is ParentKind.REMOTE:
            return _remote(reference, self._means, allowed=self._allow_remote)
        artifact = _beside(of, reference.place)
        path = self._path(artifact)
        try:
            return PolicyText(artifact=artifact, data=read_limited(path, POLICY_LIMIT, "policy"))
        except InputError as err:  # where it was looked for cannot be seen from a path like ../../org/lift.toml
            whole = Path(os.path.realpath(path)).as_posix()
            raise InputError(*(replace(fault, artifact=whole) for fault in err.diagnostics)) from err

    def debt(self, name: str, of: str) -> PolicyText | None:
        """Return the debt list beside the file named `of`."""
        artifact = _beside(of, name)
        data = read_if_there(self._path(artifact), POLICY_LIMIT, "debt list")
        return None if data is None else PolicyText(artifact=artifact, data=data)

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        """Return a key or trusted root below the folder of the file named `of`."""
        artifact = _beside(of, name)
        path = self._path(artifact)
        _refuse_outside(path, self._path(posixpath.dirname(of) or "."), artifact)
        data = read_if_there(path, _SIGNING_LIMIT, "key or trusted root")
        return None if data is None else PolicyText(artifact=artifact, data=data)

    def _path(self, artifact: str) -> Path:
        """Return where a file lies that is named as seen from the policy's own name."""
        return self._folder / posixpath.relpath(artifact, self._base or ".")


class RevisionFiles:
    """The same in a git revision. otherwise: for what lies outside of the repository."""

    def __init__(
        self, folder: Path, revision: str, environ: Mapping[str, str], means: Means | None, *, allow_remote: bool
    ) -> None:
        self._folder = folder
        self._revision = revision
        self._environ = environ
        self._means = means
        self._allow_remote = allow_remote

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        """Return a parent of the file named `of`, which is "REV:path"."""
        if reference.kind is ParentKind.REMOTE:
            return _remote(reference, self._means, allowed=self._allow_remote)
        name = _beside(of.removeprefix(f"{self._revision}:"), reference.place)
        text = self._read(name)
        if text is None:
            fault = Diagnostic(
                message="the revision has no such file",
                artifact=f"{self._revision}:{name}",
                expected="a parent that is in the revision too",
            )
            raise InputError(fault)
        return text

    def debt(self, name: str, of: str) -> PolicyText | None:
        """Return the debt list beside the file named `of`."""
        return self._read(_beside(of.removeprefix(f"{self._revision}:"), name))

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        """Return a key or trusted root below the folder of the file named `of`."""
        return self._read(_beside(of.removeprefix(f"{self._revision}:"), name))

    def _read(self, name: str) -> PolicyText | None:
        from supplymatrix.sources.git import find_revision, read_at_revision

        around = find_revision(self._folder, self._revision, self._environ, option="--policy-from")
        if posixpath.normpath(around.prefix + name).startswith("../"):
            inside = _back_inside(around, name, f"{self._revision}:{name}")
            if inside is None:
                return PolicyText(artifact=name, data=read_limited(self._folder / name, POLICY_LIMIT, "policy"))
            name = inside
        data = read_at_revision(self._folder, self._revision, name, self._environ)
        return None if data is None else PolicyText(artifact=f"{self._revision}:{name}", data=data)


def _refuse_outside(path: Path, folder: Path, artifact: str) -> None:
    """Raise InputError for a file that a link has outside of the folder of the policy that names it."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        fault = Diagnostic(
            message="a link leads out of the folder of the policy", artifact=artifact, expected="a file below it"
        )
        raise InputError(fault)


def _back_inside(around: Revision, name: str, artifact: str) -> str | None:
    """Return a path that leaves the repository and comes back into it as one that does not leave it; None for one that
    stays outside. Only links outside of the repository are followed: those in it are the working tree's. Raises
    InputError for one that leads to somewhere below the repository's folder."""
    parts = posixpath.normpath(posixpath.join(around.top, around.prefix, name)).split("/")
    for number in range(1, len(parts) + 1):
        seen = os.path.realpath("/".join(parts[:number]) or "/")
        if seen == around.top:
            return posixpath.relpath("/".join(parts[number:]) or ".", around.prefix or ".")
        if Path(seen).is_relative_to(around.top):
            message = "a link outside of the repository leads to a place in it, which no revision tells of"
            raise InputError(Diagnostic(message=message, artifact=artifact, expected="a path without such a link"))
    return None


def _beside(of: str, place: str) -> str:
    """Return the name of a file at a path relative to the file `of`. Raises InputError below an address."""
    if "://" in of:
        raise InputError(
            Diagnostic(
                message="a policy on another machine cannot name a file by its path",
                artifact=of,
                seen=place[:200],
                expected="a preset, or an https address with its digest",
            )
        )
    return posixpath.normpath(posixpath.join(posixpath.dirname(of), place))


def _remote(reference: ParentRef, means: Means | None, *, allowed: bool) -> PolicyText:
    """Return a parent from another machine. Raises InputError for one that may not be fetched or is another file,
    TransportError for one that cannot be had."""
    if means is not None and (kept := _from_cache(reference, means)) is not None:
        return PolicyText(artifact=reference.place, data=kept)
    if not allowed or means is None:
        raise InputError(
            Diagnostic(
                message="it lies on another machine, and nothing may be fetched for a policy",
                seen=reference.place[:200],
                expected="a preset or a file",
                remedy="--allow-remote-policy lets it be fetched",
            )
        )
    data = _fetched(reference, means)
    seen = hashlib.sha256(data).hexdigest()
    if seen != reference.sha256:
        raise InputError(
            Diagnostic(
                message=f"{reference.place} is not the file that the policy names",
                seen=f"sha256={seen}",
                expected=f"sha256={reference.sha256}",
                remedy="look at what has changed there, and name the new digest",
            )
        )
    _keep(_kept_at(means, reference.sha256), data)
    return PolicyText(artifact=reference.place, data=data)


def _from_cache(reference: ParentRef, means: Means) -> bytes | None:
    """Return the bytes that the digest names where an earlier run has kept them, whose address allowed that."""
    path = _kept_at(means, reference.sha256)
    data = read_if_there(path, POLICY_LIMIT, "policy") if path is not None else None
    return data if data is not None and hashlib.sha256(data).hexdigest() == reference.sha256 else None


def _kept_at(means: Means, sha256: str) -> Path | None:
    from supplymatrix.net.folders import cache_folder_if_any

    folder = means.cache_dir or cache_folder_if_any(means.environ)
    return folder / _KEPT / f"{sha256}.toml" if folder is not None else None


def _keep(path: Path | None, data: bytes) -> None:
    from contextlib import suppress

    from supplymatrix.net.whole_file import replace_whole

    if path is None:
        return
    with suppress(OSError):  # a cache that cannot be written only costs the next run a request
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, data)


def _fetched(reference: ParentRef, means: Means) -> bytes:
    import asyncio

    if means.offline or means.replay is not None:
        message = f"{reference.place} is not in the cache, and this run uses no network"
        raise TransportError(message, remedy="run it once with the network")
    return asyncio.run(_fetch(reference, means))


async def _fetch(reference: ParentRef, means: Means) -> bytes:
    from supplymatrix.net.transport import Transport
    from supplymatrix.sumdb.protocol import Absent, Body

    async with Transport(environ=means.environ, ca_file=means.ca_file, connections=1) as transport:
        answer = await transport.get(reference.place, max_bytes=POLICY_LIMIT)
    if isinstance(answer, Body):
        return answer.data
    reason = f"the server has no such file (HTTP {answer.status})" if isinstance(answer, Absent) else answer.reason
    remedy = (not isinstance(answer, Absent) and answer.remedy) or "mend the address"
    raise TransportError(f"a policy that this one builds on cannot be had: {reason}", remedy=remedy)
