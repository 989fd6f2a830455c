"""Simple signing: what cosign signed of an image before it made bundles, and how it lies in a registry.

    {"critical": {"identity": {"docker-reference": "registry.example/app"},
                  "image": {"docker-manifest-digest": "sha256:…"},
                  "type": "cosign container image signature"},
     "optional": {"team": "sre"}}

The document is a layer of the image under the tag `sha256-<hex>.sig`; the signature over its bytes is an annotation of
the layer, and so are certificate, log entry and timestamp. Attestations lie under `.att` in the same way, as DSSE
envelopes that have their signature inside. By its specification nobody relies on docker-reference: what counts is the
digest.

Source: sigstore/cosign specs/SIGNATURE_SPEC.md; containers/image docs/containers-signature.5.md.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from supplymatrix.attest.bundle import BundleError, SignedBundle, detached, parse_bundle
from supplymatrix.attest.image_reference import is_digest
from supplymatrix.attest.proto_json import JsonFault, read_json
from supplymatrix.documents.image_json import Form, other_spelling
from supplymatrix.errors import Diagnostic
from supplymatrix.model.signature import Reason
from supplymatrix.model.value import changed, value

__all__ = [
    "DSSE_LAYER", "PAYLOAD_LIMIT", "SIGNATURE_NOTE", "SIMPLE_SIGNING_LAYER", "SimpleSigning", "attested_layer",
    "parse_simple_signing", "signed_layer",
]  # fmt: skip

SIMPLE_SIGNING_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE_LAYER = "application/vnd.dsse.envelope.v1+json"
SIGNATURE_NOTE = "dev.cosignproject.cosign/signature"
PAYLOAD_LIMIT = 1 << 20
"""Bytes of a simple signing document; real ones have about 250."""

_CERTIFICATE = "dev.sigstore.cosign/certificate"
_CHAIN = "dev.sigstore.cosign/chain"
_BUNDLE = "dev.sigstore.cosign/bundle"
_TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp"
_TYPE = "cosign container image signature"
_FORM: Form = {
    "critical": {
        "identity": {"docker-reference": None}, "image": {"docker-manifest-digest": None}, "type": None,
    },
    "optional": None,
}  # fmt: skip
_NOTE_LIMIT = 1 << 20
"""Characters of an annotation."""
_MOST_NOTES = 1_000


@value
class SimpleSigning:
    """A simple signing document. digest: of the image's manifest. reference: under which it was signed, not to be
    relied on. annotations: texts of "optional", sorted."""

    digest: str
    reference: str
    annotations: tuple[tuple[str, str], ...]


def parse_simple_signing(payload: bytes, artifact: str) -> SimpleSigning:
    """Read a simple signing document. Raises BundleError for one that is not as its specification has it, and for keys
    that stand in it twice, or in another case: two readers could take it for two different things."""
    try:
        found = read_json(payload, limit=PAYLOAD_LIMIT, what="the simple signing document")
    except JsonFault as err:
        raise _malformed(artifact, str(err)) from err
    key = other_spelling(found, _FORM)
    if key:
        raise _malformed(artifact, "it has a key that some programs read as another one", seen=key[:100])
    document = _table(found, artifact, "the simple signing document")
    critical = _table(document.get("critical"), artifact, "critical")
    kind = critical.get("type")
    if kind != _TYPE:
        raise _malformed(artifact, "critical.type is another one", seen=str(kind)[:100], expected=_TYPE)
    image = _table(critical.get("image"), artifact, "critical.image")
    digest = image.get("docker-manifest-digest")
    if not isinstance(digest, str) or not is_digest(digest):
        raise _malformed(artifact, "critical.image.docker-manifest-digest is no digest", seen=str(digest)[:100])
    identity = critical.get("identity")
    reference = identity.get("docker-reference") if isinstance(identity, dict) else None
    optional = document.get("optional")
    if not isinstance(optional, dict | None):
        raise _malformed(artifact, "optional is no object of JSON")
    if len(optional or ()) > _MOST_NOTES:
        raise _malformed(artifact, f"it has more than {_MOST_NOTES:,} annotations")
    return SimpleSigning(
        digest=digest,
        reference=reference if isinstance(reference, str) else "",
        annotations=tuple(sorted((name, text) for name, text in (optional or {}).items() if isinstance(text, str))),
    )


def signed_layer(payload: bytes, annotations: Mapping[str, str], source: str) -> SignedBundle:
    """Return the signature that a layer and its annotations make: the layer is what is signed. Raises BundleError."""
    signature = annotations.get(SIGNATURE_NOTE, "").strip()
    if not signature:
        message = f"the layer has no annotation {SIGNATURE_NOTE}"
        raise BundleError(Diagnostic(message=message, artifact=source), Reason.NO_SIGNATURE)
    if not 0 < len(payload) <= PAYLOAD_LIMIT:
        raise _malformed(source, f"what is signed has {len(payload):,} bytes", expected=f"1 to {PAYLOAD_LIMIT:,}")
    apart = _detached(signature.encode("utf-8", "replace"), annotations, source)
    return changed(apart, form="simple signing", payload=payload, raw=payload)


def attested_layer(data: bytes, annotations: Mapping[str, str], source: str) -> SignedBundle:
    """Return the attestation that a DSSE layer is, with what its annotations add to it. Raises BundleError."""
    bundle = parse_bundle(data, source)
    if bundle.form != "DSSE" or not any(annotations.get(name) for name in (_CERTIFICATE, _BUNDLE, _TIMESTAMP)):
        return bundle
    if bundle.certificate and annotations.get(_CERTIFICATE):
        raise _malformed(source, "it has a certificate in its annotations and one in its signature")
    apart = _detached(base64.b64encode(bundle.signature), annotations, source)
    return changed(
        bundle,
        certificate=apart.certificate or bundle.certificate,
        chain=apart.chain or bundle.chain,
        entries=apart.entries,
        timestamps=apart.timestamps,
    )


def _detached(signature: bytes, annotations: Mapping[str, str], source: str) -> SignedBundle:
    """Return a signature with what annotations say of who made it and when. Raises BundleError."""
    notes = {name: annotations.get(name, "").strip() for name in (_CERTIFICATE, _CHAIN, _BUNDLE, _TIMESTAMP)}
    for name, text in notes.items():
        if len(text) > _NOTE_LIMIT:
            raise _malformed(source, f"the annotation {name} has {len(text):,} characters")
    texts = {name: text.encode("utf-8", "replace") for name, text in notes.items()}
    return detached(
        signature,
        texts[_CERTIFICATE],
        source,
        chain=texts[_CHAIN],
        log_bundle=texts[_BUNDLE],
        timestamp=texts[_TIMESTAMP],
    )


def _table(found: object, source: str, what: str) -> Mapping[str, object]:
    if not isinstance(found, dict):
        raise _malformed(source, f"{what} is no object of JSON")
    return found


def _malformed(source: str, message: str, *, seen: str = "", expected: str = "") -> BundleError:
    return BundleError(Diagnostic(message=message, artifact=source, seen=seen, expected=expected))
