"""What `check` tells of signed artifacts, and what it does not let pass: silenced rules, keys in no log, keys as
builders, bundles whose names have a word in them, and advice that a policy can follow."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.rule import Finding
from supplymatrix.reports.registry import render
from tests.engine.test_check_signatures import (
    APP,
    CYCLONEDX,
    ROOT,
    SIGNER,
    SLSA_V1,
    A,
    Bench,
    artifact,
    bill,
    states,
)
from tests.support.made_chain import provenance_v1
from tests.support.made_sigstore import GITHUB_ISSUER, Fault, MadeSigstore, statement

MADE = MadeSigstore()
SECTION = f"{SIGNER}\n{ROOT}\n{APP}"
OWN_BUILDER = "https://ci.corp.example/release"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def notes(audit: Audit) -> str:
    return "\n".join(note.message for note in audit.verdict.notes)


def finding(audit: Audit, rule: str) -> Finding:
    (found,) = [one.finding for one in audit.verdict.judged if one.rule == rule]
    assert found is not None
    return found


class TestSilenced:
    @pytest.mark.parametrize(("rule", "words"), [("SM503", "its level is fixed"), ("SM514", "it cannot be off")])
    def test_no_policy_can_take_out_what_would_be_a_silent_pass(self, bench: Bench, rule: str, words: str) -> None:
        with pytest.raises(InputError, match=f"{rule}.*{words}"):
            bench.check(SECTION, more=f'[rules]\n{rule} = "off"\n')

    def test_a_changed_artifact_is_an_alarm_with_the_family_off(self, bench: Bench) -> None:
        bench.sign()
        (bench.dist / "app").write_bytes(bench.data + b"\0")
        audit = bench.check(SECTION, more='[rules]\nSM5xx = "off"\n')
        assert (states(audit), audit.verdict.exit_code) == ({"SM503": "fail"}, 4)

    def test_where_nobody_is_named_nothing_passes_with_the_family_off(self, bench: Bench) -> None:
        bench.sign()
        audit = bench.check(f"{ROOT}\n{APP}", more='[rules]\nSM5xx = "off"\n')
        assert (states(audit), audit.verdict.exit_code) == ({"SM514": "unknown"}, 3)


class TestNotChecked:
    @pytest.mark.parametrize("format_", ["text", "markdown", "html", "json"])
    def test_every_report_says_that_no_log_was_asked(self, bench: Bench, format_: str) -> None:
        key = bench.sign_by_key(log="")
        audit = bench.check(f'signers = [{{ key = "{key}", log = false }}]\n{APP}')
        assert audit.verdict.exit_code == 0
        told = " ".join(render(audit, format_, width=400).split())
        assert ("native only" in told) is (format_ != "text")  # text tells it with --verbose
        assert re.search(r"no log has it, and none was asked for", told)
        assert "not checked" in told or '"not_checked": [ "log entry' in told

    def test_a_signature_in_a_log_is_told_with_its_entry_and_nothing_is_unchecked(self, bench: Bench) -> None:
        bench.sign()
        audit = bench.check()
        assert "not checked" not in notes(audit)
        shown = render(audit, "html")
        (section,) = re.findall(r'<section aria-labelledby="s1-artifacts">.*?</section>', shown, re.DOTALL)
        for text in ("dist/app", sha256(bench.data).hexdigest(), "rekor.sigstore.example, entry ", GITHUB_ISSUER):
            assert text in section
        markdown = render(audit, "markdown")
        assert "| artifact | verdict | signed by | log entry | attestations | not checked |" in markdown
        assert "rekor.sigstore.example`, entry " in markdown

    def test_all_of_an_artifact_is_told_with_verbose(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(bill(A), CYCLONEDX)
        told = render(bench.check(), "text", verbose=True, width=400)
        assert f"digest: sha256:{sha256(bench.data).hexdigest()}" in told
        assert "attestation: cyclonedx: " in told
        assert "trusted root: root.json" in told

    def test_the_line_of_an_artifact_that_lacks_an_attestation_names_it(self, bench: Bench) -> None:
        key = bench.sign_by_key()
        audit = bench.check(f'require = ["signature", "sbom"]\n{ROOT}\nsigners = [{{ key = "{key}" }}]\n{APP}')
        told = render(audit, "text", width=400)
        assert "signed dist/app: attestation missing (sbom), signed by the ECDSA P-256 key " in told

    def test_a_pattern_for_a_part_is_told(self, bench: Bench) -> None:
        bench.sign()
        audit = bench.check(f'signers = [{{ identity_regexp = "corp", issuer = "{GITHUB_ISSUER}" }}]\n{ROOT}\n{APP}')
        assert states(audit) == {"SM502": "fail"}
        assert "'corp' is not anchored" in notes(audit)


class TestNames:
    ASKS = f'require = ["signature", "sbom"]\n{SECTION}'

    def _bill(self, bench: Bench, name: str, data: bytes | None = None, subject: str = "app") -> None:
        payload = statement({subject: sha256(data or bench.data).hexdigest()}, CYCLONEDX, bill(A))
        (bench.dist / name).write_bytes(MADE.keyless_dsse(payload))

    @pytest.mark.parametrize("name", ["app.sbom.sigstore.json", "app.cyclonedx.intoto.jsonl", "app.v1.x.att"])
    def test_a_bundle_is_found_with_a_word_in_its_name(self, bench: Bench, name: str) -> None:
        bench.sign()
        assert states(bench.check(self.ASKS)) == {"SM513": "fail"}
        self._bill(bench, name)
        assert states(bench.check(self.ASKS)) == {}

    def test_one_that_is_about_another_file_here_is_left_to_that(self, bench: Bench) -> None:
        bench.sign()
        (bench.dist / "app.sbom").write_bytes(b"{}")
        self._bill(bench, "app.sbom.sigstore.json", b"{}", "app.sbom")
        audit = bench.check(SECTION)
        assert (states(audit), notes(audit).count("app.sbom")) == ({}, 0)

    def test_one_that_does_not_say_that_it_is_about_it_is_told_and_not_held_against_it(self, bench: Bench) -> None:
        bench.sign()
        (bench.dist / "app.old.sigstore.json").write_bytes(MADE.keyless_blob(b"another build"))
        (bench.dist / "app.odd.sigstore.json").write_text("{")
        audit = bench.check(SECTION)
        assert states(audit) == {}
        assert re.search(r"app\.old\.sigstore\.json lies beside it, and does not say that it is about it", notes(audit))
        assert re.search(r"app\.odd\.sigstore\.json lies beside it, and is no bundle", notes(audit))

    def test_one_that_names_the_file_and_another_digest_is_held_against_it(self, bench: Bench) -> None:
        bench.sign()
        self._bill(bench, "app.sbom.sigstore.json", b"another build")
        assert states(bench.check(self.ASKS)) == {"SM503": "fail"}

    def test_of_very_many_some_are_read_and_the_others_told(self, bench: Bench) -> None:
        bench.sign()
        for number in range(40):
            (bench.dist / f"app.{number}.sigstore.json").write_text("{}")
        assert "8 more files beside" in notes(bench.check(SECTION))

    @pytest.mark.parametrize("bundle", ["sigs", "sigs/{name}.bundle"])
    def test_a_folder_and_a_pattern_say_where_its_signatures_are(self, bench: Bench, bundle: str) -> None:
        (bench.folder / "sigs").mkdir()
        (bench.folder / "sigs" / "app.bundle").write_bytes(MADE.keyless_blob(bench.data))
        assert states(bench.check(f'{SECTION}bundle = "{bundle}"\n')) == {}


class TestKeysThatBuild:
    def _built(self, bench: Bench, builder: str = OWN_BUILDER, **how: Any) -> str:  # noqa: ANN401 - of How
        key = bench.sign_by_key(**how)
        predicate = provenance_v1()
        predicate["runDetails"]["builder"]["id"] = builder
        payload = statement({"app": sha256(bench.data).hexdigest()}, SLSA_V1, predicate)
        (bench.dist / "app.intoto.jsonl").write_bytes(MADE.keyed_dsse(payload, **how))
        return f'{ROOT}\nsigners = [{{ key = "{key}", log = {"false" if "log" in how else "true"} }}]\n'

    def test_a_key_says_nothing_of_a_builder_until_the_policy_names_it_as_one(self, bench: Bench) -> None:
        section = self._built(bench)
        audit = bench.check(f"slsa_level = 1\n{section}{APP}")
        assert states(audit) == {"SM508": "unknown"}
        (gap,) = [one.gap for one in audit.verdict.judged]
        assert gap is not None
        assert "[signatures] builders = [{ key" in gap.remedy

    @pytest.mark.parametrize("how", [{}, {"log": ""}], ids=["logged", "in no log"])
    def test_a_key_that_is_a_builder_is_taken_at_the_level_that_provenance_has(
        self, bench: Bench, how: dict[str, str]
    ) -> None:
        section = self._built(bench, **how)
        log = ", log = false" if how else ""
        named = f'builders = [{{ key = "keys/release.pub", id = "https://ci.corp.example/*"{log} }}]\n'
        audit = bench.check(f"{named}slsa_level = 1\n{section}{APP}")
        assert (states(audit), audit.verdict.exit_code) == ({}, 0)
        audit = bench.check(f"{named}slsa_level = 2\n{section}{APP}")
        assert states(audit) == {"SM509": "unknown"}

    def test_a_key_counts_for_its_own_builder_alone(self, bench: Bench) -> None:
        section = self._built(bench, "https://github.com/corp/ci/.github/workflows/build.yml@refs/heads/main")
        by_id = 'builders = [{ key = "keys/release.pub", id = "https://ci.corp.example/*" }]\n'
        audit = bench.check(f"{by_id}{section}{APP}")
        assert states(audit) == {"SM508": "fail"}
        assert "whose key signed it" in finding(audit, "SM508").message
        assert states(bench.check(f'builders = [{{ key = "keys/release.pub" }}]\n{section}{APP}')) == {}

    def test_a_name_that_a_parent_takes_by_its_certificate_is_no_key_s(self, bench: Bench) -> None:
        named = "https://github.com/corp/ci/.github/workflows/build.yml@refs/heads/main"
        section = self._built(bench, named)
        org = bench.folder.parent / "org.toml"
        (org.parent / "root.json").write_bytes(MADE.trusted_root())
        org.write_text(f'[signatures]\n{ROOT}\nbuilders = ["{named}"]\n[policy]\nallow_loosen = ["sumdb"]\n')
        own = f'builders = [{{ key = "keys/release.pub" }}]\n{section}{APP}'
        audit = bench.check(own, more='extends = ["../org.toml"]')
        assert states(audit)["SM508"] == "fail"

    def test_a_key_that_is_not_there_is_a_fault_of_its_line(self, bench: Bench) -> None:
        with pytest.raises(InputError, match="the public key gone is not there"):
            bench.check(f'builders = [{{ key = "gone" }}]\n{SECTION}')


class TestAdvice:
    @pytest.mark.parametrize(
        ("how", "rule", "words"),
        [
            ({"faults": {Fault.OTHER_CA}}, "SM505", "[signatures] trusted_root"),
            ({"faults": {Fault.OTHER_CT}}, "SM505", "[signatures] trusted_root"),
            ({"identity": "dev@corp.example"}, "SM502", "[signatures] signers"),
            ({"issuer": "https://login.example"}, "SM502", "[signatures] signers"),
            ({"log": ""}, "SM504", "log = false"),
        ],
    )
    def test_what_to_do_is_said_in_words_of_the_policy(
        self, bench: Bench, how: dict[str, Any], rule: str, words: str
    ) -> None:
        bench.sign(**how)
        fix = finding(bench.check(), rule).fix
        assert words in fix
        assert not re.search(r"(^|\s)--", fix)

    def test_another_key_is_a_signer_that_is_not_named(self, bench: Bench) -> None:
        bench.sign_by_key()
        (bench.folder / "keys" / "other.pub").write_text(MADE.key(name="other").pem)
        audit = bench.check(f'{ROOT}\nsigners = [{{ key = "keys/other.pub" }}]\n{APP}')
        assert set(states(audit)) & {"SM502", "SM503"}
        assert "--" not in finding(audit, next(iter(states(audit)))).fix

    def test_what_is_not_attested_is_to_be_attested(self, bench: Bench) -> None:
        bench.sign()
        audit = bench.check(f'require = ["provenance", "sbom"]\n{SECTION}')
        for rule, name in (("SM506", "NAME.provenance.sigstore.json"), ("SM513", "NAME.sbom.sigstore.json")):
            assert finding(audit, rule).fix.startswith("attest it where it is built (`cosign attest-blob --bundle …`)")
            assert name in finding(audit, rule).fix

    def test_an_image_whose_digest_nobody_looked_up_has_none(self, bench: Bench) -> None:
        image = '[[signatures.artifact]]\nimage = "registry.example/app:v1"\n'
        audit = bench.check(f"{SIGNER}\n{ROOT}\n{image}")
        assert states(audit) == {"SM511": "fail", "SM514": "unknown"}
        assert finding(audit, "SM511").evidence == ()
        (gap,) = [one.gap for one in audit.verdict.judged if one.rule == "SM514"]
        assert gap is not None
        assert gap.remedy.startswith("run without --offline")
        by_digest = image.replace(":v1", f":v1@sha256:{'7d' * 32}")
        assert states(bench.check(f"{SIGNER}\n{ROOT}\n{by_digest}")) == {"SM514": "unknown"}

    def test_a_path_that_is_not_there_is_no_image_of_docker_hub(self, bench: Bench) -> None:
        with pytest.raises(InputError) as caught:
            bench.check(SECTION, artifacts=("dist/appp",))
        assert "docker.io/dist/appp" in caught.value.diagnostics[0].remedy
        assert artifact(bench.check(SECTION)).name == "dist/app"
