"""A signature inside a JSON document: JSF, which CycloneDX has as its `signature`.

    {…, "signature": {"algorithm": "Ed25519", "publicKey": {"kty": "OKP", "crv": "Ed25519", "x": "…"}, "value": "…"}}

It is over the canonical form (JCS) of the whole document, in which only `signature.value` is missing: blanks and the
order of members are not signed, everything else is. A signature that holds with the key inside shows that nothing was
changed since whoever has that key signed it; anybody can put a key in, so that only a key which the reader has shows
who that was.

Two readers of a text must see the same document, or one signature would vouch for two. So a text in which a key stands
twice, or with what is no number, is signed by nobody: the signature does not hold. Numbers with more digits than a
double has, several signers, chains, parts that are left out (`excludes`) and extensions are not checked, which is said.

Source: JSF 0.82 (cyberphone.github.io/doc/security/jsf.html); RFC 8785.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from supplymatrix.attest.jwk import (
    ALGORITHMS,
    algorithm_of,
    base64url,
    from_base64url,
    holds,
    jwk_of,
    public_key_of,
    sign_with,
)
from supplymatrix.attest.keys import SigningKey, VerifyingKey, key_id_of
from supplymatrix.model.value import changed, value

if TYPE_CHECKING:
    from supplymatrix.attest.keys import PublicKey

__all__ = ["NOBODY_VOUCHES", "JsfResult", "JsfState", "sign_json", "verify_json", "verify_json_text"]

NOBODY_VOUCHES = (
    "it holds with the key inside, whose owner nobody vouches for: the file was not changed since whoever has that key "
    "signed it"
)
"""All that a signature says when the reader has no key of the signer."""
_FIELD = "signature"
_MEMBERS = frozenset({"algorithm", "keyId", "publicKey", "certificatePath", "value"})
_TOO_DEEP = "the file nests too deep for its signature to be checked"
_SAFE = 2**53 - 1
_SHOWN = 40
_BEFORE = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
"""What may stand before an object: blanks and byte order marks."""


class JsfState(StrEnum):
    """HOLDS: the signature is that of the key over this document. BROKEN: it is not, or could be nobody's. NOT_CHECKED:
    its form is not supported, or there is no key to check it with."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_CHECKED = "not checked"


@value
class JsfResult:
    """What came of a signature. algorithm: as the document names it, "" without.

    key_id: SHA-256 (hex) of the SubjectPublicKeyInfo of the key that it was held against, or that is inside; "" = none.
    is_given: the reader has given a key; False = the one inside, which proves no origin. reason: why it does not
    hold, or was not checked.
    """

    state: JsfState
    algorithm: str = ""
    key_id: str = ""
    is_given: bool = False
    reason: str = ""


