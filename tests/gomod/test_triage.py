"""A mismatch explained: every case there can be has its own meaning, and the page of the rule tells the same."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.triage import CASES, Explanation, Meaning, Standing, explain_mismatch, origin_command
from supplymatrix.model.fact import HashWitness, Holder, LineProof, ProofState, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from tests.support.data import REPO

MODULE = ModuleVersion(path="example.com/mod", version="v1.0.0")
LOG, GO_SUM, THIRD, FOURTH = "h1:log=", "h1:sum=", "h1:third=", "h1:fourth="
PROXY = "https://proxy.example/example.com/mod/@v/v1.0.0.zip"


def proof_of(module: ModuleVersion = MODULE, *, artifact: str = "go.sum") -> LineProof:
    return LineProof(
        subject=module,
        kind=SumKind.ZIP,
        hash=GO_SUM,
        state=ProofState.DIFFERS,
        logged_hash=LOG,
        record_id=7,
        tree_size=9,
        answered_by="https://proxy.example",
        location=Location(artifact=artifact, line=1, column=1),
    )


def witness(holder: Holder, found: str, *, source: str = "", reason: str = "") -> HashWitness:
    return HashWitness(
        subject=MODULE, kind=SumKind.ZIP, holder=holder, source=source or PROXY, hash=found, reason=reason
    )


def explain(cache: str, proxy: str) -> Explanation:
    """Explain with what the two have, "" = not known."""
    found = [witness(Holder.MODULE_CACHE, cache, source="/there/v1.0.0.zip"), witness(Holder.PROXY, proxy)]
    return explain_mismatch(proof_of(), found)


HASHES = ("", LOG, GO_SUM, THIRD, FOURTH)


def test_every_combination_of_equal_hashes_has_a_case() -> None:
    seen = {explain(cache, proxy).meaning for cache, proxy in product(HASHES, HASHES)}
    assert seen == set(CASES.values()) == set(Meaning)


def test_every_case_has_its_own_meaning_and_sentence() -> None:
    assert len(set(CASES.values())) == len(CASES) == 17
    assert len({meaning.told() for meaning in Meaning}) == 17


@pytest.mark.parametrize(
    ("cache", "proxy", "meaning", "agreement"),
    [
        ("", "", Meaning.NO_WITNESS, "log; go.sum"),
        ("", LOG, Meaning.PROXY_AS_LOG, "log = proxy; go.sum"),
        (LOG, LOG, Meaning.GO_SUM_ALONE, "log = module cache = proxy; go.sum"),
        (GO_SUM, LOG, Meaning.OTHER_FILES_HERE, "log = proxy; go.sum = module cache"),
        (GO_SUM, GO_SUM, Meaning.LOG_ALONE, "log; go.sum = module cache = proxy"),
        (LOG, GO_SUM, Meaning.PROXY_CHANGED, "log = module cache; go.sum = proxy"),
        ("", GO_SUM, Meaning.PROXY_AS_GO_SUM, "log; go.sum = proxy"),
        (THIRD, LOG, Meaning.CACHE_AND_GO_SUM_ALONE, "log = proxy; go.sum; module cache"),
        (THIRD, THIRD, Meaning.PROXY_AND_CACHE, "log; go.sum; module cache = proxy"),
        (THIRD, FOURTH, Meaning.FOUR_CONTENTS, "log; go.sum; module cache; proxy"),
    ],
)
def test_who_agrees_decides_what_it_means(cache: str, proxy: str, meaning: Meaning, agreement: str) -> None:
    explained = explain(cache, proxy)
    assert (explained.meaning, explained.agreement) == (meaning, agreement)


@given(st.sampled_from(HASHES), st.sampled_from(HASHES))
def test_no_meaning_speaks_of_a_holder_that_is_not_known(cache: str, proxy: str) -> None:
    told = explain(cache, proxy).sentence
    assert ("proxy.example" in told) is bool(proxy)
    if not cache:
        assert "the module cache" not in told
        assert "this machine" not in told


@given(st.sampled_from(HASHES), st.sampled_from(HASHES))
def test_every_explanation_has_a_first_step(cache: str, proxy: str) -> None:
    explained = explain(cache, proxy)
    assert explained.steps
    assert all(step.command and step.purpose for step in explained.steps)


@given(st.sampled_from(HASHES), st.sampled_from(HASHES))
def test_a_cache_that_has_what_was_logged_is_never_to_be_emptied(cache: str, proxy: str) -> None:
    commands = " ".join(step.command for step in explain(cache, proxy).steps)
    if cache in ("", LOG):
        assert "-modcache " not in f"{commands} "


def test_a_proxy_that_was_asked_in_vain_does_not_speak_for_the_one_that_answered() -> None:
    silent = witness(Holder.PROXY, "", source="https://first.example/x", reason="HTTP status 404")
    explained = explain_mismatch(proof_of(), [silent, witness(Holder.PROXY, LOG)])
    assert explained.meaning is Meaning.PROXY_AS_LOG
    assert "first.example" not in explained.sentence


def test_an_origin_without_a_hash_has_no_say() -> None:
    silent = witness(Holder.ORIGIN, "", source="its repository", reason="not asked")
    assert explain_mismatch(proof_of(), [silent]).meaning is Meaning.NO_WITNESS


def test_braces_in_a_proxys_address_stay_as_they_are() -> None:
    odd = witness(Holder.PROXY, LOG, source="file:///{proxy}/{0}")
    assert "file:///{proxy}/{0} serves" in explain_mismatch(proof_of(), [odd]).sentence


def test_what_a_folder_serves_is_not_to_be_fetched_by_http() -> None:
    steps = explain_mismatch(proof_of(), [witness(Holder.PROXY, GO_SUM, source="file:///there/x.zip")]).steps
    assert [step.purpose for step in steps] == ["ask the repository"]


@pytest.mark.parametrize("name", ["go.sum", "a b/go.sum", "$(touch x)/go.sum", "'; rm -rf ~; '/go.sum"])
def test_names_in_commands_are_quoted_for_the_shell(name: str) -> None:
    (history, *_) = explain_mismatch(proof_of(artifact=name), []).steps
    assert shlex.split(history.command) == ["git", "log", "-p", f"-S{GO_SUM}", "--", name]


def test_the_page_of_the_rule_has_the_whole_table() -> None:
    names = {Standing.NOBODY: "neither"}
    page = (REPO / "docs" / "rules" / "SM110.md").read_text(encoding="utf-8").split("\n")
    rows = [
        f"| {names.get(cache, cache.value)} | {names.get(proxy, proxy.value)} | `{meaning.value}` | {meaning.told()} |"
        for (cache, proxy), meaning in CASES.items()
    ]
    start = page.index("| module cache as | proxy as | meaning | what it means |") + 2
    assert page[start : start + len(rows) + 1] == [*rows, ""]


@pytest.mark.slow
def test_the_command_for_the_repository_tells_its_hash_beside_a_go_sum_that_names_another(tmp_path: Path) -> None:
    go, git = shutil.which("go"), shutil.which("git")
    if go is None or git is None:
        pytest.skip("go or git is not installed")
    repository, project = tmp_path / "repository", tmp_path / "project"
    repository.mkdir()
    project.mkdir()
    (repository / "go.mod").write_text("module github.com/some/mod\n", encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@host.example"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "x"], ["tag", "v1.0.0"]):
        subprocess.run([git, *words], cwd=repository, check=True, capture_output=True)
    (project / "go.mod").write_text("module example.com/svc\n\ngo 1.21\n", encoding="utf-8")
    (project / "go.sum").write_text("github.com/some/mod v1.0.0 h1:" + "A" * 43 + "=\n", encoding="utf-8")
    home = {
        "PATH": f"{Path(go).parent}:{Path(git).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "GOTOOLCHAIN": "local",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/some/mod",
    }
    command = origin_command(proof_of(ModuleVersion(path="github.com/some/mod", version="v1.0.0")))
    done = subprocess.run(["sh", "-c", command], cwd=project, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"Sum": "h1:' in done.stdout
    assert '"GoModSum": "h1:' in done.stdout
