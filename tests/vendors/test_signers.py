"""Rows on who signs: what the reader takes and refuses, which names they are about, and what the shipped ones say."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supplymatrix.engine.vendor_profiles import load_profiles
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.model.vendor_signer import SignedThing, SignerLog, SignerMechanism, SignerState, VendorSigner
from supplymatrix.vendors.signer_match import covering, is_covered, missing_variables, with_variables
from supplymatrix.vendors.starter import starter_profile
from tests.support.data import REPO
from tests.vendors.profiles import DAY, GOOD, faults_of, good, without
from tests.vendors.test_profiles import plain_values

IMAGE = SignedThing.IMAGE
KEYLESS = """
[[signer]]
id = "images"
name = "its images"
offer = "golang"
artifact = "image"
match = ["registry.acme.example/corp/*"]
mechanism = "sigstore-keyless"
issuer = "https://issuer.acme.example"
identity = "https://acme.example/release@main"
log = "required"
attestations = ["spdx"]
evidence = ["page"]
"""
VARIABLE = """
[[signer]]
id = "own"
name = "a customer's images"
artifact = "image"
match = ["registry.acme.example/{org}/*"]
mechanism = "sigstore-keyless"
issuer = "https://issuer.acme.example"
identity_regexp = '^https://issuer\\.acme\\.example/{org}/(?:a|b)$'
variables = [{name = "org", what = "an id", where = "acme org show"}]
evidence = ["page"]
"""
OTHER = (
    '''
[[signer]]
id = "files"
name = "its files"
artifact = "blob"
match = ["acme-*.tar.gz"]
mechanism = "openpgp"
fingerprints = ["0123456789ABCDEF0123456789ABCDEF01234567"]
evidence = ["page"]

[[signer]]
id = "key"
name = "its other images"
artifact = "image"
match = ["registry.acme.example:5000/*"]
mechanism = "sigstore-key"
key_url = "https://acme.example/key.pub"
key_sha256 = "'''
    + "ab" * 32
    + """"
log = "optional"
evidence = ["page"]

[[signer]]
id = "rest"
name = "the rest"
artifact = "package"
state = "unknown"
searched = ["its pages: a signature"]
searched_at = 2026-11-25

