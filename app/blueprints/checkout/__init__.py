"""The checkout: one page whose sections are ordinary forms."""

from app.blueprints.checkout.views import bp

__all__ = ["bp"]
