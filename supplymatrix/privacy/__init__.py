"""Whom the go command tells which module names, which settings weaken it, and what gives credentials away. Pure."""
