"""One installed Go, held against the log's record of its toolchain: which of the levels it has, and why.

    found = look_at_go(Path("/usr/local/go"), "PATH")
    found.modules                                      # the module versions as which the log may have it
    installed = judge_go(found, words, proven_files)   # an InstalledGo

That the hash is equal proves every file; nothing else is taken for a proof. Who seems to have built a Go that is
another decides only what it is called: a distribution's build is never equal to anything that was logged. A mark that
lies in the Go itself does not even do that where its VERSION file names a release: to add a file to a release that was
changed makes it no less an alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from supplymatrix.engine.redaction import redact_goauth, redact_gosumdb, redact_urls
from supplymatrix.engine.toolchain_files import FileList, ProvenFiles
from supplymatrix.errors import InputError
from supplymatrix.gomod.go_env_file import (
    GO_ENV,
    changed_settings,
    is_known_setting,
    risky_settings,
    shipped_texts,
    shown_settings,
)
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.toolchain import (
    REPRODUCIBLE_SINCE,
    GoVersionFile,
    RecordedFiles,
    compare_files,
    is_packed,
    is_source,
    toolchain_module,
    version_of_toolchain,
)
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileChange, FileDifference, InstalledGo, ToolchainLevel
from supplymatrix.model.value import changed, value
from supplymatrix.sources.go_maker import GoMaker, Mark, find_maker
from supplymatrix.sources.go_root import (
    fips_faults,
    link_of,
    platforms_of,
    read_go_env,
    read_version_file,
    toolchain_in_cache,
)
from supplymatrix.sources.go_root_files import GoRootFiles, read_go_root_files
from supplymatrix.sources.pread import FileChangedError
from supplymatrix.sumdb.known import GO_LOG_KEY

__all__ = ["FoundGo", "judge_go", "look_at_go"]

_SHOWN = 100
"""Files that are named of those that differ."""
_MOST_GUESSED = 1000  # files that may lie beside a release without being part of it
_MOST_SINGLE = 32
_HINTS = 5
_LONGEST = 200
_WITHOUT = "the log's hash, which all the other files have"
_GET_OFFICIAL = "install the release again from go.dev/dl, and find out who changed it"
_GET_AGAIN = "delete this folder, so that the go command fetches it again, and find out who changed it"
_DISTRIBUTION = "ask its maker for proof of it, or install the release of the Go project"
_COMMANDS = frozenset({"bin/go", "bin/go.exe"})


@value
class FoundGo:
    """A Go before it is hashed. version: its VERSION file, None for none. modules: as which the log may have it, the
    likeliest first. is_fetched: it lies in a module cache, under the name of its module. fault: why nothing can be
    said, "" for nothing."""

    root: Path
    found_as: str
    version: GoVersionFile | None
    modules: tuple[ModuleVersion, ...]
    maker: GoMaker | None
    is_fetched: bool = False
    fault: str = ""


@value
class _Files:
    """The files of a Go under the names of one module version. env: bytes of its go.env, None for none. shipped: texts
    of it that the release may have had, by SHA-256."""

    read: GoRootFiles
    recorded: RecordedFiles
    env: bytes | None
    shipped: Mapping[bytes, bytes]


@value
class _Equal:
    """In which way the files have the log's hash. text: of go.env then, None = as it is. beside: files that are not
    counted for it."""

    text: bytes | None = None
    beside: frozenset[bytes] = frozenset()


def look_at_go(root: Path, found_as: str) -> FoundGo:
    """Return what a Go says of itself. found_as: "argument", "PATH", "module cache"."""
    fault, version = "", None
    try:
        version = read_version_file(root)
    except InputError as err:
        fault = err.diagnostics[0].message
    module = toolchain_in_cache(root)
    modules: tuple[ModuleVersion, ...] = (module,) if module is not None else ()
    if module is None and version is not None and version.version:
        modules = tuple(toolchain_module(version.version, platform) for platform in platforms_of(root))
    maker = find_maker(root, version) if module is None else None
    return FoundGo(
        root=root,
        found_as=found_as,
        version=version,
        modules=modules,
        maker=maker,
        is_fetched=module is not None,
        fault=fault,
    )


def judge_go(found: FoundGo, words: Mapping[ModuleVersion, LogWord], proven: ProvenFiles, *, jobs: int) -> InstalledGo:
    """Return what a Go is. words: the log's word on its modules; jobs: threads."""
    proven_modules = [module for module in found.modules if words[module].kind is LogWordKind.PROVEN]
    module = next(iter([*proven_modules, *found.modules]), None)
    start = _start(found, module, words.get(module) if module is not None else None)
    if found.fault:
        return _unchecked(start, f"its VERSION file cannot be read: {found.fault}", "make its files readable")
    suffix = found.version.suffix if found.version is not None and not found.is_fetched else ""
    if module is None or not proven_modules:
        go = _without_record(found, start, words.get(module) if module is not None else None)
    elif suffix and found.maker is None:
        go = _unknown(start, f"no release of Go has such a version: {found.version.text if found.version else ''!r}")
    else:
        go = None
    if go is not None and go.level is ToolchainLevel.UNCHECKED:
        return go
    try:
        read = read_go_root_files(found.root, jobs=jobs)
    except (FileChangedError, OSError) as err:
        return _unchecked(start, _unread(err), "run again; make its files readable")
    if go is not None:
        return _without_proof(found, go, read, module)
    return _best(found, start, read, [(module, words[module]) for module in proven_modules], proven)


