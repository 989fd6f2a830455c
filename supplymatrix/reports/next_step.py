"""The next step of a finding, as a command that looks at the same project and asks the same answers of the log."""

from __future__ import annotations

import re
from shlex import quote

from supplymatrix.model.audit import Audit
from supplymatrix.model.rule import Finding

__all__ = ["next_step", "placed_command"]

_VERIFY = re.compile(r"(supplymatrix verify \S+@\S+)")
_REPLAY = "replay "


def next_step(audit: Audit, finding: Finding) -> str:
    """Return what to do next, with the options without which `verify` would look elsewhere."""
    options = "" if audit.root in ("", ".") else f" --project {quote(audit.root)}"
    if audit.log is not None and audit.log.route.startswith(_REPLAY):
        options += f" --replay {quote(audit.log.route.removeprefix(_REPLAY))}"
    return _VERIFY.sub(lambda match: match[1] + options, finding.fix) if options else finding.fix


def placed_command(audit: Audit, text: str) -> str:
    """Return a command whose last word is one of the project's files with the path by which a reader finds it."""
    command, mark, name = text.rpartition(" -- ")
    path = audit.places.get(name) if mark else None
    return text if path is None else f"{command}{mark}{quote(path)}"
