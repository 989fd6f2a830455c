"""Cryptography beside the module: told by packages and functions, and what Go's own packages only bring along."""

from __future__ import annotations

import pytest

from supplymatrix.fips.linked import FUNCTIONS_IN, linked_in_program
from supplymatrix.fips.non_approved import (
    ProjectImports,
    imported_by_project,
    is_refused,
    known_of,
    library_of,
    modules_alone,
)
from supplymatrix.model.fips import FipsFamily
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from tests.fips.made import TREE, program

TLS = (*TREE, "crypto/tls", "crypto/x509", "crypto/md5", "crypto/rc4", "crypto/sha1", "crypto/des")


@pytest.mark.parametrize(
    ("package", "what", "is_c"),
    [
        ("crypto/md5", "MD5", False),
        ("golang.org/x/crypto/blake2b", "BLAKE2b", False),
        ("golang.org/x/crypto/openpgp/packet", "OpenPGP", False),
        ("github.com/tjfoc/gmsm/sm3", "SM2, SM3 and SM4", False),
        ("github.com/ProtonMail/go-crypto/openpgp/packet", "OpenPGP", False),
        ("github.com/jcmturner/gokrb5/v8/crypto/rfc3961", "RC4 and 3DES (Kerberos)", False),
        ("github.com/btcsuite/btcd/btcec/v2/ecdsa", "secp256k1", False),
        ("github.com/mutecomm/go-sqlcipher/v4", "AES and HMAC of libtomcrypt (SQLCipher)", True),
        ("github.com/ethereum/go-ethereum/crypto/secp256k1", "libsecp256k1", True),
    ],
)
def test_a_package_is_known_by_its_path_whatever_its_major_version(package: str, what: str, is_c: bool) -> None:
    known = known_of(package)
    assert known is not None
    assert (known.what, known.is_c) == (what, is_c)


@pytest.mark.parametrize(
    "package",
    [
        "crypto/sha256", "crypto/aes", "crypto", "hash/crc32", "math/rand", "golang.org/x/crypto",
        "golang.org/x/crypto/ssh", "golang.org/x/crypto/cryptobyte", "github.com/cespare/xxhash/v2",
        "github.com/dchest/siphash", "github.com/tjfoc/gmsmother", "github.com/minio/highwayhash", "",
    ],
)  # fmt: skip
def test_approved_packages_and_hashes_for_tables_are_not_known(package: str) -> None:
    assert known_of(package) is None


def test_the_functions_that_tell_something_are_kept_by_readers() -> None:
    assert {"crypto/md5", "crypto/ecdh", "golang.org/x/crypto/blake2b", "crypto/x509"} <= FUNCTIONS_IN


def test_each_thing_is_told_once_with_its_module_and_functions() -> None:
    packages = (*TREE, "golang.org/x/crypto/openpgp", "golang.org/x/crypto/openpgp/packet")
    functions = ("golang.org/x/crypto/openpgp.ReadMessage", "golang.org/x/crypto/openpgp/packet.Read")
    read = program(packages, functions=functions, deps=[("golang.org/x/crypto", "v0.45.0")])
    (found,) = linked_in_program("bin/app", read)
    assert (found.package, str(found.module)) == ("golang.org/x/crypto/openpgp", "golang.org/x/crypto@v0.45.0")
    assert found.functions == functions
    assert not found.is_blocked
    assert (found.how, found.inside) == ("linked", "")


def test_what_tls_brings_along_is_no_use_of_it() -> None:
    functions = ("crypto/md5.New", "crypto/md5.(*digest).Sum", "crypto/rc4.NewCipher", "crypto/sha1.New")
    found = linked_in_program("bin/app", program(TLS, functions=functions))
    assert {one.package for one in found} == {"crypto/des", "crypto/md5", "crypto/rc4", "crypto/sha1"}
    assert all(one.inside and one.is_blocked for one in found)


def test_a_function_that_tls_does_not_call_is_a_use_of_it() -> None:
    functions = ("crypto/md5.New", "crypto/md5.Sum", "crypto/rc4.NewCipher")
    found = {one.package: one.inside for one in linked_in_program("bin/app", program(TLS, functions=functions))}
    assert found["crypto/md5"] == ""
    assert found["crypto/rc4"]


def test_making_certificates_calls_sha1_too() -> None:
    functions = ("crypto/sha1.Sum", "crypto/x509.CreateCertificate")
    found = {one.package: one.inside for one in linked_in_program("bin/app", program(TLS, functions=functions))}
    assert found["crypto/sha1"]
    found = {one.package: one.inside for one in linked_in_program("bin/app", program(TLS, functions=functions[:1]))}
    assert found["crypto/sha1"] == ""


