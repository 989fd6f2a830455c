"""What the acceptance table says of bills of materials: a part that is missing without a word never passes."""

from __future__ import annotations

import pytest

from benchmarks.acceptance.promise import State
from benchmarks.acceptance.sbom_files import Counted, judge_counts
from benchmarks.sbom_hard_inputs import INPUTS, HardInput, Seen, fault

PLAIN = HardInput(name="plain", bend=INPUTS[0].bend, built=4)
BROKEN = HardInput(name="broken", bend=INPUTS[0].bend, built=None)
WHOLE, PART = "compositions: complete", "compositions: complete, incomplete"


@pytest.mark.parametrize(
    ("hard", "seen", "words"),
    [
        (PLAIN, Seen(code=0, modules=4, left=True, words=WHOLE), ""),
        (PLAIN, Seen(code=3, modules=3, left=True, words=PART), ""),
        (PLAIN, Seen(code=0, modules=3, left=True, words=WHOLE), "exit 0 with 3 of 4 modules"),
        (PLAIN, Seen(code=0, modules=4, left=True, words=PART), "exit 0 with 4 of 4 modules"),
        (PLAIN, Seen(code=3, modules=3, left=True, words=WHOLE), "3 of 4 modules without a word"),
        (PLAIN, Seen(code=0, words="it says nothing"), "exit 0 without a file"),
        (PLAIN, Seen(code=70, words="internal error"), "exit 70 is for none of this"),
        (BROKEN, Seen(code=2, words="error: go.mod"), ""),
        (BROKEN, Seen(code=2, words="it says nothing"), "exit 2 without a reason"),
        (BROKEN, Seen(code=2, left=True, words="error: go.mod"), "exit 2 with a file"),
        (BROKEN, Seen(code=0, modules=0, left=True, words=WHOLE), "exit 0 for what cannot be read"),
    ],
)
def test_a_missing_part_without_a_word_is_a_fault(hard: HardInput, seen: Seen, words: str) -> None:
    assert fault(hard, seen).startswith(words)
    assert bool(fault(hard, seen)) is bool(words)


@pytest.mark.parametrize(
    ("file", "seen", "state"),
    [
        ("bom.spdx.json", Counted(4), State.PASS),
        ("bom.spdx.json", Counted(3), State.FAIL),
        ("bom-1.6.cdx.json", Counted(3, without_subject=True), State.PASS),
        ("bom.spdx.json", Counted(-1, "cannot read"), State.FAIL),
        ("bom.spdx3.json", Counted(-1, "cannot read"), State.NOT_RUN),
    ],
)
def test_another_tool_must_count_every_component(file: str, seen: Counted, state: State) -> None:
    (outcome,) = judge_counts("sbomqs", {file: seen}, 4)
    assert outcome.state is state
