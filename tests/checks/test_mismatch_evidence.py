"""What SM110 tells of other holders, and that nothing they say changes what it comes to."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import run_rules
from supplymatrix.gomod.triage import Meaning
from supplymatrix.model.fact import Facts, HashWitness, Holder, LineProof, SumKind
from supplymatrix.model.rule import Finding
from tests.support.fixtures import facts_of

BAD = Path(__file__).parent / "fixtures" / "SM110" / "bad"


def finding_of(facts: Facts) -> Finding:
    (finding,) = (result.finding for result in run_rules(facts) if result.rule == "SM110" and result.finding)
    return finding


def with_witnesses(*witnesses: HashWitness) -> Facts:
    """Return the facts of the bad project, with other witnesses."""
    facts = facts_of(BAD)
    return Facts([*(fact for fact in facts.items if not isinstance(fact, HashWitness)), *witnesses], facts.gaps)


def _any_witness(line: LineProof) -> st.SearchStrategy[HashWitness]:
    return st.builds(
        HashWitness,
        subject=st.just(line.subject),
        kind=st.sampled_from(SumKind),
        holder=st.sampled_from(Holder),
        source=st.text(max_size=20),
        hash=st.sampled_from(["", line.hash, line.logged_hash, "h1:third=", "h1:fourth="]),
        reason=st.text(max_size=20),
    )


_DIFFERS = next(proof for proof in facts_of(BAD).of(LineProof) if proof.logged_hash != proof.hash)


@given(st.lists(_any_witness(_DIFFERS), max_size=5))
def test_no_witness_changes_what_any_rule_comes_to(witnesses: list[HashWitness]) -> None:
    def statuses(facts: Facts) -> list[tuple[str, str, str]]:
        return [(result.rule, result.subject, result.status) for result in run_rules(facts)]

    assert statuses(with_witnesses(*witnesses)) == statuses(with_witnesses())


@given(st.lists(_any_witness(_DIFFERS), max_size=5))
def test_no_witness_changes_the_fingerprint(witnesses: list[HashWitness]) -> None:
    assert finding_of(with_witnesses(*witnesses)).fingerprint == finding_of(with_witnesses()).fingerprint


def _witness(holder: Holder, found: str, *, kind: SumKind = SumKind.ZIP, reason: str = "") -> HashWitness:
    return HashWitness(
        subject=_DIFFERS.subject, kind=kind, holder=holder, source=f"the {holder}", hash=found, reason=reason
    )


def _evidence(facts: Facts) -> dict[str, str]:
    return {evidence.label: evidence.value for evidence in finding_of(facts).evidence}


def test_every_holder_is_named_with_what_it_has_or_why_nobody_knows() -> None:
    told = _evidence(
        with_witnesses(
            _witness(Holder.MODULE_CACHE, _DIFFERS.hash),
            _witness(Holder.PROXY, "", reason="HTTP status 404"),
            _witness(Holder.ORIGIN, "", reason="it is not asked"),
        )
    )
    assert told["module cache"] == f"{_DIFFERS.hash} (the module-cache)"
    assert told["proxy"] == "not known (the proxy): HTTP status 404"
    assert told["origin"] == "not known (the origin): it is not asked"
    assert told["meaning"] == Meaning.CACHE_AS_GO_SUM


def test_a_witness_of_the_go_mod_line_says_nothing_of_the_zip_line() -> None:
    told = _evidence(with_witnesses(_witness(Holder.PROXY, _DIFFERS.logged_hash, kind=SumKind.GO_MOD)))
    assert told["meaning"] == Meaning.NO_WITNESS


def test_who_answered_for_the_log_is_named() -> None:
    assert _evidence(with_witnesses())["log answered by"] == "https://proxy.example"


def test_a_command_stands_in_one_piece_and_the_next_step_points_to_it() -> None:
    facts = with_witnesses(_witness(Holder.MODULE_CACHE, _DIFFERS.hash))
    assert _evidence(facts)["ask the repository"].endswith("go mod download -json github.com/gorilla/mux@v1.8.0)")
    assert finding_of(facts).fix.startswith("ask the repository, then keep the cached copy and empty the cache")
