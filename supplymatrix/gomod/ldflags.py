r"""Secrets in the build settings that a program carries, found and taken out.

The go command records its flags as they were given: `-ldflags` with every `-X main.token=…`, and the flags for the C
compiler. Whoever has the program has them. A text is taken for a secret when its name says so (`main.apiToken`, and not
`main.tokenURL`), when it has a form that only secrets have (`ghp_…`), or when it is the password of an address.

    -X main.version=1.2 -X 'main.token=s3cret word'  →  -X main.version=1.2 -X 'main.token=[secret, 11 characters]'

No placeholder, version, date, address or path is one. What is a secret is nowhere in the answer, neither where
it was found nor where it stands again.

Source: Go cmd/internal/quoted, cmd/go/internal/load/flag.go, cmd/link -X.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from supplymatrix.model.program import SecretFlag
from supplymatrix.model.value import changed, value

__all__ = ["Settings", "names_a_secret", "split_flags", "without_secrets"]

Settings = tuple[tuple[str, str], ...]
"""Key and value of what was recorded."""

BY_NAME = "a name that says so"
MAX_SECRETS = 100
"""In one setting; where there are more, all of it is taken for one."""
MAX_LENGTH = 1 << 18
"""Characters of one setting; real ones have a few thousand. A longer one is hidden as a whole."""
MAX_TEXTS = 300
"""In all settings; where there are more, nothing of the settings is shown."""
_LONG_ENOUGH = 6  # characters of a text that is looked for in all settings; shorter ones are part of many words
_SHOWN = 20  # characters from which on digest and first four help nobody to guess the rest
_SPACE = " \t\n\r"
_QUOTES = "\"'\\"

_TELLING_WORDS = """
token tokens password passwords passwd passphrase passcode pwd pw secret secrets apikey apikeys apitoken apisecret
authtoken accesstoken bearertoken refreshtoken clientsecret appsecret secretkey accesskey privatekey privkey authkey
signingkey encryptionkey credential credentials creds cred pat dbpass dbpassword bearer authorization
licensekey licencekey
"""
_SECRETS = frozenset(_TELLING_WORDS.split())
_KEY_WORDS = """
access account aes api auth client cookie crypto deploy enc encrypt encryption hmac ingest jwt master private priv
secret licence license product service session shared sign signing ssh storage write
"""
_KEYS = frozenset(_KEY_WORDS.split())
"""What stands before "key" in the name of a secret one."""
_PASS_WORDS = "admin auth basic db default ftp mail master mongo mysql pg postgres proxy redis root smtp user"  # noqa: S105
_PASSES = frozenset(_PASS_WORDS.split())
"""What stands before "pass" in the name of a password; nothing may, too."""
_AUTHS = frozenset({"", "basic", "http", "proxy", "registry", "docker", "npm"})
_TRAILING_WORDS = """
b base bytes data default dev encoded hex live new old plain prod production raw stage staging str string test text
val value
"""
_TRAILING = frozenset(_TRAILING_WORDS.split())
"""Parts of a name that say nothing of what it names."""
_SEGMENT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_PLACEHOLDER_WORDS = """
change-me change_me changeit changeme default dev dummy empty example fake false fixme foo insecure invalid ldap
missing mock mtls n/a na nil no none not-set notset null oauth oauth2 off oidc on override passwd password placeholder
redacted replace-me replace_me replaceme saml sample secret secrets set-me tba tbd test testing todo token true
undefined unknown unset yes
"""
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())
_HOLE = re.compile(
    r"\$\{.*\}|\$\(.*\)|\$[A-Z_][A-Z0-9_]*|\{\{.*\}\}|<[^<>]*>|%[A-Z_]+%|@[A-Z_]+@|__[A-Z_]+__|\[secret,.*"
    r"|[*.xX…#_-]+|(?i:your|replace|insert|enter)[-_ ].*",
    re.DOTALL,
)
"""Where something else is put in before it is used."""
_NUMBER = re.compile(
    r"[vV]?[0-9][0-9._,]*(?:[-+][0-9A-Za-z.+-]*)?"  # a number, a version
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T_ ][0-9:.+\-Z]*)?|[0-9:.]+[smhd]?"
)
_PATH = re.compile(r"(?:/|\./|\.\./|~/)[a-z0-9._-]+(?:/[a-z0-9._-]+)*")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^@\s]*")
_PUBLIC = re.compile(r"-----BEGIN (?:[A-Z0-9 ]*PUBLIC KEY|CERTIFICATE)|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+) ")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")

_START = r"(?<![A-Za-z0-9_])"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("a GitHub token", _START + r"(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,255})"),
        ("a GitLab token", _START + r"gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|soat)-[A-Za-z0-9_.-]{20,300}"),
        ("a Slack token", _START + r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,300}"),
        ("a Slack webhook", r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,300}"),
        (
            "a Discord webhook",
            r"https://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]{10,30}/[A-Za-z0-9_-]{20,300}",
        ),
        ("a Telegram bot token", r"(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
        ("a key in an address", r"(?<=https://)[0-9a-f]{32}(?=@)"),
        ("a signature of Azure", r"(?<=[?&]sig=)[A-Za-z0-9%+/=_-]{20,200}"),
        ("a Stripe webhook secret", _START + r"whsec_[A-Za-z0-9+/=]{16,200}"),
        ("an AWS access key", _START + r"A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
        (
            "a Google key",
            _START + r"(?:AIza[0-9A-Za-z_-]{35}|GOCSPX-[0-9A-Za-z_-]{20,100}|ya29\.[0-9A-Za-z_-]{20,300})",
        ),
        ("a JSON Web Token", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
        ("a Stripe key", _START + r"[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"),
        ("an API key", _START + r"sk-(?=[a-z_-]{0,20}[A-Za-z]*[0-9])(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_-]{20,300}"),
        ("an npm token", _START + r"npm_[A-Za-z0-9]{36,}"),
        ("a PyPI token", _START + r"pypi-AgE[A-Za-z0-9_-]{20,500}"),
        ("a Docker token", _START + r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}"),
        ("a Hugging Face token", _START + r"hf_[A-Za-z]{30,}"),
        ("a SendGrid key", _START + r"SG\.[A-Za-z0-9_-]{16,100}\.[A-Za-z0-9_-]{16,100}"),
        ("a Vault token", _START + r"hv[sbr]\.[A-Za-z0-9_-]{20,300}"),
        ("a DigitalOcean token", _START + r"do[opr]_v1_[a-f0-9]{64}"),
        ("a private key", _START + r"AGE-SECRET-KEY-1[0-9A-Z]{20,}"),
    )
)
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_64 = re.compile(r"(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/]+=*")
_LOGIN = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s'\"/?#:@]{0,300}:([^\s'\"/?#]{1,500})@"
    r"|(?<![\w.-])[\w.-]{1,100}:([^\s'\"/@]{1,300})@(?:tcp|unix)\("
)
_PAIR = re.compile(r"(?<![\w.-])(?:-D|--?)?([A-Za-z_][\w.-]{0,200})=")
_PAIR_TEXT = re.compile(r"[^\s'\"&;]{0,4000}")
_FIELD_PAIR = re.compile(r"(?:-D|--?)?([A-Za-z_][\w./-]*)=(.*)", re.DOTALL)
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)")


@value
class _Found:
    """A text that looks like a secret, by its place in a setting's value."""

    start: int
    end: int
    name: str
    kind: str

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Orders by place; of one place the longest first, and a known form before a name."""
        return (self.start, -self.end, self.kind == BY_NAME)


def without_secrets(settings: Settings) -> tuple[Settings, tuple[SecretFlag, ...]]:
    """Return the settings with a marker in the place of each secret, and what is known of each, in their order."""
    found = [_secrets_of(key, text) for key, text in settings]
    texts = {text[one.start : one.end] for (_, text), ones in zip(settings, found, strict=True) for one in ones}
    if not texts:
        return settings, ()
    if len(texts) > MAX_TEXTS:
        found = [(_all_of(key, text, MAX_TEXTS),) for key, text in settings]
    hidden = () if len(texts) > MAX_TEXTS else tuple(sorted(text for text in texts if len(text) >= _LONG_ENOUGH))
    flags: list[SecretFlag] = []
    cleaned = []
    for (key, text), ones in zip(settings, found, strict=True):
        flags += [_flag(key, text[one.start : one.end], one, hidden) for one in ones]
        cleaned.append((key, _mark(text, [(one.start, one.end) for one in ones] + _places_of(hidden, text))))
    return tuple(cleaned), tuple(dict.fromkeys(flags))


def split_flags(text: str) -> tuple[tuple[int, int], ...]:
    """Return where each flag begins and ends in a list of them, quotes around it left out.

    A quote that nothing ends reaches to the end of the text: the go command would refuse it.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        if text[at] in _SPACE:
            at += 1
            continue
        if text[at] in "\"'":
            end = text.find(text[at], at + 1)
            end = len(text) if end < 0 else end
            spans.append((at + 1, end))
            at = end + 1
            continue
        end = at
        while end < len(text) and text[end] not in _SPACE:
            end += 1
        spans.append((at, end))
        at = end
    return tuple(spans)


