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
from collections.abc import Iterator, Mapping

from supplymatrix.gomod.goenv import GO_LOG, parse_env_file, parse_gosumdb

__all__ = ["GO_ENV", "changed_settings", "risky_settings", "shipped_texts"]

GO_ENV = b"go.env"
"""Its name below GOROOT."""

_SHIPPED_KEYS = (b"GOPROXY", b"GOSUMDB", b"GOTOOLCHAIN")
_COMMENT_HOST = re.compile(rb"#.*?(https://[a-z0-9.-]{1,100})(?=[\s.]|$)")
_LONGEST = 64 << 10
_PROGRAMS = frozenset({"CC", "CXX", "AR", "FC", "GCCGO", "PKG_CONFIG", "GOCACHEPROG"})
"""Settings that name a program which a build runs."""
_RUNS = re.compile(r"(?:^|\s|['\"])--?(toolexec|overlay|exec|vettool|modfile|pkgdir)\b")
_HARMLESS_GOAUTH = frozenset({"", "off", "netrc"})


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


def risky_settings(values: Mapping[str, str], *, log_key: str = "") -> tuple[str, ...]:
    """Return which settings switch a check of the go command off, or make it run other programs, a clause each.

    log_key: the verifier key of Go's own log, which GOSUMDB may write out.
    """
    found = []
    wish = parse_gosumdb(values.get("GOSUMDB", ""))
    if wish.off:
        found.append("GOSUMDB=off switches the checksum database off")
    elif wish.fault or wish.key not in ("", GO_LOG, log_key):
        found.append("GOSUMDB names another checksum database")
    for name in ("GONOSUMDB", "GOPRIVATE", "GOINSECURE"):
        patterns = [pattern.strip() for pattern in values.get(name, "").split(",")]
        if name != "GOPRIVATE" and any(patterns):
            found.append(f"{name} takes modules out of the checks")
        elif any(pattern in ("*", "*.*", "**") for pattern in patterns):
            found.append(f"{name} takes all modules out of the checks")
    if flag := _RUNS.search(values.get("GOFLAGS", "")):
        found.append(f"GOFLAGS has -{flag[1]}")
    if values.get("GOAUTH", "") not in _HARMLESS_GOAUTH:
        found.append("GOAUTH names a program that is run")
    found += [f"{name} names a program that is run" for name in sorted(_PROGRAMS) if values.get(name)]
    chain = values.get("GOTOOLCHAIN", "")
    if "/" in chain or "\\" in chain:
        found.append("GOTOOLCHAIN names a path")
    return tuple(found)
