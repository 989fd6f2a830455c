"""Options of the commands that verify signatures: who should have signed, what is trusted, what is not checked.

Words of cosign that mean the same are taken too (`cosign_words` has the others); the help names ours.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from supplymatrix.cli.cosign_words import told_words
from supplymatrix.cli.options import FileName, said
from supplymatrix.cli.words import complete_vendors

if TYPE_CHECKING:
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.signature_wish import SignatureWish, WishWords
    from supplymatrix.engine.vendor_request import VendorWords
    from supplymatrix.engine.verify_signatures import SignatureRequest

__all__ = ["SignatureChoice", "bundle_options", "kinds_option", "signature_options"]

F = TypeVar("F", bound=Callable[..., Any])
_WORKFLOW = (
    ("repository", "githubWorkflowRepository", "org/repo"),
    ("ref", "githubWorkflowRef", "refs/tags/v1.0.0"),
    ("sha", "githubWorkflowSHA", "the commit"),
    ("name", "githubWorkflowName", "the name that the workflow gives itself"),
    ("trigger", "githubWorkflowTrigger", "push, release, …"),
)
_WISHED = (
    "identities", "identity_regexps", "issuers", "issuer_regexps", "keys", "annotations", "vendor", "variables",
)  # fmt: skip
_NO_FILE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|pkcs11:|-\Z")
_NOBODY = "Who should have signed? Give --identity and --issuer, --key, or --vendor."
_IDENTITY_HELP = "Who should have signed: a workflow's address, or a mail address, in full. May be given several times."
_ISSUER_HELP = "Who should vouch for the identity: one for all, or one for each --identity."


class SignatureChoice:
    """What a command was told. wish: who should have signed, who: the same as it was typed; words: the request's
    arguments by name; vendor: who is asked for by a profile."""

    def __init__(
        self, wish: SignatureWish, who: WishWords, *, names_nobody: bool, words: dict[str, Any],
        vendor: VendorWords | None = None,
    ) -> None:  # fmt: skip
        self.wish = wish
        self.who = who
        self.vendor = vendor
        self.names_nobody = names_nobody
        self.words = words

    def refuse_nobody(self) -> None:
        """Raise click.UsageError where it is not said who should have signed."""
        if self.names_nobody:
            fault = click.UsageError(_NOBODY)
            fault.add_note("--who tells who signed, without judging it")
            raise fault

    def request(self, **more: Any) -> SignatureRequest:  # noqa: ANN401 - its fields
        """Return the request of a run. more: its targets and what else the command knows."""
        from supplymatrix.engine.verify_signatures import SignatureRequest

        notes = (*self.wish.notes, *told_words(), *more.pop("notes", ()))
        told: dict[str, Any] = {
            "wanted": self.wish.wanted,
            "asked": self.wish.asked,
            "switched_off": self.wish.switched_off,
        }
        request = SignatureRequest(**told, notes=notes, **self.words, **more)
        if self.vendor is None:
            return request
        from supplymatrix.engine.vendor_request import with_vendor

        return with_vendor(request, self.vendor)


class _WithAliases(click.Option):
    """An option whose further names are taken and not shown."""

    def __init__(self, param_decls: list[str], aliases: tuple[str, ...] = (), **rest: Any) -> None:  # noqa: ANN401
        super().__init__([*param_decls, *aliases], **rest)
        self._aliases = aliases

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the lines of the help, under the option's own names."""
        names = self.opts
        self.opts = [name for name in names if name not in self._aliases]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = names


def _option(*names: str, aliases: tuple[str, ...] = (), **rest: Any) -> Callable[[F], F]:  # noqa: ANN401
    return click.option(*names, cls=_WithAliases, aliases=aliases, **rest)


class _KeyFile(FileName):
    """A file with a key; cosign's other ways to name one are refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        if isinstance(value, str) and _NO_FILE.match(value):
            self.fail(f"keys are files here: write what {value[:100]!r} stands for to one first", param, ctx)
        return super().convert(value, param, ctx)


def _pair(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Read texts "name=value"."""
    pairs = []
    for text in texts:
        name, equals, found = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text[:60]!r} is no NAME=VALUE", ctx=context, param=option)
        pairs.append((name, found))
    return tuple(pairs)


