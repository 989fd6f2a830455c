"""Reads [signatures] of a lift.toml.

[signatures]
require = ["signature", "provenance"]
signers = [{ identity = "https://github.com/org/app/.github/workflows/release.yml@refs/heads/main",
             issuer = "https://token.actions.githubusercontent.com" }, { key = "keys/release.pub", log = false }]
builders = ["https://github.com/slsa-framework/slsa-github-generator/*"]
slsa_level = 3
source = "https://github.com/org/app"

publishers = true
allowed_signers = "keys/publishers"

[[signatures.artifact]]
path = "dist/app"

Files are read by whoever puts the policy together: here only their places are looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from supplymatrix.documents.toml_spans import KeyPath
from supplymatrix.errors import InputError
from supplymatrix.model.predicates import PREDICATE_KINDS, parse_kind
from supplymatrix.policy.grammar import ARTIFACT_KEYS, BUILDER_KEYS, SIGNATURE_KEYS, SIGNER_KEYS
from supplymatrix.policy.reading import Reading
from supplymatrix.policy.signature_terms import (
    ANY_BUILDER,
    SIGNATURE,
    ArtifactRule,
    BuilderRule,
    SignatureRule,
    SignerRule,
    SigningFile,
)

__all__ = ["read_pairs", "read_require", "read_signatures"]

_SECTION = "signatures"
_LONGEST = 1_000
_LEVELS = (1, 3)
_SOURCE = re.compile(r"https://[^\s/@]+/\S+")
_WHO = ("identity", "identity_regexp", "key", "vendor")
_OUTSIDE = "a path from here on, which does not lead out of this folder: no / in front, no .."
_KINDS = f"signature, or a kind of attestation: {', '.join(sorted(PREDICATE_KINDS))}, or a predicate type"
_BUILDER = 'an id, e.g. "https://github.com/slsa-framework/slsa-github-generator/*", or { key = …, id = … }'
_SIGNER = "{ identity = …, issuer = … }, { key = … } or { vendor = … }"


def read_signatures(read: Reading, number: int) -> SignatureRule | None:
    """Return what a file says of signatures; None where it has no such section. number: of the file."""
    if _SECTION not in read.toml.values:
        return None
    table, path = read.table(_SECTION, SIGNATURE_KEYS), (_SECTION,)
    rule = SignatureRule(
        location=read.key_at(path),
        require=read_require(read, (*path, "require"), table),
        signers=_signers(read, (*path, "signers"), table),
        builders=_builders(read, (*path, "builders"), table),
        slsa_level=read.number((*path, "slsa_level"), table, *_LEVELS, "this is no SLSA Build level"),
        source=_source(read, (*path, "source"), table),
        trusted_root=_file(read, (*path, "trusted_root"), table),
        max_root_age=read.days((*path, "max_root_age"), table),
        publishers=_flag(read, (*path, "publishers"), table),
        allowed_signers=_file(read, (*path, "allowed_signers"), table),
        keyring=_file(read, (*path, "keyring"), table),
        artifacts=tuple(_artifacts(read, (*path, "artifact"), table)),
        places={key: read.value_at((*path, key)) for key in table},
        layer=number,
    )
    if "trusted_root" in table and "max_root_age" in table:
        message = "a trusted root of one's own has no date of which its age could be told"
        read.fault((*path, "max_root_age"), message, "one of the two", at_key=True)
    return rule


def read_require(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the kinds that a list requires, None where there is none."""
    if str(path[-1]) not in table:
        return None
    found: dict[str, None] = {}
    for where, text in read.texts(path, table, "this names nothing that can be required", _KINDS):
        try:
            found[text if text == SIGNATURE else parse_kind(text)] = None
        except InputError:
            read.unknown(where, "kind of attestation", text, (SIGNATURE, *sorted(PREDICATE_KINDS)))
    if table[str(path[-1])] == []:
        read.fault(path, "this requires nothing", _KINDS)
    return tuple(found)


def read_pairs(read: Reading, path: KeyPath, table: Mapping[str, Any], example: str) -> tuple[tuple[str, str], ...]:
    """Return the names and texts of a table in a table, sorted."""
    value = table.get(str(path[-1]), {})
    if not isinstance(value, dict):
        read.fault(path, "this is no table", example)
        return ()
    found = []
    for name, text in value.items():
        if isinstance(text, str) and text:
            found.append((str(name), text))
        else:
            read.fault((*path, name), "this is no text", example)
    return tuple(sorted(found))


