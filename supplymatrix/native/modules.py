"""The table of Go modules that bring native code: which library, how it comes in, and under which conditions.

A scan of a module's files says what its version does; this table names libraries that no file names (a path that is
worked out, a handle that is passed on), tells what pure Go was translated from C, and speaks of modules in programs,
whose files nobody has. Rows of "measured" were scanned at the version told; others are from general knowledge, and are
shown as not verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from supplymatrix.model.native_code import LinkMode
from supplymatrix.model.value import value

__all__ = ["KnownModule", "find_modules", "known_modules"]


@value
class KnownModule:
    """One thing that a module brings. path: without "/v2" at its end. libraries: names that `find_library` knows, or
    what the supplier calls it. mode: as the module's default build takes it. conditions: tags or settings under which
    that is so, "" = always. is_crypto: it has cryptography of its own. source: how it is known. remark: what trap
    lies in it. without_cgo: it is there with CGO_ENABLED=0 too."""

    path: str
    libraries: tuple[str, ...]
    mode: LinkMode
    source: str
    conditions: str = ""
    remark: str = ""
    is_crypto: bool = False
    without_cgo: bool = False

    @property
    def is_verified(self) -> bool:
        """Whether somebody looked into the module's files for it."""
        return self.source.startswith("measured")


_B, _P, _S, _D, _L, _T = (
    LinkMode.BUNDLED, LinkMode.PREBUILT, LinkMode.STATIC, LinkMode.DYNAMIC, LinkMode.LOADED, LinkMode.TRANSLATED
)  # fmt: skip
_U = "not verified"
_Row = tuple[str, str, LinkMode, str, str, str]

_MEASURED: tuple[_Row, ...] = (
    # path, libraries, mode, measured version, conditions, remark
    (
        "github.com/mattn/go-sqlite3",
        "sqlite3",
        _B,
        "v1.14.24",
        "",
        "the tags libsqlite3 (dynamic) and sqlite_icu (ICU) change what is linked; the MIT licence is the wrapper's",
    ),
    (
        "github.com/mutecomm/go-sqlcipher",
        "sqlcipher",
        _B,
        "v4.4.2",
        "",
        "libtomcrypt in C is its cryptography, outside of any validated Go module",
    ),
    (
        "github.com/valyala/gozstd",
        "zstd",
        _P,
        "v1.27.0",
        "",
        "zstd/COPYING is the GPL of a choice between BSD and GPL: it is no GPL library",
    ),
    ("github.com/DataDog/zstd", "zstd", _B, "v1.5.7", "", "the tag external_libzstd links the system's, by pkg-config"),
    (
        "github.com/confluentinc/confluent-kafka-go",
        "rdkafka",
        _P,
        "v2.11.1",
        "",
        "the archives hold OpenSSL, zlib, zstd, SASL and more; the tag dynamic links the system's instead",
    ),
    ("github.com/linxGnu/grocksdb", "rocksdb", _D, "v1.11.1", "", ""),
    ("github.com/chdb-io/chdb-go", "chdb", _L, "v1.11.0", "", "a database server as one library, without cgo"),
    ("github.com/google/gopacket", "pcap", _D, "v1.1.19", "package pcap", ""),
    ("github.com/google/gopacket", "pfring", _D, "v1.1.19", "package pfring", ""),
    ("github.com/go-gl/glfw", "glfw", _B, "v3.3", "", ""),
    ("github.com/h2non/bimg", "vips", _D, "v1.1.9", "", "an LGPL library under an MIT wrapper"),
    ("github.com/davidbyttow/govips", "vips", _D, "v2.16.0", "", "an LGPL library under an MIT wrapper"),
    (
        "github.com/coreos/go-systemd",
        "systemd",
        _L,
        "v22.7.0",
        "",
        "loaded where it is present; packages sdjournal, util",
    ),
    ("github.com/seccomp/libseccomp-golang", "seccomp", _D, "v0.11.1", "", "an LGPL library under a BSD wrapper"),
    ("github.com/miekg/pkcs11", "pkcs11", _L, "v1.1.2", "", "the library is the HSM maker's, under that maker's terms"),
    ("github.com/NVIDIA/go-nvml", "nvidia-ml", _L, "v0.13.4-1", "", ""),
    ("github.com/godror/godror", "odpi", _B, "v0.40.4", "", ""),
    ("github.com/godror/godror", "clntsh", _L, "v0.40.4", "", "Oracle's client is loaded when a connection is opened"),
    ("github.com/pebbe/zmq4", "zmq", _D, "v1.4.0", "", "MPL-2.0 since ZeroMQ 4.3.5, LGPL with an exception before"),
    ("gonum.org/v1/netlib", "cblas lapacke", _D, "v0.0.0-20181029234149-ec6d1f5cefe6", "CGO_LDFLAGS names it", ""),
    (
        "modernc.org/sqlite",
        "sqlite3",
        _T,
        "v1.62.0",
        "",
        "its list of third parties speaks of the AGPL in passing; nothing in it is under the AGPL",
    ),
    ("github.com/tree-sitter/go-tree-sitter", "tree-sitter", _B, "v0.25.0", "", ""),
    ("gocv.io/x/gocv", "opencv4", _D, "v0.41.0", "", ""),
    ("github.com/DataDog/go-libddwaf", "ddwaf", _L, "v4.10.0", "", "embedded in the module, loaded without cgo"),
    ("github.com/karalabe/hid", "hidapi", _B, "v1.0.0", "", ""),
    ("github.com/karalabe/hid", "usb", _B, "v1.0.0", "linux", "LGPL sources compiled in under a BSD wrapper"),
    ("github.com/libgit2/git2go", "git2", _D, "v34.0.0", "", "the tag static links it in; GPL-2.0 with an exception"),
)

