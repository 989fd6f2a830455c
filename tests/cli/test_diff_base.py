"""--diff-base: a change is judged by what it brings, in real repositories; what was there before is told."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Done
from tests.support.git_repo import GitRepo
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, go_mod_text, made_hash, write_project, write_recording

A, B, C = "example.com/a@v1.0.0", "example.com/b@v1.2.0", "example.com/c@v0.0.0-20200101000000-abcdefabcdef"
STRANGER = "example.com/stranger@v1.0.0"
LOG = MadeLog.of(A, B, C, filler=20)
STRICT = '[policy]\nmin_score = 95\n\n[rules]\nSM203 = "error"\n'


def stranger_line(salt: str = "") -> str:
    """Return go.sum lines of a module that the log does not have."""
    own, go_mod = made_hash(STRANGER, salt=salt), made_hash(STRANGER, go_mod=True, salt=salt)
    name = STRANGER.replace("@", " ")
    return f"{name} {own}\n{name}/go.mod {go_mod}\n"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    answers = dict(LOG.answers())
    return write_recording(tmp_path / "recorded", answers)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A repository whose main branch has a line missing from go.sum."""
    repo = GitRepo(tmp_path / "svc")
    write_project(repo.folder, LOG, "", [A, B], go_sum=LOG.go_sum(A), policy=STRICT)
    repo.commit()
    return repo


def check(cli: Cli, repo: GitRepo, recorded: Path, *more: str, folder: Path | None = None) -> Done:
    return cli("check", str(folder or repo.folder), "--replay", str(recorded), *more)


def judged(done: Done) -> dict[str, bool]:
    """Return the findings and unknowns of a JSON report: "rule subject" → known before."""
    report = json.loads(done.out)
    return {f"{one['rule']} {one['subject']}": one["known_before"] for one in [*report["findings"], *report["unknown"]]}


