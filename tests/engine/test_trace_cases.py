"""Many kinds of faults, each on the chain: no step is proven but by its bytes, none is left open without a reason, and
what the chain says of a module version is what `check` and `verify` say of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.check import CheckRequest, survey_run
from supplymatrix.engine.events import Event
from supplymatrix.engine.make_proofs import MakeProofsRequest, make_proofs
from supplymatrix.engine.means import Means
from supplymatrix.engine.project_run import ProjectRun, run_project
from supplymatrix.engine.prove_module import ModuleProof, ProveRequest, prove_module
from supplymatrix.engine.trace import trace_module, trace_of
from supplymatrix.errors import SourceError, TransportError, TrustError
from supplymatrix.gomod.gosum import EMPTY_GO_MOD_HASH
from supplymatrix.model.trace import StepId, StepState, Trace
from supplymatrix.reports.json_report import report_of
from supplymatrix.reports.trace_view import render_trace_text
from supplymatrix.sumdb.checkpoint import parse_tree_head
from supplymatrix.sumdb.note import sign_note
from supplymatrix.sumdb.tlog import verify_consistency
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine
from tests.support.made_log import (
    MadeLog,
    made_hash,
    make_key,
    module_of,
    path_of,
    tiles_of,
    write_project,
    write_recording,
)

pytestmark = pytest.mark.slow

A, B, C, GONE = (
    "example.com/a@v1.0.0",
    "example.com/b@v2.0.0+incompatible",
    "example.com/C@v1.2.3",
    "gone.example/g@v1.0.0",
)
LOG = MadeLog.of(A, B, C, filler=300)
EVIL = f"h1:{'E' * 43}="
OK, BAD, OPEN = StepState.PROVEN, StepState.FAILED, StepState.NOT_CHECKED
D = LOG.names[3]
NAMES = (A, B, C, D, GONE)


class Bench:
    """A machine, a project, and a way to ask. options: of `Means`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = Machine(folder)
        self.project = folder / "svc"
        self.options: dict[str, object] = {}

    def write(self, go_sum: str | None = None, names: tuple[str, ...] = (A, B, C), **more: Any) -> None:  # noqa: ANN401 - handed on
        """Write the project."""
        write_project(self.project, more.pop("log", LOG), more.pop("url", ""), names, go_sum=go_sum, **more)

    def replay(self, answers: dict[str, bytes]) -> None:
        """Answer out of a recording."""
        self.options = {"replay": write_recording(self.folder / "recorded", answers)}

    @property
    def means(self) -> Means:
        """How the run works."""
        return Means(environ=self.machine.environ, **{"now": NOW, **self.options})  # type: ignore[arg-type]

    def opened(self) -> ProjectRun:
        """Check the project."""
        return run_project(CheckRequest(paths=(self.project,), means=self.means))

    def request(self, name: str) -> ProveRequest:
        """Return what `verify` is asked."""
        return ProveRequest(module=module_of(name), means=self.means, project=self.project)

    def traced(self, name: str) -> Trace:
        """Return the chain of one module version alone."""
        return trace_module(self.request(name))

    def plain_exit(self, name: str) -> int:
        """Return what `verify` without --steps ends with."""
        try:
            proof = prove_module(self.request(name))
        except (TransportError, SourceError):
            return 3
        except TrustError:
            return 4
        return proof.exit_code if isinstance(proof, ModuleProof) else 1


def answers(log: MadeLog = LOG, size: int | None = None) -> dict[str, bytes]:
    """Return what a log serves, without the look-ups of its filling."""
    found = log.answers(size)
    return {path: data for path, data in found.items() if path in map(path_of, NAMES) or not path.startswith("lookup/")}


def swapped(line: str, other: str = EVIL) -> str:
    """Return a go.sum line with another hash."""
    return f"{line.rsplit(' ', 1)[0]} {other}\n"


LINES = LOG.go_sum(A, B, C).splitlines(keepends=True)
REST = "".join(LINES[2:])


def sums(text: str) -> Callable[[Bench], None]:
    """Return a case with another go.sum and a good log."""

    def build(bench: Bench) -> None:
        bench.write(text)
        bench.replay(answers())

    return build


