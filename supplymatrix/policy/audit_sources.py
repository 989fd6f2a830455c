"""[sources] proxies and direct: who may be asked for modules (SM215).

Every GOPROXY that is known counts: the one that holds on this machine, and those of build files and CI files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.errors import InputError
from supplymatrix.gomod.goproxy import parse_goproxy
from supplymatrix.gomod.gourl import split_url
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.go_sources import EffectiveSetting
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.policy.audit_terms import Said
from supplymatrix.policy.document import Policy

__all__ = ["PROXY_RULE", "check_sources"]

PROXY_RULE = "SM215"
_NO_MODULE = ModuleVersion(path="", version="")


def check_sources(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield one result for each GOPROXY. rules: by id."""
    proxies, direct = policy.terms.get("sources.proxies"), policy.terms.get("sources.direct")
    rule = rules.get(PROXY_RULE)
    if rule is None or (proxies is None and direct is None):
        return
    for setting in facts.of(EffectiveSetting):
        if setting.name == "GOPROXY":
            yield _judge(setting, proxies, direct, rule)


def _judge(setting: EffectiveSetting, proxies: Said | None, direct: Said | None, rule: Rule) -> Result:
    where = setting.context or "this machine"
    subject = f"GOPROXY of {where}"
    if setting.unknown:
        gap = Gap(
            wanted=f"the proxies of {where}",
            reason=f"GOPROXY: {setting.unknown}",
            remedy="write the value into the file",
            subject=subject,
            family=AuditFamily.SOURCES,
        )
        return unknown(rule, subject, _NO_MODULE, gap)
    try:
        elements = parse_goproxy(setting.shown.replace("…@", "").replace("?…", ""))  # what hides its secrets
    except InputError as err:
        gap = Gap(
            wanted=f"the proxies of {where}",
            reason=err.diagnostics[0].message,
            remedy="mend GOPROXY there",
            subject=subject,
            family=AuditFamily.SOURCES,
        )
        return unknown(rule, subject, _NO_MODULE, gap)
    allowed = proxies.value if proxies is not None and isinstance(proxies.value, tuple) else None
    refused: list[tuple[str, Said]] = []
    for element in elements:
        if element.url == "direct":
            refused += [("version control (direct)", direct)] if direct is not None and direct.value is False else []
        elif element.url != "off" and proxies is not None and allowed is not None and not _is_of(element.url, allowed):
            refused.append((_shown(element.url), proxies))
    if not refused:
        return passed(rule, subject, _NO_MODULE)
    names = " and ".join(dict.fromkeys(name for name, _ in refused))
    own = (setting.location,) if setting.location.artifact else ()
    return failed(
        rule,
        subject,
        _NO_MODULE,
        message=f"GOPROXY of {where} leads to {names}, which the policy does not allow",
        label=f"leads to {names}",
        locations=(*own, *dict.fromkeys(said.location for _, said in refused)),
        evidence=(
            Evidence(label="GOPROXY", value=setting.shown),
            Evidence(label="said by", value=setting.origin + (f", {setting.file}" if setting.file else "")),
        ),
        fix=_fix(allowed, direct),
        identity=f"{subject}\n{names}",
    )


def _fix(allowed: tuple[str, ...] | None, direct: Said | None) -> str:
    ends = "off" if direct is not None and direct.value is False else "direct"
    proxy = f"https://{allowed[0]}," if allowed else ""
    return f"set GOPROXY={proxy}{ends}"


def _is_of(url: str, allowed: tuple[str, ...]) -> bool:
    """Return whether an address is one of a host that is allowed, at or below its path where it names one."""
    host, path = _parts(url)
    for word in allowed:
        name, _, below = word.partition("/")
        prefix = f"/{below}".rstrip("/")
        if host == name and (not prefix or path == prefix or path.startswith(f"{prefix}/")):
            return True
    return False


def _shown(url: str) -> str:
    host, _ = _parts(url)
    return host or "a folder"


def _parts(url: str) -> tuple[str, str]:
    """Return host (with a port that is named) and path; a folder has no host."""
    parts = split_url(url)
    return (parts.host.rpartition("@")[2].lower(), parts.path) if parts is not None else ("", "")
