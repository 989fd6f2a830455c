"""Reading Go's settings from an environment and a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.net.settings import find_goroot, read_go_settings, user_env_path


def install_go(folder: Path, settings: str = "GOPROXY=https://builtin.example,direct\n") -> Path:
    (folder / "pkg" / "tool").mkdir(parents=True)
    (folder / "bin").mkdir()
    go = folder / "bin" / "go"
    go.write_text("#!/bin/sh\nexit 99\n")
    go.chmod(0o755)
    (folder / "go.env").write_text(settings)
    return go


def test_without_go_and_without_goproxy_nothing_is_set(tmp_path: Path) -> None:
    settings = read_go_settings({"HOME": str(tmp_path), "PATH": str(tmp_path)})
    assert settings.goproxy.value == ""
    assert settings.goproxy.origin == ""


def test_user_file_comes_before_the_installation(tmp_path: Path) -> None:
    go = install_go(tmp_path / "go", "GOPROXY=https://builtin.example\nGOSUMDB=sum.example\n")
    user = tmp_path / ".config" / "go" / "env"
    user.parent.mkdir(parents=True)
    user.write_text("GOPROXY=https://mine.example\n")
    settings = read_go_settings({"HOME": str(tmp_path), "PATH": str(go.parent)})
    assert settings.goproxy.value == "https://mine.example"
    assert settings.goproxy.origin == str(user)
    assert settings.gosumdb.value == "sum.example"
    off = read_go_settings({"HOME": str(tmp_path), "PATH": str(go.parent), "GOENV": "off"})
    assert off.goproxy.value == "https://builtin.example"


def test_goroot_is_found_through_a_symlink_without_running_go(tmp_path: Path) -> None:
    go = install_go(tmp_path / "real")
    links = tmp_path / "links" / "bin"
    links.mkdir(parents=True)
    (links / "go").symlink_to(go)
    assert find_goroot({"PATH": str(links)}) == tmp_path / "real"


def test_goroot_of_the_user_file_comes_before_the_environment(tmp_path: Path) -> None:
    assert find_goroot({"GOROOT": "/other"}, user_goroot=str(tmp_path)) == tmp_path
    assert find_goroot({"GOROOT": str(tmp_path)}) == tmp_path


def test_a_relative_path_entry_cannot_bring_its_own_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_go(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find_goroot({"PATH": "bin:.:"}) is None


def test_a_huge_or_odd_settings_file_counts_as_empty(tmp_path: Path) -> None:
    big = tmp_path / "env"
    big.write_bytes(b"GOPROXY=https://x.example\n" + b"#" * (1 << 20))
    assert read_go_settings({"GOENV": str(big)}).goproxy.value == ""
    assert read_go_settings({"GOENV": str(tmp_path)}).goproxy.value == ""
    assert read_go_settings({"GOENV": "bad\x00name"}).goproxy.value == ""


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/h"}, "/h/.config/go/env"),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/go/env"),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "x"}, None),
        ("linux", {}, None),
        ("darwin", {"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/h/Library/Application Support/go/env"),
        ("win32", {"APPDATA": "/a"}, "/a/go/env"),
        ("linux", {"GOENV": "/e"}, "/e"),
        ("linux", {"GOENV": "off", "HOME": "/h"}, None),
    ],
)
def test_user_file_lies_where_go_looks(platform: str, environ: dict[str, str], expected: str | None) -> None:
    found = user_env_path(environ, platform=platform)
    assert (found and found.as_posix()) == expected
