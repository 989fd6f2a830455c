"""Files with detached signatures of OpenPGP: by whom, of which bytes, and what cannot be asked of them."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.attest.wanted import EngineChoice, Wanted
from supplymatrix.engine.means import Means
from supplymatrix.engine.signature_places import BundlePlaces
from supplymatrix.engine.vendor_openpgp import openpgp_verdict
from supplymatrix.engine.vendor_request import VendorWords, with_vendor
from supplymatrix.engine.verify_signatures import FileTarget, SignatureRequest, SignatureRun, verify_signatures
from supplymatrix.errors import InputError
from supplymatrix.model.signature import Reason, SignatureState, SignedAs
from supplymatrix.model.value import changed, value
from supplymatrix.sources.gpgv import OpenPgpAnswer, OpenPgpState
from tests.engine.test_check_signatures import Bench as Project
from tests.engine.test_check_signatures import states
from tests.support.gnupg import Gnupg
from tests.support.made_profile import made_profile
from tests.support.made_sigstore import AT, GITHUB_IDENTITY, GITHUB_ISSUER, MadeSigstore

NOW = AT + timedelta(days=30)
MEANS = Means(environ={"PATH": "/usr/bin:/bin"}, now=NOW, offline=True)
DATA = b"a line\nand another\n"


@value
class Bench:
    """A file with a profile and a keyring. signed: signatures of it, by name; "text": of a text, by the right key."""

    folder: Path
    signed: dict[str, bytes]

    @property
    def file(self) -> Path:
        """The file."""
        return self.folder / "acme-1.tar.gz"

    def request(self, **more: Any) -> SignatureRequest:  # noqa: ANN401
        """Return a request for the file."""
        request = SignatureRequest(
            targets=(FileTarget(path=self.file),), wanted=Wanted(), means=MEANS, keyring=self.folder / "ring"
        )
        return changed(request, **more)

    def run(self, signature: str = "", *, data: bytes = DATA, **more: Any) -> SignatureRun:  # noqa: ANN401
        """Verify the file with one of the signatures beside it."""
        self.file.write_bytes(data)
        beside = Path(f"{self.file}.asc")
        beside.unlink(missing_ok=True)
        if signature:
            beside.write_bytes(self.signed[signature])
        words = VendorWords(vendor="acme", folders=(self.folder / "profiles",))
        return verify_signatures(with_vendor(self.request(**more), words))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    if shutil.which("gpg") is None or shutil.which("gpgv") is None:
        pytest.skip("GnuPG is not installed")
    folder = tmp_path_factory.mktemp("openpgp")
    gnupg = Gnupg(folder)
    try:
        for name in ("good", "other"):
            gnupg.key(name)
        (folder / "ring").write_bytes(gnupg.run("--export"))
        listed = gnupg.run("--with-colons", "--list-keys", "good@a.example").decode()
        made = ("--armor", "--detach-sign", "-u")
        signed = {name: gnupg.run(*made, f"{name}@a.example", sent=DATA) for name in ("good", "other")}
        signed["text"] = gnupg.run("--textmode", *made, "good@a.example", sent=DATA)
        signed["junk"] = b"hello"
    finally:
        gnupg.end()
    fingerprint = re.findall(r"^fpr:+([0-9A-F]+):", listed, re.MULTILINE)[0]
    made_profile(
        folder / "profiles", artifact='"blob"', match='["acme-*.tar.gz"]', mechanism='"openpgp"',
        fingerprints=f'["{fingerprint}"]',
    )  # fmt: skip
    return Bench(folder=folder, signed=signed)


def outcome(run: SignatureRun) -> tuple[int, str]:
    (artifact,) = run.artifacts
    return run.exit_code, next((str(verdict.reason or "") for verdict in artifact.signatures), "")


def test_a_signature_counts_by_the_fingerprint_of_the_profile(bench: Bench) -> None:
    assert outcome(bench.run("good")) == (0, "")
    assert outcome(bench.run("other")) == (1, "key-mismatch")
    assert outcome(bench.run("good", data=b"another archive")) == (4, "signature-invalid")
    assert outcome(bench.run("good", keyring=None)) == (3, "")
    assert outcome(bench.run()) == (1, "")
    assert bench.run("junk").exit_code == 3


def test_a_broken_keyring_and_no_gpgv_are_told(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "ring").write_bytes(b"\x99\x01")
    assert bench.run("good", keyring=tmp_path / "ring").exit_code in (2, 3)
    found = bench.run("good", means=changed(MEANS, environ={"PATH": str(tmp_path)}))
    assert found.exit_code == 3
    assert "no gpgv" in found.artifacts[0].gaps[0].reason


@pytest.mark.parametrize("data", [DATA, DATA.replace(b"\n", b"\r\n"), b"a line \nand another\n"])
def test_a_signature_of_a_text_does_not_say_what_the_bytes_are(bench: Bench, data: bytes) -> None:
    code, reason = outcome(bench.run("text", data=data))
    assert (code, reason) in ((3, "unsupported"), (4, "signature-invalid"))
    if data == DATA:
        assert code == 3


def test_of_a_text_nothing_holds() -> None:
    answer = OpenPgpAnswer(state=OpenPgpState.GOOD, fingerprint="A" * 40, primary="A" * 40, is_text=True)
    verdict = openpgp_verdict(answer, ("A" * 40,), "x.asc")
    assert (verdict.state, verdict.reason) == (SignatureState.UNDECIDED, Reason.UNSUPPORTED)
    assert "ends of lines" in verdict.steps[0].says
    assert openpgp_verdict(changed(answer, is_text=False), ("A" * 40,), "x.asc").holds


def test_attestations_that_must_be_there_are_missing(bench: Bench) -> None:
    found = bench.run("good", required=("provenance", "sbom"))
    (artifact,) = found.artifacts
    assert (artifact.state, found.exit_code) == (SignedAs.MISSING, 1)
    assert artifact.missing == artifact.required == ("provenance", "sbom")
    assert bench.run("good", required=("sbom",), data=b"x").exit_code == 4
    assert bench.run("other", required=("sbom",)).artifacts[0].state is SignedAs.REFUSED


def test_a_signature_is_no_attestation(bench: Bench) -> None:
    found = bench.run("good", only_attestations=True)
    assert (found.artifacts[0].state, found.exit_code) == (SignedAs.UNSIGNED, 1)
    assert found.artifacts[0].vendor_answer.endswith("nothing is attested of it")


@pytest.mark.parametrize(
    ("more", "option"),
    [
        ({"wanted": Wanted(claims=(("githubWorkflowRef", "x"),))}, "--claim or --workflow-*"),
        ({"wanted": Wanted(annotations=(("a", "b"),))}, "--annotation"),
        ({"wanted": Wanted(checks_log=False)}, "--insecure-ignore-log"),
        ({"trusted_root": Path("root.json")}, "--trusted-root"),
        ({"ca": Path("ca.pem")}, "--ca"),
        ({"places": BundlePlaces(bundles=("x.sigstore.json",))}, "--bundle"),
        ({"engine": EngineChoice.SIGSTORE}, "--engine sigstore"),
    ],
)
def test_what_cannot_be_asked_of_it_is_refused(bench: Bench, more: dict[str, Any], option: str) -> None:
    with pytest.raises(InputError) as caught:
        bench.run("good", **more)
    assert caught.value.diagnostics[0].message.endswith(f"nothing of that can be asked: {option}")


def test_a_file_that_may_be_signed_in_two_ways_is_signed_in_either(bench: Bench, tmp_path: Path) -> None:
    made = MadeSigstore()
    profile = (bench.folder / "profiles/acme.toml").read_text(encoding="utf-8")
    row = {
        "id": "two", "name": "its files by Sigstore", "artifact": "blob", "mechanism": "sigstore-keyless",
        "identity": GITHUB_IDENTITY, "issuer": GITHUB_ISSUER,
    }  # fmt: skip
    lines = [profile, "[[signer]]", 'match = ["acme-*.tar.gz"]', 'evidence = ["page"]']
    lines += [f'{name} = "{text}"' for name, text in row.items()]
    (tmp_path / "acme.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "root.json").write_bytes(made.trusted_root())
    file = tmp_path / "acme-1.tar.gz"
    file.write_bytes(DATA)

    def run(*, bundle: bytes = b"", end: str = ".asc", signature: str = "") -> int:
        for name, data in ((".sigstore.json", bundle), (end, bench.signed.get(signature, b""))):
            Path(f"{file}{name}").write_bytes(data) if data else Path(f"{file}{name}").unlink(missing_ok=True)
        request = bench.request(targets=(FileTarget(path=file),), trusted_root=tmp_path / "root.json")
        return verify_signatures(with_vendor(request, VendorWords(vendor="acme", folders=(tmp_path,)))).exit_code

    good, bad = made.keyless_blob(DATA), made.keyless_blob(DATA, identity="https://github.com/evil/x")
    assert (run(), run(bundle=good), run(bundle=bad), run(signature="good")) == (1, 0, 1, 0)
    assert (run(bundle=bad, signature="good"), run(bundle=good, signature="other")) == (0, 0)
    assert run(bundle=bad, signature="other") == 1
    assert (run(), run(end=".sig", signature="good"), run(end=".sig", signature="other")) == (1, 0, 1)


@pytest.mark.parametrize(("vendor", "name"), [("redhat", "golang-1.26.rpm"), ("canonical", "golang.deb")])
def test_a_package_has_its_signature_within_and_is_not_called_unsigned(tmp_path: Path, vendor: str, name: str) -> None:
    (tmp_path / name).write_bytes(b"a package")
    request = SignatureRequest(
        targets=(FileTarget(path=tmp_path / name),), wanted=Wanted(), means=MEANS, keyring=tmp_path / "ring"
    )
    found = verify_signatures(with_vendor(request, VendorWords(vendor=vendor)))
    (artifact,) = found.artifacts
    assert (artifact.state, found.exit_code) == (SignedAs.UNDECIDED, 3)
    assert "rpm -K" in artifact.gaps[0].remedy
    assert artifact.vendor_answer.startswith("not known whether")
    assert any(note.startswith("--keyring was not used") for note in found.notes)


def test_a_policy_that_names_such_a_vendor_has_a_gap_and_calls_nothing_unsigned(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (project.dist / "go1.27.4.tar.gz").write_bytes(b"an archive")
    signers = 'signers = [{ vendor = "go-project" }]\nrequire = ["signature"]'
    audit = project.check(f'{signers}\n[[signatures.artifact]]\npath = "dist/go1.27.4.tar.gz"')
    assert states(audit) == {"SM514": "unknown"}
    assert audit.verdict.exit_code == 3
    (gap,) = [one.gap for one in audit.verdict.judged if one.rule == "SM514"]
    assert gap is not None
    assert "OpenPGP signatures are not verified by a policy" in gap.reason
