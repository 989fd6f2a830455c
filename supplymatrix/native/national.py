"""Algorithms of national standards: which packages have them, and of which standard.

    >>> [found.algorithms for found in national_in(["github.com/emmansun/gmsm/sm2", "fmt"])]
    [('SM2',)]

Names that are of one algorithm alone ("sm4", "streebog", "kuznyechik") tell it in any module; others ("seed", "aria",
"lea") only in modules that are known for it. Where such an algorithm may, must or must not be used, laws and
certificates say; here it is only named. None of them is approved by FIPS 140-3.

Sources: GB/T 32905, 32907, 32918, 33133, 38635 (China); GOST R 34.10-2012, 34.11-2012, 34.12-2015, GOST 28147-89, RFC
7091, 6986, 7801, 8891 (Russia); TTAS.KO-12.0004, KS X 1213, KS X 3246, KS X 3262, RFC 4269, 5794 (Korea); DSTU
4145-2002, 7564:2014, 7624:2014 (Ukraine); STB 34.101.31 (Belarus).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.model.value import value

__all__ = ["National", "national_in"]


@value
class National:
    """A package with such algorithms. algorithms: their names; standard: those of them, with the country."""

    package: str
    algorithms: tuple[str, ...]
    standard: str


_STANDARDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "SM2": ("GB/T 32918, GM/T 0003", "China"),
    "SM3": ("GB/T 32905, GM/T 0004", "China"),
    "SM4": ("GB/T 32907, GM/T 0002", "China"),
    "SM9": ("GB/T 38635, GM/T 0044", "China"),
    "ZUC": ("GB/T 33133, GM/T 0001", "China"),
    "TLCP": ("GB/T 38636, GM/T 0024", "China"),
    "GOST R 34.10": ("GOST R 34.10-2012, RFC 7091", "Russia"),
    "Streebog": ("GOST R 34.11-2012, RFC 6986", "Russia"),
    "GOST R 34.11-94": ("GOST R 34.11-94, RFC 5831", "Russia"),
    "Kuznyechik": ("GOST R 34.12-2015, RFC 7801", "Russia"),
    "Magma": ("GOST R 34.12-2015, RFC 8891", "Russia"),
    "GOST 28147-89": ("GOST 28147-89, RFC 5830", "Russia"),
    "MGM": ("R 1323565.1.026-2019, RFC 9058", "Russia"),
    "SEED": ("TTAS.KO-12.0004, RFC 4269", "Korea"),
    "ARIA": ("KS X 1213, RFC 5794", "Korea"),
    "LEA": ("KS X 3246, ISO/IEC 29192-2", "Korea"),
    "HIGHT": ("TTAS.KO-12.0040, ISO/IEC 18033-3", "Korea"),
    "HAS-160": ("TTAS.KO-12.0011", "Korea"),
    "LSH": ("KS X 3262", "Korea"),
    "KCDSA": ("TTAS.KO-12.0001, ISO/IEC 14888-3", "Korea"),
    "Kalyna": ("DSTU 7624:2014", "Ukraine"),
    "Kupyna": ("DSTU 7564:2014", "Ukraine"),
    "DSTU 4145": ("DSTU 4145-2002", "Ukraine"),
    "BelT": ("STB 34.101.31", "Belarus"),
})  # fmt: skip
"""Algorithm → its standards, and the country."""

_ANYWHERE: Mapping[str, str] = MappingProxyType({
    "sm2": "SM2", "sm3": "SM3", "sm4": "SM4", "sm9": "SM9", "zuc": "ZUC", "tlcp": "TLCP",
    "sm2ec": "SM2", "gmsm": "", "gm-tls": "TLCP", "gmtls": "TLCP",
    "gost3410": "GOST R 34.10", "gost34112012": "Streebog", "gost34112012256": "Streebog",
    "gost34112012512": "Streebog", "gost341194": "GOST R 34.11-94", "gost3412128": "Kuznyechik",
    "gost341264": "Magma", "gost28147": "GOST 28147-89", "streebog": "Streebog", "kuznyechik": "Kuznyechik",
    "kuznechik": "Kuznyechik", "kalyna": "Kalyna", "kupyna": "Kupyna", "dstu4145": "DSTU 4145", "has160": "HAS-160",
    "kcdsa": "KCDSA", "eckcdsa": "KCDSA", "lsh256": "LSH", "lsh512": "LSH",
})  # fmt: skip
"""Last elements of import paths that name one algorithm, whatever the module."""
_IN_KNOWN: Mapping[str, str] = MappingProxyType({
    **_ANYWHERE,
    "seed": "SEED", "aria": "ARIA", "lea": "LEA", "hight": "HIGHT", "lsh": "LSH", "mgm": "MGM", "magma": "Magma",
    "belt": "BelT", "gost": "GOST R 34.10",
})  # fmt: skip
_KNOWN: Mapping[str, tuple[str, ...]] = MappingProxyType({
    # module (without major version): what it is for as a whole, for packages whose own name tells nothing
    "github.com/tjfoc/gmsm": ("SM2",),
    "github.com/Hyperledger-TWGC/tjfoc-gm": ("SM2",),
    "github.com/emmansun/gmsm": (),
    "github.com/emmansun/gmtls": ("TLCP",),
    "github.com/emmansun/go-pkcs12": (),
    "gitee.com/Trisia/gotlcp": ("TLCP",),
    "github.com/Trisia/gotlcp": ("TLCP",),
    "gitee.com/zhaochuninhefei/gmgo": (),
    "github.com/ZZMarquis/gm": (),
    "github.com/piligo/gmtls": ("TLCP",),
    "github.com/dromara/dongle": (),
    "github.com/deatil/go-cryptobin": (),
    "github.com/pedroalbanese/gogost": (),
    "go.cypherpunks.ru/gogost": (),
    "go.cypherpunks.su/gogost": (),
    "go.stargrave.org/gogost": (),
    "github.com/martinlindhe/gogost": (),
    "github.com/ftomza/gogost": (),
    "github.com/RyuaNerin/go-krypto": (),
    "github.com/geeksbaek/seed": ("SEED",),
    "github.com/aead/aria": ("ARIA",),
})  # fmt: skip
_INNER = frozenset({"internal", "subtle", "testdata"})


def national_in(packages: Iterable[str]) -> tuple[National, ...]:
    """Return what of import paths has such algorithms, by path. Those of a module's inner workings are told by the
    packages that use them."""
    found = []
    for package in sorted(set(packages)):
        names = _algorithms(package)
        if names:
            found.append(National(package=package, algorithms=names, standard=_standard(names)))
    return tuple(found)


def _algorithms(package: str) -> tuple[str, ...]:
    elements = package.split("/")
    if "." not in elements[0] or _INNER.intersection(elements):
        return ()
    last = elements[-1].lower()
    module = next((module for module in _above(elements) if module in _KNOWN), "")
    if module:
        name = _IN_KNOWN.get(last, "")
        return (name,) if name else _KNOWN[module]
    name = _ANYWHERE.get(last, "")
    return (name,) if name else ()


def _above(elements: Sequence[str]) -> Iterable[str]:
    for length in range(len(elements), 1, -1):
        yield "/".join(elements[:length])


def _standard(names: Sequence[str]) -> str:
    told = [f"{_STANDARDS[name][0]} ({_STANDARDS[name][1]})" for name in names if name in _STANDARDS]
    return "; ".join(told)
