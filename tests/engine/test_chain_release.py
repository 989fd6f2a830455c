"""A release held against its list: every digest of a name, files of several folders, files that change meanwhile."""

from __future__ import annotations

import gzip
from hashlib import sha256, sha512
from pathlib import Path

import pytest

from supplymatrix.engine import chain
from supplymatrix.errors import InputError
from supplymatrix.model.chain import ChainRun, LinkId
from supplymatrix.sources.file_digests import FileDigests, digest_file
from supplymatrix.sources.programs import ProgramsFound, find_programs
from tests.support.made_builds import built
from tests.support.made_chain import A, MadeRelease, states
from tests.support.made_images import made_tar


def _listed(made: MadeRelease, text: str, **more: Path) -> ChainRun:
    (made.folder / "checksums.txt").write_text(text)
    (made.folder / "checksums.txt.sigstore.json").write_bytes(made.signed(text.encode()))
    return made.trace(**{"checksums": made.folder / "checksums.txt", **more})


_ZERO = "0" * 64


@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        ("{sha512}  app\n", "verified", 0),
        ("{sha256}  app\n{sha512}  app\n", "verified", 0),
        (f"{_ZERO}{_ZERO}  app\n", "failed", 4),
        (f"{_ZERO}{_ZERO}  app\n{{sha256}}  other\n", "failed", 4),
        (f"{_ZERO}{_ZERO}  app\n{{sha256}}  app\n", "failed", 4),  # one name of two files
        (f"{_ZERO}  app\n{{sha256}}  app\n", "failed", 4),
        (f"{_ZERO}  linux/app\n{{sha256}}  linux/app\n{{sha256}}  app\n", "failed", 4),
        (f"{_ZERO}  app\n{{sha256}}  other\n", "failed", 4),
        (f"{{sha256}}  linux/app\n{_ZERO}  darwin/app\n", "verified", 0),
        (f"{_ZERO}  darwin/app\n{{sha256}}  linux/app\n", "verified", 0),
        (f"{_ZERO}  darwin/app\n{_ZERO}  linux/app\n", "failed", 4),
        ("{sha256}  other\n", "verified", 0),
        (f"{_ZERO}  other\n", "not checkable", 3),
    ],
)
def test_a_list_names_the_program(text: str, state: str, code: int, tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    run = _listed(made, text.format(sha256=made.digest, sha512=sha512(made.data).hexdigest()))
    link = run.link(LinkId.ARCHIVE)
    assert link is not None
    assert (link.state.value, run.exit_code) == (state, code)
    if code == 4:
        assert link.expected.endswith("0" * 64)
        assert link.found != link.expected


def test_a_target_that_changes_before_it_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeRelease(tmp_path)
    good, evil = made_tar({"app": made.data}), made_tar({"app": built(A, main="github.com/corp/evil\tv1.0.0\t")})
    made.data = evil
    made.write()

    def swapped(paths: tuple[Path, ...], *, jobs: int) -> ProgramsFound:
        made.app.write_bytes(good)
        return find_programs(paths, jobs=jobs)

    monkeypatch.setattr(chain, "find_programs", swapped)
    with pytest.raises(InputError, match="it changed while it was looked at"):
        made.trace()


@pytest.mark.parametrize("which", ["archive", "checksums.txt"])
def test_an_archive_and_a_list_that_change_meanwhile(
    which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = MadeRelease(tmp_path).write()
    archive = tmp_path / "archive"
    archive.write_bytes(made_tar({"app": made.data}))

    def changing(path: Path, algorithms: frozenset[str], *, keep: int = 0) -> FileDigests:
        is_list = path.name == "checksums.txt"
        if is_list and which == path.name:  # it was read before
            path.write_bytes(b"# changed\n" + path.read_bytes())
        found = digest_file(path, algorithms, keep=keep)
        if not is_list and which == path.name:
            path.write_bytes(path.read_bytes() + b"\n")
        return found

    text = f"{sha256(archive.read_bytes()).hexdigest()}  archive\n"
    assert states(_listed(made, text, archive=archive))["archive"] == "verified"
    monkeypatch.setattr(chain, "digest_file", changing)
    with pytest.raises(InputError, match="it changed while it was looked at"):
        _listed(made, text, archive=archive)


def test_a_packed_program_is_no_program_that_changed(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path)
    made.data = gzip.compress(made.data, mtime=0)
    assert made.write().trace().exit_code == 0


def test_what_only_the_other_kind_of_target_has_is_refused(tmp_path: Path) -> None:
    made = MadeRelease(tmp_path).write()
    with pytest.raises(InputError, match="--base is for an image"):
        made.trace(base="images.example/base:1")
    (tmp_path / "layout").mkdir()
    for name in ("checksums", "archive"):
        with pytest.raises(InputError, match=f"--{name} is for a file"):
            made.trace(tmp_path / "layout", **{name: made.app})
    for name, option in (("bundles", "bundle"), ("provenance", "provenance")):
        with pytest.raises(InputError, match=f"--{option} is for a file"):
            made.trace(tmp_path / "layout", **{name: (made.app,)})
