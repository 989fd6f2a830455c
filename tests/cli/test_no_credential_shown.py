"""Forty credentials in every place that anything reads, and no output of any command has a piece of one.

Whatever ends with a fault, a gap or a finding is looked through: stdout, stderr, and every report that is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.reports.registry import FORMATS
from tests.cli.conftest import Cli
from tests.support.machine import Machine

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_SHOWN = 4  # characters of a long one that may be told
_PIECE = 5


class Vault:
    """Makes credentials, a new one for each name, and knows all of them."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def __call__(self, name: str, *, prefix: str = "", length: int = 36) -> str:
        digest = sha256(name.encode()).digest() * 3
        secret = prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:length])
        assert self.made.setdefault(name, secret) == secret
        return secret

    def found_in(self, text: str) -> list[str]:
        """Return the names of those of which a piece stands in a text."""
        pieces = {text[start : start + _PIECE] for start in range(len(text) - _PIECE + 1)}
        return [name for name, secret in self.made.items() if not pieces.isdisjoint(self._pieces(secret))]

    @staticmethod
    def _pieces(secret: str) -> Iterator[str]:
        for start in range(_SHOWN - 3, len(secret) - _PIECE + 1):
            yield secret[start : start + _PIECE]


def _github(vault: Vault, name: str) -> str:
    return vault(name, prefix="ghp" + "_")


