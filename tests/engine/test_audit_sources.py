"""The audit of sources: settings of a machine and of build files, names, facts for a check; odd input, and secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_sources import LeakWish, audit_leaks, audit_sources, facts_of, leaks_of_all
from supplymatrix.engine.effective_settings import machine_settings, show_setting
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.go_sources import EffectiveSetting, NameSent, RiskySetting, SendReason, SettingRisk
from supplymatrix.privacy.needs import Scenario
from supplymatrix.sources.project import read_project
from supplymatrix.sources.subjects import find_subjects, read_subject
from tests.support.machine import NOW
from tests.support.module_cache import make_cache, unpack
from tests.support.recorded_go import write_files

GO_MOD = "module git.corp.example/team/app\n\ngo 1.22\n\nrequire git.corp.example/team/secret v1.0.0\n"
GO_SUM = "".join(f"git.corp.example/team/secret v1.0.0{kind} h1:{'A' * 43}=\n" for kind in ("", "/go.mod"))
MAIN = 'package main\n\nimport _ "git.corp.example/team/secret"\n\nfunc main() {}\n'
DOCKERFILE = """\
FROM golang:1.26 AS base
ARG GOPROXY=https://bot:hunter2hunter2@proxy.test|direct
FROM base AS build
ENV GOSUMDB=off
RUN go env -w GOFLAGS=-mod=mod && GOVCS=*:all go build ./... && GOINSECURE=$HOSTS go vet
FROM scratch
"""


def project(folder: Path, **files: str) -> Path:
    return write_files(folder, {"go.mod": GO_MOD, "go.sum": GO_SUM, "main.go": MAIN, **files})


def environ(folder: Path, **settings: str) -> dict[str, str]:
    return {"HOME": str(folder / "home"), "GOENV": "off", "GOPROXY": "https://proxy.test", **settings}


def wish(folder: Path, *, private: tuple[str, ...] = (), **settings: str) -> AuditInput:
    means = Means(environ=environ(folder, **settings), now=NOW)
    return AuditInput(means=means, project=read_project(folder), private=private)


def test_jobs_of_a_ci_file_are_judged_each_by_itself(tmp_path: Path) -> None:
    head = "env: {GOPRIVATE: '*.corp.example', GOPROXY: https://proxy.test}\n"
    ci = f"{head}jobs:\n  a:\n    env: {{GOSUMDB: 'off'}}\n  b:\n    env: {{GOSUMDB: x.test}}\n"
    project(tmp_path, **{".github/workflows/ci.yml": ci})
    run = audit_sources(wish(tmp_path))
    shown = [
        (each.context.rpartition(" ")[2], each.name, each.shown, each.origin) for each in run.settings if each.context
    ]
    for job, log in (("a", "off"), ("b", "x.test")):
        assert [told[1:] for told in shown if told[0] == job] == [
            ("GOPROXY", "https://proxy.test", "CI file"),
            ("GOPRIVATE", "*.corp.example", "CI file"),
            ("GONOPROXY", "*.corp.example", "implied by GOPRIVATE"),
            ("GOSUMDB", log, "CI file"),
            ("GONOSUMDB", "*.corp.example", "implied by GOPRIVATE"),
        ]
    assert [risk.risk for risk in run.risks] == [SettingRisk.LOG_OFF, SettingRisk.FOREIGN_LOG]
    assert [gap.wanted for gap in run.gaps] == ["which log is asked (.github/workflows/ci.yml, job b)"]
    assert run.exit_code == 3


def test_what_sets_nothing_has_the_defaults_of_go(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM golang\nRUN go build ./...\n",
        ".github/workflows/ci.yml": "jobs: {t: {steps: [{run: go build ./...}]}}\n",
    }
    go_env = write_files(tmp_path / "go", {"go.env": "GOPROXY=https://default.test\n"})
    folder = project(tmp_path / "svc", **files)
    run = audit_leaks(wish(folder, GOPRIVATE="*.corp.example", GOROOT=str(go_env)))
    context = "Go's defaults (Dockerfile, stage 0; .github/workflows/ci.yml)"
    assert run.contexts == ("", context)
    assert [(sent.host, sent.is_private) for sent in run.of(context)] == [("default.test", True)]
    assert [(gap.wanted, run.exit_code) for gap in run.gaps] == [("which packages are imported", 3)]
    (tmp_path / "go" / "go.env").unlink()
    run = audit_leaks(wish(folder, GOPRIVATE="*.corp.example", GOROOT=str(go_env)))
    assert f"who is asked for modules ({context})" in [gap.wanted for gap in run.gaps]


def test_a_value_that_is_given_at_build_time_is_a_gap_and_tells_no_names(tmp_path: Path) -> None:
    ci = "jobs: {t: {env: {GOPRIVATE: '${{ vars.HOSTS }}'}, steps: [{run: go build ./...}]}}\n"
    docker = "FROM golang AS build\nARG GOPROXY\nENV GOPROXY=$GOPROXY\nRUN go build ./...\n"
    project(tmp_path, **{"Dockerfile": docker, ".github/workflows/ci.yml": ci})
    run = audit_leaks(wish(tmp_path, private=("git.corp.example",)))
    gaps = {gap.wanted: gap.reason for gap in run.gaps}
    assert gaps["who is asked for modules (Dockerfile, stage build)"] == "GOPROXY: it is given at build time"
    assert gaps["who is asked for modules (.github/workflows/ci.yml)"] == (
        "GOPRIVATE: it is an expression whose value is not known here"
    )
    assert (run.contexts, run.exit_code) == (("",), 3)
    settings = audit_sources(wish(tmp_path)).settings
    assert [(each.shown, each.unknown) for each in settings if each.context.startswith("Docker")] == [
        ("$GOPROXY", "it is given at build time")
    ]


def test_flags_of_a_developer_are_none_of_a_build(tmp_path: Path) -> None:
    project(tmp_path, Dockerfile="FROM golang AS build\nENV GOPROXY=https://b.test\nRUN go build ./...\n")
    run = audit_leaks(wish(tmp_path, GO111MODULE="off"))
    assert [(sent.context, sent.host) for sent in run.sent] == [("Dockerfile, stage build", "b.test")]
    assert run.refused == ("GO111MODULE=off: modules are not read, and nobody is asked for one",)
    project(tmp_path, Dockerfile="FROM golang AS build\nENV GOFLAGS=mod=vendor\nRUN go build ./...\n")
    run = audit_leaks(wish(tmp_path))
    assert [sent.context for sent in run.sent] == [""]
    assert [text.partition(": ")[0] for text in run.refused] == ["Dockerfile, stage build"]


def test_settings_that_go_refuses_are_gaps(tmp_path: Path) -> None:
    run = audit_sources(wish(project(tmp_path), GOFLAGS="mod=vendor", GOVCS="git"))
    assert [gap.reason.partition(":")[0] for gap in run.gaps] == ["it refuses GOFLAGS", "it refuses GOVCS"]


def test_the_members_of_a_workspace_and_its_own_folder(tmp_path: Path) -> None:
    write_files(tmp_path, {"go.work": "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n"})
    write_files(tmp_path, {".gitlab-ci.yml": "variables: {GOPROXY: 'https://ci.test'}\nt: {script: [go test]}\n"})
    for name in "ab":
        project(tmp_path / name, Dockerfile=f"FROM golang AS build\nENV GOPROXY=https://{name}.test\nRUN go build\n")
        (tmp_path / name / "go.mod").write_text(GO_MOD.replace("team/app", f"team/{name}"))
    first, *others = [read_subject(subject) for subject in find_subjects((tmp_path,), recursive=False).subjects]
    means = Means(environ=environ(tmp_path), now=NOW)
    run = audit_sources(AuditInput(means=means, project=first), others, tmp_path)
    places = {each.context: str(each.location) for each in run.settings if each.context}
    assert places == {
        "a/Dockerfile, stage build": "a/Dockerfile:2:1",
        "b/Dockerfile, stage build": "b/Dockerfile:2:1",
        ".gitlab-ci.yml": ".gitlab-ci.yml:1:22",
    }
    leaks = audit_leaks(AuditInput(means=means, project=first))
    assert leaks.contexts == ("", "a/Dockerfile, stage build", ".gitlab-ci.yml")
    one = audit_sources(AuditInput(means=means, project=first))
    assert {str(each.location) for each in one.settings if each.context} == {"Dockerfile:2:1", "../.gitlab-ci.yml:1:22"}


def test_the_settings_of_a_machine_with_their_files(tmp_path: Path) -> None:
    folder = project(tmp_path)
    env = (
        write_files(tmp_path / "config", {"env": "GOPRIVATE=*.corp.example\nGOPROXY=https://a.test\nodd line\n"})
        / "env"
    )
    goroot = write_files(tmp_path / "go", {"go.env": "GOPROXY=https://b.test\nGOTOOLCHAIN=auto\n"})
    settings = {"HOME": str(tmp_path), "GOENV": str(env), "GOROOT": str(goroot), "GOPROXY": "https://c.test"}
    found = {entry.name: entry for entry in machine_settings(settings, read_project(folder)).found}
    assert found["GOPROXY"].text == "https://c.test"
    assert found["GOPROXY"].overridden == (
        (f"go env file ({env})", "https://a.test"),
        (f"GOROOT's go.env ({goroot / 'go.env'})", "https://b.test"),
    )
    assert found["GONOSUMDB"].origin == "implied by GOPRIVATE"
    assert (found["GOTOOLCHAIN"].text, found["GOTOOLCHAIN"].origin) == ("auto", "GOROOT's go.env")
    assert found["GOMODCACHE"].text == str(tmp_path / "go" / "pkg" / "mod")
    assert found["GOENV"].text == str(env)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"PATH": ""}, ["the go env file", "who is asked for modules"]),
        ({"GOENV": "off", "GOPROXY": "direct"}, []),
        ({"GOENV": "FOLDER", "GOPROXY": "direct"}, ["the go env file, FOLDER"]),
        ({"GOENV": "\0", "GOPROXY": "direct"}, ["the go env file, \0"]),
        ({"GOENV": "off", "GOPROXY": "direct", "GOMODCACHE": "relative"}, ["the go command's settings"]),
    ],
)
def test_what_cannot_be_read_is_a_gap(settings: dict[str, str], wanted: list[str], tmp_path: Path) -> None:
    settings = {name: text.replace("FOLDER", str(tmp_path)) for name, text in settings.items()}
    gaps = machine_settings(settings).gaps
    assert [gap.wanted for gap in gaps] == [text.replace("FOLDER", str(tmp_path)) for text in wanted]


def test_a_value_that_go_refuses_is_a_gap(tmp_path: Path) -> None:
    run = audit_sources(wish(project(tmp_path), GOPROXY="ftp://u:s3cret@a.test"))
    assert run.exit_code == 3
    assert "s3cret" not in repr(run)


def test_names_of_contexts_and_of_private_modules(tmp_path: Path) -> None:
    folder = project(tmp_path, Dockerfile="FROM a AS build\nENV GOPROXY=https://b.test\nRUN go build\n")
    run = audit_leaks(wish(folder, GOPRIVATE="*.corp.example"))
    assert run.contexts == ("", "Dockerfile, stage build")
    assert [(sent.host, sent.is_private) for sent in run.of("")] == [("git.corp.example", False)]
    assert [(sent.host, sent.is_private, sent.private_by) for sent in run.of("Dockerfile, stage build")] == [
        ("b.test", True, "GOPRIVATE=*.corp.example")
    ]


def test_the_policy_keeps_names_and_what_the_log_has_is_no_secret(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (sent,) = audit_leaks(wish(folder, private=("git.corp.example/team",))).sent
    assert sent.private_by == "the policy ([sources] private: git.corp.example/team)"
    cache = tmp_path / "cache"
    (sent,) = audit_leaks(wish(folder, GOMODCACHE=str(cache))).sent
    assert (sent.private_by, sent.is_private) == ("same host as the main module", False)
    assert any("perhaps private" in note.message for note in facts_of(wish(folder)).notes)
    write_files(cache / "cache/download/sumdb/sum.golang.org/lookup", {"git.corp.example/team/secret@v1.0.0": "1\n"})
    (sent,) = audit_leaks(wish(folder, GOMODCACHE=str(cache))).sent
    assert not sent.may_be_private


def test_what_is_not_on_this_machine_is_a_gap_and_what_may_follow_is_not_sure(tmp_path: Path) -> None:
    go_mod = GO_MOD.replace("require", "require lib.test/b v1.0.0 // indirect\nrequire")
    go_sum = GO_SUM + GO_SUM.replace("git.corp.example/team/secret", "lib.test/b")
    run = audit_leaks(wish(project(tmp_path, **{"go.mod": go_mod, "go.sum": go_sum})))
    assert [(sent.name, sent.is_sure) for sent in run.sent] == [
        ("git.corp.example/team/secret", True), ("lib.test/b", False),
    ]  # fmt: skip
    assert run.sent[1].when == "packages that are not on this machine import something of it"
    assert [gap.wanted for gap in run.gaps] == ["which packages are imported"]
    assert run.exit_code == 3


def test_a_warm_cache_needs_nothing(tmp_path: Path) -> None:
    folder = project(tmp_path)
    name = "git.corp.example/team/secret@v1.0.0"
    cache = make_cache(tmp_path / "cache", {name: "module git.corp.example/team/secret\n\ngo 1.22\n"})
    unpack(cache, name, {"s.go": "package secret\n"})
    lines = GO_SUM.splitlines(keepends=True)
    (folder / "go.sum").write_text(lines[0])  # of the go.mod in the cache there is no hash, so that it counts
    asked = wish(folder, GOMODCACHE=str(cache), GOFLAGS="-mod=mod", GOSUMDB="off")
    assert [sent.name for sent in audit_leaks(asked).sent] == ["git.corp.example/team/secret"]
    assert audit_leaks(asked, LeakWish(is_warm=True)).sent == ()


def test_a_missing_package_is_placed_at_its_import(tmp_path: Path) -> None:
    folder = project(tmp_path, **{"x/x.go": 'package x\n\nimport (\n\t_ "new.test/a/b"\n)\n'})
    run = audit_leaks(wish(folder), LeakWish(scenario=Scenario.TIDY))
    asked = [sent for sent in run.sent if sent.reason is SendReason.IMPORTED]
    assert [sent.name for sent in asked] == ["new.test", "new.test/a", "new.test/a/b"]
    assert {str(sent.location) for sent in asked} == {"x/x.go:4:4"}


def test_variables_can_be_tried(tmp_path: Path) -> None:
    run = audit_leaks(wish(project(tmp_path)), LeakWish(changes={"GOPROXY": "off", "GOPRIVATE": ""}))
    assert run.sent == ()


def test_the_facts_of_a_check(tmp_path: Path) -> None:
    seen = facts_of(wish(project(tmp_path, Dockerfile=DOCKERFILE), GOSUMDB="off"))
    kinds = {type(fact) for fact in seen.facts}
    assert kinds == {EffectiveSetting, RiskySetting, NameSent}
    assert all(fact.may_be_private for fact in seen.facts if isinstance(fact, NameSent) and fact.context)
    assert "hunter2" not in repr(seen)
    assert len(seen.facts) == len(set(seen.facts))


def test_no_project_and_one_without_a_go_mod(tmp_path: Path) -> None:
    nobody = AuditInput(means=Means(environ=environ(tmp_path), now=NOW))
    assert audit_leaks(nobody).exit_code == leaks_of_all([], LeakWish()).exit_code == 5
    assert audit_sources(nobody).exit_code == 0
    (tmp_path / "go.sum").write_text("")
    with pytest.raises(InputError):
        audit_leaks(wish(tmp_path))
    assert facts_of(wish(tmp_path)).gaps[-1].wanted == "which module names are sent"


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": "FROM a\nENV GOPROXY\nRUN ["},
        {"Dockerfile": "\0"},
        {".gitlab-ci.yml": "a: &a [*a]\n"},
        {"broken.go": "package"},
        {"vendor/modules.txt": "# x\n"},
    ],
)
def test_broken_files_are_no_traceback(files: dict[str, str], tmp_path: Path) -> None:
    facts_of(wish(project(tmp_path, **files)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GOPROXY", "https://ada:hunter2hunter2@a.test/x?token=hunter2hunter2,direct"),
        ("HTTPS_PROXY", "http://ada:hunter2hunter2@a.test"),
        ("GOSUMDB", "sum.golang.org https://ada:hunter2hunter2@a.test"),
        ("GOAUTH", "/usr/bin/auth hunter2hunter2"),
        ("GOCACHEPROG", "/usr/bin/cache --token hunter2hunter2"),
        ("GOPRIVATE", "x.test,https://ada:hunter2hunter2@a.test"),
        ("GONOSUMDB", "ada:hunter2hunter2@a.test,x.test"),
        ("GOINSECURE", "ada:hunter2hunter2@a.test"),
        ("GOFLAGS", "'-ldflags=-X main.token=ghp_hunter2hunter2hunter2hunter2hunter2hun'"),
    ],
)
def test_no_secret_is_shown(name: str, text: str) -> None:
    assert "hunter2" not in show_setting(name, text)
