"""Where a module version was made from: which repository, tag, commit and folder; nobody has signed that.

1. the `.info` of the module cache; 2. that of the proxies, as the go command would ask them; 3. the module's path, for
hosts that say by it where the repository is. A repository that the user names stands in for the address alone. What is
said here is a guess until the zip made of it has the hash that the log has.

No proxy is asked for a name that GOPRIVATE, GONOPROXY, GONOSUMDB or a lift.toml keeps back, and nobody at all offline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.ask_modules import ask_each
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.govcs import is_vcs_allowed
from supplymatrix.gomod.module_info import INFO_LIMIT, parse_info_origin
from supplymatrix.gomod.pseudo import is_pseudo_version
from supplymatrix.gomod.zip_of_tree import tag_prefix
from supplymatrix.model.module import ModuleVersion, split_path_version
from supplymatrix.model.publisher import OriginSource, PublisherOrigin, PublisherReason
from supplymatrix.model.value import changed, value
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.git_tags import parse_place

if TYPE_CHECKING:
    from supplymatrix.net.transport import Transport

__all__ = ["OriginAnswer", "origins_of", "tag_names", "tag_of"]

_SECONDS = 120.0
_NAME_IT = "name the repository with --repository"
_HOSTED = re.compile(r"((?:github\.com|bitbucket\.org)/[^/]+/[^/]+)(?:/(.+))?")
_GO_X = re.compile(r"golang\.org/x/([^/]+)(?:/(.+))?")
_OPEN = ("http", "git")
_FROM_INFO = ("https", "ssh", *_OPEN)
"""Of these ssh is for private modules: others have no need of the user's keys."""


@value
class OriginAnswer:
    """origin: None where nobody says it, because of `reason`. code: the same for a machine. outage: a server failed."""

    origin: PublisherOrigin | None = None
    reason: str = ""
    code: PublisherReason = PublisherReason.NO_ORIGIN
    remedy: str = ""
    outage: bool = False


def origins_of(
    modules: Sequence[ModuleVersion],
    repository: str,
    cache: Path | None,
    settings: GoSettings,
    means: Means,
    *,
    held: Callable[[str], str],
) -> Mapping[ModuleVersion, OriginAnswer]:
    """Return where module versions were made from. repository: that the user names, "" = none.

    cache: the module cache. held: why the name of a path goes to nobody, "" = it may. Starts an event loop of its own.
    Raises nothing of its own.
    """
    found = {module: _cached(module, cache) for module in modules}
    missing = [module for module in found if found[module].origin is None]
    if means.offline or means.replay is not None:
        why = "no proxy is asked offline" if means.replay is None else "a replay asks no proxy"
        found |= {module: _also(found[module], why) for module in missing}
    else:
        kept = {module: why for module in missing if (why := held(module.path))}
        asked = [module for module in missing if module not in kept]
        answers = _ask_proxies(asked, means, settings)
        for module in missing:
            answer = answers.get(module)
            if answer is not None and answer.origin is not None:
                found[module] = answer
            else:
                found[module] = _also(found[module], kept.get(module) or (answer.reason if answer else ""))
    return {module: _settled(module, found[module], repository, settings) for module in modules}


def tag_of(module: ModuleVersion, subdir: str) -> str:
    """Return the name that the tag of a module version has. subdir: of the module in its repository."""
    return tag_prefix(subdir) + module.version.removesuffix("+incompatible")


def tag_names(module: ModuleVersion, origin: PublisherOrigin) -> tuple[str, ...]:
    """Return the tags that may be a version's, the likelier first: its origin says the folder, or it may be any part at
    the end of the module's path. () for a version that no tag makes."""
    if is_pseudo_version(module.version):
        return ()
    if origin.source is not OriginSource.USER or origin.reference:
        return (f"refs/tags/{tag_of(module, origin.subdir)}",)
    path, _, _ = split_path_version(module.path)
    parts = path.split("/")[1:]
    folders = ["/".join(parts[at:]) for at in range(max(0, len(parts) - 8), len(parts) + 1)]
    return tuple(f"refs/tags/{tag_of(module, folder)}" for folder in folders)


def _cached(module: ModuleVersion, cache: Path | None) -> OriginAnswer:
    if cache is None:
        return OriginAnswer(reason="nobody says where the module cache is")
    try:
        name = f"{module.escaped_path}/@v/{module.escaped_version}.info"
        data = read_if_there(cache / "cache" / "download" / name, INFO_LIMIT, ".info in the module cache")
    except InputError as err:
        return OriginAnswer(reason=f"module cache: {err.diagnostics[0].message}")
    if data is None:
        return OriginAnswer(reason="it is not in the module cache")
    return _read(data, OriginSource.MODULE_CACHE, "the module cache")