def _plant_project(root: Path, vault: Vault) -> None:
    token, short = _github(vault, "comment of go.mod"), vault("ENV", length=14)
    body = vault("key body", length=64)
    files = {
        "go.mod": f"module svc.example/a\n\ngo 1.26 // {token}\n\n"
        f"replace b.example/c => ../c // {_github(vault, 'replace')}\n",
        "go.sum": f"b.example/c v1.0.0 h1:{'A' * 43}=\nAPI_TOKEN={vault('line of go.sum')}\n"
        f"{_github(vault, 'path')} v1.0.0 h1:{'A' * 43}=\n",
        "main.go": "package main\n\nfunc main() {}\n",
        "Dockerfile": f"FROM golang:1.26 AS b\nARG API_TOKEN={vault('ARG')}\nENV DB_PASSWORD={short} X=${{open\n"
        f"RUN git clone https://bot:{vault('clone')}@git.corp.example/a && \\\n  curl -u bot:{vault('curl')} https://x\n"
        f"RUN <<EOF\nmachine h.example\nlogin bot\npassword {vault('heredoc')}\nEOF\n"
        f"LABEL token={vault('LABEL')}\nAPI_KEY={vault('no instruction')}\nENV SECRET_KEY=${{{vault('open brace')}\n",
        "docker-compose.yml": f"services:\n  a:\n    environment:\n      DB_PASSWORD: {vault('compose')}\n"
        f"      X_TOKEN: >-\n        {vault('folded')}\n",
        ".github/workflows/ci.yml": f"jobs:\n  t:\n    runs-on: ubuntu-latest\n    env: {{API_TOKEN: {vault('job')}}}\n"
        f"    steps:\n      - uses: a/b@v1\n        with: {{password: {vault('with')}}}\n"
        f"      - run: go build -ldflags '-X main.token={vault('ldflags')}'\n"
        f"      - run: docker login -u x -p {vault('login')} r\n",
        ".github/workflows/twice.yml": f"{_github(vault, 'key')}: 1\n{_github(vault, 'key')}: 2\n",
        ".github/workflows/anchor.yml": f"a: *{vault('anchor', prefix='glpat-')}\n",
        ".gitlab-ci.yml": f"variables:\n  DEPLOY_TOKEN: {vault('gitlab')}\na:\n  image: r.example/x:1\n"
        f"  script:\n    - 'curl -H \"PRIVATE-TOKEN: {vault('header')}\" https://x'\n",
        "Makefile": f'TOKEN ?= {vault("make")}\nb:\n\tgo build -ldflags "-X a/b.Secret={vault("make -X")}"\n',
        ".goreleaser.yaml": f"builds:\n  - ldflags: ['-X main.apiKey={vault('goreleaser')}']\n"
        f"    env: [A={_github(vault, 'A')}]\n",
        "release.sh": f"export AWS_SECRET_ACCESS_KEY={vault('script')}\n"
        f"go env -w GOPROXY=https://b:{vault('env -w')}@p.example\n",
        ".env": f"KEY='-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----'\n",
        ".netrc": f"machine git.corp.example login bot password {vault('.netrc in the tree')}\n",
        ".git/config": f'[remote "origin"]\n\turl = https://b:{vault("remote")}@h.example/x\n[[{vault("bad line")}\n',
        ".git/HEAD": "ref: refs/heads/main\n",
        "vendor/modules.txt": f"# b.example/c v1.0.0 => https://b:{vault('modules.txt')}@h.example v1.0.0\n",
        "snapcraft.yaml": f"parts:\n  a:\n    plugin: go\n    build-environment: [API_TOKEN: {vault('snap')}]\n",
        "lift.toml": f'[policy]\nname = "svc" # {_github(vault, "policy")}\n\n[rules]\nSM210 = "error"\n',
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _plant_home(machine: Machine, vault: Vault) -> None:
    home = machine.home
    files = {
        ".netrc": f"machine a.example login b password {vault('netrc')}\n",
        ".git-credentials": f"https://b:{vault('git-credentials')}@h.example\n",
        ".gitconfig": f'[url "https://{vault("alone")}@h.example/"]\n\tinsteadOf = https://h.example/\n'
        f'[include]\n\tpath = more\n[http "https://h"]\n'
        f"\textraHeader = Authorization: Bearer {vault('extraHeader')}\n",
        "more": f'[credential]\n\thelper = "!f() {{ echo password={vault("helper")}; }}; f"\n'
        "[include]\n\tpath = .gitconfig\n",
        "env": f"GOSUMDB=sum.golang.org https://b:{vault('GOSUMDB')}@s.example\nX_TOKEN={vault('env file')}\n",
    }
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    environ = {
        "GOENV": str(home / "env"),
        "GOPROXY": f"https://bot:{vault('GOPROXY')}@proxy.example,direct",
        "GOFLAGS": f"-ldflags=-X=main.token={vault('GOFLAGS')}",
        "GOAUTH": f"/bin/give --token {vault('GOAUTH')}",
        "HTTPS_PROXY": f"http://b:{vault('HTTPS_PROXY')}@proxy.example:3128",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Bearer {vault('GIT_CONFIG')}",
    }
    machine.settings.update(environ)


@pytest.fixture
def vault(machine: Machine, tmp_path: Path) -> Vault:
    made = Vault()
    _plant_project(tmp_path / "svc", made)
    _plant_home(machine, made)
    assert len(made.made) >= 40
    return made


def test_the_audit_finds_them_and_shows_none(cli: Cli, vault: Vault, tmp_path: Path) -> None:
    page = f"text={tmp_path / 'page'}"
    done = cli("audit", "credentials", str(tmp_path / "svc"), "-v", "--format", "json", "--format", page)
    assert done.code == 3
    assert vault.found_in(done.out + done.err + (tmp_path / "page").read_text()) == []
    told = {(one["location"] or {"artifact": one["origin"]})["artifact"] for one in json.loads(done.out)["credentials"]}
    assert told == {
        "environment", "~/env", "~/.gitconfig", "~/more", "~/.netrc", "~/.git-credentials",
        "git config (environment)", ".env", ".git/config", ".github/workflows/ci.yml", ".github/workflows/twice.yml",
        ".github/workflows/anchor.yml", ".gitlab-ci.yml", ".goreleaser.yaml", ".netrc", "Dockerfile", "Makefile",
        "docker-compose.yml", "go.mod", "release.sh", "snapcraft.yaml", "vendor/modules.txt",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "sources"), ("audit", "leaks"), ("audit", "path"), ("compare",), ("policy", "show"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_other_command_shows_any(cli: Cli, vault: Vault, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = cli(*words, str(tmp_path / "svc"))
    assert vault.found_in(done.out + done.err) == []


@pytest.mark.parametrize(
    "words", [("doctor",), ("config", "show"), ("config", "show", "--format", "json")], ids=" ".join
)
def test_no_page_of_the_machine_shows_any(cli: Cli, vault: Vault, words: tuple[str, ...]) -> None:
    done = cli(*words, *(("--offline",) if words == ("doctor",) else ()))
    assert vault.found_in(done.out + done.err) == []


def test_no_report_of_a_check_shows_any(cli: Cli, vault: Vault, tmp_path: Path) -> None:
    targets = [word for name in FORMATS for word in ("--format", f"{name}={tmp_path / f'report.{name}'}")]
    done = cli("check", str(tmp_path / "svc"), "--offline", "--audit", "all", "-v", *targets)
    assert done.code in (2, 3)
    written = {name: (tmp_path / f"report.{name}").read_text() for name in FORMATS}
    assert "SM210" in written["json"]
    assert {name: vault.found_in(text) for name, text in written.items()} == {name: [] for name in written}
    assert vault.found_in(done.out + done.err) == []


@pytest.mark.parametrize("name", ["go.mod", "go.work", "lift.toml", "go.sum"])
def test_no_fault_of_a_broken_file_shows_any(cli: Cli, vault: Vault, tmp_path: Path, name: str) -> None:
    secrets = [_github(vault, "broken"), vault("pair")]
    lines = (
        f"{secrets[0]}\nAPI_TOKEN={secrets[1]}\nreplace a.example => https://b:{secrets[1]}@h.example {secrets[0]}\n"
    )
    (tmp_path / "svc" / name).write_text(f"module svc.example/a\n{lines}", encoding="utf-8")
    done = cli(
        "check", str(tmp_path / "svc"), "--offline", "-v", "--format", "json", "--format", f"text={tmp_path / 'page'}"
    )
    page = (tmp_path / "page").read_text() if (tmp_path / "page").exists() else ""
    assert vault.found_in(done.out + done.err + page) == []
