"""What the tests of SPDX share: documents with hostile texts, and spdx-tools as a judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Aggregate, Completeness, Component, Creators, Document, Party, Reference, Usage
from tests.support.sbom_documents import bare_document, made_component, made_digest, made_licence

__all__ = ["documents", "judged_by_spdx_tools", "readable"]

_HOSTILE = st.one_of(
    st.text(st.characters(codec=None), max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "NONE",
            "NOASSERTION",
            "a\nb",
            "\x00\x1b[31m",
            "\ud800",
            "\ufffe#",
            "🦀" * 9,
            '"}],{',
            "x) (y@z",
            "&<>",
        ]
    ),
)
_EXPRESSIONS = st.sampled_from(
    ["", "MIT", "MIT AND (Apache-2.0 OR ISC)", "LicenseRef-Acme", "GPL-2.0-only WITH Classpath-exception-2.0",
     "DocumentRef-x:LicenseRef-y", "MIT OR", "MIT/Apache-2.0", "no licence\n"]
)  # fmt: skip


def readable(document: Document) -> Document:
    """Return a document with its main module from a host that spdx-tools takes, whose pattern ends at five letters."""
    origin = document.main.origin
    assert origin is not None
    return changed(document, main=changed(document.main, origin=changed(origin, url="https://git.acme.test/app")))


@st.composite
def _components(draw: st.DrawFn, number: int) -> Component:
    module = ModuleVersion(path=f"code.example/m{number}", version="v1.0.0")
    expression = draw(_EXPRESSIONS)
    return changed(
        made_component(module.path),
        ref=draw(_HOSTILE) + str(number),
        name=draw(_HOSTILE).strip() or "x",
        version=draw(_HOSTILE),
        purl=draw(st.sampled_from([module.purl, "", "pkg:golang/a b", "pkg:golang/ü", "nothing"])),
        usage=draw(st.sampled_from(list(Usage))),
        digest=made_digest("x") if draw(st.booleans()) else None,
        digest_reason=draw(_HOSTILE),
        description=draw(_HOSTILE),
        deprecated=draw(_HOSTILE),
        licence=made_licence(module, expression, concluded=draw(_EXPRESSIONS)) if draw(st.booleans()) else None,
        supplier=Party(name=draw(_HOSTILE).strip() or "S", email=draw(_HOSTILE)) if draw(st.booleans()) else None,
        references=(Reference(kind="distribution", url=draw(_HOSTILE)), Reference(kind="vcs", url=draw(_HOSTILE))),
        properties=((draw(_HOSTILE), draw(_HOSTILE)),),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a small document whose texts are hostile and whose edges lead anywhere."""
    components = tuple(draw(_components(number)) for number in range(draw(st.integers(0, 3))))
    main = changed(bare_document().main, name=draw(_HOSTILE).strip() or "main", description=draw(_HOSTILE))
    refs = [main.ref, *(component.ref for component in components)]
    needs = st.lists(st.sampled_from(refs), unique=True, max_size=3).map(tuple)
    aggregates = st.sampled_from(list(Aggregate))
    bare = bare_document()
    return changed(
        bare,
        main=main,
        components=components,
        edges={ref: draw(needs) for ref in refs},
        created=bare.created + timedelta(seconds=draw(st.integers(0, 9))),
        completeness=Completeness(
            components=draw(aggregates), dependencies=draw(aggregates), reasons=(draw(_HOSTILE),)
        ),
        creators=Creators(
            author=Party(name=draw(_HOSTILE).strip() or "A", email=draw(_HOSTILE)) if draw(st.booleans()) else None,
            supplier=Party(name="S", url=draw(st.sampled_from(["https://s.example/", "s.example", "https://s.example/#x"]))),
        ),
        properties={draw(_HOSTILE): draw(_HOSTILE)},
    )  # fmt: skip


def judged_by_spdx_tools(document: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return an SPDX 2.3 document as spdx-tools reads it, and what its full validation has against it.

    What it cannot even read comes back as (None, the reasons).
    """
    from spdx_tools.spdx.parser.error import SPDXParsingError
    from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    try:
        read = JsonLikeDictParser().parse(document)  # type: ignore[no-untyped-call]
    except SPDXParsingError as err:
        return None, list(err.get_messages())  # type: ignore[no-untyped-call]
    return read, [message.validation_message for message in validate_full_spdx_document(read)]
