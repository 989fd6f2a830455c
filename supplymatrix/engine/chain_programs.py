"""The links that a program makes: the Go that it says to be built with, and its modules, held against the log."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import split_version
from supplymatrix.model.audit import LogView
from supplymatrix.model.chain import ChainLink, HeadSeen, LinkId
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion, check_module
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState
from supplymatrix.model.programs_run import ALARMING, OPAQUE, UNPROVEN
from supplymatrix.model.signature import CheckState

__all__ = ["head_of_modules", "main_link", "main_to_ask", "modules_link", "toolchain_link", "toolchain_of"]

_SHOWN = 3
_WORDS = {
    ProgramModuleState.DIFFERS: "is not what the log has",
    ProgramModuleState.BAD_PROOF: "has a proof that does not hold",
    ProgramModuleState.NOT_IN_LOG: "is not in the log",
    ProgramModuleState.NO_SUM: "has no hash in the program",
    ProgramModuleState.LOCAL: "was built from a folder",
    ProgramModuleState.PRIVATE: "is private",
    ProgramModuleState.UNCHECKED: "could not be asked for",
}


def toolchain_of(program: BuiltProgram) -> ModuleVersion | None:
    """Return the module version as which the log has a program's Go, None for what is no release."""
    if not program.go_release:
        return None
    return ModuleVersion(path=TOOLCHAIN_PATH, version=f"v0.0.1-go{program.go_release}.linux-amd64")


def toolchain_link(program: BuiltProgram, words: Mapping[ModuleVersion, LogWord], subject: str = "") -> ChainLink:
    """Return whether the log has the Go that a program says to be built with. That it was is the program's own word."""
    toolchain = toolchain_of(program)
    values = [("go version", program.go_version)] if program.go_version else []
    if toolchain is None:
        said = program.go_version or "nothing"
        return ChainLink(
            id=LinkId.TOOLCHAIN, state=CheckState.NOT_CHECKABLE, subject=subject, values=tuple(values),
            says=f"it says to be built with {said}, which is no release of Go", reason="no-release",
            found=program.go_version, exit_code=3,
        )  # fmt: skip
    word = words.get(toolchain)
    values.append(("toolchain", str(toolchain)))
    maker = split_version(program.go_version)[1]
    if word is not None and word.kind is LogWordKind.PROVEN and maker and not maker.startswith("X:"):
        return ChainLink(
            id=LinkId.TOOLCHAIN, state=CheckState.NOT_CHECKABLE, subject=subject, values=tuple(values),
            says=f"the log has Go {program.go_release}, but this one is somebody's own: {program.go_version}",
            found=program.go_version, reason="toolchain-of-others",
            remedy="ask who builds that Go how it is signed", exit_code=3,
        )  # fmt: skip
    if word is not None and word.kind is LogWordKind.PROVEN:
        values += [("h1", word.h1), ("record", str(word.record))]
        return ChainLink(
            id=LinkId.TOOLCHAIN, state=CheckState.VERIFIED, subject=subject, values=tuple(values),
            says=f"the log has Go {program.go_release}; that it built this is the program's own word, not rebuilt",
        )  # fmt: skip
    if word is not None and word.kind is LogWordKind.BROKEN:
        return ChainLink(
            id=LinkId.TOOLCHAIN, state=CheckState.FAILED, subject=subject, values=tuple(values),
            says=f"the log's proof of Go {program.go_release} does not hold: {word.reason}",
            reason="bad-proof", exit_code=4,
        )  # fmt: skip
    if program.go_is_logged is False:
        return ChainLink(
            id=LinkId.TOOLCHAIN, state=CheckState.FAILED, subject=subject, values=tuple(values),
            says=f"the log has no Go {program.go_release}", expected="a release of Go that the log has",
            found=program.go_version, reason="toolchain-not-in-log",
            remedy="find out who built it, and with what", exit_code=1,
        )  # fmt: skip
    reason = word.reason if word is not None and word.kind is LogWordKind.UNANSWERED else "the log has no betas"
    return ChainLink(
        id=LinkId.TOOLCHAIN, state=CheckState.NOT_CHECKABLE, subject=subject, values=tuple(values),
        says=f"nothing is known of Go {program.go_release}: {reason}", reason="toolchain-unknown",
        remedy=word.remedy if word is not None else "", exit_code=3,
    )  # fmt: skip


