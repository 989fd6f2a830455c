"""A credential as a fact: its kind, its place, what to do about it, and nothing of the credential itself.

Of one with at least twenty characters four are told, and eight hex digits of its SHA-256, by which its owner can tell
which one it is and nobody can guess the rest.
"""

from __future__ import annotations

import hashlib

from supplymatrix.documents.secret_forms import BY_NAME
from supplymatrix.documents.secret_text import blotted
from supplymatrix.model.go_sources import Credential
from supplymatrix.model.location import Location
from supplymatrix.privacy.credential_places import FileKind

__all__ = [
    "ANY_NAME",
    "COPIED",
    "IN_ARG",
    "IN_ENV",
    "IN_NETRC",
    "credential_of",
    "for_file",
    "for_given",
    "for_setting",
    "kind_of",
]

ANY_NAME = "secret by its name"
IN_ARG = "ARG that is a secret"
IN_ENV = "ENV that is a secret"
IN_NETRC = "machine in .netrc"
COPIED = "file with credentials in an image"
_SHOWN = 20  # characters from which on the first four and the digest help nobody to guess the rest
_LONGEST_NAME = 120
_REVOKE = "make it worthless where it counts"
_MOUNT = "give it to RUN by --mount=type=secret"
_ADVICE = {
    FileKind.GO: "and take it out: the go command gets credentials from GOAUTH or a .netrc outside of the tree",
    FileKind.ENV: "and keep it out of the tree: set it where the program runs, from a store of secrets",
    FileKind.NETRC: "and move the file to the home folder, readable by nobody else (chmod 600)",
    FileKind.GIT_CREDENTIALS: "and take the file out of the tree; a credential helper keeps such things encrypted",
    FileKind.GIT_CONFIG: "and use a credential helper or a .netrc instead: whoever may read the settings has it",
    FileKind.DOCKERFILE: "and give it to RUN by --mount=type=secret: ARG, ENV and files stay in the image's history",
    FileKind.CI: "and keep it in the CI system's store of secrets, by whose name the file speaks of it",
    FileKind.YAML: "and let the file name a variable or a secret of the system that runs it",
    FileKind.MAKE: "and read it from the environment, or from a file outside of the tree",
    FileKind.SCRIPT: "and read it from the environment, or from a file outside of the tree",
    FileKind.SETTINGS: "and let the file name a variable, or a store of secrets",
}
_LINKED = "and give it to the program when it runs: what -X sets is in the program, for whoever has it"


def kind_of(kind: str) -> str:
    """Return the kind of a span as facts have it: "GitHub token" of "a GitHub token"."""
    return ANY_NAME if kind == BY_NAME else kind.removeprefix("an ").removeprefix("a ")


def credential_of(
    secret: str,
    *,
    kind: str,
    where: str,
    location: Location,
    name: str = "",
    origin: str = "",
    advice: str = "",
    is_shipped: bool = False,
    is_sure: bool = True,
) -> Credential:
    """Return what may be told of a credential. secret: "" where only its place is known."""
    is_long = len(secret) >= _SHOWN
    return Credential(
        kind=kind,
        where=_without(where, secret),
        location=location,
        name=_without(name, secret),
        prefix=secret[:4] if is_long else "",
        digest=hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:8] if is_long else "",
        length=len(secret),
        origin=origin,
        advice=advice,
        is_shipped=is_shipped,
        is_sure=is_sure,
    )


def _without(text: str, secret: str) -> str:
    """Return a name in which nothing is left that is, or looks like, a secret."""
    cut = text.replace(secret, "…") if len(secret) >= 4 else text
    return blotted(cut)[:_LONGEST_NAME]


def for_file(kind: FileKind, where: str) -> str:
    """Return what to do about a credential in a file."""
    return f"{_REVOKE}, {_LINKED if where.startswith('-ldflags') else _ADVICE[kind]}"


def for_given(kind: str) -> str:
    """Return what to do about what a Dockerfile gives away although its text is not there."""
    if kind == COPIED:
        return f"{_MOUNT}: a copied file stays in the image, also where it is removed later"
    return f"{_MOUNT}: its value is not here, and what is given for it stays in the image's history"


def for_setting(name: str) -> str:
    """Return what to do about a credential in a setting of the go command, or in one that it goes by."""
    if name == "GOAUTH":
        return f"{_REVOKE}, and let the command read it from a file or a store: whoever lists processes sees arguments"
    if name == "GOFLAGS":
        return f"{_REVOKE}, {_LINKED}"
    if name in ("GOPROXY", "GOSUMDB"):
        return f"{_REVOKE}, and take it out of the address: GOAUTH or a .netrc (chmod 600) gives it for the host"
    return f"{_REVOKE}, and keep it in a store of secrets that hands it over when it is needed"
