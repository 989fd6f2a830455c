"""The app over audits that are made: what each command finds is fixed, and judged by the real rules and a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.audit_parts import AuditPart, AuditSubject, PartRun, SourcesFound
from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.model.fips import FipsPosture, NonApprovedPackage
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import Credential, CredentialsSought, EffectiveSetting, NameSent, RiskySetting
from supplymatrix.model.native_code import NationalAlgorithm, NativeCode
from supplymatrix.model.native_run import CgoRun, CgoTarget
from supplymatrix.model.path_run import PathRun
from supplymatrix.model.vendor_path import VendorUse
from supplymatrix.model.vulnerability import GoSupport, UncheckedModule, VulnDatabase, Vulnerability
from supplymatrix.model.vulns_run import VulnRun
from supplymatrix.privacy.credential_run import CredentialsRun
from supplymatrix.privacy.needs import Scenario
from supplymatrix.privacy.proxy_chain import chain_of
from supplymatrix.privacy.runs import ContextChain, LeaksRun, SourcesRun
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.audits import AuditsScreen
from tests.support.audit_facts import made
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_response import shop

__all__ = ["CALLED", "Look", "audits_app", "audits_screen", "audits_session", "made_runs", "vulnerability"]

Look = Callable[[AuditSubject], PartRun]
CALLED = "GO-2026-0001 in lib.example/parse@v1.2.0"
"""The row of the vulnerability whose function is called."""
POLICY = """\
schema = 1

[vulns]

