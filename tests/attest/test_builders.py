"""Builders: a name in a statement counts only where the certificate is that builder's."""

from __future__ import annotations

import re

import pytest

from supplymatrix.attest.builders import (
    GITHUB_ISSUER,
    TRUSTED_BUILDERS,
    builds_for_many,
    commits_of,
    hold_builder,
    known_builder,
    source_of,
)
from supplymatrix.model.provenance import Provenance
from supplymatrix.model.signature import CheckState, Signer
from tests.support.made_chain import COMMIT, GENERATOR, REPOSITORY
from tests.support.made_sigstore import GITHUB_IDENTITY

_DELEGATOR = GENERATOR.replace("builder_go_slsa3", "delegator_generic_slsa3")
_ATTESTED = "https://actions.github.io/buildtypes/workflow/v1"
_RUN = f"{REPOSITORY}/actions/runs/1"
_HOSTED = "https://github.com/actions/runner/github-hosted"
_GCB = "https://cloudbuild.googleapis.com/GoogleHostedWorker"
_GITLAB = "https://gitlab.com/corp/app//.gitlab-ci.yml@refs/heads/main"


def _signer(identity: str = GITHUB_IDENTITY, issuer: str = GITHUB_ISSUER, **claims: str) -> Signer:
    return Signer(key_name="ECDSA P-256", key_id="ab", identity=identity, issuer=issuer, claims=tuple(claims.items()))


def _provenance(builder: str, *, build_type: str = "", entry: str = "", run: str = "") -> Provenance:
    return Provenance(
        predicate_type="p", version="1", builder_id=builder, build_type=build_type, repository=REPOSITORY,
        entry_point=entry, run=run,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("builder", "signer", "state", "reason"),
    [
        (GITHUB_IDENTITY, _signer(), "verified", ""),
        (GITHUB_IDENTITY, _signer(f"{GITHUB_IDENTITY}x"), "failed", "builder-mismatch"),
        (GENERATOR, _signer(), "failed", "builder-mismatch"),
        (GENERATOR, _signer("dev@corp.example"), "failed", "builder-mismatch"),
        (_GCB, _signer("dev@corp.example"), "failed", "builder-mismatch"),
        ("https://other.example/.github/workflows/x.yml@r", _signer(_DELEGATOR), "verified", ""),
        (GITHUB_IDENTITY, _signer(_DELEGATOR, "https://login.example"), "failed", "builder-mismatch"),
        (GITHUB_IDENTITY, _signer(_DELEGATOR.replace("v2.1.0", "main")), "failed", "builder-mismatch"),
        (_HOSTED, _signer(runnerEnvironment="github-hosted"), "verified", ""),
        (_HOSTED, _signer(runnerEnvironment="self-hosted"), "failed", "builder-mismatch"),
        (_HOSTED, _signer(), "not checkable", "builder-unknown"),
        (_RUN, _signer(runInvocationURI=f"{_RUN}/attempts/1"), "verified", ""),
        (_RUN, _signer(runInvocationURI=f"{_RUN}2/attempts/1"), "not checkable", "builder-unknown"),
        ("https://gitlab.com/corp/app/-/runners/7",
         _signer(_GITLAB, "https://gitlab.com", sourceRepositoryURI="https://gitlab.com/corp/app"), "verified", ""),
        ("https://gitlab.com/else/app/-/runners/7",
         _signer(_GITLAB, "https://gitlab.com", sourceRepositoryURI="https://gitlab.com/corp/app"),
         "not checkable", "builder-unknown"),
        ("https://tekton.dev/chains/v2", _signer("dev@corp.example"), "not checkable", "builder-unknown"),
        (GITHUB_IDENTITY, Signer(key_name="Ed25519", key_id="ab"), "not checkable", "no-certificate"),
    ],
)  # fmt: skip
def test_a_builder_is_held_against_its_signer(builder: str, signer: Signer, state: str, reason: str) -> None:
    answer = hold_builder(_provenance(builder), signer)
    assert (answer.state.value, answer.reason) == (state, reason)


