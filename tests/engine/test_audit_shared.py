"""What the audits of several projects of a run share is read once, and what one project has not, another has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.audit_shared import AuditShared, once
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.sources.standard_packages import StandardSearch, follow_standard


def test_a_value_is_made_once_for_each_key_and_what_raises_is_made_again() -> None:
    shared, made = AuditShared(), []

    def make() -> int:
        made.append(0)
        if len(made) == 1:
            raise LookupError
        return len(made)

    with pytest.raises(LookupError):
        shared.once("a", make)
    assert [shared.once("a", make), shared.once("a", make), shared.once("b", make)] == [2, 2, 3]
    assert once(None, "a", make) == 4


def test_a_search_that_has_read_for_one_project_says_the_same_to_another(tmp_path: Path) -> None:
    for name, imports in (("fmt", "os"), ("os", "errors"), ("errors", ""), ("net", "none")):
        folder = tmp_path / "src" / name
        folder.mkdir(parents=True)
        text = f'import "{imports}"\n' if imports else ""
        (folder / f"{name}.go").write_text(f"package {name}\n{text}")
    context = BuildContext()
    search = StandardSearch(tmp_path, context)
    first = follow_standard({"net": "a.example/m"}, tmp_path, context, search=search)
    assert set(first.missing) == {"none"}
    (tmp_path / "src" / "os" / "os.go").unlink()
    for _ in range(2):
        found = follow_standard({"fmt": "b.example/m"}, tmp_path, context, search=search)
        assert found == follow_standard({"fmt": "b.example/m"}, tmp_path, context)
        assert set(found.missing) == {"os"}
    (tmp_path / "src" / "fmt" / "fmt.go").unlink()
    assert follow_standard({"fmt": "b.example/m"}, tmp_path, context, search=search) == found
