"""A publisher with a repository of his own, and a log that has what he published.

made = MadePublisher(tmp_path, machine)
made.tag("v1.0.0", SshKey().sign)
run = made.verify("v1.0.0", trust)                       # the clone is named, the log is a recording
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from supplymatrix.attest.ssh_signature import parse_allowed_signers
from supplymatrix.engine.means import Means
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.engine.verify_publisher import PublisherRequest, verify_publishers
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.publisher import PublisherRun
from tests.support.git_repo import GitRepo
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording
from tests.support.signed_git import SshKey, signed_tag

__all__ = ["MODULE", "MadePublisher", "h1_of", "signers"]

MODULE = "pub.example/org/m"
FILES = {"go.mod": f"module {MODULE}\n\ngo 1.22\n", "m.go": "package m\n"}


def h1_of(name: str, files: dict[str, str] = FILES) -> str:
    """Return the h1 of a module zip with these files."""
    return hash1((f"{name}/{path}".encode(), sha256(text.encode()).digest()) for path, text in files.items())


def signers(*keys: SshKey, options: str = "") -> PublisherTrust:
    """Return that these keys count, as a file of allowed signers says."""
    lines = "".join(f"ada@a.example {options}{key.line}\n" for key in keys)
    return PublisherTrust(signers=parse_allowed_signers(lines.encode(), "signers"), signers_file="signers")


class MadePublisher:
    """repo: with one commit of FILES. names: module versions that the log has, with their true hash."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder = folder
        self.machine = machine
        self.repo = GitRepo(folder / "repo.git")
        self.commit = self.repo.commit(FILES)
        self.log = MadeLog.of(filler=3)
        self.project = folder / "svc"

    def publish(self, version: str, h1: str = "", *, module: str = MODULE) -> str:
        """Have the log take a version, with another hash where one is given; return its name."""
        name = f"{module}@{version}"
        text = f"{module} {version} {h1 or h1_of(name)}\n{module} {version}/go.mod {made_hash(name, go_mod=True)}\n"
        self.log = self.log.grown(name).with_record(name, text.encode())
        return name

    def tag(self, version: str, sign: Callable[[bytes], bytes] | None, **how: str) -> str:
        """Tag HEAD, and publish it; return the id of the tag."""
        self.publish(version)
        return signed_tag(self.repo, version, sign, **how)

    def info(self, version: str, *, module: str = MODULE, **origin: Any) -> None:  # noqa: ANN401 - JSON
        """Put an .info into the module cache."""
        said = {"VCS": "git", "URL": "https://pub.example/org/m", "Ref": f"refs/tags/{version}", "Hash": self.commit}
        folder = self.machine.home / "go" / "pkg" / "mod" / "cache" / "download" / module / "@v"
        folder.mkdir(parents=True, exist_ok=True)
        document = {"Version": version, "Time": "2026-01-02T03:04:05Z", "Origin": said | origin}
        (folder / f"{version}.info").write_text(json.dumps(document))

    def verify(
        self,
        version: str,
        trust: PublisherTrust | None = None,
        *,
        repository: str | None = None,
        module: str = MODULE,
        **means: Any,  # noqa: ANN401 - fields of Means
    ) -> PublisherRun:
        """Verify one version with the clone at hand, offline. repository: another one, "" = none."""
        write_project(self.project, self.log, "", [])
        replay = write_recording(self.folder / "log", self.log.answers())
        given = Means(environ=self.machine.environ, **{"now": NOW, "replay": replay, **means})
        request = PublisherRequest(
            modules=(ModuleVersion(path=module, version=version),),
            means=given,
            trust=trust or PublisherTrust(),
            project=self.project,
            repository=str(self.repo.folder) if repository is None else repository,
        )
        return verify_publishers(request)
