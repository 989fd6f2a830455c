"""What the app works with: clock, environment, the user's folders, and what was loaded once for all screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from supplymatrix.engine.screen_state import NO_STATE, ScreenState
from supplymatrix.tui.history import History
from supplymatrix.tui.shell_words import path_word

if TYPE_CHECKING:
    from supplymatrix.engine.feed_status import FeedStatus
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.policy_source import PolicySource
    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.tui.screens.decide_wishes import Wish
    from supplymatrix.tui.screens.signing_words import SigningWords

__all__ = ["Session"]


@dataclass(kw_only=True)
class Session:
    """One run of the app.

    now: the clock, UTC; environ: of the process; project: the folder that was named, None = none; here: where projects
    are looked for. folders: the user's own profiles; named_folders: those of them that were named with --profiles, the
    others are of the settings. as_of: the day that was named, None = the day it is. offline: no network is used.
    replay: recorded answers of the log, asked instead of it. allow_remote_policy: what lift.toml builds on may be
    fetched from other machines.
    write: writes an exported file whole or not at all, and raises InputError. state_file: None = nothing is kept;
    state, told: as read at the start. excluded, wishes, weights: what is tried in matrix and decision, until the app
    ends: vendors that are left out; by key, None = the program's own. weights_file: the file of weights that was
    written or read last, and what it has. tried: by lift.toml, what is tried on the policy. programs: compiled ones, or
    where they lie, that were named in the app; none = those in the folder of the project.

    `profiles` and `feeds` may take some tenths of a second: call them in a worker's thread.
    """

    now: Callable[[], datetime]
    environ: Mapping[str, str]
    write: Callable[[Path, str], None]
    here: Path
    project: Path | None = None
    folders: tuple[Path, ...] = ()
    named_folders: tuple[Path, ...] = ()
    as_of: date | None = None
    offline: bool = False
    replay: Path | None = None
    allow_remote_policy: bool = False
    state_file: Path | None = None
    state: ScreenState = NO_STATE
    told: str = ""
    excluded: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()
    weights: Mapping[str, int] | None = None
    weights_file: tuple[str, Mapping[str, int]] = ("", MappingProxyType({}))
    tried: dict[str, History[Any]] = field(default_factory=dict)
    programs: tuple[Path, ...] = ()
    artifacts: tuple[str, ...] = ()
    signing: SigningWords | None = None
    _loaded: LoadedProfiles | None = None
    _feeds: tuple[FeedStatus, ...] | None = None
    _asked: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def day(self) -> date:
        """The day that counts: the one that was named, or the day it is."""
        return self.as_of or self.now().date()

    def options_again(self, *, profiles: bool = True) -> str:
        """Return --profiles and --as-of as they were named, for a further command, with a blank before each word.

        profiles: whether the command knows --profiles. Words are quoted for a POSIX shell.
        """
        words = [f"--profiles {path_word(folder.as_posix())}" for folder in self.named_folders] if profiles else []
        words += [f"--as-of {self.as_of}"] if self.as_of is not None else []
        return "".join(f" {word}" for word in words)

    def network_again(self) -> str:
        """Return --offline, --replay and --allow-remote-policy as they hold, for a further command of the app."""
        offline = " --offline" if self.offline else ""
        replay = f" --replay {path_word(self.replay.as_posix())}" if self.replay is not None else ""
        return offline + replay + self.policy_again()

    def policy_again(self) -> str:
        """Return --allow-remote-policy where it holds, for a further command, with a blank before it."""
        return " --allow-remote-policy" if self.allow_remote_policy else ""

    def policy_source(self) -> PolicySource:
        """Return where the policy of a project is taken from."""
        from supplymatrix.engine.policy_source import PolicySource

        return PolicySource(allow_remote=self.allow_remote_policy)

    def means(self, *, offline: bool = False, refresh: bool = False) -> Means:
        """Return with what a run works, as the command line would. Raises InputError for settings that cannot be used.

        offline: use no network in this run, whatever holds for the app; refresh: ask for a new head where there is one.
        """
        from supplymatrix.engine.means import Means
        from supplymatrix.engine.settings import load_settings

        kept = load_settings(self.environ)
        is_offline = self.offline or offline
        return Means(
            environ=self.environ,
            now=self.now(),
            offline=is_offline,
            replay=self.replay,
            cache_dir=kept.cache_dir,
            ca_file=kept.ca_file,
            refresh=refresh and not is_offline,
            jobs=kept.jobs,
            cache_bytes=kept.cache_bytes,
        )

    def profiles(self) -> LoadedProfiles:
        """Return all profiles and claims, read once. Raises InputError or SourceError."""
        from supplymatrix.engine.vendor_profiles import load_profiles

        with self._lock:
            loaded, asked = self._loaded, self._asked
            if loaded is None:
                loaded = load_profiles(self.folders, today=max(self.day, self.now().date()))
                if asked == self._asked:
                    self._loaded = loaded
            return loaded

    def profiles_if_loaded(self) -> LoadedProfiles | None:
        """Return the profiles where they were loaded already; never waits."""
        return self._loaded

    def feeds(self) -> tuple[FeedStatus, ...]:
        """Return of which day each feed is, looked up once. Raises InputError or SourceError."""
        from supplymatrix.engine.feed_data import default_store
        from supplymatrix.engine.feed_status import feeds_status
        from supplymatrix.feeds.registry import FEEDS

        with self._lock:
            feeds, asked = self._feeds, self._asked
            if feeds is None:
                feeds = feeds_status(default_store(self.environ), FEEDS, self.day)
                if asked == self._asked:
                    self._feeds = feeds
            return feeds

    def forget(self) -> None:
        """Read everything anew when it is asked for next. Never waits: what is being read now is not kept."""
        self._asked += 1
        self._loaded = self._feeds = None
