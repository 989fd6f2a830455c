"""Texts that look like a licence that they are not: what else they say must count.

A wrong permissive answer is the worst that this room can give; "not recognised" is fine.
"""

from __future__ import annotations

import re

import pytest

from supplymatrix.licences.classes import class_of_expression
from supplymatrix.licences.expression import joined_or_none
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.licence import LicenceFile
from tests.licences.test_text_reader import GPL_NOTICE, _text

COMMONS_CLAUSE = """"Commons Clause" License Condition v1.0

The Software is provided to you by the Licensor under the License, as defined below, subject to the following condition.

Without limiting other conditions in the License, the grant of rights under the License will not include, and the
License does not grant to you, the right to Sell the Software. (...) Any license notice or attribution required by the
License must also include this Commons Clause License Condition notice.

Software: X
License: Apache 2.0
Licensor: Acme
"""
CLASSPATH = """As a special exception, the copyright holders of this library give you permission to link this library
with independent modules to produce an executable, regardless of the license terms of these independent modules.
"""


def _read(text: str) -> LicenceFile:
    return read_licence_text(text.encode(), "LICENSE")


def _changed(name: str, old: str, new: str) -> str:
    text = _text(name)
    assert len(re.findall(old, text)) >= 1, old
    return re.sub(old, new, text, count=1)


@pytest.mark.parametrize(
    "text",
    [
        "Copyright 2024 Acme. Proprietary and confidential. The sort routine is in the public domain.",
        "This software is not released into the public domain.",
        "This software is in the public domain. All rights reserved by Acme.",
        "Only the test vectors are released into the public domain.",
        "The tables were placed in the public domain by their author.",
        "This library is in the public domain, except for the codec.",
        "Parts of this are put to the public domain; everything else is Acme's.",
    ],
)
def test_the_public_domain_of_a_part_is_not_that_of_the_whole(text: str) -> None:
    assert _read(text).expression == ""


@pytest.mark.parametrize(
    "text",
    [
        "This software is in the public domain.",
        "# Licence\n\nPublic domain.\n",
        "All code in this repository is released into the public domain by its authors.",
        "I hereby place this library in the public domain.",
        "The author dedicates this software to the public domain",
        "Released into the public domain worldwide.",
    ],
)
def test_the_public_domain_of_the_whole_counts(text: str) -> None:
    assert _read(text).expression == "LicenseRef-public-domain"


def test_all_that_a_short_text_declares_applies() -> None:
    table = "Licensed under the GPLv3. The table in sbox.go was released into the public domain by NIST."
    assert _read(table).expression == "GPL-3.0-only"
    whole = "Licensed under the GPLv3.\n\nThis software is in the public domain.\n"
    assert set(_read(whole).expression.split(" AND ")) == {"GPL-3.0-only", "LicenseRef-public-domain"}


@pytest.mark.parametrize(
    "text",
    [
        _changed("MIT", "free of charge", "for a fee"),
        _changed("MIT", "without restriction", "for noncommercial purposes only"),
        _changed("MIT", r"sublicense,\s+and/or sell", "and use"),
        _changed("MIT", r"conditions:\n", "conditions:\n\nThe Software may not be used commercially.\n"),
        _text("MIT")[:650],
        "MIT License\n\n" + _text("MIT")[_text("MIT").index("Permission") :][:300],
        _text("MIT") + "\nCommercial use is prohibited.\n",
        "Commercial use is prohibited.\n\n" + _text("MIT"),
        _changed("MIT", r"Copyright[^\n]*", "Copyright 2020 Ada. Not for commercial use."),
        _changed("MIT", "Permission is", "Banks need our consent.\n\nPermission is"),
        _text("MIT") + "\nThe Software shall be used for Good, not Evil.\n",
        _text("Apache-2.0") + "\nADDITIONAL TERMS: You may not offer it as a hosted service.\n",
        _changed("Apache-2.0", "END OF TERMS", "10. You may not use the Work commercially.\n\nEND OF TERMS"),
        _text("BSD-3-Clause") + "\nFor evaluation purposes.\n",
        _text("MIT") + "\nThe ee/ folder is covered by the Acme Enterprise License.\n",
        _text("MIT") + "\nThe codec/ folder is under the GNU General Public License.\n",
        _text("MIT") + "\nSPDX-License-Identifier: Acme EULA\n",
        "SPDX-License-Identifier: MIT\n\nYou may not use this software commercially.\n",
        "SPDX-License-Identifier: MIT\nSPDX-License-Identifier: Acme-EULA\n",
        _changed("MIT", "conditions:", "conditions (no use by banks):") + "\nSPDX-License-Identifier: MIT\n",
        "Licensed under the MIT license for non-commercial use only.",
        "Licensed under the MIT License, but you mustn't sell it.",
        "MIT License\n\nCopyright 2020 Acme\n\nYou may not use this in a product.",
    ],
)
def test_what_takes_back_a_grant_leaves_the_licence_open(text: str) -> None:
    read = _read(text)
    assert (read.expression, read.matches) == ("", ())


