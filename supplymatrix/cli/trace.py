"""`supplymatrix trace FILE|IMAGE`: who built it, and of what, each link of the chain by the log that has it."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import FileName, console_options, log_options, policy_options_to, said
from supplymatrix.cli.output import Console, wants_color
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.signature_options import SignatureChoice, signature_options
from supplymatrix.cli.targets import ReportTarget

if TYPE_CHECKING:
    from pathlib import Path

    from supplymatrix.engine.chain import ChainRequest
    from supplymatrix.engine.signature_wish import WishWords

__all__ = ["trace"]

F = TypeVar("F", bound=Callable[..., Any])
_FILE = FileName()


def _links(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Read names of links; one text may have several, parted by commas."""
    words: tuple[str, ...] = said(context, option, tuple(part for text in texts for part in text.split(",")))
    return words


_OPTIONS = (
    click.option("--source", callback=said, metavar="REPO", help="The source that is meant, as github.com/org/repo."),
    click.option(
        "--bundle", "bundles", multiple=True, type=_FILE, metavar="FILE",
        help="Its signatures: a file, a folder, or a pattern as `verify blob` takes it; else beside it.",
    ),
    click.option(
        "--provenance", multiple=True, type=_FILE, metavar="FILE", help="Its provenance, if not beside it."
    ),
    click.option(
        "--builder-identity", multiple=True, callback=said, metavar="ID", help="Who should have signed the provenance."
    ),
    click.option(
        "--builder-identity-regexp", multiple=True, callback=said, metavar="REGEXP", help="The same by an expression."
    ),
    click.option(
        "--builder-issuer", multiple=True, callback=said, metavar="URL",
        help="Who vouches for them; else the --issuer.",
    ),
    click.option("--checksums", type=_FILE, metavar="FILE", help="The signed list of checksums of its release."),
    click.option("--archive", type=_FILE, metavar="FILE", help="The archive of the release that FILE came in."),
    click.option("--base", callback=said, metavar="IMAGE", help="The base image: a layout or a reference."),
    click.option(
        "--base-vendor", callback=said, metavar="ID", help="The vendor who should have signed the base image."
    ),
    click.option(
        "--base-var", multiple=True, callback=said, metavar="NAME=VALUE",
        help="A variable of that vendor's profile; else quotes.toml.",
    ),
    click.option(
        "--base-identity", multiple=True, callback=said, metavar="ID", help="Who should have signed the base image."
    ),
    click.option("--base-issuer", multiple=True, callback=said, metavar="URL", help="Who vouches for them."),
    click.option(
        "--must-have", multiple=True, callback=_links, metavar="LINK,…", help="Optional links that must hold."
    ),
    click.option("--may-lack", multiple=True, callback=_links, metavar="LINK,…", help="Links that may be missing."),
    click.option("--platform", callback=said, metavar="OS/ARCH", help="Which image of an index."),
    click.option("--plain-http", is_flag=True, help="Ask the registry without TLS."),
    click.option(
        "--project", type=_FILE, metavar="PATH", help="The project whose policy says what stays private."
    ),
)  # fmt: skip
_PLAIN = (
    "source", "bundles", "provenance", "checksums", "archive", "base", "must_have", "may_lack", "project", "platform",
    "plain_http", "policy",
)  # fmt: skip
"""Options that `ChainWords` has under the same names."""


def _chain_options(command: F) -> F:
    """Add what a chain is made of; the command gets `request`, a `ChainRequest`, in the place of all that it is read
    from."""

    @functools.wraps(command)
    def wrapped(*args: object, target: str, choice: SignatureChoice, **given: Any) -> object:  # noqa: ANN401
        from supplymatrix.engine.chain_wish import ChainWords, chain_request

        words = ChainWords(
            target=target,
            who=choice.who,
            may_fetch=choice.vendor is not None and choice.vendor.may_fetch,
            builders=_who(given, "builder", "identity", "identity_regexp", "issuer"),
            base_who=_base_who(given, choice.who.profiles),
            **{name: choice.words[name] for name in ("trusted_root", "ca", "engine", "required")},
            **{name: given.pop(name) for name in _PLAIN},
        )
        return command(*args, request=chain_request(words, given.pop("means")), **given)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return cast("F", wrapped)