def served(change: Callable[[dict[str, bytes]], object], **project: Any) -> Callable[[Bench], None]:  # noqa: ANN401 - handed on
    """Return a case with other answers."""

    def build(bench: Bench) -> None:
        bench.write(**project)
        found = answers()
        change(found)
        bench.replay(found)

    return build


def forged_record(found: dict[str, bytes]) -> None:
    found[path_of(A)] = found[path_of(A)].replace(made_hash(A).encode(), EVIL.encode())


def other_record(found: dict[str, bytes]) -> None:
    found[path_of(A)] = found[path_of(C)]


def forged_tile(found: dict[str, bytes]) -> None:
    found["tile/8/0/000"] = found["tile/8/0/000"][:-1] + b"\x00"


def short_tile(found: dict[str, bytes]) -> None:
    for path in [path for path in found if path.startswith("tile/8/0/001.p")]:
        found[path] = found[path][:-1]


def no_go_sum(bench: Bench) -> None:
    bench.write()
    (bench.project / "go.sum").unlink()
    bench.replay(answers())


def no_record_line(bench: Bench) -> None:
    """The log's record speaks of the go.mod alone: there was never a zip."""
    log = LOG.with_record(A, LINES[1].encode())
    bench.write()
    bench.replay(answers(log))


def small_log(bench: Bench) -> None:
    """The log has signed a tree that ends before the record."""
    bench.write()
    found = answers(size=300)
    found[path_of(A)] = LOG.lookup(A, head=LOG.head(300))
    bench.replay(found)


def wrong_key(bench: Bench) -> None:
    """lift.toml pins another key of the same name."""
    bench.write(log=MadeLog(key=make_key(seed=bytes(32)), names=LOG.names, records=LOG.records))
    bench.replay(answers())


def replaced(target: str) -> Callable[[Bench], None]:
    def build(bench: Bench) -> None:
        bench.write(REST if target.startswith(".") else None)
        with (bench.project / "go.mod").open("a") as file:
            file.write(f"\nreplace example.com/a => {target}\n")
        bench.replay(answers())

    return build


def cached(bench: Bench) -> None:
    """No network: all but one record is cached."""
    bench.write()
    bench.machine.trust(LOG.key, LOG.head())
    found = answers()
    bench.machine.put_in_cache(LOG.key, {path: data for path, data in found.items() if path != path_of(C)})
    bench.options = {"offline": True}


def damaged_cache(bench: Bench) -> None:
    cached(bench)
    found = answers()
    forged_record(found)
    bench.machine.put_in_cache(LOG.key, {path_of(A): found[path_of(A)]})


def nothing_at_hand(bench: Bench) -> None:
    bench.write()
    bench.options = {"offline": True}


def withheld(bench: Bench) -> None:
    bench.write()
    bench.machine.settings["GOPRIVATE"] = "example.com/a"
    bench.replay(answers())


def committed(bench: Bench) -> None:
    """Two of three records are proven by a file; nobody can be asked."""
    bench.write(names=(A, B))
    bench.replay(answers())
    (made,) = make_proofs(MakeProofsRequest(paths=(bench.project,), means=bench.means))
    assert made.path is not None
    assert made.data is not None
    made.path.write_bytes(made.data)
    bench.write()
    bench.options = {"offline": True}


def committed_and_withheld(bench: Bench) -> None:
    committed(bench)
    bench.machine.settings["GOPRIVATE"] = "example.com"


def committed_and_held(bench: Bench) -> None:
    committed(bench)
    bench.replay(answers(LOG.grown("later.example/m@v1.0.0")))


def committed_and_changed(bench: Bench) -> None:
    committed(bench)
    bench.write(swapped(LINES[0]) + "".join(LINES[1:]))


def forged_proofs(bench: Bench) -> None:
    committed(bench)
    file = bench.project / "go.sum.proof"
    file.write_text(file.read_text().replace(made_hash(A), EVIL))
    bench.replay(answers())


