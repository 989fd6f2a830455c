"""What a bill of materials says as a whole, held against itself: form, what is listed twice, gaps, claims."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from supplymatrix.model.value import changed
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["judge_document"]

_WHOLE = "complete"
_SKEW = timedelta(minutes=10)


def judge_document(sbom: ReadSbom, *, of_project: bool = False, now: datetime | None = None) -> Iterator[Statement]:
    """Yield what can be said of a file without any evidence. of_project: it is held against a project, in which each
    module is taken in one version, and once. now: UTC, after which no file can have been made; None = nobody knows."""
    for fault in sbom.faults:
        what = fault.what
        yield Statement(topic=Topic.FORMAT, truth=Truth.FALSE, subject=fault.where or "the file", said="", found=what)
    if sbom.fault_count > len(sbom.faults):
        found = f"{sbom.fault_count - len(sbom.faults):,} more such places"
        yield Statement(topic=Topic.FORMAT, truth=Truth.FALSE, subject="the file", said="", found=found)
    yield from _made(sbom, now)
    yield from _twins(sbom, of_project=of_project)
    yield from _gaps(sbom)
    yield from _claims(sbom)
    if sbom.files:
        told = Statement(topic=Topic.OTHER, truth=Truth.NOT_CHECKED, subject=f"{sbom.files:,} files", said="")
        yield changed(told, reason="files beside the components are not looked at")


def _made(sbom: ReadSbom, now: datetime | None) -> Iterator[Statement]:
    """Yield whether the file says that it is from the future; clocks may differ by a few minutes."""
    try:
        made = datetime.fromisoformat(sbom.created)
    except ValueError:
        return  # what is no time is told of by the check of the format
    made = made if made.tzinfo is not None else made.replace(tzinfo=UTC)
    told = Statement(topic=Topic.MADE, truth=Truth.NOT_CHECKED, subject="the file", said=sbom.created)
    if now is not None and made > now + _SKEW:
        yield changed(told, truth=Truth.FALSE, found=f"that is in the future: here it is {now:%Y-%m-%d %H:%M} UTC")
    else:
        yield changed(told, reason="nothing shows when a file was made; it is not in the future")


def _twins(sbom: ReadSbom, *, of_project: bool) -> Iterator[Statement]:
    """Yield what is listed more than once, under whichever ref."""
    found: dict[str, list[ReadComponent]] = {}
    for component in sbom.everything:
        key = str(component.module) if component.module is not None else component.purl or _bare(component)
        # One module may stand for several, and for itself.
        found.setdefault(f"{key} for {component.replaces}" if component.replaces else key, []).append(component)
    for key, components in found.items():
        if len(components) < 2 or not key:
            continue
        told = Statement(topic=Topic.TWICE, truth=Truth.FALSE, subject=key, said=f"{len(components)} times")
        if sbom.is_ours or (of_project and components[0].module is not None):
            yield changed(told, found="one thing is one component")
        else:
            reason = "scans of several places list what is in each of them"
            yield changed(told, truth=Truth.NOT_CHECKED, reason=reason)


def _bare(component: ReadComponent) -> str:
    return f"{component.kind} {component.title}" if component.kind != "file" else ""


def _gaps(sbom: ReadSbom) -> Iterator[Statement]:
    """Yield whether a file of this program has as many gaps as it says."""
    counts = sbom.properties_of("gaps")
    listed = sum(1 for name, _ in sbom.properties if name.startswith("supplymatrix:gap:"))
    more = sum(int(text) for text in sbom.properties_of("gaps:left_out") if text.isascii() and text.isdigit())
    told = Statement(topic=Topic.GAPS, truth=Truth.TRUE, subject="the file", said=", ".join(counts))
    if not counts and sbom.is_ours:
        reason = "a file of supplymatrix says how many gaps it has, and this one does not: it was changed, or converted"
        yield changed(told, truth=Truth.NOT_CHECKED, reason=reason, is_promised=True)
    elif counts and counts != (str(listed + more),):
        yield changed(told, truth=Truth.FALSE, found=f"it names {listed + more:,}")
    elif counts:
        yield told


def _claims(sbom: ReadSbom) -> Iterator[Statement]:
    """Yield whether what a file says of how whole it is agrees with the reasons that it gives."""
    reasons = sbom.properties_of("incomplete")
    words = (("components", sbom.claims.components), ("dependencies", sbom.claims.dependencies))
    for what, said in words:
        told = Statement(topic=Topic.COMPLETE, truth=Truth.NO_EVIDENCE, subject=f"list of {what}", said=said)
        if not said:
            yield changed(told, reason="the file does not say whether it is complete")
    left = {component.ref for component in sbom.everything} - sbom.claims.whole
    if sbom.claims.dependencies == _WHOLE and left:
        told = Statement(topic=Topic.COMPLETE, truth=Truth.NO_EVIDENCE, subject="list of dependencies", said=_WHOLE)
        yield changed(told, reason=f"it leaves out {len(left):,} of {len(sbom.everything):,} components")
    if not sbom.is_ours or not any(said for _, said in words):
        return
    is_whole = all(said in ("", _WHOLE) for _, said in words)
    said = ", ".join(f"{what}: {said or 'nothing'}" for what, said in words)
    told = Statement(topic=Topic.COMPLETE, truth=Truth.FALSE, subject="the file", said=said)
    if is_whole and reasons:
        yield changed(told, found=f"it gives a reason why it is not: {reasons[0]}")
    elif not is_whole and not reasons:
        yield changed(told, found="it gives no reason why it should not be complete")
