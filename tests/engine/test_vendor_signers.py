"""Is it really this vendor's? Each shipped profile's certificate signer, made under a CA of the test's own; and what
is refused, not verified, or missing."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.bundle import parse_bundle
from supplymatrix.attest.native import verify_native
from supplymatrix.attest.trusted_root import parse_trusted_root
from supplymatrix.attest.wanted import Artifact, EngineChoice, Wanted
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_signers import FileSigners, NamedSigner, signers_in
from supplymatrix.engine.policy_signers import wanted_of as policy_wanted
from supplymatrix.engine.vendor_keys import KEPT_KEYS, VendorKeys
from supplymatrix.engine.vendor_profiles import load_profiles
from supplymatrix.engine.vendor_request import VendorWords, with_vendor
from supplymatrix.engine.vendor_signers import SignerBook, answer_of, signers_of, vendors_of_image
from supplymatrix.engine.verify_signatures import (
    DigestTarget,
    FileTarget,
    ImageTarget,
    SignatureRequest,
    SignatureRun,
    SignatureTarget,
    verify_signatures,
)
from supplymatrix.errors import InputError
from supplymatrix.model.signature import (
    ArtifactKind,
    Reason,
    SignatureState,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
    Signer,
)
from supplymatrix.model.value import changed
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.model.vendor_signer import SignerMechanism, VendorSigner
from supplymatrix.vendors.signer_match import with_variables
from tests.support.data import REPO
from tests.support.made_oci import MadeOci
from tests.support.made_profile import made_profile
from tests.support.made_sigstore import AT, SIGN_PREDICATE, MadeSigstore, statement
from tests.support.registry_server import RegistryServer

MADE = MadeSigstore()
ROOT = parse_trusted_root(MADE.trusted_root(), "root.json")
NOW = AT + timedelta(days=30)
MEANS = Means(environ={}, now=NOW, jobs=2)
OFFLINE = Means(environ={}, now=NOW, offline=True, jobs=2)
LOADED = load_profiles()
VARIABLES = {
    "org": "corp",
    "image_syncer": "720909c9f5279097d847ad02a2f24ba8f59de36a/a1b2",
    "custom_image_builder": "c/d",
}
"""A value for each variable of a shipped profile."""
DIGEST = "sha256:" + hashlib.sha256(b"an image").hexdigest()
KEYLESS = [
    (profile, row) for profile in LOADED.profiles for row in profile.signers if row.mechanism is SignerMechanism.KEYLESS
]
EACH = pytest.mark.parametrize(("profile", "row"), KEYLESS, ids=[f"{one.id}/{row.id}" for one, row in KEYLESS])
_MAIL = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+").fullmatch
"""What a certificate can have as an address of mail; other texts are put into it as an URI."""
BOOK = SignerBook(today=NOW.date())


def variables_of(profile: VendorProfile) -> dict[str, str]:
    names = {variable.name for row in profile.signers for variable in row.variables}
    return {name: text for name, text in VARIABLES.items() if name in names}


def name_of(row: VendorSigner) -> str:
    """Return the name of an image that a row is about."""
    return re.sub(r"\{org\}", VARIABLES["org"], row.match[0]).replace("*", "go")


def wanted_of(profile: VendorProfile, row: VendorSigner) -> Wanted:
    return BOOK.signers(profile.id, variables_of(profile), name_of(row), ArtifactKind.IMAGE).wanted


def judged(
    wanted: Wanted, identity: str, issuer: str, *, digest: str = DIGEST, is_old: bool = False
) -> SignatureVerdict:
    """Return the verdict on an image that somebody signed."""
    who: dict[str, Any] = {"identity": identity, "issuer": issuer, "identity_kind": "" if _MAIL(identity) else "uri"}
    if is_old:
        signed = MADE.simple_signing(digest, **who)
        bundle, message = parse_bundle(signed.bundle(), "x"), signed.message
        artifact = Artifact(name="x", digests=(("sha256", hashlib.sha256(message).hexdigest()),), data=message)
    else:
        bundle = parse_bundle(MADE.keyless_dsse(statement({"": digest[7:]}, SIGN_PREDICATE), **who), "x")
        artifact = Artifact(name="x", digests=(("sha256", DIGEST[7:]),))
    return verify_native(bundle, artifact, wanted, ROOT, NOW)


@EACH
def test_what_a_vendor_signs_is_accepted(profile: VendorProfile, row: VendorSigner) -> None:
    own = with_variables(row, VARIABLES)
    wanted = wanted_of(profile, row)
    for is_old in (False, True):
        verdict = judged(wanted, own.identity, own.issuer, is_old=is_old)
        assert verdict.state is SignatureState.VALID, verdict.steps


@EACH
def test_what_another_image_is_signed_with_is_refused(profile: VendorProfile, row: VendorSigner) -> None:
    own = with_variables(row, VARIABLES)
    other = judged(wanted_of(profile, row), own.identity, own.issuer, digest="sha256:" + "0" * 64)
    assert other.reason is Reason.DIGEST_MISMATCH


def tricks(identity: str) -> list[str]:
    """Return identities that are not this one and look like it."""
    parts = identity.split("/")
    found = [
        f"{identity}x", f"x{identity}", f"{identity}/", f"{identity} ", f"https://evil.example/{identity}",
        identity[:-1], identity.swapcase(), f"{identity}\n", f"{identity}@refs/heads/main",
        identity.replace(".", "x", 1),
    ]  # fmt: skip
    if identity.startswith("https://github.com/"):
        parts[3] = "evil"
        found += [
            "/".join(parts), identity.replace("refs/heads/main", "refs/heads/evil"),
            identity.replace("refs/heads/main", "refs/pull/1/merge"), identity.replace("release.yaml", "pr.yaml"),
            identity.replace("github.com/", "github.com.evil.example/"),
        ]  # fmt: skip
    if "@" in identity and "://" not in identity:
        user, _, host = identity.partition("@")
        found += [f"{user}@evil.{host}", f"{user}@{host}.evil.example", f"evil-{user}@{host}"]
    return [text for text in dict.fromkeys(found) if text != identity]


@EACH
def test_what_looks_like_a_vendor_is_refused(profile: VendorProfile, row: VendorSigner) -> None:
    own, wanted = with_variables(row, VARIABLES), wanted_of(profile, row)
    for trick in tricks(own.identity):
        verdict = judged(wanted, trick, own.issuer)
        assert verdict.state is SignatureState.REFUSED, trick
        assert verdict.reason in (Reason.IDENTITY_MISMATCH, Reason.CERTIFICATE_INVALID), trick
    for issuer in (f"{own.issuer}/", f"{own.issuer}.evil.example", "https://issuer.evil.example", f"{own.issuer}x"):
        verdict = judged(wanted, own.identity, issuer)
        assert (verdict.state, verdict.reason) == (SignatureState.REFUSED, Reason.ISSUER_MISMATCH), issuer


@EACH
def test_another_vendor_is_no_such_vendor(profile: VendorProfile, row: VendorSigner) -> None:
    wanted = wanted_of(profile, row)
    for other, theirs in KEYLESS:
        filled = with_variables(theirs, VARIABLES)
        verdict = judged(wanted, filled.identity, filled.issuer)
        is_own = any((one.identity, one.issuer) == (filled.identity, filled.issuer) for one in wanted.identities)
        assert (verdict.state is SignatureState.VALID) is is_own
        assert is_own is (other.id == profile.id and theirs.match == row.match)


@given(st.sampled_from(range(len(KEYLESS))), st.integers(0, 400), st.sampled_from("axA0./-@ :"))
def test_one_letter_of_an_identity_is_enough_to_be_somebody_else(number: int, at: int, letter: str) -> None:
    profile, row = KEYLESS[number]
    own = with_variables(row, VARIABLES)
    where = at % len(own.identity)
    if own.identity[where] == letter:
        return
    other = own.identity[:where] + letter + own.identity[where + 1 :]
    verdict = judged(wanted_of(profile, row), other, own.issuer)
    assert verdict.state is SignatureState.REFUSED


# ---- what is missing, not known, not verified


def told(vendor: str, target: str = "", kind: ArtifactKind = ArtifactKind.IMAGE, **variables: str) -> list[str]:
    """Return the reasons of the gaps."""
    found = signers_of(vendor, variables, target, kind)
    assert not (found.wanted.identities or found.wanted.keys) or not found.gaps
    return [gap.reason for gap in found.gaps]


def test_variables_that_are_missing_are_listed_with_where_to_read_them() -> None:
    with pytest.raises(InputError) as caught:
        signers_of("chainguard", {}, "cgr.dev/corp/go")
    faults = caught.value.diagnostics
    assert ["image_syncer" in fault.message for fault in faults] == [True, False]
    assert all("chainctl" in fault.remedy and "--var " in fault.expected for fault in faults)
    one = signers_of("chainguard", {"image_syncer": "a/b"}, "cgr.dev/corp/go")
    assert [wish.identity for wish in one.wanted.identities] == ["https://issuer.enforce.dev/a/b"]
    assert any("custom_image_builder is not set" in note for note in one.notes)


def test_a_name_of_another_organisation_is_told() -> None:
    found = signers_of("chainguard", VARIABLES, "cgr.dev/other/go")
    assert any("is no name of Chainguard" in note and "cgr.dev/{org}/*" in note for note in found.notes)
    for target in ("cgr.dev/corp/go", "./layout", ""):
        assert not any("is no name" in note for note in signers_of("chainguard", VARIABLES, target).notes)


@pytest.mark.parametrize(
    ("vendor", "variables", "message"),
    [
        ("chaingard", {}, "no profile of this vendor"),
        ("../chainguard", {}, "no profile of this vendor"),
        ("", {}, "no profile of this vendor"),
        ("chainguard", {"image_sincer": "x"}, "has no variable 'image_sincer'"),
        ("minimus", {"org": "x"}, "has no variable 'org'"),
        ("chainguard", {"image_syncer": "a b"}, "no value of the variable"),
        ("chainguard", {"image_syncer": ""}, "no value of the variable"),
    ],
)
def test_words_that_cannot_be_used_are_told(vendor: str, variables: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        signers_of(vendor, variables, "cgr.dev/corp/go")
    assert message in caught.value.diagnostics[0].message


@pytest.mark.parametrize(
    ("vendor", "target", "kind", "reason"),
    [
        ("microsoft", "mcr.microsoft.com/azurelinux/base/core", ArtifactKind.IMAGE, "notation: mechanism known"),
        ("redhat", "registry.access.redhat.com/ubi9/go-toolset", ArtifactKind.IMAGE, "openpgp: mechanism known"),
        ("chainguard", "go-1.27.apk", ArtifactKind.FILE, "apk-rsa: mechanism known"),
        ("canonical", "go.snap", ArtifactKind.FILE, "snap-assertion: mechanism known"),
        ("canonical", "golang.deb", ArtifactKind.FILE, "openpgp: mechanism known"),
        ("redhat", "golang.rpm", ArtifactKind.FILE, "openpgp: mechanism known"),
        ("go-project", DIGEST, ArtifactKind.DIGEST, "only the digest is at hand"),
        ("microsoft", "go1.27.4.tar.gz", ArtifactKind.FILE, "names no fingerprint"),
        ("google-assured-oss", "a.jar", ArtifactKind.FILE, "x509: mechanism known"),
        ("canonical", "ubuntu", ArtifactKind.IMAGE, "no word on whether it is signed"),
        ("aws", "public.ecr.aws/amazonlinux/amazonlinux", ArtifactKind.IMAGE, "no word on whether it is signed"),
        ("bitnami", "bitnami/golang", ArtifactKind.IMAGE, "no word on whether it is signed"),
        ("suse", "registry.suse.com/bci/golang", ArtifactKind.IMAGE, "pins no hash"),
        ("docker", "dhi.io/golang", ArtifactKind.IMAGE, "not at hand"),
        ("tidelift", "a.zip", ArtifactKind.FILE, "says nothing of files"),
        ("geomys", "r.example/x", ArtifactKind.IMAGE, "says nothing of images"),
        ("minimus", "a.zip", ArtifactKind.FILE, "says nothing of files"),
    ],
)
def test_what_is_not_known_or_not_verified_is_a_gap_and_names_nobody(
    vendor: str, target: str, kind: ArtifactKind, reason: str
) -> None:
    assert any(reason in text for text in told(vendor, target, kind)), told(vendor, target, kind)


@pytest.mark.parametrize("vendor", [profile.id for profile in LOADED.profiles])
def test_every_vendor_is_asked_for_and_nobody_is_taken_for_another(vendor: str) -> None:
    for kind in ArtifactKind:
        found = signers_of(vendor, {}, "", kind)
        who = bool(found.wanted.identities or found.wanted.keys or found.fingerprints)
        assert who or found.gaps


@pytest.mark.parametrize(
    ("name", "vendors"),
    [
        ("cgr.dev/chainguard/static:latest", ("chainguard",)),
        ("cgr.dev/corp/go@sha256:" + "0" * 64, ("chainguard",)),
        ("gcr.io/distroless/static-debian13", ("google-distroless",)),
        ("reg.mini.dev/go", ("minimus",)),
        ("docker.io/dhi/golang", ("docker",)),
        ("dhi/golang", ("docker",)),
        ("ubuntu", ()),
        ("registry.corp.example/chainguard/go", ()),
        ("cgr.dev.evil.example/chainguard/go", ()),
        ("./layout", ()),
        ("No Name", ()),
    ],
)
def test_a_base_image_leads_to_the_vendor_who_signs_it(name: str, vendors: tuple[str, ...]) -> None:
    assert vendors_of_image(name) == vendors


# ---- keys


PEM = MADE.key().pem.encode()
PINNED = {
    "mechanism": '"sigstore-key"', "key_url": '"https://acme.example/key.pub"', "log": '"optional"',
    "key_sha256": f'"{hashlib.sha256(PEM).hexdigest()}"',
}  # fmt: skip


def test_a_key_counts_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    folder = made_profile(tmp_path / "profiles", **PINNED)
    (tmp_path / "key.pub").write_bytes(PEM)
    (tmp_path / "other.pub").write_text(MADE.key("P-384").pem)

    def ask(*files: str) -> Wanted:
        keys = VendorKeys([tmp_path / name for name in files])
        return signers_of("acme", {}, "registry.acme.example/app", folders=(folder,), keys=keys).wanted

    found = ask("key.pub")
    assert [key.name for key in found.keys] == ["ECDSA P-256"]
    assert found.log_is_optional
    assert ask().keys == ()
    with pytest.raises(InputError) as caught:
        ask("other.pub")
    fault = caught.value.diagnostics[0]
    assert (fault.message, fault.expected) == (
        "this is not the key of Acme", f"sha256:{hashlib.sha256(PEM).hexdigest()}",
    )  # fmt: skip


def test_a_key_that_was_kept_counts_only_while_it_has_its_hash(tmp_path: Path) -> None:
    folder = made_profile(tmp_path / "profiles", **PINNED)
    kept = tmp_path / "cache" / KEPT_KEYS / hashlib.sha256(PEM).hexdigest()
    kept.parent.mkdir(parents=True)
    means = Means(environ={}, now=NOW, offline=True, cache_dir=tmp_path / "cache")

    def ask() -> Wanted:
        keys = VendorKeys((), means, may_fetch=True)
        return signers_of("acme", {}, "registry.acme.example/app", folders=(folder,), keys=keys).wanted

    kept.write_bytes(PEM)
    assert len(ask().keys) == 1
    kept.write_text(MADE.key("P-384").pem)
    assert ask().keys == ()


def test_a_key_is_fetched_when_asked_for_hashed_and_kept(tmp_path: Path) -> None:
    with RegistryServer() as server:
        digest = server.add_blob("keys", PEM)
        url = f'"http://{server.host}/v2/keys/blobs/{digest}"'
        other = server.add_blob("keys", MADE.key("P-384").pem.encode())
        means = Means(environ={}, now=NOW, cache_dir=tmp_path / "cache")

        def ask(folder: Path, *, may_fetch: bool = True) -> tuple[int, list[str]]:
            keys = VendorKeys((), means, may_fetch=may_fetch)
            found = signers_of("acme", {}, "registry.acme.example/app", folders=(folder,), keys=keys)
            return len(found.wanted.keys), [gap.reason for gap in found.gaps]

        folder = made_profile(tmp_path / "one", **{**PINNED, "key_url": url})
        assert ask(folder, may_fetch=False) == (0, ["it is not at hand; no file was named"])
        assert not server.asked("blobs")
        wrong = made_profile(tmp_path / "two", **{**PINNED, "key_url": f'"http://{server.host}/v2/keys/blobs/{other}"'})
        count, (reason,) = ask(wrong)
        assert count == 0
        assert "other bytes than were pinned" in reason
        assert ask(folder) == (1, [])
        asked = len(server.asked("blobs"))
        assert ask(folder) == (1, [])
        assert len(server.asked("blobs")) == asked


SECOND = """
[[signer]]
id = "two"
name = "its other images"
artifact = "image"
match = ["registry.acme.example/*"]
mechanism = "sigstore-key"
key_url = "https://acme.example/other.pub"
key_sha256 = "%s"
log = "optional"
evidence = ["page"]
"""


def two_keys(folder: Path) -> Path:
    """Write a profile with two keys, and the first of them."""
    made_profile(folder, **PINNED)
    with (folder / "acme.toml").open("a") as file:
        file.write(SECOND % hashlib.sha256(MADE.key(name="second").pem.encode()).hexdigest())
    (folder / "key.pub").write_bytes(PEM)
    return folder


@pytest.mark.parametrize("log", ["v1", "v2", ""])
def test_what_the_key_that_is_not_at_hand_may_have_made_is_not_decided(tmp_path: Path, root: Path, log: str) -> None:
    folder = two_keys(tmp_path / "own")
    words = VendorWords(vendor="acme", folders=(folder,), key_files=(folder / "key.pub",))
    states = {}
    for name in ("signer", "second", "third"):
        store = MadeOci(has_api=False)
        image = store.image(name, tag="v1")
        payload = statement({"": image[7:]}, SIGN_PREDICATE)
        store.bundle(image, MADE.keyed_dsse(payload, key_name=name, log=log))
        target = ImageTarget(reference=store.write(tmp_path / name).as_posix())
        found = run(target, vendor="acme", root=root, words=words)
        states[name] = found.artifacts[0].state, found.exit_code, bool(found.artifacts[0].gaps)
        if name == "signer":
            assert found.artifacts[0].vendor_answer.startswith("yes, Acme signed it: its images, sigstore-key; ")
        else:
            assert "not at hand" in found.artifacts[0].vendor_answer
    assert states == {
        "signer": (SignedAs.SIGNED, 0, False), "second": (SignedAs.UNDECIDED, 3, True),
        "third": (SignedAs.UNDECIDED, 3, True),
    }  # fmt: skip
    both = VendorWords(vendor="acme", folders=(folder,), key_files=(folder / "key.pub", folder / "two.pub"))
    (folder / "two.pub").write_text(MADE.key(name="second").pem)
    found = run(ImageTarget(reference=(tmp_path / "third").as_posix()), vendor="acme", root=root, words=both)
    assert found.artifacts[0].state is SignedAs.ALARM


@pytest.mark.parametrize("more", [{"key_files": True}, {"may_fetch": True}])
def test_a_key_for_a_vendor_who_signs_by_none_is_refused(tmp_path: Path, more: dict[str, bool]) -> None:
    (tmp_path / "key.pub").write_bytes(PEM)
    keys = VendorKeys([tmp_path / "key.pub"] if "key_files" in more else [], OFFLINE, may_fetch="may_fetch" in more)
    for vendor in ("chainguard", "go-project"):
        with pytest.raises(InputError) as caught:
            signers_of(vendor, {}, "cgr.dev/chainguard/go", keys=keys)
        option = "--key-file" if "key_files" in more else "--fetch-key"
        assert f"{option} would ask for nothing" in caught.value.diagnostics[0].message
    assert signers_of("suse", {}, "registry.suse.com/bci/golang", keys=keys).gaps


def test_a_profile_in_the_place_of_another_is_told(tmp_path: Path) -> None:
    builtin = signers_of("chainguard", {}, "cgr.dev/chainguard/go")
    assert not any("takes the place" in note for note in builtin.notes)
    text = (REPO / "vendor_profiles" / "chainguard.toml").read_text("utf-8")
    files = [tmp_path / name / "chainguard.toml" for name in ("one", "two")]
    for file in files:
        file.parent.mkdir()
        file.write_text(text)
    found = signers_of("chainguard", {}, "cgr.dev/chainguard/go", folders=[file.parent for file in files])
    assert f"{files[1]} takes the place of the built-in profile of chainguard" in found.notes
    assert f"{files[1]} takes the place of your own profile {files[0]} of chainguard" in found.notes
    assert found.source == f"{builtin.source}, by your own profile {files[1]}"
    new = signers_of("acme", {}, folders=[made_profile(tmp_path / "new", **PINNED)])
    assert not any("takes the place" in note for note in new.notes)
    assert new.source.endswith("acme.toml")


def test_a_policy_is_told_that_it_does_not_verify_openpgp() -> None:
    found = signers_in(signers_of("go-project", {}, "go1.26.tar.gz", ArtifactKind.FILE))
    assert [gap.reason for gap in found.gaps] == ["OpenPGP signatures are not verified by a policy"]
    assert "verify blob FILE --vendor go-project --keyring" in found.gaps[0].remedy
    assert signers_in(signers_of("minimus", {}, "reg.mini.dev/go")).gaps == ()


def test_a_policy_takes_no_key_for_a_vendor_who_signs_with_certificates() -> None:
    keyless, keyed = signers_in(signers_of("minimus", {}, "reg.mini.dev/go")), NamedSigner(wishes=(), keys=())
    assert policy_wanted((FileSigners(signers=(keyless,)),)).only_certificates
    assert not policy_wanted((FileSigners(signers=(keyless, keyed)),)).only_certificates
    assert not policy_wanted(()).only_certificates


# ---- whole runs


def run(
    *targets: SignatureTarget, vendor: str, root: Path, means: Means = OFFLINE, words: VendorWords | None = None,
    **more: object,
) -> SignatureRun:  # fmt: skip
    request = SignatureRequest(
        targets=targets, wanted=Wanted(), means=means, trusted_root=root, engine=EngineChoice.NATIVE,
    )  # fmt: skip
    request = with_vendor(request, words or VendorWords(vendor=vendor))
    return verify_signatures(changed(request, **more))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "root.json"
    path.write_bytes(MADE.trusted_root())
    return path


def layout(folder: Path, identity: str, issuer: str) -> str:
    """Write an image that somebody signed."""
    store = MadeOci(has_api=False)
    image = store.image(identity, tag="v1")
    store.bundle(image, MADE.keyless_dsse(statement({"": image[7:]}, SIGN_PREDICATE), identity=identity, issuer=issuer))
    return store.write(folder).as_posix()


def test_a_run_answers_whether_an_image_is_the_vendor_s(tmp_path: Path, root: Path) -> None:
    free = next(row for row in LOADED.by_id["chainguard"].signers if row.id == "free-images")
    good = layout(tmp_path / "good", free.identity, free.issuer)
    fork = layout(tmp_path / "fork", free.identity.replace("chainguard-images/", "evil/"), free.issuer)
    found = run(ImageTarget(reference=good), ImageTarget(reference=fork), vendor="chainguard", root=root)
    (one, two), code = found.artifacts, found.exit_code
    assert (one.state, two.state, code) == (SignedAs.SIGNED, SignedAs.REFUSED, 1)
    assert one.vendor_answer.startswith("yes, Chainguard signed it: free images, sigstore-keyless; as read on 2026-")
    assert two.vendor_answer.startswith("nothing shows that it is of Chainguard")
    assert any("chainguard-dev/edu@" in note for note in found.notes)
    assert any(free.identity in line for line in found.asked)


def test_in_a_run_of_many_each_image_has_its_own_signers(tmp_path: Path, root: Path) -> None:
    """What may sign one image does not sign another that was named beside it."""
    with RegistryServer() as server:
        folder = made_profile(tmp_path / "profiles", match=f'["{server.host}/free/*"]', mechanism='"sigstore-keyless"',
                            issuer='"https://issuer.acme.example"', identity='"https://acme.example/free"')  # fmt: skip
        with (folder / "acme.toml").open("a") as file:
            file.write(f"""
