"""One run's dealings with the log: which tree head is trusted, and look-ups proven in it.

Rules, in the order in which they are applied:
- `begin` takes the head that this machine trusted last (if any) and asks for the latest one. The newer of the two is
  pinned, after the older was proven a prefix of it. An older answer is *stale*, which is a note; two heads that cannot
  belong to one growing log are a fork: a TrustError of the whole log, with both notes and the proof.
- A look-up is believed only when its record's hash stands in the pinned tree at the record's number, which must lie
  inside the head that came with the answer, or inside one that was seen before.
- The head that comes with a look-up is held against the pinned one as well; a newer one moves the pin, by proof only.
- Lines come from the proven record and from nowhere else. A record without the wanted line is an answer *without* that
  line (CVE-2026-42501), never a pass.

Everything is a generator that asks for paths (see `protocol`). Many may be run side by side over one session.

Source: golang/mod sumdb/client.go, as of v0.42.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from supplymatrix.errors import Diagnostic, InputError, TransportError, TrustError
from supplymatrix.model.module import ModuleVersion, escape_path, escape_version
from supplymatrix.model.value import value
from supplymatrix.sumdb.checkpoint import GO_SUM_ORIGIN, Checkpoint, fork_error, open_checkpoint
from supplymatrix.sumdb.note import Verifier
from supplymatrix.sumdb.protocol import Absent, Ask, Asking, Body, Unavailable
from supplymatrix.sumdb.record import Record, lines_of, parse_record
from supplymatrix.sumdb.tlog import hash_record
from supplymatrix.sumdb.tree import TrustedTree

__all__ = ["LATEST", "LogRecord", "LogSession", "NotLogged", "Unanswered", "lookup_path"]

LATEST = "latest"
_FEW_TILES = 8  # that may be asked for to compare a head of which the log serves no tiles


@value
class LogRecord:
    """A look-up's record, proven in the pinned tree. hashes: "v1.2.3" and "v1.2.3/go.mod" → "h1:…", as far as there.

    number: of the record; text: the record itself; tree_size: of the tree that it was proven in; source: who answered.
    """

    module: ModuleVersion
    number: int
    text: bytes
    hashes: Mapping[str, str]
    tree_size: int
    source: str


@value
class NotLogged:
    """The log says that it has no such module version; nothing proves it, so `source` and `status` name who says so."""

    module: ModuleVersion
    source: str
    status: int


@value
class Unanswered:
    """No usable answer: what was asked stays unknown. reason, remedy and outage go into a gap."""

    module: ModuleVersion
    reason: str
    remedy: str
    outage: bool = False


def lookup_path(module: ModuleVersion) -> str:
    """Return the path of a module version's look-up, escaped. Raises InputError for what no log can hold."""
    return f"lookup/{escape_path(module.path)}@{escape_version(module.version)}"


