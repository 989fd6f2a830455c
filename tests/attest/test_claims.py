"""Who should have signed: whole texts, patterns that fit the whole of one, and the wish that comes nearest."""

from __future__ import annotations

import pytest

from supplymatrix.attest.claims import check_annotations, check_claims, check_identity, check_predicate
from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.model.signature import Check, CheckState, Reason, SignatureStep, Signer

WHO, ISSUER = "https://github.com/corp/app/.github/workflows/r.yml@refs/tags/v1", "https://issuer.example"
SIGNER = Signer(
    key_name="ECDSA P-256", key_id="ab", identity=WHO, identity_kind="uri", issuer=ISSUER,
    claims=(("githubWorkflowRef", "refs/tags/v1"), ("sourceRepositoryDigest", "1f" * 20)),
)  # fmt: skip


def judged(*wishes: IdentityWish, names: tuple[str, ...] = (WHO,)) -> tuple[list[CheckState], SignatureStep]:
    """Return the states of identity and issuer, and the first step that did not hold, else the first."""
    steps, _, _ = check_identity(wishes, SIGNER, names)
    return [step.state for step in steps], next((s for s in steps if s.state is not CheckState.VERIFIED), steps[0])


BOTH = [CheckState.VERIFIED, CheckState.VERIFIED]


@pytest.mark.parametrize(
    "wish",
    [
        IdentityWish(identity=WHO, issuer=ISSUER),
        IdentityWish(identity_regexp=r"^https://github\.com/corp/.*$", issuer=ISSUER),
        IdentityWish(identity_regexp=r"https://github\.com/corp/.*", issuer_regexp=r"https://.*\.example"),
        IdentityWish(identity=WHO, identity_regexp=r"^https://.*$", issuer=ISSUER),
    ],
)
def test_who_fits(wish: IdentityWish) -> None:
    assert judged(wish)[0] == BOTH


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (IdentityWish(identity=WHO + "0", issuer=ISSUER), Reason.IDENTITY_MISMATCH),
        (IdentityWish(identity=WHO.upper(), issuer=ISSUER), Reason.IDENTITY_MISMATCH),
        (IdentityWish(identity_regexp="github.com/corp/app", issuer=ISSUER), Reason.IDENTITY_MISMATCH),
        (IdentityWish(identity_regexp="^https://github.com/corp/", issuer=ISSUER), Reason.IDENTITY_MISMATCH),
        (IdentityWish(identity=WHO, identity_regexp="^other$", issuer=ISSUER), Reason.IDENTITY_MISMATCH),
        (IdentityWish(identity=WHO, issuer="https://gitlab.example"), Reason.ISSUER_MISMATCH),
        (IdentityWish(identity=WHO, issuer_regexp="issuer"), Reason.ISSUER_MISMATCH),
    ],
)
def test_who_does_not(wish: IdentityWish, reason: Reason) -> None:
    states, step = judged(wish)
    assert CheckState.FAILED in states
    assert step.reason is reason
    assert step.found in (WHO, ISSUER)
    assert step.expected


def test_a_pattern_that_is_not_anchored_is_told() -> None:
    wish = IdentityWish(identity_regexp="https://github.com/corp/.*", issuer_regexp=r"^https://issuer\.example$")
    _, notes, fitting = check_identity((wish,), SIGNER, (WHO,))
    assert fitting == WHO
    assert len(notes) == 1
    assert "'https://github.com/corp/.*' is not anchored" in notes[0]


def test_both_halves_of_one_wish_must_fit() -> None:
    first = IdentityWish(identity=WHO, issuer="https://other.example")
    second = IdentityWish(identity="https://other.example/who", issuer=ISSUER)
    states, step = judged(second, first)
    assert (states, step.reason) == ([CheckState.VERIFIED, CheckState.FAILED], Reason.ISSUER_MISMATCH)
    assert judged(second, first, IdentityWish(identity=WHO, issuer=ISSUER))[0] == BOTH
    step = judged(second, IdentityWish(identity="x@y.example", issuer=ISSUER))[1]
    assert step.expected == "https://other.example/who or x@y.example"


