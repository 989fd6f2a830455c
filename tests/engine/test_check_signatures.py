"""`check` with [signatures]: which artifacts are looked at, and which rule tells what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.checked_artifact import CheckedArtifact, NamedBy
from supplymatrix.model.signature import SignedAs
from tests.support.machine import NOW, Machine
from tests.support.made_builds import built
from tests.support.made_chain import COMMIT, GENERATOR, REPOSITORY, provenance_v02, provenance_v1
from tests.support.made_log import MadeLog, write_project, write_recording
from tests.support.made_sigstore import (
    GITHUB_IDENTITY,
    GITHUB_ISSUER,
    Fault,
    MadeSigstore,
    github_fields,
    statement,
)

A = "code.example/a@v1.0.0"
MADE = MadeSigstore()
SIGNER = f'signers = [{{ identity = "{GITHUB_IDENTITY}", issuer = "{GITHUB_ISSUER}" }}]'
ROOT = 'trusted_root = "root.json"'
APP = '[[signatures.artifact]]\npath = "dist/app"\n'
SLSA_V1, SLSA_V02 = "https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"
CYCLONEDX = "https://cyclonedx.org/bom"


class Bench:
    """A project with a program in dist/, signed as the test says, and a recording of a log that has its module."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "svc"
        self.log = MadeLog.of(A, filler=3)
        self.replay = write_recording(folder / "recording", self.log.answers())
        self.machine = Machine(folder)
        vcs = {"vcs": "git", "vcs.revision": COMMIT, "vcs.time": "2026-07-20T11:00:00Z", "vcs.modified": "false"}
        self.data = built(A, main="svc.example/app\tv1.2.0\t", settings=vcs)
        self.dist = self.folder / "dist"
        self.dist.mkdir(parents=True)
        (self.dist / "app").write_bytes(self.data)
        (self.folder / "root.json").write_bytes(MADE.trusted_root())

    def sign(self, name: str = "app.sigstore.json", **how: Any) -> None:  # noqa: ANN401 - of How
        signed = MADE.keyless_blob(self.data, **{"fields": github_fields(sha=COMMIT), **how})
        (self.dist / name).write_bytes(signed)

    def sign_by_key(self, **how: Any) -> str:  # noqa: ANN401 - of How
        (self.dist / "app.sigstore.json").write_bytes(MADE.keyed_blob(self.data, **how))
        (self.folder / "keys").mkdir(exist_ok=True)
        (self.folder / "keys" / "release.pub").write_text(MADE.key().pem)
        return "keys/release.pub"

    def attest(self, predicate: object, kind: str = SLSA_V1, **how: Any) -> None:  # noqa: ANN401 - of How
        payload = statement({"app": sha256(self.data).hexdigest()}, kind, predicate)
        bundle = MADE.keyless_dsse(payload, **{"fields": github_fields(sha=COMMIT), **how})
        with (self.dist / "app.intoto.jsonl").open("ab") as file:
            file.write(bundle + b"\n")

    def check(self, section: str = f"{SIGNER}\n{ROOT}\n{APP}", *, more: str = "", **request: Any) -> Audit:  # noqa: ANN401
        policy = f"{more}\n[signatures]\n{section}\n" if section else more
        write_project(self.folder, self.log, "", [A], policy=policy)
        means = Means(environ=self.machine.environ, now=NOW, replay=self.replay)
        return run_check(CheckRequest(paths=(self.folder,), means=means, **request))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def states(audit: Audit) -> dict[str, str]:
    """Return what became of the rules about signatures, those that did not pass."""
    return {one.rule: one.status.value for one in audit.verdict.judged if one.rule.startswith("SM5")}


def artifact(audit: Audit) -> CheckedArtifact:
    (found,) = audit.facts.of(CheckedArtifact)
    return found


def bill(*names: str) -> Mapping[str, Any]:
    parts = (name.partition("@") for name in names)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [
            {"type": "library", "name": path, "version": version, "purl": f"pkg:golang/{path}@{version}"}
            for path, _, version in parts
        ],
    }


