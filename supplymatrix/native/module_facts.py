"""What was seen in a module's files, as facts: one for each library or body of code, with its licence and position.

    facts = module_facts(ModuleSeen(subject=module, seen=…, location=…, …))

Libraries of the operating system are not among them; what they come to is told once, by `c_library_fact`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import KNOWN_OS
from supplymatrix.licences.expression import Or, joined_or_none, parse_expression
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import LinkMode, NativeCode, NativeProof
from supplymatrix.model.value import changed, value
from supplymatrix.native.libraries import DATED, KnownLibrary, find_library
from supplymatrix.native.loading import GO_PLUGIN
from supplymatrix.native.modules import KnownModule, find_modules
from supplymatrix.native.near_licence import UNRECOGNISED, NearLicence
from supplymatrix.native.package_scan import SeenCode
from supplymatrix.native.positions import position_of

__all__ = ["LIBC", "ModuleSeen", "c_library_fact", "library_source", "module_facts", "table_facts"]

LIBC = "C library"
"""What stands for glibc or musl where only a build can say which of them it will be."""
_FILES = 20
_NOTES = 5
_INSIDE = (LinkMode.BUNDLED, LinkMode.PREBUILT)
_COMMON = frozenset({
    "archive", "binding", "c", "cap", "config", "crypto", "ct", "db", "edit", "event", "fuse", "gl", "gs", "history",
    "hs", "image", "ip", "kvm", "ldap", "magic", "mount", "mpv", "notify", "packet", "panel", "pulse", "signal", "ssh",
    "ssl", "system", "tls", "torch", "util", "version", "virt", "yaml",
})  # fmt: skip
"""Names of folders that are libraries' as well, and mostly are no library's."""
_SHARED = re.compile(r"\.(?:so(?:\.[0-9][0-9.]*)?|dylib|dll|tbd)(?:\.(?:gz|zst|xz|bz2))?\Z", re.IGNORECASE)
STD = ModuleVersion(path="std", version="")


@value
class ModuleSeen:
    """What is known of one module. seen: in its files, in order. location: of it in the project; is_own: it is the
    project's, whose files have places of their own, below `folder`. licence_of: what lies near code of it. own_text:
    the module's own licence, "" unknown. goos: of the build."""

    subject: ModuleVersion
    seen: tuple[SeenCode, ...]
    location: Location
    licence_of: Callable[[SeenCode], NearLicence]
    is_own: bool = False
    folder: str = ""
    own_text: Callable[[], NearLicence] = NearLicence
    goos: str = ""


def module_facts(module: ModuleSeen) -> tuple[NativeCode, ...]:
    """Return the facts of one module, by library and way."""
    rows = find_modules(module.subject.path)
    groups: dict[tuple[str, LinkMode, str], list[SeenCode]] = {}
    libraries: dict[str, KnownLibrary] = {}
    for one in module.seen:
        goos = _goos_of(one, module.goos)
        for told in _names(one, rows):
            name, library = told, find_library(told, goos)
            if library is not None and library.is_system and one.mode in _INSIDE:
                library = None  # it lies in the module, so that it is not the system's, however it is called
            if one.is_framework or (library is not None and library.is_system):
                continue
            place = one.code_folder if one.mode in _INSIDE and library is None else ""
            if library is not None:
                libraries[library.name] = library
                name = library.name
            groups.setdefault((name, one.mode, place), []).append(one)
    return tuple(
        _fact(module, name, libraries.get(name), found, rows) for (name, _, _), found in sorted(groups.items())
    )


def table_facts(module: ModuleVersion, location: Location, program: str = "") -> Iterator[NativeCode]:
    """Yield what the table says of a module whose files show nothing of C: what was translated to Go."""
    for row in find_modules(module.path):
        if row.mode is LinkMode.TRANSLATED:
            yield from _of_row(module, row, location, program)


def _of_row(module: ModuleVersion, row: KnownModule, location: Location, program: str) -> Iterator[NativeCode]:
    for name in row.libraries:
        library = find_library(name)
        licence = library.licence if library is not None else ""
        yield NativeCode(
            subject=module,
            library=library.name if library is not None else name,
            mode=row.mode,
            proof=NativeProof.TABLE,
            position=position_of(licence, row.mode),
            location=location,
            program=program,
            licence=licence,
            licence_from=library_source(library) if library is not None else "",
            is_crypto=row.is_crypto or (library is not None and library.is_crypto),
            conditions=row.conditions,
            notes=tuple(filter(None, (row.remark, f"the table's row: {row.source}"))),
        )


