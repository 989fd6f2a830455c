"""`verify`: what it prints is enough to check the proof again by hand, and here it is checked again by hand."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.cli.conftest import Cli
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, made_hash, path_of, write_project, write_recording

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
UNKNOWN = "example.com/none@v1.0.0"
LOG = MadeLog.of(A, B, filler=600)
EVIL = f"h1:{'E' * 43}="


@pytest.fixture
def replay(tmp_path: Path) -> list[str]:
    """Where the project is, and a recording of the log."""
    project = write_project(tmp_path / "svc", LOG, "", [A, B])
    return ["--project", str(project), "--replay", str(write_recording(tmp_path / "recorded", LOG.answers()))]


def recomputed_root(chain: dict[str, Any]) -> bytes:
    """Return the root that record and siblings lead to, by nothing but SHA-256."""
    digest = sha256(b"\x00" + chain["record"]["text"].encode()).digest()
    assert digest.hex() == chain["leaf_hash"]
    for step in chain["inclusion"]:
        sibling = bytes.fromhex(step["sibling"])
        pair = sibling + digest if step["side"] == "left" else digest + sibling
        digest = sha256(b"\x01" + pair).digest()
        assert digest.hex() == step["result"]
    return digest


def signed_head(note: str) -> tuple[int, bytes]:
    """Return size and root of a note whose signature fits the log's key, which is checked here from the raw key."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    raw = base64.b64decode(signatures.split(" ")[2])
    key = base64.b64decode(LOG.key.verifier.split("+", 2)[2])[1:]
    Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], text.encode())
    _, size, root, _ = text.split("\n", 3)
    return int(size), base64.b64decode(root)


@pytest.mark.parametrize("name", [A, B, LOG.names[0], LOG.names[255], LOG.names[256], LOG.names[599]])
def test_the_printed_steps_lead_from_the_record_to_the_signed_root(cli: Cli, replay: list[str], name: str) -> None:
    done = cli("verify", name, *replay, "--format", "json")
    chain = json.loads(done.out)
    assert done.code == 0
    assert recomputed_root(chain) == bytes.fromhex(chain["root"])
    assert signed_head(chain["signed_head"]) == (chain["tree_size"], bytes.fromhex(chain["root"]))
    assert (chain["tree_size"], chain["root"]) == (LOG.size, LOG.tree().root().hex())


def test_each_step_says_which_records_its_sibling_covers(cli: Cli, replay: list[str]) -> None:
    chain = json.loads(cli("verify", A, *replay, "--format", "json").out)
    covered = {chain["record"]["number"]}
    tree = LOG.tree()
    for step in chain["inclusion"]:
        span = range(step["first_record"], step["last_record"] + 1)
        assert bytes.fromhex(step["sibling"]) == tree.naive_root(span.start, span.stop)
        assert covered.isdisjoint(span)
        covered |= set(span)
    assert covered == set(range(LOG.size))


def test_the_consistency_proof_from_the_earlier_head_is_printed(cli: Cli, machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(100)))
    machine.trust(LOG.key, LOG.head(), fetched_at=NOW.replace(year=2020))
    with LogServer(grown.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        chain = json.loads(cli("verify", A, "--project", str(project), "--format", "json").out)
    assert signed_head(chain["earlier_head"]) == (LOG.size, LOG.tree().root())
    proof = tuple(bytes.fromhex(text) for text in chain["consistency"])
    from supplymatrix.sumdb.tlog import prove_consistency

    assert proof == prove_consistency(grown.size, LOG.size, grown.tree().hash_at)


def test_the_text_holds_the_same_bytes_as_the_json(cli: Cli, replay: list[str]) -> None:
    chain = json.loads(cli("verify", A, *replay, "--format", "json").out)
    text = cli("verify", A, *replay).out
    assert chain["leaf_hash"] in text
    assert chain["root"] in text
    siblings = [base64.b64encode(bytes.fromhex(step["sibling"])).decode() for step in chain["inclusion"]]
    tiles = [step["tile"] for step in chain["inclusion"]]
    assert all(f"{sibling}  {tile}\n" in text for sibling, tile in zip(siblings, tiles, strict=True))
    lines = chain["record"]["text"].splitlines() + chain["signed_head"].splitlines()
    assert all(line in text for line in lines)


def test_every_step_names_the_tile_that_really_holds_its_sibling(cli: Cli, replay: list[str]) -> None:
    chain = json.loads(cli("verify", A, *replay, "--format", "json").out)
    answers = LOG.answers()
    for step in chain["inclusion"]:
        assert step["tile"] in answers
        sibling = bytes.fromhex(step["sibling"])
        data = answers[step["tile"]]
        whole = [data[at : at + 32] for at in range(0, len(data), 32)]
        while sibling not in whole and len(whole) > 1:
            whole = [
                sha256(b"\x01" + left + right).digest() for left, right in zip(whole[::2], whole[1::2], strict=False)
            ]
        assert sibling in whole


def test_a_line_that_differs_is_4_with_its_place_and_the_first_difference(
    cli: Cli, replay: list[str], tmp_path: Path
) -> None:
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(A), EVIL))
    done = cli("verify", A, *replay)
    assert done.code == 4
    assert "go.sum:1:22" in done.out
    assert "DIFFERS from the record" in done.out
    assert "first difference" in done.out
    assert made_hash(A) in done.out


