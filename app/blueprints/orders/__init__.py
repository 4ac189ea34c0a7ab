"""Order status for guests, paying again, withdrawing."""

from app.blueprints.orders.views import bp
from app.blueprints.orders import withdrawals  # noqa: F401 - registers its views

__all__ = ["bp"]
