"""Where a component can be had, and who supplies it, as far as its path and the `.info` beside its zip say it.

Nothing here is asked of anybody. An address that only this machine knows, such as the proxy of a company, is never
given: of a zip it is that of the proxy with which Go comes, and only where the public log has proven the module, which
it can have from that proxy alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goprivate import match
from supplymatrix.gomod.goproxy import parse_goproxy
from supplymatrix.gomod.module_graph import ListedModule
from supplymatrix.model.module import ModuleVersion
from supplymatrix.net.settings import find_goroot, read_built_in, read_env_files
from supplymatrix.sbom.document import LogProof, Origin, Party, Reference
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sumdb.known import GO_LOG_NAME

__all__ = [
    "GO_AUTHORS", "GO_PLACES", "is_absolute", "local_folder", "public_proxy", "references_of", "supplier_of",
    "zip_reference",
]  # fmt: skip

GO_AUTHORS = Party(name="The Go Authors", url="https://go.dev")
"""Who publishes Go, as the LICENSE in it says."""
GO_PLACES = (Reference(kind="website", url="https://go.dev"),)

_CODE_HOSTS = ("bitbucket.org", "codeberg.org", "git.sr.ht", "gitee.com", "github.com", "gitlab.com")
"""Hosts on which the first two elements behind the host are an owner and his repository."""
_IN_INFO = "the .info of the module cache"
_PROVEN = "proven"


def is_absolute(folder: str) -> bool:
    """Tell whether a folder in go.mod only makes sense on one machine, of whatever system."""
    return PurePosixPath(folder).is_absolute() or PureWindowsPath(folder).is_absolute()


def local_folder(listed: ListedModule, run: GraphRun) -> Path | None:
    """Return the folder that replaces a module, None where none does."""
    replacement = listed.replacement
    if replacement is None or run.inputs is None or replacement.target is not None:
        return None
    return ModFiles(None, {}, run.inputs.folders).folder_of(replacement)


def supplier_of(path: str, origin: Origin | None) -> tuple[Party, str] | None:
    """Return who publishes a module, and how that is known: an owner on a host of code, else a host. None for a path
    without a host. origin: of its version, which counts where the path is not that of a host of code."""
    host = path.partition("/")[0]
    if "." not in host:
        return None
    if host in _CODE_HOSTS:
        owner = _owner(f"https://{path}")
        return (owner, "the supplier, and the website, are read from the module path") if owner is not None else None
    owner = _owner(origin.url) if origin is not None else None
    if owner is not None:
        return owner, f"the supplier is read from the address of the repository in {_IN_INFO}"
    return Party(name=host, url=f"https://{host}"), "the supplier is read from the module path: it is the host"


def references_of(path: str, origin: Origin | None) -> Iterator[Reference]:
    """Yield where the source of a module is. Of one that is private there is only what its own .info says."""
    page = _code_page(path)
    if origin is not None:
        yield Reference(kind="vcs", url=origin.url, comment=f"as {_IN_INFO} says")
    elif page:
        yield Reference(kind="vcs", url=page, comment="from the module path")
    if page:
        yield Reference(kind="website", url=page, comment="from the module path")


def public_proxy(environ: Mapping[str, str]) -> str:
    """Return the address of the proxy that the Go on this machine asks unless it is told another, "" where its go.env
    names none. One that does not stand beside the public log was put there by somebody else, and is not given."""
    user = next((file.values["GOROOT"] for file in read_env_files(environ) if file.values.get("GOROOT")), "")
    built_in = read_built_in(find_goroot(environ, user_goroot=user))
    try:
        first = parse_goproxy(built_in.values.get("GOPROXY", ""))[0].url if built_in is not None else ""
        parts = urlsplit(first)
        host = parts.hostname or ""
    except (InputError, IndexError, ValueError):
        return ""
    is_beside = host.endswith(f".{GO_LOG_NAME.partition('.')[2]}")
    is_plain = parts.scheme == "https" and not any(mark in first for mark in "@?#")
    return first.rstrip("/") if is_beside and is_plain else ""


def zip_reference(
    module: ModuleVersion, proof: LogProof | None, settings: GoSettings, proxy: str
) -> Iterator[Reference]:
    """Yield where everybody can have a module's zip, nothing where that is not known. proxy: as `public_proxy` says."""
    if not proxy or proof is None or (proof.state, proof.log) != (_PROVEN, GO_LOG_NAME):
        return
    if match(settings.gonoproxy.value, module.path) is not None or settings.withheld_by(module.path):
        return
    try:
        name = f"{module.escaped_path}/@v/{module.escaped_version}.zip"
    except InputError:
        return
    yield Reference(kind="distribution", url=f"{proxy}/{name}")


def _code_page(path: str) -> str:
    """Return the page of a repository on one of the hosts of code, "" elsewhere."""
    host, *rest = path.split("/")
    return f"https://{host}/{rest[0]}/{rest[1]}" if host in _CODE_HOSTS and len(rest) > 1 else ""


def _owner(url: str) -> Party | None:
    """Return whose repository an address is of: an owner on a host of code, else the host; None without a host."""
    try:
        parts = urlsplit(url)
        server = parts.netloc if parts.port is not None else parts.hostname or ""
    except ValueError:
        return None
    if not server or "@" in server:
        return None
    owner = parts.path.lstrip("/").partition("/")[0]
    page = f"{parts.scheme}://{server}" if parts.scheme in ("http", "https") else ""
    if parts.hostname in _CODE_HOSTS and owner:
        return Party(name=owner, url=page and f"{page}/{owner}")
    return Party(name=server, url=page)