CASES: dict[str, Callable[[Bench], None]] = {
    "good": sums("".join(LINES)),
    "changed zip line": sums(swapped(LINES[0]) + "".join(LINES[1:])),
    "changed go.mod line": sums(LINES[0] + swapped(LINES[1]) + REST),
    "go.mod line alone": sums("".join(LINES[1:])),
    "zip line alone": sums(LINES[0] + REST),
    "no line": sums(REST),
    "line twice": sums(LINES[0] + "".join(LINES)),
    "line twice, other hash": sums("".join(LINES) + swapped(LINES[0])),
    "malformed line": sums("".join(LINES) + "example.com/a v1.0.0 nothing\n"),
    "malformed line alone": sums("example.com/a v1.0.0 nothing\n" + REST),
    "unknown algorithm": sums("".join(LINES) + "example.com/a v1.0.0 h2:xyz\n"),
    "hash of an empty go.mod": sums(LINES[0] + swapped(LINES[1], EMPTY_GO_MOD_HASH) + REST),
    "line that the log has not": sums("".join(LINES) + f"gone.example/g v1.0.0 {EVIL}\n"),
    "changed incompatible": sums("".join(LINES).replace(made_hash(B), EVIL)),
    "no go.sum": no_go_sum,
    "record without the line": no_record_line,
    "forged record": served(forged_record),
    "record of another module": served(other_record),
    "forged tile": served(forged_tile, names=(A, D)),
    "short tile": served(short_tile),
    "no look-up": served(lambda found: found.pop(path_of(A))),
    "no head": served(lambda found: found.pop("latest")),
    "head of no note": served(lambda found: found.update(latest=b"<html>")),
    "forged head": served(lambda found: found.update(latest=found["latest"].replace(b"\n303\n", b"\n302\n"))),
    "smaller log": small_log,
    "wrong key": wrong_key,
    "declared private": served(lambda _: None, private=["example.com/a"]),
    "withheld": withheld,
    "replaced by a folder": replaced("./fork"),
    "replaced by a module": replaced("example.com/C v1.2.3"),
    "cached": cached,
    "damaged cache": damaged_cache,
    "nothing at hand": nothing_at_hand,
    "committed": committed,
    "committed and withheld": committed_and_withheld,
    "committed and held": committed_and_held,
    "committed and changed": committed_and_changed,
    "forged proofs": forged_proofs,
}


@pytest.fixture(params=list(CASES))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """One case, built."""
    made = Bench(tmp_path)
    CASES[request.param](made)
    return made


def assert_proven_by_its_bytes(trace: Trace) -> None:
    """Check each step that claims to be proven, by nothing but SHA-256 and what the made log has."""
    step = {one.id: one for one in trace.steps if one.state is OK}
    if StepId.HEAD in step:
        head = parse_tree_head(step[StepId.HEAD].raw.decode().partition("\n\n")[0] + "\n")
        assert head.root == LOG.grown("later.example/m@v1.0.0").tree(head.size).root() or head.size == LOG.size
        assert step[StepId.ROOT].raw == head.root
    if StepId.RECORD not in step:
        assert not {StepId.GO_SUM, StepId.LEAF, StepId.TILES} & set(step)
        return
    record = step[StepId.RECORD].raw
    digest = sha256(b"\x00" + record).digest()
    assert step[StepId.LEAF].raw == digest
    for side, text in step[StepId.TILES].values[:-1]:
        sibling = base64.b64decode(text.partition(" ")[0])
        digest = sha256(b"\x01" + (sibling + digest if "left" in side else digest + sibling)).digest()
    assert digest == step[StepId.ROOT].raw
    if StepId.GO_SUM in step:
        lines = step[StepId.GO_SUM].raw.decode().split()
        assert lines
        assert set(lines) <= set(record.decode().split())


def test_no_step_is_proven_but_by_its_bytes_and_none_is_open_without_a_reason(bench: Bench) -> None:
    found = bench.opened()
    for trace in [make(name) for name in NAMES for make in (bench.traced, lambda name: found.trace(module_of(name)))]:
        assert [step.id for step in trace.steps] == list(StepId)
        assert_proven_by_its_bytes(trace)
        for step in trace.steps:
            assert step.says.strip(), step.id
            assert "nobody said why" not in step.says
            if step.state is BAD:
                assert step.meaning
                assert step.remedy
            if step.state is OPEN:
                assert " was held" not in step.says


def test_the_exit_code_is_that_of_verify_without_steps(bench: Bench) -> None:
    for name in NAMES:
        assert bench.traced(name).exit_code == bench.plain_exit(name), name


