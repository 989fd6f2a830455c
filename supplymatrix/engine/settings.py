"""What holds on this machine where the command line is silent, and where each value comes from.

The environment is asked first, then settings.toml in the user's configuration folder, then what is built in. Nothing
here comes from the folder that is checked, and nothing here judges.

settings = load_settings(os.environ)
settings.jobs, settings.origins["network.jobs"]     # 8, "/home/ada/.config/supplymatrix/settings.toml:2"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.model.value import value
from supplymatrix.net.folders import cache_folder, config_folder
from supplymatrix.sources.user_settings import (
    KINDS,
    MAX_JOBS,
    NO_SETTINGS,
    Scalar,
    path_fault,
    read_user_settings,
    webhook_fault,
)

__all__ = [
    "BUILT_IN", "SETTINGS_FILE", "VARIABLES", "Settings", "built_in_settings", "cache_folder_of", "load_settings",
    "settings_path", "shown_setting",
]  # fmt: skip

SETTINGS_FILE = "settings.toml"
VARIABLES: Mapping[str, str] = {
    "network.ca_file": "SUPPLYMATRIX_CA_FILE",
    "network.jobs": "SUPPLYMATRIX_JOBS",
    "network.offline": "SUPPLYMATRIX_OFFLINE",
    "cache.dir": "SUPPLYMATRIX_CACHE_DIR",
    "notify.url": "SUPPLYMATRIX_NOTIFY_URL",
    "notify.kind": "SUPPLYMATRIX_NOTIFY_KIND",
}
"""The variables of the environment that stand above the file."""
BUILT_IN: Mapping[str, Scalar] = {
    "network.ca_file": "",
    "network.jobs": MAX_JOBS,
    "network.offline": False,
    "cache.dir": "",
    "cache.max_mb": 1024,
    "author.name": "",
    "author.email": "",
    "author.organization": "",
    "author.organization_url": "",
    "author.organization_email": "",
    "author.supplier": "",
    "author.supplier_url": "",
    "author.supplier_email": "",
    "author.data_licence": "",
    "author.security_contact": "",
    "vendors.profiles": (),
    "vulns.databases": (),
    "notify.url": "",
    "notify.kind": "json",
}
"""Every setting with the value that it has by itself; "" = none."""
_DEFAULT = "default"
_WORDS = {"1": True, "true": True, "0": False, "false": False}


@value
class Settings:
    """The settings of this machine.

    file: where settings.toml lies or would lie, None when no home is known. values: all settings by name, a path with
    its `~` written out. origins: by the same names, "default", "environment NAME", or file and line.
    """

    file: Path | None
    is_there: bool
    values: Mapping[str, Scalar]
    origins: Mapping[str, str]

    @property
    def ca_file(self) -> Path | None:
        """A PEM file of certificates that servers may be signed by, beside those of the system."""
        return self._path("network.ca_file")

    @property
    def jobs(self) -> int:
        """Requests at a time, 1 to 16."""
        return self._whole("network.jobs")

    @property
    def offline(self) -> bool:
        """Whether no network is to be used."""
        return bool(self.values["network.offline"])

    @property
    def cache_dir(self) -> Path | None:
        """The cache folder where one is named; None = the system's place for it."""
        return self._path("cache.dir")

    @property
    def cache_bytes(self) -> int:
        """How large the cache of one log may grow."""
        return self._whole("cache.max_mb") << 20

    @property
    def notify_url(self) -> str:
        """The webhook that is told of every check, "" = none. It is a secret: `shown_setting` shows it."""
        return str(self.values["notify.url"])

    @property
    def notify_kind(self) -> str:
        """In which form, "json" or "slack"."""
        return str(self.values["notify.kind"])

    @property
    def profiles(self) -> tuple[Path, ...]:
        """Folders of the user's own vendor profiles, in order."""
        return self._paths("vendors.profiles")

    @property
    def databases(self) -> tuple[Path, ...]:
        """Vulnerability databases of the user's own, in order."""
        return self._paths("vulns.databases")

    def _paths(self, name: str) -> tuple[Path, ...]:
        found = self.values[name]
        return tuple(Path(text) for text in found) if isinstance(found, tuple) else ()

    def _whole(self, name: str) -> int:
        found = self.values[name]
        assert isinstance(found, int)  # noqa: S101 - as every way to a value has checked
        return found

    def _path(self, name: str) -> Path | None:
        text = str(self.values[name])
        return Path(text) if text else None


