"""What [signatures] is made of: which artifacts are signed, by whom, and what has to be attested of them; and whether
the publishers of modules are asked who signed these.

Every file of a policy that has the section is heard, and all of them must be content: who signs has to be one whom each
of them names, and what one requires is required. So none of them can take anything back from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from supplymatrix.model.location import Location
from supplymatrix.model.predicates import kind_of
from supplymatrix.model.value import changed, value

__all__ = [
    "ANY_BUILDER", "DEFAULT_REQUIRE", "PROVENANCE", "SIGNATURE", "ArtifactRule", "BuilderRule", "SignatureRule",
    "SignerRule", "SigningFile", "asked_of", "content_of", "is_provenance_kind", "over", "own_rule",
    "publisher_keys_of", "required_of", "roots_of", "slsa_level_of",
]  # fmt: skip

SIGNATURE = "signature"
"""The word of `require` for a signature; all others are kinds of attestations."""
PROVENANCE = "provenance"
DEFAULT_REQUIRE = (SIGNATURE,)
ANY_BUILDER = "*"
"""The id of a builder that is known by its key alone."""
_OF_ARTIFACTS = ("require", "signers", "builders", "slsa_level", "source", "trusted_root", "max_root_age")
_OF_PUBLISHERS = ("publishers", "allowed_signers", "keyring")


@value
class SigningFile:
    """A file that a policy names beside itself: a public key, a trusted root. place: as written. sha256: hex, of its
    bytes; "" while it has not been read."""

    place: str
    artifact: str = ""
    sha256: str = ""
    data: bytes = b""


@value
class SignerRule:
    """One who may sign: an identity that an issuer vouches for, a key, or whoever signs for a vendor.

    identity_regexp, issuer_regexp: must match the whole text. claims: further fields of the certificate. variables: of
    the vendor's profile. log: a key's signature must be in a log; False only where the policy says so.
    """

    location: Location
    identity: str = ""
    identity_regexp: str = ""
    issuer: str = ""
    issuer_regexp: str = ""
    claims: tuple[tuple[str, str], ...] = ()
    key: SigningFile | None = None
    vendor: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    log: bool = True

    def __str__(self) -> str:
        if self.key is not None:
            return f"the key {self.key.place}"
        if self.vendor:
            return f"the vendor {self.vendor}"
        return self.identity or f"an identity like {self.identity_regexp}"


@value
class BuilderRule:
    """One who may build. id: as provenance names it, a star stands for any text. key: that the builder signs provenance
    with, None = a certificate has its id. log: what that key signs must be in a log."""

    location: Location
    id: str
    key: SigningFile | None = None
    log: bool = True

    def takes(self, named: str) -> bool:
        """Return whether a builder's id is this one."""
        first, *rest = self.id.split("*")
        if not rest:
            return named == self.id
        *middle, last = rest
        if not named.startswith(first) or not named.endswith(last) or len(named) < len(first) + len(last):
            return False
        at, end = len(first), len(named) - len(last)
        for part in middle:
            at = named.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    def __str__(self) -> str:
        if self.key is None:
            return self.id
        return f"the key {self.key.place}" + ("" if self.id == ANY_BUILDER else f" as {self.id}")


@value
class ArtifactRule:
    """One [[signatures.artifact]]. path or image: of which it is, the other is "". bundle: a file, a folder or a
    pattern with {name}, where its signatures are, "" = beside it. signers, require: in the place of those of the
    section, None = those. location: of path or image."""

    location: Location
    path: str = ""
    image: str = ""
    bundle: str = ""
    signers: tuple[SignerRule, ...] | None = None
    require: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.path or self.image


@value
class SignatureRule:
    """[signatures] of one file; None = it does not say. require: kinds, "signature" among them. builders: who may have
    built. slsa_level: 1 to 3. source: address of the repository. max_root_age: days. publishers: repositories of
    modules are asked; allowed_signers, keyring: whose keys count there. places: key → where its value stands. layer:
    number of the file, 0 = the project's own."""

    location: Location
    require: tuple[str, ...] | None = None
    signers: tuple[SignerRule, ...] | None = None
    builders: tuple[BuilderRule, ...] | None = None
    slsa_level: int | None = None
    source: str = ""
    trusted_root: SigningFile | None = None
    max_root_age: int = 0
    publishers: bool | None = None
    allowed_signers: SigningFile | None = None
    keyring: SigningFile | None = None
    artifacts: tuple[ArtifactRule, ...] = ()
    places: Mapping[str, Location] = MappingProxyType({})
    layer: int = 0

    def place(self, key: str) -> Location:
        """Return where a key stands, or the section."""
        return self.places.get(key, self.location)

    @property
    def asks_of_artifacts(self) -> bool:
        """Whether it is about what the project releases, not about publishers of modules alone."""
        if self.artifacts or any(_is_said(getattr(self, key)) for key in _OF_ARTIFACTS):
            return True
        return not any(_is_said(getattr(self, key)) for key in _OF_PUBLISHERS)


