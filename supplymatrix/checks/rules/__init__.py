"""One file a rule: its registry line, and how facts become results."""
