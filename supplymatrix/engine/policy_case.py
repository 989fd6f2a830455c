"""One project with the policy that it is judged by, open to "what if": what the screen of the policy shows and writes.

    case = load_policy_case(CheckRequest(paths=(Path("svc"),), means=means))
    case.what_if.reckon(Trial().at_level("SM203", Level.OFF))       # asks nobody
    edited_policy(case, trial)                                      # lift.toml with what was tried, not written yet

The verdict that it begins with is that of `check`; origins are those of `policy show --resolved`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.documents.toml_splice import Plain, Values, append_table, set_values
from supplymatrix.documents.toml_text import read_toml
from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_edit import LiftFile
from supplymatrix.engine.policy_source import OWN_POLICY, POLICY_FILE, PolicySource, presets, view_policy
from supplymatrix.engine.project_run import ProjectRun, run_project
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Rule
from supplymatrix.model.value import changed, value
from supplymatrix.policy.document import PAGE, Waiver, parse_policy
from supplymatrix.policy.origins import PolicyView
from supplymatrix.policy.starter import starter_policy, toml_string
from supplymatrix.policy.what_if import Trial, WhatIf
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there

__all__ = [
    "ANY", "REPLACE_RULES", "WAIVER_FIELDS", "PolicyCase", "edited_policy", "load_policy_case", "preset_sentences",
    "read_waiver", "refuse_changed", "starter_text", "waiver_entries", "waiver_fields",
]  # fmt: skip


@value
class PolicyCase:
    """A project, judged. file: its lift.toml, there or not; data: what is in that, None = there is none.

    what_if: None where the log lied as a whole, so that there is nothing to judge. means: with which it was judged;
    source: where its policy was taken from.
    """

    run: ProjectRun
    view: PolicyView
    file: Path
    data: bytes | None
    what_if: WhatIf | None
    means: Means
    source: PolicySource = OWN_POLICY

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by id."""
        return ALL_RULES


def load_policy_case(request: CheckRequest, on_event: OnEvent = ignore_event) -> PolicyCase:
    """Check one project and keep what its verdict stands on. Raises InputError as `check` does."""
    run = run_project(request, on_event)
    audit, project = run.audit, run.project
    data, file = project.lift_toml, project.path_of(POLICY_FILE)
    what_if = None
    if audit is not None and run.policy is not None:
        what_if = WhatIf(
            run.policy,
            run_rules(audit.facts),
            audit.facts,
            ALL_RULES,
            now=request.means.now,
            tool_version=__version__,
        )
    view = view_policy(file if data is not None else project.root, None, request.policy, request.means)
    return PolicyCase(
        run=run, view=view, file=file, data=data, what_if=what_if, means=request.means, source=request.policy
    )


def edited_policy(case: PolicyCase, trial: Trial) -> bytes:
    """Return lift.toml with the levels and waivers of a trial; only the bytes of these change.

    Raises InputError where the file is another one than that which was judged, or would be no policy any more.
    """
    refuse_changed(case)
    name = case.file.as_posix()
    data = case.data if case.data is not None else f'[policy]\npreset = "{case.view.policy.preset}"\n'.encode()
    for rule, level in sorted(trial.levels.items()):
        key = _key_of(ALL_RULES[rule], data, name)
        data = set_values(data, name, ("rules",), {key: level.value}, page=PAGE)
    for waiver in trial.waivers:
        data = append_table(data, name, "waivers", waiver_entries(waiver), page=PAGE)
    LiftFile(path=case.file, data=data).parse(data, case.means, allow_remote=case.source.allow_remote)
    return data


def refuse_changed(case: PolicyCase) -> None:
    """Raise InputError where lift.toml is another one than that which was judged."""
    if read_if_there(case.file, POLICY_LIMIT, "policy") != case.data:
        raise InputError(
            Diagnostic(
                message="the file has changed since it was read: nothing is written",
                artifact=case.file.as_posix(),
                expected="the policy that is shown",
                remedy="read it again (Ctrl+R), and try again",
            )
        )


def waiver_entries(waiver: Waiver) -> Values:
    """Return the entries of a waiver in the order in which they are written; what it does not say is left out."""
    entries: dict[str, Plain] = {"rule": waiver.rule, "package": waiver.package} if waiver.rule else {}
    entries |= {"package": waiver.package} if waiver.package != "**" and not waiver.rule else {}
    more = {"version": waiver.version, "replacement": waiver.replacement, "id": waiver.advisory}
    entries |= {name: text for name, text in more.items() if text}
    entries |= {"licences": waiver.licences} if waiver.licences else {}
    entries |= {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires}
    more = {"ticket": waiver.ticket, "vex_justification": waiver.vex_justification}
    return entries | {name: text for name, text in more.items() if text}


