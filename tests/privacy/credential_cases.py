"""The files of credential_cases.txt, with their tokens put together so that no scanner takes them for a leak."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.model.value import value

__all__ = ["BAD", "GOOD", "TOKENS", "Case"]

_TEXT = "Zx9Qw4Er7Ty2Ui5Op8As1Df3Gh6Jk0Lz"
_KEY = "-----BEGIN {} KEY-----\nMIIEow" + _TEXT + "\n" + _TEXT[::-1] + "\n-----END {} KEY-----"
TOKENS = {
    "GITHUB": "ghp_" + _TEXT + "Kd82",
    "PAT": "github_pat_" + "11ABCDEFG0" + _TEXT[:22],
    "GITLAB": "glpat-" + _TEXT[:20],
    "AWS": "AKIA" + "QW3ERT5YUI7OPAS2",
    "AWS_SECRET": _TEXT + "mN7bV4cX",
    "SLACK": "xoxb-" + "2749183650-" + _TEXT[:24],
    "NPM": "npm_" + _TEXT + "Aq7w",
    "PYPI": "pypi-" + "AgE" + _TEXT * 2,
    "GOOGLE": "AIza" + _TEXT + "Qa9",
    "STRIPE": "sk_" + "live_" + _TEXT[:24],
    "JWT": "eyJhbGciOiJIUzI1NiJ9" + "." + "eyJzdWIiOiI0MiIsIm4iOjF9" + "." + _TEXT,
    "HEX": "0f2a7c1d9e" * 4,
    "PEM": _KEY.format("RSA PRIVATE", "RSA PRIVATE"),
    "OPENSSH": _KEY.format("OPENSSH PRIVATE", "OPENSSH PRIVATE"),
}
_SHOWN_BY_MANUALS = {
    "SAMPLE": "AKIA" + "IOSFODNN7EXAMPLE",
    "MASKED": "glpat-" + "x" * 20,
    "HEAD": "-----BEGIN " + "PRIVATE KEY-----",
    "PEMHEAD": "-----BEGIN " + "RSA PRIVATE KEY-----",
}


@value
class Case:
    """path, text: of a file. expected: kind and name of each credential in it, sorted."""

    path: str
    text: str
    expected: tuple[tuple[str, str], ...]


def _cases() -> tuple[Case, ...]:
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    for name, token in {**TOKENS, **_SHOWN_BY_MANUALS}.items():
        text = text.replace(f"«{name}»", token)
    return tuple(map(_case, text.split("\n=== ")[1:]))


def _case(text: str) -> Case:
    head, _, body = text.partition("\n---\n")
    first, *lines = head.split("\n")
    kind, path = first.split(" ", 1)
    assert (kind == "bad") is bool(lines), first
    expected = sorted((what.strip(), name.strip()) for what, _, name in (line.partition("|") for line in lines))
    return Case(path=path, text=f"{body}\n", expected=tuple(expected))


_ALL = _cases()
BAD = tuple(case for case in _ALL if case.expected)
GOOD = tuple(case for case in _ALL if not case.expected)
