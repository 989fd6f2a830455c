"""vendor/ folders of a run, read, and held against the zips of the modules that their modules.txt lists.

    work = read_work(read_inputs(project), sums, "vendor/modules.txt")
    (judged,) = judge_all([(work, vouched)], places, on_event)
    judged.tree, judged.modules

Who vouches for the h1 of a zip is the caller's: the log, or where that cannot know the module, go.sum. Zips are read
once, whatever number of folders has files of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.graph_inputs import GraphInputs
from supplymatrix.engine.vendor_zips import WrongZip, ZipAnswer, ZipKey, ZipPlaces, ZipWanted, compare_zips
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.vendor_match import MODULES_TXT, ModuleMatch, TreeMatch, VendorFiles, folder_of, match_tree
from supplymatrix.gomod.vendor_rules import CopyRules
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState, VendorTree
from supplymatrix.model.value import value
from supplymatrix.sources.project import is_folder
from supplymatrix.sources.vendor_list import Vendored, VendorList, inconsistencies, read_vendor_list
from supplymatrix.sources.vendor_tree import VendoredPart, compare_with_folder, read_vendor_files

__all__ = ["JudgedVendor", "VendorWork", "Vouched", "effective_of", "judge_all", "read_work"]

MOST_SHOWN = 100
"""Files that are named of one module, or as unexplained; all of them are counted."""
_NO_LIST = "vendor/ has no modules.txt: the go command does not know what lies in it"
_REMEDY = "go mod vendor writes vendor/ anew"


@value
class Vouched:
    """Who vouches for the zip of a module. h1: that it has, "" where nobody does. is_proven: the log does; reason,
    remedy: why it does not. may_fetch: its name may go to a proxy. is_fault: that the log does not vouch is a finding,
    and no secret that was declared."""

    h1: str
    is_proven: bool
    reason: str = ""
    remedy: str = ""
    may_fetch: bool = True
    is_fault: bool = False


@value
class VendorWork:
    """One vendor/, read. folder: itself; artifact: its modules.txt, as reports name it; sums: zip hashes of go.sum.
    is_listed: it has a modules.txt. folders: those with plain files in them, by names as in `found`."""

    folder: Path
    artifact: str
    listed: VendorList
    project: Vendored
    rules: CopyRules
    found: VendorFiles
    sums: Mapping[ModuleVersion, str]
    folders: frozenset[str]
    is_listed: bool = True

    def location_of(self, module: ModuleVersion | None = None) -> Location:
        """Return the line of a module, or the file."""
        return Location(artifact=self.artifact, line=self.listed.lines.get(module, 0) if module is not None else 1)


@value
class JudgedVendor:
    """What became of one vendor/. modules: of those that were asked about. gaps: files and folders that could not be
    read. wrong: zips that are not what is vouched for. beyond: files as in a zip that nobody copies; unchecked: files
    of modules without a zip."""

    tree: VendorTree
    modules: tuple[VendoredModule, ...]
    gaps: tuple[Gap, ...]
    wrong: tuple[WrongZip, ...]
    beyond: int
    unchecked: int


def read_work(inputs: GraphInputs, sums: Mapping[ModuleVersion, str], artifact: str) -> VendorWork | None:
    """Read the vendor/ of a project or workspace, None when there is none. Raises InputError for a modules.txt that
    cannot be read."""
    folder = inputs.folder / "vendor"
    if not is_folder(folder):
        return None
    listed = read_vendor_list(folder / MODULES_TXT)
    work = inputs.go_work
    go = work.go if work is not None else inputs.mains[0].go_mod.go if inputs.mains else None
    default = "1.18" if work is not None else ""
    found = read_vendor_files(folder)
    return VendorWork(
        folder=folder,
        artifact=artifact,
        listed=listed or VendorList(packages={}),
        project=Vendored(
            mains=[(main.path, main.folder, main.go_mod) for main in inputs.mains],
            work=(work, inputs.folder) if work is not None else None,
        ),
        rules=CopyRules.of(go.text if go is not None else default),
        found=found,
        sums=sums,
        folders=frozenset(name.rpartition("/")[0] for name in found.sizes),
        is_listed=listed is not None,
    )


def effective_of(work: VendorWork, module: ModuleVersion) -> ModuleVersion | None:
    """Return what was copied in a module's place, None for a folder."""
    listed = work.listed.replacements
    replaced = listed.get(module) or listed.get(ModuleVersion(path=module.path, version=""))
    if replaced is None:
        return module if module.version else None
    return ModuleVersion(path=replaced[0], version=replaced[1]) if replaced[1] else None


