"""Hold compiled programs against the log: every module that one names, by the hash that it recorded.

run = verify_binaries(BinaryRequest(paths=(Path("bin/app"),), means=means))
run.programs, run.modules, run.exit_code

A program says with which hashes it was built; that is proven where the log has the same ones. A vendored build records
none, and nothing proves its modules. All programs of a run share their look-ups, and no private name is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.log_words import LogWords, ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.program_facts import ProgramFacts, modules_to_ask, program_facts
from supplymatrix.engine.program_project import NO_PROJECT, ProjectVersions, notes_on_others, versions_of
from supplymatrix.errors import InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.programs_run import ALARMING, UNPROVEN, BinaryRun, is_odd, is_other_version
from supplymatrix.model.value import value
from supplymatrix.sources.programs import ProgramsFound, find_programs
from supplymatrix.sources.project import Project

__all__ = ["BinaryRequest", "BinaryRun", "ProgramAnswers", "look_at_programs", "verify_binaries"]

_NOTHING = 5


@value
class BinaryRequest:
    """paths: of programs, folders, tar files, image layouts. project: whose versions they are held against, and whose
    policy says which names are private; None = none, and the policy of the current folder, if there is one."""

    paths: tuple[Path, ...]
    means: Means
    project: Path | None = None
    policy: PolicySource = OWN_POLICY


@value
class ProgramAnswers:
    """What was found, and what the log says of it."""

    found: ProgramsFound
    facts: ProgramFacts
    words: LogWords
    versions: ProjectVersions

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that could not be had: files, records, the project's versions."""
        return (*self.found.gaps, *self.versions.gaps, *self.facts.gaps)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the project: how its versions are known, and programs that are not of it."""
        return (*self.versions.notes, *notes_on_others(self.facts.programs, self.versions))


def verify_binaries(request: BinaryRequest, on_event: OnEvent = ignore_event) -> BinaryRun:
    """Return what is true of the programs that paths lead to.

    Raises InputError for a project or policy that cannot be used, and for named files where none of them is a Go
    program; TrustError for a log that lied as a whole.
    """
    project, versions = None, NO_PROJECT
    if request.project is not None:
        project, versions = versions_of(request.project, request.means.environ)
    found = find_programs(request.paths, jobs=request.means.jobs)
    if found.faults and not found.programs and not found.gaps and not found.forged:
        raise InputError(*found.faults)
    answers = look_at_programs(found, project, versions, policy=request.policy, means=request.means, on_event=on_event)
    facts = answers.facts
    return BinaryRun(
        programs=facts.programs,
        modules=facts.modules,
        weak=facts.weak,
        gaps=answers.gaps,
        notes=(*found.notes, *answers.notes, *answers.words.notes),
        log=answers.words.log,
        tree_size=answers.words.tree_size,
        exit_code=_exit_code(answers),
        files=found.files,
        images=found.images,
        forged=found.forged,
        faults=found.faults,
        project=versions.name,
    )


def look_at_programs(
    found: ProgramsFound,
    project: Project | None,
    versions: ProjectVersions,
    *,
    policy: PolicySource,
    means: Means,
    on_event: OnEvent,
    also: Sequence[ModuleVersion] = (),
) -> ProgramAnswers:
    """Ask the log about the modules of programs. project: whose policy counts, None = of the current folder. also:
    further module versions that the log is asked for, whose words are in the answers.

    Raises InputError and TrustError as `ask_log_about` does.
    """
    root = project.root if project is not None else None
    asked = [*modules_to_ask(found.programs), *also]
    words = ask_log_about(asked, project or bare_project(Path()), policy, means, on_event, path=root)
    facts = program_facts(
        found.programs, words.by_module, versions.selected, mains=versions.mains, tree_size=words.tree_size
    )
    return ProgramAnswers(found=found, facts=facts, words=words, versions=versions)


def _exit_code(answers: ProgramAnswers) -> int:
    found, facts = answers.found, answers.facts
    states = {module.state for module in facts.modules}
    if found.forged or states & ALARMING:
        return 4
    if found.faults:
        return 2
    if answers.gaps:
        return 3
    if any(map(is_odd, facts.programs)) or states & UNPROVEN or any(map(is_other_version, facts.modules)):
        return 1
    return 0 if facts.programs else _NOTHING
