"""Feeds are synced from servers that behave and that do not; nothing that was there is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supplymatrix.engine.events import Event, Message, Progress
from supplymatrix.engine.feed_data import load_feed_data
from supplymatrix.engine.feed_status import feeds_status
from supplymatrix.engine.feed_sync import FeedSync, SyncOutcome, SyncRequest, SyncState, sync_feeds
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError, SourceError
from supplymatrix.feeds.registry import FEEDS, Feed, FeedKind
from supplymatrix.model.value import changed
from supplymatrix.net.feed_store import FeedStore
from tests.support.child import unmeasured
from tests.support.data import REPO, samples_dir
from tests.support.feed_server import FeedServer, alma_notice, feed_at, go_entry, made_tar, made_zip
from tests.support.forward_proxy import ForwardProxy

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CVES = ("CVE-2024-24790", "CVE-2024-24789", "CVE-2025-0001")


def vex(cve: str) -> bytes:
    """Return a small VEX file of Red Hat that says something of golang."""
    return (
        b'{"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "x", "tracking": {"id": "%b",'
        b' "initial_release_date": "2024-06-04T00:00:00Z", "current_release_date": "2024-07-04T00:00:00Z"}},'
        b' "product_tree": {"branches": []}, "vulnerabilities": [{"cve": "%b"}]}' % (cve.encode(), cve.encode())
    )


@pytest.fixture
def server() -> Iterator[FeedServer]:
    files = {
        "go.zip": made_zip(
            {f"ID/GO-2024-{number}.json": go_entry(number, cve=cve) for number, cve in enumerate(CVES, 1)}
        ),
        "alma.zip": made_zip({"ALSA-2024:4212.json": alma_notice(), "ALSA-2024:4213.json": alma_notice(4213)}),
        **{f"vex/{cve.split('-')[1]}/{cve.lower()}.json": vex(cve) for cve in CVES},
    }
    with FeedServer(files) as running:
        yield running


def feeds_of(server: FeedServer) -> tuple[Feed, ...]:
    return (
        feed_at("go-vulndb", f"{server.url}/go.zip"),
        feed_at("almalinux", f"{server.url}/alma.zip"),
        feed_at("redhat", f"{server.url}/vex/{{year}}/{{cve}}.json"),
    )


class Machine:
    """A store, and syncs of it."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "feeds"
        self.now = NOW
        self.environ: dict[str, str] = {"HOME": str(folder)}
        self.events: list[Event] = []
        self.offline = False

    def sync(self, feeds: tuple[Feed, ...], *names: str, source: Path | None = None, **more: float) -> SyncOutcome:
        means = Means(environ=self.environ, now=self.now, offline=self.offline)
        limit = int(more.get("limit", 1 << 30))
        request = SyncRequest(
            means=means,
            store=self.store,
            feeds=feeds,
            names=names,
            source=source,
            wait=more.get("wait", 10),
            limit=limit,
        )
        return sync_feeds(request, self.events.append)

    def one(self, feeds: tuple[Feed, ...], name: str) -> FeedSync:
        (found,) = self.sync(feeds, name).feeds
        return found

    def raw(self, feed: str) -> dict[str, bytes]:
        generation = FeedStore(self.store).generation(feed)
        assert generation is not None
        return {file.name: generation.path_of(file).read_bytes() for file in generation.manifest.files}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def states(outcome: SyncOutcome) -> dict[str, str]:
    return {item.feed.id: item.state.value for item in outcome.feeds}


def test_a_full_sync_keeps_the_bytes_as_they_were_received(machine: Machine, server: FeedServer) -> None:
    outcome = machine.sync(feeds_of(server))
    assert set(states(outcome).values()) == {"updated"}
    assert outcome.exit_code == 0
    assert machine.raw("go-vulndb") == {"go.zip": server.files["go.zip"]}
    assert sorted(machine.raw("redhat")) == sorted(f"{cve.lower()}.json" for cve in CVES)


def test_the_manifest_says_where_and_when_and_under_which_licence(machine: Machine, server: FeedServer) -> None:
    machine.sync(feeds_of(server), "almalinux")
    generation = FeedStore(machine.store).generation("almalinux")
    assert generation is not None
    (file,) = generation.manifest.files
    assert (file.url, file.retrieved_at, file.bytes) == (f"{server.url}/alma.zip", NOW, len(server.files["alma.zip"]))
    assert file.etag
    assert generation.manifest.licence == "MIT"
    assert str(generation.manifest.as_of) == "2024-07-02"


