"""[toolchain] minimum: a Go that is older than the policy allows (SM132).

A project is held to its go and toolchain lines: with the newer of both an up-to-date go command builds at least. A
program is held to the Go that it was built with. A build file is held to the Go that it names, where the audit of
vulnerabilities is on, which reads them; as far as that name goes, for `golang:1.25` is the newest release of Go 1.25.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.model.fact import Facts, Gap, ProjectFact
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.rule import Result, Rule
from supplymatrix.model.vulnerability import GoSupport
from supplymatrix.policy.audit_terms import Said
from supplymatrix.policy.document import Policy

__all__ = ["GO_RULE", "check_go"]

GO_RULE = "SM132"
_OWN_LINES = ("go.mod", "go.work")


def check_go(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield the results of what the policy asks of the versions of Go. rules: by id."""
    said, rule = policy.terms.get("toolchain.minimum"), rules.get(GO_RULE)
    if said is None or rule is None:
        return
    for project in facts.of(ProjectFact):
        if project.has_go_mod:
            yield _project(project, said, rule)
    for program in facts.of(BuiltProgram):
        yield _program(program, said, rule)
    for named in facts.of(GoSupport):
        if not named.program and named.location.artifact not in ("", *_OWN_LINES):
            yield _named(named, said, rule)


def _project(project: ProjectFact, said: Said, rule: Rule) -> Result:
    module = ModuleVersion(path=project.module_path, version="")
    place = project.least_go_at or Location(artifact="go.mod", line=1, column=1, end_line=1, end_column=7)
    version = project.least_go
    if version and not _is_older(version, said):
        return passed(rule, project.name, module)
    what = f"Go {version} may build it" if version else "any Go may build it: go.mod has no go line"
    return failed(
        rule,
        project.name,
        module,
        message=f"{what}; the policy asks for {said.value} at least",
        label=f"the policy asks for {said.value}",
        locations=(place, said.location),
        fix=f"go get go@{said.value}, and `go mod tidy`",
        identity=f"{project.name}\n{version}",
    )


def _program(program: BuiltProgram, said: Said, rule: Rule) -> Result:
    subject, module = program_subject(program.name), main_module(program)
    version = program.go_release
    if not is_go_version(version):
        gap = Gap(
            wanted=f"the Go that built {program.name}",
            reason=f"it says {program.go_version or 'nothing'}",
            remedy="build it with a release of Go",
            subject=subject,
        )
        return unknown(rule, subject, module, gap)
    if not _is_older(version, said):
        return passed(rule, subject, module)
    return failed(
        rule,
        subject,
        module,
        message=f"{program.name} was built with Go {version}; the policy asks for {said.value} at least",
        label=f"built with Go {version}",
        locations=(program.location,),
        fix=f"build it with Go {said.value} or newer",
        identity=f"{subject}\n{version}",
    )


def _named(named: GoSupport, said: Said, rule: Rule) -> Result:
    subject, module = f"Go {named.go_version} in {named.location.artifact}", ModuleVersion(path="", version="")
    least = ".".join(str(said.value).split(".")[: named.go_version.count(".") + 1])
    is_full = not named.go_version.replace(".", "").isdecimal() or named.go_version.count(".") > 1
    if not is_go_version(named.go_version) or not _is_older(named.go_version, said if is_full else least):
        return passed(rule, subject, module)
    return failed(
        rule,
        subject,
        module,
        message=f"{named.role} names Go {named.go_version}; the policy asks for {said.value} at least",
        label=f"the policy asks for {said.value}",
        locations=(named.location, said.location),
        fix=f"name Go {said.value} or newer there",
    )


def _is_older(version: str, said: Said | str) -> bool:
    return go_version_key(version) < go_version_key(said if isinstance(said, str) else str(said.value))
