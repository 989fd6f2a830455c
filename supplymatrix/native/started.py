"""Programs that Go code starts by their names, where they are known: each is a process of its own.

Only a name that stands in the call counts, `exec.Command("git", …)`; what a variable holds nobody sees here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import LinkMode, NativeCode, NativeProof
from supplymatrix.native.libraries import DATED
from supplymatrix.native.loading import Started
from supplymatrix.native.positions import position_of

__all__ = ["started_facts"]

_PROGRAMS: Mapping[str, str] = MappingProxyType({
    "bash": "GPL-3.0-or-later", "blender": "GPL-3.0-or-later", "busybox": "GPL-2.0-only", "btrfs": "GPL-2.0-only",
    "clamscan": "GPL-2.0-only", "convert": "ImageMagick", "cryptsetup": "GPL-2.0-or-later",
    "exiftool": "GPL-1.0-or-later OR Artistic-1.0-Perl", "ffmpeg": "LGPL-2.1-or-later", "ffprobe": "LGPL-2.1-or-later",
    "gcc": "GPL-3.0-or-later WITH GCC-exception-3.1", "gdb": "GPL-3.0-or-later", "git": "GPL-2.0-only",
    "gpg": "GPL-3.0-or-later", "gpg2": "GPL-3.0-or-later", "gs": "AGPL-3.0-or-later",
    "hg": "GPL-2.0-or-later", "inkscape": "GPL-3.0-or-later", "iptables": "GPL-2.0-or-later", "ip": "GPL-2.0-or-later",
    "libreoffice": "MPL-2.0", "lvm": "GPL-2.0-only", "magick": "ImageMagick", "mariadb-dump": "GPL-2.0-only",
    "mkfs.ext4": "GPL-2.0-only", "mksquashfs": "GPL-2.0-or-later", "mutool": "AGPL-3.0-or-later",
    "mysqldump": "GPL-2.0-only", "nft": "GPL-2.0-only", "pandoc": "GPL-2.0-or-later", "pdfimages": "GPL-2.0-or-later",
    "pdftk": "GPL-2.0-or-later", "pdftoppm": "GPL-2.0-or-later", "pdftotext": "GPL-2.0-or-later",
    "qemu-img": "GPL-2.0-only", "qemu-system-x86_64": "GPL-2.0-only", "rpm": "GPL-2.0-or-later",
    "rsync": "GPL-3.0-or-later", "smartctl": "GPL-2.0-or-later", "soffice": "MPL-2.0", "sox": "GPL-2.0-or-later",
    "svn": "Apache-2.0", "tesseract": "Apache-2.0", "unsquashfs": "GPL-2.0-or-later", "virsh": "LGPL-2.1-or-later",
    "wkhtmltopdf": "LGPL-3.0-only", "x264": "GPL-2.0-or-later", "xfs_admin": "GPL-2.0-only", "xmrig": "GPL-3.0-only",
    "youtube-dl": "Unlicense", "yt-dlp": "Unlicense", "zfs": "CDDL-1.0", "zpool": "CDDL-1.0",
})  # fmt: skip
"""Program → its licence, from general knowledge: not verified."""


def started_facts(
    subject: ModuleVersion, package: str, file: str, started: Sequence[Started], location: Location
) -> Iterator[NativeCode]:
    """Yield the known programs that a file starts. file: in the module; location: in the project."""
    for one in started:
        licence = _PROGRAMS.get(one.name, "")
        if licence:
            yield NativeCode(
                subject=subject,
                library=one.name,
                mode=LinkMode.PROCESS,
                proof=NativeProof.SOURCE,
                position=position_of(licence, LinkMode.PROCESS),
                location=location,
                licence=licence,
                licence_from=f"table of {DATED.isoformat()}: not verified",
                files=(f"{file}:{one.line}",),
                count=1,
                packages=(package,),
            )
