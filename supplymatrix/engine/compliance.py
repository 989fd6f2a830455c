"""One check, read as evidence for the clauses of frameworks.

known = load_frameworks(None)
report = read_evidence(survey_run(request), choose_frameworks(["ssdf"], known), known)
report.subjects[0].frameworks[0].clauses
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.check import SurveyRun
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Unreadable
from supplymatrix.model.spelling import nearest
from supplymatrix.policy.clauses import Framework, parse_clauses
from supplymatrix.policy.compliance import ComplianceReport, SubjectEvidence, join_evidence, rules_switched_off
from supplymatrix.sources.builtin import builtin_bytes, builtin_names
from supplymatrix.sources.files import read_limited

__all__ = ["choose_frameworks", "load_frameworks", "read_evidence"]

_FOLDER = "policies/clauses"
_LIMIT = 2 << 20
_MOST_FILES = 200


def load_frameworks(folder: Path | None) -> Mapping[str, Framework]:
    """Return the known frameworks by id, the built-in ones first. folder: with clause files of the user's own.

    Raises InputError for a file that is wrong, and for two files of one framework.
    """
    found: dict[str, Framework] = {}
    for name in builtin_names(_FOLDER):
        _add(found, parse_clauses(builtin_bytes(_FOLDER, name), f"built-in {name}", rules=ALL_RULES.values()))
    for path in _own_files(folder) if folder is not None else ():
        _add(found, parse_clauses(read_limited(path, _LIMIT, "clause file"), path.as_posix(), rules=ALL_RULES.values()))
    return found


def choose_frameworks(
    names: Sequence[str], known: Mapping[str, Framework], *, named_by: str = "--framework"
) -> tuple[Framework, ...]:
    """Return the frameworks of these ids, each once. Raises InputError for an unknown one. named_by: who named it."""
    chosen: dict[str, Framework] = {}
    for name in names:
        framework = known.get(name.casefold())
        if framework is None:
            near = nearest(name, known)
            raise InputError(
                Diagnostic(
                    message=f"{named_by} names a framework that is not known",
                    seen=name[:100],
                    expected=f"one of {', '.join(known)}",
                    remedy=f"did you mean {near!r}?" if near else "--list shows them; --clauses DIR takes more of them",
                )
            )
        chosen[framework.id] = framework
    return tuple(chosen.values())


def read_evidence(run: SurveyRun, wanted: Sequence[Framework], known: Mapping[str, Framework]) -> ComplianceReport:
    """Return what a run says of frameworks. wanted: none = those that each project's policy names, or else all known.

    Raises InputError when a policy names a framework that is not known.
    """
    policies = {item.path.as_posix(): item.policy for item in run.prepared}
    subjects = []
    for audit in run.survey.items:
        if isinstance(audit, Unreadable):
            continue
        named_by = f"[compliance] of the policy {audit.verdict.policy_name}"
        own = wanted or choose_frameworks(audit.verdict.frameworks, known, named_by=named_by)
        off = rules_switched_off(policies[audit.root], audit.rules)
        chosen: Iterable[Framework] = own or known.values()
        found = tuple(join_evidence(framework, audit, off) for framework in chosen)
        subjects.append(SubjectEvidence(audit=audit, frameworks=found, is_default=not own))
    return ComplianceReport(survey=run.survey, subjects=tuple(subjects))


def _own_files(folder: Path) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.name[0] != ".")
    except OSError as err:
        raise _fault(folder, f"the folder of clause files cannot be read: {err.strerror or err}") from err
    if not files:
        raise _fault(folder, "there is no clause file in the folder")
    if len(files) > _MOST_FILES:
        raise _fault(folder, f"there are {len(files):,} files in the folder, more than {_MOST_FILES}")
    return files


def _add(found: dict[str, Framework], framework: Framework) -> None:
    if framework.id in found:
        raise InputError(
            Diagnostic(
                message=f"the framework {framework.id!r} is there already",
                artifact=framework.artifact,
                expected=f"another id: {found[framework.id].artifact} has this one",
            )
        )
    found[framework.id] = framework


def _fault(folder: Path, message: str) -> InputError:
    return InputError(
        Diagnostic(message=message, artifact=folder.as_posix(), expected="a folder with files <framework>.toml")
    )
