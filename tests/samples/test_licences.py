"""licenses.json: licence files of real modules, with the expression that each supports.

The texts are not in the sample: they are read from the module cache of this machine, and a file that is not there is a
skip, also under REQUIRE_SAMPLES=1, since the files come with the modules and not with the samples.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import And, parse_expression
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.module import escape_path, escape_version
from tests.support.data import SAMPLES, samples_dir

_LEAST = {"single": 100, "multi": 80}
_LEAST_OF_ALL = 97


def _entries() -> list[Mapping[str, Any]]:
    path = SAMPLES / "licenses.json"
    found: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["entries"] if path.is_file() else []
    return found


@cache
def _caches() -> tuple[Path, ...]:
    """Return the folders that may be this machine's module cache."""
    named = [os.environ.get("GOMODCACHE", "")]
    if shutil.which("go"):
        command = ["go", "env", "GOMODCACHE"]
        named.append(subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip())
    folders = [*(Path(name) for name in named if name), Path.home() / "go" / "pkg" / "mod"]
    return tuple(folder for folder in folders if folder.is_dir())


def _content(entry: Mapping[str, Any]) -> bytes | None:
    """Return the bytes of the file that an entry means, None when this machine does not have it."""
    name = f"{escape_path(entry['module'])}@{escape_version(entry['version'])}"
    for folder in _caches():
        path = folder / name / str(entry["license_file_path"])
        content = path.read_bytes() if path.is_file() else b""
        if content and hashlib.sha256(content).hexdigest() == entry["sha256"]:
            return content
    return None


def _meaning(expression: str) -> object:
    """Return what an expression says, whatever the order of what it joins by AND."""
    try:
        parsed = parse_expression(expression)
    except InputError:
        return None
    return frozenset(map(str, parsed.parts)) if isinstance(parsed, And) else str(parsed)


def _right(entry: Mapping[str, Any], content: bytes) -> bool:
    found = read_licence_text(content, entry["license_file_path"]).expression
    return _meaning(entry["spdx"]) is not None and _meaning(found) == _meaning(entry["spdx"])


@pytest.mark.parametrize(
    "entry", _entries() or [{}], ids=lambda entry: f"{entry.get('module')}@{entry.get('version')}" if entry else "none"
)
def test_the_file_is_on_this_machine(entry: Mapping[str, Any]) -> None:
    """Count the entries whose file is absent: one skip each."""
    samples_dir("licenses.json")
    if _content(entry) is None:
        pytest.skip("the module is not in the module cache of this machine: its licence file is not looked at")


def test_licences_are_read_as_people_read_them() -> None:
    samples_dir("licenses.json")
    there = [(entry, content) for entry in _entries() if (content := _content(entry)) is not None]
    if not there:
        pytest.skip("no module of the sample is in the module cache of this machine, REQUIRE_SAMPLES or not")
    total: Counter[str] = Counter(entry["kind"] for entry, _ in there)
    wrong = [entry for entry, content in there if not _right(entry, content)]
    missed = Counter(entry["kind"] for entry in wrong)
    told = [f"{entry['module']}@{entry['version']} {entry['license_file_path']}: {entry['spdx']}" for entry in wrong]
    assert 100 * (len(there) - len(wrong)) >= _LEAST_OF_ALL * len(there), told
    for kind, least in _LEAST.items():
        assert 100 * (total[kind] - missed[kind]) >= least * total[kind], told
