"""Fetch the newest trusted root from a TUF repository, as `trust update` asks for it; nothing else here does.

The keys of the repository are followed from the ones that come with the program, root after root, each signed by a
threshold of the one before; what the repository gives out is signed, of the newest version, and not expired. What was
seen is kept in a folder of its own, so that an older state is refused next time. The protocol is that of the tuf
package; it asks over our own transport, with the user's proxies and certificates, and without credentials.

Source: TUF specification 1.0.33 §5; python-tuf, tuf.ngclient.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import SourceError, TransportError, TrustError
from supplymatrix.sumdb.protocol import Absent, Answer, Body

if TYPE_CHECKING:
    from tuf.ngclient.fetcher import FetcherInterface

    from supplymatrix.net.transport import Transport

__all__ = ["TRUSTED_ROOT", "fetch_trusted_root"]

TRUSTED_ROOT = "trusted_root.json"
"""The name of the target."""
_MOST = 8 << 20
_CLOCK = "look at the clock of this machine; if it is right, the repository gives out an old state: try again later"


def fetch_trusted_root(url: str, bootstrap: bytes, folder: Path, transport: Transport) -> bytes:
    """Return the newest trusted root of a repository.

    bootstrap: its root metadata, of any version. folder: what was seen of it, for the next time; made where there is
    none. Raises TransportError where it cannot be had, TrustError where it is not signed as it must be, SourceError.
    """
    from tuf.api import exceptions
    from tuf.ngclient.updater import Updater

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "targets").mkdir(exist_ok=True)
    except OSError as err:
        remedy = "set SUPPLYMATRIX_STATE_DIR to a folder that may be written"
        raise SourceError(f"{folder} cannot be made: {err.strerror or err}", remedy=remedy) from err
    base = url.rstrip("/")
    with asyncio.Runner() as runner:
        try:
            updater = Updater(
                metadata_dir=str(folder), metadata_base_url=base, target_dir=str(folder / "targets"),
                target_base_url=f"{base}/targets/", bootstrap=bootstrap,
                fetcher=_fetcher(lambda address: runner.run(transport.get(address, max_bytes=_MOST))),
            )  # fmt: skip
            updater.refresh()
            target = updater.get_targetinfo(TRUSTED_ROOT)
            if target is None:
                raise TransportError(f"{base} gives out no {TRUSTED_ROOT}")
            return Path(updater.download_target(target)).read_bytes()
        except exceptions.DownloadError as err:
            raise TransportError(f"the trusted root could not be fetched: {err}", outage=True) from err
        except exceptions.ExpiredMetadataError as err:
            raise TransportError(f"{base}: what is given out has expired: {err}", remedy=_CLOCK) from err
        except (exceptions.RepositoryError, ValueError) as err:
            raise TrustError(f"{base}: what is given out is not signed as it must be: {err}") from err
        except OSError as err:
            raise SourceError(f"{folder} cannot be used: {err.strerror or err}") from err
        finally:
            runner.run(_closed(transport))


async def _closed(transport: Transport) -> None:
    """Close the connections in the event loop that opened them."""
    async with transport:
        pass


def _fetcher(get: Callable[[str], Answer]) -> FetcherInterface:
    """Return our transport as the tuf package wants it."""
    from tuf.api.exceptions import DownloadError, DownloadHTTPError
    from tuf.ngclient.fetcher import FetcherInterface as Interface

    class Fetcher(Interface):
        def _fetch(self, url: str) -> Iterator[bytes]:
            answer = get(url)
            if isinstance(answer, Body):
                return iter((answer.data,))
            if isinstance(answer, Absent):
                raise DownloadHTTPError(f"{url} is not there", answer.status)
            raise DownloadError(answer.reason)

    return Fetcher()
