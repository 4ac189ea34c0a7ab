"""Being paid."""
