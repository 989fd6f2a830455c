"""A vendor profile of the test's own, with one row on who signs."""

from __future__ import annotations

from pathlib import Path

__all__ = ["made_profile"]

_HEAD = """schema = 1
[vendor]
id = "acme"
name = "Acme"
status = "unknown"
url = "https://acme.example/"
core = false
kind = "images"
versions = "none"
reviewed_at = 2026-07-01
reviewer = "a person"

[[evidence]]
id = "page"
source = "https://acme.example/signing"
kind = "vendor_doc"
retrieved_at = 2026-07-01
confidence = "high"
"""


def made_profile(folder: Path, **more: str) -> Path:
    """Write acme.toml into a folder and return the folder. more: keys of the row with their values, as in TOML."""
    row = {
        "id": '"one"', "name": '"its images"', "artifact": '"image"', "match": '["registry.acme.example/*"]',
        "evidence": '["page"]', **more,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_HEAD, "[[signer]]", *(f"{name} = {text}" for name, text in row.items())]
    (folder / "acme.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
