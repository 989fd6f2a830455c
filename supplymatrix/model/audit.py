"""The whole answer of a `check`, of one subject or of many: what the reports render and the screens show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from supplymatrix.errors import Diagnostic
from supplymatrix.model.fact import Facts
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Rule
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Verdict

__all__ = ["Audit", "Fellow", "LogView", "ReadFile", "Survey", "Unreadable"]


@value
class Fellow:
    """Another report of the same run. format: key of reports.registry.FORMATS; sha256: hex, of its bytes as written."""

    name: str
    format: str
    sha256: str


@value
class ReadFile:
    """A file that a verdict rests on. name: as from the subject's folder ("go.sum", "../go.work"); sha256: hex, of its
    bytes as they were read."""

    name: str
    sha256: str


@value
class LogView:
    """The transparency log as this run saw it; one pinned head.

    name, key_hash: of the verifier key ("sum.golang.org", "033de0ae"). tree_size, root (base64) of the pinned head.
    seen_at: when that head was fetched (UTC); None when it is not known (a replay).
    route: who was asked, e.g. "proxy https://proxy.example", "direct", "offline cache", "replay DIR".
    pinned_by_policy: True when lift.toml names another log than Go's own.
    requests, received_bytes: what went over the network in this run; a request that was sent again counts once, and
    each sending of it after the first is one of `retries`.
    """

    name: str
    key_hash: str
    tree_size: int
    root: str
    seen_at: datetime | None
    route: str
    pinned_by_policy: bool = False
    requests: int = 0
    retries: int = 0
    received_bytes: int = 0


@value
class Audit:
    """Facts, verdict and what a renderer needs to show them.

    subject: display name. root: the subject's folder as the user typed it, used to show paths. log: None when no line
    had to be asked for. rules: every rule named in the verdict, by id.
    lines: (artifact, line number) → that line of the source without its line end, for the snippets.
    places: artifact → the path under which a reader finds it from where the run was started; others are as they are.
    fellows: the reports of this run that were written before this one, and the bills of materials that it was told to
    name. subject_files: what was judged: go.mod, go.sum and what a workspace adds. proof_files: committed proofs that
    were read. paths: module path → the shortest chain of requirements that leads to it, the subject's own module
    first, each after it as "path@version"; of what findings and gaps are about, but for what go.mod requires itself,
    and as far as this machine has the go.mod files.
    """

    subject: str
    root: str
    facts: Facts
    log: LogView | None
    verdict: Verdict
    rules: Mapping[str, Rule]
    lines: Mapping[tuple[str, int], str]
    places: Mapping[str, str] = MappingProxyType({})
    fellows: tuple[Fellow, ...] = ()
    subject_files: tuple[ReadFile, ...] = ()
    proof_files: tuple[ReadFile, ...] = ()
    paths: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def placed(self, location: Location) -> Location:
        """Return a location whose artifact is the path that a reader can open."""
        path = self.places.get(location.artifact)
        return location if path is None else changed(location, artifact=path)


@value
class Unreadable:
    """A subject that could not be judged because a file of it cannot be used. path: as the user would type it.

    exit_code: 2; 3 where its policy builds on one that could not be had.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...]
    exit_code: int = 2


@value
class Survey:
    """What one run says of all its subjects, in the order in which they were named or found.

    exit_code: one for all of them, the gravest. requests, retries, received_bytes: of the whole run; the subjects share
    their look-ups, so that these are told once and no sum of anything.
    """

    items: tuple[Audit | Unreadable, ...]
    exit_code: int
    requests: int = 0
    retries: int = 0
    received_bytes: int = 0
    fellows: tuple[Fellow, ...] = ()
