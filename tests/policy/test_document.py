"""Every key of lift.toml: what it means, what it is when it is not there, and what is said of a wrong one."""

from __future__ import annotations

from datetime import date

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.audit_family import family_of
from supplymatrix.model.rule import Level
from supplymatrix.policy.document import parse_policy, preset_policy
from tests.policy.policies import LOG_KEY, PRESETS, WAIVER, faults, parse


def where(fault: Diagnostic) -> tuple[int, int, int]:
    return fault.line, fault.column, fault.end_column


def test_a_misspelt_bar_is_told_the_words_that_are_taken() -> None:
    (fault,) = faults('[policy]\nfail_on = "err"\n')
    assert fault.expected == "one of note, warn, error"


def test_an_empty_file_is_the_default_preset() -> None:
    policy = parse("")
    assert (policy.name, policy.preset, policy.min_score, policy.fail_on) == (
        "log-verified", "log-verified", 80, Level.ERROR,
    )  # fmt: skip


def test_the_keys_of_the_policy_table_win_over_the_preset() -> None:
    policy = parse('[policy]\nname = "svc"\npreset = "baseline"\nmin_score = 95\nfail_on = "warn"\n')
    assert (policy.name, policy.preset, policy.min_score, policy.fail_on) == ("svc", "baseline", 95, Level.WARN)


def test_the_numbers_of_the_preset_hold_where_the_file_is_silent() -> None:
    assert parse('[policy]\npreset = "baseline"\n').min_score == 0


def test_the_policy_of_the_issue_means_v180_and_says_so() -> None:
    text = '[packages."github.com/gorilla/mux"]\nversion = "1.8.0"\nsecurity_policy = "strict-module-integrity"\n'
    policy = parse(text)
    (entry,) = policy.packages
    assert (entry.glob, entry.version, entry.security_policy) == (
        "github.com/gorilla/mux", "v1.8.0", "strict-module-integrity",
    )  # fmt: skip
    (note,) = policy.notes
    assert note.code == "version-without-v"
    assert 'version "1.8.0" is read as v1.8.0' in note.message
    assert note.location is not None
    assert (note.location.line, note.location.column) == (2, 11)


def test_a_version_with_its_v_needs_no_note() -> None:
    policy = parse('[packages."github.com/gorilla/mux"]\nversion = "v1.8.0"\n')
    assert policy.packages[0].version == "v1.8.0"
    assert policy.notes == ()


def test_an_entry_has_the_places_of_its_table_and_of_its_values() -> None:
    (entry,) = parse('[packages."x.example/a"]\nversion = "v1.0.0"\nsecurity_policy = "baseline"\n').packages
    places = (entry.location, entry.version_location, entry.policy_location)
    assert [(p.line, p.column, p.end_column) for p in places] == [(1, 1, 25), (2, 11, 19), (3, 19, 29)]


def test_an_entry_without_version_allows_any() -> None:
    assert parse('[packages."x.example/a"]\n').packages[0].version == ""


def test_a_waiver_has_all_that_it_says() -> None:
    (waiver,) = parse(WAIVER).waivers
    assert (waiver.rule, waiver.package, waiver.version, waiver.owner) == ("SM202", "github.com/a/b", "", "team-a")
    assert (waiver.reason, waiver.expires) == ("our fork carries the fix", date(2027, 1, 31))
    assert (waiver.location.line, waiver.location.column) == (2, 1)


def test_a_waiver_may_name_its_rule_in_words_and_one_version() -> None:
    (waiver,) = parse(WAIVER.replace("SM202", "replace-fork") + 'version = "v1.2.0"\n').waivers
    assert (waiver.rule, waiver.version) == ("SM202", "v1.2.0")


def test_private_patterns_are_kept_as_they_are() -> None:
    assert parse('[sources]\nprivate = ["*.corp.example", "git.example/team"]\n').private == (
        "*.corp.example", "git.example/team",
    )  # fmt: skip


def test_a_log_is_pinned_by_its_key() -> None:
    assert parse(f'[sources]\nsumdb = "{LOG_KEY}"\n').sumdb == LOG_KEY


