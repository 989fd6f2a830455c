"""The licence of C code by what lies near it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.native.near_licence import code_licence, nearest_licence_files

BSD = b"Copyright 2020 Ada\n\nSPDX-License-Identifier: BSD-3-Clause\n"
GPL = b"SPDX-License-Identifier: GPL-2.0-only\n"
CHOICE = b"""/*
 * This source code is licensed under both the BSD-style license (found in LICENSE) and the GPLv2 (found in COPYING).
 * You may select, at your option, one of the above-listed licenses.
 */
int x;
"""
LGPL = b"""/*
 * This library is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 */
"""


def test_two_texts_apply_together_unless_a_head_offers_a_choice() -> None:
    files = [("z/COPYING", GPL), ("z/LICENSE", BSD)]
    assert code_licence(files, ()).expression == "GPL-2.0-only AND BSD-3-Clause"
    found = code_licence(files, [("z/a.c", CHOICE)])
    assert (found.expression, found.is_choice) == ("GPL-2.0-only OR BSD-3-Clause", True)
    assert found.source == "z/COPYING, z/LICENSE"


def test_an_or_later_of_a_gnu_head_is_no_choice_between_licences() -> None:
    found = code_licence([("u/COPYING", b"SPDX-License-Identifier: LGPL-2.1-only\n")], [("u/core.c", LGPL)])
    assert (found.expression, found.is_choice) == ("LGPL-2.1-or-later", False)


def test_public_domain_of_an_amalgamation_is_found_behind_its_first_comment() -> None:
    head = b"/* This file is an amalgamation of many separate C source files. */\n#define A 1\n" * 20
    blessing = b"""/*
** The author disclaims copyright to this source code.  In place of
** a legal notice, here is a blessing:
**
**    May you do good and not evil.
**    May you find forgiveness for yourself and forgive others.
**    May you share freely, never taking more than you give.
**
*/
"""
    assert code_licence((), [("sqlite3.c", head + blessing)]).expression == "blessing"


def test_nothing_that_speaks_of_a_licence_is_nothing() -> None:
    assert code_licence((), [("a.c", b"/* a helper */ int main;")]).expression == ""
    assert code_licence((), ()).expression == ""


FILES = ["LICENSE", "LICENSE-sqlite", "zstd/COPYING", "zstd/LICENSE", "zstd/build/LICENSE", "usb/COPYING"]


def test_the_nearest_folder_above_code_speaks_for_it() -> None:
    assert nearest_licence_files("usb/core/os", FILES) == ("usb/COPYING",)
    assert nearest_licence_files("zstd/build/lib", FILES) == ("zstd/build/LICENSE",)


def test_an_archive_is_spoken_for_by_a_folder_or_file_of_its_name() -> None:
    assert nearest_licence_files("", FILES, ["libzstd", "zstd"]) == ("zstd/COPYING", "zstd/LICENSE")
    assert nearest_licence_files("", FILES, ["sqlite"]) == ("LICENSE-sqlite",)


def test_the_modules_own_licence_speaks_for_no_code_of_others() -> None:
    assert nearest_licence_files("", FILES) == nearest_licence_files("vendored", FILES, ["x"]) == ()


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=200), max_size=3), st.lists(st.binary(max_size=200), max_size=3))
def test_any_bytes_are_read(texts: list[bytes], heads: list[bytes]) -> None:
    found = code_licence([("L", data) for data in texts], [("h", data) for data in heads])
    assert isinstance(found.expression, str)


GNU = (
    b"/* Copyright (C) 2001 Ada\n * This program is free software; you can redistribute it and/or modify\n"
    b" * it under the terms of the GNU General Public License as published by\n"
    b" * the Free Software Foundation; either version 2 of the License, or\n * (at your option) any later version.\n"
)
ECOS = (
    b" *\n * As a special exception, if other files instantiate templates or use macros\n"
    b" * or inline functions from this file, or you compile this file and link it\n"
    b" * with other works to produce a work based on this file, this file does not\n"
    b" * by itself cause the resulting work to be covered by the GNU General Public License.\n */\n"
)
OPENSSL = b" *\n * As a special exception, you may link it with the OpenSSL library.\n */\n"
BISON = b" */\n\n/* As a special exception, you may use part or all of the Bison parser skeleton in larger work. */\n"


@pytest.mark.parametrize(
    ("head", "expression", "has_note"),
    [
        (GNU + b" */\n", "GPL-2.0-or-later", False),
        (GNU + ECOS, "GPL-2.0-or-later WITH eCos-exception-2.0", False),
        (GNU + OPENSSL, "GPL-2.0-or-later", True),
        (GNU + BISON, "GPL-2.0-or-later WITH Bison-exception-2.2", False),
    ],
)
def test_a_gnu_head_keeps_its_exception_or_says_that_it_is_not_recognised(
    head: bytes, expression: str, has_note: bool
) -> None:
    found = code_licence((), [("a.c", head + b"int a;\n")])
    assert (found.expression, bool(found.note), found.unplaced) == (expression, has_note, "")


@pytest.mark.parametrize(
    "head",
    [
        b"/* Copyright (c) ACME Corp. Confidential and proprietary. */",
        b"/* foo - released under the GPL, see COPYING */",
        b"// Foo is free software: you can redistribute it under GPLv3\n",
    ],
)
def test_words_on_a_licence_that_nobody_recognises_are_never_passed_over(head: bytes) -> None:
    found = code_licence((), [("a.c", head + b"\nint a;\n")])
    assert (found.expression, found.unplaced) == ("", "a.c")
    found = code_licence((), [("a.c", head + b"\nint a;\n"), ("b.c", b"/* SPDX-License-Identifier: MIT */")])
    assert found.expression == "MIT AND LicenseRef-not-recognised"


@pytest.mark.parametrize(
    "head",
    [
        b"/* Use of this source code is governed by a BSD-style license that can be found in the LICENSE file. */",
        b"/* Copyright 2020 Ada. All rights reserved. */",
        b"/* Derived from code in the public domain. */",
    ],
)
def test_a_pointer_to_a_file_and_a_mere_copyright_leave_it_to_that_file(head: bytes) -> None:
    assert code_licence((), [("a.c", head + b"\nint a;\n")]).unplaced == ""


def test_a_licence_file_that_nobody_recognises_is_told() -> None:
    found = code_licence([("x/LICENSE", b"You may not use this licensed software without permission of ACME.\n")], ())
    assert (found.expression, found.unplaced) == ("", "x/LICENSE")


def test_notices_count_however_many_names_stand_in_others_and_however_far_down() -> None:
    texts = [(f"a{number:02}.c", b"/* Copyright %d Ada\n * SPDX-License-Identifier: MIT */" % (1990 + number))
             for number in range(40)]  # fmt: skip
    texts.append(("zz.c", b"int a;\n" * 10_000 + b"/* SPDX-License-Identifier: GPL-2.0-only */\n"))
    found = code_licence((), texts)
    assert (found.expression, found.is_cut) == ("MIT AND GPL-2.0-only", False)
    many = [(f"{number}.c", b"/* license words%s */" % (b"x" * number)) for number in range(400)]
    assert code_licence((), many).is_cut


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.S", b"# SPDX-License-Identifier: GPL-2.0-only\n"),
        ("a.s", b"; SPDX-License-Identifier: GPL-2.0-only\n"),
        ("a.f90", b"! SPDX-License-Identifier: GPL-2.0-only\n"),
        ("a.f", b"C SPDX-License-Identifier: GPL-2.0-only\n"),
    ],
)
def test_comments_of_other_languages_count(path: str, head: bytes) -> None:
    assert code_licence((), [(path, head)]).expression == "GPL-2.0-only"
