"""Results that only a policy can produce: a module at a version that it does not allow (SM205)."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts, ReplacedModule, RequiredModule, SumKind, SumLine, paths_of
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Rule
from supplymatrix.model.value import value
from supplymatrix.policy.document import PackageRule, Policy

__all__ = ["VERSION_RULE", "check_requirements", "matched_globs"]

VERSION_RULE = "SM205"


def check_requirements(policy: Policy, facts: Facts, rule: Rule) -> Iterator[Result]:
    """Yield one result for each module that an entry with a version speaks of.

    The required modules count, with their replacements; and what go.sum has files of that go.mod does not name.
    """
    if not any(entry.version for entry in policy.packages):
        return
    for used in _used_modules(facts):
        entries = [entry for entry in policy.entries_for(used.name) if entry.allowed is not None]
        if not entries:
            continue
        module = used.module
        wrong = [entry for entry in entries if not _is_allowed(entry, used)]
        if not wrong and module is not None:
            yield passed(rule, str(module), module)
        for entry in wrong:
            yield _not_allowed(rule, entry, used)


def _is_allowed(entry: PackageRule, used: _Used) -> bool:
    module = used.module
    if module is None or used.excluded or module.path != used.name:
        return False
    return entry.allowed is not None and entry.allowed.holds(module.version)


@value
class _Used:
    """A module that the build may take. name: as it is required; module: what is taken for it, None = the folder."""

    name: str
    module: ModuleVersion | None
    location: Location
    excluded: bool = False
    folder: str = ""


def _used_modules(facts: Facts) -> Iterator[_Used]:
    named: set[str] = set()
    folders = {fact.subject.path: fact.directory for fact in facts.of(ReplacedModule)}
    for entry in facts.of(RequiredModule):
        named |= {entry.subject.path, entry.effective.path if entry.effective else ""}
        yield _Used(name=entry.subject.path, module=entry.effective, location=entry.location, excluded=entry.excluded,
            folder=folders.get(entry.subject.path, "") if entry.effective is None else "",
        )  # fmt: skip
    for line in facts.of(SumLine):
        if line.kind is SumKind.ZIP and line.subject.path not in named:
            yield _Used(name=line.subject.path, module=line.subject, location=line.location)


def _not_allowed(rule: Rule, entry: PackageRule, used: _Used) -> Result:
    name, module = used.name, used.module
    if used.excluded:
        how = "excluded at the version that go.mod requires, so that the build takes another one"
    elif module is None:
        how = f"replaced by the folder {used.folder}" if used.folder else "replaced by a folder"
    elif module.path != name:
        how = f"replaced by {module}"
    else:
        how = f"at {module.version}"
    wanted = entry.allowed.single if entry.allowed is not None else ""
    only = " only" if wanted else ""
    fix = f"go get {name}@{wanted}, or change" if wanted else f"go get {name} at a version {entry.version}, or change"
    return failed(
        rule,
        name,
        ModuleVersion(path=name, version=module.version if module and module.path == name else ""),
        message=f"{name} is {how}, the policy allows {entry.version}{only}",
        label=f"the policy allows {entry.version}",
        locations=(used.location, entry.version_location),
        fix=f"{fix} the version in the policy after a review",
        identity=f"{name}\n{how}\n{entry.version}",
        replacement="" if module and module.path == name else str(module or used.folder),
    )


def matched_globs(policy: Policy, facts: Facts) -> set[str]:
    """Return the globs of the policy that speak of any module of the project; a version, of one that may be built."""
    used = {entry.name for entry in _used_modules(facts)}
    found = ((path, entry) for path in paths_of(facts.items) for entry in policy.entries_for(path))
    return {entry.glob for path, entry in found if path in used or not entry.version}
