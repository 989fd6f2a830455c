"""How reasons and log entries are said: every reason has words, and a tree is told apart from another of its log."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from supplymatrix.model.chain import HeadSeen
from supplymatrix.model.signature import (
    Check,
    CheckState,
    LogMention,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
)
from supplymatrix.model.value import changed
from supplymatrix.reports.chain_words import head_words
from supplymatrix.reports.signature_words import REASONS, mention_words, reason_text, tree_words

LOG = "https://rekor.example"
MENTION = LogMention(
    log=LOG, log_id="ab" * 32, kind="dsse 0.0.1", index=1234567, leaf_index=12, tree_size=99, root="cd" * 32,
    origin="rekor.example - 1193",
)  # fmt: skip
HEAD = HeadSeen(kind="signatures", log=LOG, tree_size=99, root="cd" * 32, indexes=(1234567,))


def test_every_reason_has_words_and_is_in_the_schema() -> None:
    assert set(REASONS) == set(Reason)
    file = resources.files("supplymatrix.reports") / "schema" / "signed-artifacts-v1.schema.json"
    parts = json.loads(file.read_text("utf-8"))["$defs"]
    for part in ("verdict", "step"):
        assert set(parts[part]["properties"]["reason"]["enum"]) == {*(reason.value for reason in Reason), None}


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_told_with_the_word_for_machines(reason: Reason) -> None:
    step = SignatureStep(check=Check.IDENTITY, state=CheckState.FAILED, says="x", reason=reason)
    verdict = SignatureVerdict(state=SignatureState.REFUSED, source="x", form="x", steps=(step,))
    assert reason_text(verdict) == f"{REASONS[reason]} ({reason.value})"
    assert reason_text(changed(verdict, state=SignatureState.VALID)) == ""


def test_where_nobody_was_asked_for_nobody_is_somebody_else() -> None:
    step = SignatureStep(
        check=Check.IDENTITY, state=CheckState.NOT_CHECKABLE, says="x", reason=Reason.IDENTITY_MISMATCH
    )
    verdict = SignatureVerdict(state=SignatureState.UNDECIDED, source="x", form="x", steps=(step,))
    assert reason_text(verdict) == "nobody said who should have signed (identity-mismatch)"


def test_an_entry_is_told_with_its_leaf_and_tree_where_these_are_others() -> None:
    assert mention_words(MENTION) == f"{LOG}, entry 1,234,567: leaf 12 of 99 in tree 1193"
    assert mention_words(changed(MENTION, origin="")) == f"{LOG}, entry 1,234,567: leaf 12 of 99"
    own = changed(MENTION, leaf_index=1234567, origin="rekor.example")
    assert mention_words(own) == f"{LOG}, entry 1,234,567, in a tree of 99"
    assert mention_words(changed(MENTION, tree_size=0)) == f"{LOG}, entry 1,234,567, without a proof"


def test_heads_of_two_trees_of_a_log_do_not_look_like_one() -> None:
    one = changed(HEAD, origin="rekor.example - 1193", leaves=(12,))
    other = changed(HEAD, origin="rekor.example - 2605", leaves=(12,))
    assert head_words(one) == f"{LOG}: entry 1234567, leaf 12 of 99 in tree 1193"
    assert head_words(one) != head_words(other)
    assert head_words(HEAD) == f"{LOG}: entry 1234567 of tree 99"


@pytest.mark.parametrize(
    ("origin", "tree"),
    [("rekor.example - 1193", "1193"), ("rekor.example", ""), ("", ""), ("log.other/x", "log.other/x")],
)
def test_a_tree_is_named_by_what_the_origin_says_beyond_the_log(origin: str, tree: str) -> None:
    assert tree_words(LOG, origin) == tree
