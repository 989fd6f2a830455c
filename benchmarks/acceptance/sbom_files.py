"""Bills of materials as files: valid in every form, the same bytes on two machines, and as other tools read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.acceptance.promise import Outcome, State
from benchmarks.hugo import NotRunError
from benchmarks.measure import REPO, clean_environment, program, run
from benchmarks.sbom_peers import fetched, shared_home

__all__ = [
    "Counted", "FailedError", "commit", "environment", "foreign_files", "judge_counts", "read_demo_elsewhere",
    "read_hugo_elsewhere", "same_on_two_machines", "valid_in_every_form",
]  # fmt: skip

_SERVICE = REPO / "examples" / "mux-service"
_LEFT_OUT = ("proxy", "recorded")
_EPOCH = "1795600000"
_FORMS = (
    ("bom-1.6.cdx.json", "cyclonedx-json", "1.6"),
    ("bom-1.6.cdx.xml", "cyclonedx-xml", "1.6"),
    ("bom-1.7.cdx.json", "cyclonedx-json", "1.7"),
    ("bom-1.7.cdx.xml", "cyclonedx-xml", "1.7"),
    ("bom.spdx.json", "spdx-json", "1.6"),
    ("bom.spdx3.json", "spdx-3-json", "1.6"),
)
"""Name, format, and version of CycloneDX of each file."""
_PARTIES = (
    "--author=Ada Author <ada@acme.example>",
    "--manufacturer=Acme <security@acme.example> (https://acme.example)",
    "--supplier=Acme <security@acme.example> (https://acme.example)",
)
_LIMITS: Mapping[tuple[str, str], str] = {
    ("osv-scanner", "bom-1.7.cdx.json"): "2.2.4 reads CycloneDX 1.7 as XML only",
    ("osv-scanner", "bom.spdx3.json"): "2.2.4 reads no SPDX 3",
    ("sbomqs", "bom.spdx3.json"): "2.0.11 reads no SPDX 3",
}
"""What is not held against us when the tool cannot read it: a limit of its own, by its messages and its source."""


class FailedError(Exception):
    """No bill was written where there should be one: a fault, not something that was not tried."""


class Counted(NamedTuple):
    """What a tool made of a file. components: -1 = it could not read it; words: what it says then."""

    components: int
    words: str = ""
    without_subject: bool = False


class _Machine(NamedTuple):
    """Where a bill is made. name: of its folder; the other fields make it another machine."""

    name: str
    reverse: bool
    variables: Mapping[str, str]


_MACHINES = (
    _Machine(name="svc", reverse=False, variables={"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"}),
    _Machine(
        name="a b",
        reverse=True,
        variables={
            "LANG": "de_DE.UTF-8", "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "USER": "somebody",
            "COLUMNS": "40",
        },
    ),
)  # fmt: skip


def valid_in_every_form(scratch: Path) -> Iterator[Outcome]:
    """Hold the service's bill in six files against our validator, and against a second reader of each."""
    try:
        files = _service_files(scratch)
    except (FailedError, NotRunError) as err:
        yield _no_files(err)
        return
    for file in files:
        done = run([*program(), "sbom", "validate", file], env=clean_environment(scratch))
        data = file.read_bytes()
        library, second = _READERS[file.name]
        fault = (done.out + done.err).strip()[-200:] if done.code else second(data, file)
        detail = fault or f"{len(data):,} bytes, no fault by ours and by {library}"
        yield Outcome(state=State.FAIL if fault else State.PASS, detail=detail, name=f"valid: {file.name}")


def _cyclonedx_fault(data: bytes, file: Path) -> str:
    from cyclonedx.schema import OutputFormat, SchemaVersion
    from cyclonedx.validation import make_schemabased_validator

    form = OutputFormat.XML if file.suffix == ".xml" else OutputFormat.JSON
    version = SchemaVersion.V1_7 if "-1.7." in file.name else SchemaVersion.V1_6
    fault = make_schemabased_validator(form, version).validate_str(data.decode())
    return str(fault or "")


def _spdx_fault(_data: bytes, file: Path) -> str:
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    return "; ".join(message.validation_message for message in validate_full_spdx_document(parse_file(str(file)))[:3])


def _spdx3_fault(data: bytes, _file: Path) -> str:
    found = _spdx3_objects(data)
    missing = {"SpdxDocument", "software_Package", "CreationInfo"} - found.keys()
    return f"it has no {', '.join(sorted(missing))}" if missing else ""


