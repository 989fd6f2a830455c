"""Single files: plain ones, up to a limit, and nothing that could make us wait."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sources.files import read_if_there, read_limited


def fault_of(path: Path, limit: int = 100) -> Diagnostic:
    with pytest.raises(InputError) as caught:
        read_limited(path, limit, "go.sum")
    return caught.value.diagnostics[0]


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_file_up_to_the_limit_is_read_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "f").write_bytes(b"x" * size)
    assert read_limited(tmp_path / "f", 100, "go.sum") == b"x" * size


def test_one_byte_more_is_refused_with_both_numbers(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 101)
    fault = fault_of(tmp_path / "f")
    assert "101 bytes" in fault.message
    assert fault.expected == "at most 100 bytes"


def test_a_sparse_file_of_a_terabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        file.truncate(1 << 40)
    assert "1,099,511,627,776 bytes" in fault_of(tmp_path / "f").message


def test_a_file_without_a_length_is_read_no_further_than_the_limit() -> None:
    path = Path("/proc/self/environ")
    if not path.exists():
        pytest.skip("needs /proc, whose files have no length")
    assert "bytes or more" in fault_of(path, limit=1).message


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device"])
def test_what_is_no_plain_file_is_refused_by_its_kind_and_at_once(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("f")
            assert "cannot be opened" in fault_of(path).message
        return
    fault = fault_of(path)
    assert fault.message == f"the go.sum is a {kind}"
    assert fault.artifact == path.as_posix()


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "link").symlink_to("f")
    assert read_if_there(tmp_path / "link", 100, "go.sum") == b"x"


def test_a_link_into_nothing_is_a_fault_and_not_an_absent_file(tmp_path: Path) -> None:
    (tmp_path / "f").symlink_to("gone")
    with pytest.raises(InputError, match="cannot be opened"):
        read_if_there(tmp_path / "f", 100, "go.sum")


@pytest.mark.parametrize("name", ["none", "file/below"])
def test_a_file_that_is_not_there_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert read_if_there(tmp_path / name, 100, "go.sum") is None


def test_a_name_that_the_system_refuses_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be looked at"):
        read_if_there(tmp_path / ("x" * 5000), 100, "go.sum")
