"""Public keys of all kinds: what holds, what does not, and what nobody can say."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest import der, ed25519ph
from supplymatrix.attest.der import DerError
from supplymatrix.attest.keys import key_id_of, parse_verifying_key
from supplymatrix.attest.public_keys import (
    CannotVerifyError,
    hashes_of,
    key_name,
    parse_bare_rsa,
    parse_spki,
    pem_blocks,
    verify_algorithm,
    verify_with,
)
from supplymatrix.errors import TrustError
from tests.support import made_der
from tests.support.made_keys import MadeKey, made_key, pem_of

DATA = b"what is signed"
NAMES = {
    "P-256": "ECDSA P-256", "P-384": "ECDSA P-384", "P-521": "ECDSA P-521", "Ed25519": "Ed25519",
    "Ed25519ph": "Ed25519", "RSA-2048": "RSA 2048", "RSA-PSS-2048": "RSA 2048",
}  # fmt: skip
DIGESTS = {name: hashlib.new(name, DATA).digest() for name in ("sha256", "sha384", "sha512")}
ECDSA_256, ECDSA_384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"


def key(kind: str) -> MadeKey:
    return made_key(kind, "of the tests")


@pytest.mark.parametrize("kind", NAMES)
def test_a_signature_of_each_kind_holds_over_its_bytes_and_over_no_others(kind: str) -> None:
    public, signature = parse_spki(key(kind).spki), key(kind).sign(DATA)
    assert key_name(public) == NAMES[kind]
    verify_with(public, signature, data=DATA)
    for wrong in (DATA + b" ", b""):
        with pytest.raises(TrustError, match=NAMES[kind]):
            verify_with(public, signature, data=wrong)
    for wrong in (signature[:-1], signature + b"\x00", bytes([signature[0] ^ 1]) + signature[1:], b""):
        with pytest.raises(TrustError):
            verify_with(public, wrong, data=DATA)


@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind != "Ed25519"])
def test_a_digest_is_enough_but_for_pure_ed25519(kind: str) -> None:
    public, signature = parse_spki(key(kind).spki), key(kind).sign(DATA)
    verify_with(public, signature, digests=DIGESTS)
    first = hashes_of(public)[0]
    verify_with(public, signature, digests={first: DIGESTS[first]})
    others = {name: hashlib.new(name, b"other").digest() for name in DIGESTS}
    with pytest.raises(CannotVerifyError if kind == "Ed25519ph" else TrustError):
        verify_with(public, signature, digests=others)


@pytest.mark.parametrize(
    ("kind", "given_digests", "needs"),
    [
        ("P-256", {}, "sha256"),
        ("P-256", {"sha512"}, "sha256"),
        ("P-384", {"sha256"}, "sha384"),
        ("P-521", {}, "sha512"),
        ("RSA-2048", {"sha384"}, "sha256"),
        ("Ed25519", {"sha256", "sha512"}, "data"),
    ],
)
def test_what_is_lacking_is_named_and_nothing_is_called_invalid(kind: str, given_digests: set[str], needs: str) -> None:
    known = {name: DIGESTS[name] for name in given_digests}
    with pytest.raises(CannotVerifyError) as caught:
        verify_with(parse_spki(key(kind).spki), key(kind).sign(DATA), digests=known)
    assert caught.value.needs == needs


@pytest.mark.parametrize(("kind", "bits"), [("P-384", 256), ("P-384", 384), ("P-521", 256), ("P-521", 512)])
def test_larger_curves_take_their_own_hash_and_sha_256(kind: str, bits: int) -> None:
    verify_with(parse_spki(key(kind).spki), key(kind).sign(DATA, bits), data=DATA)


@pytest.mark.parametrize(("kind", "bits"), [("P-256", 384), ("P-384", 512), ("P-521", 384), ("RSA-2048", 512)])
def test_a_hash_that_does_not_go_with_the_key_is_not_taken(kind: str, bits: int) -> None:
    with pytest.raises(TrustError):
        verify_with(parse_spki(key(kind).spki), key(kind).sign(DATA, bits), data=DATA)


@pytest.mark.parametrize("kind", NAMES)
def test_a_key_file_is_read_as_the_library_reads_it(kind: str) -> None:
    mine = parse_verifying_key(key(kind).pem.encode(), "key.pub")
    assert (mine.name, mine.key_id) == (NAMES[kind], key(kind).key_id.hex())
    assert mine.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == key(kind).spki
    mine.verify(DATA, key(kind).sign(DATA))
    with pytest.raises(TrustError, match=mine.key_id[:16]):
        mine.verify(b"", key(kind).sign(DATA))


def test_a_compressed_point_is_the_same_key_under_the_same_name() -> None:
    private = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = private.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    usual = private.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    algorithm = der.sequence(der.element(usual, "it"), "it")[0].whole
    found = parse_verifying_key(pem_of("PUBLIC KEY", made_der.sequence(algorithm, made_der.bits(point))).encode(), "k")
    assert found.key_id == hashlib.sha256(usual).hexdigest() == key_id_of(private)


def test_kinds_that_are_not_read_are_not_called_wrong() -> None:
    small = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 - that it is not read is the test
    for public, said in (
        (ed448.Ed448PrivateKey.generate().public_key(), "of the kind 1.3.101.113"),
        (ec.generate_private_key(ec.SECP256K1()).public_key(), "on the curve 1.3.132.0.10"),
        (small, "1,024 bits"),
    ):
        with pytest.raises(CannotVerifyError, match=said):
            parse_spki(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def test_bare_rsa_keys_are_read() -> None:
    usual = key("RSA-2048")
    bare = usual.private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    verify_with(parse_bare_rsa(bare), usual.sign(DATA), data=DATA)
    with pytest.raises(DerError):
        parse_bare_rsa(usual.spki)
    with pytest.raises(DerError):
        parse_bare_rsa(bare + b"\x00")


def test_numbers_that_are_none_of_an_rsa_key_are_refused() -> None:
    modulus = key("RSA-2048").private.public_key().public_numbers().n
    for exponent in (1, 0, 2, 65_536, 2**40 + 1):
        with pytest.raises(DerError, match="exponent"):
            parse_bare_rsa(made_der.sequence(made_der.integer(modulus), made_der.integer(exponent)))
    negative = made_der.tlv(2, b"\xfe" + bytes(256))
    for numbers in ((made_der.integer(modulus), negative), (negative, made_der.integer(65_537))):
        with pytest.raises((DerError, CannotVerifyError)):
            parse_bare_rsa(made_der.sequence(*numbers))


@given(st.sampled_from(["P-256", "P-384", "Ed25519", "RSA-2048"]), st.integers(min_value=0), st.integers(1, 255))
def test_a_flipped_byte_of_a_key_makes_another_key_or_none(kind: str, at: int, flip: int) -> None:
    data = bytearray(key(kind).spki)
    data[at % len(data)] ^= flip
    try:
        public = parse_spki(bytes(data))
    except (DerError, CannotVerifyError):
        return
    with pytest.raises(TrustError):
        verify_with(public, key(kind).sign(DATA), data=DATA)


def identifier(name: str, *parameters: bytes) -> der.Der:
    return der.element(made_der.sequence(made_der.oid(name), *parameters), "it")


def test_a_named_algorithm_is_the_one_that_is_used() -> None:
    public = parse_spki(key("P-384").spki)
    for name, bits in ((ECDSA_256, 256), (ECDSA_384, 384)):
        verify_algorithm(public, identifier(name), key("P-384").sign(DATA, bits), DATA)
        with pytest.raises(TrustError):
            verify_algorithm(public, identifier(name), key("P-384").sign(DATA, 512), DATA)
    ed = key("Ed25519")
    verify_algorithm(parse_spki(ed.spki), identifier("1.3.101.112"), ed.sign(DATA), DATA)
    with pytest.raises(TrustError):  # a key of another kind than the algorithm is for
        verify_algorithm(parse_spki(ed.spki), identifier(ECDSA_256), key("P-256").sign(DATA), DATA)
    rsa_key = key("RSA-2048")
    sha256_with_rsa = identifier("1.2.840.113549.1.1.11", b"\x05\x00")
    verify_algorithm(parse_spki(rsa_key.spki), sha256_with_rsa, rsa_key.sign(DATA), DATA)
    pss = key("RSA-PSS-2048")
    with pytest.raises(TrustError):  # the name is of PKCS #1 v1.5, the signature PSS
        verify_algorithm(parse_spki(pss.spki), sha256_with_rsa, pss.sign(DATA), DATA)


@pytest.mark.parametrize("name", ["1.2.840.113549.1.1.5", "1.2.840.10045.4.1", "1.2.840.113549.1.1.10", "1.2.3"])
def test_weak_and_unknown_algorithms_are_not_judged(name: str) -> None:
    with pytest.raises(CannotVerifyError, match=name):
        verify_algorithm(parse_spki(key("RSA-2048").spki), identifier(name), key("RSA-2048").sign(DATA), DATA)
    odd = identifier(ECDSA_256, made_der.integer(1))
    with pytest.raises(CannotVerifyError, match="parameters"):
        verify_algorithm(parse_spki(key("P-256").spki), odd, key("P-256").sign(DATA), DATA)


def test_pem_blocks_and_what_is_none() -> None:
    one, two = pem_of("PUBLIC KEY", b"one"), pem_of("CERTIFICATE", b"two")
    assert pem_blocks(f"words\n{one}\r\n{two}".encode()) == (("PUBLIC KEY", b"one"), ("CERTIFICATE", b"two"))
    assert pem_blocks(one.replace("END PUBLIC", "END PRIVATE").encode()) == ()
    assert pem_blocks(b"-----BEGIN A-----\n=A==\n-----END A-----\n") == ()
    assert pem_blocks(b"-----BEGIN A-----" + b" " * 200_000) == ()
    assert len(pem_blocks(one.encode() * 100)) == 64


class TestEd25519ph:
    def test_the_example_of_the_standard(self) -> None:
        """RFC 8032 §7.3."""
        seed = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        signature = bytes.fromhex(
            "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
            "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
        )
        assert ed25519ph.holds(public, signature, hashlib.sha512(b"abc").digest())
        assert not ed25519ph.holds(public, signature, hashlib.sha512(b"abd").digest())

    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 511))
    def test_the_pure_form_is_what_the_library_says_it_is(self, seed: bytes, message: bytes, bit: int) -> None:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public, signature = private.public_key().public_bytes_raw(), private.sign(message)
        assert ed25519ph.holds_with_domain(public, signature, message, b"")
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not ed25519ph.holds_with_domain(public, bytes(changed), message, b"")

    def test_a_pure_signature_is_none_over_a_digest_and_the_other_way_round(self) -> None:
        """The two forms differ by what goes into the hash before, so that none is taken for the other."""
        pure, hashed = key("Ed25519"), key("Ed25519ph")
        assert not ed25519ph.holds(pure.raw, pure.sign(DATA), DIGESTS["sha512"])
        with pytest.raises(TrustError):
            verify_with(parse_spki(hashed.spki), hashed.sign(DATA), data=DIGESTS["sha512"])

    def test_a_second_spelling_of_a_signature_or_a_key_is_refused(self) -> None:
        order = 2**252 + 27742317777372353535851937790883648493
        mine = key("Ed25519ph")
        signature = mine.sign(DATA)
        larger = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
        assert ed25519ph.holds(mine.raw, signature, DIGESTS["sha512"])
        assert not ed25519ph.holds(mine.raw, signature[:32] + larger, DIGESTS["sha512"])
        for wrong in (b"\xff" * 32, b"\x02" + bytes(31), b"\x01" + bytes(30) + b"\x80", b"short"):
            assert not ed25519ph.holds(wrong, signature, DIGESTS["sha512"])
