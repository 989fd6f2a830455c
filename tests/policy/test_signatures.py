"""[signatures]: read, put together from several files, compared, and what it makes of artifacts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.artifacts import RULE_OF_REASON
from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import InputError
from supplymatrix.model.checked_artifact import CheckedArtifact, NamedBy
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.signature import (
    ALARMING,
    ALWAYS_ALARMING,
    UNREADABLE,
    ArtifactKind,
    Reason,
    SignatureVerdict,
    SignedArtifact,
    SignedAs,
)
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.document import Policy
from supplymatrix.policy.signature_terms import publisher_keys_of, required_of
from supplymatrix.policy.signatures import SIGNATURE_RULES, check_signatures
from supplymatrix.policy.verdict import judge
from tests.policy.policies import build, faults, parse
from tests.support.made_artifacts import made_verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNER = 'signers = [{ identity = "a@b.example", issuer = "https://i.example" }]\n'
SECTION = f"[signatures]\n{SIGNER}"


def checked(*signatures: SignatureVerdict, state: SignedAs = SignedAs.SIGNED) -> CheckedArtifact:
    signed = SignedArtifact(name="dist/app", kind=ArtifactKind.FILE, state=state, signatures=signatures)
    return CheckedArtifact(
        signed=signed, location=Location(artifact="dist/app"), named_by=NamedBy.POLICY, required=("signature",)
    )


def results(policy: Policy, *facts: CheckedArtifact, gaps: tuple[Gap, ...] = ()) -> list[Result]:
    return list(check_signatures(policy, Facts(facts, gaps), ALL_RULES))


def refused(reason: Reason, state: str = "refused") -> SignatureVerdict:
    return made_verdict(state=state, reason=reason.value, says="it is so")


class TestReading:
    def test_nothing_is_asked_where_nothing_is_said(self) -> None:
        assert (parse("").signatures, parse("").asks_for_signatures) == ((), False)
        assert parse(SECTION).asks_for_signatures
        assert parse('[vendors.redhat]\nrequire = ["signature"]\n').asks_for_signatures

    def test_what_is_said_changes_the_digest(self) -> None:
        texts = ["", SECTION, f"{SECTION}slsa_level = 2\n", f'{SECTION}require = ["sbom"]\n',
                 f'{SECTION}[[signatures.artifact]]\npath = "a"\n', SECTION.replace("a@b", "c@b")]  # fmt: skip
        assert len({parse(text).digest for text in texts}) == len(texts)

    @pytest.mark.parametrize(
        ("text", "words", "at"),
        [
            ("require = []\n", "this requires nothing", "2:11"),
            ('require = ["sbon"]\n', "there is no kind of attestation 'sbon'", "2:12"),
            ("signers = []\n", "this names nobody who may sign", "2:11"),
            ('signers = [{ identity = "a@b.example" }]\n', "nobody is named who vouches", "2:14"),
            ('signers = [{ identity = "", issuer = "i" }]\n', "this is empty", "2:25"),
            ('signers = [{ identity_regexp = "(", issuer = "i" }]\n', "this is no regular expression", "2:32"),
            ('signers = [{ key = "../k.pub" }]\n', "this is no file of this folder", "2:20"),
            ('signers = [{ key = "a/../../k" }]\n', "this is no file of this folder", "2:20"),
            ('signers = [{ vendor = "redhat", log = false }]\n', "log does not go with vendor", "2:33"),
            ('signers = [{ identity = "a", key = "b" }]\n', "this names identity and key at once", "2:12"),
            ('builders = ["*"]\n', "this names no builder", "2:13"),
            ("slsa_level = 4\n", "this is no SLSA Build level", "2:14"),
            ('source = "github.com/a/b"\n', "this is no address of a repository", "2:10"),
            ('trusted_root = "~/root.json"\n', "this is no file of this folder", "2:16"),
            ('publishers = "yes"\n', "this is neither true nor false", "2:14"),
            ('allowed_signers = "../keys"\n', "this is no file of this folder", "2:19"),
            ('keyring = "/keys"\n', "this is no file of this folder", "2:11"),
            ("artifact = 5\n", "this is no list of artifacts", "2:12"),
            ('[[signatures.artifact]]\nimage = "oci:x"\n', "this names no image", "3:9"),
            ('[[signatures.artifact]]\nimage = "./a/../../b"\n', "this names no image", "3:9"),
            ('[[signatures.artifact]]\npath = "a"\n[[signatures.artifact]]\npath = "a"\n', "is named in line 2", "4:1"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_place(self, text: str, words: str, at: str) -> None:
        found = faults(f"[signatures]\n{text}")
        assert any(words in fault.message for fault in found)
        assert at in {f"{fault.line}:{fault.column}" for fault in found}

    def test_a_root_of_ones_own_has_no_age(self) -> None:
        with pytest.raises(InputError, match="has no date"):
            build('[signatures]\ntrusted_root = "root.toml"\nmax_root_age = "9d"\n', root="{}")

    def test_publishers_are_asked_where_a_policy_says_so(self) -> None:
        assert not parse("").asks_publishers
        assert not parse("[signatures]\npublishers = false\n").asks_publishers
        text = '[signatures]\npublishers = true\nallowed_signers = "keys.toml"\n'
        one, other = build(text, keys="one"), build(text, keys="other")
        assert one.asks_publishers
        assert one.digest != other.digest
        keys, keyring = publisher_keys_of(one.signatures)
        assert keyring is None
        assert keys is not None
        assert (keys.data, keys.artifact) == (b"one", "keys.toml")

    def test_a_section_about_publishers_alone_asks_nothing_of_artifacts(self) -> None:
        policy = parse("[signatures]\npublishers = true\n")
        assert (policy.asks_for_signatures, required_of(policy.signatures)) == (False, ())
        policy = parse(f"{SECTION}publishers = true\n")
        assert (policy.asks_for_signatures, required_of(policy.signatures)) == (True, ("signature",))
        assert parse("[signatures]\n").asks_for_signatures

    def test_a_key_is_read_and_is_part_of_what_decides(self) -> None:
        text = '[signatures]\nsigners = [{ key = "key.toml" }]\n'
        one, other = build(text, key="one"), build(text, key="other")
        assert one.digest != other.digest
        signers = one.signatures[0].signers
        assert signers is not None
        assert signers[0].key is not None
        assert (signers[0].key.data, signers[0].key.artifact) == (b"one", "key.toml")

    def test_a_key_that_is_not_there_is_a_fault_of_its_line(self) -> None:
        with pytest.raises(InputError, match="the public key gone is not there") as caught:
            build('[signatures]\nsigners = [{ key = "gone" }]\n')
        assert caught.value.diagnostics[0].line == 2


class TestSeveralFiles:
    ORG = f'[signatures]\n{SIGNER}require = ["signature", "sbom"]\nslsa_level = 2\nmax_root_age = "90d"\n'

    def test_all_of_them_are_heard(self) -> None:
        policy = build(f'extends = ["org.toml"]\n{SECTION}require = ["provenance"]\n', org=self.ORG)
        assert [str(rule.location) for rule in policy.signatures] == ["lift.toml:2:1", "org.toml:1:1"]
        assert required_of(policy.signatures) == ("provenance", "signature", "sbom")

    @pytest.mark.parametrize(("text", "what"), [("slsa_level = 1\n", "slsa_level"), ('max_root_age = "91d"\n', "max_")])
    def test_less_than_the_parent_asks_is_an_error(self, text: str, what: str) -> None:
        with pytest.raises(InputError, match=f"{what}.* is set lower"):
            build(f'extends = ["org.toml"]\n[signatures]\n{text}', org=self.ORG)

    def test_another_trusted_root_than_the_parents_is_an_error(self) -> None:
        with pytest.raises(InputError, match="another trusted_root"):
            build('extends = ["org.toml"]\n[signatures]\ntrusted_root = "root.toml"\n', org=self.ORG, root="{}")
        same = '[signatures]\ntrusted_root = "root.toml"\n'
        assert build(f'extends = ["org.toml"]\n{same}', org=same, root="{}").signatures

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("publishers = false\n", "publishers of .signatures. is set lower"),
            ('allowed_signers = "mine.toml"\n', "another allowed_signers"),
            ('keyring = "mine.toml"\n', "another keyring"),
        ],
    )
    def test_publishers_are_asked_as_the_parent_has_it(self, text: str, words: str) -> None:
        org = '[signatures]\npublishers = true\nallowed_signers = "keys.toml"\n'
        files = {"org": org, "keys": "k", "mine": "m"}
        with pytest.raises(InputError, match=words):
            build(f'extends = ["org.toml"]\n[signatures]\n{text}', **files)
        child = build('extends = ["org.toml"]\n[signatures]\nrequire = ["signature"]\n', **files)
        assert child.asks_publishers
        assert publisher_keys_of(child.signatures)[0] is not None
        same = build(f'extends = ["org.toml"]\n{org}', **files)
        assert same.asks_publishers

    def test_parents_that_name_other_keys_do_not_agree(self) -> None:
        one, other = ('[signatures]\nallowed_signers = "a.toml"\n', '[signatures]\nkeyring = "b.toml"\n')
        with pytest.raises(InputError, match="do not agree about allowed_signers"):
            build('extends = ["one.toml", "other.toml"]\n', one=one, other=other, a="a", b="b")
        free = build(
            'extends = ["one.toml", "other.toml"]\n', one=one, other="[signatures]\npublishers = true\n", a="a"
        )
        assert free.asks_publishers

    def test_over_a_preset_publishers_may_be_said(self) -> None:
        preset = '[policy]\npreset = "signed-release"\n[signatures]\n'
        policy = parse(f"{preset}publishers = true\n")
        assert (policy.asks_publishers, policy.asks_for_signatures) == (True, True)

    def test_which_artifacts_there_are_only_the_project_says(self) -> None:
        with pytest.raises(InputError, match="said by a project's own policy"):
            build('extends = ["org.toml"]\n', org='[[signatures.artifact]]\npath = "a"\n')

    def test_over_a_preset_a_file_says_what_holds(self) -> None:
        preset = '[policy]\npreset = "signed-release"\n'
        (alone,) = parse(preset).signatures
        assert (alone.require, alone.slsa_level) == (("signature", "provenance", "sbom"), 2)
        (own,) = parse(f'{preset}[signatures]\nrequire = ["signature"]\n').signatures
        assert (own.require, own.slsa_level) == (("signature",), 2)

    def test_with_a_preset_as_a_parent_it_can_take_nothing_back(self) -> None:
        policy = parse('extends = ["preset:signed-release"]\n[signatures]\nrequire = ["signature"]\n')
        assert set(required_of(policy.signatures)) == {"signature", "provenance", "sbom"}

    @given(st.permutations(["one", "other"]), st.sampled_from(["", "slsa_level = 3\n", 'require = ["vuln"]\n']))
    def test_the_order_of_parents_decides_nothing(self, order: list[str], more: str) -> None:
        files = {"one": self.ORG, "other": f"{SECTION}{more}"}
        both = [
            build(f"extends = {[f'{name}.toml' for name in names]!r}\n", **files) for names in (order, ["one", "other"])
        ]
        assert both[0].digest == both[1].digest


class TestComparing:
    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("", SECTION, "stricter: signature is required of artifacts"),
            (SECTION, f'{SECTION}require = ["signature", "sbom"]\n', "stricter: sbom is required of artifacts"),
            (f"{SECTION}slsa_level = 3\n", f"{SECTION}slsa_level = 2\n", "weaker: slsa_level 3 becomes 2"),
            (f'{SECTION}max_root_age = "9d"\n', SECTION, "weaker: max_root_age 9d becomes any"),
            (SECTION, "[signatures]\n", "weaker: who may sign is no longer said"),
            (SECTION, f'{SECTION}builders = ["x"]\n', "stricter: who may build is said"),
            ("", "[signatures]\npublishers = true\n", "stricter: publishers are asked who signed the tags of modules"),
            (f'{SECTION}[[signatures.artifact]]\npath = "a"\n', SECTION, "weaker: a is no longer checked"),
            (
                "",
                '[vendors.redhat]\nrequire = ["signature"]\n',
                "stricter: signature is required of images of redhat",
            ),
        ],
    )
    def test_each_difference_has_its_direction(self, old: str, new: str, told: str) -> None:
        assert told in compare_policies(parse(old), parse(new))

    def test_publishers_alone_ask_no_more_of_artifacts(self) -> None:
        assert len(list(compare_policies(parse(""), parse("[signatures]\npublishers = true\n")))) == 1

    def test_a_further_signer_is_weaker(self) -> None:
        two = SECTION.replace("}]", '}, { identity = "c@d.example", issuer = "https://i.example" }]')
        (told,) = compare_policies(parse(SECTION), parse(two))
        assert told == "weaker: c@d.example (by https://i.example) may sign"

    @given(st.data())
    def test_policies_that_decide_differently_are_told_apart(self, data: st.DataObject) -> None:
        parts = ["slsa_level = 2\n", 'require = ["sbom"]\n', 'source = "https://a.example/b"\n', SIGNER,
                 'builders = ["x"]\n', "publishers = true\n", 'max_root_age = "9d"\n',
                 '[[signatures.artifact]]\npath = "a"\n']  # fmt: skip
        old, new = ("[signatures]\n" + "".join(part for part in parts if data.draw(st.booleans())) for _ in range(2))
        told = compare_policies(parse(old), parse(new))
        assert bool(told) == (parse(old).digest != parse(new).digest)


class TestJudging:
    def test_every_reason_is_told_by_one_rule(self) -> None:
        assert set(RULE_OF_REASON) == set(Reason)
        assert {RULE_OF_REASON[reason] for reason in ALARMING} == {"SM503"}
        assert set(RULE_OF_REASON.values()) <= set(SIGNATURE_RULES)

    def test_a_signature_that_holds_passes_all_of_them(self) -> None:
        found = results(parse(SECTION), checked(made_verdict()))
        assert {result.status for result in found} == {Status.PASS}
        assert {result.rule for result in found} == {"SM501", "SM502", "SM503", "SM504", "SM505"}

    @given(st.sampled_from(sorted(Reason)))
    def test_whatever_the_reason_nothing_that_is_refused_passes(self, reason: Reason) -> None:
        found = results(parse(SECTION), checked(refused(reason), state=SignedAs.REFUSED))
        bad = [result for result in found if result.status is not Status.PASS]
        assert len(bad) == 1
        assert bad[0].rule == RULE_OF_REASON[reason]
        assert bad[0].status is (Status.UNKNOWN if bad[0].rule == "SM514" else Status.FAIL)

    @given(st.lists(st.sampled_from(sorted(Reason)), min_size=1, max_size=4))
    def test_one_that_holds_makes_up_for_others_but_for_a_disagreement(self, reasons: list[Reason]) -> None:
        always = ALWAYS_ALARMING & set(reasons)
        fact = checked(made_verdict(), *map(refused, reasons), state=SignedAs.ALARM if always else SignedAs.SIGNED)
        bad = {result.rule for result in results(parse(SECTION), fact) if result.status is not Status.PASS}
        assert bad == ({"SM503"} if always else set()) | ({"SM515"} if UNREADABLE & set(reasons) else set())

    def test_what_could_not_be_judged_is_unknown_whatever_its_reason(self) -> None:
        fact = checked(refused(Reason.IDENTITY_MISMATCH, "undecided"), state=SignedAs.UNDECIDED)
        (bad,) = [result for result in results(parse(SECTION), fact) if result.status is not Status.PASS]
        assert (bad.rule, bad.status) == ("SM514", Status.UNKNOWN)
        assert bad.gap is not None
        assert "signers" in bad.gap.remedy

    def test_a_wrong_signature_is_an_alarm_that_no_waiver_excuses(self) -> None:
        policy = parse(SECTION)
        fact = checked(refused(Reason.SIGNATURE_INVALID), state=SignedAs.ALARM)
        verdict = judge(policy, [], Facts([fact]), ALL_RULES, now=NOW, tool_version="1")
        assert verdict.exit_code == 4
        assert not ALL_RULES["SM503"].is_waivable

    def test_a_waiver_names_the_artifact(self) -> None:
        waiver = '[[waivers]]\nrule = "SM501"\npackage = "artifact:dist/app"\nreason = "signed from the next one on"\n'
        policy = parse(f'{SECTION}{waiver}owner = "team-a"\nexpires = 2026-12-31\n')
        verdict = judge(policy, [], Facts([checked(state=SignedAs.UNSIGNED)]), ALL_RULES, now=NOW, tool_version="1")
        assert [(one.rule, one.status) for one in verdict.judged] == [("SM501", Status.WAIVED)]

    def test_without_the_rules_there_are_no_results(self) -> None:
        rules = {rule: found for rule, found in ALL_RULES.items() if rule != "SM512"}
        assert list(check_signatures(parse(SECTION), Facts([checked(made_verdict())]), rules)) == []
