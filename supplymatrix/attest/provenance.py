"""Provenance statements of SLSA 0.1, 0.2 and 1.x: who built what of which source, as the builder says.

    provenance = parse_provenance(statement, "app.intoto.jsonl")

A builder puts the source in several places of one statement: as the configuration of the run, among what it took in,
and in its own parameters. All of them are read; where two of them differ, that is a dispute, and nobody picks one. The
payload is that of a stranger until its signature holds: everything here has a limit.

Source: slsa.dev/provenance/v0.1, v0.2, v1; the build types of slsa-github-generator, GitHub's attestations, GitLab,
Cloud Build and BuildKit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.provenance import Provenance, ResolvedDependency
from supplymatrix.model.signature import Statement
from supplymatrix.model.value import value

__all__ = ["PROVENANCE_TYPES", "is_provenance", "parse_provenance", "repository_of"]

PROVENANCE_TYPES: Mapping[str, str] = {
    "https://slsa.dev/provenance/v0.1": "0.1",
    "https://slsa.dev/provenance/v0.2": "0.2",
    "https://slsa.dev/provenance/v1": "1",
    "https://slsa.dev/provenance/v1.0": "1",
}
"""Predicate type → version of the form."""
PAYLOAD_LIMIT = 16 << 20
_MOST = 20_000  # dependencies of one build; a large monorepo of JavaScript has some thousand
_TEXT = 4_096
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEX = re.compile(r"[0-9a-f]{1,256}")
_SCHEME = re.compile(r"(?:git\+)?(?:https?|ssh|git)://(?:[^/@]*@)?")
_SCP = re.compile(r"(?:git\+)?[^/@:]+@([^/:]+):(?!/)(.+)")
_GIT_DIGESTS = ("gitCommit", "sha1")

_Table = Mapping[str, object]


@value
class _Source:
    """One place that names a source. where: of it in the predicate."""

    repository: str
    commit: str
    ref: str
    where: str


@value
class _Said:
    """What all versions of the form say, each in its own places. listed: what a build took in, as it is written; key:
    its name there."""

    builder_id: str
    build_type: str
    run: str
    entry_point: str
    started: str
    finished: str
    sources: list[_Source]
    listed: object
    key: str


def is_provenance(predicate_type: str) -> bool:
    """Return whether a predicate type is one that is read here."""
    return predicate_type in PROVENANCE_TYPES


def parse_provenance(statement: Statement, artifact: str) -> Provenance:
    """Return what a provenance statement says. artifact: its name in messages.

    Raises InputError for one that is no provenance, or not in its form.
    """
    version = PROVENANCE_TYPES.get(statement.predicate_type, "")
    if not version:
        raise _fault(artifact, f"the statement is no provenance: {statement.predicate_type[:200]!r}")
    predicate = _predicate(statement.payload, artifact)
    said = {"0.1": _of_v01, "0.2": _of_v02, "1": _of_v1}[version](predicate)
    if not said.builder_id:
        raise _fault(artifact, "the provenance names no builder")
    rows = _rows(said.listed)
    if len(rows) > _MOST:
        raise _fault(artifact, f"the provenance lists {len(rows):,} dependencies", expected=f"at most {_MOST:,}")
    found, disputes = _agreed(_with_listed(said.sources, rows, said.key))
    return Provenance(
        predicate_type=statement.predicate_type,
        version=version,
        builder_id=said.builder_id,
        build_type=said.build_type,
        repository=found.repository,
        commit=found.commit,
        ref=found.ref,
        run=said.run,
        entry_point=said.entry_point,
        dependencies=tuple(_dependency(row) for row in rows),
        subjects=statement.subjects,
        disputes=disputes,
        started=said.started,
        finished=said.finished,
    )


def repository_of(uri: str) -> str:
    """Return the address of a git repository without "git+", user, ref, ".git" and a slash at its end, as
    "https://host/path"; "" for what is none. The host is in lower case; the path is as written."""
    scp = _SCP.fullmatch(uri)
    if scp is not None:
        uri = f"ssh://{scp[1]}/{scp[2]}"
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return ""
    place = re.split(r"[@?#]", uri[scheme.end() :], maxsplit=1)[0]
    host, slash, path = place.partition("/")
    path = path.rstrip("/").removesuffix(".git").rstrip("/")
    return f"https://{host.lower()}/{path}" if slash and path and host else ""


def _ref_of(uri: str) -> str:
    """Return the ref that stands behind an @ or # of an address, "" for none."""
    scheme = _SCHEME.match(uri)
    rest = uri[scheme.end() :] if scheme is not None else ""
    found = re.search(r"[@#](refs/[^#?]+)", rest)
    return found[1] if found is not None else ""


