"""Third-party notices: whole, each text once, the same every time, and nothing in them that no text is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.licence import LicenceFile, LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.reports.notice_view import render_json, render_markdown, render_text
from supplymatrix.sbom.notice import NoticeFile, build_notice, clean_text

TEXTS = {
    "1": b"Copyright 2020 Ada\r\n\r\nDo as you like.\r\n",
    "2": b"Copyright 2020 Ada\n\nDo as you like.",
    "3": b"Caf\xe9 \x93quoted\x94\x1b[31m\xa0text",
    "4": "Thanks to \u202eall\u200b.\n".encode(),
    "5": b"\n\n",
}


def _file(path: str, sha256: str, **fields: object) -> LicenceFile:
    return LicenceFile(path=path, sha256=sha256, expression="MIT", **fields)  # type: ignore[arg-type]


def _licence(path: str, *files: LicenceFile, reason: str = "", effective: str = "") -> ModuleLicence:
    subject = ModuleVersion(path=path, version="v1.0.0")
    return ModuleLicence(
        subject=subject,
        effective=ModuleVersion(path=effective, version="v2.0.0") if effective else subject,
        declared="MIT" if files else "",
        concluded="MIT" if files else "",
        files=files,
        source=LicenceSource.FOLDER,
        reason=reason,
        remedy="ask" if reason else "",
    )


LICENCES = [
    _licence("example.com/c", reason="it has no licence file in its root"),
    _licence("example.com/b", _file("LICENSE", "2"), _file("x/LICENSE", "3", copyrights=("© Bob\x1b[1m",))),
    _licence("example.com/a", _file("COPYING", "1", copyrights=("Copyright 2020 Ada",)), effective="example.com/z"),
]
NOTICE = build_notice(
    "example.com/main",
    LICENCES,
    {"example.com/b": [NoticeFile(kind="notice", path="NOTICE", sha256="4")]},
    TEXTS,
    target="linux/amd64",
)


def test_a_text_that_two_modules_bring_stands_there_once_with_both() -> None:
    assert [(text.kind, text.licence, text.files) for text in NOTICE.texts] == [
        ("licence", "MIT", ("example.com/b@v1.0.0 LICENSE", "example.com/z@v2.0.0 COPYING")),
        ("licence", "MIT", ("example.com/b@v1.0.0 x/LICENSE",)),
        ("notice", "", ("example.com/b@v1.0.0 NOTICE",)),
    ]
    assert [(module.name, module.replaces, module.texts) for module in NOTICE.modules] == [
        ("example.com/z", "example.com/a@v1.0.0", (1,)),
        ("example.com/b", "", (1, 2, 3)),
        ("example.com/c", "", ()),
    ]


def test_texts_are_whole_and_hold_nothing_that_is_no_text() -> None:
    assert [text.text for text in NOTICE.texts] == [
        "Copyright 2020 Ada\n\nDo as you like.",
        "Café “quoted”[31m\xa0text",
        "Thanks to all.",
    ]
    assert NOTICE.modules[1].copyrights == ("© Bob [1m",)


def test_what_has_no_text_is_listed() -> None:
    (item,) = NOTICE.missing
    assert (item.module, item.reason, item.remedy) == (
        "example.com/c@v1.0.0",
        "it has no licence file in its root",
        "ask",
    )
    assert "Not found" in render_text(NOTICE)
    assert "Not found" not in render_text(build_notice("m", LICENCES[1:], {}, TEXTS))


def test_a_file_whose_bytes_are_not_at_hand_or_empty_has_no_text() -> None:
    empty = build_notice("m", [_licence("example.com/a", _file("LICENSE", "5"), _file("COPYING", "6"))], {}, TEXTS)
    assert empty.texts == ()
    assert empty.modules[0].texts == ()
    assert [(item.module, item.reason) for item in empty.missing] == [
        ("example.com/a@v1.0.0", "there is no text in COPYING, LICENSE")
    ]


def test_every_form_holds_all_texts() -> None:
    document = json.loads(render_json(NOTICE))
    assert (document["complete"], len(document["texts"]), len(document["modules"])) == (False, 3, 3)
    for page in (render_text(NOTICE), render_markdown(NOTICE)):
        for text in NOTICE.texts:
            assert text.text in page
        assert "\x1b" not in page


def test_the_order_in_which_modules_come_changes_nothing() -> None:
    again = build_notice("example.com/main", LICENCES[::-1], {}, TEXTS)
    assert render_text(again) == render_text(build_notice("example.com/main", LICENCES, {}, TEXTS))


@pytest.mark.parametrize("inner", ["```\n# heading", "````", "~~~\n```text"])
def test_no_text_ends_its_fence(inner: str) -> None:
    texts = {"1": f"before\n{inner}\nafter".encode()}
    page = render_markdown(build_notice("m", [_licence("example.com/a", _file("LICENSE", "1"))], {}, texts))
    lines = page.split("\n")
    start = next(number for number, line in enumerate(lines) if line.endswith("`text"))
    fence = lines[start].removesuffix("text")
    end = lines.index(fence, start)
    assert "\n".join(lines[start + 1 : end]) == texts["1"].decode()
    assert end == len(lines) - 2


@given(st.binary(max_size=200))
def test_any_bytes_become_text(data: bytes) -> None:
    text = clean_text(data)
    assert all(char in "\t\n" or ord(char) >= 32 for char in text)
    text.encode("utf-8")


def test_files_in_other_encodings_are_read() -> None:
    assert clean_text("© Ada".encode("utf-16")) == "© Ada"
    assert clean_text("\ufeff© Ada\f\n".encode()) == "© Ada\n\n"
    assert clean_text(b"\x00\x01\x02 picture") == ""


def test_nothing_becomes_a_link_or_calls_somebody() -> None:
    line = "Copyright 2020 `Ada https://evil.example @octocat ada@b.example www.evil.example #1 x`@y"
    made = build_notice(
        "example.com/main", [_licence("example.com/a", _file("LICENSE", "1", copyrights=(line,)))], {}, TEXTS
    )
    shown = next(row for row in render_markdown(made).splitlines() if "Copyright 2020 " in row and row.startswith("- "))
    assert shown == (
        "- Copyright 2020 \\`Ada `https://evil.example` `@octocat` `ada@b.example` `www.evil.example` `#1` ``x`@y``"
    )


def test_copyright_lines_of_a_notice_are_among_the_others() -> None:
    texts = {**TEXTS, "6": b"Acme Widgets\nCopyright 2019 Acme Inc.\n"}
    extras = {"example.com/a": [NoticeFile(kind="notice", path="NOTICE", sha256="6")]}
    made = build_notice("example.com/main", [_licence("example.com/a", _file("LICENSE", "1"))], extras, texts)
    assert made.modules[0].copyrights == ("Copyright 2019 Acme Inc.",)
