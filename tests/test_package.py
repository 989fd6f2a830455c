"""What is shipped: the wheel and the source archive hold all that the program needs, and the wheel runs alone."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.child import unmeasured
from tests.support.data import REPO

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=REPO, capture_output=True, check=True)
    return folder


def _files(folder: Path, top: str) -> set[str]:
    files = (path for path in (folder / top).rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder / top).as_posix() for path in files}


@pytest.mark.parametrize(
    ("source", "packaged"),
    [
        ("policies", "policies"),
        ("docs/rules", "rules"),
        ("vendor_profiles", "vendor_profiles"),
        ("trust_roots", "trust_roots"),
    ],
)
def test_the_wheel_carries_the_data_of_the_top_level_folders(built: Path, source: str, packaged: str) -> None:
    (wheel,) = built.glob("*.whl")
    prefix = f"supplymatrix/_data/{packaged}/"
    names = {name.removeprefix(prefix) for name in zipfile.ZipFile(wheel).namelist() if name.startswith(prefix)}
    assert names == _files(REPO, source)


def test_the_wheel_carries_what_the_reports_are_laid_out_by(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    beside = {
        path for path in (REPO / "supplymatrix" / "reports").rglob("*") if path.suffix in (".css", ".j2", ".json")
    }
    assert {"report.css", "report.html.j2"} <= {path.name for path in beside}
    assert {path.relative_to(REPO).as_posix() for path in beside} <= names


def test_the_source_archive_keeps_the_data_at_the_top(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    for top in ("policies", "vendor_profiles", "docs/rules", "trust_roots"):
        assert {f"{top}/{name}" for name in _files(REPO, top)} <= names
    assert {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml"} <= names


def test_the_installed_wheel_proves_the_example_without_the_checkout(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")  # noqa: S202 - the wheel that was built right here
    environ = {**unmeasured(), "PYTHONPATH": str(tmp_path / "site"), "HOME": str(tmp_path), "GOENV": "off"}
    example = REPO / "examples" / "mux-service"
    check = ["check", str(example), "--replay", str(example / "recorded")]
    code = (
        "import sys, supplymatrix; print(supplymatrix.__file__)\n"
        "from supplymatrix.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    page = [*check, "--format", f"html={tmp_path / 'report.html'}", "--quiet"]
    for arguments, code_wanted in ((check, 0), (page, 0), (["explain", "SM110"], 0), (["schema", "report"], 0)):
        command = [sys.executable, "-P", "-c", code, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.stdout.startswith(str(tmp_path / "site"))
        assert (done.returncode, done.stderr) == (code_wanted, "")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
