"""What was promised of settings, help and formats."""

from __future__ import annotations

from benchmarks.acceptance.promise import Promise, by_tests

__all__ = ["PROMISES"]

PROMISES = (
    Promise(
        name="settings.toml, config show --origin",
        attempt=by_tests(
            "tests/cli/test_config.py", "tests/engine/test_settings.py", "tests/sources/test_user_settings.py"
        ),
    ),
    Promise(
        name="doctor and its bundle, without a secret",
        attempt=by_tests("tests/cli/test_doctor.py", "tests/engine/test_doctor.py", "tests/engine/test_redaction.py"),
    ),
    Promise(name="completion of four shells", attempt=by_tests("tests/cli/test_completion.py")),
    Promise(name="policy init and show", attempt=by_tests("tests/cli/test_policy.py", "tests/policy/test_starter.py")),
    Promise(
        name="formats github and markdown, several in one run",
        attempt=by_tests("tests/reports/test_github.py", "tests/reports/test_markdown.py"),
    ),
)
