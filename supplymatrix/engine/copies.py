"""The copies of modules on this machine, hashed where a policy asks for it, and each only once in a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.engine.prepare import Prepared
from supplymatrix.gomod.goenv import EnvFile
from supplymatrix.model.fact import CachedCopy, LineProof, ProofState, SumKind, stands_for
from supplymatrix.model.module import ModuleVersion

__all__ = ["CopyChecker"]


class CopyChecker:
    """Hashes copies for one subject after the other. files: the go command's settings; jobs: threads."""

    def __init__(self, environ: Mapping[str, str], files: Sequence[EnvFile], *, jobs: int) -> None:
        self._environ = environ
        self._values = {name: text for file in reversed(files) for name, text in file.values.items()}
        self._jobs = jobs
        self._seen: dict[tuple[ModuleVersion, str], tuple[CachedCopy, ...]] = {}

    def check(self, item: Prepared, proofs: Sequence[LineProof]) -> tuple[CachedCopy, ...]:
        """Return the copies of those of a subject's modules for which its policy asks for them."""
        originals = stands_for(item.project.facts)
        wanted = {
            proof.subject: proof.logged_hash
            for proof in proofs
            if proof.kind is SumKind.ZIP
            and proof.state in (ProofState.PROVEN, ProofState.DIFFERS)
            and any(item.policy.asks_for("SM112", path) for path in _names_of(proof.subject, originals))
        }
        if not wanted:
            return ()
        from supplymatrix.sources.modcache import check_copies, module_cache

        new = {module: logged for module, logged in wanted.items() if (module, logged) not in self._seen}
        cached = check_copies(new, module_cache(self._environ, self._values), jobs=self._jobs)
        self._seen.update(dict.fromkeys(new.items(), ()))
        for copy in cached:
            self._seen[copy.subject, new[copy.subject]] += (copy,)
        vendored = check_copies(wanted, None, item.project.root, jobs=self._jobs)
        return (*(copy for key in wanted.items() for copy in self._seen[key]), *vendored)


def _names_of(module: ModuleVersion, originals: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths under which a policy may speak of a module: its own, and that of the one it replaces."""
    return (module.path, originals[module.path]) if module.path in originals else (module.path,)
