"""Licences: SPDX expressions, texts recognised, classes and what each licence asks."""
