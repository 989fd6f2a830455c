"""What was promised of signatures: who signed, where they lie, and the chain to what a thing is made of.

The cases of the samples and made ones are tests; those that cosign makes run where it is installed (COSIGN names it).
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.acceptance.promise import Outcome, Promise, State, by_tests
from benchmarks.signatures import measure_signatures

__all__ = ["PROMISES"]


def _speed(scratch: Path) -> Iterator[Outcome]:
    """Measure 1, 100 and 1,000 bundles by both engines, beside cosign where it is installed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        wrong = measure_signatures(scratch, runs=5)
    for line in printed.getvalue().split("\n"):
        if line.strip() and not wrong:
            state = State.MISSED if "MISSED" in line else State.PASS
            yield Outcome(state=state, detail=" ".join(line.split()))
    for text in wrong:
        yield Outcome(state=State.FAIL, detail=text)


_SAMPLES = "tests/samples/test_sigstore.py"
_PARTS: Mapping[str, Sequence[str]] = {
    "samples: conformance, bundles, slsa, images, private PKI; both engines": (_SAMPLES,),
    "any flipped byte is refused": ("tests/attest/test_flipped.py",),
    "the engines agree, but for the listed defects": (
        "tests/attest/test_engines.py",
        "tests/attest/test_sigstore_engine.py",
        "tests/attest/test_known_defects.py",
    ),
    "a log that contradicts itself": ("tests/attest/test_log_heads.py",),
    "files, digests, many in one run": (
        "tests/engine/test_verify_signatures.py",
        "tests/cli/test_verify_blob.py",
        "tests/cli/test_verify_attestation.py",
    ),
    "images in layouts, tar files and registries": (
        "tests/attest/test_image_search.py",
        "tests/sources/test_oci_layout.py",
        "tests/engine/test_image_signatures.py",
        "tests/cli/test_verify_image.py",
    ),
    "registries that lie, loop, stall, and what they are told": (
        "tests/net/test_registry.py",
        "tests/net/test_registry_auth.py",
        "tests/net/test_docker_config.py",
        "tests/net/test_registry_real.py",
    ),
    "pushed to real registries and signed by cosign": ("tests/engine/test_cosign_registry.py",),
    "is it really the vendor's": ("tests/engine/test_vendor_signers.py",),
    "the chain, and each link broken": (
        "tests/engine/test_chain.py",
        "tests/engine/test_chain_image.py",
        "tests/cli/test_trace.py",
    ),
    "the publisher of a module": ("tests/engine/test_verify_publisher.py", "tests/gomod/test_zip_of_tree.py"),
    "rules, policy and preset": ("tests/policy/test_signatures.py", "tests/engine/test_check_signatures.py"),
    "the app: signatures and the chain": ("tests/tui/test_signatures.py",),
    "the demo traces a program": ("tests/docs/test_demo.py::test_the_demo_traces_a_program_and_a_changed_one",),
}

PROMISES = (
    *(Promise(name=name, attempt=by_tests(*tests)) for name, tests in _PARTS.items()),
    Promise(name="1, 100 and 1,000 bundles", attempt=_speed),
)
