"""What a bill of materials came to, in some lines: for whoever runs `sbom`, beside the document itself."""

from __future__ import annotations

from collections import Counter

from supplymatrix.sbom.document import Component, ComponentKind, Document, Usage

__all__ = ["MOST_SHOWN", "summary_lines"]

MOST_SHOWN = 10
"""Gaps that are told one by one; of the others there is a count."""
_USAGES = ((Usage.BUILT, "built"), (Usage.TESTS_ONLY, "for tests only"), (Usage.NOT_BUILT, "not built"),
           (Usage.LOADED, "loaded"), (Usage.UNKNOWN, "of unknown use"))  # fmt: skip


def summary_lines(document: Document) -> list[str]:
    """Return the lines: subject, counts, gaps and whom the document does not name. None of it is made plain."""
    main, components = document.main, document.components
    gaps = document.gaps
    shown = [f"gap: {gap.wanted}: {gap.reason}" + (f"; next: {gap.remedy}" if gap.remedy else "") for gap in gaps]
    if len(shown) > MOST_SHOWN:
        shown = [*shown[:MOST_SHOWN], f"… and {len(gaps) - MOST_SHOWN:,} more gaps, told in the document"]
    how = document.completeness
    subject = f"{main.name} {main.version or 'without a version'} · scope {document.scope}"
    return [
        f"{subject} · components {how.components}, dependencies {how.dependencies}",
        _counts(document, components),
        *shown,
        *_unnamed(document),
    ]


def _counts(document: Document, components: tuple[Component, ...]) -> str:
    modules = [item for item in components if item.kind is ComponentKind.MODULE]
    usages = Counter(item.usage for item in components)
    used = ", ".join(f"{usages[usage]:,} {word}" for usage, word in _USAGES if usages[usage])
    licences = sum(item.licence is not None and bool(item.licence.concluded) for item in components)
    hashes = sum(item.digest is not None for item in modules)
    proven = sum(item.proof is not None and item.proof.state == "proven" for item in modules)
    return " · ".join([
        f"components: {len(components):,} beside the subject{f' ({used})' if used else ''}",
        f"edges: {sum(map(len, document.edges.values())):,}",
        f"licences known: {licences:,} of {len(components):,}",
        f"zips hashed: {hashes:,} of {len(modules):,} modules",
        f"proven: {proven:,} of {len(modules):,} modules",
        f"gaps: {len(document.gaps):,}",
    ])  # fmt: skip


def _unnamed(document: Document) -> list[str]:
    creators = document.creators
    parties = (("author", creators.author), ("manufacturer", creators.manufacturer), ("supplier", creators.supplier))
    missing = [name for name, party in parties if party is None]
    if not missing:
        return []
    return [f"not named: {', '.join(missing)}; NTIA and BSI ask for them; next: supplymatrix config author"]
