"""The table of native libraries: which licence each is under, whether it has cryptography of its own.

    >>> find_library("libvips.so.42").licence, find_library("-lz") is None, find_library("libzstd_linux_amd64.a").name
    ('LGPL-2.1-or-later', True, 'zstd')

Every row says where its licence was read. Rows whose source begins with "not verified" are from general knowledge: they
are shown as that, and a licence file that lies with the code goes before them. A library may change its licence between
versions; the table tells that of the newest release of its day unless a remark says more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from supplymatrix.model.value import value

__all__ = ["DATED", "KnownLibrary", "find_library", "known_libraries", "stem_of"]

DATED = date(2026, 11, 26)
"""The day on which the table was last gone through."""


@value
class KnownLibrary:
    """One library. name: as people call it. licence: SPDX expression, "LicenseRef-Proprietary" for terms of a supplier.

    aliases: what it is called on a linker's line, by pkg-config, and as a file, without "lib" and endings. is_system:
    it belongs to the operating system that programs run on. is_crypto: it has cryptography that programs call. source:
    where the licence was read. remark: what else is to be known of it.
    """

    name: str
    licence: str
    aliases: tuple[str, ...]
    source: str
    is_system: bool = False
    is_crypto: bool = False
    remark: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether the licence was read in a file of the library, or of a distribution of it."""
        return not self.source.startswith("not verified")


_D = "copyright file of Debian 12's "
_U = "not verified: known of the project"
_P = "LicenseRef-Proprietary"
_LGPL21 = "LGPL-2.1-or-later"

_SYSTEM: tuple[tuple[str, str, str, str], ...] = (
    # name, licence, aliases, source
    ("glibc", _LGPL21, "glibc c m pthread dl rt resolv nsl util anl", f"{_D}libc6"),
    ("musl", "MIT", "musl c.musl-x86_64 c.musl-aarch64", f"{_D}musl"),
    (
        "libstdc++",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        "stdc++ gcc_s gcc gomp atomic",
        f"{_D}libstdc++6",
    ),
    ("libquadmath", "LGPL-2.0-or-later", "quadmath", f"{_D}libquadmath0"),
    ("libc++", "Apache-2.0 WITH LLVM-exception", "c++ c++abi unwind", _U),
)

_WINDOWS = (
    "advapi32 avrt bcrypt cfgmgr32 combase comctl32 comdlg32 crypt32 cryptbase d2d1 d3d11 d3d12 d3d9 dbghelp ddraw "
    "dinput8 dnsapi dsound dwmapi dwrite dxgi dxguid gdi32 gdiplus glu32 hid httpapi imm32 iphlpapi kernel32 "
    "kernelbase mf mfplat mingw32 mingwex mpr msimg32 msvcrt mswsock ncrypt netapi32 newdev ntdll ntoskrnl "
    "ole32 oleacc oleaut32 opengl32 pdh powrprof profapi propsys psapi rpcrt4 sechost secur32 sensapi setupapi shcore "
    "shell32 shlwapi strmiids sspicli tdh ucrtbase urlmon user32 userenv uuid uxtheme vcruntime140 version virtdisk "
    "wevtapi windowsapp winhttp wininet winmm winscard winspool winspool.drv wintrust wlanapi wldap32 ws2_32 "
    "wtsapi32 xinput1_4 computecore computestorage computenetwork fwpuclnt wer ktmw32 dxva2 msacm32 avifil32 "
    "clbcatq normaliz sxs werapi apphelp ntmarta bcryptprimitives rstrtmgr ifxcore vmcompute"
)
_OTHER_SYSTEMS = (
    "system objc system.b perfstat proc kstat sendfile kvm elf_bsd devstat geom procstat c_r socket odm cfg"
)
"""Parts of macOS, AIX, Solaris and the BSDs."""
_WINDOWS_ROW, _OTHERS = "Windows", "operating system"
_LINUX = ("linux", "android")