def names_a_secret(name: str) -> bool:
    """Return whether a variable's name says that it holds a secret: "apiToken", "DB_PASSWORD", and not "tokenURL"."""
    last = re.split(r"[./]", name)[-1][-200:]
    parts = [part.lower() for part in _SEGMENT.findall(last)]
    while len(parts) > 1 and (parts[-1] in _TRAILING or parts[-1].isdigit()):
        parts.pop()
    if not parts:
        return False
    before = parts[-2] if len(parts) > 1 else ""
    return (
        parts[-1] in _SECRETS
        or (parts[-1] in ("key", "keys") and before in _KEYS)
        or (parts[-1] == "pass" and (not before or before in _PASSES))
        or (parts[-1] == "auth" and before in _AUTHS)
    )


def _is_harmless(text: str, name: str) -> bool:
    """Return whether what a telling name holds is no secret after all: a number is one, but for how many there are."""
    bare = text.strip(" \t\r\n\"'\\")
    if not bare or bare.lower() in _PLACEHOLDERS:
        return True
    if bare.isascii() and bare.isdigit():
        return len(bare) == 1 or name.lower().rstrip("0123456789").endswith("tokens")
    if any(pattern.fullmatch(bare) for pattern in (_HOLE, _NUMBER, _PATH, _ADDRESS)) or _PUBLIC.match(bare):
        return True
    return _VARIABLE.fullmatch(bare) is not None and names_a_secret(bare)


