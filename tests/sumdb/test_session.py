"""One run's dealings with the log: heads that move by proof only, look-ups that are proven or not believed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.errors import InputError, SupplymatrixError, TransportError, TrustError
from supplymatrix.model.value import changed
from supplymatrix.sumdb.chain import build_chain, verify_chain
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.protocol import Asking, run_over
from supplymatrix.sumdb.session import LogRecord, LogSession, NotLogged, Unanswered
from tests.support.made_log import MadeLog, made_hash, make_key, module_of, path_of, tiles_of

NAME = "example.com/Mixed/a@v1.2.3"
LOG = MadeLog.of(NAME, filler=300).grown("example.com/b@v1.0.0", "example.com/c@v2.0.0+incompatible")
ANSWERS = LOG.answers()
OLD = 280
VERIFIER = parse_verifier_key(LOG.key.verifier)
Found = LogRecord | NotLogged | Unanswered


def _session(*, defers: bool = False) -> LogSession:
    return LogSession([VERIFIER], defers_older_heads=defers)


def _look_up(session: LogSession, answers: dict[str, bytes], *, saved: bytes | None = None, name: str = NAME) -> Found:
    def asking() -> Asking[Found]:
        yield from session.begin(saved)
        return (yield from session.lookup(module_of(name)))

    return run_over(asking(), answers)


def test_a_record_is_proven_with_both_hashes() -> None:
    found = _look_up(_session(), ANSWERS)
    assert isinstance(found, LogRecord)
    assert found.hashes == {"v1.2.3": made_hash(NAME), "v1.2.3/go.mod": made_hash(NAME, go_mod=True)}
    assert found.tree_size == LOG.size


def test_a_newer_head_is_taken_after_the_saved_one_was_proven_its_prefix() -> None:
    session = _session()
    _look_up(session, ANSWERS, saved=LOG.head(OLD))
    assert session.pinned is not None
    assert session.pinned.size == LOG.size
    assert session.stale is None


def test_an_older_answer_that_is_a_prefix_is_stale_and_the_saved_head_stays() -> None:
    session = _session()
    served = ANSWERS | {"latest": LOG.head(OLD)}
    _look_up(session, served, saved=LOG.head())
    assert session.stale is not None
    assert (session.stale.size, session.pinned and session.pinned.size) == (OLD, LOG.size)


@pytest.mark.parametrize(("mine", "theirs"), [(OLD, LOG.size), (LOG.size, OLD), (LOG.size, LOG.size)])
def test_a_head_that_is_no_prefix_is_a_fork_with_both_notes_as_evidence(mine: int, theirs: int) -> None:
    fork = LOG.forked(at=40)
    served = tiles_of(LOG.tree()) | fork.answers(theirs) | {"latest": fork.head(theirs)}
    with pytest.raises(TrustError) as caught:
        _look_up(_session(), served, saved=LOG.head(mine))
    assert caught.value.whole_log
    notes = {bytes(data) for data in caught.value.evidence.values()}
    assert {LOG.head(mine), fork.head(theirs)} <= notes


def test_the_proof_in_a_forks_evidence_leads_to_the_newer_heads_root() -> None:
    fork = LOG.forked(at=40)
    with pytest.raises(TrustError) as caught:
        _look_up(_session(), fork.answers(), saved=LOG.head(OLD))
    assert caught.value.evidence["consistency proof"]
    assert len(caught.value.evidence["consistency proof"]) % 32 == 0


def test_a_shorter_fork_without_the_tiles_to_show_it_is_no_pass() -> None:
    fork = LOG.forked(at=40)
    with pytest.raises(TransportError, match="has no tile"):
        _look_up(_session(), fork.answers(OLD), saved=LOG.head())


def test_a_saved_head_of_another_key_is_an_input_error() -> None:
    other = make_key(seed=b"\x09" * 32)
    with pytest.raises(InputError, match="saved tree head"):
        _look_up(_session(), ANSWERS, saved=LOG.head(key=other))


def test_a_latest_head_of_another_key_breaks_the_whole_log() -> None:
    other = make_key(seed=b"\x09" * 32)
    with pytest.raises(TrustError) as caught:
        _look_up(_session(), ANSWERS | {"latest": LOG.head(key=other)})
    assert caught.value.whole_log


def test_a_page_in_place_of_the_head_is_no_head_and_no_alarm() -> None:
    with pytest.raises(TransportError):
        _look_up(_session(), ANSWERS | {"latest": b"<html>portal</html>"})


def test_an_authentic_record_of_another_module_has_no_line_for_the_asked_one() -> None:
    """CVE-2026-42501: an answer that is authentic, and not about what was asked."""
    found = _look_up(_session(), ANSWERS | {path_of(NAME): LOG.lookup("example.com/b@v1.0.0")})
    assert isinstance(found, LogRecord)
    assert found.hashes == {}


def test_lines_behind_the_record_are_not_taken() -> None:
    """CVE-2026-56864: free text of the signed note looks like go.sum lines."""
    extra = "example.com/b v9.9.9 h1:evil=\n"
    body = LOG.lookup("example.com/b@v1.0.0", head=LOG.head(more_text=extra))
    found = _look_up(_session(), ANSWERS | {path_of("example.com/b@v9.9.9"): body}, name="example.com/b@v9.9.9")
    assert isinstance(found, LogRecord)
    assert found.hashes == {}


def test_a_record_text_that_is_not_the_logged_one_is_an_alarm_of_that_module() -> None:
    forged = LOG.with_record(NAME, b"example.com/Mixed/a v1.2.3 h1:evil=\n")
    with pytest.raises(TrustError) as caught:
        _look_up(_session(), ANSWERS | {path_of(NAME): forged.lookup(NAME, head=LOG.head())})
    assert not caught.value.whole_log


def test_a_record_number_outside_of_the_tree_is_an_alarm() -> None:
    body = ANSWERS[path_of(NAME)].split(b"\n", 1)[1]
    for number in (LOG.size, 2**62, -1):
        with pytest.raises(TrustError, match="outside of its tree"):
            _look_up(_session(), ANSWERS | {path_of(NAME): b"%d\n" % number + body})


def test_a_module_that_the_log_does_not_have_names_who_said_so() -> None:
    found = _look_up(_session(), ANSWERS, name="example.com/unknown@v1.0.0")
    assert isinstance(found, NotLogged)
    assert (found.source, found.status) == ("memory", 404)


def test_a_newer_head_in_a_look_up_moves_the_pin_by_proof() -> None:
    session = _session()
    served = ANSWERS | tiles_of(LOG.tree(OLD)) | {"latest": LOG.head(OLD)}
    found = _look_up(session, served, name="example.com/b@v1.0.0")
    assert isinstance(found, LogRecord)
    assert session.pinned is not None
    assert session.pinned.size == LOG.size


@pytest.mark.parametrize("defers", [False, True])
def test_an_older_fork_in_a_look_up_is_found(*, defers: bool) -> None:
    session = _session(defers=defers)
    served = ANSWERS | {path_of(NAME): LOG.lookup(NAME, head=LOG.forked(at=40).head(OLD + 25))}

    def asking() -> Asking[Found]:
        yield from session.begin(None)
        found = yield from session.lookup(module_of(NAME))
        yield from session.compare_older()
        return found

    with pytest.raises(TrustError) as caught:
        run_over(asking(), served)
    assert caught.value.whole_log


@settings(max_examples=80)
@given(st.data())
def test_any_flipped_bit_is_noticed_or_changes_nothing(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(ANSWERS)))
    body = bytearray(ANSWERS[path])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = _look_up(_session(), ANSWERS | {path: bytes(body)})
    except SupplymatrixError:
        return
    if isinstance(found, LogRecord):
        assert found.hashes == {"v1.2.3": made_hash(NAME), "v1.2.3/go.mod": made_hash(NAME, go_mod=True)}


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_any_answer_to_a_look_up_is_an_answer_or_a_named_error(body: bytes) -> None:
    try:
        found = _look_up(_session(), ANSWERS | {path_of(NAME): body})
    except SupplymatrixError:
        return
    assert isinstance(found, Unanswered)


@given(st.permutations(["example.com/b@v1.0.0", NAME, "example.com/c@v2.0.0+incompatible", "filler.example/m7@v1.0.0"]))
def test_the_order_of_look_ups_changes_no_answer(names: list[str]) -> None:
    session = _session()

    def asking() -> Asking[dict[str, Found]]:
        yield from session.begin(None)
        found = {}
        for name in names:
            found[name] = yield from session.lookup(module_of(name))
        return found

    answers = run_over(asking(), ANSWERS)
    for name, found in answers.items():
        assert isinstance(found, LogRecord)
        assert found.hashes[name.rpartition("@")[2]] == made_hash(name)


@settings(max_examples=60)
@given(st.data())
def test_any_changed_hash_of_a_proof_chain_is_noticed(data: st.DataObject) -> None:
    session = _session()
    found = _look_up(session, ANSWERS, saved=LOG.head(OLD))
    assert isinstance(found, LogRecord)
    head = open_checkpoint(LOG.head(), [VERIFIER])
    chain = build_chain(found, session.tree, head.note.raw, (LOG.head(OLD), OLD))
    verify_chain(chain, [VERIFIER])
    assert chain.consistency
    which = data.draw(st.integers(0, len(chain.path) + len(chain.consistency) - 1))
    bit = data.draw(st.integers(0, 255))

    def flip(value: bytes) -> bytes:
        return (int.from_bytes(value, "big") ^ (1 << bit)).to_bytes(32, "big")

    if which < len(chain.path):
        step = changed(chain.path[which], sibling=flip(chain.path[which].sibling))
        altered = changed(chain, path=(*chain.path[:which], step, *chain.path[which + 1 :]))
    else:
        which -= len(chain.path)
        proof = (*chain.consistency[:which], flip(chain.consistency[which]), *chain.consistency[which + 1 :])
        altered = changed(chain, consistency=proof)
    with pytest.raises(TrustError):
        verify_chain(altered, [VERIFIER])
