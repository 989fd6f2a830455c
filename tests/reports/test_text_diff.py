"""What has changed in a file is shown so that nothing in it can do harm on a terminal."""

from __future__ import annotations

from supplymatrix.reports.text_diff import render_diff


def test_lines_that_came_and_went_are_marked() -> None:
    assert render_diff(b"a\r\nb\r\n", b"a\r\nc\r\n", "f") == "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"


def test_a_missing_last_newline_is_told() -> None:
    mark = "\\ no newline at the end of the file"
    assert render_diff(b"a", b"a\nb", "f") == f"--- f\n+++ f\n@@ -1 +1,2 @@\n-a\n{mark}\n+a\n+b\n{mark}\n"


def test_control_characters_are_written_out_and_colour_is_ours() -> None:
    text = render_diff(b"", "x\x1b[2J\u202e\n".encode(), "f\x1b[2J", color=True)
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert "\x1b[32m+x\\x1b[2J\\u202e\x1b[0m\n" in text


def test_equal_files_have_no_difference() -> None:
    assert render_diff(b"a\n", b"a\n", "f") == ""
