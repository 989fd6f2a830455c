"""[signatures] of several files put together: files that it names are read, and what would be looser is told.

The sections add up, since all of them must be content. What is left to be refused: another trusted root or other keys
of publishers than the parents trust, publishers that are not to be asked though a parent asks them, and numbers that
would go unheard because the parents ask for more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.policy.parents import PolicyFiles
from supplymatrix.policy.signature_terms import (
    ArtifactRule,
    BuilderRule,
    SignatureRule,
    SignerRule,
    SigningFile,
    over,
    publisher_keys_of,
    roots_of,
    slsa_level_of,
)

__all__ = ["disagreement_of", "joined_sections", "refused_of", "with_files"]

OnFault = Callable[[Location, str, str], None]
"""Keeps a fault: its place, what is wrong, what is expected."""


def with_files(rule: SignatureRule, of: str, files: PolicyFiles, on_fault: OnFault) -> SignatureRule:
    """Return a section with the bytes of the files that it names. of: the file that it stands in."""
    reader = _FileReader(of, files, on_fault)
    return changed(
        rule,
        signers=reader.signers(rule.signers),
        builders=None if rule.builders is None else tuple(map(reader.builder, rule.builders)),
        trusted_root=reader.named(rule.trusted_root, rule.place("trusted_root"), "trusted root"),
        allowed_signers=reader.named(rule.allowed_signers, rule.place("allowed_signers"), "file of allowed signers"),
        keyring=reader.named(rule.keyring, rule.place("keyring"), "keyring"),
        artifacts=tuple(reader.artifact(artifact) for artifact in rule.artifacts),
    )


class _FileReader:
    def __init__(self, of: str, files: PolicyFiles, on_fault: OnFault) -> None:
        self._of = of
        self._files = files
        self._on_fault = on_fault

    def artifact(self, artifact: ArtifactRule) -> ArtifactRule:
        return changed(artifact, signers=self.signers(artifact.signers))

    def signers(self, signers: tuple[SignerRule, ...] | None) -> tuple[SignerRule, ...] | None:
        return None if signers is None else tuple(map(self._signer, signers))

    def _signer(self, signer: SignerRule) -> SignerRule:
        if signer.key is None:
            return signer
        return changed(signer, key=self.file(signer.key, signer.location, "public key"))

    def builder(self, builder: BuilderRule) -> BuilderRule:
        if builder.key is None:
            return builder
        return changed(builder, key=self.file(builder.key, builder.location, "public key"))

    def named(self, named: SigningFile | None, place: Location, what: str) -> SigningFile | None:
        """Return the file of a key, where it names one."""
        return None if named is None else self.file(named, place, what)

    def file(self, named: SigningFile, place: Location, what: str) -> SigningFile:
        """Return a file with its bytes; one that cannot be read is a fault of the line that names it."""
        if not named.place:
            return named  # its fault is told already
        try:
            text = self._files.signing_file(named.place, self._of)
        except InputError as err:
            first = err.diagnostics[0]
            self._on_fault(place, f"the {what} cannot be read: {first.message}", first.expected)
            return named
        if text is None:
            self._on_fault(place, f"the {what} {named.place} is not there", "a file, from the policy's own folder on")
            return named
        return changed(named, artifact=text.artifact, data=text.data, sha256=hashlib.sha256(text.data).hexdigest())


def joined_sections(
    here: SignatureRule | None, above: tuple[SignatureRule, ...], *, is_free: bool
) -> tuple[SignatureRule, ...]:
    """Return the sections that hold. above: of what the file builds on. is_free: that is a preset, and what the file
    says itself holds in its place."""
    if here is None:
        return above
    return (over(here, above[0]), *above[1:]) if is_free and above else (here, *above)


def refused_of(here: SignatureRule, above: Sequence[SignatureRule]) -> Iterator[tuple[Location, str, str, Location]]:
    """Yield what of a section would be looser than those above: place, what it is, the least that may be, and where
    that is asked for."""
    level, place = slsa_level_of(above)
    if here.slsa_level is not None and place is not None and here.slsa_level < level:
        yield here.place("slsa_level"), "slsa_level of [signatures]", str(level), place
    ages = [rule for rule in above if rule.max_root_age]
    least = min(ages, key=lambda rule: rule.max_root_age, default=None)
    if least is not None and here.max_root_age > least.max_root_age:
        yield (
            here.place("max_root_age"), "max_root_age of [signatures]", f"{least.max_root_age}d",
            least.place("max_root_age"),
        )  # fmt: skip
    asking = next((rule for rule in above if rule.publishers), None)
    if here.publishers is False and asking is not None:
        yield here.place("publishers"), "publishers of [signatures]", "true", asking.place("publishers")


def disagreement_of(one: Sequence[SignatureRule], other: Sequence[SignatureRule]) -> Iterator[tuple[str, str, str]]:
    """Yield what two sets of sections cannot both be content with: the key, and what each has."""
    if not one or not other:
        return
    ours, theirs = (_root(roots_of(rules)) for rules in (one, other))
    if ours != theirs:
        yield "trusted_root", ours, theirs
    sources = [{rule.source for rule in rules if rule.source} for rules in (one, other)]
    if all(sources) and sources[0] != sources[1]:
        yield "source", ", ".join(sorted(sources[0])), ", ".join(sorted(sources[1]))
    keys = [publisher_keys_of(rules) for rules in (one, other)]
    if all(any(both) for both in keys):  # each says whose keys count: one more kind of keys is more keys
        for key, here, there in zip(("allowed_signers", "keyring"), *keys, strict=True):
            if _keys(here) != _keys(there):
                yield key, _keys(here), _keys(there)


def _keys(file: SigningFile | None) -> str:
    return "none" if file is None else f"{file.place} (sha256 {file.sha256[:12]}…)"


def _root(file: SigningFile | None) -> str:
    return "the public root" if file is None else f"{file.place} (sha256 {file.sha256[:12]}…)"
