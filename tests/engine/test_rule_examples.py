"""The examples of the pages of SM501 to SM515 are the program's words: what the fixtures say of made-up artifacts is
what `check` says of real ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from supplymatrix.model.audit import Audit
from supplymatrix.model.verdict import Judged
from supplymatrix.policy.signatures import SIGNATURE_RULES
from tests.engine import test_check_signatures as signed
from tests.engine.test_check_signatures import APP, CYCLONEDX, ROOT, SIGNER, Bench, bill
from tests.support.data import REPO
from tests.support.fixtures import audit_of
from tests.support.made_chain import provenance_v1
from tests.support.made_sigstore import github_fields

FIXTURES = REPO / "tests" / "checks" / "fixtures"
STRANGER = "https://github.com/c0rp/app/.github/workflows/release.yml@refs/tags/v1.2.0"
BILL, BUILT = signed.TestBills.ASKS, signed.TestProvenance.ASKS
IMAGE = f'[[signatures.artifact]]\nimage = "registry.example/svc:v1.4.2@sha256:{"7d" * 32}"\n'
OTHER_BUILDERS = 'builders = ["https://github.com/slsa-framework/slsa-github-generator/*"]\n'


def _unsigned(bench: Bench) -> Audit:
    return bench.check()


def _by_stranger(bench: Bench) -> Audit:
    bench.sign(identity=STRANGER)
    return bench.check()


def _changed(bench: Bench) -> Audit:
    bench.sign()
    (bench.dist / "app").write_bytes(bench.data + b"\0")
    return bench.check()


def _unlogged(bench: Bench) -> Audit:
    bench.sign(log="")
    return bench.check()


def _no_provenance(bench: Bench) -> Audit:
    bench.sign()
    return bench.check(BUILT)


def _of_another_commit(bench: Bench) -> Audit:
    fields = github_fields(sha="2e" * 20)
    bench.sign(fields=fields)
    bench.attest(provenance_v1(commit="2e" * 20), fields=fields)
    return bench.check(BUILT)


def _by_another_builder(bench: Bench) -> Audit:
    bench.sign()
    bench.attest(provenance_v1())
    return bench.check(OTHER_BUILDERS + BUILT)


def _of_a_low_level(bench: Bench) -> Audit:
    bench.sign()
    bench.attest(provenance_v1())
    return bench.check(f"slsa_level = 3\n{BUILT}")


def _another_bill(bench: Bench) -> Audit:
    bench.sign()
    bench.attest(bill("code.example/a@v0.9.0"), CYCLONEDX)
    return bench.check(BILL)


def _no_bill(bench: Bench) -> Audit:
    bench.sign()
    return bench.check(BILL)


def _not_asked(bench: Bench) -> Audit:
    return bench.check(f"{SIGNER}\n{ROOT}\n{IMAGE}")


def _no_json(bench: Bench) -> Audit:
    (bench.dist / "app.sigstore.json").write_text("{")
    return bench.check(f"{SIGNER}\n{ROOT}\n{APP}")


MADE: dict[str, Callable[[Bench], Audit]] = {
    "SM501": _unsigned, "SM502": _by_stranger, "SM503": _changed, "SM504": _unlogged, "SM506": _no_provenance,
    "SM507": _of_another_commit, "SM508": _by_another_builder, "SM509": _of_a_low_level, "SM510": _another_bill,
    "SM513": _no_bill, "SM514": _not_asked, "SM515": _no_json,
}  # fmt: skip
BY_THE_RULE_ALONE = {"SM505", "SM511", "SM512"}
"""Whose examples are of words that the rule itself has: the age of a root, a tag, two annotations."""


def test_every_rule_is_held_against_the_program() -> None:
    assert MADE.keys() | BY_THE_RULE_ALONE == set(SIGNATURE_RULES)


@pytest.mark.parametrize("rule", MADE)
def test_the_words_of_an_example_are_those_of_the_program(rule: str, tmp_path: Path) -> None:
    made = _words(rule, MADE[rule](Bench(tmp_path)))
    assert made
    assert _words(rule, audit_of(FIXTURES / rule / "bad")) == made


def _words(rule: str, audit: Audit) -> list[tuple[str, ...]]:
    return [_said(one) for one in audit.verdict.judged if one.rule == rule]


def _said(judged: Judged) -> tuple[str, ...]:
    if judged.gap is not None:
        return tuple(map(_form, (judged.gap.wanted, judged.gap.reason, judged.gap.remedy)))
    finding = judged.finding
    assert finding is not None
    evidence = tuple(f"{one.label}: {one.value}" for one in finding.evidence)
    return tuple(map(_form, (finding.message, finding.label, finding.fix, *evidence)))


def _form(text: str) -> str:
    """Return a text with a mark for each name, digest, version and number in it."""
    marks = (
        (r"https://\S+", "URL"), (r"[0-9a-f]{40,64}", "HEX"), (r"\b[a-z.]+\.(?:example|com)/[a-z/]+", "MODULE"),
        (r"\bv[0-9][0-9.]*", "VERSION"), (r"dist/app\.[a-z.]+jsonl?", "FILE"), (r"\d{4}-\d\d-\d\dT[0-9:]+Z", "TIME"),
        (r"\d+", "N"), (r"(?<=another version of ).*", "MODULE"),
    )  # fmt: skip
    for pattern, mark in marks:
        text = re.sub(pattern, mark, text)
    return text
