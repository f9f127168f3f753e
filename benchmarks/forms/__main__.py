"""`python -m benchmarks.forms`: see run.py."""

from benchmarks.forms.run import main

main()
