"""The only question about time: `clock.now()`. Tests and previews move it, nothing else asks."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
