"""Who signs for a vendor, as its profile says with its sources: identities, issuers, keys by their hash.

    book = SignerBook()
    book.signers("chainguard", {}, "cgr.dev/chainguard/go", ArtifactKind.IMAGE).wanted
    signers_of("chainguard", {"image_syncer": "…"}, "cgr.dev/corp/go").wanted

What a profile knows and is not verified here is a gap, and what it does not know is one too: neither ever passes for a
signature that holds. Variables come from the user, who has them from the vendor: those that are given, and those of
[variables.<vendor>] in quotes.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from supplymatrix.attest.image_reference import parse_image_reference
from supplymatrix.attest.keys import VerifyingKey
from supplymatrix.attest.patterns import matches, pattern_fault
from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.vendor_keys import VendorKeys
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import (
    ArtifactKind,
    Check,
    Reason,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
    Signer,
)
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.model.vendor_signer import SignedThing, SignerLog, SignerMechanism, SignerState, VendorSigner
from supplymatrix.vendors.expiry import DAYS, expires_on
from supplymatrix.vendors.signer_match import covering, missing_variables, with_variables

__all__ = ["SignerBook", "VendorSigners", "answer_of", "signers_of", "vendors_of_image"]

_VALUE = re.compile(r"[!-~]{1,200}")
_THINGS = {
    ArtifactKind.IMAGE: (SignedThing.IMAGE,),
    ArtifactKind.FILE: (SignedThing.BLOB, SignedThing.PACKAGE),
    ArtifactKind.DIGEST: (SignedThing.IMAGE, SignedThing.BLOB, SignedThing.PACKAGE),
}
_ELSEWHERE = {
    SignerMechanism.OPENPGP: "rpm -K for an RPM, and apt, which verifies its list, for a .deb; containers-policy.json "
    "with the vendor's key for an image",
    SignerMechanism.APK: "apk verify FILE, with the vendor's key",
    SignerMechanism.SNAP: "snap ack FILE.assert, and snap install FILE",
    SignerMechanism.NOTATION: "notation verify, with the vendor's trust policy",
    SignerMechanism.X509: "the vendor's own tool",
    SignerMechanism.CHECKSUM_LOG: "supplymatrix verify goroot, or verify module",
}
_BUILTIN = "vendor_profiles"


@value
class VendorSigners:
    """Who signs one artifact of a vendor.

    name: of the vendor, for people. wanted: who may have signed; nobody where nothing can be verified here. rows: of
    the profile, variables filled in. gaps: why that is not known, or not verified here. notes: what is to be told of
    it: sources, what was not asked for. fingerprints: of OpenPGP keys that a detached signature counts by; None = it is
    no such signature that is asked for. source: where it stands who signs, and when that was read; sources: the same
    of each row, by its id. key_rows: of each key of `wanted` the row, by the key's id.
    """

    vendor: str
    name: str
    wanted: Wanted
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    rows: tuple[VendorSigner, ...] = ()
    fingerprints: tuple[str, ...] | None = None
    source: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    key_rows: tuple[tuple[str, VendorSigner], ...] = ()


class SignerBook:
    """The profiles of a run, each read once. folders: the user's own, over the built-in ones. today: of the run."""

    def __init__(
        self, folders: Sequence[Path] = (), *, today: date | None = None, keys: VendorKeys | None = None
    ) -> None:
        self._folders = tuple(folders)
        self._today = today
        self._keys = keys or VendorKeys()
        self._read: dict[str, _Loaded] = {}

    def signers(
        self, vendor: str, variables: Mapping[str, str], target: str = "", kind: ArtifactKind = ArtifactKind.IMAGE
    ) -> VendorSigners:
        """Return who signs an artifact. target: an image as the user names it, a path, a digest; "" = any of the kind.

        Raises InputError for a vendor that is not known, variables that are not known, cannot be used or are missing,
        and a key file that is another key.
        """
        loaded = self._profile(vendor)
        profile, own = loaded.profile, loaded.variables
        self._keys.check_use(profile)
        _check_variables(profile, variables)
        self._keys.check_files(profile)
        found = covering(profile, _name_of(target, kind), _THINGS[kind], {**own, **variables})
        return _Gathering(loaded, {**own, **variables}, self._keys, kind, self._today).gathered(
            found.rows, target=target, is_named=found.is_named
        )

    def _profile(self, vendor: str) -> _Loaded:
        if vendor not in self._read:
            self._read[vendor] = _load(vendor, self._folders, self._today)
        return self._read[vendor]


