"""Texts that people write, TOML and YAML, with the place of each value, so that every fault can name its line."""