_TOLD: tuple[_Row, ...] = (
    # path, libraries, mode, "", conditions, remark
    ("github.com/gotk3/gotk3", "gtk glib cairo pango", _D, "", "", ""),
    ("github.com/diamondburned/gotk4/pkg", "gtk4 glib cairo pango", _D, "", "", ""),
    ("github.com/mattn/go-gtk", "gtk glib", _D, "", "", ""),
    ("github.com/google/gousb", "usb-1.0", _D, "", "", "an LGPL library under an Apache wrapper"),
    ("github.com/kylelemons/gousb", "usb-1.0", _D, "", "", ""),
    ("github.com/zondax/hid", "hidapi usb", _B, "", "", "LGPL sources compiled in"),
    ("github.com/sstallion/go-hid", "hidapi", _B, "", "", ""),
    ("gopkg.in/gographics/imagick.v3", "magickwand", _D, "", "", ""),
    ("gopkg.in/gographics/imagick.v2", "magickwand", _D, "", "", ""),
    ("github.com/ceph/go-ceph", "rados rbd cephfs", _D, "", "", ""),
    ("libvirt.org/go/libvirt", "virt", _D, "", "", "the tag libvirt_dlopen loads it"),
    ("github.com/libvirt/libvirt-go", "virt", _D, "", "", ""),
    ("github.com/lxc/go-lxc", "lxc", _D, "", "", ""),
    ("github.com/containerd/btrfs", "btrfs", _D, "", "", "headers of btrfs-progs"),
    ("github.com/proglottis/gpgme", "gpgme", _D, "", "", ""),
    ("github.com/bytecodealliance/wasmtime-go", "wasmtime", _P, "", "", ""),
    ("github.com/wasmerio/wasmer-go", "wasmer", _P, "", "", ""),
    ("github.com/second-state/WasmEdge-go", "wasmedge", _D, "", "", ""),
    ("rogchap.com/v8go", "v8", _P, "", "", ""),
    ("github.com/marcboeker/go-duckdb", "duckdb", _P, "", "", ""),
    ("github.com/duckdb/duckdb-go", "duckdb", _P, "", "", ""),
    ("github.com/duckdb/duckdb-go-bindings", "duckdb", _P, "", "", ""),
    ("github.com/tecbot/gorocksdb", "rocksdb", _D, "", "", ""),
    ("github.com/jmhodges/levigo", "leveldb", _D, "", "", ""),
    ("github.com/bmatsuo/lmdb-go", "lmdb", _B, "", "", ""),
    ("github.com/PowerDNS/lmdb-go", "lmdb", _B, "", "", ""),
    ("github.com/erigontech/mdbx-go", "mdbx", _B, "", "", ""),
    ("github.com/mattn/go-oci8", "clntsh", _D, "", "", "Oracle's client, under Oracle's terms"),
    ("github.com/ibmdb/go_ibm_db", "db2", _D, "", "", "IBM's driver, under IBM's terms"),
    ("github.com/alexbrainman/odbc", "odbc", _D, "", "", ""),
    ("github.com/taosdata/driver-go", "taos", _D, "", "", "its client is AGPL"),
    ("github.com/apple/foundationdb/bindings/go", "fdb_c", _D, "", "", ""),
    ("github.com/ibm-messaging/mq-golang", "mqm_r", _D, "", "", "IBM's client, under IBM's terms"),
    ("github.com/zeromq/goczmq", "czmq zmq sodium", _D, "", "", ""),
    ("github.com/giorgisio/goav", "avcodec avformat avutil swscale", _D, "", "", "GPL where FFmpeg has --enable-gpl"),
    (
        "github.com/asticode/go-astiav",
        "avcodec avformat avutil swscale",
        _D,
        "",
        "",
        "GPL where FFmpeg has --enable-gpl",
    ),
    ("github.com/3d0c/gmf", "avcodec avformat avutil swscale", _D, "", "", "GPL where FFmpeg has --enable-gpl"),
    ("github.com/gen2brain/go-fitz", "mupdf", _P, "", "", "MuPDF is AGPL, or under Artifex's commercial terms"),
    ("github.com/klippa-app/go-pdfium", "pdfium", _D, "", "", "or as WebAssembly"),
    ("github.com/otiai10/gosseract", "tesseract lept", _D, "", "", ""),
    ("github.com/strukturag/libheif", "heif", _D, "", "", "LGPL-3.0"),
    ("github.com/chai2010/webp", "webp", _B, "", "", ""),
    ("github.com/kolesa-team/go-webp", "webp", _D, "", "", ""),
    ("github.com/bep/golibsass", "sass", _B, "", "", ""),
    ("github.com/wellington/go-libsass", "sass", _B, "", "", ""),
    ("github.com/gordonklaus/portaudio", "portaudio", _D, "", "", ""),
    ("github.com/hajimehoshi/oto", "asound", _D, "", "linux", "an LGPL library"),
    ("github.com/ebitengine/oto", "asound", _D, "", "linux", "an LGPL library"),
    ("github.com/veandco/go-sdl2", "sdl2", _D, "", "", "the tag static takes archives that lie in the module"),
    ("github.com/go-gl/gl", "gl", _D, "", "", ""),
    ("fyne.io/fyne", "gl glfw", _D, "", "", ""),
    ("github.com/getlantern/systray", "gtk appindicator3-0.1", _D, "", "linux", "LGPL libraries"),
    ("github.com/wailsapp/wails", "gtk webkit2gtk-4.0", _D, "", "linux", "LGPL libraries"),
    ("github.com/webview/webview_go", "gtk webkit2gtk-4.0", _D, "", "linux", "LGPL libraries"),
    ("github.com/therecipe/qt", "qt5core", _D, "", "", "LGPL-3.0 or GPL, or Qt's commercial terms"),
    ("github.com/mappu/miqt", "qt5core qt6core", _D, "", "", "LGPL-3.0 or GPL, or Qt's commercial terms"),
    ("github.com/go-vgo/robotgo", "x11 xtst", _D, "", "linux", ""),
    ("github.com/robotn/gohook", "xkbcommon x11", _B, "", "linux", "libuiohook, which is LGPL or GPL, compiled in"),
    ("github.com/aquasecurity/libbpfgo", "bpf elf z", _D, "", "", ""),
    ("github.com/iovisor/gobpf", "bcc elf", _D, "", "", ""),
    ("github.com/gopacket/gopacket", "pcap", _D, "", "package pcap", ""),
    ("github.com/google/go-tspi", "tspi", _D, "", "", ""),
    ("github.com/opencontainers/runc", "seccomp", _D, "", "tag seccomp", "an LGPL library"),
    ("github.com/msteinert/pam", "pam", _D, "", "", ""),
    ("github.com/hashicorp/go-kms-wrapping", "pkcs11", _L, "", "package pkcs11", ""),
    ("github.com/ThalesIgnite/crypto11", "pkcs11", _L, "", "", "by miekg/pkcs11"),
    ("github.com/ThalesGroup/crypto11", "pkcs11", _L, "", "", "by miekg/pkcs11"),
    ("github.com/letsencrypt/pkcs11key", "pkcs11", _L, "", "", "by miekg/pkcs11"),
    ("github.com/golang-fips/openssl", "crypto", _L, "", "", "OpenSSL, loaded while it runs"),
    ("github.com/microsoft/go-crypto-openssl", "crypto", _L, "", "", "OpenSSL, loaded while it runs"),
    ("github.com/spacemonkeygo/openssl", "ssl crypto", _D, "", "", ""),
    ("github.com/libp2p/go-openssl", "ssl crypto", _D, "", "", ""),
    ("github.com/jamesruan/sodium", "sodium", _B, "", "", ""),
    ("github.com/GoKillers/libsodium-go", "sodium", _D, "", "", ""),
    ("github.com/supranational/blst", "blst", _B, "", "", ""),
    ("github.com/herumi/bls-eth-go-binary", "bls", _P, "", "", ""),
    ("github.com/ethereum/go-ethereum", "secp256k1", _B, "", "package crypto/secp256k1, cgo", "pure Go without cgo"),
    ("github.com/open-quantum-safe/liboqs-go", "oqs", _D, "", "", ""),
    ("github.com/google/boringssl", "boringssl", _B, "", "", ""),
    ("github.com/aarzilli/golua", "lua", _B, "", "", ""),
    ("github.com/go-python/cpy3", "python3", _D, "", "", ""),
    ("github.com/sbinet/go-python", "python3", _D, "", "", ""),
    ("github.com/flier/gohs", "hs", _D, "", "", ""),
    ("github.com/hillu/go-yara", "yara", _D, "", "", "the tag yara_static links it in"),
    ("github.com/VirusTotal/yara-x/go", "yara_x_capi", _S, "", "", ""),
    ("github.com/wasilibs/go-re2", "re2", _T, "", "", "as WebAssembly; the tag re2_cgo links it"),
    ("github.com/GRbit/go-pcre", "pcre", _D, "", "", ""),
    ("github.com/rakyll/magicmime", "magic", _D, "", "", ""),
    ("github.com/openvenues/gopostal", "postal", _D, "", "", ""),
    ("github.com/smacker/go-tree-sitter", "tree-sitter", _B, "", "", "grammars of many authors lie in it"),
    ("github.com/tensorflow/tensorflow/tensorflow/go", "tensorflow", _D, "", "", ""),
    ("github.com/yalue/onnxruntime_go", "onnxruntime", _L, "", "", ""),
    ("github.com/DataIntelligenceCrew/go-faiss", "faiss_c", _D, "", "", ""),
    ("github.com/go-skynet/go-llama.cpp", "llama", _B, "", "", ""),
    ("github.com/ollama/ollama", "llama", _B, "", "", ""),
    ("github.com/NVIDIA/go-dcgm", "dcgm", _L, "", "", ""),
    ("github.com/mumax/3/cuda", "cuda", _D, "", "", ""),
    ("gorgonia.org/cu", "cuda", _D, "", "", "NVIDIA's terms"),
    ("github.com/lukeroth/gdal", "gdal", _D, "", "", ""),
    ("github.com/airbusgeo/godal", "gdal", _D, "", "", ""),
    ("github.com/twpayne/go-geos", "geos_c", _D, "", "", "an LGPL library"),
    ("github.com/twpayne/go-proj", "proj", _D, "", "", ""),
    ("github.com/ncw/gmp", "gmp", _D, "", "", ""),
    ("github.com/zelenin/go-tdlib", "tdjson", _D, "", "", ""),
    ("github.com/neo4j-drivers/gobolt", "seabolt", _D, "", "", ""),
    ("github.com/ebitengine/purego", "", _L, "", "", "calls C libraries without cgo; whose, the caller says"),
    ("github.com/rainycape/dl", "", _L, "", "", "opens libraries whose names the caller gives"),
    ("github.com/ncruces/go-sqlite3", "sqlite3", _T, "", "", "SQLite as WebAssembly"),
    ("modernc.org/libc", "musl", _T, "", "", ""),
    ("modernc.org/tk9.0", "tk", _T, "", "", ""),
    ("github.com/cznic/sqlite", "sqlite3", _T, "", "", ""),
    ("maunium.net/go/mautrix", "olm", _D, "", "package crypto, without the tag goolm", ""),
    ("github.com/signalapp/ringrtc", "ringrtc", _P, "", "", ""),
    ("go.mau.fi/mautrix-signal", "signal_ffi", _S, "", "", "libsignal is AGPL"),
)

