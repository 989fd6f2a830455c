"""When module versions came out, where a policy asks for an age (`min_age`): facts for SM209, and only then.

1. The module cache's `.info`; 2. the proxies of the GOPROXY list, as the go command would ask them; 3. the digits of a
pseudo-version, which are of least worth. What the proofs beside go.sum tell of the log comes on top: the day of their
head, in which a record was already, or was not yet. Nobody is asked for a module that GOPRIVATE, GONOPROXY, GONOSUMDB
or any lift.toml of the run keeps back; nobody at all offline and under a replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.ask_modules import ask_each
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.private import withholding_of
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.module_info import INFO_LIMIT, parse_info_time
from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.model.fact import LineProof, ProofState, ReleaseTime, RequiredModule, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Note
from supplymatrix.policy.cooldown import age_demands
from supplymatrix.sources.files import read_if_there

if TYPE_CHECKING:
    from supplymatrix.net.module_files import Fetched
    from supplymatrix.net.transport import Transport

__all__ = ["note_on_times", "release_times"]

MODULE_CACHE = "module cache"
_SECONDS = 120.0
_DOWNLOAD = "go mod download, which puts it into the module cache"
_IN_RECORD = (ProofState.PROVEN, ProofState.DIFFERS, ProofState.NO_LINE)


def release_times(
    items: Sequence[Prepared],
    proofs: Sequence[Sequence[LineProof]],
    means: Means,
    settings: GoSettings,
    cache: Path | None,
    *,
    seconds: float = _SECONDS,
) -> list[tuple[ReleaseTime, ...]]:
    """Return for each subject one fact for each module version of which its policy asks an age.

    proofs: what the log says of each subject's lines. cache: the module cache, None when nobody says where it is.
    seconds: for all that is asked of proxies. Starts an event loop of its own. Raises nothing of its own: what goes
    wrong is the reason of a fact without a time.
    """
    demanded = [_demanded(item) for item in items]
    found: dict[ModuleVersion, ReleaseTime] = {}
    for module in dict.fromkeys(module for modules in demanded for module in modules):
        found[module] = _cached(module, cache)
    found |= _ask([fact for fact in found.values() if fact.time is None], items, means, settings, seconds)
    found = {module: fact if fact.time is not None else _by_version(fact) for module, fact in found.items()}
    return [
        _with_log([found[module] for module in modules], item, lines, means.now.date())
        for item, modules, lines in zip(items, demanded, proofs, strict=True)
    ]


def note_on_times(facts: Sequence[ReleaseTime]) -> tuple[Note, ...]:
    """Say from where ages are, and what they are worth; nothing where all that is known is what the log knows."""
    said = [fact for fact in facts if fact.time is not None and not fact.from_version]
    if not said:
        return ()
    cached = sum(fact.source == MODULE_CACHE for fact in said)
    counts = ((cached, "from the module cache"), (len(said) - cached, "from proxies"))
    where = ", ".join(f"{count:,} {place}" for count, place in counts if count)
    text = f"ages for min_age are those of commits, as whoever made them wrote it: {where}"
    return (Note(code="ages-of-commits", message=text),)


def _demanded(item: Prepared) -> tuple[ModuleVersion, ...]:
    facts = item.project.facts
    required = (fact for fact in facts if isinstance(fact, RequiredModule))
    lines = (fact for fact in facts if isinstance(fact, SumLine))
    return tuple(demand.module for demand in age_demands(item.policy, required, lines))


def _cached(module: ModuleVersion, cache: Path | None) -> ReleaseTime:
    """Return what the module cache says of a version."""
    if cache is None:
        return _nothing(module, "nobody says where the module cache is", "set GOMODCACHE, or HOME")
    try:
        name = f"{module.escaped_path}/@v/{module.escaped_version}.info"
        data = read_if_there(cache / "cache" / "download" / name, INFO_LIMIT, ".info in the module cache")
        if data is None:
            return _nothing(module, "it is not in the module cache", _DOWNLOAD)
        return ReleaseTime(subject=module, time=parse_info_time(data, module), source=MODULE_CACHE)
    except InputError as err:
        return _nothing(module, f"module cache: {_told(err)}", "go clean -modcache, and download it again")


def _nothing(module: ModuleVersion, reason: str, remedy: str = "") -> ReleaseTime:
    return ReleaseTime(subject=module, time=None, reason=reason, remedy=remedy)


def _told(err: InputError) -> str:
    fault = err.diagnostics[0]
    return f"{fault.message} ({fault.seen})" if fault.seen else fault.message


def _ask(
    here: Sequence[ReleaseTime], items: Sequence[Prepared], means: Means, settings: GoSettings, seconds: float
) -> Mapping[ModuleVersion, ReleaseTime]:
    """Return what the proxies say of versions, as far as they may be asked. here: why the module cache tells none."""
    if means.replay is not None or means.offline:
        why = "no proxy is asked offline" if means.replay is None else "a replay asks no proxy"
        return {fact.subject: _also(fact, why) for fact in here}
    kept = {fact.subject: why for fact in here if (why := _kept_back(fact.subject, items, means, settings))}
    asked = [fact.subject for fact in here if fact.subject not in kept]
    answers = _ask_proxies(asked, means, settings, seconds)
    return {
        fact.subject: _also(fact, kept[fact.subject])
        if fact.subject in kept
        else answer
        if (answer := answers[fact.subject]).time is not None
        else _also(fact, answer.reason)
        for fact in here
    }


def _also(fact: ReleaseTime, reason: str) -> ReleaseTime:
    return changed(fact, reason=f"{fact.reason}; {reason}")


def _kept_back(module: ModuleVersion, items: Iterable[Prepared], means: Means, settings: GoSettings) -> str:
    """Return why the name of a module is sent to nobody, "" when it may be.

    What one subject of the run keeps back is kept back for all; what GOPRIVATE covers is kept back by the walk.
    """
    for item in items:
        if match(",".join(item.policy.private), module.path) is not None:
            return "no proxy is asked: a lift.toml declares it private"
        held = withholding_of(module.path, item.policy, settings, send_private=means.send_private)
        if held is not None:
            return f"no proxy is asked: its name is withheld by {held}"
    return ""


def _ask_proxies(
    modules: Sequence[ModuleVersion], means: Means, settings: GoSettings, seconds: float
) -> Mapping[ModuleVersion, ReleaseTime]:
    """Return an answer for each module, be it only why there is no time."""

    async def ask(module: ModuleVersion, transport: Transport) -> ReleaseTime:
        return await _ask_one(module, settings, transport)

    return ask_each(modules, means, settings, seconds, ask=ask, too_late=_nothing, failed=_nothing)


async def _ask_one(module: ModuleVersion, settings: GoSettings, transport: Transport) -> ReleaseTime:
    from io import BytesIO

    from supplymatrix.net.module_files import fetch_module_info

    file = BytesIO()
    fetched = await fetch_module_info(module, settings, transport, file)
    last = fetched.answers[-1] if fetched.answers else None
    if last is None or last.reason or fetched.reason:
        return _nothing(module, _why_not(fetched))
    try:
        return ReleaseTime(subject=module, time=parse_info_time(file.getvalue(), module), source=last.source)
    except InputError as err:
        return _nothing(module, f"{last.source}: {_told(err)}")


def _why_not(fetched: Fetched) -> str:
    """Return what each proxy said that had none, and how the walk ended."""
    said = [f"{answer.source}: {answer.reason}" for answer in fetched.answers if answer.reason]
    return "; ".join([*said, *([fetched.reason] if fetched.reason else [])])


def _by_version(fact: ReleaseTime) -> ReleaseTime:
    """Return what a pseudo-version says of itself, where nobody else says anything."""
    version = fact.subject.version
    if not is_pseudo_version(version):
        return fact
    time = parse_pseudo_version(version).time
    return changed(fact, time=time, source="pseudo-version", from_version=True) if time is not None else fact


def _with_log(
    facts: Sequence[ReleaseTime], item: Prepared, proofs: Sequence[LineProof], today: date
) -> tuple[ReleaseTime, ...]:
    """Return facts with what the head beside go.sum tells: it has a module's record already, or was made before it.

    Its day is what the file says; one of a day to come says nothing.
    """
    head, day, held = item.committed.head, item.committed.seen_on, item.committed.records
    if head is None or day is None or day > today:
        return tuple(facts)
    size = head.size
    records = {proof.subject: proof.record_id for proof in proofs if proof.state in _IN_RECORD}
    return tuple(
        changed(fact, known_since=day)
        if fact.subject in held
        else changed(fact, new_since=day)
        if records.get(fact.subject, -1) >= size
        else fact
        for fact in facts
    )
