"""`supplymatrix verify MODULE@VERSION`, and what else can be verified: each by a command with a file of its own, which
is imported when it is run."""

from __future__ import annotations

from collections.abc import Mapping

import click

from supplymatrix.cli.default_group import DefaultGroup
from supplymatrix.model.spelling import nearest

__all__ = ["SUBCOMMANDS", "verify"]

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "cache": ("supplymatrix.cli.verify_cache:cache", "Hold the module cache against the log, byte by byte."),
    "vendor": ("supplymatrix.cli.verify_vendor:vendor", "Hold vendor/ against the modules' proven zips."),
    "goroot": ("supplymatrix.cli.verify_goroot:goroot", "Hold an installed Go against the log's record of it."),
    "binary": ("supplymatrix.cli.verify_binary:binary", "Hold compiled programs against the log."),
    "blob": ("supplymatrix.cli.verify_blob:blob", "Verify who signed files: sigstore, cosign, keys."),
    "attestation": (
        "supplymatrix.cli.verify_attestation:attestation",
        "Verify what is attested of files: provenance, SBOM, VEX.",
    ),
    "image": ("supplymatrix.cli.verify_image:image", "Verify who signed images, and what is attested."),
    "publisher": ("supplymatrix.cli.verify_publisher:publisher", "Verify the upstream publisher's own signature."),
}
"""Name → where the command is, and what it does. They are imported when they are run."""


class _VerifyGroup(DefaultGroup):
    """A group that proves a module version unless the first word is another command of it."""

    subcommands = SUBCOMMANDS

    def default_command(self) -> click.Command:
        from supplymatrix.cli.verify_module import prove_one

        return prove_one

    def look_at_first(self, word: str) -> None:
        _refuse_mistyped(word)


@click.group(cls=_VerifyGroup, add_help_option=False)
def verify() -> None:
    """Verify a module version, what lies on a disk, or who signed it."""


def _refuse_mistyped(word: str) -> None:
    """Raise click.UsageError when a word that is no MODULE@VERSION is nearly the name of another command."""
    near = "" if "@" in word else nearest(word, SUBCOMMANDS)
    if near:
        fault = click.UsageError(f"{word[:80]!r} is no MODULE@VERSION, and no command of that name.")
        fault.add_note(f"did you mean {near!r}?")
        raise fault
