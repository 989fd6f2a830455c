"""Go files of a project: which builds take them, what they import under a tag, which functions they call."""

from __future__ import annotations

import pytest

from supplymatrix.fips.own_files import OwnFile, counting_lines, of_own_files, read_own_file
from supplymatrix.gomod.build_constraint import BuildContext

_LINUX = BuildContext(goos="linux", goarch="amd64", cgo=True)


def _file(text: str, name: str = "a.go") -> OwnFile:
    found = read_own_file(text.encode(), name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "functions"),
    [
        ('import "crypto/cipher"\n\nvar _ = cipher.NewOFB(b, iv)\n', ["crypto/cipher.NewOFB"]),
        ('import c "crypto/cipher"\n\nvar _ = c.NewCFBEncrypter\n', ["crypto/cipher.NewCFBEncrypter"]),
        ('import (\n\t. "crypto/ecdh"\n)\n\nvar _ = X25519()\n', ["crypto/ecdh.X25519"]),
        ('import "crypto/rand"\n\nvar _, _ = rand.Prime(r, 8)\n', ["crypto/rand.Prime"]),
        ('import "golang.org/x/crypto/sha3"\n\nvar _ = sha3.NewLegacyKeccak256()\n',
         ["golang.org/x/crypto/sha3.NewLegacyKeccak256"]),
        ('import "crypto/cipher"\n\n// cipher.NewOFB\n/* cipher.NewOFB */\nvar _ = "cipher.NewOFB"\n', []),
        ('import "crypto/cipher"\n\nvar _ = `\ncipher.NewOFB\n`\n', []),
        ('import "crypto/cipher"\n\nvar _ = x.cipher.NewOFB\nvar _ = cipher.NewOFBs\nvar _ = cipher.NewGCM\n', []),
        ('import "example.com/cipher"\n\nvar _ = cipher.NewOFB\n', []),
        ('import "crypto/cipher"\n\nvar a = \'"\'\nvar _ = cipher.NewOFB\n', ["crypto/cipher.NewOFB"]),
    ],
)  # fmt: skip
def test_calls_by_the_name_of_a_package_are_seen(text: str, functions: list[str]) -> None:
    assert [call.function for call in _file(f"package a\n\n{text}").calls] == functions


def test_a_call_is_told_once_with_its_place() -> None:
    text = 'package a\n\nimport "crypto/rsa"\n\nvar a = rsa.EncryptPKCS1v15\nvar b = rsa.DecryptPKCS1v15\n'
    (found,) = of_own_files("svc", [_file(text, "lib/a.go")], [_LINUX], "example.com/svc")
    assert (found.package, found.what, found.how, found.location.line, found.by) == (
        "crypto/rsa", "RSA encryption with PKCS #1 v1.5", "called", 5, "example.com/svc/lib",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "constraint", "under"),
    [
        ("a.go", "//go:build legacy\n\n", "the tag legacy"),
        ("a_windows.go", "", "another system or processor"),
        ("a.go", "//go:build ignore\n\n", None),
        ("a.go", "//go:build ignore || (legacy && old)\n\n", "the tags legacy, old"),
        ("a.go", "//go:build linux\n\n", None),
        ("a.go", "", None),
    ],
)
def test_imports_that_no_build_takes_are_told_with_what_takes_them(
    name: str, constraint: str, under: str | None
) -> None:
    file = _file(f'{constraint}package a\n\nimport "crypto/md5"\n', name)
    assert [one.under for one in of_own_files("svc", [file], [_LINUX], "svc")] == ([] if under is None else [under])


def test_a_build_with_the_tag_takes_them() -> None:
    file = _file('//go:build legacy\n\npackage a\n\nimport "crypto/md5"\n')
    builds = [_LINUX, BuildContext(tags=frozenset({"legacy"}))]
    assert of_own_files("svc", [file], builds, "svc") == ()


def test_lines_of_files_that_no_build_takes_do_not_count() -> None:
    line = "//go:debug fips140=off\npackage main\n"
    files = [_file(f"//go:build ignore\n\n{line}", "gen.go"), _file(line), _file(f"//go:build x\n\n{line}", "x.go")]
    assert [one.location.artifact for one in counting_lines(files, [_LINUX])] == ["a.go"]
    assert len(counting_lines(files, [BuildContext(tags=frozenset({"x"}))])) == 2


@pytest.mark.parametrize("text", ["/*" * 100_000, '\\"' * 100_000, "'" * 100_001, "`" * 100_001])
def test_hostile_files_end(text: str) -> None:
    assert _file(f'package a\n\nimport "crypto/cipher"\n\nvar a = 1\n{text}').calls == ()
