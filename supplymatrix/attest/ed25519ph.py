"""Ed25519ph: Ed25519 over the SHA-512 of a message, verified. `cryptography` has the pure form only.

    h = SHA-512("SigEd25519 no Ed25519 collisions" ‖ 01 ‖ 00 ‖ R ‖ A ‖ SHA-512(message))
    valid where [S]B - [h]A encodes to R, and S < L

Only public values go in, so that nothing has to be done in constant time. The curve is -x² + y² = 1 + d·x²·y² over the
integers modulo p = 2²⁵⁵ - 19, its points (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z.

Source: RFC 8032 §5.1.
"""

from __future__ import annotations

from hashlib import sha512

__all__ = ["holds", "holds_with_domain"]

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_DOMAIN = b"SigEd25519 no Ed25519 collisions\x01\x00"
_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def holds(public: bytes, signature: bytes, digest: bytes) -> bool:
    """Return whether `signature` is one of the key over the message whose SHA-512 is `digest`.

    public: 32 bytes, as RFC 8032 encodes a key.
    """
    return holds_with_domain(public, signature, digest, _DOMAIN)


def holds_with_domain(public: bytes, signature: bytes, signed: bytes, domain: bytes) -> bool:
    """Return whether a signature holds over `signed` behind those domain bytes; b"" gives the pure form."""
    key = _decode(public)
    if key is None or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _L:
        return False
    hashed = int.from_bytes(sha512(domain + signature[:32] + public + signed).digest(), "little") % _L
    x, y, z, t = key
    return _encode(_two_products(scalar, _BASE, hashed, (-x % _P, y, z, -t % _P))) == signature[:32]


def _two_products(one: int, first: _Point, two: int, second: _Point) -> _Point:
    """Return one·first + two·second."""
    both = _add(first, second)
    result = _NEUTRAL
    for bit in range(max(one.bit_length(), two.bit_length()) - 1, -1, -1):
        result = _add(result, result)
        if one >> bit & 1:
            result = _add(result, both if two >> bit & 1 else first)
        elif two >> bit & 1:
            result = _add(result, second)
    return result


def _add(one: _Point, two: _Point) -> _Point:
    """Return the sum of two points (§5.1.4)."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c = 2 * one[3] * two[3] * _D % _P
    d = 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _encode(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(data: bytes) -> _Point | None:
    """Return the point that 32 bytes stand for, None where they stand for none (§5.1.3)."""
    if len(data) != 32:
        return None
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x + u) % _P == 0:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _base() -> _Point:
    point = _decode((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    assert point is not None  # noqa: S101 - the base point is on the curve
    return point


_BASE = _base()
