"""vendor/ folders of a run, read, and held against the zips of the modules that their modules.txt lists.

    work = read_work(read_inputs(project), sums, "vendor/modules.txt")
    (judged,) = judge_all([(work, vouched)], places, on_event)
    judged.tree, judged.modules

What vouches for the h1 of a zip the caller knows (`vouch`): the log, or where that cannot know the module, go.sum.
Zips are read once, whatever number of folders has files of them. A module that a folder replaces is held against that
folder by the same rules; nothing proves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.graph_inputs import GraphInputs
from supplymatrix.engine.vendor_zips import WrongZip, ZipAnswer, ZipKey, ZipPlaces, ZipWanted, compare_zips
from supplymatrix.errors import InputError
from supplymatrix.gomod.dependency_file import DependencyFile, parse_dependency
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.vendor_match import (
    MODULES_TXT,
    ModuleMatch,
    TreeMatch,
    VendorFiles,
    ZipSide,
    folder_of,
    match_tree,
    odd_above,
)
from supplymatrix.gomod.vendor_rules import CopyRules
from supplymatrix.gomod.vendor_versions import MarkFault, mark_fault, too_low, writes_marks
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileChange, FileDifference, VendoredModule, VendorState, VendorTree
from supplymatrix.model.value import value
from supplymatrix.sources.project import is_folder
from supplymatrix.sources.vendor_list import Vendored, VendorList, inconsistencies, read_vendor_list
from supplymatrix.sources.vendor_tree import VendoredPart, hold_folder, read_vendor_files

__all__ = [
    "IGNORED", "NOBODY", "NO_VENDOR", "JudgedVendor", "VendorWork", "Vouched", "effective_of", "is_absent", "judge_all",
    "read_work", "vouch",
]  # fmt: skip

MOST_SHOWN = 100
"""Files that are named of one module, or as unexplained; all of them are counted."""
_NO_LIST = "vendor/ has no modules.txt: the go command does not know what lies in it"
_REMEDY = "go mod vendor writes vendor/ anew"
_TIDY = "go mod tidy writes it, and go mod vendor the files"
_NO_LINE = "go.sum has no line of its zip"
NO_VENDOR = "there is no vendor/"
IGNORED = "vendor/ is ignored by git: a checkout elsewhere has none"
_TWICE = "vendor/modules.txt lists packages of it at two versions, and a build takes one of them"
_NOTHING_HELD = "none of its files was compared"


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


NOBODY = Vouched(h1="", is_proven=False)


def vouch(
    logged: str,
    line: str,
    *,
    why: str = "",
    remedy: str = "",
    is_broken: bool = False,
    is_declared: bool = False,
) -> Vouched:
    """Return who vouches for a zip. logged: its hash in the log, "" where that is not proven, because of `why`; line:
    its hash in go.sum, "" for none. is_broken: what the log said does not hold; is_declared: the policy declares the
    module private, so that nobody expects it there."""
    if logged:
        return Vouched(h1=logged, is_proven=True)
    if is_broken:
        reason = "what the log says of it does not hold"
        return Vouched(h1="", is_proven=False, reason=f"{reason}: {why}" if why else reason, is_fault=True)
    if line:
        reason = f"go.sum vouches for it, and not the log: {why}"
    else:
        reason, remedy = f"{why}, and {_NO_LINE}" if why else _NO_LINE, remedy or _TIDY
    return Vouched(
        h1=line, is_proven=False, reason=reason, remedy=remedy, may_fetch=not is_declared,
        is_fault=not is_declared,
    )  # fmt: skip


@value
class VendorWork:
    """One vendor/, read. folder: itself; artifact: its modules.txt, as reports name it; sums: zip hashes of go.sum.
    go: the go line that decides what `go mod vendor` writes, "" for none. is_listed: it has a modules.txt. folders:
    those with plain files in them, by names as in `found`."""

    folder: Path
    artifact: str
    listed: VendorList
    project: Vendored
    rules: CopyRules
    found: VendorFiles
    sums: Mapping[ModuleVersion, str]
    folders: frozenset[str]
    go: str = ""
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
    text = go.text if go is not None else "1.18" if work is not None else ""
    found = read_vendor_files(folder)
    return VendorWork(
        folder=folder,
        artifact=artifact,
        listed=listed or VendorList(packages={}),
        project=Vendored(
            mains=[(main.path, main.folder, main.go_mod) for main in inputs.mains],
            work=(work, inputs.folder) if work is not None else None,
        ),
        rules=CopyRules.of(text),
        go=text,
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
            if effective is None or not word.h1 or is_absent(work, module):
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


def is_absent(work: VendorWork, module: ModuleVersion) -> bool:
    """Return whether no file lies in the folders of a module's packages, and nobody was kept from seeing one."""
    if work.found.unread or work.found.cut:
        return False
    packages, odd = work.listed.packages[module], work.found.odd
    if odd and any(odd_above(package, odd) for package in packages):
        return False  # the go command follows a link
    return work.folders.isdisjoint(packages)


