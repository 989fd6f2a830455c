"""Files with signatures: those beside an artifact, those that are named, those in a folder. Read, not understood.

| beside `app` | what |
|---|---|
| `app.sigstore.json`, `app.sigstore`, `app.bundle`, … | a bundle, or the older form of cosign |
| `app.intoto.jsonl`, `app.att`, … | attestations, one in a line |
| `app.sbom.sigstore.json`, `app.WORD.intoto.jsonl`, … | the same, unless it is of another file here, `app.sbom` |
| `app.sig`, with `app.pem` or `app.crt` | a signature and its certificate; without one, of a key |
| `app.asc`, `app.minisig`, … | signatures of a kind that is not verified here: told, not read |
"""

from __future__ import annotations

import base64
import errno
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there, read_limited

__all__ = [
    "BUNDLE_LIMIT",
    "FoundBeside",
    "SignatureFile",
    "beside",
    "certificate_of",
    "in_folder",
    "loose_in",
    "names_in",
    "read_bundle_file",
    "read_bundle_if_there",
    "read_detached",
    "signed_among",
    "signed_name",
]

BUNDLE_LIMIT = 64 << 20
"""Bytes of one file; an attestation that holds a large bill of materials has some MB."""
_DETACHED_LIMIT = 1 << 20
_MOST_FILES = 100_000
_MOST_LOOSE = 32
"""Files that are read of those whose names have a word between the artifact's and the ending."""
BUNDLES = (
    ".sigstore.json", ".sigstore", ".sigstore.jsonl", ".bundle", ".bundle.json", ".cosign.bundle", ".intoto.jsonl",
    ".intoto.json", ".intoto.sigstore.json", ".att", ".att.json", ".attestation", ".attestation.json", ".provenance",
    ".build.slsa", ".slsa",
)  # fmt: skip
_CERTIFICATES = (".pem", ".crt", ".cert", ".cer", ".sig.pem", ".certificate")
_OTHERS = {
    ".asc": "an OpenPGP signature",
    ".gpg": "an OpenPGP signature",
    ".minisig": "a signature of minisign",
    ".p7s": "a CMS signature",
}
_SIGNATURE = ".sig"
_ENDINGS = (*BUNDLES, _SIGNATURE, *_OTHERS)
_PGP = b"-----BEGIN PGP"
_PEM, _PEM_IN_BASE64 = b"-----BEGIN ", b"LS0tLS1CRUdJTi"
_SSH = b"-----BEGIN SSH SIGNATURE"


@value
class SignatureFile:
    """One file as it was read. certificate: beside a detached signature, with its path, b"" = none."""

    path: Path
    data: bytes
    is_detached: bool = False
    certificate: bytes = b""
    certificate_path: Path | None = None


