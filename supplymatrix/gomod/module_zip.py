"""What a module zip may hold, and which files of a source tree go into one.

Every name in a module zip begins with "<path>@<version>/", not escaped. What follows is a clean relative name that a
file can have on every system; no two names are equal but for case, and none is a file and a folder. A go.mod stands in
the root alone and is written so. Zip and contents have at most 500 MiB each, go.mod and LICENSE 16 MiB. Modes do not
count. When a zip is made of a tree, what belongs to another module, to a vendored package, or is no plain file, is
left out; which packages count as vendored changed with the language version 1.24 of the module's own go.mod.

    check_zip(ModuleVersion(path="example.com/m", version="v1.0.0"), read_zip(file)).invalid

Case is compared as simple folding does, letter by letter: K and the Kelvin sign are one, ß and ss are two.

Source: golang/mod zip/zip.go; go.dev/ref/mod#zip-path-size-constraints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.gomod.goversion import go_version_key, language_version
from supplymatrix.gomod.modfile_syntax import Statement, parse_statements
from supplymatrix.gomod.zip_archive import ZipArchive, ZipEntry, read_zip_contents
from supplymatrix.model.module import ModuleVersion, canonical_version, check_file_path, check_module
from supplymatrix.model.value import value

__all__ = [
    "CheckedFiles", "FileFault", "FileKind", "ModuleFile", "check_files", "check_zip", "simple_fold", "unpack_fault",
]  # fmt: skip

SMALL_LIMIT = 16 << 20
"""Bytes that a go.mod or a LICENSE in the root may have."""
_NAME_LIMIT = 255
"""Bytes that one element of a name may have on the usual file systems."""
_PLAIN_ELEMENT = (
    rb"(?!(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./\n]|\Z))"
    rb"(?:\.?[A-Za-z0-9!#$%&()+,\-=@\[\]^_{}~ ]++)++"
)
_PLAIN_NAMES = re.compile(rb"%b(?:[/\n]%b)*+" % (_PLAIN_ELEMENT, _PLAIN_ELEMENT))
"""Names without a fault, a newline between two: elements of ASCII that neither end in a dot nor name a device."""
_PLAIN_DEPTH = 64
_VENDOR_RULE = go_version_key("1.24")
_GO_VERSION = re.compile(r"[1-9][0-9]*\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?(?:[a-z]+[0-9]+)?")
_LAX_GO_VERSION = re.compile(r"v?([1-9][0-9]*\.(?:0|[1-9][0-9]*))[^0-9].*")


class FileKind(StrEnum):
    """What a name of a source tree stands for."""

    REGULAR = "regular"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@value
class ModuleFile:
    """A file of a source tree. name: below the root, separated by slashes; size: in bytes."""

    name: bytes
    size: int
    kind: FileKind = FileKind.REGULAR


@value
class FileFault:
    """A file that is left out or not allowed, and why. name: as given, in a zip with its "<path>@<version>/"."""

    name: bytes
    reason: str


@value
class CheckedFiles:
    """Files sorted by what becomes of them, each list in the order given. size_fault: "" when all is small enough."""

    valid: tuple[bytes, ...]
    omitted: tuple[FileFault, ...]
    invalid: tuple[FileFault, ...]
    size_fault: str

    @property
    def ok(self) -> bool:
        """Whether they make a module zip."""
        return not self.invalid and not self.size_fault


def check_zip(module: ModuleVersion, archive: ZipArchive) -> CheckedFiles:
    """Check the names and declared sizes of a module's zip; contents are not read.

    Raises InputError when there can be no such module version. Entries for folders are neither valid nor omitted.
    """
    if canonical_version(module.version) != module.version:
        raise InputError(
            Diagnostic(
                message="a module zip has a version in its full form",
                seen=module.version[:200],
                expected=canonical_version(module.version) or "a version such as v1.2.3",
            )
        )
    check_module(module.path, module.version)
    if archive.file.size > ZIP_LIMIT:
        return CheckedFiles(valid=(), omitted=(), invalid=(), size_fault=_too_large("the zip has", archive.file.size))
    prefix = f"{module}/".encode()
    if _is_plain(prefix, archive.entries):
        valid = [entry.name for entry in archive.entries]
        return CheckedFiles(valid=tuple(valid), omitted=(), invalid=(), size_fault="")
    return _check_entries(prefix, archive.entries)


def _check_entries(prefix: bytes, entries: Iterable[ZipEntry]) -> CheckedFiles:
    """Check one name after the other."""
    collisions, total = _Collisions(), _Total("its files have")
    valid: list[bytes] = []
    invalid: list[FileFault] = []
    for entry in entries:
        if entry.name == prefix:
            continue
        fault = _entry_fault(entry, prefix, collisions, total)
        if fault:
            invalid.append(FileFault(name=entry.name, reason=fault))
        elif not entry.is_folder:
            valid.append(entry.name)
    return CheckedFiles(valid=tuple(valid), omitted=(), invalid=tuple(invalid), size_fault=total.fault)


def _is_plain(prefix: bytes, entries: Sequence[ZipEntry]) -> bool:
    """Return whether all entries are surely valid, as in nearly every module: looked at together, in a tenth of the
    time. False says nothing."""
    joined = b"\n".join([entry.name for entry in entries])
    mark = b"\n" + prefix
    if not joined.startswith(prefix) or not joined.count(b"\n") == joined.count(mark) == len(entries) - 1:
        return False
    joined = joined[len(prefix) :].replace(mark, b"\n")
    sizes = [entry.size for entry in entries]
    if not _PLAIN_NAMES.fullmatch(joined) or sum(sizes) > ZIP_LIMIT or max(sizes) > SMALL_LIMIT:
        return False
    names, lower = joined.split(b"\n"), joined.lower()
    folders: set[bytes] = set()
    waiting = {name.rpartition(b"/")[0] for name in names} - {b""}
    for _ in range(_PLAIN_DEPTH):
        folders |= waiting
        waiting = {name.rpartition(b"/")[0] for name in waiting} - folders - {b""}
        if not waiting:
            break
    else:
        return False
    together = {name.lower() for name in folders}.union(lower.split(b"\n"))
    return len(together) == len(names) + len(folders) and lower.count(b"go.mod") == names.count(b"go.mod")


def _entry_fault(entry: ZipEntry, prefix: bytes, collisions: _Collisions, total: _Total) -> str:
    if not entry.name.startswith(prefix):
        return f"its name does not begin with {prefix.decode()}"
    name = entry.name[len(prefix) :]
    if entry.is_folder:
        name = name[:-1]
    if not _is_clean(name):
        return "its name is not clean"
    fault = _name_fault(name) or collisions.fault(name, is_folder=entry.is_folder)
    if fault or entry.is_folder:
        return fault
    if name.rpartition(b"/")[2].lower() == b"go.mod":
        if b"/" in name:
            return "a go.mod stands in the root of a module alone"
        if name != b"go.mod":
            return "go.mod is written in small letters"
    # The go command counts with a sign: 2⁶³ bytes and more are less than none, so too many for all, not for go.mod.
    size = entry.size if entry.size < 1 << 63 else -1
    total.add(size)
    return _small_file_fault(name, size)


def unpack_fault(module: ModuleVersion, archive: ZipArchive) -> str:
    """Return why the go command could not unpack a module's zip, "" when it could; all contents are read.

    Raises InputError when there can be no such module version, OSError when the zip cannot be read.
    """
    checked = check_zip(module, archive)
    if checked.size_fault:
        return checked.size_fault
    if checked.invalid:
        first = checked.invalid[0]
        return f"{first.name[:200].decode('utf-8', 'replace')!r}: {first.reason}"
    prefix = len(f"{module}/".encode())
    files = [entry for entry in archive.entries if not entry.is_folder]
    if any(len(element) > _NAME_LIMIT for entry in files for element in entry.name[prefix:].split(b"/")):
        return f"a name has more than {_NAME_LIMIT} bytes between two slashes"
    try:
        for _, pieces in read_zip_contents(archive, files):
            for _ in pieces:
                pass
    except InputError as err:
        return err.diagnostics[0].message
    return ""


def check_files(files: Sequence[ModuleFile], go_mod: bytes = b"") -> CheckedFiles:
    """Sort the files of a source tree into those that its module zip has, those left out, and those not allowed.

    go_mod: the text of the go.mod in the root, which says how vendored packages are told.
    """
    modules = {
        folder
        for file in files
        if file.kind is FileKind.REGULAR
        for folder, slash, base in [file.name.rpartition(b"/")]
        if slash and base.lower() == b"go.mod"
    }
    new_rule = go_version_key(declared_language(go_mod)) >= _VENDOR_RULE
    collisions, total = _Collisions(), _Total("the files have")
    valid: list[bytes] = []
    faults: dict[bytes, tuple[bool, FileFault]] = {}
    for file in files:
        omitted = True
        fault = _form_fault(file.name)
        if fault:
            omitted = False
        else:
            fault = _omission(file.name, modules, new_rule=new_rule)
        if not fault:
            fault = _name_fault(file.name) or _go_mod_case_fault(file.name)
            fault = fault or collisions.fault(file.name, is_folder=file.kind is FileKind.FOLDER)
            omitted = False
        if not fault and file.kind is not FileKind.REGULAR:
            fault, omitted = "it is a link" if file.kind is FileKind.LINK else "it is no plain file", True
        if not fault:
            total.add(file.size)
            fault = _small_file_fault(file.name, file.size)
        if not fault:
            valid.append(file.name)
        elif file.name not in faults:
            faults[file.name] = (omitted, FileFault(name=file.name, reason=fault))
    return CheckedFiles(
        valid=tuple(valid),
        omitted=tuple(fault for omitted, fault in faults.values() if omitted),
        invalid=tuple(fault for omitted, fault in faults.values() if not omitted),
        size_fault=total.fault,
    )


def declared_language(go_mod: bytes) -> str:
    """Return the language version of a dependency's go.mod, "1.24" for `go 1.24rc1`; "" when it tells none.

    Read with the forgiveness that the go command has for other modules' files: unknown lines do not matter.
    """
    try:
        statements, _ = parse_statements(go_mod, "go.mod")
    except InputError:
        return ""
    lines = [item for item in statements if isinstance(item, Statement) and item.words[0].text == "go"]
    if len(lines) != 1 or len(lines[0].words) != 2:
        return ""
    version = lines[0].words[1].text
    if not _GO_VERSION.fullmatch(version):
        loose = _LAX_GO_VERSION.fullmatch(version)
        version = loose[1] if loose else ""
    return language_version(f"go{version}").removeprefix("go")


def simple_fold(text: str) -> str:
    """Return a form that two texts share exactly if they are equal under simple case folding.

    The standard library folds fully, one letter to several (ß to ss); such letters fold to their one small letter.
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_letter, text))


