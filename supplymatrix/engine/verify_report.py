"""Verify signed reports: envelopes, signature files, and the digests of the files that a signed statement names.

Nothing of a report is believed, or told, before its signature holds. A file that a statement names is looked for beside
the statement and as named from here; one that is not at hand is said to be so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from supplymatrix.attest.dsse import IN_TOTO, looks_like_envelope, parse_envelope, verify_envelope
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.engine.signing import KEY_LIMIT, SIGNATURE_SUFFIX
from supplymatrix.errors import Diagnostic, InputError, TrustError
from supplymatrix.model.signed import NamedFile, NamedState, SignatureCheck, SignedReport, SignedState
from supplymatrix.model.value import changed
from supplymatrix.sources.files import read_if_there, read_limited

__all__ = ["verify_reports"]

_REPORT_LIMIT = 1 << 30
_SIGNATURE_LIMIT = 64 << 10
_MOST_NAMED = 10_000
_GO_FILES = ("go.mod", "go.sum")


def verify_reports(paths: Sequence[Path], key_path: Path, *, project: Path | None = None) -> SignatureCheck:
    """Verify reports with a public key. project: the folder whose files the statements are to be about.

    Raises InputError for what cannot be read at all.
    """
    key = parse_verifying_key(read_limited(key_path, KEY_LIMIT, "public key"), key_path.as_posix())
    reports = tuple(_verify(path, key, project) for path in paths)
    return SignatureCheck(key_name=key.name, key_id=key.key_id, reports=reports)


def _verify(path: Path, key: VerifyingKey, project: Path | None) -> SignedReport:
    data = read_limited(path, _REPORT_LIMIT, "report")
    if looks_like_envelope(data):
        return _verify_envelopes(path, data, key, project)
    beside = path.with_name(path.name + SIGNATURE_SUFFIX)
    text = read_if_there(beside, _SIGNATURE_LIMIT, "signature")
    signature = beside.as_posix()
    if text is None:
        reason = f"there is no {beside.name} beside it, and it is no envelope"
        return SignedReport(path=path.as_posix(), state=SignedState.UNSIGNED, signature="", reason=reason)
    try:
        key.verify(data, base64.b64decode(text.strip(), validate=True))
    except binascii.Error as err:
        fault = Diagnostic(message="the signature is no Base64", artifact=signature, expected="what --sign wrote")
        raise InputError(fault) from err
    except TrustError as err:
        return SignedReport(path=path.as_posix(), state=SignedState.BROKEN, signature=signature, reason=str(err))
    return SignedReport(path=path.as_posix(), state=SignedState.HOLDS, signature=signature)


def _verify_envelopes(path: Path, data: bytes, key: VerifyingKey, project: Path | None) -> SignedReport:
    statements = []
    for text in _documents(data):
        envelope = parse_envelope(text, path.as_posix())
        try:
            verify_envelope(envelope, key)
        except TrustError as err:
            return SignedReport(path=path.as_posix(), state=SignedState.BROKEN, signature="envelope", reason=str(err))
        if envelope.payload_type != IN_TOTO:
            raise _no_statement(path, f"its payload is {envelope.payload_type[:100]}")
        statements.append(_statement(path, envelope.payload))
    subjects: tuple[NamedFile, ...] = ()
    if project is not None:
        statements, subjects = _about(statements, project)
    predicates = [_part(statement, "predicate") for statement in statements]
    return SignedReport(
        path=path.as_posix(),
        state=SignedState.HOLDS,
        signature="envelope",
        results=tuple(str(predicate.get("verificationResult", "")) for predicate in predicates),
        resources=tuple(str(predicate.get("resourceUri", "")) for predicate in predicates),
        named=(*subjects, *dict.fromkeys(file for predicate in predicates for file in _fellows(path, predicate))),
    )


def _documents(data: bytes) -> list[bytes]:
    """Return the envelopes of a file: one document, or one in each line."""
    lines = [line for line in data.splitlines() if line.strip()]
    return lines if all(looks_like_envelope(line) for line in lines) else [data]


def _statement(path: Path, payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as err:
        raise _no_statement(path, "its payload is no JSON") from err
    if not isinstance(found, dict):
        raise _no_statement(path, "its payload is no JSON object")
    return found


def _part(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _about(statements: Sequence[dict[str, Any]], project: Path) -> tuple[list[dict[str, Any]], tuple[NamedFile, ...]]:
    """Return the statement about the files of a folder, and what became of these; of all where none is about them."""
    told: list[NamedFile] = []
    for statement in statements:
        subjects = list(_descriptors(statement.get("subject")))
        files = [_compare(name, "subject", digest, [project / name]) for name, digest, _ in subjects]
        names = {name for name, _, _ in subjects}
        files += [
            NamedFile(name=name, role="subject", state=NamedState.DIFFERS, path=(project / name).as_posix())
            for name in _GO_FILES
            if name not in names and (project / name).is_file()
        ]
        if files and all(file.state is NamedState.SAME for file in files):
            return [statement], tuple(files)
        # What is gone from the folder is not what the statement is about, either.
        told += [changed(file, state=NamedState.DIFFERS) if file.state is NamedState.ABSENT else file for file in files]
    if all(file.state is NamedState.SAME for file in told):
        told.append(NamedFile(name=project.as_posix(), role="subject", state=NamedState.DIFFERS))
    return list(statements), tuple(dict.fromkeys(told))


def _fellows(path: Path, predicate: dict[str, Any]) -> Iterator[NamedFile]:
    """Yield what became of the other reports that a statement names. Below another folder one can only be found again:
    a file of that name there may be of any other run."""
    for name, digest, form in _descriptors(predicate.get("inputAttestations")):
        if form:
            found = _compare(name, "report", digest, [path.parent / name, path.parent / Path(name).name])
            if found.state is NamedState.ABSENT:
                again = _compare(name, "report", digest, [Path(name)])
                found = again if again.state is NamedState.SAME else found
            yield found


def _descriptors(found: object) -> Iterator[tuple[str, str, str]]:
    """Yield name, sha256 and format of the files that a statement names."""
    for entry in (found if isinstance(found, list) else [])[:_MOST_NAMED]:
        if isinstance(entry, dict):
            form = _part(entry, "annotations").get("format", "")
            yield str(entry.get("name", "")), str(_part(entry, "digest").get("sha256", "")), str(form)


def _compare(name: str, role: str, digest: str, places: Sequence[Path]) -> NamedFile:
    """Hold a file against its digest: where several have the name, one that is the same is enough."""
    differs = ""
    for place in dict.fromkeys(places):
        try:
            data = read_if_there(place, _REPORT_LIMIT, "file") if name else None
        except InputError:
            continue  # a folder or a pipe of that name is not the file
        if data is not None and hashlib.sha256(data).hexdigest() == digest:
            return NamedFile(name=name, role=role, state=NamedState.SAME, path=place.as_posix())
        if data is not None:
            differs = differs or place.as_posix()
    state = NamedState.DIFFERS if differs else NamedState.ABSENT
    return NamedFile(name=name, role=role, state=state, path=differs)


def _no_statement(path: Path, why: str) -> InputError:
    return InputError(
        Diagnostic(
            message=f"the envelope holds no in-toto statement: {why}",
            artifact=path.as_posix(),
            expected=f"a payload of {IN_TOTO}",
        )
    )
