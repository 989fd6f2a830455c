"""What the publisher of a module version signed: its tag or commit, by which key, and whether the module is that tree.

Two questions, answered apart. Who signed: a signature of git covers the id of a commit, and with it every file of its
tree. What was published: the zip that the checksum log has is made of that tree, or it is not. A verdict is verified
only where both hold, and where somebody said beforehand whose key counts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from supplymatrix.model.gap import Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher_fact import PublisherState, TreeState
from supplymatrix.model.signature import CheckState
from supplymatrix.model.value import value

__all__ = [
    "OriginSource", "PublisherCheck", "PublisherOrigin", "PublisherReason", "PublisherRun", "PublisherSigner",
    "PublisherState", "PublisherStep", "PublisherVerdict", "SignatureKind", "TreeState",
]  # fmt: skip


class SignatureKind(StrEnum):
    """How a tag or commit is signed. X509: a CMS message, made by gitsign or another program."""

    SSH = "SSH"
    OPENPGP = "OpenPGP"
    X509 = "X.509"
    GITSIGN = "gitsign"
    OTHER = "other"


class PublisherCheck(StrEnum):
    """One check, in the order in which they are told."""

    ORIGIN = "origin"
    TAG = "tag"
    COMMIT = "commit"
    SIGNATURE = "signature"
    SIGNER = "signer"
    CERTIFICATE = "certificate"
    TREE = "tree"


class PublisherReason(StrEnum):
    """Why it is not verified: one word for a machine."""

    NO_ORIGIN = "no-origin"
    PRIVATE = "private"
    OTHER_VCS = "other-version-control"
    NOT_ALLOWED = "not-allowed"
    UNREACHABLE = "unreachable"
    NO_TAG = "no-tag"
    NO_COMMIT = "no-commit"
    MALFORMED = "malformed"
    TAG_MISMATCH = "tag-mismatch"
    COMMIT_MISMATCH = "commit-mismatch"
    UNSIGNED = "unsigned"
    TAG_UNSIGNED = "tag-unsigned"
    UNKNOWN_KEY = "unknown-key"
    KEY_EXPIRED = "key-expired"
    KEY_REVOKED = "key-revoked"
    SIGNATURE_EXPIRED = "signature-expired"
    WRONG_USE = "wrong-use"
    WEAK = "weak"
    IDENTITY_MISMATCH = "identity-mismatch"
    SIGNATURE_INVALID = "signature-invalid"
    UNSUPPORTED = "unsupported"
    NO_TOOL = "no-tool"
    NOT_OFFLINE = "not-checkable-offline"
    CERTIFICATE = "certificate"
    TREE_DIFFERS = "tree-differs"
    TREE_INVALID = "tree-invalid"
    NOT_LOGGED = "not-logged"
    NO_LOG = "log-unreachable"


@value
class PublisherStep:
    """One check. says: one line for people; expected, found: in full where two things are compared. alarms: it failed
    in a way that no setting explains. remedy: the next step, "" = none is known."""

    check: PublisherCheck
    state: CheckState
    says: str
    expected: str = ""
    found: str = ""
    reason: PublisherReason | None = None
    alarms: bool = False
    remedy: str = ""


class OriginSource(StrEnum):
    """Who says where a module version comes from."""

    MODULE_CACHE = "module cache"
    PROXY = "proxy"
    PATH = "module path"
    USER = "command line"


@value
class PublisherOrigin:
    """Where a module version was made from, as somebody says; the log's hash of the zip proves or disproves it.

    url: of the repository without password, or a folder. reference: "refs/tags/v1.2.3", "" for a bare commit. commit:
    hex, "" = not said. subdir: the folder of the module in the repository, "" = its root. told_by: the address or file
    that says it.
    """

    source: OriginSource
    url: str
    reference: str
    commit: str
    subdir: str
    told_by: str = ""


@value
class PublisherSigner:
    """Whose signature it is. key: "SHA256:…" of an SSH key, the fingerprint of an OpenPGP key, sha256 of a certificate.
    names: principals, user ids or the certificate's identity, as far as whoever trusts the key or a CA says so.
    issuer: of a certificate's identity. is_trusted: the user or the policy said that this key counts."""

    key: str
    key_name: str = ""
    names: tuple[str, ...] = ()
    issuer: str = ""
    is_trusted: bool = False


@value
class PublisherVerdict:
    """One module version. signed: "tag" or "commit", what carries the signature or would; object_name: its id.

    commit: that the tag points at, and whose tree was packed. said_by, said_on: tagger or committer and time, by his
    own word. trust_line: what to add, and where, so that the key counts. h1: of the tree, log_h1: of the log, each ""
    where it is not known. record, tree_size: of the log.
    """

    module: ModuleVersion
    state: PublisherState
    tree: TreeState
    steps: tuple[PublisherStep, ...]
    origin: PublisherOrigin | None = None
    signed: str = ""
    object_name: str = ""
    commit: str = ""
    signature_kind: SignatureKind | None = None
    signer: PublisherSigner | None = None
    said_by: str = ""
    said_on: datetime | None = None
    trust_line: str = ""
    h1: str = ""
    log_h1: str = ""
    record: int = -1
    tree_size: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether a trusted key signed the commit of which the log's zip is made."""
        return self.state is PublisherState.VERIFIED and self.tree is TreeState.EQUAL

    @property
    def step(self) -> PublisherStep | None:
        """The step that decides: the first alarm, else the first failure, else the first that could not be checked."""
        failed = [step for step in self.steps if step.state is CheckState.FAILED]
        for found in ([step for step in failed if step.alarms], failed):
            if found:
                return found[0]
        open_ = (CheckState.NOT_CHECKABLE, CheckState.NOT_PRESENT)
        return next((step for step in self.steps if step.state in open_ and step.reason is not None), None)

    @property
    def exit_code(self) -> int:
        """4 an alarm, 3 something could not be had, 1 unsigned or not a key that counts, 0 verified."""
        if self.state is PublisherState.WRONG or self.tree is TreeState.DIFFERS:
            return 4
        if PublisherState.NOT_CHECKABLE is self.state or self.tree is TreeState.NOT_CHECKABLE:
            return 3
        return 0 if self.is_verified else 1


@value
class PublisherRun:
    """verdicts: one for each module version, in their order. log: its name; tree_size: of the head that its words hold
    under, 0 = nobody was asked. gaps: what was to be looked at, and of which there is no verdict."""

    verdicts: tuple[PublisherVerdict, ...]
    log: str
    tree_size: int
    notes: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def exit_code(self) -> int:
        """The gravest of all: 4, 3, 1, 0; 5 where there is no module. A gap counts as what could not be had."""
        codes = {verdict.exit_code for verdict in self.verdicts} | ({3} if self.gaps else set())
        return next((code for code in (4, 3, 1, 0) if code in codes), 5)
