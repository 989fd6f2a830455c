"""From files with signatures to signatures that can be judged, and which of them are about which artifact.

A file holds one signature, or many, one in a line. What cannot be read is a refused signature, not a missing one. Which
artifact a bundle is about is taken from what it says itself, unverified: that only decides what is held against what,
and a bundle about another artifact holds for none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.predicates import SIGNATURE_PREDICATE
from supplymatrix.model.signature import (
    Check,
    CheckState,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    Statement,
)
from supplymatrix.model.value import changed, value
from supplymatrix.sources.signature_files import SignatureFile

if TYPE_CHECKING:
    from supplymatrix.attest.bundle import SignedBundle
    from supplymatrix.attest.keys import VerifyingKey

__all__ = [
    "Candidate", "algorithms_of", "broken_off", "by_absent_key", "candidate_of", "candidates_in", "claimed_digests",
    "claimed_names", "needs_data", "unread", "without_copies",
]  # fmt: skip

_MOST_IN_FILE = 20_000
_OID_ED25519 = bytes.fromhex("06032b6570")
_OID_P384 = bytes.fromhex("06052b81040022")
_OID_P521 = bytes.fromhex("06052b81040023")
_NOWHERE = Path()
_MOST_WORDS = 300
_NOT_ITS_KEY = (Reason.SIGNATURE_INVALID, Reason.KEY_MISMATCH)
_LONGER = ("sha384", "sha512")


@value
class Candidate:
    """A signature as it was found. bundle: None where it cannot be read; then `refused` says why. path: of its file.
    statement: of an envelope, unverified; None where it is none that can be read."""

    path: Path
    source: str
    bundle: SignedBundle | None = None
    refused: SignatureVerdict | None = None
    statement: Statement | None = None

    @property
    def is_attestation(self) -> bool:
        """Whether it says something of the artifact, and is more than a signature."""
        if self.bundle is None or self.bundle.envelope is None:
            return False
        return self.statement is None or self.statement.predicate_type != SIGNATURE_PREDICATE


def candidates_in(file: SignatureFile) -> tuple[Candidate, ...]:
    """Return all signatures of a file, in its order; at least one, if only to say that it cannot be read."""
    from supplymatrix.attest.bundle import detached, parse_bundle

    name = file.path.as_posix()
    if file.is_detached:
        return (_candidate(file.path, name, partial(detached, file.data, file.certificate, name)),)
    try:
        documents = _documents(file.data, name)
    except InputError as err:
        return (unread(file.path, name, err),)
    found = []
    for line, data in documents:
        source = f"{name}:{line}" if line else name
        found.append(_candidate(file.path, source, partial(parse_bundle, data, source), data))
    return tuple(found)


def candidate_of(bundle: SignedBundle, source: str, path: Path = _NOWHERE) -> Candidate:
    """Return a bundle with what its statement says, unverified."""
    statement = None
    if bundle.envelope is not None:
        from supplymatrix.attest.statement import parse_statement

        try:
            statement = parse_statement(bundle.envelope.payload, source)
        except InputError:
            statement = None  # whoever judges the bundle says what is wrong with it
    return Candidate(path=path, source=source, bundle=bundle, statement=statement)


def algorithms_of(candidates: Iterable[Candidate], keys: Sequence[VerifyingKey]) -> frozenset[str]:
    """Return the digests of the artifact that these signatures may be held against; SHA-256 is always one of them."""
    wanted = {"sha256"}
    by_key = {name for key in keys for name in _by_key_name(key.name)}
    for bundle in (candidate.bundle for candidate in candidates):
        if bundle is None:
            continue
        if bundle.envelope is not None:
            wanted.update(name for name in _LONGER if name.encode() in bundle.envelope.payload)
            continue
        wanted |= by_key
        if bundle.message_digest is not None:
            wanted.add(bundle.message_digest[0])
        if _OID_P384 in bundle.certificate:
            wanted.add("sha384")
        if _OID_P521 in bundle.certificate or _OID_ED25519 in bundle.certificate:
            wanted.add("sha512")
        if bundle.entries and bundle.message_digest is None:
            wanted.update(name for name in _LONGER if any(name.encode() in entry.body for entry in bundle.entries))
    return frozenset(wanted)


def needs_data(candidates: Iterable[Candidate], keys: Sequence[VerifyingKey]) -> bool:
    """Return whether one of these signatures may be of a kind that is over the bytes themselves, not over a digest."""
    by_key = any(key.name.startswith("Ed25519") for key in keys)
    return any(
        bundle is not None and bundle.envelope is None and (by_key or _OID_ED25519 in bundle.certificate)
        for bundle in (candidate.bundle for candidate in candidates)
    )


def claimed_digests(candidate: Candidate) -> frozenset[tuple[str, str]]:
    """Return the digests, (algorithm, hex), of what a signature says to be over: those of a statement's subjects, of
    the message, else those that its log entry names. None where it does not say."""
    if candidate.statement is not None:
        return frozenset(digest for subject in candidate.statement.subjects for digest in subject.digests)
    bundle = candidate.bundle
    if bundle is None or bundle.envelope is not None:
        return frozenset()
    if bundle.message_digest is not None:
        algorithm, digest = bundle.message_digest
        return frozenset({(algorithm, digest.hex())})
    return frozenset(digest for entry in bundle.entries for digest in _logged_digest(entry.body))


def claimed_names(candidate: Candidate) -> frozenset[str]:
    """Return the names of what a statement is about, without their folders."""
    if candidate.statement is None:
        return frozenset()
    return frozenset(subject.name.rpartition("/")[2] for subject in candidate.statement.subjects if subject.name)


def without_copies(
    candidates: Sequence[Candidate], judged: Iterable[tuple[bool, SignatureVerdict]]
) -> tuple[tuple[tuple[bool, SignatureVerdict], ...], tuple[str, ...]]:
    """Return verdicts, each with whether it is of an attestation, without those on bare signatures that a bundle which
    holds has too, with its log entry; and a note for each."""
    pairs = tuple(judged)
    holding = {verdict.source for _, verdict in pairs if verdict.holds}
    held = {
        candidate.bundle.signature: candidate.source
        for candidate in candidates
        if candidate.bundle is not None and candidate.bundle.entries and candidate.source in holding
    }
    copies = {
        candidate.source: held[bundle.signature]
        for candidate in candidates
        if (bundle := candidate.bundle) is not None and not bundle.entries and bundle.envelope is None
        and bundle.signature in held
    }  # fmt: skip
    kept = tuple(pair for pair in pairs if pair[1].source not in copies)
    return kept, tuple(f"{copy} is the signature of {source} once more" for copy, source in copies.items())


def _by_key_name(name: str) -> tuple[str, ...]:
    if "P-384" in name:
        return ("sha384",)
    return ("sha512",) if "P-521" in name or name.startswith("Ed25519") else ()


def _candidate(path: Path, source: str, read: Callable[[], SignedBundle], text: bytes = b"") -> Candidate:
    """Return what was read, or why it was not. text: the JSON that it is, b"" for none."""
    try:
        return candidate_of(read(), source, path)
    except InputError as err:
        return unread(path, source, err, _broken_at(text) if text else "")
    except Exception as err:  # noqa: BLE001 - one file must not end a run of many
        return Candidate(path=path, source=source, refused=broken_off(source, err))


def broken_off(source: str, err: Exception) -> SignatureVerdict:
    """Return the verdict of a signature that this program has a fault about: its run goes on, and ends with 70."""
    step = SignatureStep(
        check=Check.FORM,
        state=CheckState.NOT_CHECKABLE,
        says="supplymatrix broke off, by a fault of its own",
        found=f"{type(err).__name__}: {str(err)[:_MOST_WORDS]}",
        reason=Reason.INTERNAL,
        remedy="please report it with the file; SUPPLYMATRIX_DEBUG=1 shows where",
    )
    return SignatureVerdict(state=SignatureState.UNDECIDED, source=source, form="not judged", steps=(step,), engines=())


def by_absent_key(verdict: SignatureVerdict) -> SignatureVerdict:
    """Return the verdict on a signature by a key that may be one that is not at hand: that those at hand have not made
    it says nothing against it."""
    if not any(step.check is Check.SIGNATURE and step.reason in _NOT_ITS_KEY for step in verdict.steps):
        return verdict
    steps = tuple(
        changed(step, state=CheckState.NOT_CHECKABLE, reason=Reason.KEY_REQUIRED, remedy="get the keys not at hand",
                says="it is by none of the keys at hand, and the key that made it may be one that is not")
        if step.check is Check.SIGNATURE and step.reason in _NOT_ITS_KEY
        else changed(step, state=CheckState.NOT_CHECKABLE)
        if step.check is Check.ENTRY and step.reason is Reason.LOG_ENTRY_MISMATCH
        else step
        for step in verdict.steps
    )  # fmt: skip
    is_refused = any(step.state is CheckState.FAILED for step in steps)
    return changed(verdict, steps=steps, state=SignatureState.REFUSED if is_refused else SignatureState.UNDECIDED)


def _broken_at(text: bytes) -> str:
    """Return where a text stops being JSON, " (line 3, column 7: …)", "" where it does not."""
    try:
        json.loads(text)
    except json.JSONDecodeError as err:
        return f" (line {err.lineno}, column {err.colno}: {err.msg})"
    except (ValueError, RecursionError):
        return ""
    return ""


def unread(path: Path, source: str, err: InputError, place: str = "") -> Candidate:
    """Return what cannot be read as a refused signature of one step."""
    fault = err.diagnostics[0]
    step = SignatureStep(
        check=Check.FORM,
        state=CheckState.FAILED,
        says=f"{fault.message}{place}",
        expected=fault.expected,
        found=fault.seen,
        reason=getattr(err, "reason", Reason.MALFORMED),
        remedy=fault.remedy or "take it anew from where it is published, or name another file",
    )
    verdict = SignatureVerdict(
        state=SignatureState.REFUSED, source=source, form="not readable", steps=(step,), engines=()
    )
    return Candidate(path=path, source=source, refused=verdict)


def _documents(data: bytes, name: str) -> list[tuple[int, bytes]]:
    """Return the documents of a file, each with its line, 0 where the file is one document. Raises InputError."""
    if b"\n" in data.strip():
        lines = [(number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
        if len(lines) > _MOST_IN_FILE:
            raise _too_many(len(lines), name)
        if all(line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for _, line in lines):
            return lines
    return _wrapped(data, name) or [(0, data)]


def _wrapped(data: bytes, name: str) -> list[tuple[int, bytes]]:
    """Return the bundles of an answer of npm's or GitHub's API: {"attestations": [{"bundle": {…}}]}; [] for others."""
    if b'"attestations"' not in data[:4096]:
        return []
    try:
        document = json.loads(data)
        items = document["attestations"]
        bundles = [item["bundle"] for item in items]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
    if len(bundles) > _MOST_IN_FILE:
        raise _too_many(len(bundles), name)
    return [(0, json.dumps(bundle).encode()) for bundle in bundles]


def _logged_digest(body: bytes) -> Iterable[tuple[str, str]]:
    """Return the digest that a hashedrekord entry names."""
    try:
        found = json.loads(body)["spec"]["data"]["hash"]
        return [(str(found["algorithm"]), str(found["value"]).lower())]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _too_many(number: int, name: str) -> InputError:
    expected = f"at most {_MOST_IN_FILE:,} bundles"
    return InputError(Diagnostic(message=f"the file has {number:,} of them", artifact=name, expected=expected))
