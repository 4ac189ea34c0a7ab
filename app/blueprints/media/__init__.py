"""Pictures, cached for ever by whoever asks."""

from app.blueprints.media.views import bp

__all__ = ["bp"]
