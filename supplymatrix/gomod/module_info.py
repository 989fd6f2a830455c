"""`<version>.info`: what a proxy, and the module cache, say of a module version.

    {"Version": "v1.8.1", "Time": "2023-10-18T11:23:00Z", "Origin": {…}}

`Time` is that of the commit behind the version, not of the day on which a tag was set, or on which anybody could have
it first. Whoever makes a commit writes its time himself. So a young one tells that a version is young; an old one is
its author's word. For a pseudo-version it is the time within the version.

Source: golang.org/ref/mod#goproxy-protocol; Go cmd/go/internal/modfetch proxy.go (Stat), codehost.RevInfo.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.module import ModuleVersion, check_file_path
from supplymatrix.model.value import value

__all__ = ["INFO_LIMIT", "InfoOrigin", "parse_info_origin", "parse_info_time"]

INFO_LIMIT = 64 << 10
"""Bytes that an .info may have; a proxy's has some 200."""
_EARLIEST = datetime(2009, 11, 10, tzinfo=UTC)
"""The day on which Go was shown first: no module is older, and a time before it is none."""
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|([+-])(\d{2}):(\d{2}))", re.ASCII
)  # RFC 3339
_FORM = '{"Version": "v1.2.3", "Time": "2023-10-18T11:23:00Z"}'


_ORIGIN_URL = re.compile(r"(?:https?|ssh|(?:git|svn|bzr)(?:\+ssh)?)://[A-Za-z0-9][^\s\"<>\\^`{|}]{0,400}", re.ASCII)


@value
class InfoOrigin:
    """Where a version was packed from, as an .info says it; nobody has proven it. kind: "git" and the like. url: of the
    repository, without user and password. revision: hex, tag: "v1.2.3" or "sub/v1.2.3"; subdir: the module's folder in
    it, without the one of a major version; each "" when it is not said."""

    kind: str
    url: str
    revision: str
    tag: str
    subdir: str = ""


def parse_info_origin(data: bytes) -> InfoOrigin | None:
    """Return the origin that an .info names, None when it names none that can be used. Never raises."""
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    origin = found.get("Origin") if isinstance(found, dict) else None
    if not isinstance(origin, dict):
        return None
    names = ("VCS", "URL", "Hash", "Ref", "Subdir")
    kind, url, revision, ref, subdir = (str(origin.get(name) or "")[:500] for name in names)
    if not _ORIGIN_URL.fullmatch(url) or "@" in url or not kind.isalpha():
        return None
    if subdir and not _is_folder(subdir):
        return None
    tag = ref.removeprefix("refs/tags/") if ref.startswith("refs/tags/") and ref.isprintable() else ""
    commit = revision if re.fullmatch("[0-9a-f]{12,64}", revision) else ""
    return InfoOrigin(kind=kind, url=url, revision=commit, tag=tag, subdir=subdir)


def _is_folder(text: str) -> bool:
    """Return whether a text is a folder below a repository that a module can be in."""
    try:
        check_file_path(text)
    except InputError:
        return False
    return True


def parse_info_time(data: bytes, module: ModuleVersion) -> datetime:
    """Return the time of a module version's commit, UTC, whole seconds; it may lie in the future.

    Raises InputError for what is no .info of this very version, and for one without a time that a module can have.
    """
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as err:
        looks = "it looks like a web page" if data.lstrip()[:1] == b"<" else "it is no JSON"
        raise _fault(f"it is no .info: {looks}") from err
    if not isinstance(found, dict):
        raise _fault("it is no .info: it is no JSON object")
    version, text = found.get("Version"), found.get("Time")
    if version != module.version:
        raise _fault("it is the .info of another version", seen=str(version)[:100])
    time = _parse_time(text) if isinstance(text, str) else None
    if time is None:
        raise _fault("it names no time", seen=str(text)[:100])
    if time < _EARLIEST:
        raise _fault("it names a time before there was any Go", seen=str(text)[:100])
    return time


def _parse_time(text: str) -> datetime | None:
    """Return an RFC 3339 time, None for anything else."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    day, clock, sign, hours, minutes = match.groups()
    try:
        time = datetime.fromisoformat(f"{day}T{clock}+00:00")
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return time + offset if sign == "-" else time - offset
    except (ValueError, OverflowError):
        return None


def _fault(message: str, *, seen: str = "") -> InputError:
    return InputError(Diagnostic(message=message, seen=seen, expected=_FORM))
