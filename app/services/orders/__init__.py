"""Orders: placing, paying, following, ending."""
