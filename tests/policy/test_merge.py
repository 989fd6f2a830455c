"""What a policy builds on: parents hold, may only be tightened, add up, and cannot be escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.rule import Level
from supplymatrix.model.verdict import Mode
from supplymatrix.policy.document import LEVEL_ORDER, Policy, parse_policy
from supplymatrix.policy.parents import ParentRef, PolicyText
from tests.policy.policies import PRESETS, WAIVER


class Shelf:
    """Files by name, wherever they are named from."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        if reference.place not in self._files:
            raise InputError(Diagnostic(message="there is no such file", artifact=of))
        return PolicyText(artifact=reference.place, data=self._files[reference.place].encode())

    def debt(self, name: str, of: str) -> PolicyText | None:
        del of
        return PolicyText(artifact=name, data=self._files[name].encode()) if name in self._files else None

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        return self.debt(name, of)


def build(text: str, **files: str) -> Policy:
    shelf = Shelf({f"{name}.toml": body for name, body in files.items()})
    return parse_policy(text.encode(), "lift.toml", presets=PRESETS, files=shelf)


def faults(text: str, **files: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        build(text, **files)
    return caught.value.diagnostics


ORG = '[policy]\npreset = "log-verified"\nmin_score = 90\n[rules]\nSM203 = "warn"\n'


def test_a_parent_holds_where_the_file_is_silent() -> None:
    policy = build('extends = ["org.toml"]\n', org=ORG)
    assert (policy.min_score, policy.levels["SM203"]) == (90, Level.WARN)
    assert str(policy.origins["SM203"]) == "org.toml:5:9"
    assert [file.artifact for file in policy.sources] == ["lift.toml", "org.toml", "preset log-verified"]


def test_a_level_may_rise() -> None:
    policy = build('extends = ["org.toml"]\n[rules]\nSM203 = "error"\n', org=ORG)
    assert policy.levels["SM203"] is Level.ERROR
    assert str(policy.origins["SM203"]) == "lift.toml:3:9"


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ('[rules]\nSM203 = "note"\n', "lift.toml:3:9"),
        ('[rules]\nSM2xx = "off"\n', "lift.toml:3:9"),
        ("[policy]\nmin_score = 89\n", "lift.toml:3:13"),
        ('[policy]\nmode = "warn"\n', "lift.toml:3:8"),
        ('[policy]\non_outage = "warn until 5d"\n', "lift.toml:3:13"),
        ("[policy]\nmax_waiver_days = 181\n", "lift.toml:3:19"),
        ("[policy]\nweights = { low = 9 }\n", "lift.toml:3:11"),
        ('[packages."x.example/**"]\npseudo_versions = "allow"\n', "lift.toml:3:19"),
    ],
)
def test_what_is_set_lower_than_the_parent_has_it_is_an_error_at_its_place(line: str, at: str) -> None:
    found = faults('extends = ["org.toml"]\n' + line, org=ORG)
    assert all("is set lower than the policy that this one builds on lets it be" in fault.message for fault in found)
    assert at in {f"{fault.artifact}:{fault.line}:{fault.column}" for fault in found}


def test_a_vendor_folder_that_a_parent_wants_cannot_be_given_up() -> None:
    org = "[sources]\nvendored = true\n"
    assert build('extends = ["org.toml"]\n', org=org).vendored
    assert build('extends = ["org.toml", "preset:baseline"]\n', org=org).vendored
    (fault,) = faults('extends = ["org.toml"]\n[sources]\nvendored = false\n', org=org)
    assert (fault.line, fault.column, "vendored is set lower" in fault.message) == (3, 12, True)
    opened = '[policy]\nallow_loosen = ["vendored"]\n' + org
    assert not build('extends = ["org.toml"]\n[sources]\nvendored = false\n', org=opened).vendored


def test_only_the_preset_for_it_wants_a_vendor_folder() -> None:
    assert {name for name in PRESETS if build(f'[policy]\npreset = "{name}"\n').vendored} == {"vendored"}
    text = '[policy]\npreset = "vendored"\n[sources]\nvendored = false\n'
    assert not build(text).vendored
    assert build(text).digest != build(text.replace("false", "true")).digest
    assert not build('[packages."a.example/**"]\nsecurity_policy = "vendored"\n').vendored