def _spdx3_objects(data: bytes) -> dict[str, int]:
    import io

    from spdx_python_model import v3_0_1 as spdx3

    objects = spdx3.SHACLObjectSet()
    spdx3.JSONLDDeserializer().read(io.BytesIO(data), objects)
    found: dict[str, int] = {}
    for item in objects.foreach():
        kind = type(item).__name__
        found[kind] = found.get(kind, 0) + 1
    return found


_READERS: Mapping[str, tuple[str, Callable[[bytes, Path], str]]] = {
    **{name: ("cyclonedx-python-lib", _cyclonedx_fault) for name, form, _ in _FORMS if form.startswith("cyclonedx")},
    "bom.spdx.json": ("spdx-tools", _spdx_fault),
    "bom.spdx3.json": ("spdx-python-model", _spdx3_fault),
}


def same_on_two_machines(scratch: Path) -> Iterator[Outcome]:
    """Make each file twice: other home, caches, folder, order of files, time zone, language; and twice in one place."""
    made: list[dict[str, bytes]] = []
    for machine in (*_MACHINES, _MACHINES[0]):
        home = scratch / machine.name
        try:
            files = _service_files(home, machine)
        except (FailedError, NotRunError) as err:
            yield _no_files(err)
            return
        made.append({file.name: file.read_bytes() for file in files})
        for file in files:
            file.unlink()
    other = [name for name in made[0] if len({files[name] for files in made}) > 1]
    timed = (
        b'"timestamp": "' in made[0]["bom-1.6.cdx.json"]
        and b'"serialNumber": "urn:uuid:' in made[0]["bom-1.6.cdx.json"]
    )
    detail = f"{len(made[0])} files on 2 machines, the first one twice: {len(other)} differ {' '.join(other)}".rstrip()
    if not timed:
        detail += "; serial number or time is missing"
    yield Outcome(state=State.FAIL if other or not timed else State.PASS, detail=detail)


def _no_files(err: FailedError | NotRunError) -> Outcome:
    return Outcome(state=State.FAIL if isinstance(err, FailedError) else State.NOT_RUN, detail=str(err))


def _service_files(home: Path, machine: _Machine = _MACHINES[0]) -> list[Path]:
    """Return the demo's service as six bills, made on a machine of its own. Raises FailedError, NotRunError."""
    folder = home / machine.name
    environ = {**environment(home), **machine.variables}
    if not folder.exists():
        _copy(_SERVICE, folder, reverse=machine.reverse)
        _unpack(_SERVICE / "proxy", home / "modcache", reverse=machine.reverse)
        commit(folder, "v1.4.0")
    return _write(folder, home, environ, ["--replay", str(_SERVICE / "recorded"), "--no-go"])


def environment(home: Path) -> dict[str, str]:
    """Return an environment with a home and without what this one says of Go, git, time and language."""
    own = ("GO", "GIT_", "LC_", "SUPPLYMATRIX_", "XDG_")
    kept = {name: text for name, text in clean_environment(home).items() if not name.startswith(own)}
    return kept | {
        "GOMODCACHE": str(home / "modcache"),
        "HOME": str(home / "home"),
        "SOURCE_DATE_EPOCH": _EPOCH,
        "SUPPLYMATRIX_CACHE_DIR": str(home / "own"),
    }


def _write(folder: Path, out: Path, environ: Mapping[str, str], more: list[str]) -> list[Path]:
    """Make every form of a bill. Raises FailedError."""
    for spec in ("1.6", "1.7"):
        formats = [
            f"--format={form}={out / name}" for name, form, of in _FORMS if of == spec and not (out / name).exists()
        ]
        command = [*program(), "sbom", ".", "-q", f"--spec={spec}", *_PARTIES, *more, *formats]
        done = run(command, env=environ, cwd=folder)
        if done.code not in (0, 3):
            raise FailedError(f"sbom ended with {done.code}: {' '.join(done.err.split())[:200]}")
    files = [out / name for name, _, _ in _FORMS]
    if missing := [file.name for file in files if not file.is_file()]:
        raise FailedError(f"not written: {' '.join(missing)}")
    return files