def signers_of(
    vendor: str,
    variables: Mapping[str, str],
    target: str = "",
    kind: ArtifactKind = ArtifactKind.IMAGE,
    *,
    folders: Sequence[Path] = (),
    keys: VendorKeys | None = None,
    today: date | None = None,
) -> VendorSigners:
    """Return who signs one artifact for a vendor, as `SignerBook.signers` does. folders: of the user's own profiles."""
    return SignerBook(folders, today=today, keys=keys).signers(vendor, variables, target, kind)


def vendors_of_image(reference: str, folders: Sequence[Path] = (), *, today: date | None = None) -> tuple[str, ...]:
    """Return the vendors whose profile says that they sign the image of that name, by their ids; () for a layout, which
    has no name, and where nobody does. Raises InputError for a folder that is none."""
    from supplymatrix.engine.vendor_profiles import load_profiles

    name = _name_of(reference, ArtifactKind.IMAGE)
    if not name:
        return ()
    loaded = load_profiles(folders, today=today)
    found = []
    for profile in loaded.profiles:
        covered = covering(profile, name, (SignedThing.IMAGE,), loaded.user.variables.get(profile.id, {}))
        if covered.is_named and any(row.state is SignerState.KNOWN for row in covered.rows):
            found.append(profile.id)
    return tuple(sorted(found))


def answer_of(signers: VendorSigners, artifact: SignedArtifact) -> str:
    """Return the answer to "is it really this vendor's?", in a sentence, once an artifact was judged."""
    who, state = signers.name, artifact.state
    if state in (SignedAs.SIGNED, SignedAs.MISSING):
        made = _rows_that_made(signers, artifact)
        rows = " or ".join(dict.fromkeys(f"{row.name}, {_mechanism(row)}" for row in made))
        sources = dict(signers.sources)
        where = " or ".join(dict.fromkeys(sources[row.id] for row in made if row.id in sources)) or signers.source
        return f"yes, {who} signed it: {rows}; {where}"
    if state is SignedAs.UNDECIDED:
        gaps = (*signers.gaps, *artifact.gaps)
        why = gaps[0].reason if gaps else "its signatures cannot be judged here"
        return f"not known whether it is of {who}: {why}"
    if signers.wanted.only_certificates and {one.reason for one in artifact.signatures} == {Reason.KEY_MISMATCH}:
        rows = " or ".join(dict.fromkeys(_mechanism(row) for row in signers.rows))
        by = f"they were made by keys, and it signs by {rows}"
        return f"no: none of its signatures is by {who}: {by}; {signers.source}"
    why = {
        SignedAs.UNSIGNED: "nothing is attested of it" if any(map(_holds, artifact.signatures)) else "it is not signed",
        SignedAs.ALARM: "a signature, a proof or a hash is wrong",
        SignedAs.UNREADABLE: "it cannot be read",
    }.get(state, "no signature that holds is of whom its profile names")
    return f"nothing shows that it is of {who}: {why}"


def _rows_that_made(signers: VendorSigners, artifact: SignedArtifact) -> Sequence[VendorSigner]:
    """Return the rows of who made the signatures that hold; where that is not known, all that were asked for."""
    signed = [verdict for verdict in artifact.signatures if verdict.holds]
    held = signed or [verdict for verdict in artifact.attestations if verdict.holds]
    made = [
        row for verdict in held if verdict.signer is not None
        for row in signers.rows if _is_by(row, verdict.signer, verdict, signers.key_rows)
    ]  # fmt: skip
    return made or signers.rows


def _holds(verdict: SignatureVerdict) -> bool:
    return verdict.holds


def _is_by(
    row: VendorSigner, signer: Signer, verdict: SignatureVerdict, key_rows: Sequence[tuple[str, VendorSigner]]
) -> bool:
    if row.mechanism is SignerMechanism.KEYLESS:
        is_one = row.identity == signer.identity if row.identity else _fits(row.identity_regexp, signer.identity)
        return is_one and row.issuer == signer.issuer
    if row.mechanism is SignerMechanism.OPENPGP:
        keys = {text for _, text in signer.claims} | {step.found for step in verdict.steps if step.check is Check.KEY}
        return bool(keys & set(row.fingerprints))
    return (signer.key_id, row) in key_rows


def _fits(pattern: str, identity: str) -> bool:
    return not pattern_fault(pattern) and matches(pattern, identity)


