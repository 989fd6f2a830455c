r"""What looks like a secret: by a form that only secrets have, by the name that holds it, by its place in an address.

    >>> [(span.kind, span.name) for span in by_form("git clone https://ada:hunter2@git.corp.example/svc")]
    [('a password in an address', 'git.corp.example')]
    >>> names_a_secret("DB_PASSWORD"), names_a_secret("TOKEN_URL")
    (True, False)

What is to be filled in (`${TOKEN}`, `{{ .Token }}`, `<token>`, `***`), an everyday word, a number, a path, an address,
a public key or another name stands for a secret at most: `is_harmless`. The host of an address excuses nothing: a
password for localhost or for a name of documentation is one too, since behind a tunnel or a copied file it is real.

All searches take no more than a length in proportion to that of the text.

Source: the makers' own descriptions of their tokens; RFC 3986 section 3.2.1; RFC 7468; RFC 9110 section 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from supplymatrix.model.value import value

__all__ = [
    "BY_NAME", "Span", "by_form", "is_harmless", "is_hole", "is_like_a_token", "is_token_for_user", "names_a_secret",
    "netrc_spans",
]  # fmt: skip

BY_NAME = "a name that says so"

_TELLING_WORDS = """
token tokens password passwords passwd passphrase passcode pwd pw secret secrets apikey apikeys apitoken apisecret
authtoken accesstoken bearertoken refreshtoken clientsecret appsecret secretkey accesskey privatekey privkey authkey
signingkey encryptionkey credential credentials creds cred pat dbpass dbpassword bearer authorization
licensekey licencekey identitytoken registrytoken githubtoken gitlabtoken npmtoken dockerpassword dbpwd userpass
pgpassword mypassword sshpass
"""
_SECRETS = frozenset(_TELLING_WORDS.split())
_KEY_WORDS = """
access account aes api auth client cookie crypto deploy enc encrypt encryption hmac ingest jwt master private priv
secret licence license product service session shared sign signing ssh storage write
admin app datadog openai telemetry
"""
_KEYS = frozenset(_KEY_WORDS.split())
"""What stands before "key" in the name of a secret one."""
_PASS_WORDS = "admin docker auth basic db default ftp mail master mongo mysql pg postgres proxy redis root smtp user"  # noqa: S105
_PASSES = frozenset(_PASS_WORDS.split())
"""What stands before "pass" in the name of a password; nothing may, too."""
_AUTHS = frozenset({"", "basic", "http", "proxy", "registry", "docker", "npm", "rediscli", "github"})
_COUNTS = frozenset({"max", "min", "num", "number", "total", "count", "prompt", "completion", "input", "output"})
"""What stands before "tokens" where it is a number of them."""
_ELSE_WORDS = """
from use has need needs without no with is disable disabled enable enabled allow empty random require required prompt
existing pull ask show hide reset change forgot check verify validate rotate revoke delete list
"""
_ELSE = frozenset(_ELSE_WORDS.split())
"""What stands before the name of a secret where it says which one, whether there is one, or what is done with it."""
_FOLDER_NAMES = frozenset({"PWD", "OLDPWD"})
_TRAILING_WORDS = """
b base bytes data default dev encoded hex live new old plain prod production raw stage staging str string test text
val value
"""
_TRAILING = frozenset(_TRAILING_WORDS.split())
"""Parts of a name that say nothing of what it names."""
_SEGMENT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_PLACEHOLDER_WORDS = """
admin always bar baz include omit same-origin vagrant
change-me change_me changeit changeme default dev dummy empty example fake false fixme foo foobar
guest htpasswd ignored inherit insecure invalid ldap local localhost maven minio minioadmin missing mock mongo mtls
mysql n/a na never nil no none not-set notset null oauth oauth2 off oidc on optional override pass passwd password
placeholder postgres postgresql private public pwd rabbitmq read redacted redis replace-me replace_me replaceme required
root saml sample secret secrets set-me string tba tbd test tester testing todo token toor true undefined unknown unset
unused user username write x-access-token x-oauth-basic x-token yes
"""
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())
_PIECE = re.compile(
    r"\$\{\{[^\n]{0,500}?\}\}|\$\{[^{}\n]{0,500}\}|\$\([^()\n]{0,500}\)|\{\{[^\n]{0,500}?\}\}|#\{[^{}\n]{0,200}\}"
    r"|(?<![A-Za-z0-9])(?:\$(?:env|script|global):\w{1,100}|(?<![@!#%^&*])(?<![^\s\"'=:]\$)\$[A-Za-z_]\w{0,100}"
    r"|\$(?:[A-Z_][A-Z0-9_]{0,100}|[A-Za-z_]{1,100})|\$[0-9@*#?]"
    r"|<(?!(?=[a-z0-9]{0,60}[A-Z])(?=[A-Z0-9]{0,60}[a-z])(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9]{8,60}>)[^<>\n]{0,200}>"
    r"|%[A-Za-z_]{2,60}%|%\([A-Za-z_]{1,60}\)s|%[sqv]"
    r"|@[A-Z_]{2,60}@|__[A-Z_]{2,60}__|`[^`\n]{0,500}`|\[secret,[^\]\n]{0,60}\])(?![A-Za-z0-9])"
)
"""Where something else is put in before it is used."""
_CUT_PIECE = re.compile(r"\A(?i:bearer |basic |token )?(?:\$[({]|`|\{\{|\[secret,).*", re.DOTALL)
"""The same, of which the end is not here."""
_MASK = re.compile(r"[*.xX…•#_-]+|(.)\1{3,}", re.DOTALL)
_MADE_UP = re.compile(
    r"(?i)(?:your|replace|insert|enter|put|dummy|fake|example|sample|placeholder|mock|redacted|changeme|change-me|todo"
    r"|insecure|not-?a-?real)[-_ ].*|\[[a-z _-]{2,40}\]"
    r"|(?:test|dummy|fake|example|sample|mock)(?:token|secret|password|passwd|pass|key)s?"
    r"[0-9]{0,4}|(?:test|my|some|the|a|an)[-_ ][a-z_ -]*|.*[-_ ](?:goes-)?here",
    re.DOTALL,
)
_SCHEMES = frozenset({"bearer", "basic", "token", "digest", "apikey"})
_FALLBACK = re.compile(
    r"\|\|[ \t]{0,8}'([^'\n]{6,200})'|\bdefault[ \t]{1,8}\"([^\"\n]{6,200})\""
    r"|\$\(or [^,\n]{1,200},[ \t]{0,8}([^\s,$()]{6,200})\)"
)
"""What a workflow, a template or make takes where nothing is given."""
_MOST_ROUNDS = 8  # pieces within each other; real ones have two
_LEFT_OVER = 6  # letters and digits beside what is put in that may be a secret of their own
_NUMBER = re.compile(
    r"[vV]?[0-9]+[.,][0-9._,]*(?:[-+][0-9A-Za-z.+-]*)?|[vV]?[0-9]+(?:[-+][0-9A-Za-z.+-]{0,12})?"  # a number, a version
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T_ ][0-9:.+\-Z]*)?|[0-9:.]+[smhd]?"
)
_PATH = re.compile(
    r"(?:/|\./|\.\./|~/)[a-z0-9._-]+(?:/[a-z0-9._-]+)*|(?:/run|/var|/etc|/root|/home|/tmp|/mnt|/opt|/usr)/[\w./@+-]*"
    r"|[a-z_-]+(?:/[a-z_-]+)+|(?:[\w.-]+/)*[\w.-]+\.(?:txt|json|ya?ml|toml|env|pem|key|crt|cfg|conf|ini|gpg|asc|age|pub)",
    re.ASCII,
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^@\s]*")
_ELSEWHERE = re.compile(
    r"(?:vault|ssm|op|sm|arn|awssm|gcpsm|azkv|file|env|secretsmanager|ref\+\w+):\S+|projects/\S+/secrets/\S+"
    r"|ENC(?:RYPTED)?\[.*",
    re.DOTALL,
)
"""Where a secret is kept, or one that is encrypted."""
_PUBLIC = re.compile(r"-----BEGIN (?:[A-Z0-9 ]*PUBLIC KEY|CERTIFICATE)|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+) ")
_NO_WORDS = re.compile(r"(?i)(?:none|no|not)(?: [a-z]{2,20}){1,3}")
"""What says that there is none: "none needed"."""
_FINGERPRINT = re.compile(r"(?:0x)?(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40})|[\w.+-]{1,60}@[\w.-]{1,100}")
_SIGNING = re.compile(r"(?i)(?:sign(?:ing)?|gpg|pgp)[\w.-]{0,20}key")
_METAVAR = re.compile(r"[A-Z]{2,24}(?:[_-][A-Z]{1,24}){0,4}")
"""What a manual writes for a value: KEYID."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:[-_.][a-z]+)+")
_LONGEST = 4000  # characters of a text that is looked at closely

