"""No byte of a signature can be changed unseen: the native engine refuses it, or cannot read it any more.

Each part of each form of signature is a property of its own: a byte of it, anywhere, is made another one. The few
places where a change is not refused are listed in `flips.PASSED_OVER`, with why, and what they may be changed to is
asserted: hints that nobody relies on, and a form's older name. The last property goes over the whole text of a bundle,
so that nothing is left out between the parts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.attest.bundle import BundleError, SignedBundle, parse_bundle
from supplymatrix.attest.keys import parse_verifying_key
from supplymatrix.attest.native import verify_native
from supplymatrix.attest.simple_signing import signed_layer
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root
from supplymatrix.attest.wanted import Artifact, IdentityWish, Wanted
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.signature import Check, CheckState, SignatureVerdict
from supplymatrix.model.value import changed
from tests.support.flips import Leaf, flipped, is_passed_over, is_status, leaves, with_leaf
from tests.support.made_sigstore import AT, GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore, Signed, statement

DATA = b"a program of some bytes"
DIGESTS = tuple((name, hashlib.new(name, DATA).hexdigest()) for name in ("sha256", "sha384", "sha512"))
PAYLOAD = statement({"app": DIGESTS[0][1]})
MANIFEST = "sha256:" + DIGESTS[0][1]
MADE = MadeSigstore()
NOW = AT + timedelta(days=1)
FEW = settings(max_examples=max(3, settings.get_profile(settings.get_current_profile_name()).max_examples // 10))
"""Of each of about two hundred properties: three examples at every run, forty in the deep one."""
FLIP = st.integers(1, 255)
AT_ANY = st.integers(0, 2**20)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of signature. make: makes it; document: its JSON; read: reads that JSON, changed or not."""

    make: Callable[[], Signed]
    document: Callable[[Signed], Any]
    read: Callable[[bytes], SignedBundle]
    is_keyed: bool = False
    is_logged: bool = True


def _bundle(data: bytes) -> SignedBundle:
    return parse_bundle(data, "b.json")


def _layer(data: bytes) -> SignedBundle:
    """Read the annotations of a layer and, apart, what is signed."""
    document = json.loads(data.decode())
    if not isinstance(document["layer"], str) or not isinstance(document["annotations"], dict):
        raise BundleError(Diagnostic(message="neither a layer nor its annotations"))
    return signed_layer(document["layer"].encode(), document["annotations"], "layer")


def _simple(signed: Signed) -> Any:  # noqa: ANN401
    return {"annotations": signed.annotations(), "layer": signed.message.decode()}


def _as_bundle(signed: Signed) -> Any:  # noqa: ANN401
    return signed.document()


def _as_legacy(signed: Signed) -> Any:  # noqa: ANN401
    return json.loads(signed.legacy())


def _as_envelope(signed: Signed) -> Any:  # noqa: ANN401
    return json.loads(signed.bare_envelope())


def _form(make: Callable[[], Signed], **more: Any) -> Form:  # noqa: ANN401
    return Form(**({"make": make, "document": _as_bundle, "read": _bundle} | more))


FORMS = {
    "blob": _form(lambda: MADE.sign_blob(DATA)),
    "blob v0.1, promise alone": _form(lambda: MADE.sign_blob(DATA, version="0.1", has_proof=False)),
    "blob v0.2 with chain": _form(lambda: MADE.sign_blob(DATA, version="0.2", has_chain=True)),
    "blob, log v2": _form(lambda: MADE.sign_blob(DATA, log="v2")),
    "blob, log v2, RSA": _form(lambda: MADE.sign_blob(DATA, log="v2", key="RSA-2048", embeds=False)),
    "envelope": _form(lambda: MADE.sign_dsse(PAYLOAD)),
    "envelope, intoto 0.0.2": _form(lambda: MADE.sign_dsse(PAYLOAD, entry="intoto 0.0.2")),
    "envelope, intoto 0.0.1": _form(lambda: MADE.sign_dsse(PAYLOAD, entry="intoto 0.0.1")),
    "envelope, log v2": _form(lambda: MADE.sign_dsse(PAYLOAD, log="v2")),
    "envelope, Ed25519": _form(lambda: MADE.sign_dsse(PAYLOAD, key="Ed25519")),
    "legacy": _form(lambda: MADE.sign_blob(DATA), document=_as_legacy),
    "simple signing": _form(lambda: MADE.simple_signing(MANIFEST), document=_simple, read=_layer),
    "key": _form(lambda: MADE.sign_blob(DATA, is_keyed=True), is_keyed=True),
    "key, no log": _form(lambda: MADE.sign_dsse(PAYLOAD, is_keyed=True, log=""), is_keyed=True, is_logged=False),
    "key, bare envelope": _form(
        lambda: MADE.sign_dsse(PAYLOAD, is_keyed=True, log=""), is_keyed=True, is_logged=False,
        document=lambda signed: signed.envelope,
    ),
}  # fmt: skip


@cache
def root() -> TrustedRoot:
    return parse_trusted_root(MADE.trusted_root(), "trusted_root.json")


@cache
def signed(form: str) -> Signed:
    return FORMS[form].make()


@cache
def document(form: str) -> Any:  # noqa: ANN401
    return FORMS[form].document(signed(form))


@cache
def wanted(form: str) -> Wanted:
    if FORMS[form].is_keyed:
        key = parse_verifying_key(signed(form).key.pem.encode(), "key.pub")
        return Wanted(keys=(key,), log_is_optional=not FORMS[form].is_logged)
    return Wanted(identities=(IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),))