def _of_v01(predicate: _Table) -> _Said:
    recipe, metadata = _table(predicate.get("recipe")), _table(predicate.get("metadata"))
    materials = _rows(predicate.get("materials"))
    at = recipe.get("definedInMaterial")
    is_there = isinstance(at, int) and not isinstance(at, bool) and 0 <= at < len(materials)
    return _Said(
        builder_id=_text(_table(predicate.get("builder")).get("id")),
        build_type=_text(recipe.get("type")),
        run=_text(metadata.get("buildInvocationId")),
        entry_point=_text(recipe.get("entryPoint")),
        started=_text(metadata.get("buildStartedOn")),
        finished=_text(metadata.get("buildFinishedOn")),
        sources=[_listed(materials[int(str(at))], f"materials[{at}]")] if is_there else [],
        listed=predicate.get("materials"),
        key="materials",
    )


def _of_v02(predicate: _Table) -> _Said:
    invocation, metadata = _table(predicate.get("invocation")), _table(predicate.get("metadata"))
    config = _table(invocation.get("configSource"))
    environment = _table(invocation.get("environment"))
    sha = _commit(environment.get("github_sha1"))
    return _Said(
        builder_id=_text(_table(predicate.get("builder")).get("id")),
        build_type=_text(predicate.get("buildType")),
        run=_github_run(environment) or _text(metadata.get("buildInvocationID")),
        entry_point=_text(config.get("entryPoint")),
        started=_text(metadata.get("buildStartedOn")),
        finished=_text(metadata.get("buildFinishedOn")),
        sources=[
            _listed(config, "invocation.configSource"),
            _Source(repository="", commit=sha, ref="", where="invocation.environment.github_sha1"),
            _of_buildkit(_table(metadata.get("https://mobyproject.org/buildkit@v1#metadata"))),
        ],
        listed=predicate.get("materials"),
        key="materials",
    )


def _of_v1(predicate: _Table) -> _Said:
    definition, run = _table(predicate.get("buildDefinition")), _table(predicate.get("runDetails"))
    outer, inner = _table(definition.get("externalParameters")), _table(definition.get("internalParameters"))
    metadata = _table(run.get("metadata"))
    places = [_table(outer.get(key)) for key in ("workflow", "buildConfigSource", "configSource")]
    entries = [_text(place.get("path")) for place in places]
    entries += [_text(outer.get("configPath")), _text(outer.get("entryPoint")), _entry_of(inner)]
    return _Said(
        builder_id=_text(_table(run.get("builder")).get("id")),
        build_type=_text(definition.get("buildType")),
        run=_text(metadata.get("invocationId")),
        entry_point=next(filter(None, entries), ""),
        started=_text(metadata.get("startedOn")),
        finished=_text(metadata.get("finishedOn")),
        sources=[
            _named(places[0], "externalParameters.workflow"),
            _named(places[1], "externalParameters.buildConfigSource"),
            *_outer_sources(outer),
            *_of_github(inner),
            _of_buildkit(_table(metadata.get("buildkit_metadata"))),
        ],
        listed=definition.get("resolvedDependencies"),
        key="resolvedDependencies",
    )


def _outer_sources(outer: _Table) -> Iterator[_Source]:
    """Yield the sources that parameters of a run name themselves: as an address, or as a dependency."""
    for key in ("source", "configSource"):
        given = outer.get(key)
        if isinstance(given, str):
            yield _listed({"uri": given}, f"externalParameters.{key}")
        elif isinstance(given, dict):
            yield _listed(given, f"externalParameters.{key}")


def _of_github(inner: _Table) -> Iterator[_Source]:
    """Yield what the environment of a run on GitHub says, as slsa-github-generator writes it down."""
    name = _text(inner.get("GITHUB_REPOSITORY"))
    repository = repository_of(f"https://github.com/{name}") if name.count("/") == 1 else ""
    commit, ref = _commit(inner.get("GITHUB_SHA")), _text(inner.get("GITHUB_REF"))
    if repository or commit:
        where = "internalParameters.GITHUB_REPOSITORY and GITHUB_SHA"
        yield _Source(repository=repository, commit=commit, ref=ref, where=where)


def _entry_of(inner: _Table) -> str:
    """Return the workflow file out of "org/repo/.github/workflows/x.yml@ref", "" for none."""
    found = re.match(r"[^/@]+/[^/@]+/([^@]+)@", _text(inner.get("GITHUB_WORKFLOW_REF")))
    return found[1] if found is not None else ""


def _of_buildkit(metadata: _Table) -> _Source:
    """Return the source that BuildKit was told of by its client: of the working tree that lies behind the build."""
    vcs = _table(metadata.get("vcs"))
    return _Source(
        repository=repository_of(_text(vcs.get("source"))),
        commit=_commit(vcs.get("revision")),
        ref="",
        where="vcs of BuildKit's metadata",
    )


