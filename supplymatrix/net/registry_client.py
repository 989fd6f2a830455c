"""Registries over HTTP, for one run: connections, tokens and answers are shared by all searches of it.

Each question is asked once, also when several searches ask it at the same time; what has a digest is kept up to a
limit. A body that is not what its digest says is OciForged, a page for people (a login, a captive portal) in its place
is no answer.

Source: OCI distribution specification 1.1, "Pulling manifests".
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from supplymatrix.errors import SupplymatrixError
from supplymatrix.model.oci import (
    MANIFEST_LIMIT,
    GetBlob,
    GetManifest,
    GetReferrers,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.model.value import changed, value
from supplymatrix.net.address import is_loopback
from supplymatrix.net.credentials import Attached, Credentials
from supplymatrix.net.docker_config import Logins
from supplymatrix.net.exchange import Exchange
from supplymatrix.net.registry import RegistrySource, Search, offline_answer
from supplymatrix.net.registry_answers import CHECK_NETWORK, INDEX, Got, list_referrers, why_none
from supplymatrix.net.registry_auth import Gate
from supplymatrix.net.registry_names import api_host, digest_of, is_digest, is_tag, repository_of
from supplymatrix.net.transport import TimeOuts, Transport
from supplymatrix.sumdb.protocol import Absent, Answer, Body

__all__ = ["Registries", "run_searches"]

T = TypeVar("T")

_MOST_JOBS = 16
_MOST_BLOB = 1 << 30  # bytes, whatever limit a question has
_MOST_IN_ALL = 4 << 30  # bytes of all bodies of one search
_LARGE = 32 << 20  # bytes; a question that allows more, such as for a layer, has more time
_SLOWEST = 1 << 20  # bytes a second for which there is time
_MOST_MORE = 3600.0  # seconds that a search can get so
_MOST_ASKS = 20_000  # of one search
_MOST_KEPT = 64 << 20  # bytes of answers that are kept for the rest of the run
_LARGEST_KEPT = MANIFEST_LIMIT
_LONG_HASH = 1 << 20  # bytes; what is longer is hashed in a thread
_MOST_ROUNDS = 3  # requests for one question: without a login, with one, and with a renewed one
_PROBE_BYTES = 1 << 16

_DOCKER = "application/vnd.docker.distribution.manifest"
_MANIFESTS = f"{INDEX}, application/vnd.oci.image.manifest.v1+json, {_DOCKER}.list.v2+json, {_DOCKER}.v2+json"
_WANT_LOGIN = frozenset({401, 403})
_NO_SUCH_QUESTION = frozenset({303, 400, 405, 406, 501})


async def run_searches(
    searches: Sequence[tuple[Search[T], RegistrySource]],
    *,
    time_outs: TimeOuts | None = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[T | SupplymatrixError]:
    """Return what searches come to, in order, as `registry.drive_searches` does.

    time_outs, pause: as `Transport` takes them.
    """
    first = searches[0][1]
    async with Registries(
        environ=first.environ,
        ca_file=first.ca_file,
        jobs=first.jobs,
        home=first.home,
        time_outs=time_outs,
        pause=pause,
    ) as registries:
        return await asyncio.gather(*(_run(search, source, registries) for search, source in searches))


async def _run(search: Search[T], source: RegistrySource, registries: Registries) -> T | SupplymatrixError:
    visit = _Visit(registries, source)
    try:
        asks = next(search)
        while True:
            asks = search.send(tuple(await asyncio.gather(*(visit.answer(ask) for ask in asks))))
    except StopIteration as done:
        found: T = done.value
        return found
    except SupplymatrixError as err:
        return err
    except Exception as err:  # of our own, on the way: it must not end the other searches where this one can tell of it
        try:
            search.throw(err)
        except StopIteration as done:
            told: T = done.value
            return told
        raise


class _Visit:
    """One search at its registry, within limits that no answer can stretch."""

    def __init__(self, registries: Registries, source: RegistrySource) -> None:
        self._registries = registries
        self._source = source
        self._until = asyncio.get_running_loop().time() + source.seconds
        self._more = _MOST_MORE
        self._asks = 0
        self._bytes = 0

    async def answer(self, ask: OciAsk) -> OciAnswer:
        name = self._source.reference.name
        self._asks += 1
        if self._asks > _MOST_ASKS:
            return OciUnavailable(reason=f"{name}: more than {_MOST_ASKS:,} questions about one image")
        if self._bytes > _MOST_IN_ALL:
            return OciUnavailable(reason=f"{name}: more than {_MOST_IN_ALL >> 30} GiB of answers about one image")
        more = min(_more_time(ask.limit), self._more) if isinstance(ask, GetBlob) else 0.0
        self._more -= more
        self._until += more
        try:
            async with asyncio.timeout_at(self._until):
                answer = await self._registries.answer(self._source, ask)
        except TimeoutError:
            return OciUnavailable(
                reason=f"{name}: its questions are not answered within {self._source.seconds:g} s",
                remedy=CHECK_NETWORK,
                outage=True,
            )
        if isinstance(answer, OciBytes):
            self._bytes += len(answer.data)
        return answer


@value
class _Place:
    """A repository at the server that answers for it. base: "https://r.example"."""

    base: str
    repository: str
    gate: Gate

    @property
    def url(self) -> str:
        return f"{self.base}/v2/{self.repository}"


class Registries:
    """Answers questions about images; use it as an async context manager.

    environ, ca_file, home: as `registry_source` takes them. jobs: questions at a time. time_outs, pause: as `Transport`
    takes them. Raises InputError for a `ca_file` that cannot be used.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        ca_file: Path | None = None,
        jobs: int = _MOST_JOBS,
        home: Path | None = None,
        time_outs: TimeOuts | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        jobs = max(1, min(jobs, _MOST_JOBS))
        self._secrets = Credentials(why_none="a registry's login is not sent there")
        self.transport = Transport(
            environ=environ,
            credentials=self._secrets,
            ca_file=ca_file,
            connections=jobs,
            time_outs=time_outs,
            pause=pause,
        )
        self._seconds = (time_outs or TimeOuts()).whole
        self._logins = Logins(environ, home)
        self._room = asyncio.Semaphore(jobs)
        self._gates: dict[tuple[str, str], Gate] = {}
        self._schemes: dict[str, asyncio.Task[str]] = {}
        self._flights: dict[tuple[str, str, OciAsk], asyncio.Task[OciAnswer]] = {}
        self._kept: dict[tuple[str, str, str, str], OciBytes] = {}
        self._kept_bytes = 0

    async def __aenter__(self) -> Self:
        await self.transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None
    ) -> None:
        left = [*self._flights.values(), *self._schemes.values()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.transport.__aexit__(kind, err, tb)

    async def answer(self, source: RegistrySource, ask: OciAsk) -> OciAnswer:
        """Return the answer to a question about the repository of a source."""
        if source.offline:
            return offline_answer(source.reference)
        fault = _fault_of(ask)
        if fault:
            return OciUnavailable(reason=f"{source.reference.name}: {fault}", remedy="tell who made the image")
        base = await self._base_of(source)
        repository = repository_of(source.reference)
        kept = self._kept.get((base, repository, *_key_of(ask)))
        if kept is not None:
            return _within(kept, ask)
        key = base, repository, ask
        flight = self._flights.get(key)
        if flight is None:
            gate = self._gates.get((source.reference.registry, base))
            if gate is None:
                gate = Gate(source.reference.registry, base, self.transport, self._secrets, self._logins)
                self._gates[source.reference.registry, base] = gate
            place = _Place(base=base, repository=repository, gate=gate)
            flight = self._flights[key] = asyncio.create_task(self._fly(place, ask))
        # One who does not wait any longer must not take the answer away from the others.
        return await asyncio.shield(flight)

    async def _fly(self, place: _Place, ask: OciAsk) -> OciAnswer:
        answer: OciAnswer
        async with self._room:
            if isinstance(ask, GetReferrers):
                answer = await list_referrers(
                    lambda url: self._ask(place, url, limit=MANIFEST_LIMIT, accept=INDEX, keeps=_NO_SUCH_QUESTION),
                    f"{place.url}/referrers/{ask.digest}",
                    place.base,
                )
            else:
                answer = await self._body(place, ask)
        if isinstance(answer, OciBytes):
            self._keep(place, ask, answer)
        if isinstance(answer, OciBytes) or (isinstance(answer, OciUnavailable) and answer.outage):
            self._flights.pop((place.base, place.repository, ask), None)
        return answer

    def _keep(self, place: _Place, ask: OciAsk, answer: OciBytes) -> None:
        """Keep an answer for the rest of the run, a manifest also by its digest, as long as there is room."""
        keys = [_key_of(ask)]
        if isinstance(ask, GetManifest) and not is_digest(ask.reference):
            keys.append(_key_of(GetManifest(reference=answer.digest)))
        size = len(answer.data)
        if size <= _LARGEST_KEPT and self._kept_bytes + size <= _MOST_KEPT:
            self._kept_bytes += size
            self._kept.update({(place.base, place.repository, *key): answer for key in keys})

    # where a registry is

    async def _base_of(self, source: RegistrySource) -> str:
        """Return the address of a registry, of one on this machine after a look at what it speaks."""
        host = api_host(source.reference.registry)
        name, _, port = host.rpartition(":") if re.search(r":[0-9]+$", host) else (host, "", "")
        if source.plain_http or port == "443" or not is_loopback(name):
            return f"{'http' if source.plain_http else 'https'}://{host}"
        task = self._schemes.get(host)
        if task is None:
            task = self._schemes[host] = asyncio.create_task(self._scheme_of(host))
        return f"{await asyncio.shield(task)}://{host}"

    async def _scheme_of(self, host: str) -> str:
        """Return "https" for a server that does not understand http, as it says or shows by going away."""
        exchange = Exchange(io.BytesIO(), attached=Attached(), keeps=frozenset(range(300, 600)), tries=1)
        await self.transport.exchange(f"http://{host}/v2/", exchange, max_bytes=_PROBE_BYTES)
        return "https" if exchange.status == 400 or exchange.fault in ("RemoteProtocolError", "ReadError") else "http"

    # one question

    async def _body(self, place: _Place, ask: GetManifest | GetBlob) -> OciAnswer:
        if isinstance(ask, GetManifest):
            url, limit, accept = f"{place.url}/manifests/{ask.reference}", MANIFEST_LIMIT, _MANIFESTS
            digest = ask.reference if is_digest(ask.reference) else ""
        else:
            url, limit, accept = f"{place.url}/blobs/{ask.digest}", min(ask.limit, _MOST_BLOB), "*/*"
            digest = ask.digest
        got = await self._ask(place, url, limit=limit, accept=accept)
        if not isinstance(got, Got):
            return got
        said = got.exchange.header("docker-content-digest").strip()
        wanted = digest or (said if is_digest(said) else "")
        found = await _digest_of(got.data, wanted or "sha256:")
        if found != wanted and (fault := why_none(got, is_forged=bool(wanted))):
            return fault
        if wanted and found != wanted:
            return OciForged(wanted=wanted, found=found, source=got.source)
        # A tag's digest is the one by which signatures are found and signed, whatever else the registry offers.
        found = digest or (found if found.startswith("sha256:") else await _digest_of(got.data, "sha256:"))
        return OciBytes(data=got.data, digest=found, media_type=got.media_type, source=got.source)

    async def _ask(
        self, place: _Place, url: str, *, limit: int, accept: str, keeps: frozenset[int] = frozenset()
    ) -> Got | OciAbsent | OciUnavailable:
        """Return what is at an address of a registry, with a login where it wants one.

        keeps: statuses that mean that there is nothing.
        """
        sent = place.gate.sent(place.repository)
        for number in range(_MOST_ROUNDS):
            body = io.BytesIO()
            exchange = Exchange(
                body,
                accept=accept,
                attached=sent.attached,
                is_public=sent.is_public,
                keeps=_WANT_LOGIN | keeps,
                seconds=self._seconds + _more_time(limit) if limit > _LARGE else 0,
            )
            answer = await self.transport.exchange(url, exchange, max_bytes=limit)
            if isinstance(answer, Body):
                return self._got(body.getvalue(), answer.source, exchange)
            if exchange.status in keeps:
                return OciAbsent(source=place.base)
            if exchange.status not in _WANT_LOGIN or isinstance(answer, Absent):
                none = _without(answer)
                is_cut = isinstance(none, OciUnavailable) and exchange.is_too_long
                return changed(none, is_too_long=True, source=place.base) if is_cut else none
            if not exchange.is_home:
                return OciUnavailable(
                    reason=f"{place.base} redirects to another server, which answers HTTP status {exchange.status}; "
                    "what is sent to a registry is never sent on",
                    remedy="tell the registry's operator",
                )
            headers = exchange.all_of("www-authenticate")
            is_last = number + 1 == _MOST_ROUNDS
            if is_last or not headers or (exchange.status == 403 and sent.attached.headers):
                refused = place.gate.unanswered(exchange.status, sent)
                if is_last and exchange.status == 401:
                    place.gate.refuse(place.repository, refused)
                return refused
            renewed = await place.gate.renew(place.repository, sent, headers)
            if isinstance(renewed, OciUnavailable):
                return renewed
            sent = renewed
        raise AssertionError("the last round returns")

    def _got(self, data: bytes, source: str, exchange: Exchange) -> Got | OciUnavailable:
        if len(data) <= _LARGE and self._secrets.repeats(data):
            return OciUnavailable(
                reason=f"{source}: the answer repeats the login that was sent, and is not used",
                remedy="have the registry's operator look into that; count this login as known to others",
            )
        return Got(data=data, source=source, exchange=exchange)


def _more_time(limit: int) -> float:
    """Return the seconds that a question has beside those of any other."""
    return min(limit, _MOST_BLOB) / _SLOWEST if limit > _LARGE else 0.0


def _fault_of(ask: OciAsk) -> str:
    """Return what is wrong with a question, "" for nothing: what it names comes from manifests of others."""
    named = ask.reference if isinstance(ask, GetManifest) else ask.digest
    if is_digest(named) or (isinstance(ask, GetManifest) and is_tag(named)):
        return ""
    shown = ascii(named[:100])
    return f"{shown} is no {'tag or digest' if isinstance(ask, GetManifest) else 'digest'} that can be asked for"


def _key_of(ask: OciAsk) -> tuple[str, str]:
    return type(ask).__name__, ask.reference if isinstance(ask, GetManifest) else ask.digest


def _within(kept: OciBytes, ask: OciAsk) -> OciAnswer:
    if isinstance(ask, GetBlob) and len(kept.data) > ask.limit:
        reason = f"{kept.source}: {ask.digest} is longer than {ask.limit} bytes"
        return OciUnavailable(reason=reason, is_too_long=True, source=kept.source)
    return kept


async def _digest_of(data: bytes, like: str) -> str:
    if len(data) > _LONG_HASH:
        return await asyncio.to_thread(digest_of, data, like)
    return digest_of(data, like)


def _without(answer: Answer) -> OciAbsent | OciUnavailable:
    if isinstance(answer, Absent):
        return OciAbsent(source=answer.source)
    assert not isinstance(answer, Body)  # noqa: S101  # the caller has looked
    remedy = answer.remedy if not answer.outage else CHECK_NETWORK
    return OciUnavailable(reason=answer.reason, remedy=remedy, outage=answer.outage)