_START = r"(?<![A-Za-z0-9_])"
_B64 = r"[A-Za-z0-9_-]"
_FORMS: tuple[tuple[str, str, str], ...] = (
    (
        "a GitHub token",
        "ghp_ gho_ ghs_ ghu_ ghr_ github_pat_",
        _START + r"(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,255})",
    ),
    (
        "a GitLab token",
        "glpat- glptt- gldt- glrt- glcbt- glft- glimt- glagent- glsoat- glffct- gloas-",
        _START + r"gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|soat|ffct|oas)-[A-Za-z0-9_.-]{20,300}",
    ),
    ("a Slack token", "xox xapp-", _START + r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,300}"),
    (
        "a Slack webhook",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,300}",
    ),
    (
        "a Discord webhook",
        "/webhooks/",
        r"https://(?:[a-z]{1,20}\.)?discord(?:app)?\.com/api/(?:v[0-9]{1,3}/)?webhooks/[0-9]{10,30}/"
        + _B64
        + "{20,300}",
    ),
    ("a Telegram bot token", ":AA", r"(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    ("a key in an address", "https://", r"(?<=https://)[0-9a-f]{32}(?=@)"),
    ("a signature of Azure", "sig=", r"(?<=[?&]sig=)[A-Za-z0-9%+/=_-]{20,200}"),
    ("an account key of Azure", "AccountKey=", r"(?<=AccountKey=)[A-Za-z0-9+/]{80,100}={0,2}"),
    ("a Stripe webhook secret", "whsec_", _START + r"whsec_[A-Za-z0-9+/=]{16,200}"),
    ("an AWS access key", "AKIA ASIA ABIA", _START + r"A(?:KIA|SIA|BIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
    ("an AWS access key", "ABSK", _START + r"ABSK[A-Za-z0-9+/]{100,200}={0,2}"),
    (
        "a Google key",
        "AIza GOCSPX- ya29.",
        _START + r"(?:AIza[0-9A-Za-z_-]{35}|GOCSPX-[0-9A-Za-z_-]{20,100}|ya29\.[0-9A-Za-z_-]{20,300})",
    ),
    (
        "a JSON Web Token",
        "eyJ",
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,5000}\.[A-Za-z0-9_-]{8,5000}(?:\.[A-Za-z0-9_-]{0,5000})?",
    ),
    ("a Stripe key", "_live_ _test_", _START + r"[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"),
    (
        "an API key",
        "sk-",
        r"(?<![A-Za-z0-9_/])sk-(?=[a-z_-]{0,20}[A-Za-z]{0,300}[0-9])(?=[0-9_-]{0,300}[A-Za-z])[A-Za-z0-9_-]{20,300}",
    ),
    ("an npm token", "npm_", _START + r"npm_[A-Za-z0-9]{36,}"),
    ("a PyPI token", "pypi-AgE", _START + r"pypi-AgE[A-Za-z0-9_-]{20,500}"),
    ("a Docker token", "dckr_", _START + r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}"),
    ("a Hugging Face token", "hf_", _START + r"hf_[A-Za-z]{30,}"),
    ("a SendGrid key", "SG.", _START + r"SG\.[A-Za-z0-9_-]{16,100}\.[A-Za-z0-9_-]{16,100}"),
    ("a Vault token", "hvs. hvb. hvr.", _START + r"hv[sbr]\.[A-Za-z0-9_-]{20,300}"),
    ("a DigitalOcean token", "_v1_", _START + r"do[opr]_v1_[a-f0-9]{64}"),
    ("a Terraform token", ".atlasv1.", _START + r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{40,100}"),
    ("an Atlassian token", "ATATT3 ATBB ATCTT3", _START + r"(?:ATATT3|ATCTT3|ATBB)[A-Za-z0-9_=-]{20,300}"),
    ("a token of Artifactory", "AKCp cmVmdGtu", _START + r"(?:AKCp[0-9A-Za-z]{60,90}|cmVmdGtu[0-9A-Za-z]{40,80})"),
    ("a Grafana token", "glsa_ glc_", _START + r"(?:glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,400})"),
    ("a Sentry token", "sntry", _START + r"sntry[su]_[A-Za-z0-9+/=_-]{32,400}"),
    ("a Databricks token", "dapi", _START + r"dapi[0-9a-f]{32}(?:-[0-9])?(?![A-Za-z0-9])"),
    ("a CI token", "CCIPAT_ bkua_", _START + r"(?:CCIPAT_[A-Za-z0-9]{20,40}_[0-9a-f]{40}|bkua_[0-9a-f]{40})"),
    ("a RubyGems token", "rubygems_", _START + r"rubygems_[0-9a-f]{48}"),
    (
        "an API key",
        "lin_api_ NRAK- PMAK- dp.pt. pul- sbp_ nfp_ HRKU- shpat_ FlyV1",
        _START + r"(?:lin_api_|NRAK-|PMAK-|dp\.pt\.|pul-|sbp_|nfp_|HRKU-|shpat_|FlyV1 fm[12]_)[A-Za-z0-9_=+/-]{24,300}",
    ),
    (
        "an API key",
        "r8_ dp.s fo1_ fm2_ vcp_ pscale_ napi_ ntn_ figd_ tskey- pplx- gsk_ xai- sgp_ CLOJARS_ tfp_ pnu_ rdme_ hcaik_",
        _START + r"(?:r8_|dp\.s[ta]\.|fo1_|fm2_|vcp_|pscale_(?:tkn|pw|oauth)_|napi_|ntn_|figd_|tskey-|pplx-|gsk_|xai-"
        r"|sgp_|CLOJARS_|tfp_|pnu_|rdme_|hcaik_)(?=[A-Za-z._-]{0,100}[0-9])[A-Za-z0-9_.=+/-]{30,600}",
    ),
    ("an API key", "squ_ sqa_ sqp_", _START + r"sq[uap]_[0-9a-f]{40}(?![A-Za-z0-9])"),
    ("an API key", "sq0csp- sq0atp-", _START + r"sq0(?:csp|atp)-[A-Za-z0-9_-]{22,60}"),
    ("an API key", "shpss_ shpca_ shppa_", _START + r"shp(?:ss|ca|pa)_[0-9a-f]{32}"),
    ("an API key", "dt0c01.", _START + r"dt0[cs][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("an API key", "NRAL", _START + r"[0-9a-f]{36}NRAL(?![A-Za-z0-9])"),
    ("an API key", "-us", _START + r"[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),
    ("an API key", "key-", _START + r"key-[0-9a-f]{32}(?![A-Za-z0-9])"),
    ("a Twilio key", "SK", _START + r"SK[0-9a-f]{32}(?![A-Za-z0-9])"),
    ("an Airtable token", "pat", _START + r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    ("a secret of Azure", "8Q~", _START + r"[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34}"),
    ("a token of Azure DevOps", "JQQJ99", _START + r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}(?![A-Za-z0-9])"),
    ("a token of 1Password", "ops_eyJ", _START + r"ops_eyJ[A-Za-z0-9_=-]{100,2000}"),
    ("a private key", "AGE-SECRET-KEY-1", _START + r"AGE-SECRET-KEY-1[0-9A-Z]{20,}"),
)
"""Kind, what every text has of that holds one, and the expression."""
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"(?:[\s\"'`,+#/*]|\\[nrt]){0,40}(?:[A-Za-z0-9+/]{16}|Proc-Type:)")
_CODE = frozenset("[](){}$")
"""What no key has between its first line and its last, but code that writes one has."""
_NEAR = 200  # characters behind the first line of a key without a last one, in which its body begins
_PEM_64 = re.compile(r"(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/]+=*")
_SCHEME = (
    r"(?<![A-Za-z0-9+.-])(?!docker:|oci:|docker-daemon:|containers-storage:)"
    r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}://|https?:/(?!/))"  # of an address that was taken for a path, one slash is left
)
_NO_VERSION = r"(?!v[0-9]|sha256:|latest\b)"
_LOGIN = re.compile(_SCHEME + r"([^\s'\"/?#:@]{0,300}):([^\s'\"/?#]{0,500})@([^\s'\"/?#:@,|]{0,200})")
_SLASHED = re.compile(
    _SCHEME
    + r"([^\s'\"/?#:@\[]{0,300}):((?![0-9]{1,5}[/?#]|[{%<$(])[^\s'\"/?#@]{1,300}[/?#](?:(?!://)[^\s'\"@]){1,300})"
    rf"@{_NO_VERSION}([A-Za-z0-9\[][^\s'\"/?#:@,|]{{0,200}})"
)
_GOES_ON = re.compile(rf"(?:(?!://)[^\s'\"]){{0,500}}@{_NO_VERSION}([A-Za-z0-9\[][^\s'\"/?#:@,|]{{0,200}})")
_NO_PASSWORDS = frozenset({"", "oauth2", "token", "x", "x-oauth", "x-oauth-basic", "x-oauth-token", "x-token-auth"})
_TOKEN_LOGIN = re.compile(r"(?<=://)([A-Za-z0-9_~.%+-]{16,300})@([A-Za-z0-9.\[-][^\s'\"/?#:@,|]{0,200})")
_DSN_AT = re.compile(r"@(?:tcp|unix)\(")
_DSN = re.compile(r"(?<![\w.-])([\w.-]{1,100}):([^\s'\"/@]{1,300})\Z")
_HEADER = re.compile(
    r"(?i:authorization)[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?(?i:bearer|basic|token)[ \t]{1,8}([^\s'\"\\,;]{1,4000})"
    r"|(?i:private-token|job-token|deploy-token|x-vault-token|x-jfrog-art-api|x-api-key|x-auth-token)"
    r"[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?([^\s'\"\\,;]{1,4000})"
)
_SCRIPT_WORD = re.compile(r"[^ \t\r\n\"'<>|;&\\]+")
_NON_SPACE = re.compile(r"\S+")
_MACHINE = re.compile(r"(?<![\w.-])machine(?=[ \t\r\n\\])")
_NETRC_KEYS = frozenset({"login", "account", "password", "port"})
_WITH_WORD = _NETRC_KEYS | {"machine", "passwd", "macdef"}
_SHORTEST_IN_NETRC = 3
_NETRC_AHEAD = 1000  # characters behind "machine" in which its password is looked for
_NETRC_WORDS = 10
_WELL_KNOWN = "EXAMPLE"
"""In the keys that the manuals of AWS show."""
_NOT_MEANT = (_WELL_KNOWN, "...", "…", "\\x1b[", "\\033[", "\\e[")
"""In texts that are cut short, and in colours of a terminal."""


@value
class Span:
    """A text that looks like a secret, by its place in a longer one. name: of what holds it, or whose it is, "" where
    nothing says so. kind: why it looks like one."""

    start: int
    end: int
    kind: str
    name: str = ""

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Orders by place; of one place the longest first, and a known form before a name."""
        return (self.start, -self.end, self.kind == BY_NAME)


@lru_cache(maxsize=4096)
def names_a_secret(name: str) -> bool:
    """Return whether a variable's name says that it holds a secret: "apiToken", "DB_PASSWORD", and not "tokenURL"."""
    last = re.split(r"[./]", name)[-1][-200:]
    if last in _FOLDER_NAMES:
        return False
    parts = [part.lower() for part in _SEGMENT.findall(last)]
    while len(parts) > 1 and (parts[-1] in _TRAILING or parts[-1].isdigit()):
        parts.pop()
    if not parts:
        return False
    before = parts[-2] if len(parts) > 1 else ""
    if before in _ELSE or (parts[-1] == "tokens" and before in _COUNTS):
        return False
    return (
        parts[-1] in _SECRETS
        or (parts[-1] in ("key", "keys") and before in _KEYS)
        or (parts[-1] == "pass" and (not before or before in _PASSES))
        or (parts[-1] == "auth" and before in _AUTHS)
    )


def is_hole(text: str, *, in_use: bool = False) -> bool:
    """Return whether a text is no secret but a place for one, or a word that is written where one would be. in_use: it
    stands in a setting that holds as it is, where a word is a password, be it a bad one."""
    bare = text[:_LONGEST].strip()
    bare = bare[1:] if bare.startswith("\\$") else bare
    if any(not _is_a_word(found[found.lastindex or 0]) for found in _FALLBACK.finditer(bare)):
        return False  # what is taken where nothing is put in
    for _ in range(_MOST_ROUNDS):
        head = _PIECE.match(bare)
        if head and bare[head.end() : head.end() + 1] in ("/", "\\"):
            return True  # a path in a folder that a variable names
        left = _CUT_PIECE.sub("", _PIECE.sub("", bare))
        if left == bare:
            return _MASK.fullmatch(bare) is not None if in_use else _is_a_word(bare)
        words = [word for word in left.lower().split() if word not in _SCHEMES and word[-1] not in "=:"]
        rest, removed = _letters("".join(words)), _letters(bare) - _letters(left)
        if rest < _LEFT_OVER and rest <= 2 * removed:  # of "Q0:$1:7q" more stays than is put in
            return True
        bare, in_use = " ".join(words), False
    return False


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_a_word(bare: str) -> bool:
    """Return whether a text is one that manuals write where a secret would be."""
    return (
        bare.lower() in _PLACEHOLDERS
        or _MASK.fullmatch(bare) is not None
        or _MADE_UP.fullmatch(bare) is not None
        or any(mark in bare for mark in _NOT_MEANT)
    )


def is_harmless(text: str, name: str) -> bool:
    """Return whether what a telling name holds is no secret after all: a number is one, but for how many there are."""
    bare = text[:_LONGEST].strip(" \t\r\n\"'\\")
    if not bare or is_hole(bare) or any(mark in text for mark in _NOT_MEANT):
        return True
    if bare.isascii() and bare.isdigit():
        return len(bare) == 1 or name.lower().rstrip("0123456789").endswith("tokens")
    if _FINGERPRINT.fullmatch(bare) and _SIGNING.search(name):
        return True  # by which gpg knows a key
    if _NO_WORDS.fullmatch(bare):
        return True
    if any(pattern.fullmatch(bare) for pattern in (_NUMBER, _PATH, _ADDRESS, _ELSEWHERE, _METAVAR)) or _PUBLIC.match(
        bare
    ):
        return True
    return _VARIABLE.fullmatch(bare) is not None and names_a_secret(bare)


def is_like_a_token(text: str) -> bool:
    """Return whether a user's name in front of a host is rather a token: long, letters and digits, no name of people.

    An address with a token alone (`https://TOKEN@host`) has no password; `git`, `oauth2`, `x-access-token` are users.
    """
    bare = text.strip()
    if len(bare) < 16 or is_hole(bare) or "%40" in bare or bare.count(".") > 1:
        return False
    digits = sum(char.isdigit() for char in bare)
    return digits >= 3 and any(char.isalpha() for char in bare)


def is_token_for_user(user: str, password: str) -> bool:
    """Return whether a token stands in the place of a user's name, and a word or nothing in that of the password."""
    return password in _NO_PASSWORDS and is_like_a_token(user)


def by_form(text: str) -> Iterator[Span]:
    """Yield what has the form of a secret, wherever it stands: tokens, keys, passwords in addresses, headers, netrc."""
    for kind, hints, pattern in _FORMS:
        if any(hint in text for hint in _words(hints)):
            for match in _compiled(pattern).finditer(text):
                if not _is_made_up(match[0]):
                    yield Span(start=match.start(), end=match.end(), kind=kind)
    yield from _keys(text)
    if ":/" in text:
        yield from _logins(text)
    for at in _DSN_AT.finditer(text):
        start = max(0, at.start() - 401, text.rfind("@", 0, at.start()) + 1)
        found = _DSN.search(text[start : at.start()])
        if found and not is_hole(found[2]) and found[2] != found[1]:
            yield Span(start=start + found.start(2), end=at.start(), kind="a password in an address")
    for match in _HEADER.finditer(text):
        group = 1 if match[1] is not None else 2
        if len(match[group]) >= _LEFT_OVER and not is_harmless(match[group], ""):
            yield Span(start=match.start(group), end=match.end(group), kind="a token in a header")
    if "machine" in text:
        yield from netrc_spans(text)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return an expression, compiled when it is needed for the first time: most never are."""
    return re.compile(pattern)


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _is_made_up(text: str) -> bool:
    """Return whether a token is one of those that manuals show: EXAMPLE, or one character over and over."""
    return _WELL_KNOWN in text or len(set(text[-16:].lower())) < 3


def _keys(text: str) -> Iterator[Span]:
    head, end = _PEM.search(text), _PEM_END.search(text)
    while head:
        after = _PEM.search(text, head.end())
        limit = after.start() if after else len(text)
        while end and end.start() < head.end():
            end = _PEM_END.search(text, end.end())
        if end and end.start() < limit:
            is_one, stop = _is_key(text[head.end() : end.start()]), end.end()
        else:  # a text that speaks of such a line, or a key without its end
            is_one = _KEY_BODY.match(text, head.end(), min(limit, head.end() + _NEAR)) is not None
            stop = limit
        if is_one:
            yield Span(start=head.start(), end=stop, kind="a private key")
        head = after
    for encoded in _PEM_64.finditer(text):
        if b"PRIVATE KEY" in _head_of(encoded[0]):
            yield Span(start=encoded.start(), end=encoded.end(), kind="a private key")


def _is_key(body: str) -> bool:
    """Return whether something stands between the two lines of a key that may be one."""
    bare = body.replace("\\n", "").replace("\\r", "")
    return any(map(str.isalnum, bare)) and _CODE.isdisjoint(bare) and not is_hole(body)


def _logins(text: str) -> Iterator[Span]:
    for login in _LOGIN.finditer(text):
        if is_token_for_user(login[1], login[2]):
            yield Span(start=login.start(1), end=login.end(1), kind="a token in an address", name=login[3])
        elif login[2] and not is_hole(login[2]) and login[2] != login[1]:
            more = _GOES_ON.match(text, login.end())  # a password with an @ and a slash behind it
            end, host = (more.start(1) - 1, more[1]) if more else (login.end(2), login[3])
            host = host if "$" not in host else ""
            yield Span(start=login.start(2), end=end, kind="a password in an address", name=host)
    for login in _SLASHED.finditer(text):
        if any(map(str.isdigit, login[2])) and any(map(str.isalpha, login[2])) and not is_hole(login[2]):
            yield Span(start=login.start(2), end=login.end(2), kind="a password in an address", name=login[3])
    for login in _TOKEN_LOGIN.finditer(text):
        if is_like_a_token(login[1]):
            yield Span(start=login.start(1), end=login.end(1), kind="a token in an address", name=login[2])


def netrc_spans(text: str, *, whole: bool = False) -> Iterator[Span]:
    r"""Yield the passwords of a netrc file (whole), or of what a script writes into one, each with its machine.

    Between the words may stand ends of lines, `\n` as printf has it, and comments. "default" counts in a whole file.
    """
    if whole:
        yield from _of_netrc(text)
        return
    for head in _MACHINE.finditer(text):
        ahead = text[head.end() : head.end() + _NETRC_AHEAD]
        if "password" not in ahead:
            continue
        words = [(found.start(), found[0]) for found in islice(_netrc_words(ahead), _NETRC_WORDS)]
        machine, rest = (words[0][1] if words else "", words[1:])
        given = {}
        for (_, key), (start, word) in zip(rest[::2], rest[1::2], strict=False):
            if key not in _NETRC_KEYS or key in given:
                break
            given[key] = (head.end() + start, word)
        place, password = given.get("password", (0, ""))
        if len(password) >= _SHORTEST_IN_NETRC and "login" in given and not is_hole(password):
            yield Span(start=place, end=place + len(password), kind="a machine in .netrc", name=machine)


def _of_netrc(text: str) -> Iterator[Span]:
    """Yield the passwords of a whole file, as any of the programs that read one would: keywords in any case, a value
    on the line below, comments. A macro ends at an empty line. A word such as "changeme" is a password in it."""
    machine = user = key = ""
    in_macro, at, user_at = False, 0, 0
    for line in text.split("\n"):
        in_macro = in_macro and bool(line.strip())
        for found in () if in_macro else _NON_SPACE.finditer(line):
            word = found[0]
            if key == "machine":
                machine, user = word, ""
            elif key == "login":
                user, user_at = word, at + found.start()
            elif key in ("password", "passwd") and is_token_for_user(user, word):
                yield Span(start=user_at, end=user_at + len(user), kind="a token in .netrc", name=machine)
            elif key in ("password", "passwd") and not is_hole(word, in_use=True):
                place = at + found.start()
                yield Span(start=place, end=place + len(word), kind="a machine in .netrc", name=machine)
            elif not key and word.startswith("#"):
                break
            elif not key and word.lower() == "default":
                machine = "default"
                continue
            elif not key:
                key = word.lower() if word.lower() in _WITH_WORD else ""
                continue
            in_macro = in_macro or key == "macdef"
            key = ""
            if in_macro:
                break
        at += len(line) + 1


def _netrc_words(text: str) -> Iterator[re.Match[str]]:
    return _SCRIPT_WORD.finditer(text.replace("\\n", "  ").replace("\\t", "  "))


def _head_of(text: str) -> bytes:
    import base64

    bare = text[:80].rstrip("=")
    return base64.b64decode(bare[: len(bare) // 4 * 4])
