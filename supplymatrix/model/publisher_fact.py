"""What a check knows of a publisher's signature: apart from the verdict itself, since every run reads this file."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = ["PublisherSignature", "PublisherState", "TreeState"]


class PublisherState(StrEnum):
    """What came of the signature, whatever the tree is.

    VERIFIED: a key signed it that the user or the policy trusts. UNKNOWN: it holds, or cannot be checked without the
    key, and nobody said that this key counts. REFUSED: the key is known and does not count: expired, revoked, for
    another use, or the identity is not the one that was asked for. TAG_UNSIGNED: the commit is signed, and nobody
    signed that it is this version. WRONG: bytes, ids or signatures contradict each other.
    """

    VERIFIED = "verified"
    UNKNOWN = "signed by an unknown key"
    REFUSED = "refused"
    UNSIGNED = "unsigned"
    TAG_UNSIGNED = "only the commit is signed"
    NOT_CHECKABLE = "not checkable"
    WRONG = "wrong"


class TreeState(StrEnum):
    """Whether the zip made of the signed tree has the hash that the log has."""

    EQUAL = "the log's zip"
    DIFFERS = "differs"
    NOT_LOGGED = "not in the log"
    NOT_CHECKABLE = "not checkable"


@value
class PublisherSignature:
    """A verdict as a fact of a check, on a module version of the project. signer, key: whose signature it is, "" where
    there is none. repository: address and tag. reason, remedy: of what is not verified. The rest: as in
    `PublisherVerdict`."""

    subject: ModuleVersion
    state: PublisherState
    tree: TreeState
    signer: str = ""
    key: str = ""
    signed: str = ""
    object_name: str = ""
    commit: str = ""
    repository: str = ""
    h1: str = ""
    log_h1: str = ""
    reason: str = ""
    remedy: str = ""
