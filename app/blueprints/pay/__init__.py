"""The embedded test gateway's own page."""

from app.blueprints.pay.views import bp

__all__ = ["bp"]
