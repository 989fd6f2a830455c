"""How one policy differs from another, in words; a change that decides anything never goes unsaid."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.policy.compare import compare_policies
from tests.policy.policies import LOG_KEY, WAIVER, parse

pytestmark = pytest.mark.slow

ENTRY = '[packages."x.example/a"]\n'
SAID = [
    ("[policy]\nmin_score = 80\n", "[policy]\nmin_score = 10\n", "weaker: min_score 80 becomes 10"),
    ("[policy]\nmin_score = 80\n", "[policy]\nmin_score = 90\n", "stricter: min_score 80 becomes 90"),
    ("", '[policy]\nfail_on = "warn"\n', "stricter: fail_on error becomes warn"),
    ('[policy]\nfail_on = "note"\n', "", "weaker: fail_on note becomes error"),
    ("", '[rules]\nSM101 = "off"\n', "weaker: SM101 error becomes off"),
    ("", '[rules]\nSM105 = "error"\n', "stricter: SM105 warn becomes error"),
    ("", ENTRY, "other: [packages.'x.example/a'] is new"),
    (ENTRY, "", "weaker: [packages.'x.example/a'] is gone"),
    (ENTRY, ENTRY + 'version = "v1.0.0"\n', "stricter: version of x.example/a any becomes v1.0.0"),
    (ENTRY + 'version = "v1.0.0"\n', ENTRY, "weaker: version of x.example/a v1.0.0 becomes any"),
    (
        ENTRY + 'version = "v1.0.0"\n',
        ENTRY + 'version = "v1.1.0"\n',
        "other: version of x.example/a v1.0.0 becomes v1.1.0",
    ),
    (
        ENTRY,
        ENTRY + 'security_policy = "baseline"\n',
        "stricter: security_policy of x.example/a none becomes baseline",
    ),
    (
        ENTRY + 'security_policy = "strict-module-integrity"\n',
        ENTRY + 'security_policy = "baseline"\n',
        "weaker: security_policy of x.example/a strict-module-integrity becomes baseline",
    ),
    ("", WAIVER, "weaker: SM202 on github.com/a/b is waived until 2027-01-31"),
    (WAIVER, "", "stricter: SM202 on github.com/a/b is no longer waived until 2027-01-31"),
    ("", WAIVER + 'version = "v1.0.0"\n', "weaker: SM202 on github.com/a/b@v1.0.0 is waived until 2027-01-31"),
    (
        WAIVER.replace("our fork carries the fix", "we know it well"),
        WAIVER.replace("our fork carries the fix", "we know it well").replace("team-a", "team-b"),
        "other: the waiver of SM202 on github.com/a/b says team-b: we know it well instead of team-a: we know it well",
    ),
    ("", '[sources]\nprivate = ["a.example"]\n', "weaker: a.example is declared private and no longer checked"),
    ('[sources]\nprivate = ["a.example"]\n', "", "stricter: a.example is no longer declared private"),
    ("", f'[sources]\nsumdb = "{LOG_KEY}"\n', f"other: the log of the go command becomes {LOG_KEY}"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), SAID)
def test_each_kind_of_difference_is_said_with_its_direction(old: str, new: str, sentence: str) -> None:
    assert compare_policies(parse(old), parse(new)) == [sentence]


def test_a_waiver_that_is_moved_to_a_later_day_is_weaker_and_stricter_at_once() -> None:
    said = compare_policies(parse(WAIVER), parse(WAIVER.replace("2027-01-31", "2028-01-31")))
    assert [sentence.partition(":")[0] for sentence in said] == ["weaker", "stricter"]


def test_another_preset_is_told_by_what_it_changes() -> None:
    said = compare_policies(parse(""), parse('[policy]\npreset = "baseline"\n'))
    assert "weaker: min_score 80 becomes 0" in said
    assert "weaker: SM201 warn becomes note" in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[policy]\nname = "a"\n', '[policy]\nname = "b"\n'),
        ("", '[policy]\npreset = "log-verified"\nmin_score = 80\n# said\n'),
        ('[sources]\nprivate = ["a.example", "b.example"]\n', '[sources]\nprivate = ["b.example", "a.example"]\n'),
        (ENTRY + '[packages."b.example"]\n', '[packages."b.example"]\n' + ENTRY),
        (
            WAIVER + WAIVER.replace("team-a", "team-b"),
            WAIVER.replace("team-a", "team-b") + WAIVER,
        ),
    ],
)
def test_what_decides_nothing_is_no_difference(old: str, new: str) -> None:
    assert parse(old).digest == parse(new).digest
    assert compare_policies(parse(old), parse(new)) == []


_LEVEL = st.sampled_from(["off", "note", "warn", "error"])
_WAIVER = st.builds(
    lambda rule, package, owner, day: (
        WAIVER.replace("SM202", rule)
        .replace("github.com/a/b", package)
        .replace("team-a", owner)
        .replace("2027-01-31", day)
    ),
    st.sampled_from(["SM202", "SM201"]),
    st.sampled_from(["a.example", "**"]),
    st.sampled_from(["team-a", "team-b"]),
    st.sampled_from(["2027-01-31", "2027-02-28"]),
)


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Return a policy out of a small world, so that two of them are often almost alike."""
    preset = draw(st.sampled_from(["baseline", "log-verified"]))
    text = f'[policy]\npreset = "{preset}"\nfail_on = "{draw(st.sampled_from(["warn", "error"]))}"\n'
    text += f"min_score = {draw(st.sampled_from([0, 80]))}\n[rules]\n"
    for rule in ("SM101", "SM2xx"):
        text += f'{rule} = "{draw(_LEVEL)}"\n' if draw(st.booleans()) else ""
    private = draw(st.lists(st.sampled_from(["a.example", "b.example"]), max_size=2))
    text += f"[sources]\nprivate = {private}\n"
    text += f'sumdb = "{LOG_KEY}"\n' if draw(st.booleans()) else ""
    for glob in draw(st.lists(st.sampled_from(["x.example", "y.example"]), unique=True)):
        text += f'[packages."{glob}"]\n' + draw(
            st.sampled_from(["", 'version = "v1.0.0"\n', 'version = "1"\n', 'security_policy = "baseline"\n'])
        )
    return text + "".join(draw(st.lists(_WAIVER, max_size=2)))


@settings(max_examples=150)
@given(policies(), policies())
def test_every_difference_that_decides_is_said(old: str, new: str) -> None:
    before, after = parse(old), parse(new)
    assert bool(compare_policies(before, after)) is (before.digest != after.digest)


@settings(max_examples=50)
@given(policies(), policies())
def test_what_is_stricter_one_way_is_weaker_the_other(old: str, new: str) -> None:
    def words(said: list[str]) -> tuple[int, int]:
        return sum(s.startswith("weaker: min") for s in said), sum(s.startswith("stricter: min") for s in said)

    there, back = words(compare_policies(parse(old), parse(new))), words(compare_policies(parse(new), parse(old)))
    assert there == back[::-1]
