"""What `check` learns of vendor/, where a policy asks for it: SM120, SM121, SM122, SM123.

seen = vendored_facts(items, proofs, places)
seen[item.path].facts

The log is not asked again: a zip is vouched for by the proof of its go.sum line. Subjects of one workspace share its
vendor/, and all subjects of a run share zips. A member gets the modules that its go.sum lines name, and those that no
line of any member names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.graph_inputs import read_inputs
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.vendor_zips import ZipPlaces
from supplymatrix.engine.vendored import (
    IGNORED,
    NO_VENDOR,
    NOBODY,
    JudgedVendor,
    VendorWork,
    Vouched,
    effective_of,
    judge_all,
    read_work,
    vouch,
)
from supplymatrix.engine.verify_vendor import zip_sums
from supplymatrix.errors import InputError
from supplymatrix.gomod.vendor_match import MODULES_TXT
from supplymatrix.model.fact import (
    Fact,
    Gap,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofState,
    RequiredModule,
    SumKind,
    SumLine,
)
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState, VendorTree
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.git import is_ignored
from supplymatrix.sources.project import is_folder

__all__ = ["RULES", "VendoredFacts", "vendored_facts"]

RULES = ("SM120", "SM121", "SM122", "SM123")
"""The rules that need these facts."""


@value
class VendoredFacts:
    """What there is to say of one subject's vendor/."""

    facts: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()


@value
class _Shared:
    """A vendor/ with the subjects that are built from it. vouched: for the zips of the modules that one of them asks
    about."""

    work: VendorWork
    items: tuple[Prepared, ...]
    vouched: Mapping[ModuleVersion, Vouched]


def vendored_facts(
    items: Sequence[Prepared],
    proofs: Sequence[Sequence[LineProof]],
    places: ZipPlaces,
    on_event: OnEvent = ignore_event,
) -> Mapping[Path, VendoredFacts]:
    """Return what there is to say of each subject whose policy asks for it, by its path. proofs: of its lines."""
    groups: dict[Path, list[tuple[Prepared, Sequence[LineProof]]]] = {}
    seen: dict[Path, VendoredFacts] = {}
    for item, proven in zip(items, proofs, strict=True):
        folder = _vendor_of(item)
        if folder is not None:
            groups.setdefault(folder, []).append((item, proven))
        elif item.policy.vendored and _asks_all(item) and _requires(item.project.facts):
            seen[item.path] = VendoredFacts(facts=(_GONE,))
    shared: list[_Shared] = []
    for group in groups.values():
        if not any(_asks(item) for item, _ in group):
            continue
        try:
            found = _read(group)
        except InputError as err:
            fault = err.diagnostics[0]
            reason = f"{fault.artifact or MODULES_TXT}: {fault.message}"
            seen |= {
                item.path: VendoredFacts(facts=tuple(_not_compared(item, f"vendor/{MODULES_TXT}", reason)))
                for item, _ in group
                if _asks(item)
            }
        else:
            shared += [found] if found is not None else []
    judged = judge_all([(one.work, one.vouched) for one in shared], places, on_event)
    for one, result in zip(shared, judged, strict=True):
        notes = (*_notes(result), *_ignored(one.work, places.means))
        seen |= {item.path: _facts_of(item, one, result, notes) for item in one.items if _asks(item)}
    return seen


_GONE = VendorTree(
    modules=0, files=0, unexplained=(), unexplained_total=0, inconsistencies=(NO_VENDOR,),
    location=Location(artifact="go.mod", line=1), is_there=False,
)  # fmt: skip


def _requires(facts: Sequence[Fact]) -> bool:
    """Return whether a project has modules that `go mod vendor` would copy from, or would list."""
    return any(isinstance(fact, RequiredModule) and not fact.is_member for fact in facts)


def _vendor_of(item: Prepared) -> Path | None:
    """Return the vendor/ that a subject is built from, None where there is none."""
    project = item.project
    root = project.workspace.parent if project.workspace is not None else project.root
    has_go_mod = any(isinstance(fact, ProjectFact) and fact.has_go_mod for fact in project.facts)
    return root / "vendor" if has_go_mod and is_folder(root / "vendor") else None


def _asks(item: Prepared) -> bool:
    """Return whether a policy asks for anything of vendor/."""
    policy = item.policy
    return _asks_all(item) or any(
        entry.levels.get(rule, Level.OFF) is not Level.OFF for entry in policy.packages for rule in RULES
    )


def _asks_all(item: Prepared) -> bool:
    return any(item.policy.levels.get(rule, Level.OFF) is not Level.OFF for rule in RULES)


def _asks_about(item: Prepared, module: ModuleVersion, effective: ModuleVersion | None) -> bool:
    names = {module.path, effective.path} if effective is not None else {module.path}
    return _asks_all(item) or any(item.policy.asks_for(rule, name) for rule in RULES for name in sorted(names))


