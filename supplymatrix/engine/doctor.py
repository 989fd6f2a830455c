"""Whether this machine is fit for a check: what is there, what is missing, and what to do about it.

Nothing is changed, nothing is run, and without `network` nobody is asked. The lines hold no secrets: no passwords, no
names of modules, and of addresses only the servers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.engine.go_settings import proxies_of, shown_go_settings
from supplymatrix.engine.redaction import redact_urls, server_of
from supplymatrix.engine.settings import Settings, built_in_settings, cache_folder_of, load_settings
from supplymatrix.errors import InputError, SourceError, SupplymatrixError, TrustError
from supplymatrix.model.value import value
from supplymatrix.net.folders import state_folder

__all__ = ["DoctorRequest", "Line", "Mark", "Terminal", "examine"]

_STALE = timedelta(days=30)
_SKEW = timedelta(minutes=5)
_THIS_VERSION = datetime(2026, 11, 1, tzinfo=UTC)
"""No sound clock is before the month in which this version was written."""
_LIBRARIES = ("click", "cryptography", "h11", "httpx", "sniffio")
_VERSION_LIMIT = 4096
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class Mark(StrEnum):
    """ok; open: not there, and not needed; look: works, but look at it; broken: mend it."""

    OK = "ok"
    OPEN = "open"
    LOOK = "look"
    BROKEN = "broken"


@value
class Line:
    """What was found about one topic. remedy: what to do next, "" for nothing."""

    mark: Mark
    topic: str
    text: str
    remedy: str = ""


@value
class Terminal:
    """Where the words go. encoding: of stdout, "" when there is none."""

    encoding: str
    is_terminal: bool


@value
class DoctorRequest:
    """environ: of this process. now: UTC. network: ask the servers too."""

    environ: Mapping[str, str]
    now: datetime
    terminal: Terminal
    network: bool = False


def examine(request: DoctorRequest) -> tuple[Line, ...]:
    """Return what was found, in a fixed order. Never raises for what is wrong with the machine."""
    environ = request.environ
    settings, about_settings = _settings(environ)
    lines = [_program(), _libraries(), *about_settings]
    looks: tuple[tuple[str, Callable[[], Iterable[Line]]], ...] = (
        ("cache", lambda: _cache(settings, environ)),
        ("state", lambda: _state(environ, request.now)),
        ("go", lambda: [_go(environ)]),
        ("route", lambda: _route(environ)),
        ("proxy", lambda: _proxies(environ)),
        ("certificates", lambda: _certificates(settings, environ)),
        ("git", lambda: [_git(environ)]),
    )
    for topic, look in looks:
        lines += _told(topic, look)
    lines.append(_terminal(request.terminal))
    if request.network:
        from supplymatrix.engine.doctor_network import ask_servers

        lines += [_network_line(*told) for told in ask_servers(environ, settings.ca_file)]
    return tuple(lines)


def _told(topic: str, look: Callable[[], Iterable[Line]]) -> list[Line]:
    """Return what a look brings; where the disk refuses even that, this is what is told."""
    lines: list[Line] = []
    try:
        lines.extend(look())
    except OSError as err:
        where = f": {str(err.filename)[:200]}" if err.filename else ""
        text = f"this machine refuses the look{where}: {err.strerror or err}"
        lines.append(Line(mark=Mark.BROKEN, topic=topic, text=text, remedy="mend the path or its rights"))
    return lines


def _network_line(fit: bool, text: str, remedy: str) -> Line:  # noqa: FBT001 - a pair's first half
    return Line(mark=Mark.OK if fit else Mark.BROKEN, topic="network", text=text, remedy=remedy)


def _program() -> Line:
    import platform

    text = f"supplymatrix {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if sys.platform == "win32":
        return Line(mark=Mark.LOOK, topic="program", text=f"{text}: Windows is not tested")
    return Line(mark=Mark.OK, topic="program", text=text)


def _libraries() -> Line:
    from importlib.metadata import PackageNotFoundError, version

    found, missing = [], []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        text = f"not installed: {', '.join(missing)}"
        return Line(mark=Mark.BROKEN, topic="libraries", text=text, remedy="reinstall the program")
    return Line(mark=Mark.OK, topic="libraries", text=", ".join(found))


def _settings(environ: Mapping[str, str]) -> tuple[Settings, list[Line]]:
    """Return the settings that can be used, and what was found of their file."""
    try:
        settings = load_settings(environ)
    except InputError as err:
        lines = []
        for fault in err.diagnostics[:5]:
            place = (
                f"{fault.artifact}:{fault.line}: " if fault.line else f"{fault.artifact}: " if fault.artifact else ""
            )
            text = f"{place}{fault.message}"
            remedy = "; ".join(filter(None, [fault.expected and f"write {fault.expected}", fault.remedy]))
            lines.append(Line(mark=Mark.BROKEN, topic="settings", text=text, remedy=remedy))
        return built_in_settings(), lines
    if settings.file is None:
        text = "no home folder is known: settings come from the environment alone"
        return settings, [Line(mark=Mark.OPEN, topic="settings", text=text)]
    said = sum(origin != "default" for origin in settings.origins.values())
    if not settings.is_there:
        return settings, [Line(mark=Mark.OPEN, topic="settings", text=f"no {settings.file}; there need be none")]
    return settings, [
        Line(mark=Mark.OK, topic="settings", text=f"{settings.file}, {said} settings are not the default")
    ]


def _cache(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    from supplymatrix.net.cache import cache_info

    remedy = "make it writable, or name another folder: [cache] dir in settings.toml, or --cache-dir"
    try:
        folder = cache_folder_of(settings, environ)
        info = cache_info(folder)
    except SourceError as err:
        yield Line(mark=Mark.LOOK, topic="cache", text=f"{err}; runs go on without it", remedy=err.remedy or remedy)
        return
    fault = _not_writable(folder)
    if fault:
        yield Line(mark=Mark.LOOK, topic="cache", text=f"{folder} {fault}; runs go on without it", remedy=remedy)
        return
    broken = [log.name for log in info.logs if log.entries < 0] + list(info.damaged)
    if broken:
        text = f"{folder}: {len(broken)} damaged: {', '.join(broken)}"
        yield Line(mark=Mark.LOOK, topic="cache", text=text, remedy="supplymatrix cache clear")
        return
    entries = sum(log.entries for log in info.logs)
    text = f"{folder}, {entries:,} answers, {info.bytes:,} bytes" if info.logs else f"{folder}, empty"
    yield Line(mark=Mark.OK, topic="cache", text=text)


def _state(environ: Mapping[str, str], now: datetime) -> Iterator[Line]:
    try:
        folder = state_folder(environ)
    except SourceError as err:
        yield Line(mark=Mark.BROKEN, topic="state", text=str(err), remedy=err.remedy)
        return
    fault = _not_writable(folder)
    if fault:
        remedy = "make it writable, or name another folder in SUPPLYMATRIX_STATE_DIR"
        text = f"{folder} {fault}: no trusted head can be kept"
        yield Line(mark=Mark.BROKEN, topic="state", text=text, remedy=remedy)
    yield from _heads(folder, now)
    if now < _THIS_VERSION:
        text = f"it is {now:%Y-%m-%d} here, before this version was made: servers' certificates will not be accepted"
        yield Line(mark=Mark.BROKEN, topic="clock", text=text, remedy="set the clock of this machine")
    evidence = _names_in(folder / "evidence")
    if evidence:
        text = f"{folder / 'evidence'} holds {len(evidence)} kept from wrong answers of a log or proxy"
        remedy = "read what.txt in each; keep them until it is known who was wrong"
        yield Line(mark=Mark.LOOK, topic="evidence", text=text, remedy=remedy)


def _heads(folder: Path, now: datetime) -> Iterator[Line]:
    names = [name.removesuffix(".head") for name in _names_in(folder) if name.endswith(".head")]
    if not names:
        text = "none yet: the first run with a network trusts the log's head as it is then"
        yield Line(mark=Mark.OPEN, topic="trusted head", text=text)
    for name in names:
        try:
            yield _head(folder, name, now)
        except SupplymatrixError as err:
            text, remedy = _words_of(err)
            yield Line(mark=Mark.BROKEN, topic="trusted head", text=f"{name}: {text}", remedy=remedy)


def _head(folder: Path, name: str, now: datetime) -> Line:
    """Return what is said of one trusted head; that of Go's own log is held against its key."""
    from supplymatrix.net.head_file import HeadFile, log_id
    from supplymatrix.sumdb.known import GO_LOG_KEY
    from supplymatrix.sumdb.note import MalformedNoteError, parse_verifier_key

    log_name, _, number = name.rpartition("+")
    key_hash = int(number, 16) if len(number) == 8 and set(number) <= set("0123456789abcdef") else 0
    saved = HeadFile(folder, log_name, key_hash).read() if log_id(log_name, key_hash) == name else None
    if saved is None:
        text = f"{name} is not looked into: its name is no plain one"
        return Line(mark=Mark.OPEN, topic="trusted head", text=text)
    text = f"{name}, fetched {saved.fetched_at:%Y-%m-%d %H:%M} UTC"
    verifier = parse_verifier_key(GO_LOG_KEY)
    if (log_name, key_hash) == (verifier.name, verifier.key_hash):
        from supplymatrix.sumdb.checkpoint import open_checkpoint

        try:
            text += f", {open_checkpoint(saved.note, [verifier]).size:,} records"
        except (MalformedNoteError, TrustError) as err:
            return _untrue_head(name, str(err))
    if saved.fetched_at - now > _SKEW:
        text += ": that is in the future, so this machine's clock is wrong, or was wrong then"
        return Line(mark=Mark.LOOK, topic="trusted head", text=text, remedy="set the clock, then check with --refresh")
    if now - saved.fetched_at > _STALE:
        remedy = "check once with a network, so that the log's newer records are known"
        return Line(mark=Mark.LOOK, topic="trusted head", text=f"{text}: more than 30 days old", remedy=remedy)
    return Line(mark=Mark.OK, topic="trusted head", text=text)