def c_library_fact(
    location: Location, by: Sequence[str], *, program: str = "", name: str = "", static: bool = False
) -> NativeCode:
    """Return the C library as a fact of Go itself: it comes with any cgo. by: packages that call it. name: "glibc" or
    "musl" where it is known which, "" else: then glibc's terms are told, which ask more."""
    licence = "MIT" if name == "musl" else "LGPL-2.1-or-later"
    mode = LinkMode.STATIC if static else LinkMode.DYNAMIC
    notes = []
    if name != "musl":
        notes.append("CGO_ENABLED=0 keeps it out where nothing else needs C, as do the tags netgo and osusergo")
        notes.append("built on a system with musl (Alpine) it is musl, which is MIT")
    if static and name == "glibc":
        notes.append("name services are loaded while it runs, from the very same version of glibc")
    library = find_library(name or "glibc")
    return NativeCode(
        subject=STD,
        library=name or LIBC,
        mode=mode,
        proof=NativeProof.PROGRAM if program else NativeProof.SOURCE,
        position=position_of(licence, mode),
        location=location,
        program=program,
        licence=licence,
        licence_from=library_source(library) if library is not None else "",
        packages=tuple(by)[:_FILES],
        notes=tuple(notes),
    )


def library_source(library: KnownLibrary) -> str:
    """Return where the licence of a known library is from."""
    return f"table of {DATED.isoformat()}: {library.source}"


def _names(one: SeenCode, rows: Sequence[KnownModule]) -> tuple[str, ...]:
    """Return what a thing is called: as it is written, else as its folder or the table has it."""
    if one.library == GO_PLUGIN:
        return (GO_PLUGIN,)
    if one.library:
        return (one.library,)
    if one.mode is LinkMode.BUNDLED:
        found = _bundled_name(one, rows)
        if found:
            return (found,)
    of_mode = [row for row in rows if row.mode is one.mode]
    names = tuple(name for row in of_mode for name in row.libraries)
    if one.mode is LinkMode.BUNDLED and len(names) != 1:
        return ("",)
    return names or ("",)


def _bundled_name(one: SeenCode, rows: Sequence[KnownModule]) -> str:
    """Return what bundled code is called: as its folder, else as a file of it where the table knows that the module
    brings just this; "" for neither. What a file is called by itself ("version.c", "history.c") tells nothing."""
    folder = one.code_folder.rpartition("/")[2]
    library = find_library(folder) if folder.lower() not in _COMMON else None
    if library is not None and not library.is_system:
        return folder
    of_mode = [row for row in rows if row.mode is LinkMode.BUNDLED]
    brought = {library for row in of_mode for name in row.libraries if (library := find_library(name)) is not None}
    stems = (path.rpartition("/")[2].rpartition(".")[0] for path in one.files) if brought else ()
    return next((stem for stem in stems if stem and find_library(stem) in brought), "")


def _goos_of(one: SeenCode, goos: str) -> str:
    """Return of which system's build a thing is; "" where its conditions name none."""
    if one.is_built:
        return goos
    words = re.findall(r"!?\w+", one.conditions)
    return next((word for word in words if word in KNOWN_OS), "")


def _fact(
    module: ModuleSeen,
    name: str,
    library: KnownLibrary | None,
    found: Sequence[SeenCode],
    rows: Sequence[KnownModule],
) -> NativeCode:
    built = [one for one in found if one.is_built]
    shown = built or list(found)
    first = min(shown, key=lambda one: (not one.line, one.file, one.line))
    licence, source, told = _licence(module, shown, library, name)
    row = next((row for row in rows if row.mode is first.mode), None)
    notes = dict.fromkeys(filter(None, (row.remark if row is not None else "", told, _own_note(first))))
    conditions = "" if built else "; ".join(dict.fromkeys(one.conditions for one in found if one.conditions))[:300]
    files = dict.fromkeys(path for one in shown for path in (one.files or (_at(one),)))
    return NativeCode(
        subject=module.subject,
        library=library.name if library is not None else name,
        mode=first.mode,
        proof=NativeProof.SOURCE,
        position=position_of(licence, _linked_as(shown)),
        location=_place(module, first),
        licence=licence,
        licence_from=source,
        files=tuple(files)[:_FILES],
        count=max(len(files), sum(one.count for one in shown)),
        packages=tuple(sorted({one.package for one in shown}))[:_FILES],
        is_crypto=any(row.is_crypto for row in rows) or (library is not None and library.is_crypto),
        conditions=conditions,
        notes=tuple(notes)[:_NOTES],
        is_built=bool(built),
    )