_ROWS: tuple[tuple[str, str, str, str], ...] = (
    # compression
    ("zlib", "Zlib", "z zlib zlibwapi", f"{_D}zlib1g"),
    ("zstd", "BSD-3-Clause OR GPL-2.0-only", "zstd", f"{_D}libzstd1, and LICENSE and COPYING in valyala/gozstd"),
    ("lz4", "BSD-2-Clause", "lz4", f"{_D}liblz4-1"),
    ("bzip2", "bzip2-1.0.6", "bz2 bzip2", f"{_D}libbz2-1.0"),
    ("xz", "0BSD", "lzma xz", f"{_U} (public domain before 5.6)"),
    ("snappy", "BSD-3-Clause", "snappy", _U),
    ("brotli", "MIT", "brotlienc brotlidec brotlicommon brotli", f"{_D}libbrotli1"),
    ("libarchive", "BSD-2-Clause", "archive", f"{_D}libarchive13"),
    ("libdeflate", "MIT", "deflate", _U),
    # data bases and stores
    ("sqlite", "blessing", "sqlite3 sqlite", f"{_D}libsqlite3-0, and the sources in mattn/go-sqlite3"),
    ("SQLCipher", "BSD-3-Clause", "sqlcipher", "its LICENSE.md"),
    ("RocksDB", "Apache-2.0 OR GPL-2.0-only", "rocksdb", f"{_U}; a choice by its LICENSE.Apache and COPYING"),
    ("LevelDB", "BSD-3-Clause", "leveldb", _U),
    ("LMDB", "OLDAP-2.8", "lmdb", _U),
    ("Berkeley DB", "AGPL-3.0-only", "db db-6 db_cxx", f"{_U} since 6.0"),
    ("Berkeley DB 5", "Sleepycat", "db-5.3 db5.3 db-4.8", f"{_D}libdb5.3"),
    ("gdbm", "GPL-3.0-or-later", "gdbm", f"{_D}libgdbm6"),
    ("DuckDB", "MIT", "duckdb duckdb_static duckdb_bundle", "its LICENSE"),
    ("chDB", "Apache-2.0", "chdb", _U),
    ("libpq", "PostgreSQL", "pq", f"{_D}libpq5"),
    ("MySQL client", "GPL-2.0-only", "mysqlclient", f"{_U}; with Oracle's exception for free software"),
    ("MariaDB Connector/C", _LGPL21, "mariadb mariadbclient", "its README"),
    ("unixODBC", _LGPL21, "odbc odbcinst", _U),
    ("FreeTDS", "LGPL-2.0-or-later", "sybdb ct tdsodbc", _U),
    ("Oracle Client", _P, "clntsh oci ociei nnz19 clntshcore", "not verified: Oracle's terms for Instant Client"),
    ("ODPI-C", "UPL-1.0 OR Apache-2.0", "odpi odpic", "its README"),
    ("IBM Db2 CLI driver", _P, "db2 db2cli db2app", "not verified: IBM's terms"),
    ("SAP HANA client", _P, "dbcapihdb sapnwrfc sapucum", "not verified: SAP's terms"),
    ("TDLib", "BSL-1.0", "tdjson tdjson_static tdclient", _U),
    ("TDengine client", "AGPL-3.0-only", "taos", _U),
    ("FoundationDB client", "Apache-2.0", "fdb_c", _U),
    ("Aerospike client", "Apache-2.0", "aerospike", _U),
    ("HDF5", "HDF5", "hdf5 hdf5_hl", _U),
    # messages
    ("librdkafka", "BSD-2-Clause", "rdkafka rdkafka++", _U),
    ("ZeroMQ", "MPL-2.0", "zmq zeromq", f"{_U} since 4.3.5; LGPL-3.0-or-later with an exception before, by its README"),
    ("CZMQ", "MPL-2.0", "czmq", _U),
    ("nanomsg", "MIT", "nanomsg nng", _U),
    ("Pulsar client", "Apache-2.0", "pulsar", _U),
    ("Solace C API", _P, "solclient", "not verified: Solace's terms"),
    ("IBM MQ client", _P, "mqm_r mqm mqic_r", "not verified: IBM's terms"),
    # images, sound, video
    ("libvips", _LGPL21, "vips vips-cpp", f"{_U}; its README and LICENSE say LGPL 2.1+"),
    ("ImageMagick", "ImageMagick", "magickwand magickcore magickwand-7.q16hdri magickwand-6.q16 magick++", _U),
    ("GraphicsMagick", "MIT", "graphicsmagick graphicsmagickwand", _U),
    ("OpenCV", "Apache-2.0", "opencv opencv4", f"{_U} since 4.5; BSD-3-Clause before"),
    ("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "jpeg turbojpeg jpeg-turbo", _U),
    ("libpng", "libpng-2.0", "png png16", _U),
    ("libwebp", "BSD-3-Clause", "webp webpdemux webpmux sharpyuv", _U),
    ("libtiff", "libtiff", "tiff", _U),
    ("OpenJPEG", "BSD-2-Clause", "openjp2 openjpeg", _U),
    ("libheif", "LGPL-3.0-or-later", "heif", f"{_U}; its COPYING"),
    ("libde265", "LGPL-3.0-or-later", "de265", _U),
    ("x264", "GPL-2.0-or-later", "x264", "LICENSE.md of FFmpeg, which names it as GPL"),
    ("x265", "GPL-2.0-or-later", "x265", "LICENSE.md of FFmpeg, which names it as GPL"),
    ("libaom", "BSD-2-Clause", "aom", _U),
    ("dav1d", "BSD-2-Clause", "dav1d", _U),
    ("libvpx", "BSD-3-Clause", "vpx", _U),
    (
        "FFmpeg",
        _LGPL21,
        "avcodec avformat avutil avdevice avfilter swscale swresample",
        "its LICENSE.md: GPL-2.0-or-later when it was configured with --enable-gpl",
    ),
    ("libpostproc", "GPL-2.0-or-later", "postproc", "LICENSE.md of FFmpeg"),
    ("GStreamer", _LGPL21, "gstreamer gstreamer-1.0 gstapp-1.0 gstbase-1.0 gstreamer-app-1.0", _U),
    ("libsndfile", _LGPL21, "sndfile", _U),
    ("PortAudio", "MIT", "portaudio portaudio-2.0", _U),
    ("ALSA library", _LGPL21, "asound alsa", f"{_D}libasound2"),
    ("PulseAudio client", _LGPL21, "pulse pulse-simple", _U),
    ("mpv", "GPL-2.0-or-later", "mpv", _U),
    ("libVLC", _LGPL21, "vlc vlccore", _U),
    ("LAME", "LGPL-2.0-or-later", "mp3lame", _U),
    ("mpg123", "LGPL-2.1-only", "mpg123 out123", _U),
    ("Opus", "BSD-3-Clause", "opus opusfile", _U),
    ("Tesseract", "Apache-2.0", "tesseract tess", _U),
    ("Leptonica", "Leptonica", "lept leptonica", _U),
    ("Poppler", "GPL-2.0-or-later", "poppler poppler-glib poppler-cpp", _U),
    ("MuPDF", "AGPL-3.0-or-later", "mupdf mupdf-third mupdfthird", f"{_U}; or Artifex's commercial terms"),
    ("PDFium", "BSD-3-Clause", "pdfium", _U),
    ("Ghostscript", "AGPL-3.0-or-later", "gs gsdll64", f"{_U}; or Artifex's commercial terms"),
    ("zbar", "LGPL-2.1-or-later", "zbar", _U),
    ("libsass", "MIT", "sass", _U),
    ("FreeType", "FTL OR GPL-2.0-or-later", "freetype freetype2", _U),
    ("HarfBuzz", "MIT", "harfbuzz", _U),
    # windows and graphics
    ("GLib", _LGPL21, "glib glib-2.0 gobject-2.0 gio-2.0 gmodule-2.0 gthread-2.0 gio-unix-2.0", f"{_D}libglib2.0-0"),
    ("GTK", "LGPL-2.0-or-later", "gtk gtk+-3.0 gtk+-2.0 gtk4 gdk-3.0 gtk-3 gdk-3", f"{_D}libgtk-3-0"),
    ("gdk-pixbuf", _LGPL21, "gdk-pixbuf-2.0 gdk_pixbuf-2.0", _U),
    ("Pango", "LGPL-2.0-or-later", "pango pangocairo pango-1.0 pangocairo-1.0", f"{_D}libpango-1.0-0"),
    ("cairo", "LGPL-2.1-only OR MPL-1.1", "cairo cairo-gobject", f"{_D}libcairo2"),
    ("ATK", "LGPL-2.0-or-later", "atk atk-1.0", _U),
    ("WebKitGTK", "LGPL-2.1-or-later AND BSD-2-Clause", "webkit2gtk-4.0 webkit2gtk-4.1 webkitgtk-6.0 webkit2gtk", _U),
    (
        "libappindicator",
        "LGPL-2.1-only OR LGPL-3.0-only",
        "appindicator3-0.1 ayatana-appindicator3-0.1 appindicator",
        _U,
    ),
    ("Qt", "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", "qt5core qt5widgets qt5gui qt6core qt6widgets qt6gui", _U),
    ("SDL", "Zlib", "sdl2 sdl2_image sdl2_mixer sdl2_ttf sdl sdl3", _U),
    ("GLFW", "Zlib", "glfw glfw3", "LICENSE.md in go-gl/glfw"),
    ("Mesa and OpenGL", "MIT", "gl egl glesv1 glesv1_cm glesv2 glesv3 glu glx opengl gbm osmesa", f"{_D}libgl1"),
    ("Vulkan loader", "Apache-2.0", "vulkan vulkan-1", _U),
    (
        "X11 libraries",
        "MIT",
        "x11 x11-xcb xcb xcursor xi xinerama xrandr xxf86vm xext xtst xss xfixes xt xkbfile xdamage xcomposite",
        f"{_D}libx11-6",
    ),
    ("Wayland", "MIT", "wayland-client wayland-cursor wayland-egl wayland-server", _U),
    ("xkbcommon", "MIT", "xkbcommon xkbcommon-x11", _U),
    # systems
    ("libseccomp", "LGPL-2.1-only", "seccomp", f"{_D}libseccomp2"),
    ("libsystemd", _LGPL21, "systemd systemd-journal", f"{_D}libsystemd0, and LICENSES/README.md of systemd"),
    ("libudev", _LGPL21, "udev gudev-1.0", f"{_D}libudev1"),
    ("libusb", _LGPL21, "usb usb-1.0", "the sources in karalabe/hid"),
    (
        "HIDAPI",
        "GPL-3.0-only OR BSD-3-Clause OR HIDAPI",
        "hidapi hidapi-libusb hidapi-hidraw",
        "karalabe/hid, LICENSE.txt",
    ),
    ("libpcap", "BSD-3-Clause", "pcap", _U),
    ("Npcap", _P, "packet wpcap npcap", "not verified: Nmap's terms for Npcap"),
    ("PF_RING", "LGPL-2.1-only", "pfring", _U),
    ("libbpf", "LGPL-2.1-only OR BSD-2-Clause", "bpf", "its LICENSE"),
    ("bcc", "Apache-2.0", "bcc", _U),
    ("elfutils", "LGPL-3.0-or-later OR GPL-2.0-or-later", "elf dw", f"{_D}libelf1"),
    ("libcap", "BSD-3-Clause OR GPL-2.0-only", "cap psx", f"{_D}libcap2"),
    ("libselinux", "libselinux-1.0", "selinux", f"{_D}libselinux1"),
    ("libapparmor", _LGPL21, "apparmor", f"{_D}libapparmor1"),
    ("Linux-PAM", "BSD-3-Clause OR GPL-2.0-or-later", "pam pam_misc", f"{_D}libpam0g"),
    ("device-mapper", "LGPL-2.1-only", "devmapper lvm2cmd", f"{_D}libdevmapper1.02.1"),
    ("libuuid", "BSD-3-Clause", "uuid", f"{_D}libuuid1"),
    ("libblkid", _LGPL21, "blkid mount fdisk smartcols", f"{_D}libblkid1"),
    ("btrfs-progs", "LGPL-2.1-or-later", "btrfsutil btrfs", _U),
    ("ZFS", "CDDL-1.0", "zfs zpool nvpair zfs_core", _U),
    ("libfuse", "LGPL-2.1-only", "fuse fuse3", "its LICENSE, for include/ and lib/"),
    ("libvirt", _LGPL21, "virt virt-qemu virt-lxc", "its README"),
    ("LXC", _LGPL21, "lxc", _U),
    ("Ceph clients", "LGPL-2.1-only OR LGPL-3.0-only", "rados rbd cephfs", "COPYING of ceph, LGPL 2.1 in older ones"),
    ("GlusterFS client", "LGPL-3.0-or-later OR GPL-2.0-only", "gfapi", _U),
    ("libnfs", _LGPL21, "nfs", _U),
    ("libiscsi", _LGPL21, "iscsi", _U),
    ("Samba client", "GPL-3.0-or-later", "smbclient", _U),
    ("ncurses", "X11", "ncurses ncursesw tinfo panel", f"{_D}libncursesw6"),
    ("readline", "GPL-3.0-or-later", "readline history", f"{_D}libreadline8"),
    ("libedit", "BSD-3-Clause", "edit", _U),
    ("libnl", "LGPL-2.1-only", "nl-3 nl-genl-3 nl-route-3", _U),
    ("nftables", "GPL-2.0-only", "nftables", _U),
    ("libnftnl", "GPL-2.0-or-later", "nftnl", _U),
    ("libmnl", _LGPL21, "mnl", _U),
    ("libnetfilter_queue", "GPL-2.0-only", "netfilter_queue netfilter_log netfilter_conntrack nfnetlink", _U),
    ("libiptc", "GPL-2.0-or-later", "ip4tc ip6tc xtables iptc", _U),
    ("libnuma", "LGPL-2.1-only", "numa", _U),
    ("hwloc", "BSD-3-Clause", "hwloc", _U),
    ("DPDK", "BSD-3-Clause", "dpdk rte_eal", _U),
    ("SPDK", "BSD-3-Clause", "spdk", _U),
    ("libibverbs", "GPL-2.0-only OR Linux-OpenIB", "ibverbs rdmacm", _U),
    ("avahi", _LGPL21, "avahi-client avahi-common", _U),
    ("D-Bus", "AFL-2.1 OR GPL-2.0-or-later", "dbus dbus-1", _U),
    ("libnotify", _LGPL21, "notify", _U),
    ("libsecret", _LGPL21, "secret-1", _U),
    ("PC/SC lite", "BSD-3-Clause", "pcsclite", _U),
    ("libi2c", _LGPL21, "i2c", _U),
    ("libgpiod", _LGPL21, "gpiod", _U),
    ("pigpio", "Unlicense", "pigpio pigpiod_if2", _U),
    # texts and languages
    ("ICU", "Unicode-3.0", "icu icuuc icui18n icudata icu-uc icu-i18n icuio", _U),
    ("libxml2", "MIT", "xml2 libxml-2.0 xml-2.0", f"{_D}libxml2"),
    ("libxslt", "MIT", "xslt exslt", _U),
    ("Oniguruma", "BSD-2-Clause", "onig", f"{_D}libonig5"),
    ("PCRE", "BSD-3-Clause", "pcre pcre2-8 pcre2", f"{_D}libpcre2-8-0"),
    ("RE2", "BSD-3-Clause", "re2 cre2", _U),
    ("Hyperscan", "BSD-3-Clause", "hs hs_runtime vectorscan", _U),
    ("YARA", "BSD-3-Clause", "yara", _U),
    ("libmagic", "BSD-2-Clause", "magic", f"{_D}libmagic1"),
    ("hunspell", "LGPL-2.1-or-later OR GPL-2.0-or-later OR MPL-1.1", "hunspell hunspell-1.7", _U),
    ("aspell", "LGPL-2.1-only", "aspell", _U),
    ("MeCab", "GPL-2.0-only OR LGPL-2.1-only OR BSD-3-Clause", "mecab", _U),
    ("libpostal", "MIT", "postal", _U),
    ("tree-sitter", "MIT", "tree-sitter", "LICENSE in tree-sitter/go-tree-sitter"),
    ("Lua", "MIT", "lua lua5.1 lua5.3 lua5.4 luajit luajit-5.1", _U),
    ("CPython", "PSF-2.0", "python3 python3.11 python3.12 python-3 python3-embed", _U),
    ("Ruby", "Ruby OR BSD-2-Clause", "ruby", _U),
    ("V8", "BSD-3-Clause", "v8 v8_monolith", _U),
    ("QuickJS", "MIT", "quickjs", _U),
    ("Wasmtime", "Apache-2.0 WITH LLVM-exception", "wasmtime", _U),
    ("Wasmer", "MIT", "wasmer", _U),
    ("WasmEdge", "Apache-2.0", "wasmedge", _U),
    ("LLVM", "Apache-2.0 WITH LLVM-exception", "llvm clang", _U),
    ("jq", "MIT", "jq", _U),
    ("libyaml", "MIT", "yaml", _U),
    ("Protocol Buffers", "BSD-3-Clause", "protobuf protobuf-lite", _U),
    ("jemalloc", "BSD-2-Clause", "jemalloc", _U),
    ("mimalloc", "MIT", "mimalloc", _U),
    # numbers and models
    ("OpenBLAS", "BSD-3-Clause", "openblas blas cblas", _U),
    ("LAPACK", "BSD-3-Clause", "lapack lapacke", _U),
    ("Intel MKL", _P, "mkl_rt mkl_core mkl_intel_lp64", "not verified: Intel's terms"),
    ("FFTW", "GPL-2.0-or-later", "fftw3 fftw3f", f"{_U}; or MIT's commercial terms"),
    ("GSL", "GPL-3.0-or-later", "gsl gslcblas", _U),
    ("GMP", "LGPL-3.0-or-later OR GPL-2.0-or-later", "gmp gmpxx", f"{_D}libgmp10"),
    ("MPFR", "LGPL-3.0-or-later", "mpfr", _U),
    ("GLPK", "GPL-3.0-or-later", "glpk", _U),
    ("GEOS", "LGPL-2.1-only", "geos geos_c", _U),
    ("PROJ", "MIT", "proj", _U),
    ("GDAL", "MIT", "gdal", _U),
    ("TensorFlow", "Apache-2.0", "tensorflow tensorflow_framework tensorflowlite_c", _U),
    ("ONNX Runtime", "MIT", "onnxruntime", _U),
    ("PyTorch", "BSD-3-Clause", "torch torch_cpu c10", _U),
    ("llama.cpp", "MIT", "llama ggml ggml-base ggml-cpu whisper binding", _U),
    ("Faiss", "MIT", "faiss faiss_c", _U),
    (
        "CUDA",
        _P,
        "cuda cudart cublas cublaslt cudnn curand cusparse cufft nvrtc nvcuda",
        "not verified: NVIDIA's terms",
    ),
    ("NVML", _P, "nvidia-ml nvml", "not verified: NVIDIA's terms"),
    ("NVIDIA DCGM", "Apache-2.0", "dcgm", _U),
    ("ROCm SMI", "NCSA", "rocm_smi64 amd_smi", _U),
    ("OpenCL loader", "Apache-2.0", "opencl", _U),
    ("Datadog WAF", "Apache-2.0 OR BSD-3-Clause", "ddwaf", f"{_U}"),
    # network
    ("libcurl", "curl", "curl", f"{_D}libcurl4"),
    ("libssh2", "BSD-3-Clause", "ssh2", f"{_D}libssh2-1"),
    ("nghttp2", "MIT", "nghttp2", f"{_D}libnghttp2-14"),
    ("libuv", "MIT", "uv", _U),
    ("libevent", "BSD-3-Clause", "event event_core", _U),
    ("libmodbus", _LGPL21, "modbus", _U),
    ("Net-SNMP", "BSD-3-Clause", "netsnmp", _U),
    ("OpenLDAP", "OLDAP-2.8", "ldap lber ldap_r", f"{_D}libldap-2.5-0"),
    ("unbound", "BSD-3-Clause", "unbound", _U),
    ("libgit2", "GPL-2.0-only WITH GCC-exception-2.0", "git2", "its COPYING, whose exception has the words of GCC's"),
    ("libsvn", "Apache-2.0", "svn_client-1 svn_subr-1", _U),
    ("SAP NetWeaver RFC", _P, "sapnwrfc", "not verified: SAP's terms"),
)

_CRYPTO_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("OpenSSL", "Apache-2.0", "ssl crypto openssl ssleay32 libeay32", f"{_D}libssl3; OpenSSL AND SSLeay before 3.0"),
    ("BoringSSL", "OpenSSL AND ISC", "boringssl boringcrypto", f"{_U}; Apache-2.0 since 2025"),
    ("LibreSSL", "OpenSSL AND ISC", "libressl tls", _U),
    ("GnuTLS", _LGPL21, "gnutls", f"{_D}libgnutls30"),
    ("Libgcrypt", _LGPL21, "gcrypt", f"{_D}libgcrypt20"),
    ("GPGME", _LGPL21, "gpgme", _U),
    ("libgpg-error", _LGPL21, "gpg-error assuan", _U),
    ("Nettle", "LGPL-3.0-or-later OR GPL-2.0-or-later", "nettle hogweed", f"{_D}libnettle8"),
    ("libsodium", "ISC", "sodium", "its LICENSE"),
    ("Mbed TLS", "Apache-2.0 OR GPL-2.0-or-later", "mbedtls mbedcrypto mbedx509", _U),
    ("wolfSSL", "GPL-3.0-only", "wolfssl", "its LICENSING; or wolfSSL's commercial terms"),
    ("NSS", "MPL-2.0", "nss3 nss nspr4 smime3", _U),
    ("Botan", "BSD-2-Clause", "botan botan-2 botan-3", _U),
    ("libtomcrypt", "Unlicense", "tomcrypt", "the sources in mutecomm/go-sqlcipher"),
    ("libsecp256k1", "MIT", "secp256k1", "its COPYING"),
    ("blst", "Apache-2.0", "blst", _U),
    ("BLS (mcl)", "BSD-3-Clause", "bls bls384_256 mcl mclbn384_256", _U),
    ("liboqs", "MIT", "oqs", _U),
    ("libargon2", "CC0-1.0 OR Apache-2.0", "argon2", _U),
    ("libcrypt", _LGPL21, "crypt xcrypt", _U),
    ("p11-kit", "BSD-3-Clause", "p11-kit p11-kit-1", f"{_D}libp11-kit0"),
    ("PKCS #11 module", _P, "softhsm2_ pkcs11 cknfast cs_pkcs11 eTPkcs11", "not verified: terms of the HSM's maker"),
    ("SoftHSM", "BSD-2-Clause", "softhsm softhsm2", _U),
    ("libssh", _LGPL21, "ssh", _U),
    ("MIT Kerberos", "MIT", "krb5 gssapi_krb5 k5crypto gssapi mit-krb5 mit-krb5-gssapi com_err", f"{_D}libkrb5-3"),
    ("Cyrus SASL", "BSD-3-Clause-Attribution", "sasl2", f"{_D}libsasl2-2"),
    ("libolm", "Apache-2.0", "olm", _U),
    ("libsignal", "AGPL-3.0-only", "signal_ffi libsignal", _U),
    ("TPM2-TSS", "BSD-2-Clause", "tss2-esys tss2-sys tss2-mu tss2-tctildr", _U),
    ("GmSSL", "Apache-2.0", "gmssl", _U),
    ("Tongsuo", "Apache-2.0", "tongsuo", _U),
    ("CryptoPro CSP", _P, "capi10 capi20 cprocsp", "not verified: terms of CryptoPro"),
)