[[signer]]
id = "none"
name = "nothing"
artifact = "module"
state = "n_a"
evidence = ["page"]
"""
)
ALL = GOOD + KEYLESS + VARIABLE + OTHER
SCHEMA = json.loads((REPO / "supplymatrix/reports/schema/vendor-profile-v1.schema.json").read_text(encoding="utf-8"))
LOADED = load_profiles()
SHIPPED = [
    pytest.param(profile, row, id=f"{profile.id}/{row.id}") for profile in LOADED.profiles for row in profile.signers
]


def test_what_the_file_says_is_what_comes_back() -> None:
    images, own, files, key, rest, none = good(ALL).signers
    assert (images.mechanism, images.log, images.attestations) == (
        SignerMechanism.KEYLESS, SignerLog.REQUIRED, ("spdx",),
    )  # fmt: skip
    assert (images.identity, images.offer, images.state) == (
        "https://acme.example/release@main", "golang", SignerState.KNOWN,
    )  # fmt: skip
    assert [variable.where for variable in own.variables] == ["acme org show"]
    assert (files.fingerprints, key.key_sha256, key.log) == (
        ("0123456789ABCDEF0123456789ABCDEF01234567",), "ab" * 32, SignerLog.OPTIONAL,
    )  # fmt: skip
    assert (rest.state, rest.searched_at, none.state) == (SignerState.UNKNOWN, DAY, SignerState.NA)


BROKEN = {
    "no issuer": ('issuer = "https://issuer.acme.example"\nidentity =', "identity =", "nobody is named who vouches"),
    "issuer without TLS": ('"https://issuer.acme.example"\nidentity =', '"http://a.example"\nidentity =', "not https"),
    "no identity": ('identity = "https://acme.example/release@main"\n', "", "does not say who signs"),
    "both": ('log = "required"', "log = \"required\"\nidentity_regexp = '^x$'", "does not say who signs, by one key"),
    "not anchored": ("'^https://issuer", "'https://issuer", "not anchored"),
    "anchored in front only": ("(?:a|b)$'", "(?:a|b)'", "not anchored"),
    "an escaped end": ("(?:a|b)$'", "(?:a|b)\\$'", "not anchored"),
    "alternatives outside": ("(?:a|b)$'", "a|b$'", "anchors hold for one of them"),
    "a free dot": ("issuer\\.acme\\.example/{org}", "issuer.acme\\.example/{org}", "stands for any letter"),
    "any text": ("{org}/(?:a|b)$'", "{org}/.*$'", "stands for any letter"),
    "any text but a blank": ("{org}/(?:a|b)$'", "{org}/\\S+$'", "all but a few letters"),
    "any text by a class": ("{org}/(?:a|b)$'", "{org}/[\\s\\S]+$'", "all but a few letters"),
    "any text but a letter": ("{org}/(?:a|b)$'", "{org}/[^x]+$'", "all but a few letters"),
    "no digit": ("{org}/(?:a|b)$'", "{org}/\\D+$'", "all but a few letters"),
    "no letter": ("{org}/(?:a|b)$'", "{org}/\\W+$'", "all but a few letters"),
    "any text by a range": ("{org}/(?:a|b)$'", "{org}/[ -~]+$'", "not one of letters"),
    "an end within": ("{org}/(?:a|b)$'", "{org}/(?:a$|b)$'", "an anchor stands within"),
    "a beginning within": ("{org}/(?:a|b)$'", "(?:^|{org}/)b$'", "an anchor stands within"),
    "a bracket in a remark": ("{org}/(?:a|b)$'", "{org}/(?#()a|b$'", "a group with words of its own"),
    "a choice behind a class": ("{org}/(?:a|b)$'", "{org}/[]a]|b$'", "anchors hold for one of them"),
    "no expression": ("(?:a|b)$'", "(?:a|b$'", "no expression"),
    "a variable nobody explains": (
        'variables = [{name = "org", what = "an id", where = "acme org show"}]\n', "", "what the variable 'org' is",
    ),
    "a variable nobody uses": (
        '[{name = "org"', '[{name = "idle", what = "x", where = "y"}, {name = "org"', "uses the variable 'idle'",
    ),
    "a variable without a place": (', where = "acme org show"', "", "'where' is missing"),
    "no match": ('match = ["acme-*.tar.gz"]\n', "", "does not say what it signs"),
    "any registry": ('"registry.acme.example/corp/*"', '"*/corp/*"', "names no registry"),
    "a registry with a wildcard": ('"registry.acme.example/corp/*"', '"*.acme.example/corp/*"', "names no registry"),
    "no registry": ('"registry.acme.example/corp/*"', '"corp/*"', "names no registry"),
    "with a tag": ('"registry.acme.example/corp/*"', '"registry.acme.example/corp/*:v1"', "not looked at"),
    "every file": ('"acme-*.tar.gz"', '"*"', "nearly everything"),
    "no mechanism": ('mechanism = "openpgp"\n', "", "by which mechanism"),
    "an unknown mechanism": ('"openpgp"', '"opengpg"', "there is no mechanism 'opengpg'"),
    "a key of a certificate": (
        'log = "required"', 'key_url = "https://a.example/"', "'key_url' does not go with the mechanism",
    ),
    "an identity of a key": (
        'log = "optional"', 'identity = "x"', "'identity' does not go with the mechanism sigstore-key",
    ),
    "no log for a certificate": ('log = "required"', 'log = "optional"', "worth nothing without the log"),
    "a hash of no address": ('key_url = "https://acme.example/key.pub"\n', "", "where this key is to be had"),
    "no hash": ("ab" * 32, "AB" * 32, "no SHA-256"),
    "no fingerprint": ("0123456789ABCDEF0123456789ABCDEF01234567", "0123 4567", "no fingerprint"),
    "a known one without evidence": ('attestations = ["spdx"]\nevidence = ["page"]', "", "this signer has no evidence"),
    "dangling evidence": (
        'attestations = ["spdx"]\nevidence = ["page"]', 'evidence = ["pag"]', "there is no evidence 'pag'",
    ),
    "an unknown one without a search": ('searched = ["its pages: a signature"]\n', "", "has no searched"),
    "an unknown one that knows": (
        'artifact = "package"\n', 'artifact = "package"\nkey_url = "https://a.example/"\n',
        "does not go with state = 'unknown'",
    ),
    "dangling offer": ('name = "its images"\noffer = "golang"', 'name = "x"\noffer = "golan"', "no offer 'golan'"),
    "the same id": ('id = "own"', 'id = "images"', "two rows of signer 'images'"),
    "an unknown kind": ('["spdx"]', '["spdex"]', "kind of attestation 'spdex'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_told_with_its_place(name: str) -> None:
    old, new, message = BROKEN[name]
    text = without(ALL, old, new)
    found = [fault for fault in faults_of(text) if message in fault.message]
    assert found, [str(fault) for fault in faults_of(text)]
    assert found[0].expected
    assert found[0].line > GOOD.count("\n") or "dangling" in name


@pytest.mark.parametrize("tail", ["[a-z0-9._-]+", r"(x|\.y)\?", r"\\S", "[]a]|".rstrip("|"), "v[0-9]{1,3}", "[+/-]"])
def test_an_expression_that_names_its_letters_is_taken(tail: str) -> None:
    (own,) = [row for row in good(without(ALL, "{org}/(?:a|b)$'", "{org}/" + tail + "$'")).signers if row.id == "own"]
    assert own.identity_regexp.endswith(f"{tail}$")


def test_the_starter_has_a_row_that_is_right() -> None:
    rows = [line.removeprefix("# ") for line in starter_profile("our", DAY).split("\n") if line.startswith("# ")]
    text = "\n".join(rows[rows.index("[[signer]]") :])
    row = tomllib.loads(text[: text.index("[[evidence]]")])["signer"][0]
    assert row["identity"].startswith("https://github.com/corp/")


@pytest.mark.parametrize("name", ["any registry", "not anchored", "no mechanism"])
def test_the_schema_for_editors_takes_what_is_right(name: str) -> None:
    validator = Draft202012Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(plain_values(tomllib.loads(ALL)))] == []
    if name != "any registry":
        assert not validator.is_valid(plain_values(tomllib.loads(without(ALL, *BROKEN[name][:2]))))


# ---- names


@pytest.mark.parametrize(
    ("glob", "name", "fits"),
    [
        ("cgr.dev/chainguard/*", "cgr.dev/chainguard/go", True),
        ("cgr.dev/chainguard/*", "cgr.dev/chainguard/charts/go", True),
        ("cgr.dev/chainguard/*", "cgr.dev/chainguard", False),
        ("cgr.dev/chainguard/*", "cgr.dev/chainguard/", False),
        ("cgr.dev/chainguard/*", "cgr.dev/chainguard-evil/go", False),
        ("cgr.dev/chainguard/*", "evil.example/cgr.dev/chainguard/go", False),
        ("cgr.dev/chainguard/*", "cgrxdev/chainguard/go", False),
        ("cgr.dev/{org}/*", "cgr.dev/acme/go", True),
        ("cgr.dev/{org}/*", "cgr.dev/other/go", False),
        ("cgr.dev/{none}/*", "cgr.dev/any/go", True),
        ("quay.io/hummingbird*/*", "quay.io/hummingbird-ci/go", True),
        ("quay.io/hummingbird*/*", "quay.io/hummingbird/x/go", True),
        ("r.example/ubi?", "r.example/ubi9", True),
        ("r.example/ubi?", "r.example/ubi9/go", False),
        ("*.apk", "go-1.27.apk", True),
        ("*.apk", "go-1.27.apk.txt", False),
    ],
)
def test_a_glob_fits_whole_names_alone(glob: str, name: str, *, fits: bool) -> None:
    assert is_covered(glob, name, {"org": "acme"}) is fits


@given(st.text(max_size=30), st.text(st.characters(exclude_characters="*?{}"), min_size=1, max_size=20))
def test_a_variable_stands_for_its_own_letters_alone(text: str, org: str) -> None:
    assert is_covered("cgr.dev/{org}/go", f"cgr.dev/{text}/go", {"org": org}) is (text == org)


def test_what_is_public_goes_before_what_takes_a_variable() -> None:
    profile = LOADED.by_id["chainguard"]
    public = covering(profile, "cgr.dev/chainguard/go", (IMAGE,), {})
    assert ([row.id for row in public.rows], public.is_named) == (["free-images"], True)
    own = covering(profile, "cgr.dev/acme/go", (IMAGE,), {})
    assert ([row.id for row in own.rows], own.is_named) == (["org-images", "org-custom-images"], True)
    other = covering(profile, "cgr.dev/acme/go", (IMAGE,), {"org": "corp"})
    assert (len(other.rows), other.is_named) == (3, False)
    assert not covering(profile, "registry.corp.example/mirror/go", (IMAGE,), {}).is_named


def test_a_variable_of_an_expression_is_no_expression() -> None:
    (row,) = [row for row in good(ALL).signers if row.id == "own"]
    assert missing_variables(row, {}) == ("org",)
    filled = with_variables(row, {"org": "a.c|.*"})
    assert re.fullmatch(filled.identity_regexp, "https://issuer.acme.example/a.c|.*/a")
    assert not re.fullmatch(filled.identity_regexp, "https://issuer.acme.example/abc/a")


# ---- what is shipped


def test_every_vendor_says_something_of_who_signs() -> None:
    assert [profile.id for profile in LOADED.profiles if not profile.signers] == []


@pytest.mark.parametrize(("profile", "row"), SHIPPED)
def test_a_shipped_row_says_who_signs_or_where_it_was_looked_for(profile: VendorProfile, row: VendorSigner) -> None:
    if row.state is SignerState.UNKNOWN:
        assert row.searched
        assert "unsigned" not in " ".join(row.searched).replace("which does not say that they are unsigned", "")
        return
    assert all(name in profile.evidence for name in row.evidence)
    assert row.evidence
    if row.mechanism is SignerMechanism.KEYLESS:
        assert row.issuer.startswith("https://")
        assert bool(row.identity) != bool(row.identity_regexp)
        assert "*" not in row.identity


def test_no_name_of_an_image_is_of_two_vendors() -> None:
    """Globs are filled with a word: then no other vendor's may fit."""
    for profile in LOADED.profiles:
        for row in profile.signers:
            names = [re.sub(r"\*|\{[a-z_]+\}", "x1", glob) for glob in row.match if row.thing is IMAGE]
            for name in names:
                fitting = {
                    other.id for other in LOADED.profiles if covering(other, name, (IMAGE,), {}).is_named
                }  # fmt: skip
                assert fitting == {profile.id}, name
