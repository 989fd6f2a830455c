"""The settings of the go command for people: each with its origin, the way of a name drawn, and what is risky."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import EffectiveSetting, RiskySetting, SettingRisk, Width
from supplymatrix.privacy.risky import is_told
from supplymatrix.privacy.runs import SourcesRun
from supplymatrix.reports.plain import plain
from supplymatrix.reports.proxy_drawing import draw_chain

__all__ = ["gap_lines", "render_sources_text", "wrapped"]

_ALWAYS = ("GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN")
_LABEL = 14
_VERDICTS = {
    0: "no setting was found that weakens where modules come from",
    1: "settings weaken where modules come from, or how they are checked",
    3: "not everything could be read, or judged here",
}
_MARKS: Mapping[Width, str] = {Width.ALL: "✗", Width.DOMAIN: "!", Width.PATH: "·"}


def render_sources_text(run: SourcesRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return the settings, the drawing of each context, and the risks. verbose: settings that nobody set, too."""
    lines: list[str] = []
    contexts = (*(setting.context for setting in run.settings), *(each.context for each in run.chains))
    for context in dict.fromkeys(contexts):
        settings = [setting for setting in run.settings if setting.context == context]
        lines += [plain(context or "this machine"), *_settings(settings, width, verbose=verbose)]
        for each in run.chains:
            is_bare = bool(context and settings) and each.lacks_proxy and not _says_more(settings)
            if each.context == context and not is_bare:
                lines += ["", *(f"  {line}".rstrip() for line in draw_chain(each.chain, width=width - 2))]
        lines.append("")
    lines += _risks(run.risks, width)
    for note in run.notes:
        lines += wrapped("note", note, width)
    lines += gap_lines(run.gaps, width)
    lines += textwrap.wrap(_VERDICTS[run.exit_code], max(40, width))
    return "\n".join(lines) + "\n"


def _says_more(settings: Sequence[EffectiveSetting]) -> bool:
    return any(setting.name in ("GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB") for setting in settings)


def _settings(settings: Sequence[EffectiveSetting], width: int, *, verbose: bool) -> Iterator[str]:
    for setting in settings:
        is_default = setting.origin == "default of Go"
        if is_default and not verbose and setting.name not in _ALWAYS:
            continue
        if not setting.shown and not verbose:
            continue
        yield from wrapped(setting.name, setting.shown or "(empty)", width)
        if setting.unknown:
            yield from wrapped("", setting.unknown, width)
        yield from wrapped("", f"from {_origin(setting)}", width)
        for origin, shown in setting.overridden:
            yield from wrapped("", f"goes before {shown or 'an empty value'}, of {origin}", width)


def _origin(setting: EffectiveSetting) -> str:
    if setting.location.artifact:
        return f"{setting.origin}, {setting.location}"
    return f"{setting.origin}, {setting.file}" if setting.file else setting.origin


def _risks(risks: Sequence[RiskySetting], width: int) -> Iterator[str]:
    for risk in risks:
        where = f" ({risk.context or 'this machine'})"
        mark = _MARKS[risk.width if is_told(risk) else Width.PATH]
        yield plain(f"{mark} {risk.setting}: {_title(risk)}{_width(risk)}{where}")
        yield from wrapped("", risk.words, width)
        if risk.location.artifact:
            yield from wrapped("", f"at {risk.location}", width)
    if risks:
        yield ""


def _width(risk: RiskySetting) -> str:
    return "" if risk.risk is SettingRisk.COVERS_NOTHING else f", {risk.width.value}"


def _title(risk: RiskySetting) -> str:
    return (
        "modules are not read"
        if risk.risk is SettingRisk.SUM_IGNORED and risk.setting == "GO111MODULE"
        else (risk.risk.value)
    )


def gap_lines(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    """Yield what is not known, and what to do."""
    for gap in gaps:
        yield from wrapped("not known", f"{gap.wanted}: {gap.reason}", width)
        if gap.remedy:
            yield from wrapped("next", gap.remedy, width)


def wrapped(label: str, text: str, width: int, *, indent: int = 2 + _LABEL) -> Iterator[str]:
    """Yield lines of a label and its text, which goes on under itself, `indent` columns from the left."""
    room = max(40, width) - indent
    lines = textwrap.wrap(plain(text), room, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        lead = f"  {label}" if label and number == 0 else ""
        yield f"{lead:{indent}}{line}".rstrip()
