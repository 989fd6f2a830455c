"""--sign and verify-report: what is signed, what is told of it, and what is noticed."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix import __version__
from supplymatrix.attest.dsse import envelope_text
from supplymatrix.attest.keys import parse_signing_key, parse_verifying_key
from tests.attest.test_keys import pem, private, public_pem
from tests.cli.conftest import Cli, Done
from tests.reports.test_schema import VALIDATORS
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
VSA = "urn:supplymatrix:vsa:1"
Signed = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in svc/, a recorded log, and a key pair: key.pem and pub.pem."""
    write_project(tmp_path / "svc", LOG, "", [A, B])
    write_recording(tmp_path / "recorded", LOG.answers())
    (tmp_path / "key.pem").write_bytes(pem(private("Ed25519")))
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "pub.pem").write_bytes(public_pem(private("Ed25519")))
    return tmp_path


@pytest.fixture
def check(cli: Cli, folder: Path) -> Signed:
    """Return a function that checks the project with some formats, signed."""

    def start(*formats: str, key: str = "key.pem", more: tuple[str, ...] = ("svc",)) -> Done:
        chosen = [f"--format={word}" for word in formats]
        return cli("check", *more, "--replay", "recorded", "--sign", key, *chosen, cwd=folder)

    return start


@pytest.fixture
def verify(cli: Cli, folder: Path) -> Signed:
    def start(*files: str, more: tuple[str, ...] = (), key: str = "pub.pem") -> Done:
        return cli("verify-report", *files, "--key", key, *more, cwd=folder)

    return start


