"""Mails in the shopper's language."""
