"""The source links: one commit in the statement, in the certificate and in the program, of one repository.

The commit in a program is its own word (`vcs.revision`), written by the go command at the build. The other two are
signed. A link is green only where both sides are there and are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.attest.builders import commits_of, source_of
from supplymatrix.engine.chain_evidence import Signed
from supplymatrix.engine.chain_links import NOT_ALL
from supplymatrix.gomod.pseudo import is_pseudo_version, parse_pseudo_version
from supplymatrix.model.chain import ChainLink, LinkId
from supplymatrix.model.program import BuiltProgram
from supplymatrix.model.signature import CheckState, SignatureState
from supplymatrix.model.value import value

__all__ = ["Source", "lies_in", "repository_link", "source_in", "source_link"]

_FORGES = frozenset({"bitbucket.org", "codeberg.org", "gitea.com", "github.com", "gitlab.com", "git.sr.ht", "sr.ht"})
"""Hosts whose repositories are module paths as they stand."""


@value
class Source:
    """What is signed of the source. commits, repositories: (who says it, what). vouched: by somebody who should. meant:
    the repository that the user named, "" for none. is_checked: of no signature that says any of it a check was
    switched off."""

    commits: tuple[tuple[str, str], ...]
    repositories: tuple[tuple[str, str], ...]
    vouched: bool
    meant: str = ""
    is_checked: bool = True

    @property
    def commit(self) -> str:
        """The commit, "" where none is signed or two differ."""
        found = {commit for _, commit in self.commits}
        return found.pop() if len(found) == 1 else ""

    @property
    def repository(self) -> str:
        """The repository, "" where none is signed or two differ."""
        found = {repository.casefold(): repository for _, repository in self.repositories}
        return next(iter(found.values())) if len(found) == 1 else ""


def source_in(signatures: Sequence[Signed], provenance: Sequence[Signed], meant: str) -> Source:
    """Return what is signed of the source: by the statements, and by the certificates. Where somebody signed who should
    have, nobody else is heard."""
    rows = [("the signature's certificate", "", one) for one in signatures]
    for number, one in enumerate(provenance, 1):
        name = "provenance" if number == 1 else f"provenance {number}"
        rows.append((f"the {name}'s certificate" if number == 1 else f"the certificate of {name}", name, one))
    vouched = [row for row in rows if row[2].vouches]
    heard = vouched or [row for row in rows if row[2].is_told]
    commits, repositories = list[tuple[str, str]](), list[tuple[str, str]]()
    is_checked = True
    for certificate, name, signed in heard:
        before = len(commits) + len(repositories)
        said = signed.provenance
        if said is not None:
            commits += [(name, said.commit)] if said.commit else []
            repositories += [(name, said.repository)] if said.repository else []
        signer = signed.verdict.signer
        if signer is not None:
            commits += [(certificate, commit) for commit in commits_of(signer).values()]
            repositories += [(certificate, source_of(signer))] if source_of(signer) else []
        says_any = len(commits) + len(repositories) > before
        is_checked = is_checked and not (says_any and signed.verdict.state is SignatureState.ACCEPTED)
    return Source(
        commits=tuple(dict.fromkeys(commits)),
        repositories=tuple(dict.fromkeys(repositories)),
        vouched=bool(vouched),
        meant=meant,
        is_checked=is_checked,
    )


def source_link(source: Source, program: BuiltProgram | None, subject: str = "") -> ChainLink:
    """Return whether a program is of the source that is signed. program: None where there is none to be read."""
    values = tuple(_values(source, program))
    state, says, reason, code, expected, found, remedy = _judged(source, program)
    if state is CheckState.VERIFIED and not source.vouched:
        state, code, reason = CheckState.NOT_CHECKABLE, 3, "not-vouched"
        says = f"{says}; but nobody vouches for who signed it"
    elif state is CheckState.VERIFIED and not source.is_checked:
        state, reason, says = CheckState.NOT_CHECKED, "switched-off", f"{says}; {NOT_ALL}"
    return ChainLink(
        id=LinkId.SOURCE, state=state, says=says, subject=subject, expected=expected, found=found, values=values,
        reason=reason, remedy=remedy, exit_code=code,
    )  # fmt: skip


_Word = tuple[CheckState, str, str, int, str, str, str]


def _judged(source: Source, program: BuiltProgram | None) -> _Word:
    """Return state, sentence, reason, exit code, expected, found and remedy."""
    for what, rows in (("commit", source.commits), ("repository", source.repositories)):
        told = {text.casefold(): (who, text) for who, text in rows}
        if len(told) > 1:
            (first, one), (second, other) = list(told.values())[:2]
            says = f"{first} and {second} name another {what}"
            return CheckState.FAILED, says, f"{what}-mismatch", 1, f"{first}: {one}", f"{second}: {other}", ""
    if source.meant and source.repository and source.meant.casefold() != source.repository.casefold():
        says = "it is signed as built from another repository than the one that is meant"
        return CheckState.FAILED, says, "repository-mismatch", 1, source.meant, source.repository, ""
    if not source.commit:
        says = "no signature that counts names the commit that it was built from"
        remedy = "provenance has it, and so have certificates that GitHub's and GitLab's runs sign with"
        return CheckState.NOT_PRESENT, says, "no-signed-commit", 1, "", "", remedy
    if program is None:
        says = f"signed is commit {source.commit[:12]}, and there is no program that says of which it is"
        return CheckState.NOT_CHECKABLE, says, "no-program", 5, source.commit, "", ""
    return _of_program(source, program)


def _of_program(source: Source, program: BuiltProgram) -> _Word:
    recorded = (program.setting("vcs.revision") or "").lower()
    if not recorded:
        return _without_revision(source, program)
    if recorded != source.commit:
        who = " and ".join(dict.fromkeys(name for name, _ in source.commits))
        says = f"the program says that it was built from another commit than {who}"
        return CheckState.FAILED, says, "commit-mismatch", 1, source.commit, recorded, ""
    if program.is_dirty:
        says = f"built from commit {recorded[:12]} with changes that are in no commit"
        return CheckState.FAILED, says, "changed-tree", 1, "vcs.modified=false", "vcs.modified=true", ""
    modified = program.setting("vcs.modified")
    if modified != "false":
        said = f"vcs.modified={modified}" if modified else ""
        says = f"built from commit {recorded[:12]}; whether with changes that are in no commit, it does not say"
        return CheckState.NOT_CHECKABLE, says, "tree-not-told", 3, "vcs.modified=false", said, ""
    who = ", ".join(dict.fromkeys(name for name, _ in source.commits))
    where = f" of {source.repository.removeprefix('https://')}" if source.repository else ""
    return CheckState.VERIFIED, f"commit {recorded[:12]}{where}: {who} and program agree", "", 0, "", "", ""


def _without_revision(source: Source, program: BuiltProgram) -> _Word:
    """Return what is known where a program records no commit: the version of its main module may have its start."""
    is_pseudo = is_pseudo_version(program.main_version)
    pseudo = parse_pseudo_version(program.main_version) if is_pseudo else None
    if pseudo is not None and not source.commit.startswith(pseudo.revision):
        says = "the version of the main module is of another commit than the signed one"
        return CheckState.FAILED, says, "commit-mismatch", 1, source.commit, pseudo.revision, ""
    more = f"; its version {program.main_version} has the same start of a commit" if pseudo is not None else ""
    says = f"the program records no commit (vcs.revision); signed is {source.commit[:12]}{more}"
    remedy = "build it in a checkout of the repository with git at hand, without -buildvcs=false"
    return CheckState.NOT_CHECKABLE, says, "no-recorded-commit", 3, source.commit, "", remedy


def _values(source: Source, program: BuiltProgram | None) -> Iterator[tuple[str, str]]:
    yield from ((f"repository ({who})", text) for who, text in source.repositories)
    yield from ((f"commit ({who})", text) for who, text in source.commits)
    if program is None:
        return
    for key in ("vcs.revision", "vcs.time", "vcs.modified"):
        text = program.setting(key)
        if text:
            yield f"{key} (program)", text


def lies_in(module: str, repository: str) -> bool:
    """Return whether a module calls itself as a repository does, "https://host/path", or as a folder in it."""
    path, place = module.casefold(), repository.removeprefix("https://").casefold()
    return path == place or path.startswith(f"{place}/")


def repository_link(source: Source, program: BuiltProgram, subject: str = "") -> ChainLink | None:
    """Return whether the main module calls itself as its repository does; None where no repository is signed."""
    repository = source.repository.removeprefix("https://")
    if not repository or not program.main:
        return None
    values = (("main module", program.main), ("repository", source.repository))
    if lies_in(program.main, repository):
        state, reason = CheckState.VERIFIED, ""
        if not source.vouched:
            state, reason = CheckState.NOT_CHECKABLE, "not-vouched"
        elif not source.is_checked:
            state, reason = CheckState.NOT_CHECKED, "switched-off"
        return ChainLink(
            id=LinkId.REPOSITORY, state=state, subject=subject, values=values,
            says=f"{program.main} lies in {repository}{f'; {NOT_ALL}' if reason == 'switched-off' else ''}",
            reason=reason,
        )  # fmt: skip
    if program.main.casefold().partition("/")[0] in _FORGES:
        return ChainLink(
            id=LinkId.REPOSITORY, state=CheckState.FAILED, subject=subject, values=values,
            says="the main module is named after another repository than the one that it was built from",
            expected=repository, found=program.main, reason="module-path-mismatch", exit_code=1,
        )  # fmt: skip
    return ChainLink(
        id=LinkId.REPOSITORY, state=CheckState.NOT_CHECKABLE, subject=subject, values=values,
        says=f"{program.main} is a name of its own: which repository it means is asked of its server, not guessed",
        reason="vanity-path", exit_code=3,
    )  # fmt: skip