_PLACE = re.compile(
    r"[-_.](?:linux|darwin|windows|freebsd|netbsd|openbsd|illumos|solaris|macos|osx|android|ios|musl|glibc|gnu|mingw"
    r"|amd64|x86[-_]64|x86|x64|386|i386|i686|arm64|aarch64|arm(?:v?[567].*)?|riscv64|ppc64(?:le)?|s390x|loong64|universal"
    r"|static|shared|vendor|combined|release)(?=[-_.]|$)"
)
_ENDING = re.compile(
    r"\.(?:so(?:\.[0-9][0-9.]*)?|a|dylib|tbd|dll|lib|o|obj|syso|framework|bundle|node)(?:\.(?:gz|zst|xz|bz2))?\Z"
)
_NUMBER = re.compile(r"[-_.][0-9][0-9.]*\Z")
_FAMILIES = ("opencv_", "boost_", "qt5", "qt6", "rte_", "gst", "absl_")
_FAMILY_OF: Mapping[str, str] = {"opencv_": "opencv", "qt5": "qt5core", "qt6": "qt6core", "rte_": "dpdk"}


def known_libraries() -> tuple[KnownLibrary, ...]:
    """Return the rows of the table, by name."""
    return tuple(sorted({row.name: row for row in _by_alias().values()}.values(), key=lambda row: row.name.lower()))


