"""Secrets in build settings are found by name, form and place, taken out everywhere, and nothing else is."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.ldflags import MAX_SECRETS, MAX_TEXTS, names_a_secret, split_flags, without_secrets
from supplymatrix.model.program import SecretFlag

GITHUB = "ghp_" + "a1B2" * 9
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"


def _flags(text: str, key: str = "-ldflags") -> tuple[str, tuple[SecretFlag, ...]]:
    settings, flags = without_secrets(((key, text),))
    return settings[0][1], flags


@pytest.mark.parametrize(
    ("text", "cleaned", "name"),
    [
        ("-s -X main.token=s3cr3t -w", "-s -X main.token=[secret, 6 characters] -w", "main.token"),
        ("-X=main.apiKey=s3cr3t", "-X=main.apiKey=[secret, 6 characters]", "main.apiKey"),
        ("--X a.example/b.DB_PASSWORD=s3c=r3t", "--X a.example/b.DB_PASSWORD=[secret, 7 characters]",
         "a.example/b.DB_PASSWORD"),
        ("-X 'main.secret=two words'", "-X 'main.secret=[secret, 9 characters]'", "main.secret"),
        ('-X "main.secret=two words"', '-X "main.secret=[secret, 9 characters]"', "main.secret"),
        ("-X main.secret='two words' -w", "-X main.secret='[secret, 9 characters]' -w", "main.secret"),
        ("-X 'main.secret=never ends", "-X 'main.secret=[secret, 10 characters]", "main.secret"),
        ("-X main.pass=hunter2", "-X main.pass=[secret, 7 characters]", "main.pass"),
        ("-X main.bearer=hunter2", "-X main.bearer=[secret, 7 characters]", "main.bearer"),
        ("-X main.auth=hunter2", "-X main.auth=[secret, 7 characters]", "main.auth"),
        ("-X main.apiToken=12345678", "-X main.apiToken=[secret, 8 characters]", "main.apiToken"),
        ("-X main.licenseKey=ABCD-1234", "-X main.licenseKey=[secret, 9 characters]", "main.licenseKey"),
        ("-X main.a=whsec_0123456789abcdef0123", "-X main.a=[secret, 26 characters]", "main.a"),
        ("-X main.a=https://x.example/b?sv=1&sig=0123456789abcdef0123%3D",
         "-X main.a=https://x.example/b?sv=1&sig=[secret, 23 characters]", "main.a"),
        ("all=-X main.password=hunter2", "all=-X main.password=[secret, 7 characters]", "main.password"),
        ("a.example/... = -X main.pat=hunter2", "a.example/... = -X main.pat=[secret, 7 characters]", "main.pat"),
        (f"-X main.x={GITHUB}", "-X main.x=[secret, 40 characters]", "main.x"),
        (f"-X main.x=Bearer:{JWT}", f"-X main.x=Bearer:[secret, {len(JWT)} characters]", "main.x"),
        (f"-X 'main.x={KEY}' -w", f"-X 'main.x=[secret, {len(KEY)} characters]' -w", "main.x"),
        ("-X main.url=https://ada:pa@ss@db.example/x", "-X main.url=https://ada:[secret, 5 characters]@db.example/x",
         "main.url"),
        ("-X main.dsn=root:hunter2@tcp(db.example)/x", "-X main.dsn=root:[secret, 7 characters]@tcp(db.example)/x",
         "main.dsn"),
        ("-X 'main.dsn=host=db password=hun,ter2 user=ada'",
         "-X 'main.dsn=host=db password=[secret, 8 characters] user=ada'", "password"),
        ("-X main.hook=https://a.example/?token=hunter2&v=1",
         "-X main.hook=https://a.example/?token=[secret, 7 characters]&v=1", "token"),
        ("-extldflags '-L/x -DAPI_TOKEN=hunter2'", "-extldflags '-L/x -DAPI_TOKEN=[secret, 7 characters]'",
         "API_TOKEN"),
    ],
)  # fmt: skip
def test_a_secret_is_found_named_and_taken_out(text: str, cleaned: str, name: str) -> None:
    shown, flags = _flags(text)
    assert (shown, [flag.name for flag in flags]) == (cleaned, [name])
    assert _flags(shown) == (shown, ())


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("CGO_CFLAGS", '-O2 -g -DTOKEN=\\"hunter2\\"'),
        ("CGO_LDFLAGS", "-L/usr/lib --api-token hunter2 -lm"),
        ("-gcflags", "all=-N -password=hunter2"),
        ("-tags", "netgo,glpat-hunter2hunter2hunter2"),
        ("SIGNING_KEY", "hunter2"),
    ],
)
def test_every_setting_is_read(key: str, text: str) -> None:
    shown, flags = _flags(text, key)
    assert "hunter2" not in shown
    assert [flag.setting for flag in flags] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "-s -w -extldflags '-static'",
        "all=-N -l",
        "-X main.version=v1.2.3-rc.1 -X main.date=2026-11-26T10:54:20Z -X main.builtBy=ada",
        "-X main.commit=6442939c0ffee6442939c0ffee6442939c0ffee0 -X main.revision=6442939",
        "-X main.tokenURL=https://id.example/token -X main.passwordFile=hunter2 -X main.secretName=hunter2",
        "-X main.keyPrefix=hunter2 -X main.publicKey=hunter2 -X main.tokenizer=hunter2 -X main.pattern=hunter2",
        "-X main.token=${TOKEN} -X main.password=$PASSWORD -X main.secret=<secret> -X main.pat=*** -X main.pwd=",
        "-X main.token={{.Token}} -X main.apiKey=changeme -X main.password=your-password -X main.creds=GITHUB_TOKEN",
        "-X main.token=true -X main.tokens=4096 -X main.secret=1.2.3 -X main.password=/run/secrets/password",
        "-X main.token=https://id.example/token",
        "-X main.url=https://a.example:8080/b@v1.2.3 -X main.repo=ssh://git@a.example/b",
        "-X main.url=https://ada:${PASSWORD}@a.example",
        "-X 'main.key=-----BEGIN PUBLIC KEY-----'",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert _flags(text) == (text, ())


@pytest.mark.parametrize("length", [19, 20])
def test_of_a_short_secret_nothing_is_told_that_helps_to_guess_it(length: int) -> None:
    (flag,) = _flags(f"-X main.token={'aB3' * 10}"[: 14 + length])[1]
    assert (flag.length, flag.prefix, len(flag.digest)) == (length, "aB3a" if length == 20 else "", 8 * (length == 20))


def test_a_webhook_of_discord_is_a_secret() -> None:
    shown, flags = _flags("-X main.hook=https://discord.com/api/webhooks/123456789012345678/" + "aB3-_" * 12)
    assert [flag.kind for flag in flags] == ["a Discord webhook"]
    assert "aB3" not in shown


@pytest.mark.parametrize(
    "text", ["-X main.auth=oauth2", "-X main.authMode=basic", "-X main.tokens=4096", "-X main.pass=1"]
)
def test_a_way_or_a_number_of_something_is_no_secret(text: str) -> None:
    assert _flags(text)[1] == ()


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("token", True), ("main.Token", True), ("githubToken", True), ("GITHUB_TOKEN", True), ("api-key", True),
        ("APIKey", True), ("apiKey2", True), ("dbPass", True), ("tokenValue", True), ("PASSWORD_B64", True),
        ("clientSecret", True), ("awsSecretAccessKey", True), ("x.example/secret.Name", False), ("bypass", False),
        ("tokenURL", False), ("passwordFile", False), ("key", False), ("publicKey", False), ("compat", False),
        ("passwordPolicy", False), ("secretStoreName", False), ("", False), ("...", False), ("2", False),
    ],
)  # fmt: skip
def test_a_name_says_so_by_its_whole_last_words(name: str, is_one: bool) -> None:
    assert names_a_secret(name) is is_one


def test_a_secret_is_known_by_four_characters_and_a_digest() -> None:
    _, (flag,) = _flags(f"-X main.token={GITHUB}")
    assert flag == SecretFlag(
        setting="-ldflags",
        name="main.token",
        kind="a GitHub token",
        prefix="ghp_",
        digest=hashlib.sha256(GITHUB.encode()).hexdigest()[:8],
        length=40,
    )
    _, (short,) = _flags("-X main.token=hunter2")
    assert (short.prefix, short.kind) == ("", "a name that says so")


def test_a_secret_is_taken_out_wherever_it_stands_again() -> None:
    settings, flags = without_secrets((("-tags", "a,hunter2,b"), ("-ldflags", "-X main.token=hunter2")))
    assert settings[0] == ("-tags", "a,[secret, 7 characters],b")
    assert len(flags) == 1
    _, flags = _flags(f"-X main.{GITHUB}={GITHUB}")
    assert all(GITHUB not in flag.name for flag in flags)


def test_where_there_are_too_many_nothing_is_shown() -> None:
    shown, flags = _flags(" ".join(f"-X a{'b' * n}.token=hunter{n}x" for n in range(MAX_SECRETS + 2)))
    assert shown.startswith("[secret, ")
    assert [flag.kind for flag in flags] == [f"more than {MAX_SECRETS} of them"]
    settings, _ = without_secrets(
        (("GOOS", "linux"), *(("-ldflags", f"-X main.token=hunter{n}x") for n in range(MAX_TEXTS + 1)))
    )
    assert all(text.startswith("[secret, ") for _, text in settings)


_TEXT = st.text(st.characters(codec=None, exclude_characters="[],'\"\\ \t\r\n"), min_size=6, max_size=30)


@given(st.lists(_TEXT, min_size=1, max_size=3), st.sampled_from(["-ldflags", "CGO_CFLAGS"]), st.booleans())
def test_no_secret_is_left(texts: list[str], key: str, is_quoted: bool) -> None:
    quote = "'" if is_quoted else ""
    line = " ".join(f"-X {quote}main.token=Q{text}7q{quote} -X main.other=x{text}" for text in texts)
    settings, flags = without_secrets(((key, line), ("-tags", ",".join(f"Q{text}7q" for text in texts))))
    shown = repr((settings, [flag.name for flag in flags]))
    assert len(flags) >= 1
    for text in texts:
        assert f"Q{text}7q" not in "\n".join(value for _, value in settings)
        assert repr(f"Q{text}7q")[1:-1] not in shown


@given(st.text(st.sampled_from("-XD =m.token'\"\\\n\tpa:/@ghp_eyJ.0A"), max_size=80))
def test_any_text_is_read_and_what_is_left_has_no_more_secrets_than_before(text: str) -> None:
    settings, flags = without_secrets((("-ldflags", text),))
    assert (settings == (("-ldflags", text),)) is (not flags)
    assert all(0 <= start <= end <= len(text) for start, end in split_flags(text))


@pytest.mark.parametrize(
    "piece", ["-X main.token=", "'", "eyJa-", "-----BEGIN PRIVATE KEY-----", "a://b:", "ghp_", "glpat-", "=", "x=y "]
)
def test_a_long_text_takes_no_more_than_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    shown, flags = _flags(text)
    assert (shown == text) is (not flags)


@pytest.mark.parametrize(
    "flag",
    [
        "main.pw=hunter2hunter2",
        "main.dbPw=hunter2hunter2",
        "main.masterPass=hunter2hunter2",
        "main.encKey=9f8e7d6c5b4a39281706",
        "main.bot=123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
        "main.dsn=https://0123456789abcdef0123456789abcdef@errors.example/1",
    ],
)
def test_names_and_forms_that_people_use_are_known(flag: str) -> None:
    (((_, text),), secrets) = without_secrets((("-ldflags", f"-X {flag}"),))
    assert len(secrets) == 1
    assert flag.rpartition("=")[2] not in text


def test_the_limit_of_secrets_ends_the_search() -> None:
    (((_, text),), secrets) = without_secrets((("-ldflags", "password=" * 20_000),))
    assert len(secrets) == 1
    assert "more than" in secrets[0].kind
    assert len(text) < 100
