"""Who else has the files of a line that differs: the module cache and the proxy, whatever they answer."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.mismatch import MOST_MODULES, witnesses_of
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.gomod.triage import Meaning, explain_mismatch
from supplymatrix.model.fact import HashWitness, Holder, LineProof, ProofState, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW
from tests.support.made_zip import MadeEntry, made_zip

pytestmark = pytest.mark.slow

MODULE = ModuleVersion(path="example.com/mod", version="v1.0.0")
NAME = "example.com/mod/@v/v1.0.0"


def zip_of(text: str, module: ModuleVersion = MODULE) -> bytes:
    """Return a module zip with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{module}/a.go", text)
    return packed.getvalue()


def h1_of(text: str, module: ModuleVersion = MODULE) -> str:
    return hash1([(f"{module}/a.go".encode(), sha256(text.encode()).digest())])


def mod_h1(data: bytes) -> str:
    return hash1([(b"go.mod", sha256(data).digest())])


def proof_of(
    module: ModuleVersion = MODULE, kind: SumKind = SumKind.ZIP, state: ProofState = ProofState.DIFFERS
) -> LineProof:
    """Return that go.sum names the files with "mine" in them, and the log those with "logged"."""
    mine, logged = (mod_h1(b"mine"), mod_h1(b"logged"))
    if kind is SumKind.ZIP:
        mine, logged = h1_of("mine", module), h1_of("logged", module)
    return LineProof(
        subject=module,
        kind=kind,
        hash=mine,
        state=state,
        logged_hash=logged,
        record_id=7,
        tree_size=9,
        answered_by="https://log.example",
        location=Location(artifact="go.sum", line=1, column=1),
    )


class Desk:
    """A machine with a module cache and an empty folder for passing files."""

    def __init__(self, folder: Path, goproxy: str = "", **private: str) -> None:
        self.cache, self.passing = folder / "modcache", folder / "passing"
        self.passing.mkdir(exist_ok=True)
        self.settings = GoSettings(
            goproxy=Setting(value=goproxy, origin="environment"),
            **{name: Setting(value=value, origin="environment") for name, value in private.items()},
        )
        self.means = Means(environ={"HOME": str(folder)}, now=NOW)

    def put(self, name: str, data: bytes) -> Path:
        """Put a file into the module cache."""
        path = self.cache / "cache" / "download" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def ask(self, *proofs: LineProof, seconds: float = 60, **means: Any) -> list[HashWitness]:  # noqa: ANN401 - fields of Means
        return witnesses_of(proofs, changed(self.means, **means), self.settings, self.cache, seconds=seconds)


@pytest.fixture(autouse=True)
def _passing_files_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "passing").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "passing"))


def by_holder(found: list[HashWitness]) -> Mapping[Holder, HashWitness]:
    assert len({witness.holder for witness in found}) == len(found)
    return {witness.holder: witness for witness in found}


@pytest.mark.parametrize(
    ("cached", "served", "meaning"),
    [
        ("logged", "logged", Meaning.GO_SUM_ALONE),
        ("mine", "logged", Meaning.OTHER_FILES_HERE),
        ("mine", "mine", Meaning.LOG_ALONE),
        ("logged", "mine", Meaning.PROXY_CHANGED),
        ("poisoned", "logged", Meaning.CACHE_AND_GO_SUM_ALONE),
        ("poisoned", "evil", Meaning.FOUR_CONTENTS),
        ("", "logged", Meaning.PROXY_AS_LOG),
        ("mine", "", Meaning.CACHE_AS_GO_SUM),
        ("", "", Meaning.NO_WITNESS),
    ],
)
@pytest.mark.parametrize("kind", list(SumKind))
def test_both_lines_of_a_module_are_explained_by_who_has_the_same(
    tmp_path: Path, kind: SumKind, cached: str, served: str, meaning: Meaning
) -> None:
    name = f"{NAME}.zip" if kind is SumKind.ZIP else f"{NAME}.mod"
    pack = zip_of if kind is SumKind.ZIP else str.encode
    with LogServer({name: pack(served)} if served else {}) as server:
        desk = Desk(tmp_path, server.url)
        if cached:
            desk.put(name, pack(cached))
        proof = proof_of(kind=kind)
        assert explain_mismatch(proof, desk.ask(proof)).meaning is meaning
        assert server.paths == [name]


def test_where_nothing_differs_nobody_is_asked_and_nothing_is_read(tmp_path: Path) -> None:
    with LogServer({}) as server:
        states = [state for state in ProofState if state is not ProofState.DIFFERS]
        assert Desk(tmp_path, server.url).ask(*(proof_of(state=state) for state in states)) == []
        assert server.connections == 0


