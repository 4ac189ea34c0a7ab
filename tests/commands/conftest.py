"""Fixtures of the folder."""

from tests.founded import founded_home, founded_shop

__all__ = ["founded_home", "founded_shop"]