@pytest.mark.parametrize(
    "url", ["https://log.example", "https://log.example/sub", "http://127.0.0.1:8080", "http://[::1]:1"]
)
def test_a_pinned_log_may_have_an_address(url: str) -> None:
    assert parse(f'[sources]\nsumdb = "{LOG_KEY}  {url}"\n').sumdb == f"{LOG_KEY} {url}"


@pytest.mark.parametrize(
    "url",
    [
        "http://log.example",
        "http://127.0.0.1.log.example",
        "http://localhost.log.example/",
        "https://",
        "ftp://log.example",
        "log.example",
        "http://[::1",
        "https://a.example https://b.example",
    ],
)
def test_an_address_that_others_can_listen_to_is_refused(url: str) -> None:
    (fault,) = faults(f'[sources]\nsumdb = "{LOG_KEY} {url}"\n')
    assert fault.message == "the log's address is not secure"
    assert where(fault)[:2] == (2, 9)


WRONG = [
    ("[policy]\nmin_score = 101\n", "this is no score", (2, 13, 16)),
    ("[policy]\nmin_score = -1\n", "this is no score", (2, 13, 15)),
    ("[policy]\nmin_score = true\n", "this is no score", (2, 13, 17)),
    ("[policy]\nmin_score = 80.0\n", "this is no score", (2, 13, 17)),
    ('[policy]\nmin_score = "80"\n', "this is no score", (2, 13, 17)),
    ('[policy]\nfail_on = "eror"\n', "there is no level 'eror'", (2, 11, 17)),
    ('[policy]\nfail_on = "off"\n', "a gate that fails on nothing is no gate", (2, 11, 16)),
    ('[policy]\nfail_on = "alarm"\n', "there is no level 'alarm'", (2, 11, 18)),
    ("[policy]\nname = 5\n", "this is no text", (2, 8, 9)),
    ('[policy]\npreset = "basline"\n', "there is no preset 'basline'", (2, 10, 19)),
    ('policy = "x"\n', "this is no table", (1, 10, 13)),
    ("[[policy]]\n", "this is no table", (1, 1, 11)),
    ('schema = 1\n\n[[waiver]]\nrule = "SM201"\n', "there is no key 'waiver'", (3, 1, 11)),
    ('schema = 1\n[package."x/y"]\nversion = "1"\n', "there is no key 'package'", (2, 1, 16)),
    ('[rules]\nSM101 = "warm"\n', "there is no level 'warm'", (2, 9, 15)),
    ("[rules]\nSM101 = 1\n", "there is no level '1'", (2, 9, 10)),
    ("[rules]\nSM101 = true\n", "there is no level 'true'", (2, 9, 13)),
    ("[rules]\nSM101 = [0x10]\n", "there is no level '[0x10]'", (2, 9, 15)),
    ('[rules]\nSM999 = "warn"\n', "there is no rule 'SM999'", (2, 1, 6)),
    ('[rules]\nSM0xx = "warn"\n', "there is no rule 'SM0xx'", (2, 1, 6)),
    ('[rules]\nSM2 = "warn"\nSM2xx = "off"\n', "sm2xx is named twice", (3, 1, 6)),
    ("schema = 2\n", "this is another form of policy", (1, 10, 11)),
    ("schema = true\n", "this is another form of policy", (1, 10, 14)),
    ("[cost]\nmost = 1\n", "[cost] asks for what this version cannot evaluate", (1, 1, 7)),
    ("[toolchain]\n", "this asks for nothing", (1, 1, 12)),
    ('[toolchain]\nverify = "yes"\n', "this is neither true nor false", (2, 10, 15)),
    ('[toolchain]\naccept = ["modified"]\n', "no policy accepts a Go that is modified", (2, 11, 21)),
    ('[toolchain]\naccept = ["oficial"]\n', "there is no level of a Go 'oficial'", (2, 11, 20)),
    ("[toolchain]\naccept = []\n", "this accepts no Go at all", (2, 10, 12)),
    ('[toolchain]\naccept = "official"\n', "this is no list", (2, 10, 20)),
    ('[vendors.redhat]\nrequire = ["signatur"]\n', "there is no kind of attestation 'signatur'", (2, 12, 22)),
    ("[vendors.redhat]\nrequire = []\n", "this requires nothing", (2, 11, 13)),
    (
        '[vendors.redhat]\nmax_evidence_age = "9d"\nidentity = { org = "1" }\n',
        "this says who signs, and nothing has to be signed",
        (3, 1, 9),
    ),
    ('[vendors.redhat]\nchannels = ["a"]\n', "this asks for nothing", (1, 1, 17)),
    ("extends = []\n", "this names no policy", (1, 11, 13)),
    ('[policy]\npreset = ""\n', "there is no preset ''", (2, 10, 12)),
    ('[packages."x.example/a"]\nsecurity_policy = ""\n', "there is no security policy ''", (2, 19, 21)),
    ("[vendors.redhat]\n", "this asks for nothing", (1, 1, 17)),
    ("[vendors.redhat]\nmax_response_p90 = '36h'\n", "this is no length of time in whole days", (2, 20, 25)),
    ("[vendors.redhat]\nmax_response_p90 = 3\n", "this is no text", (2, 20, 21)),
    ('[policy]\nmode = "quiet"\n', "there is no mode 'quiet'", (2, 8, 15)),
    ("[policy]\nmax_waiver_days = 0\n", "this is no number of days", (2, 19, 20)),
    ('[policy]\nowner_domain = "@x"\n', "this is no domain", (2, 16, 20)),
    ("[policy]\nweights = { hihg = 3 }\n", "there is no severity 'hihg'", (2, 13, 17)),
    ("[policy]\nweights = { high = 0 }\n", "this is no weight", (2, 20, 21)),
    ('[policy]\nrequires = "soon"\n', "this says not which versions of supplymatrix", (2, 12, 18)),
    ('[policy]\nrequires = ">=99"\n', "this policy asks for supplymatrix >=99", (2, 12, 18)),
    ('[policy]\nallow_loosen = ["SM999"]\n', "there is no rule or key 'SM999'", (2, 17, 24)),
    ('[compliance]\nframeworks = ["SSDF!"]\n', "there is no framework 'SSDF!'", (2, 15, 22)),
    ('[packages."x.example/a"]\nmin_age = "soon"\n', "this is no length of time", (2, 11, 17)),
    ('[packages."x.example/a"]\npseudo_versions = "no"\n', "there is no way to take them 'no'", (2, 19, 23)),
    ('[packages."x.example/a"]\nversion = ""\n', "this is no version", (2, 11, 13)),
    ('[rules]\n"sum mising" = "warn"\n', "there is no rule 'sum mising'", (2, 1, 13)),
    ('[rules]\nSM110 = "off"\n', "SM110 is an alarm: its level is fixed", (2, 1, 6)),
    ('[rules]\nsum-differs-from-log = "error"\n', "SM110 is an alarm: its level is fixed", (2, 1, 21)),
    ('[rules]\nSM101 = "warn"\nsum-missing = "off"\n', "SM101 is named twice", (3, 1, 12)),
    ('[rules]\nSM1xx = "warn"\nsm1XX = "off"\n', "sm1xx is named twice", (3, 1, 6)),
    ("[sources]\nprivate = 'a'\n", "this is no list", (2, 11, 14)),
    ("[sources]\nprivate = ['a.example', 5]\n", "this is no pattern", (2, 25, 26)),
    ("[sources]\nprivate = ['a.example,b.example']\n", "this is no pattern", (2, 12, 33)),
    ("[sources]\nprivate = [' a.example']\n", "this is no pattern", (2, 12, 24)),
    ("[sources]\nprivate = ['[a.example']\n", "this is no pattern", (2, 12, 24)),
    ("[sources]\nprivate = ['']\n", "this is no pattern", (2, 12, 14)),
    ('[sources]\nsumdb = "sum.golang.org"\n', "", (2, 9, 25)),
    ('[sources]\nvendored = "yes"\n', "this is neither true nor false", (2, 12, 17)),
    ('[packages."a//b"]\n', "this is no glob", (1, 1, 18)),
    ('[packages."github.com/a*"]\n', "this is no glob", (1, 1, 27)),
    ('[packages]\n"x.example/a" = "v1.0.0"\n', "this is no table", (2, 17, 25)),
    ('[packages."x.example/a"]\nversion = "one"\n', "this is no version", (2, 11, 16)),
    ('[packages."x.example/a"]\nversion = ">= v1.0.0,"\n', "this is no version", (2, 11, 23)),
    ('[packages."x.example/a"]\nsecurity_policy = "strict"\n', "there is no security policy 'strict'", (2, 19, 27)),
    ("waivers = 5\n", "this is no list of waivers", (1, 11, 12)),
    ("[waivers]\nrule = 'SM202'\n", "this is no list of waivers", (1, 1, 10)),
]


