"""Shipping: rate cards in and out, what is down, the choice kept for the merchant, live rates."""
