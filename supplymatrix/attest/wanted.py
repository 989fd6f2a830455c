"""What a signature is held against: the artifact, who should have signed it, and what else is asked for.

What switches a check off is named so, and every verdict tells it; nothing here is off by default.
"""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.attest.keys import VerifyingKey
from supplymatrix.model.value import value

__all__ = ["Artifact", "EngineChoice", "IdentityWish", "Wanted"]


class EngineChoice(StrEnum):
    """Whose verdict counts. BOTH: ours, and that of the sigstore package wherever it can read the signature; where the
    two differ nobody is believed. SIGSTORE: the same, and what the package cannot read, or where it is not there, is
    not decided."""

    BOTH = "both"
    NATIVE = "native"
    SIGSTORE = "sigstore"


@value
class Artifact:
    """What was signed. digests: (algorithm, hex), those that are known of "sha256", "sha384", "sha512". data: its
    bytes, which signatures of Ed25519 need, None where they are not at hand or too many."""

    name: str
    digests: tuple[tuple[str, str], ...]
    data: bytes | None = None

    def digest(self, algorithm: str) -> str:
        """Return the hex digest of that algorithm, "" where it is not known."""
        return dict(self.digests).get(algorithm, "")


@value
class IdentityWish:
    """Who may have signed. identity, issuer: exact. identity_regexp, issuer_regexp: Python regular expressions that
    must match the whole text (RE2's syntax, as cosign takes it, is a subset but for a few letters). An identity without
    an issuer is not decided, since anybody who issues could have named it; any_issuer: the user said that whoever
    issues will do, then it is not checked.

    name: what reports call the wish ("Chainguard's public images"), "" for the text itself.
    """

    identity: str = ""
    identity_regexp: str = ""
    issuer: str = ""
    issuer_regexp: str = ""
    name: str = ""
    any_issuer: bool = False


@value
class Wanted:
    """What is asked of a signature. One of `identities` or one of `keys` must have made it; where both are empty nobody
    is known who should have, and no signature is valid.

    claims: fields of the certificate that must be so ("githubWorkflowRepository", "org/repo"). annotations: signed
    ones that must be there. predicate_types: one of which a statement must have, empty = any. checks_log,
    checks_sct: False only where the user said so, or a vendor's profile says that its keys are in no log.
    only_certificates: whoever is asked for signs with a certificate, so that what a key signed is somebody else's.
    log_is_optional: a key's signature may lack a log entry (then the entry is "not present", and the verdict
    tells it); one that is there must hold. lacks_keys: further keys may have made it that are not at hand: then that a
    key's signature is by none of `keys` says nothing against it.
    """

    identities: tuple[IdentityWish, ...] = ()
    keys: tuple[VerifyingKey, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    predicate_types: tuple[str, ...] = ()
    checks_log: bool = True
    checks_sct: bool = True
    log_is_optional: bool = False
    lacks_keys: bool = False
    only_certificates: bool = False
