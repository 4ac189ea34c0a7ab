"""Reading cart forms."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.errors import Invalid


def quantity_of(form: Mapping[str, str]) -> int:
    """A whole number as people type it; stepper buttons send `step` beside the quantity.

    raises  Invalid  for anything but 0 to 999 in ASCII digits
    """
    text = form.get("quantity", "1").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Invalid("quantity_invalid", fields={"quantity": "quantity_invalid"})
    quantity = int(text) + {"more": 1, "less": -1}.get(form.get("step", ""), 0)
    if not 0 <= quantity <= 999:
        raise Invalid("quantity_invalid", fields={"quantity": "quantity_invalid"})
    return quantity
