"""SM511 image-tag-mutable: an image is named by a tag.

The results are made by policy/signatures.py: only a policy says who should have signed.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM511",
    name="image-tag-mutable",
    title="an image is named by a tag",
    why="A tag can be moved to another image at any time: what was verified is then not what is used.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("CheckedArtifact",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="signature",
)
