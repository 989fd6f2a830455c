"""The h1 of the module zip that the go command makes of a commit, from what `git archive` prints of it.

    archive  = git archive --format=zip --prefix=prefix/ <commit>     (all of it, or only the module's folder)
    folder   = module_folder("example.com/m/sub/v2", "sub", read)     ("sub" or "sub/v2", as the go.mod files say)
    tree_zip(module, file, folder, licence).h1

The archive is read as the go command reads it: entries for folders (submodules are nothing else) do not count, links
are told by their mode and left out, what belongs to another module or to a vendored package is left out, and a LICENSE
of the repository's root goes with a module in a folder that has none. The order and packing of a zip do not matter to
its h1, so none is written.

Source: Go cmd/go/internal/modfetch coderepo.go (Zip, findDir, isMajor), codehost/git.go (ReadZip); golang/mod
zip/zip.go (Create), modfile (ModulePath).
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from struct import Struct

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dirhash import hash1
from supplymatrix.gomod.modfile_syntax import unquote
from supplymatrix.gomod.module_zip import FileFault, FileKind, ModuleFile, check_files
from supplymatrix.gomod.read_at import ReadAt, Window
from supplymatrix.gomod.zip_archive import ZipArchive, ZipEntry, read_zip, read_zip_contents, read_zip_quickly
from supplymatrix.model.module import ModuleVersion, split_path_version
from supplymatrix.model.value import value

__all__ = ["ARCHIVE_PREFIX", "TreeZip", "declared_path", "module_folder", "tag_prefix", "tree_zip"]

ARCHIVE_PREFIX = b"prefix/"
_HEADER = Struct("<4sHH20xHHH4xII")
"""Mark, made by, needs, lengths of name, extra and comment, modes, place."""
_HEADER_LENGTH = 46
_UNIX = (3, 19)
_GO_MOD_LIMIT = 16 << 20


@value
class TreeZip:
    """h1: of the zip; files: that it has; omitted: those of the module's folder that it has not, and why."""

    h1: str
    files: int
    omitted: tuple[FileFault, ...]


def tree_zip(module: ModuleVersion, file: ReadAt, folder: str, root_licence: bytes | None) -> TreeZip:
    """Return the zip of a module version, by its hash. folder: of the module in the archive, "" = its root.

    root_licence: the bytes of LICENSE in the root of the commit, None where there is none. Raises InputError where the
    archive cannot be read, and where the go command would make no zip of it; OSError from the file.
    """
    archive = read_zip(file)
    top = ARCHIVE_PREFIX + (f"{folder}/".encode() if folder else b"")
    entries = {}
    kinds = dict(_kinds(archive))
    for entry in archive.entries:
        if not entry.name.startswith(ARCHIVE_PREFIX):
            raise _fault("the archive has more than one folder at its top", entry.name)
        name = entry.name[len(top) :]
        if entry.name.startswith(top) and name and not entry.is_folder:
            if name in entries:
                raise _fault("the tree has a name twice", name)
            entries[name] = entry
    files = [ModuleFile(name=name, size=entry.size, kind=kinds[entry.offset]) for name, entry in entries.items()]
    added = root_licence if folder and b"LICENSE" not in entries else None
    if added is not None:
        files.append(ModuleFile(name=b"LICENSE", size=len(added)))
    checked = check_files(files, _go_mod(archive, entries.get(b"go.mod"), kinds))
    if checked.invalid:
        fault = checked.invalid[0]
        raise _fault(f"the go command makes no zip of it: {fault.reason}", fault.name)
    if checked.size_fault:
        raise _fault(f"the go command makes no zip of it: {checked.size_fault}")
    digests = dict(_digests(archive, [entries[name] for name in checked.valid if name in entries]))
    lines = [
        (f"{module}/".encode() + name, digests[entries[name].name])
        if name in entries
        else (f"{module}/".encode() + name, sha256(added or b"").digest())
        for name in checked.valid
    ]
    return TreeZip(h1=hash1(lines), files=len(lines), omitted=checked.omitted)


