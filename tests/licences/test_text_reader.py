"""What is read out of licence texts. The texts are this project's own licence and those of installed packages."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.licences.decoding import TEXT_LIMIT, clean_text
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.licence import LicenceFile, LicenceMethod
from tests.support.data import REPO

GPL_NOTICE = """This program is free software: you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation, either version 3 of the License, or
(at your option) any later version.

This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
GNU General Public License for more details.
"""


@cache
def _text(name: str) -> str:
    """Return the text of a licence: ours, or that of an installed package."""
    if name == "Apache-2.0":
        return (REPO / "LICENSE").read_text(encoding="utf-8")
    package = {"MIT": "attrs", "BSD-3-Clause": "click", "MPL-2.0": "pathspec"}[name]
    found = [Path(str(file.locate())) for file in files(package) or () if re.search(r"/LICEN[SC]E(\.\w+)?$", str(file))]
    return found[0].read_text(encoding="utf-8")


def _read(text: str) -> LicenceFile:
    return read_licence_text(text.encode(), "LICENSE")


@pytest.mark.parametrize("name", ["Apache-2.0", "MIT", "BSD-3-Clause", "MPL-2.0"])
def test_whole_texts_are_recognised(name: str) -> None:
    read = _read(_text(name))
    assert read.expression == name
    assert {match.licence for match in read.matches} == {name}
    assert min(match.confidence for match in read.matches) >= 95
    assert all(match.method in (LicenceMethod.TEXT, LicenceMethod.TEMPLATE) for match in read.matches)


def test_the_lines_of_a_licence_are_told() -> None:
    mit = _text("MIT").strip()
    read = _read(f"Parts by others\n===============\n\n{mit}\n\n----\n\n{_text('BSD-3-Clause').strip()}\n")
    assert read.expression == "MIT AND BSD-3-Clause"
    one, two = read.matches
    assert one.start == 4 + mit[: mit.index("Copyright")].count("\n")
    assert one.end == 4 + mit.count("\n")
    assert two.start == one.end + 4
    assert two.end == two.start + _text("BSD-3-Clause").strip().count("\n")
    assert one.confidence == two.confidence < 100


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "MIT AND Apache-2.0"),
        ("You may use this under the MIT license or the Apache license.\n\n", "MIT OR Apache-2.0"),
        ("Dual-licensed under MIT and Apache 2.0.\n\n", "MIT OR Apache-2.0"),
        ("Choose either licence; both follow.\n\n", "MIT OR Apache-2.0"),
        ("Examples are dual licensed under MIT and Apache 2.0.\n\n", "MIT AND Apache-2.0"),
        ("The bulk is under the MIT licence, with some files under the Apache licence.\n\n", "MIT AND Apache-2.0"),
        ("SPDX-License-Identifier: Apache-2.0 OR MIT\n\n", "Apache-2.0 OR MIT"),
        ("SPDX-License-Identifier: MIT\n\n", "MIT AND Apache-2.0"),
    ],
)
def test_the_words_around_the_texts_say_how_they_join(head: str, expected: str) -> None:
    assert _read(f"{head}{_text('MIT')}\n\n{_text('Apache-2.0')}").expression == expected


@pytest.mark.parametrize(
    ("text", "expected", "method"),
    [
        ("// SPDX-License-Identifier: MIT OR Apache-2.0\n", "MIT OR Apache-2.0", LicenceMethod.IDENTIFIER),
        (GPL_NOTICE, "GPL-3.0-or-later", LicenceMethod.NOTICE),
        ("Released under the MIT License.\n", "MIT", LicenceMethod.NOTICE),
        ("The MIT License\n\nCopyright (c) 2020 Ada\n", "MIT", LicenceMethod.NOTICE),
        ("Licensed under the GPLv2 or later, see COPYING.", "GPL-2.0-or-later", LicenceMethod.NOTICE),
        ("Licensed under the GNU LGPL, version 2.1.", "LGPL-2.1-only", LicenceMethod.NOTICE),
        ("http://www.apache.org/licenses/LICENSE-2.0\n", "Apache-2.0", LicenceMethod.NOTICE),
        (
            "To the extent possible under law, Ada has waived all copyright\nand related or neighboring rights to X.\n",
            "CC0-1.0",
            LicenceMethod.NOTICE,
        ),
        ("All of it is released into the public domain.", "LicenseRef-public-domain", LicenceMethod.NOTICE),
    ],
)
def test_short_texts_declare_licences(text: str, expected: str, method: LicenceMethod) -> None:
    read = _read(text)
    assert read.expression == expected
    assert {match.method for match in read.matches} == {method}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All rights reserved.",
        "Use of this source code is governed by a BSD-style license that can be found in the LICENSE file.",
        "This is not licensed under the MIT License.",
        "Before 1.1, the package was licensed under Apache License v2.0.",
        "SPDX-License-Identifier: MIT OR\n",
        "word " * 300 + "see https://opensource.org/licenses/Apache-2.0",
        "\0\1\2MIT License",
    ],
)
def test_what_declares_nothing_has_no_expression(text: str) -> None:
    read = _read(text)
    assert (read.expression, read.matches) == ("", ())


def test_or_later_is_taken_from_the_notice_never_from_the_form_at_the_end() -> None:
    text = f"{_text('MIT')}\n\nHow to apply these terms: put this at the top of each file.\n\n{GPL_NOTICE}"
    assert _read(text).expression == "MIT"
    assert _read(f"{_text('MIT')}\n\nbuild.go:\n\n{GPL_NOTICE}").expression == "MIT AND GPL-3.0-or-later"


@pytest.mark.parametrize("name", ["MIT", "BSD-3-Clause", "Apache-2.0"])
def test_a_misspelt_text_is_similar(name: str) -> None:
    read = _read(_text(name).replace("conditions", "terms and conditions", 1))
    (match,) = read.matches
    assert (read.expression, match.method) == (name, LicenceMethod.SIMILAR)
    assert match.confidence < 100


@pytest.mark.parametrize("name", ["MIT", "BSD-3-Clause", "Apache-2.0"])
def test_a_condition_put_into_a_text_makes_it_another(name: str) -> None:
    parts = _text(name).strip().split("\n\n")
    parts.insert(len(parts) * 2 // 3, "The software shall not be used by banks or by those who work for banks.")
    read = _read("\n\n".join(parts))
    assert read.expression == ""
    assert read.nearest.startswith(f"{name} ")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_seen_through(encoding: str) -> None:
    text = "Copyright © 2020 Ada Löwe\n\n" + _text("MIT")[_text("MIT").index("Permission") :]
    data = text.replace("\n", "\r\n").encode(encoding)
    read = read_licence_text(b"\xff\xfe" + data if encoding == "utf-16-le" else data, "LICENSE")
    assert (read.expression, read.copyrights) == ("MIT", ("Copyright © 2020 Ada Löwe",))


def test_copyright_lines_are_found_and_sentences_are_not() -> None:
    text = (
        "// Copyright (c) 2019-2021 Ada Lovelace <ada@ada.example>\n"
        " * Copyright 2020 The X Authors. All rights reserved.\n"
        "Portions Copyright (C) Brook Taylor\n(c) 2018 Emmy\nCopyright (c) 2019-2021 Ada Lovelace <ada@ada.example>\n"
        f"Copyright [yyyy] [name of copyright owner]\nCopyright (c) 2007 Free Software Foundation, Inc.\nEveryone is"
        f" permitted to copy and distribute verbatim copies\n{_text('Apache-2.0')}\n{_text('BSD-3-Clause')}"
    )
    assert _read(text).copyrights[:4] == (
        "Copyright (c) 2019-2021 Ada Lovelace <ada@ada.example>",
        "Copyright 2020 The X Authors. All rights reserved.",
        "Portions Copyright (C) Brook Taylor",
        "(c) 2018 Emmy",
    )
    assert _read(
        "Copyright (c) 2009-2015\n  The X Authors\nCopr. 2020 Ada [ada@ada.example]\n(c) Ada Love\n"
    ).copyrights == (
        "Copyright (c) 2009-2015 The X Authors",
        "Copr. 2020 Ada [ada@ada.example]",
        "(c) Ada Love",
    )
    assert _read("(c) Keep the notices of others\nCopyright [2020] [owner]\n").copyrights == ()
    others = [line for line in _read(text).copyrights[4:] if not re.search(r"\b(19|20)\d\d\b", line)]
    assert others == []


def test_marks_that_hide_words_are_taken_out() -> None:
    assert _read(_text("MIT").replace("Permission is", "Per\u200bmission\u00ad is")).expression == "MIT"
    assert clean_text("\ufeff© Ada\f\u202ex \n".encode()) == "© Ada\nx\n"
    assert clean_text(b"\0\1\2 picture") == ""


GNU = Path("/usr/share/common-licenses")
needs_gnu = pytest.mark.skipif(not (GNU / "LGPL-3").is_file(), reason="no texts of GNU licences on this machine")


@needs_gnu
def test_a_notice_says_which_versions_of_the_whole_text_may_be_taken() -> None:
    gpl = (GNU / "GPL-3").read_text(encoding="utf-8")
    read = _read(f"{GPL_NOTICE}\n\n{gpl}")
    assert (read.expression, {match.confidence for match in read.matches}) == ("GPL-3.0-or-later", {100})
    assert _read(gpl).expression == "GPL-3.0-only"


@needs_gnu
def test_the_gpl_beside_its_lesser_form_is_a_supplement_unless_it_is_said_to_apply() -> None:
    texts = "\n\n".join((GNU / name).read_text(encoding="utf-8") for name in ("GPL-3", "LGPL-3"))
    read = _read(texts)
    assert (read.expression, [match.confidence for match in read.matches]) == ("LGPL-3.0-only", [100])
    both = _read(f"The program is under the GNU GPL v3, the library in lib/ under the GNU LGPL v3.\n\n{texts}")
    assert set(both.expression.split(" AND ")) == {"GPL-3.0-only", "LGPL-3.0-only"}


def test_of_a_huge_text_only_the_beginning_is_looked_at() -> None:
    text = _text("MIT") + "\n" + " " * TEXT_LIMIT
    read = _read(text)
    assert (read.expression, read.unread) == ("MIT", len(text) - TEXT_LIMIT)


@pytest.mark.parametrize(
    "part", ["{#a", "](#", "](http://", "<a ", "&a", "http://www.apache.org/licenses/LICENSE-2.0 ", "("]
)
def test_texts_made_to_be_slow_end(part: str) -> None:
    """Each of these took minutes before something was done about it, or would when done naively."""
    assert _read(part * 20_000).expression == ""


@given(st.binary(max_size=300), st.sampled_from(["", "MIT License ", "Copyright (c) ", "SPDX-License-Identifier: "]))
def test_nothing_is_raised(data: bytes, head: str) -> None:
    read_licence_text(head.encode() + data, "LICENSE")