def find_library(name: str, goos: str = "") -> KnownLibrary | None:
    """Return the row of a library by its name for the linker, for pkg-config, or as a file; None for no row. goos: of
    the build, "" = any: what is part of another system is then not meant, "-luuid" on Linux is no part of Windows."""
    return _find(name, _of_goos(name, goos))


def _of_goos(name: str, goos: str) -> Mapping[str, KnownLibrary]:
    """Return the table as a system has it. The ending of a file tells the system, too."""
    ending = _file_of(name).rpartition(".")[2]
    goos = {"dll": "windows", "dylib": "darwin", "tbd": "darwin", "drv": "windows"}.get(ending, goos)
    return (
        _by_alias() if not goos else _of_system("windows" if goos == "windows" else "" if goos in _LINUX else "other")
    )


@cache
def _of_system(kind: str) -> Mapping[str, KnownLibrary]:
    others = {"windows": _OTHERS, "other": _WINDOWS_ROW, "": ""}[kind]
    skipped = {_WINDOWS_ROW, _OTHERS} if not kind else {others}
    found = {word: row for word, row in _by_alias().items() if row.name not in skipped}
    rows = {row.name: row for row in _by_alias().values() if row.name in {_WINDOWS_ROW, _OTHERS} - skipped}
    return {**found, **{word: row for row in rows.values() for word in row.aliases}}


