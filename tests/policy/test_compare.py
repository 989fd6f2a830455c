"""How one policy differs from another, in words; a change that decides anything never goes unsaid."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.policy.compare import compare_policies
from tests.policy.policies import LOG_KEY, WAIVER, build, parse

pytestmark = pytest.mark.slow

ENTRY = '[packages."x.example/a"]\n'
VENDOR = '[vendors.wiz]\nmax_response_p90 = "30d"\n'
DEBT = (
    '[debt]\nfile = "d.toml"\nadopted = 2026-11-01\nexpires = 2027-02-01\nmost = 2\nowner = "team-a"\n'
    'reason = "it was there before the policy"\n'
)
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
    ("", '[policy]\nowner_domain = "a.example"\n', "stricter: owner_domain any becomes a.example"),
    ('[policy]\nowner_domain = "a.example"\n', "", "weaker: owner_domain a.example becomes any"),
    ("", ENTRY + 'pseudo_versions = "allow"\n', "weaker: [packages.'x.example/a'] is new"),
    (ENTRY + 'pseudo_versions = "allow"\n', "", "stricter: [packages.'x.example/a'] is gone"),
    (VENDOR, VENDOR.replace("30d", "20d"), "stricter: max_response_p90 of vendor wiz 30d becomes 20d"),
    (VENDOR, "", "weaker: max_response_p90 of vendor wiz 30d becomes nothing"),
    (VENDOR, VENDOR + 'channels = ["b", "a"]\n', "other: max_response_p90 of vendor wiz 30d becomes 30d in a and b"),
    (
        VENDOR + 'channels = ["a", "b"]\n',
        VENDOR + 'channels = ["a"]\n',
        "weaker: max_response_p90 of vendor wiz 30d in a and b becomes 30d in a",
    ),
    ("", "[sources]\nvendored = true\n", "stricter: vendor/ has to be there"),
    ("[sources]\nvendored = true\n", "", "weaker: vendor/ need not be there"),
    ("", f'[sources]\nsumdb = "{LOG_KEY}"\n', f"other: the log of the go command becomes {LOG_KEY}"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), SAID)
def test_each_kind_of_difference_is_said_with_its_direction(old: str, new: str, sentence: str) -> None:
    assert compare_policies(parse(old), parse(new)) == [sentence]


def test_a_preset_that_goes_while_pseudo_versions_come_is_told_beside_them() -> None:
    old, new = ENTRY + 'security_policy = "strict-module-integrity"\n', ENTRY + 'pseudo_versions = "deny"\n'
    assert compare_policies(parse(old), parse(new)) == [
        "stricter: pseudo_versions of x.example/a none becomes deny",
        "weaker: security_policy of x.example/a strict-module-integrity becomes none",
    ]


def test_parents_that_speak_of_one_glob_are_each_told() -> None:
    first, second = ENTRY + 'version = "v1.0.0"\n', ENTRY + 'min_age = "7d"\n'
    text = 'extends = ["a.toml", "b.toml"]\n'
    old = build(text, a=first, b=second)
    assert compare_policies(old, build(text, a=first, b=second.replace("7d", "3d"))) == [
        "weaker: min_age of x.example/a in a parent 7d becomes 3d"
    ]
    assert compare_policies(old, build(text, a=first, b="")) == ["weaker: [packages.'x.example/a'] is gone in a parent"]
    assert compare_policies(old, build(text, a=first, b=second.replace("/a", "/b"))) == [
        "weaker: [packages.'x.example/a'] is gone in a parent",
        "other: [packages.'x.example/b'] is new in a parent",
    ]


def test_what_several_files_ask_of_one_vendor_is_told_whole() -> None:
    text = 'extends = ["org.toml"]\n'
    old = build(text, org=VENDOR)
    said = compare_policies(old, build(text + VENDOR.replace("30d", "40d"), org=VENDOR))
    assert said == ["other: max_response_p90 of vendor wiz 30d becomes 30d, 40d"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("most = 2", "most = 9"), "weaker: the debt list may have 9 entries instead of 2"),
        (("most = 9", "most = 2"), "stricter: the debt list may have 2 entries instead of 9"),
        (("2027-02-01", "2027-03-01"), "weaker: the debt list holds until 2027-03-01 instead of 2027-02-01"),
    ],
)
def test_the_room_in_a_debt_list_and_its_last_day_are_told(change: tuple[str, str], sentence: str) -> None:
    text = DEBT.replace("most = 2", change[0]) if change[0].startswith("most") else DEBT
    new = text.replace(*change)
    assert compare_policies(build(text, d=""), build(new, d="")) == [sentence]


def test_an_empty_debt_list_that_comes_or_goes_is_told() -> None:
    some = build(DEBT, d="")
    assert compare_policies(parse(""), some) == ["other: an empty debt list is new"]
    assert compare_policies(some, parse("")) == ["other: an empty debt list is gone"]


def test_a_difference_that_has_no_word_is_told_as_one() -> None:
    odd = parse("")
    object.__setattr__(odd, "digest", "0" * 64)
    assert compare_policies(parse(""), odd) == ["other: the policies differ in a way that has no word here"]


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
    st.sampled_from(["a@a.example", "b@a.example"]),
    st.sampled_from(["2027-01-31", "2027-02-28"]),
)


@st.composite
def entries(draw: st.DrawFn) -> str:
    """Return entries for packages and a vendor."""
    text = ""
    for glob in draw(st.lists(st.sampled_from(["x.example", "y.example"]), unique=True)):
        text += (
            f'[packages."{glob}"]\n'
            + draw(
                st.sampled_from(
                    [
                        "",
                        'version = "v1.0.0"\n',
                        'version = "1"\n',
                        'security_policy = "baseline"\n',
                        'min_age = "7d"\n',
                    ]
                )
            )
            + draw(st.sampled_from(["", 'pseudo_versions = "allow"\n', 'pseudo_versions = "deny"\n']))
        )
    if draw(st.booleans()):
        channels = draw(st.lists(st.sampled_from(["a", "b"]), unique=True, min_size=1))
        text += VENDOR + draw(st.sampled_from(["", f"channels = {channels}\n", 'max_evidence_age = "90d"\n']))
    return text


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Return a policy out of a small world, so that two of them are often almost alike."""
    preset = draw(st.sampled_from(["baseline", "log-verified"]))
    text = f'[policy]\npreset = "{preset}"\nfail_on = "{draw(st.sampled_from(["warn", "error"]))}"\n'
    text += draw(st.sampled_from(["", 'mode = "warn"\n', 'owner_domain = "a.example"\n', "weights = { low = 2 }\n"]))
    text += f"min_score = {draw(st.sampled_from([0, 80]))}\n[rules]\n"
    for rule in ("SM101", "SM2xx"):
        text += f'{rule} = "{draw(_LEVEL)}"\n' if draw(st.booleans()) else ""
    private = draw(st.lists(st.sampled_from(["a.example", "b.example"]), max_size=2))
    text += f"[sources]\nprivate = {private}\n"
    text += f'sumdb = "{LOG_KEY}"\n' if draw(st.booleans()) else ""
    text += draw(entries())
    return text + "".join(draw(st.lists(_WAIVER, max_size=2)))


@settings(max_examples=75)
@given(policies(), policies())
def test_every_difference_that_decides_is_said(old: str, new: str) -> None:
    before, after = parse(old), parse(new)
    said = compare_policies(before, after)
    assert bool(said) is (before.digest != after.digest)
    assert not [sentence for sentence in said if "no word" in sentence]


@settings(max_examples=25)
@given(st.lists(entries(), min_size=2, max_size=2), st.lists(entries(), min_size=2, max_size=2))
def test_every_difference_of_what_a_policy_builds_on_is_said(before: list[str], after: list[str]) -> None:
    text = 'extends = ["a.toml", "b.toml"]\n'
    old, new = (build(text, a=first, b=second) for first, second in (before, after))
    assert bool(compare_policies(old, new)) is (old.digest != new.digest)


@settings(max_examples=25)
@given(policies(), policies())
def test_what_is_stricter_one_way_is_weaker_the_other(old: str, new: str) -> None:
    def words(said: list[str]) -> tuple[int, int]:
        return sum(s.startswith("weaker: min") for s in said), sum(s.startswith("stricter: min") for s in said)

    there, back = words(compare_policies(parse(old), parse(new))), words(compare_policies(parse(new), parse(old)))
    assert there == back[::-1]