def test_fail_on_may_only_become_stricter() -> None:
    org = '[policy]\nfail_on = "warn"\n'
    assert build('extends = ["org.toml"]\n[policy]\nfail_on = "note"\n', org=org).fail_on is Level.NOTE
    assert faults('extends = ["org.toml"]\n[policy]\nfail_on = "error"\n', org=org)


def test_a_parent_may_let_some_things_be_loosened() -> None:
    org = ORG.replace("[rules]", 'allow_loosen = ["SM203", "min_score"]\n[rules]')
    policy = build('extends = ["org.toml"]\n[policy]\nmin_score = 10\n[rules]\nSM203 = "off"\n', org=org)
    assert (policy.min_score, policy.levels["SM203"]) == (10, Level.OFF)
    assert faults('extends = ["org.toml"]\n[rules]\nSM202 = "off"\n', org=org)


def test_a_parent_cannot_give_away_what_its_own_parent_keeps() -> None:
    team = 'extends = ["org.toml"]\n[policy]\nallow_loosen = ["SM203"]\n[rules]\nSM203 = "error"\n'
    assert build('extends = ["team.toml"]\n[rules]\nSM203 = "warn"\n', team=team, org=ORG).levels["SM203"] is Level.WARN
    assert faults('extends = ["team.toml"]\n[rules]\nSM203 = "note"\n', team=team, org=ORG)


def test_of_several_parents_the_stricter_holds_whatever_their_order() -> None:
    other = '[policy]\npreset = "baseline"\nmode = "observe"\n[rules]\nSM201 = "error"\n'
    for names in ('"org.toml", "other.toml"', '"other.toml", "org.toml"'):
        policy = build(f"extends = [{names}]\n", org=ORG, other=other)
        assert (policy.min_score, policy.mode) == (90, Mode.ENFORCE)
        assert (policy.levels["SM203"], policy.levels["SM201"]) == (Level.WARN, Level.ERROR)
        assert faults(f'extends = [{names}]\n[rules]\nSM201 = "warn"\n', org=ORG, other=other)


def test_a_preset_that_is_extended_may_only_be_tightened_and_one_that_is_named_may_be_changed() -> None:
    assert build('[policy]\npreset = "log-verified"\n[rules]\nSM202 = "off"\n').levels["SM202"] is Level.OFF
    assert build('extends = ["preset:log-verified"]\n[rules]\nSM202 = "error"\n').levels["SM202"] is Level.ERROR
    assert faults('extends = ["preset:log-verified"]\n[rules]\nSM202 = "off"\n')


def test_entries_of_all_files_hold_and_none_can_be_escaped() -> None:
    org = '[packages."x.example/**"]\nversion = ">=v1.2.0"\n'
    policy = build('extends = ["org.toml"]\n[packages."x.example/a"]\nversion = "<v2"\n', org=org)
    found = policy.entries_for("x.example/a")
    assert [(entry.layer, entry.version) for entry in found] == [(0, "<v2"), (1, ">=v1.2.0")]
    assert [entry.version for entry in policy.entries_for("x.example/b")] == [">=v1.2.0"]


def test_waivers_add_up_and_know_their_file() -> None:
    policy = build('extends = ["org.toml"]\n' + WAIVER, org=WAIVER.replace("team-a", "team-org"))
    assert [(waiver.owner, waiver.layer) for waiver in policy.waivers] == [("team-a", 0), ("team-org", 1)]


def test_a_file_above_two_parents_counts_once() -> None:
    one = 'extends = ["org.toml"]\n'
    policy = build('extends = ["one.toml", "two.toml"]\n', one=one, two=one, org=ORG + WAIVER)
    assert len(policy.waivers) == 1


def test_owners_of_waivers_are_held_to_the_domain_of_the_parent() -> None:
    org = '[policy]\nowner_domain = "corp.example"\n'
    (fault,) = faults('extends = ["org.toml"]\n' + WAIVER, org=org)
    assert fault.expected == "…@corp.example"
    assert build('extends = ["org.toml"]\n' + WAIVER.replace("team-a", "a@corp.example"), org=org).waivers