@value
class FoundBeside:
    """files: in a fixed order. loose: those with a word between the artifact's name and the ending, which may be about
    something else. notes: what is there and is not verified here. faults: of files that cannot be read."""

    files: tuple[SignatureFile, ...]
    loose: tuple[SignatureFile, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()


def names_in(folder: Path) -> frozenset[str] | None:
    """Return all names in a folder, None where they cannot be listed: for artifacts of which many lie in it."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - paths are made of few of them
    except OSError:
        return None


def signed_name(name: str) -> str:
    """Return the name of what a file with signatures is of, "" where a file is not named as one."""
    return min((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), key=len, default="")


def signed_among(name: str, names: Collection[str]) -> str:
    """Return which of some files one with signatures is of, by its name: the longest that it begins with, up to a dot;
    "" where it is none, or of none of them."""
    stem = signed_name(name)
    while stem and stem not in names:
        stem = stem.rpartition(".")[0]
    return stem


def certificate_of(name: str) -> str:
    """Return the name of the signature that a certificate goes with, "" where a file is not named as one."""
    found = min((name.removesuffix(end) for end in _CERTIFICATES if name.endswith(end)), key=len, default="")
    return f"{found}{_SIGNATURE}" if found else ""


def beside(
    path: Path, names: frozenset[str] | None = None, loose: Mapping[str, Sequence[str]] | None = None
) -> FoundBeside:
    """Return the signature files whose names are the artifact's with something behind it.

    names: all that lies in its folder, None where that cannot be listed: then each name is looked for. loose: of these,
    by artifact, the files that `loose_in` found.
    """
    files, notes, faults = list[SignatureFile](), list[str](), list[Diagnostic]()
    there = _there(path, names)
    for suffix in BUNDLES:
        if suffix not in there:
            continue
        try:
            files.append(read_bundle_file(_with(path, suffix)))
        except InputError as err:
            faults += err.diagnostics
    if _SIGNATURE in there:
        try:
            files += _detached_beside(path, notes)
        except InputError as err:
            faults += err.diagnostics
    for suffix, what in _OTHERS.items():
        if suffix in there:
            notes.append(f"{_with(path, suffix).as_posix()}: {what}, which is not verified here")
    others = (loose or {}).get(path.name, ())
    if len(others) > _MOST_LOOSE:
        left = len(others) - _MOST_LOOSE
        notes.append(f"{left:,} more files beside {path.as_posix()} are named as its signatures are, and were not read")
    also = tuple(_loose_files(path, others[:_MOST_LOOSE], notes))
    return FoundBeside(files=tuple(files), loose=also, notes=tuple(notes), faults=tuple(faults))


def loose_in(names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the bundles in a folder that have a word between an artifact's name and the ending, by the artifact."""
    found: dict[str, list[str]] = {}
    for name in sorted(name for name in names if name.endswith(BUNDLES)):
        of = signed_among(name, names)
        if of and of != signed_name(name):
            found.setdefault(of, []).append(name)
    return {of: tuple(some) for of, some in found.items()}


def _loose_files(path: Path, names: Sequence[str], notes: list[str]) -> Iterator[SignatureFile]:
    for name in names:
        try:
            yield read_bundle_file(path.with_name(name))
        except InputError as err:
            notes.append(f"{path.with_name(name).as_posix()} was not read: {err.diagnostics[0].message}")


def _there(path: Path, names: frozenset[str] | None) -> frozenset[str]:
    """Return which endings there are of the artifact's name."""
    if names is not None:
        return frozenset(suffix for suffix in _ENDINGS if path.name + suffix in names)
    name = os.fspath(path)
    return frozenset(suffix for suffix in _ENDINGS if os.path.lexists(name + suffix))


def read_bundle_file(path: Path) -> SignatureFile:
    """Return a named file. Raises InputError."""
    return SignatureFile(path=path, data=read_limited(path, BUNDLE_LIMIT, "bundle"))


def read_bundle_if_there(path: Path) -> SignatureFile | None:
    """Return a file, None where nothing has its name, or nothing can. Raises InputError."""
    try:
        data = read_if_there(path, BUNDLE_LIMIT, "bundle")
    except InputError as err:
        if isinstance(err.__cause__, OSError) and err.__cause__.errno == errno.ENAMETOOLONG:
            return None
        raise
    return SignatureFile(path=path, data=data) if data is not None else None


def read_detached(signature: Path, certificate: Path | None) -> SignatureFile:
    """Return a named signature, and the certificate that goes with it. Raises InputError."""
    data = read_limited(signature, _DETACHED_LIMIT, "signature")
    if (other := _other_kind(data)) is not None:
        expected = "a signature as cosign writes it, in Base64 or DER"
        raise InputError(Diagnostic(message=f"this is {other}", artifact=signature.as_posix(), expected=expected))
    found = read_limited(certificate, _DETACHED_LIMIT, "certificate") if certificate is not None else b""
    return SignatureFile(path=signature, data=data, is_detached=True, certificate=found, certificate_path=certificate)


def in_folder(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, not of those below it, that are named as bundles are, sorted. Raises InputError."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.endswith((*BUNDLES, ".json", ".jsonl"))]
    except OSError as err:
        fault = Diagnostic(
            message=f"the folder of bundles cannot be read: {err.strerror or err}", artifact=folder.as_posix()
        )
        raise InputError(fault) from err
    if len(names) > _MOST_FILES:
        fault = Diagnostic(
            message=f"the folder has {len(names):,} bundles",
            artifact=folder.as_posix(),
            expected=f"at most {_MOST_FILES:,}",
            remedy="name them by a pattern: --bundle 'DIR/{name}.sigstore.json'",
        )
        raise InputError(fault)
    return (folder / name for name in sorted(names))


def _detached_beside(path: Path, notes: list[str]) -> list[SignatureFile]:
    """Return the signature beside an artifact with its certificate; none, and a note, where it is of another kind."""
    signature = _with(path, _SIGNATURE)
    data = read_limited(signature, _DETACHED_LIMIT, "signature")
    if (other := _other_kind(data)) is not None:
        notes.append(f"{signature.as_posix()}: {other}, which is not verified here")
        return []
    return [read_detached(signature, _certificate_beside(path, notes))]


def _certificate_beside(path: Path, notes: list[str]) -> Path | None:
    """Return the certificate beside an artifact, None for none; of a key under its name there is a note, since a key
    counts by being named and not by where it lies."""
    for found in (_with(path, suffix) for suffix in _CERTIFICATES):
        if not os.path.lexists(found):
            continue
        text = read_limited(found, _DETACHED_LIMIT, "certificate").strip()
        if text.startswith(_PEM_IN_BASE64):
            with suppress(ValueError):
                text = base64.b64decode(text)
        if _PEM in text and b"CERTIFICATE" not in text and b"KEY-----" in text:
            notes.append(f"{found.as_posix()}: a key, and no certificate; it counts where it is named: --key")
            continue
        return found
    return None


def _other_kind(data: bytes) -> str | None:
    """Return what a signature file is that cosign has not written, None where it may have.

    A binary OpenPGP signature begins with the tag of its packet (RFC 9580, section 4.2); DER with 0x30.
    """
    if data.startswith(_PGP) or data[:1] in (b"\x88", b"\x89", b"\xc2"):
        return "an OpenPGP signature"
    return "a signature of OpenSSH" if data.startswith(_SSH) else None


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
