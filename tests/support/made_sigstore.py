"""Signatures as cosign and sigstore make them, of anybody, made offline under a CA, logs and a clock of the test's own.

    made = MadeSigstore()
    root = made.trusted_root()                              # trusted_root.json
    bundle = made.keyless_blob(b"data")                     # a bundle v0.3 by GITHUB_IDENTITY, in a log of version 1
    bundle = made.keyless_dsse(statement({"app": DIGEST}), identity="dev@corp.example", issuer="https://login.example")
    bundle = made.keyless_blob(b"data", log="v2")           # Rekor v2: no promise, a time stamp
    bundle = made.keyless_blob(b"data", faults={Fault.LATE})
    bundle = made.keyed_blob(b"data", key="RSA-2048", log="")
    signed = made.simple_signing("sha256:…")                # .annotations() of an OCI layer, .message = its payload
    signed = made.sign_blob(b"data")                        # one signature, in all its forms:
    signed.bundle("0.1"), signed.legacy(), signed.signature_text, signed.pem

All that `sign_blob`, `sign_dsse` and `simple_signing` take is in `How`; the short forms take the same and return the
bytes of a bundle. Everything is the same for the same seed, but RSA keys.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from tests.support.made_certificates import MadeAuthority, MadeCtLog
from tests.support.made_entries import canonical, entry_body
from tests.support.made_keys import MadeKey, made_key, pem_of
from tests.support.made_rekor import MadeRekor, b64
from tests.support.made_tsa import MadeTsa

__all__ = [
    "AT", "GITHUB_IDENTITY", "GITHUB_ISSUER", "IN_TOTO", "SIGN_PREDICATE", "Fault", "How", "MadeSigstore", "Signed",
    "github_fields", "statement",
]  # fmt: skip

AT = datetime(2026, 7, 20, 12, tzinfo=UTC)
"""When certificates are issued, unless another time is given."""
GITHUB_IDENTITY = "https://github.com/corp/app/.github/workflows/release.yml@refs/tags/v1.2.0"
GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
IN_TOTO = "application/vnd.in-toto+json"
SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
_MEDIA = {
    "0.1": "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "0.2": "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "0.3": "application/vnd.dev.sigstore.bundle.v0.3+json",
    "0.3-old": "application/vnd.dev.sigstore.bundle+json;version=0.3",
}


class Fault(StrEnum):
    """What is wrong with a signature. Each leaves all the rest as it would be without."""

    LATE = "logged and stamped after the certificate ended"
    EARLY = "logged and stamped before the certificate began"
    STAMP_LATE = "stamped after the certificate ended"
    STAMP_EARLY = "stamped before the certificate began"
    OTHER_CA = "certificate of a CA of the same names, with other keys"
    NO_SCT = "no SCT"
    WRONG_SCT = "a bit of the SCT's signature"
    OTHER_CT = "SCT of another log"
    NO_PURPOSE = "certificate not for code signing"
    AUTHORITY = "certificate that may sign certificates"
    OTHER_CERTIFICATE = "certificate of another key"
    KEY_AS_CERTIFICATE = "a public key in the place of the certificate"
    WRONG_SIGNATURE = "a bit of the signature"
    OTHER_DATA = "signature over other data"
    OTHER_DIGEST = "digest of other data"
    OTHER_ENTRY = "log entry of another signature"
    OTHER_SIGNATURE_LOGGED = "log entry of another signature by the same key, over the same data"
    OTHER_LOG = "entry in a log of the same name that nobody knows"
    WRONG_PROMISE = "a bit of the promise"
    WRONG_PROOF = "a bit of a hash of the proof"
    WRONG_ROOT = "a bit of the root of the proof"
    WRONG_HEAD = "a bit of the signature of the head"
    OTHER_HEAD = "the head of another tree"
    FORGED_HEAD = "the head signed by another key, under the key id of the log's"
    TWO_ENTRIES = "the entry twice"
    OTHER_TSA = "time stamp of an authority of the same names, with other keys"
    WRONG_STAMP = "a bit of the signature of the time stamp"
    CHANGED_STAMP = "another time in the time stamp than was signed"
    STAMP_OF_OTHER = "time stamp of another signature"
    TWO_STAMPS = "the time stamp twice"


@dataclass(frozen=True, kw_only=True)
class How:
    """How a signature is made.

    key: its kind, one of KEY_KINDS. key_name: another name, another key. bits: of the hash, 0 = the one of the key.
    identity: of the certificate, its kind from its form ("https://…", "a@b", anything else) or from identity_kind.
    issuer_fields: of the extensions that name the issuer. fields: further extensions of Fulcio, (number, text). scts:
    the second and all others are of logs that nobody knows. log: "v1", "v2" or "" for none. entry: one of
    ENTRY_KINDS, "" = the usual one. version: of the bundle, "0.1", "0.2", "0.3" or "0.3-old". issued: start of the
    certificate; lifetime, logged_after, stamped_after: seconds. stamps: how many time stamps, -1 = one where the log
    makes no promise; embeds: their certificate lies in them. has_chain: the bundle has intermediate and root, too (up
    to v0.2). annotations: of simple signing. type: of a DSSE payload.
    """

    key: str = "P-256"
    key_name: str = "signer"
    bits: int = 0
    identity: str = GITHUB_IDENTITY
    identity_kind: str = ""
    issuer: str = GITHUB_ISSUER
    issuer_fields: tuple[int, ...] = (1, 8)
    fields: tuple[tuple[int, str], ...] = ()
    log: str = "v1"
    entry: str = ""
    version: str = "0.3"
    issued: datetime = AT
    lifetime: int = 600
    logged_after: int = 30
    stamped_after: int = 20
    stamps: int = -1
    stamp_bits: int = 256
    stamp_status: int = 0
    embeds: bool = True
    has_chain: bool = False
    has_promise: bool = True
    has_proof: bool = True
    has_head: bool = True
    has_digest: bool = True
    scts: int = 1
    sct_extensions: bytes = b""
    annotations: tuple[tuple[str, str], ...] = ()
    type: str = IN_TOTO
    faults: frozenset[Fault] | set[Fault] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One signature. message: the blob, the payload of simple signing, or the one of an envelope. certificate: DER,
    b"" for a key; chain: intermediate and root. entries: as a bundle has them; stamps: DER."""

    message: bytes
    signature: bytes
    key: MadeKey
    certificate: bytes
    chain: tuple[bytes, ...]
    envelope: dict[str, Any] | None
    digest: tuple[str, bytes] | None
    entries: tuple[dict[str, Any], ...]
    stamps: tuple[bytes, ...]
    how: How

    @property
    def pem(self) -> str:
        """The certificate, or the public key."""
        return pem_of("CERTIFICATE", self.certificate) if self.certificate else self.key.pem

    @property
    def signature_text(self) -> str:
        """The content of a `.sig` file."""
        return b64(self.signature)

    def bundle(self, version: str = "") -> bytes:
        """Return the bundle, JSON. version: another one than its How says."""
        return canonical(self.document(version))

    def document(self, version: str = "") -> dict[str, Any]:
        """Return the bundle before it becomes JSON."""
        version = version or self.how.version
        material: dict[str, Any] = {}
        if not self.certificate:
            material["publicKey"] = {"hint": b64(self.key.key_id)}
        elif version.startswith("0.3"):
            material["certificate"] = {"rawBytes": b64(self.certificate)}
        else:
            more = self.chain if self.how.has_chain else ()
            listed = [{"rawBytes": b64(each)} for each in (self.certificate, *more)]
            material["x509CertificateChain"] = {"certificates": listed}
        material["tlogEntries"] = list(self.entries)
        if self.stamps:
            stamps = [{"signedTimestamp": b64(each)} for each in self.stamps]
            material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
        made: dict[str, Any] = {"mediaType": _MEDIA[version], "verificationMaterial": material}
        if self.envelope is not None:
            return made | {"dsseEnvelope": self.envelope}
        content: dict[str, Any] = {"signature": b64(self.signature)}
        if self.digest is not None:
            content["messageDigest"] = {"algorithm": self.digest[0], "digest": b64(self.digest[1])}
        return made | {"messageSignature": content}

    @property
    def rekor_bundle(self) -> dict[str, Any]:
        """The entry with its promise, as cosign kept it before there were bundles."""
        entry = self.entries[0]
        return {
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": entry["canonicalizedBody"],
                "integratedTime": int(entry["integratedTime"]),
                "logIndex": int(entry["logIndex"]),
                "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
            },
        }

    def legacy(self) -> bytes:
        """Return cosign's bundle of a blob from before there were bundles."""
        made: dict[str, Any] = {"base64Signature": self.signature_text, "cert": b64(self.pem.encode())}
        if self.entries:
            made["rekorBundle"] = self.rekor_bundle
        return json.dumps(made).encode()

    def annotations(self) -> dict[str, str]:
        """Return the annotations of the layer that carries a simple signing payload in a `.sig` image."""
        made = {"dev.cosignproject.cosign/signature": self.signature_text}
        if self.certificate:
            made["dev.sigstore.cosign/certificate"] = self.pem
            made["dev.sigstore.cosign/chain"] = "".join(pem_of("CERTIFICATE", each) for each in self.chain)
        if self.entries and "inclusionPromise" in self.entries[0]:
            made["dev.sigstore.cosign/bundle"] = json.dumps(self.rekor_bundle)
        if self.stamps:
            made["dev.sigstore.cosign/rfc3161timestamp"] = json.dumps({"SignedRFC3161Timestamp": b64(self.stamps[0])})
        return made

    def bare_envelope(self) -> bytes:
        """Return the envelope alone, the certificate in its signature (`.intoto.jsonl` of SLSA's first builders)."""
        assert self.envelope is not None
        (only,) = self.envelope["signatures"]
        return canonical(self.envelope | {"signatures": [only | {"cert": self.pem}]}) + b"\n"


