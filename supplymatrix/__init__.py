"""supplymatrix: prove what a Go project is made of, and compare who could support it."""

__version__ = "0.1.0"
