"""The cart: page, drawer, badge and lines."""

from app.blueprints.cart.views import bp

__all__ = ["bp"]