def judge_all(
    works: Sequence[tuple[VendorWork, Mapping[ModuleVersion, Vouched]]], places: ZipPlaces, on_event: OnEvent
) -> list[JudgedVendor]:
    """Return what became of each vendor/. works: each with who vouches for the zips of its modules; of a module that is
    not named there nothing is asked."""
    wanted: dict[ZipKey, list[VendoredPart]] = {}
    private: set[ZipKey] = set()
    for work, vouched in works:
        for module, word in vouched.items():
            effective = effective_of(work, module)
            if effective is None or not word.h1 or _is_absent(work, module):
                continue
            wanted.setdefault((effective, word.h1), []).append(_part(work, module))
            if not word.may_fetch:
                private.add((effective, word.h1))
    asked = [
        ZipWanted(module=module, h1=h1, parts=tuple(parts), may_fetch=(module, h1) not in private)
        for (module, h1), parts in sorted(wanted.items(), key=lambda item: item[0])
    ]
    answers = compare_zips(asked, places, on_event) if asked else {}
    numbers = dict.fromkeys(wanted, 0)
    return [_judge(work, vouched, answers, numbers) for work, vouched in works]


def _part(work: VendorWork, module: ModuleVersion) -> VendoredPart:
    return VendoredPart(work.folder, work.found, module.path, work.listed.packages[module], work.rules)


def _is_absent(work: VendorWork, module: ModuleVersion) -> bool:
    """Return whether no file lies in the folders of a module's packages, and nobody was kept from seeing one."""
    if work.found.unread or work.found.cut:
        return False
    return work.folders.isdisjoint(work.listed.packages[module])


def _judge(
    work: VendorWork,
    vouched: Mapping[ModuleVersion, Vouched],
    answers: Mapping[ZipKey, ZipAnswer],
    numbers: dict[ZipKey, int],
) -> JudgedVendor:
    """Judge one vendor/. numbers: how many parts of each zip were taken by those before."""
    sides, told = {}, {}
    for module, word in vouched.items():
        effective = effective_of(work, module)
        key = (effective, word.h1) if effective is not None else None
        if key is None or key not in numbers or _is_absent(work, module):
            continue
        answer = told[module] = answers[key]
        if answer.sides:
            sides[module] = answer.sides[numbers[key]]
        numbers[key] += 1
    matched = match_tree(work.found, work.listed.packages, sides, work.rules)
    modules = tuple(_module(work, module, vouched[module], told.get(module), matched) for module in sorted(vouched))
    return JudgedVendor(
        tree=_tree(work, matched),
        modules=modules,
        gaps=tuple(_gaps(work)),
        wrong=tuple(dict.fromkeys(wrong for answer in told.values() for wrong in answer.wrong)),
        beyond=matched.beyond,
        unchecked=matched.unchecked,
    )


def _tree(work: VendorWork, matched: TreeMatch) -> VendorTree:
    total = len(matched.unexplained)
    return VendorTree(
        modules=len(work.listed.packages),
        files=len(work.found.sizes) - (MODULES_TXT in work.found.sizes),
        unexplained=matched.unexplained[:MOST_SHOWN],
        unexplained_total=total,
        inconsistencies=tuple(dict.fromkeys(_faults(work))),
        location=work.location_of(),
    )


def _faults(work: VendorWork) -> Iterator[str]:
    """Yield where modules.txt and go.mod disagree, and what nobody but somebody else than the go command writes."""
    if not work.is_listed:
        yield _NO_LIST
        return
    listed = work.listed
    if not work.sums and any(effective_of(work, module) is not None for module in listed.packages):
        yield "there is no go.sum that says which files its modules have"
    if work.project.mains:
        yield from inconsistencies(listed, work.project)
    owners: dict[str, ModuleVersion] = {}
    versions: dict[str, ModuleVersion] = {}
    for module in sorted(listed.packages):
        other = versions.setdefault(module.path, module)
        if other != module:
            yield f"it has packages of {module.path} at two versions, {other.version} and {module.version}"
        for package in listed.packages[module]:
            if folder_of(package, module.path) is None:
                yield f"it lists the package {package} under {module}, which cannot have it"
            other = owners.setdefault(package, module)
            if other != module:
                yield f"it lists the package {package} under {other} and under {module}"
        yield from _unlocked(work, module)


