"""The second engine: what the sigstore package says of a signature. It is imported here alone, and only when asked.

    why = why_not(bundle)                              # "" = the package can read it
    opinion = ask_sigstore(bundle, artifact, wanted, root)
    opinion.holds, opinion.says

The package is given the bytes of the bundle and of our trusted root, never its own: it asks no server and writes no
cache. A bundle that it refuses, in JSON that protobuf allows and the package may not read, is given to it once more in
the form that it reads (`package_json`). Its policy is one of ours that takes note of the certificate's names and
refuses nothing, so that what it says of the signature and what it says of the signer stay two things. A verifier is
made once for each trusted root.

What it can read is decided from the form of a bundle before it is called: a refusal is never taken for "cannot read".
Source: sigstore-python 4.5.1: sigstore/verify/verifier.py, sigstore/models.py.
"""

from __future__ import annotations

import hashlib
import threading
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from supplymatrix.attest.bundle import LogEntry, SignedBundle
from supplymatrix.attest.certificate_fields import parse_certificate
from supplymatrix.attest.der import DerError
from supplymatrix.attest.package_json import in_strict_form
from supplymatrix.attest.public_keys import CannotVerifyError, key_name
from supplymatrix.attest.trusted_root import TrustedRoot, parse_trusted_root
from supplymatrix.attest.wanted import Artifact, IdentityWish, Wanted
from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.value import changed, value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from cryptography.x509 import Certificate
    from sigstore.models import Bundle
    from sigstore.verify import Verifier

__all__ = ["Opinion", "ask_sigstore", "package_version", "why_not", "why_not_here"]

_BODIES = {
    False: frozenset({("hashedrekord", "0.0.1"), ("hashedrekord", "0.0.2")}),
    True: frozenset({("dsse", "0.0.1"), ("hashedrekord", "0.0.2")}),
}
"""By whether an envelope is signed: the log entries that it reads."""
_CURVE = "ECDSA P-256"
_LOCK = threading.Lock()
"""One call of the package at a time: what is done about its warnings holds for the whole process."""
_MOST_WORDS = 200
_REMEDY = "install the program with its dependencies again; --engine native judges without a second opinion"


@value
class Opinion:
    """What the package says. holds: of signature, certificate and log entry. says: why not, as it says it, "" where it
    holds. broke: it ended in a way that is no verdict. is_rewritten: it is of the bundle in the package's form of JSON.
    names: whether identity and issuer are as wished, None where it
    was not asked, or did not get so far; names_say: why not."""

    holds: bool
    says: str
    version: str
    broke: bool = False
    is_rewritten: bool = False
    names: bool | None = None
    names_say: str = ""


def why_not(bundle: SignedBundle) -> str:
    """Return why the package cannot read a signature, as the end of "native only: …"; "" = it can."""
    if bundle.version == (0, 0):
        return f"the sigstore package reads bundles, and this is a {bundle.form}"
    if not bundle.certificate:
        return "the sigstore package verifies no signatures by keys"
    if len(bundle.entries) != 1:
        return f"the sigstore package takes exactly one log entry, and here are {len(bundle.entries)}"
    if why := _why_not_entry(bundle, bundle.entries[0]):
        return why
    try:
        name = key_name(parse_certificate(bundle.certificate).public_key())
    except (DerError, CannotVerifyError):
        return ""
    return "" if name == _CURVE else f"the sigstore package verifies {_CURVE} with SHA-256 alone, and this is {name}"


def _why_not_entry(bundle: SignedBundle, entry: LogEntry) -> str:
    if (entry.kind, entry.version) not in _BODIES[bundle.envelope is not None]:
        of = "an envelope" if bundle.envelope is not None else "a file"
        return f"the sigstore package reads no {entry.kind} {entry.version} entries of {of}"
    if entry.version == "0.0.2" and entry.promise and entry.integrated_time:
        return f"the sigstore package takes no promise for {entry.kind} 0.0.2 entries, and here is one"
    if entry.proof is None or not entry.proof.checkpoint:
        return "the sigstore package wants an inclusion proof with a signed tree head, and here is none"
    if bundle.version == (0, 1) and not entry.promise:
        return "the sigstore package wants a promise of the log in bundles v0.1, and here is none"
    return ""


def why_not_here(bundle: SignedBundle, artifact: Artifact, wanted: Wanted, root: TrustedRoot | None) -> str:
    """Return why the package cannot judge a signature that it might read as it is asked here; "" = it can."""
    if why := why_not(bundle):
        return why
    if wanted.keys and not wanted.identities:
        return "the sigstore package verifies no signatures by keys"
    if root is None:
        return "the sigstore package verifies nothing without a trusted root"
    if not root.logs or not root.ct_logs or not root.authorities:
        return "the sigstore package wants logs, certificate logs and certificate authorities in the trusted root"
    if not _is_as_read(root):
        return "the certificate authority was given apart from the trusted root"
    if not wanted.checks_log or not wanted.checks_sct:
        return f"the sigstore package cannot leave out the check of the {'SCT' if wanted.checks_log else 'log'}"
    if bundle.envelope is None and not artifact.digest("sha256"):
        return "the sigstore package wants the SHA-256 of the file"
    return ""


