"""What was promised of supplymatrix, shown one by one: `python -m benchmarks.acceptance`."""
