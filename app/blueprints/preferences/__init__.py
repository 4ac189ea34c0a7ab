"""Country, language, currency and cookies: the shopper's own choices."""

from app.blueprints.preferences.views import bp

__all__ = ["bp"]
