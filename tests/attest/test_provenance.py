"""Provenance of every form, and hostile provenance: read, disputed or refused, never guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.provenance import is_provenance, parse_provenance, repository_of
from supplymatrix.errors import InputError
from supplymatrix.model.provenance import Provenance
from supplymatrix.model.signature import Statement
from tests.support.made_chain import COMMIT, GENERATOR, REPOSITORY, provenance_v02, provenance_v1

_V1, _V02, _V01 = (f"https://slsa.dev/provenance/{version}" for version in ("v1", "v0.2", "v0.1"))
_OTHER = "2e" * 20


def _statement(predicate: object, kind: str = _V1, payload: bytes | None = None) -> Statement:
    text = json.dumps({"predicate": predicate}).encode() if payload is None else payload
    return Statement(statement_type="https://in-toto.io/Statement/v1", predicate_type=kind, subjects=(), payload=text)


def _parsed(predicate: object, kind: str = _V1) -> Provenance:
    return parse_provenance(_statement(predicate, kind), "made")


def test_a_statement_of_github_is_read() -> None:
    found = _parsed(provenance_v1())
    assert (found.version, found.repository, found.commit, found.ref) == ("1", REPOSITORY, COMMIT, "refs/tags/v1.2.0")
    assert (found.entry_point, found.run) == (
        ".github/workflows/release.yml", f"{REPOSITORY}/actions/runs/1/attempts/1",
    )  # fmt: skip
    assert (found.disputes, len(found.dependencies)) == ((), 1)


def test_a_statement_of_the_generator_is_read() -> None:
    found = _parsed(provenance_v02(), _V02)
    assert (found.version, found.builder_id, found.repository, found.commit) == ("0.2", GENERATOR, REPOSITORY, COMMIT)
    assert found.entry_point == ".github/workflows/release.yml"


def test_a_statement_of_the_first_form_is_read() -> None:
    materials = [
        {"uri": "https://tools.example/x", "digest": {"sha256": "ab" * 32}},
        {"uri": f"git+{REPOSITORY}.git@refs/heads/main", "digest": {"sha1": COMMIT}},
    ]
    predicate = {
        "builder": {"id": "https://builder.example/1"}, "materials": materials,
        "recipe": {"type": "https://builder.example/make", "definedInMaterial": 1, "entryPoint": "Makefile"},
        "metadata": {"buildInvocationId": 7, "buildStartedOn": "2026-01-01T00:00:00Z"},
    }  # fmt: skip
    found = _parsed(predicate, _V01)
    assert (found.repository, found.commit, found.ref, found.run) == (REPOSITORY, COMMIT, "refs/heads/main", "7")
    assert found.dependencies[0].digest("sha256") == "ab" * 32


def _buildkit(version: str) -> dict[str, Any]:
    vcs = {"vcs": {"source": "git@github.com:corp/app.git", "revision": COMMIT}}
    if version == _V02:
        return {"builder": {"id": "b"}, "metadata": {"https://mobyproject.org/buildkit@v1#metadata": vcs}}
    return {"buildDefinition": {}, "runDetails": {"builder": {"id": "b"}, "metadata": {"buildkit_metadata": vcs}}}


@pytest.mark.parametrize("version", [_V02, _V1])
def test_what_buildkit_was_told_of_the_tree_is_the_source(version: str) -> None:
    found = _parsed(_buildkit(version), version)
    assert (found.repository, found.commit) == (REPOSITORY, COMMIT)


def _v1(definition: dict[str, Any]) -> dict[str, Any]:
    return {"buildDefinition": definition, "runDetails": {"builder": {"id": "https://builder.example"}}}


@pytest.mark.parametrize("key", ["source", "configSource"])
def test_a_source_among_the_parameters_is_read(key: str) -> None:
    given_ = {"uri": f"git+{REPOSITORY}@refs/tags/v1", "digest": {"sha1": COMMIT}}
    found = _parsed(_v1({"externalParameters": {key: given_, "configPath": "a.toml"}}))
    assert (found.repository, found.commit, found.entry_point) == (REPOSITORY, COMMIT, "a.toml")
    row = {"uri": REPOSITORY, "digest": {"gitCommit": COMMIT}}
    found = _parsed(_v1({"externalParameters": {key: REPOSITORY}, "resolvedDependencies": [row]}))
    assert (found.repository, found.commit) == (REPOSITORY, COMMIT)


def test_of_several_repositories_nobody_knows_which_is_the_source() -> None:
    rows = [{"uri": f"git+https://github.com/corp/{name}", "digest": {"gitCommit": COMMIT}} for name in ("a", "b")]
    found = _parsed(_v1({"resolvedDependencies": rows}))
    assert (found.repository, found.commit, found.disputes) == ("", "", ())
    assert _parsed(_v1({"resolvedDependencies": rows[:1]})).repository == "https://github.com/corp/a"


def test_a_repository_that_is_listed_at_several_commits_is_the_one_that_is_named() -> None:
    predicate = provenance_v1(more=[{"uri": f"git+{REPOSITORY}@refs/heads/docs", "digest": {"gitCommit": _OTHER}}])
    assert (_parsed(predicate).commit, _parsed(predicate).disputes) == (COMMIT, ())
    predicate = provenance_v1(more=[{"uri": f"git+{REPOSITORY}@refs/tags/v1.2.0", "digest": {"gitCommit": _OTHER}}])
    assert _parsed(predicate).commit == ""
    assert len(_parsed(predicate).disputes) == 1


def test_what_contradicts_itself_is_disputed_and_left_out() -> None:
    inner = {"GITHUB_REPOSITORY": "corp/app", "GITHUB_SHA": _OTHER}
    source = {"uri": f"git+{REPOSITORY}", "digest": {"sha1": COMMIT}}
    found = _parsed(_v1({"externalParameters": {"source": source}, "internalParameters": inner}))
    assert (found.repository, found.commit) == (REPOSITORY, "")
    (dispute,) = found.disputes
    assert dispute.startswith(f"externalParameters.source says commit {COMMIT}, internalParameters.GITHUB_REPOSITORY ")
    assert dispute.endswith(f" says {_OTHER}")
    predicate = provenance_v02()
    predicate["invocation"]["environment"]["github_sha1"] = _OTHER
    assert _parsed(predicate, _V02).disputes


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"{", "no JSON"),
        (b"[]", "no predicate"),
        (b'{"predicate": 1}', "no predicate"),
        (b'{"predicate": {}, "predicate": {"builder": {"id": "b"}}}', "twice"),
        (b'{"predicate": {"runDetails": {"builder": {"id": "a", "id": "b"}}}}', "twice"),
        (b"\xff", "no JSON"),
        (b'{"predicate": {"runDetails": {"builder": {"id": 1.5}}}}', None),
        (b'{"predicate": {"runDetails": {"builder": {"id": ""}}}}', "no builder"),
        (b'{"predicate": {"runDetails": {"builder": {"id": "' + b"x" * 5000 + b'"}}}}', "no builder"),
        (b"[" * 100_000, "no JSON"),
        (b" " * (16 << 20) + b"{}", "bytes"),
    ],
)
def test_what_is_no_provenance_is_refused(payload: bytes, says: str | None) -> None:
    if says is None:
        assert parse_provenance(_statement(None, payload=payload), "made").builder_id == "1.5"
        return
    with pytest.raises(InputError, match=says):
        parse_provenance(_statement(None, payload=payload), "made")


def test_another_predicate_and_too_many_dependencies_are_refused() -> None:
    assert not is_provenance("https://slsa.dev/provenance/v9")
    with pytest.raises(InputError, match="no provenance"):
        _parsed({}, "https://slsa.dev/provenance/v9")
    with pytest.raises(InputError, match="dependencies"):
        _parsed(_v1({"resolvedDependencies": [{}] * 20_001}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("git+https://github.com/corp/app@refs/tags/v1", REPOSITORY),
        ("https://GitHub.com/corp/app.git", REPOSITORY),
        ("https://github.com/corp/app/", REPOSITORY),
        ("git+ssh://git@github.com/corp/app.git#main", REPOSITORY),
        ("git@github.com:corp/app.git", REPOSITORY),
        ("https://user:secret@github.com/corp/app", REPOSITORY),
        ("https://github.com/corp/app?x=1", REPOSITORY),
        ("https://github.com/", ""), ("https://github.com", ""), ("pkg:docker/a@1", ""), ("", ""), ("corp/app", ""),
        ("file:///corp/app", ""),
    ],
)  # fmt: skip
def test_addresses_of_a_repository_are_one(text: str, found: str) -> None:
    assert repository_of(text) == found


_TEXTS = st.text(max_size=8) | st.sampled_from([COMMIT, REPOSITORY, _OTHER])
_LEAVES = st.none() | st.booleans() | st.integers() | _TEXTS
_KEYS = st.sampled_from(
    [
        "builder", "id", "buildDefinition", "externalParameters", "workflow", "source", "uri", "digest", "sha1",
        "materials", "resolvedDependencies", "runDetails", "metadata", "vcs", "recipe", "definedInMaterial",
        "invocation", "configSource", "environment", "internalParameters", "repository", "gitCommit",
        "buildkit_metadata",
    ]
)  # fmt: skip
_ANYTHING = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=20
)


@given(_ANYTHING, st.sampled_from([_V1, _V02, _V01]))
def test_any_json_is_read_or_refused(predicate: object, kind: str) -> None:
    try:
        found = _parsed(predicate, kind)
    except InputError:
        return
    assert found.builder_id
    assert found.commit in ("", COMMIT, _OTHER)
    assert not (found.disputes and found.commit and found.repository)
