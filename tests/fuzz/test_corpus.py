"""The kept corpus: inputs of all kinds of damage, each read again, with nothing but a fault or an answer."""

from __future__ import annotations

import pytest

from tests.fuzz.grow_corpus import CORPUS, READERS, end_of


@pytest.mark.parametrize("kind", READERS)
def test_every_kept_input_ends_in_an_answer_or_a_told_fault(kind: str) -> None:
    files = sorted((CORPUS / kind).iterdir())
    ends = {path.name: end_of(READERS[kind], path.read_bytes()) for path in files}
    assert len(files) >= 8
    assert all(ends.values())
    assert len(set(ends.values())) >= len(files) * 3 // 4  # they were kept for their different ends


@pytest.mark.parametrize("kind", READERS)
def test_no_kept_input_is_read_beyond_where_it_is_cut(kind: str) -> None:
    for path in sorted((CORPUS / kind).iterdir())[:20]:
        data = path.read_bytes()
        for length in range(0, len(data), max(1, len(data) // 20)):
            assert end_of(READERS[kind], data[:length])
