"""The compact form of a database: nothing is lost that is used, and damaged bytes are an error."""

from __future__ import annotations

import json
import zlib
from datetime import date

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model.value import changed
from supplymatrix.vulns import compact
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from supplymatrix.vulns.compact import MAGIC, pack_database, read_compact
from tests.support.made_vulns import DATABASE, advisory

_ONE = changed(
    advisory(
        "GO-2026-2", "a.example/m", ImportedPackage(path="a.example/m/p", symbols=("F",), goos=("windows",)),
        aliases=("CVE-2026-2",),
    ),
    published=date(2026, 1, 2), modified=date(2026, 2, 3), url="https://vuln.example/2", severity="high", notes=("é",),
)  # fmt: skip
_TWO = changed(advisory("GO-2026-1", "b.example/n"), withdrawn=True)
_BOTH: tuple[Advisory, ...] = (_ONE, _TWO)


def test_all_of_it_comes_back_by_id() -> None:
    found = read_compact(pack_database(DATABASE, _BOTH))
    assert list(found.entries()) == [_TWO, _ONE]
    assert found.of_module("a.example/m") == [_ONE]
    assert found.of_module("c.example/z") == []
    assert [one.id for one in found.named("CVE-2026-2")] == ["GO-2026-2"]
    assert found.named("CVE-2026") == []
    assert found.packages == {"a.example/m/p"}
    assert (found.database.entries, found.database.withdrawn) == (2, 1)
    assert (found.database.dated, found.database.sha256) == (DATABASE.dated, DATABASE.sha256)


def test_names_are_found_without_reading_the_entries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_compact(pack_database(DATABASE, _BOTH))
    read = compact._names
    lines: list[bytes] = []

    def counted(line: bytes) -> list[str]:
        lines.append(line)
        return read(line)

    monkeypatch.setattr(compact, "_names", counted)
    for _ in range(3):
        assert [one.id for name in ("GO-2026-1", "CVE-2026-2", "none") for one in found.named(name)] == [
            "GO-2026-1", "GO-2026-2",
        ]  # fmt: skip
    assert len(lines) == len(_BOTH)


def test_the_same_entries_in_any_order_give_the_same_bytes() -> None:
    assert pack_database(DATABASE, _BOTH) == pack_database(DATABASE, reversed(_BOTH))


def test_a_database_of_no_known_day_stays_so() -> None:
    assert read_compact(pack_database(changed(DATABASE, dated=None, dated_by=""), _BOTH)).database.dated is None


def _damaged() -> list[bytes]:
    good = pack_database(DATABASE, _BOTH)
    start = good.index(b"\n", len(MAGIC)) + 1
    body = zlib.decompress(good[start:])
    head = good[:start]
    return [
        b"", b"PK\x03\x04", MAGIC, head, good[:-5], good[: start + 20], head + zlib.compress(body[:-1]),
        head + zlib.compress(body.replace(b"a.example", b"b.example")),
        head.replace(b'"entries":2', b'"entries":3') + good[start:],
        MAGIC + b"[]\n" + good[start:], MAGIC + json.dumps({"dated": "x"}).encode() + b"\n" + good[start:],
    ]  # fmt: skip


@pytest.mark.parametrize("data", _damaged())
def test_damaged_bytes_are_an_error(data: bytes) -> None:
    with pytest.raises(InputError):
        read_compact(data)


def test_bytes_that_unpack_to_too_much_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pack_database(DATABASE, _BOTH)
    monkeypatch.setattr(compact, "MAX_UNPACKED", 100)
    with pytest.raises(InputError, match="damaged"):
        read_compact(data)
