"""Settings of GODEBUG that make a program weaker than Go makes it today, and what switches them on.

Nobody has to write one down: an old `go` line in go.mod, or in the workspace's go.work, gives a program the defaults of
that Go, whichever Go builds it. `godebug` lines go before it, and `godebug default=go1.21` stands in its place.

    go 1.21                     →  tls10server=1, tls3des=1, tlsrsakex=1, …
    godebug tls3des=0           →  takes one of them back

What a program was built with stands in it as DefaultGODEBUG, `//go:debug` lines of its sources included. Only settings
with a bearing on security are told, and only where they are weaker than the default of Go 1.26. Not among them:
tlssecpmlkem, cryptocustomrand, urlstrictcolons (an old value of these takes no protection away that others rest on),
and tarinsecurepath, zipinsecurepath (the weak value is today's default).

Source: Go internal/godebugs (table.go), cmd/go/internal/load/godebug.go, go.dev/doc/godebug.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.gomod.modfile import GoMod, GoWork
from supplymatrix.model.location import Location
from supplymatrix.model.program import WeakDefault
from supplymatrix.model.value import value

__all__ = ["DEFAULT_GO", "DEFAULT_GO_WORK", "RECORDED", "weak_of_go_mod", "weak_of_setting"]

DEFAULT_GO, DEFAULT_GO_WORK = "1.16", "1.18"
"""The version of a go.mod, and a go.work, that has no go line."""
RECORDED = "recorded in the program"
_MAX_SETTINGS = 1_000


@value
class _Weakness:
    """One weak setting. old: the value that is weak. limit: for those that count, the greatest number that is not; 0 is
    no limit at all if has_none. since: minor version that made the default strong. by_go_line: an older go line brings
    `old` back."""

    old: str
    since: int
    effect: str
    by_go_line: bool = True
    limit: int | None = None
    has_none: bool = False


def _weakness(old: str, since: int, effect: str) -> _Weakness:
    return _Weakness(old=old, since=since, effect=effect)


def _by_hand(old: str, since: int, effect: str) -> _Weakness:
    return _Weakness(old=old, since=since, effect=effect, by_go_line=False)


_WEAK: Mapping[str, _Weakness] = {
    "execerrdot": _by_hand("0", 19, "os/exec runs a program of the current folder that PATH did not name on purpose"),
    "fips140ems": _by_hand("0", 24, "in FIPS mode TLS connections need no Extended Master Secret"),
    "htmlmetacontenturlescape": _by_hand("0", 26, "html/template does not escape addresses in meta tags"),
    "httpcookiemaxnum": _Weakness(
        old="0", since=24, effect="a request may have any number of cookies", limit=3_000, has_none=True
    ),
    "httplaxcontentlength": _weakness("1", 22, "net/http takes messages with an empty Content-Length"),
    "multipartmaxheaders": _Weakness(
        old="", since=21, effect="a form may have more headers than Go allows", by_go_line=False, limit=10_000
    ),
    "multipartmaxparts": _Weakness(
        old="", since=21, effect="a form may have more parts than Go allows", by_go_line=False, limit=1_000
    ),
    "randautoseed": _by_hand("0", 20, "math/rand gives the same numbers in each run"),
    "randseednop": _weakness("0", 24, "rand.Seed counts again, so that the numbers of math/rand can be foretold"),
    "rsa1024min": _weakness("0", 24, "RSA keys of less than 1024 bits are taken"),
    "tls10server": _weakness("1", 22, "TLS 1.0 and 1.1 are accepted"),
    "tls3des": _weakness("1", 23, "TLS connections may use 3DES"),
    "tlsmaxrsasize": _Weakness(
        old="",
        since=22,
        effect="RSA keys in TLS may be so large that they cost a server its time",
        by_go_line=False,
        limit=8_192,
    ),
    "tlsmlkem": _weakness("0", 24, "TLS has no key exchange that withstands quantum computers"),
    "tlsrsakex": _weakness("1", 22, "TLS connections may use RSA key exchange, without forward secrecy"),
    "tlssha1": _weakness("1", 25, "TLS 1.2 takes signatures with SHA-1"),
    "tlsunsafeekm": _weakness("1", 22, "TLS keying material is exported where a connection is not bound to it"),
    "urlmaxqueryparams": _Weakness(
        old="0", since=24, effect="a query may have any number of parameters", limit=10_000, has_none=True
    ),
    "x509negativeserial": _weakness("1", 23, "certificates with a negative serial number are taken"),
    "x509rsacrt": _weakness("0", 24, "parts of RSA private keys are not checked when they are read"),
    "x509sha1": _by_hand("1", 18, "certificates with SHA-1 signatures are taken"),
}
"""Key → what is weak about it. since: for those changed by hand alone, the Go that brought the protection."""


def weak_of_go_mod(file: GoMod | GoWork, subject: str, artifact: str) -> tuple[WeakDefault, ...]:
    """Return what the lines of a main module's go.mod, or of a workspace's go.work, make weaker; by key.

    subject: the module. artifact: the file, for what no line of it says. In a workspace the lines of go.mod do not
    count.
    """
    version, because, place = _go_line(file, artifact)
    lines = {line.key: line for line in file.godebug}
    default = lines.pop("default", None)
    if default is not None and is_go_version(default.value.removeprefix("go")):
        version, because, place = default.value.removeprefix("go"), f"godebug {default.value}", default.location
        version, place = default.value.removeprefix("go"), default.location
        because = f"godebug default={default.value}"
    found: dict[str, WeakDefault] = {}
    for key, text in _defaults_of(version):
        found[key] = _weak(subject, key, text, because, place)
    for key, line in lines.items():
        found.pop(key, None)
        if _is_weak(key, line.value):
            found[key] = _weak(subject, key, line.value, "godebug line", line.location)
    return tuple(found[key] for key in sorted(found))


def weak_of_setting(text: str, subject: str, location: Location) -> tuple[WeakDefault, ...]:
    """Return what the DefaultGODEBUG of a program makes weaker, by key. text: "tls3des=1,…"; the last of a key counts.

    A piece that is no setting is left out, and so is all beyond a thousand of them.
    """
    settings: dict[str, str] = {}
    for piece in text.split(",", _MAX_SETTINGS)[:_MAX_SETTINGS]:
        key, equals, word = piece.strip().partition("=")
        if equals:
            settings[key] = word.partition("#")[0]
    return tuple(
        _weak(subject, key, settings[key], RECORDED, location)
        for key in sorted(settings)
        if _is_weak(key, settings[key])
    )


def _go_line(file: GoMod | GoWork, artifact: str) -> tuple[str, str, Location]:
    """Return the version that counts, what says so, and where."""
    if file.go is not None:
        return file.go.text, f"go {file.go.text}", file.go.location
    if isinstance(file, GoWork):
        return DEFAULT_GO_WORK, "no go line", Location(artifact=artifact)
    return DEFAULT_GO, "no go line", file.module.location if file.module else Location(artifact=artifact)


def _defaults_of(version: str) -> Iterator[tuple[str, str]]:
    """Yield the weak settings that a go line brings back. A release candidate brings none, as the go command has it."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    if major != "1" or not minor.isascii() or not minor.isdigit():
        return
    for key, weakness in _WEAK.items():
        if weakness.by_go_line and (len(minor), minor) < (2, f"{weakness.since}"):
            yield key, weakness.old


def _is_weak(key: str, text: str) -> bool:
    weakness = _WEAK.get(key)
    if weakness is None:
        return False
    if weakness.limit is None:
        return text == weakness.old
    if not text.isascii() or not text.isdigit():
        return False
    digits = text.lstrip("0")
    if not digits:
        return weakness.has_none
    return len(digits) > 9 or int(digits) > weakness.limit


def _weak(subject: str, key: str, text: str, because: str, location: Location) -> WeakDefault:
    weakness = _WEAK[key]
    return WeakDefault(
        subject=subject,
        key=key,
        setting=text,
        since=f"1.{weakness.since}",
        effect=weakness.effect,
        because=because,
        location=location,
    )
