"""The pictures are those that the script makes of the program as it is."""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.data import REPO

pytestmark = pytest.mark.slow

_FOLDER = REPO / "screenshots"
_PICTURES = sorted(path.name for path in _FOLDER.glob("*.svg"))
_PAGES = sorted(path.name for path in _FOLDER.glob("report-html-*.png"))  # drawn by a browser, which no test needs
_PIXELS = sorted(path.name for path in _FOLDER.glob("*.png") if path.name not in _PAGES)
_MOST_BYTES = 3_000_000  # of the whole folder, which every clone has to fetch
_MOST_BYTES_OF_A_PAGE = 300_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screenshots")
    command = [sys.executable, str(_FOLDER / "make.py"), str(folder), "--svg-only"]
    subprocess.run(command, cwd=REPO, check=True)
    return folder


def test_the_script_makes_the_pictures_that_are_here(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == _PICTURES


@pytest.mark.parametrize("name", _PICTURES)
def test_a_picture_shows_what_the_program_shows_today(name: str, made: Path) -> None:
    assert (_FOLDER / name).read_bytes() == (made / name).read_bytes(), "run `make shots`"


@pytest.mark.parametrize("name", _PICTURES)
def test_a_picture_loads_nothing_and_has_a_title(name: str) -> None:
    picture = ET.parse(_FOLDER / name).getroot()  # noqa: S314 - a file of our own
    assert picture.find("{*}title") is not None
    assert not [element for element in picture.iter() if any("href" in key for key in element.attrib)]
    assert "@font-face" not in (_FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", _PIXELS)
def test_a_png_is_drawn_from_the_svg_beside_it_at_twice_its_size(name: str) -> None:
    svg = (_FOLDER / name).with_suffix(".svg").read_bytes()
    chunks = _chunks((_FOLDER / name).read_bytes())
    assert chunks[b"tEXt"] == b"source\0" + hashlib.sha256(svg).hexdigest().encode(), "run `make shots`"
    view = re.search(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)
    assert view is not None
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert abs(width - 2 * float(view[1])) <= 2
    assert abs(height - 2 * float(view[2])) <= 2


@pytest.mark.parametrize("name", _PAGES)
def test_a_picture_of_a_page_is_small_and_names_the_page(name: str) -> None:
    data = (_FOLDER / name).read_bytes()
    chunks = _chunks(data)
    assert len(data) <= _MOST_BYTES_OF_A_PAGE
    assert re.fullmatch(rb"source\0[0-9a-f]{64}", chunks[b"tEXt"])
    assert min(struct.unpack(">II", chunks[b"IHDR"][:8])) >= 900


def test_the_report_as_a_page_is_shown_in_three_pictures() -> None:
    assert _PAGES == ["report-html-alarm.png", "report-html-dark.png", "report-html-register.png"]


def test_some_pictures_can_be_shown_where_no_svg_can() -> None:
    assert {"app-matrix-80x24.png", "app-proof-80x24.png"} <= set(_PIXELS)


def test_every_picture_has_a_row_and_the_folder_stays_modest() -> None:
    page = (_FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\]\(([a-z0-9-]+\.(?:svg|png))\)", page))) == sorted([*_PICTURES, *_PIXELS, *_PAGES])
    assert sum(path.stat().st_size for path in _FOLDER.glob("*.*")) <= _MOST_BYTES


def test_the_readme_shows_an_alarm() -> None:
    assert "(screenshots/check-alarm.svg)" in (REPO / "README.md").read_text(encoding="utf-8")


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG by type, the last of each."""
    assert data.startswith(_SIGNATURE)
    found, at = {}, len(_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found[kind] = data[at + 8 : at + 8 + length]
        at += length + 12
    return found