def test_offline_only_the_local_copy_is_hashed(tmp_path: Path) -> None:
    with LogServer({f"{NAME}.zip": zip_of("logged")}) as server:
        desk = Desk(tmp_path, server.url)
        path = desk.put(f"{NAME}.zip", zip_of("logged"))
        found = by_holder(desk.ask(proof_of(), offline=True))
        assert server.connections == 0
        assert (found[Holder.MODULE_CACHE].hash, found[Holder.MODULE_CACHE].source) == (h1_of("logged"), str(path))
        assert (found[Holder.PROXY].hash, found[Holder.PROXY].reason) == ("", "no proxy is asked offline")


def test_a_replay_asks_nobody_and_looks_at_nothing_of_this_machine(tmp_path: Path) -> None:
    with LogServer({f"{NAME}.zip": zip_of("logged")}) as server:
        desk = Desk(tmp_path, server.url)
        desk.put(f"{NAME}.zip", zip_of("logged"))
        assert desk.ask(proof_of(), replay=tmp_path) == []
        assert server.connections == 0


def test_a_private_module_is_asked_of_no_proxy(tmp_path: Path) -> None:
    with LogServer({f"{NAME}.zip": zip_of("logged")}) as server:
        found = by_holder(Desk(tmp_path, server.url, goprivate="example.com").ask(proof_of()))
        assert server.connections == 0
        assert "GOPRIVATE=example.com" in found[Holder.ORIGIN].reason


def test_the_repository_is_named_and_never_asked(tmp_path: Path) -> None:
    found = by_holder(Desk(tmp_path, "direct").ask(proof_of()))
    assert (found[Holder.ORIGIN].hash, found[Holder.ORIGIN].source) == ("", "its repository")
    assert "run programs" in found[Holder.ORIGIN].reason


BOMB = made_zip([MadeEntry(name=b"example.com/mod@v1.0.0/a.go", data=bytes(1 << 20), size=600 << 20)])


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(body=b"<html>please log in</html>"), "cannot be hashed"),
        (Reply(body=b""), "cannot be hashed"),
        (Reply(body=BOMB), "cannot be hashed"),
        (Reply(body=zip_of("logged")[:-9]), "cannot be hashed"),
        (Reply(mode="huge-length"), "longer than 524288000 bytes"),
        (Reply(status=404), "HTTP status 404"),
        (Reply(status=403), "HTTP status 403"),
        (Reply(status=302, headers={"Location": f"/{NAME}.zip"}), "redirects more than"),
        (Reply(status=302, headers={"Location": "ftp://h/x"}), "no http or https address"),
        (Reply(mode="reset"), "2 tries"),
        (Reply(mode="truncate"), "2 tries"),
    ],
    ids=lambda value: f"{value.mode}-{value.status}" if isinstance(value, Reply) else "",
)
def test_a_proxy_that_gives_no_zip_is_a_witness_with_the_reason(tmp_path: Path, reply: Reply, why: str) -> None:
    with LogServer({f"{NAME}.zip": zip_of("logged")}) as server:
        server.always(reply)
        found = by_holder(Desk(tmp_path, server.url).ask(proof_of()))
        assert found[Holder.PROXY].hash == ""
        assert why in found[Holder.PROXY].reason
        assert found[Holder.PROXY].source == f"{server.url}/{NAME}.zip"


@pytest.mark.slow
def test_a_zip_without_end_is_cut_off_and_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    with LogServer({}) as server:
        server.always(Reply(mode="endless", body=b"PK"))
        desk = Desk(tmp_path, server.url)
        found = by_holder(desk.ask(proof_of()))
        assert "longer than 524288000 bytes" in found[Holder.PROXY].reason
        assert list(desk.passing.iterdir()) == []


def test_a_web_page_in_the_place_of_a_go_mod_is_no_third_content(tmp_path: Path) -> None:
    with LogServer({f"{NAME}.mod": b"\n<!DOCTYPE html>"}) as server:
        found = by_holder(Desk(tmp_path, server.url).ask(proof_of(kind=SumKind.GO_MOD)))
        assert "web page" in found[Holder.PROXY].reason


def test_a_proxy_that_says_nothing_costs_the_time_that_is_given(tmp_path: Path) -> None:
    with LogServer({}) as server:
        server.always(Reply(mode="stall"))
        desk = Desk(tmp_path, server.url)
        found = by_holder(desk.ask(proof_of(), seconds=0.2))
        assert "within 0.1 s" in found[Holder.PROXY].reason
        assert list(desk.passing.iterdir()) == []


