"""Builders that are known: which certificates are theirs, and which level of SLSA their documentation claims.

A provenance statement names its builder. Anybody can write a name into a statement, so that it counts only where the
certificate of the signature is that builder's. What a builder gives is told as its documentation says it, with the day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from supplymatrix.attest.provenance import repository_of
from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.model.provenance import BuilderClaim, Provenance
from supplymatrix.model.signature import CheckState, Signer
from supplymatrix.model.value import changed, value

__all__ = [
    "GITHUB_ISSUER", "TRUSTED_BUILDERS", "BuilderAnswer", "builds_for_many", "claims_of", "commits_of", "hold_builder",
    "known_builder", "source_of",
]  # fmt: skip

GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
_CHECKED_ON = "2026-11-26"
_GENERATOR = r"https://github\.com/slsa-framework/slsa-github-generator/\.github/workflows/"
_RELEASE = r"\.yml@refs/tags/v[0-9]+\.[0-9]+\.[0-9]+"
_BUILDS = (
    "(?:builder_go|builder_container-based|builder_docker-based|builder_nodejs|builder_gradle|builder_maven"
    "|builder_bazel|generator_generic|generator_container)_slsa3"
)
_DELEGATES = "(?:delegator_generic|delegator_lowperms-generic)_slsa3"
_WORKFLOW = "/.github/workflows/"
_RUNNER = "https://github.com/actions/runner/"
_ATTESTED = "https://actions.github.io/buildtypes/workflow/v1"


@value
class _Known:
    """pattern: of the builder's id, which is also its identity in a certificate. issuer: who vouches for that."""

    pattern: str
    claim: BuilderClaim
    issuer: str = GITHUB_ISSUER


_GENERATOR_CLAIM = BuilderClaim(
    name="slsa-github-generator",
    level=3,
    source="https://github.com/slsa-framework/slsa-github-generator",
    checked_on=_CHECKED_ON,
)
_ATTESTATION_CLAIM = BuilderClaim(
    name="GitHub artifact attestations",
    level=2,
    source="https://docs.github.com/actions/concepts/security/artifact-attestations",
    checked_on=_CHECKED_ON,
)
_REUSABLE_CLAIM = changed(
    _ATTESTATION_CLAIM,
    name="GitHub artifact attestations, made in a reusable workflow",
    level=3,
)
_KNOWN = (
    _Known(pattern=f"{_GENERATOR}{_BUILDS}{_RELEASE}", claim=_GENERATOR_CLAIM),
    _Known(
        pattern=f"{_GENERATOR}{_DELEGATES}{_RELEASE}",
        claim=changed(_GENERATOR_CLAIM, name="slsa-github-generator, for a builder of others", delegates=True),
    ),
    _Known(
        pattern=r"https://cloudbuild\.googleapis\.com/GoogleHostedWorker",
        claim=BuilderClaim(
            name="Google Cloud Build",
            level=3,
            source="https://docs.cloud.google.com/build/docs/securing-builds/generate-validate-build-provenance",
            checked_on=_CHECKED_ON,
        ),
        issuer="https://accounts.google.com",
    ),
)
TRUSTED_BUILDERS: tuple[IdentityWish, ...] = tuple(
    IdentityWish(identity_regexp=known.pattern, issuer=GITHUB_ISSUER, name=known.claim.name)
    for known in _KNOWN
    if known.pattern.startswith(_GENERATOR)
)
"""Identities of builders that build for many repositories. One of them may sign provenance for anybody: who takes it
has to hold the source repository of its certificate against the one that is meant."""


@value
class BuilderAnswer:
    """What holding a builder's name against its signature came to. says: one line."""

    state: CheckState
    says: str
    expected: str = ""
    found: str = ""
    reason: str = ""


def known_builder(provenance: Provenance, signer: Signer) -> BuilderClaim | None:
    """Return what is known of the builder of a statement, None for nothing. signer: of the statement, which holds: one
    that delegates counts by itself, whatever builder it names. It has to be held against the name by `hold_builder`.

    Which level it is rests on the certificate alone, and on who issued its identity: a statement says anything.
    """
    for known in _KNOWN:
        named = signer.identity if known.claim.delegates else provenance.builder_id
        if signer.issuer == known.issuer and _is(known, named):
            return known.claim
    claims = claims_of(signer)
    is_hosted = signer.issuer == GITHUB_ISSUER and claims.get("runnerenvironment") == "github-hosted"
    if provenance.build_type != _ATTESTED or _WORKFLOW not in provenance.builder_id or not is_hosted:
        return None
    called, caller = _file_of(claims.get("buildsigneruri", "")), _file_of(claims.get("buildconfiguri", ""))
    return _REUSABLE_CLAIM if called and caller and called != caller else _ATTESTATION_CLAIM


def _file_of(workflow: str) -> str:
    """Return the address of a workflow without its ref."""
    return workflow.partition("@")[0].casefold()


def _is(known: _Known, identity: str) -> bool:
    return re.fullmatch(known.pattern, identity) is not None


def builds_for_many(identity: str) -> bool:
    """Return whether an identity is one of TRUSTED_BUILDERS, which sign for any repository that calls them."""
    return any(re.fullmatch(wish.identity_regexp, identity) for wish in TRUSTED_BUILDERS)


