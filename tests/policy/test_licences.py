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
from supplymatrix.policy.licence_terms import CLASSES, DEFAULT_CONFIDENCE, choices_left
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
        ('deny = ["SSPL-1.0"]', "SSPL-1.0+", "fail"),
        ('deny = ["MPL-1.1"]', "MIT AND MPL-1.1+", "fail"),
        ('allow = ["MPL-1.1"]', "MPL-1.1+", "fail"),
        ('deny = ["GPL-2.0"]', "GPL-2.0+", "fail"),
        ('deny = ["GPL-2.0"]', "GPL-2.0-only", "fail"),
        ('deny = ["GPL-2.0-only"]', "GPL-2.0", "fail"),
        ('deny = ["GPL-2.0-only"]', "GPL-2.0-or-later", "pass"),
        ('deny = ["BSD-2-Clause-NetBSD"]', "BSD-2-Clause", "fail"),
        ('deny = ["BSD-2-Clause"]', "BSD-2-Clause-NetBSD", "fail"),
        ('allow = ["GPL-2.0"]', "GPL-2.0+", "fail"),
        ('allow = ["MIT"]', "MIT WITH AdditionRef-no-commercial-use", "fail"),
        ('allow = ["permissive"]', "MIT WITH AdditionRef-no-commercial-use", "fail"),
        ('allow = ["M*"]', "MIT WITH AdditionRef-no-commercial-use", "fail"),
        ('allow = ["MIT WITH AdditionRef-x"]', "MIT WITH AdditionRef-x", "pass"),
        ('deny = ["MIT"]', "MIT WITH AdditionRef-x", "fail"),
        ('deny = ["permissive"]', "MIT WITH AdditionRef-x", "fail"),
    ],
)
def test_words_decide(section: str, text: str, expected: str) -> None:
    assert status(f"[licences]\n{section}\n", licence(text))["SM401"] == expected


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [
        ('deny = ["source-available"]', "LicenseRef-acme", {"SM402": "fail", "SM405": "pass"}),
        ('deny = ["source-available"]', "MIT WITH AdditionRef-x", {"SM402": "fail", "SM405": "pass"}),
        ('deny = ["source-available"]', "MIT OR LicenseRef-acme", {"SM401": "pass", "SM402": "pass", "SM405": "pass"}),
        ('deny = ["SSPL-*"]', "LicenseRef-acme", {"SM401": "pass", "SM402": "pass", "SM405": "pass"}),
        (
            'allow = ["MIT", "LicenseRef-*"]\ndeny = ["source-available"]',
            "LicenseRef-acme",
            {"SM401": "pass", "SM402": "pass", "SM405": "pass"},
        ),
    ],
)
def test_a_licence_of_no_known_class_may_be_of_a_denied_one(section: str, text: str, expected: dict[str, str]) -> None:
    assert status(f"[licences]\n{section}\n", licence(text)) == expected


def test_without_a_number_a_licence_must_be_recognised_as_surely_as_the_program_takes_for_sure() -> None:
    for confidence, expected in ((DEFAULT_CONFIDENCE - 1, "fail"), (DEFAULT_CONFIDENCE, "pass")):
        assert status("[licences]\n", licence("MIT", confidence=confidence))["SM402"] == expected
    assert status("[licences]\nmin_confidence = 1\n", licence("MIT", confidence=1))["SM402"] == "pass"


@pytest.mark.parametrize(
    ("own", "parents", "expected"),
    [
        ("", {"a": "min_confidence = 50"}, 50),
        ("deny = []", {"a": "min_confidence = 50"}, 50),
        ("deny = []", {"a": "min_confidence = 95"}, 95),
        ("min_confidence = 60", {"a": "min_confidence = 50"}, 60),
        ("", {"a": "min_confidence = 50", "b": "deny = []"}, DEFAULT_CONFIDENCE),
        ("", {"a": "min_confidence = 90", "b": "min_confidence = 1"}, 90),
    ],
)
def test_the_number_of_several_files_is_the_highest(own: str, parents: dict[str, str], expected: int) -> None:
    for names in (list(parents), list(parents)[::-1]):
        extends = ", ".join(f'"{name}.toml"' for name in names)
        files = {name: f"[licences]\n{text}\n" for name, text in parents.items()}
        policy = build(f"extends = [{extends}]\n" + (f"[licences]\n{own}\n" if own else ""), **files)
        assert max(rule.min_confidence for rule in policy.licences) == expected


def test_a_parent_that_names_no_number_asks_for_the_usual_one() -> None:
    with pytest.raises(InputError, match="min_confidence is set lower"):
        build('extends = ["a.toml"]\n[licences]\nmin_confidence = 50\n', a="[licences]\n")


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


CONCLUDES = f'[[licences.conclusions]]\nmodule = "a.example/one"\nlicence = "MIT"\n{REASON}'
FILE = sha256(b"SSPL-1.0").hexdigest()