def test_without_the_section_nothing_is_looked_at(bench: Bench) -> None:
    audit = bench.check("")
    assert (audit.facts.of(CheckedArtifact), states(audit), audit.verdict.exit_code) == ((), {}, 0)


@pytest.mark.parametrize("section", [f"{SIGNER}\n{ROOT}", ""])
def test_a_section_that_is_about_nothing_does_not_pass(bench: Bench, section: str) -> None:
    more = "" if section else '[policy]\npreset = "signed-release"\n[toolchain]\nverify = false\n'
    audit = bench.check(section, more=more)
    assert (states(audit), audit.verdict.exit_code) == ({"SM501": "unknown"}, 3)
    (gap,) = [judged.gap for judged in audit.verdict.judged if judged.rule == "SM501"]
    assert gap is not None
    assert (gap.location is None) is (gap.remedy == "")
    assert "[[signatures.artifact]]" in gap.remedy


def test_an_artifact_that_is_signed_as_asked_passes(bench: Bench) -> None:
    bench.sign()
    audit = bench.check()
    found = artifact(audit)
    assert (found.signed.state, found.named_by, found.name) == (SignedAs.SIGNED, NamedBy.POLICY, "dist/app")
    assert (states(audit), audit.verdict.exit_code) == ({}, 0)
    assert str(found.location) == "lift.toml:6:8"
    assert ("dist/app", sha256(bench.data).hexdigest()) in [(file.name, file.sha256) for file in audit.subject_files]


def test_what_nobody_signed_is_told_at_its_place(bench: Bench) -> None:
    audit = bench.check()
    assert (states(audit), audit.verdict.exit_code) == ({"SM501": "fail"}, 1)
    (judged,) = [one for one in audit.verdict.judged if one.rule == "SM501"]
    assert judged.finding is not None
    assert str(judged.finding.locations[0]) == "lift.toml:6:8"


@pytest.mark.parametrize(
    ("how", "rule", "code"),
    [
        ({"identity": "https://github.com/evil/app/.github/workflows/release.yml@refs/tags/v1.2.0"}, "SM502", 1),
        ({"issuer": "https://login.example"}, "SM502", 1),
        ({"faults": {Fault.WRONG_SIGNATURE}}, "SM503", 4),
        ({"faults": {Fault.WRONG_PROOF}}, "SM503", 4),
        ({"log": ""}, "SM504", 1),
        ({"faults": {Fault.OTHER_CA}}, "SM505", 1),
        ({"faults": {Fault.LATE}}, "SM505", 1),
    ],
    ids=str,
)
def test_each_cause_is_told_by_one_rule(bench: Bench, how: dict[str, Any], rule: str, code: int) -> None:
    bench.sign(**how)
    audit = bench.check()
    assert (states(audit), audit.verdict.exit_code) == ({rule: "fail"}, code)


def test_a_changed_artifact_is_an_alarm(bench: Bench) -> None:
    bench.sign()
    (bench.dist / "app").write_bytes(bench.data + b"\0")
    assert bench.check().verdict.exit_code == 4


def test_what_cannot_be_read_is_broken_input(bench: Bench) -> None:
    (bench.dist / "app.sigstore.json").write_text("{")
    audit = bench.check()
    assert (states(audit), audit.verdict.exit_code) == ({"SM515": "fail"}, 2)


def test_where_nobody_is_named_nothing_passes(bench: Bench) -> None:
    bench.sign()
    audit = bench.check(f"{ROOT}\n{APP}")
    assert (states(audit), audit.verdict.exit_code) == ({"SM514": "unknown"}, 3)


def test_an_artifact_that_is_not_built_yet_is_unknown(bench: Bench) -> None:
    audit = bench.check(f'{SIGNER}\n{ROOT}\n[[signatures.artifact]]\npath = "dist/other"\n')
    assert (states(audit), audit.verdict.exit_code) == ({"SM514": "unknown"}, 3)


