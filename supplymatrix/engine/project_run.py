"""One project, checked, with the steps of every proof at hand: what the screen of a project shows.

    found = run_project(CheckRequest(paths=(Path("svc"),), means=means))
    found.exit_code
    found.trace(module)     # asks nobody

The audit is that of `check`; the steps are those of `verify --steps`.
"""

from __future__ import annotations

from supplymatrix.engine.check import CheckRequest, SurveyRun, survey_run
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.lookups import LogChoice
from supplymatrix.engine.policy_source import load_policy
from supplymatrix.engine.prepare import choose_log
from supplymatrix.engine.trace import trace_of, trace_of_lie
from supplymatrix.errors import Diagnostic, InputError, TrustError
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.trace import Trace
from supplymatrix.model.value import value
from supplymatrix.policy.document import Policy
from supplymatrix.sources.project import Project
from supplymatrix.sources.subjects import find_subjects, read_subject

__all__ = ["ProjectRun", "run_project"]

_ALARM = 4


@value
class ProjectRun:
    """What is known of a project. audit, run: None where the log lied as a whole, so that there is no verdict; then
    lie tells how. choice: the log that the project's policy names."""

    project: Project
    choice: LogChoice
    audit: Audit | None = None
    run: SurveyRun | None = None
    lie: TrustError | None = None

    @property
    def exit_code(self) -> int:
        """What `check` ends with."""
        return self.audit.verdict.exit_code if self.audit is not None else _ALARM

    @property
    def survey(self) -> Survey | None:
        """What the writers of `check` take."""
        return self.run.survey if self.run is not None else None

    @property
    def policy(self) -> Policy | None:
        """What the project is judged by, None where there is no verdict."""
        return self.run.prepared[0].policy if self.run is not None else None

    def trace(self, module: ModuleVersion) -> Trace:
        """Return the steps of a module version of the project."""
        if self.run is not None:
            item = self.run.prepared[0]
            return trace_of(item, self.run.answers[item.choice.log_key], module)
        return trace_of_lie(self.lie or TrustError("the log has lied"), self.choice, module, self.project)


def run_project(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
    """Check one project. Raises InputError for a path that names none, or several, and for files that cannot be read.

    A log that lied as a whole is no error here: it is what there is to show.
    """
    found = find_subjects(request.paths, recursive=False)
    if len(found.subjects) != 1:
        names = ", ".join(subject.path.as_posix() for subject in found.subjects[:3])
        fault = Diagnostic(message=f"{len(found.subjects)} projects are here", seen=names, expected="one of them")
        raise InputError(fault)
    try:
        run = survey_run(request, on_event)
    except TrustError as err:
        project = read_subject(found.subjects[0])
        policy, _ = load_policy(request.policy, project, request.means.environ, request.means)
        return ProjectRun(project=project, choice=choose_log(policy), lie=err)
    (audit,) = run.survey.items
    if isinstance(audit, Unreadable):
        raise InputError(*audit.diagnostics)
    item = run.prepared[0]
    return ProjectRun(project=item.project, choice=item.choice, audit=audit, run=run)