def _signers(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> tuple[SignerRule, ...] | None:
    if str(path[-1]) not in table:
        return None
    value = table[str(path[-1])]
    if not isinstance(value, list) or not value:
        read.fault(path, "this names nobody who may sign", f"a list of {_SIGNER}")
        return ()
    found = []
    for number, item in enumerate(value):
        where = (*path, number)
        if isinstance(item, dict):
            before = len(read.faults)
            signer = _signer(read, where, item)
            found += [signer] if len(read.faults) == before else []
        else:
            read.fault(where, "this names nobody who may sign", _SIGNER)
    return tuple(found)


def _signer(read: Reading, path: KeyPath, item: Mapping[str, Any]) -> SignerRule:
    read.check_keys(path, item, SIGNER_KEYS)
    who = [key for key in _WHO if key in item]
    if len(who) != 1:
        message = f"this names {' and '.join(who)} at once" if who else "this names nobody who may sign"
        read.fault(path, message, f"one of {_SIGNER}")
    kind = who[0] if who else ""
    _check_beside(read, path, item, kind)
    log = _flag(read, (*path, "log"), item)
    vendor = read.text((*path, "vendor"), item)
    known = read.known.vendors if vendor else None
    if known is not None and vendor not in known:
        read.unknown((*path, "vendor"), "vendor", vendor, known)
    return SignerRule(
        location=read.value_at(path),
        identity=_filled(read, (*path, "identity"), item),
        identity_regexp=_pattern(read, (*path, "identity_regexp"), item),
        issuer=_filled(read, (*path, "issuer"), item),
        issuer_regexp=_pattern(read, (*path, "issuer_regexp"), item),
        claims=read_pairs(read, (*path, "claims"), item, '{ githubWorkflowRef = "refs/tags/v1.0.0" }'),
        key=_file(read, (*path, "key"), item),
        vendor=vendor,
        variables=read_pairs(read, (*path, "variables"), item, '{ org = "…" }'),
        log=log is not False,
    )


def _flag(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> bool | None:
    """Return what a key says, None where it is not there."""
    found = table.get(str(path[-1]))
    if found is None or isinstance(found, bool):
        return found
    read.fault(path, "this is neither true nor false", "true or false")
    return None


def _check_beside(read: Reading, path: KeyPath, item: Mapping[str, Any], kind: str) -> None:
    """Keep faults for keys that do not go with what names the signer."""
    issuers = [key for key in ("issuer", "issuer_regexp") if key in item]
    if kind in ("identity", "identity_regexp") and len(issuers) != 1:
        message = "nobody is named who vouches for the identity" if not issuers else "two issuers are named"
        read.fault((*path, kind), message, "issuer, or issuer_regexp", at_key=True)
    goes_with = {
        "issuer": ("identity", "identity_regexp"), "issuer_regexp": ("identity", "identity_regexp"),
        "claims": ("identity", "identity_regexp"), "variables": ("vendor",), "log": ("key",),
    }  # fmt: skip
    for key, kinds in goes_with.items():
        if key in item and kind and kind not in kinds:
            read.fault((*path, key), f"{key} does not go with {kind}", f"it goes with {kinds[0]}", at_key=True)


def _filled(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> str:
    text = read.text(path, table)
    if str(path[-1]) in table and isinstance(table[str(path[-1])], str) and not text.strip():
        read.fault(path, "this is empty", "a text")
    return text


def _pattern(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> str:
    text = _filled(read, path, table)
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as err:
        read.fault(path, f"this is no regular expression: {err}"[:200], "one that must match the whole text")
        return ""
    if len(text) > _LONGEST:
        read.fault(path, f"an expression of {len(text):,} characters", f"{_LONGEST:,} at most")
    return text


def _file(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> SigningFile | None:
    if str(path[-1]) not in table:
        return None
    return SigningFile(place=_path(read, path, table))


def _path(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> str:
    text = read.text(path, table)
    if isinstance(table.get(str(path[-1])), str) and not _stays_inside(text):
        read.fault(path, "this is no file of this folder", _OUTSIDE)
        return ""
    return text


def _stays_inside(text: str) -> bool:
    """Return whether a path is relative and never leads out."""
    if not text or len(text) > _LONGEST or "\\" in text or not text.isprintable():
        return False
    return not text.startswith(("/", "~")) and re.match(r"[A-Za-z]:", text) is None and ".." not in text.split("/")


def _builders(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> tuple[BuilderRule, ...] | None:
    if str(path[-1]) not in table:
        return None
    value = table[str(path[-1])]
    if not isinstance(value, list) or not value:
        message = "this takes no builder at all" if value == [] else "this is no list of builders"
        read.fault(path, message, f"a list of builders: {_BUILDER}")
        return ()
    found: dict[tuple[str, str, bool], BuilderRule] = {}
    for number, item in enumerate(value):
        where = (*path, number)
        before = len(read.faults)
        builder = _builder(read, where, item)
        if len(read.faults) == before:
            key = builder.key.place if builder.key is not None else ""
            found.setdefault((builder.id, key, builder.log), builder)
    return tuple(found.values())


def _builder(read: Reading, path: KeyPath, item: object) -> BuilderRule:
    """Return one who may build: an id of a certificate, or a key with the id that its provenance may have."""
    if isinstance(item, dict):
        read.check_keys(path, item, BUILDER_KEYS)
        if "key" not in item:
            read.fault(path, "this names no key", "a builder with a certificate is named by its id alone, as a text")
        text = _filled(read, (*path, "id"), item) or ANY_BUILDER
        log = _flag(read, (*path, "log"), item)
        return BuilderRule(
            location=read.value_at(path), id=text, key=_file(read, (*path, "key"), item), log=log is not False
        )
    if not isinstance(item, str) or not item.strip() or not item.strip("*"):
        read.fault(path, "this names no builder", _BUILDER)
    return BuilderRule(location=read.value_at(path), id=str(item))


def _source(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> str:
    text = read.text(path, table).removesuffix("/").removesuffix(".git")
    if isinstance(table.get(str(path[-1])), str) and not _SOURCE.fullmatch(text):
        read.fault(path, "this is no address of a repository", 'e.g. "https://github.com/org/app"')
    return text


def _artifacts(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> Iterator[ArtifactRule]:
    value = table.get(str(path[-1]), [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        read.fault(path, "this is no list of artifacts", "[[signatures.artifact]] with path or image")
        return
    named: dict[str, int] = {}
    for number, item in enumerate(value):
        where = (*path, number)
        artifact = _artifact(read, where, item)
        line = read.key_at(where).line
        if artifact.name and artifact.name in named:
            message = f"{artifact.name!r} is named in line {named[artifact.name]} already"
            read.fault(where, message, "each artifact once", at_key=True)
        named.setdefault(artifact.name, line)
        yield artifact


def _artifact(read: Reading, path: KeyPath, item: Mapping[str, Any]) -> ArtifactRule:
    read.check_keys(path, item, ARTIFACT_KEYS)
    if ("path" in item) is ("image" in item):
        message = "this names a file and an image at once" if "path" in item else "this names no artifact"
        read.fault(path, message, "path or image", at_key=True)
    key = "image" if "image" in item else "path"
    bundle = _path(read, (*path, "bundle"), item)
    if bundle and key == "image":
        message = "what signs an image lies beside it in its registry or layout"
        read.fault((*path, "bundle"), message, "no such key", at_key=True)
    return ArtifactRule(
        location=read.value_at((*path, key), path),
        path=_plain(_path(read, (*path, "path"), item)),
        image=_image(read, (*path, "image"), item),
        bundle=bundle,
        signers=_signers(read, (*path, "signers"), item),
        require=read_require(read, (*path, "require"), item),
    )


def _image(read: Reading, path: KeyPath, table: Mapping[str, Any]) -> str:
    text = read.text(path, table)
    if not isinstance(table.get(str(path[-1])), str):
        return text
    is_layout = text.startswith("./")
    if _has_login(text):  # never shown: there is a password in it
        read.fault(path, "this has a login in it", "the image without one; docker's own settings log in", at_key=True)
        return ""
    is_word = bool(text) and len(text) <= _LONGEST and text.isprintable() and " " not in text
    if not is_word or text.startswith(("/", "~", "../", "oci:", "oci-archive:")) or "/../" in f"{text}/":
        read.fault(path, "this names no image", 'registry.example/app:v1, or a layout of this folder: "./image.tar"')
        return ""
    return f"./{_plain(text)}" if is_layout else text.removesuffix("/")


def _plain(path: str) -> str:
    """Return a path in the one way in which it is written without detours, so that no file is named twice."""
    return posixpath.normpath(path) if path else ""


def _has_login(text: str) -> bool:
    """Return whether a name of an image has a user or a password in front: an @ that is not that of a digest."""
    return "@" in re.sub(r"@[a-z0-9]+:[^@/]*$", "", text)
