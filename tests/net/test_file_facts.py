"""What was worked out from files: kept, found again, and never believed when it is damaged or somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod
from supplymatrix.model.value import changed
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.net.cache import cache_info, clear_cache
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import FACTS_NAME

READ = LicenceFile(
    path="LICENSE",
    sha256="ab" * 32,
    expression="MIT",
    matches=(LicenceMatch(licence="MIT", start=1, end=20, confidence=98, method=LicenceMethod.SIMILAR),),
    copyrights=("Copyright © 2020 A\tB",),
    nearest="",
    unread=7,
    remarks=((22, "Mind the gap"),),
)
DIGEST = ZipDigest(sha256="cd" * 32, sha512="ef" * 64, size=3, h1=f"h1:{'a' * 43}=")
LOOK = (1, 2, 3, 4, 5)
PATH = "/cache/\tA\n\udcff.zip"


def _open(folder: Path | None, detector: str = "1") -> FileFacts:
    return FileFacts.open(folder, detector=detector)


def _filled(folder: Path) -> Path:
    facts = _open(folder)
    facts.keep_reading("LICENSE", READ)
    facts.keep_digest(PATH, LOOK, DIGEST)
    facts.save()
    return folder / FACTS_NAME


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    path = _filled(tmp_path / "cache")
    facts = _open(tmp_path / "cache")
    assert facts.reading_of("ab" * 32, "LICENSE") == READ
    assert facts.digest_of(PATH, LOOK) == DIGEST
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_not_wholly_the_same_is_not_found(tmp_path: Path) -> None:
    _filled(tmp_path)
    facts = _open(tmp_path)
    assert facts.reading_of("ab" * 32, "COPYING") is None
    assert facts.reading_of("ac" * 32, "LICENSE") is None
    assert _open(tmp_path, "2").reading_of("ab" * 32, "LICENSE") is None
    for number in range(5):
        look = tuple(part + (at == number) for at, part in enumerate(LOOK))
        assert facts.digest_of(PATH, look) is None


def test_what_another_process_kept_meanwhile_stays(tmp_path: Path) -> None:
    one, other = _open(tmp_path), _open(tmp_path)
    one.keep_reading("LICENSE", READ)
    other.keep_digest(PATH, LOOK, DIGEST)
    one.save()
    other.save()
    facts = _open(tmp_path)
    assert facts.reading_of("ab" * 32, "LICENSE") == READ
    assert facts.digest_of(PATH, LOOK) == DIGEST


@pytest.mark.parametrize(
    "fields",
    [
        b"",
        b"{",
        b"{}",
        b"[]",
        b'["MIT", "", [], []]',
        b'["MIT", "", [1], [], 0]',
        b'["MIT", "", [], [["MIT", 1, 2, 3, "guess"]], 0]',
        b'["MIT", "", [], [["MIT", "1", 2, 3, "text"]], 0]',
        b'["MIT", "", [], 5, 0]',
        b'["MIT", "", [], [], 0, [], [[0, "x"]]]',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_damaged_line_is_passed_over_and_the_others_count(tmp_path: Path, fields: bytes) -> None:
    path = _filled(tmp_path)
    lines = path.read_bytes().split(b"\n")
    key = lines[1].partition(b"\t")[0]
    path.write_bytes(b"\n".join([lines[0], b"%s\t%s" % (key, fields), *lines[2:]]))
    facts = _open(tmp_path)
    assert facts.reading_of("ab" * 32, "LICENSE") is None
    assert facts.digest_of(PATH, LOOK) == DIGEST


@pytest.mark.parametrize(
    "digest",
    [
        '"cd", "ef", "h1:"',
        f'"{"CD" * 32}", "{"ef" * 64}", "h1:{"a" * 43}="',
        f'"{"cd" * 32}", "{"ef" * 64}"',
        f'"{"cd" * 32}", "{"ef" * 64}", "h1:{"a" * 44}"',
        "1, 2, 3",
    ],
)
def test_a_digest_that_is_none_is_passed_over(tmp_path: Path, digest: str) -> None:
    path = _filled(tmp_path)
    lines = path.read_text(encoding="utf-8").split("\n")
    key = lines[2].partition("\t")[0]
    path.write_text("\n".join([*lines[:2], f"{key}\t[1, 2, 3, 4, 5, {digest}]", ""]), encoding="utf-8")
    assert _open(tmp_path).digest_of(PATH, LOOK) is None


def test_a_file_of_another_kind_holds_nothing_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / FACTS_NAME).write_bytes(b"something else\n")
    assert _open(tmp_path).reading_of("ab" * 32, "LICENSE") is None
    _filled(tmp_path)
    assert _open(tmp_path).reading_of("ab" * 32, "LICENSE") == READ


@pytest.mark.skipif(os.name != "posix", reason="other permissions")
def test_a_file_that_others_may_write_is_not_believed_and_replaced(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    path.chmod(0o622)
    assert _open(tmp_path).reading_of("ab" * 32, "LICENSE") is None
    _filled(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    aside = tmp_path / "elsewhere"
    path.rename(aside)
    path.symlink_to(aside)
    assert _open(tmp_path).reading_of("ab" * 32, "LICENSE") is None
    path.unlink()
    os.mkfifo(path)
    assert _open(tmp_path).reading_of("ab" * 32, "LICENSE") is None


def test_what_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    facts = _open(tmp_path / "file")
    facts.keep_reading("LICENSE", READ)
    facts.save()
    assert facts.reading_of("ab" * 32, "LICENSE") == READ
    alone = _open(None)
    alone.keep_digest(PATH, LOOK, DIGEST)
    alone.save()
    assert alone.digest_of(PATH, LOOK) == DIGEST


def test_the_oldest_lines_go_when_the_file_grows_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _filled(tmp_path)
    monkeypatch.setattr("supplymatrix.net.file_facts._KEPT", 400)
    facts = _open(tmp_path)
    facts.keep_digest("/new.zip", LOOK, DIGEST)
    facts.save()
    assert path.stat().st_size < 500
    facts = _open(tmp_path)
    assert facts.digest_of("/new.zip", LOOK) == DIGEST
    assert facts.reading_of("ab" * 32, "LICENSE") is None


def test_the_cache_commands_know_the_file(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    (tmp_path / "other").touch()
    size = path.stat().st_size
    assert (cache_info(tmp_path).facts, cache_info(tmp_path).bytes) == (size, size)
    assert clear_cache(tmp_path).bytes == size
    assert [entry.name for entry in tmp_path.iterdir()] == ["other"]


@pytest.mark.parametrize(
    "read",
    [
        changed(READ, expression="NewLicense-9.9"),
        changed(READ, expression="mit"),
        changed(READ, expression="MIT AND"),
        changed(READ, matches=(changed(READ.matches[0], licence="NewLicense-9.9"),)),
        changed(READ, matches=(changed(READ.matches[0], start=0),)),
        changed(READ, matches=(changed(READ.matches[0], confidence=101),)),
        changed(READ, expression=" AND ".join(f"LicenseRef-{number:06}" for number in range(2000))),
    ],
)
def test_a_reading_that_says_nothing_today_is_passed_over(tmp_path: Path, read: LicenceFile) -> None:
    facts = _open(tmp_path)
    facts.keep_reading("LICENSE", read)
    facts.save()
    assert _open(tmp_path).reading_of("ab" * 32, "LICENSE") is None
