"""Support paths for Go compared: profiles, matrix, response times, coverage, decision."""
