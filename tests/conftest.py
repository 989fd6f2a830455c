"""Hypothesis profiles: no deadline (a shared machine is slow at random), and the same examples in every CI run.

`make quick` sets HYPOTHESIS_PROFILE=quick: fewer examples of each property.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("local"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return twice as many workers as processors: tests of screens and of programs wait half of their time."""
    del config
    return 2 * (os.cpu_count() or 1)
