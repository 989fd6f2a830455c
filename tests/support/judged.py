"""What tests of the engines share: a made instance, its trusted root, and who is asked for."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

from supplymatrix.attest.bundle import SignedBundle, parse_bundle
from supplymatrix.attest.engines import verify_signature
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root
from supplymatrix.attest.wanted import Artifact, EngineChoice, IdentityWish, Wanted
from supplymatrix.model.signature import SignatureVerdict
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore, statement

__all__ = ["DATA", "MADE", "NOW", "STATEMENT", "artifact_of", "judged", "made_root", "read", "wished"]

MADE = MadeSigstore()
DATA = b"a release\n"
STATEMENT = statement({"app": hashlib.sha256(DATA).hexdigest()})
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@lru_cache(maxsize=1)
def made_root() -> TrustedRoot:
    return parse_trusted_root(MADE.trusted_root(), "root")


def read(data: bytes) -> SignedBundle:
    return parse_bundle(data, "app.sigstore.json")


def artifact_of(data: bytes) -> Artifact:
    digests = tuple((kind, hashlib.new(kind, data).hexdigest()) for kind in ("sha256", "sha384", "sha512"))
    return Artifact(name="app", digests=digests, data=data)


def wished(identity: str = GITHUB_IDENTITY, issuer: str = GITHUB_ISSUER) -> Wanted:
    return Wanted(identities=(IdentityWish(identity=identity, issuer=issuer),))


def judged(
    data: bytes,
    wanted: Wanted | None = None,
    *,
    root: TrustedRoot | None = None,
    engine: EngineChoice = EngineChoice.BOTH,
    artifact: Artifact | None = None,
) -> SignatureVerdict:
    """Return the verdict about a bundle over DATA."""
    return verify_signature(
        read(data), artifact or artifact_of(DATA), wanted or wished(), root or made_root(), NOW, engine=engine
    )
