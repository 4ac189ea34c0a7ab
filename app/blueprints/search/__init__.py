"""Search results and suggestions at one address."""

from app.blueprints.search.views import bp

__all__ = ["bp"]
