"""What this machine can add to a project's own files, where a policy or a mismatch asks for it, and only then.

Copies in the module cache (SM112), files in vendor/ (SM120 to SM123), who else has the files of a line that differs
(SM110), the module graph (SM207, SM208), when versions came out (SM209), the Gos that build (SM130, SM131), licences
(SM401, SM402, SM405), what is known of vendors (SM801, SM802); who signed the tags of modules (SM116, SM117), where
the policy or the user lets repositories be asked.
Everything here is imported when it is needed; what several subjects need is looked at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.gomod.goenv import EnvFile, GoSettings
from supplymatrix.model.audit import ReadFile
from supplymatrix.model.fact import (
    CachedCopy,
    CopyKind,
    Fact,
    Facts,
    Gap,
    HashWitness,
    LineProof,
    ProofState,
    RequiredModule,
    SumKind,
    stands_for,
)
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note, Verdict

if TYPE_CHECKING:
    from supplymatrix.engine.building_go import BuildingGos
    from supplymatrix.engine.check_licences import CheckedLicences
    from supplymatrix.engine.check_publishers import PublishersSeen
    from supplymatrix.engine.check_vendor import VendoredFacts
    from supplymatrix.engine.events import OnEvent
    from supplymatrix.engine.lookups import LogAnswer
    from supplymatrix.engine.module_graph import GraphReader
    from supplymatrix.engine.publisher_signature import PublisherTrust
    from supplymatrix.engine.vendor_measures import VendorMeasures
    from supplymatrix.model.fact import GraphModule, ReleaseTime, VendorMeasure
    from supplymatrix.model.licence import ModuleLicence
    from supplymatrix.model.on_disk import InstalledGo

__all__ = ["SeenHere", "ThisMachine"]


_OF_THE_GRAPH = ("SM207", "SM208")
_OF_VENDORED = ("SM120", "SM121", "SM122", "SM123")
_OF_PUBLISHERS = ("SM116", "SM117")


@value
class SeenHere:
    """What was seen for one subject. files: that the verdict rests on beside the project's own."""

    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()
    files: tuple[ReadFile, ...] = ()


