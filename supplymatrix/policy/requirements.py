"""Results that only a policy can produce: a module at a version that it does not allow (SM205)."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts, RequiredModule, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Rule
from supplymatrix.policy.document import PackageRule, Policy

__all__ = ["VERSION_RULE", "check_requirements", "matched_globs"]

VERSION_RULE = "SM205"


def check_requirements(policy: Policy, facts: Facts, rule: Rule) -> Iterator[Result]:
    """Yield one result for each module that an entry with a version speaks of.

    With a go.mod the required modules count, with their replacements; else what go.sum has files of.
    """
    if not any(entry.version for entry in policy.packages):
        return
    for name, module, location in _used_modules(facts):
        entry = policy.package_for(name)
        if entry is None or not entry.version:
            continue
        if module is not None and module.version == entry.version and module.path == name:
            yield passed(rule, str(module), module)
        else:
            yield _not_allowed(rule, entry, name, module, location)


def _used_modules(facts: Facts) -> Iterator[tuple[str, ModuleVersion | None, Location]]:
    required = facts.of(RequiredModule)
    for entry in required:
        yield entry.subject.path, entry.effective, entry.location
    if not required:
        for line in facts.of(SumLine):
            if line.kind is SumKind.ZIP:
                yield line.subject.path, line.subject, line.location


def _not_allowed(rule: Rule, entry: PackageRule, name: str, module: ModuleVersion | None, location: Location) -> Result:
    if module is None:
        used = "replaced by a folder"
    elif module.path != name:
        used = f"replaced by {module}"
    else:
        used = f"at {module.version}"
    return failed(
        rule,
        name,
        ModuleVersion(path=name, version=module.version if module else ""),
        message=f"{name} is {used}, the policy allows {entry.version} only",
        label=f"the policy allows {entry.version}",
        locations=(location, entry.version_location),
        fix=f"go get {name}@{entry.version}, or change the version in the policy after a review",
    )


def matched_globs(policy: Policy, facts: Facts) -> set[str]:
    """Return the globs of the policy that speak of any module of the project."""
    paths = {line.subject.path for line in facts.of(SumLine)}
    paths.update(required.subject.path for required in facts.of(RequiredModule))
    found = (policy.package_for(path) for path in paths)
    return {entry.glob for entry in found if entry is not None}