def _without_proof(found: FoundGo, go: InstalledGo, read: GoRootFiles, module: ModuleVersion | None) -> InstalledGo:
    """Return a Go that nothing proves, with its hash, by which a policy may take it, and with what its go.env does."""
    recorded = RecordedFiles(module, read.digests, is_fetched=found.is_fetched) if module is not None else None
    return changed(
        go,
        hash=recorded.h1() if recorded is not None else "",
        files=len(recorded) if recorded is not None else len(read.digests),
        links=read.links,
        outside=read.outside,
        risks=_risks(read, read_go_env(found.root)),
    )


def _risks(read: GoRootFiles, env: bytes | None) -> tuple[str, ...]:
    """Return what the settings of go.env may do."""
    if env is None:
        return ("go.env cannot be read, and may set anything",) if GO_ENV in read.digests else ()
    return risky_settings(env, log_key=GO_LOG_KEY)


def _best(
    found: FoundGo,
    start: InstalledGo,
    read: GoRootFiles,
    candidates: Sequence[tuple[ModuleVersion, LogWord]],
    proven: ProvenFiles,
) -> InstalledGo:
    """Judge hashed files: of several platforms the one that they are equal to, else the likeliest."""
    env = read_go_env(found.root) if GO_ENV in read.digests else None
    if env is not None and sha256(env).digest() != read.digests[GO_ENV]:
        return _unchecked(start, "go.env changed while it was being hashed", "run again")
    shipped = {sha256(text).digest(): text for text in shipped_texts(env)} if env is not None else {}
    first: tuple[_Files, ModuleVersion, LogWord] | None = None
    for module, word in candidates:
        recorded = RecordedFiles(module, read.digests, is_fetched=found.is_fetched)
        files = _Files(read=read, recorded=recorded, env=env, shipped=shipped)
        equal = next(_equal(files, word.h1, ()), None)
        if equal is not None:
            return _proven(_measured(start, files, module, word), files, word, equal, proven)
        first = first or (files, module, word)
    assert first is not None  # noqa: S101 - there is at least one candidate
    files, module, word = first
    return _differing(found, _measured(start, files, module, word), files, word, proven)


def _start(found: FoundGo, module: ModuleVersion | None, word: LogWord | None) -> InstalledGo:
    version, platform = version_of_toolchain(module) if module is not None else ("", "")
    if found.version is not None:
        version = (found.version.version + found.version.suffix) or found.version.text or version
    return InstalledGo(
        root=str(found.root),
        found_as=found.found_as,
        version=version[:_LONGEST],
        platform=platform,
        level=ToolchainLevel.UNCHECKED,
        subject=module,
        logged_hash=word.h1 if word is not None else "",
        record_id=word.record if word is not None and word.kind is LogWordKind.PROVEN else -1,
        tree_size=word.tree_size if word is not None and word.kind is LogWordKind.PROVEN else 0,
        maker=found.maker.name if found.maker is not None else "",
        maker_mark=found.maker.why if found.maker is not None else "",
        is_packaged=found.maker is not None and found.maker.mark is Mark.DATABASE,
        link=link_of(found.root),
    )


