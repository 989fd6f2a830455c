"""`sbom` and `sbom validate`: what is written where, said, signed, and exited with."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.sbom import SUBCOMMANDS
from tests.attest.test_keys import pem, private
from tests.cli.conftest import Cli, Done
from tests.gomod.made_programs import header, made_elf
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
Sbom = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in svc/, a recorded log, and a key."""
    write_project(tmp_path / "svc", LOG, "", [A, B])
    write_recording(tmp_path / "recorded", LOG.answers())
    (tmp_path / "key.pem").write_bytes(pem(private("Ed25519")))
    (tmp_path / "key.pem").chmod(0o600)
    return tmp_path


@pytest.fixture
def sbom(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Sbom:
    """Return a function that makes the bill of the project; no network, no go command."""

    def start(*more: str, path: str = "svc", epoch: str = "1700000000") -> Done:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        return cli("sbom", path, "--scope=all", "--no-go", "--replay", "recorded", *more, cwd=folder)

    return start


def unfolded(text: str) -> str:
    """Return what was said as if the page had no width."""
    return text.replace("\n  ", " ")


def names_of(bom: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [item["name"] for item in bom["components"] if item["name"].startswith("example.com/")]


def test_the_document_goes_to_stdout_and_words_to_stderr(sbom: Sbom) -> None:
    done = sbom()
    bom = json.loads(done.out)
    assert (bom["specVersion"], bom["metadata"]["timestamp"]) == ("1.6", "2023-11-14T22:13:20Z")
    assert names_of(bom) == ["example.com/a", "example.com/b"]
    assert "proven: 2 of 2 modules" in done.err
    assert "not named: author, manufacturer, supplier" in done.err
    assert "gap: " in done.err
    assert done.code == 3


def test_two_runs_give_the_same_bytes_in_every_format(sbom: Sbom, folder: Path) -> None:
    formats = ("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-3-json")
    for run in ("1", "2"):
        done = sbom(*(f"--format={form}={form}.{run}" for form in formats))
        assert done.out == ""
    for form in formats:
        data = (folder / f"{form}.1").read_bytes()
        assert data == (folder / f"{form}.2").read_bytes()
        assert f"written: {form}.2, {len(data):,} bytes, sha256 {sha256(data).hexdigest()}" in unfolded(done.err)


def test_no_form_names_the_proxy_of_a_company(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forms = ("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-3-json")
    host = "goproxy.corp.example"
    (folder / "go").mkdir()
    (folder / "go" / "go.env").write_text(f"GOPROXY=https://{host}\n", encoding="utf-8")
    monkeypatch.setenv("GOROOT", str(folder / "go"))
    monkeypatch.setenv("GOPROXY", f"http://ada:s3cret@127.0.0.1:9/{host}")
    files = [f"--format={form}=a.{form}" for form in forms]

    def made(*means: str) -> str:
        done = cli("sbom", "svc", "--scope=all", "--no-go", *means, *files, cwd=folder)
        assert done.code == 3
        for form in forms:
            text = (folder / f"a.{form}").read_text(encoding="utf-8")
            assert not [word for word in (host, "s3cret", "127.0.0.1") if word in text]
        return unfolded(done.err)

    for spec in ("1.6", "1.7"):
        assert host not in made("--replay=recorded", f"--spec={spec}")
    (folder / "svc" / "lift.toml").unlink()
    told = "not in the document, since it names what only this machine knows: no server may be asked"
    for spec in ("1.6", "1.7"):
        said = made("--online", f"--spec={spec}")
        assert told in said
        assert host in said
        assert "s3cret" not in said


def test_without_a_home_there_is_a_bill_and_no_cache(
    cli: Cli, folder: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    for name in (*names, *(f"SUPPLYMATRIX_{kind}_DIR" for kind in ("CACHE", "STATE", "CONFIG"))):
        monkeypatch.setenv(name, "")
        machine.settings[name] = ""
    done = cli("sbom", "svc", "--scope=all", "--no-go", "--offline", "--format=cyclonedx-json=a.json", cwd=folder)
    assert done.code == 3
    assert json.loads((folder / "a.json").read_text(encoding="utf-8"))["bomFormat"] == "CycloneDX"
    assert unfolded(done.err).count("there is no cache for this run: no home folder is known") == 1


def test_tags_are_parted_by_commas(sbom: Sbom) -> None:
    assert json.loads(sbom("--tags=b,,a").out)["bomFormat"] == "CycloneDX"
    assert "'a-b' is no build tag" in sbom("--tags=a-b").err


def test_every_format_is_valid_to_the_command_itself(sbom: Sbom, cli: Cli, folder: Path) -> None:
    sbom("--spec=1.7", "--format=cyclonedx=a.json", "--format=cyclonedx-xml=b.xml")
    sbom("--format=spdx=c.json", "--format=spdx-3=d.json")
    done = cli("sbom", "validate", "a.json", "b.xml", "c.json", "d.json", cwd=folder)
    assert done.out.splitlines() == [
        "a.json: CycloneDX 1.7 JSON: valid",
        "b.xml: CycloneDX 1.7 XML: valid",
        "c.json: SPDX 2.3 JSON: valid",
        "d.json: SPDX 3.0 JSON: valid",
    ]
    assert done.code == 0


def test_options_name_who_is_behind_it(sbom: Sbom) -> None:
    done = sbom(
        "--author=Ada Author <ada@acme.example>",
        "--manufacturer=Acme <x@acme.example> (https://acme.example)",
        "--supplier=Acme",
        "--version=v3.1.4",
        "--licence=Apache-2.0",
    )  # fmt: skip
    metadata = json.loads(done.out)["metadata"]
    assert metadata["authors"] == [{"name": "Ada Author", "email": "ada@acme.example"}]
    assert metadata["manufacturer"]["url"] == ["https://acme.example"]
    assert metadata["component"]["version"] == "v3.1.4"
    assert metadata["component"]["licenses"] == [{"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}]
    assert "not named" not in done.err


def test_without_zips_none_is_hashed_and_the_document_says_so(sbom: Sbom) -> None:
    told = {entry["name"]: entry["value"] for entry in json.loads(sbom("--no-zips").out)["metadata"]["properties"]}
    assert told["supplymatrix:zips"].startswith("not looked at")


@pytest.mark.parametrize(("word", "form"), [("json", '"bomFormat"'), ("spdx3", '"@graph"'), ("xml", "<bom ")])
def test_other_words_for_a_format_are_understood(sbom: Sbom, word: str, form: str) -> None:
    assert form in sbom(f"--format={word}").out


def test_settings_name_them_too(sbom: Sbom, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config/supplymatrix").mkdir(parents=True)
    (folder / "config/supplymatrix/settings.toml").write_text('[author]\nname = "Ada"\norganization = "Acme"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    assert json.loads(sbom().out)["metadata"]["authors"] == [{"name": "Ada"}]


def test_a_report_is_named_by_its_digest(sbom: Sbom, folder: Path) -> None:
    (folder / "report.json").write_text("{}")
    (reference,) = json.loads(sbom("--report=report.json").out)["externalReferences"]
    assert (reference["type"], reference["url"]) == ("attestation", "report.json")
    assert reference["hashes"] == [{"alg": "SHA-256", "content": sha256(b"{}").hexdigest()}]


def test_files_are_signed_and_an_old_signature_does_not_outlive_its_file(sbom: Sbom, folder: Path) -> None:
    done = sbom("--format=cyclonedx=bom.json", "--sign=key.pem")
    assert (folder / "bom.json.sig").stat().st_size == 89
    assert "signed with Ed25519 key" in unfolded(done.err)
    done = sbom("--format=cyclonedx=bom.json", "--quiet")
    assert not (folder / "bom.json.sig").exists()
    assert done.err.startswith("warning: bom.json.sig was removed")


def test_stdout_cannot_be_signed(sbom: Sbom) -> None:
    done = sbom("--sign=key.pem")
    assert (done.code, done.out) == (2, "")
    assert "--format cyclonedx-json=sbom.cdx.json writes a file" in done.err


@pytest.mark.parametrize("epoch", ["yesterday", "-1", "1e9", "9" * 12, "٣"])
def test_a_time_that_is_none_is_told(sbom: Sbom, epoch: str) -> None:
    done = sbom(epoch=epoch)
    assert (done.code, done.out) == (2, "")
    assert "the time in SOURCE_DATE_EPOCH is no number of seconds" in done.err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--author=<ada@acme.example>", "has not the form NAME <E-MAIL> (URL)"),
        ("--author=Ada <nobody>", "email: this is no e-mail address"),
        ("--format=cyclone", "There is no format 'cyclone'".lower()),
        ("--spec=1.5", "'1.5' is not one of '1.6', '1.7'"),
        ("--os=linx", "linx"),
        ("--report=gone.json", "gone.json"),
    ],
)
def test_wrong_words_are_told_before_anything_is_done(sbom: Sbom, option: str, message: str) -> None:
    done = sbom(option)
    assert (done.code, done.out) == (2, "")
    assert message in done.err.replace("There", "there")


def test_a_line_that_differs_from_the_log_is_an_alarm_and_still_in_the_document(sbom: Sbom, folder: Path) -> None:
    text = (folder / "svc/go.sum").read_text()
    (folder / "svc/go.sum").write_text(text.replace(made_hash(A), f"h1:{'E' * 43}="))
    done = sbom()
    assert done.code == 4
    assert '"differs"' in done.out


def test_an_alarm_outlives_a_document_that_cannot_be_written(sbom: Sbom, folder: Path) -> None:
    text = (folder / "svc/go.sum").read_text()
    (folder / "svc/go.sum").write_text(text.replace(made_hash(A), f"h1:{'E' * 43}="))
    done = sbom("--format=cyclonedx=gone/bom.json")
    assert done.code == 4
    assert "alarm: svc.example/app" in done.err


def test_an_invalid_document_is_not_written(sbom: Sbom, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bom.json").write_text("as before")
    monkeypatch.setattr("supplymatrix.sbom.cyclonedx.timestamp_of", lambda _: "noon")
    done = sbom("--format=spdx=bom.spdx.json", "--format=cyclonedx=bom.json")
    assert done.code == 70
    assert "would have been invalid, and was not written: metadata.timestamp" in done.err
    assert (folder / "bom.json").read_text() == "as before"
    assert not (folder / "bom.spdx.json").exists()


def test_broken_input_gives_no_document(sbom: Sbom, folder: Path) -> None:
    (folder / "svc/go.mod").write_text("module svc.example/app\n<<<<<<< HEAD\n")
    done = sbom("--format=cyclonedx=bom.json")
    assert done.code == 2
    assert "go.mod:2" in done.err
    assert not (folder / "bom.json").exists()


def test_a_folder_that_has_the_name_of_a_command_is_reached_by_its_path(sbom: Sbom, folder: Path) -> None:
    (folder / "svc").rename(folder / "diff")
    assert names_of(json.loads(sbom(path="./diff").out)) == ["example.com/a", "example.com/b"]


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_other_commands_are_found(cli: Cli, name: str) -> None:
    done = cli("sbom", name, "--help")
    assert done.out.startswith(f"Usage: supplymatrix sbom {name} ")
    assert done.code == 0


def test_the_help_names_them(cli: Cli) -> None:
    done = cli("sbom", "--help")
    assert done.out.startswith("Usage: supplymatrix sbom [OPTIONS] [PATH]\n")
    assert all(f"sbom {name} " in done.out for name in SUBCOMMANDS)


def test_faults_of_a_file_are_listed_and_exit_1(cli: Cli, folder: Path) -> None:
    bom: Any = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "x\x1b[2J", "name": "a"}]}
    (folder / "bom.json").write_text(json.dumps(bom | {"dependencies": [{"ref": "gone"}]}))
    done = cli("sbom", "validate", "bom.json", cwd=folder)
    assert done.out.splitlines()[0] == "bom.json: CycloneDX 1.6 JSON: invalid, 2 faults"
    assert "components[0].type: " in done.out
    assert "there is nothing with the bom-ref 'gone'" in done.out
    assert "\x1b" not in done.out
    assert done.code == 1
    told = json.loads(cli("sbom", "validate", "bom.json", "--format", "json", cwd=folder).out)["files"][0]
    assert (told["valid"], told["readable"], len(told["faults"])) == (False, True, 2)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("gone.json", None, "cannot be opened"),
        ("a.json", b"{", "this is no JSON"),
        ("b.json", b"{}", "does not say that it is a bill of materials"),
        ("c.json", b'{"bomFormat": "CycloneDX", "specVersion": "2.0"}', "no schema here for CycloneDX 2.0"),
        ("d.xml", b"<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>", "this is no XML"),
    ],
)
def test_what_cannot_be_read_exits_2(cli: Cli, folder: Path, name: str, data: bytes | None, message: str) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    done = cli("sbom", "validate", name, cwd=folder)
    assert message in done.out
    assert done.code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("dif", "a", "b"), "did you mean 'diff'?"),
        (("verfy", "y.json"), "did you mean 'verify'?"),
        (("main.go",), "expected: a folder with go.mod, a go.work, or compiled Go programs"),
        (("nothing.go",), "there is no such path"),
        (("--format=spdx-json", "--format=cyclonedx-xml"), "cyclonedx-xml=report.cyclonedx.xml"),
        (("--spec=1.5",), "is not one of '1.6', '1.7'"),
    ],
)
def test_what_was_probably_meant_is_told(cli: Cli, folder: Path, words: tuple[str, ...], told: str) -> None:
    (folder / "main.go").write_text("package main\n", encoding="utf-8")
    done = cli("sbom", *words, cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert "1.7'?" not in done.err


def test_a_version_of_cyclonedx_for_another_format_is_told(sbom: Sbom) -> None:
    assert "warning: --spec 1.7 is of CycloneDX" in sbom("--spec=1.7", "--format=spdx-json").err


def program(folder: Path, main: str = "example.com/svc\tv1.2.3\t", deps: str = "") -> Path:
    text = f"path\texample.com/svc\nmod\t{main}\n{deps}build\tGOOS=linux\nbuild\tGOARCH=amd64\n"
    (folder / "app").write_bytes(made_elf(header("go1.25.5", text), section=0))
    return folder / "app"


def test_a_program_is_told_from_a_project_by_its_bytes(cli: Cli, folder: Path) -> None:
    program(folder, deps=f"dep\texample.com/a\tv1.0.0\t{made_hash(A)}\n")
    (folder / "lift.toml").write_text(f'[sources]\nsumdb = "{LOG.key.verifier}"\n', encoding="utf-8")
    done = cli("sbom", "app", "--replay", "recorded", cwd=folder)
    bom = json.loads(done.out)
    assert (done.code, bom["metadata"]["lifecycles"]) == (3, [{"phase": "post-build"}])
    assert bom["metadata"]["component"]["purl"] == "pkg:golang/example.com/svc@v1.2.3"
    assert names_of(bom) == ["example.com/a"]
    assert "proven: 1 of 1 modules" in unfolded(done.err)


def test_a_hash_in_a_program_that_differs_from_the_log_is_an_alarm(cli: Cli, folder: Path) -> None:
    program(folder, deps=f"dep\texample.com/a\tv1.0.0\t{made_hash(B)}\n")
    (folder / "lift.toml").write_text(f'[sources]\nsumdb = "{LOG.key.verifier}"\n', encoding="utf-8")
    done = cli("sbom", "app", "--replay", "recorded", "--format", "spdx-json=bom.spdx.json", cwd=folder)
    assert done.code == 4
    assert "alarm: example.com/a@v1.0.0: " in unfolded(done.err)
    assert "differs" in (folder / "bom.spdx.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "options", [("--scope", "all"), ("--os", "linux"), ("--arch", "arm64"), ("--no-cgo",), ("--tags", "x"), ("--go",)]
)
def test_what_only_a_project_can_be_asked_is_refused_of_a_program(
    cli: Cli, folder: Path, options: tuple[str, ...]
) -> None:
    program(folder)
    done = cli("sbom", "app", *options, "--format", "cyclonedx-json=bom.json", "--offline", cwd=folder)
    assert (done.code, (folder / "bom.json").exists()) == (2, False)
    assert "a compiled program says itself for what it was built" in unfolded(done.err)
    assert cli("sbom", "app", "--version", "v9.9.9", "--format", "spdx-json=ok.json", "--offline", cwd=folder).code == 3


def test_a_project_and_its_program_are_compared_in_what_both_can_say(cli: Cli, sbom: Sbom, folder: Path) -> None:
    program(folder, "svc.example/app\t(devel)\t", f"dep\texample.com/a\tv1.0.0\t{made_hash(A)}\n")
    sbom("--format", "cyclonedx-json=src.json")
    cli("sbom", "app", "--format", "cyclonedx-json=bin.json", "--offline", cwd=folder)
    done = cli("sbom", "diff", "src.json", "bin.json", cwd=folder)
    assert "example.com/b  v1.2.0" in done.out
    assert "one file is of compiled programs" in done.out
    assert "other edges" not in done.out
    assert "another use" not in done.out