def _fold_letter(letter: str) -> str:
    folded = letter.casefold()
    if len(folded) == 1:
        return folded
    small = letter.lower()
    return small if len(small) == 1 else letter


class _Total:
    """The bytes of files together, and the fault when they are too many."""

    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._left = ZIP_LIMIT
        self.fault = ""

    def add(self, size: int) -> None:
        """Count a file; one that does not fit any more is the fault, and not counted. size < 0: beyond measure."""
        if 0 <= size <= self._left:
            self._left -= size
        elif not self.fault:
            self.fault = _too_large(self._whose, ZIP_LIMIT - self._left + size if size >= 0 else 1 << 63)


class _Collisions:
    """Names seen so far, by their folded form: which differ in case only, or are both a file and a folder.

    A path is a number here, made of its folder's number and its last element: a name of thousands of folders in each
    other costs what it is long, not the square of that.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, bytes], int] = {}
        self._folded: dict[tuple[int, str], int] = {}
        self._parts: list[tuple[int, bytes]] = [(0, b"")]
        self._seen: dict[int, tuple[int, bool]] = {}
        self._files: set[int] = set()
        self._sound: set[int] = {0}  # folders that were followed up to the root without a fault

    def fault(self, name: bytes, *, is_folder: bool) -> str:
        """Return why a name cannot stand beside those before it, "" when it can; it is taken in. name: valid."""
        way = self._way(name)
        followed: list[int] = []
        for number, folded in reversed(way):
            if number in self._sound:
                if not is_folder:
                    return f"{self._name(number)!r} is a file and a folder"
                break
            known = self._seen.setdefault(folded, (number, is_folder))
            if known[0] != number:
                return f"its name and {self._name(known[0])!r} differ in case only"
            if known[1] != is_folder:
                return f"{self._name(number)!r} is a file and a folder"
            if not is_folder:
                if folded in self._files:
                    return "it is there twice"
                self._files.add(folded)
            else:
                followed.append(number)
            is_folder = True
        self._sound.update(followed)
        return ""

    def _way(self, name: bytes) -> list[tuple[int, int]]:
        """Return the numbers of a path and of all folders above it, each with that of its folded form, the root's
        first."""
        way, number, folded = [], 0, 0
        for element in name.split(b"/"):
            key = (number, element)
            number = self._numbers.get(key) or self._new(key)
            folded = self._folded.setdefault((folded, simple_fold(element.decode())), len(self._folded) + 1)
            way.append((number, folded))
        return way

    def _new(self, key: tuple[int, bytes]) -> int:
        number = self._numbers[key] = len(self._parts)
        self._parts.append(key)
        return number

    def _name(self, number: int) -> str:
        elements = []
        while number:
            number, element = self._parts[number]
            elements.append(element)
        return b"/".join(reversed(elements)).decode()


def _form_fault(name: bytes) -> str:
    if not _is_clean(name):
        return "its name is not clean"
    return "its name is not relative" if name.startswith(b"/") else ""


def _is_clean(name: bytes) -> bool:
    """Return whether a name has no empty and no "." elements, and ".." only at the start of a relative one."""
    if name in (b".", b"/"):
        return True
    is_relative = not name.startswith(b"/")
    may_rise = is_relative
    for element in (name if is_relative else name[1:]).split(b"/"):
        if element in (b"", b"."):
            return False
        if element != b"..":
            may_rise = False
        elif not may_rise:
            return False
    return True


def _omission(name: bytes, modules: Iterable[bytes], *, new_rule: bool) -> str:
    """Return why a file is left out because of its name, "" when it is not. modules: folders with a go.mod."""
    if _is_vendored(name, new_rule=new_rule):
        return "it belongs to a vendored package"
    folder = name.rpartition(b"/")[0]
    while folder:
        if folder in modules:
            return "it belongs to another module"
        folder = folder.rpartition(b"/")[0]
    return "it is written by hg archive" if name == b".hg_archival.txt" else ""


def _is_vendored(name: bytes, *, new_rule: bool) -> bool:
    """Return whether a file belongs to a package below a vendor folder, as told before or from language 1.24 on.

    The older rule looks for the slash from a fixed place on, whatever stands before "/vendor/" (Go issue 37397): old
    hashes depend on it.
    """
    if new_rule and name == b"vendor/modules.txt":
        return True
    if name.startswith(b"vendor/"):
        start = len(b"vendor/")
    elif (at := name.find(b"/vendor/")) >= 0:
        start = (at if new_rule else 0) + len(b"/vendor/")
    else:
        return False
    return b"/" in name[start:]


def _name_fault(name: bytes) -> str:
    try:
        check_file_path(name.decode())
    except UnicodeDecodeError:
        return "its name is no UTF-8"
    except InputError as err:
        return err.diagnostics[0].message
    return ""


def _go_mod_case_fault(name: bytes) -> str:
    return "go.mod is written in small letters" if name.lower() == b"go.mod" and name != b"go.mod" else ""


def _small_file_fault(name: bytes, size: int) -> str:
    if name in (b"go.mod", b"LICENSE") and size > SMALL_LIMIT:
        return f"it has {size:,} bytes, at most {SMALL_LIMIT:,} are allowed"
    return ""


def _too_large(whose: str, size: int) -> str:
    return f"{whose} {size:,} bytes, at most {ZIP_LIMIT:,} are allowed"
