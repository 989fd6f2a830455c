"""The audit of sources as JSON, "supplymatrix.sources/1". No value in it holds a secret."""

from __future__ import annotations

from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.privacy.proxy_chain import ProxyChain
from supplymatrix.privacy.runs import SourcesRun
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "gaps_json", "place_json", "render_sources_json"]

SCHEMA = "supplymatrix.sources/1"


def render_sources_json(run: SourcesRun) -> str:
    """Return the run as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "subject": run.name,
            "settings": [
                {
                    "context": setting.context,
                    "name": setting.name,
                    "value": setting.shown,
                    "origin": setting.origin,
                    "file": setting.file,
                    "location": place_json(setting.location),
                    "unknown": setting.unknown,
                    "overrides": [{"origin": origin, "value": shown} for origin, shown in setting.overridden],
                }
                for setting in run.settings
            ],
            "chains": [
                {
                    "context": each.context,
                    "sets_goproxy": not each.lacks_proxy,
                    "unknown": [name for name, _ in each.unknown],
                    **_chain(each.chain),
                }
                for each in run.chains
            ],
            "risks": [
                {
                    "context": risk.context,
                    "setting": risk.setting,
                    "value": risk.shown,
                    "risk": risk.risk.value,
                    "width": risk.width.value,
                    "pattern": risk.pattern,
                    "words": risk.words,
                    "origin": risk.origin,
                    "location": place_json(risk.location),
                }
                for risk in run.risks
            ],
            "gaps": gaps_json(run.gaps),
            "notes": list(run.notes),
        }
    )


def _chain(chain: ProxyChain) -> dict[str, object]:
    return {
        "steps": [
            {"kind": step.kind.value, "host": step.host, "plain_http": step.is_plain, "after": step.after}
            for step in chain.steps
        ],
        "exempt": list(chain.exempt),
        "fault": chain.fault,
        "log": {
            "name": chain.log.name,
            "off": chain.log.is_off,
            "host": chain.log.host,
            "proxies": list(chain.log.proxies),
            "foreign": chain.log.is_foreign,
            "fault": chain.log.fault,
            "exempt": list(chain.unlogged),
            "covers_all": chain.is_unlogged,
        },
    }


def place_json(place: Location) -> dict[str, object] | None:
    """Return a place in a file of the project, None for a setting that stands in none."""
    if not place.artifact:
        return None
    return {"artifact": place.artifact, "line": place.line, "column": place.column}


def gaps_json(gaps: tuple[Gap, ...]) -> list[dict[str, str]]:
    """Return what is not known."""
    return [{"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject} for gap in gaps]
