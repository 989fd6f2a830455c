"""What the licence files of a module say together."""

from __future__ import annotations

import pytest

from supplymatrix.licences.declared import declared_of
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.licence import LicenceFile


def _file(expression: str, *offers: str) -> LicenceFile:
    return LicenceFile(path="LICENSE", sha256="0" * 64, expression=expression, offers=offers)


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
        ([_file("GPL-2.0-only"), _file("LGPL-2.1-only")], "GPL-2.0-only AND LGPL-2.1-only"),
    ],
)
def test_files_are_put_together(files: list[LicenceFile], expected: str) -> None:
    assert declared_of(files) == expected


def test_a_file_that_offers_the_texts_of_others_makes_a_choice() -> None:
    text = b"Available under the terms of *either* of the licenses\nfound in LICENSE.APACHE2 or LICENSE.BSD.\n"
    offer = read_licence_text(text, "LICENSE")
    assert offer.expression == ""
    assert declared_of([offer, _file("Apache-2.0"), _file("BSD-3-Clause")]) == "Apache-2.0 OR BSD-3-Clause"