def _from_folder(work: VendorWork, module: ModuleVersion) -> ZipAnswer:
    """Hold what vendor/ has of a module against the folder that replaces it."""
    listed = work.listed.replacements
    path, _ = listed.get(module) or listed.get(ModuleVersion(path=module.path, version="")) or ("", "")
    if not path:
        return ZipAnswer(reason="no version of it is listed, and nothing that replaces it", remedy=_REMEDY)
    remedy = "put the folder where go.mod says that it is"
    try:
        side = hold_folder(work.folder.parent / path, _part(work, module))
    except InputError as err:
        return ZipAnswer(reason=f"the folder {path}: {err.diagnostics[0].message}", remedy=remedy)
    except (OSError, ValueError) as err:
        what = getattr(err, "strerror", None) or err
        return ZipAnswer(reason=f"the folder {path}, which replaces it, cannot be read: {what}", remedy=remedy)
    return ZipAnswer(sides=(side,), compared_with=f"the folder {path}")


def _judge(
    work: VendorWork,
    vouched: Mapping[ModuleVersion, Vouched],
    answers: Mapping[ZipKey, ZipAnswer],
    numbers: dict[ZipKey, int],
) -> JudgedVendor:
    """Judge one vendor/. numbers: how many parts of each zip were taken by those before."""
    sides: dict[ModuleVersion, ZipSide] = {}
    told: dict[ModuleVersion, ZipAnswer] = {}
    for module, word in vouched.items():
        effective = effective_of(work, module)
        if is_absent(work, module):
            continue
        if effective is None:
            answer = told[module] = _from_folder(work, module)
            number = 0
        elif (effective, word.h1) in numbers:
            key = effective, word.h1
            answer = told[module] = answers[key]
            number = numbers[key]
            numbers[key] += 1
        else:
            continue
        if answer.sides:
            sides[module] = answer.sides[number]
    found = _Found(work, sides, match_tree(work.found, work.listed.packages, sides, work.rules))
    matched = found.matched
    return JudgedVendor(
        tree=_tree(found),
        modules=tuple(_module(found, module, vouched[module], told.get(module)) for module in sorted(vouched)),
        gaps=tuple(_gaps(work)),
        wrong=tuple(dict.fromkeys(wrong for answer in told.values() for wrong in answer.wrong)),
        beyond=matched.beyond,
        unchecked=matched.unchecked,
    )


class _Found:
    """What was found of one vendor/: its files matched, and the go.mod of each module that has a side."""

    def __init__(self, work: VendorWork, sides: Mapping[ModuleVersion, ZipSide], matched: TreeMatch) -> None:
        self.work = work
        self.matched = matched
        self._sides = sides
        self._paths = Counter(module.path for module in work.listed.packages)

    @cached_property
    def go_mods(self) -> Mapping[ModuleVersion, DependencyFile]:
        """The go.mod of each module, of those that can be read."""
        found = {}
        for module, side in self._sides.items():
            try:
                found[module] = parse_dependency(side.go_mod) if side.go_mod is not None else None
            except InputError:
                found[module] = None
        return {module: file for module, file in found.items() if file is not None}

    @property
    def unreadable(self) -> list[ModuleVersion]:
        """The modules whose go.mod the go command would refuse."""
        return [module for module in self._sides if module not in self.go_mods]

    def is_listed_twice(self, module: ModuleVersion) -> bool:
        """Return whether packages are listed of two versions of a module."""
        return self._paths[module.path] > 1

    def mark_fault_of(self, module: ModuleVersion) -> MarkFault | None:
        """Return how modules.txt tells another go line of a module than its go.mod has."""
        go_mod = self.go_mods.get(module)
        if go_mod is None:
            return None
        return mark_fault(self.work.listed.go.get(module, ""), go_mod, writes=writes_marks(self.work.go))