@value
class _Loaded:
    """A profile. variables: the user's own. is_own: it is the user's; replaced: what profiles' place it takes."""

    profile: VendorProfile
    variables: Mapping[str, str]
    is_own: bool = False
    replaced: tuple[str, ...] = ()


class _Gathering:
    """What the rows for one artifact come to."""

    def __init__(
        self, loaded: _Loaded, variables: Mapping[str, str], keys: VendorKeys, kind: ArtifactKind, today: date | None
    ) -> None:
        self._loaded = loaded
        self._profile = loaded.profile
        self._variables = variables
        self._keys = keys
        self._kind = kind
        self._today = today
        self._identities: list[IdentityWish] = []
        self._verifying: list[tuple[VerifyingKey, VendorSigner]] = []
        self._lacks_keys = False
        self._fingerprints: list[str] | None = None
        self._used: list[VendorSigner] = []
        self._gaps: list[Gap] = []
        self._unverified: list[Gap] = []
        """Those of them that are of a known mechanism: what it signs nobody here takes for unsigned."""
        self._missing: list[tuple[VendorSigner, str]] = []
        self._log_is_optional = True

    def gathered(self, rows: Sequence[VendorSigner], *, target: str, is_named: bool) -> VendorSigners:
        """Return who signs. Raises InputError where it is not known without variables that are missing."""
        profile = self._profile
        for row in rows:
            self._take(row)
        if self._missing and not self._used:
            raise InputError(*_missing_faults(profile, self._missing, target))
        if not rows:
            what = "images" if self._kind is ArtifactKind.IMAGE else "files"
            self._gaps.append(Gap(
                wanted=f"who signs {what} of {profile.name}", reason=f"its profile says nothing of {what}",
                remedy=f"supplymatrix vendors show {profile.id} --key signing",
            ))  # fmt: skip
        used = self._used or list(rows)
        own = f", by your own profile {profile.artifact}" if self._loaded.is_own else ""
        return VendorSigners(
            vendor=profile.id,
            name=profile.name,
            wanted=Wanted(
                identities=tuple(self._identities),
                keys=tuple({key.key_id: key for key, _ in self._verifying}.values()),
                lacks_keys=self._lacks_keys,
                log_is_optional=bool(self._verifying) and not self._identities and self._log_is_optional,
                only_certificates=bool(used) and all(row.mechanism is SignerMechanism.KEYLESS for row in rows),
            ),
            notes=tuple(self._notes(rows, target, is_named=is_named)),
            gaps=tuple(self._unverified if self._used else self._gaps),
            rows=tuple(used),
            fingerprints=tuple(self._fingerprints) if self._fingerprints is not None else None,
            source=_source_of(profile, used) + own,
            sources=tuple((row.id, _source_of(profile, (row,)) + own) for row in used),
            key_rows=tuple((key.key_id, row) for key, row in self._verifying),
        )

    def _take(self, row: VendorSigner) -> None:
        profile = self._profile
        who = f"who signs {row.name} of {profile.name}"
        if row.state is SignerState.UNKNOWN:
            where = "; ".join(row.searched)
            reason = f"none found on {row.searched_at}, which is no word on whether it is signed (looked in: {where})"
            self._gaps.append(Gap(wanted=who, reason=reason, remedy=_ASK))
        elif row.state is SignerState.NA or row.mechanism is None:
            self._gaps.append(Gap(wanted=who, reason=f"nothing: {row.note or 'it delivers nothing'}", remedy=_ASK))
        elif row.mechanism is SignerMechanism.KEYLESS:
            self._take_keyless(row)
        elif row.mechanism is SignerMechanism.KEY:
            self._take_key(row)
        elif row.mechanism is SignerMechanism.OPENPGP and self._is_detached(row):
            self._take_openpgp(row)
        else:
            reason = f"{row.mechanism.value}: mechanism known, not verified by us"
            remedy = _ELSEWHERE[row.mechanism]
            if (row.mechanism, row.thing) == (SignerMechanism.OPENPGP, SignedThing.BLOB):
                reason, remedy = "openpgp: it is over the file, of which only the digest is at hand", "name the file"
            self._lack(Gap(wanted=f"the signature of {row.name} of {profile.name}", reason=reason, remedy=remedy))

    def _lack(self, gap: Gap) -> None:
        self._gaps.append(gap)
        self._unverified.append(gap)

    def _is_detached(self, row: VendorSigner) -> bool:
        """Return whether the signature lies beside the file: packages have theirs within, or in a list of them all."""
        return self._kind is ArtifactKind.FILE and row.thing is SignedThing.BLOB

    def _take_keyless(self, row: VendorSigner) -> None:
        missing = missing_variables(row, self._variables)
        if missing:
            self._missing += [(row, name) for name in missing]
            return
        filled = with_variables(row, self._variables)
        self._identities.append(IdentityWish(
            identity=filled.identity, identity_regexp=filled.identity_regexp, issuer=filled.issuer,
            name=f"{self._profile.name} ({row.name}): {filled.identity or filled.identity_regexp}",
        ))  # fmt: skip
        self._used.append(filled)

    def _take_key(self, row: VendorSigner) -> None:
        key = self._keys.key_of(self._profile, row)
        if isinstance(key, Gap):
            self._lack(key)
            self._lacks_keys = True
            return
        self._verifying.append((key, row))
        self._log_is_optional &= row.log in (SignerLog.OPTIONAL, SignerLog.NOT_USED)
        self._used.append(row)

    def _take_openpgp(self, row: VendorSigner) -> None:
        if not row.fingerprints:
            reason = "its profile names no fingerprint of the key: whose signature it is nobody here can say"
            self._lack(Gap(wanted=f"who signs {row.name} of {self._profile.name}", reason=reason, remedy=_ASK))
            return
        self._fingerprints = [*(self._fingerprints or ()), *row.fingerprints]
        self._used.append(row)

    def _notes(self, rows: Sequence[VendorSigner], target: str, *, is_named: bool) -> Iterator[str]:
        profile = self._profile
        for other in self._loaded.replaced:
            yield f"{profile.artifact} takes the place of {other} of {profile.id}"
        if self._used and not is_named and target and not _name_of(target, self._kind):
            what = "a digest" if self._kind is ArtifactKind.DIGEST else "a layout"
            names = ", ".join(dict.fromkeys(row.name for row in self._used))
            yield f"{target}: {what} has no name: held against all of what {profile.name} signs: {names}"
        if rows and not is_named and _name_of(target, self._kind):
            globs = ", ".join(dict.fromkeys(glob for row in rows for glob in row.match))
            where = f" ({globs})" if globs else ""
            yield f"{target} is no name of {profile.name}{where}: it is held against all that signs for it"
        for row in self._used:
            what = " ".join(filter(None, (row.identity or row.identity_regexp, ", ".join(row.fingerprints))))
            key = f"key sha256:{row.key_sha256}" if row.key_sha256 else ""
            stale = self._stale(row)
            source = f"{_source_of(profile, (row,))}{stale}"
            yield f"{profile.name} signs {row.name} by {_mechanism(row)}, {what or key}: {source}"
        for row in dict.fromkeys(row for row, _ in self._missing) if self._used else ():
            names = ", ".join(name for one, name in self._missing if one is row)
            yield f"not asked for: {row.name} of {profile.name}, since {names} is not set (--var)"

    def _stale(self, row: VendorSigner) -> str:
        if self._today is None or not row.evidence:
            return ""
        ends = max(expires_on(self._profile.evidence[name], DAYS["signer"]) for name in row.evidence)
        return f"; stale since {ends}: look whether it still says so" if ends < self._today else ""


