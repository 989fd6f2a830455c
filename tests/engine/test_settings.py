"""What holds on a machine: the environment before the file, the file before the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.settings import BUILT_IN, VARIABLES, load_settings
from supplymatrix.errors import InputError
from supplymatrix.sources.user_settings import KEYS
from tests.support.machine import Machine


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def write(home: Path, text: str) -> Path:
    file = home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file


def environ(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), **more}


def test_every_key_of_the_file_has_a_built_in_value_and_no_other_has() -> None:
    assert set(BUILT_IN) == {f"{section}.{key}" for section, keys in KEYS.items() for key in keys}


def test_without_file_and_variables_the_built_in_values_hold(home: Path) -> None:
    settings = load_settings(environ(home))
    assert settings.values == BUILT_IN
    assert set(settings.origins.values()) == {"default"}
    assert (settings.jobs, settings.offline, settings.ca_file, settings.cache_dir) == (16, False, None, None)


def test_without_a_home_there_is_no_file_and_no_error() -> None:
    settings = load_settings({"SUPPLYMATRIX_JOBS": "2"})
    assert (settings.file, settings.jobs) == (None, 2)


def test_the_file_wins_over_what_is_built_in_and_says_where(home: Path) -> None:
    file = write(home, "[network]\njobs = 3\noffline = true\n[cache]\nmax_mb = 64\n")
    settings = load_settings(environ(home))
    assert (settings.jobs, settings.offline, settings.cache_bytes) == (3, True, 64 << 20)
    assert settings.origins["network.jobs"] == f"{file}:2"
    assert settings.origins["cache.dir"] == "default"


def test_the_environment_wins_over_the_file(home: Path) -> None:
    write(home, "[network]\njobs = 3\noffline = true\nca_file = '/a'\n[cache]\ndir = '/c'\n")
    more = {"SUPPLYMATRIX_JOBS": "4", "SUPPLYMATRIX_OFFLINE": "0"}
    more |= {"SUPPLYMATRIX_CA_FILE": "/b", "SUPPLYMATRIX_CACHE_DIR": "/d"}
    settings = load_settings(environ(home, **more))
    assert (settings.jobs, settings.offline) == (4, False)
    assert (settings.ca_file, settings.cache_dir) == (Path("/b"), Path("/d"))
    assert settings.origins["network.offline"] == "environment SUPPLYMATRIX_OFFLINE"


def test_an_empty_variable_is_none(home: Path) -> None:
    write(home, "network.jobs = 3\n")
    assert load_settings(environ(home, SUPPLYMATRIX_JOBS="")).jobs == 3


def test_a_tilde_means_the_home(home: Path) -> None:
    write(home, "[cache]\ndir = '~/c'\n")
    assert load_settings(environ(home)).cache_dir == home / "c"


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SUPPLYMATRIX_JOBS", "0"),
        ("SUPPLYMATRIX_JOBS", "-1"),
        ("SUPPLYMATRIX_JOBS", "٣"),
        ("SUPPLYMATRIX_OFFLINE", "maybe"),
        ("SUPPLYMATRIX_CA_FILE", "ca.pem"),
        ("SUPPLYMATRIX_CA_FILE", "~/ca.pem"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_by_name(home: Path, variable: str, text: str) -> None:
    with pytest.raises(InputError, match=variable) as caught:
        load_settings(environ(home, **{variable: text}))
    assert caught.value.diagnostics[0].seen == text


def test_the_current_folder_has_no_say(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = home / "project"
    for place in (project, project / ".config" / "supplymatrix", project / "supplymatrix"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "settings.toml").write_text("network.jobs = 1\n", encoding="utf-8")
    monkeypatch.chdir(project)
    assert load_settings(environ(home, XDG_CONFIG_HOME=".config")).jobs == 16


def test_the_page_names_every_variable() -> None:
    from tests.docs.pages import read_page

    assert all(f"`{variable}`" in read_page("docs/formats/settings-toml.md") for variable in VARIABLES.values())


def test_a_machine_of_the_tests_names_its_cache_by_the_environment(tmp_path: Path) -> None:
    assert load_settings(Machine(tmp_path).environ).origins["cache.dir"] == "environment SUPPLYMATRIX_CACHE_DIR"


@pytest.mark.parametrize("text", ['"a"', "[1]", '["relative"]', '["~/a", "b"]', str([f"/{n}" for n in range(21)])])
def test_folders_of_vendor_profiles_are_absolute_or_below_the_home(home: Path, text: str) -> None:
    write(home, f"[vendors]\nprofiles = {text}\n")
    with pytest.raises(InputError, match=r"settings\.toml:2:12"):
        load_settings(environ(home))


def test_folders_of_vendor_profiles_keep_their_order(home: Path) -> None:
    write(home, '[vendors]\nprofiles = ["~/b", "/a"]\n')
    assert load_settings(environ(home)).profiles == (home / "b", Path("/a"))
