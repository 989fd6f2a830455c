"""What lies beside one manifest: every signature and attestation, read but not judged.

Tags and the list of referrers are asked first, then the manifests that the list names, then the layers of all of them.
Each layer is told by its media type, wherever it lies. Counts and bytes have limits; what is beyond them is a gap.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from supplymatrix.attest.bundle import BundleError, SignedBundle, parse_bundle
from supplymatrix.attest.image_found import FoundSignature, JudgedFind, SignatureKind, refused_find
from supplymatrix.attest.image_manifest import Listed, Manifest, parse_manifest
from supplymatrix.attest.image_reference import is_digest
from supplymatrix.attest.simple_signing import (
    DSSE_LAYER,
    PAYLOAD_LIMIT,
    SIGNATURE_NOTE,
    SIMPLE_SIGNING_LAYER,
    attested_layer,
    signed_layer,
)
from supplymatrix.model.gap import Gap
from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    GetReferrers,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.model.predicates import SIGNATURE_PREDICATE
from supplymatrix.model.signature import Reason
from supplymatrix.model.value import value

__all__ = ["MAX_BYTES", "MAX_REFERRERS", "MAX_SIGNATURES", "Beside", "Room", "look_beside"]

T = TypeVar("T")
_Search = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], T]

MAX_REFERRERS = 500
MAX_SIGNATURES = 500
"""Layers that are read of one image."""
MAX_BYTES = 256 << 20
"""Bytes of the layers of all images of a search together."""
_AT_A_TIME = 8
"""Manifests that are asked for in one round."""
_ROUND_BYTES = 64 << 20
"""Bytes of layers that are asked for in one round, unless a single one has more."""
_LAYER_LIMIT = 32 << 20
_SLACK = 4 << 10
_SMALL_STATEMENT = 1 << 20
_NOTATION = "application/vnd.cncf.notary.signature"
_BUNDLE = "application/vnd.dev.sigstore.bundle"
_SAYS_NOTHING = (
    "application/vnd.oci.empty.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
"""Media types of configurations, which some put into a list in the place of what an artifact is."""
_MAY_BE_SIGNATURES = (_BUNDLE, _NOTATION, "application/vnd.dev.cosign.", DSSE_LAYER, *_SAYS_NOTHING)
_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_FORMS = {_BUNDLE: "bundle", SIMPLE_SIGNING_LAYER: "simple signing", DSSE_LAYER: "DSSE"}


@value
class _Layer:
    """A layer that may be a signature, and where it lies."""

    source: str
    listed: Listed

    @property
    def notes(self) -> Mapping[str, str]:
        return dict(self.listed.annotations)

    @property
    def form(self) -> str:
        """What it means to be, "" for nothing that is a signature."""
        form = next((form for kind, form in _FORMS.items() if self.listed.media_type.startswith(kind)), "")
        return form or ("simple signing" if SIGNATURE_NOTE in self.notes else "")

    @property
    def kind(self) -> SignatureKind:
        """What it is where it cannot be read: DSSE layers are attestations, everything else might be a signature."""
        return SignatureKind.ATTESTATION if self.form == "DSSE" else SignatureKind.SIGNATURE

    @property
    def limit(self) -> int:
        """Bytes that are read of it: those that are told, and some more, so that longer ones are found to be forged."""
        return self._most if self.listed.size < 0 else min(self._most, self.listed.size + _SLACK)

    @property
    def _most(self) -> int:
        return PAYLOAD_LIMIT if self.form == "simple signing" else _LAYER_LIMIT

    def is_forged(self, answer: OciAnswer) -> bool:
        """Return whether what came goes on where the layer that the manifest names is at its end."""
        is_too_long = isinstance(answer, OciUnavailable) and answer.is_too_long
        return is_too_long and 0 <= self.listed.size < self.limit < self._most


@dataclass(slots=True)
class Beside:
    """What was found so far. missing: what could not be had: (what, reason, remedy, outage)."""

    name: str
    digest: str
    found: list[FoundSignature] = field(default_factory=list)
    judged: list[JudgedFind] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    forged: list[OciForged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def gaps(self) -> tuple[Gap, ...]:
        """Return what could not be had, once for each reason."""
        by_reason: dict[tuple[str, str, bool], list[str]] = {}
        for what, *why in self.missing:
            by_reason.setdefault((str(why[0]), str(why[1]), bool(why[2])), []).append(what)
        return tuple(
            Gap(
                wanted=whats[0] if len(whats) == 1 else f"{whats[0]}, and {len(whats) - 1:,} more",
                reason=reason,
                remedy=remedy,
                subject=self.name,
                outage=outage,
            )
            for (reason, remedy, outage), whats in by_reason.items()
        )

    def body(self, answer: OciAnswer, source: str, kind: SignatureKind | None, form: str = "") -> OciBytes | None:
        """Return what came, None where nothing did: then it is noted why. kind: of what should have come and is there
        for sure, since something names its digest; None for what need not be there."""
        if isinstance(answer, OciBytes):
            return answer
        if isinstance(answer, OciForged):
            self.forged.append(answer)
            says = f"what {answer.source} has is not what its digest says"
            reason = Reason.BLOB_DIGEST_MISMATCH
            self.refuse(source, form, kind, says, reason, expected=answer.wanted, found=answer.found)
        elif isinstance(answer, OciUnavailable):
            self.missing.append((source, answer.reason, answer.remedy, answer.outage))
        elif kind is not None:
            reason_ = f"{answer.source} names it and does not have it"
            self.missing.append(
                (source, reason_, "push the signature again, or copy the image with all that belongs to it", False)
            )
        return None

    def refuse(
        self, source: str, form: str, kind: SignatureKind | None, says: str, reason: Reason, *, expected: str = "",
        found: str = "", remedy: str = "",
    ) -> None:  # fmt: skip
        """Note something that no engine has to look at any more."""
        refused = refused_find(
            source, form, kind or SignatureKind.SIGNATURE, says, reason, expected=expected, found=found, remedy=remedy
        )
        self.judged.append(refused)


class Room:
    """Bytes of layers that may still be read, shared by all images of a search."""

    def __init__(self) -> None:
        self._left = MAX_BYTES

    def take(self, length: int) -> bool:
        """Count bytes; return whether there was room for them."""
        self._left -= length
        return self._left >= 0


def look_beside(name: str, digest: str, room: Room) -> _Search[Beside]:
    """Return what lies beside the manifest of that digest. name: of the image, for gaps."""
    beside = Beside(name=name, digest=digest)
    base = digest.replace(":", "-", 1)
    tags = [f"{base}{end}" for end in (".sig", ".att", ".sbom")]
    *tagged, referrers = yield (*(GetManifest(reference=tag) for tag in tags), GetReferrers(digest=digest))
    layers: list[_Layer] = []
    seen: set[str] = set()
    for tag, answer in zip(tags[:2], tagged, strict=False):
        _of_tag(beside, layers, seen, tag, answer)
    _of_sbom(beside, tags[2], tagged[2])
    listed = yield from _referrers(beside, referrers, digest)
    yield from _read_referrers(beside, layers, seen, listed)
    yield from _read_layers(beside, layers, room)
    return beside


def _of_tag(beside: Beside, layers: list[_Layer], seen: set[str], tag: str, answer: OciAnswer) -> None:
    """Take the layers of what lies under a tag."""
    source = f"tag {tag}"
    body = beside.body(answer, source, None)
    if body is None:
        return
    seen.add(body.digest)
    manifest = parse_manifest(body)
    if manifest.fault or manifest.is_index:
        kind = SignatureKind.ATTESTATION if tag.endswith(".att") else SignatureKind.SIGNATURE
        says = manifest.fault or "what lies there is an index"
        beside.refuse(source, "", kind, says, Reason.MALFORMED)
    _take_layers(beside, layers, manifest, source)


def _of_sbom(beside: Beside, tag: str, answer: OciAnswer) -> None:
    """Tell of bills that nobody signed."""
    if isinstance(answer, OciUnavailable):
        beside.notes.append("whether an unsigned bill of materials lies beside it could not be asked")
        return
    body = beside.body(answer, f"tag {tag}", None)
    if body is not None:
        kinds = sorted({layer.media_type for layer in parse_manifest(body).layers if layer.media_type})
        what = f" ({', '.join(kinds[:3])})" if kinds else ""
        beside.unsigned.append(f"tag {tag}: a bill of materials{what}, not signed")


def _referrers(beside: Beside, answer: OciAnswer, digest: str) -> _Search[tuple[Listed, ...]]:
    """Return what a list of referrers lists: the registry's own, or else that under the fallback tag."""
    source = "the list of referrers"
    tag = ""  # the fallback one, where it is asked for
    if isinstance(answer, OciUnavailable) and not answer.outage:
        beside.body(answer, source, None)  # some registries refuse the question where they should not know it
    if isinstance(answer, OciAbsent) or (isinstance(answer, OciUnavailable) and not answer.outage):
        algorithm, _, text = digest.partition(":")
        tag = f"{algorithm[:32]}-{text[:64]}"
        source = f"tag {tag}, the list of referrers"
        (answer,) = yield (GetManifest(reference=tag),)
    body = beside.body(answer, source, None)
    if body is None:
        return ()
    manifest = parse_manifest(body)
    if tag and not manifest.fault and (body.digest == digest or not manifest.is_index):
        what = "the image itself" if body.digest == digest else "something else"
        beside.notes.append(f"the tag {tag} leads to {what}, and to no list of referrers")
        return ()
    if not manifest.is_index:
        beside.refuse(source, "", None, manifest.fault or "the list of referrers is no index", Reason.MALFORMED)
        return ()
    listed = tuple({one.digest: one for one in manifest.listed}.values())
    if len(listed) > MAX_REFERRERS:
        reason = f"the list has {len(listed):,} entries, more than the {MAX_REFERRERS} that are read"
        beside.missing.append(("what else refers to the image", reason, "", False))
    return listed[:MAX_REFERRERS]


