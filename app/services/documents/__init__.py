"""Papers of an order: issued once, frozen, as files for the shopper, the tax office, customs."""
