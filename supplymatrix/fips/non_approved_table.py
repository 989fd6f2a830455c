"""Packages that implement cryptography outside of a validated module, or what no standard of NIST approves.

Each line: import path, then what it is, in words that begin with the algorithm. Of the standard library the paths are
those of Go 1.26; of modules elsewhere a path stands for all packages below it, and for every major version ("/v2").
Hashes for tables and checksums (xxhash, siphash, highwayhash, CRC) are no cryptography and are not here; nor are
packages that only call those that are here.

Sources: Go crypto/internal/fips140only and its callers; golang.org/x/crypto; the modules' own documentation.
"""

from __future__ import annotations

__all__ = [
    "CALLED", "C_CODE", "C_LIBRARIES", "ELSEWHERE", "NOT_REFUSED", "STANDARD", "STANDARD_FUNCTIONS", "X_CRYPTO",
    "X_CRYPTO_CALLS_STD", "X_CRYPTO_REFUSED",
]  # fmt: skip

STANDARD = {
    "crypto/des": "DES and 3DES",
    "crypto/dsa": "DSA",
    "crypto/md5": "MD5",
    "crypto/rc4": "RC4",
    "crypto/sha1": "SHA-1",
    "vendor/golang.org/x/crypto/chacha20": "ChaCha20",
    "vendor/golang.org/x/crypto/chacha20poly1305": "ChaCha20-Poly1305",
}
"""Packages of the standard library of which nothing is in Go's module."""
NOT_REFUSED = frozenset({"vendor/golang.org/x/crypto/chacha20"})
"""Those of them that fips140=only does not refuse by themselves."""
STANDARD_FUNCTIONS = {
    "AES-GCM with a nonce or tag of another size": (
        "crypto/cipher.NewGCMWithNonceSize",
        "crypto/cipher.NewGCMWithTagSize",
    ),
    "CFB mode": ("crypto/cipher.NewCFBDecrypter", "crypto/cipher.NewCFBEncrypter"),
    "OFB mode": ("crypto/cipher.NewOFB",),
    "RSA encryption with PKCS #1 v1.5": (
        "crypto/rsa.DecryptPKCS1v15",
        "crypto/rsa.DecryptPKCS1v15SessionKey",
        "crypto/rsa.EncryptPKCS1v15",
    ),
    "RSA keys of more than two primes": ("crypto/rsa.GenerateMultiPrimeKey",),
    "X25519": ("crypto/ecdh.X25519",),
    "primes that are made outside of the module": ("crypto/rand.Prime",),
}
"""What no standard approves in packages that are approved otherwise: seen by their functions, in programs and in the
calls of a project's own files."""
CALLED = {
    **STANDARD_FUNCTIONS,
    "Keccak": ("golang.org/x/crypto/sha3.NewLegacyKeccak256", "golang.org/x/crypto/sha3.NewLegacyKeccak512"),
}
"""What is looked for in the calls of a project's own files."""

X_CRYPTO = {
    "argon2": "Argon2",
    "bcrypt": "bcrypt",
    "blake2b": "BLAKE2b",
    "blake2s": "BLAKE2s",
    "blowfish": "Blowfish",
    "bn256": "BN256",
    "cast5": "CAST5",
    "chacha20": "ChaCha20",
    "chacha20poly1305": "ChaCha20-Poly1305",
    "curve25519": "X25519",
    "hkdf": "HKDF: approved, but outside of the module",
    "internal/poly1305": "Poly1305",
    "md4": "MD4",
    "nacl/auth": "HMAC-SHA-512-256 of NaCl",
    "nacl/box": "X25519 with XSalsa20-Poly1305",
    "nacl/secretbox": "XSalsa20-Poly1305",
    "openpgp": "OpenPGP",
    "otr": "OTR",
    "pbkdf2": "PBKDF2: approved, but outside of the module",
    "pkcs12": "PKCS #12 with RC2 and 3DES",
    "poly1305": "Poly1305",
    "ripemd160": "RIPEMD-160",
    "salsa20": "Salsa20",
    "scrypt": "scrypt",
    "sha3": "SHA-3: approved, but outside of the module",
    "tea": "TEA",
    "twofish": "Twofish",
    "xtea": "XTEA",
    "xts": "AES-XTS: approved, but outside of the module",
}
"""Below golang.org/x/crypto."""
X_CRYPTO_CALLS_STD = {"hkdf": "v0.51.0", "pbkdf2": "v0.51.0", "sha3": "v0.45.0"}
"""Those of them that call the standard library from a version on, of sha3 all but Keccak; older ones were looked at in
some versions only."""
X_CRYPTO_REFUSED = {"chacha20poly1305": "v0.51.0"}
"""Those of them that fips140=only refuses from a version on, built by Go 1.26 or later."""