def _read_referrers(beside: Beside, layers: list[_Layer], seen: set[str], listed: tuple[Listed, ...]) -> _Search[None]:
    """Read the manifests of referrers."""
    wanted = [one for one in listed if one.digest not in seen and _is_wanted(beside, one)]
    for start in range(0, len(wanted), _AT_A_TIME):
        some = wanted[start : start + _AT_A_TIME]
        answers = yield tuple(GetManifest(reference=one.digest) for one in some)
        for one, answer in zip(some, answers, strict=True):
            _of_referrer(beside, layers, one, answer)


def _of_referrer(beside: Beside, layers: list[_Layer], listed: Listed, answer: OciAnswer) -> None:
    """Take the layers of a referrer."""
    source = f"referrer {listed.digest}"
    body = beside.body(answer, source, SignatureKind.SIGNATURE)
    if body is None:
        return
    manifest = parse_manifest(body)
    if manifest.subject and manifest.subject != beside.digest:
        note = f"{source} is in the list of this image, and says that it refers to {_shown(manifest.subject)}"
        beside.notes.append(f"{note}; what it signs was looked at all the same")
    if manifest.fault:
        beside.refuse(source, "", None, manifest.fault, Reason.MALFORMED)
    elif _NOTATION in (manifest.kind, listed.kind):
        _refuse_notation(beside, source)
    else:
        _take_layers(beside, layers, manifest, source)