def _github_run(environment: _Table) -> str:
    """Return the address of a run on GitHub out of an environment of SLSA 0.2, "" where it tells too little."""
    payload = _table(environment.get("github_event_payload"))
    name = _text(_table(payload.get("repository")).get("full_name"))
    number, attempt = _text(environment.get("github_run_id")), _text(environment.get("github_run_attempt"))
    if not (name.count("/") == 1 and number.isdigit()):
        return ""
    tail = f"/attempts/{attempt}" if attempt.isdigit() else ""
    return f"https://github.com/{name}/actions/runs/{number}{tail}"


def _named(place: _Table, where: str) -> _Source:
    """Return a source that is given as repository and ref."""
    repository = repository_of(_text(place.get("repository")))
    return _Source(repository=repository, commit="", ref=_text(place.get("ref")), where=where)


def _listed(row: _Table, where: str) -> _Source:
    """Return a source that is given as a dependency: an address, with the commit among its digests."""
    uri, digests = _text(row.get("uri")), _table(row.get("digest"))
    commit = next((found for key in _GIT_DIGESTS if (found := _commit(digests.get(key)))), "")
    return _Source(repository=repository_of(uri), commit=commit, ref=_ref_of(uri), where=where)


def _with_listed(sources: list[_Source], rows: list[_Table], key: str) -> list[_Source]:
    """Return the sources that are named, and of what a build took in those that are the same repository.

    Where none is named, the only git repository among what was taken in is the source; of several nobody knows which.
    """
    named = {source.repository.casefold() for source in sources if source.repository}
    git = [
        source
        for number, row in enumerate(rows)
        if (source := _listed(row, f"{key}[{number}]")).repository and _is_git(row)
    ]
    if not named:
        return [*sources, *(git if len({source.repository.casefold() for source in git}) == 1 else [])]
    same = [source for source in git if source.repository.casefold() in named]
    for name in ("commit", "ref"):  # a repository may stand there several times: at the commit of a part of it, too
        told = {getattr(source, name) for source in sources} - {""}
        same = [source for source in same if getattr(source, name) in told] or same
    return [*sources, *same]


def _is_git(row: _Table) -> bool:
    uri, digests = _text(row.get("uri")), _table(row.get("digest"))
    return uri.startswith("git+") or "gitCommit" in digests or (uri.endswith(".git") and "sha1" in digests)


def _agreed(sources: list[_Source]) -> tuple[_Source, tuple[str, ...]]:
    """Return what all places say together, and where they contradict each other; what is disputed is left empty."""
    disputes = []
    found: dict[str, str] = {}
    for name in ("repository", "commit", "ref"):
        told: dict[str, _Source] = {}
        for source in sources:
            text = str(getattr(source, name))
            if text:
                told.setdefault(text.casefold() if name == "repository" else text, source)
        if name == "ref" and len(told) > 1:
            told = {}  # a branch in one place and a commit's tag in another say nothing wrong
        if len(told) > 1:
            first, second = list(told.values())[:2]
            disputes.append(
                f"{first.where} says {name} {getattr(first, name)}, {second.where} says {getattr(second, name)}"
            )
        found[name] = str(getattr(next(iter(told.values())), name)) if len(told) == 1 else ""
    return _Source(where="", **found), tuple(disputes)


def _dependency(row: _Table) -> ResolvedDependency:
    return ResolvedDependency(
        uri=_text(row.get("uri")), digests=_digests(row.get("digest")), name=_text(row.get("name"))
    )


def _digests(found: object) -> tuple[tuple[str, str], ...]:
    pairs = [(key[:64], _text(text).lower()) for key, text in list(_table(found).items())[:16]]
    return tuple(sorted((key, text) for key, text in pairs if _HEX.fullmatch(text)))


def _predicate(payload: bytes, artifact: str) -> _Table:
    if len(payload) > PAYLOAD_LIMIT:
        raise _fault(artifact, f"the statement has {len(payload):,} bytes", expected=f"at most {PAYLOAD_LIMIT:,}")
    try:
        document = json.loads(payload.decode("utf-8"), parse_float=str, object_pairs_hook=_once)
    except (UnicodeDecodeError, ValueError, RecursionError) as err:
        raise _fault(artifact, "the statement is no JSON, or a key of it stands twice") from err
    predicate = document.get("predicate") if isinstance(document, dict) else None
    if not isinstance(predicate, dict):
        raise _fault(artifact, "the statement has no predicate")
    return predicate


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of JSON. Raises ValueError where a key stands twice: two readers would read two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _commit(found: object) -> str:
    text = _text(found).lower()
    return text if _COMMIT.fullmatch(text) else ""


def _rows(found: object) -> list[_Table]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _table(found: object) -> _Table:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str:
    """Return a text, "" for what is none or longer than any address."""
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)[:20] if abs(found) < 10**18 else ""
    return found if isinstance(found, str) and len(found) <= _TEXT else ""


def _fault(artifact: str, message: str, *, expected: str = "") -> InputError:
    wanted = expected or "provenance in the form of SLSA 0.1, 0.2 or 1.x"
    return InputError(Diagnostic(message=message, artifact=artifact, expected=wanted))