def required_of(rules: Iterable[SignatureRule], artifact: ArtifactRule | None = None) -> tuple[str, ...]:
    """Return all that is required of an artifact, by any file; where none says anything a signature is."""
    rules = tuple(rules)
    said: dict[str, None] = {}
    for rule in rules:
        own = own_rule(rule, artifact)
        said |= dict.fromkeys(own.require if own is not None and own.require is not None else rule.require or ())
    return tuple(said) or (DEFAULT_REQUIRE if any(rule.asks_of_artifacts for rule in rules) else ())


def asked_of(rules: Iterable[SignatureRule], artifact: ArtifactRule | None = None) -> tuple[str, ...]:
    """Return all that must be there of an artifact that is looked at: what is required, else a signature; provenance
    too where a builder or a level is asked for, of which nothing else tells."""
    rules = tuple(rules)
    required = required_of(rules, artifact) or DEFAULT_REQUIRE
    asks = any(rule.builders is not None or rule.slsa_level for rule in rules)
    return (*required, PROVENANCE) if asks and not any(map(is_provenance_kind, required)) else required


def is_provenance_kind(kind: str) -> bool:
    """Return whether a kind of attestation is provenance, by whatever word or type it is asked for."""
    return kind.startswith("slsaprovenance") or kind == PROVENANCE or kind_of(kind) == PROVENANCE


def own_rule(rule: SignatureRule, artifact: ArtifactRule | None) -> ArtifactRule | None:
    """Return what a section says of an artifact, by its name: several files may speak of one, and all are heard."""
    if artifact is None:
        return None
    return next((own for own in rule.artifacts if own.name == artifact.name), None)


def slsa_level_of(rules: Iterable[SignatureRule]) -> tuple[int, Location | None]:
    """Return the highest level that any file asks for, and where; 0 = none."""
    asked = [rule for rule in rules if rule.slsa_level]
    highest = max(asked, key=lambda rule: rule.slsa_level or 0, default=None)
    return (0, None) if highest is None else (highest.slsa_level or 0, highest.place("slsa_level"))


def roots_of(rules: Iterable[SignatureRule]) -> SigningFile | None:
    """Return the trusted root that is named; the files of a policy agree about it."""
    return next((rule.trusted_root for rule in rules if rule.trusted_root is not None), None)


def publisher_keys_of(rules: Iterable[SignatureRule]) -> tuple[SigningFile | None, SigningFile | None]:
    """Return the allowed signers and the keyring of publishers that are named; the files of a policy agree about
    both."""
    rules = tuple(rules)
    signers = next((rule.allowed_signers for rule in rules if rule.allowed_signers is not None), None)
    return signers, next((rule.keyring for rule in rules if rule.keyring is not None), None)


def over(here: SignatureRule, preset: SignatureRule) -> SignatureRule:
    """Return the section of a file over that of the preset that it starts from: what it says itself holds."""
    said = {
        key: getattr(here if _is_said(getattr(here, key)) else preset, key) for key in (*_OF_ARTIFACTS, *_OF_PUBLISHERS)
    }
    places = {**preset.places, **here.places}
    if here.trusted_root is not None and not here.max_root_age:
        said["max_root_age"] = 0  # of a root of one's own nobody says how old it is
        places.pop("max_root_age", None)
    return changed(here, **said, places=places)


def _is_said(found: object) -> bool:
    return isinstance(found, bool) or (found is not None and found not in ("", 0))


def content_of(rule: SignatureRule) -> dict[str, object]:
    """Return what decides of a section, without its places, in an order of its own."""
    found: dict[str, object] = {
        "require": None if rule.require is None else sorted(rule.require),
        "signers": None if rule.signers is None else sorted(map(_signer, rule.signers)),
        "builders": None if rule.builders is None else sorted(map(_builder, rule.builders)),
        "slsa_level": rule.slsa_level or 0,
        "source": rule.source,
        "trusted_root": rule.trusted_root.sha256 if rule.trusted_root is not None else "",
        "max_root_age": rule.max_root_age,
        "publishers": rule.publishers,
        "allowed_signers": rule.allowed_signers.sha256 if rule.allowed_signers is not None else "",
        "keyring": rule.keyring.sha256 if rule.keyring is not None else "",
        "artifacts": sorted(map(_artifact, rule.artifacts)),
    }
    return found


def _builder(builder: BuilderRule) -> str:
    return repr((builder.id, _key(builder.key), builder.log))


def _key(key: SigningFile | None) -> str:
    return key.sha256 or key.place if key is not None else ""


def _signer(signer: SignerRule) -> str:
    key = _key(signer.key)
    parts = (
        signer.identity, signer.identity_regexp, signer.issuer, signer.issuer_regexp, sorted(signer.claims), key,
        signer.vendor, sorted(signer.variables), signer.log,
    )  # fmt: skip
    return repr(parts)


def _artifact(artifact: ArtifactRule) -> str:
    signers = None if artifact.signers is None else sorted(map(_signer, artifact.signers))
    require = None if artifact.require is None else sorted(artifact.require)
    return repr((artifact.path, artifact.image, artifact.bundle, signers, require))
