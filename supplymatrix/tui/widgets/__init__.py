"""Widgets, each of which knows nothing of vendors or logs."""
