"""The main job in half a minute: offline, on recorded answers of the real log, without Go or a terminal.

1. 168 go.sum lines of a real project are proven.
2. A small service is held against its own policy.
3. One hash of its go.sum is changed: the alarm, the proof chain, and what `go mod verify` says to it.
4. The proofs are written beside go.sum; a machine that has never seen the log needs nothing else, and a change in them
   is caught.
5. Support paths for Go: what a project needs, the vendors beside what it has today, who drops out and why, a claim
   refuted with its sources, and the two clocks of a fix.
6. The terminal app, as a picture of text: the proof chain of a module whose hash was changed.
7. A team's policy, built on the organisation's: an exception with an owner and an end, and every report of the gate in
   one run, the page for auditors among them.
8. The bill of materials of the service: licences from the texts, hashes of the zips, modules proven in the log; held
   against its schema, and then every statement in it against log, zip and project, before and after one is changed.
9. What lies on the disk: a module cache forged so that `go mod verify` finds nothing, a vendor/ with one byte changed
   and one file added, and a compiled program whose module is proven, before and after its record of it is changed;
   and a build that is refused because of the first.
10. One binary, two logs: who built the program of part 9, by its signature and provenance, and of what, by the log of
   modules; the same after one byte of it was changed; and a real attestation of the public log, judged by two engines.
11. What go.sum does not say: known vulnerabilities of a stripped program down to the function, with a company's own
   database, and what clears them; MD5 in a program that claims FIPS 140-3; which private names a build tells to whom.
"""

from __future__ import annotations

import lzma
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from runpy import run_path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "demo"
REPORTS = ("report.json", "report.sarif")
MUX = "github.com/gorilla/mux"
FAILS = "github.com/stretchr/testify@v1.8.4"  # in the project that `make tui` opens
COMPARED_ON = "2026-11-25"  # the day on which the vendor profiles were reviewed: evidence ages


def say(text: str = "") -> None:
    """Print a line at once, so that it stands before what the next program prints."""
    print(text, flush=True)


