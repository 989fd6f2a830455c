"""`trace`: exit codes, all formats, options that go together, and what a hostile name can put on a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.model.chain import LinkId
from supplymatrix.reports.chain_words import TITLES
from tests.cli.conftest import Cli
from tests.reports.test_schema import VALIDATORS
from tests.support.made_chain import GENERATOR, MadeRelease, provenance_v02, provenance_v1
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, statement


def _arguments(made: MadeRelease, *more: str, who: bool = True) -> list[str]:
    named = ["--identity", GITHUB_IDENTITY, "--issuer", GITHUB_ISSUER] if who else []
    return [
        "trace", str(made.app), "--policy", str(made.policy), "--replay", str(made.recorded), "--engine", "native",
        "--trusted-root", str(made.root), *named, *more,
    ]  # fmt: skip


def _json(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    validator: Draft202012Validator = VALIDATORS["trace"]
    validator.validate(document)
    return document


def test_a_whole_chain_is_told_in_every_format(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    done = cli(*_arguments(made))
    assert done.code == 0, done.err
    assert "the chain holds." in done.out
    assert "Built by" in done.out
    assert "2 of 2 modules proven in log.example" in " ".join(done.out.split())
    assert done.out.count("✔") == 8
    assert max(len(line) for line in done.out.splitlines() if "/" not in line) <= 80
    document = _json(cli(*_arguments(made, "--format", "json")).out)
    assert (document["exit_code"], len(document["links"]), document["sha256"]) == (0, 8, made.digest)
    assert [head["proves"] for head in document["logs"]] == ["signatures", "signatures", "modules"]
    assert document["replay"]["heads"][-1]["tree_size"] == made.log.size
    markdown = cli(*_arguments(made, "--format", "markdown")).out
    assert markdown.startswith("# Chain of ")
    assert markdown.count("| ✔ |") == 8
    verbose = cli(*_arguments(made, "-v")).out
    assert "vcs.revision (program)" in verbose
    assert "index 1005" in verbose


def test_a_broken_chain_is_red_and_says_where(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path, settings={"vcs.revision": "2e" * 20}).write()
    done = cli(*_arguments(made, "--color", "always"))
    assert done.code == 1
    assert "the chain is broken at source" in done.out
    assert "\x1b[31m✘\x1b[0m source" in done.out
    assert "2e2e2e2e" in done.out
    document = _json(cli(*_arguments(made, "--format", "json")).out)
    (broken,) = [link for link in document["links"] if link["state"] == "failed"]
    assert (broken["link"], broken["expected"], broken["found"]) == ("source", "1f" * 20, "2e" * 20)


def test_who_signed_is_told_where_nobody_is_named(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    done = cli(*_arguments(made, who=False))
    assert done.code == 3
    assert "nobody said who" in done.out
    assert "Nobody vouches for who built it" in " ".join(done.out.split())
    assert GITHUB_IDENTITY in done.out
    assert cli(*_arguments(made, "--source", "github.com/corp/app", who=False)).code == 0
    done = cli(*_arguments(made, "--vendor", "docker", who=False))
    assert done.code == 3
    assert "its profile says nothing of files" in " ".join(done.out.replace("│", "").split())
    assert "nobody said who" not in done.out
    assert cli(*_arguments(made, "--source", "github.com/corp/other", who=False)).code == 1


def test_a_builder_may_be_named(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(
        tmp_path, dsse={"identity": GENERATOR}, predicate=provenance_v02(),
        predicate_type="https://slsa.dev/provenance/v0.2",
    ).write()  # fmt: skip
    assert cli(*_arguments(made, "--builder-identity", GENERATOR)).code == 0
    assert cli(*_arguments(made, "--builder-identity", GITHUB_IDENTITY)).code == 1
    done = cli(*_arguments(made))
    assert done.code == 0
    assert "SLSA Build level 3, as its documentation says" in " ".join(done.out.split())


def test_links_may_be_asked_for_and_let_off(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path, attests=False).write()
    assert cli(*_arguments(made)).code == 0
    assert cli(*_arguments(made, "--require", "provenance")).code == 1
    assert cli(*_arguments(made, "--must-have", "sbom")).code == 1
    (tmp_path / "app.sigstore.json").unlink()
    assert cli(*_arguments(made)).code == 1
    assert cli(*_arguments(made, "--may-lack", "signature,provenance,source")).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--must-have", "sbomm"), "did you mean 'sbom'"),
        (("--must-have", "nothing-of-it"), "is no link"),
        (("--must-have", "sbom", "--may-lack", "sbom"), "say one of them"),
        (("--require", "vuln"), "--require takes"),
        (("--source", "nowhere"), "is no repository"),
        (("--base-identity", "x"), "nobody is named who vouches"),
        (("--base-identity", "x", "--base-issuer", "https://i.example"), "not which image that is"),
        (("--base-vendor", "docker"), "not which image that is"),
        (("--base", "x", "--base-var", "a=b"), "--base-var goes with --base-vendor"),
        (("--base", "x", "--base-var", "a"), "--base-var takes NAME=VALUE"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], says: str, cli: Cli, tmp_path: Path) -> None:
    done = cli(*_arguments(MadeRelease(tmp_path).write(), *words))
    assert done.code == 2
    assert says in done.err


def test_a_file_that_is_not_there_is_no_image(cli: Cli, tmp_path: Path) -> None:
    done = cli("trace", str(tmp_path / "none"))
    assert done.code == 2
    assert "no such file" in done.err


def test_names_from_outside_are_harmless(cli: Cli, tmp_path: Path) -> None:
    main = "github.com/corp/app\x1b[31m\u202e\tv1.0.0\t"
    predicate = provenance_v1("https://builder.example/\x1b[31m\u202e", ref="refs/tags/\x1b[0m")
    made = MadeRelease(tmp_path, main=main, predicate=predicate).write()
    for form in ("text", "json", "markdown"):
        out = cli(*_arguments(made, "--format", form, who=False)).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_every_link_has_a_title() -> None:
    assert set(TITLES) == set(LinkId)


def _keyed(folder: Path) -> tuple[MadeRelease, list[str]]:
    """Return a release of which a key without a log signs all, and the words that trace it."""
    made = MadeRelease(folder, signs=False, attests=False).write()
    key = folder / "key.pub"
    key.write_text(made.sigstore.key().pem)
    (folder / "sigs").mkdir()
    predicate = statement({"app": made.digest}, "https://slsa.dev/provenance/v1", provenance_v1())
    (folder / "sigs" / "app.sigstore.json").write_bytes(made.sigstore.keyed_blob(made.data, log=""))
    (folder / "sigs" / "prov.json").write_bytes(made.sigstore.keyed_dsse(predicate, log=""))
    (folder / "sigs" / "other.sigstore.json").write_bytes(made.sigstore.keyed_blob(b"another file", log=""))
    return made, _arguments(made, "--key", str(key), who=False)


@pytest.mark.parametrize("places", [("sigs",), ("sigs/{name}.sigstore.json", "sigs/prov.json")])
def test_signatures_lie_in_a_folder_or_where_a_pattern_says(cli: Cli, tmp_path: Path, places: tuple[str, ...]) -> None:
    _, words = _keyed(tmp_path)
    named = [part for place in places for part in ("--bundle", str(tmp_path / place))]
    done = cli(*words, "--key-without-log", "--may-lack", "builder", *named, "--format", "json")
    document = _json(done.out)
    states = {link["link"]: link["state"] for link in document["links"]}
    assert (states["signature"], states["provenance"], done.code) == ("verified", "verified", 0), document["says"]
    assert len(document["signed"][0]["signatures"]) == 1
    assert any("1 of the bundles is about none" in note for note in document["notes"]) is (len(places) == 1)


def test_what_a_key_cannot_say_is_told_with_what_lets_it_off(cli: Cli, tmp_path: Path) -> None:
    _, words = _keyed(tmp_path)
    words += ["--bundle", str(tmp_path / "sigs")]
    text = " ".join(cli(*words).out.replace("│", " ").split())
    assert "if this key publishes to no log, --key-without-log" in text
    done = cli(*words, "--key-without-log")
    assert done.code == 3
    assert "is enough, --may-lack builder" in " ".join(done.out.replace("│", " ").split())


def test_an_exit_code_that_goes_before_another_tells_it_in_the_last_line(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path, settings={"vcs.revision": "2e" * 20}, predicate=provenance_v1("https://ci.example/x"))
    done = cli(*_arguments(made.write()))
    assert done.code == 3
    *_, last = done.out.rpartition("exit 3: ")
    assert " ".join(last.split()) == "builder not checkable; it goes before 1: source failed"
    markdown = cli(*_arguments(made, "--format", "markdown")).out
    assert "exit 3: builder not checkable; it goes before 1: source failed" in markdown


def test_a_file_that_is_not_there_is_told_with_how_an_image_is_written(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    done = cli(*["trace", "dist/appp", *_arguments(made)[2:]], cwd=tmp_path)
    assert done.code == 2
    assert "docker.io/dist/appp" in done.err


def test_a_log_with_several_trees_is_told_with_the_tree_and_the_leaf(cli: Cli, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    text = " ".join(cli(*_arguments(made)).out.split())
    document = _json(cli(*_arguments(made, "--format", "json")).out)
    head = document["logs"][0]
    tree = head["origin"].partition(" - ")[2]
    assert tree
    assert head["leaves"] != head["indexes"]
    assert f"entry {head['indexes'][0]}, leaf {head['leaves'][0]} of {head['tree_size']} in tree {tree}" in text
