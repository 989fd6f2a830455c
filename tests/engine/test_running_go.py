"""Which Go runs where somebody types `go`, and what its settings bring about."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model.on_disk import FileChange, ToolchainLevel
from tests.support.goroot_bench import GO, Bench, named, packaged
from tests.support.made_go import GO_ENV, MadeGo


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _script(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go").write_text("#!/bin/sh\n")
    (folder / "go").chmod(0o755)
    return folder


STRAY = ("the `go` that runs is not of this GOROOT",)


def test_another_program_that_runs_with_an_official_goroot_is_a_finding(bench: Bench) -> None:
    evil = _script(bench.folder / "evil")
    run = bench.run(PATH=f"{evil}:{bench.root / 'bin'}", GOROOT=str(bench.root))
    (go,) = run.installed
    assert (go.level, go.found_as, go.risks, run.exit_code) == (ToolchainLevel.OFFICIAL, "GOROOT", STRAY, 1)
    assert go.runs == str(evil / "go")


def test_a_script_in_a_folder_that_no_record_has_is_a_finding(bench: Bench) -> None:
    run = bench.run(PATH=str(_script(bench.root / "misc")))
    assert (run.installed[0].level, run.installed[0].risks, run.exit_code) == (ToolchainLevel.OFFICIAL, STRAY, 1)


def test_a_go_that_lies_in_no_go_is_a_gap(bench: Bench) -> None:
    run = bench.run(PATH=f"{_script(bench.folder / 'shims')}:{bench.root / 'bin'}")
    assert (run.installed, run.exit_code, len(run.gaps)) == ((), 3, 1)


def test_the_root_of_the_command_is_judged_beside_another_goroot(bench: Bench) -> None:
    other = GO.unpack(bench.folder / "other")
    (other / "bin" / "go").write_bytes(b"evil")
    run = bench.run(PATH=str(other / "bin"), GOROOT=str(bench.root))
    assert [(go.root, go.found_as, go.level) for go in run.installed] == [
        (str(bench.root), "GOROOT", ToolchainLevel.OFFICIAL),
        (str(other), "PATH", ToolchainLevel.MODIFIED),
    ]
    assert run.exit_code == 4


def test_a_command_that_is_reached_through_links_is_of_its_goroot(bench: Bench) -> None:
    root = packaged(bench)
    links = bench.folder / "usr" / "bin"
    links.mkdir()
    (links / "go").symlink_to("../lib/go-1.26/bin/go")
    run = bench.run(PATH=str(links))
    (go,) = run.installed
    assert (go.root, go.found_as, go.risks, run.exit_code) == (str(root), "PATH", (), 0)


def test_a_link_to_another_go_in_an_official_bin_is_judged_where_it_leads(bench: Bench) -> None:
    """The go command that runs takes the folder that it really lies in for its own."""
    other = GO.unpack(bench.folder / "other")
    (other / "src" / "fmt" / "print.go").write_text("package evil\n")
    (bench.root / "bin" / "go").unlink()
    (bench.root / "bin" / "go").symlink_to(other / "bin" / "go")
    run = bench.run(PATH=str(bench.root / "bin"))
    assert (run.installed[0].root, run.exit_code) == (str(other), 4)


def test_a_go_env_cannot_say_which_go_is_looked_at(bench: Bench) -> None:
    other = GO.unpack(bench.folder / "other")
    (other / "src" / "fmt" / "print.go").write_text("package evil\n")
    (other / "go.env").write_bytes(GO_ENV + f"GOROOT={bench.root}\n".encode())
    run = bench.run(PATH=str(other / "bin"))
    assert (run.installed[0].root, run.exit_code) == (str(other), 4)


def test_a_go_env_that_is_too_long_to_be_read_is_a_finding(bench: Bench) -> None:
    GO.put_zip(bench.folder / "mod" / "cache" / "download")
    (bench.root / "go.env").write_bytes(GO_ENV + b"GOSUMDB=off\n" + b"#" * (1 << 17))
    run = bench.run()
    assert (run.installed[0].level, len(run.installed[0].risks)) == (ToolchainLevel.CONFIG_CHANGED, 1)
    assert run.exit_code == 1


@pytest.mark.parametrize("folder", ["src", "src/cmd"])
def test_a_go_mod_that_was_renamed_is_extra_and_missing(bench: Bench, folder: str) -> None:
    GO.put_zip(bench.folder / "mod" / "cache" / "download")
    (bench.root / folder / "go.mod").rename(bench.root / folder / "_go.mod")
    run = bench.run()
    (go,) = run.installed
    assert (go.level, run.exit_code) == (ToolchainLevel.MODIFIED, 4)
    assert sorted(named(go)) == [(f"{folder}/_go.mod", FileChange.EXTRA), (f"{folder}/go.mod", FileChange.MISSING)]


def test_a_go_mod_that_is_gone_from_the_module_cache_is_told(bench: Bench) -> None:
    root = GO.unpack_into(bench.folder / "mod")
    assert bench.go(root).reason == ""
    (root / "src" / "cmd" / "go.mod").unlink()
    go = bench.go(root)
    assert go.level is ToolchainLevel.OFFICIAL
    assert "src/cmd/go.mod" in go.reason
    (root / "src" / "go.mod").unlink()
    assert bench.go(root).reason == ""  # as it was fetched, before the go command has run


def test_a_file_that_is_added_makes_a_changed_release_no_less_an_alarm(bench: Bench) -> None:
    for name in ("bin/go", "src/fmt/print.go"):
        (bench.root / name).write_bytes(b"evil")
    (bench.root / "MICROSOFT_REVISION").write_text("1\n")
    assert bench.run().exit_code == 4
    GO.put_zip(bench.folder / "mod" / "cache" / "download")
    run = bench.run()
    assert (run.installed[0].level, run.exit_code) == (ToolchainLevel.MODIFIED, 4)
    assert "its VERSION file names a release" in run.installed[0].reason


def test_a_go_that_nothing_proves_has_a_hash_and_risks(bench: Bench) -> None:
    (bench.root / "VERSION").write_text("go1.26.9\n")
    (bench.root / "go.env").write_bytes(GO_ENV + b"GOSUMDB=off\n")
    run = bench.run()
    (go,) = run.installed
    assert (go.level, len(go.risks), go.record_id, run.exit_code) == (ToolchainLevel.UNKNOWN_VERSION, 1, -1, 1)
    assert (go.hash[:3], go.files) == ("h1:", len(GO.content))


def test_values_of_a_go_env_are_shown_without_secrets(bench: Bench) -> None:
    secret = f"ghp_{'0123456789abcdefghij' * 2}"
    more = f"GOFLAGS='-ldflags=-X main.apiToken={secret}'\nGITHUB_TOKEN={secret}\n"
    (bench.root / "go.env").write_bytes(GO_ENV + more.encode())
    run = bench.run()
    assert secret not in repr(run)
    assert "GITHUB_TOKEN" in run.installed[0].config


def test_a_command_that_is_named_means_the_go_of_whose_bin_it_is(bench: Bench) -> None:
    links = bench.folder / "links"
    links.mkdir()
    (links / "go").symlink_to(bench.root / "bin" / "go")
    assert bench.go(links / "go").root == str(bench.root)
    with pytest.raises(InputError, match="of no Go"):
        bench.run(_script(bench.root / "misc") / "go")


def test_commands_in_path_that_are_called_like_a_release_are_gos_too(tmp_path: Path) -> None:
    other, third = MadeGo(version="1.25.3"), MadeGo(version="1.24.1")
    bench = Bench(tmp_path, log=GO.log(other, third))
    links = tmp_path / "links"
    links.mkdir()
    (links / "go1.25.3").symlink_to(other.unpack(tmp_path / "other") / "bin" / "go")
    (links / "go1.26.8").symlink_to(bench.root / "bin" / "go")  # it is the one that runs
    (links / "gofmt").write_text("")
    path = f"{bench.root / 'bin'}:{links}"
    run = bench.run(PATH=path)
    assert [(go.version, go.level) for go in run.installed] == [
        ("1.26.8", ToolchainLevel.OFFICIAL), ("1.25.3", ToolchainLevel.OFFICIAL)
    ]  # fmt: skip
    shim = links / "go1.24.1"
    shim.write_text("#!/bin/sh\n")
    shim.chmod(0o755)
    run = bench.run(PATH=path)
    assert (run.exit_code, [gap.wanted for gap in run.gaps]) == (3, ["which Go go1.24.1 is"])
    sdk = third.unpack(bench.machine.home / "sdk" / "go1.24.1")
    run = bench.run(PATH=path)
    assert (run.exit_code, [go.version for go in run.installed]) == (0, ["1.26.8", "1.24.1", "1.25.3"])
    assert run.notes[0].endswith(f"which runs {sdk}")
    (sdk / "src" / "fmt" / "print.go").write_text("package evil\n")
    assert bench.run(PATH=path).exit_code == 4