def modules_link(
    program: BuiltProgram, modules: Sequence[ProgramModule], head: HeadSeen | None, subject: str = ""
) -> ChainLink:
    """Return whether every module that a program names is what the log has."""
    if program.state in OPAQUE:
        return ChainLink(
            id=LinkId.MODULES, state=CheckState.NOT_CHECKABLE, subject=subject,
            says=f"its modules cannot be told: it is {program.state.value}", reason=f"program-{program.state.value}",
            remedy="ask who made it for a build that keeps its build info", exit_code=3,
        )  # fmt: skip
    proven = sum(module.state is ProgramModuleState.PROVEN for module in modules)
    declared = sum(module.is_declared for module in modules)
    counted = f"{proven:,} of {len(modules):,} module{'' if len(modules) == 1 else 's'} proven"
    values = tuple(_values(proven, len(modules), head))
    worst = _worst(modules)
    odd = _odd(program)
    if worst is None and odd:
        return ChainLink(
            id=LinkId.MODULES, state=CheckState.FAILED, subject=subject, values=values,
            says=f"{counted}; but {odd[0]}", found=odd[1], reason=odd[2], exit_code=1,
        )  # fmt: skip
    if worst is None:
        private = f", {declared:,} private" if declared else ""
        says = f"{counted}{private}" if modules else "it names no module but its own"
        return ChainLink(id=LinkId.MODULES, state=CheckState.VERIFIED, subject=subject, values=values, says=says)
    others = [module for module in modules if module.state is worst.state]
    more = f", and {len(others) - 1:,} more" if len(others) > 1 else ""
    is_open = worst.state in (ProgramModuleState.UNCHECKED, ProgramModuleState.PRIVATE)
    code = 4 if worst.state in ALARMING else 3 if is_open else 1
    return ChainLink(
        id=LinkId.MODULES,
        state=CheckState.NOT_CHECKABLE if is_open else CheckState.FAILED,
        subject=subject,
        says=f"{counted}: {worst.subject} {_WORDS[worst.state]}{more}",
        expected=worst.logged_hash if worst.state is ProgramModuleState.DIFFERS else "",
        found=worst.sum if worst.state is ProgramModuleState.DIFFERS else "",
        values=values,
        reason=f"module-{worst.state.value}",
        remedy=worst.remedy,
        exit_code=code,
    )


def _worst(modules: Sequence[ProgramModule]) -> ProgramModule | None:
    """Return the first module of the gravest state, None where all are as they should be."""
    groups = (ALARMING, UNPROVEN, frozenset({ProgramModuleState.UNCHECKED, ProgramModuleState.PRIVATE}))
    for group in groups:
        for module in modules:
            if module.state in group and not module.is_declared:
                return module
    return None


def _odd(program: BuiltProgram) -> tuple[str, str, str] | None:
    """Return what makes a program's own list doubtful: a sentence, what was found, a reason; None for nothing."""
    if program.unnamed:
        more = f" and {len(program.unnamed) - _SHOWN:,} more" if len(program.unnamed) > _SHOWN else ""
        found = f"{', '.join(program.unnamed[:_SHOWN])}{more}"
        return f"packages of no module that it names are linked in: {found}", found, "unnamed-packages"
    if program.disputes:
        return f"it contradicts itself: {program.disputes[0]}", program.disputes[0], "program-disputes"
    if program.main_replaced:
        return f"its main module was replaced by {program.main_replaced}", program.main_replaced, "main-replaced"
    return None


