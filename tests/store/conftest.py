"""The same shop as the actors' tests have."""

from tests.actors.conftest import shop

__all__ = ["shop"]