def test_the_chain_of_a_checked_project_is_that_of_the_module_alone(bench: Bench) -> None:
    found = bench.opened()
    for name in NAMES:
        trace = found.trace(module_of(name))
        if "was dropped" in trace.step(StepId.RECORD).says:
            continue  # it is said once: the next run finds nothing there
        if trace.was_asked:
            assert trace == bench.traced(name)
        else:
            assert not any(step.state is OK for step in trace.steps)
            assert "exit" not in render_trace_text(trace)


FAULTY = {"SM102", "SM104", "SM105", "SM106", "SM110", "SM111"}
"""The rules that speak of go.sum lines and of what the log says of them."""


def test_the_worst_of_the_chain_is_what_check_says(bench: Bench) -> None:
    found = bench.opened()
    if found.audit is None:
        assert found.exit_code == 4
        assert all(found.trace(module_of(name)).failed is not None for name in (A, B, C))
        return
    report = report_of(found.audit)
    for name in NAMES:
        module, trace = module_of(name), found.trace(module_of(name))
        here = [line for line in report["go_sum"] if (line["module"], line["version"]) == (module.path, module.version)]
        lines = {line["state"] for line in here}
        failed = {
            item["rule"] for item in report["findings"] if item["module"] == module.path and item["rule"] in FAULTY
        }
        is_faulty = bool(failed or lines & {"differs", "not-in-log", "no-line-in-record", "bad-proof"})
        assert (trace.failed is not None) is is_faulty, (name, failed, lines)
        if not is_faulty:
            is_proven = bool(lines) and lines == {"proven"}
            assert (trace.step(StepId.GO_SUM).state is OK) is is_proven, (name, lines)
        if "not-checked" in lines:
            assert found.exit_code != 0


EXPECTED = {
    "good": "++++++",
    "changed zip line": "x+++++",
    "go.mod line alone": "++++++",
    "no line": "-+++++",
    "line twice": "++++++",
    "line twice, other hash": "x+++++",
    "malformed line alone": "x+++++",
    "hash of an empty go.mod": "++++++",
    "no go.sum": "-+++++",
    "record without the line": "x+++++",
    "forged record": "--x-++",
    "record of another module": "-x--++",
    "forged tile": "---x++",
    "short tile": "------",
    "no look-up": "-x--++",
    "no head": "------",
    "forged head": "-----x",
    "smaller log": "-x--++",
    "wrong key": "-----x",
    "declared private": "------",
    "withheld": "------",
    "replaced by a folder": "-+++++",
    "replaced by a module": "++++++",
    "damaged cache": "----++",
    "committed": "++++++",
    "committed and withheld": "++++++",
    "committed and changed": "x+++++",
}


@pytest.mark.parametrize("case", EXPECTED)
def test_each_fault_shows_where_it_is(tmp_path: Path, case: str) -> None:
    made = Bench(tmp_path)
    CASES[case](made)
    signs = {OK: "+", BAD: "x", OPEN: "-"}
    name = D if case == "forged tile" else A
    assert "".join(signs[step.state] for step in made.traced(name).steps[:6]) == EXPECTED[case]


