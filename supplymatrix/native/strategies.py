"""The usual ways to get at a native library from Go: what each asks, what it costs, and where it fits.

    >>> [strategy.key for strategy in strategies_for("libvips", "LGPL-2.1-or-later", ())]
    ['static', 'dynamic', 'dlopen', 'process', 'pure-go']

What a way asks of one library is its licence's position on that way (`position_of`). The rest holds for all libraries;
times are of Go 1.26 on linux/amd64, one call or one small message at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from supplymatrix.model.native_code import LicencePosition, LinkMode, LinkOutcome, PositionOf
from supplymatrix.model.value import value
from supplymatrix.native.positions import position_of

__all__ = ["Strategy", "pure_go_for", "strategies_for"]


@value
class Strategy:
    """One way. key: stable name; title. position: what it asks where the library's licence is known. builds: what it
    takes to build; runs: what it costs when it runs; fits: where it is of use; mind: what is overlooked with it.
    """

    key: str
    title: str
    position: LicencePosition
    builds: str
    runs: str
    fits: str
    mind: str


_WAYS: tuple[tuple[str, str, LinkMode, str, str, str, str], ...] = (
    (
        "static",
        "link it statically, from source or an archive",
        LinkMode.STATIC,
        "a C compiler and the library's archive for each platform; cross-compiling needs a C toolchain for each, too",
        "a call costs some 30 ns more than one of Go; one file to ship, no library to find",
        "containers from scratch, one program for many systems",
        "glibc linked in statically is LGPL and loads name service modules all the same: take musl, or CGO_ENABLED=0",
    ),
    (
        "dynamic",
        "link it dynamically, as a shared library",
        LinkMode.DYNAMIC,
        "a C compiler and the library's headers; the program's image must bring the same major version",
        "a call costs the same as with static linking; the loader looks for the library at the start",
        "distributions that update the library by themselves, and LGPL libraries",
        "the program does not start where the library is missing; its vulnerabilities are the image's to mend",
    ),
    (
        "dlopen",
        "open it while the program runs (dlopen, purego)",
        LinkMode.LOADED,
        "no headers and, with purego, no C compiler; the functions' types are written down by hand",
        "with cgo a call costs as much as above, with purego some 0.5 µs; each function is looked up once",
        "drivers of devices and HSMs, and what may be absent",
        "it is in no list of the program's libraries, CGO_ENABLED=0 does not keep it out, and it is no way round a GPL",
    ),
    (
        "process",
        "run it as a program of its own, and speak over a pipe, a socket or HTTP",
        LinkMode.PROCESS,
        "Go alone for your program; a second program to build, ship and watch",
        "data are copied; there and back takes some 10 µs by a pipe, 60 µs by HTTP, a start 1 ms; it crashes by itself",
        "GPL and AGPL code, code that is not trusted, work in large pieces",
        "both must be of use without sharing their inner data; who ships the other program has its licence's duties",
    ),
)


def strategies_for(library: str, licence: str, replacements: Sequence[str]) -> tuple[Strategy, ...]:
    """Return the ways for a library. licence: SPDX expression of it, "" = not known. replacements: modules that do it
    in Go."""
    found = [
        Strategy(
            key=key,
            title=title,
            position=position_of(licence, mode),
            builds=builds,
            runs=runs,
            fits=fits,
            mind=mind,
        )
        for key, title, mode, builds, runs, fits, mind in _WAYS
    ]
    return (*found, _pure_go(library, replacements))


def pure_go_for(name: str) -> tuple[str, ...]:
    """Return modules that do in Go what a library does, by the name that `find_library` gives it; () for none known.
    They are from general knowledge, and no recommendation."""
    return _IN_GO.get(name, ())


def _pure_go(library: str, replacements: Sequence[str]) -> Strategy:
    known = f": {', '.join(replacements)}" if replacements else "; none is known here for it"
    return Strategy(
        key="pure-go",
        title=f"replace it by a module in Go{known}",
        position=LicencePosition(
            outcome=LinkOutcome.UNKNOWN if not replacements else LinkOutcome.NOTICE,
            of=PositionOf.LICENCE_TEXT if replacements else PositionOf.NOBODY,
            source="the module's own licence",
            words=f"the licence of {library or 'the library'} no longer counts, that of the module in its place does",
        ),
        builds="Go alone: CGO_ENABLED=0, cross-compiling, one static program",
        runs="no cost of calls; the work itself may take longer than in tuned C, so measure it",
        fits="programs for many platforms, small images, FIPS 140-3 by Go's own module",
        mind="code that a tool translated from C is under the licence of that C; its flaws come along, too",
    )


_IN_GO: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "sqlite": ("modernc.org/sqlite", "github.com/ncruces/go-sqlite3"),
    "zlib": ("compress/zlib", "github.com/klauspost/compress"),
    "zstd": ("github.com/klauspost/compress/zstd",),
    "lz4": ("github.com/pierrec/lz4/v4",),
    "snappy": ("github.com/klauspost/compress/s2", "github.com/golang/snappy"),
    "brotli": ("github.com/andybalholm/brotli",),
    "bzip2": ("compress/bzip2 (reads only)", "github.com/dsnet/compress/bzip2"),
    "xz": ("github.com/ulikunitz/xz",),
    "LevelDB": ("github.com/syndtr/goleveldb",),
    "RocksDB": ("github.com/cockroachdb/pebble", "github.com/dgraph-io/badger/v4"),
    "LMDB": ("go.etcd.io/bbolt",),
    "libpq": ("github.com/jackc/pgx/v5", "github.com/lib/pq"),
    "MySQL client": ("github.com/go-sql-driver/mysql",),
    "MariaDB Connector/C": ("github.com/go-sql-driver/mysql",),
    "Oracle Client": ("github.com/sijms/go-ora/v2",),
    "SAP HANA client": ("github.com/SAP/go-hdb",),
    "FreeTDS": ("github.com/microsoft/go-mssqldb",),
    "librdkafka": ("github.com/twmb/franz-go", "github.com/IBM/sarama", "github.com/segmentio/kafka-go"),
    "ZeroMQ": ("github.com/go-zeromq/zmq4",),
    "nanomsg": ("go.nanomsg.org/mangos/v3",),
    "libvips": ("golang.org/x/image", "github.com/disintegration/imaging"),
    "ImageMagick": ("golang.org/x/image", "github.com/disintegration/imaging"),
    "libwebp": ("golang.org/x/image/webp (reads only)", "github.com/gen2brain/webp"),
    "libgit2": ("github.com/go-git/go-git/v5",),
    "libsystemd": ("github.com/coreos/go-systemd/v22/dbus (over D-Bus)",),
    "libseccomp": ("github.com/elastic/go-seccomp-bpf",),
    "libselinux": ("github.com/opencontainers/selinux",),
    "libpcap": ("github.com/gopacket/gopacket/pcapgo",),
    "libbpf": ("github.com/cilium/ebpf",),
    "nftables": ("github.com/google/nftables",),
    "libmnl": ("github.com/mdlayher/netlink",),
    "libnl": ("github.com/vishvananda/netlink",),
    "D-Bus": ("github.com/godbus/dbus/v5",),
    "libvirt": ("github.com/digitalocean/go-libvirt",),
    "libnfs": ("github.com/willscott/go-nfs",),
    "libssh2": ("golang.org/x/crypto/ssh",),
    "libssh": ("golang.org/x/crypto/ssh",),
    "OpenLDAP": ("github.com/go-ldap/ldap/v3",),
    "MIT Kerberos": ("github.com/jcmturner/gokrb5/v8",),
    "Net-SNMP": ("github.com/gosnmp/gosnmp",),
    "libmodbus": ("github.com/simonvetter/modbus",),
    "libxml2": ("encoding/xml", "github.com/beevik/etree"),
    "PCRE": ("regexp", "github.com/dlclark/regexp2"),
    "RE2": ("regexp", "github.com/wasilibs/go-re2 (as WebAssembly)"),
    "libsass": ("the program of Dart Sass, as a process: github.com/bep/godartsass/v2",),
    "Tesseract": ("none: run tesseract as a process",),
    "MuPDF": ("github.com/pdfcpu/pdfcpu",),
    "Ghostscript": ("github.com/pdfcpu/pdfcpu",),
    "Poppler": ("github.com/pdfcpu/pdfcpu",),
    "Lua": ("github.com/yuin/gopher-lua",),
    "V8": ("github.com/dop251/goja",),
    "QuickJS": ("github.com/dop251/goja", "modernc.org/quickjs"),
    "Wasmtime": ("github.com/tetratelabs/wazero",),
    "Wasmer": ("github.com/tetratelabs/wazero",),
    "WasmEdge": ("github.com/tetratelabs/wazero",),
    "jq": ("github.com/itchyny/gojq",),
    "GMP": ("math/big",),
    "OpenBLAS": ("gonum.org/v1/gonum/blas",),
    "LAPACK": ("gonum.org/v1/gonum/lapack",),
    "FFTW": ("gonum.org/v1/gonum/dsp/fourier",),
    "GSL": ("gonum.org/v1/gonum",),
    "GEOS": ("github.com/peterstace/simplefeatures",),
    "OpenSSL": ("crypto/tls and crypto/…, with GOFIPS140 where it is asked for",),
    "BoringSSL": ("crypto/tls and crypto/…, with GOFIPS140 where it is asked for",),
    "GnuTLS": ("crypto/tls",),
    "wolfSSL": ("crypto/tls",),
    "GPGME": ("github.com/ProtonMail/go-crypto/openpgp",),
    "libsodium": ("golang.org/x/crypto/nacl",),
    "libsecp256k1": ("github.com/decred/dcrd/dcrec/secp256k1/v4",),
    "blst": ("github.com/consensys/gnark-crypto",),
    "libargon2": ("golang.org/x/crypto/argon2",),
    "liboqs": ("crypto/mlkem", "github.com/cloudflare/circl"),
    "libolm": ("maunium.net/go/mautrix/crypto/goolm",),
    "TPM2-TSS": ("github.com/google/go-tpm",),
    "GmSSL": ("github.com/emmansun/gmsm",),
    "glibc": ("CGO_ENABLED=0, or the tags netgo and osusergo",),
})  # fmt: skip
