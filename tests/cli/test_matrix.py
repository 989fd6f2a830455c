"""`matrix`: what it shows, writes and refuses, on the user's own profiles beside those that come with the program."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import row_number
from tests.cli.conftest import Cli, Done
from tests.reports.test_schema import faults
from tests.support.machine import Machine
from tests.vendors.profiles import GOOD, without

pytestmark = pytest.mark.slow

TODAY = datetime.now(UTC).date()
READ = TODAY - timedelta(days=3)
FRESH = GOOD.replace("2026-11-20", str(READ)).replace("2026-11-25", str(READ)).replace("2026-11-01", str(READ))
STALE = FRESH.replace(f"retrieved_at = {READ}", "retrieved_at = 2020-01-01").replace(f"source_date = {READ}\n", "")


def folder(machine: Machine, text: str = FRESH, name: str = "acme.toml") -> Path:
    path = machine.home / "ours"
    path.mkdir(exist_ok=True)
    (path / name).write_text(text, encoding="utf-8", newline="")
    return path


def shown(cli: Cli, *arguments: str) -> dict[str, Any]:
    done = cli("matrix", *arguments, "--format", "json")
    assert done.code == 0, done.err
    assert faults("matrix", done.out) == []
    document: dict[str, Any] = json.loads(done.out)
    return document


def options(document: dict[str, Any]) -> list[str]:
    return [option["id"] for option in document["options"]]


def cell(document: dict[str, Any], option: str, key: str) -> dict[str, Any]:
    (found,) = [item for item in document["options"] if item["id"] == option]
    (answer,) = [item for item in found["cells"] if item["key"] == key]
    assert isinstance(answer, dict)
    return answer


def refused(done: Done, said: str) -> None:
    assert done.code == 2
    assert done.out == ""
    assert said in done.err
    assert "Traceback" not in done.err


def test_all_vendors_fit_on_eighty_columns_and_today_is_there(cli: Cli) -> None:
    done = cli("matrix")
    assert done.code == 0
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert " today " in done.out
    assert "score of 100" in done.out


def test_every_vendor_that_is_listed_is_in_the_matrix(cli: Cli) -> None:
    listed = json.loads(cli("vendors", "list", "--format", "json").out)
    assert set(options(shown(cli))) == {"today", *(vendor["id"] for vendor in listed["vendors"])}


def test_named_vendors_come_with_today_alone_in_the_order_named(cli: Cli, machine: Machine) -> None:
    ours = str(folder(machine))
    assert options(shown(cli, "go-project", "acme", "--profiles", ours)) == ["today", "go-project", "acme"]


def test_a_pinned_column_is_the_first_and_stays_beside_named_ones(cli: Cli, machine: Machine) -> None:
    ours = str(folder(machine))
    assert options(shown(cli, "acme", "--pin", "go-project", "--profiles", ours)) == ["go-project", "today", "acme"]


def test_an_excluded_vendor_is_not_there(cli: Cli, machine: Machine) -> None:
    document = shown(cli, "--exclude", "acme", "--profiles", str(folder(machine)))
    assert "acme" not in options(document)
    assert "today" in options(document)


def test_keys_come_in_the_order_named_with_their_values(cli: Cli, machine: Machine) -> None:
    done = cli("matrix", "acme", "--key", "indemnity", "--key", "fix_sla", "--profiles", str(folder(machine)))
    assert done.code == 0
    indemnity, fix = (f"{row_number(KEYS[key])} {KEYS[key].title}" for key in ("indemnity", "fix_sla"))
    assert done.out.index(indemnity) < done.out.index(fix)
    assert "days by severity (sources differ) [contract," in " ".join(done.out.split())


def test_differences_leave_out_what_is_answered_alike(cli: Cli, machine: Machine) -> None:
    document = shown(cli, "acme", "--differences", "--profiles", str(folder(machine)))
    for key in document["keys"]:
        assert len({cell(document, option, key["key"])["state"] for option in options(document)}) > 1


def test_a_weights_file_changes_the_score_and_is_named(cli: Cli, machine: Machine) -> None:
    (machine.home / "w.toml").write_text("[weights]\nfix_sla = 1\n")
    document = shown(cli, "acme", "--weights", "w.toml", "--profiles", str(folder(machine)))
    (acme,) = [option for option in document["options"] if option["id"] == "acme"]
    assert (acme["score"]["low"], acme["score"]["high"]) == ("100", "100")
    assert document["weights"] == {"from": "w.toml", "sum": 1}


def test_on_a_day_before_its_sources_were_read_a_vendor_is_unknown(cli: Cli, machine: Machine) -> None:
    day = str(READ - timedelta(days=1))
    document = shown(cli, "acme", "--as-of", day, "--profiles", str(folder(machine)))
    assert cell(document, "acme", "fix_sla")["status"] == "unsupported"
    assert document["as_of"] == day


def test_strict_names_every_stale_cell_and_fails(cli: Cli, machine: Machine) -> None:
    done = cli("matrix", "acme", "--strict", "--profiles", str(folder(machine, STALE)))
    assert done.code == 1
    assert "acme/fix_sla (golang): stale since 2020-06-30" in done.err
    assert "~ stale" in done.out


def test_without_strict_a_stale_cell_is_shown_as_one(cli: Cli, machine: Machine) -> None:
    assert cli("matrix", "acme", "--profiles", str(folder(machine, STALE))).code == 0


def test_strict_is_about_what_is_shown(cli: Cli, machine: Machine) -> None:
    ours = str(folder(machine, STALE))
    assert cli("matrix", "acme", "--key", "indemnity", "--strict", "--profiles", ours).code == 0


def test_strict_passes_when_nothing_is_stale(cli: Cli, machine: Machine) -> None:
    ours = ("--profiles", str(folder(machine, GOOD)), "--as-of", "2026-11-25")  # `today` is built in, and ages
    done = cli("matrix", "acme", "--key", "fix_sla", "--strict", *ours)
    assert (done.code, done.err) == (0, "")


def test_a_broken_profile_is_told_and_the_others_are_shown(cli: Cli, machine: Machine) -> None:
    folder(machine)
    ours = str(folder(machine, "schema = 1\n[vendr]\n", "corp.toml"))
    done = cli("matrix", "--profiles", ours)
    assert done.code == 0
    assert "corp.toml" in done.err
    assert "Acme" in done.out
    assert "missing, since their files could not be used: ours/corp.toml" in " ".join(done.out.split()).replace(
        str(machine.home) + "/", ""
    )


def test_a_broken_profile_that_was_named_is_broken_input(cli: Cli, machine: Machine) -> None:
    folder(machine)
    ours = str(folder(machine, "schema = 1\n[vendr]\n", "corp.toml"))
    done = cli("matrix", "acme", "corp", "--profiles", ours)
    assert done.code == 2
    assert "did you mean 'vendor'?" in done.err
    assert "Acme" in done.out


def test_when_nothing_but_a_broken_profile_was_named_nothing_is_shown(cli: Cli, machine: Machine) -> None:
    refused(cli("matrix", "corp", "--profiles", str(folder(machine, "x", "corp.toml"))), "corp.toml")


def test_a_broken_file_in_place_of_a_built_in_profile_is_broken_input_and_the_built_in_one_is_shown(
    cli: Cli, machine: Machine
) -> None:
    done = cli("matrix", "go-project", "--profiles", str(folder(machine, "x", "go-project.toml")))
    assert done.code == 2
    assert "The Go project" in done.out


def test_broken_claims_are_no_broken_profile(cli: Cli, machine: Machine) -> None:
    ours = folder(machine)
    (ours / "claims").mkdir()
    (ours / "claims" / "acme.toml").write_text("x")
    done = cli("matrix", "acme", "--key", "fix_sla", "--profiles", str(ours))
    assert done.code == 0
    assert "claims/acme.toml" in done.err


def test_a_broken_profile_can_not_be_explained(cli: Cli, machine: Machine) -> None:
    ours = str(folder(machine, "x", "corp.toml"))
    refused(cli("matrix", "--explain", "corp/fix_sla", "--profiles", ours), "corp.toml")


def test_a_score_is_explained_by_parts_that_add_up(cli: Cli, machine: Machine) -> None:
    done = cli("matrix", "--explain", "acme", "--profiles", str(folder(machine)))
    assert done.code == 0
    assert "The points add up to the score exactly." in " ".join(done.out.split())


def test_a_cell_is_explained_down_to_its_sources(cli: Cli, machine: Machine) -> None:
    done = cli("matrix", "--explain", "acme/fix_sla", "--exclude", "acme", "--profiles", str(folder(machine)))
    assert done.code == 0
    for word in ("contract: contract, confidence high", "acme/contracts@0123", f"read {READ} (3 days ago)",
                 "otherwise says page", "conflicts with page", "counts until", "acme.toml:"):  # fmt: skip
        assert word in done.out


def test_today_can_be_explained_too(cli: Cli) -> None:
    assert cli("matrix", "--explain", "today/go_minors").code == 0
    assert cli("matrix", "--explain", "today").code == 0


def test_several_formats_are_written_whole_in_one_run(cli: Cli, machine: Machine) -> None:
    words = [word for form in ("json", "csv", "markdown", "html", "text") for word in ("--format", f"{form}=m.{form}")]
    done = cli("matrix", *words)
    assert (done.code, done.out) == (0, "")
    assert "written to m.json, m.csv, m.markdown, m.html, m.text" in done.err
    assert faults("matrix", (machine.home / "m.json").read_text("utf-8")) == []
    assert (machine.home / "m.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (machine.home / "m.csv").read_bytes().count(b"\r\n") > 28
    assert max(map(len, (machine.home / "m.text").read_text("utf-8").splitlines())) <= 80


def test_a_file_that_cannot_be_written_does_not_keep_the_others_from_it(cli: Cli, machine: Machine) -> None:
    done = cli("matrix", "--format", "json=nowhere/m.json", "--format", "csv=m.csv")
    assert done.code == 2
    assert "nowhere/m.json" in done.err
    assert (machine.home / "m.csv").exists()


def test_csv_on_stdout_is_a_table(cli: Cli, machine: Machine) -> None:
    done = cli("matrix", "acme", "--format", "csv", "--profiles", str(folder(machine)))
    rows = list(csv.DictReader(io.StringIO(done.out, newline="")))
    assert {row["option"] for row in rows} == {"today", "acme"}


def test_ascii_is_nothing_else(cli: Cli) -> None:
    assert cli("matrix", "--ascii", "--verbose").out.isascii()


def test_values_of_a_profile_are_inert_on_the_terminal(cli: Cli, machine: Machine) -> None:
    text = without(FRESH, 'value = "days by severity"', 'value = "<b>|`x` =1+1 ::error::y"')
    ours = str(folder(machine, text))
    assert "<b>|`x` =1+1 ::error::y" in cli("matrix", "acme", "--key", "fix_sla", "--profiles", ours).out
    assert "<b>" not in cli("matrix", "acme", "--format", "html", "--profiles", ours).out.replace("<b>✓", "").replace(
        "<b>◐", ""
    ).replace("<b>✗", "").replace("<b>–", "").replace("<b>?", "").replace("<b>~", "").replace("<b>!", "")  # noqa: RUF001


def project(machine: Machine, dockerfile: str) -> str:
    path = machine.home / "svc"
    path.mkdir()
    (path / "go.mod").write_text("module example.com/svc\n\ngo 1.26\n")
    (path / "Dockerfile").write_text(dockerfile)
    return str(path)


IMAGE = '"package:golang", "image:registry.acme.example/*"'


def test_today_is_the_vendor_on_whose_path_the_project_stands(cli: Cli, machine: Machine) -> None:
    ours = str(folder(machine, without(FRESH, '"package:golang"', IMAGE)))
    svc = project(machine, "FROM registry.acme.example/go:1.26\n")
    document = shown(cli, "acme", "--project", svc, "--profiles", ours)
    (today,) = [option for option in document["options"] if option["id"] == "today"]
    assert [(path["vendor"], path["why"].split()[0]) for path in today["standing"]] == [("acme", "Dockerfile:1")]
    assert (cell(document, "today", "fix_sla")["state"], cell(document, "acme", "fix_sla")["state"]) == (
        "unknown",
        "yes",
    )
    said = cli("matrix", "--project", svc, "--profiles", ours, "--explain", "today/fix_sla").out
    assert "yes is known of golang alone, only if bought" in " ".join(said.split())


def test_today_has_a_paid_offer_that_the_user_says_is_bought(cli: Cli, machine: Machine) -> None:
    ours = folder(machine, without(FRESH, '"package:golang"', IMAGE))
    quote = '[quotes.acme.golang]\namount = "1"\ncurrency = "EUR"\nper = "core"\nas_of = 2026-01-01\n'
    svc = project(machine, "FROM registry.acme.example/go:1.26\n")
    (ours / "quotes.toml").write_text(quote)
    document = shown(cli, "acme", "--project", svc, "--profiles", str(ours))
    assert cell(document, "today", "fix_sla")["state"] == "unknown"  # a quote alone is no purchase
    (ours / "quotes.toml").write_text(f"{quote}bought = true\n")
    document = shown(cli, "acme", "--project", svc, "--profiles", str(ours))
    assert cell(document, "today", "fix_sla")["text"] == "days by severity"


def test_what_of_a_project_could_not_be_told_is_a_gap(cli: Cli, machine: Machine) -> None:
    svc = project(machine, "ARG BASE\nFROM $BASE\nRUN dnf install -y golang\n")
    done = cli("matrix", "--project", svc)
    assert done.code == 3
    assert "not known: " in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("go-projet",), "did you mean 'go-project'?"),
        (("--pin", "go-projet"), "did you mean 'go-project'?"),
        (("--exclude", "go-projet"), "did you mean 'go-project'?"),
        (("--exclude", "today"), "the column today stays"),
        (("--key", "fips"), "there is no key 'fips'"),
        (("--key", "fips_mod"), "did you mean 'fips_mode'?"),
        (("--explain", "go-projet"), "did you mean 'go-project'?"),
        (("--explain", "go-project/fips_mod"), "did you mean 'fips_mode'?"),
        (("--explain", "/fips_mode"), "--explain ID[/KEY]"),
        (("--explain", "today", "--format", "json"), "--explain ID[/KEY]"),
        (("--format", "xml"), "there is no format 'xml'"),
        (("--format", "jsn"), "did you mean 'json'?"),
        (("--format", "json="), "a file name is missing"),
        (("--format", "json", "--format", "csv"), "cannot share"),
        (("--format", "json=a", "--format", "csv=./a"), "cannot share"),
        (("--weights", "none.toml"), "the weights file cannot be opened"),
        (("--project", "nowhere"), "there is no such project"),
        (("--profiles", "nowhere"), "no such folder of vendor profiles"),
        (("--as-of", "yesterday"), "is no date"),
    ],
)
def test_what_cannot_be_done_is_2_with_a_message(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    refused(cli("matrix", *arguments), said)


def next_command(out: str) -> list[str]:
    (line,) = [line for line in out.splitlines() if line.startswith("next: supplymatrix ")]
    return shlex.split(line.removeprefix("next: supplymatrix "))


@pytest.mark.parametrize("asked", [(), ("--explain", "acme")])
def test_a_command_that_is_suggested_runs_on_the_same_project_profiles_and_day(
    cli: Cli, machine: Machine, asked: tuple[str, ...]
) -> None:
    ours = str(folder(machine).rename(machine.home / "our profiles"))
    svc, day = project(machine, "FROM registry.acme.example/go:1.26\n"), str(TODAY - timedelta(days=1))
    command = next_command(cli("matrix", *asked, "--project", svc, "--profiles", ours, "--as-of", day).out)
    assert command[0] == "matrix"
    for option, said in (("--project", svc), ("--profiles", ours), ("--as-of", day)):
        assert command[command.index(option) + 1] == said
    done = cli(*command)
    assert done.code == 0, done.err
    assert f" on {day}" in done.out
    further = next_command(done.out)
    assert "--project" not in further
    assert cli(*further).code == 0


def test_rows_keep_their_numbers_when_others_are_left_out(cli: Cli) -> None:
    whole = numbered(cli("matrix", "redhat", "suse").out)
    some = numbered(cli("matrix", "redhat", "suse", "--differences").out)
    assert some
    assert some.items() < whole.items()


def test_differences_say_how_many_rows_are_left_of_how_many(cli: Cli) -> None:
    assert "no row: all options answer alike" in cli("matrix", "go-project", "--differences").out
    said = cli("matrix", "redhat", "suse", "--differences").out
    assert f"differences: {len(numbered(said))} of {len(KEYS)} rows differ among 3 columns" in said


def test_where_every_row_differs_that_is_said_with_a_command_for_fewer_vendors(cli: Cli) -> None:
    differing = next(iter(numbered(cli("matrix", "redhat", "suse", "--differences").out).values()))
    (key,) = [key.id for key in KEYS.values() if key.title == differing]
    said = cli("matrix", "--differences", "--key", key).out
    assert "none of 1 row is answered alike in all" in said
    (line,) = [line.strip() for line in said.splitlines() if line.endswith("--differences")]
    assert cli(*line.split()[1:]).code == 0


def numbered(out: str) -> dict[str, str]:
    """Return the titles of a table's rows by number."""
    titles = "|".join(re.escape(key.title) for key in KEYS.values())
    found = re.findall(rf"^ ?(\d+) ({titles}) +(?:\d+|·) ", out, re.MULTILINE)
    return dict(found)