ELSEWHERE = {
    "filippo.io/age": "X25519, ChaCha20-Poly1305 and scrypt (age)",
    "filippo.io/edwards25519": "Ed25519: approved, but outside of the module",
    "filippo.io/nistec": "NIST's curves: approved, but outside of the module",
    "github.com/Azure/go-ntlmssp": "MD4, RC4 and DES (NTLM)",
    "github.com/GehirnInc/crypt": "crypt with MD5 and others",
    "github.com/ProtonMail/go-crypto": "OpenPGP",
    "github.com/Yawning/chacha20": "ChaCha20",
    "github.com/aead/chacha20": "ChaCha20",
    "github.com/aead/chacha20poly1305": "ChaCha20-Poly1305",
    "github.com/aead/poly1305": "Poly1305",
    "github.com/bodgit/ntlmssp": "MD4, RC4 and DES (NTLM)",
    "github.com/btcsuite/btcd/btcec": "secp256k1",
    "github.com/btcsuite/golangcrypto": "RIPEMD-160",
    "github.com/cloudflare/circl": "curves and post-quantum algorithms of CIRCL",
    "github.com/codahale/chacha20": "ChaCha20",
    "github.com/consensys/gnark-crypto": "pairing curves",
    "github.com/dchest/blake2b": "BLAKE2b",
    "github.com/dchest/blake2s": "BLAKE2s",
    "github.com/decred/dcrd/dcrec/secp256k1": "secp256k1",
    "github.com/emmansun/gmsm": "SM2, SM3, SM4 and SM9",
    "github.com/ethereum/go-ethereum/crypto": "secp256k1 and Keccak-256",
    "github.com/flynn/noise": "X25519, ChaCha20-Poly1305 and BLAKE2 (Noise)",
    "github.com/gtank/ristretto255": "ristretto255",
    "github.com/hdevalence/ed25519consensus": "Ed25519: approved, but outside of the module",
    "github.com/jcmturner/gokrb5/crypto": "RC4 and 3DES (Kerberos)",
    "github.com/keybase/go-crypto": "OpenPGP and others",
    "github.com/kilic/bls12-381": "BLS12-381",
    "github.com/minio/blake2b-simd": "BLAKE2b",
    "github.com/minio/md5-simd": "MD5",
    "github.com/minio/sha256-simd": "SHA-256: approved, but outside of the module",
    "github.com/oasisprotocol/curve25519-voi": "curves over 2^255 - 19",
    "github.com/pion/dtls/pkg/crypto/ccm": "AES-CCM: approved, but outside of the module",
    "github.com/quic-go/qtls-go1-18": "a copy of crypto/tls",
    "github.com/quic-go/qtls-go1-19": "a copy of crypto/tls",
    "github.com/quic-go/qtls-go1-20": "a copy of crypto/tls",
    "github.com/refraction-networking/utls": "a copy of crypto/tls",
    "github.com/tjfoc/gmsm": "SM2, SM3 and SM4",
    "github.com/xdg-go/pbkdf2": "PBKDF2: approved, but outside of the module",
    "github.com/zeebo/blake3": "BLAKE3",
    "github.com/zmap/zcrypto": "a copy of crypto/tls and crypto/x509",
    "go.dedis.ch/kyber": "curves and pairings of Kyber",
    "golang.zx2c4.com/wireguard": "X25519, ChaCha20-Poly1305 and BLAKE2s (WireGuard)",
    "lukechampine.com/blake3": "BLAKE3",
}
"""Other modules and packages, all that lies below them included."""

C_CODE = {
    "github.com/GoKillers/libsodium-go": "libsodium",
    "github.com/confluentinc/confluent-kafka-go/kafka": "OpenSSL inside of librdkafka",
    "github.com/ethereum/go-ethereum/crypto/secp256k1": "libsecp256k1",
    "github.com/herumi/bls-eth-go-binary": "BLS12-381 (herumi)",
    "github.com/jamesruan/sodium": "libsodium",
    "github.com/jgiannuzzi/go-sqlite3": "ciphers of SQLite3 Multiple Ciphers",
    "github.com/libp2p/go-openssl": "OpenSSL of its own choice",
    "github.com/mutecomm/go-sqlcipher": "AES and HMAC of libtomcrypt (SQLCipher)",
    "github.com/open-quantum-safe/liboqs-go": "liboqs",
    "github.com/spacemonkeygo/openssl": "OpenSSL of its own choice",
    "github.com/supranational/blst": "BLS12-381 (blst)",
    "github.com/xeodou/go-sqlcipher": "AES and HMAC of libtomcrypt (SQLCipher)",
}
"""Likewise, where it is C code behind cgo."""

_OPENSSL = "OpenSSL"
C_LIBRARIES = {
    "argon2": "Argon2",
    "bearssl": "BearSSL",
    "blake3": "BLAKE3",
    "blst": "BLS12-381 (blst)",
    "botan": "Botan",
    "crypto": _OPENSSL,
    "crypto++": "Crypto++",
    "cryptopp": "Crypto++",
    "eay32": _OPENSSL,
    "freebl3": "NSS",
    "freeblpriv3": "NSS",
    "gcrypt": "Libgcrypt",
    "gmssl": "GmSSL",
    "gnutls": "GnuTLS",
    "hogweed": "Nettle",
    "mbedcrypto": "Mbed TLS",
    "mbedtls": "Mbed TLS",
    "mbedx509": "Mbed TLS",
    "nettle": "Nettle",
    "nss": "NSS",
    "nss3": "NSS",
    "openssl": _OPENSSL,
    "oqs": "liboqs",
    "s2n": "s2n-tls",
    "scrypt": "scrypt",
    "secp256k1": "libsecp256k1",
    "smime3": "NSS",
    "sodium": "libsodium",
    "softokn3": "NSS",
    "ssl": _OPENSSL,
    "ssl3": "NSS",
    "ssleay32": _OPENSSL,
    "tomcrypt": "libtomcrypt",
    "wolfcrypt": "wolfSSL",
    "wolfssl": "wolfSSL",
}
"""C library, as the linker or pkg-config names it without lib and version → whose cryptography that is."""
