"""Release archives: every file in them by its digest, whatever they are packed with."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sources.release_archive import read_members
from tests.support.made_images import made_tar

_FILES = {"LICENSE": b"text", "bin/app": b"\x7fELF" + bytes(5_000), "empty": b""}
_DIGESTS = {name: sha256(data).hexdigest() for name, data in _FILES.items()}


def _zip(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.mkdir("bin")
        for name, data in _FILES.items():
            archive.writestr(name, data)
    return out.getvalue()


_TAR = made_tar({"bin": None, **_FILES, "link": ">bin/app"})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (_TAR, "tar"), (gzip.compress(_TAR), "tar"), (bz2.compress(_TAR), "tar"), (lzma.compress(_TAR), "tar"),
        (_zip(zipfile.ZIP_STORED), "zip"), (_zip(zipfile.ZIP_DEFLATED), "zip"),
    ],
)  # fmt: skip
def test_all_files_of_an_archive_are_hashed(data: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "app.archive"
    path.write_bytes(data)
    found = read_members(path)
    assert (found.kind, dict(found.files)) == (kind, _DIGESTS)
    assert found.names_of(_DIGESTS["bin/app"]) == ("bin/app",)
    assert found.names_of("0" * 64) == ()


def test_a_packed_file_is_an_archive_of_one(tmp_path: Path) -> None:
    (tmp_path / "app.gz").write_bytes(gzip.compress(b"data" * 400))
    found = read_members(tmp_path / "app.gz")
    assert (found.kind, found.files) == ("packed file", (("app", sha256(b"data" * 400).hexdigest()),))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        _TAR[:700],
        gzip.compress(_TAR)[:-20],
        _zip(zipfile.ZIP_DEFLATED)[:-30],
        b"PK\x03\x04" + bytes(90),
    ],
)  # fmt: skip
def test_what_cannot_be_read_to_its_end_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "app.tar.gz"
    path.write_bytes(data)
    with pytest.raises(InputError, match="the archive cannot be read"):
        read_members(path)
    with pytest.raises(InputError):
        read_members(tmp_path / "none")
