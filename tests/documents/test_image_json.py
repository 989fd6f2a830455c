"""JSON documents of images: what other programs may read in another way is refused."""

from __future__ import annotations

import json

import pytest

from supplymatrix.documents.image_json import (
    JsonDoubtError,
    other_spelling,
    read_config,
    read_manifest,
    read_saved_list,
    saved_rows,
)


@pytest.mark.parametrize(
    "key", ["Layers", "LAYERS", "layer\u017f", "manifest\u017f", "MediaType", "\u017fubject", "Config"]
)
def test_a_key_that_go_takes_for_another_one_is_refused(key: str) -> None:
    with pytest.raises(JsonDoubtError, match="some programs read as another one"):
        read_manifest(json.dumps({key: []}).encode())


def test_keys_that_nobody_knows_and_names_of_people_are_none_of_these() -> None:
    document = {"layers": [], "vendor": 1, "Vendor": 2, "annotations": {"a": "1", "A": "2"}}
    assert read_manifest(json.dumps(document).encode()) == document
    config = {"config": {"Labels": {"os": "1", "OS": "2"}}, "rootfs": {"diff_ids": []}, "Size": 1}
    assert read_config(json.dumps(config).encode()) == config


@pytest.mark.parametrize("data", [b"[]", b"", b"{", b"1", b"\xff{}", b"[" * 100_000, b'"x"'])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="it is no"):
        read_manifest(data)


def test_a_field_that_is_null_is_none() -> None:
    document: dict[str, object] = {"manifests": [], "layers": None, "config": None}
    assert read_manifest(json.dumps(document).encode()) == document


def test_lists_of_docker_are_known_however_they_are_spelled() -> None:
    rows = [{"Config": "x", "Layers": []}]
    data = json.dumps(rows).encode()
    assert saved_rows(data)
    assert read_saved_list(data) == rows
    for key in ("layers", "LAYERS"):
        spelled = json.dumps([{"Config": "x", key: []}]).encode()
        assert saved_rows(spelled)
        with pytest.raises(JsonDoubtError):
            read_saved_list(spelled)
    for other in (b'{"Layers": []}', b"[1]", b"[", b'[{"name": "x"}]', b"[" * 100_000):
        assert not saved_rows(other)
    with pytest.raises(ValueError, match="no list of objects"):
        read_saved_list(b"[1]")


def test_objects_in_lists_in_lists_are_looked_at() -> None:
    assert other_spelling([[{"A": 1}]], {"a": None}) == "A"
    assert other_spelling({"a": [{"B": 1}]}, {"a": {"b": None}}) == "B"
    assert other_spelling({"a": {"b": 1}, "c": "text"}, {"a": {"b": None}, "c": {"d": None}}) == ""
