"""`supplymatrix schema [NAME]`: the JSON Schemas of what the program writes."""

from __future__ import annotations

from importlib import resources

import click

from supplymatrix.cli.output import in_columns, page_width, write_stdout
from supplymatrix.cli.words import complete_schemas
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest

__all__ = ["SCHEMAS", "schema"]

SCHEMAS = {
    "report": ("report-v1.schema.json", "what `check --format json` writes"),
    "survey": ("survey-v1.schema.json", "what `check --format json` writes of several subjects"),
    "vulns": ("vulns-v1.schema.json", "what `audit vulns --format json` writes"),
    "changes": ("changes-v1.schema.json", "what `changes --format json` writes"),
    "fix-plan": ("fix-plan-v1.schema.json", "what `fix plan --format json` writes"),
    "policy": ("policy-v1.schema.json", "what `policy show --format json` writes"),
    "compliance": ("compliance-v1.schema.json", "what `compliance --format json` writes"),
    "chain": ("chain-v1.schema.json", "what `verify --format json` writes"),
    "steps": ("steps-v1.schema.json", "what `verify --steps --format json` writes"),
    "not-in-log": ("not-in-log-v1.schema.json", "what `verify --format json` writes when the log has no such one"),
    "trace": ("trace-v1.schema.json", "what `trace --format json` writes"),
    "programs": ("programs-v1.schema.json", "what `verify binary --format json` writes"),
    "cache": ("cache-v1.schema.json", "what `verify cache --format json` writes"),
    "vendor-tree": ("vendor-tree-v1.schema.json", "what `verify vendor --format json` writes"),
    "goroot": ("goroot-v1.schema.json", "what `verify goroot --format json` writes"),
    "signed-artifacts": (
        "signed-artifacts-v1.schema.json",
        "what `verify blob`, `attestation`, `image --format json` write",
    ),
    "path": ("path-v1.schema.json", "what `audit path --format json` writes"),
    "publisher": ("publisher-v1.schema.json", "what `verify publisher --format json` writes"),
    "signatures": ("signatures-v1.schema.json", "what `verify-report --format json` writes"),
    "trust": ("trust-v1.schema.json", "what `trust show --format json` writes"),
    "cgo": ("cgo-v1.schema.json", "what `audit cgo --format json` writes"),
    "cgo-strategies": ("cgo-strategies-v1.schema.json", "what `audit cgo --strategies --format json` writes"),
    "terms": ("terms-v1.schema.json", "what `terms --format json` writes"),
    "graph": ("graph-v1.schema.json", "what `graph --format json` writes"),
    "why": ("why-v1.schema.json", "what `why --format json` writes"),
    "fips": ("fips-v1.schema.json", "what `audit fips --format json` writes"),
    "licences": ("licences-v1.schema.json", "what `licences --format json` writes"),
    "notice": ("notice-v1.schema.json", "what `notice --format json` writes"),
    "sbom-verify": ("sbom-verify-v1.schema.json", "what `sbom verify --format json` writes"),
    "sbom-diff": ("sbom-diff-v1.schema.json", "what `sbom diff --format json` writes"),
    "sbom-standards": ("sbom-standards-v1.schema.json", "what `sbom standards --format json` writes"),
    "response": ("response-v1.schema.json", "what `response --format json` writes"),
    "config": ("config-v1.schema.json", "what `config show --format json` writes"),
    "vendors": ("vendors-v1.schema.json", "what `vendors list` and `vendors show --format json` write"),
    "validation": ("validation-v1.schema.json", "what `vendors validate --format json` writes"),
    "recheck": ("recheck-v1.schema.json", "what `vendors recheck --format json` writes"),
    "profile": ("vendor-profile-v1.schema.json", "the form of a vendor profile, for editors"),
    "decision": ("decision-v1.schema.json", "what `decide --format json` writes"),
    "claims": ("claims-v1.schema.json", "what `claims --format json` writes"),
    "entries": ("entries-v1.schema.json", "what `entries --format json` writes"),
    "compare": ("compare-v1.schema.json", "what `compare --format json` writes"),
    "matrix": ("matrix-v1.schema.json", "what `matrix --format json` writes"),
    "feeds": ("feeds-v1.schema.json", "what `feeds list`, `status` and `sync --format json` write"),
    "sources": ("sources-v1.schema.json", "what `audit sources --format json` writes"),
    "leaks": ("leaks-v1.schema.json", "what `audit leaks --format json` writes"),
    "credentials": ("credentials-v1.schema.json", "what `audit credentials --format json` writes"),
    "rules": ("rules-v1.schema.json", "what `rules --format json` writes"),
}
"""Name → file in reports/schema, and what has that form."""


@click.command()
@click.argument("name", required=False, shell_complete=complete_schemas)
def schema(name: str | None) -> None:
    """Print a JSON Schema (draft 2020-12): report, survey, policy, chain …; without a name, list them."""
    if name is None:
        rows = [(f"{word:14} {file:29}", what) for word, (file, what) in SCHEMAS.items()]
        lines = in_columns(rows, indent=15, width=page_width())
        write_stdout("\n".join([*lines, "", "supplymatrix schema report prints one of them.", ""]))
        return
    if name not in SCHEMAS:
        near = _written_by(name) or nearest(name, SCHEMAS)
        raise InputError(
            Diagnostic(
                message="there is no such schema",
                seen=name[:100],
                expected=f"one of {', '.join(SCHEMAS)}",
                remedy=f"did you mean {near}?" if near else "",
            )
        )
    file = resources.files("supplymatrix.reports") / "schema" / SCHEMAS[name][0]
    write_stdout(file.read_text(encoding="utf-8"))


def _written_by(command: str) -> str:
    """Return the schema of what a command writes, "" where no command has that name: `decide` writes a decision."""
    written = (word for word, (_, what) in SCHEMAS.items() if f"`{command} " in what)
    return next(written, "")
