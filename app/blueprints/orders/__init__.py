"""Order status for guests, paying again, papers, withdrawing."""

from app.blueprints.orders import papers, withdrawals  # noqa: F401 - registers its views
from app.blueprints.orders.views import bp

__all__ = ["bp"]
