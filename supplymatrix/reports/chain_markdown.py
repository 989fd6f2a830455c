"""A chain as Markdown, for an auditor's file: the sentence first, then a row for each link, both logs, what a re-run
needs."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.chain import ChainRun
from supplymatrix.reports.chain_words import MARKS, TITLES, exit_words, head_words, state_word, time_text, verdict_words
from supplymatrix.reports.plain import plain

__all__ = ["render_chain_run_markdown"]


def render_chain_run_markdown(run: ChainRun) -> str:
    """Return a chain as Markdown."""
    return "\n".join(_lines(run)) + "\n"


def _lines(run: ChainRun) -> Iterator[str]:
    yield f"# Chain of {_code(run.target)}"
    yield ""
    yield _text(verdict_words(run))
    yield ""
    hidden = exit_words(run)
    yield f"Checked at {time_text(run.now)}; {_text(hidden) if hidden else f'exit code {run.exit_code}'}."
    yield ""
    yield "| | link | state | what was found |"
    yield "|---|---|---|---|"
    for link in run.links:
        says = _text(f"{link.subject}: {link.says}" if link.subject else link.says)
        if link.expected:
            says += f"<br>expected {_code(link.expected)}"
        if link.found:
            says += f"<br>found {_code(link.found)}"
        yield f"| {MARKS[link.state]} | {TITLES[link.id]} | {state_word(link)} | {says} |"
    yield ""
    yield "## What it rests on"
    yield ""
    for artifact in run.signed:
        digests = ", ".join(_code(f"{name}:{text}") for name, text in artifact.digests)
        yield f"- {_code(artifact.name)}: {digests}"
    for program in run.programs:
        digest = _code(f"sha256:{program.sha256}")
        yield f"- program {_code(program.name)}: {digest}, built with {_code(program.go_version)}"
    for head in run.heads:
        root = f", root {_code(head.root)}" if head.root else ""
        yield f"- log of {head.kind}: {_text(head_words(head))}{root}"
    if run.trust is not None:
        yield f"- trusted root {_text(run.trust.name)}: {_code(f'sha256:{run.trust.sha256}')}"
    for gap in run.gaps:
        yield f"- not known: {_text(gap.in_words)}"
    for note in run.notes:
        yield f"- note: {_text(note)}"


def _text(text: str) -> str:
    """Return a text in which nothing is markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|!~&" else char for char in plain(text).replace("\n", " "))


def _code(text: str) -> str:
    """Return a text as code within a line, also of a table."""
    told = plain(text).replace("\n", " ").replace("`", "'").replace("|", "\\|")
    return f"`{told}`" if told else ""
