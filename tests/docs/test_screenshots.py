"""The pictures are those that the script makes of the program as it is."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.data import REPO

pytestmark = pytest.mark.slow

_FOLDER = REPO / "screenshots"
_PICTURES = sorted(path.name for path in _FOLDER.glob("*.svg"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screenshots")
    subprocess.run([sys.executable, str(_FOLDER / "make.py"), str(folder)], cwd=REPO, check=True)
    return folder


def test_the_script_makes_the_pictures_that_are_here(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == _PICTURES


@pytest.mark.parametrize("name", _PICTURES)
def test_a_picture_shows_what_the_program_prints_today(name: str, made: Path) -> None:
    assert (_FOLDER / name).read_bytes() == (made / name).read_bytes(), "run `python screenshots/make.py`"


@pytest.mark.parametrize("name", _PICTURES)
def test_a_picture_loads_nothing_and_has_a_title(name: str) -> None:
    picture = ET.parse(_FOLDER / name).getroot()  # noqa: S314 - a file of our own
    assert picture.find("{*}title") is not None
    assert not [element for element in picture.iter() if any("href" in key for key in element.attrib)]


def test_the_readme_shows_an_alarm() -> None:
    assert "(screenshots/check-alarm.svg)" in (REPO / "README.md").read_text(encoding="utf-8")