def payload(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
    return document


def test_files_get_a_signature_beside_them_and_the_statement_is_an_envelope(
    check: Signed, verify: Signed, folder: Path
) -> None:
    done = check("vsa=vsa.json", "json=r.json", "markdown=r.md", "sarif=r.sarif")
    assert done.code == 0
    assert "signed with Ed25519 key " in done.err
    public = parse_verifying_key((folder / "pub.pem").read_bytes(), "pub.pem")
    for name in ("r.json", "r.md", "r.sarif"):
        signature = base64.b64decode((folder / f"{name}.sig").read_text())
        public.verify((folder / name).read_bytes(), signature)
    assert not (folder / "vsa.json.sig").exists()
    told = verify("vsa.json", "r.json", "r.md", "r.sarif", more=("--project", "svc"))
    assert told.code == 0
    assert "PASSED: pkg:golang/svc.example/app" in told.out
    assert told.out.count("✓") == 4 + 2 + 3


def test_the_statement_is_written_last_whatever_the_order_and_names_all_other_files(
    check: Signed, folder: Path
) -> None:
    check("vsa=vsa.json", "text=r.txt", "sarif=r.sarif", "markdown=r.md", "json=r.json")
    predicate = payload(folder / "vsa.json")["predicate"]
    named = predicate["inputAttestations"]
    assert [entry["name"] for entry in named] == ["r.sarif", "r.json", "r.txt", "r.md"]
    for entry in named:
        assert entry["digest"]["sha256"] == sha256((folder / entry["name"]).read_bytes()).hexdigest()


def test_the_subjects_are_the_files_on_disk_byte_by_byte(check: Signed, folder: Path) -> None:
    mod = folder / "svc" / "go.mod"
    mod.write_bytes(mod.read_bytes().replace(b"\n", b"\r\n") + b"// \xc3\xa9\r\n")
    check("vsa=vsa.json")
    subjects = payload(folder / "vsa.json")["subject"]
    assert subjects == [
        {"name": name, "digest": {"sha256": sha256((folder / "svc" / name).read_bytes()).hexdigest()}}
        for name in ("go.mod", "go.sum")
    ]


def test_what_a_workspace_adds_is_a_subject_too(check: Signed, verify: Signed, folder: Path) -> None:
    (folder / "go.work").write_text("go 1.22\n\nuse ./svc\n")
    check("vsa=vsa.json", more=("go.work",))
    subjects = {entry["name"]: entry["digest"]["sha256"] for entry in payload(folder / "vsa.json")["subject"]}
    assert subjects["../go.work"] == sha256((folder / "go.work").read_bytes()).hexdigest()
    assert set(subjects) == {"../go.work", "go.mod", "go.sum"}
    assert verify("vsa.json", more=("--project", "svc")).code == 0
    (folder / "go.work").write_text("go 1.23\n\nuse ./svc\n")
    assert verify("vsa.json", more=("--project", "svc")).code == 4


def test_a_report_that_was_touched_is_4(check: Signed, verify: Signed, folder: Path) -> None:
    check("json=r.json")
    assert verify("r.json").code == 0
    (folder / "r.json").write_text((folder / "r.json").read_text() + " ")
    done = verify("r.json")
    assert done.code == 4
    assert "NOT as signed by r.json.sig" in done.out


def test_an_envelope_that_was_touched_is_4_and_tells_nothing_of_what_it_says(
    check: Signed, verify: Signed, folder: Path
) -> None:
    check("vsa=vsa.json")
    document = json.loads((folder / "vsa.json").read_text())
    document["payload"] = base64.b64encode(b'{"predicate": {"verificationResult": "PASSED"}}').decode()
    (folder / "vsa.json").write_text(json.dumps(document))
    done = verify("vsa.json")
    assert done.code == 4
    assert "PASSED" not in done.out


def test_a_fellow_that_was_exchanged_is_4_and_one_that_is_not_there_is_told(
    check: Signed, verify: Signed, folder: Path
) -> None:
    check("vsa=vsa.json", "json=r.json", "markdown=r.md")
    (folder / "r.md").unlink()
    done = verify("vsa.json")
    assert done.code == 0
    assert "? report r.md is not at hand" in done.out
    (folder / "r.json").write_text("{}")
    assert verify("vsa.json").code == 4


def test_files_that_moved_together_are_found_again(check: Signed, verify: Signed, folder: Path) -> None:
    (folder / "out").mkdir()
    check("vsa=out/vsa.json", "json=out/r.json")
    (folder / "out").rename(folder / "elsewhere")
    done = verify("elsewhere/vsa.json")
    assert done.code == 0
    assert "✓ report elsewhere/r.json" in done.out


def test_a_file_of_that_name_of_another_run_is_no_alarm(check: Signed, verify: Signed, folder: Path) -> None:
    (folder / "out").mkdir()
    check("vsa=out/vsa.json", "json=r.json")
    (folder / "r.json").write_text("{}")
    done = verify("out/vsa.json")
    assert done.code == 0
    assert "? report r.json is not at hand: r.json from here is another file" in done.out


def test_two_reports_of_one_name_in_two_folders_are_told_apart(check: Signed, verify: Signed, folder: Path) -> None:
    (folder / "old").mkdir()
    check("vsa=vsa.json", "json=r.json", "csv=old/r.json")
    done = verify("vsa.json")
    assert done.code == 0
    assert "✓ report r.json" in done.out
    assert "✓ report old/r.json" in done.out
    (folder / "old" / "r.json").write_text("{}")
    assert verify("vsa.json").code == 4


def test_another_key_is_4_and_no_signature_3(check: Signed, verify: Signed, folder: Path) -> None:
    check("json=r.json")
    (folder / "other.pem").write_bytes(public_pem(private("ECDSA P-256")))
    assert verify("r.json", key="other.pem").code == 4
    (folder / "r.json.sig").unlink()
    done = verify("r.json")
    assert done.code == 3
    assert "there is no r.json.sig beside it" in done.out


def test_a_statement_about_other_files_is_4(check: Signed, verify: Signed, folder: Path) -> None:
    check("vsa=vsa.json")
    (folder / "svc" / "go.sum").write_text(LOG.go_sum(A))
    done = verify("vsa.json", more=("--project", "svc"))
    assert done.code == 4
    assert "✗ subject svc/go.sum is not the file that was signed for" in done.out
    assert verify("vsa.json").code == 0


def test_a_go_sum_beside_a_statement_that_does_not_know_it_is_4(check: Signed, verify: Signed, folder: Path) -> None:
    (folder / "svc" / "go.sum").rename(folder / "go.sum")
    check("vsa=vsa.json")
    (folder / "go.sum").rename(folder / "svc" / "go.sum")
    assert verify("vsa.json", more=("--project", "svc")).code == 4


def test_a_statement_that_says_failed_is_1_where_all_signatures_hold(
    check: Signed, verify: Signed, folder: Path
) -> None:
    (folder / "svc" / "go.sum").write_text(LOG.go_sum(A))
    assert check("vsa=vsa.json").code == 1
    done = verify("vsa.json")
    assert done.code == 1
    assert "a statement says FAILED" in done.out


def test_an_alarm_is_signed_for_like_anything_else(check: Signed, verify: Signed, folder: Path) -> None:
    (folder / "svc" / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(A), made_hash("evil")))
    assert check("vsa=vsa.json", "json=r.json").code == 4
    assert verify("vsa.json", "r.json").code == 1


