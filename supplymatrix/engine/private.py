"""Which module names must not reach the log, and who says so: lift.toml, or the settings of this machine."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.checks.result import gap_of
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.gomod.goprivate import match
from supplymatrix.model.fact import Gap, PrivateModule, SumLine
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.policy.document import Policy

__all__ = ["Withholding", "withhold_lines", "withholding_of"]

_REMEDY = "list it in lift.toml under [sources] private, or run with --send-private"


@value
class Withholding:
    """Who keeps a name from the log. setting: a policy's file, "GOPRIVATE", "GONOSUMDB"; pattern: and where it was set.

    declared: lift.toml says so, and the module is not expected to be in the log.
    """

    setting: str
    pattern: str
    declared: bool

    def __str__(self) -> str:
        return f"{self.setting}={self.pattern}"


def withholding_of(path: str, policy: Policy, settings: GoSettings, *, send_private: bool) -> Withholding | None:
    """Return who keeps the name of module `path` from the log; None = the log is asked.

    Toolchains are never kept from it, whatever a pattern covers: the go command proves them under every setting, and a
    line that a setting could excuse is what CVE-2026-94447 lives on.
    Source: Go cmd/go/internal/modfetch (useSumDB).
    """
    if path == TOOLCHAIN_PATH:
        return None
    declared = match(",".join(policy.private), path)
    if declared is not None:
        return Withholding(setting=policy.declared_in(declared), pattern=declared, declared=True)
    name, _, pattern = ("" if send_private else settings.withheld_by(path)).partition("=")
    return Withholding(setting=name, pattern=pattern, declared=False) if name else None


def withhold_lines(
    lines: Sequence[SumLine], policy: Policy, settings: GoSettings, *, send_private: bool
) -> tuple[dict[ModuleVersion, PrivateModule], list[Gap]]:
    """Find the modules whose names must not reach the log; those that the policy does not declare leave a gap."""
    private: dict[ModuleVersion, PrivateModule] = {}
    gaps: list[Gap] = []
    known: dict[str, Withholding | None] = {}
    for line in lines:
        path = line.subject.path
        if path not in known:
            known[path] = withholding_of(path, policy, settings, send_private=send_private)
        held = known[path]
        if held is None:
            continue
        private.setdefault(
            line.subject,
            PrivateModule(
                subject=line.subject,
                matched_by=held.pattern,
                setting=held.setting,
                declared=held.declared,
                location=line.location,
            ),
        )
        if not held.declared:
            reason = f"its name is withheld from the log by {held}"
            gaps.append(gap_of(line, reason, _REMEDY))
    return private, gaps