def _secrets_of(key: str, text: str) -> tuple[_Found, ...]:
    """Return the secrets of one setting, none inside of another one."""
    if len(text) > MAX_LENGTH:
        return (_Found(start=0, end=len(text), name=key, kind="a setting too long to be looked through"),)
    if names_a_secret(key) and not _is_harmless(text, key):
        return (_Found(start=0, end=len(text), name=key, kind=BY_NAME),)
    named = tuple(_by_fields(key, text))
    owner = _Owner(key, named)
    found = [one for one in named if one.kind]
    for one in chain(_by_form(text), _by_pair(text)):  # no further than to the limit
        found.append(one if one.name else changed(one, name=owner.of(one.start)))
        if len(found) > MAX_SECRETS:
            return (_all_of(key, text, MAX_SECRETS),)
    return tuple(_apart(found))


def _all_of(key: str, text: str, limit: int) -> _Found:
    return _Found(start=0, end=len(text), name=key, kind=f"more than {limit} of them")


class _Owner:
    """Which variable or flag a place of a setting belongs to; the setting itself where there is none."""

    def __init__(self, key: str, named: Sequence[_Found]) -> None:
        self._key = key
        self._named = sorted(named, key=lambda one: one.start)
        self._starts = [one.start for one in self._named]

    def of(self, place: int) -> str:
        number = bisect_right(self._starts, place) - 1
        if number >= 0 and place < self._named[number].end:
            return self._named[number].name
        return self._key


def _by_fields(key: str, text: str) -> Iterator[_Found]:
    """Yield each value that a flag gives to a name; with a kind where the name says that it is a secret."""
    begin = 0
    if key.startswith("-") and not text.lstrip(_SPACE).startswith("-"):
        begin = text.find("=") + 1  # a pattern of packages before the flags
    spans = [(start + begin, end + begin) for start, end in split_flags(text[begin:])]
    last = ""
    for start, end in spans:
        field = text[start:end]
        match = _FIELD_PAIR.fullmatch(field)
        if last in ("-X", "--X"):
            name, equals, _ = field.partition("=")
            if equals:
                yield _named(name, text, start + len(name) + 1, end)
        elif match and match[1] == "X":
            name, equals, _ = match[2].partition("=")
            if equals:
                yield _named(name, text, start + match.start(2) + len(name) + 1, end)
        elif match:
            yield _named(match[1], text, start + match.start(2), end)
        elif (flag := _FLAG.fullmatch(last)) and names_a_secret(flag[1]) and not field.startswith("-"):
            yield _named(flag[1], text, start, end)
        last = field


