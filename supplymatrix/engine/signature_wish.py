"""Who should have signed, from the words of a command line or a policy to what a signature is held against."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from supplymatrix.attest.keys import VerifyingKey
from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.signature import ArtifactKind, Check
from supplymatrix.model.signature_run import SUBJECTS
from supplymatrix.model.value import changed, value
from supplymatrix.sources.files import read_limited

__all__ = ["IGNORE_LOG", "IGNORE_SCT", "SignatureWish", "WishWords", "read_wish", "usual_issuer"]

IGNORE_LOG, IGNORE_SCT, KEY_WITHOUT_LOG = "--insecure-ignore-log", "--insecure-ignore-sct", "--key-without-log"
_KEY_LIMIT = 64 << 10
_USUAL = (
    ("https://github.com/", "https://token.actions.githubusercontent.com"),
    ("https://gitlab.com/", "https://gitlab.com"),
    ("https://issuer.enforce.dev/", "https://issuer.enforce.dev"),
    (".iam.gserviceaccount.com", "https://accounts.google.com"),
)
"""Part of an identity → issuer that usually vouches for such ones: named in a hint, never taken by itself."""


@value
class WishWords:
    """As they were given. identities, identity_regexps and issuers, issuer_regexps: one issuer for all identities, or
    one for each. keys: files with public keys. claims: name of the certificate's field → text. vendor: id of a
    profile; variables: its own; target: the one image or file that is meant, "" = each of a run; vendor_keys: files
    that are the vendor's keys by their hash; profiles: folders of the user's own. needs_issuer: False where a CA of
    one's own may name none."""

    identities: tuple[str, ...] = ()
    identity_regexps: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    issuer_regexps: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    vendor: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    target: str = ""
    vendor_keys: tuple[Path, ...] = ()
    profiles: tuple[Path, ...] = ()
    ignores_log: bool = False
    ignores_sct: bool = False
    key_without_log: bool = False
    needs_issuer: bool = True

    @property
    def names_somebody(self) -> bool:
        """Whether it is said who should have signed."""
        return bool(self.identities or self.identity_regexps or self.keys or self.vendor)


@value
class SignatureWish:
    """wanted, and how reports tell it: asked, a line for each signer; switched_off: what is not checked; notes."""

    wanted: Wanted
    asked: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_wish(words: WishWords) -> SignatureWish:
    """Return what signatures are held against. Who signs the target for a vendor is in `wanted`; without a target that
    is for `engine.vendor_request` to say, of each of those that are named.

    Raises InputError for words that do not go together, and for keys that cannot be read.
    """
    _refuse_empty(words)
    keys = tuple(_keys(words.keys))
    identities = _identities(words)
    wanted = Wanted(
        identities=identities,
        keys=keys,
        claims=tuple(sorted(words.claims)),
        annotations=tuple(sorted(words.annotations)),
        checks_log=not words.ignores_log,
        checks_sct=not words.ignores_sct,
        log_is_optional=words.key_without_log,
    )
    asked = tuple(_asked(wanted))
    if words.vendor:
        _refuse_others(words, wanted)
        wanted = _of_vendor(words, wanted) if words.target else wanted
    return SignatureWish(wanted=wanted, asked=asked, switched_off=tuple(_switched_off(words, wanted)))


def usual_issuer(identity: str) -> str:
    """Return who usually vouches for such an identity, "" = not known; to be offered, and never to be taken unasked."""
    return next((issuer for part, issuer in _USUAL if part in identity), "")


def _refuse_others(words: WishWords, wanted: Wanted) -> None:
    if wanted.identities or wanted.keys:
        message = "who signs for a vendor is in its profile: nobody else is named beside it"
        raise _fault(message, "--vendor alone; or --identity and --issuer, or --key", words.vendor)


def _of_vendor(words: WishWords, wanted: Wanted) -> Wanted:
    """Return the same with who signs the target for a vendor."""
    from supplymatrix.engine.image_signatures import is_layout
    from supplymatrix.engine.vendor_keys import VendorKeys
    from supplymatrix.engine.vendor_signers import signers_of

    is_file = os.path.isfile(words.target) and not is_layout(words.target)  # noqa: PTH113
    kind = ArtifactKind.FILE if is_file else ArtifactKind.IMAGE
    found = signers_of(
        words.vendor, dict(words.variables), words.target, kind, folders=words.profiles,
        keys=VendorKeys(words.vendor_keys),
    )  # fmt: skip
    own = found.wanted
    return changed(
        wanted, identities=own.identities, keys=own.keys, log_is_optional=own.log_is_optional,
        lacks_keys=own.lacks_keys, only_certificates=own.only_certificates,
    )  # fmt: skip


