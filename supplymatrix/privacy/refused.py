"""Settings that the go command refuses, so that it stops before it asks anybody: what would follow from them does not.

    >>> list(refusals({"GOFLAGS": "mod=vendor", "GO111MODULE": "on"}))
    [('GOFLAGS', 'mod=vendor is no flag: each begins with -')]

GOPROXY and GOSUMDB are judged where the way of a name is worked out (`proxy_chain`).

Source: Go cmd/go/internal/base (goflags.go), internal/modload (init.go), internal/quoted, `go help vcs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from supplymatrix.errors import InputError
from supplymatrix.gomod.govcs import is_vcs_allowed
from supplymatrix.gomod.ldflags import split_flags
from supplymatrix.privacy.needs import Scenario

__all__ = ["refusals", "stops"]

_NO_FLAGS = ("---", "-=", "--=")
_MOD = ("", "mod", "readonly", "vendor")
_MODULES = ("", "auto", "off", "on")
_PLAIN = re.compile(r"[A-Za-z=,.-]{1,20}")


def refusals(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that the go command refuses, and why."""
    flags = settings.get("GOFLAGS", "")
    why = _no_flag(flags) or _no_mod(flags)
    if why:
        yield "GOFLAGS", why
    modules = settings.get("GO111MODULE", "")
    if modules not in _MODULES:
        yield "GO111MODULE", "it is none of on, auto and off"
    try:
        is_vcs_allowed(settings.get("GOVCS", ""), "a.example/a", "git", is_private=False)
    except InputError as err:
        yield "GOVCS", err.diagnostics[0].message


def stops(settings: Mapping[str, str], scenario: Scenario, *, is_workspace: bool) -> tuple[str, ...]:
    """Return why a command would ask nobody for modules, in sentences."""
    found = [f"the go command refuses {name}: {why}" for name, why in refusals(settings) if name != "GOVCS"]
    if settings.get("GO111MODULE", "") == "off":
        found.append("GO111MODULE=off: modules are not read, and nobody is asked for one")
    is_readonly = scenario in (Scenario.BUILD, Scenario.UPDATES)
    if is_workspace and is_readonly and _mod_of(settings.get("GOFLAGS", "")) == "mod":
        found.append("the go command refuses -mod=mod in a workspace")
    return tuple(found)


def _words(flags: str) -> Iterator[str]:
    for start, end in split_flags(flags):
        yield flags[start:end]


def _no_flag(flags: str) -> str:
    """Return why the go command takes a text for no list of flags."""
    for word in _words(flags):
        if not word.startswith("-") or word in ("-", "--") or word.startswith(_NO_FLAGS):
            return f"{_shown(word)} is no flag: each begins with -"
    spans = split_flags(flags)
    if spans and spans[-1][1] == len(flags) and flags[spans[-1][0] - 1 : spans[-1][0]] in ("'", '"'):
        return "a quote is not closed"
    return ""


def _no_mod(flags: str) -> str:
    mod = _mod_of(flags)
    return "" if mod in _MOD else f"-mod={_shown(mod)} is none of mod, readonly and vendor"


def _mod_of(flags: str) -> str:
    said = [word.lstrip("-").partition("=") for word in _words(flags)]
    return next((text for name, equals, text in reversed(said) if name == "mod" and equals), "")


def _shown(word: str) -> str:
    """Return a word where it can be no secret."""
    return word if _PLAIN.fullmatch(word) else "a word"
