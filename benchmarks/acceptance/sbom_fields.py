"""What bills of real projects hold: the fields that standards ask for, and a licence for all that brings one."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.acceptance.promise import Outcome, State
from benchmarks.acceptance.sbom_files import FailedError, commit
from benchmarks.hugo import NotRunError
from benchmarks.measure import clean_environment, program, run
from benchmarks.sbom_peers import fetched, shared_home
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.zip_digest import zip_path

__all__ = ["fields_of_yq", "licences_of_real_projects"]

_TAG = "v4.54.3"
_AUTHOR = {
    "name": "Ada Author", "email": "ada@acme.example", "organization": "Acme",
    "organization-url": "https://acme.example", "organization-email": "security@acme.example", "supplier": "Acme",
    "supplier-url": "https://acme.example", "supplier-email": "security@acme.example",
    "security-contact": "https://acme.example/security",
}  # fmt: skip
_STANDARDS: Mapping[str, tuple[str, str]] = {
    "ntia-2021": ("cyclonedx-json", "ntia"),
    "cisa-2025": ("cyclonedx-json", "ntia-2025"),
    "cisa-2026": ("cyclonedx-json", ""),
    "bsi-tr-03183-2-2.1": ("cyclonedx-json", "bsi-v2.1"),
    "fsct-3": ("cyclonedx-json", "fsct"),
    "telco-1.1": ("spdx-json", "oct-v1.1"),
}
"""The format that a standard is looked at in, and its name in sbomqs, "" = none."""
_LICENCE_FILE = re.compile(
    r"(un)?licen[cs]es?([-_. ].*)?|copying([-_. ].*)?|([a-z0-9.]+[-_])+licen[cs]e(\.(txt|md))?", re.IGNORECASE
)
"""Names at the root of a zip that a person would open for the licence; held apart from our own list on purpose."""
_NO_TEXT = (".go", ".json", ".yml", ".yaml", ".sh", ".html", ".tmpl", ".tpl", ".png", ".toml", ".py", ".docs")


def fields_of_yq(scratch: Path) -> Iterator[Outcome]:
    """Tell for each standard which required fields yq's bill has, with a config and without."""
    try:
        origin = fetched("yq")
        for named in (True, False):
            home = scratch / ("named" if named else "bare")
            yield from _fields(_bills(origin, home, named=named), home, named=named)
    except (FailedError, NotRunError) as err:
        state = State.FAIL if isinstance(err, FailedError) else State.NOT_RUN
        yield Outcome(state=state, detail=str(err))


def _bills(origin: Path, home: Path, *, named: bool) -> dict[str, Path]:
    """Make yq's bill in two formats; named: with a git tag, settings and a key, as its makers would have it.

    Raises FailedError, NotRunError.
    """
    folder = home / "yq"
    shutil.copytree(origin, folder)
    environ = clean_environment(shared_home())
    environ = {name: text for name, text in environ.items() if not name.startswith(("XDG_", "GIT_"))}
    environ |= {"HOME": str(home), "SUPPLYMATRIX_STATE_DIR": str(home / "state")}
    more: list[str] = []
    if named:
        commit(folder, _TAG)
        who = [f"--{key}={text}" for key, text in _AUTHOR.items()]
        done = run([*program(), "config", "author", *who], env=environ)
        if done.code:
            raise FailedError(f"config author ended with {done.code}: {done.err.strip()[:200]}")
        more = [f"--sign={_key(home)}"]
    bills = {form: home / f"bom.{form}" for form in ("cyclonedx-json", "spdx-json")}
    formats = [f"--format={form}={file}" for form, file in bills.items()]
    done = run([*program(), "sbom", ".", "-q", *more, *formats], env=environ, cwd=folder)
    if done.code not in (0, 3) or not all(file.is_file() for file in bills.values()):
        raise FailedError(f"sbom ended with {done.code}: {done.err.strip()[:200]}")
    return bills


def _key(home: Path) -> Path:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    file = home / "key.pem"
    data = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(data)
    file.chmod(0o600)
    return file


def _fields(bills: Mapping[str, Path], home: Path, *, named: bool) -> Iterator[Outcome]:
    """Yield a line for each standard. Without a config something must be missing, and be told."""
    for standard, (form, profile) in _STANDARDS.items():
        out = home / "standard.json"
        out.unlink(missing_ok=True)
        command = [*program(), "sbom", "standards", str(bills[form]), "-q", f"--standard={standard}"]
        command.append(f"--format=json={out}")
        done = run(command, env=clean_environment(home))
        name = f"{standard} ({form.partition('-')[0]}), {'with' if named else 'without'} a config"
        if not out.is_file():
            yield Outcome(state=State.FAIL, detail=f"ended with {done.code}: {done.err.strip()[:200]}", name=name)
            continue
        (table,) = json.loads(out.read_bytes())["standards"]
        missing = [field for field in table["fields"] if not field["there"] and field["level"] != "recommended"]
        detail = f"{table['required_there']} of {table['required']} required; missing: {_told(missing)}"
        if table["refusal"]:
            detail = f"{table['refusal']}; {detail}"
        state = State.MISSED if missing and named else State.PASS
        if not named and not missing:
            state, detail = State.FAIL, f"{detail}: nobody was named, so that cannot be"
        yield Outcome(state=state, detail=f"{detail}{_score(bills[form], profile, home)}", name=name)


