r"""The `go.env` of a Go installation: put back as it was shipped, and what in it is another now.

    >>> shipped = list(shipped_texts(b"GOSUMDB=sum.example\nGOTOOLCHAIN=local\n"))
    >>> b"GOTOOLCHAIN=auto\n" in shipped[0]
    True

Images of Go, and distributions, set GOTOOLCHAIN=local in this one file. What was shipped is not known here, but it has
a hash: texts that it may have been are made of what is there, and whoever has the hash says which of them it was.

Source: Go go.env, cmd/go/internal/cfg.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.gomod.goenv import GO_LOG, parse_env_file, parse_gosumdb
from supplymatrix.gomod.ldflags import without_secrets

__all__ = ["GO_ENV", "changed_settings", "is_known_setting", "risky_settings", "shipped_texts", "shown_settings"]

GO_ENV = b"go.env"
"""Its name below GOROOT."""

_SHIPPED_KEYS = (b"GOPROXY", b"GOSUMDB", b"GOTOOLCHAIN")
_COMMENT_HOST = re.compile(rb"#.*?(https://[a-z0-9.-]{1,100})(?=[\s.]|$)")
_LONGEST = 64 << 10
_MOST_RISKS = 40
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_RUNS = re.compile(
    r"(?:^|\s|['\"])--?(toolexec|overlay|exec|vettool|modfile|pkgdir|compiler|ldflags|gcflags|asmflags)\b"
)
_WITHOUT_CHECKS = frozenset({"GONOSUMDB", "GOPRIVATE", "GOINSECURE"})
_PROGRAMS = frozenset({"CC", "CXX", "AR", "FC", "GCCGO", "PKG_CONFIG", "GOCACHEPROG", "GOAUTH"})
_FOLDERS = frozenset({"GOCACHE", "GOMODCACHE", "GOPATH", "GOTMPDIR", "GOTOOLDIR", "GOROOT", "GOWORK", "GOENV"})
_FLAGS = re.compile(r"CGO_\w*FLAGS(?:_ALLOW|_DISALLOW)?|GOGCCFLAGS")
_TARGET_WORDS = """
CGO_ENABLED GO111MODULE GO386 GOAMD64 GOARCH GOARM GOARM64 GOEXE GOEXPERIMENT GOFIPS140 GOHOSTARCH GOHOSTOS GOMIPS
GOMIPS64 GOOS GOPPC64 GORISCV64 GOWASM GO_EXTLINK_ENABLED
"""
_TARGET = frozenset(_TARGET_WORDS.split())
_OTHERS = frozenset({"GOBIN", "GOFLAGS", "GONOPROXY", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN", "GOVCS", "GODEBUG"})
_EFFECTS = (
    (_WITHOUT_CHECKS, "takes modules out of the checks"),
    (_PROGRAMS, "names a program that is run"),
    (_FOLDERS, "names another folder than the usual one"),
)
_LOCAL = frozenset({"auto", "local", "local+auto"})
_NO_PROGRAM = frozenset({"off", "netrc"})
"""What GOAUTH may be without a program that is run."""
_HARMLESS = frozenset({"GOTELEMETRY"})
"""Settings that decide nothing of a build."""


def shipped_texts(data: bytes) -> Iterator[bytes]:
    """Yield texts that a go.env may have been shipped as: the known settings put back, other ones left out."""
    if len(data) > _LONGEST:
        return
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    defaults = {
        b"GOPROXY": _shipped_proxy(data),
        b"GOSUMDB": GO_LOG.encode(),
        b"GOTOOLCHAIN": b"auto",
    }
    kept: list[bytes] = []
    seen: set[bytes] = set()
    last = 0
    for line in lines:
        key, mark, _ = line.partition(b"=")
        if not mark or not key[:1].isupper():
            kept.append(line)
        elif key in _SHIPPED_KEYS and key not in seen:
            seen.add(key)
            kept.append(key + b"=" + defaults[key] if defaults[key] else line)
            last = len(kept)
    known = dict.fromkeys((b"\n".join(kept), b"\n".join(kept).rstrip(b"\n") + b"\n", b"\n".join(kept[:last]) + b"\n"))
    missing = [key for key in _SHIPPED_KEYS if key not in seen]
    if missing == [b"GOTOOLCHAIN"]:
        text = b"\n".join(kept).rstrip(b"\n") + b"\n"
        known |= dict.fromkeys((text + b"GOTOOLCHAIN=auto\n",))
    yield from known


def _shipped_proxy(data: bytes) -> bytes:
    """Return the setting that the file's own comment speaks of, b"" where it speaks of none."""
    host = next((found[1] for line in data.split(b"\n") if (found := _COMMENT_HOST.match(line))), b"")
    return host.rstrip(b".") + b",direct" if host else b""


