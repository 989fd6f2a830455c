"""The audits of sources and of names as pages: the drawing, texts of 80 columns, JSON of its schema."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import (
    Asked,
    EffectiveSetting,
    NameSent,
    RiskySetting,
    SendReason,
    SettingRisk,
    Width,
)
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed
from supplymatrix.privacy.needs import Scenario
from supplymatrix.privacy.proxy_chain import chain_of
from supplymatrix.privacy.runs import ContextChain, LeaksRun, SourcesRun
from supplymatrix.reports.leaks_json import render_leaks_json
from supplymatrix.reports.leaks_view import render_leaks_text
from supplymatrix.reports.proxy_drawing import draw_chain
from supplymatrix.reports.sources_json import render_sources_json
from supplymatrix.reports.sources_view import render_sources_text
from tests.support.made_log import make_key

OTHER = make_key("log.example").verifier
PLACE = Location(artifact="Dockerfile", line=2, column=1)
NOWHERE = Location(artifact="")
GAP = Gap(wanted="what the module graph is", reason="go.mod of a@v1.0.0 is not here", remedy="go mod download")


def settings(**said: str) -> GoSettings:
    return GoSettings(**{name: Setting(value=text) for name, text in said.items()})


def validate(name: str, text: str) -> Any:  # noqa: ANN401 - JSON
    found = json.loads(text)
    schema = resources.files("supplymatrix.reports") / "schema" / SCHEMAS[name][0]
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(found)
    return found


def test_the_drawing_of_a_whole_way() -> None:
    said = settings(
        goproxy="http://a.example:3000|https://b.example,direct",
        gonoproxy="*.corp.example,git.corp.example/x",
        gonosumdb="*.corp.example",
    )
    assert draw_chain(chain_of(said), width=60) == [
        "the go command asks for a module",
        "├─► what GONOPROXY covers (*.corp.example,",
        "│   git.corp.example/x)",
        "│   └─► the module's own host, and no proxy",
        "└─► http://a.example:3000",
        "      │ it fails in any way ( | )",
        "      ▼",
        "    b.example",
        "      │ it answers 404 or 410 ( , )",
        "      ▼",
        "    direct: the module's own host",
        "",
        "and for what go.sum has no line of",
        "└─► sum.golang.org, through a.example:3000 or b.example if",
        "    that serves it, else itself",
        "    never of *.corp.example",
    ]


@pytest.mark.parametrize(
    ("goproxy", "gosumdb", "piece"),
    [
        ("off", "off", "no log: GOSUMDB=off"),
        ("file:///p,off", "", "it is not there ( , )"),
        ("", "a b c", "nobody is known: GOPROXY is not set"),
        ("ftp://a", f"{OTHER} https://m.test", "log.example, which is not the log of Go at m.test"),
        ("direct", "sum.golang.org file:///log", "sum.golang.org in a folder of this machine"),
        ("direct", "off ", "no log is known: GOSUMDB, Go knows no log off by its name alone"),
        ("http://u:p@a.test", "", "http://a.test, which Go refuses to ask"),
        (",".join(["https://a.test"] * 30), "", "and 10 more"),
        (f"https://{'a' * 200}.example", "", "…"),
        ("https://\u202ea.example", "", "└─►"),
    ],
)
def test_odd_ways_are_drawn_within_their_width(goproxy: str, gosumdb: str, piece: str) -> None:
    lines = draw_chain(chain_of(settings(goproxy=goproxy, gosumdb=gosumdb)), width=50)
    assert piece in "\n".join(lines) or piece in " ".join(line.strip() for line in lines)
    assert max(map(len, lines)) <= 50
    assert "\u202e" not in "".join(lines)


def test_a_log_that_nobody_asks_is_drawn_as_one() -> None:
    lines = draw_chain(chain_of(settings(goproxy="direct", gonosumdb="x.test,*")))
    assert lines[-2:] == [
        "└─► nobody: GONOSUMDB covers every module (x.test, *); sum.golang.org is asked",
        "    for Go itself alone",
    ]


def sources() -> SourcesRun:
    proxy = EffectiveSetting(
        name="GOPROXY", shown="https://…@a.example|direct", origin="environment", location=NOWHERE,
        overridden=(("go env file (/e)", ""),),
    )  # fmt: skip
    empty = EffectiveSetting(name="GOEXPERIMENT", shown="", origin="default of Go", location=NOWHERE)
    built = EffectiveSetting(
        name="GOSUMDB", shown="off", origin="Dockerfile", location=PLACE, context="Dockerfile, stage 0"
    )
    risk = RiskySetting(
        setting="GOSUMDB", shown="off", risk=SettingRisk.LOG_OFF, width=Width.ALL, words="nobody is asked",
        location=PLACE, origin="Dockerfile", context="Dockerfile, stage 0",
    )  # fmt: skip
    return SourcesRun(
        name="svc",
        settings=(proxy, empty, built),
        chains=(
            ContextChain(context="", chain=chain_of(settings(goproxy="https://a.example|direct"))),
            ContextChain(context="Dockerfile, stage 0", chain=chain_of(settings(gosumdb="off")), lacks_proxy=True),
        ),
        risks=(risk, changed(risk, setting="GO111MODULE", risk=SettingRisk.SUM_IGNORED, context="", location=NOWHERE)),
        gaps=(GAP,),
        notes=("GOENV=off: there is no go env file",),
        exit_code=3,
    )


def test_sources_as_text_and_json() -> None:
    text = render_sources_text(sources())
    assert "goes before an empty value, of go env file (/e)" in text
    assert "✗ GOSUMDB: no checksum log, everything (Dockerfile, stage 0)" in text
    assert "✗ GO111MODULE: modules are not read, everything (this machine)" in text
    assert "GOEXPERIMENT" not in text
    assert "GOEXPERIMENT  (empty)" in render_sources_text(sources(), verbose=True)
    assert max(map(len, text.splitlines())) <= 80
    document = validate("sources", render_sources_json(sources()))
    assert document["chains"][1]["log"]["off"] is True
    assert document["settings"][0]["location"] is None


def sent(name: str = "git.corp.example/a", **more: Any) -> NameSent:  # noqa: ANN401 - fields of a test
    fields = {
        "version": "v1.0.0", "host": "a.example", "asked": Asked.PROXY, "reason": SendReason.REQUIRED,
        "location": Location(artifact="go.mod", line=5, column=2), "requests": (".zip",), **more,
    }  # fmt: skip
    return NameSent(name=name, **fields)


def leaks(*names: NameSent, exit_code: int = 1) -> LeaksRun:
    return LeaksRun(
        name="svc", scenario=Scenario.BUILD, is_warm=False, sent=names, contexts=("",), refused=("it stops",),
        gaps=(GAP,), notes=(), exit_code=exit_code,
    )  # fmt: skip


def test_leaks_as_text_and_json() -> None:
    private = sent(is_private=True, private_by="GOPRIVATE=*.corp.example")
    others = [sent(f"lib.example/m{number}") for number in range(20)]
    own = [
        sent(f"h{number}.example/x", host=f"h{number}.example", asked=Asked.GO_GET_PAGE, is_sure=False, when="a fails")
        for number in range(3)
    ]
    log = sent(host="log.example", asked=Asked.LOG)
    run = leaks(log, *others, private, *own)
    text = render_leaks_text(run)
    assert "`go build ./...` with an empty module cache tells 21 names to 2 hosts" in text
    head, _, rest = text.partition("✗ a.example (module proxy): 21 names, 1 of them private\n")
    assert "log.example" not in head
    assert rest.startswith("    private: git.corp.example/a@v1.0.0\n        GOPRIVATE=*.corp.example; required")
    assert "and 9 more (all with -v)" in rest
    assert "· the modules' own hosts, only if a fails:\n    h0.example (1), h1.example (1), h2.example (1)" in rest
    assert "1 private name; private names would be sent to others" in text
    assert max(map(len, text.splitlines())) <= 80
    full = render_leaks_text(run, verbose=True)
    assert "required in go.mod, go.mod:5:2; asked: .zip" in full
    assert "the repository that this page names" in full
    document = validate("leaks", render_leaks_json(run))
    assert len(document["names"]) == 25


def test_what_is_perhaps_private_is_told_as_that() -> None:
    thumb = "same host as the main module"
    run = leaks(sent(private_by=thumb), sent("lib.example/b"), sent(host="log.example", private_by=thumb))
    text = render_leaks_text(run)
    assert "! a.example (module proxy): 2 names, 1 of them perhaps private" in text
    assert "    perhaps private: git.corp.example/a@v1.0.0\n        same host as the main module; required" in text
    assert "1 name perhaps private; they would be sent to others" in " ".join(text.split())
    document = validate("leaks", render_leaks_json(run))
    assert [(name["private"], name["perhaps_private"]) for name in document["names"]] == [
        (False, True), (False, False), (False, True),
    ]  # fmt: skip


def test_a_value_that_is_not_known_and_an_entry_that_covers_nothing() -> None:
    run = sources()
    open_setting = changed(run.settings[0], shown="${{ vars.P }}", unknown="it is an expression", context="ci.yml")
    chain = ContextChain(context="ci.yml", chain=chain_of(settings()), unknown=(("GOPROXY", "it is an expression"),))
    bare = ContextChain(
        context="Go's defaults (Dockerfile)", chain=chain_of(settings(goproxy="direct")), lacks_proxy=True
    )
    risk = changed(run.risks[0], risk=SettingRisk.COVERS_NOTHING, pattern=" a", setting="GOPRIVATE")
    note = changed(run.risks[0], risk=SettingRisk.MOD_WRITTEN, setting="GOFLAGS")
    run = changed(run, settings=(*run.settings, open_setting), chains=(*run.chains, chain, bare), risks=(risk, note))
    text = render_sources_text(run)
    assert "GOPROXY       ${{ vars.P }}\n                it is an expression\n" in text
    assert "Go's defaults (Dockerfile)\n\n  the go command asks for a module\n" in text
    assert "✗ GOPRIVATE: an entry that covers nothing (Dockerfile, stage 0)" in text
    assert "· GOFLAGS: builds may write go.mod, everything" in text
    document = validate("sources", render_sources_json(run))
    assert document["chains"][2]["unknown"] == ["GOPROXY"]


def test_nothing_is_told_as_nothing() -> None:
    text = render_leaks_text(changed(leaks(exit_code=5), contexts=(), gaps=(), refused=()))
    assert text == "there was nothing to look at\n"
