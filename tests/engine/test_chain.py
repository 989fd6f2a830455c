"""The chain of a made release: green as a whole, and each single broken link red at its place."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.chain_evidence import ChainWish, wish_of_source
from supplymatrix.errors import InputError
from supplymatrix.model.chain import ChainRun, LinkId
from supplymatrix.model.signature import CheckState
from supplymatrix.sources.go_command import find_go
from tests.support.made_builds import built, dep
from tests.support.made_chain import (
    COMMIT,
    GENERATOR,
    MAIN,
    REPOSITORY,
    TOOLCHAIN,
    A,
    B,
    MadeRelease,
    provenance_v02,
    provenance_v1,
    states,
    told,
)
from tests.support.made_images import made_tar
from tests.support.made_log import made_hash
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, Fault, github_fields, statement

OTHER = "2e" * 20
_ALL = {
    "signature": "verified", "provenance": "verified", "builder": "verified", "source": "verified",
    "module-path": "verified", "toolchain": "verified", "modules": "verified", "main-module": "verified",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _not_well(run: ChainRun) -> list[tuple[str, str, str]]:
    return [
        (link.id.value, link.state.value, link.reason) for link in run.links if link.state is not CheckState.VERIFIED
    ]


def test_the_whole_chain_is_green(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    run = made.trace()
    assert states(run) == _ALL
    assert (run.exit_code, run.gaps, run.faults) == (0, (), ())
    assert run.sha256 == made.digest
    assert [head.kind for head in run.heads] == ["signatures", "signatures", "modules"]
    assert run.heads[-1].tree_size == made.log.size
    assert run.heads[-1].indexes == tuple(sorted(made.log.names.index(name) for name in made.logged))
    assert all(head.root and head.tree_size for head in run.heads)
    assert run.provenance is not None
    assert (run.provenance.commit, run.provenance.repository) == (COMMIT, REPOSITORY)
    assert run.builder is not None
    assert run.builder.level == 2


def test_both_engines_make_the_same_chain(tmp_path: Path) -> None:
    run = MadeRelease(tmp_path).write().trace(engine=EngineChoice.BOTH)
    assert (states(run), run.exit_code) == (_ALL, 0)


_Broken = tuple[str, Mapping[str, Any], str, str, str, int]
_VCS = {"vcs": "git", "vcs.revision": COMMIT, "vcs.time": "", "vcs.modified": "false"}
_BROKEN: list[_Broken] = [
    # name, the release, the link, its state, its reason, exit code
    ("another identity", {"blob": {"identity": "https://github.com/evil/app/.github/workflows/x.yml@refs/heads/m"}},
     "signature", "failed", "identity-mismatch", 1),
    ("another issuer", {"blob": {"issuer": "https://login.example"}}, "signature", "failed", "issuer-mismatch", 1),
    ("a wrong signature", {"blob": {"faults": {Fault.WRONG_SIGNATURE}}}, "signature", "failed", "signature-invalid", 4),
    ("an entry of another signature", {"blob": {"faults": {Fault.OTHER_ENTRY}}},
     "signature", "failed", "log-entry-mismatch", 4),
    ("a wrong proof", {"blob": {"faults": {Fault.WRONG_PROOF}}}, "signature", "failed", "inclusion-proof-invalid", 4),
    ("a log head of somebody else", {"blob": {"faults": {Fault.WRONG_HEAD}}},
     "signature", "failed", "checkpoint-invalid", 4),
    ("a certificate of another CA", {"blob": {"faults": {Fault.OTHER_CA}}}, "signature", "failed", "untrusted-root", 1),
    ("no log entry", {"blob": {"log": ""}}, "signature", "failed", "log-entry-missing", 1),
    ("provenance of another file", {"subject": "ab" * 32}, "provenance", "failed", "digest-mismatch", 4),
    ("provenance by somebody else", {"dsse": {"identity": "dev@corp.example", "issuer": "https://login.example"}},
     "provenance", "failed", "identity-mismatch", 1),
    ("provenance with a wrong signature", {"dsse": {"faults": {Fault.WRONG_SIGNATURE}}},
     "provenance", "failed", "signature-invalid", 4),
    ("provenance that is none", {"predicate": {"buildDefinition": {}}}, "provenance", "failed", "malformed-bundle", 2),
    ("provenance that contradicts itself", {"predicate": provenance_v1(commit=COMMIT) | {
        "buildDefinition": {"externalParameters": {"source": {"uri": f"git+{REPOSITORY}", "digest": {"sha1": OTHER}}},
                            "resolvedDependencies": [{"uri": f"git+{REPOSITORY}", "digest": {"gitCommit": COMMIT}}]}}},
     "provenance", "failed", "provenance-disputes", 1),
    ("another builder", {"predicate": provenance_v1(GENERATOR)}, "builder", "failed", "builder-mismatch", 1),
    ("another run", {"predicate": provenance_v1(run=f"{REPOSITORY}/actions/runs/2/attempts/1")},
     "builder", "failed", "run-mismatch", 1),
    ("a commit that the certificate does not have", {"predicate": provenance_v1(commit=OTHER)},
     "source", "failed", "commit-mismatch", 1),
    ("a repository that the certificate does not have", {"predicate": provenance_v1(repository=f"{REPOSITORY}2",
     run="")}, "source", "failed", "repository-mismatch", 1),
    ("a program of another commit", {"settings": {"vcs.revision": OTHER}}, "source", "failed", "commit-mismatch", 1),
    ("a program of a changed tree", {"settings": {"vcs.modified": "true"}}, "source", "failed", "changed-tree", 1),
    ("a program without a commit", {"settings": {"vcs.revision": ""}},
     "source", "not checkable", "no-recorded-commit", 3),
    ("a program that says nothing of its tree", {"settings": {"vcs.modified": ""}},
     "source", "not checkable", "tree-not-told", 3),
    ("a program that says it in other words", {"settings": {"vcs.modified": "TRUE"}},
     "source", "not checkable", "tree-not-told", 3),
    ("a program of another repository", {"main": "github.com/else/app\t(devel)\t"},
     "module-path", "failed", "module-path-mismatch", 1),
    ("a Go that the log does not have", {"go": "go1.99.0"}, "toolchain", "failed", "toolchain-not-in-log", 1),
    ("a Go of a distribution", {"go": "go1.26.8-1 Red Hat"}, "toolchain", "not checkable", "toolchain-of-others", 3),
    ("no release of Go", {"go": "devel go1.27-abc"}, "toolchain", "not checkable", "no-release", 3),
    ("another hash of a module", {"deps": (A, dep(B, sum_=made_hash(A)))}, "modules", "failed", "module-differs", 4),
    ("a module that is in no log", {"deps": (A, "code.example/none@v1.0.0")},
     "modules", "failed", "module-not-in-log", 1),
    ("a module without a hash", {"deps": (A, dep(B, sum_=""))}, "modules", "failed", "module-no-sum", 1),
    ("a module out of a folder", {"deps": (A, dep(B, by="./lib (devel)"))}, "modules", "failed", "module-local", 1),
]  # fmt: skip


@pytest.mark.parametrize("case", _BROKEN, ids=[case[0] for case in _BROKEN])
def test_a_broken_link_is_red_at_its_place(case: _Broken, tmp_path: Path) -> None:
    _, given, link, state, reason, code = case
    run = MadeRelease(tmp_path, **given).write().trace()
    found = run.link(LinkId(link))
    assert found is not None
    assert (found.state.value, found.reason, found.exit_code) == (state, reason, code)
    assert run.exit_code == code
    if state == "failed":
        assert run.broken is not None
        assert run.broken.id.value == link
    fine = [one for one in run.links if one.id.value in ("toolchain", "modules") and one.id.value != link]
    assert all(one.state is CheckState.VERIFIED for one in fine)


def test_another_program_under_the_signatures_of_this_one(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    made.app.write_bytes(built(A, B, main="github.com/corp/app\t(devel)\t"))
    run = made.trace()
    assert (states(run)["signature"], states(run)["provenance"], run.exit_code) == ("failed", "failed", 4)
    assert run.links[0].reason == "digest-mismatch"
    assert run.links[0].expected != run.links[0].found


def test_a_toolchain_that_the_log_lost_and_a_module_that_it_changed(tmp_path: Path) -> None:
    for logged, link in (((A, B, MAIN), "toolchain"), ((A, TOOLCHAIN, MAIN), "modules")):
        (folder := tmp_path / link).mkdir()
        assert [row[0] for row in _not_well(MadeRelease(folder, logged=logged).write().trace())] == [link]


def test_without_a_named_signer_it_is_told_who_signed(tmp_path: Path) -> None:
    run = MadeRelease(tmp_path).write().trace(wish=ChainWish(wanted=Wanted()))
    assert run.exit_code == 3
    assert states(run)["signature"] == states(run)["provenance"] == states(run)["source"] == "not checkable"
    assert GITHUB_IDENTITY in told(run, LinkId.SIGNATURE)
    assert "nobody said" in told(run, LinkId.SIGNATURE)
    assert states(run)["modules"] == "verified"


def test_a_named_source_stands_for_its_workflows(tmp_path: Path) -> None:
    wish = wish_of_source(REPOSITORY)
    assert wish is not None
    made = MadeRelease(tmp_path).write()
    run = made.trace(wish=ChainWish(wanted=Wanted(identities=(wish,)), source=REPOSITORY))
    assert (states(run), run.exit_code) == (_ALL, 0)
    other = wish_of_source("https://github.com/corp/ap")
    assert other is not None
    run = made.trace(wish=ChainWish(wanted=Wanted(identities=(other,)), source="https://github.com/corp/ap"))
    assert (run.exit_code, states(run)["signature"]) == (1, "failed")
    run = made.trace(wish=made.wish(source="https://github.com/corp/other"))
    assert _not_well(run) == [("source", "failed", "repository-mismatch")]


@pytest.mark.parametrize(
    ("workflow", "answer"),
    [
        ("ci.yml@refs/heads/main", True), ("ci.yml@refs/tags/v1", True), ("ci.yml@refs/pull/7/merge", False),
        ("x/../../../../evil/app/.github/workflows/a.yml@refs/heads/m", False), ("ci.yml@refs/heads/", False),
        ("ci.yml@abc@refs/heads/m", False),
    ],
)  # fmt: skip
def test_workflows_of_a_source_are_those_of_its_branches_and_tags(workflow: str, answer: bool) -> None:
    wish = wish_of_source(REPOSITORY)
    assert wish is not None
    found = re.fullmatch(wish.identity_regexp, f"{REPOSITORY}/.github/workflows/{workflow}")
    assert (found is not None) is answer


def _by_generator(folder: Path, **more: Any) -> MadeRelease:  # noqa: ANN401
    given = {"predicate": provenance_v02(), "predicate_type": "https://slsa.dev/provenance/v0.2"}
    return MadeRelease(folder, **{**given, "dsse": {"identity": GENERATOR}, **more})


def test_a_builder_of_many_counts_for_the_source_that_is_meant(tmp_path: Path) -> None:
    made = _by_generator(tmp_path).write()
    run = made.trace()
    assert (states(run), run.exit_code) == (_ALL, 0)
    assert run.builder is not None
    assert (run.builder.level, run.builder.name) == (3, "slsa-github-generator")


def test_a_builder_of_many_does_not_count_for_another_source(tmp_path: Path) -> None:
    fields = github_fields(repository="evil/app", sha=COMMIT)
    made = _by_generator(
        tmp_path, predicate=provenance_v02(repository="https://github.com/evil/app"),
        dsse={"identity": GENERATOR, "fields": fields},
    ).write()  # fmt: skip
    run = made.trace()
    link = run.link(LinkId.PROVENANCE)
    assert link is not None
    assert (link.state, link.reason, link.expected) == (CheckState.FAILED, "source-mismatch", REPOSITORY)
    assert (run.exit_code, run.builder) == (1, None)


def test_what_a_builder_of_many_says_of_the_source_is_not_told_for_what_its_certificate_has(tmp_path: Path) -> None:
    fields = github_fields(repository="evil/app", sha=COMMIT)
    run = _by_generator(tmp_path, dsse={"identity": GENERATOR, "fields": fields}).write().trace()
    link, builder = run.link(LinkId.PROVENANCE), run.link(LinkId.BUILDER)
    assert link is not None
    assert builder is not None
    assert (link.expected, link.found) == (REPOSITORY, "https://github.com/evil/app")
    assert run.builder is None
    assert "known as" not in dict(builder.values)


def test_a_builder_of_many_does_not_count_where_nobody_says_which_source(tmp_path: Path) -> None:
    made = _by_generator(tmp_path, signs=False).write()
    wish = ChainWish(wanted=Wanted(identities=(IdentityWish(identity=GENERATOR, issuer=GITHUB_ISSUER),)))
    run = made.trace(wish=wish)
    assert ("provenance", "not checkable", "source-unasked") in _not_well(run)
    assert run.exit_code == 3
    assert made.trace(wish=ChainWish(wanted=wish.wanted, source=REPOSITORY)).exit_code == 0
    assert made.trace(wish=ChainWish(wanted=Wanted(), source=REPOSITORY)).exit_code == 0


def test_provenance_alone_will_do(tmp_path: Path) -> None:
    run = MadeRelease(tmp_path, signs=False).write().trace()
    assert (states(run)["signature"], run.exit_code) == ("not present", 0)
    assert run.link(LinkId.SIGNATURE).exit_code == 0  # type: ignore[union-attr]
    run = MadeRelease(tmp_path, signs=False).write().trace(required=frozenset({LinkId.SIGNATURE}))
    assert run.exit_code == 1


def test_a_certificate_names_the_source_where_there_is_no_provenance(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path, attests=False).write()
    run = made.trace()
    assert (states(run)["provenance"], states(run)["source"], run.exit_code) == ("not present", "verified", 0)
    assert made.trace(required=frozenset({LinkId.PROVENANCE})).exit_code == 1
    (tmp_path / "app.sigstore.json").write_bytes(made.signed(made.data, fields=()))
    run = made.trace()
    assert (states(run)["source"], run.exit_code) == ("not present", 1)
    assert made.trace(excused=frozenset({LinkId.PROVENANCE, LinkId.SOURCE})).exit_code == 0


def test_an_unsigned_program_has_the_half_that_needs_no_signer(tmp_path: Path) -> None:
    run = MadeRelease(tmp_path, signs=False, attests=False).write().trace()
    assert run.exit_code == 1
    assert [row[:2] for row in _not_well(run)] == [
        ("signature", "not present"), ("provenance", "not present"), ("source", "not present"),
        ("main-module", "not checkable"),
    ]  # fmt: skip
    assert states(run)["modules"] == states(run)["toolchain"] == "verified"


def test_offline_without_answers_the_modules_are_not_checkable(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    from supplymatrix.engine.means import Means
    from tests.support.machine import NOW

    run = made.trace(means=Means(environ=made.machine.environ, now=NOW, offline=True))
    assert (states(run)["modules"], states(run)["signature"], run.exit_code) == ("not checkable", "verified", 3)


def test_a_name_that_is_not_known_to_be_public_is_not_sent(tmp_path: Path) -> None:
    fields = tuple(field for field in github_fields(sha=COMMIT) if field[0] != 22)
    made = MadeRelease(tmp_path, blob={"fields": fields}, dsse={"fields": fields}).write()
    run = made.trace()
    assert (states(run)["main-module"], run.exit_code) == ("not checkable", 0)
    assert "was not asked" in told(run, LinkId.MAIN)


def test_a_public_certificate_says_nothing_of_the_names_of_other_repositories(tmp_path: Path) -> None:
    private = "git.corp.example/secret/tool@v1.2.3"
    vcs = {"vcs.revision": COMMIT, "vcs.modified": "false"}
    other = built(A, main=f"{private.replace('@', chr(9))}\t", settings=vcs)
    made = MadeRelease(tmp_path, logged=(A, B, TOOLCHAIN, MAIN, private))
    made.data = made_tar({"app": made.data, "tool": other})
    run = made.write().trace()
    mains = {link.subject.rpartition(" ")[2]: link for link in run.links if link.id is LinkId.MAIN}
    assert mains["app"].state is CheckState.VERIFIED
    assert (mains["tool"].state, mains["tool"].reason) == (CheckState.NOT_CHECKABLE, "main-not-asked")


def test_a_key_signs_and_says_nothing_of_a_builder(tmp_path: Path) -> None:
    from supplymatrix.attest.keys import parse_verifying_key

    made = MadeRelease(tmp_path, attests=False).write()
    key = parse_verifying_key(made.sigstore.key().pem.encode(), "key.pem")
    (tmp_path / "app.sigstore.json").write_bytes(made.sigstore.keyed_blob(made.data, log=""))
    payload = statement({"app": made.digest}, predicate=provenance_v1())
    (tmp_path / "app.intoto.jsonl").write_bytes(made.sigstore.keyed_dsse(payload, log=""))
    run = made.trace(wish=ChainWish(wanted=Wanted(keys=(key,), log_is_optional=True)))
    assert (states(run)["signature"], states(run)["provenance"], states(run)["source"]) == ("verified",) * 3
    assert (states(run)["builder"], run.exit_code) == ("not checkable", 3)


def test_a_check_that_is_switched_off_is_told(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path, blob={"log": "", "stamps": 1}, dsse={"stamps": 1}).write()
    wanted = Wanted(identities=made.wish().wanted.identities, checks_log=False)
    run = made.trace(wish=ChainWish(wanted=wanted))
    assert (states(run)["signature"], run.exit_code) == ("not checked", 0)


def test_what_rests_on_a_check_that_is_switched_off_is_not_verified(tmp_path: Path) -> None:
    faults = {"faults": {Fault.NO_SCT}}
    made = MadeRelease(tmp_path, blob=faults, dsse=faults).write()
    run = made.trace(wish=ChainWish(wanted=Wanted(identities=made.wish().wanted.identities, checks_sct=False)))
    for which in ("signature", "provenance", "builder", "source", "module-path"):
        link = run.link(LinkId(which))
        assert link is not None
        assert (link.state, link.reason, link.exit_code) == (CheckState.NOT_CHECKED, "switched-off", 0)
    assert (run.builder, run.exit_code, states(run)["modules"]) == (None, 0, "verified")


# --- releases with a list of checksums


class _Release:
    """An archive with the program, a list with the archive, a signature of the list."""

    def __init__(self, folder: Path, *, as_zip: bool = False, **how: Any) -> None:  # noqa: ANN401
        self.made = MadeRelease(folder, signs=False, attests=False).write()
        self.archive = folder / ("app_1.2.0.zip" if as_zip else "app_1.2.0.tar.gz")
        self.archive.write_bytes(_zip(self.made.data) if as_zip else _tar(self.made.data))
        self.checksums = folder / "checksums.txt"
        self.write(f"{_sha(self.archive)}  {self.archive.name}\n{'0' * 64}  other.tar.gz\n", **how)

    def write(self, text: str, **how: Any) -> None:  # noqa: ANN401
        self.checksums.write_text(text)
        bundle = self.made.signed(text.encode(), **how)
        self.checksums.with_name("checksums.txt.sigstore.json").write_bytes(bundle)

    def trace(self, **more: Any) -> ChainRun:  # noqa: ANN401
        return self.made.trace(checksums=self.checksums, **{"archive": self.archive, **more})


def _sha(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _tar(data: bytes) -> bytes:
    return gzip.compress(made_tar({"LICENSE": b"text", "bin/app": data}), mtime=0)


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app", data)
    return out.getvalue()


@pytest.mark.parametrize("as_zip", [False, True])
def test_a_signed_list_leads_to_the_program(as_zip: bool, tmp_path: Path) -> None:
    run = _Release(tmp_path, as_zip=as_zip).trace()
    assert (states(run)["checksums"], states(run)["archive"], states(run)["signature"]) == (
        "verified", "verified", "not present",
    )  # fmt: skip
    assert (states(run)["source"], run.exit_code) == ("verified", 0)


def test_the_archive_itself_may_be_traced(tmp_path: Path) -> None:
    release = _Release(tmp_path)
    run = release.made.trace(release.archive, checksums=release.checksums)
    assert (states(run)["archive"], states(run)["modules"], run.exit_code) == ("verified", "verified", 0)


def test_a_detached_signature_of_the_list_will_do(tmp_path: Path) -> None:
    release = _Release(tmp_path)
    signed = release.made.sigstore.sign_blob(release.checksums.read_bytes(), fields=github_fields(sha=COMMIT))
    (tmp_path / "checksums.txt.sigstore.json").unlink()
    (tmp_path / "checksums.txt.sig").write_text(signed.signature_text)
    (tmp_path / "checksums.txt.pem").write_text(signed.pem)
    wanted = Wanted(identities=release.made.wish().wanted.identities, checks_log=False)
    link = release.trace(wish=ChainWish(wanted=wanted)).link(LinkId.CHECKSUMS)
    assert link is not None
    assert link.reason == "time-missing"  # nobody vouches for when it was signed: a bare pair has no log entry


def _line_altered(release: _Release) -> None:
    text = release.checksums.read_text()
    release.checksums.write_text(text.replace(text[:8], "12345678", 1))


def _archive_altered(release: _Release) -> None:
    release.archive.write_bytes(_tar(built(A, main="svc.example/app\t(devel)\t")))


def _other_archive_signed(release: _Release) -> None:
    _archive_altered(release)
    release.write(f"{_sha(release.archive)}  {release.archive.name}\n")


def _no_line(release: _Release) -> None:
    release.write(f"{'0' * 64}  other.tar.gz\n")


def _by_somebody(release: _Release) -> None:
    release.write(release.checksums.read_text(), identity="dev@corp.example", issuer="https://login.example")


def _unsigned(release: _Release) -> None:
    release.checksums.with_name("checksums.txt.sigstore.json").unlink()


@pytest.mark.parametrize(
    ("breaks", "link", "reason", "code"),
    [
        (_line_altered, "checksums", "digest-mismatch", 4),
        (_archive_altered, "archive", "not-in-archive", 4),
        (_other_archive_signed, "archive", "not-in-archive", 4),
        (_no_line, "archive", "not-in-list", 1),
        (_by_somebody, "checksums", "identity-mismatch", 1),
        (_unsigned, "checksums", "no-signature", 1),
    ],
)
def test_a_broken_release_is_red_at_its_place(
    breaks: Callable[[_Release], None], link: str, reason: str, code: int, tmp_path: Path
) -> None:
    release = _Release(tmp_path)
    breaks(release)
    run = release.trace()
    found = run.link(LinkId(link))
    assert found is not None
    assert (found.reason, found.exit_code, run.exit_code) == (reason, code, code)


def test_a_list_that_names_another_archive_of_this_name(tmp_path: Path) -> None:
    release = _Release(tmp_path)
    release.write(f"{'1' * 64}  {release.archive.name}\n")
    found = release.trace().link(LinkId.ARCHIVE)
    assert found is not None
    assert (found.reason, found.expected, found.exit_code) == ("checksum-mismatch", f"sha256:{'1' * 64}", 4)


def test_provenance_of_the_archive_counts_for_the_program_in_it(tmp_path: Path) -> None:
    release = _Release(tmp_path)
    bundle = release.made.attested(provenance_v1(), _sha(release.archive))
    (tmp_path / "multiple.intoto.jsonl").write_bytes(release.made.attested(provenance_v1(), "ab" * 32) + b"\n" + bundle)
    run = release.trace(provenance=(tmp_path / "multiple.intoto.jsonl",))
    assert (states(run)["provenance"], states(run)["builder"], run.exit_code) == ("verified", "verified", 0)


def test_a_list_without_the_program_asks_for_the_archive(tmp_path: Path) -> None:
    release = _Release(tmp_path)
    run = release.trace(archive=None)
    link = run.link(LinkId.ARCHIVE)
    assert link is not None
    assert (link.state, run.exit_code) == (CheckState.NOT_CHECKABLE, 3)
    assert "--archive" in link.remedy


# --- what cannot be read


def test_what_is_no_program_and_what_is_not_there(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path, program=b"#!/bin/sh\n").write()
    run = made.trace()
    assert (states(run)["signature"], states(run)["modules"], run.exit_code) == ("verified", "not checkable", 2)
    assert made.trace(excused=frozenset(LinkId)).exit_code == 2  # nothing lets off what could not be read
    with pytest.raises(InputError, match="no such file"):
        made.trace("missing")
    (tmp_path / "broken.json").write_bytes(b"{")
    run = made.trace(bundles=(tmp_path / "broken.json",))
    assert (states(run)["signature"], run.exit_code) == ("failed", 2)
    (tmp_path / "bad.txt").write_text("no list\n")
    with pytest.raises(InputError, match="no line of a list"):
        made.trace(checksums=tmp_path / "bad.txt")
    with pytest.raises(InputError, match="neither a tar file nor a zip"):
        made.trace(archive=made.app)


@pytest.mark.slow
def test_a_program_that_go_has_built(tmp_path: Path) -> None:
    go = find_go(os.environ)
    if go is None or shutil.which("git") is None:
        pytest.skip("no Go or git here")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "go.mod").write_text("module github.com/corp/app\n\ngo 1.21\n")
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
    cache = _run(go, "env", "GOCACHE", env=dict(os.environ))
    env = {
        "PATH": os.environ["PATH"], "GOPROXY": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOCACHE": cache,
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": str(tmp_path),
    }  # fmt: skip
    who = ("-c", "user.name=a", "-c", "user.email=a@corp.example")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "one")):
        _run("git", *words, env=env, folder=folder)
    commit = _run("git", "rev-parse", "HEAD", env=env, folder=folder)
    _run(go, "build", "-o", str(tmp_path / "built"), ".", env=env, folder=folder)
    fields = {"fields": github_fields(sha=commit)}
    version = _run(go, "env", "GOVERSION", env=env)
    made = MadeRelease(
        tmp_path, program=(tmp_path / "built").read_bytes(), blob=fields, dsse=fields,
        predicate=provenance_v1(commit=commit), logged=(A, f"golang.org/toolchain@v0.0.1-{version}.linux-amd64"),
    ).write()  # fmt: skip
    run = made.trace()
    assert run.exit_code == 0, _not_well(run)
    assert states(run)["source"] == states(run)["toolchain"] == states(run)["modules"] == "verified"


def _run(program: Path | str, *words: str, env: Mapping[str, str], folder: Path | None = None) -> str:
    done = subprocess.run([program, *words], cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()
