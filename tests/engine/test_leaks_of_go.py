"""What the real go command tells to whom, on loopback, held against what was predicted: a name too many is as wrong as
one too few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_sources import LeakWish, audit_leaks
from supplymatrix.engine.means import Means
from supplymatrix.gomod.toolchain import toolchain_module
from supplymatrix.model.go_sources import NameSent
from supplymatrix.privacy.needs import Scenario
from supplymatrix.sources.build_target import host_target
from supplymatrix.sources.subjects import find_subjects, read_subject
from tests.support.log_server import Reply
from tests.support.machine import NOW
from tests.support.recorded_go import GO, GoWorld, Served, write_files

pytestmark = pytest.mark.skipif(GO is None, reason="there is no go in PATH")

A, B, OLD_B, DEEP = "lib.example/a@v1.0.0", "lib.example/b@v1.2.0", "lib.example/b@v1.1.0", "lib.example/deep@v1.0.0"
SECRET, UNUSED, FORK = "git.corp.example/team/secret@v1.0.0", "lib.example/unused@v1.0.0", "fork.example/a@v1.0.1"
TOOL, UPPER, NEWER = "lib.example/tool@v1.0.0", "lib.example/Upper@v1.0.0", "lib.example/newer@v1.0.0"
GO_99 = str(toolchain_module("1.99.0", "-".join(host_target())))
AS_LOCAL = f'#!/bin/sh\nunset GOTOOLCHAIN_INTERNAL_SWITCH_VERSION\nexport GOTOOLCHAIN=local\nexec {GO} "$@"\n'
MODULES: Mapping[str, Mapping[str, str]] = {
    A: {
        "go.mod": "module lib.example/a\n\ngo 1.22\n\nrequire lib.example/b v1.1.0\nrequire lib.example/deep v1.0.0\n",
        "a.go": 'package a\n\nimport _ "lib.example/b"\n',
        "a_test.go": 'package a\n\nimport _ "lib.example/deep"\n',
    },
    OLD_B: {"b.go": "package b\n"},
    B: {"b.go": "package b\n"},
    DEEP: {"deep.go": "package deep\n"},
    SECRET: {"secret.go": "package secret\n"},
    UNUSED: {"unused.go": "package unused\n"},
    FORK: {
        "go.mod": "module lib.example/a\n\ngo 1.22\n\nrequire lib.example/b v1.1.0\n",
        "a.go": 'package a\n\nimport _ "lib.example/b"\n',
    },
    UPPER: {"upper.go": "package upper\n"},
    NEWER: {"go.mod": "module lib.example/newer\n\ngo 1.99.0\n", "newer.go": "package newer\n"},
    TOOL: {"cmd/t/main.go": "package main\n\nfunc main() {}\n"},
    GO_99: {"bin/go": AS_LOCAL, "bin/gofmt": "#!/bin/sh\n", "pkg/tool/t": "", "lib/t": "", "src/_go.mod": ""},
}
HOSTS = ("log.example", "lib.example", "git.corp.example", "new.example", "svc.example", "golang.org", "fork.example")
MAIN = 'package main\n\nimport (\n\t_ "git.corp.example/team/secret"\n\t_ "lib.example/a"\n)\n\nfunc main() {}\n'
MISSING = 'package main\n\nimport (\n\t_ "new.example/team/x/pkg"\n\t_ "svc.example/app/gone"\n)\n'
GO_MOD = f"""module svc.example/app

go 1.22

