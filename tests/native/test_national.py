"""Packages with algorithms of national standards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.native.national import national_in


@pytest.mark.parametrize(
    ("package", "algorithm", "standard"),
    [
        ("github.com/tjfoc/gmsm/sm2", "SM2", "GB/T 32918"),
        ("github.com/tjfoc/gmsm/x509", "SM2", "China"),
        ("github.com/emmansun/gmsm/sm3", "SM3", "GB/T 32905"),
        ("git.example/crypto/sm4", "SM4", "GB/T 32907"),
        ("go.stargrave.org/gogost/v6/gost3410", "GOST R 34.10", "RFC 7091"),
        ("go.cypherpunks.su/gogost/v5/gost3412128", "Kuznyechik", "RFC 7801"),
        ("github.com/RyuaNerin/go-krypto/aria", "ARIA", "RFC 5794"),
        ("github.com/geeksbaek/seed", "SEED", "Korea"),
    ],
)
def test_a_package_is_named_with_its_standard(package: str, algorithm: str, standard: str) -> None:
    (found,) = national_in([package])
    assert found.algorithms == (algorithm,)
    assert standard in found.standard


@pytest.mark.parametrize(
    "package",
    [
        "example.com/db/seed", "example.com/music/aria", "example.com/lea", "crypto/sm2", "math/rand",
        "github.com/emmansun/gmsm/internal/sm2ec", "github.com/emmansun/gmsm/padding", "example.com/sm4tools",
    ],
)  # fmt: skip
def test_what_only_sounds_like_one_is_none(package: str) -> None:
    assert national_in([package]) == ()


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_paths_are_told_once_and_in_order(packages: list[str]) -> None:
    found = [one.package for one in national_in([*packages, *packages])]
    assert found == sorted(set(found))
