"""`supplymatrix verify-report FILE… --key PUB.pem`: is this what the owner of the key has signed?"""

from __future__ import annotations

import re
from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.output import write_stdout
from supplymatrix.errors import InputError

__all__ = ["verify_report"]

_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def _digest(context: click.Context, option: click.Parameter, text: str) -> str:
    """Return a digest as statements have it, "" for none."""
    found = _SHA256.fullmatch(text.strip().lower())
    if text and found is None:
        raise click.BadParameter("this is no SHA-256: 64 hex digits, as policy show prints them", context, option)
    return found[1] if found else ""


@click.command("verify-report")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--key", type=click.Path(path_type=Path), required=True, metavar="PUB.pem", help="The public key (PEM).")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The statement must be about the files of this folder; for a bill of materials see `sbom verify`.",
)
@click.option(
    "--policy-sha256",
    default="",
    callback=_digest,
    metavar="HEX",
    help="The verdict must be by the policy with this digest.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify_report(files: tuple[Path, ...], *, key: Path, project: Path | None, policy_sha256: str, format_: str) -> int:
    """Verify what `check --sign` and `sbom --sign` have written: envelopes, files with a FILE.sig or with the signature
    inside (CycloneDX JSON), and what a statement names.

    What a statement names is looked for beside the statement, and only where nothing of the name lies there at the path
    that it names.

    Exit 0: all is as signed, and no statement says FAILED. 1: a statement says FAILED, or is by another policy. 3: a
    file has no signature, or no statement about the project or by the policy that was asked for names it. 2: a file
    cannot be read, or is no verdict. 4: a signature does not hold, or a file is not what was signed for.
    """
    from supplymatrix.engine.verify_report import verify_reports
    from supplymatrix.reports.signature_view import render_signatures_json, render_signatures_text

    check = verify_reports(files, key, project=project, policy_sha256=policy_sha256)
    with keeps_alarm(check.exit_code, "alarm: not everything is what the key's owner has signed"):
        write_stdout((render_signatures_json if format_ == "json" else render_signatures_text)(check))
        if check.faults:
            raise InputError(*check.faults)
    return check.exit_code
