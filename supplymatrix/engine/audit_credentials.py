"""The audit of credentials: what in settings and files gives passwords and tokens away, and to whom.

run = audit_credentials(CredentialsWish(roots=(Path("svc"),), means=means))
facts_of(wish)                            # the same as facts, for `check --audit sources`

Looked at are the files of a tree that say how Go is fetched, built and shipped; the settings of the go command and of
git; in the home folder .netrc and .git-credentials, which belong there as long as nobody else may read them; and what
programs recorded of their build. Nothing is run but git, once, to ask which files it tracks, and only where something
was found. A secret goes no further than to the function that makes a `Credential` of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import ENVIRONMENT
from supplymatrix.gomod.ldflags import without_secrets
from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import CREDENTIALS_WANTED, IN_PROGRAM, Credential, CredentialsSought
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.net.credentials import netrc_path
from supplymatrix.net.settings import find_goroot, user_env_path
from supplymatrix.privacy.credential_facts import credential_of, for_file, for_setting, kind_of
from supplymatrix.privacy.credential_places import FileKind, file_kind
from supplymatrix.privacy.credential_run import CredentialsRun, worst_first
from supplymatrix.privacy.credential_search import credentials_of_entry, search_file
from supplymatrix.privacy.setting_secrets import SETTING_NAMES, is_of_ci_job, secrets_of_setting
from supplymatrix.sources.credential_files import (
    CredentialFile,
    find_credential_files,
    is_open_to_others,
    read_candidate,
    tracked_of,
)
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.git_config import GitConfig, read_git_config, shown_path
from supplymatrix.sources.program_archives import is_layout_folder

if TYPE_CHECKING:
    from supplymatrix.sources.programs import ProgramsFound

__all__ = ["CredentialsWish", "audit_credentials", "facts_of", "read_wish"]

_FILES = "the files of the project"
_GO = "the settings of the go command"
_GIT = "the settings of git"
_HOME = "the home folder"
_PROGRAMS = "programs"
_OF_GO = "GOROOT's go.env"
_ENV_LIMIT = 1 << 20
_CI_VARIABLES = ("GITHUB_ACTIONS", "GITLAB_CI")
_NETRC_NOTE = (
    "Go before 1.23.5 may hand what a .netrc has for one host to another one that it redirects to (CVE-2024-45340, not "
    "verified here)"
)


@value
class CredentialsWish:
    """roots: folders whose files are looked at, as the user named them. files: single ones of the same kinds. programs:
    None for none. with_home: whether the files of the user count, too; the environment always does."""

    means: Means
    roots: tuple[Path, ...] = ()
    files: tuple[CredentialFile, ...] = ()
    programs: ProgramsFound | None = None
    with_home: bool = True


def read_wish(paths: Sequence[Path], means: Means, *, with_home: bool) -> CredentialsWish:
    """Return what paths of the command line mean: folders, files that are looked into by their names, and programs;
    the current folder for none. Raises InputError for what is none of them, or cannot be read."""
    roots: list[Path] = []
    files: list[CredentialFile] = []
    programs: list[Path] = []
    for path in dict.fromkeys(paths or (Path(),)):
        kind = file_kind(path.as_posix())
        if _is_folder(path):
            (programs if is_layout_folder(str(path)) else roots).append(path)
        elif kind is not None and _is_there(path):
            files.append(CredentialFile(artifact=path.as_posix(), kind=kind, path=path, size=0))
        else:
            programs.append(path)
    found = None
    if programs:
        from supplymatrix.sources.programs import find_programs

        found = find_programs(programs, jobs=means.jobs)
        if found.faults:
            raise InputError(*found.faults)
    return CredentialsWish(means=means, roots=tuple(roots), files=tuple(files), programs=found, with_home=with_home)


def facts_of(wish: AuditInput) -> SeenHere:
    """Return the credentials that a project and this machine give away. Raises nothing: gaps. Those in programs are not
    told again (SM146)."""
    roots = (wish.project.root,) if wish.project is not None else ()
    search = _Search(CredentialsWish(means=wish.means, roots=roots))
    run = search.run()
    notes = tuple(Note(code="credentials", message=text) for text in search.notes_of_ci)
    return SeenHere(facts=(*run.credentials, *run.sought), gaps=run.gaps, notes=notes)


def audit_credentials(wish: CredentialsWish) -> CredentialsRun:
    """Return what gives credentials away. Raises nothing: gaps."""
    return _Search(wish).run()


class _Search:
    def __init__(self, wish: CredentialsWish) -> None:
        self._wish = wish
        self._environ: Mapping[str, str] = wish.means.environ
        self._found: list[Credential] = []
        self._sought: list[CredentialsSought] = []
        self._gaps: list[Gap] = []
        self._notes: list[str] = []
        self._read: set[str] = set()  # git config files, by their paths
        self.notes_of_ci: list[str] = []

    def run(self) -> CredentialsRun:
        """Look everywhere."""
        self._go_settings()
        self._git_settings()
        if self._wish.with_home:
            self._home()
        if self._wish.roots or self._wish.files:
            self._files()
        if self._wish.programs is not None:
            self._programs(self._wish.programs)
        found = tuple(sorted(dict.fromkeys(self._found), key=worst_first))
        gaps = tuple(dict.fromkeys(self._gaps))
        run = CredentialsRun(
            credentials=found,
            sought=tuple(self._sought),
            gaps=gaps,
            notes=tuple(dict.fromkeys((*self._notes, *self.notes_of_ci))),
            exit_code=0,
        )
        return changed(run, exit_code=3 if gaps else 1 if found else 0 if run.looked else 5)

    def _keep(self, place: str, looked: int, found: Sequence[Credential]) -> None:
        self._found += found
        self._sought.append(CredentialsSought(place=place, looked=looked, found=len(found)))

    def _go_settings(self) -> None:
        """Look at the variables that the go command goes by, and at its two files."""
        found: list[Credential] = []
        looked = 0
        for name in SETTING_NAMES:
            text = self._environ.get(name, "")
            looked += bool(text)
            found += self._of_setting(name, text, Location(artifact=""), ENVIRONMENT)
        for path, origin in self._env_files():
            for name, text, line in self._lines_of(path):
                looked += origin != _OF_GO  # what every installation has is nothing that anybody set
                place = Location(artifact=self._shown(path), line=line, column=1)
                found += self._of_setting(name, text, place, origin)
        self._keep(_GO, looked, found)

    def _env_files(self) -> Iterator[tuple[Path, str]]:
        path = user_env_path(self._environ)
        if path is not None and (self._wish.with_home or self._environ.get("GOENV")):
            yield path, "go env file"
        goroot = find_goroot(self._environ)
        if goroot is not None:
            yield goroot / "go.env", _OF_GO

    def _lines_of(self, path: Path) -> Iterator[tuple[str, str, int]]:
        """Yield the lines of a file of the go command that set something."""
        try:
            data = read_if_there(path, _ENV_LIMIT, "go env file")
        except (InputError, ValueError) as err:
            reason = err.diagnostics[0].message if isinstance(err, InputError) else str(err)
            self._gap(self._shown(path), reason)
            return
        for number, line in enumerate((data or b"").decode("utf-8", "surrogateescape").split("\n"), start=1):
            name, equals, text = line.partition("=")
            if equals and name[:1].isupper():
                yield name, text.rstrip("\r"), number

    @staticmethod
    def _of_setting(name: str, text: str, place: Location, origin: str) -> Iterator[Credential]:
        for one in secrets_of_setting(name, text) if text else ():
            yield credential_of(
                one.text, kind=one.kind, where=one.where, location=place, name=one.name, origin=origin,
                advice=for_setting(name),
            )  # fmt: skip

    def _git_settings(self) -> None:
        """Look at what git would read in each of the folders."""
        found: list[Credential] = []
        looked = 0
        is_ci = any(self._environ.get(name) == "true" for name in _CI_VARIABLES)
        for root in self._wish.roots or (None,):
            config = self._config(root)
            self._gaps += config.gaps
            for placed in config.entries:
                key = f"{placed.path}:{placed.entry.line}:{placed.place}"
                if key in self._read:
                    continue
                self._read.add(key)
                looked += 1
                is_inside = placed.scope == "local" and not placed.place.startswith(("/", "~"))
                origin = "" if is_inside else f"git config ({placed.scope})"
                place = self._in_root(root, placed.place) if placed.scope == "local" else placed.place
                ones = credentials_of_entry(placed.entry, "" if placed.scope == "environment" else place, origin)
                if ones and is_ci and is_of_ci_job(placed.entry):
                    self.notes_of_ci.append(_of_ci(placed.place))
                    continue
                found += (self._with_mode(one, placed.path) for one in ones)
            self._read |= config.paths
        self._keep(_GIT, looked, found)

    def _config(self, root: Path | None) -> GitConfig:
        return read_git_config(root, self._environ, with_home=self._wish.with_home)

    def _with_mode(self, one: Credential, path: Path) -> Credential:
        is_file = bool(one.location.artifact)
        return changed(one, is_readable=is_open_to_others(path) if is_file else None, is_committed=None)

    def _home(self) -> None:
        """Look at the files that belong into the home folder: there they are right while nobody else may read them."""
        found: list[Credential] = []
        looked = 0
        for path, kind in self._home_files():
            if any(_is_below(path, root) for root in self._wish.roots):
                continue
            file = CredentialFile(artifact=self._shown(path), kind=kind, path=path, size=0)
            if not _is_there(path):
                continue
            data = read_candidate(file)
            if isinstance(data, Gap):
                self._gaps.append(data)
                continue
            looked += 1
            search = search_file(data, file.artifact, kind)
            self._gaps += search.gaps
            number = len(search.credentials)
            if number and is_open_to_others(path):
                found += (
                    changed(one, is_readable=True, advice=f"chmod 600 {file.artifact}", origin=_HOME)
                    for one in search.credentials
                )
            elif number:
                whose = "machine" if kind is FileKind.NETRC else "credential"
                told = f"1 {whose}" if number == 1 else f"{number:,} {whose}s"
                self._notes.append(f"{file.artifact} holds {told}, and nobody else may read it: the right place")
            if number and kind is FileKind.NETRC:
                self._notes.append(_NETRC_NOTE)
        self._keep(_HOME, looked, found)

    def _home_files(self) -> Iterator[tuple[Path, FileKind]]:
        netrc = netrc_path(self._environ)
        if netrc:
            yield Path(netrc), FileKind.NETRC
        home = self._environ.get("HOME", "")
        if home:
            yield Path(home, ".git-credentials"), FileKind.GIT_CREDENTIALS
            base = self._environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
            yield Path(base, "git", "credentials"), FileKind.GIT_CREDENTIALS

    def _files(self) -> None:
        """Look at the files of the trees; what git tracks is asked once for each tree in which something was found."""
        found: list[Credential] = []
        looked = 0
        for root in self._wish.roots:
            files = find_credential_files(root)
            self._gaps += (self._moved(gap, root) for gap in files.gaps)
            of_root: list[Credential] = []
            for file in files.files:
                if file.kind is FileKind.GIT_CONFIG and str(file.path.resolve()) in self._read:
                    continue
                looked += 1
                of_root += self._of_file(file, root)
            names = sorted({one.location.artifact for one in of_root if not one.location.artifact.startswith(".git/")})
            told = tracked_of(root, names, self._environ)
            found += (self._of_root(one, root, told) for one in of_root)
        for file in self._wish.files:
            looked += 1
            ones = self._of_file(file, None)
            told = tracked_of(file.path.parent, [file.path.name], self._environ) if ones else {}
            found += (changed(one, is_committed=_tracked(one, told, file.path.name)) for one in ones)
        self._keep(_FILES, looked, found)

    def _of_file(self, file: CredentialFile, root: Path | None) -> list[Credential]:
        data = read_candidate(file)
        if isinstance(data, Gap):
            self._gaps.append(self._moved(data, root))
            return []
        search = search_file(data, file.artifact, file.kind)
        self._gaps += (self._moved(gap, root) for gap in search.gaps)
        is_open = is_open_to_others(file.path) if search.credentials and file.kind in _PRIVATE else None
        return [changed(one, is_readable=is_open) for one in search.credentials]

    def _of_root(self, one: Credential, root: Path, told: Mapping[str, bool]) -> Credential:
        artifact = one.location.artifact
        place = changed(one.location, artifact=self._in_root(root, artifact))
        return changed(one, location=place, is_committed=_tracked(one, told, artifact))

    def _in_root(self, root: Path | None, artifact: str) -> str:
        """Return a path as it is shown: with its folder where several are looked at."""
        return artifact if root is None or len(self._wish.roots) == 1 else f"{root.as_posix()}/{artifact}"

    def _moved(self, gap: Gap, root: Path | None) -> Gap:
        if len(self._wish.roots) == 1 or gap.location is None:
            return gap
        place = changed(gap.location, artifact=self._in_root(root, gap.location.artifact))
        return changed(gap, location=place, wanted=f"{CREDENTIALS_WANTED}{place.artifact}", subject=place.artifact)

    def _programs(self, programs: ProgramsFound) -> None:
        """Look at what programs recorded of how they were built."""
        found: list[Credential] = []
        self._gaps += programs.gaps
        for program in programs.programs:
            info = program.read.info
            for flag in without_secrets(info.settings)[1] if info is not None else ():
                where = f"-ldflags -X {flag.name}" if flag.setting == "-ldflags" else flag.setting
                found.append(
                    Credential(
                        kind=kind_of(flag.kind),
                        where=where,
                        location=Location(artifact=program.name),
                        name=flag.name,
                        prefix=flag.prefix,
                        digest=flag.digest,
                        length=flag.length,
                        origin=IN_PROGRAM,
                        advice=for_file(FileKind.MAKE, "-ldflags"),
                        is_shipped=True,
                        is_sure=kind_of(flag.kind) != kind_of("a name that says so"),
                    )
                )
        self._keep(_PROGRAMS, len(programs.programs), found)

    def _shown(self, path: Path) -> str:
        return shown_path(path, self._environ)

    def _gap(self, shown: str, reason: str) -> None:
        self._gaps.append(
            Gap(
                wanted=f"{CREDENTIALS_WANTED}{shown}",
                reason=reason,
                remedy="look at it by hand",
                subject=shown,
                location=Location(artifact=shown),
            )
        )


_PRIVATE = (FileKind.NETRC, FileKind.GIT_CREDENTIALS, FileKind.GIT_CONFIG)
"""Files of which the mode says something: all others are meant to be read."""


def _tracked(one: Credential, told: Mapping[str, bool], name: str) -> bool | None:
    """Return whether git tracks the file that a credential is in; None where its text is in none."""
    return told.get(name) if one.length else None


def _of_ci(place: str) -> str:
    return (
        f"{place} holds the token of this CI job: with `persist-credentials: false` no later step gets it"
        if "gitlab" not in place
        else f"{place} holds the token of this CI job"
    )


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True  # whoever reads it says why not
    return True


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_below(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False