def claims_of(signer: Signer) -> Mapping[str, str]:
    """Return the fields of a certificate, by names in lower case."""
    return {name.lower(): text for name, text in signer.claims}


def source_of(signer: Signer) -> str:
    """Return the source repository of a certificate, as "https://github.com/org/repo"; "" where it names none."""
    claims = claims_of(signer)
    found = repository_of(claims.get("sourcerepositoryuri", ""))
    name = claims.get("githubworkflowrepository", "")
    if found or signer.issuer != GITHUB_ISSUER or name.count("/") != 1:
        return found
    return repository_of(f"https://github.com/{name}")


def commits_of(signer: Signer) -> dict[str, str]:
    """Return the commits of the source that a certificate has, by the name of the field."""
    names = {"sourcerepositorydigest": "sourceRepositoryDigest", "githubworkflowsha": "githubWorkflowSHA"}
    claims = claims_of(signer)
    return {shown: claims[name].lower() for name, shown in names.items() if claims.get(name)}


def hold_builder(provenance: Provenance, signer: Signer) -> BuilderAnswer:
    """Return whether the builder that a statement names is who signed it. signer: of the statement, which holds."""
    named, claims = provenance.builder_id, claims_of(signer)
    if not signer.identity:
        says = f"the statement names {named}, and is signed by a key, which says nothing of a builder"
        return BuilderAnswer(state=CheckState.NOT_CHECKABLE, says=says, found=named, reason="no-certificate")
    answer = _of_name(named, signer, claims)
    other_run = _other_run(provenance, claims)
    if answer.state is not CheckState.FAILED and other_run:
        return BuilderAnswer(
            state=CheckState.FAILED,
            says="the statement is about another run than the one that signed it",
            expected=other_run,
            found=provenance.run,
            reason="run-mismatch",
        )
    return answer


def _of_name(named: str, signer: Signer, claims: Mapping[str, str]) -> BuilderAnswer:
    """Return what a certificate says of a builder by its name."""
    delegate = next((one for one in _KNOWN if one.claim.delegates and _is(one, signer.identity)), None)
    if named in (signer.identity, claims.get("buildsigneruri")):
        return BuilderAnswer(state=CheckState.VERIFIED, says=f"{named} signed the statement itself")
    if delegate is not None and signer.issuer == GITHUB_ISSUER:
        says = f"{named}, as {signer.identity} says, which called it and signed the statement"
        return BuilderAnswer(state=CheckState.VERIFIED, says=says)
    return _of_other_kind(named, signer, claims)


def _of_other_kind(named: str, signer: Signer, claims: Mapping[str, str]) -> BuilderAnswer:
    """Return what a certificate says of a builder whose name is no identity: a runner, or the address of a run."""
    run = claims.get("runinvocationuri", "")
    if named.startswith(_RUNNER) and signer.issuer == GITHUB_ISSUER and claims.get("runnerenvironment"):
        kind = claims["runnerenvironment"]
        if named == _RUNNER + kind:
            return BuilderAnswer(state=CheckState.VERIFIED, says=f"{named}; the certificate says {kind} too")
    elif run and f"{run}/".startswith(f"{named.rstrip('/')}/") and "/runs/" in named:
        return BuilderAnswer(state=CheckState.VERIFIED, says=f"the run {named}, which signed the statement")
    elif _is_project_of(named, signer, claims):
        return BuilderAnswer(state=CheckState.VERIFIED, says=f"{named}, a runner of the project that signed")
    elif not (_WORKFLOW in named or any(_is(known, named) for known in _KNOWN) or named.startswith(_RUNNER)):
        says = f"it names {named}, which cannot be held against the identity {signer.identity}"
        return BuilderAnswer(
            state=CheckState.NOT_CHECKABLE, says=says, found=named, expected=signer.identity, reason="builder-unknown"
        )
    elif named.startswith(_RUNNER) and not claims.get("runnerenvironment"):
        says = f"it names {named}, and the certificate does not say on which runner it was issued"
        return BuilderAnswer(state=CheckState.NOT_CHECKABLE, says=says, found=named, reason="builder-unknown")
    return BuilderAnswer(
        state=CheckState.FAILED,
        says="the statement names another builder than the one that signed it",
        expected=signer.identity,
        found=named,
        reason="builder-mismatch",
    )


def _is_project_of(named: str, signer: Signer, claims: Mapping[str, str]) -> bool:
    """Return whether a builder is a runner of the GitLab project in whose pipeline the certificate was issued."""
    source = claims.get("sourcerepositoryuri", "").rstrip("/")
    on_gitlab = "//.gitlab-ci.yml@" in signer.identity and source.startswith(f"{signer.issuer.rstrip('/')}/")
    return on_gitlab and named.startswith(f"{source}/-/runners/")


def _other_run(provenance: Provenance, claims: Mapping[str, str]) -> str:
    """Return the run of the certificate where the statement has another one, "" where they are one or not told."""
    signed = claims.get("runinvocationuri", "")
    if not signed or not provenance.run.startswith("https://"):
        return ""
    same = _run(signed) == _run(provenance.run)
    return "" if same else signed


def _run(address: str) -> str:
    """Return the address of a run without its attempt, which a statement may leave out."""
    return re.sub(r"/attempts/[0-9]+$", "", address.rstrip("/")).casefold()