def sign_json(document: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return a document with its signature as the last member. With ECDSA each run gives another signature.

    Raises ValueError for a document that has one, or that has no canonical form: with NaN, or numbers beyond a double.
    """
    if _FIELD in document:
        raise ValueError("the document has a signature, which another one would not be over")
    core = {"algorithm": algorithm_of(key), "publicKey": jwk_of(key.verifying.public)}
    signature = sign_with(key, _canonical(document, core))
    return {**document, _FIELD: {**core, "value": base64url(signature)}}


def verify_json_text(data: bytes, key: VerifyingKey | None = None) -> JsfResult | None:
    """Return what comes of the signature inside a file; None without one, and for what is no JSON object.

    key: the reader's own; None = the one inside, if there is one.
    """
    if not data[:4_096].lstrip(_BEFORE).startswith(b"{"):
        return None
    text = _Text()
    try:
        document = text.load(data)
    except RecursionError:
        return JsfResult(state=JsfState.NOT_CHECKED, is_given=key is not None, reason=_TOO_DEEP)
    except ValueError:
        return None
    if not isinstance(document, dict) or _FIELD not in document:
        return None
    result = verify_json(document, key)
    if text.impossible and result.state is not JsfState.NOT_CHECKED:
        return changed(result, state=JsfState.BROKEN, reason=text.impossible)
    if text.uncertain and result.state is not JsfState.NOT_CHECKED:
        return changed(result, state=JsfState.NOT_CHECKED, reason=text.uncertain)
    return result


def verify_json(document: Mapping[str, Any], key: VerifyingKey | None = None) -> JsfResult:
    """Return what comes of the signature inside a parsed document. key: as for `verify_json_text`.

    Its parser must have refused keys that stand twice: what comes from outside is for `verify_json_text`.
    """
    found = document.get(_FIELD)
    malformed = _malformed(found)
    if malformed or not isinstance(found, dict):
        return JsfResult(state=JsfState.BROKEN, is_given=key is not None, reason=malformed)
    unsupported = _unsupported(found)
    if unsupported:
        return JsfResult(state=JsfState.NOT_CHECKED, is_given=key is not None, reason=unsupported)
    told = JsfResult(state=JsfState.BROKEN, algorithm=found["algorithm"], is_given=key is not None)
    try:
        inside = public_key_of(found["publicKey"]) if "publicKey" in found else None
        public = key.public if key is not None else inside
        if public is None:
            what = "only a certificate" if "certificatePath" in found else "no key"
            return changed(told, state=JsfState.NOT_CHECKED, reason=f"there is {what} inside to check it with")
        told = changed(told, key_id=key_id_of(public))
        wrong = _fault(document, found, public, inside)
    except RecursionError:
        return changed(told, state=JsfState.NOT_CHECKED, reason=_TOO_DEEP)
    except _BeyondDoubleError as err:
        return changed(told, state=JsfState.NOT_CHECKED, reason=str(err))
    except ValueError as err:
        return changed(told, reason=str(err))
    return changed(told, reason=wrong) if wrong else changed(told, state=JsfState.HOLDS)


class _BeyondDoubleError(ValueError):
    """A number that readers may take for different ones."""


class _Text:
    """Reads JSON and keeps what makes two documents of one text. impossible: what nobody can have signed; uncertain:
    what readers differ in; "" = nothing."""

    def __init__(self) -> None:
        self.impossible = ""
        self.uncertain = ""

    def load(self, data: bytes) -> object:
        """Raises ValueError, RecursionError."""
        text = data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
        return json.loads(
            text,
            object_pairs_hook=self._pairs,
            parse_constant=self._constant,
            parse_float=self._float,
            parse_int=self._int,
        )

    def _pairs(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            self.impossible = f"the key {name[:_SHOWN]!r} stands twice in one object: readers see different documents"
        return made

    def _constant(self, name: str) -> None:
        self.impossible = f"{name} is no number of JSON, and has no form that could be signed"

    def _float(self, text: str) -> float:
        number = float(text)
        if number in (float("inf"), float("-inf")):
            self.impossible = f"{text[:_SHOWN]} is no number that could be signed: it is beyond what a double holds"
            return 0.0
        try:
            is_exact = len(text) <= _SHOWN and Decimal(text) == Decimal(repr(number))
        except ArithmeticError:
            is_exact = False
        if not is_exact:
            self.uncertain = _beyond(text)
        return number

    def _int(self, text: str) -> int:
        number = int(text) if len(text) <= _SHOWN else _SAFE + 1
        if abs(number) > _SAFE:
            self.uncertain = _beyond(text)
            return 0
        return number


def _beyond(text: str) -> str:
    return f"the number {text[:_SHOWN]} has more digits than a double holds: readers take it for different ones"


def _malformed(found: object) -> str:
    """Return why something in the place of a signature is of none of the forms that there are, "" when it may be."""
    if not isinstance(found, dict):
        return "it is no signature: that would be a JSON object"
    is_one = "value" in found and isinstance(found.get("algorithm"), str)
    is_list = isinstance(found.get("signers"), list) or isinstance(found.get("chain"), list)
    return "" if is_one or is_list else "it is no signature: it has no value, or names no algorithm"


def _unsupported(found: Mapping[str, Any]) -> str:
    """Return why a signature is of no form that is checked, "" when it is."""
    for name in ("signers", "chain", "excludes", "extensions"):
        if name in found:
            return f"the form with {name!r} is not supported"
    strange = sorted(set(found) - _MEMBERS)
    if strange:
        return f"the form with {strange[0][:_SHOWN]!r} is not supported"
    algorithm = found["algorithm"]
    is_symmetric = isinstance(found.get("publicKey"), dict) and found["publicKey"].get("kty") == "oct"
    if algorithm not in ALGORITHMS and not is_symmetric:
        return f"the algorithm {algorithm[:_SHOWN]!r} is not supported"
    return ""


def _fault(document: Mapping[str, Any], found: Mapping[str, Any], public: PublicKey, inside: PublicKey | None) -> str:
    """Return why a signature is not the key's, "" when it is. Raises ValueError for what could be nobody's."""
    key_id = key_id_of(public)
    if inside is not None and key_id_of(inside) != key_id:
        return f"it names another key, {key_id_of(inside)[:16]}…, and not {key_id[:16]}…"
    core = {name: part for name, part in found.items() if name != "value"}
    if holds(public, found["algorithm"], from_base64url(found["value"], "its value"), _canonical(document, core)):
        return ""
    return f"the key {key_id[:16]}… has not signed what the file says now: the file or the signature was changed"


def _canonical(document: Mapping[str, Any], core: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: the document with its signature, of which only the value is missing."""
    import rfc8785

    try:
        return rfc8785.dumps({**document, _FIELD: dict(core)})
    except rfc8785.IntegerDomainError as err:
        raise _BeyondDoubleError(_beyond(str(err).split(" ", 1)[0])) from err
    except UnicodeError as err:
        raise ValueError("a text in it is no Unicode, and has no form that could be signed") from err
    except rfc8785.CanonicalizationError as err:
        raise ValueError(f"it has no form that could be signed: {err}") from err