def _measured(start: InstalledGo, files: _Files, module: ModuleVersion, word: LogWord) -> InstalledGo:
    """Return a Go with what was hashed of it."""
    return changed(
        start,
        subject=module,
        platform=version_of_toolchain(module)[1],
        hash=files.recorded.h1(),
        logged_hash=word.h1,
        record_id=word.record,
        tree_size=word.tree_size,
        files=len(files.recorded),
        links=files.read.links,
        outside=files.read.outside,
        risks=_risks(files.read, files.env),
    )


def _unchecked(start: InstalledGo, reason: str, remedy: str) -> InstalledGo:
    return changed(start, level=ToolchainLevel.UNCHECKED, reason=reason, remedy=remedy)


def _unknown(start: InstalledGo, reason: str) -> InstalledGo:
    remedy = "install a release of the Go project, which can be proven"
    return changed(start, level=ToolchainLevel.UNKNOWN_VERSION, reason=reason, remedy=remedy, subject=None)


def _unread(err: OSError) -> str:
    where = next(iter(getattr(err, "__notes__", ())), "")
    text = err.strerror or str(err)
    if isinstance(err, FileChangedError):
        return f"{where or 'it'} changed while it was being hashed"
    return f"{where} cannot be read: {text}" if where else text


def _without_record(found: FoundGo, start: InstalledGo, word: LogWord | None) -> InstalledGo:
    """Return a Go of which the log has no record, or has told none."""
    if word is None:
        return _unknown(start, _no_version(found))
    if word.kind in (LogWordKind.NOT_LOGGED, LogWordKind.IMPOSSIBLE):
        if found.maker is None:
            return _unknown(start, f"no such release is in the log: {word.reason}")
        reason = f"no release of this version is in the log: {word.reason}"
        return changed(start, level=ToolchainLevel.DISTRIBUTION, reason=reason, remedy=_DISTRIBUTION)
    if word.kind is LogWordKind.BROKEN:
        reason = f"what the log answered does not hold: {word.reason}"
        return changed(start, level=ToolchainLevel.UNCHECKED, reason=reason, remedy="do not use it", bad_proof=True)
    return _unchecked(start, word.reason, word.remedy or "run again with a network")


def _no_version(found: FoundGo) -> str:
    if found.version is None:
        return "it has no VERSION file: it was built from source, of no release"
    if not found.version.version:
        return f"its VERSION file names no release: {found.version.text!r}"
    return "for which system it was built is not known"


def _equal(files: _Files, logged: str, beside: Sequence[frozenset[bytes]]) -> Iterator[_Equal]:
    """Yield in which ways the files have the log's hash; the first is all that is asked for. beside: sets of files that
    are left out of the count, each for itself; none = nothing is left out."""
    for names in beside or (frozenset(),):
        if files.recorded.h1(without=names) == logged:
            yield _Equal(beside=names)
        for digest, text in files.shipped.items():
            if files.recorded.h1(changed={GO_ENV: digest}, without=names) == logged:
                yield _Equal(text=text, beside=names)


def _proven(start: InstalledGo, files: _Files, word: LogWord, equal: _Equal, proven: ProvenFiles) -> InstalledGo:
    """Return a Go whose files are the logged ones, but perhaps for go.env."""
    if not proven.has(word.h1):
        other = {GO_ENV: sha256(equal.text).digest()} if equal.text is not None else {}
        proven.keep(word.h1, files.recorded.listing(changed=other))
    start = changed(start, reason=_go_mods(files.recorded.without_go_mod()))
    if equal.text is None:
        return changed(start, level=ToolchainLevel.OFFICIAL)
    return changed(start, level=ToolchainLevel.CONFIG_CHANGED, config=_config(files.env or b"", equal.text))


def _go_mods(folders: Sequence[str]) -> str:
    """Return that a fetched toolchain lacks go.mod files which the go command puts there; "" where it lacks none."""
    if not folders:
        return ""
    back = "writes back" if "src" in folders else "does not write back"
    names = ", ".join(f"{folder}/go.mod" for folder in folders[:_HINTS])
    return f"missing, though _go.mod lies there: {names}; the go command {back} what it put there"


