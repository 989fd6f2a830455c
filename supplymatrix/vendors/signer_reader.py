"""The rows `[[signer]]` of a profile: who signs what, by which mechanism, under which identity or key.

Strict, since what they say is trusted: an identity by an expression is anchored and has nothing in it that stands for
nearly any letter, an image is named with its registry, a key only by the hash of its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.documents.tables import Table
from supplymatrix.model.vendor_signer import (
    SignedThing,
    SignerLog,
    SignerMechanism,
    SignerState,
    SignerVariable,
    VendorSigner,
)
from supplymatrix.vendors.addresses import SHA256, address_fault
from supplymatrix.vendors.placeholders import VARIABLE, placeholders_of
from supplymatrix.vendors.profile_form import ATTESTATIONS, CELL, SIGNER_VARIABLE
from supplymatrix.vendors.profile_links import EvidenceLinks, Ids, past_day

__all__ = ["SignerReader"]

_FINGERPRINT = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")
_REGISTRY = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\(\?|.", re.DOTALL)
_RANGE = re.compile(r"(?:\\.|[^\\])-(?:\\.|[^\\\]])", re.DOTALL)
_PLAIN_RANGE = re.compile(r"[0-9]-[0-9]|[a-z]-[a-z]|[A-Z]-[A-Z]")
_LONGEST = 500
_FEW = 3  # letters and digits beside wildcards
_KEYS_OF = {
    "issuer": (SignerMechanism.KEYLESS,),
    "identity": (SignerMechanism.KEYLESS,),
    "identity_regexp": (SignerMechanism.KEYLESS,),
    "key_url": (SignerMechanism.KEY, SignerMechanism.APK, SignerMechanism.OPENPGP),
    "key_sha256": (SignerMechanism.KEY, SignerMechanism.APK, SignerMechanism.OPENPGP),
    "fingerprints": (SignerMechanism.OPENPGP,),
    "log": (SignerMechanism.KEYLESS, SignerMechanism.KEY),
}
_ONLY_KNOWN = ("match", "mechanism", *_KEYS_OF, "variables", "attestations")


class SignerReader:
    """What reads the rows of one file. offers: those of the file, already read."""

    def __init__(self, offers: Ids, links: EvidenceLinks) -> None:
        self._offers = offers
        self._links = links
        self._ids = Ids("signer")

    def read(self, table: Table) -> VendorSigner:
        """Return a row; what is wrong with it is noted."""
        word = table.word("state", tuple(state.value for state in SignerState), SignerState.KNOWN.value)
        state = SignerState(word)
        told = "this signer" if state is not SignerState.UNKNOWN else ""
        row = VendorSigner(
            id=self._ids.take(table),
            name=table.text("name", limit=CELL, filled=True),
            offer=self._offers.refer(table, "offer"),
            thing=table.member("artifact", SignedThing, SignedThing.BLOB),
            state=state,
            match=table.texts("match"),
            mechanism=_mechanism(table),
            issuer=_address(table, "issuer"),
            identity=table.text("identity", limit=_LONGEST, filled=True),
            identity_regexp=table.text("identity_regexp", limit=_LONGEST, filled=True),
            key_url=_address(table, "key_url"),
            key_sha256=table.text("key_sha256"),
            fingerprints=table.texts("fingerprints"),
            variables=tuple(_variables(table)),
            log=table.member("log", SignerLog, SignerLog.REQUIRED) if "log" in table else None,
            attestations=_attestations(table),
            evidence=self._links.refer(table, needed=told, answers=told),
            searched=table.texts("searched"),
            searched_at=past_day(table, "searched_at", self._links.today),
            note=table.text("note"),
            location=table.location,
        )
        if state is SignerState.KNOWN:
            _check_known(table, row)
        else:
            _check_other(table, row)
        return row


def _mechanism(table: Table) -> SignerMechanism | None:
    word = table.word("mechanism", tuple(one.value for one in SignerMechanism))
    return SignerMechanism(word) if word else None


def _check_other(table: Table, row: VendorSigner) -> None:
    """Check a row that tells no mechanism."""
    for key in _ONLY_KNOWN:
        if key in table and not (key == "match" and row.match):
            message = f"{key!r} does not go with state = {row.state.value!r}"
            table.fault(key, message, expected='state = "known", or no such key', at_key=True)
    if row.state is SignerState.UNKNOWN:
        for key, expected in (("searched", '["where: for what"]'), ("searched_at", "searched_at = a date")):
            if key not in table or (key == "searched" and not row.searched):
                table.fault(key, f"the unknown signer {row.id!r} has no {key}", expected=expected)
    for number, glob in enumerate(row.match):
        _check_glob(table, row, number, glob)


def _check_known(table: Table, row: VendorSigner) -> None:
    if row.mechanism is None:
        if "mechanism" not in table:
            expected = f"mechanism = one of {', '.join(one.value for one in SignerMechanism)}"
            table.fault("mechanism", "it does not say by which mechanism", expected=expected, at_key=True)
        return
    if not row.match:
        table.fault("match", "it does not say what it signs", expected='match = ["cgr.dev/corp/*"]', at_key=True)
    for key, mechanisms in _KEYS_OF.items():
        if key in table and row.mechanism not in mechanisms:
            message = f"{key!r} does not go with the mechanism {row.mechanism.value}"
            table.fault(key, message, expected="no such key", at_key=True)
    for number, glob in enumerate(row.match):
        _check_glob(table, row, number, glob)
    if row.mechanism is SignerMechanism.KEYLESS:
        _check_keyless(table, row)
    _check_keys(table, row)
    _check_variables(table, row)


def _check_keyless(table: Table, row: VendorSigner) -> None:
    if not row.issuer:
        table.fault("issuer", "nobody is named who vouches for the identity", expected="issuer = an https address")
    if bool(row.identity) == bool(row.identity_regexp):
        table.fault("identity", "it does not say who signs, by one key", expected="identity, or identity_regexp")
    if row.log is not None and row.log is not SignerLog.REQUIRED:
        table.fault("log", "a certificate of minutes is worth nothing without the log", expected='log = "required"')
    if row.identity_regexp and (why := _expression_fault(row.identity_regexp)):
        table.fault("identity_regexp", why, expected=r"^https://host\.example/[a-z]+$")


def _expression_fault(pattern: str) -> str:
    """Return what is wrong with an expression that is to be trusted, "" where nothing is."""
    text = pattern
    for name in placeholders_of(pattern):
        text = text.replace(f"{{{name}}}", "x")
    if not text.startswith("^") or not re.search(r"(?<!\\)(?:\\\\)*\$\Z", text):
        return "this expression is not anchored: a name that contains the right one would do"
    try:
        re.compile(text)
    except re.error as err:
        return f"this is no expression: {err}"
    pieces = _PIECE.findall(text)
    depth = 0
    for piece in pieces:
        depth += piece.startswith("(") - (piece == ")")
        if piece == "|" and depth == 0:
            return "the alternatives of this expression are not in brackets: its anchors hold for one of them alone"
    return next(filter(None, map(_piece_fault, pieces[1:-1])), "")


def _piece_fault(piece: str) -> str:
    """Return what is wrong with one letter, class or opening bracket between the anchors, "" where nothing is."""
    if piece == ".":
        return r"a dot in this expression stands for any letter: write \."
    if piece in ("^", "$", r"\A", r"\Z"):
        return "an anchor stands within this expression: one at either end is enough"
    if piece == "(?":
        return "this expression has a group with words of its own: write (?:…), or (…)"
    is_class = piece.startswith("[")
    if piece.startswith("[^") or re.search(r"(?<!\\)(?:\\\\)*\\[SDW]", piece):
        return "a part of this expression stands for all but a few letters: name those that are meant"
    if is_class and any(not _PLAIN_RANGE.fullmatch(found) for found in _RANGE.findall(piece[1:-1].strip("-"))):
        return "a range in this expression is not one of letters, or of digits: name the signs that are meant"
    return ""


def _check_keys(table: Table, row: VendorSigner) -> None:
    if row.key_sha256 and not SHA256.fullmatch(row.key_sha256):
        table.fault("key_sha256", "this is no SHA-256", expected="64 small hexadecimal digits")
    if row.key_sha256 and not row.key_url:
        table.fault("key_sha256", "it does not say where this key is to be had", expected="key_url beside it")
    for number, text in enumerate(row.fingerprints):
        if not _FINGERPRINT.fullmatch(text):
            path = (*table.path, "fingerprints", number)
            table.reader.fault(path, "this is no fingerprint", expected="40 or 64 digits of 0-9 and A-F, no blanks")


def _check_glob(table: Table, row: VendorSigner, number: int, glob: str) -> None:
    path = (*table.path, "match", number)
    registry, slash, _ = glob.partition("/")
    if row.thing is SignedThing.IMAGE and not (slash and _REGISTRY.fullmatch(registry) and set(".:") & set(registry)):
        table.reader.fault(path, "this names no registry in full", expected='e.g. "cgr.dev/corp/*", without a tag')
    elif row.thing is not SignedThing.IMAGE and sum(sign.isalnum() for sign in glob) < _FEW:
        table.reader.fault(path, "this is the name of nearly everything", expected="a pattern with a word in it")
    elif row.thing is SignedThing.IMAGE and ("@" in glob or ":" in glob.partition("/")[2]):
        table.reader.fault(path, "a tag or digest is not looked at", expected='e.g. "cgr.dev/corp/*", without a tag')


def _check_variables(table: Table, row: VendorSigner) -> None:
    texts = (*row.match, row.issuer, row.identity, row.identity_regexp)
    used = tuple(dict.fromkeys(name for text in texts for name in placeholders_of(text)))
    told = [variable.name for variable in row.variables]
    for name in used:
        if name not in told:
            expected = f'variables = [{{name = "{name}", what = "…", where = "…"}}]'
            table.fault("variables", f"nobody says what the variable {name!r} is", expected=expected)
    for number, name in enumerate(told):
        if name and name not in used:
            table.reader.fault(
                (*table.path, "variables", number), f"nothing uses the variable {name!r}", expected=f"{{{name}}}"
            )


def _variables(table: Table) -> Iterator[SignerVariable]:
    seen: set[str] = set()
    for inner in table.tables("variables", required=SIGNER_VARIABLE):
        name = inner.text("name")
        if not VARIABLE.fullmatch(name) and "name" in inner:
            inner.fault("name", "this is no name of a variable", expected="small letters, digits and _")
        elif name in seen:
            inner.fault("name", f"there are two variables {name!r}", expected="each once")
        seen.add(name)
        yield SignerVariable(
            name=name, what=inner.text("what", filled=True), where=inner.text("where", filled=True)
        )  # fmt: skip


def _attestations(table: Table) -> tuple[str, ...]:
    found = table.texts("attestations")
    for number, kind in enumerate(found):
        path = (*table.path, "attestations", number)
        if kind not in ATTESTATIONS:
            table.reader.unknown(path, "kind of attestation", kind, ATTESTATIONS)
        elif kind in found[:number]:
            table.reader.fault(path, "this word stands twice", expected="each once")
    return found


def _address(table: Table, key: str) -> str:
    url = table.text(key, limit=_LONGEST)
    if key in table and (why := address_fault(url) if url else "this address is empty"):
        table.fault(key, why, expected="an https address, e.g. https://www.example.com/")
    return url