def test_what_was_downloaded_is_gone_afterwards(tmp_path: Path) -> None:
    with LogServer({f"{NAME}.zip": zip_of("logged")}) as server:
        desk = Desk(tmp_path, server.url)
        assert by_holder(desk.ask(proof_of()))[Holder.PROXY].hash == h1_of("logged")
        assert list(desk.passing.iterdir()) == []


def test_every_proxy_that_was_asked_is_a_witness(tmp_path: Path) -> None:
    with LogServer({}) as first, LogServer({f"{NAME}.zip": zip_of("logged")}) as second:
        found = Desk(tmp_path, f"{first.url},{second.url},direct").ask(proof_of())
        told = [(witness.source, witness.hash) for witness in found if witness.holder is Holder.PROXY]
        assert told == [(f"{first.url}/{NAME}.zip", ""), (f"{second.url}/{NAME}.zip", h1_of("logged"))]
        assert all(witness.holder is not Holder.ORIGIN for witness in found)


def test_a_proxy_that_is_the_module_cache_is_no_second_witness(tmp_path: Path) -> None:
    desk = Desk(tmp_path, (tmp_path / "modcache" / "cache" / "download").as_uri())
    desk.put(f"{NAME}.zip", zip_of("mine"))
    found = by_holder(desk.ask(proof_of()))
    assert found[Holder.MODULE_CACHE].hash == h1_of("mine")
    assert (found[Holder.PROXY].hash, found[Holder.PROXY].reason) == ("", "this proxy is the module cache itself")


def test_a_folder_that_is_a_proxy_is_a_witness(tmp_path: Path) -> None:
    file = tmp_path / "proxy" / f"{NAME}.zip"
    file.parent.mkdir(parents=True)
    file.write_bytes(zip_of("logged"))
    found = by_holder(Desk(tmp_path, (tmp_path / "proxy").as_uri()).ask(proof_of()))
    assert found[Holder.PROXY].hash == h1_of("logged")


@pytest.mark.parametrize("data", [b"", b"no zip", BOMB])
def test_a_cached_zip_that_is_none_is_told_with_the_reason(tmp_path: Path, data: bytes) -> None:
    desk = Desk(tmp_path, "off")
    desk.put(f"{NAME}.zip", data)
    found = by_holder(desk.ask(proof_of()))
    assert found[Holder.MODULE_CACHE].hash == ""
    assert "cannot be hashed" in found[Holder.MODULE_CACHE].reason


def test_without_a_module_cache_that_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "off")
    found = by_holder(witnesses_of([proof_of()], desk.means, desk.settings, None))
    assert found[Holder.MODULE_CACHE].reason == "nobody says where the module cache is"


@pytest.mark.parametrize("goproxy", ["ftp://proxy.example", ",", "https://[bad"])
def test_a_goproxy_that_cannot_be_read_does_not_take_the_place_of_the_alarm(tmp_path: Path, goproxy: str) -> None:
    found = by_holder(Desk(tmp_path, goproxy).ask(proof_of()))
    assert "GOPROXY" in found[Holder.PROXY].reason


def test_a_certificate_file_that_is_none_does_not_take_the_place_of_the_alarm(tmp_path: Path) -> None:
    found = by_holder(Desk(tmp_path, "off").ask(proof_of(), ca_file=tmp_path / "none.pem"))
    assert "none.pem" in found[Holder.PROXY].reason


def test_a_folder_for_passing_files_that_is_not_there_does_not_take_the_place_of_the_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    found = by_holder(Desk(tmp_path, "off").ask(proof_of()))
    assert "no folder for a download" in found[Holder.PROXY].reason


def test_no_more_than_twenty_modules_are_followed_up_and_the_rest_is_said(tmp_path: Path) -> None:
    modules = [ModuleVersion(path="example.com/mod", version=f"v1.{number}.0") for number in range(MOST_MODULES + 3)]
    with LogServer({}) as server:
        proofs = [proof_of(module, kind) for module in modules for kind in SumKind]
        found = Desk(tmp_path, server.url).ask(*proofs)
        assert len(server.paths) == 2 * MOST_MODULES
        rest = [witness for witness in found if "only the first 20" in witness.reason]
        assert {witness.subject for witness in rest} == set(modules[MOST_MODULES:])
        assert len(rest) == 3 * 2 * 2


def test_a_line_that_several_subjects_have_is_asked_for_once(tmp_path: Path) -> None:
    with LogServer({f"{NAME}.zip": zip_of("logged")}) as server:
        assert len(Desk(tmp_path, server.url).ask(proof_of(), proof_of())) == 2
        assert server.paths == [f"{NAME}.zip"]
