"""Module path and version: the identity everything else hangs on."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ModuleVersion"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ModuleVersion:
    """A module at a version. path: as in a require line; version: "v1.2.3", or "" for a module without one."""

    path: str
    version: str

    def __str__(self) -> str:
        return f"{self.path}@{self.version}" if self.version else self.path