[[signer]]
id = "two"
name = "a customer's images"
artifact = "image"
match = ["{server.host}/{{org}}/*"]
mechanism = "sigstore-keyless"
issuer = "https://issuer.acme.example"
identity = "https://acme.example/{{org}}"
variables = [{{name = "org", what = "an id", where = "acme org show"}}]
evidence = ["page"]
""")
        stores = []
        for place in ("free", "corp"):
            for signer in ("free", "corp"):
                store = MadeOci(has_api=server.referrers)
                image = store.image(f"{place} {signer}", tag="v1")
                signed = MADE.keyless_dsse(
                    statement({"": image[7:]}, SIGN_PREDICATE), identity=f"https://acme.example/{signer}",
                    issuer="https://issuer.acme.example",
                )  # fmt: skip
                store.bundle(image, signed)
                store.push(server, f"{place}/by-{signer}")
                stores.append(f"{server.host}/{place}/by-{signer}:v1")
        words = VendorWords(vendor="acme", variables=(("org", "corp"),), folders=(folder,))
        targets = [ImageTarget(reference=name) for name in stores]
        found = run(*targets, vendor="acme", root=root, means=MEANS, words=words)
    states = [artifact.state for artifact in found.artifacts]
    assert states == [SignedAs.SIGNED, SignedAs.REFUSED, SignedAs.REFUSED, SignedAs.SIGNED]


def test_the_answer_names_the_row_that_signed(tmp_path: Path, root: Path) -> None:
    """A layout has no name, so that all rows are asked for; one of them made it."""
    rows = {row.id: with_variables(row, VARIABLES) for row in LOADED.by_id["chainguard"].signers}
    words = VendorWords(vendor="chainguard", variables=tuple(VARIABLES.items()))
    for row_id in ("free-images", "org-images"):
        row = rows[row_id]
        place = layout(tmp_path / row_id, row.identity, row.issuer)
        found = run(ImageTarget(reference=place), vendor="chainguard", root=root, words=words)
        assert found.artifacts[0].vendor_answer.startswith(f"yes, Chainguard signed it: {row.name}, sigstore-keyless; ")
        others = f"a layout has no name: held against all of what Chainguard signs: {rows['free-images'].name}, "
        assert any(note.startswith(f"{place}: {others}") for note in found.notes)


def test_the_answer_reads_a_pattern_as_the_verdict_did() -> None:
    """In Python alone a digit is one of any script."""
    signers = signers_of("minimus", {}, "reg.mini.dev/go")
    row = changed(signers.rows[0], identity="", issuer="https://login.example")
    first = changed(row, id="a", name="first", identity_regexp=r"^dev\d@corp\.example$")
    second = changed(row, id="b", name="second", identity_regexp=r"^dev[^@]@corp\.example$")
    signer = Signer(key_name="", key_id="", identity="dev٣@corp.example", issuer="https://login.example")
    verdict = SignatureVerdict(state=SignatureState.VALID, source="x", form="x", steps=(), signer=signer)
    artifact = SignedArtifact(name="x", kind=ArtifactKind.IMAGE, state=SignedAs.SIGNED, signatures=(verdict,))
    told = answer_of(changed(signers, rows=(first, second)), artifact)
    assert told.startswith("yes, Minimus signed it: second, sigstore-keyless; ")


def test_variables_of_quotes_count_too(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "quotes.toml").write_text('[variables.chainguard]\nimage_syncer = "q/r"\n')
    found = signers_of("chainguard", {}, "cgr.dev/corp/go", folders=(folder,))
    assert [wish.identity for wish in found.wanted.identities] == ["https://issuer.enforce.dev/q/r"]
    given = signers_of("chainguard", {"image_syncer": "g/h"}, "cgr.dev/corp/go", folders=(folder,))
    assert [wish.identity for wish in given.wanted.identities] == ["https://issuer.enforce.dev/g/h"]


def test_a_mechanism_that_is_not_verified_is_never_a_pass(tmp_path: Path, root: Path) -> None:
    anybody = layout(tmp_path / "one", "https://github.com/corp/x/.github/workflows/a.yml@refs/heads/main",
                     "https://token.actions.githubusercontent.com")  # fmt: skip
    (tmp_path / "go.apk").write_bytes(b"apk")
    for vendor, target in (
        ("microsoft", ImageTarget(reference=anybody)),
        ("chainguard", FileTarget(path=tmp_path / "go.apk")),
        ("canonical", ImageTarget(reference=anybody)),
        ("docker", ImageTarget(reference=anybody)),
        ("minimus", DigestTarget(digest=DIGEST)),
    ):
        found = run(target, vendor=vendor, root=root)
        assert found.exit_code in ({2, 3} if vendor == "minimus" else {3}), (vendor, found)
        assert not found.artifacts[0].vendor_answer.startswith("yes")
