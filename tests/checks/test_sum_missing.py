"""SM101 in a workspace: which lines a member's build takes from elsewhere, or does not need."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.checks.registry import run_rules
from supplymatrix.model.fact import Facts
from supplymatrix.model.rule import Status
from supplymatrix.sources.subjects import find_subjects, read_subject


def states(root: Path) -> dict[str, Status]:
    """Return what SM101 says of the first subject of a folder, by go.sum line."""
    subject = find_subjects([root], recursive=False).subjects[0]
    results = run_rules(Facts(read_subject(subject).facts))
    return {result.subject: result.status for result in results if result.rule == "SM101"}


def write(root: Path, require: str, **others: str) -> Path:
    for name in ("a", "b"):
        (root / name).mkdir()
        body = f"\nrequire {require}\n" if name == "a" else ""
        (root / name / "go.mod").write_text(f"module work.example/{name}\n\ngo 1.22\n{body}")
    (root / "go.work").write_text("go 1.22\nuse (\n\t./a\n\t./b\n)\n")
    for name, text in others.items():
        (root / name.replace("__", "/").replace("_", ".")).write_text(text)
    return root


def test_a_required_member_needs_no_more_than_its_go_mod_line(tmp_path: Path) -> None:
    found = states(write(tmp_path, "work.example/b v1.0.0", go_work_sum="work.example/b v1.0.0/go.mod h1:bbb=\n"))
    assert found == {"work.example/b@v1.0.0/go.mod": Status.PASS}


def test_a_required_member_whose_go_mod_line_is_nowhere_is_missing(tmp_path: Path) -> None:
    assert states(write(tmp_path, "work.example/b v1.0.0")) == {"work.example/b@v1.0.0/go.mod": Status.FAIL}


def test_a_line_in_the_go_sum_of_another_member_is_not_missing(tmp_path: Path) -> None:
    root = write(tmp_path, "example.com/x v1.0.0", b__go_sum="example.com/x v1.0.0 h1:aaa=\n")
    assert states(root) == {"example.com/x@v1.0.0": Status.PASS, "example.com/x@v1.0.0/go.mod": Status.FAIL}
