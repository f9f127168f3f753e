"""`python -m benchmarks.browser`: see run.py."""

from benchmarks.browser.run import main

main()
