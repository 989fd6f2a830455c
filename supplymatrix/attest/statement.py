"""In-toto statements: what an attestation is about, and what kind of thing it says.

    {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
     "subject": [{"name": "app", "digest": {"sha256": "<hex>"}}], "predicate": {...}}

Nothing in it is true because it is there: it is what somebody signed. Source: in-toto/attestation, spec v1:
statement.md, digest_set.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.attest.bundle import LARGEST, BundleError
from supplymatrix.attest.proto_json import JsonFault, read_json
from supplymatrix.attest.wanted import Artifact
from supplymatrix.errors import Diagnostic
from supplymatrix.model.signature import Statement, StatementSubject

__all__ = ["STATEMENT_TYPES", "SubjectMatch", "annotations_of", "match_subject", "names", "parse_statement"]

STATEMENT_TYPES = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")
_MOST_SUBJECTS = 100_000
_MOST_DIGESTS = 32
_OURS = frozenset({"sha256", "sha384", "sha512"})


def parse_statement(payload: bytes, artifact: str) -> Statement:
    """Read a statement. Raises BundleError for what is none."""
    try:
        return _statement(read_json(payload, limit=LARGEST, what="the statement"), payload)
    except JsonFault as err:
        raise BundleError(Diagnostic(message=str(err), artifact=artifact)) from err


class SubjectMatch:
    """How a statement names an artifact. subject: the one that does. agreed, differing: "sha256:…", digests of it that
    are known and the same, or another. A subject counts where one agrees and none differs."""

    __slots__ = ("agreed", "differing", "subject")

    def __init__(self, subject: StatementSubject, agreed: tuple[str, ...], differing: tuple[str, ...]) -> None:
        self.subject = subject
        self.agreed = agreed
        self.differing = differing

    @property
    def holds(self) -> bool:
        """Whether the subject is the artifact."""
        return bool(self.agreed) and not self.differing


def match_subject(statement: Statement, artifact: Artifact) -> SubjectMatch | None:
    """Return the first subject that is the artifact, else one that agrees with it in one digest and not in another,
    else None."""
    known = dict(artifact.digests)
    half: SubjectMatch | None = None
    for subject in statement.subjects:
        agreed: list[str] = []
        differing: list[str] = []
        for algorithm, digest in subject.digests:
            if algorithm in known:
                (agreed if known[algorithm].lower() == digest else differing).append(f"{algorithm}:{digest}")
        found = SubjectMatch(subject, tuple(agreed), tuple(differing))
        if found.holds:
            return found
        if agreed and half is None:
            half = found
    return half


def names(statement: Statement, artifact: Artifact) -> bool:
    """Return whether a subject of the statement is the artifact: all digests of it that are known must agree, and one
    must be there."""
    found = match_subject(statement, artifact)
    return found is not None and found.holds


def annotations_of(statement: Statement, artifact: Artifact) -> tuple[tuple[str, str], ...]:
    """Return the annotations (texts) of the subject that is the artifact, sorted: cosign keeps those of `-a` there."""
    found = match_subject(statement, artifact)
    if found is None or not found.holds:
        return ()
    document = read_json(statement.payload, limit=LARGEST, what="the statement")
    subjects = document.get("subject") if isinstance(document, dict) else None
    if not isinstance(subjects, list):
        return ()
    subject = subjects[statement.subjects.index(found.subject)]
    notes = subject.get("annotations") if isinstance(subject, dict) else None
    if not isinstance(notes, dict):
        return ()
    return tuple(sorted((name, text) for name, text in notes.items() if isinstance(text, str)))


def _statement(document: object, payload: bytes) -> Statement:
    if not isinstance(document, dict):
        raise JsonFault("the statement is no object")
    kind, predicate_type = document.get("_type"), document.get("predicateType")
    if kind not in STATEMENT_TYPES:
        raise JsonFault(f"the statement is of the type {str(kind)[:80]!r}, which is not one that is known")
    if not isinstance(predicate_type, str) or not predicate_type:
        raise JsonFault("the statement has no predicateType")
    subjects = document.get("subject")
    if not isinstance(subjects, list) or len(subjects) > _MOST_SUBJECTS:
        raise JsonFault("the subject of the statement is no list, or too long a one")
    return Statement(
        statement_type=str(kind),
        predicate_type=predicate_type,
        subjects=tuple(_subject(one, f"subject[{at}]") for at, one in enumerate(subjects)),
        payload=payload,
    )


def _subject(value: object, where: str) -> StatementSubject:
    if not isinstance(value, dict):
        raise JsonFault(f"{where} is no object")
    name, digests = value.get("name", ""), value.get("digest", {})
    if name is None:
        name = ""
    if not isinstance(name, str):
        raise JsonFault(f"{where}.name is no text")
    return StatementSubject(name=name, digests=_digests(digests, where))


def _digests(found: object, where: str) -> tuple[tuple[str, str], ...]:
    """Return a digest set, sorted, in lower case where it is one of ours."""
    if not isinstance(found, Mapping) or len(found) > _MOST_DIGESTS:
        raise JsonFault(f"{where}.digest is no object, or too large a one")
    digests = []
    for algorithm, digest in found.items():
        if not isinstance(digest, str):
            raise JsonFault(f"{where}.digest.{algorithm[:40]} is no text")
        digests.append((algorithm, digest.lower() if algorithm in _OURS else digest))
    return tuple(sorted(digests))