def _not_compared(item: Prepared, artifact: str, reason: str) -> Iterator[VendoredModule]:
    """Yield the modules that a subject requires and asks about, where nothing says what vendor/ has of them."""
    for fact in item.project.facts:
        if isinstance(fact, RequiredModule) and not fact.is_member and _asks_about(item, fact.subject, fact.effective):
            yield VendoredModule(
                subject=fact.subject, effective=fact.effective, state=VendorState.UNCHECKED, files=0,
                location=Location(artifact=artifact), reason=reason, remedy="go mod vendor writes vendor/ anew",
            )  # fmt: skip


def _read(group: Sequence[tuple[Prepared, Sequence[LineProof]]]) -> _Shared | None:
    """Read a vendor/, and find out who vouches for its zips. Raises InputError."""
    items = tuple(item for item, _ in group)
    project = items[0].project
    work = read_work(read_inputs(project), zip_sums([item.project for item in items]), f"vendor/{MODULES_TXT}")
    if work is None:
        return None
    proven = {proof.subject: proof for _, proofs in group for proof in proofs if proof.kind is SumKind.ZIP}
    private = {module: held for item in items for module, held in item.private.items()}
    vouched = {}
    for module in work.listed.packages:
        target = effective_of(work, module)
        if any(_asks_about(item, module, target) for item in items if _asks(item)):
            vouched[module] = _vouched(target, proven, work.sums, private)
    return _Shared(work=work, items=items, vouched=vouched)


def _vouched(
    target: ModuleVersion | None,
    proven: Mapping[ModuleVersion, LineProof],
    sums: Mapping[ModuleVersion, str],
    private: Mapping[ModuleVersion, PrivateModule],
) -> Vouched:
    """Return who vouches for the zip of a module. target: what was copied."""
    if target is None:
        return NOBODY
    proof, line, held = proven.get(target), sums.get(target, ""), private.get(target)
    is_logged = proof is not None and proof.state in (ProofState.PROVEN, ProofState.DIFFERS)
    is_broken = proof is not None and proof.state is ProofState.BAD_PROOF
    is_declared = held is not None and held.declared
    if not line or is_broken:
        why = ""
    elif held is not None and held.declared:
        why = f"{held.setting} declares it private"
    elif proof is not None:
        why = "the log does not have it" if proof.state is ProofState.NOT_IN_LOG else "its record has no such line"
    else:
        why = "what the log has is not known"
    logged = proof.logged_hash if proof is not None and is_logged else ""
    return vouch(logged, line, why=why, is_broken=is_broken, is_declared=is_declared)


def _facts_of(item: Prepared, shared: _Shared, judged: JudgedVendor, notes: tuple[Note, ...]) -> VendoredFacts:
    """Return a subject's part of what became of a vendor/."""
    work, artifact = shared.work, _artifact(item, shared.work)
    own = {fact.subject for fact in item.project.facts if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP}
    facts: list[Fact] = []
    for module in judged.modules:
        target = effective_of(work, module.subject)
        is_ours = target in own or target not in work.sums
        if is_ours and _asks_about(item, module.subject, target):
            facts.append(changed(module, location=_placed(module.location, artifact)))
    if not work.is_listed:
        facts += _not_compared(item, artifact, f"vendor/ has no {MODULES_TXT}")
    if _asks_all(item):
        unread = (f"{gap.wanted}: {gap.reason}" for gap in judged.gaps)
        tree = changed(judged.tree, inconsistencies=(*judged.tree.inconsistencies, *unread))
        facts.append(changed(tree, location=_placed(tree.location, artifact)))
    gaps = tuple(
        changed(gap, location=_placed(gap.location, artifact) if gap.location else None) for gap in judged.gaps
    )
    return VendoredFacts(facts=tuple(facts), gaps=gaps, notes=notes)


def _placed(location: Location, artifact: str) -> Location:
    return changed(location, artifact=artifact)


def _artifact(item: Prepared, work: VendorWork) -> str:
    """Return the name of modules.txt as an artifact of a subject: "../vendor/modules.txt" for a member."""
    try:
        return Path(os.path.relpath(work.folder / MODULES_TXT, item.project.root)).as_posix()
    except ValueError:  # another drive
        return (work.folder / MODULES_TXT).as_posix()


def _ignored(work: VendorWork, means: Means) -> Iterator[Note]:
    if is_ignored(work.folder.parent, f"vendor/{MODULES_TXT}", means.environ):
        yield Note(code="vendor-ignored", message=IGNORED)


def _notes(judged: JudgedVendor) -> Iterator[Note]:
    wrong = [one for one in judged.wrong if one.is_cached]
    if wrong:
        text = "zips in the module cache that are not the modules', and that vendor/ was not compared with"
        yield Note(code="vendor-cache-not-used", message=f"{text}: {len(wrong):,}, the first {wrong[0].place}")
    if judged.beyond:
        text = "files in vendor/ as in their module's zip that `go mod vendor` would not have copied"
        yield Note(code="vendor-beyond", message=f"{text}: {judged.beyond:,}")
