"""Who supplies a module, and where its zip is to be had: what paths and origins say, and no address of a company."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.sbom_places import public_proxy, references_of, supplier_of, zip_reference
from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import LogProof, Origin, Party
from supplymatrix.sumdb.known import GO_LOG_NAME

MODULE = ModuleVersion(path="example.com/Acme/a", version="v1.0.0")
PROVEN = LogProof(state="proven", log=GO_LOG_NAME, record=7, tree_size=9)
PROXY = f"https://mirror.{GO_LOG_NAME.partition('.')[2]}"


@pytest.mark.parametrize(
    ("path", "origin", "name", "url", "word"),
    [
        ("github.com/acme/a/v2", "https://github.com/other/a", "acme", "https://github.com/acme", "module path"),
        ("go.acme.example/a", "https://github.com/acme/a", "acme", "https://github.com/acme", "the repository"),
        ("go.acme.example/a", "https://git.acme.example:8443/x/a", *["git.acme.example:8443"] * 2, "the repository"),
        ("go.acme.example/a", "git://git.acme.example/a", "git.acme.example", "", "the repository"),
        ("go.acme.example/a", "https://[broken/a", *["go.acme.example"] * 2, "it is the host"),
        ("go.acme.example/a", "", *["go.acme.example"] * 2, "it is the host"),
    ],
)
def test_the_supplier_is_an_owner_or_a_host_and_says_how_it_is_known(
    path: str, origin: str, name: str, url: str, word: str
) -> None:
    found = supplier_of(path, Origin(kind="git", url=origin) if origin else None)
    assert found is not None
    url = f"https://{url}" if url and "://" not in url else url
    assert found[0] == Party(name=name, url=url)
    assert word in found[1]


def test_a_path_without_a_host_has_no_supplier() -> None:
    assert supplier_of("svc", None) is None
    assert supplier_of("github.com", None) == (
        Party(name="github.com", url="https://github.com"),
        "the supplier, and the website, are read from the module path",
    )


def test_the_repository_is_that_of_the_origin_else_that_of_the_path() -> None:
    origin = Origin(kind="git", url="https://code.example/a")
    assert [(entry.kind, entry.url) for entry in references_of("go.acme.example/a", origin)] == [("vcs", origin.url)]
    assert list(references_of("go.acme.example/a", None)) == []
    page = "https://github.com/acme/a"
    assert [(entry.kind, entry.url) for entry in references_of("github.com/acme/a/b", None)] == [
        ("vcs", page),
        ("website", page),
    ]


@pytest.mark.parametrize(
    ("goproxy", "expected"),
    [
        (f"{PROXY}/,direct", PROXY),
        ("https://goproxy.corp.example,direct", ""),
        (f"https://ada:s3cret@{PROXY.removeprefix('https://')}", ""),
        (f"https://x{GO_LOG_NAME.partition('.')[2]}", ""),
        ("direct", ""),
        ("", ""),
    ],
)
def test_only_a_proxy_beside_the_public_log_is_taken_from_the_installation(
    tmp_path: Path, goproxy: str, expected: str
) -> None:
    (tmp_path / "go.env").write_text(f"GOPROXY={goproxy}\n", encoding="utf-8")
    environ = {"GOROOT": str(tmp_path), "GOENV": "off", "GOPROXY": "https://goproxy.corp.example"}
    assert public_proxy(environ) == expected
    assert public_proxy({"GOENV": "off"}) == ""


def test_a_zip_has_an_address_where_the_public_log_has_proven_it() -> None:
    def found(proof: LogProof | None = PROVEN, proxy: str = PROXY, **settings: str) -> list[str]:
        said = GoSettings(**{name: Setting(value=text, origin="environment") for name, text in settings.items()})
        return [entry.url for entry in zip_reference(MODULE, proof, said, proxy)]

    assert found() == [f"{PROXY}/example.com/!acme/a/@v/v1.0.0.zip"]
    assert found(proxy="") == []
    assert found(None) == []
    assert found(LogProof(state="not-checked", log=GO_LOG_NAME)) == []
    assert found(LogProof(state="proven", log="log.corp.example", record=7, tree_size=9)) == []
    assert found(gonoproxy="example.com/Acme") == []
    assert found(goprivate="example.com") == []
