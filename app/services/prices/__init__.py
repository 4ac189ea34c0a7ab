"""Prices: setting, converting, renewing and looking them up. Rows are closed, never overwritten."""
