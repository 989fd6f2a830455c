"""Use cases: what the commands and screens ask for."""
