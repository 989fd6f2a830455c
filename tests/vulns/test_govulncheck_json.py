"""What govulncheck writes, whole and cut, from sources and from programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.vulnerability import LevelBy, VulnLevel
from supplymatrix.vulns.govulncheck_json import GovulncheckRun, read_govulncheck

CONFIG = {
    "config": {
        "protocol_version": "v1.0.0", "scanner_name": "govulncheck", "scanner_version": "v1.9.0",
        "db": "https://vuln.example", "db_last_modified": "2026-08-21T10:00:00Z", "go_version": "go1.26.8",
        "scan_level": "symbol", "scan_mode": "source",
    }
}  # fmt: skip
SBOM = {
    "SBOM": {
        "go_version": "go1.26.8",
        "modules": [{"path": "example.com/m"}, {"path": "example.com/a", "version": "v1.0.0"}],
    }
}


def entry(name: str, *packages: str) -> dict[str, Any]:
    imports = [{"path": path, "symbols": ["Do"]} for path in packages]
    block = {
        "package": {"ecosystem": "Go", "name": "example.com/a"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}],
        "ecosystem_specific": {"imports": imports},
    }
    specific = {"review_status": "REVIEWED", "url": "https://vuln.example/x"}
    return {
        "osv": {
            "schema_version": "1.3.1", "id": name, "aliases": [f"CVE-{name[3:]}"], "summary": "it is bad",
            "published": "2026-01-02T00:00:00Z", "affected": [block], "database_specific": specific,
        }
    }  # fmt: skip


def finding(name: str, *frames: dict[str, Any]) -> dict[str, Any]:
    return {"finding": {"osv": name, "fixed_version": "v1.1.0", "trace": list(frames)}}


MODULE = {"module": "example.com/a", "version": "v1.0.0"}
PACKAGE = {**MODULE, "package": "example.com/a/x"}
CALL = {**PACKAGE, "function": "Do", "receiver": "*Client", "position": {"filename": "x.go", "line": 3, "column": 1}}
MAIN = {"module": "example.com/m", "package": "example.com/m", "function": "main"}
MAIN_AT = {**MAIN, "position": {"filename": "main.go", "line": 8, "column": 2}}
ENTRY = entry("GO-2026-1", "example.com/a/x")


def read(
    *objects: object, cut: int = 0, program: str = "", places: Mapping[str, Location] = MappingProxyType({})
) -> GovulncheckRun:
    text = "\n".join(json.dumps(one, indent=2) for one in objects)
    return read_govulncheck(text[: len(text) - cut].encode(), "calls.json", program=program, places=places)


def test_of_several_findings_the_deepest_counts() -> None:
    run = read(CONFIG, SBOM, ENTRY, *(finding("GO-2026-1", *t) for t in ([MODULE], [PACKAGE], [CALL, MAIN_AT])))
    (found,) = run.vulnerabilities
    assert (found.level, found.looked, found.level_by) == (VulnLevel.SYMBOL, VulnLevel.SYMBOL, LevelBy.CALL_GRAPH)
    assert found.symbols == ("example.com/a/x.Client.Do",)
    assert found.chain == ("example.com/m.main", "example.com/a/x.Client.Do")
    assert (found.fixed, found.published, found.aliases) == ("v1.1.0", date(2026, 1, 2), ("CVE-2026-1",))
    assert found.location == Location(artifact="main.go", line=8, column=2)
    assert (run.database.dated, run.go_version, run.scanner) == (date(2026, 8, 21), "1.26.8", "govulncheck v1.9.0")
    assert run.modules == {"example.com/m": "", "example.com/a": "v1.0.0"}


def test_a_function_that_is_not_called_was_looked_for_all_the_same() -> None:
    (found,) = read(CONFIG, ENTRY, finding("GO-2026-1", MODULE), finding("GO-2026-1", PACKAGE)).vulnerabilities
    assert (found.level, found.looked) == (VulnLevel.PACKAGE, VulnLevel.SYMBOL)


def test_an_entry_without_packages_says_of_none_that_it_is_not_there() -> None:
    (found,) = read(CONFIG, entry("GO-2026-1"), finding("GO-2026-1", MODULE)).vulnerabilities
    assert (found.level, found.looked, found.level_by) == (VulnLevel.MODULE, VulnLevel.MODULE, LevelBy.MODULES)


def test_the_shortest_way_to_a_function_is_told() -> None:
    long = finding("GO-2026-1", CALL, {**MAIN, "function": "b"}, {**MAIN, "function": "c"})
    (found,) = read(CONFIG, ENTRY, long, finding("GO-2026-1", CALL, MAIN)).vulnerabilities
    assert len(found.chain) == 2


def test_a_program_has_its_functions_from_a_table() -> None:
    config = {"config": {**CONFIG["config"], "scan_mode": "binary"}}
    (found,) = read(config, ENTRY, finding("GO-2026-1", CALL), program="bin/app").vulnerabilities
    assert (found.level_by, found.program) == (LevelBy.FUNCTIONS, "bin/app")


def test_a_scan_that_looked_no_deeper_than_packages_says_so() -> None:
    config = {"config": {**CONFIG["config"], "scan_level": "package"}}
    (found,) = read(config, ENTRY, finding("GO-2026-1", PACKAGE)).vulnerabilities
    assert (found.level, found.looked, found.level_by) == (VulnLevel.PACKAGE, VulnLevel.PACKAGE, LevelBy.SOURCES)


def test_a_place_in_go_mod_goes_before_all_others() -> None:
    place = Location(artifact="go.mod", line=5, column=9)
    run = read(CONFIG, ENTRY, finding("GO-2026-1", CALL, MAIN_AT), places={"example.com/a": place})
    assert run.vulnerabilities[0].location == place


def test_what_is_cut_counts_as_far_as_it_goes_with_a_gap() -> None:
    run = read(CONFIG, ENTRY, finding("GO-2026-1", MODULE), finding("GO-2026-2", MODULE), cut=9)
    assert [one.advisory for one in run.vulnerabilities] == ["GO-2026-1"]
    (gap,) = run.gaps
    assert "is cut" in gap.reason
    assert gap.location is not None
    assert gap.location.line > 10


def test_a_finding_that_names_nothing_is_a_gap() -> None:
    run = read(CONFIG, {"finding": {"osv": "GO-2026-1", "trace": []}}, {"finding": {"trace": [MODULE]}})
    assert (run.vulnerabilities, len(run.gaps)) == ((), 2)


def test_without_a_head_nobody_knows_how_deep_it_looked() -> None:
    run = read(ENTRY, finding("GO-2026-1", MODULE))
    assert (run.level, len(run.gaps)) == (VulnLevel.MODULE, 1)
    assert run.vulnerabilities[0].looked is VulnLevel.MODULE


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"No vulnerabilities found.\n", b'{"a": 1}', b"\xff\xfe", b'{"config": 1}']
)
def test_what_is_no_output_of_it_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="no output of"):
        read_govulncheck(data, "x")


def test_another_protocol_is_refused() -> None:
    with pytest.raises(InputError, match="protocol"):
        read({"config": {"protocol_version": "v2.0.0"}})


def test_what_nests_too_deep_is_a_gap() -> None:
    data = json.dumps(CONFIG).encode() + b'{"a":' + b"[" * 200_000
    assert "nests too deep" in read_govulncheck(data, "x").gaps[0].reason


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["config", "SBOM", "osv", "finding", "trace", "module", "package", "position", "modules"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(_JSON, max_size=4))
def test_whatever_it_holds_there_is_an_answer_or_a_refusal(objects: list[object]) -> None:
    try:
        run = read(CONFIG, *objects)
    except InputError:
        return
    assert all(one.advisory and one.subject.path for one in run.vulnerabilities)