def _config(here: bytes, shipped: bytes) -> tuple[str, ...]:
    """Return the settings of go.env that are not as shipped, as they may be shown."""
    shown = shown_settings(changed_settings(here, shipped))
    return tuple(_setting(name, text) for name, text in shown[:_SHOWN]) or ("comments alone",)


def _setting(name: str, text: str | None) -> str:
    if text is None:
        return f"{name} is not set"
    if not is_known_setting(name):
        return name
    if name == "GOAUTH":
        text = redact_goauth(text)
    elif "://" in text or "@" in text:
        text = redact_gosumdb(text) if name == "GOSUMDB" else redact_urls(text)
    return f"{name}={text[:_LONGEST] if text == text.strip() else repr(text[:_LONGEST])}"


def _differing(found: FoundGo, start: InstalledGo, files: _Files, word: LogWord, proven: ProvenFiles) -> InstalledGo:
    """Return a Go whose hash is another one, with the files that differ as far as they can be named."""
    start = changed(start, fips=fips_faults(found.root))
    module = start.subject
    assert module is not None  # noqa: S101 - it has a record
    known = proven.kept(word.h1)
    if known is None:
        equal = next(_equal(files, word.h1, [*_guesses(files.read, start.platform)]), None)
        if equal is not None:
            return _with_extra_files(start, files, equal)
        had = proven.of(module, word.h1)
        if isinstance(had, str):
            return _unnamed(found, start, f"{had}{_hint(files.read)}")
        known = had
    return _named(found, start, files, known)


def _guesses(read: GoRootFiles, platform: str) -> Iterator[frozenset[bytes]]:
    """Yield sets of files that may lie beside those of the release: nothing but the log's hash decides whether they do.

    Files of bin and pkg that no release is packed with; files of another time than the rest, which an archive gives one
    time to; and each single one of these.
    """
    unpacked = frozenset(name for name in read.digests if not is_packed(name, platform))
    other = frozenset((_of_another_time(read) | set(read.odd)) - {GO_ENV})
    singles = sorted(other | unpacked)
    sets = [unpacked, other, unpacked | other, *(frozenset({name}) for name in singles if len(singles) <= _MOST_SINGLE)]
    for names in dict.fromkeys(sets):
        if 0 < len(names) <= _MOST_GUESSED:
            yield names


def _of_another_time(read: GoRootFiles) -> set[bytes]:
    """Return the files that were written at another time than most, none where there is no such time."""
    times: dict[int, int] = {}
    for seconds in read.written.values():
        times[seconds] = times.get(seconds, 0) + 1
    usual = max(times, key=lambda seconds: times[seconds], default=0)
    if times.get(usual, 0) * 2 <= len(read.written):
        return set()
    return {name for name, seconds in read.written.items() if seconds != usual}


def _with_extra_files(start: InstalledGo, files: _Files, equal: _Equal) -> InstalledGo:
    """Return a Go that has all logged files, and some beside them."""
    extra = tuple(
        FileDifference(name=name.decode("utf-8", "replace"), change=FileChange.EXTRA) for name in sorted(equal.beside)
    )
    reason = f"all files of the release are as logged; {_counted(len(extra))} there that it does not have"
    built = all(one.name.startswith("pkg/") for one in extra)
    remedy = "delete them; `go install std` writes such files" if built else "delete them, and find out who added them"
    return changed(
        start,
        level=ToolchainLevel.MODIFIED,
        differences=extra[:_SHOWN],
        differing=len(extra),
        compared_with=_WITHOUT,
        config=_config(files.env or b"", equal.text) if equal.text is not None else (),
        reason=reason,
        remedy=remedy,
    )


def _counted(number: int) -> str:
    return "1 file is" if number == 1 else f"{number:,} files are"


def _hint(read: GoRootFiles) -> str:
    """Return which files were written later than the rest, as a clause; "" where that says nothing."""
    names = sorted(name.decode("utf-8", "replace") for name in _of_another_time(read) - {GO_ENV})
    if not names or len(names) > _MOST_GUESSED:
        return ""
    more = f" and {len(names) - _HINTS:,} more" if len(names) > _HINTS else ""
    return f"; written at another time than the rest: {', '.join(names[:_HINTS])}{more}"


