"""When an invoice is due.

With the payment: it is the tax point of what we sell to consumers (payment on account, VD Art. 65;
acceptance of payment in IOSS and the low-value schemes, Art. 66a; earlier of payment and supply in
the UK, AU, CH), and who has paid wants the paper. Only a supply that is exempt because goods move
to another member state waits for the dispatch: Art. 65 does not hold for it (Art. 67), and the
paper has to name the day of supply (EN 16931 BR-IC-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INTRA_COMMUNITY = "K"


def is_due(quote: Mapping[str, Any], *, is_paid: bool, is_dispatched: bool) -> bool:
    """True when the invoice of an order with this frozen quote is to be issued."""
    waits = any(row["einvoice_category"] == INTRA_COMMUNITY for row in quote["consignments"])
    return is_paid and (is_dispatched or not waits)
