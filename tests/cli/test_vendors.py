"""`vendors`, `claims` and `entries`: what they show, what they refuse, and what they write."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine
from tests.vendors.profiles import GOOD, without

pytestmark = pytest.mark.slow

TODAY = datetime.now(UTC).date()
READ = TODAY - timedelta(days=3)


def fits(name: str, text: str) -> dict[str, Any]:
    """Return a document that has the form of its schema."""
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS[name][0]).read_text(encoding="utf-8"))
    document: dict[str, Any] = json.loads(text)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []
    return document


def folder(machine: Machine, text: str = GOOD, name: str = "acme.toml") -> Path:
    path = machine.home / "ours"
    path.mkdir(exist_ok=True)
    (path / name).write_text(text, encoding="utf-8", newline="")
    return path


def builtin_ids(cli: Cli) -> list[str]:
    document = json.loads(cli("vendors", "list", "--format", "json").out)
    return [vendor["id"] for vendor in document["vendors"] if not vendor["from_user"]]


def test_the_list_names_every_vendor_within_eighty_columns(cli: Cli) -> None:
    done = cli("vendors", "list")
    assert done.code == 0
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert [line.split()[0] for line in done.out.splitlines()[1:-2]] == builtin_ids(cli)


def test_list_and_show_have_the_form_of_their_schema(cli: Cli) -> None:
    listed = fits("vendors", cli("vendors", "list", "--format", "json").out)
    for vendor in listed["vendors"]:
        shown = fits("vendors", cli("vendors", "show", vendor["id"], "--format", "json").out)
        (found,) = shown["vendors"]
        assert {item["id"] for cell in found["capabilities"] for item in cell["evidence"]} <= {
            item["id"] for item in found["evidence"]
        }


def test_show_gives_each_cell_its_source_date_and_place(cli: Cli, machine: Machine) -> None:
    done = cli("vendors", "show", "acme", "--profiles", str(folder(machine)), "--as-of", "2026-11-25")
    assert done.code == 0
    for part in ("[fix_sla of golang]: yes", "critical 7 days", "acme/contracts@", "read 2026-11-20 (5 days ago)",
                 "conflicts with page", "looked on 2026-11-25 in its pages", "expires 2027-05-19"):  # fmt: skip
        assert part in done.out, part


def test_list_show_and_matrix_say_the_same_of_a_cell_in_conflict(cli: Cli, machine: Machine) -> None:
    where = str(folder(machine, without(GOOD, 'kind = "contract"', 'kind = "third_party"')))
    day = ("--profiles", where, "--as-of", "2026-11-25")
    shown = cli("vendors", "show", "acme", "--key", "fix_sla", *day)
    assert "? (conflict, said yes: page says otherwise)" in shown.out
    (line,) = [line for line in cli("vendors", "list", *day).out.splitlines() if line.startswith("acme ")]
    assert " 0/2/0 " in line
    document = fits("vendors", cli("vendors", "show", "acme", "--format", "json", *day).out)
    (cell,) = [cell for cell in document["vendors"][0]["capabilities"] if cell["key"] == "fix_sla"]
    assert cell["status"] == "conflict"
    assert "conflict" in cli("matrix", "acme", "--key", "fix_sla", *day).out


def test_what_had_not_been_read_by_then_is_called_the_same_everywhere(cli: Cli, machine: Machine) -> None:
    day = ("--profiles", str(folder(machine)), "--as-of", "2026-01-01")
    assert "? (unsupported, said yes)" in cli("vendors", "show", "acme", "--key", "fix_sla", *day).out
    (line,) = [line for line in cli("vendors", "list", *day).out.splitlines() if line.startswith("acme ")]
    assert " 0/2/0 " in line


def test_a_cell_is_a_question_mark_when_its_source_is_too_old(cli: Cli, machine: Machine) -> None:
    where = str(folder(machine))
    done = cli("vendors", "show", "acme", "--profiles", where, "--key", "fix_sla", "--as-of", "2028-01-01")
    assert "? (stale, was yes)" in done.out
    assert "stale since 2027-05-20" in done.out
    assert "indemnity" not in done.out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("vendors", "show", "redhut"), "did you mean 'redhat'?"),
        (("vendors", "show", "redhat", "--key", "fips_mod"), "did you mean 'fips_mode'?"),
        (("entries", "chaingard"), "did you mean 'chainguard'?"),
        (("claims", "--about", "tideleft"), "did you mean 'tidelift'?"),
        (("vendors", "list", "--as-of", "yesterday"), "no date"),
        (("vendors", "new", "Our Images"), "no id"),
        (("vendors", "new", "today"), "'today' is taken"),
    ],
)
def test_a_mistyped_word_is_told_with_what_was_meant(cli: Cli, arguments: tuple[str, ...], hint: str) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert hint in done.err


def test_a_profile_of_the_user_takes_the_place_of_a_built_in_one_and_that_is_said(cli: Cli, machine: Machine) -> None:
    name = builtin_ids(cli)[0]
    where = folder(machine, without(GOOD, 'id = "acme"', f'id = "{name}"'), f"{name}.toml")
    done = cli("vendors", "list", "--profiles", str(where))
    assert done.code == 0
    assert f"takes the place of the built-in profile {name}" in done.err
    assert "Acme (yours)" in done.out


def test_folders_of_the_settings_are_read_too(cli: Cli, machine: Machine) -> None:
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    folder(machine)
    file.write_text('[vendors]\nprofiles = ["~/ours"]\n', encoding="utf-8")
    assert "Acme (yours)" in cli("vendors", "list").out


def test_a_broken_profile_is_told_and_the_others_are_shown(cli: Cli, machine: Machine) -> None:
    where = folder(machine)
    folder(machine, "schema = 1\n[vendor]\nnaem = 1\n", "broken.toml")
    done = cli("vendors", "list", "--profiles", str(where))
    assert done.code == 2
    assert "broken.toml:3:1" in done.err
    assert "Acme (yours)" in done.out
    assert len(builtin_ids(cli)) < len(done.out.splitlines())


def test_a_folder_that_is_not_there_is_told(cli: Cli) -> None:
    done = cli("vendors", "list", "--profiles", "nowhere")
    assert done.code == 2
    assert "no such folder of vendor profiles" in done.err


def test_quotes_fill_in_and_are_shown_only_when_asked(cli: Cli, machine: Machine) -> None:
    where = folder(machine)
    quote = '[quotes.acme.golang]\namount = "99"\ncurrency = "EUR"\nper = "core"\nas_of = 2026-11-01\n'
    folder(machine, quote, "quotes.toml")
    assert "99 EUR" not in cli("vendors", "show", "acme", "--profiles", str(where)).out
    assert "99 EUR per core" in cli("vendors", "show", "acme", "--profiles", str(where), "--filled").out


def test_validate_counts_cells_and_finds_no_fault(cli: Cli, machine: Machine) -> None:
    done = cli("vendors", "validate", str(folder(machine) / "acme.toml"), "--as-of", "2026-11-25", "--strict")
    assert done.code == 0
    assert "2 cells: 1 known (1 by a primary source), 1 unknown, 0 stale" in done.out
    assert "0 cells without evidence" in done.out
    assert "no fault" in done.out


def test_what_expired_is_listed_and_only_strictly_a_fault(cli: Cli, machine: Machine) -> None:
    file = str(folder(machine) / "acme.toml")
    listed = cli("vendors", "validate", file, "--as-of", "2027-12-31")
    assert listed.code == 0
    assert "stale since 2027-02-19: page" in listed.out
    strict = cli("vendors", "validate", file, "--as-of", "2027-12-31", "--strict")
    assert strict.code == 1
    assert "is stale since 2027-02-19" in strict.out


def test_faults_of_a_file_are_told_with_their_places(cli: Cli, machine: Machine) -> None:
    where = folder(machine, without(GOOD, 'conflicts_with = ["page"]', 'conflicts_with = ["contract"]'))
    done = cli("vendors", "validate", str(where / "acme.toml"))
    assert done.code == 1
    line = next(
        number for number, text in enumerate(GOOD.split("\n"), start=1) if '["page"]' in text and "conf" in text
    )
    assert f"acme.toml:{line}:" in done.out
    document = fits("validation", cli("vendors", "validate", str(where / "acme.toml"), "--format", "json").out)
    assert document["faults"][0]["seen"] == '"contract"'


def test_a_date_of_tomorrow_is_a_fault_of_today(cli: Cli, machine: Machine) -> None:
    file = str(folder(machine) / "acme.toml")
    assert cli("vendors", "validate", file, "--as-of", "2026-11-19").code == 1
    assert cli("vendors", "validate", file, "--as-of", "2026-11-25").code == 0


def test_a_new_profile_validates_and_an_old_one_is_not_touched(cli: Cli, machine: Machine) -> None:
    assert cli("vendors", "new", "our-images", "--dir", str(machine.home)).code == 0
    file = machine.home / "our-images.toml"
    assert cli("vendors", "validate", "--strict", str(file)).code == 0
    before = file.read_bytes()
    assert cli("vendors", "new", "our-images", "--dir", str(machine.home)).code == 2
    assert file.read_bytes() == before


def test_claims_are_filtered_and_fit_their_schema(cli: Cli) -> None:
    everything = fits("claims", cli("claims", "--format", "json").out)["claims"]
    assert everything
    about = everything[0]["about"]
    some = fits("claims", cli("claims", "--about", about, "--verdict", "contradicted", "--format", "json").out)[
        "claims"
    ]
    assert some == [one for one in everything if (one["about"], one["verdict"]) == (about, "contradicted")]
    assert cli("claims", "--format", "markdown").out.startswith("# ")


def test_claims_are_readable_at_eighty_columns(cli: Cli) -> None:
    long = [line for line in cli("claims").out.splitlines() if len(line) > 80]
    assert all(" " not in line.strip().removeprefix("- ") for line in long)  # addresses stay whole


def test_entries_are_drawn_at_eighty_columns_and_fit_their_schema(cli: Cli) -> None:
    done = cli("entries")
    assert done.code == 0
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert cli("entries", "--ascii").out.isascii()
    assert cli("entries", "--format", "mermaid").out.startswith("flowchart TD\n")
    one = builtin_ids(cli)[0]
    assert fits("entries", cli("entries", one, "--format", "json").out)["vendors"] == [one]


class Sources:
    """A profile whose one web source lies on a loopback server."""

    def __init__(self, machine: Machine, server: LogServer, *, sha256: str) -> None:
        text = GOOD.replace("https://acme.example/go", f"{server.url}/page").replace("2026-11-20", str(READ))
        text = without(text, "source_date = 2026-11-01\n", f'sha256 = "{sha256}" # of the page\n' if sha256 else "")
        text = text.replace("2026-11-25", str(TODAY))
        self.file = folder(machine, text) / "acme.toml"
        self.text = text
        self.arguments = ("vendors", "recheck", "acme", "--profiles", str(self.file.parent))


PAGE = b"<html>the lifecycle</html>"


def test_the_same_bytes_re_date_the_evidence_and_nothing_else(cli: Cli, machine: Machine) -> None:
    with LogServer({"page": PAGE}) as server:
        sources = Sources(machine, server, sha256=hashlib.sha256(PAGE).hexdigest())
        done = cli(*sources.arguments)
    assert done.code == 0
    assert "same, dated anew: acme/page" in done.out
    old, new = sources.text.split("\n"), sources.file.read_text(encoding="utf-8").split("\n")
    assert [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]] == [
        (f"retrieved_at = {READ}", f"retrieved_at = {TODAY}")
    ]


def test_a_change_asks_for_a_review_and_edits_nothing(cli: Cli, machine: Machine) -> None:
    with LogServer({"page": PAGE}) as server:
        sources = Sources(machine, server, sha256="0" * 64)
        done = cli(*sources.arguments, "--format", "json")
    assert done.code == 1
    document = fits("recheck", done.out)
    assert {row["evidence"]: row["outcome"] for row in document["sources"]} == {"page": "changed", "contract": "pinned"}
    assert sources.file.read_text(encoding="utf-8") == sources.text


def test_without_a_digest_nothing_is_asked_and_nothing_stored(cli: Cli, machine: Machine) -> None:
    with LogServer({"page": PAGE}) as server:
        sources = Sources(machine, server, sha256="")
        done = cli(*sources.arguments)
        assert server.counts == {}
    assert done.code == 3
    assert "cannot be compared: acme/page" in done.out
    assert sources.file.read_text(encoding="utf-8") == sources.text


def test_a_digest_is_stored_when_asked_for_as_a_reading_of_today(cli: Cli, machine: Machine) -> None:
    with LogServer({"page": PAGE}) as server:
        sources = Sources(machine, server, sha256="")
        assert cli(*sources.arguments, "--store").code == 0
        text = sources.file.read_text(encoding="utf-8")
        assert f'sha256 = "{hashlib.sha256(PAGE).hexdigest()}"\nretrieved_at = {TODAY}' in text
        assert cli(*sources.arguments).code == 0


def test_offline_every_source_is_a_gap(cli: Cli, machine: Machine) -> None:
    with LogServer({"page": PAGE}) as server:
        sources = Sources(machine, server, sha256="0" * 64)
        done = cli(*sources.arguments, "--offline")
        assert server.counts == {}
    assert done.code == 3
    assert "gap: acme/page" in done.out
    assert sources.file.read_text(encoding="utf-8") == sources.text


@pytest.mark.parametrize("reply", [Reply(status=404), Reply(status=403)])
def test_a_source_that_is_gone_is_a_gap(cli: Cli, machine: Machine, reply: Reply) -> None:
    with LogServer({"page": PAGE}) as server:
        server.always(reply)
        sources = Sources(machine, server, sha256="0" * 64)
        done = cli(*sources.arguments)
    assert done.code == 3
    assert "gap: acme/page" in done.out
    assert sources.file.read_text(encoding="utf-8") == sources.text


def test_commands_about_vendors_need_no_http_client(machine: Machine) -> None:
    done = machine.run("vendors", "list")
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "forms"),
    [
        (("claims",), ("text", "json", "markdown")),
        (("entries",), ("text", "json", "mermaid")),
        (("vendors", "list"), ("text", "json")),
        (("vendors", "show", "redhat"), ("text", "json")),
        (("feeds", "list"), ("text", "json")),
    ],
)
def test_each_format_goes_to_its_own_file_and_is_what_stdout_would_show(
    cli: Cli, machine: Machine, arguments: tuple[str, ...], forms: tuple[str, ...]
) -> None:
    files = {form: machine.home / f"out.{form}" for form in forms}
    done = cli(*arguments, *(word for form, file in files.items() for word in ("--format", f"{form}={file}")))
    assert (done.code, done.out) == (0, "")
    assert "written to" in done.err
    for form, file in files.items():
        assert file.read_text(encoding="utf-8") == cli(*arguments, "--format", form).out


@pytest.mark.parametrize("command", ["claims", "entries"])
@pytest.mark.parametrize(("word", "hint"), [("josn", "did you mean 'json'?"), ("json=", "a file name is missing")])
def test_a_format_that_cannot_be_is_refused(cli: Cli, command: str, word: str, hint: str) -> None:
    done = cli(command, "--format", word)
    assert (done.code, done.out) == (2, "")
    assert hint in done.err


def test_entries_show_the_users_variables_only_when_asked(cli: Cli, machine: Machine) -> None:
    where = str(folder(machine, without(GOOD, "dnf install golang", "dnf install {identity}-golang")))
    folder(machine, '[variables.acme]\nidentity = "corp"\n', "quotes.toml")
    shown = cli("entries", "acme", "--profiles", where).out
    assert "<your-identity>-golang" in shown
    assert "corp" not in shown
    assert "corp-golang" in cli("entries", "acme", "--profiles", where, "--filled").out
