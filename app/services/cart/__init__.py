"""The cart: what a shopper has chosen, and what it costs to their door."""