def test_half_a_wish_decides_nothing_unless_any_issuer_will_do() -> None:
    states, step = judged(IdentityWish(identity=WHO))
    assert (states, step.reason) == ([CheckState.VERIFIED, CheckState.NOT_CHECKABLE], Reason.ISSUER_MISMATCH)
    states, step = judged(IdentityWish(issuer=ISSUER))
    assert (states, step.reason) == ([CheckState.NOT_CHECKABLE, CheckState.VERIFIED], Reason.IDENTITY_MISMATCH)
    states, step = judged(IdentityWish(issuer=ISSUER, any_issuer=True))
    assert (states, step.reason) == ([CheckState.NOT_CHECKABLE, CheckState.VERIFIED], Reason.IDENTITY_MISMATCH)
    states, step = judged(IdentityWish(identity=WHO, any_issuer=True))
    assert (states, step.check) == ([CheckState.VERIFIED, CheckState.NOT_CHECKED], Check.ISSUER)
    states, step = judged(IdentityWish(identity=WHO + "0", any_issuer=True))
    assert (states, step.reason) == ([CheckState.FAILED, CheckState.NOT_CHECKED], Reason.IDENTITY_MISMATCH)
    for wishes in ((), (IdentityWish(),), (IdentityWish(name="a name alone"),)):
        states, step = judged(*wishes)
        assert (states, step.reason, step.found) == ([CheckState.NOT_CHECKABLE], Reason.IDENTITY_MISMATCH, WHO)


def test_one_of_several_names_may_be_the_one() -> None:
    wish = IdentityWish(identity="dev@corp.example", issuer=ISSUER)
    steps, _, fitting = check_identity((wish,), SIGNER, (WHO, "dev@corp.example"))
    assert (fitting, steps[0].found) == ("dev@corp.example", f"{WHO} and dev@corp.example")


def test_a_pattern_that_cannot_be_tried_decides_nothing() -> None:
    states, step = judged(IdentityWish(identity_regexp="(?=a)a", issuer=ISSUER))
    assert states == [CheckState.NOT_CHECKABLE, CheckState.VERIFIED]
    assert step.reason is Reason.UNSUPPORTED
    long = judged(IdentityWish(identity_regexp=".*", issuer=ISSUER), names=("x" * 2_000,))
    assert long[0][0] is CheckState.NOT_CHECKABLE


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("githubWorkflowRef", "refs/tags/v1", "refs/tags/v1"),
        ("GithubWorkflowREF", "refs/tags/v1", "refs/tags/v1"),
        ("githubWorkflowRef", "refs/tags/v2", "refs/tags/v1"),
        ("runnerEnvironment", "github-hosted", ""),
    ],
)
def test_fields_of_the_certificate(name: str, text: str, found: str) -> None:
    (step,) = check_claims(((name, text),), SIGNER)
    assert (step.state is CheckState.VERIFIED, step.found) == (text == found, found)
    assert step.reason is (None if text == found else Reason.CLAIM_MISMATCH)
    assert check_claims(((name, text),), None)[0].state is CheckState.FAILED


def test_annotations_and_kinds() -> None:
    states = [step.state for step in check_annotations((("team", "sre"), ("team", "dev"), ("x", "")), {"team": "sre"})]
    assert states == [CheckState.VERIFIED, CheckState.FAILED, CheckState.FAILED]
    assert check_predicate((), "anything") == ()
    assert check_predicate(("a", "b"), "b")[0].state is CheckState.VERIFIED
    for found in ("", "c"):
        (step,) = check_predicate(("a", "b"), found)
        assert (step.reason, step.expected, step.found) == (Reason.PREDICATE_MISSING, "a or b", found)