def test_what_was_there_before_decides_nothing_and_is_told(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    assert check(cli, repo, recorded).code == 1
    done = check(cli, repo, recorded, "--diff-base", "main")
    said = " ".join(done.out.split())
    assert done.code == 0
    assert "SM101" in said
    commit = repo.git("rev-parse", "main")[:12]
    assert (
        f"2 of 2 findings were there at main ({commit}), and decide nothing; by all of them this would be fail" in said
    )
    assert "Exit 0: nothing new is against the policy (2 known before)." in said
    assert "the policy is met" not in said


def test_what_is_new_fails_and_the_old_is_told_beside_it(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    (repo.folder / "go.mod").write_text(go_mod_text([A, B, C]))
    (repo.folder / "go.sum").write_text(LOG.go_sum(A, C))
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert done.code == 1
    assert judged(done) == {f"SM101 {B}": True, f"SM101 {B}/go.mod": True, f"SM203 {C}": False}
    assert json.loads(done.out)["verdict"]["outcome"] == "fail"


def test_a_bare_repository_state_of_another_branch_serves_as_well(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    first = repo.git("rev-parse", "HEAD").strip()
    repo.commit({"go.sum": LOG.go_sum(A, B)})
    (repo.folder / "go.sum").write_text(LOG.go_sum(A))
    assert check(cli, repo, recorded, "--diff-base", "HEAD").code == 1
    assert check(cli, repo, recorded, "--diff-base", first).code == 0


def test_an_alarm_decides_whatever_was_before(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    wrong = LOG.go_sum(A).replace(made_hash(A), made_hash("other"))
    repo.commit({"go.mod": go_mod_text([A]), "go.sum": wrong})
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert done.code == 4
    assert not any(judged(done).values())


def test_a_line_that_cannot_count_decides_whatever_was_before(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    repo.commit({"go.sum": LOG.go_sum(A, B) + "example.com/a\n"})
    assert check(cli, repo, recorded, "--diff-base", "main").code == 2


def test_what_could_not_be_checked_before_either_decides_nothing(cli: Cli, repo: GitRepo) -> None:
    repo.commit({"go.sum": LOG.go_sum(A, B)})
    assert cli("check", str(repo.folder), "--offline").code == 3
    done = cli("check", str(repo.folder), "--offline", "--diff-base", "main")
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "by all of them this would be incomplete" in said
    assert "known before unknown" in said


def test_what_is_new_and_cannot_be_checked_is_incomplete(cli: Cli, repo: GitRepo) -> None:
    repo.commit({"go.mod": go_mod_text([A]), "go.sum": LOG.go_sum(A)})
    (repo.folder / "go.sum").write_text(LOG.go_sum(A, B))
    assert cli("check", str(repo.folder), "--offline", "--diff-base", "main").code == 3


def test_a_hash_that_was_changed_is_not_the_line_that_could_not_be_checked_before(cli: Cli, repo: GitRepo) -> None:
    repo.commit({"go.mod": go_mod_text([A]), "go.sum": LOG.go_sum(A)})
    (repo.folder / "go.sum").write_text(LOG.go_sum(A).replace(made_hash(A), made_hash("evil")))
    done = cli("check", str(repo.folder), "--offline", "--diff-base", "main", "--format", "json")
    assert done.code == 3
    known = judged(done)
    assert known[f"SM110 {A}/go.mod"]
    assert not known[f"SM110 {A}"]


def test_another_fork_is_not_the_one_that_was_there(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    replaced = go_mod_text([A]) + f"\nreplace {A.replace('@', ' ')} => {B.replace('@', ' ')}\n"
    strict = (repo.folder / "lift.toml").read_text().replace('SM203 = "error"', 'SM202 = "error"')
    repo.commit({"go.mod": replaced, "go.sum": LOG.go_sum(B), "lift.toml": strict})
    assert check(cli, repo, recorded, "--diff-base", "main").code == 0
    (repo.folder / "go.mod").write_text(replaced.replace(B.replace("@", " "), C.replace("@", " ")))
    (repo.folder / "go.sum").write_text(LOG.go_sum(C))
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert (done.code, judged(done)[f"SM202 {A}"]) == (1, False)


def test_a_project_that_the_revision_has_not_is_all_new(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    folder = write_project(repo.folder / "new", LOG, "", [A, B], go_sum=LOG.go_sum(A), policy=STRICT)
    done = check(cli, repo, recorded, "--diff-base", "main", folder=folder)
    assert done.code == 1
    assert "everything counts as new since main" in " ".join(done.out.split())
    assert "that revision has no such project" in " ".join(done.out.split())


def test_files_that_cannot_be_read_there_make_everything_new(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    good = (repo.folder / "go.mod").read_text()
    repo.commit({"go.mod": "module (\n"})
    (repo.folder / "go.mod").write_text(good)
    done = check(cli, repo, recorded, "--diff-base", "main")
    assert done.code == 1
    assert "its files cannot be read there" in " ".join(done.out.split())


@pytest.mark.parametrize("name", ["go.sum", "go.mod"])
def test_a_file_that_was_a_link_is_not_one_that_was_not_there(
    cli: Cli, repo: GitRepo, recorded: Path, name: str
) -> None:
    (repo.folder / "go.sum").write_text(LOG.go_sum(A, B))
    (repo.folder / name).rename(repo.folder / "target")
    (repo.folder / name).symlink_to("target")
    repo.commit()
    (repo.folder / "go.sum").write_text(LOG.go_sum(A))
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert (done.code, set(judged(done).values())) == (1, {False})
    assert f"{name} is a link or a folder, which is not followed" in done.out


def test_a_link_in_the_place_of_a_file_is_not_followed(cli: Cli, repo: GitRepo, recorded: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.mod"
    outside.write_text(go_mod_text([A, B]))
    good = (repo.folder / "go.mod").read_text()
    (repo.folder / "go.mod").unlink()
    (repo.folder / "go.sum").unlink()
    (repo.folder / "go.mod").symlink_to(outside)
    repo.commit()
    (repo.folder / "go.mod").unlink()
    (repo.folder / "go.mod").write_text(good)
    (repo.folder / "go.sum").write_text(LOG.go_sum(A))
    assert check(cli, repo, recorded, "--diff-base", "main").code == 1


def test_the_policy_is_never_the_revisions(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    """A rule that the change switches on counts for what was there before: told, known, and no reason to fail."""
    repo.commit({"go.mod": go_mod_text([A, C]), "go.sum": LOG.go_sum(A, C)})
    text = (repo.folder / "lift.toml").read_text()
    repo.commit({"lift.toml": text.replace('SM203 = "error"', 'SM203 = "off"')})
    (repo.folder / "lift.toml").write_text(text)
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert (done.code, judged(done)) == (0, {f"SM203 {C}": True})
    done = check(cli, repo, recorded, "--diff-base", "main", "--policy-from", "main", "--format", "json")
    assert (done.code, judged(done)) == (0, {})


def test_a_member_of_a_workspace_is_compared_as_one(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "many")
    for name, requires in (("one", [A, B]), ("two", [A])):
        write_project(repo.folder / name, LOG, "", requires, go_sum=LOG.go_sum(A), policy=STRICT)
    (repo.folder / "two" / "go.mod").write_text(go_mod_text([A]).replace("svc.example/app", "svc.example/two"))
    repo.commit({"go.work": "go 1.22\n\nuse (\n\t./one\n\t./two\n)\n"})
    assert check(cli, repo, recorded).code == 1
    assert check(cli, repo, recorded, "--diff-base", "main").code == 0
    mod = repo.folder / "two" / "go.mod"
    mod.write_text(mod.read_text().replace("require (\n", f"require (\n\t{C.replace('@', ' ')}\n"))
    done = check(cli, repo, recorded, "--diff-base", "main")
    assert done.code == 1
    assert "SM203" in done.out


def test_a_workspace_that_the_change_removes_is_not_one_that_never_was(
    cli: Cli, recorded: Path, tmp_path: Path
) -> None:
    """What only go.work.sum had is missing when that is gone, whichever folder is named."""
    repo = GitRepo(tmp_path / "many")
    svc = write_project(repo.folder / "svc" / "app", LOG, "", [A, B], go_sum=LOG.go_sum(A), policy=STRICT)
    repo.commit({"go.work": "go 1.22\n\nuse ./svc/app\n", "go.work.sum": LOG.go_sum(B)})
    assert check(cli, repo, recorded).code == 0
    (repo.folder / "go.work").unlink()
    for folder in (repo.folder, svc):
        done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json", folder=folder)
        assert (done.code, set(judged(done).values())) == (1, {False})


def test_a_member_that_the_change_takes_out_of_the_workspace_is_compared_as_one(
    cli: Cli, recorded: Path, tmp_path: Path
) -> None:
    repo = GitRepo(tmp_path / "many")
    svc = write_project(repo.folder / "svc", LOG, "", [A, B], go_sum=LOG.go_sum(A), policy=STRICT)
    repo.commit({"go.work": "go 1.22\n\nuse ./svc\n", "go.work.sum": LOG.go_sum(B)})
    done = check(cli, repo, recorded, "--diff-base", "main", folder=svc / "go.mod")
    assert done.code == 0  # named by itself, then as now
    (repo.folder / "go.work").write_text("go 1.22\n\nuse ./other\n")
    assert check(cli, repo, recorded, "--diff-base", "main", folder=svc / "go.mod").code == 1


def test_a_workspace_that_moved_is_still_the_one_that_was_there(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "many")
    write_project(repo.folder / "svc", LOG, "", [A, B], go_sum=LOG.go_sum(A), policy=STRICT)
    repo.commit({"go.work": "go 1.22\n\nuse ./svc\n", "go.work.sum": LOG.go_sum(B)})
    (repo.folder / "go.work").unlink()
    (repo.folder / "svc" / "go.work").write_text("go 1.22\n\nuse .\n")
    done = check(cli, repo, recorded, "--diff-base", "main", folder=repo.folder / "svc")
    assert done.code == 1


def test_a_copy_in_vendor_that_the_change_brings_is_new(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    policy = (repo.folder / "lift.toml").read_text().replace('SM203 = "error"', 'SM120 = "error"\nSM121 = "error"')
    repo.commit({"go.mod": go_mod_text([A]), "lift.toml": policy})
    assert check(cli, repo, recorded).code == 0
    vendored = repo.folder / "vendor" / A.partition("@")[0]
    vendored.mkdir(parents=True)
    (vendored / "a.go").write_text("package a\n")
    (repo.folder / "vendor" / "modules.txt").write_text("# example.com/a v1.0.0\n## explicit\nexample.com/a\n")
    (repo.folder / "vendor" / "odd.txt").write_text("by hand\n")
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert (done.code, judged(done)) == (3, {f"SM120 {A}": False, "SM121 vendor/odd.txt": False})


def test_a_module_that_gives_packages_now_is_not_one_that_always_did(
    cli: Cli, repo: GitRepo, recorded: Path, machine: Machine, tmp_path: Path
) -> None:
    """Before go 1.17 the line of a module's files is needed only where it gives packages, which imports decide."""
    cache = tmp_path / "modcache"
    for name in (A, B):
        path, _, version = name.partition("@")
        folder = cache / "cache" / "download" / path / "@v"
        folder.mkdir(parents=True)
        (folder / f"{version}.mod").write_text(f"module {path}\n\ngo 1.16\n")
    machine.settings["GOMODCACHE"] = str(cache)
    go_mod_line = "".join(line for line in LOG.go_sum(B).splitlines(keepends=True) if "/go.mod " in line)
    policy = (repo.folder / "lift.toml").read_text().replace('SM203 = "error"', 'SM207 = "warn"\nSM208 = "warn"')
    old = go_mod_text([A, B]).replace("go 1.22", "go 1.16")
    repo.commit({"go.mod": old, "go.sum": LOG.go_sum(A) + go_mod_line, "lift.toml": policy})
    (repo.folder / "main.go").write_text('package main\n\nimport _ "example.com/b"\n\nfunc main() {}\n')
    vendored = repo.folder / "vendor" / "example.com" / "b"
    vendored.mkdir(parents=True)
    (vendored / "b.go").write_text("package b\n")
    (repo.folder / "vendor" / "modules.txt").write_text(
        "# example.com/a v1.0.0\n## explicit\n# example.com/b v1.2.0\n## explicit\nexample.com/b\n"
    )
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    known = judged(done)
    assert (done.code, known.pop(f"SM101 {B}")) == (1, False)
    assert set(known.values()) <= {True}  # what the cache has of versions that were there then is as it was


def test_a_line_that_cannot_count_is_another_one_under_another_hash(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    policy = (repo.folder / "lift.toml").read_text().replace('SM203 = "error"', 'SM105 = "error"')
    repo.commit({"go.sum": LOG.go_sum(A, B) + "example.com/b v1.2.0 h9:AAAA\n", "lift.toml": policy})
    assert check(cli, repo, recorded, "--diff-base", "main").code == 0
    (repo.folder / "go.sum").write_text(LOG.go_sum(A, B) + "example.com/b v1.2.0 h9:BBBB\n")
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json")
    assert (done.code, judged(done)) == (1, {f"SM105 {B}": False})


def test_a_go_sum_that_was_named_by_itself_is_compared_with_itself(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    repo.commit({"go.sum": LOG.go_sum(A, C)})
    named = repo.folder / "go.sum"
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "json", folder=named)
    assert (done.code, set(judged(done).values())) in ((0, {True}), (0, set()))


def test_a_revision_that_does_not_exist_is_2_and_nothing_is_checked(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    done = check(cli, repo, recorded, "--diff-base", "mian")
    assert (done.code, done.out) == (2, "")
    assert "mian" in done.err
    assert "--diff-base origin/main" in done.err


def test_a_revision_that_looks_like_an_option_is_only_unknown(cli: Cli, repo: GitRepo, recorded: Path) -> None:
    assert check(cli, repo, recorded, "--diff-base=--output=x").code == 2
    assert not (repo.folder / "x").exists()


def test_a_project_in_no_repository_is_2(cli: Cli, tmp_path: Path) -> None:
    done = cli("check", str(write_project(tmp_path / "plain", LOG, "", [A])), "--diff-base", "main")
    assert done.code == 2
    assert "git repository" in done.err


def test_a_hostile_repository_runs_nothing_and_nothing_is_checked_out(
    cli: Cli, repo: GitRepo, recorded: Path, tmp_path: Path
) -> None:
    mark, trap = tmp_path / "was-run", tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    trap.chmod(0o755)
    repo.commit({".gitattributes": "* filter=trap diff=trap\n"})
    for key in ("core.fsmonitor", "core.pager", "filter.trap.smudge", "filter.trap.clean", "diff.trap.textconv"):
        repo.git("config", key, str(trap))
    mark.unlink(missing_ok=True)
    before = sorted(path.name for path in repo.folder.iterdir())
    assert check(cli, repo, recorded, "--diff-base", "main").code == 0
    assert not mark.exists()
    assert sorted(path.name for path in repo.folder.iterdir()) == before
    assert (repo.folder / "go.sum").read_text() == LOG.go_sum(A)


def test_a_statement_about_the_files_does_not_pass_because_only_the_change_was_judged(
    cli: Cli, repo: GitRepo, recorded: Path
) -> None:
    done = check(cli, repo, recorded, "--diff-base", "main", "--format", "vsa")
    predicate = json.loads(done.out)["predicate"]
    assert (done.code, predicate["verificationResult"], predicate["verifiedLevels"]) == (0, "FAILED", ["FAILED"])
    told = predicate["urn:supplymatrix:vsa:1"]
    assert (told["outcome"], told["outcome_of_all"]) == ("pass", "fail")
    assert told["diff_base"] == repo.git("rev-parse", "main").strip()


def test_a_go_work_that_leads_out_of_the_repository_is_not_followed(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "many")
    write_project(repo.folder / "one", LOG, "", [A, B], go_sum=LOG.go_sum(A), policy=STRICT)
    write_project(tmp_path / "outside", LOG, "", [A], policy=STRICT)
    outside = tmp_path / "outside" / "go.mod"
    outside.write_text(outside.read_text().replace("svc.example/app", "svc.example/outside"))
    repo.commit({"go.work": "go 1.22\n\nuse (\n\t./one\n\t../outside\n)\n"})
    repo_of_outside = GitRepo(tmp_path / "outside")
    repo_of_outside.commit()
    done = check(cli, repo, recorded, "--diff-base", "main")
    assert done.code == 1
    assert "uses a folder outside of the repository" in " ".join(done.out.split())


def test_members_of_a_workspace_share_what_is_read_of_the_revision(
    cli: Cli, recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = GitRepo(tmp_path / "many")
    for name in ("a", "b", "c", "d"):
        mod = write_project(repo.folder / name, LOG, "", [A], policy=STRICT) / "go.mod"
        mod.write_text(mod.read_text().replace("svc.example/app", f"svc.example/{name}"))
    repo.commit({"go.work": "go 1.22\n\nuse (\n\t./a\n\t./b\n\t./c\n\t./d\n)\n"})
    started, run = [], subprocess.run

    def counted(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401 - run's own
        started.append(arguments)
        return run(*arguments, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    assert check(cli, repo, recorded, "--diff-base", "main").code == 0
    assert len(started) == 4 + 1 + 2 * 2  # where each lies; the commit; go.work, then all members: a list and the bytes
