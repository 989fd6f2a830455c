"""Which file's go commands are read by which reader."""

from __future__ import annotations

import re

from supplymatrix.fips.go_runs import GoRuns, runs_of_script
from supplymatrix.fips.go_runs_docker import runs_of_dockerfile
from supplymatrix.fips.go_runs_make import runs_of_makefile
from supplymatrix.fips.go_runs_yaml import runs_of_gitlab_ci, runs_of_goreleaser, runs_of_workflow

__all__ = ["read_runs"]

_READERS = {
    "dockerfile": runs_of_dockerfile,
    "gitlab-ci": runs_of_gitlab_ci,
    "goreleaser": runs_of_goreleaser,
    "workflow": runs_of_workflow,
}
_MAKEFILE = re.compile(r"(?:.*/)?(?:GNUmakefile|[Mm]akefile(?:\.[^/]+)?|[^/]+\.(?:mk|mak))")
_SCRIPT = re.compile(r"(?:.*/)?[^/]+\.(?:sh|bash)")


def read_runs(data: bytes, artifact: str, kind: str) -> GoRuns:
    """Return what a file starts; nothing for one whose commands nobody reads. Raises InputError for one that is none of
    its kind."""
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(data, artifact)
    if kind == "script" and _MAKEFILE.fullmatch(artifact):
        return runs_of_makefile(data.decode("utf-8", "replace"), artifact)
    if kind == "script" and _SCRIPT.fullmatch(artifact):
        return runs_of_script(data.decode("utf-8", "replace"), artifact)
    return GoRuns()
