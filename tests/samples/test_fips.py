"""Real programs: the family is what the settings that the go command reads and the code in them say, and what is linked
beside the module is listed. What is expected is worked out from how each program was built."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import pytest

from supplymatrix.engine.audit_fips import FUNCTIONS_IN
from supplymatrix.fips.linked import linked_in_program
from supplymatrix.fips.program import posture_of_program
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.fips import CertificateState, FipsFamily, MarkKind
from supplymatrix.sources.programs import find_programs
from tests.support.data import SAMPLES, samples_dir

pytestmark = pytest.mark.slow
_LISTED = ("crypto/md5", "crypto/rc4", "crypto/des", "crypto/dsa", "crypto/sha1", "golang.org/x/crypto/blake2b")
_BROUGHT = {"crypto/md5", "crypto/rc4", "crypto/des", "crypto/sha1"}


def _documents() -> Iterator[tuple[str, Mapping[str, Any]]]:
    root = SAMPLES / "binaries"
    for path in sorted(root.glob("*.json")) if root.is_dir() else []:
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and "go_version_m_json" in document and "sha256" in document:
            yield path.name, document


def _names() -> list[str]:
    return [name for name, _ in _documents()] or ["any.json"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ReadProgram]:
    """The programs of the archive by their digests; none of them is ever run."""
    folder = tmp_path_factory.mktemp("fips")
    with tarfile.open(samples_dir("binaries") / "binaries.tar.xz") as archive:
        for number, member in enumerate(archive):
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                (folder / str(number)).write_bytes(content.read())
    found = find_programs([folder], functions_in=FUNCTIONS_IN)
    return {one.sha256: one.read for one in found.programs}


def _settings(document: Mapping[str, Any]) -> Mapping[str, str]:
    info = document["go_version_m_json"]
    return {one["Key"]: one["Value"] for one in (info or {}).get("Settings") or ()}


def _expected(document: Mapping[str, Any]) -> tuple[FipsFamily, CertificateState]:
    """Return family and state by what the go command reads, and by what it was built with."""
    settings = _settings(document)
    minor = int((re.match(r"go1\.(\d+)", document["go_version_m_json"]["GoVersion"]) or ["", "0"])[1])
    mode = dict(pair.split("=", 1) for pair in settings.get("DefaultGODEBUG", "").split(",") if "=" in pair)
    wanted = settings.get("GOFIPS140", "")
    if "boringcrypto" in settings.get("GOEXPERIMENT", ""):
        state = CertificateState.CERTIFIED if minor >= 26 else CertificateState.NOT_IN_TABLE
        return FipsFamily.BORINGCRYPTO, state
    if wanted.startswith("v"):
        linked = document.get("pclntab_packages")
        is_linked = linked is None or any(one.startswith(f"crypto/internal/fips140/{wanted}/") for one in linked)
        known = {"v1.0.0-c2097c7c": CertificateState.CERTIFIED, "v1.26.0": CertificateState.IN_PROCESS}
        state = known.get(wanted, CertificateState.NOT_IN_TABLE)
        return FipsFamily.UPSTREAM, state if is_linked else CertificateState.NOT_LINKED
    if wanted == "latest" or mode.get("fips140") in ("on", "only", "debug"):
        return FipsFamily.UPSTREAM, CertificateState.NOT_FROZEN
    return FipsFamily.NONE, CertificateState.NOT_APPLICABLE


@pytest.mark.parametrize("name", _names())
def test_family_and_state_are_those_of_the_build(name: str, programs: Mapping[str, ReadProgram]) -> None:
    document = json.loads((samples_dir("binaries") / name).read_text(encoding="utf-8"))
    read = programs.get(document["sha256"])
    if document["go_version_m_json"] is None:
        posture = posture_of_program(name, read) if read is not None else None
        assert posture is None or posture.family in (FipsFamily.UNKNOWN, FipsFamily.NONE)
        return
    assert read is not None
    posture = posture_of_program(name, read)
    family, state = _expected(document)
    assert (posture.family, posture.state) == (family, state)
    assert posture.others == ()
    if _settings(document).get("GOOS") in ("linux", "darwin") and posture.mode != "off":
        assert not posture.of(MarkKind.DEFEAT)
    without_module = family is FipsFamily.UPSTREAM and not _settings(document).get("GOFIPS140")
    assert bool(posture.of(MarkKind.CONTRADICTION)) is without_module
    wanted = _settings(document).get("GOFIPS140", "")
    if wanted.startswith("v"):
        assert posture.module == wanted


@pytest.mark.parametrize("name", _names())
def test_what_is_beside_the_module_is_what_is_linked_in(name: str, programs: Mapping[str, ReadProgram]) -> None:
    document = json.loads((samples_dir("binaries") / name).read_text(encoding="utf-8"))
    read = programs.get(document["sha256"])
    if read is None or read.packages is None or "pclntab_packages" not in document:
        return
    there = set(document["pclntab_packages"])
    found = {one.package: one for one in linked_in_program(name, read)}
    assert {package for package in _LISTED if package in found} == there.intersection(_LISTED)
    for package, one in found.items():
        if one.module.path != "std":
            assert package in there
            assert not one.inside
        elif package in _BROUGHT:
            assert bool(one.inside) <= bool({"crypto/tls", "crypto/x509"} & there)
    if not {"crypto/tls", "crypto/x509"} & there:
        assert not any(one.inside for one in found.values())


def test_every_program_with_a_digest_is_of_the_archive() -> None:
    root = samples_dir("binaries")
    with tarfile.open(root / "binaries.tar.xz") as archive:
        digests = set()
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                digests.add(sha256(content.read()).hexdigest())
    assert {document["sha256"] for _, document in _documents()} <= digests