def tag_prefix(folder: str) -> str:
    """Return what stands before the version in the tags of a module. folder: of the module in its repository, without
    the one that is called after its major version."""
    return f"{folder}/" if folder else ""


def module_folder(path: str, subdir: str, read: Callable[[str], bytes | None]) -> str:
    """Return the folder of a commit that a module is made of. subdir: as its origin says, without the folder of a major
    version. read: a file of the commit, None where there is none.

    Raises InputError where no folder has a go.mod that fits. Where both have one, it is taken that the root of the
    repository goes by the whole path: otherwise the go command makes no version of it.
    """
    _, major, _ = split_path_version(path)
    name = f"{subdir}/go.mod" if subdir else "go.mod"
    own = read(name)
    if own is not None and (_is_major(declared_path(own), major) or _was_allowed(declared_path(own), major)):
        return subdir
    if major.startswith("/"):
        below = f"{subdir}/{major[1:]}" if subdir else major[1:]
        deeper = read(f"{below}/go.mod")
        if deeper is not None and _is_major(declared_path(deeper), major):
            return below
    if own is None and not subdir and not major.startswith("/"):
        return ""
    raise _fault("no go.mod of the commit is one of this module", name.encode())


def declared_path(go_mod: bytes) -> str:
    """Return the module path that a go.mod declares, "" where it declares none; nothing else of it is read."""
    for line in go_mod.split(b"\n"):
        text = line.partition(b"//")[0].strip()
        rest = text[len(b"module") :]
        if not text.startswith(b"module") or not rest.strip() or rest.strip() == rest:
            continue
        word = rest.strip().decode("utf-8", "replace")
        if word[0] == "`":
            return word[1:-1] if len(word) > 1 and word.find("`", 1) == len(word) - 1 else ""
        return (unquote(word) or "") if word[0] == '"' else word
    return ""


def _is_major(declared: str, major: str) -> bool:
    """Return whether the major version of a declared path goes with that of a module's path."""
    if not declared:
        return False
    _, said, ok = split_path_version(declared)
    if not ok:
        return False
    if not major:
        return said in ("", ".v0", ".v1", ".v0-unstable", ".v1-unstable")
    return bool(said) and said[1:] == major[1:]


def _was_allowed(declared: str, major: str) -> bool:
    """Return whether this is a path without a version that stands for one of gopkg.in (Go issue 34254)."""
    return not major and declared.startswith("gopkg.in/")


def _kinds(archive: ZipArchive) -> Iterator[tuple[int, FileKind]]:
    """Yield for each entry, named by its place, whether it is a plain file: modes stand in the directory alone."""
    window, at = Window(archive.file), archive.directory[0]
    for entry in archive.entries:
        mark, made_by, _, name, extra, comment, modes, _ = _HEADER.unpack(window.read(at, _HEADER_LENGTH))
        if mark != b"PK\1\2":
            raise _fault("the archive is damaged", entry.name)
        mode = modes >> 16 if made_by >> 8 in _UNIX else 0
        kind = stat.S_IFMT(mode)
        if kind == stat.S_IFLNK:
            yield entry.offset, FileKind.LINK
        else:
            yield entry.offset, FileKind.REGULAR if kind in (0, stat.S_IFREG) else FileKind.OTHER
        at += _HEADER_LENGTH + name + extra + comment


def _go_mod(archive: ZipArchive, entry: ZipEntry | None, kinds: dict[int, FileKind]) -> bytes:
    if entry is None or entry.size > _GO_MOD_LIMIT or kinds[entry.offset] is not FileKind.REGULAR:
        return b""
    return b"".join(piece for _, pieces in read_zip_contents(archive, [entry]) for piece in pieces)


def _digests(archive: ZipArchive, entries: list[ZipEntry]) -> Iterator[tuple[bytes, bytes]]:
    for entry, content in read_zip_quickly(archive, entries):
        digest = sha256()
        for piece in [content] if isinstance(content, bytes) else content:
            digest.update(piece)
        yield entry.name, digest.digest()


def _fault(message: str, seen: bytes = b"") -> InputError:
    return InputError(Diagnostic(message=message, seen=seen[:200].decode("utf-8", "replace")))
