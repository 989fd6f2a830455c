"""All rules. Adding one = one file in `rules/`, one line here, one page in docs/rules, one pair of fixtures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Protocol

from supplymatrix.checks.rules import (
    artifact_unsigned,
    attestation_missing,
    audit_incomplete,
    auth_program_risky,
    base_end_of_life,
    binary_from_dirty_tree,
    binary_local_replace,
    binary_module_differs,
    binary_module_not_in_log,
    binary_module_unprovable,
    binary_opaque,
    binary_other_version,
    binary_secret_in_flags,
    binary_unknown_go,
    builder_not_allowed,
    c_crypto_outside_module,
    cached_copy_differs,
    cgo_not_allowed,
    checksum_log_off,
    ci_step_not_pinned,
    credential_in_settings,
    debt_paid,
    fips_claim_contradicted,
    fips_defeated,
    fips_family_not_allowed,
    fips_mode_only_in_production,
    fips_module_missing,
    fips_not_certified,
    go_end_of_life,
    go_setting_removed,
    go_version_floating,
    go_version_not_allowed,
    go_vulnerable,
    image_not_pinned,
    image_tag_mutable,
    insecure_source,
    lgpl_relink_duty,
    licence_not_allowed,
    licence_stricter_inside,
    licence_unknown,
    log_proof_wrong,
    malicious_module,
    module_deprecated,
    module_too_young,
    national_algorithm,
    native_library_loaded,
    native_licence_combined,
    native_licence_unknown,
    native_prebuilt,
    native_proprietary_terms,
    nested_policy,
    non_approved_crypto,
    noproxy_overrides_private,
    package_matches_nothing,
    private_module,
    private_name_sent,
    proof_file_malformed,
    proof_file_wrong,
    provenance_differs,
    provenance_missing,
    proxy_falls_through,
    proxy_not_allowed,
    pseudo_version,
    publisher_contradicted,
    publisher_not_verified,
    replace_fork,
    replace_local_path,
    replace_version,
    sbom_attestation_differs,
    signature_broken,
    signature_malformed,
    signature_not_checkable,
    signature_not_logged,
    signature_not_trusted,
    signatures_disagree,
    signer_not_allowed,
    slsa_level_not_met,
    sum_conflict,
    sum_differs_elsewhere,
    sum_differs_from_log,
    sum_malformed,
    sum_missing,
    sum_not_checked,
    sum_not_in_log,
    sum_unknown_algorithm,
    toolchain_line,
    toolchain_modified,
    toolchain_not_official,
    vcs_unrestricted,
    vendor_evidence_stale,
    vendor_list_differs,
    vendor_not_allowed,
    vendor_response_slow,
    vendored_file_differs,
    vendored_file_unexplained,
    vendored_module_unproven,
    version_not_allowed,
    version_retracted,
    vex_unjustified,
    vulnerability_called,
    vulnerability_database_old,
    vulnerability_ignored_elsewhere,
    vulnerability_imported,
    vulnerability_not_checkable,
    vulnerability_overdue,
    vulnerability_required,
    vulnerability_unreviewed,
    waiver_expired,
    waiver_expires_soon,
    waiver_too_long,
    waiver_too_wide,
    waiver_unused,
    weak_godebug_default,
)
from supplymatrix.checks.view import FactView
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import Facts
from supplymatrix.model.rule import Result, Rule
from supplymatrix.model.spelling import nearest

__all__ = ["ALL_RULES", "RULES", "RuleCheck", "find_rule", "run_rules"]


class RuleCheck(Protocol):
    """What a file in `rules/` offers. JUDGED_BY: "facts", or "policy" when only a policy can produce its results: then
    the policy room makes them, and the file has no `check`."""

    RULE: Rule
    JUDGED_BY: str

    def check(self, view: FactView) -> Iterator[Result]:
        """Yield one result for each thing that the rule applies to."""
        ...


RULES: tuple[ModuleType, ...] = (
    sum_missing,
    sum_not_in_log,
    sum_not_checked,
    sum_malformed,
    sum_unknown_algorithm,
    sum_conflict,
    toolchain_line,
    sum_differs_from_log,
    log_proof_wrong,
    cached_copy_differs,
    proof_file_wrong,
    proof_file_malformed,
    publisher_not_verified,
    publisher_contradicted,
    sum_differs_elsewhere,
    vendored_file_differs,
    vendored_file_unexplained,
    vendor_list_differs,
    vendored_module_unproven,
    toolchain_modified,
    toolchain_not_official,
    go_version_not_allowed,
    binary_module_differs,
    binary_module_not_in_log,
    binary_module_unprovable,
    binary_other_version,
    binary_from_dirty_tree,
    binary_local_replace,
    binary_secret_in_flags,
    weak_godebug_default,
    binary_opaque,
    binary_unknown_go,
    replace_local_path,
    replace_fork,
    pseudo_version,
    private_module,
    version_not_allowed,
    replace_version,
    version_retracted,
    module_deprecated,
    module_too_young,
    proxy_not_allowed,
    vulnerability_called,
    vulnerability_imported,
    vulnerability_required,
    vulnerability_unreviewed,
    go_vulnerable,
    go_end_of_life,
    vulnerability_overdue,
    vulnerability_database_old,
    malicious_module,
    vulnerability_not_checkable,
    vulnerability_ignored_elsewhere,
    vex_unjustified,
    credential_in_settings,
    private_name_sent,
    checksum_log_off,
    insecure_source,
    vcs_unrestricted,
    proxy_falls_through,
    auth_program_risky,
    noproxy_overrides_private,
    go_setting_removed,
    licence_not_allowed,
    licence_unknown,
    licence_stricter_inside,
    artifact_unsigned,
    signer_not_allowed,
    signature_broken,
    signature_not_logged,
    signature_not_trusted,
    provenance_missing,
    provenance_differs,
    builder_not_allowed,
    slsa_level_not_met,
    sbom_attestation_differs,
    image_tag_mutable,
    signatures_disagree,
    attestation_missing,
    signature_not_checkable,
    signature_malformed,
    fips_module_missing,
    fips_claim_contradicted,
    non_approved_crypto,
    fips_defeated,
    fips_family_not_allowed,
    fips_not_certified,
    c_crypto_outside_module,
    fips_mode_only_in_production,
    cgo_not_allowed,
    native_licence_combined,
    native_library_loaded,
    native_prebuilt,
    native_licence_unknown,
    lgpl_relink_duty,
    native_proprietary_terms,
    national_algorithm,
    vendor_response_slow,
    vendor_evidence_stale,
    vendor_not_allowed,
    image_not_pinned,
    base_end_of_life,
    ci_step_not_pinned,
    go_version_floating,
    waiver_unused,
    waiver_expired,
    waiver_expires_soon,
    waiver_too_wide,
    waiver_too_long,
    package_matches_nothing,
    nested_policy,
    debt_paid,
    audit_incomplete,
)
ALL_RULES: Mapping[str, Rule] = {module.RULE.id: module.RULE for module in RULES}
_BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in ALL_RULES.values()}


def run_rules(facts: Facts) -> tuple[Result, ...]:
    """Return the results of all rules, in the order of the registry and of the facts."""
    view = FactView(facts)
    results = tuple(result for module in RULES if module.JUDGED_BY == "facts" for result in module.check(view))
    if all(gap.family is None for gap in facts.gaps):
        return results
    last = audit_incomplete.RULE.id
    answered = {result.gap for result in results if result.rule != last}
    return tuple(result for result in results if result.rule != last or result.gap not in answered)


def find_rule(word: str) -> Rule:
    """Return the rule of an id (in any case) or a name. Raises InputError with a suggestion."""
    rule = ALL_RULES.get(word.upper()) or _BY_NAME.get(word.lower())
    if rule is None:
        near = nearest(word, [*ALL_RULES, *_BY_NAME])
        remedy = f"did you mean {near}?" if near else "run `supplymatrix rules` to see all of them"
        raise InputError(
            Diagnostic(
                message="there is no such rule",
                seen=word[:100],
                expected="an id such as SM110 or a name",
                remedy=remedy,
            )
        )
    return rule