def statement(
    subjects: Mapping[str, str],
    predicate_type: str = "https://slsa.dev/provenance/v1",
    predicate: object = None,
    *,
    kind: str = "https://in-toto.io/Statement/v1",
    algorithm: str = "sha256",
) -> bytes:
    """Return an in-toto statement. subjects: name to the hex digest of `algorithm`."""
    listed = [{"name": name, "digest": {algorithm: digest}} for name, digest in subjects.items()]
    return canonical({"_type": kind, "subject": listed, "predicateType": predicate_type, "predicate": predicate or {}})


def github_fields(
    repository: str = "corp/app", ref: str = "refs/tags/v1.2.0", sha: str = "1f" * 20, *, trigger: str = "push",
    workflow: str = "release", runner: str = "github-hosted",
) -> tuple[tuple[int, str], ...]:  # fmt: skip
    """Return the extensions that Fulcio writes for a workflow of GitHub: the old ones (2-6) and the new (9-22)."""
    url = f"https://github.com/{repository}"
    build = f"{url}/.github/workflows/{workflow}.yml@{ref}"
    return (
        (2, trigger), (3, sha), (4, workflow), (5, repository), (6, ref), (9, build), (10, sha), (11, runner),
        (12, url), (13, sha), (14, ref), (15, "123456"), (16, f"https://github.com/{repository.partition('/')[0]}"),
        (17, "654321"), (18, build), (19, sha), (20, trigger), (21, f"{url}/actions/runs/1/attempts/1"),
        (22, "public"),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MadeSigstore:
    """A whole instance. name: of it in names of hosts and organisations; seed: other keys under the same names.
    tsa_key, tsa_bits: kind of the key of the time stamp authority, and its hash. forks: its logs sign another tree of
    one size for each entry."""

    name: str = "sigstore.example"
    seed: str = ""
    start: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    tsa_key: str = "P-256"
    tsa_bits: int = 0
    forks: bool = False

    @cached_property
    def authority(self) -> MadeAuthority:
        return MadeAuthority(name=self.name, start=self.start, salt=self.seed)

    @cached_property
    def ct(self) -> MadeCtLog:
        return MadeCtLog(key=made_key("P-256", f"ct {self.name} {self.seed}"))

    @cached_property
    def log(self) -> MadeRekor:
        return MadeRekor(name=self.name, version=1, salt=self.seed, is_one_tree=self.forks)

    @cached_property
    def log2(self) -> MadeRekor:
        return MadeRekor(name=self.name, version=2, salt=self.seed, is_one_tree=self.forks)

    @cached_property
    def tsa(self) -> MadeTsa:
        end = self.start + timedelta(days=3650)
        return MadeTsa(name=self.name, start=self.start, end=end, salt=self.seed, key_kind=self.tsa_key,
                       hash_bits=self.tsa_bits)  # fmt: skip

    @cached_property
    def stranger(self) -> MadeSigstore:
        """Another instance under the same names: what a forger has."""
        return replace(self, seed=f"{self.seed} stranger")

    @property
    def ca_pem(self) -> str:
        """Intermediate and root, as cosign takes them for a private CA."""
        return "".join(pem_of("CERTIFICATE", each) for each in self.authority.chain)

    def key(self, kind: str = "P-256", name: str = "signer") -> MadeKey:
        """Return the key that `keyed_…` signs with."""
        return made_key(kind, f"{name} {self.seed}")

    def trusted_root(
        self,
        *,
        logs: Iterable[str] = ("v1", "v2"),
        has_ct: bool = True,
        has_tsa: bool = True,
        starts: Mapping[str, datetime | None] | None = None,
        ends: Mapping[str, datetime] | None = None,
    ) -> bytes:
        """Return trusted_root.json.

        starts, ends: validity in the eyes of the root, of "v1", "v2", "ca", "ct" or "tsa"; a start of None is left out.
        """
        starts, ends = dict(starts or {}), dict(ends or {})

        def valid(what: str) -> dict[str, str]:
            start = starts.get(what, self.start)
            made = {} if start is None else {"start": _rfc3339(start)}
            return made | ({"end": _rfc3339(ends[what])} if what in ends else {})

        def instance(what: str, url: str, key: MadeKey, log_id: bytes) -> dict[str, Any]:
            known = {"rawBytes": b64(key.spki), "keyDetails": key.details, "validFor": valid(what)}
            return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": known, "logId": {"keyId": b64(log_id)}}

        def authority(what: str, url: str, chain: Iterable[bytes]) -> dict[str, Any]:
            names = {"organization": self.name, "commonName": f"{self.name} {what}"}
            listed = {"certificates": [{"rawBytes": b64(each)} for each in chain]}
            return {"subject": names, "uri": url, "certChain": listed, "validFor": valid(what)}

        known = {"v1": self.log, "v2": self.log2}
        document: dict[str, Any] = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [instance(w, f"https://{known[w].host}", known[w].key, known[w].log_id) for w in logs],
            "certificateAuthorities": [authority("ca", f"https://fulcio.{self.name}", self.authority.chain)],
            "ctlogs": [instance("ct", f"https://ct.{self.name}", self.ct.key, self.ct.key.key_id)] if has_ct else [],
            "timestampAuthorities": [authority("tsa", f"https://tsa.{self.name}/api/v1/timestamp", self.tsa.chain)]
            if has_tsa else [],
        }  # fmt: skip
        return json.dumps(document, indent=1).encode()

    def keyless_blob(self, data: bytes, **how: Any) -> bytes:  # noqa: ANN401
        return self.sign_blob(data, **how).bundle()

    def keyless_dsse(self, payload: bytes, **how: Any) -> bytes:  # noqa: ANN401
        return self.sign_dsse(payload, **how).bundle()

    def keyed_blob(self, data: bytes, **how: Any) -> bytes:  # noqa: ANN401
        return self.sign_blob(data, is_keyed=True, **how).bundle()

    def keyed_dsse(self, payload: bytes, **how: Any) -> bytes:  # noqa: ANN401
        return self.sign_dsse(payload, is_keyed=True, **how).bundle()

    def sign_blob(self, data: bytes, *, is_keyed: bool = False, **how: Any) -> Signed:  # noqa: ANN401
        """Return a signature over a file."""
        return self._sign(data, data, None, How(**how), is_keyed=is_keyed)

    def simple_signing(
        self,
        digest: str,
        reference: str = "registry.example/app",
        *,
        is_keyed: bool = False,
        **how: Any,  # noqa: ANN401
    ) -> Signed:
        """Return the older signature of an image. digest: "sha256:…" of its manifest; `.message` is the payload."""
        wanted = How(**how)
        payload = canonical(
            {
                "critical": {
                    "identity": {"docker-reference": reference},
                    "image": {"docker-manifest-digest": digest},
                    "type": "cosign container image signature",
                },
                "optional": dict(wanted.annotations) or None,
            }
        )
        return self._sign(payload, payload, None, wanted, is_keyed=is_keyed)

    def sign_dsse(self, payload: bytes, *, is_keyed: bool = False, **how: Any) -> Signed:  # noqa: ANN401
        """Return a signature over an envelope."""
        wanted = How(**how)
        signed = b"DSSEv1 %d %b %d %b" % (len(wanted.type), wanted.type.encode(), len(payload), payload)
        return self._sign(payload, signed, wanted.type, wanted, is_keyed=is_keyed)

    def _sign(self, message: bytes, data: bytes, kind: str | None, how: How, *, is_keyed: bool) -> Signed:
        faults, key = how.faults, self.key(how.key, how.key_name)
        signature = bytearray(key.sign(data + b"other" if Fault.OTHER_DATA in faults else data, how.bits))
        signature[-1] ^= Fault.WRONG_SIGNATURE in faults
        certificate = b"" if is_keyed else self._certificate(key, how)
        bits = how.bits or key.bits
        envelope = _envelope(message, kind, bytes(signature)) if kind is not None else None
        digest = hashlib.new(f"sha{bits}", data + b"other" if Fault.OTHER_DIGEST in faults else data).digest()
        made = Signed(
            message=message, signature=bytes(signature), key=key, certificate=certificate, chain=self.authority.chain,
            envelope=envelope, digest=(f"SHA2_{bits}", digest) if how.has_digest and envelope is None else None,
            entries=(), stamps=(), how=how,
        )  # fmt: skip
        made = replace(made, entries=self._entries(made, data), stamps=self._stamps(made))
        return _with_another_certificate(self, made)

    def _certificate(self, key: MadeKey, how: How) -> bytes:
        faults = how.faults
        authority = self.stranger.authority if Fault.OTHER_CA in faults else self.authority
        others = [replace(self, seed=f"{self.seed} ct {number}").ct for number in range(1, how.scts)]
        ct = None if Fault.NO_SCT in faults else self.stranger.ct if Fault.OTHER_CT in faults else self.ct
        form = "uri" if "://" in how.identity else "email" if "@" in how.identity else "other"
        san = (how.identity_kind or form, how.identity) if how.identity else None
        issuer = tuple((number, how.issuer) for number in how.issuer_fields if how.issuer)
        return authority.leaf(
            key, san, tuple(sorted((*issuer, *how.fields))), start=how.issued,
            end=how.issued + timedelta(seconds=how.lifetime), ct=ct, more_ct=others, sct_extensions=how.sct_extensions,
            sct_is_wrong=Fault.WRONG_SCT in faults, has_purpose=Fault.NO_PURPOSE not in faults,
            is_authority=Fault.AUTHORITY in faults,
        )  # fmt: skip

    def _entries(self, made: Signed, data: bytes) -> tuple[dict[str, Any], ...]:
        how, faults = made.how, made.how.faults
        if not how.log:
            return ()
        owner = self.stranger if Fault.OTHER_LOG in faults else self
        log = owner.log if how.log == "v1" else owner.log2
        usual = {"v1": "hashedrekord 0.0.1" if made.envelope is None else "dsse 0.0.1", "v2": "hashedrekord 0.0.2"}
        logged, signature = data, made.signature
        envelope, message, key, certificate = made.envelope, made.message, made.key, made.certificate
        if Fault.OTHER_ENTRY in faults:
            logged, key = b"another thing", self.key(how.key, "somebody else")
            signature, message, certificate = (
                key.sign(logged),
                logged,
                made.certificate and self._certificate(key, How()),
            )
            envelope = _envelope(message, how.type, signature)
        if Fault.OTHER_SIGNATURE_LOGGED in faults:
            signature = made.key.another_signature(data, how.bits)
            envelope = envelope and _envelope(message, how.type, signature)
        body = entry_body(
            how.entry or usual[how.log], data=logged, signature=signature, key=key, certificate=certificate,
            envelope=envelope, payload=message, bits=how.bits,
        )  # fmt: skip
        wrong = {
            Fault.WRONG_PROMISE: "promise", Fault.WRONG_PROOF: "proof", Fault.WRONG_ROOT: "root",
            Fault.WRONG_HEAD: "head", Fault.OTHER_HEAD: "other head",
        }  # fmt: skip
        after = _shifted(how, how.logged_after, Fault.LATE, Fault.EARLY)
        entry = log.entry(
            body, how.issued + timedelta(seconds=after),
            has_promise=how.has_promise, has_proof=how.has_proof, has_head=how.has_head,
            wrong=next((word for fault, word in wrong.items() if fault in faults), ""),
            forger=made_key(log.key.kind, "forger") if Fault.FORGED_HEAD in faults else None,
        )  # fmt: skip
        return (entry, entry) if Fault.TWO_ENTRIES in faults else (entry,)

    def _stamps(self, made: Signed) -> tuple[bytes, ...]:
        how, faults = made.how, made.how.faults
        count = how.stamps if how.stamps >= 0 else int(how.log == "v2")
        tsa = self.stranger.tsa if Fault.OTHER_TSA in faults else self.tsa
        after = _shifted(how, how.stamped_after, Fault.LATE, Fault.EARLY)
        after = _shifted(how, after, Fault.STAMP_LATE, Fault.STAMP_EARLY)
        stamped = b"another" if Fault.STAMP_OF_OTHER in faults else made.signature
        found = [
            tsa.token(
                stamped, how.issued + timedelta(seconds=after + number), bits=how.stamp_bits, embeds=how.embeds,
                is_wrong=Fault.WRONG_STAMP in faults, info_is_changed=Fault.CHANGED_STAMP in faults,
                nonce=number + 1, status=how.stamp_status,
            )
            for number in range(count)
        ]  # fmt: skip
        return (*found, *found) if Fault.TWO_STAMPS in faults else tuple(found)


def _with_another_certificate(maker: MadeSigstore, made: Signed) -> Signed:
    """Return the signature with another thing in the place of its certificate, where a fault says so."""
    if Fault.KEY_AS_CERTIFICATE in made.how.faults:
        return replace(made, certificate=made.key.spki)
    if Fault.OTHER_CERTIFICATE in made.how.faults:
        other = maker.key(made.how.key, "somebody else")
        return replace(made, certificate=maker._certificate(other, made.how))
    return made


def _envelope(payload: bytes, kind: str, signature: bytes) -> dict[str, Any]:
    return {"payload": b64(payload), "payloadType": kind, "signatures": [{"keyid": "", "sig": b64(signature)}]}


def _shifted(how: How, usual: int, late: Fault, early: Fault) -> int:
    """Return how many seconds behind the start of the certificate something happens."""
    return how.lifetime + 60 if late in how.faults else -60 if early in how.faults else usual


def _rfc3339(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