def test_what_did_not_change_is_not_sent_again(machine: Machine, server: FeedServer) -> None:
    feeds = feeds_of(server)
    machine.sync(feeds)
    before = machine.raw("redhat")
    server.asked.clear()
    machine.now += timedelta(days=2)
    outcome = machine.sync(feeds)
    assert {status for _, status in server.asked} == {304}
    assert set(states(outcome).values()) == {"unchanged"}
    assert machine.raw("redhat") == before
    assert FeedStore(machine.store).checked_at("redhat") == machine.now


def test_without_etags_the_same_bytes_make_no_new_state(machine: Machine, server: FeedServer) -> None:
    server.has_etags = False
    feeds = feeds_of(server)
    machine.sync(feeds)
    assert set(states(machine.sync(feeds)).values()) == {"unchanged"}


def test_one_changed_file_is_one_new_file(machine: Machine, server: FeedServer) -> None:
    feeds = feeds_of(server)
    machine.sync(feeds)
    path = next(path for path in server.files if path.startswith("vex/2025"))
    server.files[path] += b"\n"
    found = machine.one(feeds, "redhat")
    assert (found.state, found.new, found.same) == (SyncState.UPDATED, 1, 2)
    assert machine.raw("redhat")[path.rpartition("/")[2]] == server.files[path]


def test_progress_is_told_with_a_name(machine: Machine, server: FeedServer) -> None:
    machine.sync(feeds_of(server))
    told = [event for event in machine.events if isinstance(event, Progress) and event.stage.startswith("redhat/")]
    assert [event.done for event in told] == [1, 2, 3]
    assert {event.total for event in told} == {3}
    assert {event.stage for event in told} == {f"redhat/{cve.lower()}.json" for cve in CVES}


def test_one_server_gets_four_connections_at_most(machine: Machine) -> None:
    names = {f"{number}.xml": b"x" for number in range(12)}
    with FeedServer(names) as server:
        feed = changed(feed_at("azurelinux", ""), urls=tuple(f"{server.url}/{name}" for name in names))
        machine.sync((feed,))
        assert server.highest_in_flight <= 4
        assert len(server.asked) == 12


@pytest.mark.parametrize("broken", ["cut", 500, 403, 404])
def test_a_feed_that_cannot_be_had_keeps_its_old_state(
    machine: Machine, server: FeedServer, broken: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.net.transport.random.random", lambda: -0.5)  # no pause between tries
    feeds = feeds_of(server)
    machine.sync(feeds)
    before = machine.raw("almalinux")
    server.files["alma.zip"] = made_zip({"ALSA-2024:9.json": alma_notice(9)})
    server.broken["alma.zip"] = broken
    outcome = machine.sync(feeds)
    assert states(outcome) == {"go-vulndb": "unchanged", "almalinux": "kept", "redhat": "unchanged"}
    assert outcome.exit_code == 3
    assert outcome.feeds[1].faults[0].artifact == "almalinux/alma.zip"
    assert machine.raw("almalinux") == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><title>log in</title>", "HTML or XML"),
        (b"PK\x03\x04 and no more", "damaged"),
        (made_zip({"README": b"moved"}), "no file of this feed"),
        (made_zip({"ALSA-2024:1.json": b"<html>"}), "HTML or XML, not JSON"),
        (made_zip({"ALSA-2024:1.json": alma_notice()[:-40]}), "cut"),
        (made_zip({"ALSA-2024:1.json": alma_notice().replace(b'"1.7.0"', b'"2.0.0"')}), "2.0"),
        (made_zip({"../ALSA-2024:1.json": alma_notice()}), "leads out"),
        (made_zip({f"ALSA-2024:{n}.json": bytes(60 << 20) for n in range(5)}), "unpacks to too much"),
    ],
    ids=["html", "damaged", "other members", "html member", "cut member", "newer schema", "leads out", "bomb"],
)
def test_what_cannot_be_read_does_not_replace_what_can(
    machine: Machine, server: FeedServer, body: bytes, words: str
) -> None:
    feeds = feeds_of(server)
    machine.sync(feeds)
    before = machine.raw("almalinux")
    server.files["alma.zip"] = body
    found = machine.one(feeds, "almalinux")
    assert found.state is SyncState.KEPT
    assert words in " ".join(f"{fault.message} {fault.seen}" for fault in found.faults)
    assert all(fault.artifact.startswith("almalinux/") for fault in found.faults)
    assert machine.raw("almalinux") == before


