"""Rules: facts in, results out."""