[[waivers]]
id = "GO-2026-0003"
package = "lib.example/old"
reason = "only the tests of a tool use it"
owner = "ada@shop.example"
expires = 2026-12-20
vex_justification = "vulnerable_code_not_in_execute_path"
"""


def vulnerability(number: int, path: str, **more: Any) -> Vulnerability:  # noqa: ANN401 - fields as JSON has them
    """Return one that is called, unless fields say otherwise."""
    told = {
        "advisory": f"GO-2026-{number:04}", "subject": f"{path}@v1.2.0", "level": "symbol", "looked": "symbol",
        "level_by": "call graph of govulncheck", "review": "reviewed", "summary": f"Endless loop in {path}",
        "database": "go", "location": "go.mod:5:2", "symbols": [f"{path}.Parse"],
        "chain": ["example.org/shop", f"{path}/inner", f"{path}.Parse"], "fixed": "v1.2.4", "published": "2026-11-02",
        "first_seen": "2026-11-20", "aliases": [f"CVE-2026-{number:04}"], "url": f"https://go.example/{number}",
    }  # fmt: skip
    return made(Vulnerability, {**told, **more})  # type: ignore[no-any-return]


def made_runs() -> Mapping[AuditPart, PartRun]:
    """Return what each command finds."""
    return {
        AuditPart.VULNS: _vulns(),
        AuditPart.FIPS: _fips(),
        AuditPart.CGO: _cgo(),
        AuditPart.SOURCES: _sources(),
        AuditPart.CREDENTIALS: _credentials(),
        AuditPart.PATH: _path(),
    }


def _vulns() -> VulnRun:
    at_package = {"level": "package", "looked": "package", "level_by": "imports of the source files", "symbols": []}
    at_module = {**at_package, "level": "module", "packages": [], "chain": []}
    database = {
        "id": "go", "name": "Go vulnerability database", "dated": "2026-11-20", "dated_by": "newest entry",
        "entries": 5200, "withdrawn": 100, "sha256": "ab" * 32, "source": "feeds", "attribution": "The Go authors",
    }  # fmt: skip
    support = {
        "subject": "shop", "go_version": "1.24.3", "role": "toolchain line", "location": "go.mod:3:1",
        "is_supported": False, "newest": "1.26.8", "ended": "2026-08-11", "as_of": "2026-11-20",
    }  # fmt: skip
    return VulnRun(
        databases=(made(VulnDatabase, database),),
        vulnerabilities=(
            vulnerability(1, "lib.example/parse"),
            vulnerability(2, "lib.example/web", packages=["lib.example/web/h2"], **at_package,
                          chain=["example.org/shop", "lib.example/web", "lib.example/web/h2"]),
            vulnerability(3, "lib.example/old"),
            vulnerability(4, "lib.example/far", **at_module),
            vulnerability(5, "lib.example/said", review="unreviewed", fixed="", **{**at_module, "looked": "module"}),
        ),
        go_support=(made(GoSupport, support),),
        gaps=(Gap(wanted="module graph of example.org/shop", reason="no go.mod of lib.example/b is here",
                  remedy="go mod download all"),),
        notes=("imports were followed for linux/amd64",),
        exit_code=3,
        subjects=("shop",),
        checked=7,
        unchecked=(made(UncheckedModule, {"subject": "git.shop.example/own@v0.1.0", "reason": "it is private",
                                          "location": "go.mod:9:2"}),),
    )  # fmt: skip


def _fips() -> FipsRun:
    marks = [
        {"kind": "claim", "family": "go-module", "words": "GOFIPS140=v1.0.0 is recorded", "location": "bin/shop"},
        {"kind": "witness", "family": "go-module", "words": "functions of the frozen module", "location": "bin/shop"},
        {"kind": "defeat", "family": "none", "words": "GODEBUG=fips140=off is set", "location": "Dockerfile:9:1"},
        {"kind": "need", "family": "none", "words": "a kernel that the certificate names", "location": "bin/shop"},
    ]  # fmt: skip
    posture = {
        "subject": "bin/shop", "use": "program", "family": "go-module", "location": "bin/shop", "module": "v9.9.9",
        "state": "certified", "certificate": "CMVP #5247", "dated": "2026-11-01", "mode": "on", "marks": marks,
        "looked_at": ["settings", "function table"],
    }  # fmt: skip
    beside = {
        "subject": "bin/shop", "package": "crypto/md5", "module": "std@", "what": "MD5", "how": "linked",
        "location": "bin/shop", "is_blocked": True, "functions": ["crypto/md5.Sum"], "use": "program",
    }  # fmt: skip
    return FipsRun(
        postures=(made(FipsPosture, posture),), packages=(made(NonApprovedPackage, beside),), gaps=(), notes=(),
        exit_code=1, table_of=date(2026, 11, 1),
    )  # fmt: skip


def _cgo() -> CgoRun:
    position = {
        "outcome": "GPL-combined", "of": "position of the FSF", "source": "GPL FAQ", "words": "one work with it",
        "is_disputed": True,
    }  # fmt: skip
    native = {
        "subject": "lib.example/readline@v1.0.0", "library": "readline", "mode": "dynamic", "proof": "source files",
        "position": position, "location": "line.go:3:1", "licence": "GPL-3.0-or-later", "licence_from": "table",
        "files": ["line.go"], "count": 1,
    }  # fmt: skip
    national = {
        "subject": "lib.example/gm@v1.0.0", "package": "lib.example/gm/sm4", "algorithms": ["SM4"],
        "standard": "GB/T 32907", "how": "imported", "location": "go.mod:8:2",
    }  # fmt: skip
    return CgoRun(
        native=(made(NativeCode, native),), national=(made(NationalAlgorithm, national),), gaps=(), notes=(),
        targets=(CgoTarget(name="shop", goos="linux", goarch="amd64", cgo=True, tags=("netgo",)),), exit_code=1,
    )  # fmt: skip


def _sources() -> SourcesFound:
    settings = GoSettings(
        goproxy=Setting(value="https://goproxy.shop.example|https://mirror.example,direct"),
        gosumdb=Setting(value="sum.golang.org"),
        gonoproxy=Setting(value="*.shop.example"),
    )
    shown = {
        "name": "GOPROXY", "shown": "https://…@goproxy.shop.example|https://mirror.example,direct",
        "origin": "environment", "location": "", "overridden": [["GOROOT's go.env", "https://proxy.example,direct"]],
    }  # fmt: skip
    sent = {
        "name": "git.other.example/secret", "version": "v0.1.0", "host": "mirror.example", "asked": "module proxy",
        "reason": "required in go.mod", "location": "go.mod:9:2", "is_sure": False,
        "when": "goproxy.shop.example fails in any way", "is_private": True, "private_by": "the policy",
    }  # fmt: skip
    public = {**sent, "name": "lib.example/web", "host": "goproxy.shop.example", "is_sure": True, "when": "",
              "is_private": False, "private_by": ""}  # fmt: skip
    more = {**public, "name": "lib.example/tests"}
    risk = {
        "setting": "GOPROXY", "shown": "…", "risk": "falls through on any error", "width": "everything",
        "words": "who can break goproxy.shop.example decides who is asked", "location": "",
        "pattern": "goproxy.shop.example", "origin": "environment",
    }  # fmt: skip
    leaks = [
        LeaksRun(name="shop", scenario=scenario, is_warm=False, sent=tuple(made(NameSent, one) for one in told),
                 contexts=("",), refused=(), gaps=(), notes=(), exit_code=1)
        for scenario, told in ((Scenario.BUILD, (sent, public)), (Scenario.TIDY, (sent, public, more)))
    ]  # fmt: skip
    return SourcesFound(
        settings=SourcesRun(
            name="shop", settings=(made(EffectiveSetting, shown),), risks=(made(RiskySetting, risk),), gaps=(),
            chains=(ContextChain(context="", chain=chain_of(settings)),), notes=(), exit_code=1,
        ),
        leaks=tuple(leaks),
    )  # fmt: skip


def _credentials() -> CredentialsRun:
    told = {
        "kind": "password in an address", "where": "GOPROXY", "location": "Dockerfile:3:5", "name": "GOPROXY",
        "prefix": "tr0u", "digest": "a1b2c3d4", "length": 24, "is_committed": True, "is_shipped": True,
        "advice": "take it out",
    }  # fmt: skip
    sought = CredentialsSought(place="the files of the project", looked=4, found=1)
    return CredentialsRun(credentials=(made(Credential, told),), sought=(sought,), gaps=(), notes=(), exit_code=1)


def _path() -> PathRun:
    told = {
        "part": "build image", "vendor": "", "what": "golang:1.24", "location": "Dockerfile:1:1", "pinned": "floating",
        "version": "1.24", "role": "build", "words": "FROM golang:1.24", "ends": "2026-08-11", "is_ended": True,
        "wants": "golang:1.24@sha256:…",
    }  # fmt: skip
    again = {**told, "location": "ci/Dockerfile:1:1"}
    return PathRun(
        path="shop", module_path="example.org/shop", files=("Dockerfile",), vendors=(), results=(), gaps=(), notes=(),
        uses=(made(VendorUse, told), made(VendorUse, again)), day=date(2026, 11, 25), bases_of=date(2026, 11, 1),
        exit_code=1,
    )  # fmt: skip


def audits_session(
    folder: Path, monkeypatch: pytest.MonkeyPatch, looks: Mapping[AuditPart, Look] | None = None
) -> MadeSession:
    """Return a session about a project with a policy, whose audits are made. looks: of some parts other ones."""
    session = shop(folder, monkeypatch)
    (folder / "projects" / "shop" / "lift.toml").write_text(POLICY, encoding="utf-8")
    (folder / "projects" / "shop" / "Dockerfile").write_text("FROM golang:1.24\n", encoding="utf-8")
    own: dict[AuditPart, Look] = {part: lambda _, run=run: run for part, run in made_runs().items()}  # type: ignore[misc]
    monkeypatch.setattr("supplymatrix.engine.audit_parts._LOOKS", {**own, **(looks or {})})
    return session


def audits_app(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: str = "audits", looks: Mapping[AuditPart, Look] | None = None
) -> SupplymatrixApp:
    """Return the app on the screen."""
    return made_app(audits_session(folder, monkeypatch, looks), at)


def audits_screen(app: SupplymatrixApp) -> AuditsScreen:
    """Return the screen on top, which is the one of audits."""
    screen = app.place_screen
    assert isinstance(screen, AuditsScreen)
    return screen