def test_of_several_subjects_each_has_a_statement_and_a_folder_finds_its_own(
    check: Signed, verify: Signed, folder: Path
) -> None:
    write_project(folder / "two", LOG, "", [A, B], go_sum=LOG.go_sum(A))
    assert check("vsa=vsa.jsonl", "json=r.json", more=("svc", "two")).code == 1
    assert len((folder / "vsa.jsonl").read_text().splitlines()) == 2
    assert verify("vsa.jsonl").code == 1
    assert verify("vsa.jsonl", more=("--project", "svc")).code == 0
    assert verify("vsa.jsonl", more=("--project", "two")).code == 1
    (folder / "two" / "go.sum").write_text("")
    assert verify("vsa.jsonl", more=("--project", "two")).code == 4


def test_the_answer_is_json_when_asked(check: Signed, verify: Signed, folder: Path) -> None:
    check("vsa=vsa.json", "json=r.json")
    report = json.loads(verify("vsa.json", more=("--format", "json")).out)
    assert report["schema"] == "supplymatrix.signatures/1"
    VALIDATORS["signatures"].validate(report)
    (found,) = report["reports"]
    (statement,) = found["statements"]
    predicate = payload(folder / "vsa.json")["predicate"]
    assert statement == {
        "result": "PASSED",
        "resource": "pkg:golang/svc.example/app",
        "policy": predicate["policy"]["uri"],
        "policy_sha256": predicate["policy"]["digest"]["sha256"],
        "time": predicate["timeVerified"],
        "verifier": f"urn:supplymatrix:verifier, supplymatrix {__version__}",
        "by_policy": True,
    }
    assert found["named"] == [{"name": "r.json", "role": "report", "state": "same", "path": "r.json"}]


def test_an_encrypted_key_takes_its_password_from_the_environment(
    check: Signed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "closed.pem").write_bytes(pem(private("Ed25519"), password="correct horse"))  # noqa: S106 - made up
    refused = check("json=r.json", key="closed.pem")
    assert refused.code == 2
    assert "next: set SUPPLYMATRIX_SIGN_PASSWORD" in refused.err
    assert "genpkey" not in refused.err
    assert not (folder / "r.json").exists()
    monkeypatch.setenv("SUPPLYMATRIX_SIGN_PASSWORD", "wrong horse")
    refused = check("json=r.json", key="closed.pem")
    assert refused.code == 2
    assert "next: set SUPPLYMATRIX_SIGN_PASSWORD" in refused.err
    monkeypatch.setenv("SUPPLYMATRIX_SIGN_PASSWORD", "correct horse")
    done = check("json=r.json", key="closed.pem")
    assert done.code == 0
    assert "horse" not in done.out + done.err + (folder / "r.json").read_text()
    assert "SUPPLYMATRIX_SIGN_PASSWORD" not in os.environ, "programs that the run starts would get it"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_key_that_others_can_read_is_told(check: Signed, folder: Path) -> None:
    assert "warning" not in check("json=r.json").err
    (folder / "key.pem").chmod(0o644)
    done = check("json=r.json")
    assert done.code == 0
    assert "can be read by everybody on this machine" in done.err


def test_a_key_that_cannot_be_used_is_told_before_anything_is_checked(check: Signed, folder: Path) -> None:
    (folder / "no.pem").write_text("nothing\n")
    for key in ("no.pem", "missing.pem"):
        done = check("json=r.json", key=key)
        assert (done.code, done.out) == (2, "")
        assert not (folder / "r.json").exists()