class ThisMachine:
    """Looks for one subject after the other. files: the go command's own settings files, the stronger first. copies_of:
    the only modules whose copies are looked at, None = all. cached_go: a Go in the module cache is verified for every
    policy."""

    def __init__(
        self,
        means: Means,
        settings: GoSettings,
        files: Sequence[EnvFile],
        *,
        copies_of: frozenset[ModuleVersion] | None = None,
        cached_go: bool = False,
        on_event: OnEvent = ignore_event,
    ) -> None:
        self._cached_go = cached_go
        self._on_event = on_event
        self._copies_of_only = copies_of
        self._means = means
        self._settings = settings
        self._values = {name: text for file in reversed(files) for name, text in file.values.items()}
        self._copies: dict[tuple[ModuleVersion, str], tuple[CachedCopy, ...]] = {}
        self._witnesses: Sequence[HashWitness] = ()
        self._graphs: GraphReader | None = None
        self._times: Mapping[Path, Sequence[ReleaseTime]] = {}
        self._vendors: VendorMeasures | None = None
        self._licences: CheckedLicences | None = None
        self._vendored: Mapping[Path, VendoredFacts] = {}
        self._publishers: Mapping[Path, PublishersSeen] = {}
        self._gos: BuildingGos | None = None

    def with_toolchains(self, item: Prepared) -> Prepared:
        """Return a subject that asks the log for the Gos that build it, where its policy wants them verified."""
        if not self._verifies_go(item):
            return item
        if self._gos is None:
            from supplymatrix.engine.building_go import BuildingGos

            self._gos = BuildingGos(self._means, self._settings, self._module_cache(), self._on_event)
        return changed(item, also_asked=self._gos.modules_of(item))

    def look_for_witnesses(self, proofs: Sequence[LineProof]) -> None:
        """Ask who else has the files of lines that differ from the log; where none does, nothing is asked."""
        if any(proof.state is ProofState.DIFFERS for proof in proofs):
            from supplymatrix.engine.mismatch import witnesses_of

            self._witnesses = witnesses_of(proofs, self._means, self._settings, self._module_cache())

    def look_for_release_times(self, items: Sequence[Prepared], proofs: Sequence[Sequence[LineProof]]) -> None:
        """Find out when versions came out, for all subjects at once; where no policy asks an age, nothing is read.

        proofs: of each subject's lines.
        """
        if any(entry.min_age for item in items for entry in item.policy.packages):
            from supplymatrix.engine.release_times import release_times

            found = release_times(items, proofs, self._means, self._settings, self._module_cache())
            self._times = {item.path: times for item, times in zip(items, found, strict=True)}

    def look_for_vendored(
        self, items: Sequence[Prepared], proofs: Sequence[Sequence[LineProof]], on_event: OnEvent
    ) -> None:
        """Hold vendor/ folders against the proven zips, for all subjects at once; where no policy asks, none is read.

        proofs: of each subject's lines.
        """
        if any(self._asks(item, _OF_VENDORED) for item in items):
            from supplymatrix.engine.check_vendor import vendored_facts
            from supplymatrix.engine.vendor_zips import ZipPlaces

            places = ZipPlaces(cache=self._module_cache(), means=self._means, settings=self._settings)
            self._vendored = vendored_facts(items, proofs, places, on_event)

    def look_for_publishers(
        self,
        items: Sequence[Prepared],
        answered: Sequence[tuple[Sequence[LineProof], Sequence[Gap]]],
        trust: PublisherTrust | None,
    ) -> None:
        """Find out who signed the tags of modules, for all subjects at once; where no policy has the rules on, nothing
        is looked at. trust: of the command line, None = it has nobody asked.

        answered: what the log said of each subject's lines, and what it did not. Raises InputError for keys of a policy
        that cannot be used.
        """
        if any(self._asks(item, _OF_PUBLISHERS) for item in items):
            from supplymatrix.engine.check_publishers import look_for_publishers

            self._publishers = look_for_publishers(items, answered, trust, self._means, self._on_event)

    @staticmethod
    def _asks(item: Prepared, rules: Sequence[str]) -> bool:
        """Return whether a policy has one of these rules on, for whatever module."""
        said = (item.policy.levels, *(entry.levels for entry in item.policy.packages))
        return any(levels.get(rule, Level.OFF) is not Level.OFF for levels in said for rule in rules)

    def look_at(
        self, item: Prepared, proofs: Sequence[LineProof], answers: Mapping[ModuleVersion, LogAnswer]
    ) -> SeenHere:
        """Return what there is to add for a subject. proofs: of its lines; answers: of its log."""
        differing = {(proof.subject, proof.kind) for proof in proofs if proof.state is ProofState.DIFFERS}
        witnesses = (witness for witness in self._witnesses if (witness.subject, witness.kind) in differing)
        modules, gaps, notes = self._graph_of(item)
        copies, lacking = self._copies_of(item, proofs)
        facts: tuple[Fact, ...] = (*witnesses, *copies, *self._fips_of(item), *modules)
        times = self._times.get(item.path, ())
        licences, unlisted, said = self._licences_of(item)
        gos, no_gos = self._toolchains_of(item, answers)
        facts += (*times, *licences, *self._vendors_of(item), *gos)
        publishers = self._publishers.get(item.path)
        if publishers is not None:
            facts, said = (*facts, *publishers.facts), (*said, *publishers.notes)
        vendored = self._vendored.get(item.path)
        if vendored is not None and any(isinstance(fact, VendoredModule) for fact in vendored.facts):
            lacking = ()  # builds take vendor/
        notes = tuple(dict.fromkeys((*lacking, *notes, *said, *self._notes_on(times))))
        if vendored is not None:
            facts, notes = (*facts, *vendored.facts), (*notes, *vendored.notes)
            gaps = (*gaps, *vendored.gaps)
        return SeenHere(facts=facts, gaps=(*gaps, *unlisted, *no_gos), notes=notes)

    def chains_of(self, item: Prepared, verdict: Verdict, facts: Facts) -> Mapping[str, tuple[str, ...]]:
        """Return by which requirements the modules come into the project that the verdict has something to say of."""
        if not verdict.judged:
            return {}
        from supplymatrix.engine.requirement_chains import requirement_chains

        return requirement_chains(item.project, verdict, facts, self._module_cache)

    def _graph_of(self, item: Prepared) -> tuple[Sequence[GraphModule], Sequence[Gap], Sequence[Note]]:
        """Read the module graph where the policy asks what authors say of all modules; of single ones only theirs."""
        if all(item.policy.levels.get(rule, Level.OFF) is Level.OFF for rule in _OF_THE_GRAPH):
            required = [
                fact
                for fact in item.project.facts
                if isinstance(fact, RequiredModule)
                and any(item.policy.asks_for(r, fact.subject.path) for r in _OF_THE_GRAPH)
            ]
            if not required:
                return (), (), ()
            from supplymatrix.engine.module_graph import what_authors_say

            return what_authors_say(required, self._means.environ), (), ()
        if self._graphs is None:
            from supplymatrix.engine.module_graph import GraphReader

            self._graphs = GraphReader(self._means.environ)
        return self._graphs.facts_of(item.project)

    def _toolchains_of(
        self, item: Prepared, answers: Mapping[ModuleVersion, LogAnswer]
    ) -> tuple[Sequence[InstalledGo], Sequence[Gap]]:
        """Verify the Gos that build a subject where its policy asks for it."""
        if self._gos is None or not self._verifies_go(item):
            return (), ()
        return self._gos.of(item, answers)

    def _verifies_go(self, item: Prepared) -> bool:
        return self._cached_go or (item.policy.toolchain is not None and bool(item.policy.toolchain.verify))

    def _licences_of(self, item: Prepared) -> tuple[Sequence[ModuleLicence], Sequence[Gap], Sequence[Note]]:
        """Read the licences of a subject's modules where its policy asks for them."""
        if not item.policy.licences:
            return (), (), ()
        if self._licences is None:
            from supplymatrix.engine.check_licences import CheckedLicences

            self._licences = CheckedLicences(self._means, self._graphs)
        return self._licences.of(item.project)

    @staticmethod
    def _notes_on(times: Sequence[ReleaseTime]) -> Sequence[Note]:
        if not times:
            return ()
        from supplymatrix.engine.release_times import note_on_times

        return note_on_times(times)

    def _vendors_of(self, item: Prepared) -> Sequence[VendorMeasure]:
        """Measure the vendors of which the policy asks something."""
        if not item.policy.vendors:
            return ()
        if self._vendors is None:
            from supplymatrix.engine.vendor_measures import VendorMeasures

            self._vendors = VendorMeasures(self._means.environ, self._means.now.date())
        return self._vendors.of(entry.vendor for entry in item.policy.vendors)

    def _copies_of(self, item: Prepared, proofs: Sequence[LineProof]) -> tuple[Sequence[CachedCopy], Sequence[Note]]:
        """Hash the copies of those of a subject's modules for which its policy asks it, each only once in a run.

        A note tells of those that have none.
        """
        originals = stands_for(item.project.facts)
        wanted = {
            proof.subject: proof.logged_hash
            for proof in proofs
            if proof.kind is SumKind.ZIP
            and proof.state in (ProofState.PROVEN, ProofState.DIFFERS)
            and (self._copies_of_only is None or proof.subject in self._copies_of_only)
            and any(item.policy.asks_for("SM112", path) for path in _names_of(proof.subject, originals))
        }
        if not wanted:
            return (), ()
        from supplymatrix.sources.modcache import check_copies

        new = {module: logged for module, logged in wanted.items() if (module, logged) not in self._copies}
        go_mods = {p.subject: p.logged_hash for p in proofs if p.kind is SumKind.GO_MOD and p.subject in new}
        cached = check_copies(new, self._module_cache(), go_mods=go_mods, jobs=self._means.jobs)
        self._copies.update(dict.fromkeys(new.items(), ()))
        for copy in cached:
            self._copies[copy.subject, new[copy.subject]] += (copy,)
        found = [copy for key in wanted.items() for copy in self._copies[key]]
        return found, _note_on_absent(wanted, found)

    def _fips_of(self, item: Prepared) -> Sequence[CachedCopy]:
        """Look at Go's cryptographic module where GOFIPS140 takes it from the module cache, as SM112 asks for it."""
        if not item.policy.asks_for("SM112", "golang.org/fips140"):
            return ()
        from supplymatrix.engine.building_fips import fips_copies

        project = item.project.workspace or item.project.root / "go.mod"
        return fips_copies(project, self._means.environ, self._module_cache())

    def _module_cache(self) -> Path | None:
        from supplymatrix.sources.modcache import module_cache

        return module_cache(self._means.environ, self._values)


def _note_on_absent(wanted: Collection[ModuleVersion], found: Sequence[CachedCopy]) -> tuple[Note, ...]:
    """Return that modules have neither zip nor folder here, so that a pass does not look like more than it is."""
    there = {copy.subject for copy in found if copy.kind in (CopyKind.ZIP, CopyKind.FOLDER)}
    absent = len(wanted) - len(there)
    if not absent:
        return ()
    of_all = "" if not there else f" of {len(wanted):,}"
    modules = "module" if absent == 1 and not of_all else "modules"
    text = (
        f"SM112: the module cache has no copy of {absent:,}{of_all} {modules}, so nothing was compared there: "
        "run it again after `go mod download`"
    )
    return (Note(code="no-copy-in-cache", message=text),)


def _names_of(module: ModuleVersion, originals: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths under which a policy may speak of a module: its own, and that of the one it replaces."""
    return (module.path, originals[module.path]) if module.path in originals else (module.path,)
