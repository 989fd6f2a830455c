"""Whose certificates are believed: the system's, those of SSL_CERT_FILE and SSL_CERT_DIR, and a company's own file.

A company's file comes on top of the others and takes none away. OpenSSL reads SSL_CERT_FILE by itself; of SSL_CERT_DIR
it takes only files that are named by their hash, while Go takes every file there: those are read here.

Source: Go crypto/x509 root_unix.go; OpenSSL X509_LOOKUP_hash_dir(3).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.net.local import read_plain
from supplymatrix.sumdb.protocol import Absent, Body

__all__ = ["CA_FILE", "read_ca_file", "tls_context"]

CA_FILE = "SUPPLYMATRIX_CA_FILE"
_MAX_FILE = 4 << 20  # all roots of a system are a quarter of a MiB
_MAX_FILES = 1000
_BEGIN = "-----BEGIN "


def read_ca_file(path: str) -> str:
    """Return the certificates of a PEM file. Raises InputError, naming it, when it cannot be read or has none."""
    answer = read_plain(path, "the file", "file", _MAX_FILE)
    if isinstance(answer, Body):
        text = answer.data.decode("latin-1")
        try:
            if _holds_certificates(text):
                return text
            seen = f"{_first_line(text)!r}" if text.strip() else "an empty file"
        except (ssl.SSLError, ValueError) as err:
            seen = f"a certificate that cannot be read ({getattr(err, 'reason', None) or 'it has no end'})"
    else:
        seen = "no such file" if isinstance(answer, Absent) else answer.reason
    raise InputError(
        Diagnostic(
            message=f"the file of further certificates cannot be used: {seen}",
            artifact=path,
            expected="a file with certificates in PEM form, -----BEGIN CERTIFICATE-----",
            remedy=f"mend `ca_file` under [network] in settings.toml, or {CA_FILE}",
        )
    )


def _holds_certificates(text: str) -> bool:
    if f"{_BEGIN}CERTIFICATE-----" not in text and f"{_BEGIN}TRUSTED CERTIFICATE-----" not in text:
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=_certificates_of(text))
    return bool(context.cert_store_stats()["x509"])


def _first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0].strip()
    # Of a file with keys in it not a word is shown, but which kind of thing it begins with.
    return line[:60] if line.startswith(_BEGIN) else "no PEM"


def _certificates_of(text: str) -> str:
    """Return the certificates of a PEM text without what else stands there, such as a key or words."""
    blocks: list[str] = []
    block: list[str] = []
    inside = False
    for line in map(str.strip, text.split("\n")):
        if line in (f"{_BEGIN}CERTIFICATE-----", f"{_BEGIN}TRUSTED CERTIFICATE-----"):
            inside, block = True, []
        if inside:
            block.append(line)
        if line.startswith("-----END ") and inside:
            inside = False
            blocks.append("\n".join(block))
    return "\n".join([*blocks, ""]).encode("ascii", "replace").decode("ascii")


def tls_context(environ: Mapping[str, str], more: str) -> ssl.SSLContext:
    """Return the context of connections to servers. more: further certificates, in PEM form; "" = none."""
    paths = ssl.get_default_verify_paths()
    context = ssl.create_default_context() if paths.cafile or paths.capath else httpx.create_ssl_context()
    for text in _of_folders(environ.get("SSL_CERT_DIR", "")):
        try:
            context.load_verify_locations(cadata=_certificates_of(text))
        except (ssl.SSLError, ValueError):
            continue  # as with Go, a file that is no certificate is none
    if more:
        context.load_verify_locations(cadata=_certificates_of(more))
    return context


def _of_folders(folders: str) -> list[str]:
    texts: list[str] = []
    for folder in filter(None, folders.split(os.pathsep)):
        try:
            files = sorted(Path(folder).iterdir())[:_MAX_FILES]
        except (OSError, ValueError):
            continue
        for file in files:
            answer = read_plain(str(file), file.name, "file", _MAX_FILE)
            if isinstance(answer, Body) and b"-----BEGIN CERTIFICATE-----" in answer.data:
                texts.append(answer.data.decode("latin-1"))
    return texts
