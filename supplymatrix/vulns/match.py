"""What is linked into a program, held against vulnerability databases: which entries concern it, and how near.

    found = match_program(Linked(modules=…, go_version="go1.26.8", packages=…, functions=…), index)
    found[0].advisory.id, found[0].level, found[0].symbols

Three levels: a module is there in an affected version; one of the packages that the entry names is linked in; one of
the functions that it names is. A linked function is not a called one. An entry that names no packages stays at the
module, since nobody can say more; one that names no functions of a package means all of them.

`match_module` is the same for one module, whatever its packages were found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from supplymatrix.gomod.build_info import split_version
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.vulnerability import VulnLevel
from supplymatrix.vulns.advisory import STDLIB, Advisory, Affected, ImportedPackage
from supplymatrix.vulns.index import VulnIndex
from supplymatrix.vulns.versions import affected_blocks, fixed_version, names_no_package, version_of_go

__all__ = ["Linked", "LinkedModule", "Match", "match_module", "match_program", "wanted_packages"]

_NAMES_NONE = "the entry names no package: which parts of the module are at fault nobody says"
_LINKED = "packages of this module are linked in"
_NOT_LINKED = "no function of this module is linked in"
_CONTRADICTED = "the build info names this module, and the table of functions has none of it"
_ALL_FUNCTIONS = "the entry names no function of {}: all of them count"
_MAKER = "this Go is its maker's ({}): it may hold fixes that its number does not tell"
_OWN = "the advisory counts in the product's own versions, {}: they are none of the module's"


@value
class LinkedModule:
    """A module that was built in. subject: what was built, the replacement where there is one. original: what it
    stands for, "" where that is itself; packages are imported by its path."""

    subject: ModuleVersion
    original: ModuleVersion | None = None

    def imported_as(self, package: str) -> str:
        """Return as what a package of the module is imported. package: as an entry about the subject names it."""
        if self.original is None or not package.startswith(self.subject.path):
            return package
        return self.original.path + package.removeprefix(self.subject.path)


@value
class Linked:
    """What a program is made of. go_version: as recorded, "" or a development version = nothing is said of the standard
    library. packages: import paths that are linked in; None = nobody could look. functions: import path → symbols, at
    least of `wanted_packages`; None = likewise. goos, goarch: built for, "" = not known."""

    modules: tuple[LinkedModule, ...]
    go_version: str = ""
    packages: AbstractSet[str] | None = None
    functions: Mapping[str, AbstractSet[str]] | None = None
    goos: str = ""
    goarch: str = ""

    @property
    def all_modules(self) -> tuple[LinkedModule, ...]:
        """The modules, the standard library before them."""
        go = version_of_go(self.go_version) if self.go_version else ""
        library = LinkedModule(subject=ModuleVersion(path=STDLIB, version=f"v{go}"))
        return (library, *self.modules) if go else self.modules


@value
class Match:
    """An entry that concerns a module. looked: how far anybody could look. packages, symbols: vulnerable ones that are
    there, sorted, symbols with their packages before them. fixed: the earliest later version with the fix, "" none."""

    advisory: Advisory
    module: LinkedModule
    level: VulnLevel
    looked: VulnLevel
    packages: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    fixed: str = ""
    notes: tuple[str, ...] = ()


def match_program(program: Linked, index: VulnIndex) -> tuple[Match, ...]:
    """Return the entries that concern a program, in the order of its modules, the standard library first."""
    found = [match for module in program.all_modules for match in match_module(module, program, index)]
    maker = split_version(program.go_version)[1]
    if not maker or maker.startswith("X:"):
        return tuple(found)
    note = _MAKER.format(maker)
    return tuple(_noted(match, note) if match.module.subject.path == STDLIB else match for match in found)


def wanted_packages(program: Linked, index: VulnIndex) -> frozenset[str]:
    """Return the linked packages whose functions decide something."""
    found: set[str] = set()
    for module in program.all_modules:
        path, version = module.subject.path, module.subject.version
        for advisory in index.affecting(path, version):
            for block in affected_blocks(advisory, path, version):
                found |= {module.imported_as(one.path) for one in block.packages if one.symbols}
    return frozenset(found & (program.packages or frozenset()))


def match_module(module: LinkedModule, program: Linked, index: VulnIndex) -> list[Match]:
    """Return the entries that concern one module, by id. An entry about other platforms alone concerns it not."""
    path, version = module.subject.path, module.subject.version
    found = []
    for advisory in index.affecting(path, version):
        blocks = affected_blocks(advisory, path, version)
        named = [[one for one in block.packages if one.fits(program.goos, program.goarch)] for block in blocks]
        if blocks and all(block.packages and not left for block, left in zip(blocks, named, strict=True)):
            continue
        names_none = names_no_package(blocks)
        match = _match(advisory, module, [one for left in named for one in left], program, names_none=names_none)
        own = _own_versions(blocks)
        found.append(_noted(match, _OWN.format(own)) if own else match)
    return found


def _match(
    advisory: Advisory, module: LinkedModule, named: Sequence[ImportedPackage], program: Linked, *, names_none: bool
) -> Match:
    """Return how near an entry is. named: packages that it names. names_none: a part of it names none."""
    packages, functions = program.packages, program.functions
    fixed = fixed_version(advisory, module.subject.path, module.subject.version)
    notes = list(advisory.notes)
    looked = VulnLevel.MODULE if packages is None else VulnLevel.PACKAGE if functions is None else VulnLevel.SYMBOL
    if names_none:
        is_there = packages is None or any(_is_within(one, module) for one in packages)
        looked = VulnLevel.MODULE if is_there else looked
        notes.append(f"{_NAMES_NONE}; {_LINKED if is_there else _NOT_LINKED}" if packages is not None else _NAMES_NONE)
    there: set[str] = set()
    symbols: set[str] = set()
    whole: list[str] = []
    for one in named:
        path = module.imported_as(one.path)
        if packages is None or path not in packages:
            continue
        there.add(path)
        if functions is None:
            continue
        if not one.symbols:
            whole.append(path)
        symbols |= {f"{path}.{symbol}" for symbol in functions.get(path, frozenset()) & set(one.symbols)}
    if whole:
        more = f" and {len(whole) - 1:,} more packages" if len(whole) > 1 else ""
        notes.append(_ALL_FUNCTIONS.format(f"{whole[0]}{more}"))
    level = VulnLevel.SYMBOL if symbols or whole else VulnLevel.PACKAGE if there else VulnLevel.MODULE
    is_doubtful = packages is not None and not there and not names_none and module.subject.path != STDLIB
    if packages is not None and is_doubtful and not any(_is_within(one, module) for one in packages):
        notes.append(_CONTRADICTED)
    return Match(
        advisory=advisory,
        module=module,
        level=level,
        looked=max(looked, level, key=lambda one: one.depth),
        packages=tuple(sorted(there)),
        symbols=tuple(sorted(symbols)),
        fixed=fixed,
        notes=tuple(dict.fromkeys(notes)),
    )


def _is_within(package: str, module: LinkedModule) -> bool:
    path = (module.original or module.subject).path
    return package == path or package.startswith(f"{path}/")


def _own_versions(blocks: Iterable[Affected]) -> str:
    """Return where a product's own numbers end, in words: "fixed in 3.3.1"; "" where the entry has none."""
    fixes = dict.fromkeys(span[1] for block in blocks for span in block.own_spans if span[1])
    return f"fixed in {', '.join(fixes)}" if fixes else ""


def _noted(match: Match, note: str) -> Match:
    return changed(match, notes=(*match.notes, note))
