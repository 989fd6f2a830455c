"""Certificates beside the system's: a company's file, a folder of them, and files that are none."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.net.certificates import read_ca_file, tls_context
from supplymatrix.net.transport import Transport
from supplymatrix.sumdb.protocol import Answer, Body, Unavailable
from tests.support.certificate import make_certificate
from tests.support.log_server import LogServer


def serve_and_get(folder: Path, environ: dict[str, str], ca_file: Path | None) -> Answer:
    """Serve with the certificate in `folder` and get a body with the given settings."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")

    async def within(url: str) -> Answer:
        async with Transport(environ=environ, ca_file=ca_file) as transport:
            return await transport.get(f"{url}/x")

    with LogServer({"x": b"y"}, tls=context) as server:
        return asyncio.run(within(server.url))


def test_a_company_s_file_is_believed_beside_the_system_s(tmp_path: Path) -> None:
    file = make_certificate(tmp_path)
    assert isinstance(serve_and_get(tmp_path, {}, None), Unavailable)
    assert isinstance(serve_and_get(tmp_path, {}, file), Body)
    without, with_it = tls_context({}, ""), tls_context({}, read_ca_file(str(file)))
    assert with_it.cert_store_stats()["x509"] == without.cert_store_stats()["x509"] + 1


def test_every_file_of_ssl_cert_dir_is_believed_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "notes.txt").write_text("no certificate")
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    make_certificate(tmp_path).rename(folder / "server.pem")
    environ = {"SSL_CERT_DIR": f"{tmp_path / 'none'}:{folder}"}
    assert isinstance(serve_and_get(folder, environ, None), Body)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (None, "no such file"),
        (b"", "an empty file"),
        (b"hello", "no PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", "BEGIN PRIVATE KEY"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate that cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\n!!\n", "a certificate that cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\n\xe4\n-----END CERTIFICATE-----\n", "a certificate that cannot be read"),
        (bytes(5 << 20), "longer than"),
    ],
)
def test_a_file_without_a_certificate_is_refused_by_name(tmp_path: Path, content: bytes | None, seen: str) -> None:
    file = tmp_path / "company.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Transport(ca_file=file)
    assert seen in str(caught.value)
    assert caught.value.diagnostics[0].artifact == str(file)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_folder_is_no_file_of_certificates(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_ca_file(str(tmp_path))
