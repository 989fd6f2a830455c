"""The official schemas of CycloneDX, out of the installed package that carries them. Nothing is fetched."""

from __future__ import annotations

import pkgutil
from functools import cache

from supplymatrix.errors import SourceError
from supplymatrix.sbom.validate import SchemaFiles

__all__ = ["cyclonedx_schemas"]

_PACKAGE, _FOLDER = "cyclonedx", "schema/_res"
_JSON_PARTS = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
_XML_PARTS = ("spdx.SNAPSHOT.xsd",)


@cache
def cyclonedx_schemas(spec: str, form: str) -> SchemaFiles:
    """Return the schema of a version ("1.6") of CycloneDX with the files that it refers to. form: "json" or "xml".

    Raises SourceError when the installed package has none.
    """
    suffix, parts = ("schema.json", _JSON_PARTS) if form == "json" else ("xsd", _XML_PARTS)
    return SchemaFiles(main=_read(f"bom-{spec}.SNAPSHOT.{suffix}"), parts={name: _read(name) for name in parts})


def _read(name: str) -> bytes:
    try:
        content = pkgutil.get_data(_PACKAGE, f"{_FOLDER}/{name}")
    except OSError:
        content = None
    if content is None:
        raise SourceError(
            f"the installed cyclonedx-python-lib has no {name}", remedy="reinstall supplymatrix with its dependencies"
        )
    return content
