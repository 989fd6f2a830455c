"""The links of a release: a signed list of checksums, the archive that it names, the program in the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.attest.checksum_list import ChecksumList
from supplymatrix.attest.wanted import Artifact
from supplymatrix.engine.chain_evidence import Signed
from supplymatrix.engine.chain_links import signature_link
from supplymatrix.model.chain import ChainLink, LinkId
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed, value
from supplymatrix.sources.release_archive import ArchiveMembers

__all__ = ["Release", "archive_link", "checksums_link"]


@value
class Release:
    """What a release has beside the artifact. checksums: the list, with the file it was read from; archive: with its
    members. None where the user named none."""

    checksums: tuple[ChecksumList, Artifact] | None = None
    archive: tuple[ArchiveMembers, Artifact] | None = None


def checksums_link(found: Sequence[Signed], release: Release) -> ChainLink | None:
    """Return whether the list of checksums is signed by whom it should be; None without a list."""
    if release.checksums is None:
        return None
    listed, artifact = release.checksums
    link = signature_link(found, artifact)
    if link.state is CheckState.NOT_PRESENT:
        return changed(link, id=LinkId.CHECKSUMS, says=f"no signature of {Path(listed.artifact).name} was found")
    says = f"{Path(listed.artifact).name} with {len(listed.lines):,} lines {link.says}"
    return changed(link, id=LinkId.CHECKSUMS, says=says if link.state is not CheckState.FAILED else link.says)


def archive_link(release: Release, target: Artifact, checksums: ChainLink | None) -> ChainLink | None:
    """Return whether the artifact is the one of the release: in the list itself, or in an archive that is. None where
    neither was named. checksums: the link of the list, on which this one rests."""
    steps = _Steps(target)
    if release.archive is not None:
        steps.archive(*release.archive)
    if release.checksums is not None:
        steps.listed(release.checksums[0], release.archive)
    if release.archive is None and release.checksums is None:
        return None
    link = steps.link()
    if link.state is CheckState.VERIFIED and checksums is not None and checksums.state is not CheckState.VERIFIED:
        is_told = checksums.state in (CheckState.NOT_CHECKED, CheckState.NOT_CHECKABLE)
        state = CheckState.NOT_CHECKED if checksums.state is CheckState.NOT_CHECKED else CheckState.NOT_CHECKABLE
        says = f"{link.says}; but the list is {'not fully vouched for' if is_told else 'not signed as it should be'}"
        return changed(link, state=state, says=says, reason="list-not-vouched", exit_code=checksums.exit_code)
    return link


class _Steps:
    """The comparisons, in their order; the first one that fails is the link."""

    def __init__(self, target: Artifact) -> None:
        self._target = target
        self._name = Path(target.name).name
        self._said: list[str] = []
        self._values: list[tuple[str, str]] = [("sha256", target.digest("sha256"))]
        self._bad: ChainLink | None = None

    def archive(self, members: ArchiveMembers, artifact: Artifact) -> None:
        """Hold the artifact against the files of its archive."""
        name = Path(artifact.name).name
        digest = self._target.digest("sha256")
        self._values.append(("archive sha256", artifact.digest("sha256")))
        names = members.names_of(digest)
        if names:
            self._said.append(f"it is {names[0]} of {name}")
            self._values.append(("in the archive", names[0]))
            return
        alike = [(text, found) for text, found in members.files if text.rpartition("/")[2] == self._name]
        self._fail(
            f"no file in {name} is this one",
            expected=f"sha256:{digest}",
            found=f"{alike[0][0]} sha256:{alike[0][1]}" if alike else f"{len(members.files):,} other files",
            reason="not-in-archive",
            code=4,
        )

    def listed(self, checksums: ChecksumList, archive: tuple[ArchiveMembers, Artifact] | None) -> None:
        """Hold the archive, else the artifact itself, against the list."""
        artifact = archive[1] if archive is not None else self._target
        name, list_name = Path(artifact.name).name, Path(checksums.artifact).name
        names = checksums.names_of(artifact.digests)
        files = checksums.named(name)
        own, wrong = _judged(files, dict(artifact.digests))
        if wrong:
            algorithm, digest = wrong
            self._fail(
                f"{name} is not the file that {list_name} names",
                expected=f"{algorithm}:{digest}",
                found=f"{algorithm}:{artifact.digest(algorithm)}",
                reason="checksum-mismatch",
                code=4,
            )
        elif files and not own:
            self._fail(
                f"{list_name} names {name} by digests that were not compared", reason="checksum-not-compared", code=3,
                state=CheckState.NOT_CHECKABLE,
            )  # fmt: skip
        elif own:
            self._said.append(f"{list_name} has {name}" if own == name else f"{name} is in {list_name} as {own}")
        elif names:
            self._said.append(f"{name} is in {list_name} as {names[0]}")
        elif archive is None:
            self._fail(
                f"{list_name} has no line of {name}",
                reason="not-in-list",
                code=3,
                remedy="name the archive that it came in with --archive",
                state=CheckState.NOT_CHECKABLE,
            )
        else:
            self._fail(f"{list_name} has no line of {name}", reason="not-in-list", code=1)

    def _fail(
        self, says: str, *, reason: str, code: int, expected: str = "", found: str = "", remedy: str = "",
        state: CheckState = CheckState.FAILED,
    ) -> None:  # fmt: skip
        if self._bad is None:
            self._bad = ChainLink(
                id=LinkId.ARCHIVE, state=state, says=says, expected=expected, found=found, reason=reason,
                remedy=remedy, exit_code=code,
            )  # fmt: skip

    def link(self) -> ChainLink:
        """Return what all of it came to."""
        if self._bad is not None:
            return changed(self._bad, values=tuple(self._values))
        return ChainLink(
            id=LinkId.ARCHIVE, state=CheckState.VERIFIED, says=", ".join(self._said), values=tuple(self._values)
        )


def _judged(
    files: Mapping[str, Sequence[tuple[str, str]]], digests: Mapping[str, str]
) -> tuple[str, tuple[str, str] | None]:
    """Return the whole name under which a list has a file, "" for none, and a digest of its last name that is another.

    Files of several folders may have one last name: one that is the file is enough. A whole name with two digests of
    one kind is of no file.
    """
    own, wrong = "", None
    for text, rows in files.items():
        other = next((row for row in rows if digests.get(row[0], row[1]) != row[1]), None)
        agrees = other is None and all(algorithm in digests for algorithm, _ in rows)
        own = own or (text if agrees else "")
        is_disputed = other is not None and any(digests.get(algorithm) == digest for algorithm, digest in rows)
        if is_disputed:
            return "", other
        wrong = wrong or other
    return own, None if own else wrong
