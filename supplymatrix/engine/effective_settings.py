"""The go command's settings as they hold on this machine, each with its origin.

machine_settings(environ, project).found         # in full, defaults included

A value may hold a secret: it stays in `FoundSetting`, and `show_setting` makes of it what may be shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.redaction import redact_goauth, redact_gosumdb, redact_urls
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import ENVIRONMENT, EnvFile, GoSettings, Setting
from supplymatrix.model.gap import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import building_goroot, read_env_files, user_env_path
from supplymatrix.privacy.effective import DEFAULT_ORIGIN, FoundSetting, Layer, all_effective
from supplymatrix.sources.project import Project

__all__ = ["ENV_FILE", "GOROOT_ENV", "SettingsOf", "go_settings_of", "machine_settings", "show_setting"]

ENV_FILE = "go env file"
GOROOT_ENV = "GOROOT's go.env"
_WITH_LOGINS = frozenset({
    "GOPROXY", "HTTPS_PROXY", "HTTP_PROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE",
})  # fmt: skip
"""Addresses, and lists of patterns: who takes one for the other writes a login there, too."""
_LONGEST = 500  # characters of a value that are shown


@value
class SettingsOf:
    """The settings of one context: "" = this machine, else a build file and its stage. found: in the order of `NAMES`;
    in a build file one name may stand there several times. gaps: what could not be read; notes: in sentences. runs_go:
    commands that ask for modules are run there."""

    context: str
    found: tuple[FoundSetting, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    runs_go: bool = False


def show_setting(name: str, text: str) -> str:
    """Return what may be shown of a value."""
    from supplymatrix.gomod.ldflags import without_secrets

    if not text:
        return ""
    if name in _WITH_LOGINS:
        shown = redact_urls(text)
    elif name == "GOSUMDB":
        shown = redact_gosumdb(text)
    elif name == "GOAUTH":
        shown = redact_goauth(text)
    elif name == "GOCACHEPROG":
        shown = "a command"
    else:
        shown = without_secrets(((name, text),))[0][0][1]
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def go_settings_of(found: Sequence[FoundSetting]) -> GoSettings:
    """Return settings as the readers of GOPROXY and GOPRIVATE take them; one whose value is not known is empty."""
    by_name = {
        entry.name: Setting(value="" if entry.unknown else entry.text, origin=entry.origin) for entry in reversed(found)
    }

    def get(name: str) -> Setting:
        return by_name.get(name, Setting())

    return GoSettings(
        goproxy=get("GOPROXY"),
        gosumdb=get("GOSUMDB"),
        goprivate=get("GOPRIVATE"),
        gonoproxy=get("GONOPROXY"),
        gonosumdb=get("GONOSUMDB"),
        goinsecure=get("GOINSECURE"),
        goauth=get("GOAUTH"),
        govcs=get("GOVCS"),
    )


def machine_settings(environ: Mapping[str, str], project: Project | None = None) -> SettingsOf:
    """Return the settings of this machine, what Go takes by itself included. Raises nothing: gaps."""
    files = read_env_files(environ)
    layers = [Layer(origin=ENVIRONMENT, values=environ), *_file_layers(environ, files)]
    computed, gaps = _computed(environ, project)
    found = [_filled(entry, computed) for entry in all_effective(layers)]
    notes: list[str] = []
    gaps += _unread(environ, files)
    if environ.get("GOENV", "") == "off":
        notes.append("GOENV=off: there is no go env file")
    proxy = next(entry for entry in found if entry.name == "GOPROXY")
    if not proxy.text:
        gaps.append(
            Gap(
                wanted="who is asked for modules",
                reason="neither the environment nor a Go installation says what GOPROXY is",
                remedy="put Go into PATH, or set GOPROXY",
            )
        )
    return SettingsOf(context="", found=tuple(found), gaps=tuple(gaps), notes=tuple(notes))


def _file_layers(environ: Mapping[str, str], files: Sequence[EnvFile]) -> list[Layer]:
    user = user_env_path(environ)
    return [
        Layer(origin=ENV_FILE if user is not None and file.path == str(user) else GOROOT_ENV, values=file.values,
              file=file.path)
        for file in files
    ]  # fmt: skip


def _filled(entry: FoundSetting, computed: Mapping[str, str]) -> FoundSetting:
    """Return a setting that nobody set with what Go makes of it here."""
    text = computed.get(entry.name, "")
    return changed(entry, text=text) if text and entry.origin == DEFAULT_ORIGIN else entry


def _computed(environ: Mapping[str, str], project: Project | None) -> tuple[dict[str, str], list[Gap]]:
    from supplymatrix.engine.module_graph import cache_of
    from supplymatrix.net.settings import read_env_values
    from supplymatrix.sources.build_target import find_target

    gaps: list[Gap] = []
    computed: dict[str, str] = {}
    root = building_goroot(environ)
    computed["GOROOT"] = str(root) if root is not None else ""
    computed["GOENV"] = str(user_env_path(environ) or "")
    if project is not None and project.workspace is not None:
        computed["GOWORK"] = str(project.workspace)
    try:
        computed["GOMODCACHE"] = str(cache_of(environ) or "")
        target = find_target(environ, read_env_values(environ), goos="", goarch="", cgo=None)
        computed["CGO_ENABLED"] = "1" if target.cgo else "0"
    except InputError as err:
        fault = err.diagnostics[0]
        gaps.append(Gap(wanted="the go command's settings", reason=fault.message, remedy=fault.remedy))
    return computed, gaps


def _unread(environ: Mapping[str, str], files: Sequence[EnvFile]) -> Iterator[Gap]:
    """Yield a gap for a settings file that is there and cannot be read, or that may be anywhere."""
    user = user_env_path(environ)
    if user is None:
        if environ.get("GOENV", "") != "off":
            reason = "no home folder is known, so that nobody can say whether there is one"
            yield Gap(wanted="the go env file", reason=reason, remedy="set HOME, or GOENV=off")
    elif all(file.path != str(user) for file in files):
        why = _why_unread(user)
        if why:
            yield Gap(wanted=f"the go env file, {user}", reason=why, remedy="mend it, or set GOENV=off")


def _why_unread(path: Path) -> str:
    """Return why a file cannot be read; "" where there is none."""
    try:
        os.stat(path)  # noqa: PTH116 - Path.stat is the same
        with path.open("rb"):
            return "it is larger than any settings file" if path.is_file() else "it is no plain file"
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as err:
        return f"it cannot be read: {getattr(err, 'strerror', None) or err}"
