"""Who should have signed what is in a chain, from words."""

from __future__ import annotations

import pytest

from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.chain_wish import base_wish, builders_in, chain_wish, parse_link_ids, source_repository
from supplymatrix.engine.signature_wish import WishWords
from supplymatrix.errors import InputError
from supplymatrix.model.chain import LinkId

OWN = Wanted(identities=(IdentityWish(identity="a", issuer="https://issuer.example"),))


@pytest.mark.parametrize(
    ("text", "found"),
    [("github.com/org/repo", "https://github.com/org/repo"), ("https://github.com/org/repo.git",
     "https://github.com/org/repo"), ("", "")],
)  # fmt: skip
def test_a_source_is_a_repository(text: str, found: str) -> None:
    assert source_repository(text) == found


def test_what_is_no_repository_is_told() -> None:
    with pytest.raises(InputError, match="no repository"):
        source_repository("nowhere")


def test_a_source_alone_names_its_workflows_and_never_others_than_were_named() -> None:
    source = "https://github.com/org/repo"
    alone = chain_wish(Wanted(), (), source, names_nobody=True)
    assert [wish.name for wish in alone.wanted.identities] == ["a workflow of github.com/org/repo"]
    assert chain_wish(OWN, (), source, names_nobody=False).wanted is OWN
    assert chain_wish(Wanted(), (), "https://git.example/org/repo", names_nobody=True).wanted.identities == ()


def test_builders_have_the_issuer_of_the_artifact_where_they_have_none_of_their_own() -> None:
    assert builders_in(WishWords(), OWN) == ()
    (builder,) = builders_in(WishWords(identities=("b",)), OWN)
    assert (builder.identity, builder.issuer) == ("b", "https://issuer.example")
    (builder,) = builders_in(WishWords(identity_regexps=("b.*",), issuers=("https://other.example",)), OWN)
    assert (builder.identity_regexp, builder.issuer) == ("b.*", "https://other.example")


def test_a_base_image_is_of_nobody_unless_somebody_is_named() -> None:
    assert base_wish(WishWords()) is None
    found = base_wish(WishWords(identities=("c",), issuers=("https://issuer.example",)))
    assert found is not None
    assert found.wanted.identities[0].identity == "c"
    with pytest.raises(InputError):
        base_wish(WishWords(issuers=("https://issuer.example",)))


def test_links_are_named_by_their_ids() -> None:
    assert parse_link_ids(("sbom,base", " vendor ")) == {LinkId.SBOM, LinkId.BASE, LinkId.VENDOR}
    with pytest.raises(InputError, match="no link of a chain"):
        parse_link_ids(("sbon",))
