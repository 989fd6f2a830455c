"""Whatever bytes lie in a project: an answer or an error of our own, no traceback, no pass that rests on nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import LineProof, PrivateModule, SumLine
from supplymatrix.reports.registry import FORMATS, render
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, write_project, write_recording

pytestmark = pytest.mark.slow

NAMES = ("example.com/a@v1.0.0", "example.com/B@v1.2.3", "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64")
LOG = MadeLog.of(*NAMES, filler=3)
GO_SUM = LOG.go_sum(*NAMES).encode()
GO_MOD = b"module m\n\ngo 1.22\n\nrequire (\n\texample.com/a v1.0.0 // indirect\n)\n\nreplace x.example/y => ../y\n"
WORDS = (
    b"module", b"go", b"require", b"replace", b"exclude", b"retract", b"tool", b"(", b")", b"=>", b"//", b"/*", b",",
    b"[", b"]", b'"', b"`", b"\\", b"\n", b"\r\n", b"\t", b" ", b"\xef\xbb\xbf", b"\x00", b"\xff", b"\xc2\x85",
    b"example.com/a", b"../../etc", b"v1.0.0", b"v1.0.0/go.mod", b"v2.0.0+incompatible", b"h1:abc=", b"h2:abc=",
    b"<<<<<<< HEAD", b"=======", b">>>>>>> theirs", b"1.22", b"golang.org/toolchain", b"h1:" + b"A" * 43 + b"=",
)  # fmt: skip
words = st.lists(st.sampled_from(WORDS), max_size=30).map(b" ".join)
anything = st.one_of(st.binary(max_size=200), words)


@st.composite
def spoilt(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file with one stretch replaced."""
    start = draw(st.integers(0, len(good)))
    end = draw(st.integers(start, len(good)))
    return good[:start] + draw(anything) + good[end:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("any"), LOG.answers())


def check(folder: Path, go_mod: bytes | None, go_sum: bytes | None, policy: bytes | None = None) -> Audit | None:
    """Check a project of these files with the recorded log; None when it was refused."""
    machine = Machine(folder)
    project = folder / "svc"
    shutil.rmtree(project, ignore_errors=True)
    write_project(project, LOG, "", [])
    for name, data in (("go.mod", go_mod), ("go.sum", go_sum), ("lift.toml", policy or b"")):
        if data is None:
            (project / name).unlink()
        elif data or name != "lift.toml":
            (project / name).write_bytes(data)
    try:
        return run_check(CheckRequest(paths=(project,), means=Means(environ=machine.environ, now=NOW, replay=folder)))
    except SupplymatrixError:
        return None


def is_sound(audit: Audit | None) -> None:
    """See to it that a pass rests on a proof for every line, and that every format can render the audit."""
    if audit is None:
        return
    private = {module.subject for module in audit.facts.of(PrivateModule) if module.declared}
    if audit.verdict.exit_code == 0:
        lines = [line for line in audit.facts.of(SumLine) if line.subject not in private]
        assert len(audit.facts.of(LineProof)) == len(lines)
    for fmt in FORMATS:
        render(audit, fmt).encode("utf-8", "backslashreplace")


@given(st.one_of(anything, spoilt(GO_SUM)))
def test_any_bytes_as_go_sum_give_an_audit_or_an_error_of_our_own(folder: Path, data: bytes) -> None:
    is_sound(check(folder, GO_MOD, data))
    is_sound(check(folder, None, data))


@given(st.one_of(anything, spoilt(GO_MOD)))
def test_any_bytes_as_go_mod_give_an_audit_or_an_error_of_our_own(folder: Path, data: bytes) -> None:
    is_sound(check(folder, data, GO_SUM))
    is_sound(check(folder, data, None))


@given(st.one_of(anything, spoilt(f'[sources]\nsumdb = "{LOG.key.verifier}"\nprivate = ["a.example"]\n'.encode())))
def test_any_bytes_as_policy_give_an_audit_or_an_error_of_our_own(folder: Path, data: bytes) -> None:
    is_sound(check(folder, GO_MOD, GO_SUM, data or b"\n"))


@given(st.data())
def test_any_changed_character_of_a_logged_hash_is_noticed(folder: Path, data: st.DataObject) -> None:
    lines = GO_SUM.decode().splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    start = lines[number].index("h1:") + 3
    at = data.draw(st.integers(start, len(lines[number]) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != lines[number][at]))
    lines[number] = lines[number][:at] + other + lines[number][at + 1 :]
    audit = check(folder, None, "\n".join(lines).encode())
    assert audit is not None
    assert audit.verdict.exit_code == 4


@settings(max_examples=40)
@given(st.permutations(GO_SUM.splitlines(keepends=True)))
def test_the_order_of_go_sum_lines_changes_no_verdict(folder: Path, lines: list[bytes]) -> None:
    expected, found = check(folder, GO_MOD, GO_SUM), check(folder, GO_MOD, b"".join(lines))
    assert expected is not None
    assert found is not None
    assert (found.verdict.outcome, found.verdict.score) == (expected.verdict.outcome, expected.verdict.score)


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted(LOG.answers()))))
def test_answers_that_are_missing_never_raise_the_low_score(folder: Path, missing: set[str]) -> None:
    machine = Machine(folder)
    project = write_project(folder / "svc", LOG, "", NAMES)
    whole = run_check(CheckRequest(paths=(project,), means=Means(environ=machine.environ, now=NOW, replay=folder)))
    poor = folder / "poor"
    shutil.rmtree(poor, ignore_errors=True)
    write_recording(poor, {path: data for path, data in LOG.answers().items() if path not in missing} | {"x": b""})
    less = run_check(CheckRequest(paths=(project,), means=Means(environ=machine.environ, now=NOW, replay=poor)))
    assert whole.verdict.score is not None
    assert less.verdict.score is not None
    assert less.verdict.score.low <= whole.verdict.score.low