def ask_sigstore(bundle: SignedBundle, artifact: Artifact, wanted: Wanted, root: TrustedRoot) -> Opinion:
    """Return what the package says of a signature for which `why_not_here` says nothing.

    Raises SourceError where the package is not there, or cannot be imported.
    """
    opinion = _asked(bundle.raw, bundle, artifact, wanted, root)
    if opinion.holds or opinion.broke:
        return opinion
    rewritten = in_strict_form(bundle.raw)
    if rewritten == bundle.raw:
        return opinion
    return changed(_asked(rewritten, bundle, artifact, wanted, root), is_rewritten=True)


def _asked(raw: bytes, bundle: SignedBundle, artifact: Artifact, wanted: Wanted, root: TrustedRoot) -> Opinion:
    """Return what the package says of a bundle in these bytes. Raises SourceError."""
    package = _package()
    version = str(package.__version__)
    policy = _Names(wanted.identities)
    try:
        from sigstore.errors import Error

        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _verify(_verifier(root.sha256, root.raw), raw, bundle, artifact, policy)
            except (Error, ValueError) as err:
                return Opinion(holds=False, says=_words(err), version=version)
    except Exception as err:  # noqa: BLE001 - whatever the package ends with must not end the run, nor pass
        return Opinion(holds=False, says=f"{type(err).__name__}: {_words(err)}", version=version, broke=True)
    return Opinion(holds=True, says="", version=version, names=policy.holds, names_say=policy.says)


def package_version() -> str:
    """Return the version of the package. Raises SourceError where it is not there, or cannot be imported."""
    return str(_package().__version__)


class _Names:
    """A policy that takes note of what the package says of identity and issuer, and lets everything pass.

    It is asked only of wishes that it understands: all of them exact.
    """

    def __init__(self, wishes: Sequence[IdentityWish]) -> None:
        self._wishes = wishes
        self.holds: bool | None = None
        self.says = ""

    def verify(self, cert: Certificate) -> None:
        from sigstore.errors import VerificationError
        from sigstore.verify.policy import Identity

        if not self._wishes or not all(_is_exact(wish) for wish in self._wishes):
            return
        for wish in self._wishes:
            try:
                Identity(identity=wish.identity, issuer=wish.issuer or None).verify(cert)
            except (VerificationError, ValueError) as err:
                self.holds, self.says = False, _words(err)
            else:
                self.holds, self.says = True, ""
                return


def _is_exact(wish: IdentityWish) -> bool:
    return bool(wish.identity) and not wish.identity_regexp and not wish.issuer_regexp


def _verify(verifier: Verifier, raw: bytes, bundle: SignedBundle, artifact: Artifact, policy: _Names) -> None:
    """Raise what the package raises, unless it holds the signature for good."""
    from sigstore.hashes import Hashed
    from sigstore.models import Bundle
    from sigstore_models.common.v1 import HashAlgorithm

    read: Bundle = Bundle.from_json(raw)
    if bundle.envelope is not None:
        verifier.verify_dsse(read, policy)
        return
    digest = bytes.fromhex(artifact.digest("sha256"))
    verifier.verify_artifact(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest), read, policy)


@lru_cache(maxsize=4)
def _verifier(sha256: str, raw: bytes) -> Verifier:
    from sigstore.models import TrustedRoot as PackageRoot
    from sigstore.verify import Verifier
    from sigstore_models.trustroot.v1 import TrustedRoot as RootMessage

    if hashlib.sha256(raw).hexdigest() != sha256:
        raise ValueError("the trusted root is not what its digest says")
    return Verifier(trusted_root=PackageRoot(RootMessage.from_json(raw)))


@lru_cache(maxsize=4)
def _read_again(raw: bytes) -> TrustedRoot:
    return parse_trusted_root(raw, "trusted root")


def _is_as_read(root: TrustedRoot) -> bool:
    """Return whether a trusted root is what its bytes say, and nothing was put in its place since."""
    try:
        read = _read_again(root.raw)
    except InputError:
        return False
    ours = (root.logs, root.authorities, root.ct_logs, root.timestamp_authorities)
    return ours == (read.logs, read.authorities, read.ct_logs, read.timestamp_authorities)


@lru_cache(maxsize=1)
def _package() -> ModuleType:
    """Return the package, its log output going nowhere."""
    import logging

    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import sigstore
            import sigstore.models
            import sigstore.verify
    except ImportError as err:
        raise SourceError(f"the sigstore package cannot be imported: {_words(err)}", remedy=_REMEDY) from err
    for name in ("sigstore", "rfc3161_client", "tuf"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    return sigstore


def _words(err: BaseException) -> str:
    """Return what an exception says, on one line that is not too long."""
    said = " ".join(str(part) for part in err.args) or str(err) or type(err).__name__
    text = " ".join(said.split())
    return text if len(text) <= _MOST_WORDS else f"{text[:_MOST_WORDS]}…"
