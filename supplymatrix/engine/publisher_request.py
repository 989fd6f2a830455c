"""What `verify publisher` is asked, out of the words of a command line: whose signatures count, of which modules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.attest.ssh_signature import AllowedSigner, parse_allowed_signers
from supplymatrix.attest.wanted import IdentityWish
from supplymatrix.engine.graph_inputs import read_inputs
from supplymatrix.engine.module_graph import cache_of, graph_of_files
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.engine.sbom_subject import find_sbom_subject
from supplymatrix.engine.signature_wish import WishWords, read_wish
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.fact import RequiredModule, SumKind, SumLine
from supplymatrix.model.gap import Gap
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_limited
from supplymatrix.sources.gpgv import KEYRING_LIMIT, keyring_bytes
from supplymatrix.sources.mod_files import ModFiles

__all__ = ["BuildModules", "TrustWords", "modules_of_build", "read_publisher_trust"]

_SIGNERS_LIMIT = 8 << 20
_SHOWN = 5
_SSH = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)
_OPENPGP = re.compile(r"[0-9A-F]{40}(?:[0-9A-F]{24})?", re.ASCII)


@value
class TrustWords:
    """As they were given. signers, keyring: files. fingerprints: of SSH and OpenPGP keys. takes_commits: a signed
    commit is enough where its tag is not signed. The rest: of gitsign."""

    signers: Path | None = None
    keyring: Path | None = None
    fingerprints: Sequence[str] = ()
    identities: tuple[str, ...] = ()
    identity_regexps: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    issuer_regexps: tuple[str, ...] = ()
    trusted_root: Path | None = None
    takes_commits: bool = False


@value
class BuildModules:
    """The modules of a build list that have a zip. gaps: why there may be more of them."""

    modules: tuple[ModuleVersion, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def read_publisher_trust(words: TrustWords) -> tuple[PublisherTrust, tuple[str, ...]]:
    """Return whose signatures count, and what is to be said about that. Raises InputError for files that cannot be read
    and words that cannot be meant."""
    signers: tuple[AllowedSigner, ...] = ()
    identities: tuple[IdentityWish, ...] = ()
    notes: tuple[str, ...] = ()
    if words.signers is not None:
        name = words.signers.as_posix()
        signers = parse_allowed_signers(read_limited(words.signers, _SIGNERS_LIMIT, "file of allowed signers"), name)
        if any(entry.is_authority for entry in signers):
            notes = (f"{name}: lines with cert-authority are passed over: certificates of SSH are not read",)
    keyring = b""
    if words.keyring is not None:
        name = words.keyring.as_posix()
        keyring = keyring_bytes(read_limited(words.keyring, KEYRING_LIMIT, "keyring"), name)
    if words.identities or words.identity_regexps:
        wish = read_wish(
            WishWords(
                identities=words.identities,
                identity_regexps=words.identity_regexps,
                issuers=words.issuers,
                issuer_regexps=words.issuer_regexps,
            )
        )
        identities, notes = wish.wanted.identities, (*notes, *wish.notes)
    elif words.issuers or words.issuer_regexps:
        fault = Diagnostic(
            message="an issuer is named, and nobody who counts by its word",
            expected="--identity or --identity-regexp with it",
        )
        raise InputError(fault)
    trust = PublisherTrust(
        signers=signers,
        signers_file=words.signers.as_posix() if words.signers is not None else "",
        keyring=keyring,
        keyring_file=words.keyring.as_posix() if words.keyring is not None else "",
        fingerprints=tuple(_fingerprint(text) for text in words.fingerprints),
        identities=identities,
        trusted_root=words.trusted_root,
        takes_commits=words.takes_commits,
    )
    return trust, notes


def modules_of_build(path: Path, environ: Mapping[str, str]) -> BuildModules:
    """Return the modules of a project's build list of which go.sum has a zip. Raises InputError."""
    subject = find_sbom_subject(path, environ)
    inputs = read_inputs(subject.project)
    graph = graph_of_files(inputs, ModFiles(cache_of(environ), inputs.hashes, inputs.folders).read)
    facts = [fact for project in subject.projects for fact in project.facts]
    lines = {fact.subject for fact in facts if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP}
    chosen = {one.effective for one in graph.modules if one.effective is not None}
    modules = tuple(sorted(module for module in chosen & lines if module.path != TOOLCHAIN_PATH))
    required = {fact.effective for fact in facts if isinstance(fact, RequiredModule) and not fact.is_member}
    without = sorted(module for module in chosen & required if module not in lines)
    notes = []
    folders = sorted(one.module.path for one in graph.modules if one.effective is None and one.module.version)
    if folders:
        notes.append(f"{len(folders):,} modules are replaced by folders, and have no publisher: {_some(folders)}")
    unused = len(chosen - lines - set(without))
    if unused:
        notes.append(f"{unused:,} modules of the build list have no zip in go.sum, so that no build can take them")
    return BuildModules(modules=modules, gaps=tuple(_gaps(graph, without)), notes=tuple(notes))


def _gaps(graph: ModuleGraph, without: Sequence[ModuleVersion]) -> Iterator[Gap]:
    """Yield why the build list may have more modules. without: required, and not in go.sum."""
    whole = "the whole build list"
    if graph.missing:
        names = [str(file.wanted.module) for file in graph.missing]
        reason = f"{len(names):,} go.mod files could not be had, so that it may lack modules: {_some(names)}"
        yield Gap(wanted=whole, reason=reason, remedy="go mod download")
    if graph.raised:
        reason = "go.mod is behind what it requires, so that the build may take other versions"
        yield Gap(wanted=whole, reason=reason, remedy="go mod tidy")
    if without:
        reason = f"go.sum has no zip of {len(without):,} modules that go.mod requires: {_some(map(str, without))}"
        yield Gap(wanted="every module that go.mod requires", reason=reason, remedy="go mod tidy")


def _some(names: Iterable[str]) -> str:
    """Return the first names of many."""
    first = [*names]
    return ", ".join(first[:_SHOWN]) + (f" and {len(first) - _SHOWN:,} more" if len(first) > _SHOWN else "")


def _fingerprint(text: str) -> str:
    """Return a fingerprint as signatures are told by it. Raises InputError."""
    bare = text.replace(" ", "").replace(":", "") if not text.startswith("SHA256:") else text.rstrip("=")
    if _SSH.fullmatch(bare):
        return bare
    if _OPENPGP.fullmatch(bare.upper()):
        return bare.upper()
    raise InputError(
        Diagnostic(
            message="this is no fingerprint of a key",
            seen=text[:100],
            expected="SHA256:… of an SSH key, or all 40 digits of an OpenPGP key",
            remedy="ssh-keygen -lf KEY.pub, or gpg --fingerprint KEY",
        )
    )
