"""A vendor's TOML file to a `VendorProfile`, or every fault of it with its place, all told together.

    profile = parse_profile(data, "redhat.toml", today=date(2026, 11, 25))
    profile.capabilities[0].state, profile.evidence["lifecycle"].source

What is refused here cannot be used on any day. What is right today and stale tomorrow is found by `validate.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase

from supplymatrix.documents.tables import Table, TableReader
from supplymatrix.model.vendor import (
    Capability,
    DetectKind,
    Detector,
    EntryPoint,
    FeedSource,
    Lifetime,
    Offer,
    OfferKind,
    Point,
    Price,
    Scope,
    State,
    VendorKind,
    VendorProfile,
    VendorStatus,
    VersionRule,
)
from supplymatrix.model.vendor_signer import VendorSigner
from supplymatrix.vendors.addresses import MINOR, address_fault, says_nothing
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import TODAY
from supplymatrix.vendors.profile_form import (
    ARCHES,
    CELL,
    DATE_TRUST,
    FEED_FORMATS,
    ITEMS,
    PER,
    PERIODS,
    PRICE_STATES,
    TABLES,
    TIERS,
    UNITS,
)
from supplymatrix.vendors.profile_links import EvidenceLinks, Ids, past_day
from supplymatrix.vendors.signer_reader import SignerReader

__all__ = ["PAGE", "check_schema", "parse_profile", "read_money"]

PAGE = "docs/formats/vendor-profile-toml.md"
_MAX_AMOUNT = Decimal(10) ** 9
_NAMED = ("env", "build_setting", "godebug")  # signs that are NAME=GLOB
_FEW_SIGNS = 3  # letters and digits beside wildcards: with fewer, a glob tells no vendor from another
_FILES_OF_ALL = ("go.mod", "go.sum", "go.work", "main.go", "vendor/modules.txt", "Dockerfile", "README.md", "LICENSE")
_NUMBERS = tuple(dict.fromkeys(name for key in KEYS.values() for name in key.numbers))


def parse_profile(data: bytes, artifact: str, *, today: date | None = None) -> VendorProfile:
    """Return the profile in a file's bytes. Raises InputError with every fault, and nothing else, for any bytes.

    artifact: the file as the user named it; its name without .toml is the vendor's id. today: dates behind it are
    faults; None = any date is taken.
    """
    return _ProfileReader(data, artifact, today).profile()


class _ProfileReader:
    def __init__(self, data: bytes, artifact: str, today: date | None) -> None:
        self._reader = TableReader(data, artifact, page=PAGE)
        self._artifact = artifact
        self._sha256 = hashlib.sha256(data).hexdigest()
        self._today = today
        self._links = EvidenceLinks(self._reader, today)
        self._offers = Ids("offer")

    def profile(self) -> VendorProfile:
        check_schema(self._reader, tuple(TABLES)[:1], tuple(TABLES)[1:])
        head = self._reader.table(("vendor",), required=TABLES["vendor"][0], optional=TABLES["vendor"][1])
        evidence = self._links.read()
        status = head.member("status", VendorStatus, VendorStatus.UNKNOWN)
        status_date = head.day("status_date") if status is VendorStatus.SUNSET else self._past(head, "status_date")
        needed = "" if status is VendorStatus.UNKNOWN else "the vendor's status"
        profile = VendorProfile(
            id=self._id(head),
            name=head.text("name", limit=CELL, filled=True),
            parent=head.text("parent", limit=CELL),
            status=status,
            status_date=status_date,
            url=_address(head, "url"),
            core=head.flag("core"),
            kind=head.member("kind", VendorKind, VendorKind.UPSTREAM),
            versions=head.member("versions", VersionRule, VersionRule.NONE),
            reviewed_at=self._past(head, "reviewed_at") or date.min,
            reviewer=head.text("reviewer", limit=CELL, filled=True),
            status_evidence=self._links.refer(head, needed=needed, answers=needed),
            offers=tuple(self._offer(table) for table in self._rows("offer")),
            entries=tuple(self._entry(table) for table in self._rows("entry")),
            lifetimes=self._lifetimes(),
            capabilities=self._capabilities(),
            evidence=evidence,
            feeds=self._feeds(),
            prices=self._prices(),
            signers=self._signers(),
            artifact=self._artifact,
            sha256=self._sha256,
        )
        self._links.check()
        self._reader.finish()
        return profile

    def _rows(self, name: str) -> Sequence[Table]:
        required, optional = TABLES[name]
        return tuple(self._reader.tables(name, required=required, optional=optional))

    def _past(self, table: Table, key: str) -> date | None:
        return past_day(table, key, self._today)

    def _id(self, head: Table) -> str:
        name = Ids("vendor").take(head)
        if name == TODAY:
            message = f"the id {TODAY!r} is taken: so the matrix calls what a project has already"
            head.fault("id", message, expected="another id, and the file named so")
        file = self._artifact.replace("\\", "/").rpartition("/")[2]
        if "id" in head and file != f"{name}.toml":
            head.fault(
                "id",
                f"the vendor's id is not the file's name, which is {file[:80]!r}",
                expected=f'id = "{file.removesuffix(".toml")[:80]}", or a file {name[:64]}.toml',
            )
        return name

    def _offer(self, table: Table) -> Offer:
        return Offer(
            id=self._offers.take(table),
            name=table.text("name", limit=CELL, filled=True),
            kind=table.member("kind", OfferKind, OfferKind.DATA),
            tier=table.word("tier", TIERS),
            contract=table.text("contract"),
            go_minors=_each(table, "go_minors", _is_minor, 'minors of Go, e.g. ["1.26"]'),
            arches=_each(table, "arches", ARCHES.__contains__, 'names of GOARCH, e.g. ["amd64", "arm64"]'),
            eol_rule=table.text("eol_rule"),
            evidence=self._links.refer(table, needed="this offer", answers="this offer"),
            location=table.location,
        )

    def _entry(self, table: Table) -> EntryPoint:
        return EntryPoint(
            offer=self._offers.refer(table, "offer"),
            point=table.member("point", Point, Point.POLICY),
            mechanism=table.text("mechanism", limit=2 * CELL, filled=True),
            detect=tuple(_detectors(table)),
            replaces_upstream=table.flag("replaces_upstream"),
            evidence=self._links.refer(table, needed="this entry", answers="this entry"),
            location=table.location,
        )

    def _lifetimes(self) -> tuple[Lifetime, ...]:
        found: dict[tuple[str, str], Lifetime] = {}
        for table in self._rows("lifetime"):
            minor, since, until = table.text("minor", filled=True), table.day("since"), table.day("until")
            if minor.strip() and minor != "*" and not _is_minor(minor):
                table.fault("minor", "this is no minor of Go", expected='e.g. "1.26", or "*" for a rolling stream')
            if since is not None and until is not None and until < since:
                table.fault("until", "this life ends before it begins", expected=f"a day from {since} on")
            row = Lifetime(
                offer=self._offers.refer(table, "offer"),
                minor=minor,
                since=since,
                until=until,
                basis=table.text("basis", filled=True),
                evidence=self._links.refer(table, needed="this lifetime", answers="this lifetime"),
                location=table.location,
            )
            if (row.offer, minor) in found:
                table.fault("minor", "there are two lifetimes of this minor and offer", expected="one of them")
            found.setdefault((row.offer, minor), row)
        return tuple(found.values())

    def _capabilities(self) -> tuple[Capability, ...]:
        found: dict[tuple[str, Scope], Capability] = {}
        tables: list[tuple[Table, Capability]] = []
        for table in self._rows("capability"):
            row = self._capability(table)
            tables.append((table, row))
            if row.key and (row.key, row.scope) in found:
                expected = "one of them, or scopes that differ: offer, minor, arch, tier"
                table.fault("key", f"there are two answers to {row.key!r} with the same scope", expected=expected)
            found.setdefault((row.key, row.scope), row)
        for table, row in tables:
            _check_exceptions(table, row, found.values())
        return tuple(found.values())

    def _capability(self, table: Table) -> Capability:
        key = table.word("key", tuple(KEYS))
        word = table.word("state", tuple(state.value for state in State))
        state = State(word) if word else State.UNKNOWN  # a mistyped state is one fault: nothing is demanded of it
        what = f"the cell {key or '?'!r}" if state is not State.UNKNOWN else ""
        searched, searched_at = self._searched(table, needed=word == State.UNKNOWN, what=f"the unknown cell {key!r}")
        numbers = table.numbers("numbers", KEYS[key].numbers if key else _NUMBERS)
        says_unit = "unit" in table and bool(table.text("unit"))
        unit = table.word("unit", UNITS) if says_unit else ""
        if bool(numbers) != says_unit:
            expected = 'unit = "days" or "months" beside numbers, and only there'
            table.fault("unit" if says_unit else "numbers", "numbers and their unit go together", expected=expected)
        elif key and unit and numbers and unit != KEYS[key].unit:
            message = f"the numbers of {key!r} are no {unit}"
            table.fault("unit", message, expected=f'unit = "{KEYS[key].unit}", and the numbers in it')
        items, value = _items(table, key), table.text("value", limit=CELL)
        if state in (State.YES, State.PARTIAL) and says_nothing(value) and (value or not (items or numbers)):
            table.fault("value", "the cell says yes, and not what", expected="value, items or numbers", at_key=True)
        return Capability(
            key=key,
            state=state,
            value=value,
            items=items,
            numbers=numbers,
            unit=unit,
            scope=self._scope(table),
            evidence=self._links.refer(table, needed=what, answers=what),
            searched=searched,
            searched_at=searched_at,
            note=table.text("note"),
            location=table.location,
            complete=_complete(table, items),
        )

    def _scope(self, table: Table) -> Scope:
        minor, arch = table.text("minor"), table.text("arch")
        if minor and not _is_minor(minor):
            table.fault("minor", "this is no minor of Go", expected='e.g. "1.26", or no such key')
        if arch and arch not in ARCHES:
            table.reader.unknown((*table.path, "arch"), "architecture", arch, ARCHES)
        tier = table.word("tier", ("paid",)) if "tier" in table else ""
        return Scope(offer=self._offers.refer(table, "offer"), minor=minor, arch=arch, tier=tier)

    def _searched(self, table: Table, *, needed: bool, what: str) -> tuple[tuple[str, ...], date | None]:
        searched, day = table.texts("searched"), self._past(table, "searched_at")
        if needed and not searched:
            table.fault("searched", f"{what} does not say where it was looked for", expected='["where: for what"]')
        if needed and "searched_at" not in table:
            table.fault("searched_at", f"{what} does not say when it was looked for", expected="searched_at = a date")
        return searched, day

    def _feeds(self) -> tuple[FeedSource, ...]:
        ids, tables = Ids("feed"), self._rows("feed")
        feeds = tuple(self._feed(table, ids) for table in tables)
        for table, feed in zip(tables, feeds, strict=True):
            if feed.successor and feed.successor == feed.id:
                table.fault("successor", "a feed is no successor of its own", expected="another feed of this file")
            else:
                ids.refer(table, "successor")
        return feeds

    def _feed(self, table: Table, ids: Ids) -> FeedSource:
        form = table.word("format", FEED_FORMATS)
        for key in ("url", "date_trust") if form not in ("", "none") else ():
            if key not in table:
                table.fault(key, f"{key!r} is missing", expected=f"{key} = …", at_key=True)
        return FeedSource(
            id=ids.take(table),
            format=form,
            url=_address(table, "url"),
            licence=table.text("licence"),
            redistributable=table.flag("redistributable"),
            as_of_field=table.text("as_of_field"),
            disclosed_rule=table.text("disclosed_rule"),
            fixed_rule=table.text("fixed_rule"),
            date_trust=table.word("date_trust", DATE_TRUST, "none"),
            deprecated_on=table.day("deprecated_on"),
            successor=table.text("successor"),
            evidence=self._links.refer(table, needed="this feed", answers="this feed"),
            location=table.location,
        )

    def _prices(self) -> tuple[Price, ...]:
        """Return the prices. An offer may have several only where each says what else is paid for."""
        found: list[Price] = []
        for table in self._rows("price"):
            price = self._price(table)
            others = [other for other in found if other.offer == price.offer]
            if any(_says_the_same_price(price, other) for other in others):
                message = f"there are two prices of the offer {price.offer!r} for the same"
                table.fault("offer", message, expected="one of them, or known prices that differ in per or period")
            found.append(price)
        return tuple(found)

    def _signers(self) -> tuple[VendorSigner, ...]:
        reader = SignerReader(self._offers, self._links)
        return tuple(reader.read(table) for table in self._rows("signer"))

    def _price(self, table: Table) -> Price:
        word = table.word("state", PRICE_STATES)  # "" = mistyped: one fault, and nothing is demanded of it
        searched, searched_at = self._searched(table, needed=word == "unknown", what="the unknown price")
        what = "this price" if word in ("known", "free") else ""
        is_known = word == "known" or (not word and "amount" in table)
        amount, currency, per, period = read_money(table, is_known=is_known)
        return Price(
            offer=self._offers.refer(table, "offer"),
            state=word or "unknown",
            amount=amount,
            currency=currency,
            per=per,
            period=period,
            is_list=table.flag("list", default=True),
            evidence=self._links.refer(table, needed=what, answers=what),
            searched=searched,
            searched_at=searched_at,
            location=table.location,
        )


def check_schema(reader: TableReader, required: Sequence[str], optional: Sequence[str]) -> None:
    """Check the outermost keys of a file, and that it is of the one schema there is."""
    top = reader.top(required=("schema", *required), optional=optional)
    number = top.whole("schema", 1)
    if number != 1:
        top.fault(
            "schema",
            f"this file is of schema {number}",
            expected="schema = 1",
            remedy="a newer file needs a newer version of this program" if number > 1 else "",
        )


def read_money(table: Table, *, is_known: bool) -> tuple[Decimal | None, str, str, str]:
    """Return amount, currency, per what and per which period. Of what is not known, no amount may be named."""
    period = table.word("period", PERIODS, "year")
    if not is_known:
        for key in ("amount", "currency", "per"):
            if key in table and table.text(key):
                table.fault(key, "a price that is not known has no amount", expected='state = "known", or no such key')
        return None, "", "", period
    for key in ("amount", "currency", "per"):
        if key not in table:
            table.fault(key, f"{key!r} is missing", expected=f"{key} = …", at_key=True)
    currency, per = table.text("currency"), table.word("per", PER)
    if "currency" in table and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        table.fault("currency", "this is no currency", expected='three capitals, e.g. "USD"')
    return _amount(table), currency, per, period


def _amount(table: Table) -> Decimal | None:
    if "amount" not in table:
        return None
    text = table.text("amount", limit=20)
    try:
        amount = Decimal(text) if text.isascii() and text.replace(".", "", 1).isdigit() else None
    except InvalidOperation:
        amount = None
    if amount is None or amount > _MAX_AMOUNT:
        table.fault("amount", "this is no amount", expected='digits in quotes, e.g. "349.00"')
    return amount


def _detectors(table: Table) -> Sequence[Detector]:
    found = []
    for number, text in enumerate(table.texts("detect")):
        path = (*table.path, "detect", number)
        kind, colon, pattern = text.partition(":")
        if not colon or not pattern.strip():
            table.reader.fault(path, "this is no sign to look for", expected='"KIND:GLOB", e.g. "image:golang*"')
        elif kind not in tuple(DetectKind):
            table.reader.unknown(path, "kind of sign", kind, tuple(known.value for known in DetectKind))
        elif _is_everywhere(kind, pattern):
            table.reader.fault(path, "this sign would be seen everywhere", expected="a pattern with words in it")
        elif kind in _NAMED and "=" not in pattern:
            table.reader.fault(path, "this sign has no value", expected=f'"{kind}:NAME=GLOB", e.g. with * for any')
        else:
            found.append(Detector(kind=DetectKind(kind), pattern=pattern))
    return found


def _is_everywhere(kind: str, pattern: str) -> bool:
    """Whether a sign is no sign: a glob with hardly a word in it, or a file that every module of Go has."""
    name, equals, _ = pattern.partition("=")
    words = name if kind in _NAMED and equals else pattern
    told = sum(sign.isalnum() for sign in words)
    if not told or (told < _FEW_SIGNS and set("*?[") & set(words)):
        return True
    return kind == DetectKind.FILE and any(fnmatchcase(file, pattern) for file in _FILES_OF_ALL)


def _items(table: Table, key: str) -> tuple[str, ...]:
    """Return the list of a cell; words of a closed list in small letters, each of which must be known."""
    if key == "go_minors":
        return _each(table, "items", _is_minor, 'minors of Go, e.g. ["1.26"]')
    items = table.texts("items")
    if key not in ITEMS:
        return items
    known, small = ITEMS[key], tuple(item.lower() for item in items)
    for number, item in enumerate(small):
        path = (*table.path, "items", number)
        if item not in known:
            table.reader.unknown(path, f"word of {key}", item, known)
        elif item in small[:number]:
            table.reader.fault(path, "this word stands twice", expected="each once")
    return small


def _complete(table: Table, items: Sequence[str]) -> bool:
    complete = table.flag("complete")
    if complete and not items:
        table.fault("complete", "there is no list that could be complete", expected="items = […], or no such key")
    return complete


def _check_exceptions(table: Table, row: Capability, rows: Iterable[Capability]) -> None:
    """Note that a `no` holds for something of which another row says yes: one of them is not so."""
    if not row.key or row.state not in (State.NO, State.NA):
        return
    for other in rows:
        if other.key == row.key and other.state in (State.YES, State.PARTIAL) and _is_within(other.scope, row.scope):
            what = other.scope.offer or other.scope.minor or other.scope.arch
            message = f"{row.key!r} is {row.state.value} for all, and {other.state.value} for {what!r}"
            expected = "for each offer, minor or architecture its own answer"
            table.fault("state", message, expected=expected, remedy=f"say of which offers it is {row.state.value}")
            return


def _is_within(part: Scope, whole: Scope) -> bool:
    """Whether a scope is a part of another one. What only those get who pay is apart from what all get."""
    pairs = ((part.offer, whole.offer), (part.minor, whole.minor), (part.arch, whole.arch))
    return part != whole and part.tier == whole.tier and all(not wide or wide == narrow for narrow, wide in pairs)


def _says_the_same_price(price: Price, other: Price) -> bool:
    """Whether two prices of one offer cannot both hold: only what is known can be paid for in several ways."""
    if price.state != "known" or other.state != "known":
        return True
    return (price.per, price.period, price.currency) == (other.per, other.period, other.currency)


def _address(table: Table, key: str) -> str:
    url = table.text(key)
    if url and (why := address_fault(url)):
        table.fault(key, why, expected="an https address, e.g. https://www.example.com/")
    elif key in table and not url:
        table.fault(key, "this address is empty", expected="an https address, e.g. https://www.example.com/")
    return url


def _is_minor(text: str) -> bool:
    return MINOR.fullmatch(text) is not None


def _each(table: Table, key: str, is_right: Callable[[str], bool], expected: str) -> tuple[str, ...]:
    """Return a list of texts, each of which must be right and stand once."""
    texts = table.texts(key)
    seen: set[str] = set()
    for number, text in enumerate(texts):
        if not is_right(text):
            table.reader.fault((*table.path, key, number), "this word does not belong here", expected=expected)
        elif text in seen:
            table.reader.fault((*table.path, key, number), "this word stands twice", expected="each once")
        seen.add(text)
    return texts
