"""Takes an old repository's findings of today as a dated debt, in a list that may only shrink. Nothing is written here.

The first time, what a check finds today goes into lift.debt.toml, and [debt] in lift.toml says who answers for it, how
long, and how many entries there may be. Every later time, entries of which nothing is found any more go, and the number
falls with them; what is new is told and keeps failing. An entry of which nobody could say stays. Alarms, faults of
input and what could not be checked are never owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from supplymatrix.documents.toml_splice import Plain, set_values
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_edit import LiftFile, find_lift_file, without_places
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.waive import parse_last_day, reason_faults
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.rule import Finding, Level, Status
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Judged, Mode
from supplymatrix.policy.debt_file import DEBT_FILE, entries_of, render_debt_list
from supplymatrix.policy.document import PAGE, Debt, DebtEntry
from supplymatrix.sources.files import POLICY_LIMIT, read_if_there

__all__ = ["AdoptRequest", "Adoption", "NotOwed", "adopt_findings"]

_DEFAULT_END = "180d"
_MOST_DAYS = 365


@value
class AdoptRequest:
    """What is asked for, as it was typed. owner, reason: needed the first time; later "" leaves them as they are.

    expires: a day, or a time from today; "" = 180 days, later: as it is. mode: of the policy, "" = as it is.
    """

    path: Path
    means: Means
    owner: str = ""
    reason: str = ""
    expires: str = ""
    mode: str = ""
    allow_remote: bool = False


@value
class NotOwed:
    """What a check told that is in no debt list. new: findings that came since the list was made, and decide; quiet:
    those that came and decide nothing, by their level or the policy's mode. unknown: what could not be checked, so that
    what is behind it fails when it is found."""

    alarms: tuple[Judged, ...] = ()
    broken: tuple[Judged, ...] = ()
    new: tuple[Judged, ...] = ()
    quiet: tuple[Judged, ...] = ()
    unknown: tuple[Judged, ...] = ()


@value
class Adoption:
    """What is to be written. list_path: the debt list; old_list: None = there is none; new_list: None = there is to be
    none. gone: entries that are taken out. ends: the last day of the debt; is_over: it is past. mode: of the policy as
    it will be."""

    file: LiftFile
    new: bytes
    list_path: Path
    old_list: bytes | None
    new_list: bytes | None
    entries: tuple[DebtEntry, ...]
    gone: tuple[DebtEntry, ...]
    not_owed: NotOwed
    ends: date | None
    is_over: bool = False
    mode: Mode = Mode.ENFORCE

    @property
    def is_first(self) -> bool:
        """Whether the findings are adopted now, and were not before."""
        return self.old_list is None


def adopt_findings(request: AdoptRequest, on_event: OnEvent = ignore_event) -> Adoption:
    """Return what is to be written. Raises InputError with every fault, and whatever a check raises."""
    folder = request.path if request.path.is_dir() else request.path.parent
    file = find_lift_file(request.path)
    before = file.parse(file.data, request.means, allow_remote=request.allow_remote)
    debt = before.debt
    list_path = file.path.parent / (Path(debt.artifact).name if debt is not None else DEBT_FILE)
    old_list = read_if_there(list_path, POLICY_LIMIT, "debt list")
    if debt is None and old_list is not None:
        raise _left_over(list_path)
    values = _values(request, debt)
    audit = _checked(folder, file, request, on_event)
    judged = audit.verdict.judged
    entries, gone = _still_owed(debt, judged) if debt is not None else (entries_of(_owed(judged)), ())
    new, new_list, ends = file.data, old_list, debt.expires if debt is not None else None
    if debt is not None or entries:
        values |= {"most": len(entries)}
        new_list = _list_bytes(entries, old_list, gone)
        new = set_values(new, file.name, ("debt",), values, page=PAGE)
        ends = _as_day(values.get("expires"), ends)
    if request.mode:
        new = set_values(new, file.name, ("policy",), {"mode": request.mode}, page=PAGE)
    _read_back(file, new, new_list, request, entries)
    return Adoption(
        file=file, new=new, list_path=list_path, old_list=old_list, new_list=new_list, entries=entries, gone=gone,
        not_owed=_not_owed(audit, entries, is_first=debt is None), ends=ends,
        is_over=ends is not None and ends < request.means.now.date(), mode=audit.verdict.mode,
    )  # fmt: skip


def _values(request: AdoptRequest, debt: Debt | None) -> dict[str, Plain]:
    """Return what is to be set in [debt], in the order in which a new one has it. Raises InputError."""
    today = request.means.now.date()
    first = debt is None
    faults = []
    if first or request.owner or request.reason:
        owner = request.owner or (debt.owner if debt is not None else "")
        reason = request.reason or (debt.reason if debt is not None else "")
        faults = reason_faults(reason, owner)
    adopted = debt.adopted if debt is not None else today
    values: dict[str, Plain] = {"file": DEBT_FILE, "adopted": adopted} if first else {}
    if first or request.expires:
        most = max(0, (adopted + timedelta(days=_MOST_DAYS) - today).days)
        expires, fault = parse_last_day(request.expires or _DEFAULT_END, today, most)
        faults += [fault] if fault else []
        values["expires"] = expires
    if faults:
        raise InputError(*faults)
    values |= {"most": 0} if first else {}
    optional = {"owner": request.owner.strip(), "reason": request.reason.strip()}
    return values | {key: text for key, text in optional.items() if text}


def _checked(folder: Path, file: LiftFile, request: AdoptRequest, on_event: OnEvent) -> Audit:
    """Return what a check says of the project today, in the mode that the policy will have."""
    source = PolicySource(file=file.path if file.path.name != "lift.toml" else None)
    source = changed(source, allow_remote=request.allow_remote)
    survey = run_survey(CheckRequest(paths=(folder,), means=request.means, policy=source), on_event)
    audits = [item for item in survey.items if isinstance(item, Audit)]
    broken = [item for item in survey.items if isinstance(item, Unreadable)]
    if broken:
        raise InputError(*broken[0].diagnostics)
    if len(audits) != 1:
        raise InputError(
            Diagnostic(
                message=f"{len(audits)} subjects were found here, and a debt list belongs to one",
                artifact=folder.as_posix(),
                expected="the folder of one Go project",
                remedy="name a member's folder, which has a lift.toml of its own",
            )
        )
    (audit,) = audits
    mode = Mode(request.mode) if request.mode else audit.verdict.mode
    return changed(audit, verdict=changed(audit.verdict, mode=mode))


def _owed(judged: Sequence[Judged]) -> list[Finding]:
    """Return the findings that can be owed: those that count today and that somebody may take upon himself."""
    from supplymatrix.checks.registry import ALL_RULES

    return [
        item.finding
        for item in judged
        if item.finding is not None
        and item.status is Status.FAIL
        and item.level is not Level.ALARM
        and ALL_RULES[item.rule].is_waivable
    ]


def _still_owed(debt: Debt, judged: Sequence[Judged]) -> tuple[tuple[DebtEntry, ...], tuple[DebtEntry, ...]]:
    """Return the entries that are found, or of which nobody can say; and the others."""
    found = {(item.rule, item.finding.fingerprint) for item in judged if item.finding is not None}
    unknown = {(item.rule, item.subject) for item in judged if item.gap is not None}
    kept = [
        entry
        for entry in debt.entries
        if (entry.rule, entry.fingerprint) in found or (entry.rule, entry.subject) in unknown
    ]
    return tuple(kept), tuple(entry for entry in debt.entries if entry not in kept)


def _not_owed(audit: Audit, entries: Sequence[DebtEntry], *, is_first: bool) -> NotOwed:
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.reports.judged_words import decides

    judged = audit.verdict.judged
    listed = {(entry.rule, entry.fingerprint) for entry in entries}
    failing = [item for item in judged if item.status is Status.FAIL and item.finding is not None]
    alarms = [item for item in failing if item.level is Level.ALARM]
    broken = [item for item in failing if item not in alarms and ALL_RULES[item.rule].input_fault]
    new = (
        []
        if is_first
        else [
            item
            for item in failing
            if ALL_RULES[item.rule].is_waivable
            and item not in alarms
            and item.finding is not None
            and (item.rule, item.finding.fingerprint) not in listed
        ]
    )
    unknown = [item for item in judged if item.status is Status.UNKNOWN]
    return NotOwed(
        alarms=tuple(alarms),
        broken=tuple(broken),
        new=tuple(item for item in new if decides(audit, item)),
        quiet=tuple(item for item in new if not decides(audit, item)),
        unknown=tuple(unknown),
    )


def _list_bytes(entries: Sequence[DebtEntry], old: bytes | None, gone: Sequence[DebtEntry]) -> bytes:
    """Return the bytes of the list; one that loses nothing stays as it is."""
    return old if old is not None and not gone else render_debt_list(entries).encode("utf-8")


def _read_back(
    file: LiftFile, new: bytes, new_list: bytes | None, request: AdoptRequest, entries: Sequence[DebtEntry]
) -> None:
    """Read both files as `check` will. Raises InputError when it would refuse them."""
    try:
        policy = file.parse(new, request.means, allow_remote=request.allow_remote, debt=new_list)
    except InputError as err:
        raise without_places(err.diagnostics) from err
    listed = policy.debt.entries if policy.debt is not None else ()
    assert len(listed) == len(entries)  # noqa: S101 - both were made here, of the same entries


def _as_day(found: Plain | None, otherwise: date | None) -> date | None:
    return found if isinstance(found, date) else otherwise


def _left_over(path: Path) -> InputError:
    return InputError(
        Diagnostic(
            message=f"{path.name} is there already, and lift.toml has no [debt] that names it",
            artifact=path.as_posix(),
            expected="both of them, or neither",
            remedy="bring [debt] back; or remove the list, and what is found today is owed anew",
        )
    )
