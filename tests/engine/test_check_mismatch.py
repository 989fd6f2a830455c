"""A whole check of a go.sum that the log contradicts: who else was asked, and what is said of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from supplymatrix.gomod.dirhash import hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import HashWitness, Holder
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine, rules_of
from tests.support.made_log import MadeLog, made_hash, write_project

A = "example.com/a@v1.0.0"
ZIP = "example.com/a/@v/v1.0.0.zip"
EVIL = f"h1:{'E' * 43}="


def zip_bytes(content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{A}/a.go", content)
    return out.getvalue()


GOOD = zip_bytes("package a\n")
HASH = hash_zip(BytesAt(GOOD))
LOG = MadeLog.of(A, filler=5).with_record(
    A, f"example.com/a v1.0.0 {HASH}\nexample.com/a v1.0.0/go.mod {made_hash(A, go_mod=True)}\n".encode()
)
EDITED = LOG.go_sum(A).replace(HASH, EVIL)


def meaning_of(audit: Audit) -> str:
    """Return the meaning that the one alarm tells."""
    (told,) = [
        evidence.value
        for judged in audit.verdict.judged
        if judged.finding is not None
        for evidence in judged.finding.evidence
        if evidence.label == "meaning"
    ]
    return told


def put_in_module_cache(machine: Machine, data: bytes) -> None:
    path = machine.home / "go" / "pkg" / "mod" / "cache" / "download" / ZIP
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("cached", "served", "meaning"),
    [
        (GOOD, GOOD, "go-sum-alone"),
        (zip_bytes("package evil\n"), GOOD, "cache-and-go-sum-alone"),
        (None, GOOD, "proxy-as-log"),
        (None, zip_bytes("package evil\n"), "proxy-alone"),
        (None, b"<html>", "no-witness"),
    ],
)
def test_a_changed_line_is_explained_and_stays_an_alarm(
    tmp_path: Path, cached: bytes | None, served: bytes, meaning: str
) -> None:
    with LogServer(LOG.answers()) as log, LogServer({ZIP: served}) as proxy:
        machine = Machine(tmp_path, GOPROXY=proxy.url)
        if cached is not None:
            put_in_module_cache(machine, cached)
        audit = machine.check(write_project(tmp_path / "svc", LOG, log.url, [A], go_sum=EDITED))
    assert (audit.verdict.exit_code, meaning_of(audit)) == (4, meaning)
    assert "SM110" in rules_of(audit)


def test_a_dead_proxy_changes_nothing_of_the_alarm(tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as log, LogServer({}) as proxy:
        proxy.always(Reply(mode="reset"))
        machine = Machine(tmp_path, GOPROXY=f"{proxy.url},direct")
        audit = machine.check(write_project(tmp_path / "svc", LOG, log.url, [A], go_sum=EDITED))
    assert (audit.verdict.exit_code, meaning_of(audit)) == (4, "no-witness")


def test_a_good_project_asks_no_proxy_for_any_file(tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as log, LogServer({ZIP: GOOD}) as proxy:
        audit = Machine(tmp_path, GOPROXY=proxy.url).check(write_project(tmp_path / "svc", LOG, log.url, [A]))
        assert audit.verdict.exit_code == 0
        assert proxy.connections == 0
        assert audit.facts.of(HashWitness) == ()


def test_a_module_whose_name_is_private_here_is_asked_of_no_proxy_though_it_went_to_the_log(tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as log, LogServer({ZIP: GOOD}) as proxy:
        machine = Machine(tmp_path, GOPROXY=proxy.url, GOPRIVATE="example.com")
        project = write_project(tmp_path / "svc", LOG, log.url, [A], go_sum=EDITED)
        audit = machine.check(project, send_private=True)
        assert audit.verdict.exit_code == 4
        assert proxy.connections == 0
        assert Holder.ORIGIN in {witness.holder for witness in audit.facts.of(HashWitness)}