@pytest.mark.parametrize(
    ("effective", "bound", "expected"),
    [
        (ModuleVersion(path="b.example/fork", version="v1.9.0"), 'version = "v1.2.0"', "fail"),
        (ModuleVersion(path="a.example/one", version="v1.9.0"), 'version = "v1.2.0"', "fail"),
        (ModuleVersion(path="b.example/fork", version="v1.9.0"), f'sha256 = "{FILE}"', "fail"),
        (None, 'version = "v1.2.0"', "fail"),
        (None, f'sha256 = "{FILE}"', "pass"),
        (None, f'sha256 = "{FILE}"\nversion = "v1.2.0"', "pass"),
        (MODULE, 'version = "v1.2.0"', "pass"),
    ],
)
def test_a_conclusion_is_about_what_is_built(effective: ModuleVersion | None, bound: str, expected: str) -> None:
    fact = changed(licence("SSPL-1.0"), effective=effective)
    assert status(f'[licences]\nallow = ["MIT"]\n{CONCLUDES}{bound}\n', fact)["SM401"] == expected


def test_a_conclusion_about_a_file_leaves_the_others_as_they_are() -> None:
    text = f'[licences]\nallow = ["MIT"]\n{CONCLUDES}sha256 = "{FILE}"\n'
    one = licence("SSPL-1.0")
    other = LicenceFile(path="COPYING.gpl", sha256="0" * 64, expression="GPL-3.0-only")
    odd = LicenceFile(path="LICENSE.acme", sha256="1" * 64, expression="", nearest="MIT 60")
    found = results(text, changed(one, files=(*one.files, other), concluded="SSPL-1.0 AND GPL-3.0-only"))
    assert found["SM401"].finding is not None
    assert found["SM401"].finding.label == "MIT AND GPL-3.0-only"
    assert "concluded by" in {entry.label for entry in found["SM401"].finding.evidence}
    assert status(text, changed(one, files=(*one.files, odd), reason="LICENSE.acme: odd"))["SM402"] == "fail"
    assert status(text, changed(one, reason="COPYING: it is too long", is_read=False))["SM402"] == "unknown"
    unsure = licence("SSPL-1.0", confidence=5, reason="LICENSE: not recognised")
    assert status(text, unsure) == {"SM401": "pass", "SM402": "pass", "SM405": "pass"}


def test_a_conclusion_about_a_file_in_the_root_does_not_answer_for_folders() -> None:
    fact = with_folder("SSPL-1.0", "GPL-3.0-only")
    found = status(f'[licences]\ndeny = ["GPL-*"]\n{CONCLUDES}sha256 = "{FILE}"\n', fact)
    assert (found["SM401"], found["SM405"]) == ("fail", "fail")


def test_a_conclusion_that_does_not_count_is_told() -> None:
    other = f'{CONCLUDES}sha256 = "{"0" * 64}"\n'
    for text, fact, label in (
        (other, licence(""), "a conclusion of another file"),
        (
            f'{CONCLUDES}version = "v1.2.0"\n',
            changed(licence(""), effective=None),
            "a folder is built in the place of the module that this is about; it needs sha256",
        ),
    ):
        finding = results(text, fact)["SM402"].finding
        assert finding is not None
        assert label in {one.label for one in finding.evidence}


def test_a_fork_that_is_in_the_list_itself_is_told_once() -> None:
    fork = ModuleVersion(path="b.example/fork", version="v1.9.0")
    both = [changed(licence("GPL-3.0-only"), effective=fork), licence("GPL-3.0-only", module=fork)]
    assert results('[licences]\nallow = ["MIT"]\n', *both)["SM401"].status is Status.FAIL


def with_folder(own: str, inside: str, *, nearest: str = "") -> ModuleLicence:
    """Return the licence of a module with a file in its root, and one in a folder that packages are taken from."""
    module = licence(own)
    file = LicenceFile(
        path="sub/COPYING", sha256=sha256(b"sub").hexdigest(), expression=inside, packages_only=True, nearest=nearest
    )
    whole = " AND ".join(text for text in (own, inside) if text)
    reason = "" if inside else "sub/COPYING: its text was not recognised"
    return changed(module, concluded=whole, files=(*module.files, file), reason=reason)


def test_parts_that_ask_for_more_are_told() -> None:
    assert status("[licences]\n", with_folder("MIT", "GPL-3.0-only"))["SM405"] == "fail"
    assert status("[licences]\n", with_folder("MIT", "BSD-3-Clause"))["SM405"] == "pass"
    assert status("[licences]\n", licence("LicenseRef-acme"))["SM405"] == "pass"


@pytest.mark.parametrize(
    "fact",
    [
        with_folder("MIT", ""),
        with_folder("MIT", "LicenseRef-acme"),
        with_folder("LicenseRef-acme", "MIT"),
        changed(licence("MIT"), reason="sub/COPYING: it is too long", is_read=False),
    ],
)
def test_parts_of_which_nobody_knows_what_they_ask_do_not_pass(fact: ModuleLicence) -> None:
    found = results("[licences]\n", fact)["SM405"]
    assert found.status is Status.UNKNOWN
    assert found.gap is not None
    assert found.gap.reason


