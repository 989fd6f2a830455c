"""Which variables of the go command hold in a job of CI, and in each of its steps."""

from __future__ import annotations

import pytest

from supplymatrix.buildfiles.ci_scopes import FileScopes, gitlab_scopes, workflow_scopes
from supplymatrix.buildfiles.yaml_places import open_yaml

EXPRESSION = "it is an expression whose value is not known here"


def told(found: FileScopes) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (scope.name, scope.command, {name: held.unknown or held.text for name, held in scope.variables.items()})
        for scope in found.scopes
    ]


def workflow(text: str) -> FileScopes:
    return workflow_scopes(open_yaml(text.encode(), ".github/workflows/ci.yml"))


def gitlab(text: str) -> FileScopes:
    return gitlab_scopes(open_yaml(text.encode(), ".gitlab-ci.yml"))


def test_a_step_has_what_the_workflow_its_job_and_it_set() -> None:
    found = workflow("""\
env: {GOPROXY: file, GOSUMDB: file, GOVCS: file}
jobs:
  a:
    env: {GOSUMDB: job}
    steps:
      - run: go build ./...
        env: {GOVCS: step}
      - run: go test ./...
  b:
    container: {image: golang, env: {GOPROXY: container}}
    steps: [{run: make}]
  c:
    steps: [{run: echo go build}]
""")
    assert told(found) == [
        ("job a", "go build", {"GOPROXY": "file", "GOSUMDB": "job", "GOVCS": "step"}),
        ("job a", "go test", {"GOPROXY": "file", "GOSUMDB": "job", "GOVCS": "file"}),
        ("job b", "make", {"GOPROXY": "container", "GOSUMDB": "file", "GOVCS": "file"}),
    ]
    assert sorted(found.shared) == ["GOPROXY", "GOSUMDB", "GOVCS"]


def test_what_a_step_writes_holds_in_later_ones() -> None:
    found = workflow("""\
jobs:
  a:
    steps:
      - run: |
          echo "GOPROXY=later" >> "$GITHUB_ENV"
          go env -w GOVCS=written
          export GOSUMDB=here
          go vet
      - run: go build
""")
    assert told(found) == [
        ("job a", "go vet", {"GOVCS": "written", "GOSUMDB": "here"}),
        ("job a", "go build", {"GOVCS": "written", "GOPROXY": "later"}),
    ]
    assert [scope.line for scope in found.scopes] == [8, 9]


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("${{ vars.P }}", EXPRESSION),
        ("https://bot:${{ secrets.T }}@p.test", EXPRESSION),
        ("${{ env.KNOWN }}", "known"),
        ("${{ env.OTHER }}", EXPRESSION),
        ("plain", "plain"),
    ],
)
def test_expressions(value: str, holds: str) -> None:
    found = workflow(
        f'env: {{KNOWN: known}}\njobs: {{a: {{env: {{GOPROXY: "{value}"}}, steps: [{{run: go build}}]}}}}\n'
    )
    assert told(found) == [("job a", "go build", {"GOPROXY": holds})]


def test_an_expression_in_a_script_does_not_end_its_command() -> None:
    found = workflow("jobs: {a: {steps: [{run: 'GOPROXY=${{ vars.P }} go build'}]}}\n")
    ((_, command, holds),) = told(found)
    assert (command, holds["GOPROXY"]) == (
        "go build",
        "it takes what a variable or a command gives that is not known here",
    )


def test_actions_that_run_go_and_those_of_this_tree() -> None:
    found = workflow("""\
jobs:
  a: {steps: [{uses: golangci/golangci-lint-action@v6}, {uses: ./.github/actions/x}]}
  b: {steps: [{uses: actions/setup-go@v5}, {run: npm test}]}
  c: {env: {GOPROXY: x}, steps: [{uses: actions/checkout@v4}]}
""")
    assert told(found) == [
        ("job a", "golangci/golangci-lint-action", {}),
        ("job a", "", {}),
        ("job b", "a step that sets up Go", {}),
        ("job c", "", {"GOPROXY": "x"}),
    ]
    assert found.scopes[1].calls == (".github/actions/x",)


def test_jobs_of_gitlab_with_what_they_extend() -> None:
    found = gitlab("""\
variables: {GOPROXY: file, GOSUMDB: {value: file}}
default: {image: golang, before_script: [export GOVCS=before]}
.base: &base
  variables: {GOSUMDB: base}
.go:
  extends: .base
  script: [make]
a:
  extends: [.go]
b:
  <<: *base
  inherit: {variables: false}
  before_script: []
  script: [go build]
c:
  inherit: {variables: [GOPROXY]}
  script: [go test]
d:
  extends: .elsewhere
  variables: {GOPROXY: "https://$HOST/x", HOST: h.test}
  after_script: [go run ./x]
e:
  variables: {GOPROXY: $UNKNOWN}
.unused:
  variables: {GOPROXY: unused}
""")
    assert told(found) == [
        ("job a", "make", {"GOPROXY": "file", "GOSUMDB": "base", "GOVCS": "before"}),
        ("job b", "go build", {"GOSUMDB": "base"}),
        ("job c", "go test", {"GOPROXY": "file", "GOVCS": "before"}),
        ("job d", "go run", {"GOPROXY": "https://h.test/x", "GOSUMDB": "file"}),
        ("job e", "", {"GOPROXY": EXPRESSION, "GOSUMDB": "file"}),
        ("job .unused", "", {"GOPROXY": "unused", "GOSUMDB": "file"}),
    ]
    assert [scope.is_alone for scope in found.scopes] == [False, True, True, False, False, False]
    assert [scope.cut for scope in found.scopes if scope.cut] == ["it extends .elsewhere, which is in another file"]


def test_jobs_that_extend_each_other_end() -> None:
    found = gitlab("a: {extends: b, script: [go build]}\nb: {extends: a}\n")
    assert [(scope.name, scope.command) for scope in found.scopes] == [("job a", "go build"), ("job b", "go build")]
