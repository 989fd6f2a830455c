"""What becomes of an artifact by its verdicts, and of a run by its artifacts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.engine.signature_outcome import EXIT_CODES, exit_code_of, signed_as
from supplymatrix.model.signature import (
    ALARMING,
    ArtifactKind,
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
    Statement,
)

_GRAVE = [SignedAs.ALARM, SignedAs.UNREADABLE, SignedAs.UNDECIDED, SignedAs.REFUSED]
_FAULTY = st.sampled_from([reason for reason in Reason if reason is not Reason.UNREACHABLE])


def _verdict(reason: Reason | None, predicate: str = "", *, is_open: bool = False) -> SignatureVerdict:
    failed = CheckState.NOT_CHECKABLE if is_open else CheckState.FAILED
    state = SignatureState.UNDECIDED if is_open else SignatureState.REFUSED
    step = SignatureStep(
        check=Check.SIGNATURE, state=CheckState.VERIFIED if reason is None else failed, says="it", reason=reason
    )
    statement = Statement(statement_type="", predicate_type=predicate, subjects=(), payload=b"") if predicate else None
    return SignatureVerdict(
        state=SignatureState.VALID if reason is None else state, source="x", form="y", steps=(step,),
        statement=statement,
    )  # fmt: skip


GOOD = _verdict(None)


@given(st.lists(_FAULTY, max_size=4))
def test_one_that_holds_is_enough_unless_engines_disagree_or_bytes_are_forged(reasons: list[Reason]) -> None:
    found = signed_as([GOOD, *map(_verdict, reasons)], ())
    always = {Reason.ENGINES_DISAGREE, Reason.BLOB_DIGEST_MISMATCH, Reason.LOG_FORKED} & set(reasons)
    assert found is (SignedAs.ALARM if always else SignedAs.SIGNED)


@given(st.lists(_FAULTY, min_size=1, max_size=4))
def test_without_one_that_holds_the_gravest_counts(reasons: list[Reason]) -> None:
    found = signed_as(list(map(_verdict, reasons)), ())
    alone = [signed_as([_verdict(reason)], ()) for reason in reasons]
    assert found is min(alone, key=_GRAVE.index)
    assert (found is SignedAs.ALARM) is bool(set(reasons) & ALARMING)
    assert found is not SignedAs.SIGNED


@given(st.lists(_FAULTY, max_size=3), st.booleans(), st.booleans(), st.booleans())
def test_nothing_that_is_missing_makes_an_artifact_signed(
    reasons: list[Reason], has_gaps: bool, has_faults: bool, is_forged: bool
) -> None:
    found = signed_as(
        list(map(_verdict, reasons)), [GOOD], has_gaps=has_gaps, has_faults=has_faults, is_forged=is_forged
    )
    assert found is not SignedAs.SIGNED
    if not reasons and not is_forged and not has_faults:
        assert found is (SignedAs.UNDECIDED if has_gaps else SignedAs.UNSIGNED)


def test_a_required_attestation_that_could_not_be_had_is_a_gap_and_not_missing() -> None:
    assert signed_as([GOOD], (), required=("sbom",)) is SignedAs.MISSING
    assert signed_as([GOOD], (), required=("sbom",), has_gaps=True) is SignedAs.UNDECIDED
    keyed = _verdict(Reason.KEY_REQUIRED, "https://spdx.dev/Document", is_open=True)
    assert signed_as([GOOD], [keyed], required=("sbom",)) is SignedAs.UNDECIDED
    held = _verdict(None, "https://spdx.dev/Document")
    assert signed_as([GOOD], [keyed, held], required=("sbom",), has_gaps=True) is SignedAs.SIGNED


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 5),
        ([SignedAs.SIGNED], 0),
        ([SignedAs.SIGNED, SignedAs.UNSIGNED], 1),
        ([SignedAs.MISSING, SignedAs.UNDECIDED], 3),
        ([SignedAs.UNDECIDED, SignedAs.UNREADABLE, SignedAs.REFUSED], 2),
        ([*SignedAs], 4),
    ],
)
def test_the_gravest_artifact_is_the_exit_code(states: list[SignedAs], code: int) -> None:
    artifacts = [SignedArtifact(name="x", kind=ArtifactKind.FILE, state=state) for state in states]
    assert exit_code_of(artifacts) == code
    assert set(EXIT_CODES) == set(SignedAs)


@given(st.lists(_FAULTY, max_size=3), st.booleans())
def test_what_cannot_be_read_is_never_told_as_a_matter_of_policy(reasons: list[Reason], has_gaps: bool) -> None:
    found = signed_as(list(map(_verdict, reasons)), (), has_faults=True, has_gaps=has_gaps)
    assert found in (SignedAs.ALARM, SignedAs.UNREADABLE)
    assert (found is SignedAs.ALARM) is bool(set(reasons) & ALARMING)
    missing = signed_as([GOOD], (), required=("sbom",), has_faults=True, has_gaps=has_gaps)
    assert missing is SignedAs.UNREADABLE
    assert signed_as([GOOD], (), has_faults=True, has_gaps=has_gaps) is SignedAs.SIGNED