def verdict(form: str, data: bytes, artifact: bytes = DATA) -> SignatureVerdict | None:
    """Return the verdict of changed JSON, None where it cannot be read."""
    digests = DIGESTS
    if artifact is not DATA:
        digests = tuple((name, hashlib.new(name, artifact).hexdigest()) for name, _ in DIGESTS)
    try:
        bundle = FORMS[form].read(data)
    except (InputError, UnicodeDecodeError):
        return None
    about = Artifact(name="app", digests=digests, data=artifact)
    return verify_native(bundle, about, wanted(form), root(), NOW)


def holds(form: str, data: bytes) -> bool:
    found = verdict(form, data)
    return found is not None and found.holds


def test_unchanged_all_forms_hold() -> None:
    for form in FORMS:
        data = json.dumps(document(form)).encode()
        found = verdict(form, data)
        assert found is not None, form
        assert found.holds, (form, [(step.check, step.says) for step in found.steps if step.reason])


PARTS = [pytest.param(form, leaf, id=f"{form}: {leaf.name}") for form in FORMS for leaf in leaves(document(form))]


def test_there_are_enough_parts_to_be_all_of_them() -> None:
    names = {str(part.values[1].path[-1]) for part in PARTS}  # type: ignore[union-attr]  # a form and a leaf
    assert names >= {
        "rawBytes", "signature", "sig", "payload", "payloadType", "canonicalizedBody", "signedEntryTimestamp",
        "rootHash", "envelope", "keyId", "logIndex", "treeSize", "integratedTime", "kind", "version", "digest",
        "signedTimestamp", "base64Signature", "SignedEntryTimestamp", "body", "cert", "layer",
    }  # fmt: skip
    assert len(PARTS) > 150


@pytest.mark.parametrize(("form", "leaf"), PARTS)
def test_a_byte_of_a_part_is_not_changed_unseen(form: str, leaf: Leaf) -> None:
    @FEW
    @given(at=AT_ANY, bits=FLIP)
    def run(at: int, bits: int) -> None:
        data = flipped(leaf.data, at, bits)
        assert not holds(form, with_leaf(document(form), leaf, data)) or is_passed_over(leaf, data)

    run()


@pytest.mark.parametrize("form", FORMS)
def test_a_byte_of_the_artifact_is_not_changed_unseen(form: str) -> None:
    data = json.dumps(document(form)).encode()

    @FEW
    @given(at=AT_ANY, bits=FLIP)
    def run(at: int, bits: int) -> None:
        found = verdict(form, data, flipped(DATA, at, bits))
        assert found is not None
        assert not found.holds

    run()


@pytest.mark.parametrize("form", [form for form in FORMS if FORMS[form].read is _bundle])
def test_a_byte_of_the_whole_text_is_not_changed_unseen(form: str) -> None:
    """All between the parts too: names of fields, brackets, and the letters of Base64."""
    text = json.dumps(document(form), separators=(",", ":"), ensure_ascii=False).encode()

    @given(at=AT_ANY, bits=FLIP)
    def run(at: int, bits: int) -> None:
        data = flipped(text, at, bits)
        if holds(form, data):
            assert same_but_for_what_is_passed_over(document(form), data)

    run()


def same_but_for_what_is_passed_over(before: Any, data: bytes) -> bool:  # noqa: ANN401
    """Return whether a changed text has the same leaves, or others in places that are passed over alone."""
    old, new = leaves(before), leaves(json.loads(data))
    if [leaf.path for leaf in old] != [leaf.path for leaf in new]:
        return False
    return all(one.data == two.data or is_passed_over(one, two.data) for one, two in zip(old, new, strict=True))


@pytest.mark.parametrize("form", ["blob, log v2", "blob", "envelope"])
def test_no_part_can_be_left_out_unseen(form: str) -> None:
    """A bundle without one of its parts is refused; of a part that is not there nothing is taken for granted."""
    for leaf in leaves(document(form)):
        made = json.loads(json.dumps(document(form)))
        place = made
        for part in leaf.path[:-1]:
            place = place[part]
        del place[leaf.path[-1]]
        assert not holds(form, json.dumps(made).encode()), leaf.name


def test_a_timestamp_beside_a_promise_counts_only_unchanged() -> None:
    """Where a log promises a time a timestamp is not needed: one that nobody vouches for is told, and tells no time."""
    made = MADE.sign_blob(DATA, stamps=1)
    bundle = parse_bundle(made.bundle(), "b.json")

    @given(at=AT_ANY, bits=FLIP)
    def run(at: int, bits: int) -> None:
        token = flipped(made.stamps[0], at, bits)
        found = verify_native(
            changed(bundle, timestamps=(token,)), Artifact(name="app", digests=DIGESTS, data=DATA), wanted("blob"),
            root(), NOW,
        )  # fmt: skip
        step = found.step(Check.TIMESTAMP)
        assert step is not None
        if not is_status(made.stamps[0], token):
            assert step.state is not CheckState.VERIFIED
            assert not found.holds or step.state is CheckState.NOT_CHECKABLE
            assert [time.by for time in found.times if time.by.startswith("timestamp")] == []

    run()


@pytest.mark.parametrize("form", ["blob", "key", "envelope, intoto 0.0.1"])
def test_the_key_and_the_identity_that_are_asked_for_are_not_changed_unseen(form: str) -> None:
    bundle = FORMS[form].read(json.dumps(document(form)).encode())
    about = Artifact(name="app", digests=DIGESTS, data=DATA)

    @FEW
    @given(at=AT_ANY, bits=st.integers(1, 31))
    def run(at: int, bits: int) -> None:
        for name in ("identity", "issuer"):
            wish = wanted(form).identities or (IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),)
            text = flipped(getattr(wish[0], name).encode(), at, bits).decode("latin-1")
            asked = Wanted(identities=(changed(wish[0], **{name: text}),))
            assert not verify_native(bundle, about, asked, root(), NOW).holds

    run()
