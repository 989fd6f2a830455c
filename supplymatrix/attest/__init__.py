"""Signatures on what the program writes, and on what it is shown."""
