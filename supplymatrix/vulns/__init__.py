"""Known vulnerabilities: the compact database, whom an advisory concerns, and how near it comes. Pure."""