def _untrue_head(name: str, why: str) -> Line:
    text = f"{name}: what is saved was not signed by the log: {why}"
    remedy = "somebody has changed the file: find out who; restore it from a backup"
    return Line(mark=Mark.BROKEN, topic="trusted head", text=text, remedy=remedy)


def _go(environ: Mapping[str, str]) -> Line:
    """Tell which Go is there, by its VERSION file: it is not run."""
    from supplymatrix.net.settings import find_goroot, read_env_files

    files = read_env_files(environ)
    root = find_goroot(environ, user_goroot=files[0].values.get("GOROOT", "") if files else "")
    if root is None:
        text = "not found in PATH, and not needed to prove go.sum"
        return Line(mark=Mark.OPEN, topic="go", text=text)
    try:
        with (root / "VERSION").open("rb") as file:
            first = file.read(_VERSION_LIMIT).split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        first = ""
    if not first.startswith("go"):
        text = f"{root} has no VERSION file that tells its version"
        return Line(mark=Mark.LOOK, topic="go", text=text, remedy="run `go version`; mend GOROOT if it is set")
    return Line(mark=Mark.OK, topic="go", text=f"{first[:40]} in {root}")


def _route(environ: Mapping[str, str]) -> Iterator[Line]:
    """Tell who would be asked for the log, in turn."""
    from supplymatrix.gomod.goauth import parse_goauth
    from supplymatrix.gomod.goenv import parse_gosumdb
    from supplymatrix.gomod.goproxy import parse_goproxy
    from supplymatrix.net.settings import read_go_settings
    from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME

    settings = read_go_settings(environ)
    wish = settings.gosumdb_not_followed(GO_LOG_NAME, GO_LOG_KEY)
    if wish:
        text = redact_urls(wish, with_paths=False)
        yield Line(mark=Mark.LOOK, topic="GOSUMDB", text=text, remedy="unset it, or pin the log in lift.toml")
    value, origin = settings.goproxy.value, settings.goproxy.origin
    if settings.log_url(GO_LOG_NAME, GO_LOG_KEY):
        url = redact_urls(parse_gosumdb(settings.gosumdb.value).url, with_paths=False)
        yield Line(mark=Mark.OK, topic="route", text=f"the log is asked at {url} (GOSUMDB, {settings.gosumdb.origin})")
    elif not value:
        why = "GOPROXY is empty" if origin else "neither Go nor GOPROXY was found"
        yield Line(mark=Mark.OK, topic="route", text=f"the log itself is asked, {GO_LOG_NAME} ({why})")
    else:
        try:
            urls = [element.url for element in parse_goproxy(value) if "://" in element.url]
        except InputError as err:
            fault = err.diagnostics[0]
            yield Line(mark=Mark.BROKEN, topic="route", text=f"{fault.message} ({origin})", remedy=fault.remedy)
            return
        turn = ", then ".join([*map(server_of, urls), f"the log itself, {GO_LOG_NAME}"])
        yield Line(mark=Mark.OK, topic="route", text=f"asked in turn: {turn} (GOPROXY, {origin})")
    try:
        parse_goauth(settings.goauth.value)
    except InputError as err:
        fault = err.diagnostics[0]
        text = f"{fault.message} ({settings.goauth.origin})"
        yield Line(mark=Mark.BROKEN, topic="GOAUTH", text=text, remedy=fault.remedy or fault.expected)
    for setting in shown_go_settings(environ, for_others=True):
        if setting.shown and setting.name in ("GOPRIVATE", "GONOSUMDB") and setting.origin != "GOPRIVATE":
            text = f"{setting.shown} ({setting.origin}) keep names from the log"
            yield Line(mark=Mark.OK, topic=setting.name, text=text)


