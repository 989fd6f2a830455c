"""Values of [author] put into the user's settings.toml, every other byte of which stays as it is.

    written = write_author(os.environ, {"name": "Ada Example", "supplier": ""})     # "" takes the key away

The file is written whole or not at all, and only when what comes out can be read again as settings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.documents.toml_splice import remove_key, set_values
from supplymatrix.engine.settings import SETTINGS_FILE
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.net.folders import config_folder
from supplymatrix.net.whole_file import replace_whole
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.user_settings import SETTINGS_LIMIT, SETTINGS_PAGE, author_fault, parse_user_settings

__all__ = ["WrittenAuthor", "edit_author", "write_author"]

_SECTION = "author"
_OWN = 0o600  # a new file is its owner's: names and addresses stand in it, and later perhaps a webhook


@value
class WrittenAuthor:
    """What became of the file. changed: by key, what was written, "" = taken away; without any nothing was written.

    values: all of [author] as it stands now, by "author.key".
    """

    file: Path
    changed: Mapping[str, str]
    values: Mapping[str, str]


def write_author(environ: Mapping[str, str], wanted: Mapping[str, str]) -> WrittenAuthor:
    """Set keys of [author], "" takes one away; a file that is not there is made, and its folder.

    Raises InputError for a value or a file that cannot be used, and for one that cannot be written; SourceError when no
    home folder is known. The file is then as it was.
    """
    file = config_folder(environ) / SETTINGS_FILE
    artifact = file.as_posix()
    data = read_if_there(file, SETTINGS_LIMIT, "settings file") or b""
    new = edit_author(data, artifact, wanted)
    before, after = _author_of(data, artifact), _author_of(new, artifact)
    changed = {key: after.get(key, "") for key in wanted if before.get(key, "") != after.get(key, "")}
    if new != data:
        _write(file, new)
    return WrittenAuthor(file=file, changed=changed, values={f"{_SECTION}.{key}": text for key, text in after.items()})


def edit_author(data: bytes, artifact: str, wanted: Mapping[str, str]) -> bytes:
    """Return the bytes of settings with keys of [author] set, or taken away for "". Raises InputError."""
    faults = [
        Diagnostic(message=f"{key.replace('_', ' ')}: {found[0]}", seen=text[:200], expected=found[1])
        for key, text in wanted.items()
        if (found := author_fault(key, text))
    ]
    if faults:
        raise InputError(*faults)
    there = _author_of(data, artifact)
    new = {key: text for key, text in wanted.items() if text and there.get(key) != text}
    for key in wanted:
        if not wanted[key] and key in there:
            data = remove_key(data, artifact, (_SECTION, key), page=SETTINGS_PAGE)
    if new:
        data = set_values(data, artifact, (_SECTION,), new, page=SETTINGS_PAGE)
    parse_user_settings(data, artifact)
    return data


def _author_of(data: bytes, artifact: str) -> dict[str, str]:
    found = parse_user_settings(data, artifact).values
    return {name.partition(".")[2]: str(text) for name, text in found.items() if name.startswith(f"{_SECTION}.")}


def _write(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(Path(os.path.realpath(file)), data, mode=_OWN)  # a link to where one keeps such files stays one
    except OSError as err:
        raise InputError(
            Diagnostic(
                message=f"the settings cannot be written: {err.strerror or err}",
                artifact=file.as_posix(),
                expected="a file in a folder that may be written, on a disk with room",
            )
        ) from err
