"""Who else has the files of a module version whose go.sum line differs from the log: the evidence of triage.

The module cache of this machine, and the proxy that the go command would ask; both only where a line differs, so that
a good run costs nothing. No answer changes what the run comes to: the mismatch is an alarm whoever agrees with whom.
Whoever cannot say anything is a witness too, with the reason.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError, SupplymatrixError
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goproxy import Via
from supplymatrix.model.fact import HashWitness, Holder, LineProof, ProofState, SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.net.module_files import MOD_LIMIT, Fetched, fetch_module_file, module_file_name
from supplymatrix.sources.modcache import hash_zip_file
from supplymatrix.sources.pread import open_at

if TYPE_CHECKING:
    from supplymatrix.net.transport import Transport

__all__ = ["MOST_MODULES", "witnesses_of"]

MOST_MODULES = 20
"""Module versions that are followed up in one run."""

_SECONDS = 240.0
_PARALLEL = 4  # each may hold a zip of 500 MiB on disk
_NOT_FOLLOWED = f"only the first {MOST_MODULES} module versions that differ are followed up in a run"
_ORIGIN = "its repository"


@value
class _Line:
    """A go.sum line whose files are looked for."""

    module: ModuleVersion
    kind: SumKind


@value
class _Desk:
    """What asking the proxies needs. seconds: for all downloads together."""

    settings: GoSettings
    means: Means
    cache: Path | None
    seconds: float

    @property
    def parallel(self) -> int:
        """Downloads at once."""
        return max(1, min(self.means.jobs, _PARALLEL))


def witnesses_of(
    proofs: Iterable[LineProof],
    means: Means,
    settings: GoSettings,
    cache: Path | None,
    *,
    seconds: float = _SECONDS,
) -> list[HashWitness]:
    """Return what the module cache and the proxy have for each go.sum line that differs from the log.

    means: offline, no proxy is asked; under a replay nobody is, neither is this machine looked at, since the recording
    may be of another one. cache: the module cache, None when nobody says where it is. seconds: for all downloads.
    Each line that differs has a witness of each of the two, with a hash or with a reason; under a replay there is none.
    Starts an event loop of its own. Raises nothing of its own: what goes wrong is the reason of a witness.
    """
    lines = dict.fromkeys(
        _Line(module=proof.subject, kind=proof.kind) for proof in proofs if proof.state is ProofState.DIFFERS
    )
    if not lines or means.replay is not None:
        return []
    followed = set(list(dict.fromkeys(line.module for line in lines))[:MOST_MODULES])
    asked = [line for line in lines if line.module in followed]
    found: list[HashWitness] = []
    for line in lines:
        if line.module not in followed:
            found += [_silent(line, holder, _NOT_FOLLOWED) for holder in (Holder.MODULE_CACHE, Holder.PROXY)]
    found += [_cached(line, cache) for line in asked]
    if means.offline:
        return found + [_silent(line, Holder.PROXY, "no proxy is asked offline") for line in asked]
    return found + _ask_proxies(asked, _Desk(settings=settings, means=means, cache=cache, seconds=seconds))


def _silent(line: _Line, holder: Holder, reason: str, source: str = "") -> HashWitness:
    return HashWitness(subject=line.module, kind=line.kind, holder=holder, source=source, hash="", reason=reason)


def _hashed(line: _Line, holder: Holder, source: str, path: Path) -> HashWitness:
    """Hash a file that a holder has. What cannot be hashed is told with the reason."""
    h1, reason = "", ""
    try:
        h1 = _hash_file(path, line.kind)
    except FileNotFoundError:
        reason = "it has no such file"
    except InputError as err:
        fault = err.diagnostics[0]
        reason = f"what it has cannot be hashed: {fault.message}{f' ({fault.seen})' if fault.seen else ''}"
    except (OSError, ValueError) as err:
        reason = f"it cannot be read: {getattr(err, 'strerror', None) or err}"
    return HashWitness(subject=line.module, kind=line.kind, holder=holder, source=source, hash=h1, reason=reason)


def _hash_file(path: Path, kind: SumKind) -> str:
    """Return the h1 of a zip or go.mod. Raises InputError for what is neither, OSError for what cannot be read."""
    if kind is SumKind.ZIP:
        return hash_zip_file(path)
    with open_at(path, limit=MOD_LIMIT) as file:
        data = file.read_at(0, file.size)
    if data.lstrip()[:1] == b"<":
        raise InputError(Diagnostic(message="it is no go.mod, it looks like a web page"))
    return hash1([(b"go.mod", sha256(data).digest())])


def _cached(line: _Line, cache: Path | None) -> HashWitness:
    """Hash the copy in the module cache."""
    if cache is None:
        return _silent(line, Holder.MODULE_CACHE, "nobody says where the module cache is")
    try:
        path = _cached_file(line, cache)
    except InputError as err:
        return _silent(line, Holder.MODULE_CACHE, err.diagnostics[0].message)
    return _hashed(line, Holder.MODULE_CACHE, str(path), path)


def _cached_file(line: _Line, cache: Path) -> Path:
    return cache / "cache" / "download" / module_file_name(line.module, line.kind)


def _ask_proxies(lines: Sequence[_Line], desk: _Desk) -> list[HashWitness]:
    """Ask the proxies for the files of all lines, each into a file of its own that is deleted again."""
    try:
        with tempfile.TemporaryDirectory(prefix="supplymatrix-", ignore_cleanup_errors=True) as folder:
            return asyncio.run(_ask_all(lines, desk, Path(folder)))
    except OSError as err:
        reason = f"there is no folder for a download: {err.strerror or err}"
    except (SupplymatrixError, ValueError) as err:  # what goes wrong here must not take the place of the alarm
        reason = str(err)
    return [_silent(line, Holder.PROXY, reason) for line in lines]


async def _ask_all(lines: Sequence[_Line], desk: _Desk, folder: Path) -> list[HashWitness]:
    """Ask for all lines, a few at once, until the time is over."""
    from supplymatrix.net.credentials import read_credentials
    from supplymatrix.net.transport import TimeOuts, Transport

    free = asyncio.Semaphore(desk.parallel)
    deadline = asyncio.get_running_loop().time() + desk.seconds
    environ = desk.means.environ
    async with Transport(
        environ=environ,
        credentials=read_credentials(environ, desk.settings),
        ca_file=desk.means.ca_file,
        connections=desk.parallel,
        time_outs=TimeOuts(whole=desk.seconds / 2),
        tries=2,
    ) as transport:

        async def ask(number: int, line: _Line) -> list[HashWitness]:
            try:
                async with asyncio.timeout_at(deadline), free:
                    return await _ask_one(line, desk, transport, folder / str(number))
            except TimeoutError:
                return [_silent(line, Holder.PROXY, f"it was not had within {desk.seconds:g} s")]
            except OSError as err:
                return [_silent(line, Holder.PROXY, f"there is no room for a download: {err.strerror or err}")]

        found = await asyncio.gather(*(ask(number, line) for number, line in enumerate(lines)))
    return [witness for witnesses in found for witness in witnesses]


async def _ask_one(line: _Line, desk: _Desk, transport: Transport, path: Path) -> list[HashWitness]:
    """Ask the proxies for the file of one line, and hash what the last of them sends."""
    found: list[HashWitness] = []
    with _passing_file(path) as file:
        fetched = await fetch_module_file(line.module, line.kind, desk.settings, transport, file)
        file.flush()
        for answer in fetched.answers:
            if answer.reason or _is_same(answer.folder_file, line, desk.cache):
                reason = answer.reason or "this proxy is the module cache itself"
                found.append(_silent(line, Holder.PROXY, reason, answer.source))
            else:
                found.append(await asyncio.to_thread(_hashed, line, Holder.PROXY, answer.source, path))
    return [*found, *_ended(line, fetched)]


@contextmanager
def _passing_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that is gone again afterwards."""
    try:
        with path.open("w+b") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


def _ended(line: _Line, fetched: Fetched) -> list[HashWitness]:
    """Tell why the walk ended without a file: at the module's own repository, or nowhere."""
    if not fetched.reason:
        return []
    if fetched.via is Via.DIRECT:
        return [_silent(line, Holder.ORIGIN, fetched.reason, _ORIGIN)]
    return [_silent(line, Holder.PROXY, fetched.reason)]


def _is_same(file: Path | None, line: _Line, cache: Path | None) -> bool:
    """Return whether a proxy that is a folder holds the very file of the module cache: one witness, not two."""
    try:
        return file is not None and cache is not None and file.samefile(_cached_file(line, cache))
    except OSError:
        return False
