"""Rules of the house that no linter knows: sizes, names, and what must not stand in a committed file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.data import REPO

_MOST_LINES = 600
_MOST_LINES_OF_A_FUNCTION = 60
_NO_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers"})
# Put together here, so that this file does not hold what it looks for.
_MACHINE = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:{})/".format("|".join(["wo" + "rk", "fa" + "rm", "ro" + "ot"])))
_REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
        ("crates", "io"), ("maven", "org"), ("maven", "apache", "org"), ("sonatype", "org"), ("debian", "org"),
        ("archive", "ubuntu", "com"), ("ports", "ubuntu", "com"), ("security", "ubuntu", "com"),
        ("packages", "ubuntu", "com"), ("rubygems", "org"),
    )
)  # fmt: skip


@cache
def _committed() -> tuple[Path, ...]:
    """Return the files that are or will be committed: what git tracks, and what it does not ignore."""
    git = shutil.which("git")
    if git is None or not (REPO / ".git").exists():
        pytest.skip("this is no checkout, or git is not there")
    done = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        capture_output=True,
        check=True,
    )
    names = sorted({name for name in done.stdout.decode("utf-8").split("\0") if name})
    return tuple(REPO / name for name in names if (REPO / name).is_file())


def _texts() -> Iterator[tuple[str, str]]:
    for path in _committed():
        data = path.read_bytes()
        if b"\0" not in data:
            yield path.relative_to(REPO).as_posix(), data.decode("utf-8", "replace")


def _programs() -> list[Path]:
    """Return the Python files; those of the tree itself where there is no git."""
    folders = ("supplymatrix", "tests", "examples", "benchmarks", "screenshots")
    return sorted(path for folder in folders for path in (REPO / folder).rglob("*.py"))


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    found = [(name, line) for name, text in _texts() for line in text.split("\n") if _MACHINE.search(line)]
    assert found == []


@pytest.mark.parametrize("host", _REGISTRIES)
def test_no_file_names_the_host_of_a_package_registry(host: str) -> None:
    assert [name for name, text in _texts() if host in text] == []


def test_no_file_names_the_proxy_that_go_asks_by_default() -> None:
    hosts = _default_proxies()
    assert [(name, host) for name, text in _texts() for host in hosts if host in text] == []


def _default_proxies() -> list[str]:
    """Return the hosts in GOPROXY of the Go installation's own file; skip without Go."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed, so its default proxy is not known")
    root = subprocess.run([go, "env", "GOROOT"], cwd="/", capture_output=True, text=True, check=True).stdout.strip()
    value = re.search(r"^GOPROXY=(.*)$", Path(root, "go.env").read_text(encoding="utf-8"), re.MULTILINE)
    assert value is not None
    return re.findall(r"https?://([^/,|]+)", value[1])


@pytest.mark.parametrize("lock", sorted(path.name for path in (REPO / "requirements").glob("*.txt")))
def test_a_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    text = (REPO / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(-index-url|-extra-index-url|-find-links|-trusted-host|i|f)\b", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_no_program_is_longer_than_it_may_be() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _programs()}
    assert {str(path): length for path, length in lengths.items() if length > _MOST_LINES} == {}


def test_no_function_is_longer_than_it_may_be() -> None:
    found = []
    for path in _programs():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > _MOST_LINES_OF_A_FUNCTION:
                    found.append(f"{path.relative_to(REPO)}:{node.lineno} {node.name}: {length} lines")
    assert found == []


def test_no_folder_or_module_has_a_name_that_says_nothing() -> None:
    names = {part for path in _programs() for part in path.relative_to(REPO).with_suffix("").parts}
    assert names & _NO_NAMES == set()
