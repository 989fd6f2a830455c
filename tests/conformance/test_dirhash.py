"""dirhash.json: h1 hashes of file sets and zips."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash1, hash_zip
from supplymatrix.gomod.read_at import BytesAt
from tests.support.data import conformance_cases, require_case


def _bytes(entry: dict[str, Any], name: str) -> bytes:
    if f"{name}_b64" in entry:
        return base64.b64decode(entry[f"{name}_b64"])
    return str(entry.get(name, "")).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("case", conformance_cases("dirhash", "hash1"))
def test_file_sets_hash_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    files = [(_bytes(f, "name"), sha256(_bytes(f, "data")).digest()) for f in case["files"]]
    if not case["ok"]:
        with pytest.raises(InputError):
            hash1(files)
        return
    assert hash1(files) == case["h1"]


@pytest.mark.parametrize("case", conformance_cases("dirhash", "hash_zip"))
def test_zips_hash_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    file = BytesAt(base64.b64decode(case["zip_b64"]))
    if not case["ok"]:
        with pytest.raises(InputError):
            hash_zip(file)
        return
    assert hash_zip(file) == case["h1"]
