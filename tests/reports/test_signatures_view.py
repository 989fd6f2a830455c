"""Verified signatures as text and JSON: nothing that was not verified is told as if it were."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import (
    ArtifactKind,
    Check,
    CheckState,
    LogMention,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
    Signer,
    Statement,
    StatementSubject,
    TimeWitness,
    TrustUsed,
)
from supplymatrix.model.signature_run import SignatureRun
from supplymatrix.model.value import changed
from supplymatrix.reports.signatures_json import SCHEMA, render_signatures_json
from supplymatrix.reports.signatures_view import command_for, render_signatures_text, verdict_line

AT = datetime(2026, 7, 20, 12, tzinfo=UTC)
SIGNER = Signer(
    key_name="ECDSA P-256", key_id="ab" * 32, identity="https://corp.example/release@refs/tags/v1",
    identity_kind="uri", issuer="https://login.example",
    claims=(("sourceRepositoryDigest", "1f" * 20), ("sourceRepositoryURI", "https://corp.example/app")), not_before=AT,
    not_after=AT, issued_by="CN=corp", certificate_sha256="cd" * 32,
)  # fmt: skip
OK = SignatureStep(check=Check.SIGNATURE, state=CheckState.VERIFIED, says="it is one of the key")
BAD = SignatureStep(
    check=Check.IDENTITY, state=CheckState.FAILED, says="it is another", expected="dev@corp.example",
    found=SIGNER.identity, reason=Reason.IDENTITY_MISMATCH, remedy="ask who signs",
)  # fmt: skip
MENTION = LogMention(
    log="https://log.example", log_id="ef" * 32, kind="hashedrekord 0.0.1", index=1234567, leaf_index=5,
    tree_size=7654321, root="01" * 32, integrated=AT,
)  # fmt: skip
GOOD = SignatureVerdict(
    state=SignatureState.VALID, source="app.sigstore.json", form="bundle v0.3", steps=(OK,), signer=SIGNER,
    log=(MENTION,), times=(TimeWitness(time=AT, by="log promise of x"),), engines=("native", "sigstore"),
)  # fmt: skip
REFUSED = changed(GOOD, state=SignatureState.REFUSED, steps=(OK, BAD))
STATEMENT = Statement(
    statement_type="https://in-toto.io/Statement/v1", predicate_type="https://spdx.dev/Document",
    subjects=(StatementSubject(name="app", digests=(("sha256", "aa" * 32),)),), payload=b"{}",
)  # fmt: skip


def _run(*artifacts: SignedArtifact, code: int = 0, **more: Any) -> SignatureRun:  # noqa: ANN401
    return SignatureRun(artifacts=artifacts, engine="both", exit_code=code, **more)


def _artifact(name: str = "app", state: SignedAs = SignedAs.SIGNED, **more: Any) -> SignedArtifact:  # noqa: ANN401
    return SignedArtifact(name=name, kind=ArtifactKind.FILE, state=state, digests=(("sha256", "aa" * 32),), **more)


def _json(run: SignatureRun) -> dict[str, Any]:
    file = resources.files("supplymatrix.reports") / "schema" / "signed-artifacts-v1.schema.json"
    document: dict[str, Any] = json.loads(render_signatures_json(run))
    Draft202012Validator(json.loads(file.read_text("utf-8"))).validate(document)
    assert document["schema"] == SCHEMA
    return document


def test_a_good_signature_is_told_with_signer_log_time_and_engines() -> None:
    text = " ".join(render_signatures_text(_run(_artifact(signatures=(GOOD,)))).split())
    for part in (
        "✓ app: signed", SIGNER.identity, SIGNER.issuer, "https://corp.example/app, commit 1f1f",
        "https://log.example, entry 1,234,567: leaf 5 of 7,654,321 (hashedrekord",
        "2026-07-20 12:00:00 UTC, log promise of x", "native and sigstore", "1 verified",
    ):  # fmt: skip
        assert part in text
    assert OK.says not in text
    assert OK.says in render_signatures_text(_run(_artifact(signatures=(GOOD,))), verbose=True)


def test_a_step_that_failed_is_always_told_with_both_sides_and_what_to_do() -> None:
    text = render_signatures_text(_run(_artifact(state=SignedAs.REFUSED, signatures=(REFUSED,)), code=1))
    assert "✗ app: refused: signed by somebody else (identity-mismatch)" in text
    assert "expected  dev@corp.example" in text
    assert f"found     {SIGNER.identity}" in text
    assert "next      ask who signs" in text


def test_a_check_that_was_not_made_is_told_loudly() -> None:
    off = SignatureStep(check=Check.ENTRY, state=CheckState.NOT_CHECKED, says="nobody asked the log")
    verdict = changed(GOOD, state=SignatureState.ACCEPTED, steps=(OK, off), log=())
    run = _run(_artifact(signatures=(verdict,)), switched_off=("the transparency log (--insecure-ignore-log)",))
    text = render_signatures_text(run)
    assert "signed, with checks switched off" in text
    assert "NOT CHECKED: the transparency log" in text
    assert "! log entry (not checked): nobody asked the log" in text
    assert "what was checked is as asked; not everything was checked" in text
    assert _json(run)["artifacts"][0]["signatures"][0]["state"] == "accepted"


def test_nothing_of_a_statement_that_does_not_hold_is_told() -> None:
    for verdict, told in ((changed(GOOD, statement=STATEMENT), True), (changed(REFUSED, statement=STATEMENT), False)):
        run = _run(_artifact(attestations=(verdict,), signatures=(GOOD,)))
        assert ("spdx (https://spdx.dev/Document)" in render_signatures_text(run)) is told
        found = _json(run)["artifacts"][0]["attestations"][0]["statement"]
        assert (found is not None) is told


def test_annotations_of_a_refused_signature_are_not_told() -> None:
    verdict = changed(REFUSED, annotations=(("team", "secret"),))
    run = _run(_artifact(state=SignedAs.REFUSED, signatures=(verdict,)), code=1)
    assert "secret" not in render_signatures_text(run) + render_signatures_json(run)


def test_all_that_is_missing_or_could_not_be_had_is_told() -> None:
    artifact = _artifact(
        state=SignedAs.UNDECIDED, missing=("sbom",), required=("sbom",), unsigned=("an SBOM under the tag x.sbom",),
        gaps=(Gap(wanted="referrers", reason="the registry is down", remedy="try again"),), notes=("a note",),
        faults=(Diagnostic(message="it is broken", artifact="app.sig", expected="more", remedy="mend it"),),
    )  # fmt: skip
    run = _run(
        artifact, code=3, faults=(Diagnostic(message="no bundle", artifact="x:3"),), notes=("the root is old",),
        trust=TrustUsed(name="public good", sha256="12" * 32, as_of="2026-01-01", age_days=205), asked=("dev, by x",),
    )  # fmt: skip
    text = " ".join(render_signatures_text(run).split())
    for part in (
        "no attestation of the kind sbom holds", "an SBOM under the tag", "referrers: the registry is down",
        "try again", "app.sig: it is broken", "mend it", "note a note", "not read: x:3: no bundle", "205 days old",
        "asked for dev, by x", "note: the root is old",
    ):  # fmt: skip
        assert part in text, part
    document = _json(run)
    assert document["faults"][0]["artifact"] == "x:3"
    assert document["artifacts"][0]["gaps"][0]["remedy"] == "try again"


def test_a_table_ends_a_run_of_many_and_names_those_that_are_not_as_asked() -> None:
    good = [_artifact(f"good{number}", signatures=(GOOD,)) for number in range(20)]
    bad = [_artifact(f"bad{number}", SignedAs.UNSIGNED) for number in range(12)]
    run = _run(*good, *bad, code=1)
    text = render_signatures_text(run)
    assert "32 artifacts: 12 unsigned, 20 signed" in text
    assert "… and 2 more that are unsigned" in text
    assert "… and" not in render_signatures_text(run, verbose=True)


def test_the_command_line_that_asks_for_a_signer_is_safe_to_paste() -> None:
    evil = changed(SIGNER, identity="x; rm -rf ~ $(id) 'q'", issuer="https://login.example")
    assert command_for(evil) == ("--identity 'x; rm -rf ~ $(id) '\\''q'\\''' \\", "--issuer https://login.example")
    assert command_for(changed(SIGNER, identity="")) == ()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_only_single_words_are_longer_than_a_line(width: int) -> None:
    run = _run(
        _artifact(
            state=SignedAs.REFUSED, signatures=(REFUSED, GOOD), attestations=(changed(GOOD, statement=STATEMENT),)
        ),
        _artifact("b", SignedAs.UNSIGNED),
    )
    for verbose in (False, True):
        lines = render_signatures_text(run, width=width, verbose=verbose).splitlines()
        assert [line for line in lines if len(line) > width and len(line.split()) > 3] == []


@given(text=st.text(alphabet=st.sampled_from("a\x1b\x9b\u202e\n\x07 "), max_size=12))
def test_no_text_from_outside_reaches_a_terminal_as_it_is(text: str) -> None:
    signer = changed(SIGNER, identity=text or "x", issuer=text, claims=(("sourceRepositoryURI", text),))
    step = changed(BAD, says=text, expected=text, found=text, remedy=text)
    verdict = changed(
        REFUSED, signer=signer, steps=(step,), source=text, form=text, notes=(text,), engines=(text,),
        log=(changed(MENTION, log=text, kind=text),), times=(TimeWitness(time=AT, by=text),),
    )  # fmt: skip
    held = changed(
        verdict, state=SignatureState.VALID, annotations=((text, text),),
        statement=changed(STATEMENT, predicate_type=text),
    )  # fmt: skip
    artifact = _artifact(
        text, state=SignedAs.REFUSED, signatures=(verdict, held), attestations=(held,), notes=(text,), unsigned=(text,),
        missing=(text,), vendor=text, gaps=(Gap(wanted=text, reason=text, remedy=text),),
        faults=(Diagnostic(message=text, artifact=text, seen=text, expected=text, remedy=text),),
    )  # fmt: skip
    for is_discovery in (False, True):
        run = _run(
            artifact, artifact, code=1, asked=(text,), switched_off=(text,), notes=(text,), is_discovery=is_discovery,
            trust=TrustUsed(name=text, sha256=text), faults=artifact.faults, gaps=artifact.gaps,
        )  # fmt: skip
        told = render_signatures_text(run, verbose=True)
        assert not set("\x1b\x9b\u202e\x07") & set(told)
        _json(run)


def _brief(text: str, name: str) -> bool:
    return f"{name}: signed\n    by " in text


@pytest.mark.parametrize(
    "beside",
    [
        {"faults": (Diagnostic(message="it is broken", artifact="x.sig"),)},
        {"unsigned": ("an SBOM under the tag x.sbom",)},
        {"gaps": (Gap(wanted="referrers", reason="down", remedy=""),)},
        {"signatures": (GOOD, REFUSED)},
        {"attestations": (REFUSED,)},
        {"notes": ("a note",)},
    ],
)
def test_nothing_beside_a_good_signature_is_left_out_of_a_run_of_many(beside: dict[str, Any]) -> None:
    odd = _artifact("odd", **{"signatures": (GOOD,), **beside})
    text = render_signatures_text(_run(_artifact("good", signatures=(GOOD,)), odd))
    assert _brief(text, "good")
    assert not _brief(text, "odd")


def test_notes_of_signatures_are_told_once_for_a_run_of_many() -> None:
    noted = changed(GOOD, notes=("the pattern 'x' is not anchored",))
    run = _run(*(_artifact(f"a{number}", signatures=(noted,)) for number in range(30)))
    text = render_signatures_text(run)
    assert text.count("note: the pattern 'x' is not anchored (30 signatures)") == 1
    assert _brief(text, "a0")


def test_what_was_not_checked_follows_from_the_steps() -> None:
    off = SignatureStep(check=Check.ISSUER, state=CheckState.NOT_CHECKED, says="no issuer was asked for")
    verdict = changed(GOOD, state=SignatureState.ACCEPTED, steps=(OK, off))
    run = _run(_artifact(signatures=(verdict,)))
    text = render_signatures_text(run)
    assert "NOT CHECKED: the issuer: no issuer was asked for" in text
    assert text.rstrip().endswith("not everything was checked")
    assert _json(run)["not_checked"] == ["the issuer: no issuer was asked for"]


def test_the_headline_of_an_alarm_gives_its_reason_wherever_it_is() -> None:
    other = SignatureStep(check=Check.ARTIFACT, state=CheckState.FAILED, says="another", reason=Reason.DIGEST_MISMATCH)
    wrong = changed(REFUSED, steps=(other,))
    alarm = _artifact(state=SignedAs.ALARM, signatures=(GOOD, REFUSED), attestations=(wrong,), missing=("sbom",))
    assert verdict_line(alarm) == "ALARM: it is of another artifact (digest-mismatch)"
    assert verdict_line(_artifact(state=SignedAs.ALARM, signatures=(GOOD,))).startswith("ALARM: something")
    missing = _artifact(state=SignedAs.MISSING, attestations=(GOOD,), missing=("sbom",))
    assert verdict_line(missing, only_attestations=True) == "attested, and missing: sbom"


def test_a_trusted_root_that_could_not_be_had_is_told_of_the_run() -> None:
    gap = Gap(wanted="the trusted root", reason="it is damaged", remedy="fetch it")
    run = _run(_artifact(state=SignedAs.UNDECIDED), code=3, gaps=(gap,))
    assert "not known: the trusted root: it is damaged; next: fetch it" in render_signatures_text(run)
    assert _json(run)["gaps"][0]["wanted"] == "the trusted root"
