"""`python -m dbolt.cli` is `dbolt`."""

from dbolt.cli import main

main()
