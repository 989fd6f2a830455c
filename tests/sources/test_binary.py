"""Programs on disk: read at a few places, and whatever is none is refused with its name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.sources.binary import read_binary
from tests.gomod.made_programs import header, made_elf


def test_a_program_tells_by_which_go_it_was_built(tmp_path: Path) -> None:
    (tmp_path / "svc").write_bytes(made_elf(header("go1.25.5 X:strictfipsruntime")))
    (info,) = read_binary(tmp_path / "svc")
    assert (info.release, info.suffix) == ("1.25.5", "X:strictfipsruntime")


def test_a_link_to_a_program_is_followed(tmp_path: Path) -> None:
    (tmp_path / "svc").write_bytes(made_elf(header()))
    (tmp_path / "link").symlink_to("svc")
    assert read_binary(tmp_path / "link") == read_binary(tmp_path / "svc")


@pytest.mark.parametrize("name", ["text", "folder", "absent", "pipe", "nul\0"])
def test_what_is_no_program_is_refused_with_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError) as caught:
        read_binary(tmp_path / name)
    assert caught.value.diagnostics[0].artifact == (tmp_path / name).as_posix()