def _refuse_empty(words: WishWords) -> None:
    """Raise InputError where a word is empty, as is one that a variable of a shell was to fill: it asks nothing."""
    named = (
        (words.identities, "--identity"), (words.identity_regexps, "--identity-regexp"), (words.issuers, "--issuer"),
        (words.issuer_regexps, "--issuer-regexp"), ([name for name, _ in words.claims], "--claim"),
        ([name for name, _ in words.annotations], "--annotation"),
    )  # fmt: skip
    for texts, option in named:
        if any(not text.strip() for text in texts):
            raise _fault(f"{option} is empty, and would ask for nothing", "what is asked for")


def _keys(paths: Sequence[Path]) -> Iterator[VerifyingKey]:
    if paths:
        from supplymatrix.attest.keys import parse_verifying_key

        for path in paths:
            yield parse_verifying_key(read_limited(path, _KEY_LIMIT, "public key"), path.as_posix())


def _identities(words: WishWords) -> tuple[IdentityWish, ...]:
    """Return each identity with its issuer."""
    named = [*words.identities, *words.identity_regexps]
    issuers = [*words.issuers, *words.issuer_regexps]
    if not named:
        if issuers:
            message = "an issuer alone names nobody: whoever has an account there could have signed"
            raise _fault(message, "who should have signed: --identity, or --identity-regexp")
        return ()
    if not issuers and words.needs_issuer:
        hint = usual_issuer(named[0])
        remedy = f"--issuer {hint}, if that is who should vouch for it" if hint else ""
        raise _fault("nobody is named who vouches for the identity", "--issuer, or --issuer-regexp", named[0], remedy)
    if len(issuers) > 1 and len(issuers) != len(named):
        counts = f"{len(named)} identities and {len(issuers)} issuers"
        raise _fault("it is not clear which issuer is whose", "one issuer for all, or one for each identity", counts)
    if len(issuers) > 1 and len(words.identities) != len(words.issuers):
        found = "identities and issuers, some of them as expressions"
        expected = "exact identities with exact issuers, and expressions with expressions"
        raise _fault("it is not clear which issuer is whose", expected, found)
    return tuple(_pairs(words, len(issuers)))


def _pairs(words: WishWords, issuers: int) -> Iterator[IdentityWish]:
    """Yield identities with issuers: the one for all, or those of the same place."""
    for number, identity in enumerate(words.identities):
        yield changed(_issuer(words, number, issuers, is_exact=True), identity=identity)
    for number, pattern in enumerate(words.identity_regexps):
        yield changed(_issuer(words, number, issuers, is_exact=False), identity_regexp=pattern)


def _issuer(words: WishWords, number: int, issuers: int, *, is_exact: bool) -> IdentityWish:
    if not issuers:
        return IdentityWish(any_issuer=True)
    if issuers == 1:
        is_exact, number = bool(words.issuers), 0
    if is_exact:
        return IdentityWish(issuer=words.issuers[number])
    return IdentityWish(issuer_regexp=words.issuer_regexps[number])


def _asked(wanted: Wanted) -> Iterator[str]:
    for wish in wanted.identities:
        who = wish.name or wish.identity or f"an identity that matches {wish.identity_regexp}"
        by = wish.issuer or (f"an issuer that matches {wish.issuer_regexp}" if wish.issuer_regexp else "any issuer")
        yield f"{who}, by {by}"
    for key in wanted.keys:
        yield f"{key.name} key sha256:{key.key_id}"
    for name, text in wanted.claims:
        yield f"with {name} = {text}"
    for name, text in wanted.annotations:
        yield f"with the annotation {name}={text}"


def _switched_off(words: WishWords, wanted: Wanted) -> Iterator[str]:
    if not wanted.checks_log:
        yield f"{SUBJECTS[Check.ENTRY]} ({IGNORE_LOG}): nobody may ever have seen these signatures"
    elif words.key_without_log:
        yield f"{SUBJECTS[Check.ENTRY]}, where a key's signature has no entry ({KEY_WITHOUT_LOG})"
    if not wanted.checks_sct:
        yield f"{SUBJECTS[Check.SCT]} ({IGNORE_SCT}): nobody may ever have seen these certificates"
    if any(wish.any_issuer for wish in wanted.identities):
        yield f"{SUBJECTS[Check.ISSUER]} (--ca without --issuer): who vouched for the identity"


def _fault(message: str, expected: str, seen: str = "", remedy: str = "") -> InputError:
    return InputError(Diagnostic(message=message, seen=seen[:200], expected=expected, remedy=remedy))