def _linked_as(shown: Sequence[SeenCode]) -> LinkMode:
    """Return how code is linked: a shared library that comes along in a module is one for the loader."""
    mode = shown[0].mode
    files = [path for one in shown for path in (one.files or (one.library,))]
    is_shared = mode is LinkMode.PREBUILT and all(_SHARED.search(path) for path in files)
    return LinkMode.DYNAMIC if is_shared else mode


def _own_note(one: SeenCode) -> str:
    if one.mode is LinkMode.PREBUILT:
        return "it was compiled by somebody else: nobody here sees from which source"
    if one.mode is LinkMode.BUNDLED and any("/" in path.removeprefix(f"{one.code_folder}/") for path in one.files):
        return "which of these files a build takes, conditions of the C preprocessor say, which are not resolved here"
    return ""


def _at(one: SeenCode) -> str:
    return f"{one.file}:{one.line}" if one.line else one.file


def _place(module: ModuleSeen, one: SeenCode) -> Location:
    if not module.is_own:
        return module.location
    path = f"{module.folder}/{one.file}" if module.folder else one.file
    return Location(artifact=path, line=one.line)


def _licence(
    module: ModuleSeen, shown: Sequence[SeenCode], library: KnownLibrary | None, name: str
) -> tuple[str, str, str]:
    """Return the licence of what was seen, who says so, and what is to be known of it: files near code that lies in the
    module, else the table. What somebody says of it and nobody recognises is never taken for the module's own."""
    known = (library.licence, library_source(library), "") if library is not None else ("", "", "")
    if shown[0].mode not in _INSIDE:
        return known
    near = _near(module, shown, library.aliases[0] if library is not None else name)
    if near.is_cut and not near.note:
        near = changed(near, note="it has more different notices than were read")
    if near.expression and library is not None and not near.by_heads and _is_side_of(near.expression, library.licence):
        return library.licence, f"{known[1]}; the texts of that choice lie in {near.source}", near.note
    if near.expression:
        return near.expression, near.source, near.note
    if near.unplaced and (library is None or shown[0].mode is LinkMode.BUNDLED):
        return "", near.unplaced, f"what {near.unplaced} says of a licence is not recognised: read it"
    if library is not None:
        return known
    own = module.own_text() if shown[0].mode is LinkMode.BUNDLED and not name else NearLicence()
    return own.expression, f"{own.source}, the module's own" if own.expression else "", own.note


def _near(module: ModuleSeen, shown: Sequence[SeenCode], name: str) -> NearLicence:
    """Return what lies near code, of all its folders together."""
    places = {one.code_folder: one for one in reversed(shown)}
    found = [module.licence_of(changed(one, library=name)) for _, one in sorted(places.items())]
    if len(found) == 1:
        return found[0]
    said = [near for near in found if near.expression]
    words = dict.fromkeys(near.expression for near in said)
    unplaced = next((near.unplaced for near in found if near.unplaced), "")
    if unplaced and words:
        words.setdefault(UNRECOGNISED)
    return NearLicence(
        expression=joined_or_none(words) or "",
        source=", ".join(dict.fromkeys(near.source for near in said)),
        by_heads=bool(said) and all(near.by_heads for near in said),
        unplaced=unplaced,
        note="; ".join(dict.fromkeys(near.note for near in found if near.note)),
        is_cut=any(near.is_cut for near in found),
    )


def _is_side_of(near: str, choice: str) -> bool:
    """Return whether texts are those that a known choice is between, and nothing else."""
    try:
        offered, found = parse_expression(choice), parse_expression(near)
    except InputError:
        return False
    return isinstance(offered, Or) and _plain(found.licences) <= _plain(offered.licences)


def _plain(licences: Iterable[str]) -> set[str]:
    return {licence.removesuffix("-only").removesuffix("-or-later") for licence in licences}
