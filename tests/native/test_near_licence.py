"""The licence of C code by what lies near it."""

from __future__ import annotations

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
