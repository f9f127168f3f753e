"""How well does the form engine read forms? `python -m benchmarks.forms`."""
