"""[cgo] allow: which modules may bring or link C code (SM701).

What is loaded while a program runs (SM703), was translated to Go, or runs as another program is not meant: it is there
without cgo. C code of Go's own packages counts where it is seen in a program, since sources alone do not say whether
they are built with cgo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import LinkMode, NativeCode, NativeProof
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.policy.audit_terms import Said
from supplymatrix.policy.document import Policy
from supplymatrix.policy.globs import matches

__all__ = ["CGO_RULE", "check_native"]

CGO_RULE = "SM701"
_WITHOUT_CGO = frozenset({LinkMode.LOADED, LinkMode.TRANSLATED, LinkMode.PROCESS})
_STD = "std"


def check_native(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield one result for each module with C code, of the project and of each program. rules: by id."""
    said, rule = policy.terms.get("cgo.allow"), rules.get(CGO_RULE)
    if said is None or rule is None or not isinstance(said.value, tuple):
        return
    found: dict[tuple[ModuleVersion, str], list[NativeCode]] = {}
    for fact in facts.of(NativeCode):
        is_of_go = fact.subject.path == _STD and fact.proof is not NativeProof.PROGRAM
        if fact.is_built and fact.mode not in _WITHOUT_CGO and not is_of_go:
            found.setdefault((fact.subject, fact.program), []).append(fact)
    for (module, program), codes in sorted(found.items()):
        yield _judge(module, program, codes, said, rule)


def _judge(module: ModuleVersion, program: str, codes: Sequence[NativeCode], said: Said, rule: Rule) -> Result:
    subject = f"{module} in {program}" if program else str(module)
    allowed = said.value if isinstance(said.value, tuple) else ()
    if any(matches(glob, module.path) for glob in allowed):
        return passed(rule, subject, module)
    what = ", ".join(dict.fromkeys(f"{code.library or 'C code'} ({code.mode.value})" for code in codes))
    only = f"only {', '.join(allowed)}" if allowed else "none"
    name = "Go itself" if module.path == _STD else str(module)
    return failed(
        rule,
        subject,
        module,
        message=f"{name} brings {what}{f' into {program}' if program else ''}; the policy allows {only}",
        label="C code that is not allowed",
        locations=(codes[0].location, said.location),
        evidence=tuple(
            Evidence(label=code.library or "files", value=f"{code.mode.value}, told by {code.proof.value}")
            for code in codes[:5]
        ),
        fix="build with CGO_ENABLED=0"
        if module.path == _STD
        else "build with CGO_ENABLED=0, take another module, or allow this one after a review",
    )
