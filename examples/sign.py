"""Make `signed/` anew: what a release of programs/release-order would come with, signed by an instance of our own.

    python -m examples.sign          (from the root of the repository)

CA, logs and keys are made by the tests' generator; nothing of them is trusted anywhere but by the trusted root beside.
"""

from __future__ import annotations

import lzma
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from tests.support.made_chain import provenance_v1
from tests.support.made_sigstore import MadeSigstore, github_fields, statement

HERE = Path(__file__).resolve().parent
OUT = HERE / "signed"
NAME = "release-order"
REPOSITORY = "shop-example/release-order"
COMMIT = "0e1010f5e4b1a8ce1da2e5d39c9645f7434f95c2"  # as the program records it
REF = "refs/tags/v1.2.0"
IDENTITY = f"https://github.com/{REPOSITORY}/.github/workflows/release.yml@{REF}"
SIGNED_AT = datetime(2026, 11, 26, 11, 21, tzinfo=UTC)


def make() -> None:
    """Write trusted root, bundle and provenance."""
    program = lzma.decompress((HERE / "programs" / f"{NAME}.xz").read_bytes())
    shop = MadeSigstore(name="shop")
    how = {"identity": IDENTITY, "fields": github_fields(REPOSITORY, REF, COMMIT), "issued": SIGNED_AT}
    url = f"https://github.com/{REPOSITORY}"
    built = provenance_v1(IDENTITY, repository=url, commit=COMMIT, ref=REF, run=f"{url}/actions/runs/1/attempts/1")
    about = statement({NAME: sha256(program).hexdigest()}, predicate=built)
    OUT.mkdir(exist_ok=True)
    (OUT / "trusted_root.json").write_bytes(shop.trusted_root())
    (OUT / f"{NAME}.sigstore.json").write_bytes(shop.keyless_blob(program, **how) + b"\n")
    (OUT / f"{NAME}.intoto.jsonl").write_bytes(shop.keyless_dsse(about, **how) + b"\n")


if __name__ == "__main__":
    make()
