"""Style guide: every component of the storefront in its states, in the page's language."""

from __future__ import annotations

from app.blueprints.styleguide.views import bp

__all__ = ["bp"]