_SHORT = 40  # characters that have room behind a message, in the line of a field
WAIVER_FIELDS = ("rule", "package", "version", "reason", "owner", "expires")
"""What a new waiver is asked for, all of it needed, in the order of the file."""
REPLACE_RULES = frozenset({"SM201", "SM202", "SM206"})
"""What these find is a replacement: that is what a waiver of theirs names in the place of a version."""
ANY = "*"
"""What stands for every version, or replacement, where a waiver is asked for one; in lift.toml that is no entry."""
_OPTIONAL = ("version", "replacement")
_PACKAGE = re.compile(r"[A-Za-z0-9._~+/*:-]+")


def waiver_fields(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a new waiver is asked for: where a replacement is among the texts that, in the place of a version."""
    return tuple("replacement" if name == "version" and "replacement" in texts else name for name in WAIVER_FIELDS)


def read_waiver(texts: Mapping[str, str], case: PolicyCase, *, today: date) -> tuple[Waiver | None, dict[str, str]]:
    """Return a waiver of texts, or None and all that is wrong, by field: as lift.toml itself would be read."""
    texts = {name: texts.get(name, "").strip() for name in waiver_fields(texts)}
    faults = {name: "this is missing" for name, text in texts.items() if not text}
    expires = _last_day(texts["expires"], case, today, faults)
    _check_words(texts, case, faults)
    written = {name: text for name, text in texts.items() if name not in _OPTIONAL or text not in ("", ANY)}
    lines = [f"{name} = {expires if name == 'expires' else toml_string(text)}" for name, text in written.items()]
    data = "\n".join(["[[waivers]]", *lines, ""]).encode()
    try:
        found = parse_policy(data, "the new waiver", presets=presets()).waivers
    except InputError as err:
        names = tuple(written)
        for fault in err.diagnostics:
            name = names[min(max(fault.line - 2, 0), len(names) - 1)]
            more = fault.expected if len(fault.expected) <= _SHORT else ""
            faults.setdefault(name, "; ".join(filter(None, (fault.message, more))))
        return None, faults
    waiver = changed(found[0], location=Location(artifact=case.file.as_posix()))
    if waiver.replacement and waiver.rule not in REPLACE_RULES:
        faults["replacement"] = f"{waiver.rule} is about no replacement: write {ANY}"
    return (None, faults) if faults else (waiver, {})


def _last_day(text: str, case: PolicyCase, today: date, faults: dict[str, str]) -> date:
    """Return the day that a text is, today where it is none; and add what is wrong with it."""
    try:
        expires = date.fromisoformat(text)
    except ValueError:
        faults.setdefault("expires", f"this is no day: write it as {today + timedelta(days=90)}")
        return today
    days, most = (expires - today).days, case.view.policy.max_waiver_days
    if days < 0:
        faults["expires"] = "this day is over: the finding would count all the same"
    elif days > most:
        faults["expires"] = f"a waiver lasts {most} days at most: {today + timedelta(days=most)} is the last one"
    return expires


def _check_words(texts: Mapping[str, str], case: PolicyCase, faults: dict[str, str]) -> None:
    """Add what the reader of a waiver alone does not see: it knows no policy above, and takes any words for a glob."""
    domain = case.view.policy.owner_domain
    if domain and not texts["owner"].lower().endswith(f"@{domain}"):
        faults.setdefault("owner", f"this policy accepts no such owner; …@{domain}")
    if not _PACKAGE.fullmatch(texts["package"]):
        faults.setdefault("package", "this is no module, and no glob; e.g. github.com/gorilla/*")


def _key_of(rule: Rule, data: bytes, artifact: str) -> str:
    """Return the key under which [rules] has a rule, its id where it has none yet."""
    table = read_toml(data, artifact, page=PAGE).values.get("rules", {})
    return next((key for key in table if key.upper() == rule.id or key.lower() == rule.name), rule.id)


def preset_sentences() -> tuple[tuple[str, str], ...]:
    """Return the presets with one sentence each: the comment that their files begin with."""
    return tuple((name, _sentence(name, data)) for name, data in presets().items())


def _sentence(name: str, data: bytes) -> str:
    words: list[str] = []
    for line in data.decode().splitlines():
        if not line.startswith("#"):
            break
        words += line.lstrip("#").split()
    text = " ".join(words).removeprefix(f"{name}: ")
    first, dot, _ = text.partition(". ")
    return f"{first[:1].upper()}{first[1:]}{dot.strip()}"


def starter_text(case: PolicyCase, preset: str, environ: Mapping[str, str], *, today: date) -> str:
    """Return the first lift.toml of a project, as `policy init` writes it."""
    from supplymatrix.gomod.goprivate import is_pattern
    from supplymatrix.net.settings import read_go_settings

    private = [word for word in read_go_settings(environ).goprivate.value.split(",") if is_pattern(word)]
    return starter_policy(case.run.project.name, preset, private=private, today=today)
