"""What the seller declares: the ledger of taxed sales, returns by period, and their due dates."""
