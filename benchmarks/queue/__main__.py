"""`python -m benchmarks.queue`: see run.py."""

from benchmarks.queue.run import main

main()
