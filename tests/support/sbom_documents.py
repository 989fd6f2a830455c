"""Bills of materials that are made up: rich ones with a component of every kind, bare ones, large ones.

    rich_document()                     # something of every field; changed(document, goos="") for another
    bare_document()                     # a main module, and nothing else known
    large_document(1_000)               # that many components, each with licence, hashes, proof and four edges

Hashes are made up from names. Hosts are *.example.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from supplymatrix.model.audit import ReadFile
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod, LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.zip_digest import ZipDigest
from supplymatrix.sbom.document import (
    Aggregate,
    Completeness,
    Component,
    ComponentKind,
    Creators,
    Document,
    Lifecycle,
    LogProof,
    Origin,
    Party,
    ProgramFile,
    Reference,
    Scope,
    Usage,
)

__all__ = [
    "CREATED", "bare_document", "large_document", "made_component", "made_digest", "made_h1", "made_licence",
    "program_components", "rich_document",
]  # fmt: skip

CREATED = datetime(2026, 11, 26, 8, 0, 0, tzinfo=UTC)
_CREATORS = Creators(
    author=Party(name="Ada Author", email="ada@acme.example"),
    manufacturer=Party(name="Acme", email="security@acme.example", url="https://acme.example"),
    supplier=Party(name="Acme Supply", email="supply@acme.example", url="https://supply.acme.example"),
    licence="Apache-2.0",
    security_contact="https://acme.example/.well-known/security.txt",
)


def made_digest(name: str) -> ZipDigest:
    """Return hashes made up from a name."""
    data = name.encode()
    return ZipDigest(
        sha256=hashlib.sha256(data).hexdigest(), sha512=hashlib.sha512(data).hexdigest(), size=1_000, h1=made_h1(name)
    )


def made_h1(name: str) -> str:
    """Return a hash as in go.sum, made up from a name."""
    return f"h1:{base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()}"


def made_licence(
    module: ModuleVersion,
    expression: str = "MIT",
    *,
    concluded: str = "",
    effective: ModuleVersion | None = None,
    source: LicenceSource = LicenceSource.FOLDER,
) -> ModuleLicence:
    """Return the licence of a module that has a file for each id of an expression; "" = nobody knows."""
    ids = [word.strip("()") for word in expression.split() if word not in ("AND", "OR", "WITH")]
    files = tuple(
        LicenceFile(
            path="LICENSE" if number == 0 else f"LICENSE.{number}",
            sha256=hashlib.sha256(name.encode()).hexdigest(),
            expression=name,
            matches=(LicenceMatch(licence=name, start=3, end=21, confidence=98, method=LicenceMethod.TEMPLATE),),
            copyrights=(f"Copyright (c) {2019 + number} The Authors of {module.path}",),
        )
        for number, name in enumerate(ids)
    )
    if not files:
        files = (LicenceFile(path="COPYING", sha256="0" * 64, expression="", nearest="MIT 61"),)
    return ModuleLicence(
        subject=module,
        effective=effective or module,
        declared=expression,
        concluded=concluded or expression,
        files=files,
        source=source,
        reason="" if expression else "no licence text is like any that is known",
        remedy="" if expression else "look at COPYING, and state the licence in lift.toml",
    )


def made_component(path: str, version: str = "v1.2.3", expression: str = "MIT") -> Component:
    """Return a module as it mostly is: from a host, proven, its zip hashed, its licence known."""
    module = ModuleVersion(path=path, version=version)
    return Component(
        ref=module.purl,
        kind=ComponentKind.MODULE,
        module=module,
        name=path,
        version=version,
        purl=module.purl,
        packages=2,
        h1=made_h1(str(module)),
        h1_go_mod=made_h1(f"{module}/go.mod"),
        proof=LogProof(state="proven", log="sum.example", record=4_711, tree_size=50_000_000),
        digest=made_digest(str(module)),
        licence=made_licence(module, expression),
        references=(
            Reference(kind="vcs", url=f"https://{path}"),
            Reference(kind="website", url=f"https://docs.example/{path}"),
            Reference(kind="distribution", url=f"https://proxy.example/{path}/@v/{version}.zip"),
        ),
    )


def _main() -> Component:
    module = ModuleVersion(path="git.example/acme/app", version="v2.1.0")
    return Component(
        ref=module.purl,
        kind=ComponentKind.MAIN,
        module=module,
        name=module.path,
        version=module.version,
        purl=module.purl,
        version_source="the git tag of the checked-out commit",
        packages=12,
        digest_reason="the main module is a folder: it has no zip",
        licence=made_licence(module, "Apache-2.0", source=LicenceSource.PROJECT),
        supplier=Party(name="Acme Supply", url="https://supply.acme.example"),
        references=(Reference(kind="vcs", url="https://git.example/acme/app", comment="as git's remote says"),),
        origin=Origin(kind="git", url="https://git.example/acme/app", revision="0123456789abcdef", tag="v2.1.0"),
        description="An app that is made up",
        uses_cgo=True,
        properties=(("supplymatrix:build:flags", "-trimpath"),),
    )


def _standard_library() -> Component:
    module = ModuleVersion(path="stdlib", version="1.26.8")
    return Component(
        ref="pkg:golang/stdlib@1.26.8",
        kind=ComponentKind.STDLIB,
        module=module,
        name="stdlib",
        version="1.26.8",
        purl="pkg:golang/stdlib@1.26.8",
        version_source="the toolchain line of go.mod",
        packages=41,
        digest_reason="the standard library is no module: it has no zip",
        licence=made_licence(module, "BSD-3-Clause", source=LicenceSource.KNOWN),
        supplier=Party(name="The Go Authors", url="https://go.dev"),
        properties=(("supplymatrix:alias", "pkg:golang/std@go1.26.8"),),
    )


def _odd_components() -> list[Component]:
    """Return one of each kind that is not as modules mostly are."""
    return [*_replaced(), *_seldom_used(), _private(), *_no_modules()]


def _replaced() -> list[Component]:
    old = ModuleVersion(path="code.example/old", version="v1.0.0")
    new = ModuleVersion(path="fork.example/old", version="v1.0.1")
    local = ModuleVersion(path="code.example/local", version="")
    return [
        changed(
            made_component(new.path, new.version, "LicenseRef-Acme"),
            replaces=old,
            proof=LogProof(state="not-in-log", log="sum.example", tree_size=50_000_000, reason="it has no record"),
        ),
        Component(
            ref="local:code.example/local",
            kind=ComponentKind.MODULE,
            module=local,
            name="code.example/local",
            version="",
            purl=local.purl,
            replaces=ModuleVersion(path="code.example/local", version="v1.1.0"),
            directory="../local",
            is_direct=True,
            proof=LogProof(state="local", reason="it is a folder, which no log knows"),
            digest_reason="it is a folder: it has no zip",
        ),
    ]


def _seldom_used() -> list[Component]:
    tests = made_component("code.example/assert", "v1.8.0")
    unused = made_component("code.example/unused", "v0.0.0-20240102030405-0123456789ab", "ISC")
    unknown = made_component("code.example/Unknown", "v3.0.0+incompatible", "")
    return [
        changed(
            tests,
            usage=Usage.TESTS_ONLY,
            is_direct=True,
            licence=made_licence(tests.module, "MIT AND Apache-2.0", concluded="MIT AND Apache-2.0 AND ISC"),
        ),
        changed(
            unused, usage=Usage.NOT_BUILT, packages=0, digest=None, digest_reason="its zip is not in the module cache"
        ),
        changed(
            unknown,
            usage=Usage.UNKNOWN,
            packages=None,
            deprecated="use code.example/known",
            retracted="published by mistake",
            references=(),
        ),
    ]


def _private() -> Component:
    module = ModuleVersion(path="corp.example/secret", version="v0.9.0")
    return Component(
        ref=module.purl,
        kind=ComponentKind.MODULE,
        module=module,
        name=module.path,
        version=module.version,
        purl=module.purl,
        h1=made_h1(str(module)),
        proof=LogProof(state="private", log="sum.example", reason="GOPRIVATE covers corp.example"),
        digest_reason="it could not be downloaded",
        licence=made_licence(module, ""),
    )


def _no_modules() -> list[Component]:
    toolchain = ModuleVersion(path="golang.org/toolchain", version="v0.0.1-go1.26.8.linux-amd64")
    return [
        Component(
            ref="native:libc",
            kind=ComponentKind.NATIVE,
            module=ModuleVersion(path="libc", version=""),
            name="libc",
            version="",
            purl="",
            usage=Usage.UNKNOWN,
        ),
        Component(
            ref=toolchain.purl,
            kind=ComponentKind.TOOLCHAIN,
            module=toolchain,
            name=toolchain.path,
            version=toolchain.version,
            purl=toolchain.purl,
            version_source="go env GOVERSION",
            usage=Usage.NOT_BUILT,
        ),
    ]


def program_components() -> list[Component]:
    """Return one program of several, and a library that it loads."""
    file = ProgramFile(name="usr/bin/app", sha256="d" * 64, size=7_777_777, sha512="e" * 128)
    return [
        Component(
            ref="supplymatrix:program:usr/bin/app",
            kind=ComponentKind.PROGRAM,
            module=ModuleVersion(path="", version=""),
            name="usr/bin/app",
            version="v2.1.0",
            purl="",
            file=file,
        ),
        Component(
            ref="supplymatrix:native:libz.so.1",
            kind=ComponentKind.NATIVE,
            module=ModuleVersion(path="", version=""),
            name="libz.so.1",
            version="",
            purl="",
            usage=Usage.LOADED,
            found_in=("usr/bin/app", "usr/bin/other app"),
        ),
    ]


def rich_document() -> Document:
    """Return a document with a component of every kind, gaps, edges, creators, and something in every field."""
    main = _main()
    usual = changed(
        made_component("github.example/Usual/lib", "v1.5.0", "MIT"),
        is_direct=True,
        uses_cgo=True,
        origin=Origin(kind="git", url="https://github.example/Usual/lib", revision="fedcba9876543210", tag="v1.5.0"),
    )
    either = made_component("code.example/either", "v0.3.0", "MIT OR Apache-2.0")
    others = [usual, either, _standard_library(), *_odd_components()]
    others.sort(key=lambda component: component.ref)
    refs = [component.ref for component in others]
    edges: dict[str, tuple[str, ...]] = dict.fromkeys(sorted([main.ref, *refs]), ())
    edges[main.ref] = tuple(refs)
    edges[usual.ref] = (either.ref,)
    return Document(
        main=main,
        components=tuple(others),
        edges=edges,
        scope=Scope.ALL,
        lifecycle=Lifecycle.PRE_BUILD,
        completeness=Completeness(
            components=Aggregate.INCOMPLETE,
            dependencies=Aggregate.UNKNOWN,
            reasons=("../local is a folder that is not there", "the go.mod of corp.example/secret could not be had"),
        ),
        created=CREATED,
        tool_version="0.8.0",
        creators=_CREATORS,
        goos="linux",
        goarch="amd64",
        cgo_enabled=True,
        listed_by="go list -m all, go1.26.8",
        packages_by="go list -deps ./..., go1.26.8",
        subject_files=(ReadFile(name="go.mod", sha256="a" * 64), ReadFile(name="go.sum", sha256="b" * 64)),
        report=("report.json", "c" * 64),
        gaps=(
            Gap(
                wanted="zip of corp.example/secret@v0.9.0",
                reason="its server asks for a login",
                remedy="add it to .netrc",
                subject="corp.example/secret@v0.9.0",
            ),
            Gap(wanted="licence of code.example/local", reason="its folder is not there", remedy="run it in the tree"),
        ),
        properties={"supplymatrix:go_version": "1.26.8"},
    )


def bare_document() -> Document:
    """Return a document of a main module without a version, of which nobody knows anything more."""
    module = ModuleVersion(path="git.example/bare", version="")
    main = Component(
        ref=module.purl, kind=ComponentKind.MAIN, module=module, name=module.path, version="", purl=module.purl
    )
    return Document(
        main=main,
        components=(),
        edges={main.ref: ()},
        scope=Scope.BUILT,
        lifecycle=Lifecycle.PRE_BUILD,
        completeness=Completeness(components=Aggregate.COMPLETE, dependencies=Aggregate.COMPLETE),
        created=CREATED,
        tool_version="0.8.0",
    )


def large_document(count: int, *, edges_each: int = 4) -> Document:
    """Return a document of that many components as they mostly are, each with edges to some behind it."""
    licences: Sequence[str] = ("MIT", "Apache-2.0", "BSD-3-Clause", "MIT AND Apache-2.0")
    made = [
        made_component(
            f"code.example/group{number % 97}/module{number:06d}", f"v1.{number % 50}.0", licences[number % 4]
        )
        for number in range(count)
    ]
    made.sort(key=lambda component: component.ref)
    main = _main()
    refs = [component.ref for component in made]
    edges = {ref: tuple(refs[at + 1 : at + 1 + edges_each]) for at, ref in enumerate(refs)}
    edges[main.ref] = tuple(refs[:: max(1, count // 100)])
    return Document(
        main=main,
        components=tuple(made),
        edges=dict(sorted(edges.items())),
        scope=Scope.BUILT,
        lifecycle=Lifecycle.PRE_BUILD,
        completeness=Completeness(components=Aggregate.COMPLETE, dependencies=Aggregate.COMPLETE),
        created=CREATED,
        tool_version="0.8.0",
        creators=_CREATORS,
        goos="linux",
        goarch="amd64",
        cgo_enabled=False,
        listed_by="go list -m all, go1.26.8",
        packages_by="go list -deps ./..., go1.26.8",
    )