@pytest.mark.parametrize(("text", "message", "place"), WRONG)
def test_a_wrong_value_is_told_with_its_place(text: str, message: str, place: tuple[int, int, int]) -> None:
    (fault,) = faults(text)
    assert fault.message.startswith(message)
    if text != "[[policy]]\n":
        assert where(fault) == place
    assert fault.artifact == "lift.toml"
    assert fault.source_line == text.splitlines()[fault.line - 1]


UNKNOWN = [
    ("[polcy]\n", "'polcy'", "policy", (1, 1, 8)),
    ("[policy]\nmin_scor = 80\n", "'min_scor'", "min_score", (2, 1, 9)),
    ("[policy]\nfail-on = 'warn'\n", "'fail-on'", "fail_on", (2, 1, 8)),
    ("[sources]\nprivat = []\n", "'privat'", "private", (2, 1, 7)),
    ('[packages."x.example/a"]\nverson = "v1.0.0"\n', "'verson'", "version", (2, 1, 7)),
    ('packages."x.example/a".verson = "v1.0.0"\n', "'verson'", "version", (1, 1, 30)),
    ('[packages]\n"x.example/a" = { verson = "v1.0.0" }\n', "'verson'", "version", (2, 19, 25)),
    (WAIVER + "expire = 2027-01-31\n", "'expire'", "expires", (8, 1, 7)),
]


