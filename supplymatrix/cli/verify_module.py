"""`supplymatrix verify MODULE@VERSION`: the whole proof chain, each step with its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.default_group import DefaultCommand, table_of
from supplymatrix.cli.options import console_options, log_options, refuse_preset_name
from supplymatrix.cli.output import Console, write_stdout
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.verify import SUBCOMMANDS
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.prove_module import ProveRequest, prove_module
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.module import ModuleVersion, canonical_version, check_module, check_module_path
from supplymatrix.reports.chain import (
    ChainView,
    render_chain_json,
    render_chain_text,
    render_not_logged,
    render_tlog_proof,
)
from supplymatrix.sumdb.session import NotLogged

__all__ = ["parse_module", "prove_one"]

_FORMATS: Mapping[str, Callable[[ChainView], str]] = {
    "text": render_chain_text,
    "json": render_chain_json,
    "tlog-proof": render_tlog_proof,
}
_UNKNOWN = "check capitals and version; a private module belongs under [sources] private in lift.toml"
_WORD = re.compile(r"[A-Za-z0-9._/-]{1,100}")


class _Prove(DefaultCommand):
    subcommands = SUBCOMMANDS


@click.command(cls=_Prove, name="make", epilog="\b\nOther commands:\n" + table_of("verify", SUBCOMMANDS))
@click.argument("module")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Compare the go.sum of this project; the current folder when left out.",
)
@click.option("--policy", type=click.Path(path_type=Path), help="Take the log from this policy, not from lift.toml.")
@click.option("--format", "format_", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
@click.option("--steps", is_flag=True, help="Say of each step whether it holds, also where the proof is broken.")
@log_options
@console_options
def prove_one(
    module: str, project: Path, policy: Path | None, format_: str, *, steps: bool, means: Means, console: Console
) -> int:
    """Show how MODULE@VERSION is proven: go.sum line, record, leaf, tiles, root, signed head, earlier head.

    Exit 0: proven, and go.sum agrees as far as it names the module. 4: it does not. 2: go.sum has a line of it that
    cannot count. 1: the log has no such module or line. 3: the log could not be asked, or the name is private.
    """
    refuse_preset_name(policy)
    request = ProveRequest(
        module=parse_module(module),
        means=means,
        project=project,
        policy=PolicySource(file=policy),
    )
    if steps:
        return _steps(request, format_, console)
    proof = prove_module(request, console.on_event)
    console.end_line()
    if isinstance(proof, NotLogged):
        told = render_not_logged(proof, format_) + (f"   = next: {_UNKNOWN}\n" if format_ != "json" else "")
        (write_stderr if format_ == "tlog-proof" else write_stdout)(told)
        return 1
    view = ChainView(
        chain=proof.chain,
        lines=proof.lines,
        faults=proof.faults,
        log_name=proof.log_name,
        key_hash=proof.key_hash,
        route=proof.route,
        go_sum=proof.go_sum,
        history=proof.history,
    )
    with keeps_alarm(proof.exit_code, f"alarm: {view.go_sum} and the log disagree on {module}"):
        write_stdout(_FORMATS[format_](view))
    return proof.exit_code


def _steps(request: ProveRequest, format_: str, console: Console) -> int:
    """Write what became of each step."""
    from supplymatrix.engine.trace import trace_module
    from supplymatrix.reports.trace_view import render_trace_json, render_trace_text

    if format_ == "tlog-proof":
        raise click.UsageError("--steps has the formats text and json.")
    trace = trace_module(request, console.on_event)
    console.end_line()
    with keeps_alarm(trace.exit_code, f"alarm: {trace.go_sum or 'an answer'} and the log disagree on {request.module}"):
        write_stdout((render_trace_json if format_ == "json" else render_trace_text)(trace))
    return trace.exit_code


def parse_module(text: str) -> ModuleVersion:
    """Return the module version that a word names. Raises InputError."""
    path, at, version = text.rpartition("@")
    if not at or not path:
        raise InputError(
            Diagnostic(
                message="this is no module version",
                seen=text[:200],
                expected="MODULE@VERSION, e.g. github.com/gorilla/mux@v1.8.0",
            )
        )
    version = version.removesuffix("/go.mod")
    check_module_path(path)
    _check_version(path, version)
    check_module(path, version)
    return ModuleVersion(path=path, version=version)


def _check_version(path: str, version: str) -> None:
    """Refuse what the go command would take for a question: the log has records of full versions only."""
    full, with_v = canonical_version(version), canonical_version(f"v{version}")
    if version == full:
        return
    remedy = f"go list -m {path}@{version} tells the full version" if _WORD.fullmatch(version) else ""
    raise InputError(
        Diagnostic(
            message=f"this is no full version of {path[:200]}",
            seen=version[:200],
            expected=f"a full version such as {full or with_v or 'v1.2.3'}",
            remedy=f"did you mean {with_v}?" if with_v else remedy,
        )
    )
