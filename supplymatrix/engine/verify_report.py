"""Verify signed reports: envelopes, signature files, signatures inside, and the digests of files that statements name.

Nothing of a report is believed, or told, before its signature holds. A signed statement of another kind, or by another
program, is no verdict and is refused. A file that a statement names is looked for beside the statement, and only where
none of its name lies there as named from here; one that is not at hand is said to be so. A file that has only a
signature beside it says nothing of a project or a policy: where these were asked for, a statement must name it.

Source: in-toto/attestation spec/v1/statement.md; slsa.dev/spec/v1.2/verification_summary.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from supplymatrix.attest.dsse import IN_TOTO, looks_like_envelope, parse_envelope, verify_envelope
from supplymatrix.attest.keys import VerifyingKey, parse_verifying_key
from supplymatrix.engine.signing import KEY_LIMIT, SIGNATURE_SUFFIX
from supplymatrix.errors import Diagnostic, InputError, TrustError
from supplymatrix.model.signed import NamedFile, NamedState, SignatureCheck, SignedReport, SignedState, SignedStatement
from supplymatrix.model.value import changed, value
from supplymatrix.reports.vsa import PREDICATE, STATEMENT, VERIFIER
from supplymatrix.sources.files import read_if_there, read_limited

__all__ = ["verify_beside", "verify_reports"]

_REPORT_LIMIT = 1 << 30
_SIGNATURE_LIMIT = 64 << 10
_MOST_NAMED = 10_000
_GO_FILES = ("go.mod", "go.sum")
_BILL = re.compile(rb'"bomFormat"|"spdxVersion"|cyclonedx\.org/schema/bom|spdx\.org/rdf/3')
_HEAD = 4096  # bytes in which a bill of materials says what it is


@value
class _Asked:
    """What the statements are to be: signed by a key, and about a folder, by a policy, where these are named."""

    key: VerifyingKey
    project: Path | None
    policy_sha256: str

    @property
    def binds(self) -> bool:
        return self.project is not None or bool(self.policy_sha256)


def verify_reports(
    paths: Sequence[Path], key_path: Path, *, project: Path | None = None, policy_sha256: str = ""
) -> SignatureCheck:
    """Verify reports with a public key. project: the folder whose files the statements are to be about.

    policy_sha256: hex, of the policy that they are to be by, "" = any. A report that cannot be read keeps nothing back
    of the others. Raises InputError when the key cannot be used.
    """
    key = parse_verifying_key(read_limited(key_path, KEY_LIMIT, "public key"), key_path.as_posix())
    asked = _Asked(key=key, project=project, policy_sha256=policy_sha256)
    reports: list[SignedReport] = []
    faults: list[Diagnostic] = []
    named: set[str] = set()
    for path in paths:
        try:
            report, digests = _verify(path, asked)
        except InputError as err:
            faults += err.diagnostics
            reason = err.diagnostics[0].message
            reports.append(
                SignedReport(path=path.as_posix(), state=SignedState.UNREADABLE, signature="", reason=reason)
            )
            continue
        reports.append(report)
        named |= digests
    if asked.binds:
        reports = [_bound(report, named) for report in reports]
    return SignatureCheck(
        key_name=key.name,
        key_id=key.key_id,
        reports=tuple(reports),
        faults=tuple(faults),
        asks_policy=bool(policy_sha256),
    )


def _bound(report: SignedReport, named: set[str]) -> SignedReport:
    """Return a report that holds by itself as one that no statement names, unless one does."""
    if report.state is not SignedState.HOLDS or report.statements or report.sha256 in named:
        return report
    reason = "no statement about what was asked for names it"
    if _BILL.search(read_limited(Path(report.path), _REPORT_LIMIT, "report")[:_HEAD]):
        reason = (
            f"it is a bill of materials, which only a statement of `check --sbom {report.path} --format vsa` binds to "
            f"a project; `supplymatrix sbom verify {report.path} --project DIR --key PUB.pem` holds it against one"
        )
    return changed(report, state=SignedState.UNBOUND, reason=reason)


def _verify(path: Path, asked: _Asked) -> tuple[SignedReport, set[str]]:
    """Return what became of a file, and the digests of the reports that its statements bind."""
    data = read_limited(path, _REPORT_LIMIT, "report")
    if looks_like_envelope(data):
        return _verify_envelopes(path, data, asked)
    report = verify_beside(path, data, asked.key)
    if report.state is SignedState.UNSIGNED:
        report = _verify_inside(data, asked.key, report)
    return report, set()


def _verify_inside(data: bytes, key: VerifyingKey, unsigned: SignedReport) -> SignedReport:
    """Return what came of the signature that a document has in itself, as CycloneDX may; `unsigned` without one."""
    from supplymatrix.attest.jsf import JsfState, verify_json_text

    found = verify_json_text(data, key)
    if found is None:
        return unsigned
    if found.state is JsfState.NOT_CHECKED:
        return changed(unsigned, reason=f"{unsigned.reason}; the signature inside was not checked: {found.reason}")
    if found.state is JsfState.BROKEN:
        return changed(unsigned, state=SignedState.BROKEN, signature="inside", reason=found.reason)
    digest = hashlib.sha256(data).hexdigest()
    return changed(unsigned, state=SignedState.HOLDS, signature="inside", reason="", sha256=digest)


def verify_beside(path: Path, data: bytes, key: VerifyingKey) -> SignedReport:
    """Return what came of FILE.sig, for the bytes of a file. Raises InputError for what is no signature."""
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
    digest = hashlib.sha256(data).hexdigest()
    return SignedReport(path=path.as_posix(), state=SignedState.HOLDS, signature=signature, sha256=digest)


def _verify_envelopes(path: Path, data: bytes, asked: _Asked) -> tuple[SignedReport, set[str]]:
    statements = []
    for text in _documents(data):
        envelope = parse_envelope(text, path.as_posix())
        try:
            verify_envelope(envelope, asked.key)
        except TrustError as err:
            broken = SignedState.BROKEN
            return SignedReport(path=path.as_posix(), state=broken, signature="envelope", reason=str(err)), set()
        if envelope.payload_type != IN_TOTO:
            raise _no_statement(path, f"its payload is {envelope.payload_type[:100]}")
        statements.append(_statement(path, envelope.payload))
    subjects: tuple[NamedFile, ...] = ()
    if asked.project is not None:
        statements, subjects = _about(statements, asked.project)
    predicates = [_part(statement, "predicate") for statement in statements]
    told = tuple(_told(predicate, asked.policy_sha256) for predicate in predicates)
    report = SignedReport(
        path=path.as_posix(),
        state=SignedState.HOLDS,
        signature="envelope",
        sha256=hashlib.sha256(data).hexdigest(),
        statements=told,
        named=(*subjects, *dict.fromkeys(file for predicate in predicates for file in _fellows(path, predicate))),
    )
    if any(file.state is not NamedState.SAME for file in subjects):
        return report, set()
    pairs = zip(predicates, told, strict=True)
    reports = (predicate.get("inputAttestations") for predicate, statement in pairs if statement.by_policy)
    return report, {digest for found in reports for _, digest, form in _descriptors(found) if form}


def _told(predicate: dict[str, Any], policy_sha256: str) -> SignedStatement:
    policy, verifier = _part(predicate, "policy"), _part(predicate, "verifier")
    digest = str(_part(policy, "digest").get("sha256", ""))
    versions = (f"{name} {version}" for name, version in _part(verifier, "version").items())
    return SignedStatement(
        result=str(predicate.get("verificationResult", "")),
        resource=str(predicate.get("resourceUri", "")),
        policy=str(policy.get("uri", "")),
        policy_sha256=digest,
        time=str(predicate.get("timeVerified", "")),
        verifier=", ".join([str(verifier.get("id", "")), *versions]),
        by_policy=not policy_sha256 or digest == policy_sha256,
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
    if found.get("_type") != STATEMENT:
        raise _no_statement(path, "its payload says that it is something else", str(found.get("_type", "")), STATEMENT)
    if found.get("predicateType") != PREDICATE:
        raise _no_verdict(path, "predicateType", str(found.get("predicateType", "")), PREDICATE)
    verifier = _part(_part(found, "predicate"), "verifier").get("id", "")
    if verifier != VERIFIER:
        raise _no_verdict(path, "verifier", str(verifier), VERIFIER)
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
    """Yield what became of the other reports that a statement names.

    Whoever hands over a statement hands over what lies beside it: a file of the name decides there, whatever lies as
    it is named from here: that can only confirm, since it may be of another run. What is beside the statement by its
    last name alone can be another report that it names.
    """
    reports = [found for found in _descriptors(predicate.get("inputAttestations")) if found[2]]
    for name, digest, _ in reports:
        last = Path(name).name
        beside = path.parent / last
        twins = {other for named, other, _ in reports if Path(named).name == last and other != digest}
        places = [beside, path.parent / name]
        if twins and path.parent / name != beside and _compare(name, "report", digest, [beside]).sha256 in twins:
            del places[0]
        found = _compare(name, "report", digest, places)
        there = _compare(name, "report", digest, [Path(name)])
        if found.state is NamedState.ABSENT and there.state is NamedState.SAME:
            yield there
        elif found.state is not there.state and found.state is not NamedState.SAME:
            yield changed(found, elsewhere=there.path)
        else:
            yield found


def _descriptors(found: object) -> Iterator[tuple[str, str, str]]:
    """Yield name, sha256 and format of the files that a statement names."""
    for entry in (found if isinstance(found, list) else [])[:_MOST_NAMED]:
        if isinstance(entry, dict):
            form = _part(entry, "annotations").get("format", "")
            yield str(entry.get("name", "")), str(_part(entry, "digest").get("sha256", "")), str(form)


def _compare(name: str, role: str, digest: str, places: Sequence[Path]) -> NamedFile:
    """Hold a file against its digest: the first place that has one decides."""
    for place in dict.fromkeys(places):
        try:
            data = read_if_there(place, _REPORT_LIMIT, "file") if name else None
        except InputError:
            continue  # a folder or a pipe of that name is not the file
        if data is not None:
            seen = hashlib.sha256(data).hexdigest()
            state = NamedState.SAME if seen == digest else NamedState.DIFFERS
            return NamedFile(name=name, role=role, state=state, path=place.as_posix(), sha256=seen)
    return NamedFile(name=name, role=role, state=NamedState.ABSENT)


def _no_statement(path: Path, why: str, seen: str = "", expected: str = f"a payload of {IN_TOTO}") -> InputError:
    return InputError(
        Diagnostic(
            message=f"the envelope holds no in-toto statement: {why}",
            artifact=path.as_posix(),
            seen=seen[:200],
            expected=expected,
        )
    )


def _no_verdict(path: Path, field: str, seen: str, expected: str) -> InputError:
    return InputError(
        Diagnostic(
            message=f"the statement is signed and no verdict of supplymatrix: its {field} is another",
            artifact=path.as_posix(),
            seen=seen[:200],
            expected=expected,
            remedy="name the file that check --format vsa --sign has written",
        )
    )
