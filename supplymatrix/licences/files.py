"""Which files hold licences, by their names.

The forms are those of the 1,000 licence files of the modules of four real projects: LICENSE, LICENSE.md, LICENSE-MIT,
LICENSE.libyaml, COPYING.LESSER, COPYRIGHT, UNLICENSE, MIT-LICENSE.txt, Go-LICENSE.
"""

from __future__ import annotations

import re

__all__ = ["is_licence_file", "is_notice_file", "is_third_party_file", "is_unread_licence_file", "rank"]

_WORD = r"(?:un)?licen[sc]es?|copying|copyrights?"
_STARTS = re.compile(rf"(?:{_WORD})(?:[-_. ].*)?", re.IGNORECASE)
_ENDS = re.compile(r"(?:[a-z0-9.]+[-_. ])+licen[sc]e(?:[-_. ][0-9a-z.]+)?", re.IGNORECASE)
_NOTICE = re.compile(r"notices?(?:[-_. ].*)?", re.IGNORECASE)
_THIRD_PARTY = re.compile(r"(?:.*[-_. ])?(?:3rd|third)[-_. ]?part(?:y|ies)(?:[-_. ].*)?", re.IGNORECASE)
_SPEAKS = re.compile(r"licen[sc]e|notice|copyright|copying|legal", re.IGNORECASE)
_DOCUMENTATION = re.compile(r"[-_. ](?:docs?|documentation|logos?|artwork|fonts?)(?:\.(?:md|txt))?$", re.IGNORECASE)

_NAMED = re.compile(
    r"(?:[al]?gpl|mpl|epl|eupl|cddl|apache|mit|bsd)(?:[-_ .]?v?\d[\d.]*)?(?:[-_.](?:only|or-later|clause))?"
    r"\.(?:txt|md)",
    re.IGNORECASE,
)
"""GPL.txt, lgpl-2.1.txt: a text that is called by its licence."""
_OTHER_FORMS = (".doc", ".docx", ".htm", ".html", ".in", ".odt", ".pdf", ".ps", ".rtf", ".tex", ".xml")

_TEXT_SUFFIXES = (".md", ".markdown", ".rst", ".txt")
_OTHER_SUFFIXES = (
    ".bash", ".c", ".cc", ".cfg", ".cpp", ".cs", ".css", ".csv", ".gif", ".go", ".gotmpl", ".gz", ".h", ".htm",
    ".html", ".in", ".ini", ".java", ".jpg", ".js", ".json", ".lock", ".mk", ".mod", ".pdf", ".pl", ".png", ".proto",
    ".prototext", ".ps1", ".py", ".rb", ".rs", ".sh", ".sum", ".svg", ".template", ".tmpl", ".toml", ".tpl", ".ts",
    ".tsx", ".xml", ".yaml", ".yml", ".zip",
)  # fmt: skip
"""Of programs, data and pictures: they speak of licences and hold none. LICENSE.libyaml ends in a name."""


def is_licence_file(name: str) -> bool:
    """Tell whether a file of this name (no folders) holds the licence of the code beside it.

    Not so: a NOTICE, a list of the licences of third parties, the licence of the documentation alone (LICENSE.docs).
    """
    if not _holds_text(name) or is_third_party_file(name) or _DOCUMENTATION.search(name):
        return False
    return _is_named_so(name)


def is_unread_licence_file(name: str) -> bool:
    """Tell whether a file of this name (no folders) holds a licence too, though it is not read as that of the code: in
    another form than text (LICENSE.html, COPYING.in), or of its documentation, pictures and fonts (LICENSE-fonts.txt).
    """
    stem, dot, suffix = name.rpartition(".")
    if dot and f".{suffix.lower()}" in _OTHER_FORMS:
        return _is_named_so(stem) and len(name) <= 255
    return _holds_text(name) and _DOCUMENTATION.search(name) is not None and _is_named_so(name)


def is_notice_file(name: str) -> bool:
    """Tell whether a file of this name (no folders) is a NOTICE, which Apache-2.0 section 4(d) asks to pass on."""
    return _holds_text(name) and _NOTICE.fullmatch(name) is not None


def is_third_party_file(name: str) -> bool:
    """Tell whether a file of this name (no folders) lists the licences of parts by others (THIRD_PARTY_LICENSES)."""
    return _holds_text(name) and _THIRD_PARTY.fullmatch(name) is not None and _SPEAKS.search(name) is not None


def rank(name: str) -> tuple[int, str]:
    """Return the sort key of a licence file's name: the one a reader would open first comes first."""
    plain = name.lower()
    for suffix in _TEXT_SUFFIXES:
        plain = plain.removesuffix(suffix)
    whole = {"license": 0, "licence": 0, "licenses": 1, "licences": 1, "copying": 2, "unlicense": 3, "copyright": 8}
    return whole.get(plain, 7 if plain.startswith("copyright") else 5), name


def _is_named_so(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in (_STARTS, _NAMED)) or _is_prefixed(name)


def _is_prefixed(name: str) -> bool:
    """Tell MIT-LICENSE and apache-license.txt from check-license, a program."""
    if _ENDS.fullmatch(name) is None:
        return False
    return "LICENSE" in name or "LICENCE" in name or name.lower().endswith(_TEXT_SUFFIXES)


def _holds_text(name: str) -> bool:
    return not name.lower().endswith(_OTHER_SUFFIXES) and len(name) <= 255