def test_without_tls_the_package_itself_is_a_use_of_it() -> None:
    (found,) = linked_in_program("bin/app", program((*TREE, "crypto/md5"), functions=("crypto/md5.New",)))
    assert (found.package, found.inside) == ("crypto/md5", "")


def test_functions_of_approved_packages_are_told_one_by_one() -> None:
    functions = ("crypto/cipher.NewCFBEncrypter", "crypto/cipher.NewGCM", "crypto/ecdh.X25519", "crypto/ecdh.P256")
    found = linked_in_program("bin/app", program(functions=functions))
    assert [(one.what, one.functions) for one in found] == [
        ("CFB mode", ("crypto/cipher.NewCFBEncrypter",)),
        ("X25519", ("crypto/ecdh.X25519",)),
    ]
    inside = linked_in_program("bin/app", program((*TREE, "crypto/tls"), functions=functions))
    assert {one.what: bool(one.inside) for one in inside} == {"CFB mode": False, "X25519": True}


@pytest.mark.parametrize(
    ("function", "package"),
    [
        ("net/smtp.(*cramMD5Auth).Next", "crypto/md5"),
        ("crypto/x509.DecryptPEMBlock", "crypto/md5"),
        ("crypto/x509.DecryptPEMBlock", "crypto/des"),
        ("crypto/des.NewCipher", "crypto/des"),
        ("crypto/hpke.Seal", "vendor/golang.org/x/crypto/chacha20poly1305"),
    ],
)
def test_what_the_standard_library_does_for_others_is_a_use_of_it(function: str, package: str) -> None:
    packages = (*TLS, "net/smtp", "crypto/hpke", "vendor/golang.org/x/crypto/chacha20poly1305")
    before = {one.package: one.inside for one in linked_in_program("bin/app", program(packages))}
    assert before[package]
    after = {one.package: one.inside for one in linked_in_program("bin/app", program(packages, functions=(function,)))}
    assert after[package] == ""


def test_hpke_alone_brings_nothing_along() -> None:
    packages = (*TREE, "crypto/hpke", "vendor/golang.org/x/crypto/chacha20")
    found = linked_in_program("bin/app", program(packages, functions=("crypto/ecdh.X25519",)))
    assert [(one.what, one.inside) for one in found] == [("ChaCha20", ""), ("X25519", "")]


def test_x25519_is_used_in_fips_mode_within_a_hybrid() -> None:
    (found,) = linked_in_program("bin/app", program((*TREE, "crypto/tls"), functions=("crypto/ecdh.X25519",)))
    assert "X25519MLKEM768" in found.inside


@pytest.mark.parametrize("name", ["crypto/rand.Prime", "crypto/cipher.NewGCMWithNonceSize"])
def test_primes_and_other_nonces_are_told(name: str) -> None:
    (found,) = linked_in_program("bin/app", program(functions=(name,)))
    assert found.functions == (name,)


@pytest.mark.parametrize(
    ("package", "version", "function", "whats"),
    [
        ("hkdf", "v0.45.0", "New", ["HKDF: approved, but outside of the module"]),
        ("hkdf", "v0.58.0", "New", []),
        ("pbkdf2", "v0.58.0", "Key", []),
        ("sha3", "v0.43.0", "Sum256", ["SHA-3: approved, but outside of the module"]),
        ("sha3", "v0.45.0", "Sum256", []),
        ("sha3", "v0.45.0", "NewLegacyKeccak256", ["Keccak"]),
    ],
)
def test_what_calls_the_standard_library_is_not_beside_the_module(
    package: str, version: str, function: str, whats: list[str]
) -> None:
    path = f"golang.org/x/crypto/{package}"
    read = program((*TREE, path), functions=(f"{path}.{function}",), deps=[("golang.org/x/crypto", version)])
    assert [one.what for one in linked_in_program("bin/app", read)] == whats
    imports = ProjectImports(
        subject="svc",
        packages={ModuleVersion(path="golang.org/x/crypto", version=version): (path,)},
        standard={},
        importers={},
        own=frozenset(),
    )
    assert [one.what for one in imported_by_project(imports)] == [what for what in whats if what != "Keccak"]


