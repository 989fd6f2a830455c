"""git config is read from all of its files without git: system, user, repository, includes in a loop, work trees."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.sources.git_config import git_folder, read_git_config, shown_path
from tests.support.git_repo import GitRepo


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _environ(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", **more}


def _read(folder: Path | None, environ: dict[str, str], *, with_home: bool = True) -> list[tuple[str, str, str]]:
    config = read_git_config(folder, environ, with_home=with_home)
    return [(one.place, one.entry.name, one.entry.text) for one in config.entries if one.entry.name != "path"]


def test_the_weaker_files_come_first(tmp_path: Path) -> None:
    home = _write(
        tmp_path / "home", {".gitconfig": "[a]\nx = 2\n", ".config/git/config": "[a]\nx = 1\n", "sys": "[a]\nx = 0\n"}
    )
    root = _write(tmp_path / "svc", {".git/config": "[a]\nx = 3\n", ".git/config.worktree": "[a]\nx = 4\n"})
    environ = {"HOME": str(home), "GIT_CONFIG_SYSTEM": str(home / "sys"), "GIT_CONFIG_COUNT": "1"}
    environ |= {"GIT_CONFIG_KEY_0": "a.b.c.X", "GIT_CONFIG_VALUE_0": "5"}
    config = read_git_config(root / "deep", environ)
    assert [one.entry.text for one in config.entries] == ["0", "1", "2", "3", "4", "5"]
    assert [one.scope for one in config.entries] == ["system", "global", "global", "local", "local", "environment"]
    assert config.files == ("~/sys", "~/.config/git/config", "~/.gitconfig", *config.files[3:])
    assert (config.entries[-1].entry.subsection, config.entries[-1].entry.name) == ("b.c", "x")
    assert config.gaps == ()


def test_the_user_may_name_other_files(tmp_path: Path) -> None:
    home = _write(tmp_path, {".gitconfig": "[a]\nx = 1\n", "mine": "[a]\nx = 2\n"})
    assert _read(None, _environ(home, GIT_CONFIG_GLOBAL=str(home / "mine"))) == [("~/mine", "x", "2")]
    assert _read(None, _environ(home, GIT_CONFIG_GLOBAL="")) == []
    assert _read(None, _environ(home), with_home=False) == []


def test_includes_are_followed_whatever_their_condition_and_once(tmp_path: Path) -> None:
    home = _write(
        tmp_path,
        {
            ".gitconfig": '[include]\npath = a/one\n[includeIf "gitdir:~/corp/"]\npath = ~/two\n'
            "[include]\npath = gone\n",
            "a/one": "[include]\npath = ../two\n[include]\npath = one\n[x]\ny = 1\n",
            "two": "[include]\npath = .gitconfig\n[x]\ny = 2\n",
        },
    )
    config = read_git_config(None, _environ(home))
    assert [one.entry.text for one in config.entries if one.entry.name == "y"] == ["2", "1"]
    assert config.gaps == ()
    (home / "a" / "one").unlink()
    config = read_git_config(None, _environ(home))
    assert [one.condition for one in config.entries if one.entry.name == "y"] == ["gitdir:~/corp/"]


def test_includes_that_go_on_and_on_are_a_gap(tmp_path: Path) -> None:
    files = {f"f{number}": f"[include]\npath = f{number + 1}\n" for number in range(20)}
    home = _write(tmp_path, {".gitconfig": "[include]\npath = f0\n", **files})
    config = read_git_config(None, _environ(home))
    assert [gap.wanted for gap in config.gaps] == ["credentials in ~/f10"]
    wide = "".join(f"[include]\npath = g{number}\n" for number in range(300))
    _write(home, {".gitconfig": wide, **{f"g{number}": "" for number in range(300)}})
    config = read_git_config(None, _environ(home))
    assert 190 < len(config.files) <= 200
    assert config.gaps


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"[a]\nx = \0\n", "NUL"), (b"[a]\nx = 1\n[[\n", "line 3"), (b"#" * (1 << 20 | 1), "bytes")],
)
def test_what_cannot_be_read_is_a_gap(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / ".gitconfig").write_bytes(data)
    (gap,) = read_git_config(None, _environ(tmp_path)).gaps
    assert (gap.wanted, reason in gap.reason) == ("credentials in ~/.gitconfig", True)


def test_a_folder_in_the_place_of_a_file_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").mkdir()
    assert "a folder" in read_git_config(None, _environ(tmp_path)).gaps[0].reason


def test_without_the_home_only_includes_of_the_repository_count(tmp_path: Path) -> None:
    home = _write(tmp_path / "home", {"mine": "[a]\nx = 1\n"})
    text = (
        f"[include]\npath = inner\n[include]\npath = ~/mine\n[include]\npath = {home}/mine\n[include]\npath = ~bob/x\n"
    )
    root = _write(tmp_path / "svc", {".git/config": text, ".git/inner": "[a]\nx = 2\n"})
    assert _read(root, _environ(home), with_home=False) == [(".git/inner", "x", "2")]
    config = read_git_config(root, _environ(home))
    assert [one.entry.text for one in config.entries if one.entry.name == "x"] == ["2", "1"]
    assert "another user's home" in config.gaps[0].reason


def test_a_work_tree_has_the_settings_of_its_repository(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "svc")
    repo.commit({"a": "b"})
    repo.git("config", "x.y", "1")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    config = read_git_config(tmp_path / "tree", _environ(tmp_path))
    assert [one.entry.text for one in config.entries if one.entry.key == "x.y"] == ["1"]
    assert git_folder(tmp_path) is None


def test_paths_are_shown_short(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert shown_path(tmp_path / "a" / ".gitconfig", environ) == "~/a/.gitconfig"
    assert shown_path(tmp_path / "a" / ".gitconfig", environ, tmp_path / "a") == ".gitconfig"
    assert shown_path(Path(os.sep, "etc", "gitconfig"), environ) == "/etc/gitconfig"
