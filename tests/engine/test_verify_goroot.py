"""Gos on a disk, held against a log that has them: each level, and what is named of the files that differ."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.engine.events import Message
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.verify_goroot import GorootRequest, verify_goroot
from supplymatrix.errors import InputError
from supplymatrix.model.on_disk import FileChange, InstalledGo, ToolchainLevel
from tests.support.goroot_bench import GO, Bench, Named, debian, named, packaged
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_go import GO_ENV, WRITTEN, MadeGo
from tests.support.made_log import MadeLog, path_of, write_recording


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_release_is_official_and_all_that_was_not_looked_at_is_counted(bench: Bench) -> None:
    run = bench.run()
    (go,) = run.installed
    assert (go.level, run.exit_code) == (ToolchainLevel.OFFICIAL, 0)
    assert (go.hash, go.logged_hash) == (GO.h1, GO.h1)
    assert (str(go.subject), go.version, go.platform) == (GO.name, "1.26.8", "linux-amd64")
    assert (go.files, go.outside, go.tree_size) == (len(GO.content), 3, 4)
    assert go.record_id == 3


MIRROR = b"GOPROXY=https://mirror.example,direct"
CRLF = (r"GOPROXY='https://mirror.example,direct\r'", r"GOSUMDB='sum.golang.org\r'", r"GOTOOLCHAIN='auto\r'")


@pytest.mark.parametrize(
    ("text", "config"),
    [
        (GO_ENV.replace(b"=auto", b"=local"), ("GOTOOLCHAIN=local",)),
        (GO_ENV + b"GOTELEMETRY=off\n", ("GOTELEMETRY=off",)),
        (GO_ENV + b"GOAUTH=netrc\nGOTOOLCHAIN=local\n", ("GOAUTH=netrc", "GOTOOLCHAIN=local")),
        (GO_ENV.replace(MIRROR, b"GOPROXY=https://ada:s3cret@p.example"), ("GOPROXY=https://…@p.example",)),
        (GO_ENV.replace(b"\n", b"\r\n"), CRLF),
        (GO_ENV.replace(b"GOTOOLCHAIN=auto\n", b""), ("GOTOOLCHAIN is not set",)),
        (GO_ENV + b"\n\n", ("comments alone",)),
    ],
    ids=["local", "appended", "twice", "mirror", "crlf", "gone", "lines"],
)
def test_a_changed_go_env_is_told_by_its_settings(bench: Bench, text: bytes, config: tuple[str, ...]) -> None:
    (bench.root / "go.env").write_bytes(text)
    run = bench.run()
    (go,) = run.installed
    assert (go.level, go.config, run.exit_code) == (ToolchainLevel.CONFIG_CHANGED, config, 0)
    assert go.hash != go.logged_hash


@pytest.mark.parametrize(
    "line",
    ["GOSUMDB=off", "GONOSUMDB=*", "GOPRIVATE=*", "GOINSECURE=a.example", "GOFLAGS=-toolexec=/opt/x", "CC=/opt/x"],
)
def test_a_go_env_that_switches_checks_off_is_a_finding(bench: Bench, line: str) -> None:
    (bench.root / "go.env").write_bytes(GO_ENV + f"{line}\n".encode())
    run = bench.run()
    assert (run.installed[0].level, run.exit_code) == (ToolchainLevel.CONFIG_CHANGED, 1)
    assert len(run.installed[0].risks) == 1


def test_an_injected_file_is_named_without_any_zip(bench: Bench) -> None:
    (bench.root / "src" / "runtime" / "zz.go").write_text("package runtime\n")
    (bench.root / "go.env").write_bytes(GO_ENV.replace(b"=auto", b"=local"))
    run = bench.run()
    (go,) = run.installed
    assert (go.level, run.exit_code) == (ToolchainLevel.MODIFIED, 4)
    assert named(go) == [("src/runtime/zz.go", FileChange.EXTRA)]
    assert go.config == ("GOTOOLCHAIN=local",)


def test_files_that_go_install_std_leaves_are_named_too(bench: Bench) -> None:
    for name in ("fmt.a", "os.a"):
        path = bench.root / "pkg" / "linux_amd64_race" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"!<arch>\n")
        os.utime(path, (WRITTEN, WRITTEN))
    go = bench.go()
    assert go.level is ToolchainLevel.MODIFIED
    assert [name for name, _ in named(go)] == ["pkg/linux_amd64_race/fmt.a", "pkg/linux_amd64_race/os.a"]
    assert "go install std" in go.remedy


CHANGES: dict[str, tuple[str, bytes | None, FileChange]] = {
    "changed": ("src/fmt/print.go", b"package evil", FileChange.CHANGED),
    "missing": ("src/fmt/print.go", None, FileChange.MISSING),
    "tool": ("pkg/tool/linux_amd64/compile", b"evil", FileChange.CHANGED),
    "go.mod": ("src/go.mod", b"module evil", FileChange.CHANGED),
    "go.mod gone": ("src/cmd/go.mod", None, FileChange.MISSING),
    "sum": ("lib/fips140/v1.0.0.zip", b"evil", FileChange.CHANGED),
}
"""Case → file, its new content (None = it is deleted), and what is said of it."""


def change(root: Path, case: str) -> Named:
    """Change one file of a Go, and return what has to be said of it."""
    name, data, what = CHANGES[case]
    if data is None:
        (root / name).unlink()
    else:
        (root / name).write_bytes(data)
    return [(name, what)]


@pytest.mark.parametrize("case", CHANGES)
def test_with_the_zip_at_hand_each_changed_file_is_named(bench: Bench, case: str) -> None:
    GO.put_zip(bench.folder / "mod" / "cache" / "download")
    expected = change(bench.root, case)
    run = bench.run()
    (go,) = run.installed
    assert (go.level, run.exit_code, named(go), go.differing) == (ToolchainLevel.MODIFIED, 4, expected, 1)
    assert go.compared_with == "the zip in the module cache"
    assert go.fips == (("v1.0.0.zip: it is not what fips140.sum says",) if case == "sum" else ())


def test_without_a_zip_a_changed_file_is_an_alarm_that_says_what_is_not_known(bench: Bench) -> None:
    change(bench.root, "changed")
    run = bench.run()
    (go,) = run.installed
    assert (go.level, run.exit_code, go.differences) == (ToolchainLevel.MODIFIED, 4, ())
    assert "src/fmt/print.go" in go.reason
    assert "which are others is not known" in go.reason


def test_a_zip_that_is_not_the_logged_one_is_not_compared_with(bench: Bench) -> None:
    MadeGo(files={"src/fmt/print.go": b"package evil\n"}).put_zip(bench.folder / "mod" / "cache" / "download")
    change(bench.root, "changed")
    go = bench.go()
    assert (go.level, go.differences) == (ToolchainLevel.MODIFIED, ())
    assert "another one than the log has" in go.reason


class Online:
    """A machine with a log on loopback, and a proxy that is a folder with the zip of a Go."""

    def __init__(self, folder: Path, server: LogServer, log: MadeLog) -> None:
        self.proxy = folder / "proxy"
        GO.put_zip(self.proxy)
        self.machine = Machine(folder, GOMODCACHE=str(folder / "mod"), GOPROXY=self.proxy.as_uri())
        self.root = GO.unpack(folder / "go")
        self.policy = folder / "org.toml"
        self.policy.write_text(f'[sources]\nsumdb = "{log.key.verifier} {server.url}"\n')
        self.told: list[str] = []

    def go(self, *, fetch: bool = True, offline: bool = False) -> InstalledGo:
        means = Means(environ=self.machine.environ, now=NOW, offline=offline)
        source = PolicySource(file=self.policy)
        request = GorootRequest(means=means, paths=(self.root,), policy=source, fetch=fetch)
        self.told = []
        run = verify_goroot(request, lambda event: self.told.append(event.text) if isinstance(event, Message) else None)
        return run.installed[0]


@pytest.fixture
def online(tmp_path: Path) -> Iterator[Online]:
    log = GO.log()
    with LogServer(log.answers()) as server:
        yield Online(tmp_path, server, log)


def test_the_zip_is_fetched_to_name_the_files_and_its_list_is_kept(online: Online) -> None:
    expected = change(online.root, "changed")
    assert online.go(fetch=False).differences == ()
    go = online.go()
    assert (named(go), go.compared_with.startswith("file://")) == (expected, True)
    assert [text for text in online.told if "fetching its zip" in text]
    shutil.rmtree(online.proxy)
    go = online.go(offline=True)
    assert (named(go), go.compared_with) == (
        expected,
        "the list of its files that was kept when this release was last proven",
    )


def test_a_go_that_was_proven_once_needs_no_zip_later(online: Online) -> None:
    shutil.rmtree(online.proxy)
    (online.root / "go.env").write_bytes(GO_ENV.replace(b"=auto", b"=local"))
    assert online.go().level is ToolchainLevel.CONFIG_CHANGED
    assert named(online.go()) == []
    expected = change(online.root, "changed")
    go = online.go(offline=True)
    assert (go.level, named(go)) == (ToolchainLevel.MODIFIED, expected)
    assert (go.config, go.differing, "other" in go.reason) == (("GOTOOLCHAIN=local",), 1, False)


def test_a_list_that_was_forged_does_not_count(online: Online) -> None:
    assert online.go().level is ToolchainLevel.OFFICIAL
    (kept,) = online.machine.cache.glob("files-*")
    text = zlib.decompress(kept.read_bytes())
    evil = sha256(b"package evil").hexdigest().encode()
    kept.write_bytes(zlib.compress(text.replace(sha256(b"package fmt\n").hexdigest().encode(), evil)))
    change(online.root, "changed")
    go = online.go(offline=True, fetch=False)
    assert (go.level, go.differences, go.compared_with) == (ToolchainLevel.MODIFIED, (), "")


def test_offline_without_an_answer_is_a_gap(online: Online) -> None:
    go = online.go(offline=True)
    assert go.level is ToolchainLevel.UNCHECKED
    assert go.reason


def test_what_no_release_is_packed_with_is_no_difference(bench: Bench) -> None:
    for name in (".DS_Store", "src/.DS_Store", "VERSION.cache", "bin/go.exe~", ".git/HEAD", "test/evil.go"):
        (bench.root / name).parent.mkdir(exist_ok=True)
        (bench.root / name).write_text("x")
    assert bench.go().level is ToolchainLevel.OFFICIAL


def test_toolchains_of_the_module_cache_are_found_beside_the_go_in_path(tmp_path: Path) -> None:
    other = MadeGo(version="1.25.3")
    bench = Bench(tmp_path, log=GO.log(other))
    fetched = other.unpack_into(tmp_path / "mod")
    run = bench.run(PATH=str(bench.root / "bin"))
    assert [(go.root, go.found_as, go.level) for go in run.installed] == [
        (str(bench.root), "PATH", ToolchainLevel.OFFICIAL),
        (str(fetched), "module cache", ToolchainLevel.OFFICIAL),
    ]
    (fetched / "src" / "go.mod").write_text("module evil\n")
    run = bench.run(PATH=str(bench.root / "bin"))
    assert [go.level for go in run.installed] == [ToolchainLevel.OFFICIAL, ToolchainLevel.MODIFIED]


def test_a_module_cache_cannot_pass_for_another_version(tmp_path: Path) -> None:
    other = MadeGo(version="1.25.3")
    bench = Bench(tmp_path, log=GO.log(other))
    fetched = other.unpack_into(tmp_path / "mod")
    renamed = fetched.with_name(fetched.name.replace("1.25.3", "1.26.8"))
    fetched.rename(renamed)
    assert bench.go(renamed).level is ToolchainLevel.MODIFIED


@pytest.mark.parametrize("text", ["go1.25.3-microsoft\n", "devel\n", None])
def test_a_fetched_toolchain_is_what_its_folder_says(tmp_path: Path, text: str | None) -> None:
    bench = Bench(tmp_path)
    version = GO.unpack_into(tmp_path / "mod") / "VERSION"
    if text is None:
        version.unlink()
    else:
        version.write_text(text)
    run = bench.run(version.parent)
    assert (run.installed[0].level, run.exit_code) == (ToolchainLevel.MODIFIED, 4)


def test_links_are_followed_and_loops_are_not(bench: Bench, tmp_path: Path) -> None:
    sources = tmp_path / "share" / "go" / "src"
    sources.parent.mkdir(parents=True)
    shutil.move(bench.root / "src", sources)
    (bench.root / "src").symlink_to(sources)
    go = bench.go()
    assert (go.level, go.links) == (ToolchainLevel.OFFICIAL, 1)
    (sources / "again").symlink_to(sources)
    assert named(bench.go()) == [("src/again", FileChange.EXTRA)]


@pytest.mark.parametrize("kind", ["fifo", "dangling"])
def test_what_is_no_file_is_an_extra_file(bench: Bench, kind: str) -> None:
    odd = bench.root / "src" / "fmt" / "odd.go"
    if kind == "fifo":
        os.mkfifo(odd)
    else:
        odd.symlink_to("nowhere.go")
    assert named(bench.go()) == [("src/fmt/odd.go", FileChange.EXTRA)]


def test_a_build_of_debian_is_a_distribution_build_with_its_files(bench: Bench) -> None:
    GO.put_zip(bench.folder / "mod" / "cache" / "download")
    root = packaged(bench)
    debian(root)
    (root / "bin" / "go").write_bytes(b"\x7fELF built again")
    (root / "src" / "fmt" / "print.go").write_text("package fmt // patched\n")
    run = bench.run(root)
    (go,) = run.installed
    assert (go.level, go.maker, run.exit_code) == (ToolchainLevel.DISTRIBUTION, "Debian", 1)
    assert named(go) == [("src/fmt/print.go", FileChange.CHANGED), ("bin/go", FileChange.CHANGED)]
    assert "1.26.8-2" in go.maker_mark


def test_a_release_with_the_marks_of_debian_is_still_modified(bench: Bench) -> None:
    GO.put_zip(bench.folder / "mod" / "cache" / "download")
    root = packaged(bench)
    debian(root)
    (root / "src" / "fmt" / "print.go").write_text("package evil\n")
    run = bench.run(root)
    assert (run.installed[0].level, run.exit_code) == (ToolchainLevel.MODIFIED, 4)
    assert "it is no build of Debian" in run.installed[0].reason


def test_the_marks_of_another_version_are_no_marks(bench: Bench) -> None:
    root = packaged(bench)
    debian(root, "1.25.1-1")
    (root / "bin" / "go").write_bytes(b"\x7fELF built again")
    assert bench.go(root).level is ToolchainLevel.MODIFIED


@pytest.mark.parametrize(
    ("line", "level", "maker"),
    [
        ("go1.26.8-microsoft", ToolchainLevel.DISTRIBUTION, "Microsoft"),
        ("go1.26.8 (Red Hat 1.26.8-1.el9)", ToolchainLevel.DISTRIBUTION, "Red Hat"),
        ("go1.26.8-acme1", ToolchainLevel.UNKNOWN_VERSION, ""),
        ("devel go1.27-0123abcd", ToolchainLevel.UNKNOWN_VERSION, ""),
        ("go1.26.9", ToolchainLevel.UNKNOWN_VERSION, ""),
        ("", ToolchainLevel.UNKNOWN_VERSION, ""),
    ],
)
def test_versions_that_are_no_release(bench: Bench, line: str, level: ToolchainLevel, maker: str) -> None:
    (bench.root / "VERSION").write_text(f"{line}\n")
    (bench.root / "bin" / "go").write_bytes(b"\x7fELF built again")
    run = bench.run()
    (go,) = run.installed
    assert (go.level, go.maker, run.exit_code) == (level, maker, 1)


def test_no_version_file_is_an_unknown_version(bench: Bench) -> None:
    (bench.root / "VERSION").unlink()
    assert bench.go().level is ToolchainLevel.UNKNOWN_VERSION


def test_what_cannot_be_read_is_a_gap(bench: Bench) -> None:
    (bench.root / "VERSION").unlink()
    (bench.root / "VERSION").mkdir()
    run = bench.run()
    assert (run.installed[0].level, run.exit_code, len(run.gaps)) == (ToolchainLevel.UNCHECKED, 3, 1)


def test_an_answer_that_does_not_hold_is_an_alarm(bench: Bench) -> None:
    change(bench.root, "changed")
    evil = MadeGo(files={"src/fmt/print.go": b"package evil"})
    log = GO.log()
    forged = log.answers()[path_of(GO.name)].replace(GO.h1.encode(), evil.h1.encode())
    write_recording(bench.replay, {path_of(GO.name): forged})
    run = bench.run()
    (go,) = run.installed
    assert (go.level, go.bad_proof, run.exit_code, run.gaps) == (ToolchainLevel.UNCHECKED, True, 4, ())


def test_a_lift_toml_in_the_go_has_no_say(bench: Bench) -> None:
    own = MadeLog.of(GO.name)
    (bench.root / "lift.toml").write_text(f'[sources]\nsumdb = "{own.key.verifier}"\n')
    assert bench.go().logged_hash == GO.h1


def test_a_path_without_a_go_is_refused(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder of a Go"):
        bench.run(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        bench.run(tmp_path / "nothing")


def test_the_go_command_means_its_goroot(bench: Bench) -> None:
    assert bench.go(bench.root / "bin" / "go").root == str(bench.root)


def test_no_go_is_nothing_to_check(bench: Bench) -> None:
    run = bench.run(PATH="/nowhere")
    assert (run.installed, run.exit_code) == ((), 5)
    assert not [event for event in bench.events if isinstance(event, Message)]


def test_a_fetched_toolchain_that_is_a_link_is_what_the_link_is_called(tmp_path: Path) -> None:
    other = MadeGo(version="1.25.3")
    bench = Bench(tmp_path, log=GO.log(other))
    folder = tmp_path / "mod" / "golang.org"
    folder.mkdir(parents=True)
    link = folder / other.name.rpartition("/")[2]
    link.symlink_to(bench.root)
    run = bench.run(PATH=str(bench.root / "bin"))
    path, fetched = run.installed
    assert (path.level, fetched.level, run.exit_code) == (ToolchainLevel.OFFICIAL, ToolchainLevel.MODIFIED, 4)
    assert (fetched.root, fetched.link, str(fetched.subject)) == (str(link), str(bench.root.resolve()), other.name)
    link.unlink()
    (tmp_path / "elsewhere").mkdir()
    link.symlink_to(other.unpack(tmp_path / "elsewhere"))
    assert bench.run(PATH=str(bench.root / "bin")).exit_code == 0


@pytest.mark.parametrize("kind", ["file", "dangling", "name"])
def test_what_is_called_like_a_toolchain_and_cannot_be_one_is_a_gap(bench: Bench, kind: str) -> None:
    folder = bench.folder / "mod" / "golang.org"
    folder.mkdir(parents=True)
    odd = folder / ("toolchain@v0.0.1-go1.25.3.linux-amd64" if kind != "name" else "toolchain@V1")
    if kind == "dangling":
        odd.symlink_to("nowhere")
    elif kind == "file":
        odd.write_text("x")
    else:
        odd.mkdir()
    run = bench.run(PATH=str(bench.root / "bin"))
    assert (len(run.installed), run.exit_code) == (1, 3)
    assert [str(odd) in gap.wanted for gap in run.gaps] == [True]


def test_toolchains_beyond_the_limit_are_gaps(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.sources.go_root._MOST_TOOLCHAINS", 0)
    GO.unpack_into(bench.folder / "mod")
    run = bench.run(PATH=str(bench.root / "bin"))
    assert (len(run.installed), len(run.gaps), run.exit_code) == (1, 1, 3)