def _values(proven: int, every: int, head: HeadSeen | None) -> Iterator[tuple[str, str]]:
    yield "modules", f"{proven} of {every}"
    if head is not None:
        yield "log head", f"{head.log} tree {head.tree_size} root {head.root}"


def main_to_ask(path: str, version: str, h1: str, *, is_public: bool) -> ModuleVersion | None:
    """Return the main module's version that the log is to be asked for: one with a version, whose name is public, and
    that is not asked for anyway. is_public: a certificate that counts says so of its repository."""
    if not is_public or h1 or not version.startswith("v") or version.endswith("+dirty"):
        return None
    try:
        check_module(path, version)
    except InputError:
        return None
    return ModuleVersion(path=path, version=version)


def main_link(
    program: BuiltProgram, modules: Sequence[ProgramModule], words: Mapping[ModuleVersion, LogWord], subject: str = ""
) -> ChainLink | None:
    """Return whether the log has the version that the main module says to be; None where it says none.

    A main module that was downloaded has a hash, which is one of the modules. One that was built in a checkout has
    none: that the log has its version does not say that the program was built of it.
    """
    if not program.main:
        return None
    name = f"{program.main}@{program.main_version}" if program.main_version else program.main
    if program.main_sum:
        own = next((one for one in modules if one.subject.path == program.main and not one.original), None)
        is_proven = own is not None and own.state is ProgramModuleState.PROVEN
        return ChainLink(
            id=LinkId.MAIN, state=CheckState.VERIFIED if is_proven else CheckState.NOT_CHECKABLE, subject=subject,
            says=f"{name} was built as published" if is_proven else f"{name} is not proven",
            values=(("h1", program.main_sum),), reason="" if is_proven else "main-not-proven",
            exit_code=0 if is_proven else 3,
        )  # fmt: skip
    version = ModuleVersion(path=program.main, version=program.main_version)
    word = words.get(version)
    if word is None:
        says = f"{name} has no hash of itself, and the log was not asked for it"
        return ChainLink(
            id=LinkId.MAIN, state=CheckState.NOT_CHECKABLE, subject=subject, says=says, reason="main-not-asked",
            exit_code=3,
        )  # fmt: skip
    if word.kind is LogWordKind.PROVEN and word.h1:
        return ChainLink(
            id=LinkId.MAIN, state=CheckState.VERIFIED, subject=subject,
            says=f"{version} is in the log; that this was built of it rests on the commit",
            values=(("h1", word.h1), ("record", str(word.record))),
        )  # fmt: skip
    if word.kind is LogWordKind.BROKEN:
        return ChainLink(
            id=LinkId.MAIN, state=CheckState.FAILED, subject=subject, reason="bad-proof", exit_code=4,
            says=f"the log's proof of {version} does not hold: {word.reason}",
        )  # fmt: skip
    is_absent = word.kind is LogWordKind.NOT_LOGGED
    return ChainLink(
        id=LinkId.MAIN, state=CheckState.NOT_PRESENT if is_absent else CheckState.NOT_CHECKABLE, subject=subject,
        says=f"{version} is not published: {word.reason}" if is_absent else f"{version}: {word.reason}",
        reason="main-not-published" if is_absent else "main-not-asked", remedy="" if is_absent else word.remedy,
        exit_code=1 if is_absent else 3,
    )  # fmt: skip


def head_of_modules(
    view: LogView | None, modules: Sequence[ProgramModule], others: Sequence[LogWord]
) -> HeadSeen | None:
    """Return the head of the checksum log under which modules are proven, None where nobody was asked."""
    if view is None or not view.tree_size:
        return None
    records = {module.record_id for module in modules if module.record_id >= 0}
    records |= {word.record for word in others if word.kind is LogWordKind.PROVEN and word.record >= 0}
    return HeadSeen(
        kind="modules",
        log=view.name,
        tree_size=view.tree_size,
        root=_hex(view.root),
        indexes=tuple(sorted(records)),
        time=view.seen_at,
        route=view.route,
    )


def _hex(root: str) -> str:
    return base64.b64decode(root).hex()
