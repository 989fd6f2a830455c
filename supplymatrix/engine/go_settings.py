"""The go command's settings that matter to a check, each with where it comes from, as they may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.engine.redaction import PROXY_VARIABLES, redact_goauth, redact_gosumdb, redact_urls, secrets_of
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import ENVIRONMENT, EnvFile
from supplymatrix.model.value import value
from supplymatrix.net.settings import read_env_files, user_env_path

__all__ = ["GO_NAMES", "GoSetting", "hidden_values", "proxies_of", "shown_go_settings"]

GO_NAMES = (
    "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "GOAUTH", "GOMODCACHE", "GOENV",
)  # fmt: skip
_FROM_GOPRIVATE = ("GONOPROXY", "GONOSUMDB")
_PATTERNS = ("GOPRIVATE", *_FROM_GOPRIVATE, "GOINSECURE")


@value
class GoSetting:
    """shown: the value without its secrets, "" for none. origin: "environment", a file, what implies it, or ""."""

    name: str
    shown: str
    origin: str


def shown_go_settings(environ: Mapping[str, str], *, for_others: bool = False) -> tuple[GoSetting, ...]:
    """Return the settings as the go command would see them, without secrets.

    for_others: also without paths of addresses and without patterns, which name modules.
    """
    files = read_env_files(environ)
    return tuple(_setting(name, environ, files, for_others=for_others) for name in GO_NAMES)


def hidden_values(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return every secret that the settings of the go command, the proxies and named tokens hold."""
    values = dict(environ)
    found = set(secrets_of(values))
    for file in read_env_files(environ):
        found |= set(secrets_of(file.values))
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _setting(name: str, environ: Mapping[str, str], files: Sequence[EnvFile], *, for_others: bool) -> GoSetting:
    text, origin = _look_up(name, environ, files)
    if not text and name in _FROM_GOPRIVATE:
        text, _ = _look_up("GOPRIVATE", environ, files)
        origin = "GOPRIVATE" if text else origin
    if not text and name == "GOMODCACHE":
        text, origin = _module_cache(environ, files)
    if not text and name == "GOENV":
        text, origin = str(user_env_path(environ) or ""), "default"
    return GoSetting(name=name, shown=_shown(name, text, for_others=for_others) if text else "", origin=origin)


def _look_up(name: str, environ: Mapping[str, str], files: Sequence[EnvFile]) -> tuple[str, str]:
    if environ.get(name, ""):
        return environ[name], ENVIRONMENT
    for file in () if name == "GOENV" else files:
        if name in file.values:
            return file.values[name], file.path
    return "", ""


def _module_cache(environ: Mapping[str, str], files: Sequence[EnvFile]) -> tuple[str, str]:
    from supplymatrix.sources.modcache import module_cache

    merged: dict[str, str] = {}
    for file in reversed(files):
        merged |= file.values
    try:
        found = module_cache(environ, merged)
    except InputError:  # the setting that is at fault is shown by itself
        return "", ""
    gopath, origin = _look_up("GOPATH", environ, files)
    return ("", "") if found is None else (str(found), f"GOPATH, {origin}" if gopath else "default")


def _shown(name: str, text: str, *, for_others: bool) -> str:
    if name == "GOAUTH":
        return redact_goauth(text)
    if name == "GOSUMDB":
        return redact_gosumdb(text, with_paths=not for_others)
    if name == "GOPROXY":
        return redact_urls(text, with_paths=not for_others)
    if name in _PATTERNS and for_others:
        count = sum(bool(word.strip()) for word in text.split(","))
        return "1 pattern" if count == 1 else f"{count} patterns"
    if name in _PATTERNS:
        return ",".join(redact_urls(word) if "@" in word or "://" in word else word for word in text.split(","))
    return text


def proxies_of(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the proxies of the environment by variable, as they may be shown."""
    found = [(name, environ.get(name, "").strip()) for name in PROXY_VARIABLES]
    return tuple((name, redact_urls(text, with_paths=False)) for name, text in found if text)