require (
\tgit.corp.example/team/secret v1.0.0
\tlib.example/a v1.0.0
\tlib.example/unused v1.0.0
\t{B.replace("@", " ")} // indirect
)
"""
ONE = "module svc.example/app\n\ngo 1.22\n\nrequire {} v1.0.0\n"
LOCAL = GO_MOD + "\nreplace git.corp.example/team/secret => ./secret\n"
SECRET_HERE = {
    "secret/go.mod": "module git.corp.example/team/secret\n\ngo 1.22\n", "secret/s.go": "package secret\n",
}  # fmt: skip
UNREQUIRED = GO_MOD + "\nreplace new.example/team/x => ./x\n"
WORK = {"go.work": "go 1.22\n\nuse .\n"}
WITH_TOOL = f"{GO_MOD}\ntool lib.example/tool/cmd/t\n\nrequire lib.example/tool v1.0.0 // indirect\n"
PRIVATE = {"GOPRIVATE": "*.corp.example"}
BUILD, DOWNLOAD, TIDY, UPDATES = Scenario.BUILD, Scenario.DOWNLOAD, Scenario.TIDY, Scenario.UPDATES
COMMANDS = {BUILD: "build -n ./...", DOWNLOAD: "mod download", TIDY: "mod tidy", UPDATES: "list -m -u all"}
NO_PROXY_FOR_LOG = ("not serve the log",)


@dataclass(frozen=True, kw_only=True)
class Case:
    """settings: of the go command, with FIRST and SECOND for the proxies. sums: whether go.sum is there. holds: which
    conditions come true, as pieces of them. absent: the first proxy has nothing; broken: it fails."""

    scenario: Scenario = BUILD
    settings: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    go_mod: str = GO_MOD
    sums: bool = True
    holds: tuple[str, ...] = NO_PROXY_FOR_LOG
    absent: bool = False
    broken: bool = False
    serves_log: bool = False
    below: str = ""


CASES = {
    "build": Case(),
    "download": Case(scenario=DOWNLOAD),
    "tidy": Case(scenario=TIDY),
    "updates": Case(scenario=UPDATES),
    "private": Case(settings=PRIVATE, scenario=DOWNLOAD),
    "private-but-noproxy-none": Case(settings={**PRIVATE, "GONOPROXY": "none"}, scenario=DOWNLOAD, sums=False),
    "only-nosumdb": Case(settings={"GONOSUMDB": "*.corp.example"}, scenario=DOWNLOAD, sums=False),
    "no-sums-download": Case(scenario=DOWNLOAD, sums=False),
    "no-sums-build": Case(sums=False),
    "no-sums-tidy": Case(scenario=TIDY, sums=False),
    "no-sums-mod": Case(sums=False, settings={"GOFLAGS": "-mod=mod -modcacherw"}),
    "log-through-proxy": Case(scenario=DOWNLOAD, sums=False, serves_log=True, holds=("serves the log",)),
    "log-off": Case(settings={"GOSUMDB": "off"}, scenario=DOWNLOAD, sums=False),
    "comma-404": Case(settings={"GOPROXY": "FIRST,SECOND"}, absent=True, holds=("404",), scenario=DOWNLOAD),
    "comma-500": Case(settings={"GOPROXY": "FIRST,SECOND"}, broken=True, scenario=DOWNLOAD),
    "bar-500": Case(settings={"GOPROXY": "FIRST|SECOND"}, broken=True, holds=("fails",), scenario=DOWNLOAD),
    "off": Case(settings={"GOPROXY": "off"}),
    "off-but-private": Case(settings={"GOPROXY": "off", **PRIVATE}),
    "direct": Case(settings={"GOPROXY": "direct"}, scenario=DOWNLOAD),
    "comma-direct-404": Case(settings={"GOPROXY": "FIRST,direct"}, absent=True, holds=("404",), scenario=DOWNLOAD),
    "replace-local": Case(go_mod=LOCAL, files=SECRET_HERE),
    "replace-local-updates": Case(scenario=UPDATES, go_mod=LOCAL, files=SECRET_HERE),
    "replace-local-updates-noproxy": Case(
        scenario=UPDATES, go_mod=LOCAL, files=SECRET_HERE, settings={**PRIVATE, "GONOPROXY": "none"}
    ),
    "replace-local-updates-private": Case(scenario=UPDATES, go_mod=LOCAL, files=SECRET_HERE, settings=PRIVATE),
    "replace-local-updates-404": Case(
        scenario=UPDATES, go_mod=LOCAL, files=SECRET_HERE, settings={"GOPROXY": "FIRST,SECOND"}, absent=True,
        holds=("404", "not serve the log"), sums=False,
    ),
    "replace-module-updates": Case(
        scenario=UPDATES, go_mod=GO_MOD + "\nreplace lib.example/a => fork.example/a v1.0.1\n"
    ),
    "replace-unrequired-lacks-it": Case(
        scenario=TIDY, go_mod=UNREQUIRED,
        files={"x/go.mod": "module new.example/team/x\n", "x/x.go": "package x\n",
               "missing.go": 'package main\n\nimport _ "new.example/team/x/gone"\n'},
    ),
    "replace-unrequired-has-it": Case(
        scenario=TIDY, go_mod=UNREQUIRED,
        files={"x/go.mod": "module new.example/team/x\n", "x/y/y.go": "package y\n",
               "missing.go": 'package main\n\nimport _ "new.example/team/x/y"\n'},
    ),
    "no-sums-updates": Case(scenario=UPDATES, sums=False),
    "no-sums-updates-mod": Case(scenario=UPDATES, sums=False, settings={"GOFLAGS": "-mod=mod -modcacherw"}),
    "upper-case": Case(
        scenario=DOWNLOAD, sums=False, go_mod=ONE.format("lib.example/Upper"),
        files={"main.go": 'package main\n\nimport _ "lib.example/Upper"\n\nfunc main() {}\n'},
    ),
    "log-of-another-key": Case(settings={"GOSUMDB": "sum.example"}, scenario=DOWNLOAD, sums=False),
    "log-off-with-a-blank": Case(settings={"GOSUMDB": "off "}, scenario=DOWNLOAD, sums=False),
    "log-in-a-folder": Case(settings={"GOSUMDB": "sum.golang.org file:///nowhere"}, scenario=DOWNLOAD, sums=False),
    "password-by-http": Case(
        settings={"GOPROXY": "http://ada:not-a-password@127.0.0.1:1,SECOND"}, scenario=DOWNLOAD
    ),
    "flags-that-are-none": Case(settings={"GOFLAGS": "mod=vendor"}),
    "flags-of-no-workspace": Case(settings={"GOFLAGS": "-mod=mod"}, files=WORK),
    "workspace-that-is-not-there": Case(settings={"GOWORK": "/nowhere/go.work"}),
    "modules-off": Case(settings={"GO111MODULE": "off"}),
    "patterns-that-cover-nothing": Case(
        settings={"GOPRIVATE": "git.corp.example/..., git.corp.example,https://git.corp.example"}, scenario=DOWNLOAD
    ),
    "replace-module": Case(go_mod=GO_MOD + "\nreplace lib.example/a => fork.example/a v1.0.1\n"),
    "workspace": Case(
        files={
            "go.work": "go 1.22\n\nuse (\n\t.\n\t./sub\n)\n",
            "sub/go.mod": "module svc.example/sub\n\ngo 1.22\n",
            "sub/s.go": "package sub\n",
        },
        below="sub",
    ),
    "workspace-off": Case(
        files={
            "go.work": "go 1.22\n\nuse (\n\t.\n\t./sub\n)\n",
            "sub/go.mod": "module svc.example/sub\n\ngo 1.22\n",
            "sub/s.go": "package sub\n",
        },
        below="sub",
        settings={"GOWORK": "off"},
    ),
    "vendor": Case(
        go_mod="module svc.example/app\n\ngo 1.22\n\nrequire lib.example/unused v1.0.0\n",
        files={
            "main.go": 'package main\n\nimport _ "lib.example/unused"\n\nfunc main() {}\n',
            "vendor/modules.txt": "# lib.example/unused v1.0.0\n## explicit; go 1.22\nlib.example/unused\n",
            "vendor/lib.example/unused/u.go": "package unused\n",
        },
    ),
    "missing-tidy": Case(scenario=TIDY, files={"missing.go": MISSING}),
    "missing-build": Case(files={"missing.go": MISSING}),
    "missing-mod": Case(files={"missing.go": MISSING}, settings={"GOFLAGS": "-mod=mod -modcacherw"}),
    "old-go": Case(go_mod=GO_MOD.replace("go 1.22", "go 1.16").replace(B.replace("@", " "), OLD_B.replace("@", " "))),
    "toolchain": Case(
        go_mod=GO_MOD.replace("go 1.22\n", "go 1.22\n\ntoolchain go1.99.0\n"), settings={"GOTOOLCHAIN": "auto"}
    ),
    "toolchain-unlogged": Case(
        go_mod=GO_MOD.replace("go 1.22\n", "go 1.22\n\ntoolchain go1.99.0\n"),
        settings={"GOTOOLCHAIN": "auto", "GONOSUMDB": "*"},
    ),
    "toolchain-local": Case(go_mod=GO_MOD.replace("go 1.22\n", "go 1.22\n\ntoolchain go1.99.0\n")),
    "toolchain-in-path": Case(
        go_mod=GO_MOD.replace("go 1.22\n", "go 1.22\n\ntoolchain go1.99.0\n"), settings={"GOTOOLCHAIN": "path"}
    ),
    "toolchain-of-a-dependency": Case(
        scenario=TIDY, go_mod=ONE.format("lib.example/newer"), settings={"GOTOOLCHAIN": "auto"},
        files={"main.go": 'package main\n\nimport _ "lib.example/newer"\n\nfunc main() {}\n'},
    ),
    "tool-build": Case(
        go_mod=GO_MOD + "\ntool lib.example/tool/cmd/t\n\nrequire lib.example/tool v1.0.0 // indirect\n"
    ),
    "tool-tidy": Case(scenario=TIDY, go_mod=WITH_TOOL),
}  # fmt: skip
REFUSED = {"log-of-another-key", "log-off-with-a-blank"}
"""Cases whose setting the go command refuses, which is a gap."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> GoWorld:
    return GoWorld.make(tmp_path_factory.mktemp("world"), MODULES, HOSTS)


@pytest.fixture(scope="module")
def full_cache(world: GoWorld) -> Iterator[Path]:
    """Return a module cache that has everything, as on the machine of somebody who has built all this."""
    with world.serving() as served:
        environ = served.environ(GOSUMDB="off")
        for name in MODULES:
            if name != GO_99:
                code = served.run(world.folder, "mod", "download", name, environ=environ)
                assert code == 0 or name == NEWER, served.output  # it is kept, and then refused
        yield Path(environ["GOMODCACHE"])


def _set_up(case: Case, served: Served, folder: Path) -> dict[str, str]:
    sums = served.world.go_sum(A, B, DEEP, SECRET, UNUSED, FORK, OLD_B, TOOL, NEWER) if case.sums else ""
    write_files(folder, {"go.mod": case.go_mod, "go.sum": sums, "main.go": MAIN, **case.files})
    if case.serves_log:
        log = {f"sumdb/log.example/{path}": data for path, data in served.world.log.answers().items()}
        served.first.serve({**log, "sumdb/log.example/supported": b""})
    if case.broken:
        served.first.always(Reply(status=500))
    if case.absent:
        served.first.always(Reply(status=404))
    return served.environ(**case.settings)


def _predicted(name: str, case: Case, served: Served, environ: Mapping[str, str], folder: Path) -> set[tuple[str, str]]:
    project = read_subject(find_subjects((folder,), recursive=False).subjects[0])
    run = audit_leaks(
        AuditInput(means=Means(environ=environ, now=NOW), project=project), LeakWish(scenario=case.scenario)
    )
    assert [gap.wanted for gap in run.gaps] == (["which log is asked"] if name in REFUSED else [])
    return {(served.name_of(sent.host), sent.name) for sent in run.sent if _is_sent(sent, case)}


def _is_sent(sent: NameSent, case: Case) -> bool:
    return all(any(piece in clause for piece in case.holds) for clause in sent.when.split(", and ") if clause)


@pytest.mark.parametrize("name", CASES)
def test_predicted_is_seen(name: str, world: GoWorld, full_cache: Path, tmp_path: Path) -> None:
    case = CASES[name]
    with world.serving() as served:
        environ = _set_up(case, served, tmp_path)
        folder = tmp_path / case.below
        predicted = _predicted(name, case, served, {**environ, "GOMODCACHE": str(full_cache)}, folder)
        served.run(folder, *COMMANDS[case.scenario].split(), environ=environ)
        assert served.heard() == predicted, served.output