def _proxies(environ: Mapping[str, str]) -> Iterator[Line]:
    from supplymatrix.gomod.gourl import split_url

    for name, shown in proxies_of(environ):
        address = environ[name].strip()
        parts = split_url(address if "://" in address else f"http://{address}")
        if parts is None or parts.scheme not in ("http", "https", "socks5", "socks5h") or not parts.host:
            text, remedy = f"{name} is no address of a proxy", "give it the form http://host:port"
            yield Line(mark=Mark.BROKEN, topic="proxy", text=text, remedy=remedy)
        else:
            yield Line(mark=Mark.OK, topic="proxy", text=f"{name}={shown}")


def _certificates(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    for name in _CERTIFICATES:
        for path in filter(None, environ.get(name, "").split(os.pathsep)):
            if not Path(path).exists():
                text, remedy = f"{name} names {path}, which is not there", "mend the variable, or unset it"
                yield Line(mark=Mark.BROKEN, topic="certificates", text=text, remedy=remedy)
    if settings.ca_file is None:
        return
    from supplymatrix.net.certificates import read_ca_file

    origin = settings.origins["network.ca_file"]
    try:
        read_ca_file(str(settings.ca_file))
    except InputError as err:
        fault = err.diagnostics[0]
        text = f"{settings.ca_file} ({origin}): {fault.message}"
        yield Line(mark=Mark.BROKEN, topic="certificates", text=text, remedy=fault.remedy)
    else:
        text = f"those of {settings.ca_file} beside the system's ({origin})"
        yield Line(mark=Mark.OK, topic="certificates", text=text)


def _git(environ: Mapping[str, str]) -> Line:
    import shutil

    found = shutil.which("git", path=environ.get("PATH", "") or os.devnull)
    if found:
        return Line(mark=Mark.OK, topic="git", text=found)
    return Line(mark=Mark.OPEN, topic="git", text="not found in PATH; only --policy-from needs it")


def _terminal(terminal: Terminal) -> Line:
    encoding = terminal.encoding.lower().replace("-", "").replace("_", "")
    where = "a terminal" if terminal.is_terminal else "no terminal"
    if encoding in ("utf8", "utf8sig"):
        return Line(mark=Mark.OK, topic="terminal", text=f"{where}, UTF-8")
    text = f"{where}, its encoding is {terminal.encoding or 'not known'}; reports are UTF-8 all the same"
    remedy = "set LANG to a UTF-8 locale, e.g. C.UTF-8, if marks look odd"
    return Line(mark=Mark.LOOK, topic="terminal", text=text, remedy=remedy)


def _not_writable(folder: Path) -> str:
    """Return why a folder cannot be written, or cannot be made; "" when it can."""
    try:
        if folder.is_dir():
            return "" if os.access(folder, os.W_OK | os.X_OK) else "cannot be written"
        if folder.exists() or folder.is_symlink():
            return "is no folder"
        above = next((parent for parent in folder.absolute().parents if parent.exists()), None)
        fits = above is not None and above.is_dir() and os.access(above, os.W_OK | os.X_OK)
    except (OSError, ValueError) as err:
        return f"cannot be looked at ({getattr(err, 'strerror', None) or err})"
    return "" if fits else "is not there and cannot be made"


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []


def _words_of(err: SupplymatrixError) -> tuple[str, str]:
    if isinstance(err, InputError):
        return err.diagnostics[0].message, err.diagnostics[0].remedy
    return str(err), getattr(err, "remedy", "")
