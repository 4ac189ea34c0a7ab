"""The checkout: address, delivery, payment, and the order that comes of it."""
