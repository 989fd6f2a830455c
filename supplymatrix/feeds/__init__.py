"""Advisory feeds of vendors: a pure parser for each, and what to ask for."""
