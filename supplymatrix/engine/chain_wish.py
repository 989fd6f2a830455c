"""Who should have signed an artifact of a chain, its provenance and its base image: from words to what is asked.

Where nobody is named but the source is, it is what the workflows of that repository sign.
"""

from __future__ import annotations

from supplymatrix.attest.provenance import repository_of
from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.chain_evidence import ChainWish, wish_of_source
from supplymatrix.engine.signature_wish import WishWords, read_wish
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.chain import LinkId
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import changed

__all__ = ["base_wish", "builders_in", "chain_wish", "parse_link_ids", "source_repository", "wanted_links"]

_KINDS = {"sbom": LinkId.SBOM, "provenance": LinkId.PROVENANCE}
"""The links of kinds of attestations."""


def source_repository(text: str) -> str:
    """Return a repository as "https://host/path", "" for none. Raises InputError for what is none."""
    if not text:
        return ""
    found = repository_of(text if "://" in text or "@" in text else f"https://{text}")
    if not found:
        expected = "a repository, as github.com/org/repo"
        raise InputError(Diagnostic(message="this is no repository", seen=text[:100], expected=expected))
    return found


def chain_wish(wanted: Wanted, builders: tuple[IdentityWish, ...], source: str, *, names_nobody: bool) -> ChainWish:
    """Return who may have signed: whom the user named, else the workflows of the source."""
    own = wish_of_source(source) if names_nobody and source else None
    return ChainWish(
        wanted=wanted if own is None else changed(wanted, identities=(own,)), builders=builders, source=source
    )


def builders_in(words: WishWords, wanted: Wanted) -> tuple[IdentityWish, ...]:
    """Return who may have signed provenance, () = nobody was named apart. Where no issuer is, it is the artifact's."""
    if not words.identities and not words.identity_regexps and not words.issuers:
        return ()
    own = tuple(dict.fromkeys(wish.issuer for wish in wanted.identities if wish.issuer))
    return read_wish(changed(words, issuers=words.issuers or own[:1])).wanted.identities


def base_wish(words: WishWords) -> ChainWish | None:
    """Return who should have signed the base image, None = nobody was named."""
    if not words.vendor and not words.identities and not words.issuers:
        return None
    return ChainWish(wanted=read_wish(words).wanted)


def wanted_links(
    must_have: frozenset[LinkId], may_lack: frozenset[LinkId], kinds: tuple[str, ...] = ()
) -> frozenset[LinkId]:
    """Return the links that have to be there. kinds: of attestations that have to be.

    Raises InputError for kinds that are no link, and for a link that may be missing all the same.
    """
    odd = [kind for kind in kinds if kind not in _KINDS]
    if odd:
        raise InputError(Diagnostic(message=f"--require takes {' and '.join(_KINDS)} here", seen=odd[0][:60]))
    required = must_have | {_KINDS[kind] for kind in kinds}
    if required & may_lack:
        message = f"{min(required & may_lack).value} must be there and may be missing: say one of them"
        raise InputError(Diagnostic(message=message))
    return required


def parse_link_ids(texts: tuple[str, ...]) -> frozenset[LinkId]:
    """Return links by their names, several in one text parted by commas. Raises InputError."""
    found = set()
    for word in (part.strip() for text in texts for part in text.split(",")):
        if word and word not in list(LinkId):
            names = [link.value for link in LinkId]
            near = nearest(word, names)
            remedy = f"did you mean {near!r}?" if near else ""
            message, expected = "this is no link of a chain", ", ".join(names)
            raise InputError(Diagnostic(message=message, seen=word[:60], expected=expected, remedy=remedy))
        if word:
            found.add(LinkId(word))
    return frozenset(found)