def test_what_folders_say_is_judged_where_the_root_says_nothing() -> None:
    fact = changed(with_folder("", "AGPL-3.0-only"), reason="it has no licence file in its root")
    found = status('[licences]\ndeny = ["AGPL-*"]\n', fact)
    assert (found["SM401"], found["SM402"]) == ("fail", "fail")


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


ORG = '[licences]\ndeny = ["GPL-*"]\n'
OPEN = '[policy]\nallow_loosen = ["conclusions"]\n'
OWN = f'{CONCLUDES}version = "v1.2.0"\n'


@pytest.mark.parametrize("order", [["org", "own"], ["own", "org"], ["own", "bare", "org"]])
@pytest.mark.parametrize("org", [ORG, "[licences]\n", "[licences]\nmin_confidence = 90\n"])
def test_a_parent_of_ones_own_lifts_nothing_that_another_asks(order: list[str], org: str) -> None:
    extends = ", ".join(f'"{name}.toml"' for name in order)
    files = {"org": org, "own": OWN, "bare": "[rules]\n"}
    with pytest.raises(InputError, match="do not agree about conclusions"):
        build(f"extends = [{extends}]\n", **files)
    with pytest.raises(InputError, match="do not agree about conclusions"):
        build('extends = ["mid.toml"]\n', mid=f"extends = [{extends}]\n", **files)


@pytest.mark.parametrize(
    "files",
    [
        {"org": OPEN + ORG, "own": OPEN + OWN},
        {"org": ORG + OWN, "own": OWN},
        {"org": "[rules]\n", "own": OWN},
    ],
)
def test_conclusions_of_a_parent_count_where_the_others_leave_them_or_have_them(files: dict[str, str]) -> None:
    policy = build('extends = ["org.toml", "own.toml"]\n', **files)
    assert {entry.licence for entry in policy.conclusions} == {"MIT"}


@pytest.mark.parametrize(
    "own", ['allow = ["GPL-3.0-only"]', "min_confidence = 1", 'allow = ["permissive"]\nuse = "modify"']
)
def test_another_parent_with_less_to_ask_changes_no_answer(own: str) -> None:
    org = '[licences]\ndeny = ["GPL-*"]\nmin_confidence = 90\n'
    for order in ('"org.toml", "own.toml"', '"own.toml", "org.toml"'):
        policy = build(f"extends = [{order}]\n", org=org, own=f"[licences]\n{own}\n")
        unsure = licence("MIT", confidence=89, module=ModuleVersion(path="b.example/two", version="v1.0.0"))
        known = facts(licence("GPL-3.0-only"), unsure)
        found = {(one.rule, one.module): one.status for one in check_licences(policy, known, ALL_RULES)}
        assert found["SM401", "a.example/one"] is found["SM402", "b.example/two"] is Status.FAIL


def test_waivers_of_a_parent_are_bound_by_what_others_say_of_waivers() -> None:
    own = WAIVER + 'licences = ["GPL-3.0-only"]\n'
    policy = build('extends = ["org.toml", "own.toml"]\n', org="[policy]\nmax_waiver_days = 30\n" + ORG, own=own)
    verdict = judge(policy, (), facts(licence("GPL-3.0-only")), ALL_RULES, now=NOW, tool_version="0")
    assert verdict.waivers[0].state is WaiverState.REFUSED
    with pytest.raises(InputError, match="none that this policy accepts"):
        build('extends = ["org.toml", "own.toml"]\n', org='[policy]\nowner_domain = "corp.example"\n' + ORG, own=own)


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


def test_a_preset_does_not_ask_for_a_licence_but_the_line_that_names_it_does() -> None:
    text = '[policy]\npreset = "log-verified"\n[licences]\nallow = ["MIT"]\ndeny = ["GPL-*"]\n'
    for name, line in (("GPL-3.0-only", 5), ("ISC", 4), ("", 3)):
        verdict = judge(parse(text), [], facts(licence(name)), ALL_RULES, now=NOW, tool_version="1")
        places = {one.rule: one.required_by for one in verdict.judged}
        place = places["SM402" if not name else "SM401"]
        assert place is not None
        assert place.line == line
    said = parse(f'{text}[rules]\nSM401 = "warn"\n')
    (found,) = judge(said, [], facts(licence("ISC")), ALL_RULES, now=NOW, tool_version="1").judged
    assert found.required_by is not None
    assert found.required_by.line == 7


def test_an_obligation_of_several_licences_is_named_once() -> None:
    found = results(
        '[licences]\nallow = ["0BSD"]\nuse = "redistribute-binary"\n', licence("MIT AND ISC AND Apache-2.0")
    )
    finding = found["SM401"].finding
    assert finding is not None
    duties = [one.value.partition(" (")[0] for one in finding.evidence if one.label.startswith("asked of")]
    assert len(duties) == len(set(duties)) >= 2
