"""`supplymatrix audit`: one family of questions about a project or a program at a time, in full, or all in short.

Each command has a file of its own, which is imported when it is run; `check --audit` judges by the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from supplymatrix.cli.default_group import DefaultGroup
from supplymatrix.model.spelling import nearest

__all__ = ["SUBCOMMANDS", "audit"]

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "vulns": ("supplymatrix.cli.audit_vulns:vulns", "Find known vulnerabilities, down to the function."),
    "fips": ("supplymatrix.cli.audit_fips:fips", "Show whose FIPS 140-3 cryptography is in use."),
    "cgo": ("supplymatrix.cli.audit_cgo:cgo", "Show what is not Go: libraries and their licences."),
    "sources": ("supplymatrix.cli.audit_sources:sources", "Show the Go settings in force, and who is asked."),
    "leaks": ("supplymatrix.cli.audit_leaks:leaks", "Tell which module names go to which host."),
    "credentials": ("supplymatrix.cli.audit_credentials:credentials", "Find credentials in settings and files."),
    "path": ("supplymatrix.cli.audit_path:path", "Show whose toolchain, images and signing are in use."),
}
"""Name → where the command is, and what it does. They are imported when they are run."""


class _AuditGroup(DefaultGroup):
    """A group that shows all families in short unless the first word is another command of it."""

    subcommands = SUBCOMMANDS

    def default_command(self) -> click.Command:
        from supplymatrix.cli.audit_all import audit_all

        return audit_all

    def look_at_first(self, word: str) -> None:
        near = "" if Path(word).exists() else nearest(word, SUBCOMMANDS)
        if near:
            fault = click.UsageError(f"There is no folder {word[:80]!r}, and no command of that name.")
            fault.add_note(f"did you mean {near!r}?")
            raise fault


@click.group(cls=_AuditGroup, add_help_option=False)
def audit() -> None:
    """Look beyond go.sum: vulnerabilities, FIPS, C code, leaks, vendors."""