def test_a_bad_member_is_a_fault_with_its_line_and_the_others_count(machine: Machine, server: FeedServer) -> None:
    server.files["alma.zip"] = made_zip({"ALSA-2024:1.json": b'{\n"id": nil}', "ALSA-2024:2.json": alma_notice(2)})
    outcome = machine.sync(feeds_of(server), "almalinux")
    assert outcome.exit_code == 3
    (fault,) = outcome.feeds[0].faults
    assert (fault.artifact, fault.line) == ("almalinux/ALSA-2024:1.json", 2)
    reading = load_feed_data(None, environ=machine.environ, store=machine.store)
    assert {event.advisory for event in reading.events if event.channel == "almalinux9"} == {"ALSA-2024:2"}
    assert fault in reading.faults


def test_a_fault_is_told_again_while_it_is_there(machine: Machine, server: FeedServer) -> None:
    server.files["alma.zip"] = made_zip({"ALSA-2024:1.json": b"{", "ALSA-2024:2.json": alma_notice(2)})
    first, second = (machine.sync(feeds_of(server), "almalinux") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (3, 3)
    assert server.asked[-1] == ("alma.zip", 304)


def test_a_damaged_manifest_is_mended_by_a_sync(machine: Machine, server: FeedServer) -> None:
    machine.sync(feeds_of(server), "almalinux")
    generation = FeedStore(machine.store).generation("almalinux")
    assert generation is not None
    (generation.folder / "manifest.json").write_text("{")
    assert states(machine.sync(feeds_of(server), "almalinux")) == {"almalinux": "updated"}
    assert machine.raw("almalinux") == {"alma.zip": server.files["alma.zip"]}


def test_one_bad_file_of_many_keeps_its_older_bytes(machine: Machine, server: FeedServer) -> None:
    feeds = feeds_of(server)
    machine.sync(feeds)
    before = machine.raw("redhat")
    for path in server.files:
        if path.startswith("vex/"):
            server.files[path] = b"<html>" if "0001" in path else server.files[path] + b" "
    found = machine.one(feeds, "redhat")
    assert (found.state, found.new, found.kept) == (SyncState.PARTLY, 2, 1)
    assert machine.raw("redhat")["cve-2025-0001.json"] == before["cve-2025-0001.json"]
    generation = FeedStore(machine.store).generation("redhat")
    assert generation is not None
    assert "HTML" in next(file.kept_because for file in generation.manifest.files if "0001" in file.name)


def test_a_cve_that_the_server_does_not_know_is_no_fault(machine: Machine, server: FeedServer) -> None:
    del server.files["vex/2025/cve-2025-0001.json"]
    machine.sync(feeds_of(server))
    found = machine.one(feeds_of(server), "redhat")
    assert (found.state, found.absent, found.faults) == (SyncState.UNCHANGED, 1, ())


def test_a_file_that_vanishes_at_the_server_stays_here(machine: Machine, server: FeedServer) -> None:
    feeds = feeds_of(server)
    machine.sync(feeds)
    before = machine.raw("redhat")
    del server.files["vex/2025/cve-2025-0001.json"]
    assert machine.one(feeds, "redhat").kept == 1
    assert machine.raw("redhat") == before
    assert machine.one(feeds, "redhat").state is SyncState.UNCHANGED


def test_more_bytes_than_a_sync_may_receive_are_not_taken(machine: Machine, server: FeedServer) -> None:
    outcome = machine.sync(feeds_of(server), "almalinux", limit=100)
    assert states(outcome) == {"almalinux": "failed"}
    assert "longer than 100 bytes" in outcome.feeds[0].faults[0].message


def test_an_answer_that_announces_too_much_is_not_taken(machine: Machine, server: FeedServer) -> None:
    server.broken["alma.zip"] = "huge"
    found = machine.one(feeds_of(server), "almalinux")
    assert found.state is SyncState.FAILED
    assert "longer than" in found.faults[0].message


@pytest.mark.slow
def test_a_sync_that_is_killed_leaves_the_old_state_and_is_resumed(machine: Machine, server: FeedServer) -> None:
    feeds = feeds_of(server)
    machine.sync(feeds)
    before = machine.raw("redhat")
    for path in server.files:
        if path.startswith("vex/"):
            server.files[path] += b"\n"
    server.hold, server.hold_after = threading.Event(), len(server.heads) + 2
    server.asked.clear()
    code = (
        "from tests.engine.test_feed_sync import Machine\n"
        "from tests.support.feed_server import feed_at\n"
        "import pathlib\n"
        f"feeds = tuple(feed_at(name, url) for name, url in {[(feed.id, feed.urls[0]) for feed in feeds]!r})\n"
        f"Machine(pathlib.Path({str(machine.store.parent)!r})).sync(feeds, 'redhat')\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=REPO, env=unmeasured())
    assert server.held.wait(timeout=30)
    journal = machine.store / "redhat" / "new" / "journal"
    deadline = time.monotonic() + 30
    while not (journal.is_file() and len(journal.read_text().splitlines()) == 2):
        assert child.poll() is None
        assert time.monotonic() < deadline
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    server.hold.set()
    assert machine.raw("redhat") == before
    held = {path for path, _ in server.asked[:2]}
    server.hold = None
    server.asked.clear()
    found = machine.one(feeds, "redhat")
    assert found.state is SyncState.UPDATED
    assert held.isdisjoint(path for path, _ in server.asked)
    assert all(data.endswith(b"\n") for data in machine.raw("redhat").values())


def test_two_syncs_at_once_wait_for_each_other(machine: Machine, server: FeedServer) -> None:
    feeds = feeds_of(server)
    done: list[str] = []
    waits = threading.Event()

    def tell(event: Event) -> None:
        if isinstance(event, Message) and "another sync" in event.text:
            waits.set()

    def second() -> None:
        means = Means(environ=machine.environ, now=NOW)
        done.extend(states(sync_feeds(SyncRequest(means=means, store=machine.store, feeds=feeds), tell)).values())

    with FeedStore(machine.store).locked(lambda _: None):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(timeout=10)
        assert not done
    thread.join(timeout=30)
    assert done == ["updated"] * 3


def test_a_sync_beside_another_says_so_when_it_gives_up(machine: Machine, server: FeedServer) -> None:
    with FeedStore(machine.store).locked(lambda _: None), pytest.raises(SourceError, match="another sync"):
        machine.sync(feeds_of(server), wait=0)


@pytest.mark.slow
def test_a_password_of_a_proxy_is_neither_kept_nor_told(machine: Machine, server: FeedServer) -> None:
    secret = "correct-horse"  # noqa: S105 - one for this test
    with ForwardProxy(server.url, login=f"ada:{secret}", refusal="HTTP/1.1 502 no") as proxy:
        machine.environ["HTTPS_PROXY"] = f"http://ada:{secret}@{proxy.address}"
        feed = feed_at("almalinux", "https://feeds.example/alma.zip")
        found = machine.one((feed,), "almalinux")
    assert proxy.asked[0] == "feeds.example:443"
    assert found.state is SyncState.FAILED
    kept = b"".join(path.read_bytes() for path in machine.store.rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert secret not in repr(found)


def test_no_credentials_are_sent_to_a_feed(machine: Machine, server: FeedServer, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password correct-horse\n")
    machine.sync(feeds_of(server), "almalinux")
    assert not any("authorization" in head.lower() for head in server.heads)


def test_without_a_network_nothing_is_asked(machine: Machine, server: FeedServer) -> None:
    machine.offline = True
    with pytest.raises(SourceError, match="no network") as caught:
        machine.sync(feeds_of(server))
    assert "--from" in caught.value.remedy
    assert not server.asked


def test_an_unknown_feed_gets_a_suggestion(machine: Machine) -> None:
    with pytest.raises(InputError) as caught:
        machine.sync(FEEDS, "wolfy")
    assert "wolfi" in caught.value.diagnostics[0].remedy


def test_a_folder_made_by_a_sync_elsewhere_is_taken_with_its_dates(
    machine: Machine, server: FeedServer, tmp_path: Path
) -> None:
    machine.sync(feeds_of(server))
    other = Machine(tmp_path / "other")
    other.offline, other.now = True, NOW + timedelta(days=9)
    server.asked.clear()
    outcome = other.sync(feeds_of(server), source=machine.store)
    assert set(states(outcome).values()) == {"updated"}
    assert not server.asked
    assert other.raw("redhat") == machine.raw("redhat")
    generation = FeedStore(other.store).generation("redhat")
    assert generation is not None
    assert {file.retrieved_at for file in generation.manifest.files} == {NOW}


def test_a_changed_byte_on_the_way_here_is_a_fault(machine: Machine, server: FeedServer, tmp_path: Path) -> None:
    machine.sync(feeds_of(server))
    generation = FeedStore(machine.store).generation("redhat")
    assert generation is not None
    path = generation.path_of(generation.manifest.files[0])
    path.write_bytes(path.read_bytes().replace(b"csaf_vex", b"csaf_vey"))
    other = Machine(tmp_path / "other")
    found = {item.feed.id: item for item in other.sync(feeds_of(server), source=machine.store).feeds}
    assert found["redhat"].state is SyncState.PARTLY
    assert "other machine" in found["redhat"].faults[0].message
    assert found["almalinux"].state is SyncState.UPDATED


def test_archives_that_were_brought_by_hand_are_taken(machine: Machine, server: FeedServer, tmp_path: Path) -> None:
    (tmp_path / "by-hand" / "almalinux").mkdir(parents=True)
    (tmp_path / "by-hand" / "almalinux" / "alma.zip").write_bytes(server.files["alma.zip"])
    outcome = machine.sync(feeds_of(server), source=tmp_path / "by-hand")
    assert states(outcome)["almalinux"] == "updated"
    assert outcome.exit_code == 0


def test_links_in_a_folder_are_not_followed(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "given" / "almalinux-osv"
    folder.mkdir(parents=True)
    (folder / "ALSA-2024:1.json").write_bytes(alma_notice(1))
    (tmp_path / "elsewhere.json").write_bytes(alma_notice(2))
    (folder / "ALSA-2024:2.json").symlink_to(tmp_path / "elsewhere.json")
    (found,) = machine.sync(FEEDS, "almalinux", source=tmp_path / "given").feeds
    assert found.state is SyncState.PARTLY
    assert "no plain file" in found.faults[0].message
    assert len(machine.raw("almalinux")) == 1


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_feeds_is_refused(machine: Machine, tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "empty"
    if make:
        folder.mkdir()
    with pytest.raises(InputError, match="folder"):
        machine.sync(FEEDS, source=folder)


@pytest.mark.parametrize(
    ("name", "kind", "how"), [("chainguard", FeedKind.TAR_GZ, "gz"), ("almalinux", FeedKind.TAR_XZ, "xz")]
)
def test_tar_archives_are_feeds_too(machine: Machine, name: str, kind: FeedKind, how: str) -> None:
    member = "all/CGA-aaaa-bbbb-cccc.json" if name == "chainguard" else "ALSA-2024:1.json"
    with FeedServer({"feed.tar": made_tar({member: alma_notice()}, how), f"feed.tar.{how}": b""}) as server:
        server.files[f"feed.tar.{how}"] = server.files["feed.tar"]
        found = machine.one((feed_at(name, f"{server.url}/feed.tar.{how}", kind=kind),), name)
    assert found.state is SyncState.UPDATED


def test_a_restricted_licence_is_told_before_its_feed_is_fetched(machine: Machine, server: FeedServer) -> None:
    feed = feed_at("chainguard", f"{server.url}/none.tar.gz")
    machine.sync((feed,))
    assert any(isinstance(event, Message) and "NC-ND" in event.text for event in machine.events)


def test_samples_synced_from_their_folder_say_what_the_folder_says(machine: Machine) -> None:
    folder = samples_dir("feeds")
    outcome = machine.sync(FEEDS, source=folder)
    assert outcome.exit_code == 0
    synced = load_feed_data(None, environ=machine.environ, store=machine.store)
    direct = load_feed_data(folder, environ=machine.environ)
    there = {item.feed.id for item in outcome.feeds if item.state is SyncState.UPDATED}

    def facts(reading: object) -> set[object]:
        return {
            (event.channel, event.cve, event.package, event.state, event.when and event.when.day)
            for event in reading.events  # type: ignore[attr-defined]  # a reading
        }

    assert facts(direct) <= facts(synced)
    assert {feed: day for feed, day in synced.as_of.items() if feed in there} == dict(direct.as_of)
    assert not synced.faults


def test_status_says_what_is_synced_and_what_is_shipped(machine: Machine, server: FeedServer) -> None:
    machine.sync(feeds_of(server), "almalinux")
    found = {status.feed.id: status for status in feeds_status(machine.store, FEEDS, NOW.date())}
    assert (found["almalinux"].in_use, str(found["almalinux"].as_of)) == ("synced", "2024-07-02")
    assert found["almalinux"].age == (NOW.date() - found["almalinux"].as_of).days  # type: ignore[operator]  # it has a day
    assert found["go-vulndb"].in_use == "shipped"
    assert found["chainguard"].in_use == "nothing"