class TestKeys:
    def test_a_key_that_publishes_to_no_log_is_named_so(self, bench: Bench) -> None:
        key = bench.sign_by_key(log="")
        assert states(bench.check(f'signers = [{{ key = "{key}" }}]\n{APP}')) == {"SM504": "fail"}
        assert states(bench.check(f'signers = [{{ key = "{key}", log = false }}]\n{APP}')) == {}

    def test_a_key_that_is_none_is_told_at_its_place(self, bench: Bench) -> None:
        bench.sign()
        (bench.folder / "k.pub").write_text("no key")
        with pytest.raises(InputError, match=r"the key k\.pub cannot be used") as caught:
            bench.check(f'signers = [{{ key = "k.pub" }}]\n{APP}')
        assert caught.value.diagnostics[0].line == 3

    def test_a_link_out_of_the_folder_is_not_followed(self, bench: Bench, tmp_path: Path) -> None:
        (tmp_path / "outside.pub").write_text(MADE.key().pem)
        (bench.folder / "k.pub").symlink_to(tmp_path / "outside.pub")
        with pytest.raises(InputError, match="leads out of the folder"):
            bench.check(f'signers = [{{ key = "k.pub" }}]\n{APP}')


class TestSeveralFiles:
    def test_all_files_of_a_policy_must_be_content(self, bench: Bench) -> None:
        bench.sign()
        org = bench.folder.parent / "org.toml"
        section = f"{SIGNER}\n{ROOT}\n{APP}"
        pattern = r"https://github\\.com/{}/.*"
        for owner, found in (("corp", {}), ("other", {"SM502": "fail"})):
            org.write_text(
                f'[signatures]\n{ROOT}\nsigners = [{{ identity_regexp = "{pattern.format(owner)}", '
                f'issuer = "{GITHUB_ISSUER}" }}]\n[policy]\npreset = "log-verified"\nallow_loosen = ["sumdb"]\n'
            )
            (bench.folder.parent / "root.json").write_bytes(MADE.trusted_root())
            audit = bench.check(section, more='extends = ["../org.toml"]')
            assert states(audit) == found

    def test_what_a_parent_requires_is_required(self, bench: Bench) -> None:
        bench.sign()
        org = bench.folder.parent / "org.toml"
        org.write_text('[signatures]\nrequire = ["sbom"]\n[policy]\nallow_loosen = ["sumdb"]\n')
        audit = bench.check(f"{SIGNER}\n{APP}", more='extends = ["../org.toml"]')
        assert artifact(audit).required == ("sbom",)


