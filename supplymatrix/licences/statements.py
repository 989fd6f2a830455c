"""Files that say whose the code is, and nothing of how it is licensed: COPYRIGHT beside a LICENSE."""

from __future__ import annotations

import re

from supplymatrix.licences.copyrights import copyright_spans

__all__ = ["states_copyrights_alone"]

_LONGEST = 20_000
"""Characters; what is longer is read as a licence."""
_POINTERS = re.compile(
    r"""all\s+rights\s+reserved
      |use\s+of\s+this\s+(?:source\s+code|software|file|package)\s+is\s+governed\s+by\s+(?:an?|the)\s+
        (?:[\w.+-]+\s+){1,3}?licen[sc]e\s+that\s+can\s+be\s+found\s+in\s+the\s+licen[sc]e\s+file""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands behind a copyright line and says no more than that there is a licence beside it."""
_TERMS = re.compile(
    r"""\b(?:may|must|shall|will|not|no|never|only|without|unless|except\w*|licen[sc]\w*|permi\w+|proprietary|private
      |confidential|secrets?|restrict\w*|use[ds]?|using|copy|copying|copies|copied|re-?distribut\w*|distribut\w*|modif\w*
      |terms?|conditions?|agreements?|eula|commercial\w*|non-?commercial\w*|warrant\w*|patent\w*|pay\w*|fees?|forbid\w*
      |prohibit\w*|allow\w*|grant\w*|sell\w*|sold|subscri\w*|public\s+domain|[al]?gpl\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"\w")


def states_copyrights_alone(text: str) -> bool:
    """Tell whether the words of a text are copyright lines, and no terms are among them."""
    if len(text) > _LONGEST:
        return False
    spans = copyright_spans(text)
    rest = list(_POINTERS.sub(lambda found: " " * len(found.group()), text))
    plain = "".join(rest)
    if not spans or _TERMS.search(plain):
        return False
    for start, end in spans:
        rest[start:end] = " " * (end - start)
    return _WORD.search("".join(rest)) is None
