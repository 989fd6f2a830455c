"""Credentials are found in files of every kind, with their place; what is none is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.privacy.credential_places import FileKind, file_kind
from supplymatrix.privacy.credential_search import MAX_FOUND, search_file
from tests.privacy.credential_cases import BAD, GOOD, TOKENS, Case

GITHUB = TOKENS["GITHUB"]
SECRETS = [token for name, token in TOKENS.items() if name not in ("PEM", "OPENSSH")]


def test_there_are_enough_cases() -> None:
    assert len(BAD) >= 60
    assert len(GOOD) >= 40


@pytest.mark.parametrize("case", BAD, ids=[f"{number}-{case.path}" for number, case in enumerate(BAD)])
def test_what_gives_credentials_away_is_found(case: Case) -> None:
    kind = file_kind(case.path)
    assert kind is not None
    found = search_file(case.text.encode(), case.path, kind).credentials
    assert tuple(sorted((one.kind, one.name) for one in found)) == case.expected
    lines = case.text.split("\n")
    for one in found:
        place = one.location
        assert place.artifact == case.path
        assert 1 <= place.line <= len(lines)
        assert 0 < place.column <= len(lines[place.line - 1]) + 1
        assert one.advice
        assert "k3jh" not in repr(one)
        assert not any(token[4:9] in repr(one) or token[-6:] in repr(one) for token in SECRETS)


@pytest.mark.parametrize("case", GOOD, ids=[f"{number}-{case.path}" for number, case in enumerate(GOOD)])
def test_what_is_none_is_not(case: Case) -> None:
    kind = file_kind(case.path)
    assert kind is not None
    search = search_file(case.text.encode(), case.path, kind)
    assert search.credentials == ()
    assert search.gaps == ()


def test_a_place_is_told_to_the_column() -> None:
    text = "FROM scratch\nENV A=b DB_PASSWORD=k3jh4k5j\n"
    (one,) = search_file(text.encode(), "Dockerfile", FileKind.DOCKERFILE).credentials
    assert (str(one.location), one.location.end_column, one.where) == ("Dockerfile:2:21", 29, "ENV")
    assert (one.length, one.prefix, one.digest, one.is_shipped) == (8, "", "", True)


def test_of_a_long_one_four_characters_and_a_digest_are_told() -> None:
    (one,) = search_file(f"export A={GITHUB}".encode(), "a.sh", FileKind.SCRIPT).credentials
    assert (one.prefix, len(one.digest), one.length, one.is_sure) == ("ghp_", 8, 40, True)


def test_keys_of_yaml_lead_to_a_credential() -> None:
    text = "jobs:\n  build:\n    steps:\n      - env:\n          API_TOKEN: k3jh4k5j\n"
    (one,) = search_file(text.encode(), ".github/workflows/a.yml", FileKind.CI).credentials
    assert one.where == "jobs.build.steps.env"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"FROM a\n\0TOKEN=k3jh4k5j\n", "NUL"),
        (b"TOKEN=k3jh4k5j\n" * (MAX_FOUND + 5), "look like credentials"),
    ],
)
def test_what_is_not_looked_at_is_a_gap(data: bytes, reason: str) -> None:
    (gap,) = search_file(data, "a.sh", FileKind.SCRIPT).gaps
    assert reason in gap.reason
    assert gap.wanted == "credentials in a.sh"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("Dockerfile", "FROM a\nhunter9hunter9 b\nc d\n", "is no instruction, and 1 more like it"),
        ("Dockerfile", "FROM a\nAPI_TOKEN=k3jh4k5j9\n", "its first word is no instruction"),
        ("Dockerfile", "FROM a\nk3jh4k5j b\n", "its first word is no instruction"),
        ("Dockerfile", "FROM a\nFORM b\n", "'FORM' is no instruction"),
        ("Dockerfile", "FROM a\n" + "#" * (1 << 20), "bytes"),
        ("a.yml", "a: [1\n", "this is not YAML"),
        ("a.yml", "k3jh: 1\nk3jh: 2\n", "a key stands twice in one mapping"),
        ("a.yml", "API_PASSWORD: *k3jh4k5j\n", "there is no anchor of this name"),
        ("a.yml", "a: &a [1]\n" + "".join(f"{n}: [{', '.join(['*' + p] * 9)}]\n" for n, p in
                                          zip("bcdefgh", "abcdefg", strict=True)), "anchor"),
        (".gitconfig", "[a]\n\tb = c\n[[broken\n", "line 3 is no line of git config"),
    ],
)  # fmt: skip
def test_a_broken_file_is_a_gap_that_quotes_nothing(path: str, text: str, reason: str) -> None:
    kind = {"Dockerfile": FileKind.DOCKERFILE, ".gitconfig": FileKind.GIT_CONFIG}.get(path, FileKind.YAML)
    gaps = search_file(text.encode(), path, kind).gaps
    assert reason in gaps[0].reason
    assert not any(token[4:12] in gap.reason or "k3jh" in gap.reason for gap in gaps for token in SECRETS)


def test_a_bomb_of_aliases_ends() -> None:
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"{n}: &{n} [{', '.join(['*' + p] * 9)}]" for n, p in zip("bcdefghi", "abcdefgh", strict=True)]
    search = search_file("\n".join(lines).encode(), "a.yml", FileKind.YAML)
    assert "too many values" in search.gaps[0].reason


def test_the_same_credential_of_an_alias_is_told_once() -> None:
    text = "x: &x\n  API_TOKEN: k3jh4k5j\na: *x\nb: *x\n"
    assert len(search_file(text.encode(), "a.yml", FileKind.YAML).credentials) == 1


def test_text_of_windows_is_read() -> None:
    assert len(search_file("$env:API_TOKEN = 'k3jh4k5j'".encode("utf-16"), "a.ps1", FileKind.SCRIPT).credentials) == 1
    assert len(search_file(b"\xef\xbb\xbfAPI_TOKEN=k3jh4k5j\r\n", "a.sh", FileKind.SCRIPT).credentials) == 1
    assert len(search_file(b"# \xff\xfe\nAPI_TOKEN=k3jh4k5j\xe4\n", "a.sh", FileKind.SCRIPT).credentials) == 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("go.mod", FileKind.GO), ("a/vendor/modules.txt", FileKind.GO), ("vendor/a/Dockerfile", FileKind.DOCKERFILE),
        ("vendor/Makefile", None), ("Dockerfile.prod", FileKind.DOCKERFILE), ("dockerfile.go", None),
        ("app.dockerfile", FileKind.DOCKERFILE), (".github/workflows/a.yaml", FileKind.CI), ("a.yaml", None),
        (".gitlab/ci/build.yml", FileKind.CI), (".git/config", FileKind.GIT_CONFIG), (".git/HEAD", None),
        ("a/config", None), ("debian/rules", FileKind.MAKE), (".env.local", FileKind.ENV), ("main.go", None),
        ("README.md", None), ("docker-bake.hcl", FileKind.SETTINGS), ("go.sum", None), ("x/.netrc", FileKind.NETRC),
        ("hack/README", None), ("hack/build", FileKind.SCRIPT), ("bin/app", None), (".ssh/id_rsa.pub", None),
        (".git/modules/a/config", FileKind.GIT_CONFIG), (".git/modules/a/HEAD", None),
    ],
)  # fmt: skip
def test_files_are_told_by_their_names(path: str, kind: FileKind | None) -> None:
    assert file_kind(path) is kind


_PIECES = st.sampled_from(
    ["TOKEN", "=", ": ", "\n", "k3jh4k5j", "'", '"', "\\", "- ", "{", "}", "[", "]", "&a ", "*a", "#", "ARG ", "ENV ",
     "RUN ", "FROM a", "<<EOF", "EOF", "${", "$", "://", "@", "\t", "|", ">", "machine ", " login ", " password ",
     '[url "', '"]', "\0", "\ud800", "é"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(_PIECES, max_size=40), st.sampled_from(list(FileKind)))
def test_any_file_is_read_and_nothing_of_it_is_told(pieces: list[str], kind: FileKind) -> None:
    data = "".join(pieces).encode("utf-8", "surrogatepass")
    search = search_file(data, "f", kind)
    assert "k3jh4k5j" not in repr(search.credentials)
    for one in search.credentials:
        assert one.location.line >= 1