def changed_settings(here: bytes, shipped: bytes) -> tuple[tuple[str, str | None], ...]:
    """Return the settings that are others than as shipped: (name, value here), None for one that is gone.

    Nothing where only comments and empty lines differ.
    """
    now, then = parse_env_file(here), parse_env_file(shipped)
    return tuple((name, now.get(name)) for name in sorted(now.keys() | then.keys()) if now.get(name) != then.get(name))


def is_known_setting(name: str) -> bool:
    """Return whether the go command reads a setting of this name."""
    known = (_WITHOUT_CHECKS, _PROGRAMS, _FOLDERS, _TARGET, _OTHERS, _HARMLESS)
    return any(name in names for names in known) or _FLAGS.fullmatch(name) is not None


def shown_settings(settings: Sequence[tuple[str, str | None]]) -> tuple[tuple[str, str | None], ...]:
    """Return settings as they may be shown: with a marker in the place of each secret, and of those that the go command
    does not read the names alone ("" for the value). None stays, for a setting that is gone."""
    said = tuple((name, text) for name, text in settings if text is not None and is_known_setting(name))
    cleaned = dict(without_secrets(said)[0])
    return tuple((_name(name), None if text is None else cleaned.get(name, "")) for name, text in settings)


def _name(name: str) -> str:
    """Return a name of a setting as it may be shown: one that no setting could have may be anything."""
    return name if _NAME.fullmatch(name) else "a setting without a proper name"


def risky_settings(data: bytes, *, log_key: str = "") -> tuple[str, ...]:
    """Return a clause for each setting of a go.env with which a build may be another one than with a release's own.

    Harmless are the values that releases come with, toolchains that are there or are proven (GOTOOLCHAIN=local, auto),
    module proxies by https, GOTELEMETRY, and empty ones. No value is in a clause. log_key: the verifier key of Go's own
    log, which GOSUMDB may write out. Of a setting that stands there twice both count.
    """
    found: dict[str, None] = {}
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        name, mark, text = line.partition("=")
        if mark and "A" <= line[0] <= "Z" and text.strip():
            clause = _risk(name, text.strip(), log_key)
            if clause:
                found[clause] = None
    risks = tuple(found)
    more = len(risks) - _MOST_RISKS
    return (*risks[:_MOST_RISKS], f"and {more:,} more settings") if more > 0 else risks


def _risk(name: str, text: str, log_key: str) -> str:
    if name == "GOSUMDB":
        return _risk_of_log(text, log_key)
    if name == "GOPROXY":
        is_safe = all(_is_safe_proxy(element.strip()) for element in re.split("[,|]", text))
        return "" if is_safe else "GOPROXY names an address without https"
    if name == "GOTOOLCHAIN":
        return "" if text in _LOCAL else "GOTOOLCHAIN has another Go build"
    if name in _HARMLESS or (name == "GOAUTH" and text in _NO_PROGRAM):
        return ""
    return f"{_name(name)} {_effect(name, text)}"


def _effect(name: str, text: str) -> str:
    """Return what any value of a setting may do."""
    if name == "GOFLAGS":
        flag = _RUNS.search(text)
        return f"has -{flag[1]}" if flag else "has flags for every build"
    if name == "GOVCS":
        return "says which version control programs are run"
    for names, effect in _EFFECTS:
        if name in names:
            return effect
    if _FLAGS.fullmatch(name):
        return "has flags for the C compiler, which may run other programs"
    return "is set, as in no release"


def _risk_of_log(text: str, log_key: str) -> str:
    wish = parse_gosumdb(text)
    if wish.off:
        return "GOSUMDB=off switches the checksum database off"
    if wish.fault or wish.key not in (GO_LOG, log_key) or not (wish.url or "https://").startswith("https://"):
        return "GOSUMDB names another checksum database"
    return ""


def _is_safe_proxy(element: str) -> bool:
    return element in ("", "direct", "off") or element.lower().startswith("https://")
