"""Security databases of apk repositories (secdb): which package version fixed which CVE. They have no dates at all.

A version "0" means that no version was ever affected. What is not listed may be open or never looked at: the format has
no word for it, so that nothing follows from an absence. Only packages of Go itself are read.

Source: Alpine secdb; the databases of Wolfi and Chainguard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.feeds.json_text import as_list, as_table, as_text, clean, control_faults, read_json
from supplymatrix.feeds.osv import cves_of
from supplymatrix.feeds.wolfi_channels import apk_channel
from supplymatrix.model.advisory import FeedReading, FixEvent, FixState, is_go_toolchain

__all__ = ["parse_secdb"]

_REPOSITORIES = {"os": "wolfi-secdb", "chainguard": "chainguard-secdb"}
_NEVER_AFFECTED = "0"


def parse_secdb(data: bytes, file: str) -> FeedReading:
    """Return what a database says about packages of Go."""
    try:
        found = read_json(data, file)
    except InputError as err:
        return FeedReading(faults=err.diagnostics)
    repository = _REPOSITORIES.get(as_text(found.get("reponame")))
    if repository is None or not isinstance(found.get("packages"), list):
        fault = Diagnostic(
            message="this is no security database of Wolfi or Chainguard",
            artifact=file,
            line=1,
            seen=as_text(found.get("reponame")),
            expected="reponame os or chainguard, and packages",
        )
        return FeedReading(faults=(fault,))
    events = tuple(dict.fromkeys(_events(found, repository)))
    channels = {event.channel: apk_channel(repository, event.package) for event in events}
    return FeedReading(channels=tuple(channels.values()), events=events, faults=tuple(control_faults(data, file)))


def _events(found: Mapping[str, object], repository: str) -> Iterable[FixEvent]:
    for entry in as_list(found.get("packages")):
        package = as_table(as_table(entry).get("pkg"))
        name = as_text(package.get("name"))
        if not is_go_toolchain(name):
            continue
        for version, named in as_table(package.get("secfixes")).items():
            words = (word for text in as_list(named) for word in as_text(text).split())
            for cve in cves_of(words):
                is_fix = version != _NEVER_AFFECTED
                yield FixEvent(
                    channel=apk_channel(repository, name).id,
                    cve=cve,
                    package=name,
                    state=FixState.FIXED if is_fix else FixState.NOT_AFFECTED,
                    when=None,
                    version=clean(version) if is_fix else "",
                    advisory="",
                )