@pytest.mark.parametrize(("text", "word", "meant", "place"), UNKNOWN)
def test_an_unknown_key_gets_its_place_and_a_suggestion(
    text: str, word: str, meant: str, place: tuple[int, int, int]
) -> None:
    (fault,) = faults(text)
    assert word in fault.message
    assert fault.remedy == f"did you mean {meant!r}?"
    assert where(fault) == place


@pytest.mark.parametrize(
    ("key", "table"),
    [("name", "policy"), ("preset", "policy"), ("min_score", "policy"), ("fail_on", "policy"), ("private", "sources")],
)
def test_a_key_outside_of_its_table_is_told_where_it_belongs(key: str, table: str) -> None:
    (fault,) = faults(f"{key} = 1\n")
    assert fault.remedy == f"it belongs under [{table}]"


def test_a_key_of_one_table_in_another_is_only_unknown() -> None:
    (fault,) = faults("[sources]\nmin_score = 1\n")
    assert "belongs" not in fault.remedy


@pytest.mark.parametrize("version", ["1.8, 1.9", "1.*", "1.x", ">=v1 <v2", "||", "v1.0.0,", "^latest"])
def test_a_range_that_is_none_is_told_with_the_form_of_one(version: str) -> None:
    (fault,) = faults(f'[packages."x.example/a"]\nversion = "{version}"\n')
    assert fault.message.startswith("this is no version of a Go module: ")
    assert ">=v1.8.0, <v2" in fault.expected


@pytest.mark.parametrize("version", ["one", "latest", "v1.2.3.4"])
def test_what_is_neither_version_nor_range_is_told_without_that(version: str) -> None:
    (fault,) = faults(f'[packages."x.example/a"]\nversion = "{version}"\n')
    assert fault.remedy == ""


