"""What a policy makes of licences, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import InputError
from supplymatrix.licences.classes import LicenceClass
from supplymatrix.licences.expression import parse_expression
from supplymatrix.licences.obligations import Use
from supplymatrix.model.fact import Facts, Gap, RequiredModule
from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod, LicenceSource, ModuleLicence
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import WaiverState
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.grammar import USES
from supplymatrix.policy.licence_terms import CLASSES, choices_left
from supplymatrix.policy.licences import LICENCE_WANTED, check_licences
from supplymatrix.policy.verdict import judge
from tests.policy.policies import build, faults, parse

MODULE = ModuleVersion(path="a.example/one", version="v1.2.0")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REASON = 'reason = "it is known to us"\nowner = "team-a"\n'
WAIVER = f'[[waivers]]\nrule = "SM401"\npackage = "a.example/one"\nexpires = 2027-01-31\n{REASON}'


def licence(
    text: str, *, confidence: int = 100, reason: str = "", is_read: bool = True, own: str | None = None,
    module: ModuleVersion = MODULE,
) -> ModuleLicence:  # fmt: skip
    match = LicenceMatch(licence=text, start=1, end=21, confidence=confidence, method=LicenceMethod.TEXT)
    file = LicenceFile(path="LICENSE", sha256=sha256(text.encode()).hexdigest(), expression=text, matches=(match,))
    return ModuleLicence(
        subject=module,
        effective=module,
        declared=text if own is None else own,
        concluded=text,
        files=(file,) if text else (),
        source=LicenceSource.FOLDER,
        reason=reason or ("" if text else "it has no licence file in its root"),
        is_read=is_read,
    )


def facts(*licences: ModuleLicence, gaps: Sequence[Gap] = ()) -> Facts:
    place = Location(artifact="go.mod", line=5, column=9, end_line=5, end_column=30)
    required = [
        RequiredModule(subject=found.subject, effective=found.effective, indirect=False, location=place)
        for found in licences
    ]
    return Facts([*licences, *required], gaps)


def results(text: str, *licences: ModuleLicence, gaps: Sequence[Gap] = ()) -> dict[str, Result]:
    found = list(check_licences(parse(text), facts(*licences, gaps=gaps), ALL_RULES))
    assert len({(one.rule, one.subject) for one in found}) == len(found)
    return {one.rule: one for one in found}


def status(text: str, *licences: ModuleLicence) -> dict[str, str]:
    return {rule: one.status.value for rule, one in results(text, *licences).items()}


def test_without_a_section_there_is_nothing() -> None:
    assert results("", licence("AGPL-3.0-only")) == {}


def test_the_words_are_those_of_the_licences() -> None:
    assert set(CLASSES) == {found.value for found in LicenceClass}
    assert set(USES) == {found.value for found in Use}


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [
        ('allow = ["permissive"]', "MIT", "pass"),
        ('allow = ["permissive"]', "GPL-2.0-only", "fail"),
        ('allow = ["mit"]', "MIT", "pass"),
        ('allow = ["MIT"]', "MIT OR GPL-2.0-only", "pass"),
        ('allow = ["MIT"]', "MIT AND GPL-2.0-only", "fail"),
        ('allow = ["MIT", "LGPL-*"]', "LGPL-2.1-or-later", "pass"),
        ('deny = ["AGPL-*"]', "AGPL-3.0-or-later", "fail"),
        ('deny = ["AGPL-*"]', "GPL-3.0-only", "pass"),
        ('deny = ["network-copyleft"]', "AGPL-3.0-only AND MIT", "fail"),
        ('allow = ["permissive"]\ndeny = ["BSD-4-Clause"]', "BSD-4-Clause", "fail"),
        ('allow = ["GPL-2.0-only"]', "GPL-2.0-only WITH Classpath-exception-2.0", "pass"),
        ('allow = ["GPL-2.0-only WITH Classpath-exception-2.0"]', "GPL-2.0-only", "fail"),
        (
            'allow = ["GPL-2.0-only WITH Classpath-exception-2.0"]\ndeny = ["GPL-*"]',
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "pass",
        ),
        ('deny = ["GPL-*"]', "GPL-2.0-only WITH Classpath-exception-2.0", "fail"),
        ('allow = ["LicenseRef-acme-*"]', "LicenseRef-acme-one", "pass"),
        ('deny = ["unknown"]', "LicenseRef-acme-one", "fail"),
    ],
)
def test_words_decide(section: str, text: str, expected: str) -> None:
    assert status(f"[licences]\n{section}\n", licence(text))["SM401"] == expected


def test_what_is_not_known_never_passes() -> None:
    section = '[licences]\nallow = ["MIT"]\nmin_confidence = 90\n'
    assert status(section, licence("")) == {"SM402": "fail"}
    assert status(section, licence("MIT", confidence=89)) == {"SM402": "fail", "SM405": "pass"}
    assert status(section, licence("MIT", confidence=90)) == {"SM401": "pass", "SM402": "pass", "SM405": "pass"}
    assert status(section, licence("MIT", reason="COPYING was not recognised"))["SM402"] == "fail"
    assert "SM401" not in status(section, licence("MIT", reason="COPYING was not recognised"))
    assert status(section, licence("", is_read=False)) == {"SM401": "unknown", "SM402": "unknown"}
    gap = Gap(wanted=f"{LICENCE_WANTED}every module of svc", reason="the list is not whole", remedy="tidy")
    found = {rule: one.status for rule, one in results(section, gaps=[gap]).items()}
    assert found == {"SM401": Status.UNKNOWN, "SM402": Status.UNKNOWN}


def test_what_is_known_beside_what_is_not_can_fail() -> None:
    found = status('[licences]\ndeny = ["GPL-*"]\n', licence("GPL-3.0-only", reason="COPYING was not recognised"))
    assert (found["SM401"], found["SM402"]) == ("fail", "fail")


def test_an_empty_section_asks_that_each_is_known() -> None:
    assert status("[licences]\n", licence("AGPL-3.0-only")) == {"SM402": "pass", "SM405": "pass"}
    assert status("[licences]\n", licence("")) == {"SM402": "fail"}


def test_a_finding_says_what_stands_in_the_way_and_what_to_do() -> None:
    (finding,) = [
        one.finding
        for one in results(
            '[licences]\ndeny = ["AGPL-*"]\n', licence("AGPL-3.0-only OR SSPL-1.0 AND AGPL-3.0-only")
        ).values()
        if one.status is Status.FAIL
    ]
    assert finding is not None
    assert "the policy denies AGPL-*" in finding.message
    assert [str(place.artifact) for place in finding.locations] == ["go.mod", "lift.toml"]
    assert ("LICENSE:1-21") in {one.label for one in finding.evidence}
    assert "supplymatrix waive SM401 a.example/one --licence AGPL-3.0-only" in finding.fix
    assert finding.licences == (("AGPL-3.0-only",),)


def test_a_waiver_of_a_licence_excuses_that_licence_alone() -> None:
    section = '[licences]\nallow = ["MIT"]\n' + WAIVER
    for words, text, excused in (
        ("", "SSPL-1.0", True),
        ('licences = ["GPL-3.0-only"]\n', "GPL-3.0-only", True),
        ('licences = ["GPL-*"]\n', "MIT AND GPL-3.0-only", True),
        ('licences = ["GPL-3.0-only"]\n', "SSPL-1.0 OR GPL-3.0-only", True),
        ('licences = ["GPL-3.0-only"]\n', "GPL-3.0-only AND SSPL-1.0", False),
        ('licences = ["GPL-3.0-only"]\n', "SSPL-1.0", False),
    ):
        policy = parse(section + words)
        known = facts(licence(text))
        verdict = judge(policy, (), known, ALL_RULES, now=NOW, tool_version="0")
        (judged,) = [one for one in verdict.judged if one.rule == "SM401"]
        assert (judged.status is Status.WAIVED) is excused, (words, text)
        assert (verdict.waivers[0].state is WaiverState.IN_USE) is excused


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('version = "v1.2.0"', "pass"),
        ('version = ">=v1.0.0, <v2"', "pass"),
        ('version = "v1.3.0"', "fail"),
        (f'sha256 = "{sha256(b"SSPL-1.0").hexdigest()}"', "pass"),
        (f'sha256 = "{sha256(b"SSPL-1.0").hexdigest().upper()}"', "pass"),
        (f'sha256 = "{"0" * 64}"', "fail"),
    ],
)
def test_a_conclusion_counts_while_it_is_of_this_version_or_file(entry: str, expected: str) -> None:
    text = '[licences]\nallow = ["MIT"]\n[[licences.conclusions]]\nmodule = "a.example/*"\nlicence = "MIT"\n'
    assert status(f"{text}{entry}\n{REASON}", licence("SSPL-1.0"))["SM401"] == expected


def test_a_conclusion_of_another_file_is_told() -> None:
    text = f'[[licences.conclusions]]\nmodule = "a.example/*"\nlicence = "MIT"\nsha256 = "{"0" * 64}"\n{REASON}'
    finding = results(text, licence(""))["SM402"].finding
    assert finding is not None
    assert "a conclusion of another file" in {one.label for one in finding.evidence}


def test_parts_that_ask_for_more_are_told() -> None:
    found = status("[licences]\n", licence("MIT AND GPL-3.0-only", own="MIT"))
    assert found["SM405"] == "fail"
    assert status("[licences]\n", licence("MIT AND BSD-3-Clause", own="MIT"))["SM405"] == "pass"


def test_files_of_a_policy_must_all_have_nothing_against_it() -> None:
    policy = build(
        'extends = ["org.toml"]\n[licences]\ndeny = ["MPL-2.0"]\n',
        org='[licences]\nallow = ["permissive", "MPL-2.0"]\n',
    )
    assert [rule.layer for rule in policy.licences] == [0, 1]
    for text, expected in (("MIT", Status.PASS), ("MPL-2.0", Status.FAIL), ("GPL-2.0-only", Status.FAIL)):
        found = {one.rule: one.status for one in check_licences(policy, facts(licence(text)), ALL_RULES)}
        assert found["SM401"] is expected


@pytest.mark.parametrize(
    ("own", "org", "words"),
    [
        ('allow = ["GPL-3.0-only"]', 'deny = ["GPL-*"]', "GPL-3.0-only is allowed here"),
        ('allow = ["MPL-2.0"]', 'allow = ["permissive"]', "MPL-2.0 is allowed here"),
        ("min_confidence = 80", "min_confidence = 90", "min_confidence is set lower"),
        (
            f'[[licences.conclusions]]\nmodule = "a.example/x"\nversion = "v1.0.0"\nlicence = "MIT"\n{REASON}',
            'deny = ["GPL-*"]',
            "leaves no conclusions",
        ),
    ],
)
def test_what_is_looser_than_a_parent_is_a_fault(own: str, org: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        build(f'extends = ["org.toml"]\n[licences]\n{own}\n', org=f"[licences]\n{org}\n")


def test_conclusions_can_be_left_to_the_files_below() -> None:
    own = f'[[licences.conclusions]]\nmodule = "a.example/x"\nversion = "v1.0.0"\nlicence = "MIT"\n{REASON}'
    policy = build(
        f'extends = ["org.toml"]\n{own}', org='[policy]\nallow_loosen = ["conclusions"]\n[licences]\ndeny = ["GPL-*"]\n'
    )
    assert len(policy.conclusions) == 1


@pytest.mark.parametrize(
    ("text", "words", "remedy"),
    [
        ('[licences]\nallow = ["MTI"]\n', "no licence or class of licences 'MTI'", "'MIT'"),
        ('[licences]\nallow = ["GPL"]\n', "no licence or class of licences 'GPL'", '"GPL-*"'),
        ('[licences]\ndeny = ["strong-copylet"]\n', "no licence or class", "'strong-copyleft'"),
        ('[licences]\ndeny = ["agpl-*"]\n', "no licence of SPDX has an id like", "AGPL-"),
        ('[licences]\nallow = ["MIT OR ISC"]\n', "an expression of several licences", ""),
        ("[licences]\nallow = []\n", "this allows no licence at all", ""),
        ('[licences]\nallow = ["AGPL-3.0-only"]\ndeny = ["AGPL-*"]\n', "deny wins", ""),
        ("[licences]\nmin_confidence = 0\n", "this is no percentage", ""),
        ('[licences]\nuse = "sell"\n', "there is no use 'sell'", ""),
        ("[licences]\nalow = []\n", "there is no key 'alow'", "'allow'"),
        ("licences = 1\n", "this is no table", ""),
        (f'[[licences.conclusions]]\nmodule = "a"\nlicence = "MIT"\n{REASON}', "whatever the module becomes", ""),
        (
            f'[[licences.conclusions]]\nmodule = "a"\nlicence = "MIT/X11"\nversion = "v1.0.0"\n{REASON}',
            "this is no licence expression",
            "",
        ),
        (f'[[licences.conclusions]]\nmodule = "a"\nlicence = "MIT"\nsha256 = "abc"\n{REASON}', "no SHA-256", ""),
        (WAIVER.replace("SM401", "SM202") + 'licences = ["MIT"]\n', "SM202 is not about licences", ""),
        (WAIVER + "licences = []\n", "this names no licence", ""),
    ],
)
def test_a_fault_says_what_is_meant(text: str, words: str, remedy: str) -> None:
    (fault,) = faults(text)
    assert words in fault.message
    assert remedy in fault.remedy


def test_an_old_spelling_is_told() -> None:
    policy = parse('[licences]\nallow = ["GPL-2.0"]\n')
    assert policy.licences[0].allow is not None
    assert [word for word, _ in policy.licences[0].allow] == ["GPL-2.0-only"]
    assert [note.code for note in policy.notes] == ["licence-renamed"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", 'deny = ["GPL-*"]', "stricter: [licences] is new: denies GPL-*"),
        ('allow = ["MIT"]', 'allow = ["MIT", "ISC"]', "weaker: [licences] allows ISC"),
        ('allow = ["MIT", "ISC"]', 'allow = ["MIT"]', "stricter: [licences] no longer allows ISC"),
        ('deny = ["GPL-*", "MPL-2.0"]', 'deny = ["GPL-*"]', "weaker: [licences] no longer denies MPL-2.0"),
        ('deny = ["GPL-*"]', 'allow = ["MIT"]\ndeny = ["GPL-*"]', "stricter: [licences] allows MIT alone"),
        ("min_confidence = 90", "min_confidence = 80", "weaker: licences must be recognised with 80 % instead of 90 %"),
    ],
)
def test_differences_have_words_and_a_direction(old: str, new: str, words: str) -> None:
    one, other = (parse(f"[licences]\n{text}\n" if text else "") for text in (old, new))
    (found,) = compare_policies(one, other)
    assert found.startswith(words)


def test_a_use_decides_nothing() -> None:
    plain = parse('[licences]\nallow = ["MIT"]\n')
    assert compare_policies(plain, parse('[licences]\nallow = ["MIT"]\nuse = "modify"\n')) == []


_NAMES = st.sampled_from(["MIT", "ISC", "GPL-2.0-only", "AGPL-3.0-only", "SSPL-1.0"])
_EXPRESSIONS = st.recursive(
    _NAMES,
    lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(lambda p: f"({p[0]}{p[1]}{p[2]})"),
)


@given(_EXPRESSIONS, st.sets(_NAMES))
def test_what_is_left_of_choices_is_what_must_be_allowed(text: str, fine: set[str]) -> None:
    left = choices_left(text, fine.__contains__)
    assert all(set(choice) <= set(parse_expression(text).licences) - fine for choice in left)
    for choice in left:
        assert choice
        assert choices_left(text, {*fine, *choice}.__contains__) == ()


@given(_EXPRESSIONS, st.sampled_from(["", 'allow = ["MIT"]', 'deny = ["GPL-*"]']))
def test_an_order_of_facts_decides_nothing(text: str, section: str) -> None:
    other = changed(MODULE, path="b.example/two")
    both = [licence(text), licence("", module=other)]
    policy = parse(f"[licences]\n{section}\n")
    one, two = (list(check_licences(policy, facts(*order), ALL_RULES)) for order in (both, both[::-1]))
    assert one == two


def test_with_a_use_a_finding_tells_what_is_asked() -> None:
    found = results('[licences]\ndeny = ["GPL-*"]\nuse = "redistribute-binary"\n', licence("GPL-3.0-only"))
    finding = found["SM401"].finding
    assert finding is not None
    assert [one.label for one in finding.evidence].count("asked of redistribute-binary") >= 1
