"""What the licence files of a module say together."""

from __future__ import annotations

import pytest

from supplymatrix.licences.declared import declared_of
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.licence import LicenceFile
from tests.licences.test_text_reader import GPL_NOTICE


def _file(expression: str, *offers: str, path: str = "LICENSE") -> LicenceFile:
    return LicenceFile(path=path, sha256="0" * 64, expression=expression, offers=offers)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], ""),
        ([_file("")], ""),
        ([_file("MIT"), _file("")], "MIT"),
        ([_file("MIT"), _file("Apache-2.0"), _file("MIT")], "MIT AND Apache-2.0"),
        ([_file("MIT OR Apache-2.0"), _file("Apache-2.0"), _file("MIT")], "MIT OR Apache-2.0"),
        ([_file("", "Apache-", "BSD-"), _file("Apache-2.0"), _file("BSD-2-Clause")], "Apache-2.0 OR BSD-2-Clause"),
        ([_file("", "Apache-", "BSD-"), _file("MIT"), _file("BSD-2-Clause")], "MIT AND BSD-2-Clause"),
        ([_file("GPL-3.0-only"), _file("LGPL-3.0-or-later")], "LGPL-3.0-or-later"),
        ([_file("GPL-3.0-or-later"), _file("LGPL-3.0-or-later")], "GPL-3.0-or-later AND LGPL-3.0-or-later"),
        ([_file("GPL-3.0-only", path="COPYING"), _file("LGPL-3.0-only", path="COPYING.LESSER")], "LGPL-3.0-only"),
        (
            [_file("GPL-3.0-only", path="LICENSE"), _file("LGPL-3.0-only", path="LIB-LICENSE")],
            "GPL-3.0-only AND LGPL-3.0-only",
        ),
        ([_file("GPL-2.0-only"), _file("LGPL-2.1-only")], "GPL-2.0-only AND LGPL-2.1-only"),
    ],
)
def test_files_are_put_together(files: list[LicenceFile], expected: str) -> None:
    assert declared_of(files) == expected


def test_a_notice_of_the_gpl_is_no_supplement() -> None:
    notice = read_licence_text(
        GPL_NOTICE.replace("either version 3 of the License, or", "version 3")
        .replace("(at your option) any later version", "of the License")
        .encode(),
        "COPYING",
    )
    assert notice.expression == "GPL-3.0-only"
    assert declared_of([notice, _file("LGPL-3.0-only", path="COPYING.LESSER")]) == "GPL-3.0-only AND LGPL-3.0-only"


def test_more_than_an_expression_holds_is_not_known() -> None:
    assert declared_of(_file(f"LicenseRef-a-component-of-acme-{number}") for number in range(900)) == ""


def test_a_file_that_offers_the_texts_of_others_makes_a_choice() -> None:
    text = b"Available under the terms of *either* of the licenses\nfound in LICENSE.APACHE2 or LICENSE.BSD.\n"
    offer = read_licence_text(text, "LICENSE")
    assert offer.expression == ""
    assert declared_of([offer, _file("Apache-2.0"), _file("BSD-3-Clause")]) == "Apache-2.0 OR BSD-3-Clause"
