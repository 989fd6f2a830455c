"""Reasons as a document for others may have them: without the servers and folders that this machine alone knows.

reasons = Reasons(environ, settings, folders=["/home/ada/lib"])
reasons("no server may be asked: https://proxy.corp.example/sumdb/…: HTTP 500")     # "no server may be asked: …"
reasons.withheld                                                                    # what was cut, as it was

A server that is asked through GOPROXY, GOSUMDB or a proxy of the network may be one that nobody outside should hear of,
and its words differ from run to run. The public log's own servers may be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from supplymatrix.engine.redaction import PROXY_VARIABLES, Redactor, secrets_of
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goproxy import parse_goproxy
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Component, Document
from supplymatrix.sumdb.known import GO_LOG_NAME

__all__ = ["A_FOLDER", "Reasons"]

A_FOLDER = "an absolute folder of the machine it was made on"
"""What stands in place of one."""

_ADDRESS = re.compile(r"https?://[^\s,|;)\"']+")
_LONG_ENOUGH = 5  # a shorter one is no secret, and may be part of any word
_PUBLIC = f".{GO_LOG_NAME.partition('.')[2]}"


class Reasons:
    """Takes out of texts what is of this machine. environ: of the user; settings: of the go command; folders: absolute
    ones that texts may name."""

    def __init__(self, environ: Mapping[str, str], settings: GoSettings, folders: Sequence[str] = ()) -> None:
        asked = {"GOPROXY": settings.goproxy.value, "GOSUMDB": settings.gosumdb.value}
        asked |= {name: environ.get(name, "") for name in PROXY_VARIABLES}
        hosts = {host for text in (*asked.values(), *_elements(settings)) for host in _hosts(text)}
        hosts = {host for host in hosts if not _is_public(host) and ("." in host or "-" in host)}
        home = environ.get("HOME") or environ.get("USERPROFILE") or ""
        hosts |= {path for text in _elements(settings) for path in _paths(text)}
        longest_first = sorted(hosts, key=lambda host: (-len(host), host))
        self._redact = Redactor((*secrets_of({**environ, **asked}), *longest_first), home)
        names = "|".join(re.escape(folder) for folder in sorted(folders, key=lambda folder: (-len(folder), folder)))
        self._folders = re.compile(rf"(?:{names})(?![\w.-])") if names else None
        self._seen: dict[str, str] = {}
        self.withheld: list[str] = []

    def __call__(self, text: str) -> str:
        """Return a text without them. What stands behind a server's address is that server's word, and goes too."""
        if not text:
            return ""
        if text not in self._seen:
            self._seen[text] = self._cut(text)
            if self._seen[text] != text:
                self.withheld.append(text)
        return self._seen[text]

    def document(self, document: Document) -> Document:
        """Return a document whose reasons have none of them."""
        how = document.completeness
        return changed(
            document,
            components=tuple(map(self._component, document.components)),
            main=self._component(document.main),
            gaps=tuple(dict.fromkeys(map(self._gap, document.gaps))),
            completeness=changed(how, reasons=tuple(dict.fromkeys(map(self, how.reasons)))),
        )

    def _cut(self, text: str) -> str:
        for found in _ADDRESS.finditer(text):
            if not all(map(_is_public, _hosts(found[0]))):
                text = f"{text[: found.start()]}…"
                break
        return self._redact(self._folders.sub(A_FOLDER, text) if self._folders else text)

    def _gap(self, gap: Gap) -> Gap:
        said = {name: getattr(gap, name) for name in ("wanted", "reason", "remedy", "subject")}
        told = {name: self(text) for name, text in said.items()}
        return gap if told == said else changed(gap, **told)

    def _component(self, component: Component) -> Component:
        proof, licence = component.proof, component.licence
        told: dict[str, object] = {}
        if proof is not None and self(proof.reason) != proof.reason:
            told["proof"] = changed(proof, reason=self(proof.reason))
        if licence is not None and self(licence.reason) != licence.reason:
            told["licence"] = changed(licence, reason=self(licence.reason))
        for name in ("digest_reason", "directory", "version_source"):
            text = getattr(component, name)
            if self(text) != text:
                told[name] = self(text)
        return changed(component, **told) if told else component


def _elements(settings: GoSettings) -> list[str]:
    """Return the addresses of GOPROXY in full: the go command takes them without a scheme, too."""
    try:
        urls = [element.url for element in parse_goproxy(settings.goproxy.value)]
    except InputError:
        return []
    return [url for url in urls if url not in ("direct", "off")]  # words of Go, no addresses


def _hosts(text: str) -> Iterator[str]:
    """Yield the servers that addresses in a text name."""
    for found in _ADDRESS.finditer(text):
        try:
            host = urlsplit(found[0]).hostname
        except ValueError:
            continue
        if host:
            yield host


def _paths(url: str) -> Iterator[str]:
    """Yield what stands behind the server in the address of a proxy: it may be a token."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return
    path = parts.path.strip("/")
    if len(path) >= _LONG_ENOUGH and not _is_public(host):
        yield path


def _is_public(host: str) -> bool:
    return host.endswith(_PUBLIC)
