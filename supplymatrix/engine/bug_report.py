"""The text that goes with a bug report: what `doctor` found and how the program is set up, without secrets.

It holds no password, token or netrc, no name of a module and no line of go.sum, no author data and not the home
folder's name. The same machine gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from supplymatrix import __version__
from supplymatrix.engine.doctor import Line
from supplymatrix.engine.go_settings import hidden_values, shown_go_settings
from supplymatrix.engine.redaction import Redactor
from supplymatrix.engine.settings import Settings, built_in_settings, load_settings
from supplymatrix.errors import InputError
from supplymatrix.reports.plain import plain

__all__ = ["CONTENTS", "render_bug_report"]

CONTENTS = (
    "versions of the program and its libraries",
    "the lines of doctor",
    "settings and where they come from, without passwords, tokens, patterns of private modules and author data",
    "names of proxies and logs, but no path below them",
)
"""What the text holds, for who is to send it."""
_AUTHOR = "author."
_SHORTEST = 4  # characters
_ADDRESS = re.compile(r"(https?://[^/\s,|()]+)/[^\s,|()]+", re.IGNORECASE)


def render_bug_report(lines: Sequence[Line], environ: Mapping[str, str]) -> str:
    """Return the text. lines: what `examine` found, in the same environment."""
    out = [f"supplymatrix {__version__}: for a bug report", "", "It holds:"]
    out += [f"- {part}" for part in CONTENTS]
    out += ["", "doctor:"]
    for line in lines:
        out.append(f"- {line.mark.value:6} {line.topic}: {_without_paths(line.text)}")
        if line.remedy:
            out.append(f"  next: {_without_paths(line.remedy)}")
    out += ["", "settings:", *_settings(environ), "", "settings of the go command:"]
    for setting in shown_go_settings(environ, for_others=True):
        shown = (
            f"{setting.shown} ({setting.origin})" if setting.shown and setting.origin else setting.shown or "not set"
        )
        out.append(f"- {setting.name}: {shown}")
    return redactor_of(environ)("\n".join([*map(plain, out), ""]))


def redactor_of(environ: Mapping[str, str]) -> Redactor:
    """Return what takes the secrets of this machine, and the home folder's name, out of a text."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    secrets = {*hidden_values(environ), *_author_data(_load(environ))}
    return Redactor(sorted(secrets, key=lambda text: (-len(text), text)), home)


def _load(environ: Mapping[str, str]) -> Settings:
    try:
        return load_settings(environ)
    except InputError:
        return built_in_settings()


def _author_data(settings: Settings) -> tuple[str, ...]:
    """Return what settings tell of a person; a word as short as a syllable would take others along."""
    said = [str(found) for name, found in settings.values.items() if name.startswith(_AUTHOR)]
    return tuple(text for text in said if len(text) >= _SHORTEST)


def _settings(environ: Mapping[str, str]) -> list[str]:
    try:
        settings = load_settings(environ)
    except InputError as err:
        return [f"- cannot be used: {fault.message}" for fault in err.diagnostics]
    return [f"- {name}: {_shown(name, found)} ({settings.origins[name]})" for name, found in settings.values.items()]


def _without_paths(text: str) -> str:
    """Return a sentence with its addresses down to the server: some proxies take a token as a part of the path."""
    return _ADDRESS.sub(r"\1/…", text)


def _shown(name: str, found: object) -> str:
    if name.startswith(_AUTHOR) or name == "notify.url":  # whoever knows a webhook's address can write to it
        return "set" if found else "not set"
    if isinstance(found, tuple):  # folders of a company may tell who it deals with
        return f"{len(found)} named" if found else "not set"
    return str(found).lower() if isinstance(found, bool) else str(found) or "not set"
