"""The severity of an advisory as a word: it may say one, or a CVSS 3 vector, whose base score has one.

    >>> severity_of("HIGH"), severity_of("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), severity_of("")
    ('high', 'critical', '')

Source: FIRST, Common Vulnerability Scoring System v3.1: Specification Document, sections 5, 7.1 and Appendix A.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["base_score", "severity_of"]

_WORDS = {"critical": "critical", "high": "high", "medium": "medium", "moderate": "medium", "low": "low"}
_IMPACT = {"H": 0.56, "L": 0.22, "N": 0.0}
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": _IMPACT,
    "I": _IMPACT,
    "A": _IMPACT,
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def severity_of(text: str) -> str:
    """Return "critical", "high", "medium" or "low"; "" where the text tells none, or in a form that is not read."""
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    score = base_score(text.strip())
    if score is None or score == 0:
        return ""
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


def base_score(vector: str) -> float | None:
    """Return the base score of a CVSS 3.0 or 3.1 vector, None for any other text."""
    version, *metrics = vector.split("/")
    if version not in ("CVSS:3.0", "CVSS:3.1"):
        return None
    said = dict(metric.split(":", 1) for metric in metrics if ":" in metric)
    scope = said.get("S", "")
    if scope not in _PRIVILEGES or said.get("PR") not in _PRIVILEGES[scope]:
        return None
    if any(said.get(name) not in values for name, values in _WEIGHTS.items()):
        return None
    weight = {name: values[said[name]] for name, values in _WEIGHTS.items()}
    impact = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    is_changed = scope == "C"
    effect = 7.52 * (impact - 0.029) - 3.25 * (impact - 0.02) ** 15 if is_changed else 6.42 * impact
    if effect <= 0:
        return 0.0
    ease = 8.22 * weight["AV"] * weight["AC"] * _PRIVILEGES[scope][said["PR"]] * weight["UI"]
    return _rounded_up(min(1.08 * (effect + ease) if is_changed else effect + ease, 10))


def _rounded_up(score: float) -> float:
    """Return the next tenth, as Appendix A has it."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
