"""The folder of a fetched image: a layout, and gone afterwards; no room in it is told."""

from __future__ import annotations

import json

import pytest

from supplymatrix.sources.fetched_image import FetchedImage, NoRoomError

_DIGEST = f"sha256:{'ab' * 32}"


def test_what_is_put_becomes_a_layout_that_is_gone_afterwards() -> None:
    with FetchedImage() as image:
        image.put(_DIGEST, b"data")
        image.finish([(_DIGEST, "linux/amd64"), (_DIGEST, "")])
        assert (image.path / "blobs" / "sha256" / ("ab" * 32)).read_bytes() == b"data"
        rows = json.loads((image.path / "index.json").read_bytes())["manifests"]
        assert [row.get("platform") for row in rows] == [{"os": "linux", "architecture": "amd64"}, None]
    assert not image.path.exists()


def test_a_digest_that_is_no_name_for_a_file_is_refused() -> None:
    with FetchedImage() as image, pytest.raises(ValueError, match="no digest"):
        image.put("sha256:../x", b"")


def test_what_cannot_be_written_is_no_room() -> None:
    with FetchedImage() as image:
        (image.path / "blobs").write_bytes(b"")
        with pytest.raises(NoRoomError, match="no temporary file can be written"):
            image.put(_DIGEST, b"data")
        (image.path / "index.json").mkdir()
        with pytest.raises(NoRoomError):
            image.finish([])