@click.command()
@click.argument("target", metavar="FILE|IMAGE")
@signature_options
@policy_options_to("Take the names that stay private, and the log, from this file.")
@log_options
@_chain_options
@format_option("text", "json", "markdown")
@console_options
def trace(request: ChainRequest, *, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Trace a Go program, its archive or an image: who built it, and of what.

    Two logs are put together. The log of signatures has who signed the artifact and its provenance; the checksum log
    has every module that the program names. Between them lie the commit in the provenance, in the certificate and in
    the program, the builder, the list of checksums of a release, the base image, the attested bill of materials. Each
    link is verified, not present, not checkable or failed; no other link makes up for it.

    Say who should have signed: --identity and --issuer, --key, --vendor; or --source alone, for what the workflows of a
    repository on GitHub sign. Builders that work for anybody, as slsa-github-generator, count with the source
    repository of their certificate. Where nobody is named it is told who signed, and the chain is not whole (exit 3).

    Signatures are looked for beside FILE (FILE.sigstore.json, FILE.intoto.jsonl, …) and beside the image. An image is a
    layout (folder or tar file) or a reference, whose layers are then fetched. Nothing is run.

    May be missing or not checkable without counting: checksums, archive, base, vendor, sbom, module-path, main-module;
    --must-have makes them count, --base-vendor and --base-identity the vendor; --may-lack lets off others. What fails
    always counts. A key says nothing of a builder: --may-lack builder lets that off, and --key-without-log the log of a
    key that publishes to none.

    Exit 0: the chain holds. 1: a link is missing, or is not as it should be. 2: a file cannot be read, or is no Go
    program. 3: a link is not checkable. 4: a hash, proof or signature is wrong, or of another key than the one that is
    given. 5: there is no Go program in the image. Of several 4 goes first, then 2, 3, 1: the last line tells the
    others.
    """
    from supplymatrix.engine.chain import trace_chain
    from supplymatrix.reports.chain_json import render_chain_run_json
    from supplymatrix.reports.chain_markdown import render_chain_run_markdown
    from supplymatrix.reports.chain_view import render_chain_run_text

    run = trace_chain(request, console.on_event)
    console.end_line()
    in_file = any(one.file is not None and one.format == "text" for one in targets)
    color = not in_file and wants_color(console.color, sys.stdout, os.environ)
    render = {
        "text": lambda width: render_chain_run_text(run, width=width, color=color, verbose=console.verbose),
        "json": lambda _: render_chain_run_json(run),
        "markdown": lambda _: render_chain_run_markdown(run),
    }
    with keeps_alarm(run.exit_code, "alarm: a hash, a proof or a signature of the chain is wrong"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code


def _who(given: dict[str, Any], of: str, *names: str) -> WishWords:
    """Take out of what click parsed who should have signed something. of: what its options begin with."""
    from supplymatrix.engine.signature_wish import WishWords

    fields = {"identity": "identities", "identity_regexp": "identity_regexps", "issuer": "issuers"}
    return WishWords(**{fields.get(name, name): given.pop(f"{of}_{name}") for name in names})


def _base_who(given: dict[str, Any], profiles: tuple[Path, ...]) -> WishWords:
    from supplymatrix.model.value import changed

    pairs = [text.partition("=") for text in given.pop("base_var")]
    if any(not name or not mark for name, mark, _ in pairs):
        raise click.UsageError("--base-var takes NAME=VALUE, and goes with --base-vendor.")
    named = tuple((name, text) for name, _, text in pairs)
    return changed(_who(given, "base", "identity", "issuer", "vendor"), variables=named, profiles=profiles)