def _named(name: str, text: str, start: int, end: int) -> _Found:
    """Return a name's value without the quotes around it; one that begins with a quote goes on to the next."""
    while start < end and text[start] in _QUOTES:
        if text[start] != "\\":
            closing = text.find(text[start], start + 1)
            end = max(end, closing if closing >= 0 else len(text))
        start += 1
    while start < end and text[end - 1] in _QUOTES:
        end -= 1
    is_secret = names_a_secret(name) and not _is_harmless(text[start:end], name)
    return _Found(start=start, end=end, name=name, kind=BY_NAME if is_secret else "")


def _by_form(text: str) -> Iterator[_Found]:
    for kind, pattern in _FORMS:
        for match in pattern.finditer(text):
            yield _Found(start=match.start(), end=match.end(), name="", kind=kind)
    at = 0
    while head := _PEM.search(text, at):
        end = _PEM_END.search(text, head.end())
        at = end.end() if end else len(text)
        yield _Found(start=head.start(), end=at, name="", kind="a private key")
    for encoded in _PEM_64.finditer(text):
        if b"PRIVATE KEY" in _head_of(encoded[0]):
            yield _Found(start=encoded.start(), end=encoded.end(), name="", kind="a private key")
    for login in _LOGIN.finditer(text):
        group = 1 if login[1] is not None else 2
        if not _is_hole(login[group]):
            yield _Found(start=login.start(group), end=login.end(group), name="", kind="a password in an address")


def _is_hole(text: str) -> bool:
    return _HOLE.fullmatch(text) is not None or text.lower() in _PLACEHOLDERS


def _head_of(text: str) -> bytes:
    import base64

    return base64.b64decode(text[:80])


def _by_pair(text: str) -> Iterator[_Found]:
    """Yield what a telling name holds inside of a text: a connection string, the query of an address."""
    for match in _PAIR.finditer(text):
        if not names_a_secret(match[1]):
            continue
        text_of = _PAIR_TEXT.match(text, match.end())
        if text_of and not _is_harmless(text_of[0], match[1]):
            yield _Found(start=match.end(), end=text_of.end(), name=match[1], kind=BY_NAME)


def _apart(found: list[_Found]) -> Iterator[_Found]:
    """Yield what was found, with one for those that overlap: the longest, or the first, as far as they reach."""
    now: _Found | None = None
    for one in sorted(found, key=lambda one: one.rank):
        if now is None or one.start >= now.end:
            if now is not None:
                yield now
            now = one
        elif one.end > now.end:
            now = _Found(start=now.start, end=one.end, name=now.name, kind=now.kind)
    if now is not None:
        yield now


def _places_of(hidden: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return where any of the secrets stands in a text."""
    places: list[tuple[int, int]] = []
    for secret in hidden:
        at = text.find(secret)
        while at >= 0:
            places.append((at, at + len(secret)))
            at = text.find(secret, at + 1)
    return places


def _flag(setting: str, text: str, found: _Found, hidden: Sequence[str]) -> SecretFlag:
    return SecretFlag(
        setting=setting,
        name=_mark(found.name, _places_of(hidden, found.name)),
        kind=found.kind,
        prefix=text[:4] if len(text) >= _SHOWN else "",
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8] if len(text) >= _SHOWN else "",
        length=len(text),
    )


def _marker(length: int) -> str:
    return f"[secret, {length} characters]"


def _mark(text: str, places: list[tuple[int, int]]) -> str:
    """Return a text with a marker in these places, one for those that overlap."""
    pieces: list[str] = []
    at = 0
    merged: list[list[int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    for start, end in merged:
        pieces += [text[at:start], _marker(end - start)]
        at = end
    return "".join([*pieces, text[at:]])