def _annotations(
    context: click.Context, option: click.Parameter, texts: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Read annotations; one text may have several, parted by commas, as cosign takes them."""
    parts = tuple(part for text in texts for part in text.split(","))
    return _pair(context, option, said(context, option, parts))


def _kinds(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Read kinds of attestations, several in one text parted by commas. Raises InputError."""
    from supplymatrix.model.predicates import parse_kind

    words = tuple(part.strip() for text in texts for part in text.split(","))
    return tuple(dict.fromkeys(parse_kind(word) for word in said(context, option, words)))


_FILE, _KEY = FileName(), _KeyFile()
_WHO = (
    _option(
        "--identity", "identities", aliases=("--certificate-identity",), multiple=True, callback=said,
        help=_IDENTITY_HELP,
    ),
    _option(
        "--identity-regexp", "identity_regexps", aliases=("--certificate-identity-regexp",), multiple=True,
        metavar="REGEXP", callback=said, help="The same by an expression that must match all of it.",
    ),
    _option(
        "--issuer", "issuers", aliases=("--certificate-oidc-issuer",), multiple=True, callback=said, help=_ISSUER_HELP
    ),
    _option(
        "--issuer-regexp", "issuer_regexps", aliases=("--certificate-oidc-issuer-regexp",), multiple=True,
        metavar="REGEXP", callback=said, help="The same by an expression.",
    ),
    _option("--key", "keys", multiple=True, type=_KEY, metavar="FILE", help="A public key (PEM) that may sign."),
    *(
        _option(
            f"--workflow-{name}", f"workflow_{name}", aliases=(f"--certificate-github-workflow-{name}",),
            callback=said, metavar="TEXT", help=f"The GitHub workflow that signed: {what}.",
        )
        for name, _, what in _WORKFLOW
    ),
    _option(
        "--claim", "claims", multiple=True, callback=_pair, metavar="NAME=TEXT",
        help="Another field of the certificate, as sourceRepositoryURI=https://…",
    ),
    _option(
        "--annotation", "annotations", aliases=("--annotations", "-a"), multiple=True, callback=_annotations,
        metavar="NAME=TEXT", help="What must be signed along with the artifact.",
    ),
    _option(
        "--vendor", callback=said, metavar="ID", shell_complete=complete_vendors,
        help="Who signs for this vendor, by its profile.",
    ),
    _option(
        "--var", "variables", multiple=True, callback=_pair, metavar="NAME=VALUE",
        help="A variable of the vendor's profile, such as the id of your organisation there.",
    ),
    _option(
        "--key-file", "vendor_keys", multiple=True, type=_FILE, metavar="FILE",
        help="The vendor's public key; it counts if it has the hash that the profile pins.",
    ),
    _option("--fetch-key", "may_fetch", is_flag=True, help="Fetch the vendor's key, if the profile pins its hash."),
    _option(
        "--profiles", "profiles", multiple=True, type=_FILE, metavar="DIR",
        help="Your own vendor profiles, over the built-in ones.",
    ),
)  # fmt: skip
_TRUST = (
    _option("--trusted-root", type=_FILE, metavar="FILE", help="Trust this root, not the public one."),
    _option(
        "--ca", aliases=("--certificate-chain", "--ca-roots"), type=_FILE, metavar="FILE",
        help="Trust this certificate authority of your own (PEM) instead of the trusted root's.",
    ),
    _option(
        "--engine", default="both", show_default=True, type=click.Choice(["both", "native", "sigstore"]),
        help="Who judges: both, ours and the sigstore package, which must agree; native, ours alone; sigstore, both, "
        "and nothing that the package cannot judge holds.",
    ),
    _option(
        "--key-without-log", is_flag=True,
        help="The keys publish to no log: no entry is asked for; one that is there must hold.",
    ),
    _option(
        "--insecure-ignore-log", "ignores_log", aliases=("--insecure-ignore-tlog", "--private-infrastructure"),
        is_flag=True,
        help="Do not ask whether a log has it; every report says so.",
    ),
    _option(
        "--insecure-ignore-sct", "ignores_sct", is_flag=True,
        help="Do not ask whether a log has the certificate; every report says so.",
    ),
    _option(
        "--require", "required", multiple=True, callback=_kinds, metavar="KIND,…",
        help="Attestations that must be there and hold, too: sbom, provenance, vuln, openvex, or a predicate type.",
    ),
)  # fmt: skip


def kinds_option(name: str, target: str, text: str) -> Callable[[F], F]:
    """Return what adds an option that takes kinds of attestations. target: the argument that the command gets."""
    return _option(name, target, multiple=True, callback=_kinds, metavar="KIND", help=text)


def signature_options(command: F) -> F:
    """Add who should have signed and what is trusted; the command gets `choice`, a `SignatureChoice`."""

    @functools.wraps(command)
    def wrapped(*args: object, **given: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        return command(*args, choice=_choice(given), **given)

    for option in reversed((*_WHO, *_TRUST)):
        wrapped = option(wrapped)
    return cast("F", wrapped)


def bundle_options(command: F) -> F:
    """Add where signatures of files are, and --offline, below `signature_options`; the command gets `places` and
    `means`, which reach the network only for a vendor's key that is to be fetched."""

    @functools.wraps(command)
    def wrapped(*args: object, **given: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.signature_places import BundlePlaces

        names = ("bundles", "signature", "certificate")
        bundles, signature, certificate = (given.pop(name) for name in names)
        if bundles and signature:
            raise click.UsageError("--bundle and --signature exclude each other: a bundle has the signature in it.")
        if certificate and not signature:
            raise click.UsageError("--certificate goes with --signature.")
        places = BundlePlaces(bundles=bundles, signature=signature, certificate=certificate)
        vendor = given["choice"].vendor
        is_offline = given.pop("offline")
        may_fetch = vendor is not None and vendor.may_fetch and not is_offline
        return command(*args, places=places, means=_means(given.pop("jobs"), offline=not may_fetch), **given)

    options = (
        click.option(
            "--bundle", "bundles", multiple=True, callback=said, metavar="FILE",
            help="The signatures: a file with one or many, a folder, or a pattern ({} the path of each file, {name} "
            "its last part). Beside each file when left out.",
        ),
        click.option("--signature", callback=said, metavar="FILE", help="A signature that is no bundle (.sig)."),
        click.option("--certificate", callback=said, metavar="FILE", help="The certificate that goes with it (.pem)."),
        click.option(
            "--offline/--online", default=None, help="Use no network. Nothing but --fetch-key uses it anyway.",
        ),
        click.option(
            "--jobs", type=click.IntRange(1, 16), default=8, show_default=True, help="Large files hashed at a time."
        ),
    )  # fmt: skip
    for option in reversed(options):
        wrapped = option(wrapped)
    return cast("F", wrapped)


def _means(jobs: int, *, offline: bool) -> Means:
    from supplymatrix.engine.means import Means

    return Means(environ=os.environ, now=datetime.now(UTC), offline=offline, jobs=jobs)


def _choice(given: dict[str, Any]) -> SignatureChoice:
    """Take the options of this file out of what click parsed. Raises InputError, click.UsageError."""
    from supplymatrix.attest.wanted import EngineChoice
    from supplymatrix.engine.signature_wish import WishWords, read_wish

    claims = [*given.pop("claims")]
    for name, field, _ in _WORKFLOW:
        text = given.pop(f"workflow_{name}")
        claims += [(field, text)] if text else []
    trusted_root, ca, may_fetch = given.pop("trusted_root"), given.pop("ca"), given.pop("may_fetch")
    target = given.get("target")
    words = WishWords(
        **{name: given.pop(name) for name in _WISHED},
        claims=tuple(claims),
        ignores_log=given.pop("ignores_log"),
        ignores_sct=given.pop("ignores_sct"),
        key_without_log=given.pop("key_without_log"),
        needs_issuer=ca is None,
        target=target if isinstance(target, str) else "",
        vendor_keys=given.pop("vendor_keys"),
        profiles=_folders(given.pop("profiles")),
    )
    if words.variables and not words.vendor:
        raise click.UsageError("--var goes with --vendor.")
    if words.key_without_log and not words.keys:
        raise click.UsageError("--key-without-log goes with --key.")
    request = {
        "trusted_root": trusted_root, "ca": ca, "engine": EngineChoice(given.pop("engine")),
        "required": given.pop("required"), "vendor": words.vendor,
    }  # fmt: skip
    return SignatureChoice(
        read_wish(words),
        words,
        names_nobody=not words.names_somebody,
        words=request,
        vendor=_vendor(words, may_fetch=may_fetch),
    )


def _folders(named: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the folders of the user's own profiles: those of settings.toml, and then the ones that are named."""
    from supplymatrix.engine.settings import load_settings

    return (*load_settings(os.environ).profiles, *named)


def _vendor(words: WishWords, *, may_fetch: bool) -> VendorWords | None:
    """Return who is asked for by a profile, None = nobody is."""
    if not words.vendor:
        if words.vendor_keys or may_fetch:
            raise click.UsageError("--key-file and --fetch-key go with --vendor; a key of your own is --key.")
        return None
    from supplymatrix.engine.vendor_request import VendorWords

    return VendorWords(
        vendor=words.vendor, variables=words.variables, key_files=words.vendor_keys, may_fetch=may_fetch,
        folders=words.profiles,
    )  # fmt: skip
