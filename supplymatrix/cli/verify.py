"""`supplymatrix verify MODULE@VERSION`: the whole proof chain, each step with its bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import LogOptions, console_options, log_options
from supplymatrix.cli.output import Console, write_stdout
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.prove_module import ProveRequest, prove_module
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import ProofState
from supplymatrix.model.module import ModuleVersion, check_module
from supplymatrix.reports.chain import ChainView, render_chain_json, render_chain_text, render_not_logged
from supplymatrix.sumdb.session import NotLogged

__all__ = ["verify"]


@click.command()
@click.argument("module")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Compare the go.sum of this project; the current folder when left out.",
)
@click.option("--policy", type=click.Path(path_type=Path), help="Take the log from this policy, not from lift.toml.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@log_options
@console_options
def verify(module: str, project: Path, policy: Path | None, format_: str, *, log: LogOptions, console: Console) -> int:
    """Show how MODULE@VERSION is proven: go.sum line, record, leaf, tiles, root, signed head, earlier head.

    Exit 0: proven, and go.sum agrees as far as it names the module. 4: it does not. 1: the log has no such module or
    line. 3: the log could not be asked, or the name is private.
    """
    request = ProveRequest(
        module=_parse(module),
        environ=os.environ,
        now=datetime.now(UTC),
        project=project,
        policy=PolicySource(file=policy),
        offline=log.offline,
        replay=log.replay,
        cache_dir=log.cache_dir,
        send_private=log.send_private,
        refresh=log.refresh,
    )
    proof = prove_module(request, console.on_event)
    console.end_line()
    if isinstance(proof, NotLogged):
        write_stdout(render_not_logged(proof, format_))
        return 1
    view = ChainView(
        chain=proof.chain,
        lines=proof.lines,
        log_name=proof.log_name,
        key_hash=proof.key_hash,
        route=proof.route,
        go_sum=proof.go_sum,
    )
    write_stdout(render_chain_json(view) if format_ == "json" else render_chain_text(view))
    states = {line.state for line in proof.lines}
    if ProofState.DIFFERS in states:
        return 4
    return 1 if ProofState.NO_LINE in states else 0


def _parse(text: str) -> ModuleVersion:
    path, at, version = text.rpartition("@")
    if not at or not path:
        raise InputError(
            Diagnostic(
                message="this is no module version",
                seen=text[:200],
                expected="MODULE@VERSION, e.g. github.com/gorilla/mux@v1.8.0",
            )
        )
    check_module(path, version.removesuffix("/go.mod"))
    return ModuleVersion(path=path, version=version.removesuffix("/go.mod"))