def test_a_statement_of_another_run_is_refused() -> None:
    signer = _signer(runInvocationURI=f"{_RUN}/attempts/2")
    assert hold_builder(_provenance(GITHUB_IDENTITY, run=_RUN), signer).state is CheckState.VERIFIED
    assert hold_builder(_provenance(GITHUB_IDENTITY, run=f"{_RUN}/attempts/1"), signer).state is CheckState.VERIFIED
    answer = hold_builder(_provenance(GITHUB_IDENTITY, run=f"{_RUN}7"), signer)
    assert (answer.state, answer.reason) == (CheckState.FAILED, "run-mismatch")
    assert hold_builder(_provenance(GITHUB_IDENTITY, run="7"), signer).state is CheckState.VERIFIED


_CALLED = GITHUB_IDENTITY.replace("release.yml", "shared.yml")
_HOST = {"runnerEnvironment": "github-hosted", "buildSignerURI": GITHUB_IDENTITY, "buildConfigURI": GITHUB_IDENTITY}
_OWN = _provenance(GITHUB_IDENTITY, build_type=_ATTESTED, entry=".github/workflows/release.yml")


@pytest.mark.parametrize(
    ("provenance", "signer", "level"),
    [
        (_OWN, _signer(**_HOST), 2),
        (_OWN, _signer(**{**_HOST, "buildSignerURI": _CALLED}), 3),
        (_OWN, _signer(**{**_HOST, "buildConfigURI": GITHUB_IDENTITY.replace("v1.2.0", "v9")}), 2),  # called by itself
        (_OWN, _signer(runnerEnvironment="github-hosted"), 2),
        (_OWN, _signer(**{**_HOST, "runnerEnvironment": "self-hosted"}), 0),
        (_OWN, _signer(**{**_HOST, "runnerEnvironment": ""}), 0),
        (_OWN, _signer(issuer="https://login.example", **_HOST), 0),
        (_provenance(GITHUB_IDENTITY, build_type=_ATTESTED, entry="zzz.yml"), _signer(**_HOST), 2),  # its own word
        (_provenance(GENERATOR), _signer(GENERATOR), 3),
        (_provenance(GENERATOR), _signer(GENERATOR, "https://login.example"), 0),
        (_provenance("https://builder.example"), _signer(_DELEGATOR, "https://login.example"), 0),
        (_provenance(_GCB), _signer(_GCB, "https://accounts.google.com"), 3),
        (_provenance(_GCB), _signer(_GCB), 0),
        (_provenance("https://builder.example"), _signer(**_HOST), 0),
    ],
)
def test_levels_are_those_that_documentation_claims(provenance: Provenance, signer: Signer, level: int) -> None:
    claim = known_builder(provenance, signer)
    assert (claim.level if claim is not None else 0) == level
    if claim is not None:
        assert claim.checked_on[:4] == "2026"
        assert claim.source.startswith("https://")


def test_a_builder_that_builds_for_another_one_counts_by_itself() -> None:
    delegated = known_builder(_provenance("https://builder.example"), _signer(_DELEGATOR))
    assert delegated is not None
    assert delegated.delegates


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        (GENERATOR, True), (_DELEGATOR, True), (GENERATOR.replace("v2.1.0", "v2.1.0-rc.0"), False),
        (GENERATOR.replace("refs/tags/v2.1.0", "refs/heads/main"), False), (f"{GENERATOR}0x", False),
        (GENERATOR.replace("github.com/slsa", "github.com/x-slsa"), False), (GITHUB_IDENTITY, False), ("", False),
    ],
)  # fmt: skip
def test_only_releases_of_the_generator_build_for_many(identity: str, found: bool) -> None:
    assert builds_for_many(identity) is found


def test_patterns_have_no_open_ends() -> None:
    for wish in TRUSTED_BUILDERS:
        assert wish.issuer == GITHUB_ISSUER
        assert re.sub(r"\\\.", "", wish.identity_regexp).count(".") == 0


def test_sources_and_commits_of_certificates() -> None:
    new = _signer(sourceRepositoryURI=REPOSITORY, sourceRepositoryDigest=COMMIT.upper(), githubWorkflowSha="ab")
    assert source_of(new) == REPOSITORY
    assert commits_of(new) == {"sourceRepositoryDigest": COMMIT, "githubWorkflowSHA": "ab"}
    assert source_of(_signer(githubWorkflowRepository="corp/app")) == REPOSITORY
    assert source_of(_signer(issuer="https://login.example", githubWorkflowRepository="corp/app")) == ""
    assert source_of(_signer()) == ""