def _is_wanted(beside: Beside, listed: Listed) -> bool:
    """Return whether the manifest of a referrer is to be read; what surely is no signature is told."""
    source = f"referrer {listed.digest}"
    if not is_digest(listed.digest):
        beside.refuse(
            "the list of referrers", "", None, "a digest in it is none", Reason.MALFORMED, found=listed.digest[:100]
        )
        return False
    is_other = bool(listed.kind) and not listed.kind.startswith(_MAY_BE_SIGNATURES)
    if is_other or listed.media_type in _INDEXES:
        what = listed.kind or "an index"
        beside.unsigned.append(f"{source}: {_shown(what)}, not signed by itself")
        return False
    return True


def _refuse_notation(beside: Beside, source: str) -> None:
    says = "it is a signature of the Notary Project (Notation): the mechanism is known, and not verified here"
    beside.refuse(
        source, "Notation", SignatureKind.SIGNATURE, says, Reason.UNSUPPORTED, remedy="`notation verify` verifies it"
    )


def _take_layers(beside: Beside, layers: list[_Layer], manifest: Manifest, source: str) -> None:
    """Take those layers of a manifest that mean to be signatures, and tell of others."""
    for number, listed in enumerate(manifest.layers, 1):
        layer = _Layer(source=source if len(manifest.layers) == 1 else f"{source}, layer {number}", listed=listed)
        if not layer.form:
            what = listed.media_type if manifest.kind in _SAYS_NOTHING else manifest.kind or listed.media_type
            beside.unsigned.append(f"{layer.source}: {_shown(what or 'a file')}, not signed")
        elif not is_digest(listed.digest):
            beside.refuse(
                layer.source, layer.form, layer.kind, "its digest is none", Reason.MALFORMED, found=listed.digest[:100]
            )
        else:
            layers.append(layer)