def _may_be_a_build(found: FoundGo) -> bool:
    """Return whether somebody else may have built a Go: a mark says so, and not only one in the Go itself, beside a
    VERSION file that names a release."""
    suffix = found.version.suffix if found.version is not None else ""
    return found.maker is not None and (found.maker.mark is not Mark.INSIDE or bool(suffix))


def _unnamed(found: FoundGo, start: InstalledGo, why: str) -> InstalledGo:
    """Return a Go of which nobody knows which files are others."""
    remedy = "`supplymatrix verify goroot` with a network names the files that differ"
    if _may_be_a_build(found):
        reason = f"its files are not those of the release; which are others is not known: {why}"
        return changed(start, level=ToolchainLevel.DISTRIBUTION, reason=reason, remedy=remedy)
    reason = f"its files are not those that were logged; which are others is not known: {why}"
    return changed(start, level=ToolchainLevel.MODIFIED, reason=reason, remedy=remedy)


def _named(found: FoundGo, start: InstalledGo, files: _Files, known: FileList) -> InstalledGo:
    """Return a Go with the names of the files that are others."""
    every = compare_files(files.recorded, known.digests)
    shipped = files.shipped.get(known.digests.get(files.recorded.prefix + GO_ENV, b""))
    if {one.name for one in every} <= {GO_ENV.decode()}:
        start = changed(start, differences=every, differing=len(every), compared_with=known.where)
        return changed(start, level=ToolchainLevel.CONFIG_CHANGED, config=_config_of(files, shipped))
    if shipped is not None and files.env is not None:
        start = changed(start, config=_config(files.env, shipped))
        every = tuple(one for one in every if one.name != GO_ENV.decode())
    first = sorted(every, key=lambda one: (not is_source(one.name), one.change is FileChange.MISSING))
    start = changed(start, differences=tuple(first[:_SHOWN]), differing=len(every), compared_with=known.where)
    return _with_reason(found, start, every)


def _config_of(files: _Files, shipped: bytes | None) -> tuple[str, ...]:
    """Return what is other in a go.env. shipped: what it was, None where that is not known."""
    if GO_ENV not in files.read.digests:
        return ("go.env is missing",)
    if files.env is None:
        return ("go.env cannot be read",)
    return _config(files.env, shipped if shipped is not None else next(iter(files.shipped.values()), b""))


def _with_reason(found: FoundGo, start: InstalledGo, every: Sequence[FileDifference]) -> InstalledGo:
    """Return a Go whose files are others, as a build of its maker or as one that was modified. every: but go.env."""
    reason = _tally(every)
    has_built = any(one.name in _COMMANDS for one in every)
    if found.maker is not None and has_built and _may_be_a_build(found):
        level, who = ToolchainLevel.DISTRIBUTION, f"{found.maker.name} has built it"
        return changed(start, level=level, remedy=_DISTRIBUTION, reason=f"{who}: {reason}")
    if found.maker is not None:
        why = "its VERSION file names a release" if has_built else "its programs are those of the release"
        reason += f"; it is no build of {found.maker.name}, though it says so: {why}"
    return changed(
        start,
        level=ToolchainLevel.MODIFIED,
        reason=f"unlike the release: {reason}" + _rebuilt(found, every),
        remedy=_GET_AGAIN if found.is_fetched else _GET_OFFICIAL,
    )


def _rebuilt(found: FoundGo, every: Sequence[FileDifference]) -> str:
    """Return what else may explain that only programs are others."""
    if any(is_source(one.name) for one in every) or not any(one.name in _COMMANDS for one in every):
        return ""
    old = found.version is not None and go_version_key(found.version.version) < go_version_key(REPRODUCIBLE_SINCE)
    why = f", and before {REPRODUCIBLE_SINCE} no two builds are equal" if old else ""
    return f"; all of its sources are as logged: somebody has built or exchanged its programs{why}"


def _tally(every: Sequence[FileDifference]) -> str:
    """Return how many files are others, as "1 extra source file, 2 changed programs and other files"."""
    sources = [one for one in every if is_source(one.name)]
    parts = []
    others = [one for one in every if not is_source(one.name)]
    for one_file, many, files in (
        ("source file", "source files", sources),
        ("program or other file", "programs and other files", others),
    ):
        for change in FileChange:
            number = sum(one.change is change for one in files)
            if number:
                parts.append(f"{number:,} {change.value} {one_file if number == 1 else many}")
    return ", ".join(parts)
