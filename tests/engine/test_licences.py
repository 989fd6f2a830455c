"""The licences of a build: where they are read, what they come to, and what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.licences import DETECTOR, STDLIB, LicenceRun, read_licences
from supplymatrix.engine.module_graph import GraphReader
from supplymatrix.model.licence import LicenceSource
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.sbom.document import Scope
from supplymatrix.sources.project import read_project
from tests.support.licensed import licensed, make_goroot, make_project, pack

A, B = "example.com/a@v1.0.0", "example.com/b@v1.0.0"
POINTER = """Copyright 2009 Ada. All rights reserved. Use of this source code
is governed by a BSD-style license that can be found in the LICENSE file.
"""


def _read(project: Path, **options: object) -> LicenceRun:
    environ = {"HOME": str(project.parent), "GOMODCACHE": str(project.parent / "modcache"), "GOENV": "off"}
    goroot = project.parent / "go"
    if goroot.exists():
        environ["GOROOT"] = str(goroot)
    read = read_project(project)
    graph = GraphReader(environ, go=False, tests=options.get("scope") is Scope.TESTS).read(read)
    return read_licences(graph, read, environ, **options)  # type: ignore[arg-type]


def test_the_conclusion_adds_what_folders_say_that_are_used(tmp_path: Path) -> None:
    files = {
        "LICENSE": licensed("MIT"),
        "a.go": 'package a\n\nimport _ "example.com/a/x/y"\n',
        "x/LICENSE": licensed("ISC"),
        "x/y/y.go": "package y\n",
        "z/LICENSE": licensed("GPL-3.0-only"),
        "z/z.go": "package z\n",
    }
    project = make_project(tmp_path, {A: files})
    found = _read(project).by_path["example.com/a"]
    assert (found.declared, found.concluded, found.source) == ("MIT", "MIT AND ISC", LicenceSource.FOLDER)
    assert [(file.path, file.packages_only) for file in found.files] == [("LICENSE", False), ("x/LICENSE", True)]
    assert (found.reason, found.is_read) == ("", True)


def test_several_files_in_the_root_are_declared_together(tmp_path: Path) -> None:
    files = {"LICENSE": licensed("MIT"), "COPYING": licensed("ISC"), "LICENSE.md": licensed("MIT", "Bob")}
    found = _read(make_project(tmp_path, {A: files})).by_path["example.com/a"]
    assert found.declared == found.concluded == "MIT AND ISC"


def test_what_cannot_be_had_is_a_gap_with_its_remedy(tmp_path: Path) -> None:
    project = make_project(
        tmp_path, {A: {"LICENSE": "All rights reserved, and nobody may do anything.\n"}, B: {"go.mod": ""}}
    )
    found = _read(project)
    unknown, none = found.by_path["example.com/a"], found.by_path["example.com/b"]
    assert (unknown.concluded, unknown.is_read) == ("", True)
    assert unknown.reason.startswith("LICENSE: its text was not recognised")
    assert (none.concluded, none.reason) == ("", "it has no licence file in its root")
    assert [(gap.wanted, gap.subject) for gap in found.gaps] == [(f"licence of {A}", A), (f"licence of {B}", B)]
    assert all(gap.remedy for gap in found.gaps)


def test_a_module_that_is_not_here_is_read_from_its_zip_or_is_a_gap(tmp_path: Path) -> None:
    project = make_project(tmp_path, {A: {}, B: {}})
    pack(tmp_path / "modcache", A, {"LICENSE": licensed("MIT"), "a.go": "package a\n"})
    found = _read(project)
    assert (found.by_path["example.com/a"].concluded, found.by_path["example.com/a"].source) == (
        "MIT",
        LicenceSource.ZIP,
    )
    absent = found.by_path["example.com/b"]
    assert (absent.is_read, absent.remedy.split(",")[0]) == (False, "go mod download")


def test_vendored_files_count_at_the_version_that_is_vendored(tmp_path: Path) -> None:
    project = make_project(tmp_path, {A: {}, B: {}})
    for name in "ab":
        folder = project / "vendor" / "example.com" / name
        folder.mkdir(parents=True)
        (folder / "LICENSE").write_text(licensed("MIT"), encoding="utf-8")
    (project / "vendor" / "modules.txt").write_text(
        "# example.com/a v1.0.0\n## explicit\nexample.com/a\n# example.com/b v0.9.0\n## explicit\nexample.com/b\n",
        encoding="utf-8",
    )
    found = _read(project)
    assert (found.by_path["example.com/a"].concluded, found.by_path["example.com/a"].source) == (
        "MIT",
        LicenceSource.VENDOR,
    )
    assert not found.by_path["example.com/b"].concluded


def test_a_replaced_module_has_the_licence_of_what_replaces_it(tmp_path: Path) -> None:
    replaces = "replace example.com/a => ../lib\nreplace example.com/b => example.com/c v1.2.0\n"
    project = make_project(tmp_path, {A: {"LICENSE": licensed("MIT")}, B: {}}, replaces=replaces)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "go.mod").write_text("module example.com/a\n", encoding="utf-8")
    (tmp_path / "lib" / "COPYING").write_text(licensed("ISC"), encoding="utf-8")
    pack(tmp_path / "modcache", "example.com/c@v1.2.0", {"LICENSE": licensed("Zlib"), "c.go": "package c\n"})
    found = _read(project)
    local, other = found.by_path["example.com/a"], found.by_path["example.com/b"]
    assert (local.concluded, local.source, local.effective) == ("ISC", LicenceSource.REPLACEMENT, None)
    assert (other.concluded, str(other.effective)) == ("Zlib", "example.com/c@v1.2.0")


def test_a_replacement_that_is_not_there_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, {A: {}}, replaces="replace example.com/a => ../lib\n")
    found = _read(project, scope=Scope.ALL).by_path["example.com/a"]
    assert found.reason == "the folder that it is replaced by is not here: ../lib"


def test_a_project_without_a_licence_is_no_gap_and_one_that_is_odd_is(tmp_path: Path) -> None:
    project = make_project(tmp_path, {})
    assert _read(project).gaps == ()
    (project / "LICENSE").write_text("Ask me.\n", encoding="utf-8")
    (gap,) = _read(project).gaps
    assert gap.wanted == "licence of example.com/main"


def test_copyrights_beside_a_licence_are_no_licence(tmp_path: Path) -> None:
    said = "Copyright 2014 Ada and others. See the list of people.\n"
    found = _read(make_project(tmp_path, {A: {"LICENSE": licensed("MIT"), "COPYRIGHT": said}, B: {"COPYRIGHT": said}}))
    assert found.by_path["example.com/a"].reason == ""
    assert not found.by_path["example.com/b"].concluded
    assert [gap.subject for gap in found.gaps] == [B]


def test_only_the_modules_of_the_scope_are_read(tmp_path: Path) -> None:
    project = make_project(tmp_path, {A: {"LICENSE": licensed("MIT")}, B: {"LICENSE": licensed("ISC")}})
    (project / "main.go").write_text('package main\n\nimport _ "example.com/a"\n\nfunc main() {}\n', encoding="utf-8")
    (project / "main_test.go").write_text('package main\n\nimport _ "example.com/b"\n', encoding="utf-8")
    assert list(_read(project).by_path) == ["example.com/main", "example.com/a"]
    assert "example.com/b" in _read(project, scope=Scope.TESTS).by_path
    assert "example.com/b" in _read(project, scope=Scope.ALL).by_path


def test_the_standard_library_is_read_where_go_lies(tmp_path: Path) -> None:
    project = make_project(tmp_path, {})
    known = _read(project).stdlib
    assert (known.subject.path, known.concluded, known.source) == (STDLIB, "BSD-3-Clause", LicenceSource.KNOWN)
    assert known.reason
    goroot = make_goroot(tmp_path / "go")
    read = _read(project).stdlib
    assert (read.subject.version, read.concluded, read.source) == ("1.26.8", "BSD-3-Clause", LicenceSource.GOROOT)
    (goroot / "LICENSE").write_text("Nothing that anybody knows.\n", encoding="utf-8")
    (goroot / "VERSION").write_text("devel go1.27-abc\n", encoding="utf-8")
    odd = _read(project).stdlib
    assert (odd.subject.version, odd.concluded, odd.source) == ("", "BSD-3-Clause", LicenceSource.KNOWN)


def test_texts_are_kept_where_they_are_wanted(tmp_path: Path) -> None:
    files = {"LICENSE": licensed("MIT"), "NOTICE": "Thanks to all.\n", "AUTHORS": "Ada\n"}
    project = make_project(tmp_path, {A: files})
    assert _read(project).texts == {}
    found = _read(project, keep_texts=True)
    (extra,) = found.extras["example.com/a"]
    assert (extra.path, found.texts[extra.sha256]) == ("NOTICE", b"Thanks to all.\n")
    (file,) = found.by_path["example.com/a"].files
    assert found.texts[file.sha256].decode() == licensed("MIT")
    assert len(found.texts) == 2


def test_a_second_run_reads_no_text_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path, {A: {"LICENSE": licensed("MIT"), "x/LICENSE": licensed("ISC")}})
    facts = FileFacts.open(tmp_path / "cache", detector=DETECTOR)
    first = _read(project, facts=facts)
    facts.save()

    def refuse(*_: object) -> None:
        raise AssertionError("it was read before")

    monkeypatch.setattr("supplymatrix.licences.text_reader.read_licence_text", refuse)
    again = _read(project, facts=FileFacts.open(tmp_path / "cache", detector=DETECTOR))
    assert again == first


def test_a_file_that_is_not_read_leaves_the_licence_open(tmp_path: Path) -> None:
    files = {"LICENSE": licensed("MIT"), "COPYING": "x" * ((1 << 20) + 1)}
    found = _read(make_project(tmp_path, {A: files}))
    licence = found.by_path["example.com/a"]
    assert (licence.concluded, licence.is_read) == ("MIT", False)
    assert licence.reason == "COPYING: it has 1,048,577 bytes, more than the 1,048,576 that are read"
    assert [gap.subject for gap in found.gaps] == [A]


def test_where_the_root_says_nothing_folders_are_concluded_from(tmp_path: Path) -> None:
    files = {"a.go": 'package a\n\nimport _ "example.com/a/x"\n', "x/x.go": "package x\n", "x/COPYING": licensed("ISC")}
    found = _read(make_project(tmp_path, {A: files})).by_path["example.com/a"]
    assert (found.declared, found.concluded, found.reason) == ("", "ISC", "it has no licence file in its root")


@pytest.mark.parametrize(
    ("text", "is_gap"),
    [
        ("Copyright 2014 Ada\n\n(c) 2015 Bob. All rights reserved.\n", False),
        (POINTER, False),
        ("Copyright 2020 Acme Inc.\n\nThe directory ee is proprietary. You may not use it.\n", True),
        ("Copyright 2020 Acme Inc. The directory ee is proprietary.\n", True),
    ],
)
def test_a_file_of_copyrights_is_no_gap_and_one_with_terms_is(tmp_path: Path, text: str, is_gap: bool) -> None:
    found = _read(make_project(tmp_path, {A: {"LICENSE": licensed("MIT"), "COPYRIGHT.txt": text}}))
    assert found.by_path["example.com/a"].concluded == "MIT"
    assert bool(found.gaps) is is_gap


def test_more_licences_than_one_expression_can_have_are_a_gap(tmp_path: Path) -> None:
    files = {
        f"LICENSE-{name}": "".join(
            f"SPDX-License-Identifier: LicenseRef-{name}-{number:04}-part\n" for number in range(400)
        )
        for name in ("one", "two", "three")
    }
    found = _read(make_project(tmp_path, {A: files, B: {"LICENSE": licensed("MIT")}}))
    assert found.by_path["example.com/a"].declared == ""
    assert [gap.subject for gap in found.gaps] == [A]
    assert found.by_path["example.com/b"].concluded == "MIT"


def test_the_texts_of_a_run_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = licensed("MIT")
    monkeypatch.setattr("supplymatrix.engine.licences._ALL_BYTES", len(text) + 10)
    found = _read(make_project(tmp_path, {A: {"LICENSE": text}, B: {"LICENSE": text, "COPYING": licensed("ISC")}}))
    assert found.by_path["example.com/a"].reason == ""
    other = found.by_path["example.com/b"]
    assert (other.concluded, other.is_read) == ("MIT", False)
    assert other.reason.startswith("COPYING: the texts of this run have more than")


def test_what_is_built_from_vendor_has_the_licence_that_lies_there(tmp_path: Path) -> None:
    cached = {"LICENSE": licensed("MIT"), "UNLICENSE": licensed("Unlicense")}
    project = make_project(tmp_path, {A: cached, B: {"UNLICENSE": licensed("Unlicense")}})
    for name in "ab":
        folder = project / "vendor" / "example.com" / name
        folder.mkdir(parents=True)
        (folder / "x.go").write_text("package x\n", encoding="utf-8")
    (project / "vendor" / "example.com" / "a" / "LICENSE").write_text(licensed("GPL-3.0-only"), encoding="utf-8")
    (project / "vendor" / "modules.txt").write_text(
        "# example.com/a v1.0.0\n## explicit\nexample.com/a\n# example.com/b v1.0.0\n## explicit\nexample.com/b\n",
        encoding="utf-8",
    )
    found = _read(project)
    a, b = found.by_path["example.com/a"], found.by_path["example.com/b"]
    assert (a.concluded, a.source) == ("GPL-3.0-only", LicenceSource.VENDOR)
    assert (b.concluded, b.source) == ("Unlicense", LicenceSource.FOLDER)  # the go command does not copy such a file
