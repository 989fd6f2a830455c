"""`check` with [signatures]: what must not pass, however an artifact, a builder or a key is named."""

from __future__ import annotations

import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.attest.wanted import IdentityWish, Wanted
from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.check_signatures import refuse_missing
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_signers import signers_of_base
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.vendor_signers import VendorSigners
from supplymatrix.errors import InputError
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.checked_artifact import CheckedArtifact
from supplymatrix.model.location import Location
from supplymatrix.model.signature import ArtifactKind
from supplymatrix.policy.document import VendorRule
from tests.engine.test_check_signatures import (
    APP,
    CYCLONEDX,
    MADE,
    ROOT,
    SIGNER,
    SLSA_V02,
    SLSA_V1,
    A,
    Bench,
    artifact,
    bill,
    states,
)
from tests.support.git_repo import GitRepo
from tests.support.machine import NOW
from tests.support.made_builds import built
from tests.support.made_chain import COMMIT, GENERATOR, REPOSITORY, provenance_v02, provenance_v1
from tests.support.made_images import made_tar
from tests.support.made_oci import MadeOci
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore, github_fields, statement

OTHER_COMMIT = "2e" * 20
DIGEST = f"sha256:{'a' * 64}"
EVIL = "https://github.com/evil/app/.github/workflows/x.yml@refs/heads/main"
BOTH = 'require = ["signature", "provenance"]\n'


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def org(bench: Bench, text: str) -> str:
    """Write what the project's policy builds on, and return the line that says so."""
    (bench.folder.parent / "root.json").write_bytes(MADE.trusted_root())
    (bench.folder.parent / "org.toml").write_text(f'[policy]\nallow_loosen = ["sumdb"]\n{text}')
    return 'extends = ["../org.toml"]'


def subjects(audit: Audit, rule: str) -> list[str]:
    return [one.subject for one in audit.verdict.judged if one.rule == rule]


def image(name: str) -> str:
    return f'{SIGNER}\n{ROOT}\n[[signatures.artifact]]\nimage = "{name}"\n'


def layout(path: Path, *tags: str, signed: bool = True) -> None:
    made = MadeOci()
    for tag in tags:
        digest = made.image(tag, tag=tag)
        if signed:
            made.old_signature(digest, MADE.simple_signing(digest, identity=GITHUB_IDENTITY))
    made.write(path)


def image_of_program(bench: Bench, path: Path, *, commit: str = COMMIT, module: str = A) -> Path:
    """Write a layout of an image with the program in it, signed and attested, and return the file of its layer."""
    made, layer = MadeOci(), made_tar({"app": bench.data})
    blob = made.layer(layer, "application/vnd.oci.image.layer.v1.tar")
    diff = {"type": "layers", "diff_ids": [f"sha256:{sha256(layer).hexdigest()}"]}
    config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": diff}).encode()
    kind = "application/vnd.oci.image.config.v1+json"
    digest = made.manifest({"config": made.layer(config, kind), "layers": [blob]}, tag="v1")
    fields, subject = github_fields(sha=commit), {"img": digest.partition(":")[2]}
    made.old_signature(digest, MADE.simple_signing(digest, fields=fields))
    provenance = statement(subject, SLSA_V1, provenance_v1(commit=commit))
    made.old_attestation(
        digest,
        MADE.sign_dsse(provenance, fields=fields),
        MADE.sign_dsse(statement(subject, CYCLONEDX, bill(module)), fields=fields),
    )
    made.write(path)
    return path / "blobs" / "sha256" / str(blob["digest"]).partition(":")[2]


ASKS_ALL = f'require = ["signature", "provenance", "sbom"]\nsource = "{REPOSITORY}"\n'


