"""Home, categories and products."""

from app.blueprints.storefront.views import bp

__all__ = ["bp"]
