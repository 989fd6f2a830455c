"""Facts for hypothesis: modules with any answer of the log, or none; replaced, private, copied, licensed or not."""

from __future__ import annotations

from hypothesis import strategies as st

from supplymatrix.model.fact import (
    CachedCopy,
    CopyKind,
    CopyState,
    Fact,
    Facts,
    Gap,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofState,
    ReplacedModule,
    RequiredModule,
    SumFault,
    SumFaultKind,
    SumKind,
    SumLine,
)
from supplymatrix.model.licence import LicenceSource, ModuleLicence
from supplymatrix.model.location import Location, Origin, Provenance
from supplymatrix.model.module import ModuleVersion

__all__ = ["MODULES", "any_facts", "log_proof", "sum_line"]

MODULES = ("a.example/one", "a.example/two", "b.example/three", "b.example/x/four")
_VERSIONS = ("v1.8.0", "v0.0.0-20190308221718-c2843e01d9a2")


def _place(artifact: str, line: int) -> Location:
    return Location(artifact=artifact, line=line, column=1, end_line=line, end_column=9)


def sum_line(path: str, number: int, kind: SumKind = SumKind.ZIP) -> SumLine:
    """Return a go.sum line of a module at v1.8.0."""
    module = ModuleVersion(path=path, version="v1.8.0")
    return SumLine(subject=module, kind=kind, hash=f"h1:{path}", location=_place("go.sum", number))


def log_proof(line: SumLine, state: ProofState) -> LineProof:
    """Return what the log says of a line."""
    return LineProof(
        subject=line.subject,
        kind=line.kind,
        hash=line.hash,
        state=state,
        logged_hash=line.hash if state is ProofState.PROVEN else "h1:other",
        record_id=7,
        tree_size=9,
        answered_by="https://proxy.example",
        location=line.location,
        detail="the proof fails" if state is ProofState.BAD_PROOF else "",
    )


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    """Return the facts of some project, with a gap for some of the lines that have no proof."""
    items: list[Fact] = [
        ProjectFact(
            name="svc",
            module_path="svc.example",
            go_version="1.26",
            has_go_mod=True,
            has_go_sum=True,
            prunes_graph=draw(st.booleans()),
            provenance=Provenance(origin=Origin.FILE, tool="test"),
        )
    ]
    gaps: list[Gap] = []
    for number, path in enumerate(draw(st.lists(st.sampled_from(MODULES), unique=True)), start=1):
        module = ModuleVersion(path=path, version=draw(st.sampled_from(_VERSIONS)))
        for kind in draw(st.sets(st.sampled_from(SumKind))):
            line = SumLine(
                subject=module,
                kind=kind,
                hash=f"h1:{path}",
                location=_place("go.sum", 2 * number + (kind is SumKind.ZIP)),
            )
            items.append(line)
            state = draw(st.one_of(st.none(), st.sampled_from(ProofState)))
            if state is not None:
                items.append(log_proof(line, state))
            elif draw(st.booleans()):
                gaps.append(Gap(wanted="record", reason="no answer", remedy="again", subject=str(module), kind=kind))
        items += draw(_about(module, number))
    for kind in draw(st.lists(st.sampled_from(SumFaultKind), max_size=1)):
        place = _place("go.sum", 99)
        items.append(SumFault(kind=kind, subject="c.example/x@v1.0.0", message="odd", expected="else", location=place))
    return Facts(items, gaps)


def _licences(module: ModuleVersion, effective: ModuleVersion | None) -> st.SearchStrategy[ModuleLicence]:
    """Return a strategy for the licence of a module: known, a choice, not recognised, not read."""
    return st.builds(
        lambda text, is_read: ModuleLicence(
            subject=module,
            effective=effective,
            declared=text,
            concluded=text,
            files=(),
            source=LicenceSource.FOLDER,
            reason="" if text else "not known",
            is_read=is_read,
        ),
        st.sampled_from(["", "MIT", "GPL-3.0-only", "GPL-3.0-only OR MIT"]),
        st.booleans(),
    )


@st.composite
def _about(draw: st.DrawFn, module: ModuleVersion, number: int) -> list[Fact]:
    place = _place("go.mod", number)
    effective = draw(st.sampled_from([module, None, ModuleVersion(path="fork.example/it", version="v1.0.0")]))
    out: list[Fact] = []
    if draw(st.booleans()):
        out.append(RequiredModule(subject=module, effective=effective, indirect=False, location=place))
    if effective != module:
        directory = "" if effective else "../folder"
        out.append(ReplacedModule(subject=module, target=effective, directory=directory, location=place))
    if draw(st.integers(0, 4)) == 0:
        declared = draw(st.booleans())
        out.append(
            PrivateModule(subject=module, matched_by="*", setting="GOPRIVATE", declared=declared, location=place)
        )
    out += draw(st.lists(_licences(module, effective), max_size=1))
    return out + [
        CachedCopy(subject=module, kind=CopyKind.ZIP, state=state, path="x.zip", hash="h1:it", logged_hash="h1:other")
        for state in draw(st.lists(st.sampled_from(CopyState), max_size=1))
    ]
