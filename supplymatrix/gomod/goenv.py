"""The go command's settings that decide who is asked for a module and for its line in the checksum log.

A setting comes from the environment if it is not empty there, else from the user's GOENV file (even when empty there),
else from `go.env` of the Go installation, else there is none. GONOPROXY and GONOSUMDB that come out empty mean what
GOPRIVATE says; `none` is a pattern that covers nothing, which is how they are switched off.

GOSUMDB never chooses the log here: it may give another address for the log whose key is pinned, and everything else it
asks for (`off`, another key) is a sentence for the report, not a pass.

Source: golang.org/ref/mod#environment-variables; Go cmd/go/internal/cfg.
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.gomod.goprivate import match
from supplymatrix.model.value import value

__all__ = [
    "GO_LOG", "EnvFile", "GoSettings", "GosumdbWish", "Setting", "parse_env_file", "parse_gosumdb",
    "resolve_settings",
]  # fmt: skip

ENVIRONMENT = "environment"

GO_LOG = "sum.golang.org"
"""The name of Go's own log."""
# Another address of one and the same log, known to the go command by name.
_ALIASES: Mapping[str, tuple[str, str]] = {
    "sum.golang.google.cn": (GO_LOG, "https://sum.golang.google.cn"),
}


@value
class Setting:
    """A value and where it was found: "environment", the path of a file, or "" when nothing set it."""

    value: str = ""
    origin: str = ""


@value
class EnvFile:
    """A GOENV file or a `go.env` that was read. path: as it is shown; values: by name."""

    path: str
    values: Mapping[str, str]


@value
class GosumdbWish:
    """What GOSUMDB asks for.

    off: no log. key: a log's name or whole verifier key. url: the log's address given beside it, "" = none.
    fault: why the value is not usable, "" when it is.
    """

    off: bool = False
    key: str = ""
    url: str = ""
    fault: str = ""


@value
class GoSettings:
    """The settings as the go command would see them; gonoproxy and gonosumdb already default to goprivate.

    goproxy without origin: neither Go nor GOPROXY was found, so the log is asked directly. goproxy and goauth may hold
    secrets: never show them.
    """

    goproxy: Setting = Setting()
    gosumdb: Setting = Setting()
    goprivate: Setting = Setting()
    gonoproxy: Setting = Setting()
    gonosumdb: Setting = Setting()
    goinsecure: Setting = Setting()
    goauth: Setting = Setting()
    govcs: Setting = Setting()

    def withheld_by(self, path: str) -> str:
        """Return why the name of module `path` is not sent to the log, as `GONOSUMDB=pattern (origin)`; "" = it may.

        GOPRIVATE withholds as well where GONOSUMDB names other modules, or `none`: a name that was sent cannot be taken
        back, so that more than one setting of one machine is needed to send it.
        """
        for name, setting in (("GONOSUMDB", self.gonosumdb), ("GOPRIVATE", self.goprivate)):
            pattern = match(setting.value, path)
            if pattern is not None:
                shown = "GOPRIVATE" if setting == self.goprivate else name
                return f"{shown}={pattern} ({setting.origin})"
        return ""

    def log_url(self, log_name: str, key: str) -> str:
        """Return the address that GOSUMDB gives for the pinned log, "" for none. key: the pinned verifier key."""
        wish = parse_gosumdb(self.gosumdb.value)
        return wish.url if wish.key in (log_name, key) else ""

    def gosumdb_not_followed(self, log_name: str, key: str) -> str:
        """Return a sentence when GOSUMDB asks for anything but the pinned log `log_name`, or what Go asks by itself."""
        wish = parse_gosumdb(self.gosumdb.value)
        if not (wish.off or wish.fault) and wish.key in ("", log_name, key, GO_LOG):
            return ""
        name = wish.key.partition("+")[0]
        named = "…" if not name or "@" in name or "/" in name else name  # an address may hold a password
        asked = "GOSUMDB=off" if wish.off else f"GOSUMDB={named}"
        where = "the environment" if self.gosumdb.origin == ENVIRONMENT else self.gosumdb.origin
        why = f" ({wish.fault})" if wish.fault else ""
        return f"{asked} in {where} is not followed{why}: {log_name} is asked; only the policy may name another log"


def parse_env_file(data: bytes) -> dict[str, str]:
    """Return the NAME=value lines of a GOENV file or `go.env`; a later line wins.

    Lines without `=` and lines that do not begin with a capital letter are ignored, as the go command ignores them.
    Values keep every byte (a carriage return too); bytes that are no UTF-8 come back as surrogates.
    """
    values: dict[str, str] = {}
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        name, mark, value = line.partition("=")
        if mark and "A" <= line[0] <= "Z":
            values[name] = value
    return values


def parse_gosumdb(value: str) -> GosumdbWish:
    """Return what a GOSUMDB value asks for: "off", a name or key, or one of these and an address. "" asks for nothing.

    The key itself is not looked into. A value of more than two words comes back with its fault.
    """
    if value == "off":
        return GosumdbWish(off=True)
    words = value.split()
    if len(words) > 2:
        return GosumdbWish(key=words[0], fault="it has more than two words")
    key = words[0] if words else ""
    url = words[1] if len(words) == 2 else ""
    if value and not words:
        return GosumdbWish(fault="it is blank")
    if not url and key in _ALIASES:
        key, url = _ALIASES[key]
    return GosumdbWish(key=key, url=url)


def resolve_settings(environ: Mapping[str, str], *files: EnvFile) -> GoSettings:
    """Return the settings of the environment and the files, the strongest first (the GOENV file, then `go.env`)."""

    def get(name: str) -> Setting:
        value = environ.get(name, "")
        if value:
            return Setting(value=value, origin=ENVIRONMENT)
        for file in files:
            if name in file.values:
                return Setting(value=file.values[name], origin=file.path)
        return Setting()

    def get_private(name: str) -> Setting:
        setting = get(name)
        return setting if setting.value else goprivate

    goprivate = get("GOPRIVATE")
    return GoSettings(
        goproxy=get("GOPROXY"),
        gosumdb=get("GOSUMDB"),
        goprivate=goprivate,
        gonoproxy=get_private("GONOPROXY"),
        gonosumdb=get_private("GONOSUMDB"),
        goinsecure=get("GOINSECURE"),
        goauth=get("GOAUTH"),
        govcs=get("GOVCS"),
    )
