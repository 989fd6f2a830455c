"""Whose signature a version has, and whether the log has what was signed: each by itself, and never a silent pass."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.engine.means import Means
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.engine.verify_publisher import PublisherRequest, judge_publishers, verify_publishers
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher import (
    OriginSource,
    PublisherCheck,
    PublisherReason,
    PublisherState,
    PublisherVerdict,
    SignatureKind,
    TreeState,
)
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import changed
from supplymatrix.sources import git_tags
from tests.support.git_server import GitServer
from tests.support.gnupg import Gnupg
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine
from tests.support.made_log import write_project
from tests.support.made_publisher import MODULE, MadePublisher, h1_of, signers
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, Fault, MadeSigstore
from tests.support.signed_git import GitsignKey, SshKey, signed_commit, signed_tag

ADA, BOB = SshKey(), SshKey("p256", owner="Bob")
V1 = "v1.0.0"


@pytest.fixture
def made(tmp_path: Path, machine: Machine) -> MadePublisher:
    return MadePublisher(tmp_path, machine)


def only(
    made: MadePublisher, trust: PublisherTrust | None = None, version: str = V1, **how: str
) -> PublisherVerdict:  # fmt: skip
    (verdict,) = made.verify(version, trust, **how).verdicts
    return verdict


def outcome(verdict: PublisherVerdict) -> tuple[PublisherState, TreeState, int]:
    return verdict.state, verdict.tree, verdict.exit_code


def reason(verdict: PublisherVerdict) -> PublisherReason | None:
    return verdict.step.reason if verdict.step is not None else None


def test_a_tag_by_a_key_that_counts_over_what_the_log_has_is_verified(made: MadePublisher) -> None:
    tag = made.tag(V1, ADA.sign)
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.VERIFIED, TreeState.EQUAL, 0)
    assert verdict.is_verified
    assert (verdict.signed, verdict.object_name, verdict.commit) == ("tag", tag, made.commit)
    assert verdict.signature_kind is SignatureKind.SSH
    assert verdict.signer is not None
    assert (verdict.signer.names, verdict.signer.key) == (("ada@a.example",), ADA.fingerprint)
    assert verdict.h1 == verdict.log_h1 == h1_of(f"{MODULE}@{V1}")
    assert [step.state for step in verdict.steps] == [CheckState.VERIFIED] * 4


def test_a_key_counts_by_its_fingerprint(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign)
    assert only(made, PublisherTrust(fingerprints=(ADA.fingerprint,))).is_verified
    assert not only(made, PublisherTrust(fingerprints=(BOB.fingerprint,))).is_verified


def test_an_unknown_key_is_told_with_the_line_that_makes_it_count(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign)
    verdict = only(made, signers(BOB))
    assert outcome(verdict) == (PublisherState.UNKNOWN, TreeState.EQUAL, 1)
    assert reason(verdict) is PublisherReason.UNKNOWN_KEY
    assert verdict.signer is not None
    assert not verdict.signer.is_trusted
    from supplymatrix.attest.ssh_signature import parse_allowed_signers

    trust = PublisherTrust(signers=parse_allowed_signers(verdict.trust_line.encode(), "x"), signers_file="x")
    assert only(made, trust).is_verified


def test_a_mail_address_cannot_write_a_line_of_its_own(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign, email="* cert-authority ssh-ed25519 AAAA")
    assert only(made).trust_line == f'publisher namespaces="git" {ADA.line}'


@pytest.mark.parametrize("annotated", [True, False])
def test_no_signature_is_unsigned(made: MadePublisher, annotated: bool) -> None:
    if annotated:
        made.tag(V1, None)
    else:
        made.publish(V1)
        made.repo.git("tag", V1)
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.UNSIGNED, TreeState.EQUAL, 1)
    assert reason(verdict) is PublisherReason.UNSIGNED
    assert verdict.signed == ("tag" if annotated else "commit")


@pytest.mark.parametrize("annotated", [True, False])
def test_a_signed_commit_does_not_make_a_version_unless_somebody_says_so(made: MadePublisher, annotated: bool) -> None:
    commit = signed_commit(made.repo, ADA.sign)
    if annotated:
        made.tag(V1, None)
    else:
        made.publish(V1)
        made.repo.git("tag", V1)
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.TAG_UNSIGNED, TreeState.EQUAL, 1)
    assert (verdict.signed, verdict.object_name) == ("commit", commit)
    assert reason(verdict) is PublisherReason.TAG_UNSIGNED
    assert verdict.step is not None
    assert verdict.step.says == "the commit is signed by ada@a.example; nobody signed that it is this version"
    unknown = only(made)
    assert (unknown.state, unknown.trust_line) == (PublisherState.TAG_UNSIGNED, "")
    verdict = only(made, changed(signers(ADA), takes_commits=True))
    assert outcome(verdict) == (PublisherState.VERIFIED, TreeState.EQUAL, 0)
    assert [step.check for step in verdict.steps if step.state is CheckState.NOT_CHECKED] == [PublisherCheck.TAG]
    assert only(made, PublisherTrust(takes_commits=True)).state is PublisherState.UNKNOWN


def test_a_wrong_signature_of_a_commit_is_an_alarm_whatever_counts(made: MadePublisher) -> None:
    signed_commit(made.repo, lambda data: ADA.sign(data + b" "))
    made.tag(V1, None)
    assert outcome(only(made, signers(ADA))) == (PublisherState.WRONG, TreeState.NOT_CHECKABLE, 4)


def test_a_signature_of_a_key_that_counts_over_something_else_is_an_alarm(made: MadePublisher) -> None:
    made.tag(V1, lambda data: ADA.sign(data + b" "))
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.WRONG, TreeState.NOT_CHECKABLE, 4)
    assert reason(verdict) is PublisherReason.SIGNATURE_INVALID
    assert verdict.steps[-1].says == "its tree was not packed: it is an alarm already"


def test_what_cannot_be_read_is_no_signature_and_no_alarm(made: MadePublisher) -> None:
    made.tag(V1, lambda _: b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.REFUSED, TreeState.EQUAL, 1)
    assert reason(verdict) is PublisherReason.MALFORMED


def test_an_old_signed_tag_under_a_new_name_is_an_alarm(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign, said="v0.9.0")
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.WRONG, TreeState.NOT_CHECKABLE, 4)
    assert reason(verdict) is PublisherReason.TAG_MISMATCH
    assert verdict.step is not None
    assert (verdict.step.expected, verdict.step.found) == (V1, "v0.9.0")


def test_another_name_that_nobody_signed_is_none_and_no_alarm(made: MadePublisher) -> None:
    made.tag(V1, None, said="v1.0.0-rc1")
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.UNSIGNED, TreeState.EQUAL, 1)
    assert "v1.0.0-rc1" in verdict.steps[0].says


def test_a_tag_that_was_moved_is_an_alarm_whoever_signed_it(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign)
    made.info(V1)
    assert only(made, signers(ADA)).is_verified
    made.repo.commit({"m.go": "package m // changed\n"})
    signed_tag(made.repo, V1, ADA.sign)
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.WRONG, TreeState.NOT_CHECKABLE, 4)
    assert reason(verdict) is PublisherReason.COMMIT_MISMATCH
    assert verdict.step is not None
    assert verdict.step.expected == made.commit


def test_a_tree_that_the_log_does_not_have_is_an_alarm_though_the_signature_holds(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign)
    made.publish("v1.1.0", h1_of("other@v1"))
    signed_tag(made.repo, "v1.1.0", ADA.sign)
    verdict = only(made, signers(ADA), "v1.1.0")
    assert outcome(verdict) == (PublisherState.VERIFIED, TreeState.DIFFERS, 4)
    assert not verdict.is_verified
    assert reason(verdict) is PublisherReason.TREE_DIFFERS


def test_a_version_that_the_log_never_saw_is_not_verified(made: MadePublisher) -> None:
    signed_tag(made.repo, V1, ADA.sign)
    verdict = only(made, signers(ADA))
    assert (verdict.state, verdict.is_verified) == (PublisherState.VERIFIED, False)
    assert verdict.exit_code in (1, 3)
    assert verdict.h1 == h1_of(f"{MODULE}@{V1}")


def test_a_key_whose_time_is_over_is_refused(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign)
    verdict = only(made, signers(ADA, options='valid-before="20200101Z" '))
    assert outcome(verdict) == (PublisherState.REFUSED, TreeState.EQUAL, 1)
    assert reason(verdict) is PublisherReason.KEY_EXPIRED


def test_a_fingerprint_goes_before_a_line_that_is_over_and_that_is_told(made: MadePublisher) -> None:
    made.tag(V1, ADA.sign)
    trust = changed(signers(ADA, options='valid-before="20200101Z" '), fingerprints=(ADA.fingerprint,))
    verdict = only(made, trust)
    assert verdict.is_verified
    (says,) = [step.says for step in verdict.steps if step.check is PublisherCheck.SIGNER]
    assert "though signers:1 does not let it sign: its key counted until" in says


def test_a_signature_for_files_is_none_of_git(made: MadePublisher) -> None:
    made.tag(V1, SshKey(namespace="file").sign)
    verdict = only(made, signers(ADA))
    assert (verdict.state, reason(verdict)) == (PublisherState.REFUSED, PublisherReason.WRONG_USE)


@pytest.mark.parametrize(
    ("signature", "kind", "why"),
    [
        (b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n", SignatureKind.OPENPGP, "no-tool"),
    ],
)
def test_without_gpgv_openpgp_is_not_checkable(
    made: MadePublisher, signature: bytes, kind: SignatureKind, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from supplymatrix.engine import publisher_signature

    monkeypatch.setattr(publisher_signature, "check_openpgp", lambda *_: None)
    made.tag(V1, lambda _: signature)
    verdict = only(made, signers(ADA))
    assert outcome(verdict) == (PublisherState.NOT_CHECKABLE, TreeState.EQUAL, 3)
    assert (verdict.signature_kind, reason(verdict)) == (kind, PublisherReason(why))


@pytest.mark.skipif(
    shutil.which("gpg") is None or shutil.which("gpgv") is None, reason="GnuPG is not installed"
)  # fmt: skip
def test_an_openpgp_key_counts_by_keyring_and_fingerprint(made: MadePublisher, tmp_path: Path) -> None:
    gnupg = Gnupg(tmp_path)
    try:
        gnupg.key("ada")
        gnupg.key("bob")
        made.tag(V1, lambda data: gnupg.run("--armor", "--detach-sign", "-u", "ada@a.example", sent=data))
        both, others = gnupg.run("--export"), gnupg.run("--export", "bob@a.example")
    finally:
        gnupg.end()
    unknown = only(made)
    assert outcome(unknown) == (PublisherState.UNKNOWN, TreeState.EQUAL, 1)
    assert unknown.signer is not None
    key = unknown.signer.key
    assert unknown.trust_line.endswith(f"--fingerprint {key}")
    verified = only(made, PublisherTrust(keyring=both, keyring_file="ring", fingerprints=(key,)))
    assert verified.is_verified
    assert verified.signer is not None
    assert verified.signer.names == ("ada <ada@a.example>",)
    assert only(made, PublisherTrust(keyring=both, keyring_file="ring")).is_verified
    another = only(made, PublisherTrust(keyring=both, keyring_file="ring", fingerprints=("1F" * 20,)))
    assert (another.state, reason(another)) == (PublisherState.UNKNOWN, PublisherReason.UNKNOWN_KEY)
    assert only(made, PublisherTrust(keyring=others, keyring_file="ring")).state is PublisherState.UNKNOWN


class TestGitsign:
    made_sigstore = MadeSigstore()

    def trust(self, folder: Path, identity: str = GITHUB_IDENTITY) -> PublisherTrust:
        root = folder / "root.json"
        root.write_bytes(self.made_sigstore.trusted_root())
        wish = (IdentityWish(identity=identity, issuer=GITHUB_ISSUER),) if identity else ()
        return PublisherTrust(identities=wish, trusted_root=root)

    def test_an_identity_that_counts_is_verified(self, made: MadePublisher, tmp_path: Path) -> None:
        made.tag(V1, GitsignKey(self.made_sigstore).sign)
        verdict = only(made, self.trust(tmp_path))
        assert outcome(verdict) == (PublisherState.VERIFIED, TreeState.EQUAL, 0)
        assert verdict.signer is not None
        assert (verdict.signer.names, verdict.signer.issuer) == ((GITHUB_IDENTITY,), GITHUB_ISSUER)

    def test_one_that_nobody_named_is_unknown_and_told(self, made: MadePublisher, tmp_path: Path) -> None:
        made.tag(V1, GitsignKey(self.made_sigstore).sign)
        verdict = only(made, self.trust(tmp_path, ""))
        assert outcome(verdict) == (PublisherState.UNKNOWN, TreeState.EQUAL, 1)
        assert verdict.trust_line == f"--identity {GITHUB_IDENTITY} --issuer {GITHUB_ISSUER}"

    def test_another_one_is_refused(self, made: MadePublisher, tmp_path: Path) -> None:
        made.tag(V1, GitsignKey(self.made_sigstore).sign)
        verdict = only(made, self.trust(tmp_path, "eve@evil.example"))
        assert (verdict.state, verdict.exit_code) == (PublisherState.REFUSED, 1)
        assert reason(verdict) is PublisherReason.IDENTITY_MISMATCH

    def test_without_its_entry_it_is_not_checkable_offline(self, made: MadePublisher, tmp_path: Path) -> None:
        made.tag(V1, GitsignKey(self.made_sigstore, is_offline=False).sign)
        verdict = only(made, self.trust(tmp_path))
        assert (verdict.state, verdict.exit_code) == (PublisherState.NOT_CHECKABLE, 3)
        assert reason(verdict) is PublisherReason.NOT_OFFLINE
        assert verdict.signer is None

    def test_a_wrong_promise_is_an_alarm_and_a_foreign_root_is_not(self, made: MadePublisher, tmp_path: Path) -> None:
        made.tag(V1, GitsignKey(self.made_sigstore, how={"faults": {Fault.WRONG_PROMISE}}).sign)
        assert only(made, self.trust(tmp_path)).exit_code == 4
        made.tag("v1.1.0", GitsignKey(MadeSigstore(name="other.example")).sign)
        verdict = only(made, self.trust(tmp_path), "v1.1.0")
        assert (verdict.state, verdict.exit_code) == (PublisherState.REFUSED, 1)
        assert verdict.signer is None


def test_a_module_in_a_folder_is_found_by_its_path(made: MadePublisher) -> None:
    files = {"go.mod": f"module {MODULE}/a/b\n", "b.go": "package b\n"}
    made.repo.commit({f"a/b/{name}": text for name, text in files.items()})
    made.publish(V1, h1_of(f"{MODULE}/a/b@{V1}", files), module=f"{MODULE}/a/b")
    signed_tag(made.repo, V1, ADA.sign, said="wrong")
    signed_tag(made.repo, f"a/b/{V1}", ADA.sign)
    (verdict,) = made.verify(V1, signers(ADA), module=f"{MODULE}/a/b").verdicts
    assert verdict.is_verified
    assert verdict.origin is not None
    assert (verdict.origin.subdir, verdict.origin.reference) == ("a/b", f"refs/tags/a/b/{V1}")


def test_a_pseudo_version_is_its_commit(made: MadePublisher) -> None:
    commit = signed_commit(made.repo, ADA.sign)
    version = f"v0.0.0-20260102030405-{commit[:12]}"
    made.publish(version)
    verdict = only(made, signers(ADA), version)
    assert verdict.is_verified
    assert (verdict.signed, verdict.commit) == ("commit", commit)
    made.info(version, Ref="", Hash="1f" * 20)
    assert only(made, signers(ADA), version).exit_code == 3


class TestNotHad:
    def test_no_tag_of_the_version(self, made: MadePublisher) -> None:
        made.publish(V1)
        verdict = only(made, signers(ADA))
        assert outcome(verdict) == (PublisherState.NOT_CHECKABLE, TreeState.NOT_CHECKABLE, 3)
        assert reason(verdict) is PublisherReason.NO_TAG

    def test_nobody_says_where_it_is(self, made: MadePublisher) -> None:
        made.tag(V1, ADA.sign)
        verdict = only(made, signers(ADA), repository="")
        assert (verdict.exit_code, reason(verdict)) == (3, PublisherReason.NO_ORIGIN)
        assert verdict.step is not None
        assert "--repository" in verdict.step.remedy

    def test_a_version_that_is_not_published_is_told_so_where_its_origin_is_missing(self, made: MadePublisher) -> None:
        verdict = only(made, signers(ADA), version="v9.9.9", repository="")
        assert reason(verdict) is PublisherReason.NO_ORIGIN
        assert verdict.step is not None
        assert "look whether it is published, or private" in verdict.step.remedy
        made.publish("v9.9.9")
        known = only(made, signers(ADA), version="v9.9.9", repository="").step
        assert known is not None
        assert "private" not in known.remedy

    def test_offline_a_server_is_not_asked(self, made: MadePublisher) -> None:
        made.tag(V1, ADA.sign)
        made.info(V1)
        verdict = only(made, signers(ADA), repository="")
        assert (verdict.exit_code, reason(verdict)) == (3, PublisherReason.UNREACHABLE)

    @pytest.mark.parametrize(
        ("origin", "code"),
        [
            ({"VCS": "hg"}, PublisherReason.OTHER_VCS),
            ({"URL": "http://pub.example/org/m"}, PublisherReason.NOT_ALLOWED),
            ({"URL": "git://pub.example/org/m"}, PublisherReason.NOT_ALLOWED),
            ({"URL": "ssh://pub.example/org/m"}, PublisherReason.NOT_ALLOWED),
            ({"URL": "file:///etc"}, PublisherReason.NO_ORIGIN),
            ({"URL": "svn://pub.example/org/m"}, PublisherReason.NOT_ALLOWED),
            ({"URL": "git+ssh://pub.example/org/m"}, PublisherReason.NOT_ALLOWED),
            ({"URL": "ssh+ssh://pub.example/org/m"}, PublisherReason.NO_ORIGIN),
            ({"URL": f"https://pub.example/{'a' * 480}"}, PublisherReason.NO_ORIGIN),
            ({"URL": "ext::sh -c x"}, PublisherReason.NO_ORIGIN),
            ({"URL": "https://u:p@pub.example/m"}, PublisherReason.NO_ORIGIN),
            ({"Subdir": "../.."}, PublisherReason.NO_ORIGIN),
        ],
    )
    def test_an_origin_that_may_not_be_asked(
        self, made: MadePublisher, origin: dict[str, str], code: PublisherReason
    ) -> None:
        made.tag(V1, ADA.sign)
        made.info(V1, **origin)
        verdict = only(made, signers(ADA), repository="")
        assert (verdict.state, reason(verdict)) == (PublisherState.NOT_CHECKABLE, code)

    def test_an_odd_origin_says_nothing_of_other_modules(self, made: MadePublisher) -> None:
        made.tag(V1, ADA.sign)
        made.info(V1, URL="svn://pub.example/org/m")
        made.info(V1, module="other.example/m", URL=f"https://{'a' * 400}")
        write_project(made.project, made.log, "", [])
        modules = (ModuleVersion(path=MODULE, version=V1), ModuleVersion(path="other.example/m", version=V1))
        means = Means(environ=made.machine.environ, now=NOW, offline=True)
        request = PublisherRequest(modules=modules, means=means)
        first, second = judge_publishers(request, {}, [])
        assert (reason(first), reason(second)) == (PublisherReason.NOT_ALLOWED, PublisherReason.UNREACHABLE)

    def test_a_server_that_says_nothing_is_asked_twice_at_most(
        self, made: MadePublisher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(git_tags, "_ASK_SECONDS", 0.2)
        made.machine.settings["GOINSECURE"] = "pub.example"
        paths = [f"{MODULE}{number}" for number in range(5)]
        with LogServer({}) as server:
            server.always(Reply(mode="stall"))
            for path in paths:
                made.info(V1, module=path, URL=f"{server.url}/{path}")
            modules = tuple(ModuleVersion(path=path, version=V1) for path in paths)
            means = Means(environ=made.machine.environ, now=NOW, jobs=1)
            verdicts = judge_publishers(PublisherRequest(modules=modules, means=means), {}, [])
        assert {reason(verdict) for verdict in verdicts} == {PublisherReason.UNREACHABLE}
        told = [verdict.steps[0].says for verdict in verdicts]
        assert ["is not asked again" in says for says in told] == [False, False, True, True, True]
        assert len(server.paths) == 2

    def test_the_time_for_all_is_over(self, made: MadePublisher) -> None:
        modules = (ModuleVersion(path=MODULE, version=V1),)
        means = Means(environ=made.machine.environ, now=NOW)
        request = PublisherRequest(modules=modules, means=means, repository=str(made.repo.folder), seconds=0.0)
        (verdict,) = judge_publishers(request, {}, [])
        assert (verdict.exit_code, reason(verdict)) == (3, PublisherReason.UNREACHABLE)
        assert "not looked at" in verdict.steps[0].says

    def test_a_disk_without_room_is_told(self, made: MadePublisher, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(**_: object) -> None:
            raise OSError(28, "No space left on device")

        made.tag(V1, ADA.sign)
        monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
        verdict = only(made)
        assert (verdict.exit_code, "No space left" in verdict.steps[0].says) == (3, True)

    def test_govcs_is_heeded(self, made: MadePublisher) -> None:
        made.tag(V1, ADA.sign)
        made.info(V1)
        made.machine.settings["GOVCS"] = "pub.example:off"
        assert reason(only(made, repository="")) is PublisherReason.NOT_ALLOWED

    def test_the_log_does_not_answer(self, made: MadePublisher, tmp_path: Path) -> None:
        signed_tag(made.repo, V1, ADA.sign)
        empty = tmp_path / "empty"
        (empty / "http").mkdir(parents=True)
        (verdict,) = made.verify(V1, signers(ADA), replay=empty).verdicts
        assert outcome(verdict) == (PublisherState.VERIFIED, TreeState.NOT_CHECKABLE, 3)
        assert not verdict.is_verified


def test_the_proxy_says_where_it_is_and_git_asks_there(made: MadePublisher, tmp_path: Path) -> None:
    made.tag(V1, ADA.sign)
    proxy = tmp_path / "proxy" / MODULE / "@v"
    proxy.mkdir(parents=True)
    with GitServer(tmp_path) as server, LogServer(made.log.answers()) as log:
        origin = {"VCS": "git", "URL": f"{server.url}/repo.git", "Ref": f"refs/tags/{V1}", "Hash": made.commit}
        (proxy / f"{V1}.info").write_text(json.dumps({"Version": V1, "Time": "2026-01-02T03:04:05Z", "Origin": origin}))
        write_project(made.project, made.log, log.url, [])
        settings = {"GOPROXY": f"file://{tmp_path}/proxy", "GOINSECURE": "pub.example", "PATH": os.environ["PATH"]}
        means = Means(environ=made.machine.environ | settings, now=NOW)
        modules = (ModuleVersion(path=MODULE, version=V1), ModuleVersion(path=MODULE, version="v9.0.0"))
        request = PublisherRequest(modules=modules, means=means, trust=signers(ADA), project=made.project)
        run = verify_publishers(request)
    first, second = run.verdicts
    assert first.is_verified
    assert first.origin is not None
    assert (first.origin.source, first.origin.commit) == (OriginSource.PROXY, made.commit)
    assert [step.check for step in first.steps if step.state is CheckState.VERIFIED][:2] == [
        PublisherCheck.TAG, PublisherCheck.COMMIT,
    ]  # fmt: skip
    assert (second.exit_code, run.exit_code) == (3, 3)
    assert server.asked


def test_a_private_name_goes_to_no_proxy(made: MadePublisher, tmp_path: Path) -> None:
    made.tag(V1, ADA.sign)
    with LogServer({}) as proxy:
        settings = {"GOPROXY": proxy.url, "GOPRIVATE": "pub.example"}
        write_project(made.project, made.log, proxy.url, [])
        means = Means(environ=made.machine.environ | settings, now=NOW)
        request = PublisherRequest(
            modules=(ModuleVersion(path=MODULE, version=V1),), means=means, trust=signers(ADA), project=made.project,
            repository=str(made.repo.folder),
        )  # fmt: skip
        (verdict,) = verify_publishers(request).verdicts
    assert not any("pub.example" in path for path in proxy.paths)
    assert outcome(verdict) == (PublisherState.VERIFIED, TreeState.NOT_CHECKABLE, 3)


def test_no_module_is_nothing_to_check(made: MadePublisher) -> None:
    request = PublisherRequest(modules=(), means=Means(environ={}, now=NOW))
    assert verify_publishers(request).exit_code == 5


@pytest.mark.network
def test_a_real_signed_tag_is_what_the_real_log_has(tmp_path: Path, machine: Machine) -> None:
    settings = {"GOPROXY": "direct", "PATH": os.environ["PATH"]}
    request = PublisherRequest(
        modules=(ModuleVersion(path="github.com/cyphar/filepath-securejoin", version="v0.6.0"),),
        means=Means(environ=machine.environ | settings, now=datetime.now(UTC)),
        project=tmp_path,
    )
    (verdict,) = verify_publishers(request).verdicts
    if reason(verdict) is PublisherReason.UNREACHABLE:
        pytest.skip("its repository cannot be reached from here")
    assert outcome(verdict) == (PublisherState.UNKNOWN, TreeState.EQUAL, 1)
    assert verdict.signer is not None
    assert verdict.signer.key == "B64E4955B29FA3D463F2A9062897FAD2B7E9446F"