def test_only_refuses_few_packages_of_others() -> None:
    path = "golang.org/x/crypto/chacha20poly1305"
    assert is_refused("crypto/md5", "")
    assert not is_refused("vendor/golang.org/x/crypto/chacha20", "")
    assert (is_refused(path, "v0.45.0"), is_refused(path, "v0.58.0"), is_refused(path, "")) == (False, True, False)


@pytest.mark.parametrize(
    ("library", "whose"),
    [
        ("libcrypto.so.3", "OpenSSL"), ("libssl.so.1.1", "OpenSSL"), ("libcrypto-3-x64.dll", "OpenSSL"),
        ("/usr/lib/libsodium.26.dylib", "libsodium"), ("libmbedcrypto.so.16", "Mbed TLS"), ("openssl", "OpenSSL"),
        ("libc.so.6", ""), ("libz.so.1", ""), ("libcryptsetup.so.12", ""), ("Security", ""), ("", ""),
    ],
)  # fmt: skip
def test_c_libraries_are_known_by_their_names(library: str, whose: str) -> None:
    assert library_of(library) == whose


def test_c_libraries_that_a_program_loads_are_told_unless_they_are_its_way() -> None:
    read = program(libraries=("libc.so.6", "libcrypto.so.3", "libsodium.so.23"))
    found = linked_in_program("bin/app", read)
    assert [(one.package, one.what, one.is_c) for one in found] == [
        ("libcrypto.so.3", "OpenSSL", True),
        ("libsodium.so.23", "libsodium", True),
    ]
    assert [one.what for one in linked_in_program("bin/app", read, FipsFamily.REDHAT)] == ["libsodium"]


def test_nothing_is_said_of_a_program_whose_table_cannot_be_read() -> None:
    assert linked_in_program("bin/app", program(None, functions=None)) == ()


def test_imports_of_a_project_name_who_imports_them_first() -> None:
    x_crypto = ModuleVersion(path="golang.org/x/crypto", version="v0.45.0")
    place = Location(artifact="go.mod", line=5, column=1)
    imports = ProjectImports(
        subject="example.com/acme/svc",
        packages={x_crypto: ("golang.org/x/crypto/blake2b", "golang.org/x/crypto/ssh")},
        standard={"crypto/md5": "example.com/acme/svc/cmd", "crypto/sha256": "example.com/acme/svc/cmd"},
        importers={"golang.org/x/crypto/blake2b": "example.com/lib", "example.com/lib": "example.com/acme/svc/cmd"},
        own=frozenset({"example.com/acme/svc/cmd"}),
        places={"golang.org/x/crypto": place},
    )
    md5, blake = imported_by_project(imports)
    assert md5.chain == ("example.com/acme/svc/cmd", "crypto/md5")
    assert blake.chain == ("example.com/acme/svc/cmd", "example.com/lib", "golang.org/x/crypto/blake2b")
    assert (md5.package, md5.by, md5.is_own, md5.module.path) == ("crypto/md5", "example.com/acme/svc/cmd", True, "std")
    assert (blake.package, blake.by, blake.is_own, blake.location) == (
        "golang.org/x/crypto/blake2b", "example.com/lib", False, place,
    )  # fmt: skip


def test_imports_in_a_loop_end() -> None:
    module = ModuleVersion(path="github.com/zeebo/blake3", version="v0.2.4")
    imports = ProjectImports(
        subject="svc",
        packages={module: (module.path,)},
        standard={},
        importers={module.path: "a.example/b", "a.example/b": "a.example/c", "a.example/c": "a.example/b"},
        own=frozenset(),
    )
    (found,) = imported_by_project(imports)
    assert found.chain == ("a.example/c", "a.example/b", module.path)


def test_own_packages_of_a_project_are_not_beside_its_module() -> None:
    own = ModuleVersion(path="github.com/tjfoc/gmsm", version="")
    imports = ProjectImports(
        subject=own.path,
        packages={own: ("github.com/tjfoc/gmsm/sm2",)},
        standard={},
        importers={},
        own=frozenset({"github.com/tjfoc/gmsm/sm2"}),
    )
    assert imported_by_project(imports) == ()


def test_modules_are_told_as_such_where_nobody_knows_their_packages() -> None:
    modules = [ModuleVersion(path="golang.org/x/crypto", version="v0.45.0")]
    modules.append(ModuleVersion(path="github.com/zeebo/blake3", version="v0.2.4"))
    (found,) = modules_alone("example.com/acme/svc", modules, {})
    assert (found.package, found.what, found.how) == ("github.com/zeebo/blake3", "BLAKE3", "module")