def _copy(source: Path, target: Path, *, reverse: bool) -> None:
    """Copy files in the order of their names, or against it: folders then list them in another order."""
    target.mkdir(parents=True)
    for path in sorted(source.iterdir(), reverse=reverse):
        if path.is_dir():
            if path.name not in _LEFT_OUT:
                _copy(path, target / path.name, reverse=reverse)
        else:
            shutil.copyfile(path, target / path.name)


def _unpack(proxy: Path, cache: Path, *, reverse: bool) -> None:
    download = cache / "cache" / "download"
    download.parent.mkdir(parents=True)
    _copy(proxy, download, reverse=reverse)
    for file in sorted(download.rglob("*.zip")):
        with zipfile.ZipFile(file) as archive:
            for name in sorted(archive.namelist(), reverse=reverse):
                archive.extract(name, cache)


def commit(folder: Path, tag: str) -> None:
    """Make a repository with one commit that has the same name everywhere, and a tag. Raises NotRunError."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "core.fileMode=false")
    environ = {
        "PATH": os.environ.get("PATH", ""), "HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": f"{_EPOCH} +0000", "GIT_COMMITTER_DATE": f"{_EPOCH} +0000",
    }  # fmt: skip
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"], ["tag", tag]):
        try:
            subprocess.run(["git", *who, *arguments], cwd=folder, env=environ, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as err:
            raise NotRunError(f"git {arguments[0]}: {err}") from err


def read_demo_elsewhere(scratch: Path) -> Iterator[Outcome]:
    """Have other tools read the service's bill."""
    yield from _elsewhere(scratch, lambda: _service_files(scratch))


def read_hugo_elsewhere(scratch: Path) -> Iterator[Outcome]:
    """Have other tools read hugo's bill."""

    def files() -> list[Path]:
        environ = clean_environment(shared_home()) | {"SOURCE_DATE_EPOCH": _EPOCH}
        return _write(fetched("hugo"), scratch, environ, ["--offline"])

    yield from _elsewhere(scratch, files)


def foreign_files(scratch: Path) -> Iterator[Outcome]:
    """Give every command that reads a bill one of 200 MB, all in one cycle, and one whose refs are given twice."""
    files = {"200 MB, in a cycle": (_foreign(scratch / "long.json", 10_000, 20_000), 0),
             "a cycle, refs given twice": (_foreign(scratch / "twice.json", 4, 10, twice=True), 1)}  # fmt: skip
    for name, (file, code) in files.items():
        told, is_right, path = [], True, str(file)
        for command in (["validate", path], ["verify", "--offline", path], ["diff", path, path], ["standards", path]):
            done = run([*program(), "sbom", *command, "-q"], env=clean_environment(scratch))
            wanted = (code,) if command[0] == "validate" else (0, 1, 2, 3)
            is_right &= done.code in wanted and "Traceback" not in done.err
            told.append(f"{command[0]} exit {done.code}, {done.cpu:.1f} s CPU, {done.memory:,.0f} MiB")
        detail = f"{file.stat().st_size / 1e6:,.3g} MB: {'; '.join(told)}"
        yield Outcome(state=State.PASS if is_right else State.FAIL, detail=detail, name=f"a foreign file: {name}")
        file.unlink()


def _foreign(file: Path, count: int, length: int, *, twice: bool = False) -> Path:
    """Write a bill of components that need each other in a circle. length: of each one's description.

    It is written piece by piece: what this process holds would count as what its children take.
    """
    with file.open("w", encoding="utf-8") as out:
        out.write('{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [')
        for number in (*range(count), *([0] if twice else [])):
            name = f"example.com/r{number}"
            part = {"type": "library", "bom-ref": f"r{number}", "name": name, "version": "v1.0.0",
                    "purl": f"pkg:golang/{name}@v1.0.0", "description": "x" * length}  # fmt: skip
            out.write((", " if out.tell() > 100 else "") + json.dumps(part))
        edges = [{"ref": f"r{number}", "dependsOn": [f"r{(number + 1) % count}"]} for number in range(count)]
        out.write(f'], "dependencies": {json.dumps(edges)}}}')
    return file


