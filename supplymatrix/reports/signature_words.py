"""How the reasons of signatures are said to people: a few words, and the one for machines behind them."""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.model.signature import LogMention, Reason, SignatureState, SignatureVerdict

__all__ = ["REASONS", "mention_words", "reason_text", "tree_words"]

REASONS: Mapping[Reason, str] = {
    Reason.MALFORMED: "what should be a signature cannot be read",
    Reason.UNKNOWN_VERSION: "it is of a version that is not known here",
    Reason.NO_SIGNATURE: "there is no signature in it",
    Reason.SIGNATURE_INVALID: "it is no signature over this by the key that should have made it",
    Reason.DIGEST_MISMATCH: "it is of another artifact",
    Reason.BLOB_DIGEST_MISMATCH: "bytes are not what their digest says",
    Reason.KEY_REQUIRED: "made by a key that was not given",
    Reason.KEY_MISMATCH: "made by another key, or with another kind of key",
    Reason.UNTRUSTED_ROOT: "nobody who is trusted vouches for the certificate",
    Reason.CERTIFICATE_INVALID: "the certificate is wrong",
    Reason.CERTIFICATE_EXPIRED: "signed outside of the certificate's time",
    Reason.SCT_MISSING: "no log promised to have the certificate",
    Reason.SCT_INVALID: "the promise of the certificate log is wrong",
    Reason.LOG_ENTRY_MISSING: "no log has it",
    Reason.LOG_ENTRY_MISMATCH: "the log recorded something else",
    Reason.LOG_UNKNOWN: "its log is not trusted",
    Reason.SET_INVALID: "the log's promise is wrong",
    Reason.PROOF_MISSING: "nothing proves that the log has it",
    Reason.PROOF_INVALID: "the log's proof is wrong",
    Reason.CHECKPOINT_INVALID: "the log's signed head is wrong",
    Reason.LOG_FORKED: "the log signed two trees of one size",
    Reason.TIME_MISSING: "nobody vouches for when it was signed",
    Reason.TIME_IN_FUTURE: "signed at a time that has not come",
    Reason.TIMESTAMP_INVALID: "the timestamp is wrong",
    Reason.TIMESTAMP_UNTRUSTED: "nobody who is trusted gave the timestamp",
    Reason.IDENTITY_MISMATCH: "signed by somebody else",
    Reason.ISSUER_MISMATCH: "somebody else vouched for the signer",
    Reason.CLAIM_MISMATCH: "the certificate says something else than was asked for",
    Reason.ANNOTATION_MISMATCH: "not signed with the annotations that were asked for",
    Reason.PREDICATE_MISSING: "no attestation of the kind that was asked for",
    Reason.UNSUPPORTED: "it cannot be judged here",
    Reason.ENGINES_DISAGREE: "the two engines disagree",
    Reason.UNREACHABLE: "it could not be had",
    Reason.INTERNAL: "a fault of supplymatrix",
}
_NOBODY_ASKED = {
    Reason.IDENTITY_MISMATCH: "nobody said who should have signed",
    Reason.ISSUER_MISMATCH: "nobody said who should have vouched for the signer",
}
"""What the same reasons are of a signature that is not decided."""


def reason_text(verdict: SignatureVerdict) -> str:
    """Return why a signature does not hold, "signed by somebody else (identity-mismatch)"; "" where it holds."""
    reason = verdict.reason
    if reason is None:
        return ""
    words = _NOBODY_ASKED.get(reason) if verdict.state is SignatureState.UNDECIDED else None
    return f"{words or REASONS[reason]} ({reason.value})"


def mention_words(mention: LogMention) -> str:
    """Return where a log has a signature. An entry has a number in the log, and another one in the tree that it is
    proven in, where the log has several."""
    if not mention.tree_size:
        return f"{mention.log}, entry {mention.index:,}, without a proof"
    tree = tree_words(mention.log, mention.origin)
    if tree or mention.leaf_index not in (-1, mention.index):
        where = f" in tree {tree}" if tree else ""
        return f"{mention.log}, entry {mention.index:,}: leaf {mention.leaf_index:,} of {mention.tree_size:,}{where}"
    return f"{mention.log}, entry {mention.index:,}, in a tree of {mention.tree_size:,}"


def tree_words(log: str, origin: str) -> str:
    """Return which of a log's trees a head is of, by its origin ("rekor.example - 1193…"); "" where that is the log's
    own name."""
    host = log.partition("://")[2].rstrip("/")
    name, mark, tree = origin.partition(" - ")
    if mark and name == host:
        return tree
    return "" if origin in ("", host) else origin
