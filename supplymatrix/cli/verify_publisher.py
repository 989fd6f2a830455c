"""`supplymatrix verify publisher MODULE@VERSION…`: the upstream publisher's own signature of a version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import FileName, console_options, log_options, policy_options_to, said
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["publisher"]

_FILE = FileName()


@click.command()
@click.argument("modules", nargs=-1, metavar="MODULE@VERSION...")
@click.option("--all", "takes_all", is_flag=True, help="Every module of the project's build list.")
@click.option(
    "--project", type=_FILE, default=Path(), metavar="PATH",
    help="Whose build list --all means, and whose lift.toml names the log and private modules.",
)  # fmt: skip
@click.option(
    "--repository", callback=said, metavar="DIR|URL", help="Look here, not where the origin says: a clone at hand."
)  # fmt: skip
@click.option(
    "--allowed-signers", "signers", type=_FILE, metavar="FILE",
    help="SSH keys that count, as `git verify-tag` has them.",
)  # fmt: skip
@click.option("--keyring", type=_FILE, metavar="FILE", help="OpenPGP keys that count; gpgv judges with them alone.")
@click.option(
    "--fingerprint", "fingerprints", multiple=True, callback=said, metavar="TEXT",
    help="The key that counts: SHA256:… of SSH; of OpenPGP, which of the keyring's. May be given several times.",
)  # fmt: skip
@click.option(
    "--identity", "identities", multiple=True, callback=said, metavar="TEXT",
    help="Who counts, of gitsign: an address, in full.",
)  # fmt: skip
@click.option(
    "--identity-regexp", "identity_regexps", multiple=True, callback=said, metavar="REGEXP",
    help="The same by an expression that must match all of it.",
)  # fmt: skip
@click.option(
    "--issuer", "issuers", multiple=True, callback=said, metavar="URL", help="Who vouches for the identity."
)  # fmt: skip
@click.option(
    "--issuer-regexp", "issuer_regexps", multiple=True, callback=said, metavar="REGEXP",
    help="The same by an expression.",
)  # fmt: skip
@click.option(
    "--accept-signed-commit", "takes_commits", is_flag=True,
    help="Where the tag is not signed, its signed commit is enough.",
)  # fmt: skip
@click.option("--trusted-root", type=_FILE, metavar="FILE", help="Trust this root, not the public one of sigstore.")
@policy_options_to("Take the log and private modules from this file, not from lift.toml.")
@format_option("text", "json")
@log_options
@console_options
def publisher(
    modules: tuple[str, ...],
    *,
    takes_all: bool,
    project: Path,
    repository: str,
    policy: PolicySource,
    targets: tuple[ReportTarget, ...],
    means: Means,
    console: Console,
    **trusted: Any,  # noqa: ANN401 - the options that say whose signatures count
) -> int:
    """Verify who signed the tag of MODULE@VERSION, and that the log has what the tag has.

    The `.info` of the module cache or of a proxy says from which repository a version was made. Its tag is fetched
    with git, alone and into a temporary folder; nothing of it is run or checked out. Signatures of SSH, OpenPGP (with
    gpgv) and gitsign are verified. The tag itself has to be signed: who signed its commit did not say that it is this
    version (--accept-signed-commit). Of a pseudo-version, which no tag makes, it is the commit. Then the zip that the
    go command would make of the commit is hashed, and held against the log's hash.

    No key counts by itself: name those that do, with --allowed-signers, --keyring, --fingerprint, or --identity and
    --issuer. Of any other signer it is told what would make it count.

    Exit 0: every version is signed by a key that counts, and is what the log has. 1: unsigned, another signer, a key
    that has expired or was taken back, or the log has no such version. 3: a repository, gpgv or the log could not be
    had, nobody says where the repository is, or the build list is not known in full. 4: a signature is wrong, a tag
    was moved or renamed, or its tree is not what the log has. 5: there was no module.
    """
    from supplymatrix.cli.verify_module import parse_module
    from supplymatrix.engine.publisher_request import BuildModules, TrustWords, modules_of_build, read_publisher_trust
    from supplymatrix.engine.verify_publisher import PublisherRequest, verify_publishers
    from supplymatrix.reports.publisher_view import render_publisher_json, render_publisher_text

    if bool(modules) is takes_all:
        raise click.UsageError("Name modules, each as MODULE@VERSION, or take all of a project with --all.")
    if takes_all and repository:
        raise click.UsageError("--repository is of one module's repository, so that it does not go with --all.")
    trust, notes = read_publisher_trust(TrustWords(**trusted))
    if takes_all:
        wanted = modules_of_build(project, means.environ)
    else:
        wanted = BuildModules(modules=tuple(dict.fromkeys(parse_module(word) for word in modules)))
    request = PublisherRequest(
        modules=wanted.modules, means=means, trust=trust, project=_folder(project), policy=policy,
        repository=repository, notes=(*notes, *wanted.notes), gaps=wanted.gaps,
    )  # fmt: skip
    run = verify_publishers(request, console.on_event)
    console.end_line()
    render = {
        "text": lambda width: render_publisher_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_publisher_json(run),
    }
    with keeps_alarm(run.exit_code, "alarm: a tag, its signature or its tree is not what it should be"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent
