"""What an old go line, a godebug line and a program's own word switch on is told; what is strong is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from supplymatrix.gomod.godebug import RECORDED, weak_of_go_mod, weak_of_setting
from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
from supplymatrix.model.location import Location
from supplymatrix.model.program import WeakDefault
from tests.support.data import SAMPLES

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is needed")
PLACE = Location(artifact="bin/app")
TLS_OF_1_21 = {
    "tls10server": "1",
    "tls3des": "1",
    "tlsmlkem": "0",
    "tlsrsakex": "1",
    "tlssha1": "1",
    "tlsunsafeekm": "1",
}


def _of_go_mod(text: str) -> tuple[WeakDefault, ...]:
    return weak_of_go_mod(parse_go_mod(text.encode()), "example.com/m", "go.mod")


def _values(weak: tuple[WeakDefault, ...]) -> dict[str, str]:
    return {one.key: one.setting for one in weak}


def test_an_old_go_line_brings_the_old_defaults_back() -> None:
    weak = _of_go_mod("module example.com/m\n\ngo 1.21\n")
    values = _values(weak)
    assert {key: text for key, text in values.items() if key.startswith("tls")} == TLS_OF_1_21
    assert {one.because for one in weak} == {"go 1.21"}
    assert {one.location.line for one in weak} == {3}
    assert [one.key for one in weak] == sorted(values)
    (tls10,) = (one for one in weak if one.key == "tls10server")
    assert (tls10.since, tls10.subject, tls10.effect) == ("1.22", "example.com/m", "TLS 1.0 and 1.1 are accepted")


@pytest.mark.parametrize("line", ["go 1.25", "go 1.26.8", "go 1.27rc1", "go 1.99"])
def test_a_new_go_line_brings_none(line: str) -> None:
    assert _of_go_mod(f"module example.com/m\n{line}\n") == ()


def test_a_patch_release_is_of_its_minor_version() -> None:
    assert _values(_of_go_mod("module m\ngo 1.24.13\n")) == {"tlssha1": "1"}


def test_no_go_line_is_an_old_one() -> None:
    weak = _of_go_mod("module example.com/m\n")
    assert _values(weak) == _values(_of_go_mod("module example.com/m\ngo 1.16\n"))
    assert {(one.because, one.location.line) for one in weak} == {("no go line", 1)}
    assert {str(one.location) for one in weak_of_go_mod(parse_go_mod(b""), "m", "go.mod")} == {"go.mod"}


def test_a_godebug_line_goes_before_the_go_line() -> None:
    weak = _of_go_mod("module m\ngo 1.24\ngodebug (\n\ttlssha1=0\n\ttls3des=1\n\tpanicnil=1\n\thttp2client=0\n)\n")
    assert [(one.key, one.setting, one.because, one.location.line) for one in weak] == [
        ("tls3des", "1", "godebug line", 5)
    ]


def test_the_default_of_a_godebug_line_stands_in_the_place_of_the_go_line() -> None:
    assert _of_go_mod("module m\ngo 1.21\ngodebug default=go1.26\n") == ()
    weak = _of_go_mod("module m\ngo 1.26\ngodebug default=go1.23\ngodebug tlsmlkem=1\n")
    assert _values(weak) == {
        key: text for key, text in _values(_of_go_mod("module m\ngo 1.23\n")).items() if key != "tlsmlkem"
    }
    assert {(one.because, one.location.line) for one in weak} == {("godebug default=go1.23", 3)}


def test_in_a_workspace_the_lines_of_go_work_count() -> None:
    weak = weak_of_go_mod(parse_go_work(b"go 1.24\ngodebug tls3des=1\n"), "m", "go.work")
    assert [(one.key, str(one.location)) for one in weak] == [
        ("tls3des", "go.work:2:9"),
        ("tlssha1", "go.work:1:4"),
    ]
    assert {one.because for one in weak_of_go_mod(parse_go_work(b""), "m", "go.work")} == {"no go line"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []), (",", []), ("tls3des", []), ("tls3des=0", []), ("tls3des=1", ["tls3des"]), ("tls3des=2", []),
        ("tls3des=1,tls3des=0", []), ("tls3des=0,tls3des=1", ["tls3des"]), ("tls3des=1#abc", ["tls3des"]),
        ("tlsmlkem=0,tlssecpmlkem=0,panicnil=1", ["tlsmlkem"]), ("execerrdot=0", ["execerrdot"]),
        ("httpcookiemaxnum=0", ["httpcookiemaxnum"]), ("httpcookiemaxnum=3000", []), ("httpcookiemaxnum=-1", []),
        ("httpcookiemaxnum=3001", ["httpcookiemaxnum"]), ("multipartmaxparts=0", []), ("tlsmaxrsasize=x", []),
        ("tlsmaxrsasize=8192", []), ("tlsmaxrsasize=16384", ["tlsmaxrsasize"]), ("tlsmaxrsasize=" + "9" * 9_999,
         ["tlsmaxrsasize"]), ("multipartmaxparts=\u0661\u0661\u0661\u0661\u0661", []),
    ],
)  # fmt: skip
def test_a_programs_settings_are_weak_by_their_value(text: str, keys: list[str]) -> None:
    weak = weak_of_setting(text, "bin/app", PLACE)
    assert [one.key for one in weak] == keys
    assert {(one.because, one.location) for one in weak} <= {(RECORDED, PLACE)}


def _recorded() -> list[tuple[str, str]]:
    """Return name and DefaultGODEBUG of the sample programs that record one."""
    root = SAMPLES / "binaries"
    found = []
    for path in sorted(root.glob("*.json")) if root.is_dir() else []:
        document = json.loads(path.read_text(encoding="utf-8"))
        info = document.get("go_version_m_json") if isinstance(document, dict) else None
        settings = {entry["Key"]: entry.get("Value", "") for entry in (info or {}).get("Settings", [])}
        found += [(path.stem, settings["DefaultGODEBUG"])] if "DefaultGODEBUG" in settings else []
    return found or [("none", "")]


@pytest.mark.parametrize(("name", "text"), _recorded(), ids=lambda word: word if len(word) < 40 else "")
def test_each_weak_value_of_a_sample_is_one_that_it_records(name: str, text: str) -> None:
    weak = weak_of_setting(text, name, PLACE)
    assert {f"{one.key}={one.setting}" for one in weak} <= set(text.split(","))
    assert ("tlssha1=1" in text.split(",")) is any(one.key == "tlssha1" for one in weak)


@needs_go
def test_go_lists_the_same_weak_defaults(tmp_path: Path) -> None:
    lines = [f"go 1.{minor}" for minor in (16, 19, 20, 21, 22, 23, 24, 25, 26)]
    lines += ["go 1.21.13", "go 1.26\ngodebug default=go1.22\ngodebug tls3des=0", "go 1.23\ngodebug execerrdot=0", ""]
    (tmp_path / "m.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    newest = int(_go(tmp_path, "env", "GOVERSION").removeprefix("go1.").partition(".")[0])
    seen = {}
    for line in lines:
        (tmp_path / "go.mod").write_text(f"module example.com/m\n\n{line}\n", encoding="utf-8")
        told = _go(tmp_path, "list", "-f", "{{.DefaultGODEBUG}}")  # fails where this Go is older than the line
        ours = _of_go_mod((tmp_path / "go.mod").read_text(encoding="utf-8"))
        known = {one.key: one.setting for one in ours if int(one.since[2:]) <= newest}
        seen[line] = (known, _values(weak_of_setting(told, "m", PLACE)) if told or not known else known)
    assert newest < 23 or "tls3des" in seen["go 1.21"][1]
    assert {line: go for line, (_, go) in seen.items()} == {line: known for line, (known, _) in seen.items()}


def _go(folder: Path, *words: str) -> str:
    """Return what the go command prints, "" when it fails."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("GO")}
    environ |= {"GOENV": "off", "GOFLAGS": "-mod=readonly", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    environ |= {"GOCACHE": str(folder / "cache")}
    done = subprocess.run(["go", *words], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
