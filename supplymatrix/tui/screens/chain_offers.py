"""What the Chain screen asks and gives away: the run of `trace`, its command, files, and the proofs of modules."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.events import OnEvent
from supplymatrix.model.chain import ChainLink, ChainRun, LinkId
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.signature import CheckState
from supplymatrix.model.trace import Trace
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.signatures_offers import profiles_again
from supplymatrix.tui.screens.signing_words import Command, SigningWords
from supplymatrix.tui.session import Session
from supplymatrix.tui.shell_words import path_word, quote

if TYPE_CHECKING:
    from supplymatrix.engine.chain_wish import ChainWords

__all__ = ["command_of", "exports_of", "module_of", "proof_of", "run_chain", "verify_command"]

_ASKED = (CheckState.VERIFIED, CheckState.FAILED)


def run_chain(session: Session, target: str, words: SigningWords, project: Path | None, on_event: OnEvent) -> ChainRun:
    """Return what `trace` finds. Raises InputError and TrustError as it does."""
    from supplymatrix.engine.chain import trace_chain
    from supplymatrix.engine.chain_wish import chain_request

    return trace_chain(chain_request(_words(session, target, words, project), session.means()), on_event)


def _words(session: Session, target: str, words: SigningWords, project: Path | None) -> ChainWords:
    """Return what the command would be told. Raises InputError."""
    from supplymatrix.engine.chain_wish import ChainWords
    from supplymatrix.engine.signature_wish import WishWords

    here = session.here
    return ChainWords(
        target=target,
        who=words.wish_words(session, target=target),
        may_fetch=words.has("--fetch-key"),
        builders=WishWords(
            identities=words.all("--builder-identity"),
            identity_regexps=words.all("--builder-identity-regexp"),
            issuers=words.all("--builder-issuer"),
        ),
        source=words.last("--source"),
        base=words.last("--base"),
        base_who=WishWords(
            identities=words.all("--base-identity"),
            issuers=words.all("--base-issuer"),
            vendor=words.last("--base-vendor"),
            variables=words.named("--base-var"),
            profiles=session.folders,
        ),
        required=words.kinds("--require"),
        must_have=words.all("--must-have"),
        may_lack=words.all("--may-lack"),
        bundles=words.paths("--bundle", here),
        provenance=words.paths("--provenance", here),
        checksums=words.path("--checksums", here),
        archive=words.path("--archive", here),
        project=project,
        policy=session.policy_source(),
        platform=words.last("--platform"),
        plain_http=words.has("--plain-http"),
        **words.trust(here),
    )


def command_of(session: Session, target: str, words: SigningWords, project: Path | None) -> str:
    """Return `trace`, up to its format."""
    held = f" --project {path_word(project.as_posix())}" if project is not None else ""
    return (
        f"supplymatrix trace {path_word(target) if target else 'FILE'}{words.for_command(Command.TRACE)}{held}"
        f"{session.policy_again()}{profiles_again(session)}{_log_options(session)}"
    )


def verify_command(session: Session, module: ModuleVersion, project: Path | None) -> str:
    """Return the command with the proof chain of a module version."""
    held = f" --project {path_word(project.as_posix())}" if project is not None else ""
    return f"supplymatrix verify {quote(str(module))}{held} --steps{_log_options(session)}"


def _log_options(session: Session) -> str:
    replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
    return f"{replay}{' --offline' if session.offline and not replay else ''}"


def exports_of(run: ChainRun, command: str) -> tuple[Export, ...]:
    """Return what the command writes."""
    from supplymatrix.reports.chain_json import render_chain_run_json
    from supplymatrix.reports.chain_markdown import render_chain_run_markdown
    from supplymatrix.reports.chain_view import render_chain_run_text

    return (
        Export(key="t", format="text", file="chain.txt", render=partial(render_chain_run_text, run, verbose=True),
               command=f"{command} -v --format text=chain.txt"),
        Export(key="j", format="json", file="chain.json", render=partial(render_chain_run_json, run),
               command=f"{command} --format json=chain.json"),
        Export(key="m", format="markdown", file="chain.md", render=partial(render_chain_run_markdown, run),
               command=f"{command} --format markdown=chain.md"),
    )  # fmt: skip


def module_of(link: ChainLink, run: ChainRun) -> ModuleVersion | None:
    """Return the module version whose word of the log a link rests on; None for other links, and for modules that the
    log was not asked for."""
    if link.state not in _ASKED:
        return None
    if link.id is LinkId.TOOLCHAIN:
        path, _, version = dict(link.values).get("toolchain", "").rpartition("@")
        return ModuleVersion(path=path, version=version) if path else None
    if link.id is LinkId.MAIN:
        program = next((one for one in run.programs if link.subject in ("", one.name)), None)
        if program is not None and program.main and program.main_version:
            return ModuleVersion(path=program.main, version=program.main_version)
    return None


def proof_of(session: Session, module: ModuleVersion, project: Path | None, on_event: OnEvent) -> Trace:
    """Return the proof chain of a module version, as `verify --steps` shows it."""
    from supplymatrix.engine.prove_module import ProveRequest
    from supplymatrix.engine.trace import trace_module

    request = ProveRequest(module=module, means=session.means(), project=project or session.here)
    return trace_module(request, on_event)