def test_a_line_that_differs_is_4_in_json_beside_an_intact_chain(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(A), EVIL))
    done = cli("verify", A, *replay, "--format", "json")
    chain = json.loads(done.out)
    assert done.code == 4
    assert {(line["kind"], line["state"]) for line in chain["go_sum"]} == {("zip", "differs"), ("go.mod", "proven")}
    assert recomputed_root(chain) == bytes.fromhex(chain["root"])


def test_a_line_of_the_module_that_cannot_count_is_2_beside_the_chain(
    cli: Cli, replay: list[str], tmp_path: Path
) -> None:
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A, B) + "example.com/a v1.0.0 nothing\n")
    done = cli("verify", A, *replay)
    assert done.code == 2
    assert "go.sum:5" in done.out
    assert "6 signed head" in done.out


def test_a_faulty_line_of_another_module_is_left_out(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    (tmp_path / "svc" / "go.sum").write_text(LOG.go_sum(A, B) + "example.com/b v1.2.0 nothing\n")
    assert cli("verify", A, *replay).code == 0


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_a_module_that_is_not_logged_is_1_and_names_who_answered(cli: Cli, tmp_path: Path, fmt: str) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        done = cli("verify", UNKNOWN, "--project", str(project), "--format", fmt)
    assert done.code == 1
    assert server.url in done.out
    assert ("= next: check capitals and version" in done.out) is (fmt == "text")
    if fmt == "json":
        document = json.loads(done.out)
        assert (document["module"], document["status"]) == ("example.com/none", 404)


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_a_private_module_is_3_and_its_name_is_not_sent(cli: Cli, machine: Machine, tmp_path: Path, fmt: str) -> None:
    machine.settings["GOPRIVATE"] = "example.com"
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        done = cli("verify", A, "--project", str(project), "--format", fmt)
    assert (done.code, done.out, server.paths) == (3, "", [])
    assert "GOPRIVATE" in done.err
    assert "--send-private" in done.err


def test_an_answer_that_does_not_fit_is_4_and_names_the_evidence(cli: Cli, machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        server.script(path_of(A), Reply(body=LOG.forked(0).lookup(A, head=LOG.head())))
        done = cli("verify", A, "--project", str(write_project(tmp_path / "svc", LOG, server.url, [A])))
    assert (done.code, done.out) == (4, "")
    assert "alarm" in done.err
    assert machine.evidence() != {}


def test_without_an_answer_it_is_3_with_a_next_step(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        server.script(path_of(A), Reply(status=403))
        done = cli("verify", A, "--project", str(write_project(tmp_path / "svc", LOG, server.url, [A])))
    assert (done.code, done.out) == (3, "")
    assert "next:" in done.err


def test_the_go_mod_line_may_be_meant_too(cli: Cli, replay: list[str]) -> None:
    assert cli("verify", f"{A}/go.mod", *replay).out == cli("verify", A, *replay).out


@pytest.mark.parametrize(
    "word", ["./svc", "example.com/a", "@v1.0.0", "example.com/a@", "example.com/a@1.0", "../x@v1.0.0", "a b@v1.0.0"]
)
def test_what_is_no_module_version_is_2_and_says_what_one_looks_like(cli: Cli, replay: list[str], word: str) -> None:
    done = cli("verify", word, *replay)
    assert (done.code, done.out) == (2, "")
    assert "expected" in done.err


@pytest.mark.parametrize(
    ("version", "expected", "next_step"),
    [
        ("1.8.1", "v1.8.1", "did you mean v1.8.1?"),
        ("latest", "v1.2.3", "go list -m example.com/a@latest"),
        ("master", "v1.2.3", "go list -m example.com/a@master"),
        ("v1.8", "v1.8.0", "go list -m example.com/a@v1.8"),
        ("v1", "v1.0.0", "go list -m example.com/a@v1"),
        ("v1.0.0+build", "v1.0.0", ""),
        ("$(date)", "v1.2.3", ""),
    ],
)
def test_what_is_no_full_version_is_2_not_sent_and_shows_the_way(
    cli: Cli, tmp_path: Path, version: str, expected: str, next_step: str
) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        done = cli("verify", f"example.com/a@{version}", "--project", str(project))
    assert (done.code, done.out, server.paths) == (2, "", [])
    assert f"= expected: a full version such as {expected}\n" in done.err
    assert (f"= next: {next_step}" in done.err) if next_step else ("next:" not in done.err)


def test_the_current_folder_is_compared_when_no_project_is_named(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    done = cli("verify", A, *replay[2:], cwd=tmp_path / "svc")
    assert done.code == 0
    assert "equal to the record" in done.out


def test_a_folder_without_go_sum_leaves_nothing_to_compare(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    (tmp_path / "svc" / "go.sum").unlink()
    done = cli("verify", A, *replay)
    assert done.code == 0
    assert "equal to the record" not in done.out
