"""The Audits screen: parts and their rows, ways to the function, commands, files, work that is stopped or breaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from supplymatrix.engine.audit_parts import AuditPart, AuditSubject, PartRun
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed
from supplymatrix.model.vulns_run import VulnRun
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.audits_offers import PARTS
from supplymatrix.tui.shots import settle, take_rows
from tests.support.data import SHARED_NOTHING  # noqa: F401
