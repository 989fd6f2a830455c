"""What a provenance statement says of a build: by whom, of which source, with what. By itself it proves nothing."""

from __future__ import annotations

from supplymatrix.model.signature import StatementSubject
from supplymatrix.model.value import value

__all__ = ["BuilderClaim", "Provenance", "ResolvedDependency"]


@value
class ResolvedDependency:
    """Something that a build took in, as its provenance lists it: a source, an image, a tool.

    uri: as written. digests: (algorithm, hex), sorted; "gitCommit" and "sha1" of a git source are its commit. name:
    where one is given.
    """

    uri: str
    digests: tuple[tuple[str, str], ...] = ()
    name: str = ""

    def digest(self, algorithm: str) -> str:
        """Return the hex digest of that algorithm, "" where it is not told."""
        return dict(self.digests).get(algorithm, "")


@value
class BuilderClaim:
    """A builder that is known, and what its own documentation says that it gives. It is nobody's measurement.

    name: for people. level: the SLSA Build level, 0 = its documentation claims none. source: address of the page.
    checked_on: the day on which the page said so, ISO. delegates: what it signs may name another builder, as which a
    workflow that it calls has built.
    """

    name: str
    level: int
    source: str
    checked_on: str
    delegates: bool = False


@value
class Provenance:
    """A provenance statement, read. predicate_type: as written; version: "0.1", "0.2", "1".

    builder_id, build_type: as written. repository: of the source, without "git+", ref and ".git"
    ("https://github.com/org/repo"), "" where it names none, or several and not which. commit: of the source, hex, ""
    unknown. ref: "refs/tags/v1.0.0", "" unknown. run: the address or number of the run. entry_point: the build's own
    description in the source (a workflow file). dependencies: all that is listed, in its order. subjects: of the
    statement. disputes: in what it contradicts itself, a clause each. started, finished: as written, "" = not told.
    """

    predicate_type: str
    version: str
    builder_id: str
    build_type: str
    repository: str = ""
    commit: str = ""
    ref: str = ""
    run: str = ""
    entry_point: str = ""
    dependencies: tuple[ResolvedDependency, ...] = ()
    subjects: tuple[StatementSubject, ...] = ()
    disputes: tuple[str, ...] = ()
    started: str = ""
    finished: str = ""
