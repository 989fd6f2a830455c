"""Hypothesis profiles: no deadline (a shared machine is slow at random), and the same examples in every CI run.

`make quick` sets HYPOTHESIS_PROFILE=quick: fewer examples of each property; `deep` has more than ten times as many.
Tests that need the real network run only when they are asked for: `pytest -m network`.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("local", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.register_profile("deep", parent=settings.get_profile("local"), max_examples=400)
settings.register_profile("quick", parent=settings.get_profile("local"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return twice as many workers as processors: tests of screens and of programs wait half of their time."""
    del config
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs the real network, unless the command line speaks of it."""
    if "network" in str(config.getoption("markexpr")):
        return
    for item in items:
        if item.get_closest_marker("network") is not None:
            item.add_marker(pytest.mark.skip(reason="needs the real network: pytest -m network"))


def pytest_configure() -> None:
    """Take signals as a program in the foreground does: a job of a shell in the background starts with some ignored."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
