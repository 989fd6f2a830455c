"""Who should have signed what is in a chain, from words."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.chain_wish import (
    ChainWords,
    base_wish,
    builders_in,
    chain_request,
    chain_wish,
    parse_link_ids,
    source_repository,
)
from supplymatrix.engine.means import Means
from supplymatrix.engine.signature_wish import WishWords
from supplymatrix.errors import InputError
from supplymatrix.model.chain import LinkId
from tests.support.machine import NOW
from tests.support.made_profile import made_profile

MEANS = Means(environ={}, now=NOW, offline=True)
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
    assert base_wish(WishWords(), "./base", MEANS) is None
    found = base_wish(WishWords(identities=("c",), issuers=("https://issuer.example",)), "./base", MEANS)
    assert found is not None
    assert found.wanted.identities[0].identity == "c"
    with pytest.raises(InputError):
        base_wish(WishWords(issuers=("https://issuer.example",)), "./base", MEANS)
    with pytest.raises(InputError, match="not which image"):
        base_wish(WishWords(vendor="docker"), "", MEANS)
    with pytest.raises(InputError, match="--base-var goes with --base-vendor"):
        base_wish(WishWords(variables=(("a", "b"),)), "./base", MEANS)


def test_a_vendor_of_whom_it_is_not_known_who_signs_is_a_gap_and_nobody_else() -> None:
    """What its profile does not pin is told; that nobody was named would not be true."""
    request = chain_request(ChainWords(target="docker.io/library/golang:1", who=WishWords(vendor="docker")), MEANS)
    assert request.wish.unknown is not None
    assert "Docker" in request.wish.unknown.wanted
    assert (request.wish.wanted.identities, request.wish.wanted.keys) == ((), ())
    words = ChainWords(target="app", base="docker.io/library/golang:1", base_who=WishWords(vendor="docker"))
    base = chain_request(words, MEANS).base_wish
    assert base is not None
    assert base.unknown is not None
    assert base.unknown.reason == request.wish.unknown.reason
    assert "verify image docker.io/library/golang:1 --vendor docker --fetch-key" in base.unknown.remedy


def test_a_vendor_whose_signers_are_known_has_its_notes_and_no_gap() -> None:
    request = chain_request(ChainWords(target="cgr.dev/chainguard/go", who=WishWords(vendor="chainguard")), MEANS)
    assert request.wish.unknown is None
    assert request.wish.wanted.identities
    assert any("signs" in note for note in request.wish.notes)


def test_an_openpgp_signature_of_a_vendor_is_no_link(tmp_path: Path) -> None:
    made_profile(
        tmp_path, artifact='"blob"', match='["acme-*.tar.gz"]', mechanism='"openpgp"', fingerprints=f'["{"AB" * 20}"]'
    )
    words = WishWords(vendor="acme", profiles=(tmp_path,))
    unknown = chain_request(ChainWords(target="acme-1.tar.gz", who=words), MEANS).wish.unknown
    assert unknown is not None
    assert "OpenPGP" in unknown.reason


def test_links_are_named_by_their_ids() -> None:
    assert parse_link_ids(("sbom,base", " vendor ")) == {LinkId.SBOM, LinkId.BASE, LinkId.VENDOR}
    with pytest.raises(InputError, match="no link of a chain"):
        parse_link_ids(("sbon",))


def test_an_issuer_that_is_missing_is_asked_for_by_the_option_of_its_place() -> None:
    github = "https://github.com/corp/app/.github/workflows/release.yml@refs/tags/v1"
    with pytest.raises(InputError) as caught:
        builders_in(WishWords(identities=(github,)), Wanted())
    (fault,) = caught.value.diagnostics
    assert fault.expected == "--builder-issuer"
    assert fault.remedy.startswith("--builder-issuer https://token.actions.githubusercontent.com")
    with pytest.raises(InputError) as caught:
        base_wish(WishWords(identities=(github,)), "registry.example/base:v1", MEANS)
    assert caught.value.diagnostics[0].expected == "--base-issuer"
