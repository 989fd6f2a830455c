"""The licences of a component in CycloneDX: what is declared, what is concluded, and the lines they were read in.

A list of licences of CycloneDX 1.6 holds either licences or one expression; 1.7 lets them stand together. So where one
of the two is an expression, 1.6 has the concluded one in `licenses` and the declared one in `evidence.licenses`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import Licence, parse_expression
from supplymatrix.licences.spdx_ids import canonical_id
from supplymatrix.model.licence import LicenceFile, LicenceMatch, ModuleLicence
from supplymatrix.model.value import value
from supplymatrix.sbom.cyclonedx_text import Json, line_of, property_of

__all__ = ["LicenceParts", "choice_of", "licence_parts"]

DECLARED, CONCLUDED = "declared", "concluded"
MOST_MATCHES = 200
"""Licences, files and copyright lines that are told of one component."""
LONGEST_COPYRIGHT = 1_000


@value
class LicenceParts:
    """What a component says of its licences. licences: for `licenses`; evidence: for `evidence`; copyright: one line;
    properties: name and value."""

    licences: tuple[Json, ...] = ()
    evidence: Json
    copyright: str = ""
    properties: tuple[tuple[str, str], ...] = ()


def licence_parts(licence: ModuleLicence | None, spec: str, declared: str = "") -> LicenceParts:
    """Return what is written of a licence. declared: what the user declares, in place of what the files say."""
    concluded = licence.concluded if licence else ""
    declared = declared or (licence.declared if licence else "")
    said = [
        choice_of(expression, acknowledgement)
        for expression, acknowledgement in ((declared, DECLARED), (concluded, CONCLUDED))
        if expression
    ]
    is_apart = spec == "1.6" and len(said) > 1 and any("expression" in choice for choice in said)
    licences = said[1:] if is_apart else said
    if licence is None:
        return LicenceParts(licences=tuple(licences), evidence={"licenses": said[:1]} if is_apart else {})
    lines = _copyrights(licence)
    evidence: Json = {}
    if occurrences := list(_occurrences(licence))[:MOST_MATCHES]:
        evidence["occurrences"] = occurrences
    if found := said[:1] if is_apart else list(_matches(licence))[:MOST_MATCHES]:
        evidence["licenses"] = found
    if lines:
        evidence["copyright"] = [{"text": line} for line in lines[:MOST_MATCHES]]
    return LicenceParts(
        licences=tuple(licences),
        evidence=evidence,
        copyright=line_of("; ".join(lines), LONGEST_COPYRIGHT),
        properties=tuple(_properties(licence, declared, concluded)),
    )


def choice_of(expression: str, acknowledgement: str = "") -> Json:
    """Return an expression as an entry of a list of licences: by its id where it is one of SPDX, else as an expression
    where it is one, else, and where it is a LicenseRef, by name."""
    text = line_of(expression)
    said: Json = {"acknowledgement": acknowledgement} if acknowledgement else {}
    if canonical_id(text) == text:
        return {"license": {"id": text, **said}}
    return {"expression": text, **said} if _is_expression(text) else {"license": {"name": text, **said}}


@lru_cache(1_024)
def _is_expression(text: str) -> bool:
    """Return whether a text is an SPDX expression, and more than one LicenseRef."""
    try:
        parsed = parse_expression(text)
    except InputError:
        return False
    return not isinstance(parsed, Licence) or not text.startswith(("LicenseRef-", "DocumentRef-"))


def _occurrences(licence: ModuleLicence) -> Iterator[Json]:
    """Yield where each licence was read: file, first line, and in words what it is, how surely, and how it is known."""
    for file in licence.files:
        place: Json = {"location": line_of(file.path)}
        for match in file.matches:
            yield place | {"line": match.start, "additionalContext": _in_words(file, match)}
        if not file.matches:
            yield place | {"additionalContext": _unknown_in_words(file)}


def _in_words(file: LicenceFile, match: LicenceMatch) -> str:
    said = f"licence {match.licence}, lines {match.start} to {match.end}, {match.confidence} % by {match.method}"
    return line_of(f"{said}{_scope(file)}; SHA-256 of the file {file.sha256}")


def _unknown_in_words(file: LicenceFile) -> str:
    near = f"the nearest is {file.nearest} %" if file.nearest else "none is near"
    if file.is_statement:
        near = "it says whose the code is, and nothing else"
    return line_of(f"no licence recognised in it, {near}{_scope(file)}; SHA-256 of the file {file.sha256}")


def _scope(file: LicenceFile) -> str:
    scope = ", for the packages in its folder" if file.packages_only else ""
    return f"{scope}, {file.unread} characters at its end not looked at" if file.unread else scope


def _matches(licence: ModuleLicence) -> Iterator[Json]:
    for file in licence.files:
        for match in file.matches:
            properties = [
                property_of("supplymatrix:licence:file", file.path),
                property_of("supplymatrix:licence:lines", f"{match.start}-{match.end}"),
                property_of("supplymatrix:licence:confidence", str(match.confidence)),
                property_of("supplymatrix:licence:method", match.method),
            ]
            name = line_of(match.licence)
            key = "id" if canonical_id(name) == name else "name"
            yield {"license": {key: name, "properties": properties}}


def _copyrights(licence: ModuleLicence) -> list[str]:
    lines = (line_of(line, LONGEST_COPYRIGHT) for file in licence.files for line in file.copyrights)
    return list(dict.fromkeys(line for line in lines if line))


def _properties(licence: ModuleLicence, declared: str, concluded: str) -> Iterator[tuple[str, str]]:
    yield "supplymatrix:licence:read_from", licence.source
    if not licence.is_read:
        yield "supplymatrix:licence:is_read", "false"
    if licence.files and concluded:
        yield "supplymatrix:licence:confidence", str(licence.confidence)
    for file in licence.files:
        for line, text in file.remarks:
            yield "supplymatrix:licence:remark", f"{file.path}:{line} {text}"
    if licence.not_built_for:
        yield "supplymatrix:licence:not_built_for", licence.not_built_for
    if declared != licence.declared:
        yield "supplymatrix:licence:declared_in_files", licence.declared or "unknown"
    if licence.reason:
        yield "supplymatrix:licence:reason", licence.reason
    if licence.remedy:
        yield "supplymatrix:licence:remedy", licence.remedy
