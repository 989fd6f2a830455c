"""A waiver as it is asked for on a command line: words in, the new bytes of lift.toml out. Nothing is written here.

made = make_waiver(WaiveRequest(rule="SM203", module="example.com/a@v1.0.0", path=Path(), …))
made.old, made.new

Everything that `check` would refuse in the file is refused before it is in there: a rule that cannot be waived, a
reason that is none, an end that lies behind or too far ahead, a waiver that is there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from supplymatrix.documents.toml_splice import Plain, append_table, set_values
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_edit import LiftFile, find_lift_file, without_places
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import RequiredModule, SumLine
from supplymatrix.model.module import canonical_version
from supplymatrix.model.rule import Rule
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.policy.document import PAGE, Policy, Waiver
from supplymatrix.policy.entries import ADVISORY_ID
from supplymatrix.policy.globs import glob_fault, matches
from supplymatrix.policy.waivers import NAMED_BY_SUBJECT, SUBJECT_FORMS, is_too_wide
from supplymatrix.sources.project import is_file, is_folder
from supplymatrix.sources.subjects import find_subjects, read_subject

__all__ = ["WaiveRequest", "Waived", "is_advisory", "is_path", "make_waiver", "parse_last_day", "reason_faults"]

_BESIDE = frozenset({"BuiltProgram", "ProgramModule", "InstalledGo"})
_MIN_REASON = 12
_ANY = "**"
_OF_FILES = "SM121"
_VENDOR = "vendor/"
_LONGEST = 500
_SPAN = re.compile(r"([1-9]\d{0,3})([dw])")
_INDEX = re.compile(r"waivers\[(\d+)\]")


@value
class WaiveRequest:
    """What is asked for, as it was typed. rule: id or name of a rule, or the id of an advisory; module: a path or glob,
    with "@version" where only one is meant, and "" for any, which only an advisory may be of. path: the project, or its
    lift.toml. expires: a day, or a time from today such as 30d or 4w. renew: change the waiver that is there already.
    """

    rule: str
    module: str
    path: Path
    reason: str
    owner: str
    expires: str
    means: Means
    advisory: str = ""
    licences: tuple[str, ...] = ()
    ticket: str = ""
    vex_justification: str = ""
    renew: bool = False
    allow_remote: bool = False


@value
class Waived:
    """What is to be written. notes: what the user should know of it."""

    file: LiftFile
    new: bytes
    waiver: Waiver
    notes: tuple[str, ...]


def make_waiver(request: WaiveRequest) -> Waived:
    """Return the new bytes of lift.toml. Raises InputError with every fault, TransportError for a parent of the policy
    that cannot be had."""
    rule = _rule_of(request)
    name = rule.id if rule is not None else ""
    file = find_lift_file(request.path)
    before = file.parse(file.data, request.means, allow_remote=request.allow_remote)
    values = _values(request, rule, before)
    package = str(values.get("package", _ANY))
    _refuse_nothing(name, package, file.path.parent)
    there = [waiver for waiver in before.waivers if (waiver.rule, waiver.package) == (name, package)]
    there = [waiver for waiver in there if name or waiver.advisory == values["id"]]
    scope = _scope_of(values, request)
    same = next((waiver for waiver in there if _scope(waiver) == scope), None)
    number = _number_of(same) if same is not None and request.renew else None
    if request.renew and number is None:
        raise _nothing_to_renew(file, name or str(values["id"]), package)
    if same is not None and number is None:
        raise _is_there(same)
    if number is None:
        new = append_table(file.data, file.name, "waivers", values, page=PAGE)
    else:
        new = set_values(file.data, file.name, ("waivers", number), values, page=PAGE)
    waiver = _read_back(file, new, request, scope)
    notes = [_also_there(other) for other in there if other is not same]
    if is_too_wide(waiver):
        notes.append(f"{waiver.package} speaks of modules of more than one owner: name a host and an owner")
    notes += _of_nothing(waiver, file.path.parent)
    return Waived(file=file, new=new, waiver=waiver, notes=tuple(notes))


def _refuse_nothing(rule: str, package: str, folder: Path) -> None:
    """Raise InputError for a waiver that can excuse nothing: of a rule that is about no module, and names one."""
    if rule not in SUBJECT_FORMS or "*" in package:
        return
    part, example = SUBJECT_FORMS[rule]
    is_module = rule != "SM132" and any(path == package for path, _ in _module_versions(folder))
    if is_module or part not in package:
        expected = f"what it is about, e.g. {example}"
        raise InputError(_fault(f"{rule} is about no module: nothing would be waived by this", package, expected))


def _of_nothing(waiver: Waiver, folder: Path) -> Iterator[str]:
    """Yield that a waiver is about no module of the project: it may be misspelt, and then nothing is waived.

    Names without a host ("stdlib") are no modules, what lies beside the project (a program, a Go) has modules of its
    own, and nothing is said where the project's files cannot be read.
    """
    from supplymatrix.checks.registry import ALL_RULES

    if waiver.rule == _OF_FILES:
        yield from _of_no_file(waiver, folder)
        return
    if waiver.rule in SUBJECT_FORMS:
        return
    is_beside = bool(waiver.rule) and not _BESIDE.isdisjoint(ALL_RULES[waiver.rule].needs)
    if is_beside or waiver.package.startswith(NAMED_BY_SUBJECT) or "." not in waiver.package.partition("/")[0]:
        return
    there = _module_versions(folder)
    there = there if len(there) > 1 else set()
    found = {version for path, version in there if matches(waiver.package, path)}
    if there and not found:
        near = nearest(waiver.package, sorted({path for path, _ in there}))
        meant = f"; did you mean {near}?" if near else ""
        yield f"neither go.mod nor go.sum has a module {waiver.package}: nothing is waived by this{meant}"
    elif there and waiver.version and waiver.version not in found:
        others = ", ".join(sorted(found - {""})) or "none"
        yield f"the project has no {waiver.package} {waiver.version}; of that module it has {others}"


def _of_no_file(waiver: Waiver, folder: Path) -> Iterator[str]:
    """Yield that a waiver of files in vendor/ names none of them: they are named by their path below the project."""
    name = waiver.package
    if name.startswith(_VENDOR):
        return
    text = f"{waiver.rule} is about files in vendor/, by their path below the project: nothing is waived by this"
    is_there = is_file(folder / _VENDOR / name) or is_folder(folder / _VENDOR / name)
    yield f"{text}; did you mean {_VENDOR}{name}?" if is_there else f"{text}; a name begins with {_VENDOR}"


def _module_versions(folder: Path) -> set[tuple[str, str]]:
    """Return path and version of all modules that the files of a project or workspace name, its own among them."""
    found: set[tuple[str, str]] = set()
    try:
        for subject in find_subjects((folder,), recursive=False).subjects:
            project = read_subject(subject)
            found.add((project.name, ""))
            for fact in project.facts:
                if isinstance(fact, SumLine):
                    found.add((fact.subject.path, fact.subject.version))
                elif isinstance(fact, RequiredModule):
                    named = (fact.subject, fact.effective)
                    found |= {(one.path, one.version) for one in named if one is not None}
    except InputError:
        return set()  # `check` tells what is wrong with them
    return found


def _values(request: WaiveRequest, rule: Rule | None, policy: Policy) -> dict[str, Plain]:
    """Return the table that is to be written. Raises InputError with all that is wrong with it."""
    today = request.means.now.date()
    is_any = rule is None and not request.module
    package, version, faults = (_ANY, "", []) if is_any else _module(request.module, rule)
    faults += reason_faults(request.reason, request.owner)
    domain = policy.owner_domain
    if domain and request.owner.strip() and not request.owner.strip().lower().endswith(f"@{domain}"):
        faults.append(_fault("the owner is none that this policy accepts", request.owner, f"…@{domain}"))
    expires, fault = parse_last_day(request.expires, today, policy.max_waiver_days)
    faults += [fault] if fault else []
    if request.ticket and (not request.ticket.isprintable() or len(request.ticket) > _LONGEST):
        faults.append(_fault("the ticket is no single line", request.ticket, "e.g. an issue's number or address"))
    if faults:
        raise InputError(*faults)
    values: dict[str, Plain] = {"rule": rule.id, "package": package} if rule is not None else {}
    optional = {"version": version, "id": request.advisory.strip()}
    if rule is None:
        optional = {"id": _advisory_id(request.rule), "package": "" if package == _ANY else package, "version": version}
    values |= {key: text for key, text in optional.items() if text}
    values |= {"licences": request.licences} if request.licences else {}
    values |= {"reason": request.reason.strip(), "owner": request.owner.strip(), "expires": expires}
    optional = {"ticket": request.ticket.strip(), "vex_justification": request.vex_justification}
    return values | {key: text for key, text in optional.items() if text}


def reason_faults(reason: str, owner: str) -> list[Diagnostic]:
    """Return what is wrong with a reason and an owner."""
    faults = []
    if not reason.strip():
        faults.append(_fault("--reason is missing", "", f"why, in {_MIN_REASON} characters or more"))
    elif len(reason.strip()) < _MIN_REASON:
        faults.append(
            _fault("the reason is too short to be one", reason, f"--reason with {_MIN_REASON} characters or more")
        )
    if not owner.strip():
        faults.append(_fault("--owner is missing: nobody answers for it", "", "e.g. platform@corp.example"))
    for what, text in (("reason", reason), ("owner", owner)):
        if not text.isprintable() or len(text) > _LONGEST:
            faults.append(_fault(f"the {what} is no single line", text, f"one line of at most {_LONGEST} characters"))
    return faults


def parse_last_day(text: str, today: date, most: int) -> tuple[date, Diagnostic | None]:
    """Return the last day that a text means, and what is wrong with it. most: days from today on."""
    expected = f"a day from {today} to {today + timedelta(days=most)}, or a time such as 30d"
    if span := _SPAN.fullmatch(text.strip()):
        day = today + timedelta(days=int(span[1]) * (7 if span[2] == "w" else 1))
    else:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError:
            return today, _fault("this is no day on which it could end", text, expected)
    if day < today:
        return day, _fault(f"it would have ended {(today - day).days} days ago", text, expected)
    if day > today + timedelta(days=most):
        days = (day - today).days
        return day, _fault(f"it would last {days} days, and {most} are allowed", text, expected)
    return day, None


def _module(text: str, rule: Rule | None) -> tuple[str, str, list[Diagnostic]]:
    """Return path or glob, version, and what is wrong with them. What a rule of build files names may have an @."""
    package, at, version = text.strip().partition("@")
    if rule is not None and rule.id in SUBJECT_FORMS and (" " in text.strip() or rule.id.startswith("SM80")):
        package, at, version = text.strip(), "", ""
    version = version.removesuffix("/go.mod")  # as reports name a line of go.sum
    faults = []
    if fault := glob_fault(package, can_be_address=True):
        expected = "a module path or a glob, e.g. github.com/gorilla/mux or github.com/gorilla/*"
        faults.append(_fault(f"this is no module: {fault}", text, expected))
    canonical = canonical_version(version) or canonical_version(f"v{version}") if version else ""
    if at and not canonical:
        faults.append(_fault("this is no version of a Go module", version, "one version, e.g. v1.8.0"))
    return package, canonical, faults


def is_advisory(word: str) -> bool:
    """Return whether what stands in the place of a rule is the id of an advisory."""
    return bool(_advisory_id(word))


def is_path(word: str) -> bool:
    """Return whether what stands in the place of a module is a project."""
    return bool(word) and (word.startswith((".", "/")) or is_folder(Path(word)) or is_file(Path(word)))


def _advisory_id(word: str) -> str:
    """Return the id of an advisory in its own spelling, "" for what is none."""
    word = word.strip()
    found = word.upper() if not word.upper().startswith("GHSA-") else f"GHSA-{word[5:].lower()}"
    return found if ADVISORY_ID.fullmatch(found) else ""


def _rule_of(request: WaiveRequest) -> Rule | None:
    """Return the rule that is meant, None where it is an advisory. Raises InputError for one that cannot be waived."""
    from supplymatrix.checks.registry import find_rule

    if not is_advisory(request.rule):
        rule = find_rule(request.rule)
        _refuse_unwaivable(rule)
        return rule
    if request.advisory:
        raise InputError(_fault("two advisories are named: in the place of the rule, and by --id", request.rule, "one"))
    return None


def _refuse_unwaivable(rule: Rule) -> None:
    if rule.is_waivable:
        return
    why = "what could not be checked, and nobody can answer for what nobody has seen"
    if rule.is_alarm:
        why = "an alarm: what it says is proven, and no reason makes it harmless"
    elif rule.input_fault:
        why = "about a file that cannot be read as it should: mend the file"
    elif rule.of_policy:
        why = "about the policy itself: change the policy"
    raise InputError(
        Diagnostic(
            message=f"{rule.id} ({rule.name}) cannot be waived: it is {why}",
            expected="a rule of level note, warn or error",
            remedy=f"supplymatrix explain {rule.id}",
        )
    )


def _read_back(file: LiftFile, new: bytes, request: WaiveRequest, scope: tuple[str, ...]) -> Waiver:
    """Return the waiver as `check` will read it. Raises InputError when it would refuse the file."""
    try:
        policy = file.parse(new, request.means, allow_remote=request.allow_remote)
    except InputError as err:
        raise without_places(err.diagnostics) from err
    found = [waiver for waiver in policy.waivers if _scope(waiver) == scope]
    if not found:
        raise InputError(_fault(f"the waiver of {request.rule} would not be read as it was meant", request.module, ""))
    return found[-1]


def _scope(waiver: Waiver) -> tuple[str, ...]:
    return waiver.rule, waiver.package, waiver.version, waiver.advisory, *sorted(map(str.lower, waiver.licences))


def _scope_of(values: dict[str, Plain], request: WaiveRequest) -> tuple[str, ...]:
    words = [str(values.get(key, "")) for key in ("rule", "package", "version", "id")]
    words[1] = words[1] or _ANY
    return *words, *sorted(map(str.lower, request.licences))


def _number_of(waiver: Waiver) -> int | None:
    """Return which of the project's own waivers it is; None for one of another file."""
    found = _INDEX.fullmatch(waiver.location.pointer) if waiver.layer == 0 else None
    return int(found[1]) if found else None


def _is_there(waiver: Waiver) -> InputError:
    place = waiver.location
    return InputError(
        Diagnostic(
            message=f"{waiver.name} is waived here already, until {waiver.expires}",
            artifact=place.artifact,
            line=place.line,
            column=place.column,
            expected="one waiver of one thing",
            remedy="--renew gives it the new reason, owner and end",
        )
    )


def _nothing_to_renew(file: LiftFile, what: str, package: str) -> InputError:
    module = "any module" if package == _ANY else package
    return InputError(
        Diagnostic(
            message=f"there is no waiver of {what} on {module} to renew, with this version and id",
            artifact=file.name,
            expected="a waiver of this file",
            remedy="drop --renew",
        )
    )


def _also_there(waiver: Waiver) -> str:
    about = " ".join(text for text in (waiver.version, waiver.advisory) if text) or "any version"
    what = f"{waiver.rule or waiver.advisory} on {'any module' if waiver.package == _ANY else waiver.package}"
    return f"{what} has another waiver, {waiver.location}: {about}, until {waiver.expires}"


def _fault(message: str, seen: str, expected: str) -> Diagnostic:
    return Diagnostic(message=message, seen=seen[:200], expected=expected)
