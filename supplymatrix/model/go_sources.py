"""Where the go command takes modules from, whom it tells which names, and what in settings and files gives secrets
away. No value here holds a secret."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = [
    "CREDENTIALS_WANTED", "IN_PROGRAM", "Asked", "Credential", "CredentialsSought", "EffectiveSetting",
    "NameSent", "RiskySetting", "SendReason", "SettingRisk", "Width",
]  # fmt: skip

CREDENTIALS_WANTED = "credentials in "
"""With this begins what the gaps of a search for credentials wanted."""
IN_PROGRAM = "program"
"""The origin of credentials that a program recorded of its build."""


@value
class EffectiveSetting:
    """A setting of the go command as it holds for a project. name: "GOPROXY". shown: its value without secrets, "" for
    none. origin: "environment", "go env file", "GOROOT's go.env", "default of Go", "implied by GOPRIVATE",
    "Dockerfile", a CI file. file: which, "" for none. overridden: (origin, shown) of what it goes before, nearest
    first. location: where it stands in a file of the project, artifact "" elsewhere. context: "" = this machine; else
    the build file and stage, or CI job, whose settings these are. unknown: why nobody knows the value here, such as
    that it is given at build time; "" where it is known."""

    name: str
    shown: str
    origin: str
    location: Location
    file: str = ""
    overridden: tuple[tuple[str, str], ...] = ()
    context: str = ""
    unknown: str = ""


class Asked(StrEnum):
    """What kind of server is asked."""

    PROXY = "module proxy"
    LOG = "checksum log"
    LOG_VIA_PROXY = "checksum log through the proxy"
    VCS = "version control"
    GO_GET_PAGE = "go-get page"


class SendReason(StrEnum):
    """Why a module is fetched, and so its name told."""

    REQUIRED = "required in go.mod"
    GRAPH = "in the module graph"
    IMPORTED = "imported, in no required module"
    TOOLCHAIN = "toolchain"
    TOOL = "tool"


@value
class NameSent:
    """A module name that a host gets to know when the go command fetches what a project needs, before it happens.

    name: module path, or for an import in no module a prefix of the package path. version: "" where none is sent.
    host: as shown, without userinfo ("proxy.corp.example"). asked: what it is there. reason. is_sure: it is asked in
    any case; else `when` says in words after what ("the proxy before it answers 404 or 410"). requests: kinds of
    requests (".info", ".mod", ".zip", "@v/list", "@latest", "lookup", "?go-get=1", "git ls-remote"). is_private:
    GOPRIVATE or the policy says that it should not go there; private_by: who says so. Where is_private is false,
    private_by says why it may be private all the same: a rule of thumb, which nobody has confirmed. location: of the
    require or import.
    """

    name: str
    version: str
    host: str
    asked: Asked
    reason: SendReason
    location: Location
    is_sure: bool = True
    when: str = ""
    requests: tuple[str, ...] = ()
    is_private: bool = False
    private_by: str = ""
    context: str = ""

    @property
    def may_be_private(self) -> bool:
        """Whether it is private, or may be."""
        return bool(self.private_by)


class Width(StrEnum):
    """For how much a setting holds."""

    ALL = "everything"
    DOMAIN = "a whole domain"
    PATH = "one path"


class SettingRisk(StrEnum):
    """What is wrong with a setting."""

    LOG_OFF = "no checksum log"
    LOG_PART = "no checksum log for some modules"
    INSECURE = "no TLS, no certificates checked"
    PLAIN_HTTP = "plain http"
    ANY_VCS = "every version control tool"
    FALLS_THROUGH = "falls through on any error"
    DIRECT = "fetches from version control directly"
    FOREIGN_LOG = "another checksum log"
    PROXY_OVERRIDES = "GONOPROXY takes GOPRIVATE back"
    AUTH_PROGRAM = "a program gives out credentials"
    REMOVED_FLAG = "a flag that Go has no more"
    SUM_IGNORED = "go.sum is not kept"
    MOD_WRITTEN = "builds may write go.mod"
    COVERS_NOTHING = "an entry that covers nothing"


@value
class RiskySetting:
    """One setting that weakens how modules are fetched or checked. setting: "GONOSUMDB"; shown: its value without
    secrets; pattern: the part of it that matters. width: for how much it holds. words: what follows, in a sentence."""

    setting: str
    shown: str
    risk: SettingRisk
    width: Width
    words: str
    location: Location
    pattern: str = ""
    origin: str = ""
    context: str = ""


@value
class Credential:
    """Something that looks like a credential in a setting or a file; the credential itself is nowhere.

    kind: "password in an address", "GitHub token", "machine in .netrc", "ARG that is a secret". where: how it is there
    ("GOPROXY", "url.*.insteadOf", "ENV", "-ldflags -X main.token", "step env"). name: of the variable, machine or key,
    never the secret. prefix: its first four characters and digest: the first 8 hex digits of its SHA-256, both "" where
    it has less than twenty characters, for which they would help to guess it. length: of it. origin: as of a setting,
    where it is no file of the project. is_committed: whether git tracks the file, None = nobody can say, or its text is
    not in it. is_readable: others on this machine may read the file, None = does not apply. is_shipped: it goes into an
    image or a program, so that whoever has that has it too. is_sure: it has a form that only credentials have; else its
    name says so.
    """

    kind: str
    where: str
    location: Location
    name: str = ""
    prefix: str = ""
    digest: str = ""
    length: int = 0
    origin: str = ""
    is_committed: bool | None = None
    is_readable: bool | None = None
    advice: str = ""
    is_shipped: bool = False
    is_sure: bool = True


@value
class CredentialsSought:
    """Where credentials were looked for. place: "the project's files", "the settings of git". looked: files or settings
    that were looked at; found: credentials in them."""

    place: str
    looked: int
    found: int
