"""What is missing before goods may be sold in a market, and how to mend each of it."""