def _read_layers(beside: Beside, layers: list[_Layer], room: Room) -> _Search[None]:
    """Read layers, as many as there is room for."""
    taken: list[_Layer] = []
    for layer in layers:
        if len(taken) == MAX_SIGNATURES or not room.take(layer.limit):
            reason = f"{len(layers):,} signatures and attestations lie beside it, more than are read"
            beside.missing.append((layer.source, reason, "", False))
            break
        taken.append(layer)
    for some in _rounds(taken):
        answers = yield tuple(GetBlob(digest=layer.listed.digest, limit=layer.limit) for layer in some)
        for layer, answer in zip(some, answers, strict=True):
            _read_layer(beside, layer, answer)


def _rounds(layers: list[_Layer]) -> Iterator[list[_Layer]]:
    """Yield layers in parts that are small enough to be held at once."""
    some: list[_Layer] = []
    size = 0
    for layer in layers:
        if some and size + layer.limit > _ROUND_BYTES:
            yield some
            some, size = [], 0
        some.append(layer)
        size += layer.limit
    if some:
        yield some


def _read_layer(beside: Beside, layer: _Layer, answer: OciAnswer) -> None:
    if isinstance(answer, OciUnavailable) and layer.is_forged(answer):
        size = layer.listed.size
        wanted, found = f"{layer.listed.digest} ({size:,} bytes)", f"more than {size:,} bytes"
        answer = OciForged(wanted=wanted, found=found, source=answer.source)
    body = beside.body(answer, layer.source, layer.kind, layer.form)
    if body is None:
        return
    try:
        bundle = _bundle(layer, body.data)
    except BundleError as err:
        fault = err.diagnostics[0]
        beside.refuse(
            layer.source, layer.form, layer.kind, fault.message, err.reason, expected=fault.expected, found=fault.seen
        )
        return
    beside.found.append(FoundSignature(bundle=bundle, kind=_kind_of(bundle), digest=beside.digest))


def _bundle(layer: _Layer, data: bytes) -> SignedBundle:
    if layer.form == "simple signing":
        return signed_layer(data, layer.notes, layer.source)
    if layer.form == "DSSE":
        return attested_layer(data, layer.notes, layer.source)
    return parse_bundle(data, layer.source)


def _kind_of(bundle: SignedBundle) -> SignatureKind:
    """Return what a bundle is, by what it signs."""
    if bundle.envelope is None:
        return SignatureKind.SIGNATURE
    payload = bundle.envelope.payload
    if len(payload) > _SMALL_STATEMENT:
        return SignatureKind.ATTESTATION
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        return SignatureKind.ATTESTATION
    is_signature = isinstance(document, dict) and document.get("predicateType") == SIGNATURE_PREDICATE
    return SignatureKind.SIGNATURE if is_signature else SignatureKind.ATTESTATION


def _shown(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:100]}…"
