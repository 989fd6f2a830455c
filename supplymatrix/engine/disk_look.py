"""What lies on this machine of a project's modules: copies in the module cache, vendor/, and programs built from it.

    found = look_at_disk(DiskRequest(project=Path("svc"), means=means))
    found.cache, found.vendor, found.programs

Each is what its own command finds: `verify cache`, `verify vendor`, `verify binary`. Where one cannot look, the others
do, and why is told. `look_at_module` looks at the copies of one module alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from supplymatrix.engine.events import OnEvent, Progress, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.program_project import built_of
from supplymatrix.engine.project_run import ProjectRun
from supplymatrix.engine.verify_binary import BinaryRequest, verify_binaries
from supplymatrix.engine.verify_cache import CacheRequest, verify_cache
from supplymatrix.engine.verify_vendor import VendorRequest, VendorRun, verify_vendor
from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.cache_run import CacheRun
from supplymatrix.model.fact import CachedCopy, LineProof, ProofState, SumKind, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.programs_run import BinaryRun
from supplymatrix.model.value import value
from supplymatrix.net.settings import read_env_values
from supplymatrix.sources.modcache import check_copies, module_cache

__all__ = ["CACHE", "PROGRAMS", "VENDOR", "DiskFound", "DiskRequest", "ModuleCopies", "look_at_disk", "look_at_module"]

T = TypeVar("T")
CACHE, VENDOR, PROGRAMS = "cache", "vendor", "programs"
_STAGES = {CACHE: "the module cache", VENDOR: "vendor/", PROGRAMS: "programs"}


@value
class DiskRequest:
    """project: a folder, go.mod, go.sum or go.work. programs: that are held beside it, none = those in its folder."""

    project: Path
    means: Means
    programs: tuple[Path, ...] = ()
    policy: PolicySource = OWN_POLICY


@value
class DiskFound:
    """What each run found, None where it could not look. faults: why not, by CACHE, VENDOR and PROGRAMS. are_named:
    somebody has named the programs; else they are whatever lies in the project's folder."""

    cache: CacheRun | None = None
    vendor: VendorRun | None = None
    programs: BinaryRun | None = None
    faults: Mapping[str, str]
    are_named: bool = False


@value
class ModuleCopies:
    """The copies of one module version in the module cache. by_go_sum: they were held against go.sum's hashes, since
    the log gave none; reason: why there was nothing to hold zip and folder against, "" = there was."""

    copies: tuple[CachedCopy, ...]
    by_go_sum: bool = False
    reason: str = ""


def look_at_disk(request: DiskRequest, on_event: OnEvent = ignore_event) -> DiskFound:
    """Return what lies on the disk. Raises TrustError for a log that lied as a whole."""
    project, means, policy = request.project, request.means, request.policy
    faults: dict[str, str] = {}
    paths = request.programs or (project if project.is_dir() else project.parent,)

    def told(what: str, done: int, run: Callable[[], T]) -> T | None:
        on_event(Progress(stage=_STAGES[what], done=done, total=len(_STAGES)))
        try:
            return run()
        except (InputError, SourceError) as err:
            faults[what] = str(err.diagnostics[0]) if isinstance(err, InputError) else str(err)
            return None

    return DiskFound(
        cache=told(CACHE, 0, lambda: verify_cache(CacheRequest(path=project, means=means, policy=policy), on_event)),
        vendor=told(
            VENDOR, 1, lambda: verify_vendor(VendorRequest(path=project, means=means, policy=policy), on_event)
        ),
        programs=told(
            PROGRAMS, 2,
            lambda: verify_binaries(
                BinaryRequest(paths=paths, means=means, project=built_of(project), policy=policy), on_event
            ),
        ),
        faults=faults,
        are_named=bool(request.programs),
    )  # fmt: skip


def look_at_module(found: ProjectRun, module: ModuleVersion, means: Means) -> ModuleCopies:
    """Return the copies of a module version, held against what a check has proven of it; nobody is asked."""
    audit = found.audit
    proofs = [proof for proof in audit.facts.of(LineProof) if proof.subject == module] if audit is not None else []
    lines = [fact for fact in found.project.facts if isinstance(fact, SumLine) and fact.subject == module]
    proven = {
        proof.kind: proof.logged_hash
        for proof in proofs
        if proof.state in (ProofState.PROVEN, ProofState.DIFFERS) and proof.logged_hash
    }
    said: dict[SumKind, str] = {}
    for line in lines:
        said.setdefault(line.kind, line.hash)
    hashes = {**said, **proven}
    reason = "" if SumKind.ZIP in hashes else "neither go.sum nor a proven record says what they should hash to"
    cache = module_cache(means.environ, read_env_values(means.environ))
    zips = {module: hashes[SumKind.ZIP]} if SumKind.ZIP in hashes else {}
    go_mods = {module: hashes[SumKind.GO_MOD]} if SumKind.GO_MOD in hashes else {}
    copies = check_copies(zips, cache, go_mods=go_mods, jobs=means.jobs)
    return ModuleCopies(copies=copies, by_go_sum=any(kind not in proven for kind in hashes), reason=reason)
