"""Who should have signed: from the words of a command line to what a signature is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.engine.signature_wish import WishWords, read_wish
from supplymatrix.errors import InputError
from tests.support.made_sigstore import MadeSigstore


def _identities(**words: Any) -> tuple[IdentityWish, ...]:  # noqa: ANN401
    return read_wish(WishWords(**words)).wanted.identities


def test_one_issuer_is_of_all_identities() -> None:
    assert _identities(identities=("a@x", "b@x"), identity_regexps=("^c$",), issuers=("i",)) == (
        IdentityWish(identity="a@x", issuer="i"),
        IdentityWish(identity="b@x", issuer="i"),
        IdentityWish(identity_regexp="^c$", issuer="i"),
    )
    assert _identities(identities=("a@x",), issuer_regexps=("^i$",)) == (
        IdentityWish(identity="a@x", issuer_regexp="^i$"),
    )


def test_each_identity_may_have_an_issuer_of_its_own() -> None:
    assert _identities(identities=("a@x", "b@x"), issuers=("i", "j")) == (
        IdentityWish(identity="a@x", issuer="i"),
        IdentityWish(identity="b@x", issuer="j"),
    )
    assert _identities(
        identities=("a@x",), identity_regexps=("^b$",), issuers=("i",), issuer_regexps=("^j$",)
    ) == (
        IdentityWish(identity="a@x", issuer="i"),
        IdentityWish(identity_regexp="^b$", issuer_regexp="^j$"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"issuers": ("i",)}, "an issuer alone names nobody"),
        ({"identities": ("a",)}, "nobody is named who vouches"),
        ({"identities": ("a", "b", "c"), "issuers": ("i", "j")}, "which issuer is whose"),
        ({"identities": ("a", "b"), "issuers": ("i",), "issuer_regexps": ("j",)}, "which issuer is whose"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(words: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        _identities(**words)


@pytest.mark.parametrize(
    ("identity", "issuer"),
    [
        ("https://github.com/o/r/.github/workflows/x.yml@refs/heads/main", "token.actions.githubusercontent.com"),
        ("https://gitlab.com/o/r//.gitlab-ci.yml@refs/heads/main", "https://gitlab.com"),
        ("build@corp.iam.gserviceaccount.com", "https://accounts.google.com"),
    ],
)
def test_the_usual_issuer_of_an_identity_is_a_hint_and_no_default(identity: str, issuer: str) -> None:
    with pytest.raises(InputError) as caught:
        _identities(identities=(identity,))
    assert issuer in caught.value.diagnostics[0].remedy


def test_a_private_authority_may_name_no_issuer() -> None:
    wish = read_wish(WishWords(identities=("a",), needs_issuer=False))
    assert wish.wanted.identities == (IdentityWish(identity="a", any_issuer=True),)
    assert [line.partition(":")[0] for line in wish.switched_off] == ["the issuer (--ca without --issuer)"]


def test_all_that_is_asked_for_and_switched_off_is_told(tmp_path: Path) -> None:
    made = MadeSigstore().key("P-256")
    (tmp_path / "key.pub").write_text(made.pem)
    words = WishWords(
        identity_regexps=("^a$",), issuers=("i",), keys=(tmp_path / "key.pub",), claims=(("sha", "1"),),
        annotations=(("team", "sre"),), ignores_log=True, ignores_sct=True,
    )  # fmt: skip
    wish = read_wish(words)
    assert [line.partition(" sha256:")[0] for line in wish.asked] == [
        "an identity that matches ^a$, by i", "ECDSA P-256 key", "with sha = 1", "with the annotation team=sre",
    ]  # fmt: skip
    assert len(wish.switched_off) == 2
    assert not wish.wanted.checks_log
    assert not wish.wanted.checks_sct


def test_nobody_is_named_by_nothing() -> None:
    assert not WishWords().names_somebody
    assert read_wish(WishWords()).wanted.identities == ()


@pytest.mark.parametrize(
    "words",
    [
        {"identities": ("",), "issuers": ("i",)},
        {"identities": ("a",), "issuers": ("",)},
        {"identities": ("a", " "), "issuers": ("i",)},
        {"identity_regexps": ("",), "issuers": ("i",)},
        {"identities": ("a",), "issuer_regexps": ("",)},
        {"identities": ("a",), "issuers": ("i",), "claims": (("", "x"),)},
        {"identities": ("a",), "issuers": ("i",), "annotations": (("", "x"),)},
    ],
)
def test_an_empty_word_asks_for_nothing_and_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is empty"):
        read_wish(WishWords(**words))


def test_keys_that_publish_to_no_log_are_a_line_of_what_was_not_checked(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(MadeSigstore().key("P-256").pem)
    (line,) = read_wish(WishWords(keys=(tmp_path / "key.pub",), key_without_log=True)).switched_off
    assert "--key-without-log" in line


def test_a_vendors_keys_and_ones_own_are_not_asked_for_together(tmp_path: Path) -> None:
    """What the vendor's profile says of its keys can then be said of no other."""
    (tmp_path / "key.pub").write_text(MadeSigstore().key("P-256").pem)
    with pytest.raises(InputError, match="nobody else is named beside it"):
        read_wish(WishWords(keys=(tmp_path / "key.pub",), vendor="suse"))
