"""Ask a registry for what a search wants to know of one image repository.

    source = registry_source(reference, environ=os.environ)
    found = drive_search(find_signatures(reference), source)

A search is a generator: it yields a tuple of questions (`model.oci`) that do not wait for each other, and is sent a
tuple of answers in the same order. Questions are asked in parallel, each one once a run. What is asked by a digest has
been held against it; a tag's digest is computed here, and held against what the registry says that it is.

Nothing is opened and no HTTP client is loaded before the first question; with `offline` none ever is.

Source: OCI distribution specification 1.1.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.oci import ImageReference, OciAnswer, OciAsk, OciUnavailable
from supplymatrix.model.value import value
from supplymatrix.net.registry_names import check_reference

__all__ = ["RegistrySource", "Search", "drive_search", "drive_searches", "registry_source"]

T = TypeVar("T")
Search = Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], T]

_SECONDS = 300.0
_JOBS = 8


@value
class RegistrySource:
    """Where a search is answered from, and how it may be asked; made by `registry_source`."""

    reference: ImageReference
    environ: Mapping[str, str]
    offline: bool = False
    ca_file: Path | None = None
    plain_http: bool = False
    jobs: int = _JOBS
    home: Path | None = None
    seconds: float = _SECONDS


def registry_source(
    reference: ImageReference,
    *,
    environ: Mapping[str, str],
    offline: bool = False,
    ca_file: Path | None = None,
    plain_http: bool = False,
    jobs: int = _JOBS,
    home: Path | None = None,
    seconds: float = _SECONDS,
) -> RegistrySource:
    """Return the registry of an image, of which nothing is asked yet.

    environ: proxies, certificates, and where logins lie. offline: every question is OciUnavailable, with what to do.
    ca_file: certificates that are trusted beside the system's. plain_http: the registry is asked without TLS, and gets
    no login then; one on this machine may be asked so at any time. jobs: questions at a time, 16 at most. home: instead
    of the environment's. seconds: for one search. Raises InputError for a name that no registry can have.
    """
    check_reference(reference)
    return RegistrySource(
        reference=reference,
        environ=environ,
        offline=offline,
        ca_file=ca_file,
        plain_http=plain_http,
        jobs=jobs,
        home=home,
        seconds=seconds,
    )


def drive_search(search: Search[T], source: RegistrySource) -> T:
    """Return what a search comes to. Starts an event loop of its own, none offline; raises what the search raises."""
    (found,) = drive_searches([(search, source)])
    if isinstance(found, SupplymatrixError):
        raise found
    return found


def drive_searches(searches: Sequence[tuple[Search[T], RegistrySource]]) -> list[T | SupplymatrixError]:
    """Return what searches of one run come to, in order; in the place of one that raised an error of ours, that error.

    They share connections, tokens and answers. Environment, `ca_file`, `jobs` and `home` are those of the first source.
    """
    try:
        if all(source.offline for _, source in searches):
            return [_run_offline(search, source) for search, source in searches]
        import asyncio  # offline, neither an event loop nor an HTTP client is loaded

        from supplymatrix.net.registry_client import run_searches

        return asyncio.run(run_searches(searches))
    finally:
        for search, _ in searches:
            search.close()


def _run_offline(search: Search[T], source: RegistrySource) -> T | SupplymatrixError:
    try:
        asks = next(search)
        while True:
            asks = search.send(tuple(offline_answer(source.reference) for _ in asks))
    except StopIteration as done:
        found: T = done.value
        return found
    except SupplymatrixError as err:
        return err


def offline_answer(reference: ImageReference) -> OciUnavailable:
    """Return what stands in the place of every answer when no network may be used."""
    return OciUnavailable(
        reason=f"{reference.registry} is not asked: offline",
        remedy="run without --offline, or name a layout on disk that has the image and its signatures, as "
        "`cosign save --dir FOLDER IMAGE` makes it",
    )
