"""A whole release, made in the test: a program, what is signed of it, a log that has its modules, an image with it.

made = MadeRelease(folder, log)
made.write()                             # app, app.sigstore.json, app.intoto.jsonl, trusted_root.json
made.trace()                             # the chain of it, offline
MadeRelease(folder, log, commit="2e" * 20, predicate={…})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from supplymatrix.attest.wanted import EngineChoice, IdentityWish, Wanted
from supplymatrix.engine.chain import ChainRequest, trace_chain
from supplymatrix.engine.chain_evidence import ChainWish
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.model.chain import ChainRun, LinkId
from tests.support.machine import NOW, Machine
from tests.support.made_builds import built
from tests.support.made_log import MadeLog, write_recording
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore, github_fields, statement

__all__ = [
    "COMMIT", "GENERATOR", "MAIN", "REPOSITORY", "TOOLCHAIN", "A", "B", "MadeRelease", "provenance_v02",
    "provenance_v1", "states", "told",
]  # fmt: skip

A, B = "code.example/a@v1.0.0", "code.example/b@v1.2.0"
TOOLCHAIN = "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64"
REPOSITORY = "https://github.com/corp/app"
COMMIT = "1f" * 20
GENERATOR = (
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml@refs/tags/v2.1.0"
)
MAIN = "github.com/corp/app@v1.2.0"


def provenance_v1(
    builder: str = GITHUB_IDENTITY,
    *,
    repository: str = REPOSITORY,
    commit: str = COMMIT,
    ref: str = "refs/tags/v1.2.0",
    run: str = f"{REPOSITORY}/actions/runs/1/attempts/1",
    build_type: str = "https://actions.github.io/buildtypes/workflow/v1",
    more: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return a predicate as GitHub's attestations have it."""
    return {
        "buildDefinition": {
            "buildType": build_type,
            "externalParameters": {
                "workflow": {"ref": ref, "repository": repository, "path": ".github/workflows/release.yml"}
            },
            "internalParameters": {"github": {"runner_environment": "github-hosted"}},
            "resolvedDependencies": [{"uri": f"git+{repository}@{ref}", "digest": {"gitCommit": commit}}, *more],
        },
        "runDetails": {"builder": {"id": builder}, "metadata": {"invocationId": run}},
    }


def provenance_v02(
    builder: str = GENERATOR, *, repository: str = REPOSITORY, commit: str = COMMIT, ref: str = "refs/tags/v1.2.0"
) -> dict[str, Any]:
    """Return a predicate as slsa-github-generator has it."""
    source = {"uri": f"git+{repository}@{ref}", "digest": {"sha1": commit}}
    return {
        "builder": {"id": builder},
        "buildType": "https://github.com/slsa-framework/slsa-github-generator/go@v1",
        "invocation": {
            "configSource": {**source, "entryPoint": ".github/workflows/release.yml"},
            "environment": {"github_sha1": commit, "github_run_id": "1", "github_run_attempt": "1"},
        },
        "metadata": {},
        "materials": [source, {"uri": "https://images.example/runner"}],
    }


@dataclass
class MadeRelease:
    """folder: empty. deps: of the program; program: instead of one that is made. signs, attests: whether the program is
    signed, and has provenance; blob, dsse: how, in the words of `How`. predicate, predicate_type: of the provenance;
    subject: another digest than the program's."""

    folder: Path
    deps: Sequence[str] = (A, B)
    settings: Mapping[str, str] = field(default_factory=dict)
    main: str = MAIN.replace("@", "\t") + "\t"
    go: str = "go1.26.8"
    program: bytes = b""
    signs: bool = True
    attests: bool = True
    blob: Mapping[str, Any] = field(default_factory=dict)
    dsse: Mapping[str, Any] = field(default_factory=dict)
    predicate: Mapping[str, Any] | None = None
    predicate_type: str = "https://slsa.dev/provenance/v1"
    subject: str = ""
    logged: Sequence[str] = (A, B, TOOLCHAIN, MAIN)
    sigstore: MadeSigstore = field(default_factory=MadeSigstore)

    def __post_init__(self) -> None:
        self.machine = Machine(self.folder)
        self.log = MadeLog.of(*self.logged, filler=20)
        self.recorded = write_recording(self.folder / "recorded", self.log.answers())
        self.root = self.folder / "trusted_root.json"
        self.root.write_bytes(self.sigstore.trusted_root())
        self.policy = self.folder / "lift.toml"
        self.policy.write_text(f'[sources]\nsumdb = "{self.log.key.verifier}"\n')
        vcs = {"vcs": "git", "vcs.revision": COMMIT, "vcs.time": "2026-07-20T11:00:00Z", "vcs.modified": "false"}
        self.data = self.program or built(*self.deps, main=self.main, settings={**vcs, **self.settings}, go=self.go)

    @property
    def app(self) -> Path:
        return self.folder / "app"

    @property
    def digest(self) -> str:
        """Of the program."""
        return sha256(self.data).hexdigest()

    def signed(self, data: bytes, **how: Any) -> bytes:  # noqa: ANN401
        """Return the bundle of a file, signed by the release workflow."""
        return self.sigstore.keyless_blob(data, **{"fields": github_fields(sha=COMMIT), **self.blob, **how})

    def attested(
        self,
        predicate: object,
        digest: str = "",
        kind: str = "https://slsa.dev/provenance/v1",
        **how: Any,  # noqa: ANN401
    ) -> bytes:
        """Return a bundle of a statement."""
        payload = statement({"app": digest or self.subject or self.digest}, kind, predicate)
        return self.sigstore.keyless_dsse(payload, **{"fields": github_fields(sha=COMMIT), **self.dsse, **how})

    def write(self) -> MadeRelease:
        """Write the program, and beside it what is signed of it."""
        self.app.write_bytes(self.data)
        if self.signs:
            (self.folder / "app.sigstore.json").write_bytes(self.signed(self.data))
        if self.attests:
            predicate = provenance_v1() if self.predicate is None else self.predicate
            bundle = self.attested(predicate, kind=self.predicate_type)
            (self.folder / "app.intoto.jsonl").write_bytes(bundle + b"\n")
        return self

    def wish(self, **more: Any) -> ChainWish:  # noqa: ANN401
        """Return that the release workflow should have signed."""
        wanted = Wanted(identities=(IdentityWish(identity=GITHUB_IDENTITY, issuer=GITHUB_ISSUER),))
        return ChainWish(**{"wanted": wanted, **more})

    def request(self, target: Path | str = "", **more: Any) -> ChainRequest:  # noqa: ANN401
        """Return what `trace` runs."""
        means = Means(environ=self.machine.environ, now=NOW, replay=self.recorded)
        given = {"wish": self.wish(), "means": means, "trusted_root": self.root,
                 "engine": EngineChoice.NATIVE, "policy": PolicySource(file=self.policy)}  # fmt: skip
        return ChainRequest(target=str(target or self.app), **{**given, **more})

    def trace(self, target: Path | str = "", **more: Any) -> ChainRun:  # noqa: ANN401
        """Return the chain of the program, or of another target."""
        return trace_chain(self.request(target, **more))


def states(run: ChainRun) -> dict[str, str]:
    """Return the links that are there, and how each is."""
    return {link.id.value: link.state.value for link in run.links}


def told(run: ChainRun, which: LinkId) -> str:
    """Return what a link says."""
    link = run.link(which)
    assert link is not None
    return link.says