_ASK = "ask the vendor how what it delivers can be verified"


def _mechanism(row: VendorSigner) -> str:
    return row.mechanism.value if row.mechanism is not None else "no known mechanism"


def _source_of(profile: VendorProfile, rows: Sequence[VendorSigner]) -> str:
    """Return where it stands who signs, and when that was read: the first source that a row names."""
    found = [profile.evidence[row.evidence[0]] for row in rows if row.evidence and row.evidence[0] in profile.evidence]
    if not found:
        return f"by {profile.artifact}"
    newest = max(found, key=lambda item: item.retrieved_at)
    return f"as read on {newest.retrieved_at} in {newest.source}"


def _missing_faults(
    profile: VendorProfile, missing: Sequence[tuple[VendorSigner, str]], target: str
) -> Iterator[Diagnostic]:
    """Yield a fault for each variable that is missing: what it is, and where its value is to be read."""
    told: set[str] = set()
    rows = {row.id for row, _ in missing}
    for row, name in missing:
        if name in told:
            continue
        told.add(name)
        what = next((variable for variable in row.variables if variable.name == name), None)
        or_other = " (or another one that is missing)" if len(rows) > 1 else ""
        yield Diagnostic(
            message=f"{profile.name} signs {row.name} for each customer under an identity of the customer's own: the "
            f"variable {name} is missing{or_other}",
            artifact=target,
            expected=f"--var {name}=VALUE: {what.what}" if what is not None else f"--var {name}=VALUE",
            remedy=f"read it there: {what.where}; or keep it in quotes.toml, [variables.{profile.id}]"
            if what is not None else "",
        )  # fmt: skip


