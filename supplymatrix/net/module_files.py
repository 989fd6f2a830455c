"""One file of a module version (its zip, go.mod or .info) from the proxy that the go command would take it from.

    async with Transport(environ=environ) as transport:
        with open("there.zip", "w+b") as file:
            fetched = await fetch_module_file(module, SumKind.ZIP, settings, transport, file)

The GOPROXY list is walked as the go command walks it, and everybody who was asked is named. A module that GONOPROXY or
GOPRIVATE covers is asked of no proxy at all. `direct` is not followed: it would run a version control program against
whatever host a module's path names.

Source: golang.org/ref/mod#goproxy-protocol; Go cmd/go/internal/modfetch proxy.go.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.gomod.goenv import ENVIRONMENT, GoSettings, Setting
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.goproxy import Outcome, Via, fallback, parse_goproxy
from supplymatrix.gomod.gourl import join_url
from supplymatrix.gomod.module_info import INFO_LIMIT
from supplymatrix.model.fact import SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.net.address import shown, shown_origin
from supplymatrix.sumdb.protocol import Absent, Unavailable

if TYPE_CHECKING:
    from supplymatrix.net.transport import Stored, Transport

__all__ = [
    "MOD_LIMIT", "Fetched", "ProxyAnswer", "fetch_module_file", "fetch_module_info", "module_file_name",
]  # fmt: skip

MOD_LIMIT = 16 << 20
"""Bytes that a go.mod may have, as in the go command."""

_PIECE = 1 << 20
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@value
class ProxyAnswer:
    """What one proxy of the list answered.

    source: the file's address as it may be shown, and who really sent it where that is somebody else. reason: why there
    is no file, "" when there is one. folder_file: the file itself where the proxy is a folder of this machine.
    """

    source: str
    reason: str = ""
    folder_file: Path | None = None


@value
class Fetched:
    """What came of walking the list. answers: of those who were asked, in order; only the last one can be a file.

    via: where the walk ended; reason: why it ended without a file, "" when there is one, or the last answer tells.
    """

    via: Via
    answers: tuple[ProxyAnswer, ...] = ()
    reason: str = ""


def module_file_name(module: ModuleVersion, kind: SumKind) -> str:
    """Return where a file of a module version lies below a proxy, and below `cache/download` of the module cache.

    Raises InputError for a path or version that no module can have.
    """
    return _name(module, _SUFFIX[kind])


async def fetch_module_file(
    module: ModuleVersion, kind: SumKind, settings: GoSettings, transport: Transport, file: BinaryIO
) -> Fetched:
    """Write a file of a module version to `file`, and say who gave it, or why nobody did.

    A zip of more than 500 MiB and a go.mod of more than 16 MiB are not taken. file: writable and seekable; what it
    holds after an answer without a file is of no use.
    """
    most = ZIP_LIMIT if kind is SumKind.ZIP else MOD_LIMIT
    return await _fetch(module, _Wanted(suffix=_SUFFIX[kind], most=most), settings, transport, file)


async def fetch_module_info(
    module: ModuleVersion, settings: GoSettings, transport: Transport, file: BinaryIO
) -> Fetched:
    """Write the .info of a module version to `file`, as `fetch_module_file` does; at most 64 KiB."""
    return await _fetch(module, _Wanted(suffix=".info", most=INFO_LIMIT), settings, transport, file)


_SUFFIX = {SumKind.ZIP: ".zip", SumKind.GO_MOD: ".mod"}


@value
class _Wanted:
    """Which file of a module version. most: bytes."""

    suffix: str
    most: int


def _name(module: ModuleVersion, suffix: str) -> str:
    return f"{module.escaped_path}/@v/{module.escaped_version}{suffix}"


async def _fetch(
    module: ModuleVersion, wanted: _Wanted, settings: GoSettings, transport: Transport, file: BinaryIO
) -> Fetched:
    private = _kept_back(settings, module.path)
    if private:
        return Fetched(via=Via.DIRECT, reason=private)
    if not settings.goproxy.value:
        why = f"GOPROXY is empty ({_origin(settings.goproxy)})" if settings.goproxy.origin else _NO_GO
        return Fetched(via=Via.ABSENT, reason=why)
    answers: list[ProxyAnswer] = []
    try:
        name = _name(module, wanted.suffix)
        walk = fallback(parse_goproxy(settings.goproxy.value), module.path)
        proxy = next(walk)
        while True:
            answer, outcome = await _ask(join_url(proxy, name), wanted.most, transport, file)
            answers.append(answer)
            proxy = walk.send(outcome)
    except InputError as err:
        return Fetched(via=Via.FAILED, answers=tuple(answers), reason=err.diagnostics[0].message)
    except StopIteration as done:
        via: Via = done.value.via
        return Fetched(via=via, answers=tuple(answers), reason=_why(via, settings.goproxy))


_NO_GO = "neither Go nor GOPROXY was found"


def _kept_back(settings: GoSettings, path: str) -> str:
    """Return why no proxy is asked for a module, "" when they may be.

    GOPRIVATE keeps it back as well where GONOPROXY names other modules, or `none`: a name that was sent cannot be taken
    back, and nothing rests on this answer.
    """
    for name, setting in (("GONOPROXY", settings.gonoproxy), ("GOPRIVATE", settings.goprivate)):
        pattern = match(setting.value, path)
        if pattern is not None:
            by = "GOPRIVATE" if setting == settings.goprivate else name
            return f"no proxy is asked for it: {by}={pattern} ({_origin(setting)})"
    return ""


def _origin(setting: Setting) -> str:
    return "environment" if setting.origin == ENVIRONMENT else setting.origin


def _why(via: Via, goproxy: Setting) -> str:
    if via is Via.DIRECT:
        return f"GOPROXY ({_origin(goproxy)}) leads to its repository, which is not asked: that would run programs"
    return f"GOPROXY is off ({_origin(goproxy)})" if via is Via.OFF else ""


async def _ask(url: str, most: int, transport: Transport, file: BinaryIO) -> tuple[ProxyAnswer, Outcome]:
    """Ask one proxy; what it sends, at most `most` bytes, is in `file` when it is found."""
    folder_file = _path_of(url) if url[:5].lower() == "file:" else None
    if folder_file is None:
        said = await transport.download(url, file, max_bytes=most)
    else:
        said = _copy(folder_file, file, most)
    source = shown(url)
    if isinstance(said, Absent):
        reason = "there is no such file" if folder_file else f"it does not have it (HTTP status {said.status})"
        return ProxyAnswer(source=source, reason=reason, folder_file=folder_file), Outcome.ABSENT
    if isinstance(said, Unavailable):
        reason = said.reason.removeprefix(f"{source}: ")
        return ProxyAnswer(source=source, reason=reason, folder_file=folder_file), Outcome.FAILED
    if folder_file is None and said.source != shown_origin(url):
        source += f" (sent by {said.source})"
    return ProxyAnswer(source=source, folder_file=folder_file), Outcome.FOUND


def _path_of(url: str) -> Path:
    """Return what a file:///… address names."""
    from urllib.parse import unquote
    from urllib.request import url2pathname

    path = url[len("file:") :].removeprefix("//")
    return Path(url2pathname(path) if os.name == "nt" else unquote(path, errors="surrogateescape"))


def _copy(path: Path, file: BinaryIO, max_bytes: int) -> Stored | Absent | Unavailable:
    """Copy a plain file of a proxy that is a folder, piece by piece."""
    from supplymatrix.net.transport import Stored

    try:
        descriptor = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return Absent("file")
    except (OSError, ValueError) as err:
        return Unavailable(f"it cannot be read: {getattr(err, 'strerror', None) or err}")
    file.seek(0)
    file.truncate()
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Unavailable("it is no plain file")
            while piece := source.read(_PIECE):
                if file.tell() + len(piece) > max_bytes:
                    return Unavailable(f"it is longer than {max_bytes} bytes")
                file.write(piece)
        except OSError as err:
            return Unavailable(f"it cannot be copied: {err.strerror or err}")
    return Stored(file.tell(), "file")
