"""Who should have signed a base image, by its name alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.vendor_base import signers_of_base
from tests.support.machine import NOW
from tests.support.made_profile import made_profile


def _means(tmp_path: Path, settings: str = "") -> Means:
    (tmp_path / "settings.toml").write_text(settings)
    return Means(environ={"SUPPLYMATRIX_CONFIG_DIR": str(tmp_path)}, now=NOW, offline=True)


def test_the_one_vendor_of_a_name_is_found(tmp_path: Path) -> None:
    found, why = signers_of_base("cgr.dev/chainguard/static:latest", _means(tmp_path))
    assert found is not None
    assert (found.vendor, why) == ("chainguard", "")
    assert [wish.issuer for wish in found.wanted.identities] == ["https://token.actions.githubusercontent.com"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("registry.corp.example/go", ""),
        ("./layout", ""),
        ("cgr.dev/corp/go", "the variable image_syncer is missing"),
        ("mcr.microsoft.com/azurelinux/base/core", "mechanism known, not verified by us"),
        ("registry.suse.com/bci/golang", "pins no hash"),
        ("dhi.io/golang", "not at hand"),
    ],
)
def test_nobody_is_guessed(tmp_path: Path, name: str, why: str) -> None:
    found, said = signers_of_base(name, _means(tmp_path))
    assert found is None
    assert (why in said) if why else said == ""


def test_several_vendors_of_a_name_are_told(tmp_path: Path) -> None:
    made_profile(
        tmp_path / "profiles", match='["cgr.dev/chainguard/*"]', mechanism='"sigstore-keyless"',
        issuer='"https://issuer.acme.example"', identity='"https://acme.example/x"',
    )  # fmt: skip
    found, why = signers_of_base(
        "cgr.dev/chainguard/go", _means(tmp_path, f'[vendors]\nprofiles = ["{tmp_path}/profiles"]\n')
    )
    assert found is None
    assert why == "several vendors sign images of that name: acme, chainguard"
