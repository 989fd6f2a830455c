"""Who should have signed an artifact of a chain, its provenance and its base image: from words to what is asked.

    trace_chain(chain_request(ChainWords(target="bin/app", who=WishWords(vendor="docker")), means))

Where nobody is named but the source is, it is what the workflows of that repository sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from supplymatrix.attest.provenance import repository_of
from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.chain import ChainRequest
from supplymatrix.engine.chain_evidence import ChainWish, wish_of_source
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.signature_wish import WishWords, read_wish
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.chain import LinkId
from supplymatrix.model.gap import Gap
from supplymatrix.model.signature import ArtifactKind
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import changed, value

__all__ = [
    "ChainWords", "base_wish", "builders_in", "chain_request", "chain_wish", "parse_link_ids", "source_repository",
    "wanted_links",
]  # fmt: skip

_KINDS = {"sbom": LinkId.SBOM, "provenance": LinkId.PROVENANCE}
"""The links of kinds of attestations."""
_NO_WORDS = WishWords()
_KEY = "--key-file"  # in what is to be done about a key that is not at hand; it is of the artifact's vendor alone


@value
class ChainWords:
    """What a chain is asked for in, as it was typed. who: should have signed the artifact; may_fetch: the pinned key of
    its vendor may be fetched. builders: its provenance; base_who: its base image. source: a repository. required: kinds
    of attestations; must_have, may_lack: names of links. The rest is `ChainRequest`'s of the same names."""

    target: str
    who: WishWords = _NO_WORDS
    may_fetch: bool = False
    builders: WishWords = _NO_WORDS
    source: str = ""
    base: str = ""
    base_who: WishWords = _NO_WORDS
    required: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    bundles: tuple[Path, ...] = ()
    provenance: tuple[Path, ...] = ()
    checksums: Path | None = None
    archive: Path | None = None
    project: Path | None = None
    policy: PolicySource = OWN_POLICY
    trusted_root: Path | None = None
    ca: Path | None = None
    engine: EngineChoice = EngineChoice.BOTH
    platform: str = ""
    plain_http: bool = False


_AS_THEY_ARE = (
    "target", "base", "bundles", "provenance", "checksums", "archive", "project", "policy", "trusted_root", "ca",
    "engine", "platform", "plain_http",
)  # fmt: skip


def chain_request(words: ChainWords, means: Means) -> ChainRequest:
    """Return what is asked of a chain: the same for the same words, whoever took them.

    Raises InputError for words that do not go together, for a vendor that is not known, and for keys that cannot be
    read.
    """
    who = words.who
    wanted = read_wish(changed(who, target="")).wanted  # who signs for a vendor is told below, with why it is not known
    wish = chain_wish(
        wanted, builders_in(words.builders, wanted), source_repository(words.source),
        names_nobody=not who.names_somebody,
    )  # fmt: skip
    if who.vendor:
        wish = _of_vendor(wish, who, means, kind=_kind_of(words.target), may_fetch=words.may_fetch)
    excused = parse_link_ids(words.may_lack)
    return ChainRequest(
        wish=wish,
        base_wish=base_wish(words.base_who, words.base, means),
        means=means,
        required=wanted_links(parse_link_ids(words.must_have), excused, words.required),
        excused=excused,
        **{name: getattr(words, name) for name in _AS_THEY_ARE},
    )


def _kind_of(target: str) -> ArtifactKind:
    from supplymatrix.engine.chain_image import is_image

    return ArtifactKind.IMAGE if is_image(target) else ArtifactKind.FILE


def _of_vendor(wish: ChainWish, words: WishWords, means: Means, *, kind: ArtifactKind, may_fetch: bool) -> ChainWish:
    """Return a wish with who signs for a vendor, and why that is not known, or not verified here."""
    from supplymatrix.engine.vendor_keys import VendorKeys
    from supplymatrix.engine.vendor_signers import signers_of

    keys = VendorKeys(words.vendor_keys, means, may_fetch=may_fetch)
    found = signers_of(
        words.vendor, dict(words.variables), words.target, kind, folders=words.profiles, keys=keys,
        today=means.now.date(),
    )  # fmt: skip
    own, gaps = found.wanted, found.gaps
    if found.fingerprints is not None and not (own.identities or own.keys):
        gaps = (*gaps, Gap(
            wanted=f"the signature of {found.rows[0].name} of {found.name}",
            reason="it is of OpenPGP, which is no link of a chain",
            remedy=f"supplymatrix verify blob FILE --vendor {found.vendor}",
        ))  # fmt: skip
    wanted = changed(
        wish.wanted, identities=own.identities, keys=own.keys, log_is_optional=own.log_is_optional,
        lacks_keys=own.lacks_keys, only_certificates=own.only_certificates,
    )  # fmt: skip
    return changed(wish, wanted=wanted, gaps=gaps, notes=found.notes)


def _read(words: WishWords, of: str) -> Wanted:
    """Return what words ask for. Raises InputError that names the options as they are here. of: how they begin."""
    try:
        return read_wish(words).wanted
    except InputError as err:
        raise InputError(*(_renamed(fault, of) for fault in err.diagnostics)) from err


def _renamed(fault: Diagnostic, of: str) -> Diagnostic:
    def named(text: str) -> str:
        text = text.replace("--issuer, or --issuer-regexp", "--issuer")
        return text.replace("--issuer", f"--{of}-issuer").replace("--identity", f"--{of}-identity")

    return replace(fault, message=named(fault.message), expected=named(fault.expected), remedy=named(fault.remedy))


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
    return _read(changed(words, issuers=words.issuers or own[:1]), "builder").identities


def base_wish(words: WishWords, base: str, means: Means) -> ChainWish | None:
    """Return who should have signed the base image, None = nobody was named. base: as it was named.

    Raises InputError where there is somebody and no image: nothing would be held against them.
    """
    if words.variables and not words.vendor:
        raise InputError(Diagnostic(message="--base-var goes with --base-vendor"))
    if not words.names_somebody and not words.issuers:
        return None
    wish = ChainWish(wanted=_read(words, "base"))
    if not base:
        who = words.vendor or words.identities[0]
        message = "it is said who should have signed the base image, and not which image that is"
        raise InputError(Diagnostic(message=message, seen=who[:100], expected="--base REFERENCE, or --base LAYOUT"))
    if not words.vendor:
        return wish
    wish = _of_vendor(wish, changed(words, target=base), means, kind=ArtifactKind.IMAGE, may_fetch=False)
    keep = f"supplymatrix verify image {base} --vendor {words.vendor} --fetch-key, which keeps it for this, too"
    return changed(wish, gaps=tuple(changed(gap, remedy=keep) if _KEY in gap.remedy else gap for gap in wish.gaps))


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


def parse_link_ids(texts: Sequence[str]) -> frozenset[LinkId]:
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