def settings_path(environ: Mapping[str, str]) -> Path | None:
    """Return where settings.toml lies or would lie, None when no home is known. Raises InputError."""
    try:
        return config_folder(environ) / SETTINGS_FILE
    except SourceError:
        return None


def built_in_settings() -> Settings:
    """Return what holds where neither file nor environment can be used."""
    return Settings(file=None, is_there=False, values=BUILT_IN, origins=dict.fromkeys(BUILT_IN, _DEFAULT))


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of this machine. Raises InputError for a file or variable that cannot be used."""
    file = settings_path(environ)
    read = NO_SETTINGS if file is None else read_user_settings(file)
    values, origins = dict(BUILT_IN), dict.fromkeys(BUILT_IN, _DEFAULT)
    for name, found in read.values.items():
        values[name] = _with_home(name, found, environ)
        origins[name] = f"{file}:{read.lines[name]}"
    for name, variable in VARIABLES.items():
        text = environ.get(variable, "")
        if text:
            values[name] = _FROM_TEXT[name](variable, text)
            origins[name] = f"environment {variable}"
    return Settings(file=file, is_there=read.is_there, values=values, origins=origins)


def shown_setting(name: str, found: Scalar) -> Scalar:
    """Return the value of a setting as it may be shown: of a webhook its server alone, since who knows it can write."""
    if name != "notify.url" or not found:
        return found
    from supplymatrix.net.address import shown_origin

    return f"{shown_origin(str(found))}/…"


def cache_folder_of(settings: Settings, environ: Mapping[str, str]) -> Path:
    """Return the folder of the cache. Raises SourceError when nothing tells where it might be."""
    return settings.cache_dir or cache_folder(environ)


def _with_home(name: str, found: Scalar, environ: Mapping[str, str]) -> Scalar:
    if isinstance(found, tuple):
        return tuple(_at_home(text, environ) for text in found)
    return _at_home(str(found), environ) if name in ("network.ca_file", "cache.dir") else found


def _at_home(text: str, environ: Mapping[str, str]) -> str:
    if not text.startswith("~/"):
        return text
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    if not Path(home).is_absolute():
        raise InputError(
            Diagnostic(
                message="no home folder is known", seen=text[:200], expected="an absolute path, or HOME to be set"
            )
        )
    return str(Path(home, text[2:]))


def _ca_file(variable: str, text: str) -> str:
    why = path_fault(text)
    if why or text.startswith("~"):
        raise _bad(variable, text, "an absolute path, so that no project can bring certificates along")
    return text


def _jobs(variable: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= MAX_JOBS):
        raise _bad(variable, text, f"a whole number from 1 to {MAX_JOBS}")
    return int(text)


def _flag(variable: str, text: str) -> bool:
    if text.lower() not in _WORDS:
        raise _bad(variable, text, "1 or true, 0 or false")
    return _WORDS[text.lower()]


def _folder(variable: str, text: str) -> str:
    del variable
    return text


def _webhook(variable: str, text: str) -> str:
    why = webhook_fault(text)
    if why:
        raise _bad(variable, "", f"an https address ({why})")
    return text


def _kind(variable: str, text: str) -> str:
    if text not in KINDS:
        raise _bad(variable, text, f"one of {', '.join(KINDS)}")
    return text


def _bad(variable: str, text: str, expected: str) -> InputError:
    return InputError(
        Diagnostic(
            message=f"{variable} in the environment cannot be used",
            seen=text[:200],
            expected=expected,
            remedy="mend the variable, or unset it",
        )
    )


_FROM_TEXT: Mapping[str, Callable[[str, str], Scalar]] = {
    "network.ca_file": _ca_file,
    "network.jobs": _jobs,
    "network.offline": _flag,
    "cache.dir": _folder,
    "notify.url": _webhook,
    "notify.kind": _kind,
}