class LogSession:
    """The state of one run. verifiers: the keys that may sign heads; origin: first line of the head's text.

    defers_older_heads: older heads that come with look-ups wait for `compare_older`; else each is compared at once.
    After `begin`, `tree` is the pinned tree; `stale` is set when the log answered with an older head than we know.
    `proven` collects look-up bodies that were proven, path → bytes, for a cache. `heads_seen` counts distinct heads.
    """

    def __init__(
        self, verifiers: Sequence[Verifier], *, origin: str = GO_SUM_ORIGIN, defers_older_heads: bool = False
    ) -> None:
        self._defers_older_heads = defers_older_heads
        self._deferred: dict[tuple[int, bytes], Checkpoint] = {}
        self._verifiers = tuple(verifiers)
        self._origin = origin
        self._tree: TrustedTree | None = None
        self._heads: dict[bytes, Checkpoint] = {}
        self._by_size: dict[int, Checkpoint] = {}
        self._consistent: set[tuple[int, bytes]] = set()
        self._vouched = 0
        self.stale: Checkpoint | None = None
        self.proven: dict[str, bytes] = {}

    @property
    def pinned(self) -> Checkpoint | None:
        """The head that everything is proven in; None while there is none."""
        return None if self._tree is None else self._tree_head(self._tree)

    @property
    def tree(self) -> TrustedTree:
        """The pinned tree. Raises TransportError when no head could be had."""
        if self._tree is None:
            raise TransportError("no signed tree head of the log is at hand")
        return self._tree

    @property
    def heads_seen(self) -> int:
        """How many different signed heads this run met."""
        return len(self._heads)

    @property
    def uncompared_heads(self) -> int:
        """How many of them were not yet proven consistent with the pinned one."""
        return len(self._deferred)

    def open_head(self, message: bytes) -> Checkpoint:
        """Verify a signed head; one that was seen before costs nothing.

        Raises as `open_checkpoint`, and TrustError when a head of the same size with another root was seen in this
        run: the two signed notes are the proof of a fork, no tile is needed.
        """
        head = self._heads.get(message)
        if head is None:
            head = self._remember(open_checkpoint(message, self._verifiers, self._origin))
            self._heads[message] = head
        return head

    def _remember(self, head: Checkpoint) -> Checkpoint:
        other = self._by_size.setdefault(head.size, head)
        if other.root != head.root:
            raise fork_error(other, head, {})
        return head

    def trust_saved(self, saved: bytes) -> Asking[None]:
        """Begin with the head that this machine trusted last, and with nothing else: for work without a network.

        Raises InputError when the saved note does not verify, TransportError when its tiles are not at hand.
        """
        yield from self._merge(self._open_saved(saved), vouches=True)

    def begin(self, saved: bytes | None) -> Asking[None]:
        """Pin the newest head: the log's latest one, or `saved` when the log's is older.

        Raises TransportError when no usable head could be had, TrustError (whole log) for a bad signature or a fork.
        """
        (answer,) = yield Ask((LATEST,))
        if isinstance(answer, Unavailable):
            reason = f"the latest tree head could not be had: {answer.reason}"
            raise TransportError(reason, remedy=answer.remedy, outage=answer.outage)
        if isinstance(answer, Absent):
            raise TransportError(f"{answer.source} has no latest tree head (HTTP {answer.status})")
        try:
            latest = self.open_head(answer.data)
        except TrustError as err:
            raise TrustError(f"{answer.source}: {err}", evidence=err.evidence, whole_log=True) from err
        if saved is None:
            yield from self._merge(latest, vouches=False)
        else:
            trusted = self._open_saved(saved)
            yield from self._between(trusted, latest, self._begin_with(trusted, latest))

    def hold(self, note: bytes, nodes: Mapping[tuple[int, int], bytes] = MappingProxyType({})) -> Asking[None]:
        """Hold a signed head that came from elsewhere (a committed proof file) against the pinned one.

        Nothing rests on it: it does not vouch for look-ups. A newer one moves the pin, by proof only; where the log
        does not serve the tiles of so new a tree, the hashes that came with the head are held against the pinned tree.
        nodes: (level, index) of complete subtrees of the head's tree → hash. Raises TransportError when it could not be
        proven consistent, TrustError (of the whole log) on a fork.
        """
        head = self.open_head(note)
        try:
            yield from self._merge(head, vouches=False)
        except TransportError as err:
            count, records = yield from self._compare_nodes(head, nodes)
            if not count:
                raise
            same = f"{err}; {count} of its subtrees, of {records:,} records in all, are the same here"
            raise TransportError(same, remedy=err.remedy, outage=err.outage) from err

    def _compare_nodes(self, head: Checkpoint, nodes: Mapping[tuple[int, int], bytes]) -> Asking[tuple[int, int]]:
        """Compare hashes of a head's tree with the pinned one; return how many were, and how many records they cover.

        Only tiles at hand are used, and a few that are not.
        """
        tree = self.tree
        inside = sorted((node for node in nodes if (node[1] + 1) << node[0] <= tree.head.size), reverse=True)
        tiles = list(dict.fromkeys(tree.tile_of(*node) for node in inside))
        missing = [tile for tile in tiles if not tree.has(tile)][:_FEW_TILES]
        with suppress(TransportError):  # those at hand can be compared all the same
            yield from tree.ensure(missing)
        covered: list[tuple[int, int]] = []
        compared = [node for node in inside if tree.has(tree.tile_of(*node))]
        for level, index in compared:
            if tree.hash_at(level, index) != nodes[level, index]:
                first, last = index << level, ((index + 1) << level) - 1
                why = f"they disagree about records {first:,} to {last:,}"
                raise fork_error(head, self._tree_head(tree), {}, because=why)
            if not any(start <= index << level < end for start, end in covered):
                covered.append((index << level, (index + 1) << level))
        return len(compared), sum(end - start for start, end in covered)

    def _begin_with(self, trusted: Checkpoint, latest: Checkpoint) -> Asking[None]:
        if latest.size < trusted.size:
            self.stale = latest
            yield from self._merge(trusted, vouches=True)
            yield from self._merge(latest, vouches=False)
        else:
            yield from self._merge(latest, vouches=False)
            yield from self._merge(trusted, vouches=True)

    @staticmethod
    def _between(one: Checkpoint, two: Checkpoint, work: Asking[None]) -> Asking[None]:
        """Do the work that compares two signed heads; whatever does not fit then is a fork, and both notes show it.

        A log that has forked may serve tiles of one branch under the head of the other, so that the first thing seen to
        be wrong is a mere tile.
        """
        try:
            yield from work
        except TrustError as err:
            if "older head" in err.evidence:
                raise
            raise fork_error(one, two, err.evidence, because=str(err)) from err

    def _open_saved(self, saved: bytes) -> Checkpoint:
        try:
            head = open_checkpoint(saved, self._verifiers, self._origin)
        except (TransportError, TrustError) as err:
            raise InputError(
                Diagnostic(
                    message=f"the saved tree head does not verify: {err}",
                    expected="the signed tree head that an earlier run stored",
                    remedy="find out who changed the state folder; remove the file only if you accept to trust anew",
                )
            ) from err
        return self._remember(head)

    def _merge(self, head: Checkpoint, *, vouches: bool) -> Asking[None]:
        """Hold a signed head against the pinned one; move the pin when the head is newer. Raises TrustError on a fork.

        vouches: a look-up without a head of its own may rest on this one.
        """
        pinned = self.pinned
        if pinned is None or pinned is head:
            yield from self._hold_against_pin(head)
        else:
            yield from self._between(head, pinned, self._hold_against_pin(head))
        if vouches:
            self._vouched = max(self._vouched, head.size)

    def _hold_against_pin(self, head: Checkpoint) -> Asking[None]:
        while True:
            known = self._tree
            if known is None:
                tree = TrustedTree(head)
                yield from tree.open_edge()
                if self._tree is None:
                    self._pin(tree)
            elif head.size <= known.head.size:
                if (head.size, head.root) not in self._consistent:
                    yield from self._prove_prefix(head, known)
                return
            else:
                tree = TrustedTree(head, seed=known.full_tiles)
                yield from tree.open_edge()
                yield from self._prove_prefix(self._tree_head(known), tree)
                if self._tree is known:
                    self._pin(tree)

    def lookup(self, module: ModuleVersion) -> Asking[LogRecord | NotLogged | Unanswered]:
        """Ask for a module version's record and prove it.

        Raises TrustError when the answer is well-formed but does not fit the log (its `whole_log` says how far that
        reaches), InputError when the module's name cannot be looked up.
        """
        path = lookup_path(module)
        (answer,) = yield Ask((path,))
        if isinstance(answer, Unavailable):
            return Unanswered(module=module, reason=answer.reason, remedy=answer.remedy, outage=answer.outage)
        if isinstance(answer, Absent):
            return NotLogged(module=module, source=answer.source, status=answer.status)
        try:
            return (yield from self._prove(module, path, answer))
        except (TransportError, TrustError) as err:
            # Two signed heads that contradict each other are no damage of a cache.
            if answer.source != "cache" or (isinstance(err, TrustError) and err.whole_log):
                raise
        (fresh,) = yield Ask((path,), fresh=True)
        if isinstance(fresh, Unavailable):
            return Unanswered(
                module=module,
                reason=f"the cached record does not verify; {fresh.reason}",
                remedy=fresh.remedy,
                outage=fresh.outage,
            )
        if isinstance(fresh, Absent):
            return NotLogged(module=module, source=fresh.source, status=fresh.status)
        return (yield from self._prove(module, path, fresh))

    def _prove(self, module: ModuleVersion, path: str, answer: Body) -> Asking[LogRecord | Unanswered]:
        try:
            record = parse_record(answer.data)
            if record.rest:
                yield from self._take_head(self.open_head(record.rest))
            elif not self._vouched:
                raise TransportError("the answer is a record without any signed head")  # noqa: TRY301 - one way out
            tree = self.tree
            self._check_number(record, min(self._vouched, tree.head.size), answer)
            leaf = yield from tree.leaf_hash(record.number)
        except TransportError as err:
            return Unanswered(module=module, reason=f"{answer.source}: {err}", remedy=err.remedy, outage=err.outage)
        if leaf != hash_record(record.text):
            raise TrustError(
                f"record {record.number} of the log is not what {answer.source} answered",
                evidence={"lookup": answer.data, "leaf hash in the log": leaf},
            )
        self.proven[path] = answer.data
        return LogRecord(
            module=module,
            number=record.number,
            text=record.text,
            hashes=lines_of(record.text, module.path, module.version),
            tree_size=tree.head.size,
            source=answer.source,
        )

    def _take_head(self, head: Checkpoint) -> Asking[None]:
        """Hold the head of a look-up against the pinned one: now, or later when it is older and may wait."""
        pinned = self.pinned
        if not self._defers_older_heads or pinned is None or head.size > pinned.size:
            yield from self._merge(head, vouches=True)
            return
        self._vouched = max(self._vouched, head.size)
        if (head.size, head.root) not in self._consistent:
            self._deferred[head.size, head.root] = head

    def compare_older(self, spare_tiles: int | None = None) -> Asking[None]:
        """Prove deferred heads to be prefixes of the pinned one; those that cost the fewest tiles first.

        spare_tiles: how many tiles may be asked for, None = any number. A head whose tiles cannot be had, or would be
        too many, stays in `uncompared_heads`. Raises TrustError on a fork.
        """
        tree = self.tree
        costs = sorted((tree.missing_for_prefix(size), size, root) for size, root in self._deferred)
        for _, size, root in costs:
            cost = tree.missing_for_prefix(size)
            if spare_tiles is not None and cost > spare_tiles:
                continue
            try:
                yield from self._prove_prefix(self._deferred[size, root], tree)
            except TransportError:
                continue
            if spare_tiles is not None:
                spare_tiles -= cost
            self._deferred.pop((size, root), None)

    @staticmethod
    def _check_number(record: Record, covered: int, answer: Body) -> None:
        if not 0 <= record.number < covered:
            raise TrustError(
                f"{answer.source} answered record {record.number}, which is outside of its tree of {covered} records",
                evidence={"lookup": answer.data},
            )

    def _prove_prefix(self, old: Checkpoint, tree: TrustedTree) -> Asking[None]:
        """Check that a signed head is a prefix of `tree`, whose root was signed by the same key."""
        yield from tree.load_prefix(old.size)
        if (old.size, old.root) in self._consistent:
            return  # another look-up has proven it while this one waited for tiles
        root = yield from tree.root_at(old.size)
        if root != old.root:
            proof = tree.prove_prefix(old.size) if old.size else ()
            evidence = {"root at the older size in the newer tree": root, "consistency proof": b"".join(proof)}
            raise fork_error(old, self._tree_head(tree), evidence)
        self._consistent.add((old.size, old.root))

    def _pin(self, tree: TrustedTree) -> None:
        if self._tree is not None:
            tree.authenticated.update(
                (path, data) for path, data in self._tree.authenticated.items() if ".p/" not in path
            )
        self._tree = tree
        head = self._tree_head(tree)
        self._consistent.add((head.size, head.root))

    @staticmethod
    def _tree_head(tree: TrustedTree) -> Checkpoint:
        if not isinstance(tree.head, Checkpoint):
            raise TypeError("a session pins signed heads only")
        return tree.head
