"""The settings of the go command as they hold: each value with where it comes from and what it goes before.

    layers = [Layer(origin="environment", values={"GOPRIVATE": "*.corp.example"})]
    effective(layers, "GONOSUMDB").text        # "*.corp.example", origin "implied by GOPRIVATE"

The layers come strongest first: process environment, the user's `go env -w` file, `go.env` of the installation. An
empty variable of the environment counts for nothing; an empty value in a file counts. Values may hold secrets: they are
in no `repr`, and only what a caller's `show` makes of them becomes an `EffectiveSetting`.

Source: golang.org/ref/mod#environment-variables; `go help environment`; Go cmd/go/internal/cfg (Getenv).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.gomod.goenv import ENVIRONMENT
from supplymatrix.model.go_sources import EffectiveSetting
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["DEFAULTS", "DEFAULT_ORIGIN", "NAMES", "FoundSetting", "Layer", "all_effective", "effective", "shown_as"]

NAMES = (
    "GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GONOSUMCHECK", "GOINSECURE", "GOVCS", "GOAUTH",
    "GOFLAGS", "GOTOOLCHAIN", "GO111MODULE", "GOWORK", "GOENV", "GOROOT", "GOMODCACHE", "GOCACHEPROG", "CGO_ENABLED",
    "GOEXPERIMENT", "GOFIPS140", "GODEBUG", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY",
)  # fmt: skip
"""The settings that decide where code comes from, who is told of it, and what is made of it."""

DEFAULT_ORIGIN = "default of Go"
DEFAULTS: Mapping[str, str] = MappingProxyType({
    "GOSUMDB": "sum.golang.org",
    "GOAUTH": "netrc",
    "GOVCS": "public:git|hg,private:all",
    "GOTOOLCHAIN": "local",
    "GO111MODULE": "on",
    "GOFIPS140": "off",
})  # fmt: skip
"""What holds where nobody says anything. GOPROXY and GOTOOLCHAIN come from go.env of an installation."""

_IMPLIED = ("GONOPROXY", "GONOSUMDB")
_ONLY_ENVIRONMENT = frozenset({"GOENV", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})
_LOWER = frozenset({"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})


@value
class Layer:
    """One place that sets something. origin: "environment", "go env file", "GOROOT's go.env", "Dockerfile", a CI file.
    file: its path as shown, "" for none. locations: where each name stands, for files of the project."""

    origin: str
    values: Mapping[str, str]
    file: str = ""
    locations: Mapping[str, Location] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"Layer(origin={self.origin!r}, file={self.file!r}, names={sorted(self.values)})"


@value
class FoundSetting:
    """A setting as it holds. text: its value, which may hold secrets: never show it. overridden: (origin, text) of what
    it goes before, nearest first. The other fields are those of `EffectiveSetting`; of a value that is `unknown`, text
    is what is written there."""

    name: str
    text: str
    origin: str
    location: Location
    file: str = ""
    overridden: tuple[tuple[str, str], ...] = ()
    context: str = ""
    unknown: str = ""

    def __repr__(self) -> str:
        return f"FoundSetting(name={self.name!r}, origin={self.origin!r}, context={self.context!r})"

    @property
    def is_said(self) -> bool:
        """Whether somebody set it, rather than Go itself."""
        return self.origin not in (DEFAULT_ORIGIN, "")


def effective(layers: Sequence[Layer], name: str, *, context: str = "") -> FoundSetting:
    """Return one setting. GONOPROXY and GONOSUMDB that are empty mean what GOPRIVATE says."""
    said = [(layer, text) for layer in layers if (text := _said(layer, name)) is not None]
    if said and (said[0][1] or name not in _IMPLIED):
        layer, text = said[0]
        return FoundSetting(
            name=name,
            text=text,
            origin=layer.origin,
            location=layer.locations.get(name, Location(artifact="")),
            file=layer.file,
            overridden=tuple((_of(other), theirs) for other, theirs in said[1:]),
            context=context,
        )
    if name in _IMPLIED:
        private = effective(layers, "GOPRIVATE", context=context)
        if private.text:
            return FoundSetting(
                name=name,
                text=private.text,
                origin="implied by GOPRIVATE",
                location=private.location,
                file=private.file,
                context=context,
            )
    return FoundSetting(
        name=name,
        text=DEFAULTS.get(name, ""),
        origin=DEFAULT_ORIGIN,
        location=Location(artifact=""),
        context=context,
    )


def all_effective(layers: Sequence[Layer], *, context: str = "", names: Sequence[str] = NAMES) -> list[FoundSetting]:
    """Return all settings, in the order of `names`."""
    return [effective(layers, name, context=context) for name in names]


def shown_as(found: FoundSetting, show: Callable[[str, str], str]) -> EffectiveSetting:
    """Return a setting as a fact. show: makes of a name and a value what may be shown of it."""
    return EffectiveSetting(
        name=found.name,
        shown=show(found.name, found.text),
        origin=found.origin,
        location=found.location,
        file=found.file,
        overridden=tuple((origin, show(found.name, text)) for origin, text in found.overridden),
        context=found.context,
        unknown=found.unknown,
    )


def _said(layer: Layer, name: str) -> str | None:
    """Return what a layer says, None for nothing."""
    if name in _ONLY_ENVIRONMENT and layer.origin in ("go env file", "GOROOT's go.env"):
        return None
    text = layer.values.get(name)
    if text is None and name in _LOWER:
        text = layer.values.get(name.lower())
    return None if text is None or (not text and layer.origin == ENVIRONMENT) else text


def _of(layer: Layer) -> str:
    return f"{layer.origin} ({layer.file})" if layer.file and layer.origin != ENVIRONMENT else layer.origin
