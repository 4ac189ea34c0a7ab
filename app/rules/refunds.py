"""What of a line is paid back when some of its pieces come back."""

from __future__ import annotations

from decimal import Decimal

from app.kernel.money import Money


def refund(paid: Money, quantity: int, returned: int, *, returned_before: int = 0,
           refunded_before: Money | None = None) -> Money:
    """Their share of what was paid, in the currency it was paid in; the last takes the rest.

    paid             for the whole line after discount
    quantity         pieces of the line; returned come back now, returned_before earlier
    refunded_before  what was already paid back for this line
    raises           ValueError  for more pieces than are left, or fewer than none
    source           cross-border rules §10, refunds
    """
    so_far = refunded_before or Money.zero(paid.currency)
    left = paid - so_far
    if returned < 0 or returned_before < 0 or returned + returned_before > quantity:
        raise ValueError(f"{returned} pieces cannot come back of {quantity - returned_before}")
    if not returned:
        return Money.zero(paid.currency)
    if returned + returned_before == quantity:
        return left
    share = paid.times(Decimal(returned), over=Decimal(quantity))
    return min(share, left)