class TestImages:
    def test_no_folder_answers_for_an_image_of_a_registry(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(bench.folder)
        for name in ("registry.example/app:v1", f"registry.example/app@{DIGEST}"):
            layout(bench.folder / name, "old")
            assert states(bench.check(image(name)))["SM514"] == "unknown"
            assert states(bench.check(f"{SIGNER}\n{ROOT}", artifacts=(name,)))["SM514"] == "unknown"

    def test_a_tar_file_is_none_for_a_registry_either(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(bench.folder)
        layout(bench.folder / "one", "old")
        (bench.folder / "registry.example").mkdir()
        with tarfile.open(bench.folder / "registry.example/app.tar", "w") as file:
            file.add(bench.folder / "one", ".")
        assert states(bench.check(image("registry.example/app.tar")))["SM514"] == "unknown"

    def test_another_digest_than_the_one_that_is_named_is_an_alarm(self, bench: Bench) -> None:
        layout(bench.folder / f"img@{DIGEST}", "old")
        audit = bench.check(image(f"./img@{DIGEST}"))
        assert (states(audit)["SM503"], audit.verdict.exit_code) == ("fail", 4)

    def test_a_layout_that_is_not_there_is_not_asked_for_elsewhere(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.check(image("./dist/image"))
        monkeypatch.chdir(bench.folder)
        means = Means(environ=bench.machine.environ, now=NOW, replay=bench.replay)
        (audit,) = run_survey(CheckRequest(paths=(Path(),), means=means)).items
        assert isinstance(audit, Audit)
        assert states(audit)["SM515"] == "fail"

    def test_what_may_be_an_image_of_docker_hub_alone_is_refused(self, tmp_path: Path) -> None:
        for word in ("dist/app", "app", (tmp_path / "gone").as_posix(), "./gone"):
            with pytest.raises(InputError, match="no such artifact"):
                refuse_missing((word,))
        refuse_missing(("registry.example/app", "app:v1", f"registry.example/app@{DIGEST}"))

    def test_each_image_of_a_layout_has_its_own_name_and_its_own_waiver(self, bench: Bench) -> None:
        layout(bench.folder / "img1", "one", "two", signed=False)
        layout(bench.folder / "img2", "three")
        section = f'{image("./img1")}[[signatures.artifact]]\nimage = "./img2"\n'
        waiver = (
            '[[waivers]]\nrule = "SM501"\npackage = "artifact:./img2"\nreason = "a long enough reason"\n'
            'owner = "a@b.example"\nexpires = 2026-12-20\n'
        )
        audit = bench.check(section, more=waiver)
        failed = [one.subject for one in audit.verdict.judged if (one.rule, one.status.value) == ("SM501", "fail")]
        assert sorted(failed) == ["artifact:./img1:one", "artifact:./img1:two"]
        assert audit.verdict.exit_code == 1

    def test_the_programs_of_a_layout_are_those_of_its_tag_too(self, bench: Bench) -> None:
        image_of_program(bench, bench.folder / "img")
        assert set(states(bench.check(ASKS_ALL + image("./img:v1")))) == {"SM511"}
        image_of_program(bench, bench.folder / "other", commit=OTHER_COMMIT, module="code.example/a@v0.9.0")
        for name in ("./other", "./other:v1"):
            assert set(states(bench.check(ASKS_ALL + image(name)))) == {"SM507", "SM510", "SM511"}

    def test_contents_that_cannot_be_read_pass_nothing(self, bench: Bench) -> None:
        layer = image_of_program(bench, bench.folder / "img")
        layer.unlink()
        audit = bench.check(ASKS_ALL + image("./img"))
        told = states(audit)
        assert (told["SM507"], told["SM510"], audit.verdict.exit_code) == ("unknown", "unknown", 3)
        layer.write_bytes(made_tar({"app": built(A, main="svc.example/app\tv1.2.0\t", settings={})}))
        assert bench.check(ASKS_ALL + image("./img")).verdict.exit_code == 4

    def test_a_cut_archive_passes_nothing(self, bench: Bench) -> None:
        packed = bench.folder / "app.tgz"
        with tarfile.open(packed, "w:gz") as file:
            file.add(bench.dist / "app", "app")
        bench.data = packed.read_bytes()[:200]
        (bench.dist / "app").write_bytes(bench.data)
        bench.sign()
        bench.attest(provenance_v1())
        bench.attest(bill(A), CYCLONEDX)
        assert states(bench.check(f"{ASKS_ALL}{SIGNER}\n{ROOT}\n{APP}")) == {"SM507": "unknown", "SM510": "unknown"}

    def test_a_login_is_refused_and_not_shown(self, bench: Bench) -> None:
        with pytest.raises(InputError, match="has a login in it") as caught:
            bench.check(image("user:s3cret@registry.example/app:v1"))
        assert "s3cret" not in str(caught.value)


class TestBuilders:
    def test_a_builder_excuses_the_signers_of_no_other_file(self, bench: Bench) -> None:
        bench.sign(fields=())
        run = "https://github.com/evil/app/actions/runs/1/attempts/1"
        evil = github_fields(repository="evil/app", sha=COMMIT)
        stated = provenance_v1(builder=EVIL, repository="https://github.com/evil/app", run=run)
        bench.attest(stated, identity=EVIL, fields=evil)
        above = org(bench, f"[signatures]\n{BOTH}slsa_level = 2\n{SIGNER}\n{ROOT}\n")
        own = 'builders = ["https://github.com/evil/*"]\n'
        assert states(bench.check(f"{own}{SIGNER}\n{APP}", more=above)) == {"SM502": "fail"}
        above = org(bench, f"[signatures]\n{BOTH}{own}slsa_level = 2\n{SIGNER}\n{ROOT}\n")
        assert states(bench.check(f"{own}{SIGNER}\n{APP}", more=above)) == {}

    def test_a_source_excuses_the_signers_of_no_other_file(self, bench: Bench) -> None:
        bench.sign(fields=())
        evil = github_fields(repository="evil/app", sha=COMMIT)
        bench.attest(
            provenance_v02(repository="https://github.com/evil/app"), SLSA_V02, identity=GENERATOR, fields=evil
        )
        above = org(bench, f"[signatures]\n{BOTH}{SIGNER}\n{ROOT}\n")
        section = f'source = "https://github.com/evil/app"\n{SIGNER}\n{APP}'
        assert states(bench.check(section, more=above))["SM502"] == "fail"

    def test_any_builder_that_is_taken_is_enough(self, bench: Bench) -> None:
        bench.sign()
        bench.attest(provenance_v1())
        bench.attest(provenance_v02(), SLSA_V02, identity=GENERATOR)
        takes = 'builders = ["https://github.com/slsa-framework/slsa-github-generator/*"]\nslsa_level = 3\n'
        audit = bench.check(f'{takes}source = "{REPOSITORY}"\n{SIGNER}\n{ROOT}\n{APP}')
        assert (states(audit), audit.verdict.exit_code) == ({}, 0)
        assert not [note for note in audit.verdict.notes if "not anchored" in note.message]

    @pytest.mark.parametrize("kind", ["provenance", "slsaprovenance", "slsaprovenance02", SLSA_V02])
    def test_a_builder_of_many_does_not_count_by_any_word_for_provenance(self, bench: Bench, kind: str) -> None:
        bench.sign()
        bench.attest(provenance_v02(), SLSA_V02, identity=GENERATOR, fields=github_fields(sha=COMMIT))
        many = f'{{ identity_regexp = "https://github.com/slsa-framework/.*", issuer = "{GITHUB_ISSUER}" }}'
        signers = SIGNER.replace("]", f", {many}]")
        audit = bench.check(f'require = ["signature", "{kind}"]\n{signers}\n{ROOT}\n{APP}')
        assert states(audit) == {"SM514": "unknown"}
        assert subjects(audit, "SM506") == []


class TestSource:
    def test_a_source_that_no_signed_word_names_is_open(self, bench: Bench) -> None:
        key = bench.sign_by_key()
        section = f'source = "{REPOSITORY}"\nsigners = [{{ key = "{key}" }}]\n{ROOT}\n{APP}'
        assert states(bench.check(section)) == {"SM507": "unknown"}

    def test_a_program_that_does_not_tell_of_its_tree_is_open(self, bench: Bench) -> None:
        bench.data = built(A, main="svc.example/app\tv1.2.0\t", settings={"vcs": "git", "vcs.revision": COMMIT})
        (bench.dist / "app").write_bytes(bench.data)
        bench.sign()
        bench.attest(provenance_v1())
        section = f'{BOTH}source = "{REPOSITORY}"\n{SIGNER}\n{ROOT}\n{APP}'
        assert states(bench.check(section)) == {"SM507": "unknown"}


class TestOneArtifactOnce:
    OWN = (
        '[[signatures.artifact]]\npath = "dist/app"\n'
        'signers = [{ identity = "dev@corp.example", issuer = "https://login.example" }]\n'
    )

    def test_a_second_spelling_is_the_same_artifact(self, bench: Bench) -> None:
        for path in ("./dist/app", "dist/./app", "dist//app"):
            more = f'[[signatures.artifact]]\npath = "{path}"\nrequire = ["provenance"]\n'
            with pytest.raises(InputError, match="is named in line 5 already"):
                bench.check(f"{SIGNER}\n{ROOT}\n{APP}{more}")

    def test_by_another_word_it_is_judged_as_the_policy_names_it(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.sign(identity="dev@corp.example", issuer="https://login.example")
        monkeypatch.chdir(bench.folder)
        for more in ({"binaries": (Path("dist/app"),)}, {"artifacts": ("dist/app",)}):
            audit = bench.check(f"{SIGNER}\n{ROOT}\n{self.OWN}", **more)
            assert (states(audit), len(audit.facts.of(CheckedArtifact))) == ({}, 1)


class TestPrograms:
    def test_each_program_of_a_folder_is_looked_at(self, bench: Bench) -> None:
        audit = bench.check(f"{SIGNER}\n{ROOT}", binaries=(bench.dist,))
        assert (artifact(audit).name, states(audit)) == ((bench.dist / "app").as_posix(), {"SM501": "fail"})

    def test_a_folder_without_one_is_open(self, bench: Bench, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        bench.sign()
        audit = bench.check(f"{SIGNER}\n{ROOT}", binaries=(bench.dist / "app", tmp_path / "empty"))
        assert states(audit) == {"SM514": "unknown"}

    def test_an_image_is_looked_at_as_one(self, bench: Bench) -> None:
        image_of_program(bench, bench.folder / "img")
        with tarfile.open(bench.folder / "img.tar", "w") as file:
            file.add(bench.folder / "img", ".")
        section = f'signers = [{{ identity = "a@b.example", issuer = "https://b.example" }}]\n{ROOT}'
        for path in (bench.folder / "img.tar", bench.folder / "img"):
            assert states(bench.check(section, binaries=(path,)))["SM502"] == "fail"


class TestDamage:
    def test_a_damaged_file_beside_a_good_one_is_told(self, bench: Bench) -> None:
        bench.sign()
        (bench.dist / "app.intoto.jsonl").write_text("{garbage}")
        for section in (f"{SIGNER}\n{ROOT}\n{APP}", f"{BOTH}{SIGNER}\n{ROOT}\n{APP}"):
            audit = bench.check(section)
            assert (states(audit), audit.verdict.exit_code) == ({"SM515": "fail"}, 2)

    def test_a_log_that_forks_between_two_groups_is_an_alarm(self, bench: Bench) -> None:
        made = MadeSigstore(forks=True)
        (bench.folder / "root.json").write_bytes(made.trusted_root())
        named = ""
        for name, more in (("x", ""), ("y", 'require = ["signature", "vuln"]\n')):
            data = name.encode()
            (bench.dist / name).write_bytes(data)
            (bench.dist / f"{name}.sigstore.json").write_bytes(made.keyless_blob(data))
            named += f'[[signatures.artifact]]\npath = "dist/{name}"\n{more}'
        audit = bench.check(f"{SIGNER}\n{ROOT}\n{named}")
        assert sorted(subjects(audit, "SM503")) == ["artifact:dist/x", "artifact:dist/y"]
        (first, _) = [one.finding for one in audit.verdict.judged if one.rule == "SM503"]
        assert first is not None
        assert "2 trees of" in first.message

    def test_a_fork_of_attestations_is_told_as_one(self, bench: Bench) -> None:
        made = MadeSigstore(forks=True)
        (bench.folder / "root.json").write_bytes(made.trusted_root())
        (bench.folder / "release.pub").write_text(made.key().pem)
        (bench.dist / "app.sigstore.json").write_bytes(made.keyed_blob(bench.data, log=""))
        for listed in ((A,), (A, "x.example/y@v1.0.0")):
            payload = statement({"app": sha256(bench.data).hexdigest()}, CYCLONEDX, bill(*listed))
            with (bench.dist / "app.intoto.jsonl").open("ab") as file:
                file.write(made.keyless_dsse(payload) + b"\n")
        signers = SIGNER.replace("]", ', { key = "release.pub", log = false }]')
        audit = bench.check(f"{signers}\n{ROOT}\n{APP}")
        (found,) = [one.finding for one in audit.verdict.judged if one.rule == "SM503"]
        assert found is not None
        assert "2 trees of" in found.message


class TestSurvey:
    @pytest.mark.parametrize(
        "section",
        [f'signers = [{{ key = "k.pub" }}]\n{APP}', f'{SIGNER}\ntrusted_root = "dist/app"\n{APP}'],
        ids=["key", "root"],
    )
    def test_one_bad_project_leaves_the_others_their_verdict(self, tmp_path: Path, section: str) -> None:
        (tmp_path / "1").mkdir()
        (tmp_path / "2").mkdir()
        good, bad = Bench(tmp_path / "1"), Bench(tmp_path / "2")
        good.sign()
        good.check()
        bad.sign()
        (bad.folder / "k.pub").write_text("no key")
        with pytest.raises(InputError, match="cannot be used") as caught:
            bad.check(section)
        assert caught.value.diagnostics[0].artifact.endswith("lift.toml")
        means = Means(environ=good.machine.environ, now=NOW, replay=good.replay)
        survey = run_survey(CheckRequest(paths=(good.folder, bad.folder), means=means))
        assert [type(item) for item in survey.items] == [Audit, Unreadable]
        assert survey.exit_code == 2

    def test_a_bundle_that_is_gone_is_a_fault_of_its_artifact(self, bench: Bench) -> None:
        audit = bench.check(f'{SIGNER}\n{ROOT}\n{APP}bundle = "gone.json"\n')
        assert (states(audit), audit.verdict.exit_code) == ({"SM515": "fail"}, 2)


def test_no_link_of_the_working_tree_chooses_a_key(bench: Bench) -> None:
    key = bench.sign_by_key()
    (bench.folder / "testdata").mkdir()
    (bench.folder / "testdata" / "release.pub").write_text(MADE.key(name="evil").pem)
    (bench.dist / "app.sigstore.json").write_bytes(MADE.keyed_blob(bench.data, key_name="evil"))
    section = f'signers = [{{ key = "{key}" }}]\n{ROOT}\n{APP}'
    bench.check(section)
    (bench.folder / ".gitignore").write_text("dist\n")
    repo = GitRepo(bench.folder)
    repo.git("add", "--all")
    repo.commit()
    (bench.folder / key).unlink()
    (bench.folder / "keys").rmdir()
    (bench.folder / "keys").symlink_to("testdata")
    assert bench.check(section, policy=PolicySource(revision="HEAD")).verdict.exit_code == 4


def test_the_preset_takes_a_trusted_root_of_ones_own(bench: Bench) -> None:
    bench.sign()
    bench.attest(provenance_v1())
    bench.attest(bill(A), CYCLONEDX)
    more = '[policy]\npreset = "signed-release"\n[toolchain]\nverify = false\n'
    assert bench.check(f"{SIGNER}\n{ROOT}\n{APP}", more=more).verdict.exit_code == 0


@pytest.mark.parametrize("name", ["artifact:dist/app", "artifact:dist/app (provenance)"])
def test_a_waiver_of_an_artifact_covers_its_attestations(bench: Bench, name: str) -> None:
    bench.sign()
    waiver = (
        f'[[waivers]]\nrule = "SM506"\npackage = "{name}"\nreason = "a long enough reason"\nowner = "a@b.example"\n'
        "expires = 2026-12-20\n"
    )
    assert bench.check(f"{BOTH}{SIGNER}\n{ROOT}\n{APP}", more=waiver).verdict.exit_code == 0


class TestBaseImages:
    ASKS = '[vendors.chainguard]\nrequire = ["signature"]\n'

    @pytest.mark.parametrize(
        "text",
        [
            "FROM CGR.dev/chainguard/go\n",
            "FROM scratch\nRUN --mount=type=bind,from=cgr.dev/chainguard/go,target=/x ls\n",
            "FROM scratch\nONBUILD COPY --from=cgr.dev/chainguard/go /x /x\n",
            "FROM user:s3cret@cgr.dev/chainguard/go\n",
        ],
        ids=["capitals", "mount", "onbuild", "login"],
    )
    def test_each_way_to_name_one_is_seen(self, bench: Bench, text: str) -> None:
        (bench.folder / "Dockerfile").write_text(text)
        audit = bench.check("", more=self.ASKS)
        assert subjects(audit, "SM514") == ["artifact:cgr.dev/chainguard/go"]

    def test_a_file_that_is_too_long_is_open(self, bench: Bench) -> None:
        (bench.folder / "Dockerfile").write_text(f"FROM cgr.dev/chainguard/go\n{'#' * (1 << 20)}")
        assert subjects(bench.check("", more=self.ASKS), "SM514") == ["artifact:Dockerfile"]

    def test_a_project_cannot_name_another_identity_in_the_place_of_its_parents(self) -> None:
        def wishes(
            vendor: str, variables: tuple[tuple[str, str], ...], name: str, _kind: ArtifactKind
        ) -> VendorSigners:
            wanted = Wanted(identities=(IdentityWish(identity=dict(variables)["org"], issuer="https://x.example"),))
            return VendorSigners(vendor=vendor, name=name, wanted=wanted)

        def signers(*identities: tuple[tuple[str, str], ...]) -> list[str]:
            place = Location(artifact="lift.toml")
            rules = [
                VendorRule(
                    vendor="v", response_p90=0, evidence_age=0, location=place, response_location=place,
                    age_location=place, identity=identity,
                )
                for identity in identities
            ]  # fmt: skip
            found = signers_of_base("v", "registry.example/app", rules, wishes)
            return [wish.identity for file in found for one in file.signers for wish in one.wishes]

        for order in ("ab", "ba"):
            assert signers(*((("org", name),) for name in order)) == list(order)
        assert signers((("org", "a"),), ()) == ["a"]