def test_the_log_of_a_parent_cannot_be_changed() -> None:
    from tests.policy.policies import LOG_KEY

    own = f'extends = ["org.toml"]\n[sources]\nsumdb = "{LOG_KEY} https://b.example"\n'
    for org in (f'[sources]\nsumdb = "{LOG_KEY} https://a.example"\n', "[policy]\nmin_score = 90\n"):
        (fault,) = faults(own, org=org)
        assert fault.message.startswith("another log than that")
    assert build(own, org='[policy]\nallow_loosen = ["sumdb"]\n').sumdb.endswith("https://b.example")
    assert build(own.replace("org.toml", "preset:baseline")).sumdb.endswith("https://b.example")


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ('extends = "org.toml"\n', "this is no list", 11),
        ("extends = [5]\n", "this names no policy", 12),
        ('extends = [""]\n', "this names no policy", 12),
        ('extends = ["/etc/lift.toml"]\n', "a parent lies at a path relative", 12),
        ('extends = ["http://a.example/x.toml"]\n', "a parent on another machine is fetched by https alone", 12),
        ('extends = ["https://a.example/x.toml"]\n', "a parent on another machine needs the digest", 12),
        ('extends = ["https://a.example/x.toml#sha256=12"]\n', "a parent on another machine needs the digest", 12),
        ('extends = ["https://u:p@a.example/x#sha256=' + "0" * 64 + '"]\n', "an address in a policy holds no", 12),
        ('extends = ["preset:log-verifed"]\n', "there is no preset 'log-verifed'", 12),
        ('extends = ["gone.toml"]\n', "what this policy builds on cannot be read: there is no such file", 12),
        ('extends = ["preset:baseline"]\n[policy]\npreset = "baseline"\n', "extends and preset both say", 10),
    ],
)
def test_a_parent_that_is_none_is_told_with_its_place(text: str, message: str, column: int) -> None:
    (fault,) = faults(text)
    assert fault.message.startswith(message)
    assert (fault.artifact, fault.column) == ("lift.toml", column)


def test_a_policy_that_builds_on_itself_is_an_error_that_names_the_way() -> None:
    (fault,) = faults('extends = ["a.toml"]\n', a='extends = ["b.toml"]\n', b='extends = ["a.toml"]\n')
    assert fault.message == "this policy builds on itself: a.toml → b.toml → a.toml"
    assert fault.artifact == "b.toml"


def test_too_many_files_above_each_other_are_an_error() -> None:
    files = {f"p{number}": f'extends = ["p{number + 1}.toml"]\n' for number in range(40)}
    assert "too many others" in faults('extends = ["p0.toml"]\n', **files)[0].message


def test_a_fault_in_a_parent_is_told_in_the_parent() -> None:
    (fault,) = faults('extends = ["org.toml"]\n', org="[policy]\nmin_score = 200\n")
    assert (fault.artifact, fault.line) == ("org.toml", 2)
    (fault,) = faults('extends = ["org.toml"]\n', org="[policy\n")
    assert (fault.artifact, fault.line) == ("org.toml", 1)


def test_a_debt_list_of_a_parent_is_refused() -> None:
    debt = (
        '[debt]\nfile = "d.toml"\nadopted = 2026-11-01\nexpires = 2027-01-01\nmost = 1\nowner = "a"\n'
        'reason = "what was here before"\n'
    )
    (fault,) = faults('extends = ["org.toml"]\n', org=debt)
    assert fault.message.startswith("a debt list belongs to a project's own policy")


LEVELS = st.sampled_from(["off", "note", "warn", "error"])
FREE = [rule.id for rule in ALL_RULES.values() if rule.can_be_off]


@given(
    st.dictionaries(st.sampled_from(FREE), LEVELS, max_size=4),
    st.dictionaries(st.sampled_from(FREE), LEVELS, max_size=4),
)
def test_no_child_is_ever_looser_than_its_parent(above: dict[str, str], below: dict[str, str]) -> None:
    org = "[rules]\n" + "".join(f'{rule} = "{level}"\n' for rule, level in above.items())
    own = 'extends = ["org.toml"]\n[rules]\n' + "".join(f'{rule} = "{level}"\n' for rule, level in below.items())
    parent = build(org)
    if any(LEVEL_ORDER[Level(level)] < LEVEL_ORDER[parent.levels[rule]] for rule, level in below.items()):
        assert all("is set lower" in fault.message for fault in faults(own, org=org))
        return
    child = build(own, org=org)
    assert all(LEVEL_ORDER[child.levels[rule]] >= LEVEL_ORDER[level] for rule, level in parent.levels.items())


