"""Facts about the vendors that a policy asks something of: from where they are read, and what goes wrong."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest, run_check
from supplymatrix.engine.means import Means
from supplymatrix.engine.vendor_measures import VendorMeasures, known_vendors
from supplymatrix.model.fact import VendorMeasure
from supplymatrix.model.rule import Status
from tests.support.data import REPO
from tests.support.machine import NOW, Machine

pytestmark = pytest.mark.slow

TODAY = NOW.date()
ASKED = '[policy]\npreset = "baseline"\n[vendors.chainguard]\nmax_response_p90 = "60d"\nmax_evidence_age = "1d"\n'


def settings_with(machine: Machine, folder: Path) -> dict[str, str]:
    """Return the environment of a machine whose settings name a folder of profiles."""
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'[vendors]\nprofiles = ["{folder}"]\n')
    return machine.environ


def test_without_a_sync_the_dates_of_the_program_are_used_and_a_vendor_without_a_profile_is_told(
    machine: Machine,
) -> None:
    found, nobody = VendorMeasures(machine.environ, TODAY).of(["chainguard", "nobody"])
    assert (found.vendor, found.feeds) == ("chainguard", "shipped")
    by_id = {channel.channel: channel for channel in found.channels}
    assert (by_id["wolfi"].p90, by_id["wolfi"].fixes) == (38, 24)
    assert by_id["wolfi-fips"].p90 is None
    assert by_id["wolfi-programs"].of_programs
    assert (nobody.evidence_from, nobody.channels, nobody.reason) == (None, (), "there is no profile of this vendor")


def test_a_folder_of_profiles_that_is_gone_leaves_those_of_the_program(machine: Machine, tmp_path: Path) -> None:
    environ = settings_with(machine, tmp_path / "gone")
    (found,) = VendorMeasures(environ, TODAY).of(["chainguard"])
    assert found.profile == "vendor_profiles/chainguard.toml"
    assert "chainguard" in known_vendors(environ)


def test_settings_that_cannot_be_read_are_a_reason_and_no_crash(machine: Machine, tmp_path: Path) -> None:
    environ = settings_with(machine, tmp_path)
    (machine.home / ".config" / "supplymatrix" / "settings.toml").write_text("[[[")
    (found,) = VendorMeasures(environ, TODAY).of(["chainguard"])
    assert "settings.toml" in found.reason
    assert "chainguard" in known_vendors(environ)


def test_a_profile_of_the_users_own_counts_and_its_faults_are_told(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    shutil.copy(REPO / "vendor_profiles" / "geomys.toml", folder / "geomys.toml")
    (folder / "ours.toml").write_text("id = 3\n")
    (folder / "quotes.toml").write_text("")
    environ = settings_with(machine, folder)
    geomys, ours = VendorMeasures(environ, date(2026, 12, 1)).of(["geomys", "ours"])
    assert geomys.profile == (folder / "geomys.toml").as_posix()
    assert "ours.toml" in ours.reason
    assert known_vendors(environ) - known_vendors({}) == {"ours"}


def test_known_vendors_are_those_with_a_profile() -> None:
    names = {path.stem for path in (REPO / "vendor_profiles").glob("*.toml")}
    assert known_vendors({}) == names


def test_check_judges_vendors_where_the_policy_asks(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/x\n\ngo 1.26\n")
    (tmp_path / "lift.toml").write_text(ASKED)
    audit = run_check(
        CheckRequest(paths=(tmp_path / "go.mod",), means=Means(environ=machine.environ, now=NOW, offline=True))
    )
    told = {judged.rule: judged for judged in audit.verdict.judged if judged.subject == "vendor:chainguard"}
    assert told["SM801"].status is Status.UNKNOWN
    assert told["SM801"].gap is not None
    assert "wolfi-fips: 1 fix with a day" in told["SM801"].gap.reason
    assert told["SM802"].status is Status.FAIL
    assert [fact.vendor for fact in audit.facts.of(VendorMeasure)] == ["chainguard"]