def test_a_line_of_the_go_mod_alone_says_that_it_is_not_of_the_files(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    CASES["go.mod line alone"](made)
    assert "no line is of its files" in made.traced(A).step(StepId.GO_SUM).says
    assert "no line is of its files" not in made.traced(B).step(StepId.GO_SUM).says


def test_a_replaced_module_says_by_what(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    CASES["replaced by a folder"](made)
    assert "replaces it by ./fork" in made.traced(A).step(StepId.GO_SUM).says


def test_the_worst_line_decides_and_every_fault_is_told(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    log = LOG.with_record(A, LINES[0].encode())
    made.write("".join(LINES) + swapped(LINES[0]))
    made.replay(answers(log))
    trace = made.traced(A)
    assert trace.exit_code == 4
    assert trace.step(StepId.GO_SUM).difference is not None
    assert any("another hash for the same key" in text for _, text in trace.step(StepId.GO_SUM).values)


def test_what_is_cached_is_said_to_be(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    cached(made)
    trace = made.traced(A)
    assert "answered by cache" in trace.step(StepId.RECORD).says
    assert "cache" in trace.step(StepId.TILES).says
    assert trace.route == "cache"


def test_a_proof_file_that_proves_nothing_is_told(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    forged_proofs(made)
    told: list[Event] = []
    assert trace_module(made.request(A), told.append).exit_code == 0
    assert any("go.sum.proof proves nothing" in str(event) for event in told)
    assert made.machine.evidence() != {}


LONG = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(300)))
BEFORE = NOW - timedelta(days=9)


def with_server(bench: Bench, log: MadeLog, saved: bytes, *broken: str) -> Callable[[str], Trace]:
    """Return a way to trace against a served log, after an earlier run that has trusted a head."""
    bench.machine.trust(LOG.key, saved, fetched_at=BEFORE)

    def traced(name: str) -> Trace:
        with LogServer(log.answers()) as server:
            for path in broken:
                server.script(path, Reply(status=403))
            bench.write(url=server.url)
            return bench.traced(name)

    return traced


def test_a_head_of_the_same_tree_with_one_signature_more_is_equal_and_proven(tmp_path: Path) -> None:
    """The notes differ, the trees do not."""
    other = make_key("witness.example", seed=bytes(32))
    saved = sign_note(LOG.head().decode().partition("\n\n")[0] + "\n", [LOG.key.signing, other.signing])
    assert saved != LOG.head()
    trace = with_server(Bench(tmp_path), LOG, saved)(A)
    last = trace.step(StepId.HISTORY)
    assert (trace.exit_code, last.state) == (0, OK)
    assert last.says == f"equal: size and root are those of the head trusted before ({LOG.size:,} records)"
    assert last.raw == saved


@pytest.mark.parametrize("name", [A, GONE])
def test_the_head_trusted_before_is_compared_whatever_became_of_the_record(tmp_path: Path, name: str) -> None:
    last = with_server(Bench(tmp_path), LONG, LOG.head())(name).step(StepId.HISTORY)
    assert last.state is OK
    hashes = [bytes.fromhex(text) for number, text in last.values if number.strip().isdigit()]
    verify_consistency(hashes, LOG.size, LOG.tree().root(), LONG.size, LONG.tree().root())
    assert last.raw == LOG.head() + b"".join(hashes)


def test_a_head_that_could_not_be_compared_is_not_said_to_have_been(tmp_path: Path) -> None:
    trace = with_server(Bench(tmp_path), LONG, LOG.head(), "tile/8/0/001")(A)
    last = trace.step(StepId.HISTORY)
    assert (trace.exit_code, last.state) == (3, OPEN)
    assert "were not had" in last.says
    assert last.remedy


def test_a_file_with_a_newer_head_than_the_one_shown_says_so(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    committed(made)
    with LogServer(LOG.answers() | {"latest": LOG.head(302)} | tiles_of(LOG.tree(302))) as server:
        made.options = {}
        made.write(url=server.url)
        last = made.traced(A).step(StepId.HISTORY)
    assert last.state is OK
    assert "newest head that this machine knows of (303 records)" in last.says


def test_verify_believes_committed_proofs_without_a_network_as_check_does(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    committed(made)
    proof = prove_module(made.request(A))
    assert isinstance(proof, ModuleProof)
    assert (proof.exit_code, proof.route) == (0, "go.sum.proof")
    assert "not held against" in proof.history
    assert made.opened().trace(module_of(A)).exit_code == 0


def test_a_name_that_lift_toml_declares_private_is_not_proven_by_a_file_either(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    committed(made)
    made.write(private=["example.com/a"])
    assert made.plain_exit(A) == made.traced(A).exit_code == 3


def test_what_the_file_of_another_project_proves_has_its_chain_there(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    committed(made)
    made.write(names=(A, B))
    other = write_project(tmp_path / "other", LOG, "", [A])
    run = survey_run(CheckRequest(paths=(made.project, other), means=made.means))
    own, theirs = (trace_of(item, run.answers[item.choice.log_key], module_of(A)) for item in run.prepared)
    assert own.step(StepId.RECORD).state is OK
    assert theirs.step(StepId.RECORD).state is OPEN
    assert "proof file of another project" in theirs.step(StepId.RECORD).says