def _check_variables(profile: VendorProfile, variables: Mapping[str, str]) -> None:
    """Raise InputError for variables that the profile has no place for, and for values that cannot be one."""
    known = tuple(dict.fromkeys(variable.name for row in profile.signers for variable in row.variables))
    faults = []
    for name, text in variables.items():
        if name not in known:
            near = nearest(name, known)
            expected = f"one of {', '.join(known)}" if known else "no variable: who signs for it is the same for all"
            faults.append(Diagnostic(
                message=f"the profile of {profile.name} has no variable {name[:40]!r}",
                seen=f"{name[:40]}={text[:100]}", expected=expected, remedy=f"did you mean {near!r}?" if near else "",
            ))  # fmt: skip
        elif not _VALUE.fullmatch(text):
            message = f"this is no value of the variable {name!r}"
            expected = "up to 200 letters, digits and signs of ASCII, no blanks"
            faults.append(Diagnostic(message=message, seen=text[:100], expected=expected))
    if faults:
        raise InputError(*faults)


def _name_of(target: str, kind: ArtifactKind) -> str:
    """Return the name that globs are held against, "" where there is none."""
    if not target or kind is ArtifactKind.DIGEST:
        return ""
    if kind is ArtifactKind.FILE:
        return Path(target).name
    from supplymatrix.engine.image_signatures import is_layout

    if is_layout(target):
        return ""
    try:
        reference = parse_image_reference(target)
    except InputError:
        return ""
    return f"{reference.registry}/{reference.repository}"


def _load(vendor: str, folders: Sequence[Path], today: date | None) -> _Loaded:
    """Return one profile, the user's before the built-in one, and the user's variables of it. Raises InputError."""
    from supplymatrix.sources.builtin import builtin_names
    from supplymatrix.vendors.addresses import ID

    name = f"{vendor}.toml"
    is_id = ID.fullmatch(vendor) is not None
    mine, own = _of_user(vendor, folders, today) if is_id and folders else (None, {})
    builtin = builtin_names(_BUILTIN)
    if mine is not None:
        files = [(folder / name).as_posix() for folder in folders if (folder / name).is_file()]
        earlier = tuple(f"your own profile {file}" for file in dict.fromkeys(files) if file != mine.artifact)
        others = ("the built-in profile",) if name in builtin else ()
        return _Loaded(profile=mine, variables=own, is_own=True, replaced=others + earlier)
    if not is_id or name not in builtin:
        known = sorted({file.removesuffix(".toml") for file in builtin if file.endswith(".toml")})
        near = nearest(vendor, known)
        raise InputError(Diagnostic(
            message="there is no profile of this vendor", seen=vendor[:100], expected=f"one of {', '.join(known)}",
            remedy=f"did you mean {near!r}?" if near else "a profile of your own: --profiles DIR",
        ))  # fmt: skip
    return _Loaded(profile=_builtin(name), variables=own)


def _of_user(
    vendor: str, folders: Sequence[Path], today: date | None
) -> tuple[VendorProfile | None, Mapping[str, str]]:
    """Return the user's own profile of a vendor, and his variables of it. Raises InputError."""
    from supplymatrix.engine.vendor_profiles import read_profile_files
    from supplymatrix.vendors.user_data import FILE

    files = [folder / file for folder in folders for file in (f"{vendor}.toml", FILE) if (folder / file).is_file()]
    found = read_profile_files(files, today=today or date.max)
    if found.faults:
        raise InputError(*found.faults)
    return found.by_id.get(vendor), found.user.variables.get(vendor, {})


@cache
def _builtin(name: str) -> VendorProfile:
    """Return a profile that comes with the program, parsed once."""
    from supplymatrix.sources.builtin import builtin_bytes
    from supplymatrix.vendors.profile_reader import parse_profile

    return parse_profile(builtin_bytes(_BUILTIN, name), f"{_BUILTIN}/{name}")