def _read(data: bytes, source: OriginSource, told_by: str) -> OriginAnswer:
    info = parse_info_origin(data)
    if info is None:
        return OriginAnswer(reason=f"{told_by} names no origin")
    if info.kind != "git":
        code = PublisherReason.OTHER_VCS
        return OriginAnswer(reason=f"its repository is one of {info.kind[:20]}, and only git is read", code=code)
    reference = f"refs/tags/{info.tag}" if info.tag else ""
    origin = PublisherOrigin(
        source=source, url=info.url, reference=reference, commit=info.revision, subdir=info.subdir, told_by=told_by
    )  # fmt: skip
    return OriginAnswer(origin=origin)


def _also(answer: OriginAnswer, reason: str) -> OriginAnswer:
    return changed(answer, reason=f"{answer.reason}; {reason}") if reason else answer


def _settled(module: ModuleVersion, answer: OriginAnswer, repository: str, settings: GoSettings) -> OriginAnswer:
    """Return what is done with what was said: the user's repository goes first, the module's path comes last."""
    if repository:
        if answer.origin is not None:
            told = answer.origin.told_by
            return OriginAnswer(origin=changed(answer.origin, source=OriginSource.USER, url=repository, told_by=told))
        origin = PublisherOrigin(
            source=OriginSource.USER, url=repository, reference="", commit="", subdir="", told_by=""
        )  # fmt: skip
        return OriginAnswer(origin=origin)
    if answer.origin is None and answer.code is PublisherReason.NO_ORIGIN:
        by_path = _by_path(module)
        if by_path is None:
            return changed(answer, remedy=_NAME_IT)
        answer = OriginAnswer(origin=by_path)
    if answer.origin is None:
        return changed(answer, remedy=answer.remedy or _NAME_IT)
    refused = _refusal(module, answer.origin, settings)
    return OriginAnswer(reason=refused, code=PublisherReason.NOT_ALLOWED, remedy=_NAME_IT) if refused else answer


def _refusal(module: ModuleVersion, origin: PublisherOrigin, settings: GoSettings) -> str:
    """Return why a repository that somebody else than the user names is not asked, "" when it may be."""
    try:
        protocol = parse_place(origin.url).protocol
    except InputError:
        protocol = ""
    if protocol not in _FROM_INFO:
        return f"its origin is no address of a server: {origin.url[:100]}"
    if protocol in _OPEN and match(settings.goinsecure.value, module.path) is None:
        return f"its origin is asked without encryption ({protocol}), which GOINSECURE does not allow"
    is_private = match(settings.goprivate.value, module.path) is not None
    if protocol == "ssh" and not is_private:
        return "its origin is asked by ssh, with keys of the user, and GOPRIVATE does not cover it"
    try:
        allowed = is_vcs_allowed(settings.govcs.value, module.path, "git", is_private=is_private)
    except InputError as err:
        return err.diagnostics[0].message
    return "" if allowed else "GOVCS does not allow git for it"


def _by_path(module: ModuleVersion) -> PublisherOrigin | None:
    """Return where a module of a known host must be, None for others."""
    path, major, _ = split_path_version(module.path)
    url, rest = "", ""
    if match_ := _HOSTED.fullmatch(path):
        url, rest = f"https://{match_[1]}", match_[2] or ""
    elif match_ := _GO_X.fullmatch(path):
        url, rest = f"https://go.googlesource.com/{match_[1]}", match_[2] or ""
    elif path.startswith("gopkg.in/"):
        url = f"https://{path}{major}"
    if not url:
        return None
    return PublisherOrigin(
        source=OriginSource.PATH, url=url, reference="", commit="", subdir=rest, told_by="the module's path"
    )  # fmt: skip


def _ask_proxies(
    modules: Sequence[ModuleVersion], means: Means, settings: GoSettings
) -> Mapping[ModuleVersion, OriginAnswer]:
    async def ask(module: ModuleVersion, transport: Transport) -> OriginAnswer:
        return await _ask_one(module, settings, transport)

    def too_late(_: ModuleVersion, reason: str) -> OriginAnswer:
        return OriginAnswer(reason=reason, outage=True)

    def failed(_: ModuleVersion, reason: str) -> OriginAnswer:
        return OriginAnswer(reason=reason)

    return ask_each(modules, means, settings, _SECONDS, ask=ask, too_late=too_late, failed=failed)


async def _ask_one(module: ModuleVersion, settings: GoSettings, transport: Transport) -> OriginAnswer:
    from io import BytesIO

    from supplymatrix.net.module_files import fetch_module_info

    file = BytesIO()
    fetched = await fetch_module_info(module, settings, transport, file)
    last = fetched.answers[-1] if fetched.answers else None
    if last is None or last.reason or fetched.reason:
        said = [f"{answer.source}: {answer.reason}" for answer in fetched.answers if answer.reason]
        return OriginAnswer(reason="; ".join([*said, *([fetched.reason] if fetched.reason else [])]))
    return _read(file.getvalue(), OriginSource.PROXY, last.source)