def environment(scratch: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine's own Go has a say."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    return keep | {
        "GOENV": "off",
        "GOMODCACHE": str(scratch / "modcache"),
        "GOFLAGS": "-modcacherw",
        "GOPROXY": (HERE / "mux-service" / "proxy").as_uri(),
        "GOTOOLCHAIN": "local",
        "SUPPLYMATRIX_CACHE_DIR": str(scratch / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(scratch / "state"),
        "NO_COLOR": "1",
    }


def run(environ: dict[str, str], *arguments: str, cwd: Path = HERE, most: int = 60, since: str = "") -> int:
    """Show a command as it would be typed, run it, show at most `most` lines of it; return its exit code.

    since: what the first line that is shown begins with, "" = all from the first one on.
    """
    say(f"$ supplymatrix {shlex.join(arguments)}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "supplymatrix", *arguments],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = (done.stdout + done.stderr).rstrip("\n").split("\n")
    begin = next((number for number, line in enumerate(lines) if line.startswith(since)), 0)
    if begin:
        say(f"  … {begin} lines before")
        lines = lines[begin:]
    for line in lines[:most]:
        say(f"  {line}")
    if len(lines) > most:
        say(f"  … {len(lines) - most} lines more")
    say(f"  → exit {done.returncode}, {cpu:.2f} s of CPU in all")
    say()
    return done.returncode


def tamper(folder: Path) -> None:
    """Change one character in the hash of the module's files."""
    path = folder / "go.sum"
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{MUX} v1.8.0 h1:"))
    lines[at] = lines[at].replace("h1:i40aqf", "h1:j40aqf")
    path.write_text("\n".join(lines), encoding="utf-8")


def ask_go(environ: dict[str, str], folder: Path) -> None:
    """Show what the go command says of the changed go.sum, where it is installed."""
    go = shutil.which("go", path=environ.get("PATH"))
    if go is None:
        say("(go is not installed here; with it, `go mod verify` says: all modules verified)")
        return
    done = subprocess.run([go, "mod", "verify"], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    say("$ go mod verify    # in the same folder, with the same changed go.sum")
    say(f"  {(done.stdout + done.stderr).strip()}")
    say(f"  → exit {done.returncode}")


def prepare_go(environ: dict[str, str], folder: Path) -> None:
    """Let the go command, if there is one, fill its module cache while go.sum is still good."""
    go = shutil.which("go", path=environ.get("PATH"))
    if go is not None:
        environ = environ | {"GOSUMDB": "off"}  # the demo is offline; go would ask the log for what is not in go.sum
        subprocess.run([go, "mod", "download"], cwd=folder, env=environ, capture_output=True, check=False)


def prove(environ: dict[str, str], scratch: Path) -> list[int]:
    """Write the proofs of the real project, use them where nothing else is, then change one byte of them."""
    folder = scratch / "client"
    folder.mkdir()
    for name in ("go.mod", "go.sum", "lift.toml"):
        shutil.copy(HERE / "client-go" / name, folder / name)
    shutil.copytree(HERE / "client-go" / "recorded", folder / "recorded")
    codes = [run(environ, "prove", ".", "--replay", "recorded", cwd=folder)]
    shutil.rmtree(folder / "recorded")
    fresh = environ | {f"SUPPLYMATRIX_{kind}_DIR": str(scratch / f"fresh-{kind}") for kind in ("CACHE", "STATE")}
    say("   … and on another machine, with no cache, no head and no network:\n")
    codes.append(run(fresh, "check", ".", "--offline", cwd=folder, most=3))
    proof = folder / "go.sum.proof"
    proof.write_bytes(proof.read_bytes().replace(b" h1:", b" h1:X", 1))
    say("   … and after somebody has changed one hash in the proofs:\n")
    codes.append(run(fresh, "check", ".", "--offline", "-q", cwd=folder, most=12))
    return codes


def compare(environ: dict[str, str]) -> list[int]:
    """Show the comparator on a project that builds with a vendor's toolchain. The day is that of the profiles."""
    day = ("--as-of", COMPARED_ON)
    core = ("canonical", "redhat", "tidelift", "chainguard")
    codes = [run(environ, "compare", "--project", "paths/ubi", *day, *(f"--vendor={name}" for name in core), most=14)]
    keys = [f"--key={key}" for key in ("go_minors", "fips_mode", "fix_sla", "sumdb_compat")]
    codes.append(run(environ, "matrix", *core, "--project", "paths/ubi", *keys, *day, most=10))
    codes.append(run(environ, "decide", "paths/ubi", *(f"--vendor={name}" for name in core), *day, most=40))
    codes.append(run(environ, "claims", "--about", "tidelift", "--verdict", "contradicted", *day, most=14))
    codes.append(run(environ, "response", "--channel", "almalinux9", "--channel", "wolfi", *day, most=14))
    return codes


def show_app(environ: dict[str, str], scratch: Path) -> list[int]:
    """Show a screen of the terminal app without a terminal: the project of `make tui`, where its one failure is."""
    folder: Path = run_path(str(HERE / "tui.py"))["write_project"](scratch / "client-go")
    words = ["tui", ".", "--offline", "--replay", "recorded", "--as-of", COMPARED_ON]
    code = run(environ, *words, "--at", f"project/{FAILS}", "--size", "80x24", "--shot", "screen.txt", cwd=folder)
    screen = folder / "screen.txt"
    for line in screen.read_text(encoding="utf-8").splitlines() if screen.is_file() else ():
        say(f"  │{line}")
    say("`make tui` opens the app on this project: 3 its modules, f what fails, Enter its proof; ? shows all keys")
    return [code]


ORGANISATION = """\
[policy]
name = "organisation"
preset = "log-verified"
max_waiver_days = 90
owner_domain = "corp.example"

[rules]
SM201 = "error"
"""
OWN_POLICY = """\
extends = ["../organisation.toml"]

[policy]
name = "payments"

[compliance]
frameworks = ["ssdf", "cra"]
"""
GATE = ("html=report.html", "junit=report.xml", "gitlab=quality.json", "csv=report.csv", "vsa=verdict.json")


def govern(environ: dict[str, str], scratch: Path) -> list[int]:
    """Show a policy that builds on another one, a finding, its waiver, and the reports of a run."""
    folder = scratch / "payments"
    shutil.copytree(HERE / "mux-service", folder, ignore=shutil.ignore_patterns("proxy"))
    (scratch / "organisation.toml").write_text(ORGANISATION, encoding="utf-8")
    (folder / "lift.toml").write_text(OWN_POLICY, encoding="utf-8")
    (folder / "mux").mkdir()
    (folder / "mux" / "go.mod").write_text("module github.com/gorilla/mux\n", encoding="utf-8")
    with (folder / "go.mod").open("a", encoding="utf-8") as file:
        file.write("\nreplace github.com/gorilla/mux => ./mux\n")
    replay = ("--replay", "recorded")
    codes = [run(environ, "check", ".", *replay, "-q", cwd=folder, most=22)]
    why = ("--reason", "our patch waits for the next release", "--owner", "ada@corp.example", "--expires", "60d")
    codes.append(run(environ, "waive", "SM201", MUX, *why, cwd=folder, most=16))
    formats = [word for name in ("text", *GATE) for word in ("--format", name)]
    codes.append(run(environ, "check", ".", *replay, *formats, "-q", cwd=folder, most=12))
    codes.append(run(environ, "score", ".", *replay, "--explain", "-q", cwd=folder, most=20))
    for name in GATE:
        report = folder / name.partition("=")[2]
        if report.is_file():
            shutil.copy(report, OUT / report.name)
    return codes


PARTIES = (
    *("--author", "Ada Example <ada@corp.example>"),
    *("--supplier", "Example Corp <security@corp.example> (https://corp.example)"),
    *("--manufacturer", "Example Corp <security@corp.example> (https://corp.example)"),
)
BILLS = ("bom.cdx.json", "bom.cdx.xml", "bom.spdx.json", "bom.spdx3.json")


def unpack_modules(cache: Path, example: str = "mux-service") -> None:
    """Fill a module cache from the folder of an example's module files, as `go mod download` does."""
    download = cache / "cache" / "download"
    shutil.copytree(HERE / example / "proxy", download, dirs_exist_ok=True)
    for file in download.rglob("*.zip"):
        with zipfile.ZipFile(file) as archive:
            archive.extractall(cache)


def itemise(environ: dict[str, str], scratch: Path) -> list[int]:
    """Show licences, a bill of materials in four forms, its validation, and what is true in it."""
    folder, cache = scratch / "bill", scratch / "bill-cache"
    shutil.copytree(HERE / "mux-service", folder, ignore=shutil.ignore_patterns("proxy"))
    go_mod = folder / "go.mod"
    go_mod.write_text(go_mod.read_text(encoding="utf-8") + "\ntoolchain go1.26.8\n", encoding="utf-8")
    unpack_modules(cache)
    # The go of this machine, if there is one, plays no part: it would be the one that the bill names.
    environ = environ | {"GOMODCACHE": str(cache), "PATH": os.defpath, "SOURCE_DATE_EPOCH": "1795600000"}
    replay = ("--replay", "recorded")
    formats = [
        f"--format={form}={name}"
        for form, name in zip(("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-3-json"), BILLS, strict=True)
    ]
    codes = [run(environ, "licences", ".", "-q", cwd=folder, most=12)]
    codes.append(run(environ, "sbom", ".", *replay, "--version", "v1.4.0", *PARTIES, *formats, cwd=folder, most=12))
    codes.append(run(environ, "sbom", "validate", *BILLS, cwd=folder))
    verify = ("sbom", "verify", BILLS[0], "--project", ".", *replay)
    codes.append(run(environ, *verify, cwd=folder, most=31))
    bill = folder / BILLS[0]
    if bill.is_file():
        for name in BILLS:
            shutil.copy(folder / name, OUT / name)
        say("  … and after one letter of the licence was changed in it, which every schema lets pass:\n")
        bill.write_text(bill.read_text(encoding="utf-8").replace("BSD-3-Clause", "BSD-2-Clause"), encoding="utf-8")
    codes.append(run(environ, *verify, "-q", cwd=folder, most=10, since="not true"))
    return codes


def forge_cache(cache: Path, go_sum: Path) -> None:
    """Change a file of the unpacked module, and everything that the go command would hold it against."""
    from supplymatrix.sources.folder import hash_folder

    module, download = f"{MUX}@v1.8.0", cache / "cache" / "download" / MUX / "@v"
    changed = cache / module / "mux.go"
    changed.write_bytes(changed.read_bytes().replace(b"return false", b"return true ", 1))
    (download / "v1.8.0.zip").unlink()
    forged = hash_folder(cache / module, f"{module}/")
    (download / "v1.8.0.ziphash").write_text(forged, encoding="ascii")
    lines = go_sum.read_text(encoding="utf-8").split("\n")
    lines = [f"{MUX} v1.8.0 {forged}" if line.startswith(f"{MUX} v1.8.0 h1:") else line for line in lines]
    go_sum.write_text("\n".join(lines), encoding="utf-8")


def vendor_modules(folder: Path) -> None:
    """Copy the module into vendor/ as `go mod vendor` does, then change a byte and add a file."""
    prefix, inside = f"{MUX}@v1.8.0/", folder / "vendor" / MUX
    inside.mkdir(parents=True)
    with zipfile.ZipFile(HERE / "mux-service" / "proxy" / MUX / "@v" / "v1.8.0.zip") as archive:
        for name in archive.namelist():
            base = name.removeprefix(prefix)
            if "/" not in base and base != "go.mod" and not base.endswith("_test.go"):
                (inside / base).write_bytes(archive.read(name))
    listed = f"# {MUX} v1.8.0\n## explicit; go 1.12\n{MUX}\n"
    (folder / "vendor" / "modules.txt").write_text(listed, encoding="ascii")
    route = inside / "route.go"
    route.write_bytes(route.read_bytes().replace(b"!= nil", b"== nil", 1))
    (inside / "telemetry.go").write_text("package mux\n\nfunc init() {}\n", encoding="ascii")


def look_at_the_disk(environ: dict[str, str], scratch: Path) -> list[int]:
    """Hold a forged module cache, a changed vendor/ and a compiled program against the log."""
    folder, cache = scratch / "disk", scratch / "disk-cache"
    shutil.copytree(HERE / "mux-service", folder, ignore=shutil.ignore_patterns("proxy"))
    replay = ("--replay", "recorded")
    unpack_modules(cache)
    forge_cache(cache, folder / "go.sum")
    environ = environ | {"GOMODCACHE": str(cache)}
    say("  a line of the unpacked module changed, its zip deleted, .ziphash and go.sum rewritten to fit:\n")
    codes = [run(environ, "verify", "cache", ".", *replay, cwd=folder, most=30)]
    ask_go(environ, folder)
    say("\n  a vendor/ with one character changed and one file added, where there is no module cache at all:\n")
    shutil.copy(HERE / "mux-service" / "go.sum", folder / "go.sum")
    vendor_modules(folder)
    codes.append(run(environ | {"GOMODCACHE": str(scratch / "none")}, "verify", "vendor", ".", *replay, cwd=folder))
    say("  a compiled program, stripped, without sources or go.sum:\n")
    program = folder / "release-order"
    program.write_bytes(lzma.decompress((HERE / "programs" / "release-order.xz").read_bytes()))
    binary = ("verify", "binary", program.name, "--replay", "answers")
    shutil.copytree(HERE / "programs" / "recorded", folder / "answers")
    codes.append(run(environ, *binary, cwd=folder, most=16))
    program.write_bytes(program.read_bytes().replace(b"\th1:utOm6", b"\th1:vtOm6"))
    say("  … and one that says of itself that it was built from other code:\n")
    codes.append(run(environ, *binary, cwd=folder, most=13))
    return codes


def build(environ: dict[str, str], scratch: Path) -> list[int]:
    """Start a build behind the check, after a file of the module was changed; go itself is not started."""
    if shutil.which("go", path=environ.get("PATH")) is None:
        say("  (go is not installed here; with it, `supplymatrix go -- build` would refuse to build from that cache)")
        return [4]
    folder, cache = scratch / "built", scratch / "build-cache"
    shutil.copytree(HERE / "mux-service", folder, ignore=shutil.ignore_patterns("proxy"))
    unpack_modules(cache)
    source = cache / f"{MUX}@v1.8.0" / "mux.go"
    source.write_text(source.read_text(encoding="utf-8") + "\n// changed\n", encoding="utf-8")
    say(
        "  a build behind the check, after a line was added to the unpacked module, which `go build` does not notice:\n"
    )
    wrapped = ("go", "--replay", "recorded", "--", "build", "-o", "service", ".")
    return [run(environ | {"GOMODCACHE": str(cache)}, *wrapped, cwd=folder, most=12)]


RELEASE = "https://github.com/shop-example/release-order"
BY_GITHUB = ("--issuer", "https://token.actions.githubusercontent.com")
PUBLIC = "https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19"
PUBLIC_FILE = "sha256:9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3"


def trace(environ: dict[str, str], scratch: Path) -> list[int]:
    """Trace a program to who built it and of what, then a changed one; verify an attestation of the public log."""
    folder = scratch / "release"
    shutil.copytree(HERE / "signed", folder)
    shutil.copytree(HERE / "programs" / "recorded", folder / "answers")
    program = folder / "release-order"
    program.write_bytes(lzma.decompress((HERE / "programs" / "release-order.xz").read_bytes()))
    signer = ("--identity", f"{RELEASE}/.github/workflows/release.yml@refs/tags/v1.2.0", *BY_GITHUB)
    words = ("trace", program.name, *signer, "--trusted-root", "trusted_root.json", "--replay", "answers")
    codes = [run(environ, *words, cwd=folder, most=45)]
    say("  … and after one letter was changed in the hash that it records for its module:\n")
    program.write_bytes(program.read_bytes().replace(b"\th1:utOm6", b"\th1:vtOm6"))
    codes.append(run(environ, *words, cwd=folder, most=45))
    say("  a real attestation of the public log, judged by our engine and the sigstore package, offline:\n")
    bundle = ("--bundle", "public-log.sigstore.json", "--identity", PUBLIC, *BY_GITHUB, "--offline")
    codes.append(run(environ, "verify", "attestation", PUBLIC_FILE, *bundle, cwd=folder, most=20))
    return codes


def audit(environ: dict[str, str], scratch: Path) -> list[int]:
    """Look for what go.sum does not say, in a service that has it all: in its program, its sources, its settings."""
    folder, cache = scratch / "audited", scratch / "audited-cache"
    shutil.copytree(HERE / "audited", folder, ignore=shutil.ignore_patterns("proxy", "*.xz"))
    unpack_modules(cache, "audited")
    (folder / "checkout").write_bytes(lzma.decompress((HERE / "audited" / "checkout.xz").read_bytes()))
    environ = environ | {"GOMODCACHE": str(cache), "GOPROXY": "https://goproxy.example,direct", "GOFLAGS": ""}
    databases = ("--vuln-db", "advisories")
    say("  a stripped program: of two advisories in a company's own database one concerns it, by its function table:\n")
    codes = [run(environ, "audit", "vulns", "checkout", *databases, cwd=folder, most=24)]
    say("  what clears it, as Go selects versions; nothing is changed:\n")
    codes.append(run(environ, "fix", "plan", *databases, "--advisory", "LEDGER-7", "--offline", cwd=folder, most=18))
    say("  it was built with GOFIPS140=v1.0.0, which does not keep MD5 from running:\n")
    codes.append(run(environ, "audit", "fips", "checkout", cwd=folder, most=16))
    say("  which names a build would tell to whom, before it happens:\n")
    codes.append(run(environ, "audit", "leaks", cwd=folder, most=14))
    private = ("--env", "GOPRIVATE=git.corp.example")
    say("  … and with one setting:\n")
    codes.append(run(environ, "audit", "leaks", *private, cwd=folder, most=8))
    say("  passwords in files, none of which is shown:\n")
    codes.append(run(environ, "audit", "credentials", "--no-home", cwd=folder, most=8))
    return codes


def main() -> int:
    """Run the demo; the exit code is 0 when every step ended as it should."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        environ = environment(scratch)
        say("1. A real project: every line of its go.sum, proven in the log that the go command trusts\n")
        codes = [run(environ, "check", "client-go", "--replay", "client-go/recorded")]
        say("2. A service with a policy of its own (lift.toml pins the version and asks for strict integrity)\n")
        codes.append(run(environ, "check", "mux-service", "--replay", "mux-service/recorded"))
        say("3. The same service, after somebody has changed one character of one hash\n")
        service = scratch / "svc"
        shutil.copytree(HERE / "mux-service", service, ignore=shutil.ignore_patterns("proxy"))
        prepare_go(environ, service)
        tamper(service)
        check = ["check", ".", "--replay", "recorded", "--format", "text"]
        check += ["--format", "json=report.json", "--format", "sarif=report.sarif"]
        codes.append(run(environ | {"GOMODCACHE": str(scratch / "empty")}, *check, cwd=service))
        for report in REPORTS:
            if (service / report).is_file():
                shutil.copy(service / report, OUT / report)
        codes.append(run(environ, "verify", f"{MUX}@v1.8.0", "--replay", "recorded", cwd=service, most=14))
        ask_go(environ, service)
        say("\n4. The proofs, committed beside go.sum: a check that needs no network and trusts nobody\n")
        codes += prove(environ, scratch)
        say("\n5. Who could support this project's Go, by dated evidence, and how fast they really were\n")
        codes += compare(environ)
        say("6. The same in the terminal app: every verdict goes down to the bytes that it rests on\n")
        codes += show_app(environ, scratch)
        say("\n7. A policy built on the organisation's, an exception with an owner and an end, and every report\n")
        codes += govern(environ, scratch)
        say("\n8. What it is made of, for an auditor: a bill of materials in which every statement can be checked\n")
        codes += itemise(environ, scratch)
        say("\n9. What lies on the disk: the bytes that are compiled and shipped, each traced to the log\n")
        codes += look_at_the_disk(environ, scratch)
        codes += build(environ, scratch)
        say("\n10. One binary, two logs: who built it, and of what\n")
        codes += trace(environ, scratch)
        say("\n11. What go.sum does not say: vulnerabilities, FIPS, private names, credentials\n")
        codes += audit(environ, scratch)
    good = codes == [
        *(0, 0, 4, 4, 0, 0, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 4, 4, 0, 4, 4, 0, 4, 0),
        *(3, 3, 1, 1, 1, 1),
    ]
    say()
    where = OUT.relative_to(HERE.parent).as_posix()
    opened = f"To open: {where}/report.html for auditors (part 7), report.json and report.sarif (3), bom.* (8)"
    say(opened if good else f"unexpected exit codes: {codes}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