def _told(missing: Sequence[Mapping[str, Any]]) -> str:
    """Return the names of fields, those together that lack in the same components."""
    found: dict[str, list[str]] = {}
    for field in missing:
        more = ", …" if field["of"] - field["present"] > len(field["lacking"]) else ""
        where = f" ({field['present']} of {field['of']}, not {', '.join(field['lacking'])}{more})"
        found.setdefault(where if field["of"] > 1 else "", []).append(field["field"])
    return "; ".join(f"{', '.join(names)}{where}" for where, names in found.items()) or "nothing"


def _score(file: Path, profile: str, home: Path) -> str:
    """Return what sbomqs gives a file, where it is on PATH: for presence, as it says, never for truth."""
    if not profile or shutil.which("sbomqs") is None:
        return ""
    done = run(["sbomqs", "score", "--json", "--profile", profile, file], env=clean_environment(home))
    try:
        (found,) = json.loads(done.out)["files"][0]["profiles"]
        return f"; sbomqs {found['score']:.1f}"
    except (ValueError, KeyError, IndexError, TypeError):
        return "; sbomqs gives no score"


def licences_of_real_projects(scratch: Path) -> Iterator[Outcome]:
    """Hold every module of hugo and prometheus against what lies in its zip."""
    for project in ("hugo", "prometheus"):
        for scope in ("built", "all"):
            try:
                yield _licences(project, scope, scratch)
            except NotRunError as err:
                yield Outcome(state=State.NOT_RUN, detail=str(err), name=f"{project}, scope {scope}")


def _licences(project: str, scope: str, scratch: Path) -> Outcome:
    folder, out = fetched(project), scratch / f"{project}.{scope}.json"
    environ = clean_environment(shared_home())
    command = [*program(), "sbom", ".", "-q", "--offline", f"--scope={scope}", f"--format=cyclonedx-json={out}"]
    done = run(command, env=environ, cwd=folder)
    if not out.is_file():
        detail = f"sbom ended with {done.code}: {done.err.strip()[:200]}"
        return Outcome(state=State.FAIL, detail=detail, name=f"{project}, scope {scope}")
    holding, answered, by_text, absent = 0, 0, 0, 0
    unanswered, silent = [], []
    for part in json.loads(out.read_bytes())["components"]:
        said = {entry["name"]: entry["value"] for entry in part.get("properties", [])}
        if said.get("supplymatrix:kind") != "module":
            continue
        module = ModuleVersion(path=part["name"], version=part.get("version", ""))
        names = _licence_files(zip_path(Path(environ["GOMODCACHE"]), module), module) if module.version else None
        has_answer = bool(part.get("licenses"))
        by_text += has_answer and "LicenseRef-" in json.dumps(part["licenses"])
        if not has_answer and "supplymatrix:licence:reason" not in said:
            silent.append(str(module))
        absent += names is None
        if names:
            holding += 1
            answered += has_answer
            if not has_answer:
                unanswered.append(f"{module} ({', '.join(names)})")
        elif not has_answer:
            unanswered.append(f"{module} ({'no zip here' if names is None else 'no licence file'})")
    state = State.FAIL if silent or not holding else State.PASS if answered == holding else State.MISSED
    parts = [
        f"{answered} of {holding} modules with a licence file have an answer, {by_text} of all a LicenseRef",
        f"{absent} without a zip",
        f"listed as not found: {'; '.join(unanswered) or 'none'}",
    ]  # fmt: skip
    if silent:
        parts.append(f"neither an answer nor a reason: {', '.join(silent)}")
    return Outcome(state=state, detail="; ".join(parts), name=f"{project}, scope {scope}")


def _licence_files(file: Path, module: ModuleVersion) -> Sequence[str] | None:
    """Return the names of a zip's licence files at its root, from its central directory; None without a zip."""
    if not os.path.lexists(file):
        return None
    root = f"{module.path}@{module.version}/"
    with zipfile.ZipFile(file) as archive:
        names = [name.removeprefix(root) for name in archive.namelist() if name.startswith(root)]
    return [name for name in names if _LICENCE_FILE.fullmatch(name) and not name.lower().endswith(_NO_TEXT)]