def test_a_file_that_is_named_as_a_preset_does_not_take_its_place() -> None:
    weak = '[policy]\npreset = "baseline"\nmode = "observe"\n[rules]\nSM203 = "off"\n'
    shelf = Shelf(
        {"preset strict-module-integrity": weak, "org.toml": 'extends = ["preset:strict-module-integrity"]\n'}
    )
    text = b'extends = ["preset strict-module-integrity", "org.toml"]\n'
    policy = parse_policy(text, "lift.toml", presets=PRESETS, files=shelf)
    assert (policy.mode, policy.levels["SM203"]) == (Mode.ENFORCE, Level.ERROR)


def test_two_files_at_one_address_are_two_parents() -> None:
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (ORG, "[policy]\nmin_score = 0\n")]

    class Web(Shelf):
        def parent(self, reference: ParentRef, of: str) -> PolicyText:
            data = ORG if reference.sha256 == digests[0] else "[policy]\nmin_score = 0\n"
            return PolicyText(artifact=reference.place, data=data.encode())

    for order in (digests, digests[::-1]):
        named = ", ".join(f'"https://a.example/x.toml#sha256={digest}"' for digest in order)
        policy = parse_policy(f"extends = [{named}]\n".encode(), "lift.toml", presets=PRESETS, files=Web({}))
        assert (policy.min_score, policy.levels["SM203"]) == (90, Level.WARN)


def test_a_module_is_not_made_private_against_the_parent() -> None:
    own = 'extends = ["org.toml"]\n[sources]\nprivate = ["*"]\n'
    (fault,) = faults(own, org=ORG)
    assert fault.message.startswith("'*' is declared private, and the policy that this one builds on has it checked")
    assert build(own, org=ORG.replace("[rules]", 'allow_loosen = ["private"]\n[rules]')).private == ("*",)
    assert build('extends = ["preset:baseline"]\n[sources]\nprivate = ["*"]\n').private == ("*",)
    assert build(own, org='[sources]\nprivate = ["*", "x.example"]\n').private == ("*", "x.example")


OPEN = [
    ("weights", "[policy]\nweights = {{ critical = 100, high = {} }}\n"),
    ("private", '[sources]\nprivate = ["{}.example"]\n'),
    ("owner_domain", '[policy]\nowner_domain = "d{}.example"\n'),
]


@pytest.mark.parametrize(("key", "text"), OPEN)
def test_parents_must_agree_about_what_has_no_order(key: str, text: str) -> None:
    for names in ('"a.toml", "b.toml"', '"b.toml", "a.toml"'):
        (fault, *_) = faults(f"extends = [{names}]\n", a=text.format(1), b=text.format(2))
        assert fault.message == f"the parents of this policy do not agree about {key}"
    assert build('extends = ["a.toml", "b.toml"]\n', a=text.format(1), b=text.format(1))
    assert build('extends = ["preset:baseline", "b.toml"]\n', b=text.format(1))


def test_a_sibling_without_the_key_does_not_bring_weights_or_private_patterns_in() -> None:
    assert faults('extends = ["org.toml", "w.toml"]\n', org=ORG, w="[policy]\nweights = { low = 100 }\n")
    assert faults('extends = ["w.toml", "org.toml"]\n', org=ORG, w='[sources]\nprivate = ["*"]\n')


def test_weights_that_are_the_same_in_effect_are_no_change() -> None:
    own = 'extends = ["org.toml"]\n[policy]\nweights = { critical = 10, high = 5, medium = 2, low = 1 }\n'
    assert build(own, org=ORG).weights["low"] == 1


@pytest.mark.parametrize("names", ['"a.toml", "b.toml"', '"b.toml", "a.toml"'])
def test_a_sibling_cannot_take_a_level_back_that_another_parent_sets(names: str) -> None:
    a = '[rules]\nSM203 = "error"\n'
    b = '[rules]\nSM203 = "error"\n[packages."**"]\npseudo_versions = "allow"\n'
    policy = build(f"extends = [{names}]\n", a=a, b=b)
    assert policy.level_of(ALL_RULES["SM203"], "x.example/a")[0] is Level.ERROR
    both = build(f"extends = [{names}]\n", a=b, b=b)
    assert both.level_of(ALL_RULES["SM203"], "x.example/a")[0] is Level.OFF


def test_what_a_parent_leaves_open_can_be_taken_back_for_some_modules() -> None:
    org = '[policy]\nallow_loosen = ["SM203"]\n[rules]\nSM203 = "error"\n'
    policy = build('extends = ["org.toml"]\n[packages."x.example/**"]\npseudo_versions = "allow"\n', org=org)
    levels = [policy.level_of(ALL_RULES["SM203"], path)[0] for path in ("x.example/a", "y.example/a")]
    assert levels == [Level.OFF, Level.ERROR]