def _find(name: str, table: Mapping[str, KnownLibrary]) -> KnownLibrary | None:
    whole = _ENDING.sub("", _file_of(name)).removeprefix("lib")
    stem = stem_of(name)
    plain = stem.removeprefix("lib")
    for word in dict.fromkeys((whole, stem, plain, _NUMBER.sub("", plain))):
        found = table.get(word)
        if found is not None:
            return found
    family = next((family for family in _FAMILIES if plain.startswith(family)), "")
    return table.get(_FAMILY_OF.get(family, ""))


def stem_of(name: str) -> str:
    """Return what a library is called, without folder, ending, and the platform that a file's name tells.

    >>> stem_of("lib/librdkafka_glibc_linux_amd64.a"), stem_of("libsystemd.so.0"), stem_of("KERNEL32.dll")
    ('librdkafka', 'libsystemd', 'kernel32')
    """
    word = _ENDING.sub("", _file_of(name))
    while True:
        shorter = _PLACE.sub("", word)
        if shorter == word:
            return word
        word = shorter


def _file_of(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].lower()


@cache
def _by_alias() -> Mapping[str, KnownLibrary]:
    found: dict[str, KnownLibrary] = {}
    for rows, is_system, is_crypto in ((_SYSTEM, True, False), (_CRYPTO_ROWS, False, True), (_ROWS, False, False)):
        for name, licence, aliases, source in rows:
            words = tuple(aliases.lower().split())
            row = KnownLibrary(
                name=name, licence=licence, aliases=words, source=source, is_system=is_system, is_crypto=is_crypto
            )
            for word in words:
                found.setdefault(word, row)
    for name, aliases in ((_WINDOWS_ROW, _WINDOWS), (_OTHERS, _OTHER_SYSTEMS)):
        words = tuple(aliases.split())
        row = KnownLibrary(name=name, licence=_P, aliases=words, source="part of the system", is_system=True)
        for word in words:
            found.setdefault(word, row)
    return found
