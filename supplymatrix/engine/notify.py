"""Tell a webhook how a check ended. It is told last, and whatever becomes of it changes neither report nor exit code.

    webhook = choose_webhook("slack=https://hooks.example/T0/B0/x", os.environ)
    warning = tell_run(webhook, survey, means)          # "" = told, or nobody is to be told

The address comes from the command line, the environment or settings.toml, and never from a file of what is checked: a
lift.toml could else send the outcome of a private project anywhere. It is a secret itself, and shown as its server
alone. A `json` message is signed when SUPPLYMATRIX_NOTIFY_SECRET holds a secret: HMAC-SHA256 over the body as sent, in
the form that GitHub's own webhooks have. Without the network (--offline, --replay) nothing is sent but to this machine.

Source: RFC 2104; docs.github.com "Validating webhook deliveries".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial

from supplymatrix import __version__
from supplymatrix.engine.means import Means
from supplymatrix.engine.settings import load_settings, shown_setting
from supplymatrix.errors import Diagnostic, InputError, SupplymatrixError, TrustError
from supplymatrix.model.audit import Survey
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value
from supplymatrix.sources.user_settings import KINDS, webhook_fault

__all__ = ["SECRET", "Webhook", "choose_webhook", "tell_failure", "tell_run"]

SECRET = "SUPPLYMATRIX_NOTIFY_SECRET"  # noqa: S105 - the name of a variable
_NOBODY = "off"
_KIND = re.compile(r"[a-z]{1,12}")  # what somebody may have taken for a kind; an address has other characters
_ALARM, _BROKEN, _INCOMPLETE, _INTERNAL, _UNREAD = 4, 2, 3, 70, 141


@value
class Webhook:
    """Who is told. url: secret; kind: "json" or "slack"."""

    url: str
    kind: str

    @property
    def shown(self) -> str:
        """The server, as it may be shown."""
        return str(shown_setting("notify.url", self.url))

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine: only there http may be spoken."""
        return not webhook_fault(f"http://{self.url.partition('://')[2]}")


def choose_webhook(said: str | None, environ: Mapping[str, str]) -> Webhook | None:
    """Return who is to be told, None for nobody. said: --notify, [KIND=]URL or "off"; None = as the settings say.

    Raises InputError for an address that cannot be used; it is not quoted.
    """
    if said == _NOBODY:
        return None
    settings = load_settings(environ)
    if said is None:
        return Webhook(url=settings.notify_url, kind=settings.notify_kind) if settings.notify_url else None
    word, equals, rest = said.partition("=")
    kind, url = (word, rest) if equals and word in KINDS else (settings.notify_kind, said)
    why = webhook_fault(url)
    if why and equals and _KIND.fullmatch(word) and word not in KINDS:
        near = nearest(word, KINDS)
        raise InputError(
            Diagnostic(
                message=f"--notify cannot be used: there is no kind of notification {word!r}",
                expected=f"[KIND=]URL, KIND one of {', '.join(KINDS)}",
                remedy=f"did you mean {near!r}?" if near else "",
            )
        )
    if why:
        raise InputError(
            Diagnostic(
                message=f"--notify cannot be used: {why}",
                expected=f"[KIND=]URL, KIND one of {', '.join(KINDS)}, an https address; http for this machine only",
                remedy="SUPPLYMATRIX_NOTIFY_URL keeps the address out of the list of processes",
            )
        )
    return Webhook(url=url, kind=kind)


def tell_run(webhook: Webhook | None, survey: Survey, means: Means, *, fault: Exception | None = None) -> str:
    """Tell how a run ended, and return a warning when that could not be done, "" otherwise.

    fault: what went wrong behind the verdict: the run ends with its exit code, unless the verdict is an alarm.
    """
    if webhook is None:
        return ""
    from supplymatrix.reports.notification import run_message

    code = survey.exit_code if fault is None or survey.exit_code == _ALARM else _code_of(fault)
    make = partial(
        run_message, survey, webhook.kind, now=means.now, tool_version=__version__, exit_code=code, fault=fault
    )
    return _tell(webhook, make, means)


def tell_failure(webhook: Webhook | None, err: Exception, means: Means) -> str:
    """Tell that a run ended without a verdict, and return a warning as `tell_run` does."""
    if webhook is None:
        return ""
    from supplymatrix.reports.notification import failure_message

    make = partial(failure_message, _code_of(err), err, webhook.kind, now=means.now, tool_version=__version__)
    return _tell(webhook, make, means)


def _code_of(err: Exception) -> int:
    """Return the code that the program ends with after an exception."""
    if isinstance(err, TrustError):
        return _ALARM
    if isinstance(err, InputError):
        return _BROKEN
    if isinstance(err, SupplymatrixError):
        return _INCOMPLETE
    return _UNREAD if isinstance(err, BrokenPipeError) else _INTERNAL


def _tell(webhook: Webhook, make: Callable[[], bytes], means: Means) -> str:
    why = "the run is offline" if means.offline else "a replay is no run of today" if means.replay is not None else ""
    if why and not webhook.is_here:
        return f"{webhook.shown} was not notified: {why}, and nothing is sent"
    from supplymatrix.net.notify import Delivery, post

    body = make()
    delivery = Delivery(url=webhook.url, body=body, headers=_headers(webhook, body, means.environ))
    reason = post(delivery, environ=means.environ, ca_file=means.ca_file)
    return f"{webhook.shown} was not notified: {reason}" if reason else ""


def _headers(webhook: Webhook, body: bytes, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of our own kind. The delivery's id is the same in every try, so that it counts once."""
    if webhook.kind != "json":
        return {}
    headers = {"X-Supplymatrix-Delivery": hashlib.sha256(body).hexdigest()[:32]}
    secret = environ.get(SECRET, "")
    if secret:
        signature = hmac.new(secret.encode("utf-8", "surrogateescape"), body, hashlib.sha256).hexdigest()
        headers["X-Supplymatrix-Signature-256"] = f"sha256={signature}"
    return headers