def test_signing_nothing_is_a_wrong_use_and_so_is_a_signature_in_the_place_of_a_report(check: Signed) -> None:
    assert "no report goes to one" in check("text").err
    assert check("json=r", "markdown=r.sig").code == 2
    assert check("vsa").code == 0  # an envelope on stdout


def test_a_report_that_cannot_be_written_keeps_neither_the_others_nor_the_statement_back(
    check: Signed, folder: Path
) -> None:
    done = check("json=no/such/folder/r.json", "markdown=r.md", "vsa=vsa.json")
    assert done.code == 2
    named = payload(folder / "vsa.json")["predicate"]["inputAttestations"]
    assert [entry["name"] for entry in named] == ["r.md"]


def test_a_signature_is_not_written_through_a_link_that_leads_elsewhere(
    check: Signed, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "target").write_text("precious")
    (folder / "r.json.sig").symlink_to(outside / "target")
    assert check("json=r.json").code == 2
    assert (outside / "target").read_text() == "precious"


def test_what_cannot_be_read_is_2(verify: Signed, folder: Path) -> None:
    (folder / "r.json").write_text("{}")
    (folder / "r.json.sig").write_text("not base64!")
    (folder / "bad.json").write_text('{"payloadType": 1}')
    assert verify("missing.json").code == 2
    assert verify("r.json").code == 2
    assert verify("bad.json").code == 2
    assert verify("r.json", key="key.pem").code == 2


def test_an_envelope_of_something_else_is_2(verify: Signed, folder: Path) -> None:
    key = parse_signing_key(pem(private("Ed25519")), "key.pem")
    for data, kind in (
        (b"{}", "text/plain"),
        (b"[]", "application/vnd.in-toto+json"),
        (b"\xff", "application/vnd.in-toto+json"),
    ):
        (folder / "e.json").write_text(envelope_text(data, key, payload_type=kind))
        assert verify("e.json").code == 2


def test_a_report_that_no_statement_binds_to_the_project_is_3(check: Signed, verify: Signed, folder: Path) -> None:
    check("vsa=vsa.json", "json=r.json")
    check("markdown=alone.md")
    (folder / "other").mkdir()
    (folder / "other" / "go.mod").write_text("module other.example/x\n")
    assert verify("r.json").code == 0
    done = verify("r.json", more=("--project", "other"))
    assert done.code == 3
    assert "no statement about what was asked for names it" in done.out
    assert verify("r.json", more=("--project", "svc")).code == 3
    assert verify("r.json", "vsa.json", more=("--project", "svc")).code == 0
    assert verify("alone.md", "vsa.json", more=("--project", "svc")).code == 3
    found = json.loads(verify("alone.md", more=("--project", "svc", "--format", "json")).out)
    VALIDATORS["signatures"].validate(found)
    assert [report["state"] for report in found["reports"]] == ["unbound"]


def test_a_statement_about_another_project_binds_no_report(check: Signed, verify: Signed, folder: Path) -> None:
    check("vsa=vsa.json", "json=r.json")
    (folder / "other").mkdir()
    (folder / "other" / "go.mod").write_text("module other.example/x\n")
    done = verify("vsa.json", "r.json", more=("--project", "other", "--format", "json"))
    assert done.code == 4
    assert [report["state"] for report in json.loads(done.out)["reports"]] == ["holds", "unbound"]


def test_a_verdict_by_another_policy_is_1_where_one_is_asked_for(check: Signed, verify: Signed, folder: Path) -> None:
    check("vsa=vsa.json", "json=r.json")
    digest = payload(folder / "vsa.json")["predicate"]["policy"]["digest"]["sha256"]
    done = verify("vsa.json", "r.json", more=("--policy-sha256", digest.upper()))
    assert done.code == 0
    assert f"policy urn:supplymatrix:policy:log-verified, SHA-256 {digest}" in done.out
    assert f"by urn:supplymatrix:verifier, supplymatrix {__version__}" in done.out
    other = verify("vsa.json", more=("--policy-sha256", "0" * 64))
    assert other.code == 1
    assert "another policy than the one asked for" in other.out
    assert "All signatures hold; a statement is by another policy." in other.out
    assert verify("r.json", more=("--policy-sha256", digest)).code == 3
    assert verify("vsa.json", more=("--policy-sha256", digest[:20])).code == 2


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicateType": "https://lint.example/result/v1"},
        {"predicate": {"verifier": {"id": "https://other.example"}, "verificationResult": "PASSED"}},
        {"predicate": {"verificationResult": "PASSED", "resourceUri": "pkg:golang/svc.example/app"}},
    ],
)
def test_a_signed_statement_that_is_no_verdict_of_ours_is_2(
    check: Signed, verify: Signed, folder: Path, change: dict[str, Any]
) -> None:
    check("vsa=vsa.json")
    key = parse_signing_key((folder / "key.pem").read_bytes(), "key.pem")
    statement = payload(folder / "vsa.json") | change
    (folder / "vsa.json").write_text(envelope_text(json.dumps(statement).encode(), key))
    done = verify("vsa.json", more=("--project", "svc"))
    assert done.code == 2
    assert "PASSED" not in done.out


