"""The only door to the network."""

from __future__ import annotations

import sys
from typing import Any

# httpx loads its own command line, with rich and pygments, wherever these are installed: 0.1 s of CPU that nobody here
# has any use for. A name that stands for None cannot be imported, which httpx takes for "not installed".
_modules: dict[str, Any] = sys.modules
_modules.setdefault("httpx._main", None)
