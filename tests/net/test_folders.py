"""Cache and state folders on three systems."""

from __future__ import annotations

import pytest

from supplymatrix.errors import SourceError
from supplymatrix.net.folders import cache_folder, state_folder


@pytest.mark.parametrize(
    ("platform", "environ", "cache", "state"),
    [
        ("linux", {"HOME": "/h"}, "/h/.cache/supplymatrix", "/h/.local/state/supplymatrix"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/supplymatrix", "/s/supplymatrix"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "c"}, "/h/.cache/supplymatrix", "/h/.local/state/supplymatrix"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/supplymatrix", "/h/Library/Application Support/supplymatrix"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/supplymatrix/cache", "/l/supplymatrix/state"),
        ("linux", {"SUPPLYMATRIX_CACHE_DIR": "/a", "SUPPLYMATRIX_STATE_DIR": "b"}, "/a", "b"),
    ],
)
def test_folders_lie_where_the_system_wants_them(
    platform: str, environ: dict[str, str], cache: str, state: str
) -> None:
    assert cache_folder(environ, platform=platform).as_posix() == cache
    assert state_folder(environ, platform=platform).as_posix() == state


def test_without_a_home_the_message_names_the_way_out() -> None:
    with pytest.raises(SourceError, match="home") as caught:
        state_folder({})
    assert "SUPPLYMATRIX_STATE_DIR" in caught.value.remedy