def test_a_file_that_cannot_be_read_keeps_no_alarm_back(check: Signed, verify: Signed, folder: Path) -> None:
    check("json=r.json", "markdown=r.md")
    (folder / "r.json").write_text("{}")
    done = verify("missing.json", "r.json", "r.md", "gone.json", more=("--format", "json"))
    assert done.code == 4
    found = json.loads(done.out)
    VALIDATORS["signatures"].validate(found)
    assert [report["state"] for report in found["reports"]] == ["unreadable", "broken", "holds", "unreadable"]
    assert "missing.json" in done.err
    assert "gone.json" in done.err
    assert "alarm: not everything is what the key's owner has signed" in done.err
    assert verify("missing.json", "r.md").code == 2


def test_an_unsigned_rerun_takes_the_old_signature_away(cli: Cli, check: Signed, verify: Signed, folder: Path) -> None:
    check("json=r.json", "vsa=vsa.json")
    done = cli("check", "svc", "--replay", "recorded", "--format=json=r.json", "--quiet", cwd=folder)
    assert done.code == 0
    assert done.err.startswith("warning: r.json.sig was removed")
    assert not (folder / "r.json.sig").exists()
    assert verify("r.json").code == 3


@pytest.mark.parametrize("text", ["precious\n", "-----BEGIN PGP SIGNATURE-----\n", "A" * 88, "QUJD" * 16 + "\nQUJD\n"])
def test_what_is_no_signature_of_ours_stays(cli: Cli, folder: Path, text: str) -> None:
    (folder / "r.json.sig").write_text(text)
    (folder / "m.md.sig").symlink_to("elsewhere.sig")
    (folder / "elsewhere.sig").write_text(base64.b64encode(bytes(64)).decode() + "\n")
    words = ("--format=json=r.json", "--format=markdown=m.md", "--quiet")
    done = cli("check", "svc", "--replay", "recorded", *words, cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert (folder / "r.json.sig").read_text() == text
    assert (folder / "m.md.sig").is_symlink()
    assert (folder / "elsewhere.sig").exists()


def test_a_report_of_the_same_run_is_never_taken_for_an_old_signature(cli: Cli, folder: Path) -> None:
    words = ("--format=json=r", "--format=markdown=r.sig")
    assert cli("check", "svc", "--replay", "recorded", *words, cwd=folder).code == 0
    assert "supplymatrix" in (folder / "r.sig").read_text()


@pytest.mark.parametrize("how", ["", "/"])
def test_a_file_of_the_name_beside_the_statement_decides_and_both_paths_are_told(
    check: Signed, verify: Signed, folder: Path, how: str
) -> None:
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    file = f"{folder}/a/r.json" if how else "a/r.json"
    check(f"json={file}", "vsa=b/vsa.json")
    alone = verify("b/vsa.json")
    assert alone.code == 0
    assert "✓ report a/r.json is the file that was signed for" in alone.out
    (folder / "b" / "r.json").write_text("{}")
    done = verify("b/vsa.json")
    assert done.code == 4
    assert "✗ report b/r.json is not the file that was signed for, named a/r.json there; a/r.json is" in done.out
    (folder / "a" / "r.json").unlink()
    gone = verify("b/vsa.json")
    assert gone.code == 4
    assert "✗ report b/r.json is not the file that was signed for, named a/r.json there" in gone.out