def _tree(found: _Found) -> VendorTree:
    work, unexplained = found.work, found.matched.unexplained
    return VendorTree(
        modules=len(work.listed.packages),
        files=len(work.found.sizes) - (MODULES_TXT in work.found.sizes),
        unexplained=unexplained[:MOST_SHOWN],
        unexplained_total=len(unexplained),
        inconsistencies=tuple(dict.fromkeys((*_faults(work), *_go_mod_faults(found)))),
        location=work.location_of(),
    )


def _go_mod_faults(found: _Found) -> Iterator[str]:
    """Yield where modules.txt disagrees with the go.mod files of the modules themselves."""
    work = found.work
    for module in found.unreadable:
        yield f"the go.mod of {effective_of(work, module) or module} is none that the go command reads"
    for module in sorted(found.go_mods):
        fault = found.mark_fault_of(module)
        if fault is not None and not fault.is_other_code:
            yield f"of {module} {fault.text}"
    if work.is_listed and work.project.mains:
        mains = [(path, go_mod) for path, _, go_mod in work.project.mains]
        yield from too_low(work.listed.packages, mains, found.go_mods)


def _faults(work: VendorWork) -> Iterator[str]:
    """Yield where modules.txt and go.mod disagree, and what nobody but somebody else than the go command writes."""
    if not work.is_listed:
        yield _NO_LIST
        return
    listed = work.listed
    if not work.sums and any(effective_of(work, module) is not None for module in listed.packages):
        yield "there is no go.sum that says which files its modules have"
    if listed.odd:
        yield f"its line {listed.odd[0]:,} is none that the go command writes"
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


def _module(found: _Found, module: ModuleVersion, word: Vouched, answer: ZipAnswer | None) -> VendoredModule:
    """Return what became of one module."""
    work = found.work
    effective, location = effective_of(work, module), work.location_of(module)
    if is_absent(work, module):
        return VendoredModule(
            subject=module, effective=effective, state=VendorState.ABSENT, files=0, location=location,
            reason="none of its packages lies there", remedy=_REMEDY,
        )  # fmt: skip
    if module in found.matched.modules and answer is not None:
        return _compared(found, module, word, answer)
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


def _compared(found: _Found, module: ModuleVersion, word: Vouched, answer: ZipAnswer) -> VendoredModule:
    """Return what became of a module that there was something to compare with."""
    work, match = found.work, found.matched.modules[module]
    effective, location = effective_of(work, module), work.location_of(module)
    state, reason, remedy = VendorState.EQUAL, word.reason, word.remedy
    if effective is None:
        state, reason = VendorState.LOCAL, "a folder replaces it, so that no log and no go.sum knows it"
    differences = (*_marked(found, module), *match.differences)
    unheld = "" if differences else _unheld(match, is_listed_twice=found.is_listed_twice(module))
    if differences and effective is not None:
        state = VendorState.DIFFERS
    elif unheld:
        state, reason = VendorState.UNCHECKED, unheld
        remedy = "let it be read, then run again" if match.unread else _REMEDY
    return VendoredModule(
        subject=module,
        effective=effective,
        state=state,
        files=match.files,
        location=location,
        differences=tuple(islice(differences, MOST_SHOWN)),
        differing=len(differences),
        compared_with=answer.compared_with,
        is_proven=word.is_proven,
        reason=reason,
        remedy=remedy,
    )


def _marked(found: _Found, module: ModuleVersion) -> Iterator[FileDifference]:
    """Yield that modules.txt has a module compiled as another version of Go than its go.mod asks for."""
    fault = found.mark_fault_of(module)
    if fault is not None and fault.is_other_code:
        line = found.work.listed.lines.get(module, 0)
        yield FileDifference(name=MODULES_TXT, change=FileChange.CHANGED, detail=f"line {line:,}: {fault.text}")


def _unheld(match: ModuleMatch, *, is_listed_twice: bool) -> str:
    """Return why it is not said of a module that it is as in its zip, though no file of it differs; "" for nothing."""
    if match.unread:
        name, why = match.unread[0]
        more = f" (and {len(match.unread) - 1:,} more)" if len(match.unread) > 1 else ""
        return f"{name}: {why}{more}"
    if is_listed_twice:
        return _TWICE
    return "" if match.files else _NOTHING_HELD
