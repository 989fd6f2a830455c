"""JSON documents of container images, read so that no other program takes them for something else.

What runs images is written in Go, where the names of fields have no case: in a manifest with "layers" and "Layers" the
last one counts there, and the first one here. Refused is therefore a document

- that has a key twice in one object,
- with a key that is one of the known ones but for its case ("Layers"),
- that is an image and an index at once, or was sent as another kind than it says to be.

Names that people give (annotations, labels) are no fields: there "a" and "A" are two names, in Go as well.

Source: Go encoding/json, "preferring an exact match but also accepting a case-insensitive match"; CVE-2021-41190; OCI
image specification 1.1: manifest.md, image-index.md, config.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

__all__ = [
    "INDEXES", "Form", "JsonDoubtError", "other_spelling", "platform_in", "read_config", "read_manifest",
    "read_saved_list", "rows_in", "saved_rows", "table_in", "text_in",
]  # fmt: skip

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""Media types of indexes."""
_IMAGES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_SHOWN = 60

Form = Mapping[str, "Form | None"]
"""The fields of an object, with those of the objects (or lists of them) in each."""

_PLATFORM: Form = dict.fromkeys(("os", "architecture", "variant", "os.version", "os.features"))
_DESCRIPTOR: Form = {
    **dict.fromkeys(("mediaType", "artifactType", "digest", "size", "urls", "annotations", "data")),
    "platform": _PLATFORM,
}
_MANIFEST: Form = {
    **dict.fromkeys(("schemaVersion", "mediaType", "artifactType", "annotations", "fsLayers")),
    **dict.fromkeys(("config", "layers", "manifests", "subject"), _DESCRIPTOR),
}
_CONFIG: Form = {
    **dict.fromkeys(("os", "architecture", "variant", "os.version", "os.features")),
    "rootfs": dict.fromkeys(("type", "diff_ids")),
}
_SAVED: Form = dict.fromkeys(("Config", "RepoTags", "Layers", "Parent", "LayerSources"))


class JsonDoubtError(ValueError):
    """A document that two programs may take for two different things; a sentence says why."""


def read_manifest(data: bytes, sent_as: str = "") -> dict[str, object]:
    """Return a manifest or an index. sent_as: its media type as whoever sent or named it has it, "" for none. Raises
    ValueError for what is no object of JSON, JsonDoubtError (one) for what may be taken for something else."""
    document = _table(data, _MANIFEST)
    told = document.get("mediaType")
    kinds = {text for text in (told, sent_as) if isinstance(text, str) and text in (*INDEXES, *_IMAGES)}
    if len(kinds) > 1:
        raise JsonDoubtError(f"it says to be {told}, and was sent as {sent_as}")
    is_image = any(document.get(name) is not None for name in ("layers", "config", "fsLayers"))
    is_index = document.get("manifests") is not None
    if is_image and (is_index or kinds & {*INDEXES}):
        raise JsonDoubtError("it is the manifest of an image and an index at once")
    if is_index and kinds & {*_IMAGES}:
        raise JsonDoubtError("it says to be the manifest of an image, and is an index")
    return document


def read_config(data: bytes) -> dict[str, object]:
    """Return the configuration of an image. Raises as `read_manifest` does."""
    return _table(data, _CONFIG)


def read_saved_list(data: bytes) -> list[Mapping[str, object]]:
    """Return the rows of the manifest.json that `docker save` writes. Raises as `read_manifest` does."""
    found = _parsed(data)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError("it is no list of objects")
    for row in found:
        _refuse_spelling(row, _SAVED)
    return found


def saved_rows(data: bytes) -> bool:
    """Return whether a manifest.json is the list that `docker save` writes, however it spells its keys: others are of
    other programs."""
    if data.lstrip()[:1] != b"[":
        return False
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return any(
        isinstance(row, dict) and any(_folded(key) == "layers" and isinstance(row[key], list) for key in row)
        for row in rows
    )


def other_spelling(found: object, form: Form) -> str:
    """Return the first key that is a field of a form but for its case, "" for none; objects in lists are looked at."""
    if isinstance(found, list):
        return next((key for one in found if (key := other_spelling(one, form))), "")
    if not isinstance(found, dict):
        return ""
    if not form.keys() >= found.keys():
        names = {_folded(name) for name in form}
        for key in found:
            if key not in form and _folded(key) in names:
                return str(key)
    inner = ((found.get(name), fields) for name, fields in form.items() if fields is not None)
    return next((key for one, fields in inner if (key := other_spelling(one, fields))), "")


def _table(data: bytes, form: Form) -> dict[str, object]:
    found = _parsed(data)
    if not isinstance(found, dict):
        raise ValueError("it is no object of JSON")  # noqa: TRY004 - of a document, and not of an argument
    _refuse_spelling(found, form)
    return found


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_no_twins)
    except JsonDoubtError:
        raise
    except (ValueError, RecursionError) as err:
        raise ValueError("it is no JSON") from err


def _refuse_spelling(found: Mapping[str, object], form: Form) -> None:
    key = other_spelling(found, form)
    if key:
        raise JsonDoubtError(f"it has a key {key[:_SHOWN]!r}, which some programs read as another one")


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise JsonDoubtError(f"it has the key {twin[:_SHOWN]!r} twice in one object")
    return found


def _folded(text: str) -> str:
    """Return a text without case, as Go folds it: the long s and the sign of kelvin are letters, too."""
    return text.casefold()


def platform_in(table: Mapping[str, object]) -> str:
    """Return "linux/arm64/v8" of a platform's table, "" where it says nothing."""
    parts = [text_in(table.get(key)) for key in ("os", "architecture", "variant")]
    return "/".join(part for part in parts if part)


def rows_in(found: object) -> list[Mapping[str, object]]:
    """Return the objects of what should be a list of them."""
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def table_in(found: object) -> Mapping[str, object]:
    """Return what should be an object, an empty one for anything else."""
    return found if isinstance(found, dict) else {}


def text_in(found: object) -> str:
    """Return what should be a text, "" for anything else."""
    return found if isinstance(found, str) else ""