def test_the_licence_that_is_not_sure_is_told() -> None:
    assert re.fullmatch(r"MIT 9\d", _read(_text("MIT") + "\nCommercial use is prohibited.\n").nearest)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_text("MIT") + "\nThe codec/ folder is licensed under the GNU GPL version 3.\n", "MIT AND GPL-3.0-only"),
        (_text("MIT") + "\nThe windows/ folder has its own Apache 2.0 license.\n", "MIT AND Apache-2.0"),
        (_text("MIT") + "\nIt is compatible with the licence GPLv3.\n", "MIT"),
        (_text("MIT") + "\nUnless otherwise noted, this is the licence of all files.\n", "MIT"),
        ("Built at MIT, a university.\n\n" + _text("Apache-2.0"), "Apache-2.0"),
        (COMMONS_CLAUSE, "LicenseRef-Commons-Clause AND Apache-2.0"),
        (COMMONS_CLAUSE + "\n" + _text("Apache-2.0"), "LicenseRef-Commons-Clause AND Apache-2.0"),
        (
            "Licensed under MIT with the Commons Clause: you may not sell it.\n\n" + _text("MIT"),
            "LicenseRef-Commons-Clause AND MIT",
        ),
        ("Apache License 2.0 with Commons Clause\n", "LicenseRef-Commons-Clause AND Apache-2.0"),
        (GPL_NOTICE + "\n" + CLASSPATH, "GPL-3.0-or-later WITH Classpath-exception-2.0"),
    ],
)
def test_what_is_added_is_added_to_the_expression(text: str, expected: str) -> None:
    read = _read(text)
    assert set(read.expression.split(" AND ")) == set(expected.split(" AND "))


@pytest.mark.parametrize(
    "text",
    [
        GPL_NOTICE
        + "\nThere is no linking exception. Linking this library statically or dynamically with other modules is"
        " making a combined work.\n",
        _text("Apache-2.0") + "\nNo LLVM exceptions to the Apache 2.0 License apply.\n",
        _text("MIT") + "\n" + CLASSPATH,
    ],
)
def test_an_exception_is_granted_by_its_own_sentence_to_its_own_licence(text: str) -> None:
    assert " WITH " not in _read(text).expression


@pytest.mark.parametrize(
    "head",
    [
        "This is not dual-licensed. You must comply with both licences, MIT and Apache-2.0.",
        "Build it with a compiler of your choice.",
        "Files taken from MIT or Apache projects keep the licence they had.",
        "Releases until 2.0 were dual-licensed under MIT and Apache.",
        "The MIT code or Apache code in here keeps its licence.",
    ],
)
def test_a_choice_is_never_read_out_of_words_that_offer_none(head: str) -> None:
    read = _read(f"{head}\n\n{_text('MIT')}\n\n{_text('Apache-2.0')}")
    assert " OR " not in read.expression
    assert read.expression in ("", "MIT AND Apache-2.0")


def test_only_what_a_clause_names_is_its_choice() -> None:
    head = "Core: the MPL license; the rest is dual licensed under MIT and Apache 2.0."
    read = _read(f"{head}\n\n{_text('MPL-2.0')}\n\n{_text('MIT')}\n\n{_text('Apache-2.0')}")
    assert read.expression == "(MIT OR Apache-2.0) AND MPL-2.0"
    assert class_of_expression(read.expression) == "weak-copyleft"


def test_too_many_licences_for_an_expression_are_not_known() -> None:
    lines = [f"SPDX-License-Identifier: LicenseRef-a-component-of-acme-{number}" for number in range(900)]
    assert _read("\n".join(lines)).expression == ""
    assert joined_or_none(f"LicenseRef-a-component-of-acme-{number}" for number in range(900)) is None
    assert joined_or_none(["MIT", "ISC OR 0BSD"]) == "MIT AND (ISC OR 0BSD)"
    assert joined_or_none(["MIT OR"]) is None