def _elsewhere(scratch: Path, make: Callable[[], list[Path]]) -> Iterator[Outcome]:
    try:
        files = make()
    except (FailedError, NotRunError) as err:
        yield _no_files(err)
        return
    bom: dict[str, Any] = json.loads(files[0].read_bytes())
    wanted = len(bom["components"]) + 1
    for tool, count in _TOOLS.items():
        if tool in _PROGRAMS and shutil.which(tool) is None:
            yield Outcome(state=State.NOT_RUN, detail="it is not on PATH", name=f"read by {tool}")
        else:
            seen = {file.name: found for file in files if (found := count(file, scratch)) is not None}
            yield from judge_counts(tool, seen, wanted)


def judge_counts(tool: str, seen: Mapping[str, Counted], wanted: int) -> Iterator[Outcome]:
    """Yield a line for what a tool read rightly, and one for each file that it did not."""
    right: list[str] = []
    subjectless = False
    for file, found in seen.items():
        name = f"read by {tool}: {file}"
        expected = wanted - 1 if found.without_subject else wanted
        limit = _LIMITS.get((tool, file))
        if found.components == expected:
            right.append(file.removeprefix("bom").lstrip("-."))
            subjectless |= found.without_subject
        elif found.components >= 0:
            yield Outcome(state=State.FAIL, detail=f"{found.components} of {expected} components", name=name)
        elif limit is not None:
            yield Outcome(state=State.NOT_RUN, detail=f"{limit}: {found.words}", name=name)
        else:
            yield Outcome(state=State.FAIL, detail=f"it cannot read it: {found.words}", name=name)
    if right:
        beside = f" (of CycloneDX {wanted - 1}: the subject is none of them there)" if subjectless else ""
        detail = f"{wanted} of {wanted} components{beside} in {', '.join(right)}"
        yield Outcome(state=State.PASS, detail=detail, name=f"read by {tool}")


def _by_cyclonedx(file: Path, _scratch: Path) -> Counted | None:
    from cyclonedx.model.bom import Bom

    if ".cdx." not in file.name:
        return None
    if file.suffix == ".xml":
        with file.open(encoding="utf-8") as text:
            bom = Bom.from_xml(text)  # type: ignore[attr-defined]  # added by a decorator
    else:
        bom = Bom.from_json(json.loads(file.read_bytes()))  # type: ignore[attr-defined]  # likewise
    return Counted(len(bom.components) + (bom.metadata.component is not None))


def _by_spdx_tools(file: Path, _scratch: Path) -> Counted | None:
    from spdx_tools.spdx.parser.parse_anything import parse_file

    return Counted(len(parse_file(str(file)).packages)) if file.name == "bom.spdx.json" else None


def _by_spdx_model(file: Path, _scratch: Path) -> Counted | None:
    return Counted(_spdx3_objects(file.read_bytes())["software_Package"]) if file.name == "bom.spdx3.json" else None


def _by_syft(file: Path, scratch: Path) -> Counted:
    out = scratch / "syft.json"
    out.unlink(missing_ok=True)
    done = run(["syft", "-q", "convert", file, "-o", f"syft-json={out}"], env=clean_environment(scratch))
    if done.code or not out.is_file():
        return Counted(-1, done.err.strip()[-160:])
    return Counted(len(json.loads(out.read_bytes())["artifacts"]))


def _by_osv(file: Path, scratch: Path) -> Counted:
    command = ["osv-scanner", "scan", "source", "--offline", "-L", str(file), "--format", "json"]
    done = run(command, env=clean_environment(scratch))
    found = re.search(r"found (\d+) packages?", done.err + done.out)
    if found is None:
        return Counted(-1, done.err.strip().rsplit("\n", 1)[-1][-160:])
    return Counted(int(found[1]), without_subject=".cdx." in file.name)


def _by_sbomqs(file: Path, scratch: Path) -> Counted:
    done = run(["sbomqs", "score", "--json", file], env=clean_environment(scratch))
    try:
        return Counted(json.loads(done.out)["files"][0]["num_components"])
    except (ValueError, KeyError, IndexError, TypeError):
        return Counted(-1, (done.err or done.out).strip()[-160:])


_TOOLS: Mapping[str, Callable[[Path, Path], Counted | None]] = {
    "cyclonedx-python-lib": _by_cyclonedx,
    "spdx-tools": _by_spdx_tools,
    "spdx-python-model": _by_spdx_model,
    "syft": _by_syft,
    "osv-scanner": _by_osv,
    "sbomqs": _by_sbomqs,
}
_PROGRAMS = ("syft", "osv-scanner", "sbomqs")
