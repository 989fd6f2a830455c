"""Ed25519 with the hash of the message instead of the message (Ed25519ph), as RFC 8032 §5.1 writes it down: no library
that we use makes such signatures, and they are few."""

from __future__ import annotations

import hashlib

__all__ = ["sign_ed25519ph"]

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_PREFIX = b"SigEd25519 no Ed25519 collisions\x01\x00"
_Point = tuple[int, int, int, int]


def _base() -> _Point:
    y = 4 * pow(5, -1, _P) % _P
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    x = _P - x if x & 1 else x
    return x, y, 1, x * y % _P


def _add(one: _Point, two: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: _Point) -> bytes:
    """Return number · point, encoded."""
    total: _Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    inverse = pow(total[2], -1, _P)
    return (total[1] * inverse % _P | (total[0] * inverse % _P & 1) << 255).to_bytes(32, "little")


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % _ORDER


def sign_ed25519ph(seed: bytes, message: bytes) -> bytes:
    """Return the 64 bytes of the signature over SHA-512 of the message."""
    expanded, digest = hashlib.sha512(seed).digest(), hashlib.sha512(message).digest()
    secret = int.from_bytes(expanded[:32], "little") & (2**254 - 8) | 2**254
    nonce = _number(_PREFIX, expanded[32:], digest)
    public, point = _times(secret, _base()), _times(nonce, _base())
    answer = (nonce + _number(_PREFIX, point, public, digest) * secret) % _ORDER
    return point + answer.to_bytes(32, "little")
