"""The name of a document, made from what it says: the same content has the same name, whenever and wherever it is made.

Source: RFC 9562, section 5.5 (UUID version 5).
"""

from __future__ import annotations

import hashlib
import uuid

__all__ = ["content_uuid"]

_NAMESPACE = uuid.UUID("c74194c1-9832-544e-bf31-4f7603ca0583")
"""Made up for this program; it must never change, or old documents would get other names."""


def content_uuid(content: bytes) -> uuid.UUID:
    """Return the UUID of a document's content, which is all of it but the place where the UUID goes."""
    return uuid.uuid5(_NAMESPACE, hashlib.sha256(content).hexdigest())
