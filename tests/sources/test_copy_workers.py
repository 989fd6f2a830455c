"""Looking at copies side by side gives what looking at them one by one gives, whatever becomes of a process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from supplymatrix.sources import copy_workers
from supplymatrix.sources.copy_look import Copies, CopiesLook, look_at_copies
from supplymatrix.sources.copy_server import serve
from supplymatrix.sources.copy_workers import LookingAt
from tests.support.module_copies import A, B, CopiesGround


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Copies]:
    """Return copies of which some differ. There are two processors, whatever this machine has."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    ground = CopiesGround(tmp_path)
    (ground.folder(A) / "é\N{KELVIN SIGN}.go").write_bytes(b"")
    (ground.folder(B) / "a.go").unlink()
    found = [
        Copies(module=name, zip=str(ground.file(name, ".zip")), folder=str(ground.folder(name)), size=size)
        for name, size in ((A, 1), (B, 2))
    ]
    return [*found, found[0]._replace(zip=""), found[0]._replace(zip=str(tmp_path / "gone.zip"))]


def seen(copies: list[Copies], *, worth_it: int = 0, workers: int = 2) -> list[CopiesLook]:
    done: list[int] = []
    with LookingAt(copies, workers=workers, worth_it=worth_it) as looking:
        looks = looking.results(done.append)
    assert done == [1, 2, 3, 4]
    return looks


def test_processes_see_what_is_seen_here(copies: list[Copies], monkeypatch: pytest.MonkeyPatch) -> None:
    here = [look_at_copies(item) for item in copies]
    calls: list[Copies] = []

    def look_here(item: Copies) -> CopiesLook:
        calls.append(item)
        return look_at_copies(item)

    monkeypatch.setattr(copy_workers, "look_at_copies", look_here)
    assert seen(copies) == here
    assert calls == []
    assert seen(copies, worth_it=1000) == here
    assert seen(copies, workers=1) == here
    assert len(calls) == 8


@pytest.mark.parametrize("fault", ["no interpreter", "frozen", "cannot be started", "dies", "talks nonsense"])
def test_without_a_process_the_work_is_done_here(
    copies: list[Copies], monkeypatch: pytest.MonkeyPatch, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    here = [look_at_copies(item) for item in copies]
    if fault == "no interpreter":
        monkeypatch.setattr(sys, "executable", "")
    elif fault == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    elif fault == "cannot be started":
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    else:
        code = "raise SystemExit(1)" if fault == "dies" else "print('[1]', flush=True)\nimport time; time.sleep(60)"
        monkeypatch.setattr(copy_workers, "_BEGIN", code)
    assert seen(copies) == here
    assert capfd.readouterr() == ("", "")


def test_leaving_early_ends_the_processes(copies: list[Copies], monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    really, ready = subprocess.Popen, threading.Event()

    def start(*arguments: object, **names: object) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = really(*arguments, **names)  # type: ignore[call-overload]
        started.append(process)
        ready.set()
        return process

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(copy_workers, "_BEGIN", "import time; time.sleep(60)")

    def leave() -> None:
        with LookingAt(copies, workers=2, worth_it=0):
            ready.wait(10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert started
    assert all(process.poll() is not None for process in started)


def test_a_process_answers_line_by_line(copies: list[Copies]) -> None:
    answers = io.BytesIO()
    serve(io.BytesIO(b"".join(json.dumps(item).encode() + b"\n" for item in copies)), answers)
    lines = answers.getvalue().splitlines()
    assert [copy_workers._parsed(json.loads(line)) for line in lines] == [look_at_copies(item) for item in copies]