class TestProvenance:
    ASKS = f'require = ["signature", "provenance"]\nsource = "{REPOSITORY}"\n{SIGNER}\n{ROOT}\n{APP}'

    def test_a_program_of_the_commit_that_is_signed_passes(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(provenance_v1())
        audit = bench.check(self.ASKS)
        assert (states(audit), audit.verdict.exit_code) == ({}, 0)
        assert artifact(audit).provenance[0].commit == COMMIT

    def test_none_is_told_once(self, bench: Bench) -> None:
        bench.sign()
        assert states(bench.check(self.ASKS)) == {"SM506": "fail"}

    @pytest.mark.parametrize(
        ("predicate", "fields"),
        [
            (provenance_v1(commit="2e" * 20), github_fields(sha="2e" * 20)),
            (
                provenance_v1(repository="https://github.com/corp/fork"),
                github_fields(repository="corp/fork", sha=COMMIT),
            ),
        ],
        ids=["another commit", "another repository"],
    )
    def test_provenance_of_something_else_is_a_finding(
        self, bench: Bench, predicate: object, fields: tuple[tuple[int, str], ...]
    ) -> None:
        bench.sign(fields=fields)
        bench.attest(predicate, fields=fields)
        assert set(states(bench.check(self.ASKS))) <= {"SM507", "SM508"}
        assert "SM507" in states(bench.check(self.ASKS))

    def test_a_signature_and_provenance_of_two_commits_disagree(self, bench: Bench) -> None:
        bench.sign(fields=github_fields(sha="2e" * 20))
        bench.attest(provenance_v1())
        assert states(bench.check(self.ASKS)) == {"SM512": "fail"}

    def test_the_builder_of_many_counts_for_the_source_that_is_meant(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(provenance_v02(), SLSA_V02, identity=GENERATOR)
        assert states(bench.check(self.ASKS)) == {}
        elsewhere = self.ASKS.replace(f'source = "{REPOSITORY}"', 'source = "https://github.com/corp/other"')
        assert states(bench.check(elsewhere)) == {"SM507": "fail"}

    def test_builders_and_levels_are_those_of_the_policy(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(provenance_v02(), SLSA_V02, identity=GENERATOR)
        takes = 'builders = ["https://github.com/slsa-framework/slsa-github-generator/*"]\nslsa_level = 3\n'
        assert states(bench.check(takes + self.ASKS)) == {}
        others = 'builders = ["https://github.com/slsa-framework/slsa-github-generator/.github/workflows/other*"]\n'
        assert set(states(bench.check(others + self.ASKS))) == {"SM502"}

    def test_a_level_that_is_not_met_is_a_finding(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(provenance_v1())
        assert states(bench.check(f"slsa_level = 3\n{self.ASKS}")) == {"SM509": "fail"}
        assert states(bench.check(f"slsa_level = 2\n{self.ASKS}")) == {}


class TestBills:
    ASKS = f'require = ["signature", "sbom"]\n{SIGNER}\n{ROOT}\n{APP}'

    def test_the_attested_bill_is_held_against_the_program(self, bench: Bench) -> None:
        bench.sign()
        assert states(bench.check(self.ASKS)) == {"SM513": "fail"}
        bench.attest(bill(A), CYCLONEDX)
        assert states(bench.check(self.ASKS)) == {}

    def test_another_bill_is_a_finding(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(bill("code.example/a@v0.9.0"), CYCLONEDX)
        assert states(bench.check(self.ASKS)) == {"SM510": "fail"}


class TestCommandLine:
    def test_an_artifact_of_the_command_line_is_judged_by_the_policy(self, bench: Bench) -> None:
        bench.sign()
        audit = bench.check(f"{SIGNER}\n{ROOT}", artifacts=(str(bench.dist / "app"),))
        assert (artifact(audit).named_by, states(audit)) == (NamedBy.COMMAND_LINE, {})

    def test_one_that_is_not_there_is_wrong_usage(self, bench: Bench) -> None:
        with pytest.raises(InputError, match="there is no such artifact"):
            bench.check(SIGNER, artifacts=("gone",))

    def test_a_program_that_is_checked_is_an_artifact_too(self, bench: Bench) -> None:
        audit = bench.check(f"{SIGNER}\n{ROOT}", binaries=(bench.dist / "app",))
        assert artifact(audit).named_by is NamedBy.PROGRAM
        assert states(audit) == {"SM501": "fail"}

    def test_without_a_section_nobody_is_named_and_nothing_passes(self, bench: Bench) -> None:
        bench.sign()
        audit = bench.check("", artifacts=(str(bench.dist / "app"),))
        assert set(states(audit)) == {"SM505"}  # the public root does not know who signed it
        assert audit.verdict.exit_code == 1


class TestBaseImages:
    def test_an_image_of_a_vendor_that_could_not_be_asked_for_is_unknown(self, bench: Bench) -> None:
        (bench.folder / "Dockerfile").write_text("FROM cgr.dev/chainguard/go:latest AS build\nFROM scratch\n")
        audit = bench.check("", more='[vendors.chainguard]\nrequire = ["signature"]\n')
        assert states(audit)["SM514"] == "unknown"
        assert audit.verdict.exit_code == 3

    def test_a_project_without_its_images_is_told_so(self, bench: Bench) -> None:
        (bench.folder / "Dockerfile").write_text("FROM registry.example/go:1\n")
        audit = bench.check("", more='[vendors.chainguard]\nrequire = ["signature"]\n')
        assert any("no Dockerfile builds on an image of chainguard" in note.message for note in audit.verdict.notes)
