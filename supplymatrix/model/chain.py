"""One artifact, two logs: who built it, as a signature log has it, and of what, as the checksum log has it.

A chain is a row of links in a fixed order, each judged by itself. A link compares two things that come from different
hands; where one of the two is not there, or nobody vouches for it, the link is "not present" or "not checkable", and no
other link makes up for it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.program import BuiltProgram, ProgramModule
from supplymatrix.model.provenance import BuilderClaim, Provenance
from supplymatrix.model.signature import ArtifactKind, CheckState, SignedArtifact, TrustUsed
from supplymatrix.model.value import value

__all__ = ["OPTIONAL", "ChainLink", "ChainRun", "HeadSeen", "LinkId", "exit_code_of"]


class LinkId(StrEnum):
    """The links, in the order in which they are told."""

    CHECKSUMS = "checksums"
    """The list of checksums of a release, and who signed it."""
    ARCHIVE = "archive"
    """The archive is the one in the list, and the program is the one in the archive."""
    SIGNATURE = "signature"
    PROVENANCE = "provenance"
    """A signed statement that a builder made this artifact."""
    BUILDER = "builder"
    """The builder that the statement names is who signed it."""
    SOURCE = "source"
    """Repository and commit: of the statement, of the certificate, of the program."""
    BASE = "base"
    """The base image that the image names: its layers lie lowest in it."""
    VENDOR = "vendor"
    """Who signed the base image."""
    SBOM = "sbom"
    """The modules of the attested bill of materials are those of the programs."""
    REPOSITORY = "module-path"
    """The main module calls itself as the repository does that it was built from."""
    TOOLCHAIN = "toolchain"
    MODULES = "modules"
    MAIN = "main-module"
    """The version of the main module is in the log, too."""


OPTIONAL = frozenset({LinkId.CHECKSUMS, LinkId.ARCHIVE, LinkId.BASE, LinkId.VENDOR, LinkId.SBOM, LinkId.REPOSITORY,
                      LinkId.MAIN})  # fmt: skip
"""Links that may be missing or not checkable, unless somebody asks for them. One that fails always counts."""


@value
class ChainLink:
    """One link. says: one line for people. expected, found: in full, where it compares two things.

    subject: which program of several it is about, "" for the artifact. values: everything that it rests on, named and
    in full. reason: one word for a machine, of every state but VERIFIED, "" = none. remedy: what to do. exit_code: what
    it counts for, 0 where it is well, or does not have to be there.
    """

    id: LinkId
    state: CheckState
    says: str
    subject: str = ""
    expected: str = ""
    found: str = ""
    values: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    remedy: str = ""
    exit_code: int = 0


@value
class HeadSeen:
    """A head of a log under which something in a chain is proven.

    kind: "signatures" (Rekor), "modules" (the checksum log). indexes: of the entries, in the log's own count, sorted;
    leaves: the same in the tree, where that is another count. origin: of the head, where a log may have several trees.
    root: hex. time: when the log took the entry, or when the head was fetched (UTC), None = unknown. route: who
    was asked, "" = nobody, it came with the bundle.
    """

    kind: str
    log: str
    tree_size: int
    root: str
    indexes: tuple[int, ...]
    time: datetime | None = None
    route: str = ""
    origin: str = ""
    leaves: tuple[int, ...] = ()


@value
class ChainRun:
    """All links of one artifact, and what they rest on.

    target: as named. sha256: of the file, of the image's manifest; "" where it could not be read. signed: the artifacts
    whose signatures were looked at: the target, the list of checksums, the archive, the base image. builder: what is
    known of the provenance's builder. programs, modules: as `verify binary` has them. required: links that were asked
    for beside the usual ones; excused: those that were let off. now: of the run, UTC.
    """

    target: str
    kind: ArtifactKind
    sha256: str
    links: tuple[ChainLink, ...]
    exit_code: int
    now: datetime
    signed: tuple[SignedArtifact, ...] = ()
    provenance: Provenance | None = None
    builder: BuilderClaim | None = None
    programs: tuple[BuiltProgram, ...] = ()
    modules: tuple[ProgramModule, ...] = ()
    heads: tuple[HeadSeen, ...] = ()
    trust: TrustUsed | None = None
    required: tuple[LinkId, ...] = ()
    excused: tuple[LinkId, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()

    def link(self, which: LinkId, subject: str = "") -> ChainLink | None:
        """Return a link, None where the chain has none of that kind."""
        return next((link for link in self.links if link.id is which and link.subject in (subject, "")), None)

    @property
    def broken(self) -> ChainLink | None:
        """The first link that failed."""
        return next((link for link in self.links if link.state is CheckState.FAILED), None)


def exit_code_of(codes: tuple[int, ...]) -> int:
    """Return the gravest of exit codes."""
    return next((code for code in (4, 70, 2, 3, 1, 5) if code in codes), 0)
