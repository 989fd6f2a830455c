"""The places of the app: each screen with its key, its name in links, and the command that gives the same facts.

A screen is one line here and one file in `screens/`; it is imported when somebody goes there.
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.model.value import value

__all__ = ["PLACES", "PLACE_BY_ID", "Place"]


@value
class Place:
    """One place. key: goes there from everywhere; what: one line for Home and the palette; target: "module:class".

    parts: what may follow in a link, by name, each may be left out from the right. rest: whether the last of them may
    hold slashes, as module paths do.
    """

    id: str
    key: str
    title: str
    what: str
    target: str
    twin: str
    parts: tuple[str, ...] = ()
    rest: bool = False


_SCREENS = "supplymatrix.tui.screens"

PLACES: tuple[Place, ...] = (
    Place(
        id="home",
        key="0",
        title="Home",
        what="where to go from here",
        target=f"{_SCREENS}.home:HomeScreen",
        twin="supplymatrix feeds status",
    ),
    Place(
        id="matrix",
        key="1",
        title="Matrix",
        what="what each vendor answers, and where that is written",
        target=f"{_SCREENS}.matrix:MatrixScreen",
        twin="supplymatrix matrix",
        parts=("vendor", "key"),
    ),
    Place(
        id="response",
        key="2",
        title="Response",
        what="days that vendors took to fix Go's CVEs; what is open",
        target=f"{_SCREENS}.response:ResponseScreen",
        twin="supplymatrix response",
        parts=("vendor_or_cve",),
    ),
    Place(
        id="project",
        key="3",
        title="Project",
        what="each module's verdict, and its proof step by step",
        target=f"{_SCREENS}.project:ProjectScreen",
        twin="supplymatrix check",
        parts=("module",),
        rest=True,
    ),
    Place(
        id="compare",
        key="4",
        title="Compare",
        what="what of the opened project each vendor covers",
        target=f"{_SCREENS}.compare:CompareScreen",
        twin="supplymatrix compare",
        parts=("vendor", "cve"),
    ),
    Place(
        id="claims",
        key="5",
        title="Claims",
        what="what is said of support for Go; what sources say",
        target=f"{_SCREENS}.claims:ClaimsScreen",
        twin="supplymatrix claims",
        parts=("claim",),
    ),
    Place(
        id="entries",
        key="6",
        title="Entries",
        what="where vendors enter a build, from source to runtime",
        target=f"{_SCREENS}.entries:EntriesScreen",
        twin="supplymatrix entries",
        parts=("point", "entry"),
    ),
    Place(
        id="decide",
        key="7",
        title="Decide",
        what="which path fits your needs, how surely, whom to ask",
        target=f"{_SCREENS}.decide:DecideScreen",
        twin="supplymatrix decide",
        parts=("needs",),
    ),
    Place(
        id="policy",
        key="8",
        title="Policy",
        what="what each rule costs of the score; what if it changed",
        target=f"{_SCREENS}.policy:PolicyScreen",
        twin="supplymatrix policy show --resolved",
        parts=("rule", "finding"),
        rest=True,
    ),
    Place(
        id="sbom",
        key="9",
        title="SBOM",
        what="each component, its licence and proof; as an SBOM",
        target=f"{_SCREENS}.sbom:SbomScreen",
        twin="supplymatrix sbom",
        parts=("component",),
        rest=True,
    ),
    Place(
        id="signatures",
        key="A",
        title="Signatures",
        what="who signed artifacts, and why that holds or does not",
        target=f"{_SCREENS}.signatures:SignaturesScreen",
        twin="supplymatrix verify blob FILE --who",
        parts=("artifact",),
        rest=True,
    ),
    Place(
        id="binary",
        key="B",
        title="Binary",
        what="what compiled programs are made of, and its proof",
        target=f"{_SCREENS}.binary:BinaryScreen",
        twin="supplymatrix verify binary",
        parts=("program",),
        rest=True,
    ),
    Place(
        id="chain",
        key="C",
        title="Chain",
        what="who built an artifact, and of what, link by link",
        target=f"{_SCREENS}.chain:ChainScreen",
        twin="supplymatrix trace FILE",
        parts=("artifact",),
        rest=True,
    ),
    Place(
        id="audits",
        key="F",
        title="Audits",
        what="known vulnerabilities, FIPS, C code, leaks, secrets",
        target=f"{_SCREENS}.audits:AuditsScreen",
        twin="supplymatrix audit",
        parts=("part", "row"),
        rest=True,
    ),
)
"""All places, in the order in which they are shown."""

PLACE_BY_ID: Mapping[str, Place] = {place.id: place for place in PLACES}
