"""Cache and state folders on three systems."""

from __future__ import annotations

import pytest

from supplymatrix.errors import InputError, SourceError
from supplymatrix.net.folders import (
    cache_folder,
    cache_folder_if_any,
    config_folder,
    state_folder,
    state_folder_if_any,
)


@pytest.mark.parametrize(
    ("platform", "environ", "cache", "state"),
    [
        ("linux", {"HOME": "/h"}, "/h/.cache/supplymatrix", "/h/.local/state/supplymatrix"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/supplymatrix", "/s/supplymatrix"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "c"}, "/h/.cache/supplymatrix", "/h/.local/state/supplymatrix"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/supplymatrix", "/h/Library/Application Support/supplymatrix"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/supplymatrix/cache", "/l/supplymatrix/state"),
        ("linux", {"SUPPLYMATRIX_CACHE_DIR": "/a", "SUPPLYMATRIX_STATE_DIR": "/b"}, "/a", "/b"),
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
    assert (cache_folder_if_any({}), state_folder_if_any({})) == (None, None)


def test_a_relative_folder_that_somebody_named_is_never_passed_over() -> None:
    with pytest.raises(SourceError, match="another folder"):
        state_folder_if_any({"SUPPLYMATRIX_STATE_DIR": "state"})


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"HOME": "/h"}, "/h/.config/supplymatrix"),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "/c/supplymatrix"),
        ("linux", {"HOME": "/h", "XDG_CONFIG_HOME": "c"}, "/h/.config/supplymatrix"),
        ("darwin", {"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "/h/Library/Application Support/supplymatrix"),
        ("win32", {"APPDATA": "/r", "LOCALAPPDATA": "/l"}, "/r/supplymatrix"),
        ("linux", {"HOME": "/h", "SUPPLYMATRIX_CONFIG_DIR": "/a"}, "/a"),
    ],
)
def test_the_settings_lie_where_the_system_wants_them(platform: str, environ: dict[str, str], folder: str) -> None:
    assert config_folder(environ, platform=platform).as_posix() == folder


def test_a_config_folder_below_the_current_one_is_refused_because_a_project_could_bring_it() -> None:
    with pytest.raises(InputError, match="absolute"):
        config_folder({"HOME": "/h", "SUPPLYMATRIX_CONFIG_DIR": "config"})
