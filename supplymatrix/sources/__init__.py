"""The only room that reads the user's disk."""