def _unlocked(work: VendorWork, module: ModuleVersion) -> Iterator[str]:
    """Yield that nothing but modules.txt says which version of a module was copied."""
    effective = effective_of(work, module)
    if effective is not None and work.sums and effective not in work.sums:
        yield f"it has packages of {effective}, and go.sum has no line of its zip"
    elif work.project.work is None and work.project.mains:
        go_mod = work.project.mains[0][2]
        requires_all = go_mod.go is not None and go_version_key(go_mod.go.text) >= go_version_key("1.17")
        if requires_all and all(entry.module != module for entry in go_mod.require):
            yield f"it has packages of {module}, and go.mod does not require it"


def _gaps(work: VendorWork) -> Iterator[Gap]:
    found = work.found
    if found.cut:
        yield Gap(wanted="all files of vendor/", reason=found.cut, remedy=_REMEDY, location=work.location_of())
    for name, reason in sorted(found.unread.items()):
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        wanted = f"the files of vendor/{shown}".rstrip("/")
        yield Gap(wanted=wanted, reason=reason, remedy="let it be read", location=work.location_of())


def _module(
    work: VendorWork, module: ModuleVersion, word: Vouched, answer: ZipAnswer | None, matched: TreeMatch
) -> VendoredModule:
    """Return what became of one module."""
    effective, location = effective_of(work, module), work.location_of(module)
    if _is_absent(work, module):
        return VendoredModule(
            subject=module, effective=effective, state=VendorState.ABSENT, files=0, location=location,
            reason="none of its packages lies there", remedy=_REMEDY,
        )  # fmt: skip
    if effective is None:
        return _local(work, module, location)
    found = matched.modules.get(module)
    if found is not None and answer is not None:
        return _compared(module, effective, word, answer, found, location=location)
    if answer is not None:
        reason, remedy = answer.reason, answer.remedy
    else:
        reason, remedy = word.reason or "nobody vouches for its zip", word.remedy
    return VendoredModule(
        subject=module, effective=effective, state=VendorState.UNCHECKED, files=0, location=location,
        is_proven=word.is_proven, reason=reason, remedy=remedy, wrong_zip=_sent(answer) if answer is not None else "",
    )  # fmt: skip


def _sent(answer: ZipAnswer) -> str:
    """Return who sent a zip that is another one, and what it has."""
    sent = [wrong for wrong in answer.wrong if not wrong.is_cached]
    return f"{sent[-1].place} sent {sent[-1].hash or f'what is no zip of it ({sent[-1].reason})'}" if sent else ""


def _compared(
    module: ModuleVersion,
    effective: ModuleVersion,
    word: Vouched,
    answer: ZipAnswer,
    found: ModuleMatch,
    *,
    location: Location,
) -> VendoredModule:
    state, reason, remedy = VendorState.EQUAL, word.reason, word.remedy
    if found.differences:
        state = VendorState.DIFFERS
    elif found.unread:
        name, why = found.unread[0]
        more = f" (and {len(found.unread) - 1:,} more)" if len(found.unread) > 1 else ""
        state, reason, remedy = VendorState.UNCHECKED, f"{name}: {why}{more}", "let it be read, then run again"
    return VendoredModule(
        subject=module,
        effective=effective,
        state=state,
        files=found.files,
        location=location,
        differences=tuple(islice(found.differences, MOST_SHOWN)),
        differing=len(found.differences),
        compared_with=answer.compared_with,
        is_proven=word.is_proven,
        reason=reason,
        remedy=remedy,
    )


def _local(work: VendorWork, module: ModuleVersion, location: Location) -> VendoredModule:
    """Return what is known of a module that a folder replaces: nothing proves it; the folder may be beside it."""
    listed = work.listed.replacements
    path, _ = listed.get(module) or listed.get(ModuleVersion(path=module.path, version="")) or ("", "")
    compared = compare_with_folder(_part(work, module), work.folder.parent / path) if path else None
    files, differences = compared or (0, ())
    what = f"the folder {path} replaces it" if path else "no version of it is listed"
    return VendoredModule(
        subject=module,
        effective=None,
        state=VendorState.LOCAL,
        files=files,
        location=location,
        differences=differences[:MOST_SHOWN],
        differing=len(differences),
        compared_with=f"the folder {path}" if compared is not None else "",
        reason=f"{what}, so that no log and no go.sum knows it",
    )
