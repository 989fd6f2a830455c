"""Go's own checksum log: the one key that is trusted without being told.

Source: cmd/go/internal/modfetch/key.go.
"""

from __future__ import annotations

__all__ = ["GO_LOG_KEY", "GO_LOG_NAME"]

GO_LOG_NAME = "sum.golang.org"
GO_LOG_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
