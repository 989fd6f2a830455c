"""`decide` as it is run: inputs and their faults, outputs and their places, the same bytes for the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.machine import Machine
from tests.vendors.profiles import GOOD

pytestmark = pytest.mark.slow

_DAY = ("--as-of", "2026-11-25", "--draws", "60")


def _write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_an_answer_ends_with_0(cli: Cli) -> None:
    done = cli("decide", *_DAY)
    assert done.code == 0
    assert done.out.split("\n\n")[-1].split()[0] == done.out.split()[0]  # the sentence stands first and last
    assert done.err == ""


def test_needs_of_a_file_and_of_options_are_told_with_their_origin(cli: Cli, machine: Machine) -> None:
    _write(machine.home, "needs.toml", '[[need]]\nkey = "fips_mode"\nmust = true\n')
    done = cli("decide", *_DAY, "--needs", "needs.toml", "--need", "go_minors=1.26")
    assert "must  FIPS mode (fips_mode)  from needs.toml:1" in done.out
    assert "need  Go versions (go_minors): 1.26  from --need" in done.out


def test_the_project_shows_needs_of_its_own(cli: Cli) -> None:
    done = cli("decide", str(REPO / "examples" / "mux-service"), *_DAY, "--format", "json")
    needs = json.loads(done.out)["needs"]
    assert [need["key"] for need in needs] == ["go_minors"]
    assert needs[0]["origin"].startswith("go.mod:")


def test_the_current_folder_is_the_project_if_it_has_a_go_mod(cli: Cli, machine: Machine) -> None:
    _write(machine.home, "go.mod", "module a.example/b\n\ngo 1.26.1\n")
    _write(machine.home, "Dockerfile", "FROM cgr.dev/chainguard/go:latest\nENV GOFIPS140=latest\n")
    document = json.loads(cli("decide", *_DAY, "--format", "json").out)
    assert {"go_minors", "fips_mode"} <= {need["key"] for need in document["needs"]}
    (today,) = [option for option in document["options"] if option["id"] == "today"]
    assert today["standing"][0]["vendor"] == "chainguard"
    states = {option["id"]: option["state"] for option in document["options"]}
    assert states["chainguard"] == "compared"  # it sells what the project has not


def test_the_users_need_takes_the_place_of_the_projects(cli: Cli, machine: Machine) -> None:
    _write(machine.home, "go.mod", "module a.example/b\n\ngo 1.26.1\n")
    document = json.loads(cli("decide", *_DAY, "--must", "go_minors=1.25", "--format", "json").out)
    (need,) = [need for need in document["needs"] if need["key"] == "go_minors"]
    assert (need["must"], need["items"], need["origin"]) == (True, ["1.25"], "--must")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--need", "fips"], "fips_mode"),
        (["--must", "arches=x86_64"], "amd64"),
        (["--draws", "0"], "1<=x<=1000000"),
        (["--draws", "1000001"], "1<=x<=1000000"),
        (["--seed", "-1"], "0<=x"),
        (["--vendor", "redhta"], "redhat"),
        (["--exclude", "nobody"], "no vendor 'nobody'"),
        (["--format", "jsn"], "json"),
        (["--format", "json="], "file name is missing"),
        (["--format", "json", "--format", "text"], "cannot share"),
        (["--ask", "a.md", "--record", "a.md"], "cannot share"),
        (["--ask", "-", "--format", "text"], "cannot share"),
        (["--ask", ""], "file name is missing"),
        (["--needs", "nowhere.toml"], "nowhere.toml"),
        (["--scenarios", "nowhere.toml"], "nowhere.toml"),
        (["--answers", "nowhere.toml"], "nowhere.toml"),
        (["nowhere"], "nowhere"),
        (["--as-of", "yesterday"], "no date"),
        (["--record", "nowhere/a.md"], "nowhere/a.md"),
    ],
)
def test_a_wrong_use_is_told_and_ends_with_2(cli: Cli, arguments: list[str], said: str) -> None:
    done = cli("decide", *_DAY[:2], *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_nine_needs_are_too_many(cli: Cli) -> None:
    keys = [
        "go_minors",
        "arches",
        "fips_mode",
        "air_gap",
        "fix_sla",
        "signing",
        "sbom_formats",
        "indemnity",
        "exit_cost",
    ]
    done = cli("decide", *_DAY, *(word for key in keys for word in ("--need", key)))
    assert done.code == 2
    assert "at most 8" in done.err


def test_one_vendor_is_compared_with_today(cli: Cli) -> None:
    document = json.loads(cli("decide", *_DAY, "--vendor", "suse", "--format", "json").out)
    assert [option["id"] for option in document["options"]] == ["today", "suse"]


def test_an_excluded_vendor_is_not_there(cli: Cli) -> None:
    document = json.loads(cli("decide", *_DAY, "--exclude", "suse", "--format", "json").out)
    assert "suse" not in [option["id"] for option in document["options"]]


@pytest.mark.parametrize("draws", ["1", "7"])
def test_few_draws_are_draws_too(cli: Cli, draws: str) -> None:
    done = cli("decide", "--as-of", "2026-11-25", "--draws", draws)
    assert done.code == 0


def test_an_ask_list_is_filled_in_and_read_back(cli: Cli, machine: Machine) -> None:
    assert cli("decide", *_DAY, "--ask", "asked.md").code == 0
    page = machine.home / "asked.md"
    unanswered = cli("decide", *_DAY, "--answers", "asked.md")
    assert unanswered.code == 0
    assert "no question is answered there yet" in unanswered.err
    text = (
        page.read_text(encoding="utf-8")
        .replace('state = "unknown"', 'state = "no"')
        .replace("# answered_at", "answered_at")
    )
    page.write_text(
        text.replace('value = ""', 'value = "no"').replace('source = ""', 'source = "mail"'), encoding="utf-8"
    )
    document = json.loads(cli("decide", *_DAY, "--answers", "asked.md", "--format", "json").out)
    assert document["answers"] == text.count("[[answer]]")


def test_an_ask_list_that_may_hold_answers_is_not_written_over(cli: Cli, machine: Machine) -> None:
    _write(machine.home, "asked.md", "our answers")
    done = cli("decide", *_DAY, "--ask", "asked.md")
    assert done.code == 2
    assert (machine.home / "asked.md").read_text(encoding="utf-8") == "our answers"


def test_the_ask_list_alone_goes_to_stdout(cli: Cli) -> None:
    assert cli("decide", *_DAY, "--ask", "-").out.startswith("# What to ask, and whom\n")


def test_an_answer_of_a_later_day_does_not_count_and_that_is_said(cli: Cli, machine: Machine) -> None:
    text = (
        '[[answer]]\nvendor = "suse"\nkey = "indemnity"\nstate = "yes"\nvalue = "yes"\nsource = "a letter"\n'
        "answered_at = 2026-11-20\n"
    )
    _write(machine.home, "answers.toml", text)
    done = cli("decide", "--as-of", "2026-11-10", "--draws", "20", "--answers", "answers.toml")
    assert "1 of 1 answers are of a day after 2026-11-10 and do not count" in done.err


def test_an_answer_for_an_unknown_vendor_is_refused_with_its_line(cli: Cli, machine: Machine) -> None:
    _write(machine.home, "answers.toml", '[[answer]]\nvendor = "sues"\nkey = "indemnity"\nstate = "yes"\n')
    done = cli("decide", *_DAY, "--answers", "answers.toml")
    assert done.code == 2
    assert "answers.toml:2" in done.err
    assert "suse" in done.err


def test_own_scenarios_take_the_place_of_the_built_in_ones(cli: Cli, machine: Machine) -> None:
    _write(machine.home, "s.toml", '[[scenario]]\nid = "war"\nname = "a long winter"\nfactors = {air_gap = 50}\n')
    done = cli("decide", *_DAY, "--scenarios", "s.toml")
    assert "a long winter" in done.out
    assert "a wave of CVEs" not in done.out


def test_all_outputs_of_one_run_are_written(cli: Cli, machine: Machine) -> None:
    done = cli(
        "decide", *_DAY, "--format", "json=a.json", "--format", "markdown=a.md", "--record", "r.md", "--ask", "q.md"
    )
    assert done.code == 0
    assert done.out == ""
    assert {path.name for path in machine.home.iterdir()} >= {"a.json", "a.md", "r.md", "q.md"}


def test_a_profile_that_cannot_be_used_is_told_and_the_rest_decides(cli: Cli, machine: Machine) -> None:
    folder = machine.home / "ours"
    folder.mkdir()
    _write(folder, "acme.toml", "schema = 9\n")
    done = cli("decide", *_DAY, "--profiles", "ours")
    assert done.code == 2
    assert "acme.toml" in done.err
    assert "weightings" in done.out


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_the_same_seed_gives_the_same_bytes_in_two_processes(tmp_path: Path, format_: str) -> None:
    outputs = []
    for number in ("1", "2"):
        record = tmp_path / f"record-{number}.md"
        done = subprocess.run(
            [sys.executable, "-m", "supplymatrix", "decide", *_DAY, "--must", "fips_mode", "--need", "arches=s390x",
             "--seed", "42", "--record", str(record), "--format", format_],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": number, "HOME": str(tmp_path), "PYTHONPATH": str(REPO)},
        )  # fmt: skip
        outputs.append((done.stdout, record.read_bytes()))
    assert outputs[0] == outputs[1]
    assert outputs[0][0]


def test_a_record_takes_the_place_of_a_record_alone(cli: Cli, tmp_path: Path) -> None:
    record, other = tmp_path / "record.md", tmp_path / "other.toml"
    other.write_text("kept", encoding="utf-8")
    assert cli("decide", "--record", str(record)).code == 0
    assert cli("decide", "--record", str(record)).code == 0
    assert cli("decide", "--record", str(other)).code == 2
    assert other.read_text(encoding="utf-8") == "kept"


def test_a_leader_that_may_fail_a_must_have_is_no_clear_winner(cli: Cli) -> None:
    done = cli("decide", "--must", "go_minors=1.99", "--as-of", "2026-11-25")
    assert "No clear winner" in done.out
    assert "is not known to meet the must-have: Go versions" in " ".join(done.out.split())


def test_a_day_on_which_nothing_was_known_has_no_winner(cli: Cli) -> None:
    assert cli("decide", "--as-of", "2020-01-01").out.startswith("Nothing is known as of 2020-01-01")


def test_the_text_is_short_and_explain_has_all_of_it(cli: Cli) -> None:
    short = cli("decide", *_DAY).out
    full = cli("decide", *_DAY, "--explain").out
    assert short.count("\n") <= 80
    assert full.count("\n") > short.count("\n")
    assert "--explain\n" in short
    assert full.split("\n\n")[0].split()[:3] == full.split("\n\n")[-1].split()[:3]


def test_the_schema_of_a_command_is_found_by_the_commands_name(cli: Cli) -> None:
    done = cli("schema", "decide")
    assert done.code == 2
    assert "did you mean decision?" in done.err


def test_an_answer_beside_a_known_value_is_cited_with_its_id_and_day(cli: Cli, machine: Machine) -> None:
    folder = machine.home / "ours"
    folder.mkdir()
    (folder / "acme.toml").write_text(GOOD)
    text = (
        '[[answer]]\nvendor = "acme"\nkey = "fix_sla"\nstate = "no"\nvalue = "none"\nsource = "a letter"\n'
        'kind = "contract"\nanswered_at = 2026-11-20\n'
    )
    given = ("--profiles", str(folder), "--answers", _write(machine.home, "answers.toml", text))
    document = json.loads(cli("decide", *_DAY, *given, "--format", "json").out)
    (taken,) = document["answers_taken"]
    assert (taken["effect"], taken["answered_at"]) == ("conflict", "2026-11-20")
    assert taken["evidence"] in {item["id"] for item in document["evidence"]}
    said = cli("decide", *_DAY, *given).out
    assert taken["evidence"] in said
    assert "without this answer" in " ".join(said.split())
