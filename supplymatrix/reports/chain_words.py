"""How a chain is said, the same in every format: marks, titles, and one sentence that says no more than its links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from supplymatrix.model.chain import ChainLink, ChainRun, HeadSeen, LinkId
from supplymatrix.model.program import ProgramModuleState
from supplymatrix.model.signature import CheckState
from supplymatrix.reports.signature_words import tree_words

__all__ = [
    "MARKS",
    "TITLES",
    "exit_words",
    "head_words",
    "level_words",
    "state_word",
    "sum_up",
    "time_text",
    "verdict_words",
]

MARKS: Mapping[CheckState, str] = {
    CheckState.VERIFIED: "✔",
    CheckState.FAILED: "✘",
    CheckState.NOT_CHECKABLE: "?",
    CheckState.NOT_CHECKED: "!",
    CheckState.NOT_PRESENT: "–",  # noqa: RUF001
}
TITLES: Mapping[LinkId, str] = {
    LinkId.CHECKSUMS: "checksums",
    LinkId.ARCHIVE: "archive",
    LinkId.SIGNATURE: "signature",
    LinkId.PROVENANCE: "provenance",
    LinkId.BUILDER: "builder",
    LinkId.SOURCE: "source",
    LinkId.BASE: "base image",
    LinkId.VENDOR: "base signed",
    LinkId.SBOM: "SBOM",
    LinkId.REPOSITORY: "module path",
    LinkId.TOOLCHAIN: "toolchain",
    LinkId.MODULES: "modules",
    LinkId.MAIN: "main module",
}
_LEVEL = "as its documentation says, not measured"


def state_word(link: ChainLink) -> str:
    """Return the state of a link in words, and whether it counts."""
    excused = "" if link.exit_code or link.state in (CheckState.VERIFIED, CheckState.FAILED) else ", does not count"
    return f"{link.state.value}{excused}"


def sum_up(run: ChainRun) -> str:
    """Return how many links are how: "7 links verified, source failed"."""
    verified = sum(link.state is CheckState.VERIFIED for link in run.links)
    parts = [f"{verified} of {len(run.links)} links verified"]
    for state in (CheckState.FAILED, CheckState.NOT_CHECKABLE, CheckState.NOT_CHECKED, CheckState.NOT_PRESENT):
        names = dict.fromkeys(TITLES[link.id] for link in run.links if link.state is state)
        if names:
            parts.append(f"{state.value}: {', '.join(names)}")
    return "; ".join(parts)


def verdict_words(run: ChainRun) -> str:
    """Return the sentence for an auditor: whether the chain holds, who built what, of what."""
    broken = next((link for link in run.links if link.state is CheckState.FAILED), None)
    counting = [link for link in run.links if link.exit_code and link.state is not CheckState.FAILED]
    if broken is not None:
        where = f" of {broken.subject}" if broken.subject else ""
        head = f"the chain is broken at {TITLES[broken.id]}{where}: {broken.says}"
    elif run.exit_code == 4:
        head = "the chain is broken: a file in it is not what its digest says"
    elif counting:
        head = f"the chain is not whole ({_named(counting)})"
    elif run.exit_code:
        head = "the chain is not whole: not everything could be had"
    elif any(link.state is CheckState.NOT_CHECKED for link in run.links):
        head = "the chain holds as far as it was checked"
    else:
        head = "the chain holds"
    return f"{head}. {_who(run)}; {_of_what(run)}."


def exit_words(run: ChainRun) -> str:
    """Return what an exit code that goes before others hides, "exit 3: builder not checkable. …", "" for nothing."""
    others = [link for link in run.links if link.exit_code not in (0, run.exit_code)]
    if run.exit_code not in (2, 3) or not others:
        return ""
    own = [link for link in run.links if link.exit_code == run.exit_code]
    why = _named(own) or ("something cannot be read" if run.exit_code == 2 else "not everything could be had")
    codes = ", ".join(str(code) for code in sorted({link.exit_code for link in others}))
    return f"exit {run.exit_code}: {why}; it goes before {codes}: {_named(others)}"


def _named(links: Sequence[ChainLink]) -> str:
    return ", ".join(dict.fromkeys(f"{TITLES[link.id]} {link.state.value}" for link in links))


def _who(run: ChainRun) -> str:
    """Return who built the artifact, as far as verified links say it."""
    states = _states(run)
    verified = CheckState.VERIFIED
    source = run.link(LinkId.SOURCE)
    commit = ""
    if run.provenance is not None and run.provenance.commit and states.get(LinkId.SOURCE) is verified:
        commit = f" from commit {run.provenance.commit[:12]} of {run.provenance.repository or 'its source'}"
    elif states.get(LinkId.SOURCE) is verified and source is not None:
        commit = f" from {source.says.partition(':')[0]}"
    if (
        run.provenance is not None
        and states.get(LinkId.BUILDER) is verified
        and states.get(LinkId.PROVENANCE) is verified
    ):
        return f"Built by {run.provenance.builder_id}{commit}{level_words(run)}"
    for which, verb in ((LinkId.SIGNATURE, "Signed"), (LinkId.CHECKSUMS, "Released in a list signed")):
        link = run.link(which)
        if link is not None and link.state is verified:
            by = dict(link.values).get("identity") or dict(link.values).get("key", "")
            return f"{verb} by {by}{', built' + commit if commit else ''}"
    if states.get(LinkId.PROVENANCE) is verified and run.provenance is not None:
        return f"Stated to be built by {run.provenance.builder_id}{commit}"
    return "Nobody vouches for who built it"


def level_words(run: ChainRun) -> str:
    """Return which level the builder is known to give, "" for none."""
    if run.builder is None or not run.builder.level:
        return ""
    return f" ({run.builder.name}: SLSA Build level {run.builder.level}, {_LEVEL})"


def _of_what(run: ChainRun) -> str:
    if not run.programs:
        return "there is no Go program whose modules could be told"
    counts = Counter(module.state for module in run.modules)
    proven, every = counts[ProgramModuleState.PROVEN], len(run.modules)
    head = next((head for head in run.heads if head.kind == "modules"), None)
    where = f" in {head.log} (tree {head.tree_size:,})" if head is not None else ""
    programs = f" of {len(run.programs):,} programs" if len(run.programs) > 1 else ""
    if not every:
        return "it names no module but its own"
    return f"{proven:,} of {every:,} {'module' if every == 1 else 'modules'}{programs} proven{where}"


def _states(run: ChainRun) -> dict[LinkId, CheckState]:
    """Return the state of each link; of several of one kind the worst."""
    order = [
        CheckState.VERIFIED, CheckState.NOT_PRESENT, CheckState.NOT_CHECKED, CheckState.NOT_CHECKABLE,
        CheckState.FAILED,
    ]  # fmt: skip
    states: dict[LinkId, CheckState] = {}
    for link in run.links:
        states[link.id] = max(states.get(link.id, CheckState.VERIFIED), link.state, key=order.index)
    return states


def head_words(head: HeadSeen) -> str:
    """Return a head of a log in one line, without its root."""
    time = f", {time_text(head.time)}" if head.time is not None else ""
    route = f", asked: {head.route}" if head.route else ""
    return f"{head.log}: {_numbers(head.indexes)}{_tree(head)}{time}{route}"


def _tree(head: HeadSeen) -> str:
    """Return the tree of a head; of a log with several its name, and which leaf of it an entry is."""
    if not head.tree_size:
        return " without a proof of inclusion"
    named = tree_words(head.log, head.origin)
    if not named and not head.leaves:
        return f" of tree {head.tree_size:,}"
    leaf = f", leaf {head.leaves[0]}" if len(head.leaves) == 1 else ""
    return f"{leaf} of {head.tree_size:,}{f' in tree {named}' if named else ''}"


def _numbers(indexes: Sequence[int]) -> str:
    if len(indexes) == 1:
        return f"entry {indexes[0]}"
    shown = ", ".join(str(index) for index in indexes[:3])
    return f"{len(indexes):,} entries ({shown}{', …' if len(indexes) > 3 else ''})"


def time_text(moment: datetime | None) -> str:
    """Return a time as 2026-11-26T10:00:00Z, "" for none."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment is not None else ""
