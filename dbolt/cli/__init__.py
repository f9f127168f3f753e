"""The `dbolt` command: what people and scripts type."""

from dbolt.cli.app import main

__all__ = ["main"]