def test_an_entry_that_allows_untagged_revisions_does_so_beside_its_own_preset() -> None:
    entry = '[packages."x.example/**"]\nsecurity_policy = "strict-module-integrity"\npseudo_versions = "allow"\n'
    policy = build(entry)
    assert policy.level_of(ALL_RULES["SM203"], "x.example/a")[0] is Level.OFF
    assert policy.level_of(ALL_RULES["SM202"], "x.example/a")[0] is Level.ERROR


def test_owners_of_waivers_in_a_sibling_are_held_to_the_domain_too() -> None:
    (fault,) = faults('extends = ["org.toml", "w.toml"]\n', org='[policy]\nowner_domain = "corp.example"\n', w=WAIVER)
    assert (fault.artifact, fault.line, fault.column, fault.source_line) == ("w.toml", 6, 9, 'owner = "team-a"')


DEBT = (
    '[debt]\nfile = "d.toml"\nadopted = 2026-11-01\nexpires = {}\nmost = 1\nowner = "{}"\n'
    'reason = "what was here before"\n'
)


def test_the_owner_of_a_debt_is_held_to_the_domain() -> None:
    own = '[policy]\nowner_domain = "corp.example"\n' + DEBT.format("2027-01-01", "mallory")
    (fault,) = faults(own, d="")
    assert (fault.line, fault.expected) == (8, "…@corp.example")


@pytest.mark.parametrize(("expires", "right"), [("2027-11-01", True), ("2027-11-02", False), ("2099-01-01", False)])
def test_a_debt_lasts_a_year_at_most(expires: str, *, right: bool) -> None:
    if right:
        assert build(DEBT.format(expires, "a"), d="").debt is not None
    else:
        assert faults(DEBT.format(expires, "a"), d="")[0].message == "the debt lasts more than 365 days"


def test_the_digest_is_of_what_decides_and_not_of_the_order_of_parents() -> None:
    a = '[packages."a.example/**"]\nversion = "v1.0.0"\n'
    b = '[packages."b.example/**"]\nversion = "v1.0.0"\n[vendors.redhat]\nmax_evidence_age = "9d"\n'
    digests = {
        build(f"extends = [{names}]\n", a=a, b=b).digest for names in ('"a.toml", "b.toml"', '"b.toml", "a.toml"')
    }
    assert len(digests) == 1


def test_who_may_take_a_level_back_is_part_of_the_digest() -> None:
    own = '[packages."x.example/**"]\npseudo_versions = "allow"\n'
    org = '[policy]\nallow_loosen = ["SM203"]\n[rules]\nSM203 = "error"\n'
    spared = build('extends = ["org.toml"]\n' + own, org=org)
    sibling = build('extends = ["org.toml", "own.toml"]\n', org=org, own=own)
    assert spared.level_of(ALL_RULES["SM203"], "x.example/a") != sibling.level_of(ALL_RULES["SM203"], "x.example/a")
    assert spared.digest != sibling.digest


def test_the_domain_of_owners_cannot_be_changed() -> None:
    own = 'extends = ["org.toml"]\n[policy]\nowner_domain = "{}"\n'
    for other in ("evil.example", "billing.corp.example"):
        (fault,) = faults(own.format(other), org='[policy]\nowner_domain = "corp.example"\n')
        assert (fault.line, fault.expected) == (3, "corp.example")
    policy = build(own.format("corp.example"), org='[policy]\nowner_domain = "corp.example"\n')
    assert str(policy.places["owner_domain"]) == "lift.toml:3:16"


def test_gos_own_log_written_out_is_no_other_log() -> None:
    from tests.policy.policies import LOG_KEY

    assert build(f'extends = ["org.toml"]\n[sources]\nsumdb = "{LOG_KEY}"\n', org=ORG).sumdb == LOG_KEY


def test_who_can_give_a_level_away_is_told() -> None:
    (fault,) = faults('extends = ["org.toml"]\n[rules]\nSM203 = "off"\n', org=ORG)
    assert fault.remedy == 'leave it out; only org.toml can give it away: [policy] allow_loosen = ["SM203"]'
    (fault,) = faults('extends = ["preset:log-verified"]\n[rules]\nSM202 = "off"\n')
    assert 'preset = "log-verified"' in fault.remedy
