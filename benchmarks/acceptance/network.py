"""What was promised of company networks: proxies, certificates and credentials, explained and never shown."""

from __future__ import annotations

from benchmarks.acceptance.promise import Promise, by_tests

__all__ = ["PROMISES"]

_WHOLE_PROGRAM = "tests/cli/test_company_network.py"


def _tests(words: str) -> tuple[str, ...]:
    return (_WHOLE_PROGRAM, "-k", words)


PROMISES = (
    Promise(name="a proxy that needs a login: given, missing and refused", attempt=by_tests(*_tests("login"))),
    Promise(name="a proxy that redirects to another host is explained", attempt=by_tests(*_tests("redirects"))),
    Promise(
        name="a proxy without the log, and no other way, is explained", attempt=by_tests(*_tests("without_the_log"))
    ),
    Promise(name="a proxy that tampers is an alarm that names it", attempt=by_tests(*_tests("tampers"))),
    Promise(name="every output is searched for the secrets", attempt=by_tests(_WHOLE_PROGRAM)),
    Promise(name="credentials go to their own server alone", attempt=by_tests("tests/net/test_credentials.py")),
    Promise(name="HTTPS_PROXY and NO_PROXY as Go reads them", attempt=by_tests("tests/net/test_address.py")),
    Promise(name="CONNECT through a proxy with a password", attempt=by_tests("tests/net/test_forward_proxy.py")),
    Promise(name="a company's certificates beside the system's", attempt=by_tests("tests/net/test_certificates.py")),
    Promise(name="a recording replayed gives the same verdict", attempt=by_tests("tests/engine/test_recording.py")),
    Promise(name="several processes prove into one cache", attempt=by_tests("tests/cli/test_processes.py")),
)
