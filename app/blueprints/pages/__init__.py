"""Pages of the merchant: about, delivery, returns, imprint, …"""

from app.blueprints.pages.views import bp

__all__ = ["bp"]