_WITHOUT_CGO = frozenset({
    "github.com/chdb-io/chdb-go", "github.com/DataDog/go-libddwaf", "github.com/ebitengine/purego",
})  # fmt: skip
_CRYPTO = frozenset({
    "github.com/mutecomm/go-sqlcipher", "github.com/confluentinc/confluent-kafka-go",
})  # fmt: skip
_MAJOR = re.compile(r"/v[0-9]+\Z")


def known_modules() -> tuple[KnownModule, ...]:
    """Return all rows, by path."""
    return tuple(row for path in sorted(_by_path()) for row in _by_path()[path])


def find_modules(path: str) -> tuple[KnownModule, ...]:
    """Return the rows of a module, whatever its major version; () for an unknown one."""
    table = _by_path()
    return table.get(path) or table.get(_MAJOR.sub("", path), ())


@cache
def _by_path() -> Mapping[str, tuple[KnownModule, ...]]:
    found: dict[str, list[KnownModule]] = {}
    for row in (*_rows(_MEASURED), *_rows(_TOLD)):
        found.setdefault(row.path, []).append(row)
    return {path: tuple(rows) for path, rows in found.items()}


def _rows(rows: Iterable[_Row]) -> Iterable[KnownModule]:
    for path, libraries, mode, version, conditions, remark in rows:
        yield KnownModule(
            path=path,
            libraries=tuple(libraries.split()),
            mode=mode,
            source=f"measured, {version}" if version else _U,
            conditions=conditions,
            remark=remark,
            is_crypto=path in _CRYPTO,
            without_cgo=path in _WITHOUT_CGO or mode is _T,
        )