def test_a_list_of_expected_words_that_is_cut_says_so() -> None:
    (rule,) = faults('[rules]\nSM999 = "warn"\n')
    (level,) = faults('[rules]\nSM101 = "warm"\n')
    assert rule.expected.endswith(", …")
    assert not level.expected.endswith("…")


@pytest.mark.parametrize("header", ["[packages.github.com/gorilla/mux]", " [ packages . x.example/a ] # why"])
def test_a_module_path_without_quotes_is_shown_with_them(header: str) -> None:
    (fault,) = faults(f'[policy]\n{header}\nversion = "v1.0.0"\n')
    path = "github.com/gorilla/mux" if "gorilla" in header else "x.example/a"
    assert fault.remedy == f'put quotes around the module path: [packages."{path}"]'
    assert fault.line == 2


def test_all_faults_of_a_file_are_told_together() -> None:
    found = faults('[policy]\nmin_score = 200\nfail_on = "x"\n[rules]\nSM999 = "warn"\n[sources]\nprivate = 1\nx = 1\n')
    assert sorted((fault.line, fault.message.split(" '")[0]) for fault in found) == [
        (2, "this is no score"),
        (3, "there is no level"),
        (5, "there is no rule"),
        (7, "this is no list"),
        (8, "there is no key"),
    ]


def test_a_file_of_another_product_is_told_apart_from_a_misspelling() -> None:
    (fault,) = faults("ignoreRules = []\n")
    assert "another product" in fault.message
    assert where(fault) == (1, 1, 12)


def test_a_place_in_a_file_with_crlf_is_the_same() -> None:
    (fault,) = faults('[policy]\r\nname = "a"\r\nmin_score = 101\r\n')
    assert where(fault) == (3, 13, 16)
    assert fault.source_line == "min_score = 101"


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"[policy\n", "this is not TOML", (1, 8)),
        (b'[policy]\nname = "a\n', "this is not TOML", (2, 10)),
        (b"a = 1\na = 2\n", "this is not TOML", (2, 6)),
        (b"[policy]\nname = '\xff'\n", "the file is not UTF-8", (2, 9)),
        (b"# \xc3\xa9\nname = '\xc3\xa9\xff'\n", "the file is not UTF-8", (2, 10)),
        (b"\xef\xbb\xbf[policy]\n", "the file begins with a byte order mark", (1, 1)),
        (b"[policy]\n<<<<<<< HEAD\nname = 'a'\n", "the file holds an unresolved merge conflict", (2, 1)),
        (b"[policy]\nname = 'a\x00'\n", "this is not TOML", (2, 10)),
        (b"a = " + b"[" * 9000 + b"]" * 9000, "the file nests too deep", (1, 1)),
        (b"a = " + b"9" * 9000, "the file nests too deep, or holds a value that is too large", (1, 1)),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_place(data: bytes, message: str, place: tuple[int, int]) -> None:
    (fault,) = faults(data)
    assert fault.message.startswith(message)
    assert (fault.line, fault.column) == place


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_speaks_of_every_rule_that_is_no_alarm(name: str) -> None:
    from supplymatrix.engine.policy_source import presets

    policy = preset_policy(name, presets=presets())
    assert (policy.name, policy.preset) == (name, name)
    text = presets()[name].decode()
    for rule in ALL_RULES.values():
        family = family_of(rule.id)
        is_there = rule.level is not Level.ALARM and (family is None or family in policy.audits)
        assert (f"\n{rule.id} = " in text) is is_there


def test_an_unknown_preset_gets_a_suggestion() -> None:
    from supplymatrix.engine.policy_source import presets

    with pytest.raises(InputError) as caught:
        preset_policy("log-verifed", presets=presets())
    assert caught.value.diagnostics[0].remedy == "did you mean 'log-verified'?"


def test_a_preset_cannot_build_on_another() -> None:
    with pytest.raises(InputError, match="cannot build on another"):
        parse_policy(b'[policy]\npreset = "a"\n', "lift.toml", presets={"a": b'[policy]\npreset = "b"\n'})
